//! Characters that have no business in text, and text that went through the wrong character set.

use super::{Check, Fix, Fixes, Subject};
use crate::charset::{Charset, has_nonsorting, undo_second_encoding};
use crate::check::rules::{CONTROL_CHARACTER, REPLACEMENT_CHARACTER};
use crate::error::DecodeError;
use crate::finding::{Finding, Findings, Rule, counted};
use crate::format::rules::CONTROL_BYTE_IN_DATA;
use crate::io::rules::UNDECODABLE;
use crate::record::rules::ENCODED_TWICE;
use crate::record::{FieldBuf, FieldRef, Record, RecordRef, TextRepair};

/// Checks that values are text: no control characters, no bytes that delimit fields, no U+FFFD, nothing that does not
/// decode, and no UTF-8 that was taken for Windows-1252 or Windows-1251 and encoded again.
///
/// One finding for each field and kind; its message says how often it occurs and what came first.
///
/// # Cost
/// One pass over the buffer of a record; another over the fields of a record in which something looks odd.
#[derive(Debug, Clone, Default)]
pub struct Encoding(());

impl Encoding {
    /// Makes the check.
    pub fn new() -> Encoding {
        Encoding::default()
    }
}

/// A value without control characters, and how many became blanks and how many were left out; the latter only where
/// that is wanted.
fn cleaned(value: &str, drops: bool) -> (String, u64, u64) {
    let (mut blanks, mut dropped) = (0, 0);
    let keep = |character: char| match character {
        '\t' | '\n' | '\r' => {
            blanks += 1;
            Some(' ')
        }
        control if control.is_control() && drops => {
            dropped += 1;
            None
        }
        other => Some(other),
    };
    (value.chars().filter_map(keep).collect(), blanks, dropped)
}

/// Cleans the values of a field.
fn clean(record: &mut Record, finding: &Finding, fixes: Fixes) -> Option<Fix> {
    let index = usize::try_from(finding.location.field?).ok()?;
    let field = record.fields().nth(index)?;
    if Some(field.tag()) != finding.location.tag || !record.view().is_text() {
        return None;
    }
    let (mut blanks, mut dropped) = (0, 0);
    let mut one = |value: &str| {
        let (value, more_blanks, more_dropped) = cleaned(value, fixes == Fixes::All);
        (blanks, dropped) = (blanks + more_blanks, dropped + more_dropped);
        value
    };
    let lead = one(&field.lead().to_str().ok()?);
    let subfields: Option<Vec<(char, String)>> = field
        .subfields()
        .map(|subfield| Some((subfield.code(), one(&subfield.value().to_str().ok()?))))
        .collect();
    let (subfields, indicators) = (subfields?, std::str::from_utf8(field.indicators()).ok()?);
    if blanks + dropped == 0 {
        return None;
    }
    let clean = FieldBuf::new(field.syntax(), field.tag(), |writer| {
        if !indicators.is_empty() {
            writer.indicators(indicators);
        }
        if !lead.is_empty() {
            writer.lead(&lead);
        }
        for (code, value) in &subfields {
            writer.subfield(*code, value);
        }
        writer
    });
    record.replace_field(index, &clean.ok()?).ok()?.then_some(())?;
    let blanks = match blanks {
        0 => String::new(),
        1 => "1 line end or tab became a blank".to_owned(),
        many => format!("{many} line ends and tabs became blanks"),
    };
    let dropped = match dropped {
        0 => String::new(),
        some => format!("{} left out", counted(some, "control character")),
    };
    let comma = if blanks.is_empty() || dropped.is_empty() { "" } else { ", " };
    Some(Fix::new(finding, format!("{blanks}{comma}{dropped}")))
}

impl Check for Encoding {
    /// Line ends and tabs become blanks, and text that was encoded twice is decoded; other control characters are left
    /// out, if that is wanted.
    fn fix(&self, record: &mut Record, finding: &Finding, fixes: Fixes) -> Option<Fix> {
        match finding.rule {
            CONTROL_CHARACTER => clean(record, finding, fixes),
            ENCODED_TWICE => {
                let mut done = Findings::new(1);
                record.repair_text(TextRepair::Mojibake, &mut done);
                let count =
                    done.unlisted().iter().map(|(_, count)| *count).sum::<u64>() + done.list().len() as u64;
                (count > 0)
                    .then(|| Fix::new(finding, format!("{} decoded once more", counted(count, "field"))))
            }
            _ => None,
        }
    }

    fn rules(&self) -> &[Rule] {
        &[CONTROL_CHARACTER, REPLACEMENT_CHARACTER, CONTROL_BYTE_IN_DATA, UNDECODABLE, ENCODED_TWICE]
    }

    fn check(&mut self, subject: Subject<'_>, findings: &mut Findings) {
        if may_be_odd(subject.record) {
            for field in subject.record.fields() {
                look(subject, field, findings);
            }
        }
    }
}

/// Whether anything in the buffer deserves a closer look: no if it is text, all control bytes in it are where the
/// format wants them, and no character is of those that are looked for.
#[inline]
fn may_be_odd(record: RecordRef<'_>) -> bool {
    if !record.is_text() {
        return true;
    }
    let buffer = record.buffer();
    let (mut odd, mut high) = (false, 0u8);
    let mut ends = 0usize;
    for chunk in buffer.chunks(32) {
        let mut end = 0u8;
        for &byte in chunk {
            odd |= (byte < 0x1D) | (byte == 0x7F);
            high |= byte;
            end += u8::from(byte.wrapping_sub(0x1D) < 2); // at most 32
        }
        ends += usize::from(end);
    }
    odd || high >= 0x80 && has_odd_letters(buffer) || has_delimiters_in_values(record, ends)
}

/// Whether there are characters that stand for lost ones, or begin what was encoded twice.
fn has_odd_letters(buffer: &[u8]) -> bool {
    let holds = |text: &str| memchr::memmem::find(buffer, text.as_bytes()).is_some();
    memchr::memchr2(0xC2, 0xC3, buffer).is_some()
        || memchr::memchr(0xEF, buffer).is_some() && holds("\u{FFFD}")
        || memchr::memchr(0xD0, buffer).is_some() && (holds("Р") || holds("С"))
}

/// Whether a value holds a byte that delimits records, fields or subfields.
fn has_delimiters_in_values(record: RecordRef<'_>, ends: usize) -> bool {
    // In a record of ISO 2709 each field ends once, and so do directory and record.
    if ends > 0 && ends != record.fields().len() + 2 {
        return true;
    }
    match record.syntax().delimiter {
        0x1F => record.fields().any(|field| field.is_control() && field.raw().contains(&0x1F)),
        _ => memchr::memchr(0x1F, record.buffer()).is_some(),
    }
}

/// What is looked for in a field: the first of each kind, and how many.
#[derive(Default)]
struct Occurrences {
    first: Option<(usize, usize, u32)>,
    count: usize,
}

impl Occurrences {
    fn add(&mut self, offset: usize, len: usize, what: u32) {
        self.first.get_or_insert((offset, len, what));
        self.count += 1;
    }

    /// Says it, if there is anything: `one` and `many` are what is counted.
    fn tell(
        self,
        (code, one, many): (Rule, &str, &str),
        shown: impl Fn(u32) -> String,
        (subject, field): (Subject<'_>, FieldRef<'_>),
        findings: &mut Findings,
    ) {
        let Some((offset, len, what)) = self.first else { return };
        let message = match self.count {
            1 => format!("{one} {}", shown(what)),
            count => format!("{count} {many}, the first is {}", shown(what)),
        };
        let place = subject.in_field(field, offset, len);
        findings.push(Finding::new(code, place, message, "kept"));
    }
}

fn look(subject: Subject<'_>, field: FieldRef<'_>, findings: &mut Findings) {
    let (mut delimiters, mut controls, mut lost) =
        (Occurrences::default(), Occurrences::default(), Occurrences::default());
    let value = field.raw_text();
    let own = field.syntax().delimiter;
    let mut control = |offset: usize, len: usize, code: u32| match code {
        0x1D..=0x1F if !field.is_control() && u32::from(own) == code => {}
        0x1D..=0x1F => delimiters.add(offset, len, code),
        _ => controls.add(offset, len, code),
    };
    match value.as_str() {
        Some(text) if text.is_ascii() => ascii_controls(text.as_bytes(), false, &mut control),
        Some(text) => {
            for (offset, character) in text.char_indices() {
                match character {
                    // Those that stand around what is not sorted by.
                    '\u{88}' | '\u{89}' | '\u{98}' | '\u{9C}' => {}
                    '\u{FFFD}' => lost.add(offset, 3, 0xFFFD),
                    _ if character.is_control() => {
                        control(offset, character.len_utf8(), u32::from(character));
                    }
                    _ => {}
                }
            }
        }
        None => {
            let escapes = match value.charset() {
                Charset::Marc8 | Charset::Unimarc { .. } => true,
                Charset::Utf8Or(_) | Charset::Either(_) => has_nonsorting(value.as_bytes()),
                _ => false,
            };
            ascii_controls(value.as_bytes(), escapes, &mut control);
            if value.charset() == Charset::Utf8 {
                memchr::memmem::find_iter(value.as_bytes(), "\u{FFFD}".as_bytes())
                    .for_each(|offset| lost.add(offset, 3, 0xFFFD));
            }
        }
    }
    let place = (subject, field);
    let byte = |code: u32| format!("{code:02X}");
    let delimiter = (CONTROL_BYTE_IN_DATA, "the value holds byte", "bytes that delimit fields or records");
    delimiters.tell(delimiter, byte, place, findings);
    let unicode = |code: u32| format!("U+{code:04X}");
    let kind = (CONTROL_CHARACTER, "the value holds the control character", "control characters");
    controls.tell(kind, unicode, place, findings);
    let kind = (REPLACEMENT_CHARACTER, "the value holds", "characters were replaced before");
    lost.tell(kind, |_| "U+FFFD, which stands for a lost character".to_owned(), place, findings);
    match value.as_str() {
        Some(text) => twice_encoded(subject, field, text, findings),
        None => decodes(subject, field, findings),
    }
}

fn ascii_controls(bytes: &[u8], escapes: bool, control: &mut impl FnMut(usize, usize, u32)) {
    for (offset, &byte) in bytes.iter().enumerate() {
        if byte < 0x20 && !(escapes && byte == 0x1B) || byte == 0x7F {
            control(offset, 1, u32::from(byte));
        }
    }
}

/// Says of a field that does not decode where it does not.
fn decodes(subject: Subject<'_>, field: FieldRef<'_>, findings: &mut Findings) {
    if let Err(DecodeError::Invalid { offset, charset }) = field.raw_text().to_str() {
        let byte = field.raw().get(offset).copied().unwrap_or_default();
        let message = format!("byte {byte:02X} has no meaning in {charset} here");
        let place = subject.in_field(field, offset, 1);
        findings.push(Finding::new(UNDECODABLE, place, message, "kept"));
    }
}

/// Says of a value of which all letters beyond ASCII are UTF-8 taken for a single-byte set.
fn twice_encoded(subject: Subject<'_>, field: FieldRef<'_>, text: &str, findings: &mut Findings) {
    let Some(start) = text.bytes().position(|byte| byte >= 0x80) else { return };
    if let Some((original, charset)) = undo_second_encoding(text) {
        let sequences = original.chars().filter(|character| !character.is_ascii()).count();
        let original: String = original.chars().filter(|character| !character.is_ascii()).take(8).collect();
        let message = format!("{sequences} characters were encoded twice, by way of {charset}: {original}");
        let place = subject.in_field(field, start, text.len() - start);
        findings.push(Finding::new(ENCODED_TWICE, place, message, "kept"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Checker;
    use crate::format::iso2709;
    use crate::io::{ReadOptions, RecordRead};
    use crate::record::Record;

    fn found(record: &Record) -> Vec<(&'static str, String)> {
        let mut checker = Checker::new(100).with(Encoding::new());
        let found = checker.check(record.view(), &[], &[]);
        found.iter().map(|finding| (finding.rule.id(), finding.message.to_string())).collect()
    }

    fn title(value: &str) -> Vec<(&'static str, String)> {
        found(&Record::builder().data_field("245", "10", [('a', value)]).build().unwrap())
    }

    #[test]
    fn clean_text_is_passed_over() {
        for value in [
            "",
            "Война и мир",
            "São Tomé",
            "Ñandú",
            "Рё",
            "\u{98}The\u{9C} end",
            "ﬁ",
            "Ångström",
            "Ð",
            "Århus",
        ] {
            assert_eq!(title(value), [], "{value}");
        }
    }

    #[test]
    fn what_is_no_text() {
        assert_eq!(
            title("a\u{1}b\u{2}")[0],
            ("E020", "2 control characters, the first is U+0001".to_owned())
        );
        assert_eq!(title("a\tb")[0].0, "E020");
        assert_eq!(title("a\u{85}b")[0].0, "E020");
        assert_eq!(title("Caf\u{FFFD}")[0].0, "E008");
    }

    #[test]
    fn encoded_twice() {
        for (value, what) in
            [("CafÃ©", "é"), ("â".to_owned().as_str(), ""), ("Ð’Ð¾Ð¹Ð½Ð°", "Война"), ("Р’РѕР№РЅР°", "Война")]
        {
            let found = title(value);
            match what {
                "" => assert_eq!(found, [], "{value}"),
                _ => assert!(found[0].0 == "E006" && found[0].1.ends_with(what), "{value}: {found:?}"),
            }
        }
    }

    #[test]
    fn a_delimiter_in_a_control_field_has_its_place() {
        let data = b"00063nam a2200049   4500001000800000245000600008\x1ekart0\x1f1\x1e10\x1fab\x1e\x1d";
        let mut reader = iso2709::SliceReader::new(data, &ReadOptions::new());
        let mut record = Record::new();
        assert!(reader.read_record(&mut record).unwrap());
        let mut checker = Checker::new(100).with(Encoding::new());
        let found = checker.check(record.view(), reader.raw(), reader.findings());
        assert_eq!(found.len(), 1, "{found:?} {:?}", reader.findings());
        let place = found[0].location;
        assert_eq!((found[0].rule.id(), place.byte, place.len, place.field), ("B014", 54, 1, Some(0)));
    }
}

//! Which character set a record is in.

use memchr::{memchr, memchr_iter};

use crate::charset::{
    Charset, FaultKind, Reason, guess_cyrillic, guess_latin, guess_letters, has_known_escape, is_mostly_utf8,
    weigh_marks,
};
use crate::diagnostic::Findings;
use crate::io::ReadOptions;
use crate::record::Dialect;
use crate::{Code, Leader, Record, Tag};

const ESCAPE: u8 = 0x1B;

/// Puts the bytes of a record into it, as text if they are UTF-8, and tells it its character set: the caller's, or
/// by the evidence in the record first, then by what it declares. `sound` tells that all fields begin and end at
/// terminators, and have the indicators they should.
#[inline]
pub(in crate::format) fn load(
    frame: &[u8],
    leader: &Leader,
    sound: bool,
    options: &ReadOptions,
    record: &mut Record,
    findings: &mut Findings,
) {
    if matches!(options.charset, Charset::Auto | Charset::Utf8) {
        if let Ok(text) = simdutf8::basic::from_utf8(frame) {
            let auto = options.charset == Charset::Auto;
            let plain = || !auto || !may_be_switched(leader, text);
            if plain() || !load_switched(frame, leader, options, record, findings) {
                if sound || record.cuts_at_characters(text) {
                    record.set_text(text);
                } else {
                    record.set_bytes(frame);
                }
                let reason = match (auto, leader.coding()) {
                    (false, _) => Reason::Caller,
                    (true, b'a') => Reason::Declared,
                    (true, _) if text.is_ascii() => Reason::Ascii,
                    (true, _) => Reason::ValidUtf8,
                };
                record.set_charset(Charset::Utf8, reason);
                if reason == Reason::ValidUtf8 {
                    compare_with_declared(leader, options, record, findings);
                }
            }
            return;
        }
    }
    record.set_bytes(frame);
    let may_be_marc8 = match options.charset {
        Charset::Auto => leader.coding() != b'a',
        named => named == Charset::Marc8,
    };
    let is_marc8 = may_be_marc8 && Charset::is_sound_marc8(frame);
    let (charset, reason) = match options.charset {
        Charset::Auto => decide(frame, leader, is_marc8, options, record, findings),
        named => (named, Reason::Caller),
    };
    if is_marc8 && sound && charset == Charset::Marc8 {
        record.set_charset(charset, reason);
    } else {
        set(charset, reason, frame, record, findings);
    }
}

/// Sets the character set of a record whose bytes are in it, and says what in them is not of that set.
fn set(charset: Charset, reason: Reason, frame: &[u8], record: &mut Record, findings: &mut Findings) {
    record.set_charset(charset, reason);
    match charset {
        Charset::Utf8 => report_invalid_utf8(frame, record, findings, "bytes kept"),
        Charset::Utf8Or(Charset::Marc8) => report_invalid_utf8(frame, record, findings, "read as marc-8"),
        Charset::Utf8Or(Charset::Windows1252) => {
            report_invalid_utf8(frame, record, findings, "read as windows-1252");
        }
        Charset::Utf8Or(_) => report_invalid_utf8(frame, record, findings, "read by its letters"),
        _ if charset.has_states() && charset.is_supported() => record.report_faults(findings),
        _ if charset.is_supported() => {}
        _ if frame.is_ascii() && !frame.contains(&ESCAPE) => {}
        _ => {
            let message = format!("the record is in {charset}, for which there are no tables");
            findings.at(Code::CharsetUnsupported, (0, frame.len()), message, "bytes kept, not decoded");
        }
    }
}

/// Whether a record of valid UTF-8 may be in a set that is switched by escape sequences all the same.
#[inline]
fn may_be_switched(leader: &Leader, text: &str) -> bool {
    let bytes = text.as_bytes();
    let escapes = memchr(ESCAPE, bytes).is_some();
    let references = || {
        leader.coding() != b'a'
            && memchr_iter(b'&', bytes).any(|at| bytes.get(at.saturating_add(1)) == Some(&b'#'))
    };
    (escapes || references()) && text.is_ascii()
}

/// Loads an ASCII record with escape sequences or references as what it declares, if those are what they seem. False
/// if not.
#[cold]
fn load_switched(
    frame: &[u8],
    leader: &Leader,
    options: &ReadOptions,
    record: &mut Record,
    findings: &mut Findings,
) -> bool {
    record.set_bytes(frame);
    record.set_charset(Charset::Utf8, Reason::Ascii);
    let declared = declared(dialect(options, record), leader, record);
    let has_escape = memchr(ESCAPE, frame).is_some();
    let has_reference = || {
        let mut has_reference = false;
        Charset::Marc8.examine(frame, |fault| has_reference |= fault.kind == FaultKind::Reference);
        has_reference
    };
    match declared {
        Some(Charset::Marc8) if has_escape || has_reference() => {
            set(Charset::Marc8, Reason::Declared, frame, record, findings);
        }
        Some(Charset::Utf8) if leader.coding() == b'a' && has_known_escape(frame) => {
            let evidence = weigh_marks(frame);
            let message = format!("leader/09 says UTF-8, but {evidence}");
            findings.at(Code::NotUtf8, (9, 1), message, "read as marc-8");
            set(Charset::Marc8, Reason::Marks(evidence), frame, record, findings);
        }
        Some(sets @ Charset::Unimarc { .. }) if has_escape => {
            set(sets, Reason::Declared, frame, record, findings);
        }
        _ => return false,
    }
    true
}

/// Says where a record that is valid UTF-8 names another character set.
fn compare_with_declared(
    leader: &Leader,
    options: &ReadOptions,
    record: &mut Record,
    findings: &mut Findings,
) {
    match declared(dialect(options, record), leader, record) {
        Some(Charset::Utf8) => record.set_charset(Charset::Utf8, Reason::Declared),
        Some(Charset::Marc8) => {
            let message = "leader/09 says MARC-8, the record is valid UTF-8 with multi-byte characters";
            findings.at(Code::NotMarc8, (9, 1), message, "read as UTF-8");
        }
        Some(other) => {
            let message =
                format!("field 100 names {other}, the record is valid UTF-8 with multi-byte characters");
            in_field_100(message, "read as UTF-8", record, findings);
        }
        None => {}
    }
}

/// Decides for a record that is not valid UTF-8; its bytes are in it already. `is_marc8` tells that all of it is plain
/// MARC-8.
fn decide(
    frame: &[u8],
    leader: &Leader,
    is_marc8: bool,
    options: &ReadOptions,
    record: &Record,
    findings: &mut Findings,
) -> (Charset, Reason) {
    let dialect = dialect(options, record);
    let declared = declared(dialect, leader, record);
    let switched = memchr(ESCAPE, frame).is_some();
    if declared == Some(Charset::Marc8) && (is_marc8 || has_known_escape(frame)) {
        return (Charset::Marc8, Reason::Declared);
    }
    let letters =
        |bytes| if dialect == Dialect::Irbis { guess_cyrillic(bytes) } else { guess_letters(bytes) };
    let guess = (!switched && in_words(frame)).then(|| letters(frame)).flatten();
    let guess = guess.filter(|guess| guess.letters.saturating_mul(10) >= guess.bytes.saturating_mul(9));
    let evidence = weigh_marks(frame);
    match (declared, guess) {
        (Some(Charset::Utf8), _) if is_mostly_utf8(frame) || has_values_in_utf8(record) => {
            (mixed(record), Reason::Declared)
        }
        (Some(Charset::Utf8), Some(guess)) if is_unimarc(dialect) => {
            let message = format!("field 100 names UTF-8, which the record is not: {guess}");
            in_field_100(message, "read so", record, findings);
            (guess.charset, Reason::Letters(guess))
        }
        // Bytes that are letters in no set: damage, not another set.
        (Some(Charset::Utf8), None)
            if !evidence.is_for() && !frame.iter().any(|byte| matches!(byte, 0xC0..=0xFE)) =>
        {
            (Charset::Utf8, Reason::Declared)
        }
        (Some(Charset::Utf8), guess) => {
            let (charset, reason) = match guess {
                Some(guess) => (guess.charset, Reason::Letters(guess)),
                None if evidence.is_for() => (Charset::Marc8, Reason::Marks(evidence)),
                None => (Charset::Windows1252, Reason::Marks(evidence)),
            };
            let message = format!("leader/09 says UTF-8, which the record is not: {reason}");
            let action = match charset {
                Charset::Marc8 => "read as marc-8",
                Charset::Windows1252 => "read as windows-1252",
                _ => "read by its letters",
            };
            findings.at(Code::NotUtf8, (9, 1), message, action);
            (charset, reason)
        }
        (Some(Charset::Marc8), Some(guess)) if evidence.escapes == 0 => {
            let message = format!("leader/09 says MARC-8, but {guess}");
            findings.at(Code::NotMarc8, (9, 1), message, "read so");
            (guess.charset, Reason::Letters(guess))
        }
        (Some(Charset::Marc8), None) if is_mostly_utf8(frame) && !evidence.is_for() => {
            let message = "leader/09 says MARC-8, nearly all of the record is UTF-8";
            findings.at(Code::NotMarc8, (9, 1), message, "read as UTF-8");
            (mixed(record), Reason::Marks(evidence))
        }
        (Some(Charset::Marc8), None) if evidence.is_against() => {
            let message = format!("leader/09 says MARC-8, but there are {evidence}");
            findings.at(Code::NotMarc8, (9, 1), message, "read as windows-1252");
            (Charset::Windows1252, Reason::Marks(evidence))
        }
        (Some(named), Some(guess))
            if is_cyrillic(named) && named != guess.charset && !guess.is_doubtful() =>
        {
            in_field_100(format!("field 100 names {named}, but {guess}"), "read so", record, findings);
            (guess.charset, Reason::Letters(guess))
        }
        (Some(named @ Charset::Unimarc { .. }), Some(guess)) if !guess.is_doubtful() => {
            in_field_100(format!("field 100 names {named}, but {guess}"), "read so", record, findings);
            (guess.charset, Reason::Letters(guess))
        }
        (Some(charset), _) => (charset, Reason::Declared),
        (None, Some(guess)) => {
            if guess.is_doubtful() {
                let message = format!("read as {}: {guess}", guess.charset);
                findings.at(
                    Code::CharsetDoubtful,
                    (0, frame.len()),
                    message,
                    "name the character set to be sure",
                );
            }
            (guess.charset, Reason::Letters(guess))
        }
        (None, None) if dialect == Dialect::Irbis => (Charset::Windows1251, Reason::Format),
        // The marks of ISO 5426 are C0 to DF, those of MARC-8 E0 to FE, where the other has letters.
        (None, None)
            if dialect == Dialect::Mab2
                && evidence.marks >= 3
                && evidence.against == 0
                && !frame.iter().any(|byte| matches!(byte, 0xC0..=0xDF)) =>
        {
            let message = format!("read as marc-8: {evidence}");
            let place = (0, frame.len());
            findings.at(Code::CharsetDoubtful, place, message, "name the character set to be sure");
            (Charset::Marc8, Reason::Marks(evidence))
        }
        (None, None) if dialect == Dialect::Mab2 && is_without_errors(frame, Charset::ISO_5426) => {
            (Charset::ISO_5426, Reason::Format)
        }
        (None, None)
            if dialect == Dialect::Isis || dialect == Dialect::Mab2 || !record.syntax().has_indicators() =>
        {
            let sets = [Charset::Windows1252, Charset::Cp850];
            match guess_latin(frame, &sets) {
                Some(charset) => (charset, Reason::LatinWords),
                None => (Charset::Windows1252, Reason::Format),
            }
        }
        (None, None) => (Charset::Marc8, Reason::Format),
    }
}

/// Whether all bytes stand for characters of a set.
fn is_without_errors(frame: &[u8], charset: Charset) -> bool {
    let mut sound = true;
    charset.examine(frame, |fault| sound &= !fault.kind.is_error());
    sound
}

/// Whether values that are valid UTF-8 as a whole have some characters beyond ASCII: text in another set has hardly
/// any.
fn has_values_in_utf8(record: &Record) -> bool {
    let mut characters = 0usize;
    for field in record.fields() {
        for value in field.raw().split(|byte| *byte == record.syntax().delimiter) {
            if let Ok(text) = std::str::from_utf8(value) {
                characters =
                    characters.saturating_add(text.chars().filter(|letter| !letter.is_ascii()).count());
            }
        }
    }
    characters >= 4
}

/// UTF-8, with another set for the values that are no UTF-8 at all, if these speak for one.
fn mixed(record: &Record) -> Charset {
    let mut others = Vec::new();
    for field in record.fields() {
        for value in field.raw().split(|byte| *byte == record.syntax().delimiter) {
            let whole = value.utf8_chunks().all(|chunk| chunk.valid().is_ascii());
            if whole && !value.is_ascii() {
                others.extend_from_slice(value);
                others.push(b' ');
            }
        }
    }
    if let Some(guess) = guess_letters(&others).filter(|guess| guess.letters >= 8 && in_words(&others)) {
        match guess.charset {
            Charset::Windows1253 => return Charset::Utf8Or(&Charset::Windows1253),
            Charset::Iso8859_7 => return Charset::Utf8Or(&Charset::Iso8859_7),
            Charset::Cp737 => return Charset::Utf8Or(&Charset::Cp737),
            Charset::Windows1251 => return Charset::Utf8Or(&Charset::Windows1251),
            Charset::Ibm866 => return Charset::Utf8Or(&Charset::Ibm866),
            Charset::Koi8R => return Charset::Utf8Or(&Charset::Koi8R),
            _ => {}
        }
    }
    let letters = others.iter().filter(|byte| matches!(byte, 0xC0..=0xFE)).count();
    let signs = others.iter().filter(|byte| matches!(byte, 0x80..=0x9F | 0xFF)).count();
    if weigh_marks(&others).is_for() {
        Charset::Utf8Or(&Charset::Marc8)
    } else if letters > signs {
        Charset::Utf8Or(&Charset::Windows1252)
    } else {
        Charset::Utf8
    }
}

/// Whether it is one of those that letters tell apart.
const fn is_cyrillic(charset: Charset) -> bool {
    matches!(charset, Charset::Windows1251 | Charset::Ibm866 | Charset::Koi8R | Charset::Koi8U)
}

/// Whether most bytes above 7F stand beside another, as letters of a word do, and diacritics of MARC-8 do not.
fn in_words(frame: &[u8]) -> bool {
    let (mut high, mut beside) = (0usize, 0usize);
    for (these, before) in frame.get(1..).unwrap_or_default().chunks(255).zip(frame.chunks(255)) {
        let (mut here, mut pairs) = (0u8, 0u8); // at most 255
        for (byte, before) in these.iter().zip(before) {
            here = here.wrapping_add(byte >> 7);
            pairs = pairs.wrapping_add((byte & before) >> 7);
        }
        high = high.saturating_add(usize::from(here));
        beside = beside.saturating_add(usize::from(pairs));
    }
    beside.saturating_mul(2) > high
}

fn dialect(options: &ReadOptions, record: &Record) -> Dialect {
    match options.dialect {
        Dialect::Auto => Dialect::guess(record.view()),
        named => named,
    }
}

const fn is_unimarc(dialect: Dialect) -> bool {
    matches!(dialect, Dialect::Unimarc | Dialect::Rusmarc)
}

/// The character set a record names, if it names one that is known.
///
/// # Spec
/// MARC 21 Leader/09; UNIMARC 100 $a/26-29, with the codes 79, 89 and 99 of RUSMARC.
fn declared(dialect: Dialect, leader: &Leader, record: &Record) -> Option<Charset> {
    if matches!(dialect, Dialect::Irbis | Dialect::Isis | Dialect::Mab2) || !record.syntax().has_indicators()
    {
        return None;
    }
    if !is_unimarc(dialect) {
        return Some(if leader.coding() == b'a' { Charset::Utf8 } else { Charset::Marc8 });
    }
    let coded = record.field(100)?.subfield('a')?.as_bytes();
    let end = coded.len().min(34);
    Charset::from_unimarc(coded.get(26..end)?)
}

fn in_field_100(message: String, action: &'static str, record: &Record, findings: &mut Findings) {
    let index = record.field(100).map_or(0, |field| field.index());
    findings.in_field(Code::CharsetMismatch, (Tag::new(*b"100"), index), (0, 0), message, action);
}

/// Says where a record that should be UTF-8 is not.
fn report_invalid_utf8(frame: &[u8], record: &Record, findings: &mut Findings, action: &'static str) {
    if record.report_invalid_utf8(findings, action) == 0 {
        if let Err(error) = std::str::from_utf8(frame) {
            let message = "bytes that are not valid UTF-8, outside the fields";
            findings.at(Code::InvalidUtf8, (error.valid_up_to(), 1), message, "bytes kept");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(fields: &[(&str, &str)]) -> Record {
        let mut builder = Record::builder();
        for (tag, value) in fields {
            builder = builder.data_field(tag, "  ", [('a', *value)]);
        }
        builder.build().unwrap()
    }

    #[test]
    fn what_records_declare() {
        let leader = |coding| {
            let mut leader = Leader::default();
            leader.set(9, coding);
            leader
        };
        let marc = record(&[("245", "x")]);
        assert_eq!(declared(Dialect::Marc21, &leader(b'a'), &marc), Some(Charset::Utf8));
        assert_eq!(declared(Dialect::Marc21, &leader(b' '), &marc), Some(Charset::Marc8));
        assert_eq!(declared(Dialect::Auto, &leader(b'|'), &marc), Some(Charset::Marc8));
        assert_eq!(declared(Dialect::Irbis, &leader(b' '), &marc), None);
        for (codes, expected) in [
            ("50  ", Some(Charset::Utf8)),
            ("0189", Some(Charset::Windows1251)),
            ("79  ", Some(Charset::Ibm866)),
            ("0199", Some(Charset::Koi8R)),
            ("0103", Some(Charset::ISO_5426)),
            ("    ", None),
        ] {
            let coded = format!("{:26}{codes}    ca", "20200101d2020    k  y0rusy");
            let unimarc = record(&[("100", &coded), ("200", "x")]);
            assert_eq!(declared(Dialect::Rusmarc, &leader(b' '), &unimarc), expected, "{codes}");
        }
    }

    #[test]
    fn words_and_diacritics() {
        assert!(in_words("Война и мир".as_bytes()));
        assert!(!in_words(b"Caf\xE2e fran\xF0cais \xE2Ecole"));
    }
}

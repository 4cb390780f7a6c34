//! Records to bytes.

use super::{DELIMITER, FIELD_TERMINATOR, MAX_FIELD, MAX_RECORD, RECORD_TERMINATOR};
use crate::charset::Charset;
use crate::diagnostic::Findings;
use crate::io::{self, Adapter, IllegalCharacters, LeaderValues, Oversize, WideTags, WriteOptions, place};
use crate::record::{FieldRef, Origin, RecordRef, declares};
use crate::{Code, Diagnostic, Error, Leader, Location, Result};

/// The layout of ISO 2709.
///
/// A record that was read from ISO 2709 without damage and not changed is copied byte for byte. Any other is built:
/// lengths and base address are computed, and what else the leader says of the record is set or kept, as
/// [`WriteOptions::leader`] says. The data of the fields stay in their order, even where that is not the order of
/// their entries. IRBIS records get their MARC form: see [`WriteOptions::mfn_as_control_number`] and
/// [`WriteOptions::wide_tags`].
///
/// What does not fit is treated as [`WriteOptions::oversize`] says. Terminators inside a field would make it another
/// when it is read again, and NUL ends it for many programs: see [`WriteOptions::illegal_characters`]. Where those are
/// to be dropped or replaced, so are all other control characters but TAB, LF, CR and ESC, and delimiters in control
/// fields, in any record.
///
/// # Example
/// ```
/// use kartoteka::{Record, RecordWrite, WriteOptions, iso2709};
///
/// let record = Record::builder().control_field("001", "kart0001").build()?;
/// let mut writer = iso2709::Writer::new(Vec::new(), &WriteOptions::new());
/// writer.write_record(record.view())?;
/// writer.finish()?;
/// assert_eq!(writer.into_inner(), b"00047nam a2200037   4500001000900000\x1ekart0001\x1e\x1d");
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug)]
pub struct Layout {
    charset: Charset,
    wide_tags: WideTags,
    illegal: IllegalCharacters,
    oversize: Oversize,
    leader: LeaderValues,
}

impl io::Layout for Layout {
    const PARTS: bool = true;

    fn new(options: &WriteOptions) -> Layout {
        Layout {
            charset: options.charset,
            wide_tags: options.wide_tags,
            illegal: options.illegal_characters,
            oversize: options.oversize,
            leader: options.leader,
        }
    }

    fn record(&mut self, record: RecordRef<'_>, adapter: &mut Adapter, out: &mut Vec<u8>) -> Result<()> {
        if let Some(bytes) = record.verbatim(Origin::Iso2709) {
            let own = record.charset();
            let declares = || self.leader == LeaderValues::Keep || declares(record, own);
            let clean = || self.illegal == IllegalCharacters::Error || record.fields().all(is_clean);
            if (self.charset == Charset::Auto || self.charset == own && declares()) && clean() {
                out.extend_from_slice(bytes);
                return Ok(());
            }
        }
        let (shaped, findings) = adapter.marc_in_charset(record, self.charset)?;
        self.build(shaped, out, findings).map_err(Error::unrepresentable)
    }
}

impl Layout {
    /// Appends a record; of what cannot be said in ISO 2709 makes a finding.
    fn build(
        &self,
        record: RecordRef<'_>,
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Result<(), Diagnostic> {
        let (mut entries, mut data) = (0usize, 0usize);
        let mut in_order = true;
        for (field, rank) in record.fields().zip(record.ranks()) {
            in_order &= rank == 0;
            if field.tag().bytes().is_some() {
                entries = entries.saturating_add(1);
                data = data.saturating_add(field.raw().len()).saturating_add(1);
                continue;
            }
            let message = format!("tag {} has more than three digits", field.tag());
            let finding = refusal(record, field, Code::TagTooWide, message);
            match self.wide_tags {
                WideTags::Fail => return Err(finding),
                WideTags::Drop => findings.push(Diagnostic { action: "field left out", ..finding }),
            }
        }
        let len = base_of(entries).saturating_add(data).saturating_add(1);
        if len > MAX_RECORD && self.oversize == Oversize::Split {
            return self.parts(record, out, findings);
        }
        let written = (entries, self.is_clean(record));
        let fields = record.fields().zip(record.ranks()).filter(|(field, _)| field.tag().bytes().is_some());
        let numbered = fields.enumerate().map(|(number, (field, rank))| (rank, number, field));
        if in_order {
            return self.one(
                record,
                written,
                numbered.map(|(_, number, field)| (number, field)),
                out,
                findings,
            );
        }
        // The data lie in another order than the fields.
        let mut sorted: Vec<(u32, usize, FieldRef<'_>)> = numbered.collect();
        sorted.sort_by_key(|(rank, number, _)| (*rank, *number));
        let sorted = sorted.into_iter().map(|(_, number, field)| (number, field));
        self.one(record, written, sorted, out, findings)
    }

    /// Appends one record of so many fields, which have tags of three characters: each with the number of its entry,
    /// 0-based, in the order of their data. `clean` tells that nothing in them can be illegal.
    fn one<'a>(
        &self,
        record: RecordRef<'a>,
        (entries, clean): (usize, bool),
        fields: impl Iterator<Item = (usize, FieldRef<'a>)>,
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Result<(), Diagnostic> {
        let start = out.len();
        let base = base_of(entries);
        out.resize(start.saturating_add(base).saturating_sub(1), b'0');
        out.push(FIELD_TERMINATOR);
        let data = out.len();
        for (number, field) in fields {
            let at = out.len();
            match clean {
                true => out.extend_from_slice(field.raw()),
                false => self.body(record, field, out, findings)?,
            }
            out.push(FIELD_TERMINATOR);
            let entry = start.saturating_add(Leader::LEN).saturating_add(number.saturating_mul(12));
            self.entry(record, field, (entry, at, data), out, findings)?;
        }
        self.close(record, (start, base), out, findings)
    }

    /// Whether none of the bytes of a record, all looked at together, is one that its fields may not have.
    fn is_clean(&self, record: RecordRef<'_>) -> bool {
        self.illegal == IllegalCharacters::Error
            && memchr::memchr3(FIELD_TERMINATOR, RECORD_TERMINATOR, 0, record.buffer()).is_none()
    }

    /// Appends a record as several that fit.
    fn parts(
        &self,
        record: RecordRef<'_>,
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Result<(), Diagnostic> {
        // Each byte may become the three of U+FFFD; nobody minds parts that could be longer.
        let room = if self.illegal == IllegalCharacters::Replace { MAX_RECORD / 3 } else { MAX_RECORD };
        let costs = |field: &FieldRef<'_>| field.raw().len().saturating_add(13); // entry and terminator
        let is_written = |field: &FieldRef<'_>| field.tag().bytes().is_some();
        // Each part has them all.
        let control: Vec<FieldRef<'_>> =
            record.fields().filter(|field| field.is_control() && is_written(field)).collect();
        let head = control.iter().map(costs).fold(26, usize::saturating_add);
        let clean = self.is_clean(record);
        let mut part = |range: std::ops::Range<usize>| {
            let before = control.iter().copied().filter(|field| field.index() < range.start);
            let behind = control.iter().copied().filter(|field| field.index() >= range.end);
            let between = range.clone().filter_map(|index| record.next_field(index, |_| true));
            let fields = before.chain(between.filter(is_written)).chain(behind);
            self.one(record, (fields.clone().count(), clean), fields.enumerate(), out, findings)
        };
        let (mut from, mut size) = (0usize, head);
        let mut parts = 0usize;
        for field in record.fields().filter(|field| !field.is_control() && is_written(field)) {
            if size.saturating_add(costs(&field)) > room && size > head {
                part(from..field.index())?;
                (from, size) = (field.index(), head);
                parts = parts.saturating_add(1);
            }
            size = size.saturating_add(costs(&field));
        }
        part(from..record.fields().len())?;
        let message =
            format!("the record does not fit into {MAX_RECORD} bytes: {} parts", parts.saturating_add(1));
        let place = Location::of(record.position());
        findings.push(Diagnostic::new(Code::RecordTooLong, place, message, "split"));
        Ok(())
    }

    /// Fills the entry of a field that stands at `at`, the last so far, in data that begin at `data`.
    #[inline]
    fn entry(
        &self,
        record: RecordRef<'_>,
        field: FieldRef<'_>,
        (entry, at, data): (usize, usize, usize),
        out: &mut [u8],
        findings: &mut Findings,
    ) -> Result<(), Diagnostic> {
        let offset = at.saturating_sub(data);
        let len = out.len().saturating_sub(at);
        let (stated, begins) = (self.fitting(len, MAX_FIELD), self.fitting(offset, MAX_RECORD));
        if (stated, begins) != (Some(len), Some(offset)) {
            self.oversized(record, field, (len, stated), (offset, begins), findings)?;
        }
        if field.is_control() != field.tag().is_control() {
            findings.push(other_kind(record, field));
        }
        if let Some(place) = out.get_mut(entry..).and_then(<[u8]>::first_chunk_mut::<12>) {
            let [a, b, c] = field.tag().bytes().unwrap_or(*b"000");
            let [d, e, f, g] = four_digits(stated.unwrap_or(len));
            let [h, i, j, k, l] = five_digits(begins.unwrap_or(offset));
            *place = [a, b, c, d, e, f, g, h, i, j, k, l];
        }
        Ok(())
    }

    /// Says that the length of a field, or where it begins, is too much for its entry, and what is said instead.
    #[cold]
    fn oversized(
        &self,
        record: RecordRef<'_>,
        field: FieldRef<'_>,
        (len, stated): (usize, Option<usize>),
        (offset, begins): (usize, Option<usize>),
        findings: &mut Findings,
    ) -> Result<(), Diagnostic> {
        let message = match stated {
            Some(stated) if stated == len => {
                format!("the field begins {offset} bytes into the data, at most {MAX_RECORD} can be said")
            }
            _ => format!("the field has {len} bytes, at most {MAX_FIELD} can be said"),
        };
        let finding = refusal(record, field, Code::RecordTooLong, message);
        self.state(stated.and(begins), finding, findings)
    }

    /// Appends the body of a field, without what would end it before its end.
    fn body(
        &self,
        record: RecordRef<'_>,
        field: FieldRef<'_>,
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Result<(), Diagnostic> {
        let body = field.raw();
        let first = match self.illegal {
            IllegalCharacters::Error => memchr::memchr3(FIELD_TERMINATOR, RECORD_TERMINATOR, 0, body),
            _ => body.iter().position(|byte| is_illegal(field, *byte)),
        };
        let Some(first) = first else {
            out.extend_from_slice(body);
            return Ok(());
        };
        let byte = body.get(first).copied().unwrap_or_default();
        let what = match byte {
            FIELD_TERMINATOR | RECORD_TERMINATOR => "which ends a field or record",
            DELIMITER => "the delimiter, in a control field",
            _ => "a control character",
        };
        let message = format!("byte {first} of the field is {byte:02X}, {what}");
        let finding = refusal(record, field, Code::CharacterNotAllowed, message);
        let (with, action): (&[u8], _) = match (self.illegal, record.charset()) {
            (IllegalCharacters::Error, _) => return Err(finding),
            (IllegalCharacters::Drop, _) => (b"", "left out"),
            (IllegalCharacters::Replace, Charset::Utf8) => ("\u{FFFD}".as_bytes(), "replaced by U+FFFD"),
            (IllegalCharacters::Replace, _) => (b" ", "replaced by a blank"),
        };
        for byte in body {
            match is_illegal(field, *byte) {
                true => out.extend_from_slice(with),
                false => out.push(*byte),
            }
        }
        findings.push(Diagnostic { action, ..finding });
        Ok(())
    }

    /// Ends a record that began at `start`: fills its leader.
    fn close(
        &self,
        record: RecordRef<'_>,
        (start, base): (usize, usize),
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Result<(), Diagnostic> {
        out.push(RECORD_TERMINATOR);
        let length = out.len().saturating_sub(start);
        let (stated, begins) = (self.fitting(length, MAX_RECORD), self.fitting(base, MAX_RECORD));
        if stated != Some(length) {
            let message = format!("the record has {length} bytes, at most {MAX_RECORD} can be said");
            let place = Location::of(record.position());
            let finding = Diagnostic::new(Code::RecordTooLong, place, message, "record rejected");
            self.state(stated, finding, findings)?;
        }
        let leader = self.leader_of(record, stated.unwrap_or(length), begins.unwrap_or(base));
        if let Some(place) = out.get_mut(start..start.saturating_add(Leader::LEN)) {
            place.copy_from_slice(leader.as_bytes());
        }
        Ok(())
    }

    /// The number to write for `number`, of which at most `most` can be said; `None` if that is refused.
    fn fitting(&self, number: usize, most: usize) -> Option<usize> {
        match self.oversize {
            _ if number <= most => Some(number),
            Oversize::Cap => Some(most),
            Oversize::Zero => Some(0),
            Oversize::Fail | Oversize::Split => None,
        }
    }

    /// Makes a finding of what is too long: an error where no other number is said in its place.
    fn state(
        &self,
        stated: Option<usize>,
        finding: Diagnostic,
        findings: &mut Findings,
    ) -> Result<(), Diagnostic> {
        if stated.is_none() {
            return Err(finding);
        }
        let action = match self.oversize {
            Oversize::Zero => "written as zeros",
            _ => "written as nines",
        };
        findings.push(Diagnostic { action, ..finding });
        Ok(())
    }

    fn leader_of(&self, record: RecordRef<'_>, length: usize, base: usize) -> Leader {
        let leader = record.header().leader.unwrap_or_default();
        let mut bytes = *leader.as_bytes();
        for (at, number) in [(0, length), (12, base)] {
            if let Some(place) = bytes.get_mut(at..).and_then(<[u8]>::first_chunk_mut::<5>) {
                *place = five_digits(number);
            }
        }
        let mut leader = Leader::new(bytes);
        if self.leader == LeaderValues::Keep {
            return leader;
        }
        leader.set(10, b'0'.saturating_add(record.syntax().indicators.min(9)));
        leader.set(11, b'2');
        // The entries that are written have no part for the implementation.
        let has_part = leader.get(22).is_some_and(|byte| matches!(byte, b'1'..=b'9'));
        if has_part || leader.get(20) != Some(b'4') || leader.get(21) != Some(b'5') {
            b"4500".iter().zip(20..).for_each(|(byte, position)| {
                leader.set(position, *byte);
            });
        }
        leader
    }
}

/// Where the data begin in a record with so many entries.
fn base_of(entries: usize) -> usize {
    entries.saturating_mul(12).saturating_add(Leader::LEN).saturating_add(1)
}

fn refusal(record: RecordRef<'_>, field: FieldRef<'_>, code: Code, message: String) -> Diagnostic {
    Diagnostic::new(code, place(record, field.tag(), field.index()), message, "record rejected")
}

/// Whether a byte of a field is to go where illegal characters are dropped or replaced.
fn is_illegal(field: FieldRef<'_>, byte: u8) -> bool {
    match byte {
        DELIMITER => field.is_control(),
        b'\t' | b'\n' | b'\r' | 0x1B => false,
        _ => byte < 0x20 || byte == 0x7F,
    }
}

fn is_clean(field: FieldRef<'_>) -> bool {
    !field.raw().iter().any(|byte| is_illegal(field, *byte))
}

/// A field whose tag says that it is of the other kind.
#[cold]
fn other_kind(record: RecordRef<'_>, field: FieldRef<'_>) -> Diagnostic {
    let (is, reads) = match field.is_control() {
        true => ("has no indicators and subfields", "a data field"),
        false => ("has indicators and subfields", "a control field"),
    };
    let message = format!("the field {is}, its tag will be read as that of {reads}");
    let place = place(record, field.tag(), field.index());
    Diagnostic::new(Code::FieldKind, place, message, "written as it is")
}

/// The last four digits of a number below 100,000, with leading zeros.
#[inline]
fn four_digits(number: usize) -> [u8; 4] {
    let number = number as u32 % 10_000;
    let (high, low) = (number / 100, number % 100);
    // Both at once: pairs of digits, then digits.
    let pairs = high | low << 16;
    let tens = ((pairs * 103) >> 10) & 0x000F_000F;
    let ones = pairs - tens * 10;
    (0x3030_3030 + (tens | ones << 8)).to_le_bytes()
}

/// The five digits of a number below 100,000, with leading zeros.
#[inline]
fn five_digits(number: usize) -> [u8; 5] {
    let [b, c, d, e] = four_digits(number);
    [b'0' + (number / 10_000 % 10) as u8, b, c, d, e]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iso2709::Writer;
    use crate::{FieldBuf, ReadOptions, Record, RecordRead, RecordWrite, Syntax, Tag, iso2709};

    fn written(record: &Record, options: &WriteOptions) -> Result<Vec<u8>> {
        let mut writer = Writer::new(Vec::new(), options);
        writer.write_record(record.view())?;
        writer.finish()?;
        Ok(writer.into_inner())
    }

    #[test]
    fn digits_of_all_numbers_that_can_be_said() {
        for number in 0..=MAX_RECORD {
            let digits = format!("{number:05}");
            assert_eq!(five_digits(number), digits.as_bytes());
            assert_eq!(four_digits(number), digits.as_bytes()[1..]);
        }
    }

    fn code(result: Result<Vec<u8>>) -> Option<Code> {
        result.err().and_then(|error| error.code())
    }

    #[test]
    fn what_does_not_fit_is_refused_by_name() {
        let options = WriteOptions::new();
        let field = |value: &str| Record::builder().data_field("520", "  ", [('a', value)]).build().unwrap();
        let longest = "x".repeat(9_994);
        assert!(written(&field(&longest), &options).is_ok());
        assert_eq!(code(written(&field(&format!("{longest}x")), &options)), Some(Code::RecordTooLong));
        assert_eq!(code(written(&field("a\u{1E}b"), &options)), Some(Code::CharacterNotAllowed));
        let mut many = Record::builder();
        for _ in 0..11 {
            many = many.data_field("520", "  ", [('a', longest.as_str())]);
        }
        assert_eq!(code(written(&many.build().unwrap(), &options)), Some(Code::RecordTooLong));
    }

    /// A record of `count` notes of `len` bytes each, indicators, delimiter, code and terminator included.
    fn long(count: usize, len: usize) -> Record {
        let mut record = Record::builder().control_field("001", "kart0001").build().unwrap();
        for number in 0..count {
            let value = format!("{number:03}{}", "x".repeat(len - 8));
            let field = FieldBuf::new(Syntax::MARC, Tag::new(*b"500"), |field| {
                field.subfield('a', &value);
            });
            record.insert_field(usize::MAX, &field.unwrap()).unwrap();
        }
        record
    }

    fn read(bytes: &[u8]) -> (Vec<Record>, Vec<Code>) {
        let mut reader = iso2709::SliceReader::new(bytes, &ReadOptions::new());
        let (mut records, mut codes) = (Vec::new(), Vec::new());
        let mut record = Record::new();
        while reader.read_record(&mut record).unwrap() {
            codes.extend(reader.diagnostics().iter().map(|finding| finding.code));
            records.push(record.clone());
        }
        (records, codes)
    }

    #[test]
    fn too_long_capped_or_zeroed() {
        for (policy, record_digits, field_digits) in
            [(Oversize::Cap, "99999", "9999"), (Oversize::Zero, "00000", "0000")]
        {
            let options = WriteOptions::new().oversize(policy);
            let record = long(1, 12_005);
            let bytes = written(&record, &options).unwrap();
            let head = format!("12064nam a2200049   4500001000900000500{field_digits}00009\x1e");
            assert!(bytes.starts_with(head.as_bytes()), "{}", bytes[..60].escape_ascii());
            assert_eq!(read(&bytes), (vec![record], vec![Code::Oversize]));
            let record = long(13, 9_999);
            let bytes = written(&record, &options).unwrap();
            assert!(bytes.starts_with(format!("{record_digits}nam a2200193   4500").as_bytes()));
            // The tenth note ends at 9 + 10 * 9,999: the twelfth begins behind what five digits say.
            let entry = |number: usize| std::str::from_utf8(&bytes[24 + number * 12..][..12]).unwrap();
            assert_eq!(entry(11), "500999999999");
            assert_eq!(entry(12), format!("5009999{record_digits}"));
            assert_eq!(read(&bytes).0, [record]);
        }
    }

    #[test]
    fn more_entries_than_a_base_address_can_say() {
        let record = long(9_000, 9);
        for policy in [Oversize::Cap, Oversize::Zero] {
            let bytes = written(&record, &WriteOptions::new().oversize(policy)).unwrap();
            assert_eq!(read(&bytes).0, std::slice::from_ref(&record));
        }
        assert_eq!(code(written(&record, &WriteOptions::new())), Some(Code::RecordTooLong));
    }

    #[test]
    fn too_long_in_parts() {
        let record = long(25, 9_999);
        let mut writer = Writer::new(Vec::new(), &WriteOptions::new().oversize(Oversize::Split));
        writer.write_record(record.view()).unwrap();
        writer.finish().unwrap();
        assert_eq!(
            writer.diagnostics()[0].to_string(),
            "error[W003] record 1 (byte 0): the record does not fit into 99999 bytes: 3 parts; split"
        );
        let bytes = writer.into_inner();
        let (parts, codes) = read(&bytes);
        assert_eq!(codes, []);
        assert_eq!(parts.iter().map(|part| part.fields().len()).collect::<Vec<_>>(), [10, 10, 8]);
        assert!(parts.iter().all(|part| part.field(1).unwrap().raw() == b"kart0001"));
        let notes: Vec<_> =
            parts.iter().flat_map(|part| part.fields_with("500")).map(|field| field.raw().to_vec()).collect();
        let expected: Vec<_> = record.fields_with("500").map(|field| field.raw().to_vec()).collect();
        assert_eq!(notes, expected);
        // A field has no parts.
        let options = WriteOptions::new().oversize(Oversize::Split);
        assert_eq!(code(written(&long(1, 12_005), &options)), Some(Code::RecordTooLong));
        assert_eq!(
            written(&long(1, 99), &options).unwrap(),
            written(&long(1, 99), &WriteOptions::new()).unwrap()
        );
    }

    #[test]
    fn characters_that_end_a_field_by_policy() {
        let record = |value: &[u8]| {
            let mut record =
                Record::builder().control_field("001", "k").data_field("500", "  ", []).build().unwrap();
            let mut body = b"k  \x1fa".to_vec();
            body.extend_from_slice(value);
            let end = body.len() as u32;
            record.set_text(std::str::from_utf8(&body).unwrap());
            let slots = record.slots_mut();
            *slots = vec![crate::record::Slot::new(Tag::new(*b"001"), 0, 1, true)];
            slots.push(crate::record::Slot::new(Tag::new(*b"500"), 1, end, false));
            record
        };
        let value = |record: &Record, policy| {
            let bytes = written(record, &WriteOptions::new().illegal_characters(policy)).unwrap();
            read(&bytes).0[0].field(500).unwrap().subfield('a').unwrap().to_string()
        };
        for byte in ["\x1d", "\x1e", "\0"] {
            let record = record(format!("one{byte}two").as_bytes());
            assert_eq!(code(written(&record, &WriteOptions::new())), Some(Code::CharacterNotAllowed));
            assert_eq!(value(&record, IllegalCharacters::Drop), "onetwo");
            assert_eq!(value(&record, IllegalCharacters::Replace), "one\u{FFFD}two");
        }
        // What harms nobody goes only where cleaning is asked for.
        let record = record(b"one\x07\x7f\ttwo");
        assert_eq!(value(&record, IllegalCharacters::Error), "one\x07\x7f\ttwo");
        assert_eq!(value(&record, IllegalCharacters::Drop), "one\ttwo");
        let mut latin = record.clone();
        latin.transcode(Charset::Windows1252, crate::Policy::Strict).unwrap();
        assert_eq!(value(&latin, IllegalCharacters::Replace), "one  \ttwo");
    }

    #[test]
    fn a_delimiter_in_a_control_field() {
        // Eight records of the Library of Congress have one at the end of 001.
        let bytes = b"00048nam a2200037   4500001001000000\x1ekart0001\x1f\x1e\x1d";
        let (records, _) = read(bytes);
        assert_eq!(written(&records[0], &WriteOptions::new()).unwrap(), bytes);
        let mut edited = records[0].clone();
        edited.set_leader(Some(Leader::default()));
        assert_eq!(written(&edited, &WriteOptions::new()).unwrap(), bytes);
        let options = WriteOptions::new().illegal_characters(IllegalCharacters::Drop);
        let cleaned = b"00047nam a2200037   4500001000900000\x1ekart0001\x1e\x1d";
        assert_eq!(written(&records[0], &options).unwrap(), cleaned);
        assert_eq!(written(&edited, &options).unwrap(), cleaned);
    }

    #[test]
    fn the_leader_set_or_kept() {
        let record = |leader: &str, tag: &str| {
            let record = Record::builder().leader(leader).control_field("001", "k");
            record.data_field(tag, "  ", [('a', "ə")]).build().unwrap()
        };
        let leader = |record: &Record, policy| {
            let bytes = written(record, &WriteOptions::new().leader(policy)).unwrap();
            String::from_utf8_lossy(&bytes[..24]).into_owned()
        };
        let lies = record("00000nam  2200000   4500", "245");
        assert_eq!(leader(&lies, LeaderValues::Set), "00059nam a2200049   4500", "245");
        assert_eq!(leader(&lies, LeaderValues::Keep), "00059nam  2200049   4500");
        let lies = record("00000nam a2500000   5600", "245");
        assert_eq!(leader(&lies, LeaderValues::Set), "00059nam a2200049   4500", "245");
        assert_eq!(leader(&lies, LeaderValues::Keep), "00059nam a2500049   5600");
        let longer = record("00000nam a2200000   4540", "245");
        assert_eq!(leader(&longer, LeaderValues::Set), "00059nam a2200049   4500");
        let unimarc = record("00000nam  2200000   450 ", "200");
        assert_eq!(leader(&unimarc, LeaderValues::Set), "00059nam  2200049   450 ");
    }

    #[test]
    fn an_edit_changes_only_what_it_must() {
        // The data of 500 lie before those of 001.
        let bytes = b"00086nam a2200061   4500001000900015500000600000500000900006\x1e  \x1fax\x1e  \x1faone!\x1ekart0001\x1e\x1d";
        let (records, codes) = read(bytes);
        assert_eq!((records.len(), codes), (1, vec![Code::DirectoryUnordered]));
        let mut record = records[0].clone();
        let field = |value: &str| {
            FieldBuf::new(Syntax::MARC, Tag::new(*b"500"), |field| {
                field.subfield('a', value);
            })
            .unwrap()
        };
        assert!(record.replace_field(1, &field("y")).unwrap());
        let mut expected = bytes.to_vec();
        let at = expected.iter().position(|byte| *byte == b'x').unwrap();
        expected[at] = b'y';
        assert_eq!(
            written(&record, &WriteOptions::new()).unwrap().escape_ascii().to_string(),
            expected.escape_ascii().to_string()
        );
        record.compact();
        assert_eq!(written(&record, &WriteOptions::new()).unwrap(), expected);
        assert!(record.remove_field(1));
        assert_eq!(
            written(&record, &WriteOptions::new()).unwrap(),
            b"00068nam a2200049   4500001000900009500000900000\x1e  \x1faone!\x1ekart0001\x1e\x1d"
        );
        record.insert_field(2, &field("z")).unwrap();
        assert_eq!(
            written(&record, &WriteOptions::new()).unwrap(),
            b"00086nam a2200061   4500001000900015500000900000500000600009\x1e  \x1faone!\x1e  \x1faz\x1ekart0001\x1e\x1d"
        );
    }

    #[test]
    fn a_leader_that_says_wider_entries_is_set_right() {
        let mut record = Record::builder()
            .control_field("001", "1")
            .data_field("245", "10", [('a', "x")])
            .build()
            .unwrap();
        let mut leader = Leader::default();
        b"454".iter().zip(20..).for_each(|(byte, position)| {
            leader.set(position, *byte);
        });
        record.header_mut().leader = Some(leader);
        let bytes = written(&record, &WriteOptions::new()).unwrap();
        assert_eq!(bytes.get(20..24), Some(&b"4500"[..]));
        let mut reader = iso2709::SliceReader::new(&bytes, &ReadOptions::new());
        let mut again = Record::new();
        assert!(reader.read_record(&mut again).unwrap() && reader.diagnostics().is_empty());
        assert_eq!(again.fields().len(), 2);
    }

    #[test]
    fn wide_tags_by_policy() {
        let record = crate::Builder::new(Syntax::IRBIS)
            .field("920", |f| f.lead("PAZK"))
            .field("2022", |f| f.lead("x"))
            .build()
            .unwrap();
        assert_eq!(code(written(&record, &WriteOptions::new())), Some(Code::TagTooWide));
        let bytes = written(&record, &WriteOptions::new().wide_tags(WideTags::Drop)).unwrap();
        assert_eq!(bytes, b"00047nam a2200037   4500920000900000\x1e  \x1f*PAZK\x1e\x1d");
    }

    #[test]
    fn another_charset_is_declared() {
        let data = std::fs::read("fixtures/iso2709/rusmarc-cp1251.mrc").unwrap();
        let utf8 = std::fs::read("fixtures/iso2709/rusmarc-utf8.mrc").unwrap();
        let mut reader = iso2709::SliceReader::new(&data, &ReadOptions::new());
        let mut writer = Writer::new(Vec::new(), &WriteOptions::new().charset(Charset::Utf8));
        crate::copy(&mut reader, &mut writer).unwrap();
        assert_eq!(writer.into_inner().escape_ascii().to_string(), utf8.escape_ascii().to_string());
        let mut reader = iso2709::SliceReader::new(&utf8, &ReadOptions::new());
        let mut writer = Writer::new(Vec::new(), &WriteOptions::new().charset(Charset::Windows1251));
        crate::copy(&mut reader, &mut writer).unwrap();
        assert_eq!(writer.into_inner(), data);
    }

    #[test]
    fn after_a_refusal_the_next_record_is_written() {
        let mut writer = Writer::new(Vec::new(), &WriteOptions::new());
        let good = Record::builder().control_field("001", "1").build().unwrap();
        let bad = Record::builder().control_field("001", "\u{1D}").build().unwrap();
        for record in [&good, &bad, &good] {
            let _ = writer.write_record(record.view());
        }
        writer.finish().unwrap();
        let bytes = writer.into_inner();
        let mut reader = iso2709::SliceReader::new(&bytes, &ReadOptions::new());
        let records: Vec<_> = reader.records().map(|record| record.unwrap()).collect();
        assert_eq!(records, [good.clone(), good]);
    }
}

//! Records to bytes.

use super::{FIELD_TERMINATOR, MAX_FIELD, MAX_RECORD, RECORD_TERMINATOR};
use crate::charset::Charset;
use crate::diagnostic::Findings;
use crate::io::{self, Adapter, WideTags, WriteOptions, place};
use crate::record::{FieldRef, Origin, RecordRef, declares};
use crate::{Code, Diagnostic, Error, Leader, Result};

/// The layout of ISO 2709.
///
/// A record that was read from ISO 2709 without damage and not changed is copied byte for byte. Any other is built:
/// lengths and base address are computed, leader/10 and 11 say what the fields have, leader/20 to 23 stay if they
/// say 4 and 5, all else of the leader stays. IRBIS records get their MARC form: see
/// [`WriteOptions::mfn_as_control_number`] and [`WriteOptions::wide_tags`].
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
}

impl io::Layout for Layout {
    const PARTS: bool = true;

    fn new(options: &WriteOptions) -> Layout {
        Layout { charset: options.charset, wide_tags: options.wide_tags }
    }

    fn record(&mut self, record: RecordRef<'_>, adapter: &mut Adapter, out: &mut Vec<u8>) -> Result<()> {
        if let Some(bytes) = record.verbatim(Origin::Iso2709) {
            let own = record.charset();
            if self.charset == Charset::Auto || self.charset == own && declares(record, own) {
                out.extend_from_slice(bytes);
                return Ok(());
            }
        }
        let (shaped, findings) = adapter.marc_in_charset(record, self.charset)?;
        build(shaped, self.wide_tags, out, findings).map_err(Error::unrepresentable)
    }
}

/// Appends a record; of what cannot be said in ISO 2709 makes a finding.
fn build(
    record: RecordRef<'_>,
    wide_tags: WideTags,
    out: &mut Vec<u8>,
    findings: &mut Findings,
) -> Result<(), Diagnostic> {
    let refuse = |field: FieldRef<'_>, code, message: String| {
        Diagnostic::new(code, place(record, field.tag(), field.index()), message, "record rejected")
    };
    let start = out.len();
    let mut entries = 0usize;
    for field in record.fields() {
        if field.tag().bytes().is_some() {
            entries = entries.saturating_add(1);
            continue;
        }
        let message = format!("tag {} has more than three digits", field.tag());
        let finding = refuse(field, Code::TagTooWide, message);
        match wide_tags {
            WideTags::Fail => return Err(finding),
            WideTags::Drop => findings.push(Diagnostic { action: "field left out", ..finding }),
        }
    }
    let base = entries.saturating_mul(12).saturating_add(Leader::LEN).saturating_add(1);
    out.resize(start.saturating_add(base).saturating_sub(1), b'0');
    out.push(FIELD_TERMINATOR);
    let data = out.len();
    let mut entry = start.saturating_add(Leader::LEN);
    for field in record.fields() {
        let Some(tag) = field.tag().bytes() else { continue };
        let body = field.raw();
        let offset = out.len().saturating_sub(data);
        let len = body.len().saturating_add(1);
        if len > MAX_FIELD {
            let message = format!("the field has {len} bytes, at most {MAX_FIELD} can be said");
            return Err(refuse(field, Code::RecordTooLong, message));
        }
        if offset > MAX_RECORD {
            let message =
                format!("the field begins {offset} bytes into the data, at most {MAX_RECORD} can be said");
            return Err(refuse(field, Code::RecordTooLong, message));
        }
        if let Some(at) = memchr::memchr2(FIELD_TERMINATOR, RECORD_TERMINATOR, body) {
            let byte = body.get(at).copied().unwrap_or_default();
            let message = format!("byte {at} of the field is {byte:02X}, which ends a field or record");
            return Err(refuse(field, Code::CharacterNotAllowed, message));
        }
        if field.is_control() != field.tag().is_control() {
            let (is, reads) = match field.is_control() {
                true => ("has no indicators and subfields", "a data field"),
                false => ("has indicators and subfields", "a control field"),
            };
            let message = format!("the field {is}, its tag will be read as that of {reads}");
            let place = place(record, field.tag(), field.index());
            findings.push(Diagnostic::new(Code::FieldKind, place, message, "written as it is"));
        }
        if let Some([a, b, c, numbers @ ..]) = out.get_mut(entry..entry.saturating_add(12)) {
            [*a, *b, *c] = tag;
            let (length, start) = numbers.split_at_mut_checked(4).unwrap_or_default();
            put_number(length, len);
            put_number(start, offset);
        }
        entry = entry.saturating_add(12);
        out.extend_from_slice(body);
        out.push(FIELD_TERMINATOR);
    }
    out.push(RECORD_TERMINATOR);
    let length = out.len().saturating_sub(start);
    if length > MAX_RECORD || base > MAX_RECORD {
        let message = format!("the record has {length} bytes, at most {MAX_RECORD} can be said");
        let place = crate::Location::of(record.position());
        return Err(Diagnostic::new(Code::RecordTooLong, place, message, "record rejected"));
    }
    let leader = leader_of(record, length, base);
    if let Some(place) = out.get_mut(start..start.saturating_add(Leader::LEN)) {
        place.copy_from_slice(leader.as_bytes());
    }
    Ok(())
}

fn leader_of(record: RecordRef<'_>, length: usize, base: usize) -> Leader {
    let leader = record.header().leader.unwrap_or_default();
    let mut bytes = *leader.as_bytes();
    if let Some(place) = bytes.get_mut(0..5) {
        put_number(place, length);
    }
    if let Some(place) = bytes.get_mut(12..17) {
        put_number(place, base);
    }
    let mut leader = Leader::new(bytes);
    leader.set(10, b'0'.saturating_add(record.syntax().indicators.min(9)));
    leader.set(11, b'2');
    if leader.get(20) != Some(b'4') || leader.get(21) != Some(b'5') {
        b"4500".iter().zip(20..).for_each(|(byte, position)| {
            leader.set(position, *byte);
        });
    }
    leader
}

/// Writes a number with leading zeros into all of `place`.
fn put_number(place: &mut [u8], mut number: usize) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iso2709::Writer;
    use crate::{ReadOptions, Record, RecordRead, RecordWrite, Syntax, iso2709};

    fn written(record: &Record, options: &WriteOptions) -> Result<Vec<u8>> {
        let mut writer = Writer::new(Vec::new(), options);
        writer.write_record(record.view())?;
        writer.finish()?;
        Ok(writer.into_inner())
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

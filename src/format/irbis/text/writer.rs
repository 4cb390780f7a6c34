//! Writes records as lines.

use super::FORMAT;
use super::{BYTE_ORDER_MARK, END};
use crate::charset::Charset;
use crate::error::{Error, Result};
use crate::finding::Finding;
use crate::finding::Findings;
use crate::format::irbis::fields::{number, put_body};
use crate::format::lines::LINE_ENDS;
use crate::io::{self, IllegalCharacters, Preparation, WriteOptions, place};
use crate::position::Location;
use crate::record::rules::{CHARACTER_NOT_ALLOWED, HEADER_LOST};
use crate::record::{FieldRef, Record, RecordRef, in_irbis_form};

/// The rendering of exchange text: lines that end with CR LF, like those of IRBIS.
///
/// An undamaged, unedited record from exchange text is copied byte for byte. A MARC record gets the form in
/// which IRBIS users type MARC fields: indicators that are not blank become the first two characters of the
/// head text; its leader is dropped, with a finding. A field cannot contain the characters CR and LF: see
/// [`WriteOptions::illegal_characters`].
///
/// # Example
/// ```
/// use kartoteka::{Builder, RecordWrite, Syntax, WriteOptions, irbis_text};
///
/// let record = Builder::new(Syntax::IRBIS).field("200", |field| field.subfield('A', "Хамса")).build()?;
/// let mut writer = irbis_text::Writer::new(Vec::new(), &WriteOptions::new());
/// writer.write_record(record.view())?;
/// writer.finish()?;
/// assert_eq!(writer.into_inner(), "#200: ^AХамса\r\n*****\r\n".as_bytes());
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug)]
pub struct Rendering {
    charset: Charset,
    illegal: IllegalCharacters,
    irbis: Record,
    begun: bool,
    /// Whether the last line written lacks its line end, as in some files.
    open: bool,
}

impl io::Rendering for Rendering {
    const PARTS: bool = true;

    fn new(options: &WriteOptions) -> Rendering {
        let (charset, illegal) = (options.charset, options.illegal_characters);
        Rendering { charset, illegal, irbis: Record::new(), begun: false, open: false }
    }

    fn record(
        &mut self,
        record: RecordRef<'_>,
        preparation: &mut Preparation,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        if self.open {
            out.extend_from_slice(b"\r\n");
        }
        if let Some(bytes) = record.verbatim(FORMAT.name) {
            if self.charset == Charset::Auto || self.charset == record.charset() {
                // A byte order mark is only valid at the start of the output.
                let bytes =
                    if self.begun { bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes) } else { bytes };
                out.extend_from_slice(bytes);
                (self.begun, self.open) = (true, !bytes.ends_with(b"\n"));
                return Ok(());
            }
        }
        let (prepared, findings) = preparation.in_charset(record, self.charset)?;
        let header = record.header();
        if header.leader.is_some() && header.kept.is_none() || header.isis.is_some() {
            let message = "exchange text has no leader, and no number, status and version of the record";
            let place = Location::of(record.position());
            findings.push(Finding::new(HEADER_LOST, place, message, "left out"));
        }
        let prepared = in_irbis_form(prepared, false, &mut self.irbis, findings);
        build(prepared, self.illegal, out, findings)?;
        (self.begun, self.open) = (true, false);
        Ok(())
    }

    fn append<'p>(&mut self, part: &'p [u8], _out: &mut Vec<u8>) -> &'p [u8] {
        let begun = std::mem::replace(&mut self.begun, true);
        if begun { part.strip_prefix(BYTE_ORDER_MARK).unwrap_or(part) } else { part }
    }
}

/// Appends a record; adds a finding for anything that exchange text cannot represent.
fn build(
    record: RecordRef<'_>,
    illegal: IllegalCharacters,
    out: &mut Vec<u8>,
    findings: &mut Findings,
) -> Result<()> {
    let first = record.fields().next().map(FieldRef::tag);
    let next = record.fields().skip(1).map(|field| Some(field.tag())).chain([None]);
    for (field, next) in record.fields().zip(next) {
        out.push(b'#');
        out.extend_from_slice(number(record, field)?.to_string().as_bytes());
        out.extend_from_slice(b": ");
        put_body((record, field), (LINE_ENDS, illegal), out, findings)?;
        if out.ends_with(END) && next == first && Some(field.tag()) != first {
            let place = place(record, field.tag(), field.index());
            let message = "the field ends with asterisks, and the next begins like a record";
            let finding = |action| Finding::new(CHARACTER_NOT_ALLOWED, place, message, action);
            if illegal == IllegalCharacters::Error {
                return Err(Error::unrepresentable(finding("record rejected")));
            }
            out.push(b' ');
            findings.push(finding("a blank put after them"));
        }
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(END);
    out.extend_from_slice(b"\r\n");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::iso2709;
    use crate::io::{ReadOptions, RecordRead, RecordWrite};
    use crate::irbis_text;
    use crate::irbis_text::Writer;
    use crate::record::Syntax;
    use crate::record::rules::INDICATOR_LOST;

    fn rewritten(data: &[u8], options: &WriteOptions) -> Vec<u8> {
        let mut reader = irbis_text::SliceReader::new(data, &ReadOptions::new());
        let mut writer = Writer::new(Vec::new(), options);
        let _ = crate::copy(&mut reader, &mut writer).unwrap();
        writer.into_inner()
    }

    #[test]
    fn what_was_read_is_written_byte_for_byte() {
        for name in ["export.txt", "export-bom.txt", "export-cp1251.txt", "export-cp866.txt"] {
            let data = std::fs::read(format!("fixtures/irbis/{name}")).unwrap();
            assert!(rewritten(&data, &WriteOptions::new()) == data, "{name}");
        }
    }

    /// The last line of a file may lack its line end; it gets one only if more is written.
    #[test]
    fn a_line_without_end_stays_so() {
        let data = b"#920: A\r\n*****\r\n#920: B\r\n*****";
        assert_eq!(rewritten(data, &WriteOptions::new()), data);
        let mut writer = Writer::new(Vec::new(), &WriteOptions::new());
        for _ in 0..2 {
            let mut reader = irbis_text::SliceReader::new(data, &ReadOptions::new());
            reader.records().for_each(|record| writer.write_record(record.unwrap().view()).unwrap());
        }
        let bad = crate::Builder::new(Syntax::IRBIS).field("300", |f| f.lead("a\nb")).build().unwrap();
        assert!(writer.write_record(bad.view()).is_err());
        writer.finish().unwrap();
        assert_eq!(writer.into_inner(), [&data[..], b"\r\n", data].concat());
    }

    #[test]
    fn code_pages_into_each_other() {
        let cp1251 = std::fs::read("fixtures/irbis/export-cp1251.txt").unwrap();
        let cp866 = std::fs::read("fixtures/irbis/export-cp866.txt").unwrap();
        let to = |charset| WriteOptions::new().charset(charset);
        assert!(rewritten(&cp1251, &to(Charset::Ibm866)) == cp866);
        assert!(rewritten(&cp866, &to(Charset::Windows1251)) == cp1251);
    }

    #[test]
    fn line_ends_in_values_by_policy() {
        let record = crate::Builder::new(Syntax::IRBIS).field("300", |f| f.lead("a\r\nb")).build().unwrap();
        let mut results = Vec::new();
        for policy in [IllegalCharacters::Error, IllegalCharacters::Drop, IllegalCharacters::Replace] {
            let mut writer = Writer::new(Vec::new(), &WriteOptions::new().illegal_characters(policy));
            let written = writer.write_record(record.view()).map_err(|error| error.rule());
            writer.finish().unwrap();
            results.push((
                written.is_ok(),
                writer.findings().len(),
                String::from_utf8(writer.into_inner()).unwrap(),
            ));
        }
        let text = |value: &str| format!("#300: {value}\r\n*****\r\n");
        assert_eq!(results, [(false, 0, String::new()), (true, 1, text("ab")), (true, 1, text("a  b"))]);
    }

    #[test]
    fn marc_records_keep_their_indicators_as_text() {
        let record = Record::builder()
            .control_field("001", "kart0001")
            .data_field("200", "1 ", [('a', "Title")])
            .data_field("300", "  ", [('a', "Note")])
            .build()
            .unwrap();
        let mut writer = Writer::new(Vec::new(), &WriteOptions::new());
        writer.write_record(record.view()).unwrap();
        writer.finish().unwrap();
        let codes: Vec<_> = writer.findings().iter().map(|finding| finding.rule).collect();
        assert_eq!(codes, [HEADER_LOST, INDICATOR_LOST]);
        let text = String::from_utf8(writer.into_inner()).unwrap();
        assert_eq!(text, "#1: kart0001\r\n#200: 1 ^aTitle\r\n#300: ^aNote\r\n*****\r\n");
    }

    #[test]
    fn iso_of_irbis_becomes_the_export_it_was_made_from() {
        let iso = std::fs::read("fixtures/irbis/irbis-cp1251.iso").unwrap();
        let options = ReadOptions::new().dialect(crate::Dialect::Irbis);
        let mut reader = iso2709::SliceReader::new(&iso, &options);
        let mut writer = Writer::new(Vec::new(), &WriteOptions::new());
        let summary = crate::copy(&mut reader, &mut writer).unwrap();
        assert_eq!(summary.written, 3);
        let text = std::fs::read("fixtures/irbis/export-cp1251.txt").unwrap();
        // The fixture omits tags above 999, and text has no place for the leader of IRBIS.
        let lines = |bytes: &[u8]| -> Vec<String> {
            let narrow = |line: &&[u8]| {
                !line.starts_with(b"#") || line.iter().position(|byte| *byte == b':') < Some(5)
            };
            bytes
                .split(|byte| *byte == b'\n')
                .filter(narrow)
                .map(|line| line.escape_ascii().to_string())
                .collect()
        };
        assert_eq!(lines(&writer.into_inner()), lines(&text));
    }
}

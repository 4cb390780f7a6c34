//! Writes documents: the collection, its namespace, and the attributes of records.

use super::element::Element;
use crate::error::{Error, Result};
use crate::format::xml::kit::{Escape, NAMESPACE, record_type};
use crate::io::{self, Preparation, WriteOptions};
use crate::record::{Dialect, RecordRef};

/// The rendering of MARCXML: a collection of records, in UTF-8, always well-formed.
///
/// IRBIS records get their MARC form: see [`WriteOptions::mfn_as_control_number`]; tags above 999 are written
/// with all their digits, with a finding. A character that XML 1.0 does not allow is treated according to
/// [`WriteOptions::illegal_characters`]. If the text is not all ASCII, leader/09 declares UTF-8, or 100$a of
/// UNIMARC does.
///
/// # Example
/// ```
/// use kartoteka::{Record, RecordWrite, WriteOptions, marcxml};
///
/// let record = Record::builder().data_field("245", "10", [('a', "Pride & prejudice")]).build()?;
/// let mut writer = marcxml::Writer::new(Vec::new(), &WriteOptions::new().indent(false));
/// writer.write_record(record.view())?;
/// writer.finish()?;
/// let xml = String::from_utf8(writer.into_inner()).unwrap();
/// assert!(xml.contains("<subfield code=\"a\">Pride &amp; prejudice</subfield>"));
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug)]
pub struct Rendering {
    form: Form,
    escape: Escape,
    indent: bool,
    types: bool,
    single: bool,
    prefix: String,
    begun: bool,
}

/// The differences between MARCXML and MarcXchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::format) enum Form {
    Marcxml,
    Marcxchange,
}

impl Form {
    const fn namespace(self) -> &'static str {
        match self {
            Form::Marcxml => NAMESPACE,
            Form::Marcxchange => "info:lc/xmlns/marcxchange-v1",
        }
    }
}

impl Rendering {
    /// Creates the rendering of MARCXML or MarcXchange.
    pub(in crate::format) fn in_form(options: &WriteOptions, form: Form) -> Rendering {
        Rendering {
            form,
            escape: Escape::new(options),
            indent: options.indent,
            types: options.record_types,
            single: options.single_record,
            prefix: options.xml_prefix.clone(),
            begun: options.part,
        }
    }

    fn begin(&mut self, out: &mut Vec<u8>) {
        if !self.begun {
            out.extend_from_slice(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
            if !self.single {
                let start = out.len();
                out.extend_from_slice(format!("<collection{}>\n", self.namespace()).as_bytes());
                self.put_prefix(start, out);
            }
        }
    }

    /// Returns the attribute that declares the namespace.
    fn namespace(&self) -> String {
        let colon = if self.prefix.is_empty() { "" } else { ":" };
        format!(" xmlns{colon}{}=\"{}\"", self.prefix, self.form.namespace())
    }

    /// Returns the attributes of a record.
    fn attributes(&self, record: RecordRef<'_>) -> String {
        let mut attributes = if self.single { self.namespace() } else { String::new() };
        if self.types {
            let format = match Dialect::guess(record) {
                Dialect::Marc21 => Some("MARC21"),
                Dialect::Unimarc | Dialect::Rusmarc => Some("UNIMARC"),
                _ => None,
            };
            if let (Form::Marcxchange, Some(format)) = (self.form, format) {
                attributes.push_str(&format!(" format=\"{format}\""));
            }
            if let Some(name) = record.header().leader.and_then(|leader| record_type(leader.record_type())) {
                attributes.push_str(&format!(" type=\"{name}\""));
            }
        }
        attributes
    }

    /// Adds the prefix to the names of all elements that were appended from offset `start` on. `<` occurs
    /// nowhere else.
    fn put_prefix(&self, start: usize, out: &mut Vec<u8>) {
        if self.prefix.is_empty() {
            return;
        }
        let plain = out.split_off(start);
        let mut rest = plain.as_slice();
        while let Some(at) = memchr::memchr(b'<', rest) {
            let closes = rest.get(at + 1) == Some(&b'/');
            let len = at + if closes { 2 } else { 1 };
            let (before, after) = rest.split_at_checked(len).unwrap_or((rest, &[]));
            out.extend_from_slice(before);
            out.extend_from_slice(self.prefix.as_bytes());
            out.push(b':');
            rest = after;
        }
        out.extend_from_slice(rest);
    }
}

impl io::Rendering for Rendering {
    const PARTS: bool = true;

    fn new(options: &WriteOptions) -> Rendering {
        Rendering::in_form(options, Form::Marcxml)
    }

    fn record(
        &mut self,
        record: RecordRef<'_>,
        preparation: &mut Preparation,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        if self.single && self.begun {
            return Err(Error::argument("a document without a collection holds one record"));
        }
        let (record, findings) = preparation.marc(record)?;
        self.begin(out);
        let start = out.len();
        let attributes = self.attributes(record);
        let element = Element { record, attributes: &attributes, indent: self.indent, escape: self.escape };
        element.write(out, findings).map_err(Error::unrepresentable)?;
        self.put_prefix(start, out);
        self.begun = true;
        Ok(())
    }

    fn append<'p>(&mut self, part: &'p [u8], out: &mut Vec<u8>) -> &'p [u8] {
        self.begin(out);
        self.begun = true;
        part
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        if self.single && self.begun {
            return;
        }
        self.single = false;
        self.begin(out);
        let start = out.len();
        out.extend_from_slice(b"</collection>\n");
        self.put_prefix(start, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::xml::marcxml;
    use crate::io::{IllegalCharacters, ReadOptions, RecordRead, RecordWrite};
    use crate::marcxml::Writer;
    use crate::record::Record;
    use crate::record::rules::CHARACTER_NOT_ALLOWED;

    fn written(record: &Record, options: &WriteOptions) -> Result<(String, usize)> {
        let mut writer = Writer::new(Vec::new(), options);
        writer.write_record(record.view())?;
        let findings = writer.findings().len();
        writer.finish()?;
        Ok((String::from_utf8(writer.into_inner()).unwrap(), findings))
    }

    fn read(xml: &str) -> Record {
        let mut reader = marcxml::SliceReader::new(xml.as_bytes(), &ReadOptions::new());
        let record = reader.records().next().unwrap().unwrap();
        assert_eq!(reader.findings(), []);
        record
    }

    #[test]
    fn all_that_xml_can_carry_comes_back() {
        let text = "\"<&>' ]]> \t a\r\nb \u{85}\u{7F}\u{FFFD}\u{FEFF}əğıқңүپ\u{10FFFF}  ";
        let record = Record::builder()
            .as_is()
            .control_field("001", text)
            .data_field("245", "\"<", [('a', text), ('"', ""), ('&', "x"), ('η', "y")])
            .build()
            .unwrap();
        for indent in [true, false] {
            let (xml, findings) = written(&record, &WriteOptions::new().indent(indent)).unwrap();
            assert_eq!(findings, 0);
            assert_eq!(read(&xml), record, "{xml}");
        }
    }

    #[test]
    fn the_layout() {
        let record = Record::builder()
            .leader("00045nam a2200037   4500")
            .control_field("001", "kart0001")
            .data_field("245", "10", [('a', "Divan"), ('c', "Füzuli")])
            .build()
            .unwrap();
        let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
            <collection xmlns=\"http://www.loc.gov/MARC21/slim\">\n";
        let indented = "<record>\n  <leader>00045nam a2200037   4500</leader>\n  \
            <controlfield tag=\"001\">kart0001</controlfield>\n  \
            <datafield tag=\"245\" ind1=\"1\" ind2=\"0\">\n    <subfield code=\"a\">Divan</subfield>\n    \
            <subfield code=\"c\">Füzuli</subfield>\n  </datafield>\n</record>\n</collection>\n";
        assert_eq!(written(&record, &WriteOptions::new()).unwrap().0, format!("{head}{indented}"));
        let compact = "<record><leader>00045nam a2200037   4500</leader>\
            <controlfield tag=\"001\">kart0001</controlfield>\
            <datafield tag=\"245\" ind1=\"1\" ind2=\"0\"><subfield code=\"a\">Divan</subfield>\
            <subfield code=\"c\">Füzuli</subfield></datafield></record>\n</collection>\n";
        assert_eq!(
            written(&record, &WriteOptions::new().indent(false)).unwrap().0,
            format!("{head}{compact}")
        );
    }

    /// A delimiter counted twice must not hide another one in a control field.
    #[test]
    fn fields_that_overlap_are_written_with_care() {
        let mut record = Record::new();
        record.text_mut().push_str("10\u{1F}ax");
        record.end_field("245".parse().unwrap(), 0, false);
        record.end_field("246".parse().unwrap(), 0, false);
        record.text_mut().push('\u{1F}');
        record.end_field("001".parse().unwrap(), 5, true);
        let error = written(&record, &WriteOptions::new()).unwrap_err();
        assert_eq!(error.location().unwrap().tag, "001".parse().ok());
    }

    #[test]
    fn a_field_that_begins_inside_a_character_is_mended() {
        let mut record = Record::new();
        record.text_mut().push_str("10\u{1F}aə");
        record.end_field("001".parse().unwrap(), 5, true);
        let (xml, findings) = written(&record, &WriteOptions::new()).unwrap();
        assert!(xml.contains("<controlfield tag=\"001\">\u{FFFD}</controlfield>") && findings == 1, "{xml}");
    }

    #[test]
    fn the_leader_says_that_the_text_is_in_utf_8() {
        let through = |iso: &[u8]| -> String {
            let mut writer = Writer::new(Vec::new(), &WriteOptions::new().indent(false));
            let _ = crate::copy(&mut crate::iso2709::SliceReader::new(iso, &ReadOptions::new()), &mut writer)
                .unwrap();
            String::from_utf8(writer.into_inner()).unwrap()
        };
        let iso = |coding: &str, value: &[u8]| -> Vec<u8> {
            let directory = format!("2450{:03}00000\x1E", value.len() + 5);
            let length = 24 + directory.len() + value.len() + 6;
            let head = format!("{length:05}nam {coding}22000377a 4500{directory}10\x1Fa");
            [head.as_bytes(), value, b"\x1E\x1D"].concat()
        };
        // From MARC-8, from UTF-8 that was not declared, and ASCII, which is both.
        assert!(through(&iso(" ", b"Caf\xE2e")).contains("nam a22000377a 4500</leader>"));
        assert!(through(&iso(" ", "Məsnəvi və qəzəl".as_bytes())).contains("nam a22000377a 4500</leader>"));
        assert!(through(&iso("a", "Məsnəvi".as_bytes())).contains("nam a22000377a 4500</leader>"));
        assert!(through(&iso(" ", b"Divan")).contains("nam  22000377a 4500</leader>"));
    }

    #[test]
    fn what_xml_does_not_allow_by_policy() {
        let options = |policy| WriteOptions::new().illegal_characters(policy);
        for bad in ["\u{1F}", "\u{0}", "\u{1E}", "\u{FFFE}", "\u{FFFF}", "\u{7}"] {
            let record = Record::builder().control_field("001", format!("a{bad}b")).build().unwrap();
            let error = written(&record, &options(IllegalCharacters::Error)).unwrap_err();
            assert_eq!(error.rule(), Some(CHARACTER_NOT_ALLOWED));
            let (xml, findings) = written(&record, &options(IllegalCharacters::Drop)).unwrap();
            assert!(xml.contains(">ab<") && findings == 1);
            let (xml, findings) = written(&record, &options(IllegalCharacters::Replace)).unwrap();
            assert!(xml.contains(">a\u{FFFD}b<") && findings == 1);
        }
    }

    #[test]
    fn no_records_are_an_empty_collection() {
        let mut writer = Writer::new(Vec::new(), &WriteOptions::new());
        writer.finish().unwrap();
        writer.finish().unwrap();
        let xml = String::from_utf8(writer.into_inner()).unwrap();
        assert!(xml.ends_with("slim\">\n</collection>\n"));
    }

    #[test]
    fn tags_above_999_keep_their_digits() {
        let record = crate::Builder::new(crate::Syntax::IRBIS)
            .field("2022", |f| f.lead("head").subfield('A', "x"))
            .build()
            .unwrap();
        let (xml, findings) = written(&record, &WriteOptions::new()).unwrap();
        assert_eq!(findings, 1);
        assert!(
            xml.contains("tag=\"2022\" ind1=\" \" ind2=\" \"") && xml.contains("code=\"*\">head<"),
            "{xml}"
        );
        let options = ReadOptions::new().dialect(crate::Dialect::Irbis);
        let mut reader = marcxml::SliceReader::new(xml.as_bytes(), &options);
        assert_eq!(reader.records().next().unwrap().unwrap(), record);
    }
}

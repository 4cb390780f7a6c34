//! Records to elements.

use super::NAMESPACE;
use super::vocabulary::record_type;
use crate::diagnostic::Findings;
use crate::io::{self, Adapter, IllegalCharacters, WriteOptions, census, place};
use crate::record::{Dialect, FieldRef, RecordRef};
use crate::{Code, Diagnostic, Error, Location, Result};

/// The layout of MARCXML: a collection of records, in UTF-8, always well-formed.
///
/// IRBIS records get their MARC form: see [`WriteOptions::mfn_as_control_number`]; tags above 999 are written with
/// all their digits, with a finding. A character that XML 1.0 does not allow is treated as
/// [`WriteOptions::illegal_characters`] says.
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
pub struct Layout {
    form: Form,
    escape: Escape,
    indent: bool,
    types: bool,
    single: bool,
    prefix: String,
    begun: bool,
}

/// What differs between MARCXML and its twin.
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

impl Layout {
    /// Makes the layout of MARCXML or its twin.
    pub(in crate::format) fn in_form(options: &WriteOptions, form: Form) -> Layout {
        Layout {
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

    /// The attribute that declares the namespace.
    fn namespace(&self) -> String {
        let colon = if self.prefix.is_empty() { "" } else { ":" };
        format!(" xmlns{colon}{}=\"{}\"", self.prefix, self.form.namespace())
    }

    /// The attributes of a record.
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

    /// Puts the prefix to the names of all elements that were appended from `start` on. No `<` stands anywhere else.
    fn put_prefix(&self, start: usize, out: &mut Vec<u8>) {
        if self.prefix.is_empty() {
            return;
        }
        let plain = out.split_off(start);
        let mut rest = plain.as_slice();
        while let Some(at) = memchr::memchr(b'<', rest) {
            let closes = rest.get(at.saturating_add(1)) == Some(&b'/');
            let len = at.saturating_add(if closes { 2 } else { 1 });
            let (before, behind) = rest.split_at_checked(len).unwrap_or((rest, &[]));
            out.extend_from_slice(before);
            out.extend_from_slice(self.prefix.as_bytes());
            out.push(b':');
            rest = behind;
        }
        out.extend_from_slice(rest);
    }
}

impl io::Layout for Layout {
    const PARTS: bool = true;

    fn new(options: &WriteOptions) -> Layout {
        Layout::in_form(options, Form::Marcxml)
    }

    fn record(&mut self, record: RecordRef<'_>, adapter: &mut Adapter, out: &mut Vec<u8>) -> Result<()> {
        if self.single && self.begun {
            return Err(Error::argument("a document without a collection holds one record"));
        }
        let (record, findings) = adapter.marc(record)?;
        self.begin(out);
        let start = out.len();
        let attributes = self.attributes(record);
        let element = Element { record, attributes: &attributes, indent: self.indent, escape: self.escape };
        let markup = || memchr::memchr3(b'&', b'<', b'>', record.buffer()).is_some();
        let written = match census(record, is_odd) {
            Some(false) if !markup() => element.write::<COPY>(out, findings),
            Some(false) => element.write::<ESCAPE_MARKUP>(out, findings),
            _ => element.write::<ESCAPE_ALL>(out, findings),
        };
        written.map_err(Error::unrepresentable)?;
        self.put_prefix(start, out);
        self.begun = true;
        Ok(())
    }

    fn append(&mut self, part: &[u8], out: &mut Vec<u8>) {
        self.begin(out);
        out.extend_from_slice(part);
        self.begun = true;
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

/// Whether a byte may need more than copying, markup aside: a control character, or the first byte of U+FFFE and
/// U+FFFF. The delimiters of ISO 2709 are looked for elsewhere.
#[inline]
fn is_odd(byte: u8) -> bool {
    (byte < 0x1D) | (byte == 0xEF)
}

// How the values of a record are written, by the kinds of bytes in it.
const COPY: u8 = 0;
const ESCAPE_MARKUP: u8 = 1;
const ESCAPE_ALL: u8 = 2;

/// A record on its way to XML.
struct Element<'a> {
    record: RecordRef<'a>,
    attributes: &'a str,
    indent: bool,
    escape: Escape,
}

impl Element<'_> {
    /// Appends the element. `HOW` tells how values are written.
    fn write<const HOW: u8>(&self, out: &mut Vec<u8>, findings: &mut Findings) -> Result<(), Diagnostic> {
        out.extend_from_slice(b"<record");
        out.extend_from_slice(self.attributes.as_bytes());
        self.piece(out, b">\n", 0);
        if let Some(leader) = &self.record.header().leader {
            self.piece(out, b"  <leader>", 2);
            let bytes = leader.as_bytes();
            let plain = |byte: &u8| byte.is_ascii_alphanumeric() | (*byte == b' ') | (*byte == b'|');
            if bytes.iter().fold(true, |all, byte| all & plain(byte)) {
                out.extend_from_slice(bytes);
            } else {
                let place = Location::of(self.record.position());
                let text = leader.to_string(); // escaped where it is not UTF-8
                self.escape.append(text.as_bytes(), place, out, findings)?;
            }
            self.piece(out, b"</leader>\n", 0);
        }
        for field in self.record.fields() {
            if field.is_control() {
                self.control_start(field, out, findings)?;
                self.value::<HOW>(field.raw(), field, out, findings)?;
                self.piece(out, b"</controlfield>\n", 0);
                continue;
            }
            let (indicators, lead, subfields) = field.parts();
            self.data_start(field, indicators, out, findings)?;
            if !lead.is_empty() {
                let place = place(self.record, field.tag(), field.index());
                let message = format!("{} bytes stand before the first subfield", lead.len());
                findings.push(Diagnostic::new(
                    Code::DataBeforeSubfield,
                    place,
                    message,
                    "written as subfield *",
                ));
                self.subfield::<HOW>(b"*", lead.as_bytes(), field, out, findings)?;
            }
            let mut segments = subfields;
            while let Some(range) = segments.next_segment() {
                let (code, value) = segments.split_segment(range);
                if code.is_empty() {
                    let place = place(self.record, field.tag(), field.index());
                    let message = "a delimiter without a subfield code";
                    findings.push(Diagnostic::new(Code::SubfieldLost, place, message, "left out"));
                    continue;
                }
                self.subfield::<HOW>(code, value, field, out, findings)?;
            }
            self.piece(out, b"  </datafield>\n", 2);
        }
        self.piece(out, b"</record>\n", 0);
        if !self.indent {
            out.push(b'\n'); // a line a record
        }
        Ok(())
    }

    /// Appends markup; without its first bytes and its line end where the layout is compact.
    #[inline(always)]
    fn piece(&self, out: &mut Vec<u8>, piece: &[u8], indent: usize) {
        if self.indent {
            out.extend_from_slice(piece);
        } else {
            let piece = piece.get(indent..).unwrap_or_default();
            out.extend_from_slice(piece.strip_suffix(b"\n").unwrap_or(piece));
        }
    }

    #[inline]
    fn control_start(
        &self,
        field: FieldRef<'_>,
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Result<(), Diagnostic> {
        let mut start = *b"  <controlfield tag=\"   \">";
        if let Some([a, b, c]) = plain_tag(field) {
            [start[21], start[22], start[23]] = [a, b, c];
            self.piece(out, &start, 2);
            return Ok(());
        }
        self.piece(out, b"  <controlfield tag=\"", 2);
        self.tag(field, out, findings)?;
        out.extend_from_slice(b"\">");
        Ok(())
    }

    #[inline(always)]
    fn data_start(
        &self,
        field: FieldRef<'_>,
        indicators: &[u8],
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Result<(), Diagnostic> {
        let mut start = *b"  <datafield tag=\"   \" ind1=\" \" ind2=\" \">\n";
        if let (Some([a, b, c]), &[first, second]) = (plain_tag(field), indicators) {
            if is_plain(first) && is_plain(second) {
                [start[18], start[19], start[20]] = [a, b, c];
                start[29] = first;
                start[38] = second;
                self.piece(out, &start, 2);
                return Ok(());
            }
        }
        self.odd_data_start(field, indicators, out, findings)
    }

    /// The start tag of a data field with an odd tag, or other indicators than two letters, digits or blanks.
    #[cold]
    fn odd_data_start(
        &self,
        field: FieldRef<'_>,
        indicators: &[u8],
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Result<(), Diagnostic> {
        self.piece(out, b"  <datafield tag=\"", 2);
        self.tag(field, out, findings)?;
        out.push(b'"');
        let count = usize::from(self.record.syntax().indicators).max(2);
        let place = place(self.record, field.tag(), field.index());
        for number in 0..count {
            let indicator = indicators.get(number).copied().unwrap_or(b' ');
            out.extend_from_slice(format!(" ind{}=\"", number.saturating_add(1)).as_bytes());
            if indicator.is_ascii() {
                self.escape.append(&[indicator], place, out, findings)?;
            } else {
                let message = format!("indicator {} is the byte {indicator:02X}", number.saturating_add(1));
                findings.push(Diagnostic::new(
                    Code::CharacterNotAllowed,
                    place,
                    message,
                    "written as a blank",
                ));
                out.push(b' ');
            }
            out.push(b'"');
        }
        if indicators.len() > 2 {
            let message = format!("the field has {} indicators", indicators.len());
            findings.push(Diagnostic::new(Code::IndicatorLost, place, message, "written as ind3 and so on"));
        }
        self.piece(out, b">\n", 0);
        Ok(())
    }

    #[inline(always)]
    fn subfield<const HOW: u8>(
        &self,
        code: &[u8],
        value: &[u8],
        field: FieldRef<'_>,
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Result<(), Diagnostic> {
        let mut start = *b"    <subfield code=\" \">";
        match code {
            [code] if is_plain(*code) => {
                start[20] = *code;
                self.piece(out, &start, 4);
            }
            code => {
                let place = place(self.record, field.tag(), field.index());
                self.piece(out, b"    <subfield code=\"", 4);
                self.escape.append(code, place, out, findings)?;
                out.extend_from_slice(b"\">");
            }
        }
        self.value::<HOW>(value, field, out, findings)?;
        self.piece(out, b"</subfield>\n", 0);
        Ok(())
    }

    #[inline(always)]
    fn value<const HOW: u8>(
        &self,
        value: &[u8],
        field: FieldRef<'_>,
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Result<(), Diagnostic> {
        if HOW == COPY || HOW == ESCAPE_MARKUP && memchr::memchr3(b'&', b'<', b'>', value).is_none() {
            out.extend_from_slice(value);
            return Ok(());
        }
        self.escape.append(value, place(self.record, field.tag(), field.index()), out, findings)
    }

    /// Appends a tag that is not three letters or digits.
    fn tag(&self, field: FieldRef<'_>, out: &mut Vec<u8>, findings: &mut Findings) -> Result<(), Diagnostic> {
        let tag = field.tag();
        let place = place(self.record, tag, field.index());
        match tag.bytes() {
            None => {
                let message = format!("tag {tag} has more than three digits");
                findings.push(Diagnostic::new(Code::TagWide, place, message, "written with all its digits"));
                out.extend_from_slice(tag.to_string().as_bytes());
                Ok(())
            }
            Some(bytes) if bytes.is_ascii() => self.escape.append(&bytes, place, out, findings),
            Some(_) => {
                let message = format!("tag {tag} is not ASCII");
                findings.push(Diagnostic::new(Code::CharacterNotAllowed, place, message, "escaped"));
                self.escape.append(tag.to_string().as_bytes(), place, out, findings)
            }
        }
    }
}

/// How text becomes content of elements and attributes.
#[derive(Debug, Clone, Copy)]
pub(in crate::format) struct Escape {
    illegal: IllegalCharacters,
}

impl Escape {
    pub(in crate::format) fn new(options: &WriteOptions) -> Escape {
        Escape { illegal: options.illegal_characters }
    }

    /// Appends text, escaping what XML escapes, and treating what it does not allow as the options say.
    pub(in crate::format) fn append(
        self,
        text: &[u8],
        place: Location,
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Result<(), Diagnostic> {
        let mut done = 0usize;
        let mut illegal = 0usize;
        while let Some((at, len, substitute)) = next_special(text, done) {
            out.extend_from_slice(text.get(done..at).unwrap_or_default());
            done = at.saturating_add(len);
            match substitute {
                Substitute::With(markup) => out.extend_from_slice(markup),
                Substitute::Illegal => {
                    illegal = illegal.saturating_add(1);
                    match self.illegal {
                        IllegalCharacters::Error => {
                            let character = text.get(at..done).unwrap_or_default().escape_ascii();
                            let message = format!("the character {character} is not allowed in XML");
                            let code = Code::CharacterNotAllowed;
                            return Err(Diagnostic::new(code, place, message, "record rejected"));
                        }
                        IllegalCharacters::Drop => {}
                        IllegalCharacters::Replace => out.extend_from_slice("\u{FFFD}".as_bytes()),
                    }
                }
            }
        }
        out.extend_from_slice(text.get(done..).unwrap_or_default());
        if illegal > 0 {
            let message = format!("{illegal} characters that are not allowed in XML");
            let action = match self.illegal {
                IllegalCharacters::Drop => "left out",
                _ => "replaced by U+FFFD",
            };
            findings.push(Diagnostic::new(Code::CharacterNotAllowed, place, message, action));
        }
        Ok(())
    }
}

/// What stands for a character in XML.
enum Substitute {
    With(&'static [u8]),
    Illegal,
}

/// The next character from `start` on that cannot be copied: where, how many bytes it has, what stands for it.
fn next_special(text: &[u8], start: usize) -> Option<(usize, usize, Substitute)> {
    let rest = text.get(start..)?;
    for (at, byte) in rest.iter().enumerate() {
        let at = start.saturating_add(at);
        let substitute = match byte {
            b'<' => Substitute::With(b"&lt;"),
            b'>' => Substitute::With(b"&gt;"),
            b'&' => Substitute::With(b"&amp;"),
            b'"' => Substitute::With(b"&quot;"),
            // As they stand, XML readers make blanks and line feeds of them.
            b'\t' => Substitute::With(b"&#9;"),
            b'\n' => Substitute::With(b"&#10;"),
            b'\r' => Substitute::With(b"&#13;"),
            0..=0x1F => Substitute::Illegal,
            0xEF if matches!(text.get(at..at.saturating_add(3)), Some([_, 0xBF, 0xBE | 0xBF])) => {
                return Some((at, 3, Substitute::Illegal));
            }
            _ => continue,
        };
        return Some((at, 1, substitute));
    }
    None
}

/// Whether an indicator or code needs no escape.
#[inline]
const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b' '
}

/// The tag, if it is three ASCII letters or digits, which need no escape.
#[inline]
fn plain_tag(field: FieldRef<'_>) -> Option<[u8; 3]> {
    field.tag().bytes().filter(|bytes| bytes.iter().all(u8::is_ascii_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marcxml::Writer;
    use crate::{ReadOptions, Record, RecordRead, RecordWrite, marcxml};

    fn written(record: &Record, options: &WriteOptions) -> Result<(String, usize)> {
        let mut writer = Writer::new(Vec::new(), options);
        writer.write_record(record.view())?;
        let findings = writer.diagnostics().len();
        writer.finish()?;
        Ok((String::from_utf8(writer.into_inner()).unwrap(), findings))
    }

    fn read(xml: &str) -> Record {
        let mut reader = marcxml::SliceReader::new(xml.as_bytes(), &ReadOptions::new());
        let record = reader.records().next().unwrap().unwrap();
        assert_eq!(reader.diagnostics(), []);
        record
    }

    #[test]
    fn all_that_xml_can_carry_comes_back() {
        let text = "\"<&>' ]]> \t a\r\nb \u{85}\u{7F}\u{FFFD}\u{FEFF}əğıқңүپ\u{10FFFF}  ";
        let record = Record::builder()
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

    #[test]
    fn what_xml_does_not_allow_by_policy() {
        let options = |policy| WriteOptions::new().illegal_characters(policy);
        for bad in ["\u{1F}", "\u{0}", "\u{1E}", "\u{FFFE}", "\u{FFFF}", "\u{7}"] {
            let record = Record::builder().control_field("001", &format!("a{bad}b")).build().unwrap();
            let error = written(&record, &options(IllegalCharacters::Error)).unwrap_err();
            assert_eq!(error.code(), Some(Code::CharacterNotAllowed));
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

//! Records to elements.

use std::ops::Range;

use memchr::{memchr3, memchr3_iter, memrchr3};

use super::NAMESPACE;
use super::vocabulary::record_type;
use crate::diagnostic::Findings;
use crate::io::{self, Adapter, IllegalCharacters, WriteOptions, place};
use crate::record::{Dialect, FieldRef, Origin, RecordRef, find};
use crate::{Code, Diagnostic, Error, Location, Result};

/// The layout of MARCXML: a collection of records, in UTF-8, always well-formed.
///
/// IRBIS records get their MARC form: see [`WriteOptions::mfn_as_control_number`]; tags above 999 are written with
/// all their digits, with a finding. A character that XML 1.0 does not allow is treated as
/// [`WriteOptions::illegal_characters`] says. Where the text is not all ASCII, leader/09 says that it is in UTF-8, or
/// 100$a of UNIMARC.
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

/// What one look at the whole buffer of a record tells: that there are no control characters in it but the delimiters,
/// how many those are, and where markup is.
struct Clean {
    /// How many of 1D, 1E and 1F stand in bodies.
    delimiters: usize,
    /// The part of the buffer outside of which is no `&`, `<` and `>`.
    marked: Range<usize>,
}

impl Clean {
    fn of(record: RecordRef<'_>) -> Option<Clean> {
        let bytes = record.buffer();
        let mut odd = false;
        let mut delimiters = 0usize;
        let mut count = |chunk: &[u8]| {
            let mut low = 0u8;
            for &byte in chunk {
                odd |= (byte < 0x1D) | (byte == 0xEF); // U+FFFE and U+FFFF begin with EF
                low += u8::from(byte < b' '); // at most 128
            }
            delimiters = delimiters.saturating_add(usize::from(low));
        };
        // No way out of the loops before their ends, so that many bytes are looked at at once.
        let (chunks, rest) = bytes.as_chunks::<128>();
        chunks.iter().for_each(|chunk| count(chunk));
        count(rest);
        if odd {
            return None;
        }
        // In a sound record of ISO 2709 each field ends once, and so do directory and record; more than that stands
        // in bodies. In any other buffer there are bodies only.
        if record.verbatim(Origin::Iso2709).is_some() {
            delimiters = delimiters.checked_sub(record.fields().len())?.checked_sub(2)?;
        }
        let marked = match memchr3(b'&', b'<', b'>', bytes) {
            None => 0..0,
            Some(first) => first..memrchr3(b'&', b'<', b'>', bytes)?.saturating_add(1),
        };
        Some(Clean { delimiters, marked })
    }
}

/// A record on its way to XML.
struct Element<'a> {
    record: RecordRef<'a>,
    attributes: &'a str,
    indent: bool,
    escape: Escape,
}

impl Element<'_> {
    /// Appends the element.
    fn write(&self, out: &mut Vec<u8>, findings: &mut Findings) -> Result<(), Diagnostic> {
        out.extend_from_slice(b"<record");
        out.extend_from_slice(self.attributes.as_bytes());
        self.piece(out, b">\n", 0);
        if let Some(leader) = &self.record.header().leader {
            self.piece(out, b"  <leader>", 2);
            let bytes = leader.as_bytes();
            if bytes.iter().all(|byte| is_plain(*byte)) {
                out.extend_from_slice(bytes);
            } else {
                let place = Location::of(self.record.position());
                let text = leader.to_string(); // escaped where it is not UTF-8
                self.escape.append(text.as_bytes(), place, out, findings)?;
            }
            self.piece(out, b"</leader>\n", 0);
        }
        let start = out.len();
        let quick = if self.indent { self.quick::<true>(out) } else { self.quick::<false>(out) };
        if quick.is_none() {
            out.truncate(start);
            let mut mended = String::new();
            for field in self.record.fields() {
                self.field(whole(self.record, field, &mut mended, findings), out, findings)?;
            }
        }
        self.piece(out, b"</record>\n", 0);
        if !self.indent {
            out.push(b'\n'); // a line a record
        }
        Ok(())
    }

    /// Appends all fields, in few and large pieces, if they are of the kind that nearly all are. `None`, with part of
    /// them appended, if something must be looked at more closely, as [`Element::field`] does; the two agree.
    fn quick<const INDENT: bool>(&self, out: &mut Vec<u8>) -> Option<()> {
        let Clean { mut delimiters, marked } = Clean::of(self.record)?;
        let mut done = 0usize;
        for field in self.record.fields() {
            let [a, b, c] = field.tag().bytes()?;
            let body = field.checked()?.as_bytes();
            if !(is_plain(a) && is_plain(b) && is_plain(c)) {
                return None;
            }
            let start = self.record.offset_of(field);
            let end = start.saturating_add(body.len());
            if start < done {
                return None; // bodies that overlap: a delimiter would count twice
            }
            done = end;
            let is_marked = start < marked.end && end > marked.start;
            if field.is_control() {
                if INDENT {
                    let fill = |start: &mut [u8; 26]| [start[21], start[22], start[23]] = [a, b, c];
                    append(out, b"  <controlfield tag=\"   \">", fill);
                    text(body, is_marked, out);
                    out.extend_from_slice(b"</controlfield>\n");
                } else {
                    let fill = |start: &mut [u8; 24]| [start[19], start[20], start[21]] = [a, b, c];
                    append(out, b"<controlfield tag=\"   \">", fill);
                    text(body, is_marked, out);
                    out.extend_from_slice(b"</controlfield>");
                }
                continue;
            }
            let [first, second, 0x1F, code, rest @ ..] = body else { return None };
            if !(is_plain(*first) && is_plain(*second) && is_plain(*code)) {
                return None;
            }
            if INDENT {
                let fill = |start: &mut [u8; 65]| {
                    [start[18], start[19], start[20]] = [a, b, c];
                    [start[29], start[38], start[62]] = [*first, *second, *code];
                };
                let start = b"  <datafield tag=\"   \" ind1=\" \" ind2=\" \">\n    <subfield code=\" \">";
                append(out, start, fill);
            } else {
                let fill = |start: &mut [u8; 58]| {
                    [start[16], start[17], start[18]] = [a, b, c];
                    [start[27], start[36], start[55]] = [*first, *second, *code];
                };
                append(out, b"<datafield tag=\"   \" ind1=\" \" ind2=\" \"><subfield code=\" \">", fill);
            }
            let mut rest = rest;
            loop {
                delimiters = delimiters.checked_sub(1)?;
                let len = find(0x1F, rest).unwrap_or(rest.len());
                let (value, behind) = rest.split_at_checked(len)?;
                text(value, is_marked, out);
                let code = match behind {
                    [_, code, next @ ..] if is_plain(*code) => {
                        rest = next;
                        *code
                    }
                    [] => break,
                    _ => return None,
                };
                if INDENT {
                    append(out, b"</subfield>\n    <subfield code=\" \">", |next| next[32] = code);
                } else {
                    append(out, b"</subfield><subfield code=\" \">", |next| next[27] = code);
                }
            }
            match INDENT {
                true => out.extend_from_slice(b"</subfield>\n  </datafield>\n"),
                false => out.extend_from_slice(b"</subfield></datafield>"),
            }
        }
        // Any that are left stand where they must not.
        (delimiters == 0).then_some(())
    }

    /// Appends a field of any kind.
    fn field(
        &self,
        field: FieldRef<'_>,
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Result<(), Diagnostic> {
        let place = place(self.record, field.tag(), field.index());
        if field.is_control() {
            self.piece(out, b"  <controlfield tag=\"", 2);
            self.tag(field, out, findings)?;
            out.extend_from_slice(b"\">");
            self.escape.append(field.raw(), place, out, findings)?;
            self.piece(out, b"</controlfield>\n", 0);
            return Ok(());
        }
        let (indicators, lead, mut segments) = field.parts();
        self.data_start(field, indicators, out, findings)?;
        if !lead.is_empty() {
            let message = format!("{} bytes stand before the first subfield", lead.len());
            findings.push(Diagnostic::new(Code::DataBeforeSubfield, place, message, "written as subfield *"));
            self.subfield(b"*", lead.as_bytes(), field, out, findings)?;
        }
        while let Some(range) = segments.next_segment() {
            let (code, value) = segments.split_segment(range);
            self.subfield(code, value, field, out, findings)?;
        }
        self.piece(out, b"\n  </datafield>\n", 3);
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

    /// The start tag of a data field.
    fn data_start(
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
                self.escape.attribute(&[indicator], place, out, findings)?;
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
        out.push(b'>');
        Ok(())
    }

    /// Appends a subfield; a finding if it has no code.
    fn subfield(
        &self,
        code: &[u8],
        value: &[u8],
        field: FieldRef<'_>,
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Result<(), Diagnostic> {
        let place = place(self.record, field.tag(), field.index());
        if code.is_empty() {
            let message = "a delimiter without a subfield code";
            findings.push(Diagnostic::new(Code::SubfieldLost, place, message, "left out"));
            return Ok(());
        }
        self.piece(out, b"\n    <subfield code=\"", 5);
        self.escape.attribute(code, place, out, findings)?;
        out.extend_from_slice(b"\">");
        self.escape.append(value, place, out, findings)?;
        out.extend_from_slice(b"</subfield>");
        Ok(())
    }

    /// Appends a tag.
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
            Some(bytes) if bytes.is_ascii() => self.escape.attribute(&bytes, place, out, findings),
            Some(_) => {
                let message = format!("tag {tag} is not ASCII");
                findings.push(Diagnostic::new(Code::CharacterNotAllowed, place, message, "escaped"));
                self.escape.attribute(tag.to_string().as_bytes(), place, out, findings)
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

    /// Appends the value of an attribute in quotes, as [`Escape::append`] does.
    pub(in crate::format) fn attribute(
        self,
        text: &[u8],
        place: Location,
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Result<(), Diagnostic> {
        for (number, part) in text.split(|byte| *byte == b'"').enumerate() {
            if number > 0 {
                out.extend_from_slice(b"&quot;");
            }
            self.append(part, place, out, findings)?;
        }
        Ok(())
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

/// The field, mended if it begins or ends inside a character; that is a finding.
pub(in crate::format) fn whole<'a>(
    record: RecordRef<'_>,
    field: FieldRef<'a>,
    mended: &'a mut String,
    findings: &mut Findings,
) -> FieldRef<'a> {
    if field.checked().is_some() {
        return field;
    }
    let message = "the field begins or ends inside a character";
    let place = place(record, field.tag(), field.index());
    findings.push(Diagnostic::new(Code::Undecodable, place, message, "replaced"));
    *mended = field.raw_text().to_str_lossy().into_owned();
    field.with_text(mended)
}

/// Appends markup, filled in.
#[inline(always)]
fn append<const N: usize>(out: &mut Vec<u8>, markup: &[u8; N], fill: impl Fn(&mut [u8; N])) {
    out.extend_from_slice(markup);
    if let Some(appended) = out.last_chunk_mut() {
        fill(appended);
    }
}

/// Appends text without control characters.
#[inline(always)]
fn text(text: &[u8], is_marked: bool, out: &mut Vec<u8>) {
    if !is_marked {
        out.extend_from_slice(text);
        return;
    }
    let mut done = 0usize;
    for at in memchr3_iter(b'&', b'<', b'>', text) {
        out.extend_from_slice(text.get(done..at).unwrap_or_default());
        out.extend_from_slice(match text.get(at) {
            Some(b'&') => b"&amp;",
            Some(b'<') => b"&lt;",
            _ => b"&gt;",
        });
        done = at.saturating_add(1);
    }
    out.extend_from_slice(text.get(done..).unwrap_or_default());
}

/// Whether a byte of a tag, an indicator, a code or a leader needs no escape.
#[inline(always)]
fn is_plain(byte: u8) -> bool {
    #[allow(clippy::indexing_slicing)] // when it is compiled
    const PLAIN: [bool; 256] = {
        let mut plain = [false; 256];
        let mut byte = b' ';
        while byte < 0x7F {
            plain[byte as usize] = !matches!(byte, b'"' | b'&' | b'<' | b'>');
            byte += 1;
        }
        plain
    };
    PLAIN.get(usize::from(byte)).copied().unwrap_or(false)
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

    /// All fields of a record, quickly and with care.
    fn both_ways(record: &Record) -> Vec<(Option<Vec<u8>>, Vec<u8>)> {
        let escape = Escape::new(&WriteOptions::new());
        let both = |indent| {
            let element = Element { record: record.view(), attributes: "", indent, escape };
            let (mut quick, mut careful) = (Vec::new(), Vec::new());
            let done =
                if indent { element.quick::<true>(&mut quick) } else { element.quick::<false>(&mut quick) };
            let mut findings = Findings::new(99);
            record.fields().for_each(|field| element.field(field, &mut careful, &mut findings).unwrap());
            (done.map(|()| quick), careful)
        };
        vec![both(true), both(false)]
    }

    #[test]
    fn the_quick_way_and_the_careful_way_agree() {
        let plain = Record::builder()
            .control_field("001", "a & b")
            .control_field("005", "")
            .data_field("245", "1#", [('a', "\"x\" <&> əğı"), ('*', ""), ('\'', "]]>")])
            .data_field("a!?", "|\\", [(' ', "y"), ('b', &"long ".repeat(99))]);
        let plain = plain.build().unwrap();
        for (quick, careful) in both_ways(&plain) {
            assert_eq!(quick.map(String::from_utf8), Some(String::from_utf8(careful)));
        }
        // All that the quick way leaves to the other.
        let odd = |tag: &str, body: &str, control: bool| {
            let mut record = Record::new();
            record.text_mut().push_str(body);
            record.end_field(tag.parse().unwrap(), 0, control);
            record
        };
        for (tag, body, control) in [
            ("245", "10", false),
            ("245", "10\u{1F}", false),
            ("245", "10\u{1F}ax\u{1F}", false),
            ("245", "10\u{1F}ax\u{1F}\u{1F}by", false),
            ("245", "10lead\u{1F}ax", false),
            ("245", "1\u{1F}ax", false),
            ("245", "1<\u{1F}ax", false),
            ("245", "10\u{1F}\"x", false),
            ("245", "10\u{1F}əx", false),
            ("245", "10\u{1F}ax\ty", false),
            ("245", "10\u{1F}ax\u{FFFD}", false),
            ("2022", "10\u{1F}ax", false),
            ("001", "\u{B}", true),
        ] {
            let record = odd(tag, body, control);
            let escape = Escape { illegal: IllegalCharacters::Drop };
            let element = Element { record: record.view(), attributes: "", indent: true, escape };
            assert!(element.quick::<true>(&mut Vec::new()).is_none(), "{body}");
        }
        for body in ["a\u{1F}b", "\u{1E}", "\u{1D}"] {
            let record = odd("001", body, true);
            let escape = Escape { illegal: IllegalCharacters::Drop };
            let element = Element { record: record.view(), attributes: "", indent: true, escape };
            assert!(element.quick::<true>(&mut Vec::new()).is_none(), "{body}");
        }
    }

    /// A delimiter that counts twice must not hide another, in a control field.
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
            crate::copy(&mut crate::iso2709::SliceReader::new(iso, &ReadOptions::new()), &mut writer)
                .unwrap();
            String::from_utf8(writer.into_inner()).unwrap()
        };
        let iso = |coding: &str, value: &[u8]| -> Vec<u8> {
            let directory = format!("2450{:03}00000\x1E", value.len() + 5);
            let length = 24 + directory.len() + value.len() + 6;
            let head = format!("{length:05}nam {coding}22000377a 4500{directory}10\x1Fa");
            [head.as_bytes(), value, b"\x1E\x1D"].concat()
        };
        // From MARC-8, from UTF-8 that did not say so, and ASCII, which is either.
        assert!(through(&iso(" ", b"Caf\xE2e")).contains("nam a22000377a 4500</leader>"));
        assert!(through(&iso(" ", "Məsnəvi və qəzəl".as_bytes())).contains("nam a22000377a 4500</leader>"));
        assert!(through(&iso("a", "Məsnəvi".as_bytes())).contains("nam a22000377a 4500</leader>"));
        assert!(through(&iso(" ", b"Divan")).contains("nam  22000377a 4500</leader>"));
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

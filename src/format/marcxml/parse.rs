//! A record from its element.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::plain;
use crate::charset::{Charset, Policy, Reason};
use crate::diagnostic::Findings;
use crate::record::Syntax;
use crate::{Code, Error, Leader, Record, Result, Tag};

/// Fills records from `record` elements; keeps its memory from one to the next.
#[derive(Debug, Default, Clone)]
pub(super) struct Parser {
    decoded: String,
    value: String,
}

/// The elements of MARCXML inside a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Record,
    Leader,
    Control,
    Data,
    Subfield,
    Foreign,
}

impl Kind {
    fn of(start: &BytesStart<'_>) -> Kind {
        match start.local_name().into_inner() {
            "record" => Kind::Record,
            "leader" => Kind::Leader,
            "controlfield" => Kind::Control,
            "datafield" => Kind::Data,
            "subfield" => Kind::Subfield,
            _ => Kind::Foreign,
        }
    }
}

impl Parser {
    /// Reads the element that is all of `bytes`.
    pub(super) fn record(
        &mut self,
        bytes: &[u8],
        charset: Charset,
        record: &mut Record,
        findings: &mut Findings,
    ) -> Result<()> {
        let charset = if charset == Charset::Auto { Charset::Utf8 } else { charset };
        let mut decoded = std::mem::take(&mut self.decoded);
        let read = match simdutf8::basic::from_utf8(bytes) {
            Ok(text) if charset == Charset::Utf8 || text.is_ascii() => self.text(text, record, findings),
            _ => {
                decoded.clear();
                let faults = charset.decode_into(bytes, Policy::Replace, &mut decoded)?;
                if faults > 0 {
                    let at = charset.decode(bytes).err().map_or(0, |error| match error {
                        crate::DecodeError::Invalid { offset, .. } => offset,
                        _ => 0,
                    });
                    let message = format!("{faults} byte sequences that are not {charset}, the first here");
                    findings.at(Code::InvalidUtf8, (at, 1), message, "replaced by U+FFFD");
                }
                self.text(&decoded, record, findings)
            }
        };
        self.decoded = decoded;
        read
    }

    fn text(&mut self, text: &str, record: &mut Record, findings: &mut Findings) -> Result<()> {
        record.set_charset(Charset::Utf8, Reason::Format);
        if plain::record(text, record) {
            return Ok(());
        }
        record.clear();
        let text = complete_fields(text);
        let indicators = count_indicators(text);
        record.set_syntax(Syntax { indicators, ..Syntax::MARC });
        record.set_charset(Charset::Utf8, Reason::Format);
        let mut walk =
            Walk { text, reader: Reader::from_str(text), record, findings, value: &mut self.value };
        walk.element(indicators)
    }
}

/// The record as far as its fields are complete, if it was cut: nothing that would end it stands at its end.
fn complete_fields(text: &str) -> &str {
    let end = text.rfind("</").and_then(|at| text.get(at..)).unwrap_or_default();
    if end.contains("record") && end.contains('>') {
        return text;
    }
    let last = memchr::memmem::rfind(text.as_bytes(), b"field>").map_or(0, |at| at.saturating_add(6));
    text.get(..last).filter(|kept| !kept.is_empty()).unwrap_or(text)
}

/// How many indicators the fields have: two, or as many as the highest attribute says.
fn count_indicators(text: &str) -> u8 {
    let has = |name: &[u8]| memchr::memmem::find(text.as_bytes(), name).is_some();
    if !has(b" ind3=") {
        return 2;
    }
    let names: [&[u8]; 6] = [b" ind9=", b" ind8=", b" ind7=", b" ind6=", b" ind5=", b" ind4="];
    let highest = names.into_iter().zip((4u8..=9).rev()).find(|(name, _)| has(name));
    highest.map_or(3, |(_, count)| count)
}

/// One way through the events of a record.
struct Walk<'t, 'r> {
    text: &'t str,
    reader: Reader<&'t [u8]>,
    record: &'r mut Record,
    findings: &'r mut Findings,
    value: &'r mut String,
}

impl<'t> Walk<'t, '_> {
    /// The whole record: the start tag, then what is in it.
    fn element(&mut self, indicators: u8) -> Result<()> {
        let empty = loop {
            match self.next()? {
                Event::Start(start) if Kind::of(&start) == Kind::Record => break false,
                Event::Empty(start) if Kind::of(&start) == Kind::Record => break true,
                Event::Eof => return Ok(()),
                _ => {}
            }
        };
        loop {
            if empty {
                break;
            }
            let at = self.offset();
            match self.next()? {
                Event::Start(start) => self.child(&start, indicators, at, false)?,
                Event::Empty(start) => self.child(&start, indicators, at, true)?,
                Event::End(_) | Event::Eof => break,
                Event::Text(text) if text.trim_ascii().is_empty() => {}
                Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => {
                    self.findings.at(Code::XmlShape, (at, 1), "text between the fields", "left out");
                }
                _ => {}
            }
        }
        if self.record.header().leader.is_none() {
            self.findings.at(Code::LeaderValue, (0, 0), "the record has no leader", "left without");
        }
        if self.record.fields().len() == 0 {
            self.findings.at(Code::NoFields, (0, self.text.len()), "the record has no fields", "kept");
        }
        Ok(())
    }

    /// A child of the record.
    fn child(&mut self, start: &BytesStart<'t>, indicators: u8, at: usize, empty: bool) -> Result<()> {
        match Kind::of(start) {
            Kind::Leader => {
                self.value.clear();
                if !empty {
                    self.content(start)?;
                }
                self.leader(at);
            }
            Kind::Control => {
                let tag = self.tag(start, at);
                self.value.clear();
                if !empty {
                    self.content(start)?;
                }
                self.delimiters(at);
                let begin = self.begin_field();
                self.record.text_mut().push_str(self.value);
                self.end_field(tag, begin, true)?;
            }
            Kind::Data => {
                let tag = self.tag(start, at);
                let begin = self.begin_field();
                self.indicators(start, indicators, at);
                if !empty {
                    self.subfields(tag, at)?;
                }
                self.end_field(tag, begin, false)?;
            }
            Kind::Record | Kind::Subfield | Kind::Foreign => {
                let message = format!("an element \"{}\" among the fields", start.name().into_inner());
                self.findings.at(Code::XmlShape, (at, start.len()), message, "left out");
                if !empty {
                    self.skip(start)?;
                }
            }
        }
        Ok(())
    }

    fn leader(&mut self, at: usize) {
        let value = self.value.as_bytes();
        if value.len() != Leader::LEN {
            let message = format!("the leader has {} bytes, not 24", value.len());
            let action = if value.len() < Leader::LEN { "filled with blanks" } else { "cut" };
            self.findings.at(Code::LeaderValue, (at, value.len()), message, action);
        }
        self.record.header_mut().leader = Some(Leader::padded(value));
    }

    /// The tag of a field, whatever its attribute is.
    fn tag(&mut self, start: &BytesStart<'t>, at: usize) -> Tag {
        let value = attribute(start, "tag");
        if let Some(tag) = value.as_deref().and_then(|value| value.parse::<Tag>().ok()) {
            if value.as_deref().is_some_and(|value| value.len() < 3) {
                let message = format!("the tag is \"{}\"", value.unwrap_or_default());
                self.findings.at(Code::TagInvalid, (at, start.len()), message, "filled with zeros");
            }
            return tag;
        }
        let value = value.unwrap_or_default();
        let mut bytes = [b'?'; 3];
        bytes.iter_mut().zip(value.bytes()).for_each(|(to, from)| *to = from);
        let tag = Tag::new(if bytes.is_ascii() { bytes } else { *b"???" });
        let message = format!("the tag is \"{value}\", not three letters or digits");
        self.findings.at(Code::XmlShape, (at, start.len()), message, "field kept with another tag");
        tag
    }

    /// Appends the indicators, one byte each.
    fn indicators(&mut self, start: &BytesStart<'t>, count: u8, at: usize) {
        for number in 1..=count {
            let name = ["ind1", "ind2", "ind3", "ind4", "ind5", "ind6", "ind7", "ind8", "ind9"];
            let name = name.get(usize::from(number).saturating_sub(1)).copied().unwrap_or_default();
            let value = attribute(start, name);
            let byte = match value.as_deref().map(str::as_bytes) {
                Some([byte])
                    if byte.is_ascii() && (!byte.is_ascii_control() || byte.is_ascii_whitespace()) =>
                {
                    *byte
                }
                other => {
                    let shown = other.map(|bytes| bytes.escape_ascii().to_string());
                    let message = match shown {
                        Some(shown) => format!("{name} is \"{shown}\", not one character of ASCII"),
                        None => format!("{name} is missing"),
                    };
                    self.findings.at(Code::IndicatorCount, (at, start.len()), message, "taken as blank");
                    b' '
                }
            };
            self.record.text_mut().push(char::from(byte));
        }
    }

    fn subfields(&mut self, tag: Tag, field_at: usize) -> Result<()> {
        loop {
            let at = self.offset();
            let (start, empty) = match self.next()? {
                Event::Start(start) => (start, false),
                Event::Empty(start) => (start, true),
                Event::End(_) => return Ok(()),
                Event::Eof => {
                    return Err(self.error("the field does not end".to_owned(), field_at));
                }
                Event::Text(text) if text.trim_ascii().is_empty() => continue,
                Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => {
                    let message = format!("text between the subfields of field {tag}");
                    self.findings.at(Code::XmlShape, (at, 1), message, "left out");
                    continue;
                }
                _ => continue,
            };
            if Kind::of(&start) != Kind::Subfield {
                let message = format!("an element \"{}\" in field {tag}", start.name().into_inner());
                self.findings.at(Code::XmlShape, (at, start.len()), message, "left out");
                if !empty {
                    self.skip(&start)?;
                }
                continue;
            }
            let code = attribute(&start, "code").unwrap_or_default();
            self.value.clear();
            if !empty {
                self.content(&start)?;
            }
            self.delimiters(at);
            let mut characters = code.chars();
            let (first, more) = (characters.next(), characters.next());
            let first = first.filter(|code| *code >= ' ' || code.is_ascii_whitespace());
            let code = match first {
                Some(code) => {
                    if more.is_some() {
                        let message =
                            format!("the subfield code has more than one character, it begins with {code}");
                        self.findings.at(Code::XmlShape, (at, start.len()), message, "cut");
                    }
                    Some(code)
                }
                None if self.value.is_empty() => None,
                None => {
                    let message = "a subfield without a code";
                    self.findings.at(Code::XmlShape, (at, start.len()), message, "given a blank as its code");
                    Some(' ')
                }
            };
            let text = self.record.text_mut();
            text.push(char::from(Syntax::MARC.delimiter));
            text.extend(code);
            text.push_str(self.value);
        }
    }

    /// Appends the text of an element to the value: entities resolved, CDATA taken, comments left out.
    fn content(&mut self, start: &BytesStart<'t>) -> Result<()> {
        let mut depth = 0u32;
        loop {
            let at = self.offset();
            match self.next()? {
                Event::Text(text) => match text.xml10_content() {
                    Cow::Borrowed(text) => self.value.push_str(text),
                    Cow::Owned(text) => self.value.push_str(&text),
                },
                Event::CData(text) => self.value.push_str(&text.xml10_content()),
                Event::GeneralRef(reference) => {
                    let name = reference.xml10_content();
                    let resolved = match reference.resolve_char_ref() {
                        Ok(Some(character)) => Some(character),
                        Ok(None) => match &*name {
                            "lt" => Some('<'),
                            "gt" => Some('>'),
                            "amp" => Some('&'),
                            "apos" => Some('\''),
                            "quot" => Some('"'),
                            _ => None,
                        },
                        Err(_) => None,
                    };
                    match resolved {
                        Some(character) => self.value.push(character),
                        None => {
                            let message = format!("the reference \"&{name};\" stands for nothing");
                            self.findings.at(Code::XmlSyntax, (at, name.len()), message, "kept as it stands");
                            self.value.push('&');
                            self.value.push_str(&name);
                            self.value.push(';');
                        }
                    }
                }
                Event::Start(inner) => {
                    let message = format!("an element \"{}\" inside a value", inner.name().into_inner());
                    self.findings.at(Code::XmlShape, (at, inner.len()), message, "its text kept");
                    depth = depth.saturating_add(1);
                }
                Event::End(_) if depth == 0 => return Ok(()),
                Event::End(_) => depth = depth.saturating_sub(1),
                Event::Eof => {
                    let message = format!("\"{}\" does not end", start.name().into_inner());
                    return Err(self.error(message, at));
                }
                _ => {}
            }
        }
    }

    /// Replaces in the value the characters that delimit fields and records, which XML does not allow.
    fn delimiters(&mut self, at: usize) {
        let forbidden = |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
        if !self.value.bytes().any(forbidden) {
            return;
        }
        let message = "a control character, which XML does not allow";
        self.findings.at(
            Code::XmlSyntax,
            (at, self.value.len()),
            message,
            "1D, 1E and 1F replaced by U+FFFD",
        );
        *self.value = self.value.replace(['\u{1D}', '\u{1E}', '\u{1F}'], "\u{FFFD}");
    }

    /// Passes over the rest of an element.
    fn skip(&mut self, start: &BytesStart<'t>) -> Result<()> {
        let name = start.name().into_inner();
        let at = self.offset();
        let mut depth = 0u32;
        loop {
            match self.next()? {
                Event::Start(_) => depth = depth.saturating_add(1),
                Event::End(_) if depth == 0 => return Ok(()),
                Event::End(_) => depth = depth.saturating_sub(1),
                Event::Eof => return Err(self.error(format!("\"{name}\" does not end"), at)),
                _ => {}
            }
        }
    }

    #[inline]
    fn next(&mut self) -> Result<Event<'t>> {
        match self.reader.read_event() {
            Ok(event) => Ok(event),
            Err(error) => {
                let at = usize::try_from(self.reader.error_position()).unwrap_or_default();
                Err(self.error(error.to_string(), at))
            }
        }
    }

    fn offset(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or_default()
    }

    /// The record is not well-formed.
    fn error(&self, message: String, at: usize) -> Error {
        let mut location = crate::Location::of(self.findings.record());
        location.byte = location.byte.saturating_add(at as u64);
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        location.line = location.line.saturating_add(memchr::memchr_iter(b'\n', before).count() as u64);
        Error::malformed(crate::Diagnostic::new(Code::XmlSyntax, location, message, "record rejected"))
    }

    fn begin_field(&mut self) -> usize {
        self.record.text_mut().len()
    }

    fn end_field(&mut self, tag: Tag, start: usize, control: bool) -> Result<()> {
        match self.record.end_field(tag, start, control) {
            true => Ok(()),
            false => Err(self.error("the record has more than 4 GiB".to_owned(), 0)),
        }
    }
}

/// The value of an attribute, entities resolved; `None` if it is not there.
#[inline]
fn attribute<'a>(start: &'a BytesStart<'_>, name: &str) -> Option<Cow<'a, str>> {
    // Nobody needs duplicates to be found out.
    let mut attributes = start.attributes();
    let attribute = attributes
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.local_name().into_inner() == name)?;
    match attribute.normalized_value(quick_xml::XmlVersion::Explicit1_0) {
        Ok(value) => Some(Cow::Owned(value.into_owned())),
        Err(_) => Some(Cow::Borrowed("")),
    }
}

//! A record from its element.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::element::{attributes, name, split};
use super::plain;
use super::vocabulary::{Kind, Vocabulary, attribute, record_type};
use crate::charset::{Charset, Policy, Reason};
use crate::diagnostic::Findings;
use crate::record::Syntax;
use crate::{Code, Diagnostic, Error, Leader, Location, Record, Result, Severity, Tag};

/// Fills records from `record` elements; keeps its memory from one to the next.
#[derive(Debug, Default, Clone)]
pub(super) struct Parser {
    decoded: String,
    value: String,
}

impl Parser {
    /// Reads the element that is all of `bytes`.
    pub(super) fn record(
        &mut self,
        bytes: &[u8],
        column: usize,
        charset: Charset,
        record: &mut Record,
        findings: &mut Findings,
    ) -> Result<()> {
        let charset = if charset == Charset::Auto { Charset::Utf8 } else { charset };
        let mut decoded = std::mem::take(&mut self.decoded);
        let read = match simdutf8::basic::from_utf8(bytes) {
            Ok(text) if charset == Charset::Utf8 || text.is_ascii() => {
                self.text(text, (column, bytes.len()), record, findings)
            }
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
                self.text(&decoded, (column, bytes.len()), record, findings)
            }
        };
        self.decoded = decoded;
        read
    }

    fn text(
        &mut self,
        text: &str,
        (column, extent): (usize, usize),
        record: &mut Record,
        findings: &mut Findings,
    ) -> Result<()> {
        record.set_charset(Charset::Utf8, Reason::Format);
        let vocabulary = Vocabulary::of_frame(text.as_bytes());
        if vocabulary != Vocabulary::Slim || !plain::record(text, record) {
            record.clear();
            let text = complete_fields(text);
            let indicators = vocabulary.indicators(text);
            record.set_syntax(Syntax { indicators, ..Syntax::MARC });
            record.set_charset(Charset::Utf8, Reason::Format);
            let value = &mut self.value;
            let reader = Reader::from_str(text);
            let mut walk =
                Walk { text, column, extent, counted: (0, 0), vocabulary, reader, record, findings, value };
            walk.element(indicators)?;
        }
        check_type(text, record, findings);
        Ok(())
    }
}

/// Whether this is the name of an element, by its first character: a letter, `_` or `:`, or what is not ASCII.
fn begins_name(name: &str) -> bool {
    name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':' | 0x80..))
}

/// Compares the attribute `type` of a record with its leader; not that of a record of MarcXchange, which names a
/// `format` and may have any.
fn check_type(text: &str, record: &Record, findings: &mut Findings) {
    let end = memchr::memchr(b'>', text.as_bytes()).unwrap_or(text.len());
    let tag = text.as_bytes().get(..end).unwrap_or_default();
    let Some((_, named)) = attributes(tag).find(|(name, _)| *name == b"type") else { return };
    if attributes(tag).any(|(name, _)| name == b"format") {
        return;
    }
    let own = record.header().leader.and_then(|leader| record_type(leader.record_type()));
    if own.is_none_or(|own| own.as_bytes() == named) && TYPES.iter().any(|known| known.as_bytes() == named) {
        return;
    }
    let named = String::from_utf8_lossy(named);
    let message = match own {
        Some(own) => format!("the record says that it is of type \"{named}\", its leader that of {own}"),
        None => format!("the record says that it is of type \"{named}\""),
    };
    findings.at(Code::XmlType, (0, end), message, "read by its leader");
}

/// The types that the schema knows.
const TYPES: [&str; 5] = ["Bibliographic", "Authority", "Holdings", "Classification", "Community"];

/// The record as far as its fields are complete, if it was cut: nothing that would end it stands at its end.
fn complete_fields(text: &str) -> &str {
    let own = split(name(text.as_bytes())).1;
    let last = text.rfind("</");
    let end = last.and_then(|at| text.get(at..)).unwrap_or_default();
    if split(name(end.as_bytes())).1 == own && end.contains('>') {
        return text;
    }
    let last = match own {
        b"r" => last
            .filter(|_| end.contains('>'))
            .map(|at| at.saturating_add(end.find('>').unwrap_or_default()).saturating_add(1)),
        _ => memchr::memmem::rfind(text.as_bytes(), b"field>").map(|at| at.saturating_add(6)),
    };
    text.get(..last.unwrap_or_default()).filter(|kept| !kept.is_empty()).unwrap_or(text)
}

/// One way through the events of a record.
struct Walk<'t, 'r> {
    text: &'t str,
    /// The column in which the text begins, in bytes, from 1.
    column: usize,
    /// How many bytes the record has in the input; the text may have more, if it was decoded.
    extent: usize,
    /// An offset in the text, and how many line ends stand before it.
    counted: (usize, u64),
    vocabulary: Vocabulary,
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
                Event::Start(start) if self.kind(&start) == Kind::Record => break false,
                Event::Empty(start) if self.kind(&start) == Kind::Record => break true,
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
                    self.note(Code::XmlShape, (at, 1), "text between the fields", "left out");
                }
                _ => {}
            }
        }
        if self.record.header().leader.is_none() {
            self.note(Code::LeaderValue, (0, 0), "the record has no leader", "left without");
        }
        if self.record.fields().len() == 0 {
            self.note(Code::NoFields, (0, self.text.len()), "the record has no fields", "kept");
        }
        Ok(())
    }

    /// A child of the record.
    fn child(&mut self, start: &BytesStart<'t>, indicators: u8, at: usize, empty: bool) -> Result<()> {
        match self.kind(start) {
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
                self.mend_fixed();
                if self.vocabulary == Vocabulary::Oai && tag == Tag::new(*b"LDR") {
                    self.leader(at);
                    return Ok(());
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
                self.note(Code::XmlShape, (at, start.len()), message, "left out");
                if !empty {
                    self.skip(start)?;
                }
            }
        }
        Ok(())
    }

    /// Adds a finding at an offset in the text.
    #[cold]
    fn note(
        &mut self,
        code: Code,
        (at, len): (usize, usize),
        message: impl Into<Cow<'static, str>>,
        action: &'static str,
    ) {
        let (known, lines) = if at < self.counted.0 { (0, 0) } else { self.counted };
        let between = self.text.as_bytes().get(known..at).unwrap_or_default();
        let lines = lines.saturating_add(memchr::memchr_iter(b'\n', between).count() as u64);
        self.counted = (at, lines);
        let mut location = Location::of(self.findings.record());
        let start = at.min(self.extent);
        location.byte = location.byte.saturating_add(start as u64);
        location.len = len.min(self.extent.saturating_sub(start)) as u64;
        location.line = location.line.saturating_add(lines);
        let mut message = message.into();
        if code.severity() == Severity::Error {
            message = format!("{message} (column {})", self.column_at(at)).into();
        }
        self.findings.push(Diagnostic::new(code, location, message, action));
    }

    /// The column of an offset in the text, in bytes, from 1.
    fn column_at(&self, at: usize) -> usize {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        match memchr::memrchr(b'\n', before) {
            Some(end) => before.len().saturating_sub(end),
            None => self.column.saturating_add(before.len()),
        }
    }

    #[inline]
    fn kind(&self, start: &BytesStart<'_>) -> Kind {
        self.vocabulary.kind(start.local_name().into_inner())
    }

    /// What OAI-MARC writes in the place of blanks, and around values.
    fn mend_fixed(&mut self) {
        if self.vocabulary == Vocabulary::Oai {
            let value = self.value.trim();
            let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
            *self.value = value.replace('^', " ");
        }
    }

    fn leader(&mut self, at: usize) {
        if !self.value.is_ascii() {
            let message = format!("the leader is \"{}\", which is not ASCII", self.value);
            self.note(
                Code::LeaderValue,
                (at, self.value.len()),
                message,
                "no-break spaces read as blanks, others as ?",
            );
            let ascii = |letter: char| match letter {
                '\u{A0}' => ' ',
                letter if letter.is_ascii() => letter,
                _ => '?',
            };
            *self.value = self.value.chars().map(ascii).collect();
        }
        let len = self.value.len();
        if len != Leader::LEN {
            let message = format!("the leader has {len} bytes, not 24");
            let action = if len < Leader::LEN { "filled with blanks" } else { "cut" };
            self.note(Code::LeaderValue, (at, len), message, action);
        }
        self.record.header_mut().leader = Some(Leader::padded(self.value.as_bytes()));
    }

    /// The tag of a field, whatever its attribute is.
    fn tag(&mut self, start: &BytesStart<'t>, at: usize) -> Tag {
        let value = self.vocabulary.tag(start);
        if let Some(tag) = value.as_deref().and_then(|value| value.parse::<Tag>().ok()) {
            if value.as_deref().is_some_and(|value| value.len() < 3) {
                let message = format!("the tag is \"{}\"", value.unwrap_or_default());
                self.note(Code::TagInvalid, (at, start.len()), message, "filled with zeros");
            }
            return tag;
        }
        let value = value.unwrap_or_default();
        let mut bytes = [b'?'; 3];
        bytes.iter_mut().zip(value.bytes()).for_each(|(to, from)| *to = from);
        let tag = Tag::new(if bytes.is_ascii() { bytes } else { *b"???" });
        let message = format!("the tag is \"{value}\", not three letters or digits");
        self.note(Code::XmlShape, (at, start.len()), message, "field kept with another tag");
        tag
    }

    /// Appends the indicators, one byte each.
    fn indicators(&mut self, start: &BytesStart<'t>, count: u8, at: usize) {
        for number in 1..=count {
            let name = self.vocabulary.indicator(number);
            let value = attribute(start, name);
            let byte = match value.as_deref().map(str::as_bytes) {
                Some([byte])
                    if byte.is_ascii() && (!byte.is_ascii_control() || byte.is_ascii_whitespace()) =>
                {
                    *byte
                }
                other => {
                    // One character with blanks around it is that character.
                    let lone = match other.map(<[u8]>::trim_ascii) {
                        Some([byte]) if byte.is_ascii_graphic() => Some(*byte),
                        _ => None,
                    };
                    let shown = other.map(|bytes| bytes.escape_ascii().to_string());
                    let message = match shown {
                        Some(shown) => format!("{name} is \"{shown}\", not one character of ASCII"),
                        None => format!("{name} is missing"),
                    };
                    let action = if lone.is_some() { "its blanks left out" } else { "taken as blank" };
                    self.note(Code::IndicatorCount, (at, start.len()), message, action);
                    lone.unwrap_or(b' ')
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
                    self.note(Code::XmlShape, (at, 1), message, "left out");
                    continue;
                }
                _ => continue,
            };
            if self.kind(&start) != Kind::Subfield {
                let message = format!("an element \"{}\" in field {tag}", start.name().into_inner());
                self.note(Code::XmlShape, (at, start.len()), message, "left out");
                if !empty {
                    self.skip(&start)?;
                }
                continue;
            }
            let code = self.vocabulary.code(&start).unwrap_or_default();
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
                        self.note(Code::XmlShape, (at, start.len()), message, "cut");
                    }
                    Some(code)
                }
                None if self.value.is_empty() => None,
                None => {
                    let message = "a subfield without a code";
                    self.note(Code::XmlShape, (at, start.len()), message, "given a blank as its code");
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
                            self.note(Code::XmlSyntax, (at, name.len()), message, "kept as it stands");
                            self.value.push('&');
                            self.value.push_str(&name);
                            self.value.push(';');
                        }
                    }
                }
                Event::Start(inner) => {
                    let message = format!("an element \"{}\" inside a value", inner.name().into_inner());
                    self.note(Code::XmlShape, (at, inner.len()), message, "its text kept");
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
        self.note(Code::XmlSyntax, (at, self.value.len()), message, "1D, 1E and 1F replaced by U+FFFD");
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
        let at = self.offset();
        match self.reader.read_event() {
            Ok(Event::Start(start) | Event::Empty(start)) if !begins_name(start.name().into_inner()) => {
                Err(self.error("a \"<\" that begins no tag".to_owned(), at))
            }
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
        let mut location = Location::of(self.findings.record());
        location.byte = location.byte.saturating_add(at.min(self.extent) as u64);
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        location.line = location.line.saturating_add(memchr::memchr_iter(b'\n', before).count() as u64);
        let column = self.column_at(at);
        let message = format!("{message} (column {column})");
        Error::malformed(Diagnostic::new(Code::XmlSyntax, location, message, "record rejected"))
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

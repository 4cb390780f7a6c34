//! Parses the events of one record, in any vocabulary, with a finding for each fault.
//!
//! Must keep all text of fields. Never reads external entities. Fails only if the record is not well-formed.

use crate::format::rules::{
    CONTROL_FIELD_SUBFIELDS, DATA_BEFORE_SUBFIELD, INDICATOR_COUNT, LEADER_VALUE, NO_FIELDS, TAG_INVALID,
};
use crate::format::xml::rules::{XML_SHAPE, XML_SYNTAX};
use std::borrow::Cow;

use memchr::memchr;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::repair::Changed;
use super::vocabulary::{Kind, Vocabulary, attribute};
use crate::error::Result;
use crate::finding::Findings;
use crate::record::{Leader, Record, Syntax};
use crate::tag::Tag;

/// An offset in the text, the number of line ends before it, and the offset at which its line begins: what is
/// known of places, so that no text is counted twice.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Counted {
    pub(super) at: usize,
    pub(super) lines: u64,
    pub(super) line: Option<usize>,
}

/// One pass over the events of a record.
pub(super) struct Walk<'t, 'r> {
    pub(super) text: &'t str,
    /// The column at which the text begins, in bytes, from 1.
    pub(super) column: usize,
    /// Number of bytes of the record in the input; the text may have more, if it was decoded.
    pub(super) extent: usize,
    pub(super) counted: Counted,
    /// What was changed, if the text was repaired.
    pub(super) repaired: &'r Changed,
    /// The tag of the field that is read.
    pub(super) tag: Option<Tag>,
    /// Whether names in another case were found, and whether they were reported.
    pub(super) other_case: (bool, bool),
    pub(super) vocabulary: Vocabulary,
    pub(super) reader: Reader<&'t [u8]>,
    pub(super) record: &'r mut Record,
    pub(super) findings: &'r mut Findings,
    pub(super) value: &'r mut String,
}

impl<'t> Walk<'t, '_> {
    /// Parses the whole record: the start tag, then its children.
    pub(super) fn element(&mut self, indicators: u8) -> Result<()> {
        let empty = loop {
            match self.next()? {
                Event::Start(start) if self.kind(&start) == Kind::Record => break false,
                Event::Empty(start) if self.kind(&start) == Kind::Record => break true,
                Event::Start(start) | Event::Empty(start) => self.whole_name(&start)?,
                Event::Eof => return Err(self.error("the record has no start tag".to_owned(), 0)),
                _ => {}
            }
        };
        // Where text begins, which is reported as a whole, up to the next element.
        let mut text_at = None;
        loop {
            if empty {
                break;
            }
            let at = self.offset();
            let event = self.next()?;
            if let Event::Start(_) | Event::Empty(_) | Event::End(_) | Event::Eof = event
                && let Some(start) = text_at.take()
            {
                self.note(XML_SHAPE, (start, at - start), "text between the fields", "left out");
            }
            match event {
                Event::Start(start) => self.child(&start, indicators, at, false)?,
                Event::Empty(start) => self.child(&start, indicators, at, true)?,
                Event::End(_) | Event::Eof => break,
                Event::Text(text) if text.trim_ascii().is_empty() => {}
                Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => {
                    text_at.get_or_insert(at);
                }
                _ => {}
            }
        }
        if self.record.header().leader.is_none() {
            self.note(LEADER_VALUE, (0, 0), "the record has no leader", "left without");
        }
        if self.record.fields().len() == 0 {
            self.note(NO_FIELDS, (0, self.text.len()), "the record has no fields", "kept");
        }
        Ok(())
    }

    /// Parses a child of the record.
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
                let is_leader = self.vocabulary == Vocabulary::Oai && tag == Tag::new(*b"LDR");
                self.tag = Some(tag).filter(|_| !is_leader);
                self.value.clear();
                if !empty {
                    self.content(start)?;
                }
                self.unquote_fixed();
                if is_leader {
                    self.leader(at);
                    return Ok(());
                }
                if !tag.is_control() {
                    let message = format!("field {tag} is a control field, without indicators and subfields");
                    self.note(DATA_BEFORE_SUBFIELD, (at, start.len()), message, "kept so");
                }
                self.delimiters(at);
                let begin = self.begin_field();
                self.record.text_mut().push_str(self.value);
                self.end_field(tag, begin, true)?;
            }
            Kind::Data => {
                let tag = self.tag(start, at);
                self.tag = Some(tag);
                if tag.is_control() {
                    let message = format!("field {tag} is a data field, with indicators and subfields");
                    self.note(CONTROL_FIELD_SUBFIELDS, (at, start.len()), message, "kept so");
                }
                let begin = self.begin_field();
                self.indicators(start, indicators, at);
                if !empty {
                    self.subfields(tag, at)?;
                }
                self.end_field(tag, begin, false)?;
            }
            Kind::Record | Kind::Subfield | Kind::Foreign => {
                self.whole_name(start)?;
                let message = format!("an element \"{}\" among the fields", start.name().into_inner());
                self.left_out(start, empty, at, message)?;
            }
        }
        Ok(())
    }

    #[inline]
    pub(super) fn kind(&self, start: &BytesStart<'_>) -> Kind {
        self.vocabulary.kind(start.local_name().into_inner())
    }

    /// Undoes the signs that OAI-MARC writes for blanks and around values.
    fn unquote_fixed(&mut self) {
        if self.vocabulary == Vocabulary::Oai {
            let value = self.value.trim();
            let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
            *self.value = value.replace('^', " ");
        }
    }

    fn leader(&mut self, at: usize) {
        let len = self.offset().saturating_sub(at);
        if !self.value.is_ascii() {
            let message = format!("the leader is \"{}\", which is not ASCII", self.value);
            self.note(LEADER_VALUE, (at, len), message, "no-break spaces read as blanks, others as ?");
            *self.value = Leader::ascii(self.value);
        }
        if self.record.header().leader.is_some() {
            self.note(XML_SHAPE, (at, len), "a second leader in the record", "left out");
            return;
        }
        let (leader, fault) = Leader::fitted(self.value.as_bytes());
        if let Some((message, action)) = fault {
            self.note(LEADER_VALUE, (at, len), message, action);
        }
        self.record.header_mut().leader = Some(leader);
    }

    /// Returns the tag of a field, whatever its attribute is.
    fn tag(&mut self, start: &BytesStart<'t>, at: usize) -> Tag {
        let mut value = self.vocabulary.tag(start, &mut self.other_case.0);
        self.other_case(start, at);
        let given = value.as_deref().unwrap_or_default();
        if given.len() != 3 && given.trim() != given {
            let message = format!("the tag is \"{}\"", given.escape_debug());
            value = Some(Cow::Owned(given.trim().to_owned()));
            self.note(TAG_INVALID, (at, start.len()), message, "its blanks left out");
        }
        if let Some(tag) = value.as_deref().and_then(|value| value.parse::<Tag>().ok()) {
            if value.as_deref().is_some_and(|value| value.len() < 3) {
                let message = format!("the tag is \"{}\"", value.unwrap_or_default());
                self.note(TAG_INVALID, (at, start.len()), message, "filled with zeros");
            }
            return tag;
        }
        let value = value.unwrap_or_default();
        let mut bytes = [b'?'; 3];
        bytes.iter_mut().zip(value.bytes()).for_each(|(to, from)| *to = from);
        let tag = Tag::new(if bytes.is_ascii() { bytes } else { *b"???" });
        let message = format!("the tag is \"{value}\", not three letters or digits");
        self.note(XML_SHAPE, (at, start.len()), message, "field kept with another tag");
        tag
    }

    /// Appends the indicators, one byte each.
    fn indicators(&mut self, start: &BytesStart<'t>, count: u8, at: usize) {
        for number in 1..=count {
            let name = self.vocabulary.indicator(number);
            let value = attribute(start, name, &mut self.other_case.0);
            let byte = match value.as_deref().map(str::as_bytes) {
                Some([byte]) if byte.is_ascii() && (*byte >= b' ' || byte.is_ascii_whitespace()) => *byte,
                other => {
                    // A single character with blanks around it is taken as that character.
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
                    self.note(INDICATOR_COUNT, (at, start.len()), message, action);
                    lone.unwrap_or(b' ')
                }
            };
            self.record.text_mut().push(char::from(byte));
        }
    }

    fn subfields(&mut self, tag: Tag, field_at: usize) -> Result<()> {
        let mut text_at = None;
        loop {
            let at = self.offset();
            let event = self.next()?;
            if let Event::Start(_) | Event::Empty(_) | Event::End(_) | Event::Eof = event
                && let Some(start) = text_at.take()
            {
                let message = format!("text between the subfields of field {tag}");
                self.note(XML_SHAPE, (start, at - start), message, "left out");
            }
            let (start, empty) = match event {
                Event::Start(start) => (start, false),
                Event::Empty(start) => (start, true),
                Event::End(_) => return Ok(()),
                Event::Eof => {
                    return Err(self.error("the field does not end".to_owned(), field_at));
                }
                Event::Text(text) if text.trim_ascii().is_empty() => continue,
                Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => {
                    text_at.get_or_insert(at);
                    continue;
                }
                _ => continue,
            };
            if self.kind(&start) != Kind::Subfield {
                self.whole_name(&start)?;
                let message = format!("an element \"{}\" in field {tag}", start.name().into_inner());
                self.left_out(&start, empty, at, message)?;
                continue;
            }
            let code = self.vocabulary.code(&start, &mut self.other_case.0).unwrap_or_default();
            self.other_case(&start, at);
            self.value.clear();
            if !empty {
                self.content(&start)?;
            }
            self.delimiters(at);
            let mut characters = code.chars();
            if code.len() > 1 && code.trim().chars().count() == 1 && code.trim() != code {
                let message = format!("the subfield code is \"{}\"", code.escape_debug());
                self.note(XML_SHAPE, (at, start.len()), message, "its blanks left out");
                characters = code.trim().chars();
            }
            let (first, more) = (characters.next(), characters.next());
            let first = first.filter(|code| *code >= ' ' || code.is_ascii_whitespace());
            let code = match first {
                Some(code) => {
                    if more.is_some() {
                        let message =
                            format!("the subfield code has more than one character, it begins with {code}");
                        self.note(XML_SHAPE, (at, start.len()), message, "cut");
                    }
                    Some(code)
                }
                None if self.value.is_empty() => None,
                None => {
                    let message = "a subfield without a code";
                    self.note(XML_SHAPE, (at, start.len()), message, "given a blank as its code");
                    Some(' ')
                }
            };
            let text = self.record.text_mut();
            text.push(char::from(Syntax::MARC.delimiter));
            text.extend(code);
            text.push_str(self.value);
        }
    }

    /// Appends the text of an element to the value: references resolved, CDATA included, comments omitted.
    fn content(&mut self, start: &BytesStart<'t>) -> Result<()> {
        let mut depth = 0u32;
        loop {
            let at = self.offset();
            match self.next()? {
                Event::Text(text) => {
                    // A reference has its own event.
                    if text.starts_with('&') {
                        let message = "a \"&\" that begins no reference";
                        self.note(XML_SYNTAX, (at, 1), message, "kept as text");
                    }
                    match text.xml10_content() {
                        Cow::Borrowed(text) => self.value.push_str(text),
                        Cow::Owned(text) => self.value.push_str(&text),
                    }
                }
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
                            self.note(XML_SYNTAX, (at, name.len()), message, "kept as it stands");
                            self.value.push('&');
                            self.value.push_str(&name);
                            self.value.push(';');
                        }
                    }
                }
                Event::Start(inner) => {
                    let message = format!("an element \"{}\" inside a value", inner.name().into_inner());
                    self.note(XML_SHAPE, (at, inner.len()), message, "its text kept");
                    depth += 1;
                }
                Event::End(_) if depth == 0 => return Ok(()),
                Event::End(_) => depth -= 1,
                Event::Eof => {
                    let message = format!("\"{}\" does not end", start.name().into_inner());
                    return Err(self.error(message, at));
                }
                _ => {}
            }
        }
    }

    /// Replaces the characters in the value that delimit fields and records, which XML does not allow.
    fn delimiters(&mut self, at: usize) {
        let forbidden = |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
        if !self.value.bytes().any(forbidden) {
            return;
        }
        let message = "a control character, which XML does not allow";
        self.note(
            XML_SYNTAX,
            (at, self.offset().saturating_sub(at)),
            message,
            "1D, 1E and 1F replaced by U+FFFD",
        );
        *self.value = self.value.replace(['\u{1D}', '\u{1E}', '\u{1F}'], "\u{FFFD}");
    }

    /// Skips an element that begins at `at`, and reports all of it.
    fn left_out(&mut self, start: &BytesStart<'t>, empty: bool, at: usize, message: String) -> Result<()> {
        let skipped = if empty { Ok(()) } else { self.skip(start) };
        let len = self.offset() - at;
        self.note(XML_SHAPE, (at, len), message, "left out");
        skipped
    }

    /// Skips the rest of an element.
    fn skip(&mut self, start: &BytesStart<'t>) -> Result<()> {
        let name = start.name().into_inner();
        let at = self.offset();
        let mut depth = 0u32;
        loop {
            match self.next()? {
                Event::Start(_) => depth += 1,
                Event::End(_) if depth == 0 => return Ok(()),
                Event::End(_) => depth -= 1,
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
            // A quote was lost: the value of an attribute goes on into other tags.
            Ok(Event::Start(start) | Event::Empty(start)) if memchr(b'<', start.as_bytes()).is_some() => {
                Err(self.error("a \"<\" that begins no tag".to_owned(), at))
            }
            Ok(event) => Ok(event),
            Err(error) => {
                let at = usize::try_from(self.reader.error_position()).unwrap_or_default();
                Err(self.error(error.to_string(), at))
            }
        }
    }

    /// Checks the name of an element that the form does not have: a sign may have got into one that it has.
    fn whole_name(&mut self, start: &BytesStart<'t>) -> Result<()> {
        let at = self.offset().saturating_sub(start.len());
        match memchr(b'/', start.name().into_inner().as_bytes()) {
            Some(_) => Err(self.error("a \"/\" inside a tag".to_owned(), at)),
            None => Ok(()),
        }
    }

    fn offset(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or_default()
    }

    fn begin_field(&mut self) -> usize {
        self.record.text_mut().len()
    }

    fn end_field(&mut self, tag: Tag, start: usize, control: bool) -> Result<()> {
        self.tag = None;
        match self.record.end_field(tag, start, control) {
            true => Ok(()),
            false => Err(self.error("the record has more than 4 GiB".to_owned(), 0)),
        }
    }
}

/// Returns whether the name of an element begins with a valid character: a letter, `_` or `:`, or anything
/// beyond ASCII.
fn begins_name(name: &str) -> bool {
    name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':' | 0x80..))
}

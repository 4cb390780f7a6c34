//! A record under construction: where each value goes, in whatever order they come.

use crate::bytes::Cut;
use crate::format::json::rules::{JSON_ODD, JSON_SHAPE};
use crate::format::rules::{CONTROL_FIELD_SUBFIELDS, DATA_BEFORE_SUBFIELD, INDICATOR_COUNT, LEADER_VALUE};
use std::borrow::Cow;

use memchr::memchr;

use crate::finding::Findings;
use crate::finding::{Finding, Rule};
use crate::position::{Location, Position};
use crate::record::Syntax;
use crate::record::{Leader, Record};
use crate::tag::Tag;

/// The most indicators of a field.
pub(super) const INDICATORS: usize = 9;

/// An indicator as it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Indicator {
    /// Not read yet, or absent.
    #[default]
    Missing,
    /// The field lacks it.
    Null,
    Byte(u8),
    /// More than one byte: a range in [`Scratch::wide`].
    Wide(usize, usize),
}

/// Memory for the parts of a field that may come in the wrong order.
#[derive(Debug, Default, Clone)]
pub(super) struct Scratch {
    pub(super) indicators: [Indicator; INDICATORS],
    pub(super) wide: String,
    pub(super) lead: String,
    pub(super) prefix: String,
}

/// A record under construction.
pub(super) struct Build<'b> {
    pub(super) record: &'b mut Record,
    pub(super) findings: &'b mut Findings,
    pub(super) scratch: &'b mut Scratch,
    pub(super) text: &'b str,
    pub(super) start: Position,
    /// Whether offsets in the text are offsets in the input.
    pub(super) exact: bool,
    pub(super) syntax: Syntax,
    /// Whether a string without escapes may contain the delimiter.
    pub(super) wary: bool,
    /// The most fields.
    pub(super) fields: usize,
    /// Offset in the text of the last key or value without escapes.
    pub(super) at: usize,
    /// An offset in the text, and the number of line ends before it.
    pub(super) lines: (usize, u64),
    pub(super) tag: Option<Tag>,
    pub(super) full: bool,
}

impl<'b> Build<'b> {
    #[allow(clippy::too_many_arguments)]
    pub(super) fn new(
        text: &'b str,
        start: Position,
        exact: bool,
        syntax: Syntax,
        fields: usize,
        record: &'b mut Record,
        findings: &'b mut Findings,
        scratch: &'b mut Scratch,
    ) -> Build<'b> {
        // JSON strings can contain control characters only as escapes.
        let wary = syntax.delimiter >= b' ' && memchr(syntax.delimiter, text.as_bytes()).is_some();
        Build {
            record,
            findings,
            scratch,
            text,
            start,
            exact,
            syntax,
            wary,
            fields,
            at: 0,
            lines: (0, 0),
            tag: None,
            full: false,
        }
    }

    /// Returns the location of an offset in the text.
    pub(super) fn place(&mut self, offset: usize) -> Location {
        let mut location = Location::of(self.start);
        if self.exact {
            let (known, mut lines) = self.lines;
            let from = if offset < known { 0 } else { known };
            if from == 0 {
                lines = 0;
            }
            let between = self.text.as_bytes().cut(from..offset);
            lines += memchr::memchr_iter(b'\n', between).count() as u64;
            self.lines = (offset, lines);
            location.byte += offset as u64;
            location.line += lines;
        }
        if let Some(tag) = self.tag {
            location.tag = Some(tag);
            location.field = u32::try_from(self.record.slots_mut().len()).ok();
        }
        location
    }

    #[cold]
    pub(super) fn note(&mut self, code: Rule, message: impl Into<Cow<'static, str>>, action: &'static str) {
        let place = self.place(self.at);
        self.findings.push(Finding::new(code, place, message, action));
    }

    /// Remembers the offset of a string in the text.
    #[inline]
    pub(super) fn near(&mut self, part: &str) {
        let offset = (part.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
        if offset <= self.text.len() {
            self.at = offset;
        }
    }

    /// Refuses a string that contains the delimiter.
    #[inline]
    pub(super) fn check<E: serde::de::Error>(&self, value: &str, escaped: bool) -> Result<(), E> {
        if (escaped || self.wary) && memchr(self.syntax.delimiter, value.as_bytes()).is_some() {
            return Err(self.refuse(value));
        }
        Ok(())
    }

    #[cold]
    pub(super) fn refuse<E: serde::de::Error>(&self, value: &str) -> E {
        let field = self.tag.map(|tag| format!(" in field {tag}")).unwrap_or_default();
        let shown: String = value.chars().take(40).collect();
        E::custom(format_args!("{shown:?}{field} holds the subfield delimiter {:02X}", self.syntax.delimiter))
    }

    /// Appends or stores a string according to its place.
    #[inline]
    pub(super) fn put<E: serde::de::Error>(
        &mut self,
        place: Place,
        value: &str,
        escaped: bool,
    ) -> Result<(), E> {
        match place {
            Place::Subfield => {
                self.check(value, escaped)?;
                self.record.text_mut().push_str(value);
                Ok(())
            }
            Place::Indicator(index) => self.put_indicator(index, value, escaped),
            Place::Field(tag) if tag == Tag::new(*b"tag") => {
                Err(E::custom("fields with a key \"tag\" are of another dialect of JSON"))
            }
            Place::Field(tag) => {
                let control = self.syntax.control_fields;
                if !control {
                    self.check(value, escaped)?;
                } else if !tag.is_control() {
                    let message = format!("field {tag} is a control field, without indicators and subfields");
                    self.note(DATA_BEFORE_SUBFIELD, message, "kept so");
                }
                let text = self.record.text_mut();
                let start = text.len();
                text.push_str(value);
                self.end_field(tag, start, control)
            }
            Place::Lead => {
                self.check(value, escaped)?;
                self.scratch.lead.push_str(value);
                Ok(())
            }
            Place::Leader => {
                let ascii;
                let value = if value.is_ascii() || value.len() == Leader::LEN {
                    value
                } else {
                    let message = format!("the leader is \"{value}\", which is not ASCII");
                    self.note(LEADER_VALUE, message, "no-break spaces read as blanks, others as ?");
                    ascii = Leader::ascii(value);
                    &ascii
                };
                let (leader, fault) = Leader::fitted(value.as_bytes());
                if let Some((message, action)) = fault {
                    let rule = if action == "cut" { JSON_SHAPE } else { JSON_ODD };
                    self.note(rule, message, action);
                }
                self.record.header_mut().leader = Some(leader);
                Ok(())
            }
        }
    }

    /// Reports a control field that has indicators and subfields.
    #[inline]
    pub(super) fn check_kind(&mut self, tag: Tag) {
        if self.syntax.control_fields && tag.is_control() {
            let message = format!("field {tag} is a data field, with indicators and subfields");
            self.note(CONTROL_FIELD_SUBFIELDS, message, "kept so");
        }
    }

    #[inline]
    pub(super) fn put_indicator<E: serde::de::Error>(
        &mut self,
        index: usize,
        value: &str,
        escaped: bool,
    ) -> Result<(), E> {
        let indicator = match value.as_bytes() {
            &[byte] => {
                self.check(value, escaped)?;
                Indicator::Byte(byte)
            }
            [] => {
                self.note(JSON_ODD, "an indicator is empty", "read as blank");
                Indicator::Byte(b' ')
            }
            bytes if bytes.trim_ascii().len() < 2 => {
                self.check(value, escaped)?;
                let message =
                    format!("an indicator is \"{}\"", bytes.cut(..bytes.len().min(40)).escape_ascii());
                self.note(JSON_ODD, message, "its blanks left out");
                Indicator::Byte(bytes.trim_ascii().first().copied().unwrap_or(b' '))
            }
            bytes => {
                self.check(value, escaped)?;
                let message = format!("an indicator has {} bytes", bytes.len());
                self.note(JSON_SHAPE, message, "kept");
                let start = self.scratch.wide.len();
                self.scratch.wide.push_str(value);
                Indicator::Wide(start, self.scratch.wide.len())
            }
        };
        self.set_indicator(index, indicator);
        Ok(())
    }

    #[inline]
    pub(super) fn set_indicator(&mut self, index: usize, indicator: Indicator) {
        if let Some(place) = self.scratch.indicators.get_mut(index) {
            *place = indicator;
        }
    }

    #[inline]
    pub(super) fn end_field<E: serde::de::Error>(
        &mut self,
        tag: Tag,
        start: usize,
        control: bool,
    ) -> Result<(), E> {
        match self.record.end_field(tag, start, control) {
            true => Ok(()),
            false => Err(E::custom("a record holds at most 4 GiB")),
        }
    }

    /// Appends the indicators to the text, if all are present and one byte each.
    #[inline]
    pub(super) fn put_prefix(&mut self) -> bool {
        let count = usize::from(self.syntax.indicators);
        let known = self.scratch.indicators.cut(..count);
        if !known.iter().all(|indicator| matches!(indicator, Indicator::Byte(_))) {
            return false;
        }
        let text = self.record.text_mut();
        for indicator in known {
            if let Indicator::Byte(byte) = indicator {
                text.push(char::from(*byte));
            }
        }
        true
    }

    /// Creates the start of a body from the indicators that were read.
    #[cold]
    pub(super) fn make_prefix(&mut self) {
        let count = usize::from(self.syntax.indicators);
        self.scratch.prefix.clear();
        let Scratch { indicators, .. } = *self.scratch;
        let known = indicators.cut(..count);
        let there = known.iter().rposition(|indicator| *indicator != Indicator::Null);
        for (index, indicator) in known.iter().enumerate() {
            let number = index + 1;
            match *indicator {
                Indicator::Byte(byte) => self.scratch.prefix.push(char::from(byte)),
                Indicator::Wide(start, end) => {
                    let Scratch { prefix, wide, .. } = &mut *self.scratch;
                    prefix.push_str(wide.cut(start..end));
                }
                Indicator::Null if there.is_none_or(|last| last < index) => {
                    self.note(INDICATOR_COUNT, format!("the field has no indicator {number}"), "kept so");
                }
                Indicator::Null | Indicator::Missing => {
                    self.note(INDICATOR_COUNT, format!("ind{number} is missing"), "read as blank");
                    self.scratch.prefix.push(' ');
                }
            }
        }
    }
}

/// The place of a value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    Leader,
    Field(Tag),
    Indicator(usize),
    Lead,
    Subfield,
}

//! A record in the making: what is done with each value, in whatever order they come.

use std::borrow::Cow;

use memchr::memchr;

use crate::diagnostic::Findings;
use crate::record::Syntax;
use crate::{Code, Diagnostic, Leader, Location, Position, Record, Tag};

/// The most indicators a field can have.
pub(super) const INDICATORS: usize = 9;

/// An indicator as it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Indicator {
    /// It was not read, or not yet.
    #[default]
    Missing,
    /// The field has none.
    Null,
    Byte(u8),
    /// More than a byte: a range in [`Scratch::wide`].
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

/// A record in the making.
pub(super) struct Build<'b> {
    pub(super) record: &'b mut Record,
    pub(super) findings: &'b mut Findings,
    pub(super) scratch: &'b mut Scratch,
    pub(super) text: &'b str,
    pub(super) start: Position,
    /// Whether offsets in the text are offsets in the input.
    pub(super) exact: bool,
    pub(super) syntax: Syntax,
    /// Whether a string without escapes may hold the delimiter.
    pub(super) wary: bool,
    /// The most fields.
    pub(super) fields: usize,
    /// Offset in the text of the last key or value without escapes.
    pub(super) at: usize,
    /// An offset in the text, and how many line ends stand before it.
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
        // Control characters stand in JSON as escapes only.
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

    /// The place at an offset in the text.
    pub(super) fn place(&mut self, offset: usize) -> Location {
        let mut location = Location::of(self.start);
        if self.exact {
            let (known, mut lines) = self.lines;
            let from = if offset < known { 0 } else { known };
            if from == 0 {
                lines = 0;
            }
            let between = self.text.as_bytes().get(from..offset).unwrap_or_default();
            lines = lines.saturating_add(memchr::memchr_iter(b'\n', between).count() as u64);
            self.lines = (offset, lines);
            location.byte = location.byte.saturating_add(offset as u64);
            location.line = location.line.saturating_add(lines);
        }
        if let Some(tag) = self.tag {
            location.tag = Some(tag);
            location.field = u32::try_from(self.record.slots_mut().len()).ok();
        }
        location
    }

    #[cold]
    pub(super) fn note(&mut self, code: Code, message: impl Into<Cow<'static, str>>, action: &'static str) {
        let place = self.place(self.at);
        self.findings.push(Diagnostic::new(code, place, message, action));
    }

    /// Remembers where a string of the text stands.
    #[inline]
    pub(super) fn near(&mut self, part: &str) {
        let offset = (part.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
        if offset <= self.text.len() {
            self.at = offset;
        }
    }

    /// Refuses a string with the delimiter in it.
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

    /// Puts a string to its place.
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
                let bytes = value.as_bytes();
                if bytes.len() < Leader::LEN {
                    let message = format!("the leader has {} bytes, not 24", bytes.len());
                    self.note(Code::JsonOdd, message, "filled with blanks");
                } else if bytes.len() > Leader::LEN {
                    let message = format!("the leader has {} bytes, not 24", bytes.len());
                    self.note(Code::JsonShape, message, "cut");
                }
                self.record.header_mut().leader = Some(Leader::padded(bytes));
                Ok(())
            }
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
                self.note(Code::JsonOdd, "an indicator is empty", "read as blank");
                Indicator::Byte(b' ')
            }
            bytes => {
                self.check(value, escaped)?;
                let message = format!("an indicator has {} bytes", bytes.len());
                self.note(Code::JsonShape, message, "kept");
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

    /// Puts the indicators to the end of the text, if they are all there and a byte each.
    #[inline]
    pub(super) fn put_prefix(&mut self) -> bool {
        let count = usize::from(self.syntax.indicators);
        let known = self.scratch.indicators.get(..count).unwrap_or_default();
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

    /// Makes the prefix of a body of all that was read of the indicators.
    #[cold]
    pub(super) fn make_prefix(&mut self) {
        let count = usize::from(self.syntax.indicators);
        self.scratch.prefix.clear();
        let Scratch { indicators, .. } = *self.scratch;
        let known = indicators.get(..count).unwrap_or_default();
        let there = known.iter().rposition(|indicator| *indicator != Indicator::Null);
        for (index, indicator) in known.iter().enumerate() {
            let number = index.saturating_add(1);
            match *indicator {
                Indicator::Byte(byte) => self.scratch.prefix.push(char::from(byte)),
                Indicator::Wide(start, end) => {
                    let Scratch { prefix, wide, .. } = &mut *self.scratch;
                    prefix.push_str(wide.get(start..end).unwrap_or_default());
                }
                Indicator::Null if there.is_none_or(|last| last < index) => {
                    self.note(
                        Code::IndicatorCount,
                        format!("the field has no indicator {number}"),
                        "kept so",
                    );
                }
                Indicator::Null | Indicator::Missing => {
                    self.note(Code::IndicatorCount, format!("ind{number} is missing"), "read as blank");
                    self.scratch.prefix.push(' ');
                }
            }
        }
    }
}

/// Where a value goes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    Leader,
    Field(Tag),
    Indicator(usize),
    Lead,
    Subfield,
}

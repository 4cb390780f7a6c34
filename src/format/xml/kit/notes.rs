//! The findings of a pass over the events of a record, and their places.

use std::borrow::Cow;

use quick_xml::events::BytesStart;

use super::repair::{self, Changed};
use super::vocabulary::Kind;
use super::walk::{Counted, Walk};
use crate::bytes::Cut;
use crate::error::Error;
use crate::finding::{Finding, Rule, Severity};
use crate::format::xml::rules::{XML_SHAPE, XML_SYNTAX};
use crate::position::Location;

impl<'t> Walk<'t, '_> {
    /// Reports the signs that were changed.
    pub(super) fn repaired(&mut self) {
        let Changed { escaped, blanked } = self.repaired;
        for sign in escaped {
            self.note(XML_SYNTAX, (*sign, 1), "a \"<\" that begins no tag", "kept as text");
        }
        for sign in blanked {
            self.note(XML_SYNTAX, (*sign, 1), "a \"/\" inside a tag", "left out");
        }
    }

    /// Adds a finding at an offset in the text.
    #[cold]
    pub(super) fn note(
        &mut self,
        code: Rule,
        (at, len): (usize, usize),
        message: impl Into<Cow<'static, str>>,
        action: &'static str,
    ) {
        let (lines, column) = self.place(at);
        let mut location = Location::of(self.findings.record());
        let start = self.source(at).min(self.extent);
        location.byte += start as u64;
        let end = self.source(at.saturating_add(len)).min(self.extent);
        location.len = end.saturating_sub(start) as u64;
        location.line += lines;
        if let Some(tag) = self.tag {
            location.tag = Some(tag);
            location.field = u32::try_from(self.record.slots_mut().len()).ok();
        }
        let mut message = message.into();
        if code.severity() == Severity::Error {
            message = format!("{message} (column {column})").into();
        }
        self.findings.push(Finding::new(code, location, message, action));
    }

    /// Returns the offset in the source for an offset in the text, which has more bytes where it was repaired.
    fn source(&self, at: usize) -> usize {
        let before = self.repaired.escaped.partition_point(|sign| *sign < at);
        at.saturating_sub(repair::ADDED * before)
    }

    /// Returns the number of line ends before an offset in the text, and its column, in bytes, from 1.
    fn place(&mut self, at: usize) -> (u64, usize) {
        let known = if at < self.counted.at { Counted::default() } else { self.counted };
        let between = self.text.as_bytes().cut(known.at..at);
        let lines = known.lines + memchr::memchr_iter(b'\n', between).count() as u64;
        let line = memchr::memrchr(b'\n', between).map(|end| known.at + end + 1).or(known.line);
        self.counted = Counted { at, lines, line };
        let column = match line {
            Some(line) => self.source(at).saturating_sub(self.source(line)) + 1,
            None => self.column + self.source(at),
        };
        (lines, column)
    }

    /// Reports, once for the record, that the name of an element or an attribute has another case than in the format.
    pub(super) fn other_case(&mut self, start: &BytesStart<'t>, at: usize) {
        let name = start.local_name().into_inner();
        let (found, said) = self.other_case;
        if !said && (found || self.kind(start) != Kind::Foreign && !self.vocabulary.is_in_case(name)) {
            let message = format!("names of elements or attributes in other letters, as in \"{name}\"");
            self.note(XML_SHAPE, (at, start.len()), message, "read as if in small ones; reported once");
            self.other_case = (false, true);
        }
    }

    /// Creates the error of a record that is not well-formed.
    pub(super) fn error(&mut self, message: String, at: usize) -> Error {
        let (lines, column) = self.place(at);
        let mut location = Location::of(self.findings.record());
        location.byte += self.source(at).min(self.extent) as u64;
        location.line += lines;
        let message = format!("{message} (column {column})");
        Error::malformed(Finding::new(XML_SYNTAX, location, message, "record rejected"))
    }
}

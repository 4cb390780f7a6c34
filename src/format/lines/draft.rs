//! A record in the making.

use std::borrow::Cow;

use crate::diagnostic::Findings;
use crate::format::iso2709;
use crate::io::{Frame, ReadOptions};
use crate::record::Syntax;
use crate::{Code, Diagnostic, Error, Leader, Location, Record, Result, Tag};

/// A record in the making: bodies one behind the other, in bytes, and what is found on the way.
pub(in crate::format) struct Draft<'r> {
    frame: Frame<'r>,
    record: &'r mut Record,
    findings: &'r mut Findings,
    options: &'r ReadOptions,
    /// The line that is read: its offset in the frame, its length, its number in the input.
    line: (usize, usize, u64),
    counted_to: usize,
    tag: Option<Tag>,
    full: bool,
    /// Whether a line was a leader or field.
    any: bool,
    /// Whether the leader was found to be right about the indicators.
    confirmed: bool,
}

impl<'r> Draft<'r> {
    pub(in crate::format) fn new(
        frame: Frame<'r>,
        record: &'r mut Record,
        findings: &'r mut Findings,
        options: &'r ReadOptions,
    ) -> Draft<'r> {
        record.set_syntax(Syntax::MARC);
        record.bytes_mut();
        let line = (0, 0, frame.position.line);
        Draft {
            frame,
            record,
            findings,
            options,
            line,
            counted_to: 0,
            tag: None,
            full: false,
            any: false,
            confirmed: false,
        }
    }

    /// Goes to the line of `len` bytes that begins at `start`; cheap if it lies behind those before it.
    pub(in crate::format) fn at_line(&mut self, start: usize, len: usize) {
        if start < self.counted_to {
            (self.line, self.counted_to) = ((0, 0, self.frame.position.line), 0);
        }
        let between = self.frame.bytes.get(self.counted_to..start).unwrap_or_default();
        let ends = memchr::memchr_iter(b'\n', between).count() as u64;
        self.line = (start, len, self.line.2.saturating_add(ends));
        self.counted_to = start;
        self.tag = None;
    }

    /// Adds a finding about the line.
    pub(in crate::format) fn note(
        &mut self,
        code: Code,
        message: impl Into<Cow<'static, str>>,
        action: &'static str,
    ) {
        let mut location = Location::of(self.frame.position);
        let (start, len, line) = self.line;
        location.byte = location.byte.saturating_add(start as u64);
        (location.len, location.line) = (len as u64, line);
        if let Some(tag) = self.tag {
            location.tag = Some(tag);
            location.field = u32::try_from(self.record.slots_mut().len()).ok();
        }
        self.findings.push(Diagnostic::new(code, location, message, action));
    }

    /// Names the field that the next findings are about.
    pub(in crate::format) fn about(&mut self, tag: Tag) {
        self.tag = Some(tag);
    }

    /// Adds a field with this body. False if there is no room for more.
    pub(in crate::format) fn field(&mut self, tag: Tag, control: bool, body: &[u8]) -> bool {
        self.any = true;
        let count = self.record.slots_mut().len();
        if count >= self.options.limits.fields {
            if !self.full {
                self.full = true;
                let message = format!("more than {} fields", self.options.limits.fields);
                self.note(Code::LimitReached, message, "the rest left out");
            }
            return false;
        }
        let start = self.record.bytes_mut().len();
        self.record.bytes_mut().extend_from_slice(body);
        self.record.end_field(tag, start, control)
    }

    /// Adds a control field before all others.
    pub(in crate::format) fn first_field(&mut self, tag: Tag, body: &[u8]) {
        if self.field(tag, true, body) {
            self.record.slots_mut().rotate_right(1);
        }
    }

    /// Sets the leader, filled with blanks or cut to 24 bytes. Blanks behind it are none of it.
    pub(in crate::format) fn leader(&mut self, value: &[u8]) {
        self.any = true;
        let (own, behind) = value.split_at_checked(Leader::LEN).unwrap_or((value, &[]));
        if own.len() < Leader::LEN {
            let message = format!("the leader has {} bytes, not 24", own.len());
            self.note(Code::LeaderValue, message, "filled with blanks");
        } else if behind.iter().any(|byte| *byte != b' ') {
            let message = format!("the leader has {} bytes, not 24", value.len());
            self.note(Code::LeaderValue, message, "cut");
        }
        if self.record.header().leader.is_some() {
            self.note(Code::LineInvalid, "a second leader in the record", "left out");
            return;
        }
        let leader = Leader::padded(own);
        self.record.header_mut().leader = Some(leader);
        if let Some(indicators @ 1..=9) = leader.indicator_count() {
            self.record.set_syntax(Syntax { indicators, ..Syntax::MARC });
        }
    }

    /// How many indicators data fields have: as the leader says, if that is so in the first of them, of which
    /// `so_many` tells; else two.
    pub(in crate::format) fn indicators(&mut self, so_many: impl FnOnce(usize) -> bool) -> usize {
        let said = usize::from(self.record.syntax().indicators);
        if said == 2 || self.confirmed || so_many(said) {
            self.confirmed = true;
            return said;
        }
        self.record.set_syntax(Syntax::MARC);
        2
    }

    /// Whether there is a field with this tag.
    pub(in crate::format) fn has(&self, tag: Tag) -> bool {
        self.record.field(tag).is_some()
    }

    /// Ends the record: text, if its bytes are UTF-8, and its character set by what it says, as in ISO 2709. `memory`
    /// is lent and given back.
    pub(in crate::format) fn finish(self, memory: &mut Vec<u8>) -> Result<()> {
        let Draft { frame, record, findings, options, any, confirmed, .. } = self;
        if !confirmed {
            record.set_syntax(Syntax::MARC);
        }
        let all = (0, frame.bytes.len());
        if !any {
            findings.at(Code::NoFields, all, "no line is a leader or a field", "record rejected");
            let finding = findings.first_error().or_else(|| findings.list().last()).cloned();
            return Err(finding.map_or_else(|| Error::argument("no record"), Error::malformed));
        }
        if record.header().leader.is_none() {
            findings.at(Code::LeaderValue, (0, 0), "the record has no leader", "left without");
        }
        if record.fields().len() == 0 {
            findings.at(Code::NoFields, all, "the record has no fields", "kept");
        }
        std::mem::swap(record.bytes_mut(), memory);
        let leader = record.header().leader.unwrap_or_default();
        iso2709::load(memory, &leader, false, options, record, findings);
        memory.clear();
        Ok(())
    }
}

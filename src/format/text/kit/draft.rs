//! A record under construction, from lines.

use super::invisible::without_marks;
use crate::bytes::Cut;
use crate::format::lines::{self, Line};
use crate::format::rules::{
    CONTROL_BYTE_IN_DATA, DATA_BEFORE_SUBFIELD, GARBAGE, INDICATOR_COUNT, LEADER_VALUE, LINE_BLANK,
    LINE_INVALID, NO_FIELDS, STRAY_MARK, SUBFIELD_EMPTY,
};
use crate::io::rules::LIMIT_REACHED;
use std::borrow::Cow;

use memchr::{memchr, memmem};

use crate::error::{Error, Result};
use crate::finding::Findings;
use crate::finding::{Finding, Rule, counted};
use crate::io::encoding::Shape;
use crate::io::{Frame, ReadOptions, encoding};
use crate::position::Location;
use crate::record::Syntax;
use crate::record::{Leader, Record};
use crate::tag::Tag;

/// Precedes subfield codes.
const DELIMITER: u8 = 0x1F;

/// A record under construction: concatenated bodies, in bytes, and the findings.
pub(in crate::format) struct Draft<'r> {
    frame: Frame<'r>,
    record: &'r mut Record,
    findings: &'r mut Findings,
    options: &'r ReadOptions,
    /// The current line: its offset in the frame, its length, its number in the input.
    line: (usize, usize, u64),
    /// The lines of a field that was joined from several, in place of the current one.
    joined: Option<(usize, usize, u64)>,
    counted_to: usize,
    /// Whether an odd line end was reported.
    odd_ends: bool,
    tag: Option<Tag>,
    full: bool,
    /// Whether blank lines after each line were reported.
    blank: bool,
    /// Whether any line was a leader or field.
    any: bool,
    /// Whether a field confirmed the number of indicators in the leader.
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
            joined: None,
            counted_to: 0,
            odd_ends: false,
            tag: None,
            full: false,
            blank: false,
            any: false,
            confirmed: false,
        }
    }

    /// Moves to a line, and reports what is odd around its text.
    pub(in crate::format) fn at(&mut self, line: &Line<'_>) {
        self.at_line(line.start, line.text.len());
        let findings = line.findings(self.frame, self.line.2, &mut self.odd_ends);
        findings.for_each(|finding| self.findings.push(finding));
    }

    /// Reports a delimiter of ISO 2709 in the line, which the format writes otherwise.
    pub(in crate::format) fn delimiter(&mut self, line: &Line<'_>) {
        if let Some(at) = memchr(DELIMITER, line.text) {
            let mut location = Location::of(self.frame.position);
            location.byte += (line.start + at) as u64;
            (location.len, location.line) = (1, self.line.2);
            let message = "byte 1F, which the format writes as another character";
            self.findings.push(Finding::new(CONTROL_BYTE_IN_DATA, location, message, "read as a delimiter"));
        }
    }

    /// Moves to the line of `len` bytes that begins at `start`; cheap if it is after the current one.
    pub(in crate::format) fn at_line(&mut self, start: usize, len: usize) {
        if start < self.counted_to {
            (self.line, self.counted_to) = ((0, 0, self.frame.position.line), 0);
        }
        let between = self.frame.bytes.cut(self.counted_to..start);
        self.line = (start, len, self.line.2 + lines::count(between));
        self.counted_to = start;
        self.tag = None;
        self.joined = None;
    }

    /// Returns the place of the current line, for [`Draft::joined_from`].
    pub(in crate::format) fn place(&self) -> (usize, usize, u64) {
        self.line
    }

    /// Makes the place of the next findings all lines from `first` to the current one, which were joined.
    pub(in crate::format) fn joined_from(&mut self, first: (usize, usize, u64)) {
        let (start, len, _) = self.line;
        self.joined = (start + len).checked_sub(first.0).map(|len| (first.0, len, first.2));
    }

    /// Adds a finding about the line.
    pub(in crate::format) fn note(
        &mut self,
        code: Rule,
        message: impl Into<Cow<'static, str>>,
        action: &'static str,
    ) {
        let mut location = Location::of(self.frame.position);
        let (start, len, line) = self.joined.unwrap_or(self.line);
        location.byte += start as u64;
        (location.len, location.line) = (len as u64, line);
        if let Some(tag) = self.tag {
            location.tag = Some(tag);
            location.field = u32::try_from(self.record.slots_mut().len()).ok();
        }
        self.findings.push(Finding::new(code, location, message, action));
    }

    /// Reports a blank line inside the record; only the first, if the input is `doubled`: with a blank line after each.
    pub(in crate::format) fn blank(&mut self, doubled: bool) {
        match doubled {
            false => self.note(LINE_BLANK, "a blank line inside a record", "skipped"),
            true if !std::mem::replace(&mut self.blank, true) => {
                self.note(
                    LINE_BLANK,
                    "a blank line after each line",
                    "skipped; reported once for the record",
                );
            }
            true => {}
        }
    }

    /// Sets the field of the next findings.
    pub(in crate::format) fn about(&mut self, tag: Tag) {
        self.tag = Some(tag);
    }

    /// Adds a field with this body. Returns false if the record is full.
    pub(in crate::format) fn field(&mut self, tag: Tag, control: bool, body: &[u8]) -> bool {
        self.any = true;
        let count = self.record.slots_mut().len();
        if count >= self.options.limits.fields {
            if !self.full {
                self.full = true;
                let message = format!("more than {} fields", self.options.limits.fields);
                self.note(LIMIT_REACHED, message, "the rest left out");
            }
            return false;
        }
        let indicators = usize::from(self.record.syntax().indicators);
        let plain = if control { None } else { without_marks(body, indicators) };
        if plain.is_some() {
            self.note(STRAY_MARK, "invisible characters before a delimiter", "left out");
        }
        let body = plain.as_deref().unwrap_or(body);
        if !control {
            self.check(body, indicators);
        }
        let start = self.record.bytes_mut().len();
        self.record.bytes_mut().extend_from_slice(body);
        self.record.end_field(tag, start, control)
    }

    /// Reports what is odd in a data field.
    fn check(&mut self, body: &[u8], indicators: usize) {
        let head = body.get(..=indicators).unwrap_or(body);
        if memchr(DELIMITER, head) != Some(indicators) {
            self.check_head(body, indicators);
        }
        if body.ends_with(&[DELIMITER]) || memmem::find(body, &[DELIMITER; 2]).is_some() {
            let message = "a delimiter without a subfield code";
            self.note(SUBFIELD_EMPTY, message, "passed over, kept in the bytes of the field");
        }
    }

    /// Reports what is odd before the first subfield.
    #[cold]
    fn check_head(&mut self, body: &[u8], indicators: usize) {
        let Some(first) = memchr(DELIMITER, body) else {
            let message = "the field has no subfield";
            return self.note(DATA_BEFORE_SUBFIELD, message, "kept as data before the first subfield");
        };
        let count =
            || format!("the field has {}, its record {indicators}", counted(first as u64, "indicator"));
        match first.checked_sub(indicators) {
            None => self.note(INDICATOR_COUNT, count(), "the missing ones read as blanks"),
            Some(1) => self.note(INDICATOR_COUNT, count(), "kept as data before the first subfield"),
            Some(_) => self.note(DATA_BEFORE_SUBFIELD, "text before the first subfield", "kept"),
        }
    }

    /// Adds a control field before all others.
    pub(in crate::format) fn first_field(&mut self, tag: Tag, body: &[u8]) {
        if self.field(tag, true, body) {
            self.record.slots_mut().rotate_right(1);
        }
    }

    /// Sets the leader, filled with blanks or cut to 24 bytes. Trailing blanks are ignored.
    pub(in crate::format) fn leader(&mut self, value: &[u8]) {
        self.any = true;
        let own = match value.split_at_checked(Leader::LEN) {
            Some((own, after)) if after.iter().all(|byte| *byte == b' ') => own,
            _ => value,
        };
        let (leader, fault) = Leader::fitted(own);
        if let Some((message, action)) = fault {
            self.note(LEADER_VALUE, message, action);
        }
        if self.record.header().leader.is_some() {
            self.note(LINE_INVALID, "a second leader in the record", "left out");
            return;
        }
        self.record.header_mut().leader = Some(leader);
        if let Some(indicators @ 1..=9) = leader.indicator_count() {
            self.record.set_syntax(Syntax { indicators, ..Syntax::MARC });
        }
    }

    /// Returns the number of indicators of data fields: the one in the leader, if `confirms` returns true for
    /// it in the first data field; else two.
    pub(in crate::format) fn indicators(&mut self, confirms: impl FnOnce(usize) -> bool) -> usize {
        let said = usize::from(self.record.syntax().indicators);
        if said == 2 || self.confirmed || confirms(said) {
            self.confirmed = true;
            return said;
        }
        self.record.set_syntax(Syntax::MARC);
        2
    }

    /// Returns whether there is a field with this tag.
    pub(in crate::format) fn has(&self, tag: Tag) -> bool {
        self.record.field(tag).is_some()
    }

    /// Completes the record: as text, if its bytes are UTF-8, and with the character set that it declares, as
    /// in ISO 2709. `memory` is lent and given back.
    pub(in crate::format) fn finish(self, memory: &mut Vec<u8>) -> Result<()> {
        let Draft { frame, record, findings, options, any, confirmed, .. } = self;
        if !confirmed {
            record.set_syntax(Syntax::MARC);
        }
        let all = (0, frame.bytes.len());
        if !any {
            let rule = if findings.first_error().is_some() { NO_FIELDS } else { GARBAGE };
            findings.at(rule, all, "no line is a leader or a field", "record rejected");
            let finding = findings.first_error().or_else(|| findings.list().last()).cloned();
            return Err(finding.map_or_else(|| Error::argument("no record"), Error::malformed));
        }
        if record.header().leader.is_none() {
            findings.at(LEADER_VALUE, (0, 0), "the record has no leader", "left without");
        }
        if record.fields().len() == 0 {
            findings.at(NO_FIELDS, all, "the record has no fields", "kept");
        }
        std::mem::swap(record.bytes_mut(), memory);
        let leader = record.header().leader.unwrap_or_default();
        encoding::load((memory, &leader), Shape::UNKNOWN, (options, frame.head), record, findings);
        memory.clear();
        Ok(())
    }
}

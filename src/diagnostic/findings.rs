//! The findings of one record.

use std::borrow::Cow;

use super::{Code, Diagnostic, Severity};
use crate::{Location, Position, Tag};

/// Where readers and writers put what they find in one record.
///
/// Lists up to a limit and counts the rest; the list is reused from record to record.
#[derive(Debug, Clone)]
pub struct Findings {
    list: Vec<Diagnostic>,
    limit: usize,
    /// Counts of those not listed, by code.
    suppressed: Vec<(Code, u64)>,
    worst: Option<Severity>,
    record: Position,
    /// Master file number of the record.
    mfn: Option<u32>,
    /// No place lies further from the start of the record, in bytes.
    extent: usize,
    /// How many of the first findings count other fields than the record has.
    unplaced: usize,
}

impl Findings {
    /// Makes an empty list that takes up to `limit` findings for one record.
    pub fn new(limit: usize) -> Findings {
        Findings {
            list: Vec::new(),
            limit: limit.max(1),
            suppressed: Vec::new(),
            worst: None,
            record: Position::default(),
            mfn: None,
            extent: usize::MAX,
            unplaced: 0,
        }
    }

    /// Forgets everything, for the next record, which begins at `record`.
    #[inline]
    pub(crate) fn begin(&mut self, record: Position) {
        self.list.clear();
        self.suppressed.clear();
        self.worst = None;
        self.record = record;
        self.mfn = None;
        self.extent = usize::MAX;
        self.unplaced = 0;
    }

    /// Sets the master file number of the record, for what is found from now on.
    pub(crate) fn set_mfn(&mut self, mfn: Option<u32>) {
        self.mfn = mfn;
    }

    /// Sets where the record begins, for what is found from now on, and how many bytes there are to point into.
    #[inline]
    pub(crate) fn set_record(&mut self, record: Position, extent: usize) {
        self.record = record;
        self.extent = extent;
    }

    /// Where the record begins.
    #[inline]
    pub fn record(&self) -> Position {
        self.record
    }

    /// Adds a finding.
    pub fn push(&mut self, finding: Diagnostic) {
        let severity = Some(finding.severity());
        if self.list.len() < self.limit {
            self.list.push(finding);
        } else {
            let mut finding = finding;
            if severity > self.worst && severity == Some(Severity::Error) {
                // Strict reading names the first error, wherever it came.
                if let Some(last) = self.list.last_mut() {
                    std::mem::swap(last, &mut finding);
                }
            }
            self.count(finding.code);
        }
        self.worst = self.worst.max(severity);
    }

    /// Counts a finding that is not listed.
    fn count(&mut self, code: Code) {
        match self.suppressed.iter_mut().find(|(known, _)| *known == code) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => self.suppressed.push((code, 1)),
        }
    }

    /// Adds a finding at a place of the current record: `offset` bytes from its start, `len` bytes long.
    pub fn at(
        &mut self,
        code: Code,
        (offset, len): (usize, usize),
        message: impl Into<Cow<'static, str>>,
        action: &'static str,
    ) {
        let location = self.place(offset, len);
        self.push(Diagnostic::new(code, location, message, action));
    }

    /// Adds a finding in a field of the current record.
    pub fn in_field(
        &mut self,
        code: Code,
        (tag, index): (Tag, usize),
        (offset, len): (usize, usize),
        message: impl Into<Cow<'static, str>>,
        action: &'static str,
    ) {
        let mut location = self.place(offset, len);
        location.tag = Some(tag);
        location.field = u32::try_from(index).ok();
        self.push(Diagnostic::new(code, location, message, action));
    }

    /// Moves the places of all findings listed from `first` on: `moved` tells where an offset in the record stands.
    pub(crate) fn move_places(&mut self, first: usize, moved: impl Fn(usize) -> usize) {
        let (start, extent) = (self.record.byte, self.extent);
        for finding in self.list.iter_mut().skip(first) {
            let at = finding.location.byte.saturating_sub(start);
            let at = usize::try_from(at).map_or(extent, &moved).min(extent);
            finding.location.byte = start.saturating_add(at as u64);
        }
    }

    /// Says that the fields in what was found so far are not counted as in the record.
    pub(crate) fn unplace(&mut self) {
        self.unplaced = self.list.len();
    }

    /// Gives `place` the places of all findings, to be completed.
    #[inline]
    pub(crate) fn locate(&mut self, place: impl Fn(&mut Location)) {
        self.list.iter_mut().skip(self.unplaced).for_each(|finding| place(&mut finding.location));
    }

    fn place(&self, offset: usize, len: usize) -> Location {
        let mut location = Location::of(self.record);
        location.mfn = self.mfn;
        let offset = offset.min(self.extent);
        location.byte = location.byte.saturating_add(offset as u64);
        location.len = len.min(self.extent.saturating_sub(offset)) as u64;
        location
    }

    /// The findings listed, in the order in which they were made.
    #[inline]
    pub fn list(&self) -> &[Diagnostic] {
        &self.list
    }

    /// How many findings were counted but not listed, by code.
    #[inline]
    pub fn suppressed(&self) -> &[(Code, u64)] {
        &self.suppressed
    }

    /// The first finding of severity error.
    pub(crate) fn first_error(&self) -> Option<&Diagnostic> {
        if self.worst < Some(Severity::Error) {
            return None;
        }
        self.list.iter().find(|finding| finding.severity() == Severity::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_bounded_and_the_rest_is_counted() {
        let mut findings = Findings::new(2);
        findings.begin(Position { byte: 100, record: 3, line: 0 });
        for offset in 0..5 {
            findings.at(Code::Garbage, (offset, 1), "x", "skipped");
        }
        assert_eq!(findings.list().len(), 2);
        assert_eq!(findings.suppressed(), [(Code::Garbage, 3)]);
        assert_eq!(findings.list()[1].location.byte, 101);
        assert!(findings.first_error().is_some());
        findings.begin(Position::default());
        assert_eq!((findings.list().len(), findings.suppressed().len()), (0, 0));
    }

    #[test]
    fn display_names_code_place_message_and_action() {
        let mut findings = Findings::new(9);
        findings.begin(Position { byte: 10_532, record: 6, line: 0 });
        findings.in_field(
            Code::FieldUnterminated,
            (Tag::new(*b"245"), 3),
            (72, 1),
            "byte 61 ends it",
            "kept",
        );
        assert_eq!(
            findings.list()[0].to_string(),
            "error[B006] record 7 (byte 10604), field 245 (#4): byte 61 ends it; kept"
        );
    }
}

//! The findings of one record: a bounded list and counts.

use std::borrow::Cow;

use super::{Finding, Rule, Severity};
use crate::position::{Location, Position};
use crate::tag::Tag;

/// Collects the findings of one record.
///
/// Lists findings up to a limit and counts the rest; the list is reused from record to record.
#[derive(Debug, Clone)]
pub struct Findings {
    list: Vec<Finding>,
    limit: usize,
    /// Number of unlisted findings, by rule.
    unlisted: Vec<(Rule, u64)>,
    worst: Option<Severity>,
    record: Position,
    /// Master file number of the record.
    mfn: Option<u32>,
    /// Length of the record in bytes: no location is beyond it.
    extent: usize,
    /// Number of findings at the start of the list whose field indices are not those of the record.
    unplaced: usize,
}

impl Findings {
    /// Creates an empty list of up to `limit` findings per record.
    pub fn new(limit: usize) -> Findings {
        Findings {
            list: Vec::new(),
            limit: limit.max(1),
            unlisted: Vec::new(),
            worst: None,
            record: Position::default(),
            mfn: None,
            extent: usize::MAX,
            unplaced: 0,
        }
    }

    /// Discards everything, for the next record, which begins at `record`.
    #[inline]
    pub(crate) fn begin(&mut self, record: Position) {
        self.list.clear();
        self.unlisted.clear();
        self.worst = None;
        self.record = record;
        self.mfn = None;
        self.extent = usize::MAX;
        self.unplaced = 0;
    }

    /// Sets the master file number of the record, for the findings that follow.
    pub(crate) fn set_mfn(&mut self, mfn: Option<u32>) {
        self.mfn = mfn;
    }

    /// Sets position and length of the record for the findings that follow.
    #[inline]
    pub(crate) fn set_record(&mut self, record: Position, extent: usize) {
        self.record = record;
        self.extent = extent;
    }

    /// Returns the position of the record.
    #[inline]
    pub fn record(&self) -> Position {
        self.record
    }

    /// Adds a finding.
    pub fn push(&mut self, mut finding: Finding) {
        if self.record.record == Position::UNNUMBERED {
            finding.location.line = 0; // counted from a line whose number is not known
        }
        let severity = Some(finding.severity());
        if self.list.len() < self.limit {
            self.list.push(finding);
        } else {
            let mut finding = finding;
            if severity > self.worst && severity == Some(Severity::Error) {
                // The list must hold the first error, which strict reading returns.
                if let Some(last) = self.list.last_mut() {
                    std::mem::swap(last, &mut finding);
                }
            }
            self.count(finding.rule);
        }
        self.worst = self.worst.max(severity);
    }

    /// Counts an unlisted finding.
    fn count(&mut self, rule: Rule) {
        match self.unlisted.iter_mut().find(|(known, _)| *known == rule) {
            Some((_, count)) => *count += 1,
            None => self.unlisted.push((rule, 1)),
        }
    }

    /// Adds a finding in the current record: `offset` bytes from its start, `len` bytes long.
    pub fn at(
        &mut self,
        rule: Rule,
        (offset, len): (usize, usize),
        message: impl Into<Cow<'static, str>>,
        action: &'static str,
    ) {
        let location = self.place(offset, len);
        self.push(Finding::new(rule, location, message, action));
    }

    /// Adds a finding in a field of the current record.
    pub fn in_field(
        &mut self,
        rule: Rule,
        (tag, index): (Tag, usize),
        (offset, len): (usize, usize),
        message: impl Into<Cow<'static, str>>,
        action: &'static str,
    ) {
        let mut location = self.place(offset, len);
        location.tag = Some(tag);
        location.field = u32::try_from(index).ok();
        self.push(Finding::new(rule, location, message, action));
    }

    /// Moves the locations of all findings from index `first` on: `moved` maps an offset in the record to the
    /// new one.
    pub(crate) fn move_places(&mut self, first: usize, moved: impl Fn(usize) -> usize) {
        let (start, extent) = (self.record.byte, self.extent);
        for finding in self.list.iter_mut().skip(first) {
            let place = finding.location.byte.saturating_sub(start);
            let to = |at: u64| usize::try_from(at).map_or(extent, &moved).min(extent);
            let (at, end) = (to(place), to(place.saturating_add(finding.location.len)));
            finding.location.byte = start + at as u64;
            finding.location.len = end.saturating_sub(at) as u64;
        }
    }

    /// Takes the action back from the findings at or after byte `start` of the input: the record there is rejected as a
    /// whole, and nothing of it is kept.
    pub(crate) fn reject(&mut self, start: u64) {
        for finding in self.list.iter_mut().filter(|finding| finding.location.byte >= start) {
            finding.action = "";
        }
    }

    /// Marks the findings so far as having field indices other than those of the record.
    pub(crate) fn unplace(&mut self) {
        self.unplaced = self.list.len();
    }

    /// Calls `place` with the locations of all findings, to complete them.
    #[inline]
    pub(crate) fn locate(&mut self, place: impl Fn(&mut Location)) {
        self.list.iter_mut().skip(self.unplaced).for_each(|finding| place(&mut finding.location));
    }

    fn place(&self, offset: usize, len: usize) -> Location {
        let mut location = Location::of(self.record);
        location.mfn = self.mfn;
        let offset = offset.min(self.extent);
        location.byte += offset as u64;
        location.len = len.min(self.extent - offset) as u64;
        location
    }

    /// Returns the listed findings, in the order in which they were added.
    #[inline]
    pub fn list(&self) -> &[Finding] {
        &self.list
    }

    /// Returns the number of unlisted findings, by rule.
    #[inline]
    pub fn unlisted(&self) -> &[(Rule, u64)] {
        &self.unlisted
    }

    /// Returns the first finding of severity error.
    pub(crate) fn first_error(&self) -> Option<&Finding> {
        if self.worst < Some(Severity::Error) {
            return None;
        }
        self.list.iter().find(|finding| finding.severity() == Severity::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::iso2709::rules::FIELD_UNTERMINATED;
    use crate::format::rules::GARBAGE;

    #[test]
    fn the_list_is_bounded_and_the_rest_is_counted() {
        let mut findings = Findings::new(2);
        findings.begin(Position { byte: 100, record: 3, line: 0 });
        for offset in 0..5 {
            findings.at(GARBAGE, (offset, 1), "x", "skipped");
        }
        assert_eq!(findings.list().len(), 2);
        assert_eq!(findings.unlisted(), [(GARBAGE, 3)]);
        assert_eq!(findings.list()[1].location.byte, 101);
        assert!(findings.first_error().is_some());
        findings.begin(Position::default());
        assert_eq!((findings.list().len(), findings.unlisted().len()), (0, 0));
    }

    #[test]
    fn display_names_code_place_message_and_action() {
        let mut findings = Findings::new(9);
        findings.begin(Position { byte: 10_532, record: 6, line: 0 });
        findings.in_field(FIELD_UNTERMINATED, (Tag::new(*b"245"), 3), (72, 1), "byte 61 ends it", "kept");
        assert_eq!(
            findings.list()[0].to_string(),
            "error[B006] record 7 (byte 10604), field 245 (#4): byte 61 ends it; kept"
        );
    }
}

//! Ranges of field bodies and their replacements, applied to a record all at once.

use std::ops::Range;

use crate::bytes::Cut;
use crate::error::Result;
use crate::path::eval::Match;
use crate::record::{FieldRef, Record, Text};

/// A range of the body of a field, and its replacement.
#[derive(Debug)]
pub(super) struct Splice {
    pub(super) field: usize,
    pub(super) range: Range<usize>,
    pub(super) with: Vec<u8>,
}

#[derive(Debug, Default)]
pub(super) struct Splices(pub(super) Vec<Splice>);

impl Splices {
    pub(super) fn of_text(&mut self, found: &Match<'_>, text: Text<'_>, with: Vec<u8>) {
        if text.as_bytes() != with
            && let Some((field, range)) = range_of(found, text.as_bytes())
        {
            self.0.push(Splice { field, range, with });
        }
    }

    pub(super) fn sort(&mut self) {
        self.0.sort_by_key(|splice| (splice.field, splice.range.start, splice.range.end));
    }

    /// Returns whether the splices, which must be sorted, delete all of a range.
    pub(super) fn cover(&self, field: usize, range: Range<usize>) -> bool {
        let first =
            self.0.partition_point(|splice| (splice.field, splice.range.start) < (field, range.start));
        let mut at = range.start;
        for splice in self.0.iter().skip(first) {
            let goes_on = splice.field == field && splice.range.start <= at && splice.with.is_empty();
            if !goes_on || at >= range.end {
                break;
            }
            at = at.max(splice.range.end);
        }
        at >= range.end && range.end > range.start
    }

    /// Applies the changes and returns their number; of overlapping ones only the first.
    pub(super) fn apply(mut self, record: &mut Record) -> Result<usize> {
        if self.0.is_empty() {
            return Ok(0);
        }
        self.sort();
        let mut bodies: Vec<(usize, Vec<u8>)> = Vec::new();
        let mut count = 0usize;
        for ours in self.0.chunk_by(|one, other| one.field == other.field) {
            let index = ours.first().map(|splice| splice.field).unwrap_or_default();
            let raw = record.view().next_field(index, |_| true).map(FieldRef::raw).unwrap_or_default();
            let mut body = Vec::with_capacity(raw.len());
            let mut at = 0usize;
            let mut last: Option<&Range<usize>> = None;
            for splice in ours {
                if splice.range.start < at || last == Some(&splice.range) {
                    continue;
                }
                body.extend_from_slice(raw.cut(at..splice.range.start));
                body.extend_from_slice(&splice.with);
                at = splice.range.end;
                last = Some(&splice.range);
                count += 1;
            }
            body.extend_from_slice(raw.cut(at..));
            bodies.push((index, body));
        }
        record.replace_bodies(bodies)?;
        Ok(count)
    }
}

/// Returns the index of the record's field that contains a part of a match, and the range of that part in its
/// body.
pub(super) fn range_of(found: &Match<'_>, part: &[u8]) -> Option<(usize, Range<usize>)> {
    let outer = found.outer_field()?;
    let start = part.as_ptr().addr().checked_sub(outer.raw().as_ptr().addr())?;
    let end = start.checked_add(part.len())?;
    (end <= outer.raw().len()).then_some((outer.index(), start..end))
}

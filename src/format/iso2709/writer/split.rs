//! Records too long for ISO 2709, written as several.

use super::Rendering;
use crate::finding::{Finding, Findings};
use crate::format::iso2709::MAX_RECORD;
use crate::format::rules::RECORD_TOO_LONG;
use crate::io::IllegalCharacters;
use crate::position::Location;
use crate::record::{FieldRef, RecordRef};

impl Rendering {
    /// Appends a record as several that fit, each with all control fields.
    pub(super) fn parts(
        &self,
        record: RecordRef<'_>,
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Result<(), Finding> {
        // Each byte may become the three bytes of U+FFFD. Parts may be shorter than they could.
        let room = if self.illegal == IllegalCharacters::Replace { MAX_RECORD / 3 } else { MAX_RECORD };
        let costs = |field: &FieldRef<'_>| field.raw().len() + 13; // entry and terminator
        let is_written = |field: &FieldRef<'_>| field.tag().bytes().is_some();
        let control: Vec<FieldRef<'_>> =
            record.fields().filter(|field| field.is_control() && is_written(field)).collect();
        let head = 26 + control.iter().map(costs).sum::<usize>();
        let clean = self.is_clean(record);
        let mut part = |range: std::ops::Range<usize>| {
            let before = control.iter().copied().filter(|field| field.index() < range.start);
            let after = control.iter().copied().filter(|field| field.index() >= range.end);
            let between = range.clone().filter_map(|index| record.next_field(index, |_| true));
            let fields = before.chain(between.filter(is_written)).chain(after);
            self.one(record, (fields.clone().count(), clean), fields.enumerate(), out, findings)
        };
        let (mut from, mut size) = (0usize, head);
        let mut parts = 0usize;
        for field in record.fields().filter(|field| !field.is_control() && is_written(field)) {
            if size + costs(&field) > room && size > head {
                part(from..field.index())?;
                (from, size) = (field.index(), head);
                parts += 1;
            }
            size += costs(&field);
        }
        part(from..record.fields().len())?;
        let message = format!("the record does not fit into {MAX_RECORD} bytes: {} parts", parts + 1);
        let place = Location::of(record.position());
        findings.push(Finding::new(RECORD_TOO_LONG, place, message, "split"));
        Ok(())
    }
}

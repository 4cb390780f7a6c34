//! Locates the current copy of a record, by the cross reference or, if that fails, by walking the master
//! file.

use std::io::{Read, Seek};

use super::open::Reader;
use crate::error::Result;
use crate::finding::{Finding, Rule};
use crate::format::isis::rules::{RECORD_RECOVERED, SLOT_BEYOND, SLOT_DUPLICATE, SLOT_INVALID, SLOT_MFN};
use crate::format::isis::xrf::DELETED;
use crate::io::ReadOptions;
use crate::position::Location;

/// The location of a record.
pub(super) enum Place {
    /// There is none, and the cross reference agrees.
    Nowhere,
    At {
        offset: u64,
        flags: u32,
    },
    /// There is none, although the cross reference refers to it: the last finding.
    Missing(Finding),
}

impl<R: Read + Seek> Reader<R> {
    /// Adds a finding about a slot of the cross reference.
    fn slot_finding(&mut self, code: Rule, mfn: u32, at: Option<u64>, message: String, action: &'static str) {
        let mut location = Location::of(self.findings.record());
        location.mfn = Some(mfn);
        location.file = Some("xrf");
        let len = if self.found.variant.is_irbis64() { 12 } else { 4 };
        let end = self.xrf.as_ref().map_or(0, |(xrf, _)| xrf.len());
        location.byte = at.unwrap_or(end);
        location.len = if at.is_some() { len } else { 0 };
        self.findings.push(Finding::new(code, location, message, action));
    }

    /// Locates the current copy of a record.
    pub(super) fn locate(&mut self, mfn: u32) -> Result<Place> {
        let variant = self.found.variant;
        let Some((xrf, slots)) = &mut self.xrf else {
            let offset = self.index()?.get(mfn);
            return Ok(offset.map_or(Place::Nowhere, |offset| Place::At { offset, flags: 0 }));
        };
        let slots = *slots;
        let Some(slot) = slots.read(xrf, mfn)? else {
            if mfn >= self.control.next_mfn && self.found.control_fits {
                return Ok(Place::Nowhere);
            }
            let message = format!("the cross reference ends before the slot of record {mfn}");
            return self.recover(mfn, None, SLOT_INVALID, message, 0);
        };
        let Some(offset) = slot.offset else {
            // An empty slot within the numbers in use may have been wiped.
            if variant.is_irbis64() && slot.is_blank && mfn < self.control.next_mfn {
                if let Some(offset) = self.index()?.get(mfn) {
                    let message = format!("the slot of record {mfn} is empty");
                    let action = "record found by walking the master file";
                    self.slot_finding(RECORD_RECOVERED, mfn, Some(slot.at), message, action);
                    return Ok(Place::At { offset, flags: 0 });
                }
            }
            return Ok(Place::Nowhere);
        };
        if mfn >= self.control.next_mfn {
            let next = self.control.next_mfn;
            let message = format!("slot {mfn} is in use, though the control record says that {next} is next");
            self.slot_finding(SLOT_BEYOND, mfn, Some(slot.at), message, "used");
        }
        let bytes = self.mst.get(offset, variant.shape.leader_len())?;
        let leader = variant.leader(bytes).filter(|leader| leader.mfn > 0 && offset >= variant.first());
        match leader {
            Some(leader) if leader.mfn == mfn => Ok(Place::At { offset, flags: slot.flags }),
            Some(leader) if variant.is_leader(&leader) => {
                let other = leader.mfn;
                let twin = match &mut self.xrf {
                    Some((xrf, slots)) => slots.read(xrf, other)?.and_then(|twin| twin.offset),
                    None => None,
                };
                let (code, what) = match twin {
                    Some(twin) if twin == offset => (SLOT_DUPLICATE, "whose own slot points there too"),
                    _ => (SLOT_MFN, "whose own slot does not"),
                };
                let message =
                    format!("the slot of record {mfn} points to byte {offset}, to record {other}, {what}");
                match self.recover(mfn, Some(slot.at), code, message, slot.flags)? {
                    // No other copy has the number, and no other slot refers to this one: the number in the
                    // copy is wrong.
                    Place::Missing(_) if code == SLOT_MFN => Ok(Place::At { offset, flags: slot.flags }),
                    place => Ok(place),
                }
            }
            _ => {
                let message = format!("the slot of record {mfn} points to byte {offset}, where no record is");
                self.recover(mfn, Some(slot.at), SLOT_INVALID, message, slot.flags)
            }
        }
    }

    /// Locates a record that the cross reference lacks or misplaces.
    fn recover(
        &mut self,
        mfn: u32,
        at: Option<u64>,
        code: Rule,
        message: String,
        flags: u32,
    ) -> Result<Place> {
        match self.index()?.get(mfn) {
            Some(offset) => {
                self.slot_finding(code, mfn, at, message, "record found by walking the master file");
                Ok(Place::At { offset, flags: flags & DELETED })
            }
            None => {
                self.slot_finding(code, mfn, at, message, "no other copy of the record found");
                let finding = self.findings.list().last().cloned();
                Ok(finding.map_or(Place::Nowhere, Place::Missing))
            }
        }
    }

    /// Returns the next number to read, among those requested.
    pub(super) fn next_number(&mut self) -> Result<Option<u32>> {
        let Some(next) = wanted(&self.options, self.next) else { return Ok(None) };
        let slots = self.xrf.as_ref().map_or(0, |(_, slots)| slots.count());
        if next <= slots {
            return Ok(Some(next));
        }
        // Beyond the cross reference, or without it, the walk provides the numbers.
        let is_short = !self.found.control_fits || self.control.next_mfn.saturating_sub(1) > slots;
        if self.xrf.is_some() && !is_short {
            return Ok(None);
        }
        let mut from = next;
        loop {
            let Some((mfn, _)) = self.index()?.next(from) else { return Ok(None) };
            match wanted(&self.options, mfn) {
                Some(wanted) if wanted == mfn => return Ok(Some(mfn)),
                Some(wanted) => from = wanted,
                None => return Ok(None),
            }
        }
    }
}

/// Returns the smallest requested number that is at least `from`.
fn wanted(options: &ReadOptions, from: u32) -> Option<u32> {
    if options.mfns.is_empty() {
        return Some(from);
    }
    let first = |range: &std::ops::RangeInclusive<u32>| from.max(*range.start());
    options.mfns.iter().filter(|range| first(range) <= *range.end()).map(first).min()
}

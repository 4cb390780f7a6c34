//! Walks through a master file from end to end, without its cross reference.

use std::io::{Read, Seek};

use super::variant::{RecordHead, Variant};
use super::window::Window;
use super::xrf::LAST_VERSION;
use crate::error::Result;

/// Walks from record to record by their lengths, and where these are wrong, to the next offset that looks
/// like a record.
#[derive(Debug)]
pub(super) struct Walk {
    variant: Variant,
    at: u64,
    /// Offset at which it ends, if before the end of the file.
    end: u64,
}

impl Walk {
    pub(super) fn new(variant: Variant) -> Walk {
        Walk { variant, at: variant.first(), end: u64::MAX }
    }

    /// Restricts it to the first `len` bytes.
    pub(super) fn within(self, len: u64) -> Walk {
        Walk { end: len, ..self }
    }

    /// Returns offset and leader of the next record.
    pub(super) fn next<R: Read + Seek>(&mut self, mst: &mut Window<R>) -> Result<Option<(u64, RecordHead)>> {
        let variant = self.variant;
        loop {
            let at = self.at;
            if at >= self.end {
                return Ok(None);
            }
            let bytes = mst.get(at, variant.shape.leader_len())?;
            let Some(leader) = variant.leader(bytes) else { return Ok(None) };
            let end = at.checked_add(leader.len).filter(|end| *end <= mst.len());
            let len = leader.len.checked_next_multiple_of(variant.step());
            let next = len.and_then(|len| at.checked_add(len));
            if let (true, Some(end), Some(next)) = (variant.is_leader(&leader), end, next) {
                // Bytes that were lost leave all records after them where no record would be.
                let is_displaced = !at.is_multiple_of(variant.step());
                let is_sound = is_sound(mst, variant, at, &leader)?;
                let is_followed = self.could_follow(mst, next)?;
                if is_sound && (leader.fields > 0 || !is_displaced) || is_followed && !is_displaced {
                    self.at = match is_followed {
                        true => next,
                        false => self.inside(mst, at, end)?.unwrap_or(next),
                    };
                    return Ok(Some((at, leader)));
                }
            }
            self.at = self.skip(mst, at)?;
        }
    }

    /// Returns the offset of a sound record that begins before another ends, which lost some bytes.
    fn inside<R: Read + Seek>(&self, mst: &mut Window<R>, at: u64, end: u64) -> Result<Option<u64>> {
        let len = self.variant.shape.leader_len();
        let mut from = at.saturating_add(len as u64);
        while from < end {
            let bytes = mst.get(from, len)?;
            let Some(leader) = self.variant.leader(bytes) else { return Ok(None) };
            let fits = from.saturating_add(leader.len) <= mst.len();
            if leader.fields > 0
                && fits
                && self.variant.is_leader(&leader)
                && is_sound(mst, self.variant, from, &leader)?
            {
                return Ok(Some(from));
            }
            from = from.saturating_add(1);
        }
        Ok(None)
    }

    /// Returns whether a record, unused space, or the end is at `at`.
    fn could_follow<R: Read + Seek>(&self, mst: &mut Window<R>, at: u64) -> Result<bool> {
        let bytes = mst.get(at, self.variant.shape.leader_len())?;
        let is_leader = |leader: RecordHead| self.variant.is_leader(&leader);
        Ok(bytes.iter().all(|byte| *byte == 0) || self.variant.leader(bytes).is_some_and(is_leader))
    }

    /// Returns the next offset to examine: after zeros, of which preallocated files have many.
    #[expect(clippy::arithmetic_side_effects, reason = "places in the file")]
    fn skip<R: Read + Seek>(&self, mst: &mut Window<R>, at: u64) -> Result<u64> {
        let bytes = mst.get(at, 4096)?;
        let zeros = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len()) as u64;
        // A number may begin with three of the zeros.
        Ok(at + zeros.saturating_sub(3).max(1))
    }
}

/// Returns whether the fields of a record are contiguous, as every program writes them.
#[expect(clippy::arithmetic_side_effects, reason = "places in the file, and sums of numbers of 32 bits")]
fn is_sound<R: Read + Seek>(
    mst: &mut Window<R>,
    variant: Variant,
    at: u64,
    leader: &RecordHead,
) -> Result<bool> {
    let directory = (leader.base as usize).saturating_sub(variant.shape.leader_len());
    let bytes = mst.get(at + variant.shape.leader_len() as u64, directory)?;
    let mut end = 0u64;
    for entry in variant.entries(bytes) {
        if u64::from(entry.start) != end || entry.tag == 0 {
            return Ok(false);
        }
        end += u64::from(entry.len);
    }
    let slack = leader.len.checked_sub(u64::from(leader.base) + end);
    Ok(match variant.is_irbis64() {
        true => slack == Some(0),
        false => slack.is_some_and(|slack| slack <= 64),
    })
}

/// The offset of the current copy of each record, as found by a walk: for bases without a usable cross
/// reference.
///
/// Sixteen bytes per record: the only memory that grows with the base.
#[derive(Debug, Default)]
pub(super) struct Index {
    copies: Vec<Copy>,
}

/// A stored copy of a record. Ordered by number, then the better copy last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Copy {
    mfn: u32,
    /// Version of IRBIS64, with the bit of the last version as the highest; 0 in CDS/ISIS, where the last
    /// copy is the best.
    rank: u32,
    offset: u64,
}

impl Index {
    pub(super) fn build<R: Read + Seek>(mst: &mut Window<R>, variant: Variant) -> Result<Index> {
        let mut walk = Walk::new(variant);
        let mut index = Index::default();
        let mut room = 4096usize;
        while let Some((offset, leader)) = walk.next(mst)? {
            let last = if leader.status & LAST_VERSION != 0 { 1 << 31 } else { 0 };
            let rank = if variant.is_irbis64() { last | leader.version.min((1 << 31) - 1) } else { 0 };
            index.copies.push(Copy { mfn: leader.mfn, rank, offset });
            if index.copies.len() >= room {
                index.compact();
                room = index.copies.len().saturating_mul(2).max(4096);
            }
        }
        index.compact();
        Ok(index)
    }

    /// Removes all but the best copy of each record.
    fn compact(&mut self) {
        self.copies.sort_unstable();
        self.copies.dedup_by(|copy, kept| {
            let is_better = copy.mfn == kept.mfn;
            if is_better {
                *kept = *copy;
            }
            is_better
        });
    }

    /// Returns the offset of the record with this number.
    pub(super) fn get(&self, mfn: u32) -> Option<u64> {
        self.next(mfn).filter(|(found, _)| *found == mfn).map(|(_, offset)| offset)
    }

    /// Returns number and offset of the first record whose number is at least `mfn`.
    pub(super) fn next(&self, mfn: u32) -> Option<(u32, u64)> {
        let at = self.copies.partition_point(|copy| copy.mfn < mfn);
        self.copies.get(at).map(|copy| (copy.mfn, copy.offset))
    }

    /// Returns the greatest number.
    pub(super) fn last(&self) -> u32 {
        self.copies.last().map_or(0, |copy| copy.mfn)
    }
}

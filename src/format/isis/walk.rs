//! A master file from end to end, without its cross reference.

use std::io::{Read, Seek};

use super::layout::{Layout, Leader};
use super::slot::LAST_VERSION;
use super::window::Window;
use crate::Result;

/// Goes from record to record by their lengths, and where that leads nowhere, to the next place that looks like one.
#[derive(Debug)]
pub(super) struct Walk {
    layout: Layout,
    at: u64,
    /// Where it ends, if not at the end of the file.
    end: u64,
}

impl Walk {
    pub(super) fn new(layout: Layout) -> Walk {
        Walk { layout, at: layout.first(), end: u64::MAX }
    }

    /// Goes no further than the first `len` bytes.
    pub(super) fn within(self, len: u64) -> Walk {
        Walk { end: len, ..self }
    }

    /// The next record: where it lies, and its leader.
    pub(super) fn next<R: Read + Seek>(&mut self, mst: &mut Window<R>) -> Result<Option<(u64, Leader)>> {
        let layout = self.layout;
        loop {
            let at = self.at;
            if at >= self.end {
                return Ok(None);
            }
            let bytes = mst.get(at, layout.shape.leader_len())?;
            let Some(leader) = layout.leader(bytes) else { return Ok(None) };
            let end = at.saturating_add(leader.len);
            if layout.is_leader(&leader) && end <= mst.len() {
                let step = layout.step();
                let next = end.div_ceil(step).saturating_mul(step);
                if is_sound(mst, layout, at, &leader)? || self.could_follow(mst, next)? {
                    self.at = next;
                    return Ok(Some((at, leader)));
                }
            }
            self.at = self.skip(mst, at)?;
        }
    }

    /// Whether a record, nothing, or the end is at `at`.
    fn could_follow<R: Read + Seek>(&self, mst: &mut Window<R>, at: u64) -> Result<bool> {
        let bytes = mst.get(at, self.layout.shape.leader_len())?;
        let is_leader = |leader: Leader| self.layout.is_leader(&leader);
        Ok(bytes.iter().all(|byte| *byte == 0) || self.layout.leader(bytes).is_some_and(is_leader))
    }

    /// The next place to look at: behind zeros, which preallocated files are full of.
    fn skip<R: Read + Seek>(&self, mst: &mut Window<R>, at: u64) -> Result<u64> {
        let step = self.layout.step();
        let bytes = mst.get(at, 4096)?;
        let zeros = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len()) as u64;
        // A number may begin with three of the zeros.
        let next = at.saturating_add(zeros.saturating_sub(3)) / step * step;
        Ok(next.max(at.saturating_add(step)))
    }
}

/// Whether the fields of a record lie one behind the other, as every program writes them.
fn is_sound<R: Read + Seek>(mst: &mut Window<R>, layout: Layout, at: u64, leader: &Leader) -> Result<bool> {
    let directory = (leader.base as usize).saturating_sub(layout.shape.leader_len());
    let bytes = mst.get(at.saturating_add(layout.shape.leader_len() as u64), directory)?;
    let mut end = 0u64;
    for entry in layout.entries(bytes) {
        if u64::from(entry.start) != end || entry.tag == 0 {
            return Ok(false);
        }
        end = end.saturating_add(u64::from(entry.len));
    }
    let slack = leader.len.checked_sub(u64::from(leader.base).saturating_add(end));
    Ok(match layout.is_irbis64() {
        true => slack == Some(0),
        false => slack.is_some_and(|slack| slack <= 64),
    })
}

/// Where the current copy of each record lies, as a walk finds it: for bases whose cross reference is lost.
///
/// Sixteen bytes for each record: the one thing that grows with the base.
#[derive(Debug, Default)]
pub(super) struct Index {
    copies: Vec<Copy>,
}

/// One stored copy of a record. They order by number, then the better copy last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Copy {
    mfn: u32,
    /// Version of IRBIS64, with the bit of the last version on top; 0 in CDS/ISIS, where the last copy is the best.
    rank: u32,
    offset: u64,
}

impl Index {
    pub(super) fn build<R: Read + Seek>(mst: &mut Window<R>, layout: Layout) -> Result<Index> {
        let mut walk = Walk::new(layout);
        let mut index = Index::default();
        let mut room = 4096usize;
        while let Some((offset, leader)) = walk.next(mst)? {
            let last = if leader.status & LAST_VERSION != 0 { 1 << 31 } else { 0 };
            let rank = if layout.is_irbis64() { last | leader.version.min((1 << 31) - 1) } else { 0 };
            index.copies.push(Copy { mfn: leader.mfn, rank, offset });
            if index.copies.len() >= room {
                index.compact();
                room = index.copies.len().saturating_mul(2).max(4096);
            }
        }
        index.compact();
        Ok(index)
    }

    /// Keeps the best copy of each record only.
    fn compact(&mut self) {
        self.copies.sort_unstable();
        let mut kept = 0usize;
        for next in 0..self.copies.len() {
            let Some(copy) = self.copies.get(next).copied() else { break };
            let is_same = kept.checked_sub(1).and_then(|last| self.copies.get(last)).map(|last| last.mfn);
            if is_same == Some(copy.mfn) {
                kept = kept.saturating_sub(1);
            }
            if let Some(place) = self.copies.get_mut(kept) {
                *place = copy;
            }
            kept = kept.saturating_add(1);
        }
        self.copies.truncate(kept);
    }

    /// Where the record with this number lies.
    pub(super) fn get(&self, mfn: u32) -> Option<u64> {
        self.next(mfn).filter(|(found, _)| *found == mfn).map(|(_, offset)| offset)
    }

    /// The first record whose number is not below `mfn`.
    pub(super) fn next(&self, mfn: u32) -> Option<(u32, u64)> {
        let at = self.copies.partition_point(|copy| copy.mfn < mfn);
        self.copies.get(at).map(|copy| (copy.mfn, copy.offset))
    }

    /// The greatest number.
    pub(super) fn last(&self) -> u32 {
        self.copies.last().map_or(0, |copy| copy.mfn)
    }
}

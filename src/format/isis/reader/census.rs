//! Counts the records and bytes of a base.

use std::io::{Read, Seek};

use super::open::Reader;
use crate::error::Result;
use crate::format::isis::walk::Walk;
use crate::format::isis::xrf::{DELETED, LOCKED, PHYSICALLY_DELETED, XrfEntry};

impl<R: Read + Seek> Reader<R> {
    /// Counts records by their state in the cross reference, and the copies in the master file.
    ///
    /// # Errors
    /// [`ErrorKind::Read`](crate::ErrorKind::Read).
    pub fn census(&mut self) -> Result<Census> {
        let mut census = Census::default();
        let variant = self.found.variant;
        let one_more = |count: &mut u64| *count = count.saturating_add(1);
        if let Some((xrf, slots)) = &mut self.xrf {
            for mfn in 1..=slots.count().min(self.control.next_mfn.saturating_sub(1)) {
                let Some(slot) = slots.read(xrf, mfn)? else { break };
                match slot {
                    XrfEntry { flags, .. } if flags & PHYSICALLY_DELETED != 0 => one_more(&mut census.erased),
                    XrfEntry { offset: None, .. } => one_more(&mut census.absent),
                    XrfEntry { flags, .. } if flags & DELETED != 0 => one_more(&mut census.deleted),
                    _ => one_more(&mut census.active),
                }
                let mut is_locked = slot.flags & LOCKED != 0;
                // In CDS/ISIS the lock is in the record; old copies may still have it.
                if let Some(offset) = slot.offset.filter(|_| !variant.is_irbis64()) {
                    let leader = variant.leader(self.mst.get(offset, variant.shape.leader_len())?);
                    is_locked |= leader.is_some_and(|leader| leader.mfn == mfn && leader.locked);
                }
                if is_locked {
                    one_more(&mut census.locked);
                }
            }
        }
        let mut walk = Walk::new(self.found.variant);
        while let Some((offset, leader)) = walk.next(&mut self.mst)? {
            one_more(&mut census.copies);
            if leader.locked && self.xrf.is_none() {
                one_more(&mut census.locked);
            }
            if leader.len > census.longest.map_or(0, |(_, _, len)| len) {
                census.longest = Some((leader.mfn, offset, leader.len));
            }
            census.used = census.used.saturating_add(leader.len);
        }
        census.free = self.mst.len().saturating_sub(self.control.free);
        Ok(census)
    }
}

/// The result of [`Reader::census`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Census {
    /// Records that exist and are not deleted.
    pub active: u64,
    /// Records that are logically deleted: they can be read.
    pub deleted: u64,
    /// Records that are physically deleted.
    pub erased: u64,
    /// Numbers without a record, now or ever.
    pub absent: u64,
    /// Records that are locked.
    pub locked: u64,
    /// Stored copies of records, superseded ones included.
    pub copies: u64,
    /// Number of bytes in all copies.
    pub used: u64,
    /// Number of bytes after the start of free space.
    pub free: u64,
    /// The longest copy: number, offset and length in bytes.
    pub longest: Option<(u32, u64, u64)>,
}

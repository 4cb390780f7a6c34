//! The cross reference: the offset of each record.

use std::io::{Read, Seek};

use super::variant::{Variant, offset_in_block};
use super::window::Window;
use crate::error::Result;

/// An entry of the cross reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct XrfEntry {
    /// Offset of the record; `None` if there is none.
    pub(super) offset: Option<u64>,
    /// Flags as in IRBIS64: 1 logically deleted, 2 physically deleted, 4 absent, 8 not actualized, 16 new, 64
    /// locked. Those of CDS/ISIS are converted.
    pub(super) flags: u32,
    /// Offset of the slot in its file.
    pub(super) at: u64,
    /// Whether it is all zeros, like unused space.
    pub(super) is_blank: bool,
}

pub(super) const DELETED: u32 = 1;
pub(super) const PHYSICALLY_DELETED: u32 = 2;
pub(super) const ABSENT: u32 = 4;
pub(super) const NOT_ACTUALIZED: u32 = 8;
pub(super) const NEW: u32 = 16;
pub(super) const LAST_VERSION: u32 = 32;
pub(super) const LOCKED: u32 = 64;

/// The layout and length of a cross reference.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slots {
    variant: Variant,
    count: u32,
}

/// Slots in a block of CDS/ISIS, which begins with a number.
const IN_BLOCK: u64 = 127;

#[expect(clippy::arithmetic_side_effects, reason = "parts of a length, and products of numbers of 32 bits")]
impl Slots {
    pub(super) fn new<R: Read + Seek>(variant: Variant, xrf: &Window<R>) -> Slots {
        let len = xrf.len();
        let count = match variant.is_irbis64() {
            true => len / 12,
            false => {
                let rest = (len % 512).saturating_sub(4) / 4;
                len / 512 * IN_BLOCK + rest
            }
        };
        Slots { variant, count: u32::try_from(count).unwrap_or(u32::MAX - 1).min(u32::MAX - 1) }
    }

    /// Returns the number of slots, used or not.
    pub(super) fn count(self) -> u32 {
        self.count
    }

    /// Returns the offset of the slot of a record.
    pub(super) fn place(variant: Variant, mfn: u32) -> u64 {
        let index = u64::from(mfn).saturating_sub(1);
        match variant.is_irbis64() {
            true => index * 12,
            false => index / IN_BLOCK * 512 + 4 + index % IN_BLOCK * 4,
        }
    }

    /// Reads the slot of a record; `None` if there is no such slot.
    pub(super) fn read<R: Read + Seek>(self, xrf: &mut Window<R>, mfn: u32) -> Result<Option<XrfEntry>> {
        if mfn == 0 || mfn > self.count {
            return Ok(None);
        }
        let at = Slots::place(self.variant, mfn);
        if self.variant.is_irbis64() {
            let bytes = xrf.get(at, 12)?;
            if bytes.len() < 12 {
                return Ok(None);
            }
            let offset = self.variant.u64(bytes, 0);
            let flags = self.variant.u32(bytes, 8);
            let is_blank = offset == 0 && flags == 0;
            return Ok(Some(XrfEntry { offset: (offset != 0).then_some(offset), flags, at, is_blank }));
        }
        let bytes = xrf.get(at, 4)?;
        if bytes.len() < 4 {
            return Ok(None);
        }
        let pointer = self.variant.u32(bytes, 0) as i32;
        let (offset, flags) = unpack(pointer, self.variant.shift);
        Ok(Some(XrfEntry { offset, flags, at, is_blank: pointer == 0 }))
    }
}

/// Returns offset and flags of a pointer of CDS/ISIS.
#[expect(clippy::arithmetic_side_effects, reason = "a divisor that is not 0")]
pub(super) fn unpack(pointer: i32, shift: u8) -> (Option<u64>, u32) {
    let size = pointer.unsigned_abs();
    let shift = u32::from(shift.min(6));
    let in_block = 2048u32 >> shift;
    if pointer == 0 {
        return (None, ABSENT);
    }
    if pointer < 0 && size == in_block {
        return (None, PHYSICALLY_DELETED);
    }
    let offset = offset_in_block(size / in_block, (size & (511 >> shift)) << shift);
    let mut flags = if pointer < 0 { DELETED } else { 0 };
    if size & (1024 >> shift) != 0 {
        flags |= NEW | NOT_ACTUALIZED;
    }
    if size & (512 >> shift) != 0 {
        flags |= NOT_ACTUALIZED;
    }
    // Block 0 does not exist: such a pointer refers to no valid offset.
    (Some(offset.unwrap_or(u64::MAX)), flags)
}

/// Returns the pointer of CDS/ISIS to `offset`; `None` if that is too great, or not a multiple of the step.
#[expect(clippy::arithmetic_side_effects, reason = "a shift below 8")]
pub(super) fn pack(offset: u64, flags: u32, shift: u8) -> Option<i32> {
    let shift = u32::from(shift.min(6));
    if flags & PHYSICALLY_DELETED != 0 {
        return i32::try_from(2048u32 >> shift).ok().and_then(i32::checked_neg);
    }
    let block = u32::try_from(offset / 512).ok()?.checked_add(1)?;
    let place = u32::try_from(offset % 512).ok()?;
    if place & ((1 << shift) - 1) != 0 {
        return None;
    }
    let mut size = block.checked_mul(2048 >> shift)? | place >> shift;
    if flags & NEW != 0 {
        size |= 1024 >> shift;
    } else if flags & NOT_ACTUALIZED != 0 {
        size |= 512 >> shift;
    }
    let pointer = i32::try_from(size).ok()?;
    if flags & DELETED != 0 { pointer.checked_neg() } else { Some(pointer) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_of_cds_isis_by_the_rule() {
        // Block 1, place 64, new: as all records of a new base.
        assert_eq!(unpack(2048 + 1024 + 64, 0), (Some(64), NEW | NOT_ACTUALIZED));
        assert_eq!(unpack(-(3 * 2048 + 100), 0), (Some(1124), DELETED));
        assert_eq!(unpack(-2048, 0), (None, PHYSICALLY_DELETED));
        assert_eq!(unpack(0, 0), (None, ABSENT));
        // Shift 3: 256 for each block, places in units of 8 bytes.
        assert_eq!(unpack(2 * 256 + 128 + 11, 3), (Some(600), NEW | NOT_ACTUALIZED));
        assert_eq!(unpack(i32::MIN, 0).1, DELETED);
    }

    #[test]
    fn there_and_back() {
        for shift in 0..=6u8 {
            for flags in [0, DELETED, NOT_ACTUALIZED, NEW | NOT_ACTUALIZED, DELETED | NOT_ACTUALIZED] {
                for offset in [64u64, 512, 1_048_576 - 64] {
                    let pointer = pack(offset, flags, shift).unwrap();
                    assert_eq!(unpack(pointer, shift), (Some(offset), flags), "{shift} {offset}");
                }
            }
        }
        assert_eq!(pack(65, 0, 1), None, "no record begins there");
        assert_eq!(pack(600 << 20, 0, 0), None, "500 MB is the most without a shift");
        assert!(pack(600 << 20, 0, 1).is_some());
    }
}

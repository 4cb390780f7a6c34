//! The layout of numbers and records in a master file.

use std::fmt;

use crate::bytes::Cut;

/// The shape of the records of a master file: which numbers they have, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Shape {
    /// IRBIS64: leader of 32 bytes, entries of 12, numbers of 32 bits.
    Irbis64,
    /// CDS/ISIS and IRBIS32: leader of 18 bytes, entries of 6, packed.
    Isis18,
    /// CDS/ISIS as built on Unix: leader of 20 bytes, entries of 6, aligned.
    Isis20,
    /// CISIS FFI, packed: leader of 22 bytes, entries of 10.
    Ffi22,
    /// CISIS FFI, aligned: leader of 24 bytes, entries of 12.
    Ffi24,
}

impl Shape {
    /// The shapes of CDS/ISIS, in the order in which they are tried.
    pub(super) const ISIS: [Shape; 4] = [Shape::Isis18, Shape::Isis20, Shape::Ffi22, Shape::Ffi24];

    /// Returns the length of the leader of a record, in bytes.
    pub const fn leader_len(self) -> usize {
        match self {
            Shape::Irbis64 => 32,
            Shape::Isis18 => 18,
            Shape::Isis20 => 20,
            Shape::Ffi22 => 22,
            Shape::Ffi24 => 24,
        }
    }

    /// Returns the length of a directory entry, in bytes.
    pub const fn entry_len(self) -> usize {
        match self {
            Shape::Irbis64 | Shape::Ffi24 => 12,
            Shape::Isis18 | Shape::Isis20 => 6,
            Shape::Ffi22 => 10,
        }
    }

    /// Returns whether lengths are numbers of 32 bits.
    pub(super) const fn is_wide(self) -> bool {
        matches!(self, Shape::Irbis64 | Shape::Ffi22 | Shape::Ffi24)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Shape::Irbis64 => "IRBIS64",
            Shape::Isis18 => "ISIS 18/6",
            Shape::Isis20 => "ISIS 20/6",
            Shape::Ffi22 => "FFI 22/10",
            Shape::Ffi24 => "FFI 24/12",
        })
    }
}

/// The variant of a master file: everything a reader must know before the first record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Variant {
    /// The shape of the records.
    pub shape: Shape,
    /// Whether numbers are big-endian. Always true in IRBIS64.
    pub big_endian: bool,
    /// Number of bits by which pointers of CDS/ISIS are shifted, 0 to 6: records begin at multiples of two to
    /// this power.
    pub shift: u8,
}

/// Returns the offset of a place in a block of CDS/ISIS; `None` for block 0, since blocks are counted from 1.
#[expect(clippy::arithmetic_side_effects, reason = "a number of 32 bits times 512")]
pub(super) fn offset_in_block(block: u32, place: u32) -> Option<u64> {
    Some(u64::from(block.checked_sub(1)?) * 512 + u64::from(place))
}

impl Variant {
    /// IRBIS64.
    pub const IRBIS64: Variant = Variant { shape: Shape::Irbis64, big_endian: true, shift: 0 };
    /// CDS/ISIS for DOS, WinISIS and IRBIS32: the most common of the family.
    pub const ISIS: Variant = Variant { shape: Shape::Isis18, big_endian: false, shift: 0 };

    /// Returns whether it is IRBIS64.
    pub const fn is_irbis64(self) -> bool {
        matches!(self.shape, Shape::Irbis64)
    }

    /// Returns the offset of the first record.
    pub(super) const fn first(self) -> u64 {
        if self.is_irbis64() { 36 } else { 64 }
    }

    /// Returns the number of bytes of which record offsets are multiples.
    pub(super) const fn step(self) -> u64 {
        match (self.shape, self.shift) {
            (Shape::Irbis64, _) => 1,
            (_, 0) => 2,
            (_, shift) => 1u64 << (if shift > 6 { 6 } else { shift }),
        }
    }

    pub(super) fn u16(self, bytes: &[u8], at: usize) -> u32 {
        let Some(&[a, b]) = bytes.get(at..).and_then(|rest| rest.first_chunk::<2>()) else { return 0 };
        u32::from(if self.big_endian { u16::from_be_bytes([a, b]) } else { u16::from_le_bytes([a, b]) })
    }

    pub(super) fn u32(self, bytes: &[u8], at: usize) -> u32 {
        let Some(number) = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>()) else { return 0 };
        if self.big_endian { u32::from_be_bytes(*number) } else { u32::from_le_bytes(*number) }
    }

    /// Returns a 64-bit offset of IRBIS64, low word first.
    pub(super) fn u64(self, bytes: &[u8], at: usize) -> u64 {
        let bytes = bytes.cut(at..);
        u64::from(self.u32(bytes, 4)) << 32 | u64::from(self.u32(bytes, 0))
    }

    /// Parses the leader of a record; `None` if there are too few bytes.
    pub(super) fn leader(self, bytes: &[u8]) -> Option<RecordHead> {
        let bytes = bytes.get(..self.shape.leader_len())?;
        let (mut signed, mut wide) = (None, 0u32);
        let previous = |at: usize| match self.u32(bytes, at) {
            0x8000_0000.. => 0,
            block => offset_in_block(block, self.u16(bytes.cut(at..), 4)).unwrap_or(0),
        };
        if self.shape.is_wide() {
            wide = self.u32(bytes, 4);
        } else {
            signed = Some(self.u16(bytes, 4));
        }
        let mut leader = match self.shape {
            Shape::Irbis64 => RecordHead {
                mfn: self.u32(bytes, 0),
                len: u64::from(wide),
                locked: false,
                previous: self.u64(bytes, 8),
                base: self.u32(bytes, 16),
                fields: self.u32(bytes, 20),
                version: self.u32(bytes, 24),
                status: self.u32(bytes, 28),
            },
            Shape::Isis18 => self.isis(bytes, previous(6), [12, 14, 16]),
            Shape::Isis20 => self.isis(bytes, previous(8), [14, 16, 18]),
            Shape::Ffi22 => self.isis(bytes, previous(8), [14, 18, 20]),
            Shape::Ffi24 => self.isis(bytes, previous(8), [16, 20, 22]),
        };
        if let Some(len) = signed {
            // A negative length marks a lock; but some builds write an unsigned length, which then is large.
            let positive = u32::from((len as u16).wrapping_neg());
            (leader.len, leader.locked) = match len {
                0..0x8000 => (u64::from(len), false),
                _ if positive < leader.base => (u64::from(len), false),
                _ => (u64::from(positive), true),
            };
        } else if self.shape != Shape::Irbis64 {
            let locked = wide >= 0x8000_0000;
            (leader.len, leader.locked) =
                (u64::from(if locked { wide.wrapping_neg() } else { wide }), locked);
        }
        Some(leader)
    }

    fn isis(self, bytes: &[u8], previous: u64, [base, fields, status]: [usize; 3]) -> RecordHead {
        RecordHead {
            mfn: self.u32(bytes, 0),
            len: 0,
            locked: false,
            previous,
            base: if self.shape.is_wide() { self.u32(bytes, base) } else { self.u16(bytes, base) },
            fields: self.u16(bytes, fields),
            version: 0,
            status: self.u16(bytes, status),
        }
    }

    /// Returns the directory entries after a leader, as many as there are bytes: tag, offset from the base,
    /// length.
    pub(super) fn entries(self, directory: &[u8]) -> impl Iterator<Item = Entry> + '_ {
        directory.chunks_exact(self.shape.entry_len()).map(move |entry| match self.shape {
            Shape::Irbis64 => {
                Entry { tag: self.u32(entry, 0), start: self.u32(entry, 4), len: self.u32(entry, 8) }
            }
            Shape::Isis18 | Shape::Isis20 => {
                Entry { tag: self.u16(entry, 0), start: self.u16(entry, 2), len: self.u16(entry, 4) }
            }
            Shape::Ffi22 => {
                Entry { tag: self.u16(entry, 0), start: self.u32(entry, 2), len: self.u32(entry, 6) }
            }
            Shape::Ffi24 => {
                Entry { tag: self.u16(entry, 0), start: self.u32(entry, 4), len: self.u32(entry, 8) }
            }
        })
    }

    /// Returns the length of leader and directory of a record with this number of fields.
    #[expect(clippy::arithmetic_side_effects, reason = "a number of 32 bits times 12")]
    pub(super) fn base_for(self, fields: u32) -> u64 {
        u64::from(fields) * self.shape.entry_len() as u64 + self.shape.leader_len() as u64
    }

    /// Returns whether a leader is plausible: it has a number, and its lengths are consistent.
    pub(super) fn is_leader(self, leader: &RecordHead) -> bool {
        let most = if self.is_irbis64() { 1 << 20 } else { 8000 };
        leader.mfn > 0
            && leader.mfn < 0x8000_0000
            && leader.fields < most
            && u64::from(leader.base) == self.base_for(leader.fields)
            && leader.len >= u64::from(leader.base)
    }
}

impl fmt::Display for Variant {
    /// Writes `ISIS 18/6, little endian, shift 0`; just the name for IRBIS64, which has one layout.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_irbis64() {
            return fmt::Display::fmt(&self.shape, f);
        }
        let order = if self.big_endian { "big" } else { "little" };
        write!(f, "{}, {order} endian, shift {}", self.shape, self.shift)
    }
}

/// The leader of a record in a master file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RecordHead {
    pub(super) mfn: u32,
    /// Length of the record including its leader.
    pub(super) len: u64,
    pub(super) locked: bool,
    /// Offset of the previous version; 0 if there is none.
    pub(super) previous: u64,
    pub(super) base: u32,
    pub(super) fields: u32,
    pub(super) version: u32,
    pub(super) status: u32,
}

/// An entry of the directory of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) tag: u32,
    pub(super) start: u32,
    pub(super) len: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaders_of_all_shapes() {
        // MFN 1, length 100, no previous version, 2 fields, status 1
        let isis18 = *b"\x01\0\0\0\x64\0\0\0\0\0\0\0\x1E\0\x02\0\x01\0";
        let leader = Variant::ISIS.leader(&isis18).unwrap();
        assert_eq!((leader.mfn, leader.len, leader.base, leader.fields, leader.status), (1, 100, 30, 2, 1));
        assert!(Variant::ISIS.is_leader(&leader));
        let ffi24 = Variant { shape: Shape::Ffi24, big_endian: true, shift: 3 };
        let bytes = b"\0\0\0\x01\0\0\0\x64\0\0\0\x02\0\x10??\0\0\0\x30\0\x02\0\0";
        let leader = ffi24.leader(bytes).unwrap();
        assert_eq!((leader.mfn, leader.len, leader.previous, leader.base), (1, 100, 528, 48));
        assert!(ffi24.is_leader(&leader));
        assert!(ffi24.leader(&bytes[..23]).is_none());
    }

    #[test]
    fn a_negative_length_is_a_lock_unless_it_cannot_be() {
        let mut bytes = *b"\x75\0\0\0\xBE\xF6\0\0\0\0\0\0\x1E\0\x02\0\0\0";
        let leader = Variant::ISIS.leader(&bytes).unwrap();
        assert_eq!((leader.len, leader.locked), (2370, true));
        bytes[4..6].copy_from_slice(&0xFFF0u16.to_le_bytes());
        let leader = Variant::ISIS.leader(&bytes).unwrap();
        assert_eq!((leader.len, leader.locked), (0xFFF0, false), "16 bytes cannot hold the directory");
    }
}

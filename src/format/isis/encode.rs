//! Encodes leaders and directory entries, in each variant.

use super::variant::{Shape, Variant};

/// Returns the offset of the status in the leader of a CDS/ISIS record.
pub(super) fn status_place(shape: Shape) -> u64 {
    (shape.leader_len() as u64).saturating_sub(2)
}

impl Variant {
    pub(super) fn bytes16(self, number: u32) -> [u8; 2] {
        let number = number as u16;
        if self.big_endian { number.to_be_bytes() } else { number.to_le_bytes() }
    }

    pub(super) fn bytes32(self, number: u32) -> [u8; 4] {
        if self.big_endian { number.to_be_bytes() } else { number.to_le_bytes() }
    }

    pub(super) fn push_entry(self, out: &mut Vec<u8>, tag: u32, start: u32, len: u32) {
        match self.shape {
            Shape::Irbis64 => {
                [tag, start, len].iter().for_each(|word| out.extend_from_slice(&word.to_be_bytes()))
            }
            Shape::Isis18 | Shape::Isis20 => {
                [tag, start, len].iter().for_each(|word| out.extend_from_slice(&self.bytes16(*word)));
            }
            Shape::Ffi22 | Shape::Ffi24 => {
                out.extend_from_slice(&self.bytes16(tag));
                if self.shape == Shape::Ffi24 {
                    out.extend_from_slice(&[0; 2]);
                }
                out.extend_from_slice(&self.bytes32(start));
                out.extend_from_slice(&self.bytes32(len));
            }
        }
    }

    /// Appends the leader of a CDS/ISIS record without a previous version.
    pub(super) fn push_leader(
        self,
        out: &mut Vec<u8>,
        mfn: u32,
        len: u32,
        base: u32,
        fields: u32,
        status: u32,
    ) {
        out.extend_from_slice(&self.bytes32(mfn));
        let is_wide = self.shape.is_wide();
        let length = |out: &mut Vec<u8>, number: u32| match is_wide {
            true => out.extend_from_slice(&self.bytes32(number)),
            false => out.extend_from_slice(&self.bytes16(number)),
        };
        length(out, len);
        if self.shape == Shape::Isis20 {
            out.extend_from_slice(&[0; 2]);
        }
        out.extend_from_slice(&[0; 6]);
        if self.shape == Shape::Ffi24 {
            out.extend_from_slice(&[0; 2]);
        }
        length(out, base);
        out.extend_from_slice(&self.bytes16(fields));
        out.extend_from_slice(&self.bytes16(status));
    }
}

//! One look at all bytes of a record, so that writers need not look at each value.

use crate::record::{Origin, RecordRef};

/// Whether no value of the record holds a byte for which `special` is true, or one of the bytes 1D, 1E and 1F that
/// delimit records, fields and subfields.
///
/// The buffer is looked at in one pass that the compiler turns into vector instructions: `special` should be a few
/// comparisons, and false for the three delimiters.
///
/// # Cost
/// One pass over the buffer; a second over the control fields, which are short.
#[inline]
pub(crate) fn is_plain(record: RecordRef<'_>, special: impl Fn(u8) -> bool + Copy) -> bool {
    let buffer = record.buffer();
    let mut found = false;
    let mut ends = 0usize;
    let mut chunks = buffer.chunks_exact(128);
    for chunk in &mut chunks {
        let mut any = 0u8;
        let mut count = 0u8;
        for &byte in chunk {
            any |= u8::from(special(byte));
            count += u8::from(byte == 0x1D) | u8::from(byte == 0x1E); // at most 128
        }
        found |= any != 0;
        ends = ends.saturating_add(usize::from(count));
    }
    for &byte in chunks.remainder() {
        found |= special(byte);
        ends = ends.saturating_add(usize::from(matches!(byte, 0x1D | 0x1E)));
    }
    if found {
        return false;
    }
    // In a sound record of ISO 2709 each field ends once, and so do directory and record; more than that stands in
    // values. In any other buffer there are bodies only.
    let fields = record.fields();
    let sound = record.verbatim(Origin::Iso2709).is_some();
    if ends != if sound { fields.len().saturating_add(2) } else { 0 } {
        return false;
    }
    !fields.filter(|field| field.is_control()).any(|field| field.raw().contains(&0x1F))
}

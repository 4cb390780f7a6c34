//! One look at all bytes of a record, so that writers need not look at each value.

use crate::record::{Origin, RecordRef};

/// Whether the values of a record hold a byte for which `is_special` is true. `None` if a value holds one of the
/// bytes 1D, 1E and 1F, which delimit records, fields and subfields.
///
/// The whole buffer is looked at in one pass that the compiler turns into vector instructions: `is_special` should
/// be a few comparisons, and false for the three delimiters.
///
/// # Cost
/// One pass over the buffer; a second over the control fields, which are short.
#[inline]
pub(crate) fn census(record: RecordRef<'_>, is_special: impl Fn(u8) -> bool + Copy) -> Option<bool> {
    let mut special = false;
    let mut ends = 0usize;
    for chunk in record.buffer().chunks(32) {
        let mut count = 0u8;
        for &byte in chunk {
            special |= is_special(byte);
            count += u8::from(byte == 0x1D) | u8::from(byte == 0x1E); // at most 32
        }
        ends = ends.saturating_add(usize::from(count));
    }
    // In a sound record of ISO 2709 each field ends once, and so do directory and record; more than that stands in
    // values. In any other buffer there are bodies only.
    let mut fields = record.fields();
    let sound = record.verbatim(Origin::Iso2709).is_some();
    if ends != if sound { fields.len().saturating_add(2) } else { 0 } {
        return None;
    }
    let in_control = fields.any(|field| field.is_control() && field.raw().contains(&0x1F));
    (!in_control).then_some(special)
}

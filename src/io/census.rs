//! One look at all bytes of a record, so that writers need not look at each value.

use crate::record::{Origin, RecordRef};

/// What kinds of bytes the values of a record hold: the kinds of all its bytes, each a bit that `kind` gives. `None`
/// if a value holds one of the bytes 1D, 1E and 1F, which delimit records, fields and subfields.
///
/// The buffer is looked at in one pass that the compiler turns into vector instructions: `kind` should be a few
/// comparisons, and 0 for the three delimiters.
///
/// # Cost
/// One pass over the buffer; a second over the control fields, which are short.
#[inline]
pub(crate) fn census(record: RecordRef<'_>, kind: impl Fn(u8) -> u8 + Copy) -> Option<u8> {
    let buffer = record.buffer();
    let mut kinds = 0u8;
    let mut ends = 0usize;
    let mut chunks = buffer.chunks_exact(128);
    for chunk in &mut chunks {
        let mut count = 0u8;
        for &byte in chunk {
            kinds |= kind(byte);
            count += u8::from(byte == 0x1D) | u8::from(byte == 0x1E); // at most 128
        }
        ends = ends.saturating_add(usize::from(count));
    }
    for &byte in chunks.remainder() {
        kinds |= kind(byte);
        ends = ends.saturating_add(usize::from(matches!(byte, 0x1D | 0x1E)));
    }
    // In a sound record of ISO 2709 each field ends once, and so do directory and record; more than that stands in
    // values. In any other buffer there are bodies only.
    let mut fields = record.fields();
    let sound = record.verbatim(Origin::Iso2709).is_some();
    if ends != if sound { fields.len().saturating_add(2) } else { 0 } {
        return None;
    }
    let in_control = fields.any(|field| field.is_control() && field.raw().contains(&0x1F));
    (!in_control).then_some(kinds)
}

//! UTF-16.

use crate::bytes::Cut;

/// Decodes. Half of a surrogate pair, or a lone last byte, is a fault.
pub(super) fn decode(
    bytes: &[u8],
    unit: fn([u8; 2]) -> u16,
    out: &mut String,
    fault: &mut dyn FnMut(usize, &[u8], &mut String),
) {
    let (units, rest) = bytes.as_chunks::<2>();
    let mut offset = 0usize;
    for decoded in char::decode_utf16(units.iter().map(|bytes| unit(*bytes))) {
        match decoded {
            Ok(character) => {
                out.push(character);
                offset += 2 * character.len_utf16();
            }
            Err(_) => {
                let end = offset + 2;
                fault(offset, bytes.cut(offset..end), out);
                offset = end;
            }
        }
    }
    if !rest.is_empty() {
        fault(offset, rest, out);
    }
}

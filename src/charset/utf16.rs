//! UTF-16.

/// Decodes. A half of a pair, or a byte left over, is a fault.
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
                offset = offset.saturating_add(character.len_utf16().saturating_mul(2));
            }
            Err(_) => {
                let end = offset.saturating_add(2);
                fault(offset, bytes.get(offset..end).unwrap_or_default(), out);
                offset = end;
            }
        }
    }
    if !rest.is_empty() {
        fault(offset, rest, out);
    }
}

//! Numeric character references, which MARC-8 text may contain.

use crate::bytes::Cut;

/// Parses the numeric reference at the start: `&#x` and four to six digits, upper case. Returns its character
/// and its length in bytes. Two references to surrogates are one character.
pub(super) fn reference(bytes: &[u8]) -> Option<(char, usize)> {
    let number = |bytes: &[u8]| {
        let digits = bytes.strip_prefix(b"&#x")?;
        let len = digits.iter().take(7).take_while(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F')).count();
        if !(4..=6).contains(&len) || digits.get(len) != Some(&b';') {
            return None;
        }
        let digits = std::str::from_utf8(digits.get(..len)?).ok()?;
        Some((u32::from_str_radix(digits, 16).ok()?, len + 4))
    };
    let (first, len) = number(bytes)?;
    if let (0xD800..0xDC00, Some((second @ 0xDC00..0xE000, more))) = (first, number(bytes.cut(len..))) {
        let character = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
        return Some((char::from_u32(character)?, len + more));
    }
    let character = char::from_u32(first).filter(|character| *character >= ' ')?;
    Some((character, len))
}

//! Code pages of DOS that encoding_rs has not.

use super::Charset;
use super::tables::{CP437, CP737, CP850, CP852};

const fn table(charset: Charset) -> &'static [u16; 128] {
    match charset {
        Charset::Cp737 => &CP737,
        Charset::Cp850 => &CP850,
        Charset::Cp852 => &CP852,
        _ => &CP437,
    }
}

/// Decodes. All 256 bytes have a meaning.
pub(super) fn decode(
    charset: Charset,
    bytes: &[u8],
    out: &mut String,
    fault: &mut dyn FnMut(usize, &[u8], &mut String),
) {
    let table = table(charset);
    for (offset, byte) in bytes.iter().enumerate() {
        let high = byte.checked_sub(0x80).and_then(|at| table.get(usize::from(at)));
        let character = high.map_or(Some(char::from(*byte)), |code| char::from_u32(u32::from(*code)));
        match character {
            Some(character) => out.push(character),
            None => fault(offset, std::slice::from_ref(byte), out),
        }
    }
}

/// Encodes up to the first character that does not exist in the set; tells how many bytes of `text` were read,
/// that character's included.
pub(super) fn encode(charset: Charset, text: &str, out: &mut Vec<u8>) -> (usize, Option<char>) {
    let table = table(charset);
    let mut done = 0usize;
    for character in text.chars() {
        done = done.saturating_add(character.len_utf8());
        let code = u32::from(character);
        let byte = match code {
            0..0x80 => u8::try_from(code).ok(),
            _ => {
                (0x80..=0xFFu8).zip(table).find(|(_, known)| u32::from(**known) == code).map(|(byte, _)| byte)
            }
        };
        match byte {
            Some(byte) => out.push(byte),
            None => return (done, Some(character)),
        }
    }
    (done, None)
}

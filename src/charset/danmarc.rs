//! danMARC: Latin-1, with `@` as an escape: `@@`, `@*` and `@\u{A4}` are the sign behind it, `@å` and `@Å` the double a
//! of old spelling, `@` and four hexadecimal digits any other character.

const SMALL: (u8, char) = (0xE5, '\u{A733}');
const CAPITAL: (u8, char) = (0xC5, '\u{A732}');
/// Signs that stand for something else without `@` before them.
const SIGNS: [u8; 3] = [b'@', b'*', 0xA4];

pub(super) fn decode(bytes: &[u8], out: &mut String, fault: &mut dyn FnMut(usize, &[u8], &mut String)) {
    let mut at = 0usize;
    while let Some((first, rest)) = bytes.get(at..).and_then(<[u8]>::split_first) {
        let (character, len) = match (first, rest.first()) {
            (b'@', Some(sign)) if SIGNS.contains(sign) => (Some(char::from(*sign)), 2usize),
            (b'@', Some(0xE5)) => (Some(SMALL.1), 2),
            (b'@', Some(0xC5)) => (Some(CAPITAL.1), 2),
            (b'@', _) => (number(rest), 5),
            (byte, _) => (Some(char::from(*byte)), 1),
        };
        match character {
            Some(character) => {
                out.push(character);
                at = at.saturating_add(len);
            }
            None => {
                fault(at, std::slice::from_ref(first), out);
                at = at.saturating_add(1);
            }
        }
    }
}

fn number(bytes: &[u8]) -> Option<char> {
    let digits = bytes.get(..4).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    char::from_u32(u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?)
}

/// Encodes up to the first character beyond four digits; tells how many bytes of `text` were read, that character's
/// included.
pub(super) fn encode(text: &str, out: &mut Vec<u8>) -> (usize, Option<char>) {
    let mut done = 0usize;
    for character in text.chars() {
        done = done.saturating_add(character.len_utf8());
        match (character, u8::try_from(u32::from(character))) {
            (_, Ok(sign)) if SIGNS.contains(&sign) => out.extend_from_slice(&[b'@', sign]),
            (_, Ok(byte)) => out.push(byte),
            ('\u{A733}', _) => out.extend_from_slice(&[b'@', SMALL.0]),
            ('\u{A732}', _) => out.extend_from_slice(&[b'@', CAPITAL.0]),
            ('\0'..='\u{FFFF}', _) => {
                out.extend_from_slice(format!("@{:04X}", u32::from(character)).as_bytes())
            }
            _ => return (done, Some(character)),
        }
    }
    (done, None)
}

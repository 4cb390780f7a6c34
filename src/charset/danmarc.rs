//! danMARC: Latin-1 with `@` as an escape. `@@`, `@*` and `@\u{A4}` are the literal signs, `@å` and `@Å` the
//! double a of old spelling, `@` and four hexadecimal digits any other character, `@U` and two digits some of
//! those of MARC-8. Marks precede their letter, even those that Latin-1 has as spacing characters.
//!
//! Reads what yaz-marcdump reads, except `^` and `_`: marks there, literal signs here, because they occur in
//! addresses.

use crate::bytes::Cut;
use unicode_normalization::char::{compose, is_combining_mark};

const SMALL: (u8, char) = (0xE5, '\u{A733}');
const CAPITAL: (u8, char) = (0xC5, '\u{A732}');
/// Signs that have another meaning unless `@` precedes them.
const SIGNS: [u8; 3] = [b'@', b'*', 0xA4];
/// Signs that are marks before a letter: as a byte, or as four digits.
const BYTE_MARKS: [(char, char); 5] = [
    ('`', '\u{300}'),
    ('\u{A8}', '\u{308}'),
    ('\u{AF}', '\u{304}'),
    ('\u{B4}', '\u{301}'),
    ('\u{B8}', '\u{327}'),
];
const DIGIT_MARKS: [(char, char); 5] = [
    ('\u{2C7}', '\u{30C}'),
    ('\u{2D8}', '\u{306}'),
    ('\u{2DA}', '\u{30A}'),
    ('\u{2DB}', '\u{328}'),
    ('\u{2DD}', '\u{30B}'),
];
/// The meaning of `@U` and two digits, where it differs from Latin-1.
const SHORT: [(u8, char); 14] = [
    (0xA7, '\u{2B9}'),
    (0xAE, '\u{2BC}'),
    (0xB0, '\u{2BB}'),
    (0xB7, '\u{2BA}'),
    (0xD8, '\u{2014}'),
    (0xD9, '\u{2191}'),
    (0xDA, '\u{2193}'),
    (0xE0, '\u{309}'),
    (0xEB, '\u{FE20}'),
    (0xEC, '\u{FE21}'),
    (0xF7, '\u{326}'),
    (0xF8, '\u{31C}'),
    (0xF9, '\u{32E}'),
    (0xFC, '\u{308}'),
];

/// A character as it is written in danMARC.
struct Unit {
    character: char,
    len: usize,
    /// The mark that the character is before a letter.
    before_letter: Option<char>,
}

/// Returns the first character; `None` if the bytes begin with an invalid escape.
fn unit(bytes: &[u8]) -> Option<Unit> {
    let literal = |character, len| Unit { character, len, before_letter: None };
    let mark = |signs: &[(char, char); 5], sign| {
        signs.iter().find(|(known, _)| *known == sign).map(|(_, mark)| *mark)
    };
    Some(match bytes {
        [b'@', sign, ..] if SIGNS.contains(sign) => literal(char::from(*sign), 2),
        [b'@', byte, ..] if *byte == SMALL.0 => literal(SMALL.1, 2),
        [b'@', byte, ..] if *byte == CAPITAL.0 => literal(CAPITAL.1, 2),
        [b'@', b'U', digits @ ..] if number(digits, 2).is_some() => {
            let byte = u8::try_from(number(digits, 2)?).ok()?;
            let short = SHORT.iter().find(|(known, _)| *known == byte).map(|(_, character)| *character);
            literal(short.unwrap_or(char::from(byte)), 4)
        }
        [b'@', digits @ ..] => {
            let character = char::from_u32(number(digits, 4)?)?;
            Unit { character, len: 5, before_letter: mark(&DIGIT_MARKS, character) }
        }
        [byte, ..] => {
            let character = char::from(*byte);
            Unit { character, len: 1, before_letter: mark(&BYTE_MARKS, character) }
        }
        [] => return None,
    })
}

/// Parses a number of `digits` hexadecimal digits at the start.
fn number(bytes: &[u8], digits: usize) -> Option<u32> {
    let digits = bytes.get(..digits).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

fn is_letter(character: char) -> bool {
    character.is_alphabetic() && !is_combining_mark(character)
}

pub(super) fn decode(bytes: &[u8], out: &mut String, fault: &mut dyn FnMut(usize, &[u8], &mut String)) {
    let mut at = 0usize;
    // Start of the marks that wait for their letter.
    let mut marks: Option<usize> = None;
    while let Some(first) = bytes.get(at) {
        let rest = bytes.cut(at..);
        let Some(first) = unit(rest) else {
            fault(at, std::slice::from_ref(first), out);
            at += 1;
            marks = None;
            continue;
        };
        at += first.len;
        let is_before_letter =
            || bytes.get(at..).and_then(unit).is_some_and(|next| is_letter(next.character));
        let character = match first.before_letter {
            Some(mark) if is_before_letter() => mark,
            _ => first.character,
        };
        if is_combining_mark(character) {
            marks = marks.or(Some(out.len()));
            out.push(character);
        } else {
            match marks.take() {
                Some(place) if !character.is_control() => out.insert(place, character),
                _ => out.push(character),
            }
        }
    }
}

/// Encodes up to the first character that cannot be written; returns the number of bytes of `text` read, that
/// character included, and the character.
pub(super) fn encode(text: &str, out: &mut Vec<u8>) -> (usize, Option<char>) {
    let mut done = 0usize;
    while let Some(mut base) = text.get(done..).and_then(|rest| rest.chars().next()) {
        let first = base;
        let start = done;
        done += base.len_utf8();
        let marks = |from: usize| {
            let rest = text.cut(from..);
            rest.chars().take_while(|character| is_combining_mark(*character))
        };
        if is_combining_mark(base) {
            // Before a letter it would become a mark on that letter.
            if text.get(done..).and_then(|rest| rest.chars().next()).is_some_and(|next| !next.is_control()) {
                return (done, Some(base));
            }
            put(base, out);
            continue;
        }
        if !base.is_control() {
            while let Some(mark) = marks(done).next() {
                let Some(whole) = compose(base, mark).filter(|whole| *whole <= '\u{FF}') else { break };
                base = whole;
                done += mark.len_utf8();
            }
        }
        if base > '\u{FFFF}' {
            return (start + first.len_utf8(), Some(first));
        }
        let from = done;
        if !base.is_control() {
            for mark in marks(from) {
                if mark > '\u{FFFF}' {
                    break;
                }
                put(mark, out);
                done += mark.len_utf8();
            }
        }
        let next = text.get(done..).and_then(|rest| rest.chars().next());
        match (BYTE_MARKS.iter().any(|(sign, _)| *sign == base), next.is_some_and(is_letter)) {
            (true, true) => put_digits(base, out),
            (false, true) if DIGIT_MARKS.iter().any(|(sign, _)| *sign == base) => return (done, Some(base)),
            _ => put(base, out),
        }
    }
    (done, None)
}

/// Writes a character of at most four digits.
fn put(character: char, out: &mut Vec<u8>) {
    match u8::try_from(u32::from(character)) {
        Ok(sign) if SIGNS.contains(&sign) => out.extend_from_slice(&[b'@', sign]),
        Ok(byte) => out.push(byte),
        _ if character == SMALL.1 => out.extend_from_slice(&[b'@', SMALL.0]),
        _ if character == CAPITAL.1 => out.extend_from_slice(&[b'@', CAPITAL.0]),
        _ => put_digits(character, out),
    }
}

fn put_digits(character: char, out: &mut Vec<u8>) {
    out.extend_from_slice(format!("@{:04X}", u32::from(character)).as_bytes());
}

#[cfg(test)]
mod tests {
    use crate::charset::{Charset, Policy};

    fn encoded(text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        Charset::DanMarc.encode_into(text, Policy::Strict, &mut out).unwrap();
        out
    }

    #[test]
    fn marks_stand_before_letters() {
        let decode = |bytes: &'static [u8]| Charset::DanMarc.decode(bytes).unwrap().into_owned();
        assert_eq!(decode(b"@02C7a, `y, \xB4@01A1, @0323t"), "a\u{30C}, y\u{300}, \u{1A1}\u{301}, t\u{323}");
        assert_eq!(decode(b"@UD8 @UEBa@UECa @UFC "), "\u{2014} a\u{FE20}a\u{FE21}  \u{308}");
        assert_eq!(decode(b"a_b ^c \xB4 ` @02C7 "), "a_b ^c \u{B4} ` \u{2C7} ");
        assert_eq!(encoded("e\u{301} x\u{307} `a \u{B4}i"), b"\xE9 @0307x @0060a @00B4i");
        assert_eq!(decode(b"@0060a @00B4i"), "`a \u{B4}i");
        let mut out = Vec::new();
        assert!(Charset::DanMarc.encode_into("\u{301}a", Policy::Strict, &mut out).is_err());
        assert!(Charset::DanMarc.encode_into("\u{2C7}a", Policy::Strict, &mut out).is_err());
    }
}

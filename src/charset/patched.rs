//! Values in UTF-8 with words or signs of another set in them.

use super::detect::{find_utf8, is_mostly_valid};
use super::judge::{has_no_utf8, is_of, is_of_utf8, is_utf8_word, odd_words, word_at};
use super::nonsorting::with_marks;
use super::set::Charset;
use crate::bytes::Cut;

/// Whether words of UTF-8 may be in a value that is not UTF-8 as a whole.
pub(super) fn has_words(other: Charset, bytes: &[u8]) -> bool {
    find_utf8(bytes, 0).is_some()
        && (is_mostly_valid(bytes) || !(other.has_states() && bytes.contains(&0x1B)))
}

/// Decodes a value word by word. In one that is mostly UTF-8 a word of the other set must read well, and a sign be put there
/// without being converted; all else that is not UTF-8 is damage. In any other value a word must be likelier UTF-8.
pub(super) fn decode(
    other: Charset,
    bytes: &[u8],
    out: &mut String,
    fault: &mut dyn FnMut(usize, &[u8], &mut String),
) {
    let is_mostly = is_mostly_valid(bytes);
    let is_word = |word: &[u8]| is_utf8_word(word) && is_of_utf8(other, word);
    let is_mixed = !is_mostly && odd_words(bytes).any(is_word);
    let mut from = 0;
    while let Some(high) = bytes.cut(from..).iter().position(|byte| !byte.is_ascii()) {
        let (word, end) = word_at(bytes, from, from + high);
        let start = end - word.len();
        out.push_str(str::from_utf8(bytes.cut(from..start)).unwrap_or_default());
        from = end;
        match str::from_utf8(word) {
            Ok(text) if is_mostly || is_mixed && is_of_utf8(other, word) => out.push_str(&with_marks(text)),
            _ if is_mostly => decode_word(other, (word, start), out, fault),
            _ => match other.decode(word) {
                Ok(text) => out.push_str(&text),
                Err(_) => decode_word(other, (word, start), out, fault),
            },
        }
    }
    out.push_str(str::from_utf8(bytes.cut(from..)).unwrap_or_default());
}

/// Decodes a word that is not UTF-8.
fn decode_word(
    other: Charset,
    (word, mut at): (&[u8], usize),
    out: &mut String,
    fault: &mut dyn FnMut(usize, &[u8], &mut String),
) {
    if has_no_utf8(word)
        && is_of(other, word)
        && let Ok(text) = other.decode(word)
    {
        return out.push_str(&text);
    }
    for chunk in word.utf8_chunks() {
        out.push_str(chunk.valid());
        at += chunk.valid().len();
        let bad = chunk.invalid();
        match sign(other, bad) {
            Some(sign) => out.push_str(&sign),
            None if bad.is_empty() => {}
            None => fault(at, bad, out),
        }
        at += bad.len();
    }
}

/// The sign of Windows that a byte is.
fn sign(other: Charset, bad: &[u8]) -> Option<String> {
    let is_sign = |text: &str| !text.chars().any(|sign| sign.is_alphabetic() || sign.is_control());
    let sign = match bad {
        [0x80..=0x9F] => other.decode(bad).ok()?,
        _ => return None,
    };
    is_sign(&sign).then(|| sign.into_owned())
}

/// Whether a word in a value that is mostly UTF-8 is of another set: it reads well, or has a quotation mark or a dash behind
/// ASCII.
pub(crate) fn is_patch(other: Charset, word: &[u8]) -> bool {
    if has_no_utf8(word) && is_of(other, word) {
        return true;
    }
    let is_quote = |bad: &[u8]| {
        sign(other, bad).is_some_and(|sign| matches!(&*sign, "‘" | "’" | "“" | "”" | "–" | "—" | "…"))
    };
    word.utf8_chunks().any(|chunk| {
        chunk.valid().bytes().last().is_none_or(|byte| byte.is_ascii()) && is_quote(chunk.invalid())
    })
}

//! Parts and comparisons of values: on bytes where these suffice, else on decoded text.

use super::ast::Span;
use crate::charset::Charset;
use crate::record::Text;

/// Returns the bytes from `start` to `end`, both of which must be character boundaries.
#[inline]
pub(super) fn part(text: Text<'_>, start: usize, end: usize) -> Text<'_> {
    Text::slice(text.as_bytes(), text.as_str(), text.charset(), start, end)
}

/// Returns the byte offsets at which characters begin. A sequence that is not UTF-8 counts as one character.
fn starts(bytes: &[u8]) -> impl Iterator<Item = usize> + '_ {
    let mut at = 0usize;
    bytes.utf8_chunks().flat_map(move |chunk| {
        let start = at;
        at += chunk.valid().len() + chunk.invalid().len();
        let bad = start + chunk.valid().len();
        let valid = chunk.valid().char_indices().map(move |(offset, _)| start + offset);
        valid.chain((!chunk.invalid().is_empty()).then_some(bad))
    })
}

/// Returns whether each character is one byte.
#[inline]
fn is_bytewise(text: Text<'_>) -> bool {
    text.charset() != Charset::Utf8 || text.as_bytes().is_ascii()
}

/// Returns the number of characters.
pub(super) fn count_chars(text: Text<'_>) -> usize {
    match (is_bytewise(text), text.as_str()) {
        (true, _) => text.len(),
        (false, Some(text)) => text.chars().count(),
        (false, None) => starts(text.as_bytes()).count(),
    }
}

/// Returns the characters of a value that `span` selects, and the number of characters before them. `None` if
/// there are none.
pub(super) fn sub(text: Text<'_>, span: Span) -> Option<(Text<'_>, u32)> {
    if is_bytewise(text) {
        let (first, last) = span.of(text.len())?;
        return Some((part(text, first, last + 1), u32::try_from(first).unwrap_or(u32::MAX)));
    }
    let count = if span.is_absolute() { usize::MAX } else { count_chars(text) };
    let (first, last) = span.of(count)?;
    let mut starts = starts(text.as_bytes()).skip(first);
    let start = starts.next()?;
    let end = match last.checked_sub(first) {
        Some(more) if last < usize::MAX => starts.nth(more),
        _ => None,
    };
    let text = part(text, start, end.unwrap_or(text.len()));
    Some((text, u32::try_from(first).unwrap_or(u32::MAX)))
}

/// Returns whether the bytes of two values can be compared without decoding.
#[inline]
fn is_comparable(one: Text<'_>, other: Text<'_>) -> bool {
    let plain = |text: Text<'_>| text.as_bytes().is_ascii() && !text.as_bytes().contains(&0x1B);
    one.charset() == other.charset() || plain(one) && plain(other)
}

/// Returns whether two values are the same text.
pub(super) fn equal(one: Text<'_>, other: Text<'_>) -> bool {
    match is_comparable(one, other) {
        true => one.as_bytes() == other.as_bytes(),
        false => one.to_str_lossy() == other.to_str_lossy(),
    }
}

/// Returns whether the text of `one` contains that of `other`.
pub(super) fn contains(one: Text<'_>, other: Text<'_>) -> bool {
    match is_comparable(one, other) {
        true => memchr::memmem::find(one.as_bytes(), other.as_bytes()).is_some(),
        false => one.to_str_lossy().contains(other.to_str_lossy().as_ref()),
    }
}

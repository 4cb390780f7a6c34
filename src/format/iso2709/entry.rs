//! Directory entries and stretches of bytes: the ground that all other files of this folder share.

#![deny(clippy::arithmetic_side_effects)]

use memchr::memchr_iter;
use nom::bytes::complete::take;
use nom::combinator::map_opt;
use nom::error::{ErrorKind, ParseError};
use nom::{IResult, Parser};

use super::FIELD_TERMINATOR;
use crate::bytes::Cut;
use crate::record::Leader;

/// The offset of the first directory entry in a record, in bytes.
pub(super) const DIRECTORY: usize = Leader::LEN;

/// A range of bytes in a record: start and end, the end excluded.
pub(super) type Span = (usize, usize);

/// The error of an entry parser. It says nothing: the caller knows the entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fault;

impl<I> ParseError<I> for Fault {
    fn from_error_kind(_: I, _: ErrorKind) -> Fault {
        Fault
    }

    fn append(_: I, _: ErrorKind, other: Fault) -> Fault {
        other
    }
}

/// A directory entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) tag: [u8; 3],
    /// Length of the field in bytes, terminator included.
    pub(super) len: u32,
    /// Offset of the field from the base address, in bytes.
    pub(super) start: u32,
}

/// The widths of the parts of an entry, in bytes, as in leader/20-22.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EntryMap {
    pub(super) len: usize,
    pub(super) start: usize,
    pub(super) implementation: usize,
}

impl EntryMap {
    pub(super) const MARC: EntryMap = EntryMap { len: 4, start: 5, implementation: 0 };

    /// Returns the entry map of a leader, or `None` if its positions 20 and 21 are not digits above zero.
    #[expect(clippy::arithmetic_side_effects, reason = "a digit less the first of them")]
    pub(super) fn of(leader: &Leader) -> Option<EntryMap> {
        let digit =
            |position| leader.get(position).filter(u8::is_ascii_digit).map(|byte| usize::from(byte - b'0'));
        let (len, start) = (digit(20)?, digit(21)?);
        let implementation = digit(22).unwrap_or_default();
        (len > 0 && start > 0).then_some(EntryMap { len, start, implementation })
    }

    /// Returns the width of a whole entry.
    #[expect(clippy::arithmetic_side_effects, reason = "three digits")]
    pub(super) const fn width(self) -> usize {
        3 + self.len + self.start + self.implementation
    }
}

/// Parses a number of exactly `digits` digits.
#[expect(clippy::arithmetic_side_effects, reason = "a digit less the first of them")]
pub(super) fn number<'a>(digits: usize) -> impl Parser<&'a [u8], Output = u32, Error = Fault> {
    map_opt(take(digits), |digits: &[u8]| {
        digits.iter().try_fold(0u32, |number, byte| match byte {
            b'0'..=b'9' => number.checked_mul(10)?.checked_add(u32::from(byte - b'0')),
            _ => None,
        })
    })
}

/// Parses an entry of any map. The implementation part is passed over.
pub(super) fn entry(map: EntryMap) -> impl FnMut(&[u8]) -> IResult<&[u8], Entry, Fault> {
    move |input| {
        let (rest, (tag, len, start, _)) =
            (take(3usize), number(map.len), number(map.start), take(map.implementation)).parse(input)?;
        let tag = tag.first_chunk::<3>().copied().ok_or(nom::Err::Error(Fault))?;
        Ok((rest, Entry { tag, len, start }))
    }
}

/// Parses an entry of 3, 4 and 5 bytes. Agrees with [`entry`], in a few instructions.
#[inline]
#[expect(clippy::arithmetic_side_effects, reason = "four and five digits make numbers below 100,000")]
pub(super) fn entry_of_12(bytes: &[u8; 12]) -> Option<Entry> {
    let [a, b, c, n0, n1, n2, n3, n4, n5, n6, n7, last] = *bytes;
    let digits = u64::from_le_bytes([n0, n1, n2, n3, n4, n5, n6, n7]);
    // What is left of a digit is at most 9: adding 76 sets no high bit. A carry comes only from a byte whose own is set.
    let numbers = digits ^ 0x3030_3030_3030_3030;
    if (numbers | numbers.wrapping_add(0x7676_7676_7676_7676)) & 0x8080_8080_8080_8080 != 0 {
        return None;
    }
    // Digits to pairs, pairs to fours: the length in the low half, four digits of the start in the high half.
    let pairs = numbers.wrapping_mul(0x0A01) >> 8;
    let fours = (pairs & 0x00FF_00FF_00FF_00FF).wrapping_mul(0x0064_0001) >> 16;
    let len = (fours & 0xFFFF) as u32;
    let start = (fours >> 32 & 0xFFFF) as u32;
    let last = last.wrapping_sub(b'0');
    if last > 9 {
        return None;
    }
    Some(Entry { tag: [a, b, c], len, start: start * 10 + u32::from(last) })
}

/// Cuts the bytes between `base` and `end` at field terminators. Bytes after the last terminator are a piece too.
pub(super) fn pieces(body: &[u8], base: usize, end: usize) -> Vec<Span> {
    let data = body.cut(base..end);
    let mut pieces = Vec::new();
    let mut start = base;
    for at in memchr_iter(FIELD_TERMINATOR, data) {
        let at = base.saturating_add(at);
        pieces.push((start, at));
        start = at.saturating_add(1);
    }
    if start < end {
        pieces.push((start, end));
    }
    pieces
}

/// Returns the length of a span in bytes.
pub(super) const fn length(span: Span) -> usize {
    span.1.saturating_sub(span.0)
}

/// Returns the number of characters in a span, or `None` if it is not UTF-8.
pub(super) fn characters(body: &[u8], (start, end): Span) -> Option<usize> {
    std::str::from_utf8(body.get(start..end)?).ok().map(|text| text.chars().count())
}

/// Returns `len` bytes of a leader from position `start` on, for a message.
pub(super) fn show(leader: &Leader, start: usize, len: usize) -> String {
    leader
        .as_bytes()
        .iter()
        .skip(start)
        .take(len)
        .flat_map(|byte| byte.escape_ascii())
        .map(char::from)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn entries_by_hand() {
        let expected = Entry { tag: *b"245", len: 127, start: 196 };
        assert_eq!(entry_of_12(b"245012700196"), Some(expected));
        assert_eq!(entry(EntryMap::MARC)(b"245012700196"), Ok((&b""[..], expected)));
        assert_eq!(entry_of_12(b"24501270019x"), None);
        assert_eq!(entry_of_12(b"245O12700196"), None);
        let wide = EntryMap { len: 3, start: 7, implementation: 2 };
        let expected = Entry { tag: *b"001", len: 12, start: 1_234_567 };
        assert_eq!(entry(wide)(b"0010121234567zz!"), Ok((&b"!"[..], expected)));
    }

    proptest! {
        /// The few instructions and the nom parser say the same of any bytes.
        #[test]
        fn both_ways_of_reading_an_entry_agree(
            bytes in prop_oneof![
                proptest::array::uniform12(any::<u8>()),
                proptest::array::uniform12(b'/'..=b':'),
                proptest::array::uniform12(b'0'..=b'9'),
            ]
        ) {
            let slow = entry(EntryMap::MARC)(&bytes).ok().map(|(_, entry)| entry);
            prop_assert_eq!(entry_of_12(&bytes), slow);
        }
    }
}

//! The quick way through the most frequent text: ASCII, characters of the high half, marks before ASCII
//! letters.
//!
//! Must produce the same text as the decoder in `decode.rs`, which a test compares. Stops at anything else,
//! never guesses and never reports a fault.

use super::profile::{
    DOUBLE_TILDE, DOUBLE_TILDE_RIGHT, ESC, LIGATURE, LIGATURE_RIGHT, Profile, RESET, SUBFIELD,
};
use super::sink::Sink;
use super::state::State;
use crate::bytes::Cut;
use crate::charset::tables::{Half, Set};
use wide::u8x16;

/// Returns whether bytes are plain text in any set that begins with ASCII.
pub(in crate::charset) fn is_plain(bytes: &[u8]) -> bool {
    plain_run(bytes) == bytes.len()
}

/// Returns the number of plain bytes at the start.
#[inline]
pub(super) fn plain_run(bytes: &[u8]) -> usize {
    run_of(bytes, 0x20)
}

/// Returns the number of bytes at the start that are from `first` to 7E and not `&`.
#[inline]
fn run_of(bytes: &[u8], first: u8) -> usize {
    let (least, most, ampersand) = (u8x16::splat(first), u8x16::splat(0x7E), u8x16::splat(b'&'));
    let (blocks, rest) = bytes.as_chunks::<16>();
    for (number, block) in blocks.iter().enumerate() {
        let block = u8x16::new(*block);
        let inside = block.max(least).min(most).cmp_eq(block) & !block.cmp_eq(ampersand);
        let odd = !inside.move_mask() & 0xFFFF;
        if odd != 0 {
            return number * 16 + odd.trailing_zeros() as usize;
        }
    }
    let plain = |byte: &&u8| (first..0x7F).contains(*byte) && **byte != b'&';
    blocks.len() * 16 + rest.iter().take_while(plain).count()
}

/// Quick test for valid MARC-8 without escapes and references; may answer false for valid bytes. Does not
/// know indicators.
pub(in crate::charset) fn is_sound(bytes: &[u8]) -> bool {
    Set::Ansel.half().is_some_and(|ansel| usual(ansel, bytes, 0, &mut ()) == bytes.len())
}

/// Decodes bytes that contain only frequent text in the initial sets. Otherwise returns false, with a part of
/// them decoded.
pub(in crate::charset) fn decode_usual(profile: Profile, bytes: &[u8], out: &mut Vec<u8>) -> bool {
    let state = State::of(profile);
    let high =
        state.high().half().filter(|_| state.low() == Set::Ascii && memchr::memchr(ESC, bytes).is_none());
    high.is_some_and(|high| usual(high, bytes, 0, out) == bytes.len())
}

/// Decodes the most frequent text: ASCII, other characters of the high half, and marks of that half before
/// ASCII letters. Must begin in the initial sets, with no mark pending; returns the offset of the first byte
/// of anything else, in the same state.
pub(super) fn usual<S: Sink>(high: &Half, bytes: &[u8], mut at: usize, sink: &mut S) -> usize {
    loop {
        let rest = bytes.cut(at..);
        let mut run = run_of(rest, *RESET.start());
        if run < rest.len() && run.checked_sub(1).and_then(|last| rest.get(last)) == Some(&SUBFIELD) {
            run = run.saturating_sub(1); // an odd subfield code
        }
        sink.push_ascii(rest.cut(..run));
        at += run;
        let rest = rest.cut(run..);
        let len = match rest {
            [b'&', next, ..] if *next != b'#' => {
                sink.push('&');
                1
            }
            [first, ..] if *first >= 0xA0 => usual_high(high, rest, sink),
            _ => 0,
        };
        if len == 0 {
            return at;
        }
        at += len;
    }
}

/// Decodes, at the start, a character of the high half, one or two marks with an ASCII letter, or a mark over
/// two such letters. Returns its length in bytes, 0 for anything else.
#[inline]
fn usual_high<S: Sink>(high: &Half, bytes: &[u8], sink: &mut S) -> usize {
    let get = |byte: &u8| if byte.is_ascii() { None } else { high.get(*byte) };
    let is_letter = |byte: &u8| byte.is_ascii_alphabetic();
    let over_one = |mark| !matches!(mark, LIGATURE | LIGATURE_RIGHT | DOUBLE_TILDE | DOUBLE_TILDE_RIGHT);
    match (bytes.first().and_then(get), bytes.cut(1..)) {
        (Some((character, false)), _) => {
            sink.push(character);
            1
        }
        (Some((mark, true)), [letter, ..]) if over_one(mark) && is_letter(letter) => {
            sink.push(char::from(*letter));
            sink.push(mark);
            2
        }
        (Some((mark, true)), [second, letter, ..]) if over_one(mark) && is_letter(letter) => {
            match get(second) {
                Some((second, true)) if over_one(second) => {
                    sink.push(char::from(*letter));
                    sink.push(mark);
                    sink.push(second);
                    3
                }
                _ => 0,
            }
        }
        (Some((mark, true)), [one, second, other, ..]) if is_letter(one) && is_letter(other) => {
            match (mark, get(second)) {
                (LIGATURE, Some((LIGATURE_RIGHT, _))) | (DOUBLE_TILDE, Some((DOUBLE_TILDE_RIGHT, _))) => {
                    sink.push(char::from(*one));
                    sink.push(mark);
                    sink.push(char::from(*other));
                    4
                }
                _ => 0,
            }
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The run is the same sixteen bytes at a time and one by one.
        #[test]
        fn runs(bytes in proptest::collection::vec(prop_oneof![40 => Just(b'a'), 1 => any::<u8>()], 0..120)) {
            for first in [0x1D, 0x20] {
                let plain = |byte: &&u8| (first..0x7F).contains(*byte) && **byte != b'&';
                prop_assert_eq!(run_of(&bytes, first), bytes.iter().take_while(plain).count());
            }
        }
    }
}

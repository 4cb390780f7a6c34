//! Recognizes leaders, and restores their columns.

use memchr::{memchr_iter, memchr2};

use crate::bytes::Cut;
use crate::format::lines::begins_line;
use crate::format::text::kit::is_leader_line;

/// The longest line of a leader, with its label.
pub(super) const LONGEST: usize = 48;

/// A line that is a leader.
#[derive(Debug, Clone, Copy)]
pub(super) struct LeaderLine<'a> {
    /// What precedes the value: a word or tag, with blanks; empty if nothing.
    pub(super) label: &'a [u8],
    pub(super) value: &'a [u8],
}

/// The words for it.
const WORDS: [&[u8]; 3] = [b"LEADER", b"LDR", b"000"];

impl LeaderLine<'_> {
    /// Whether the label is a word for leaders, or none.
    pub(super) fn is_known(&self) -> bool {
        let word = self.label.trim_ascii();
        let word = word.strip_suffix(b":").unwrap_or(word);
        word.is_empty() || WORDS.iter().any(|known| word.eq_ignore_ascii_case(known))
    }
}

/// Returns the parts of a line, if it is a leader: after a label, even a damaged one, or alone.
pub(super) fn leader(line: &[u8]) -> Option<LeaderLine<'_>> {
    let word = WORDS.into_iter().find(|word| {
        line.split_at_checked(word.len()).is_some_and(|(start, rest)| {
            // A record length may begin with 000 too.
            start.eq_ignore_ascii_case(word) && !rest.first().is_some_and(u8::is_ascii_alphanumeric)
        })
    });
    let Some(word) = word else {
        if is_leader_line(line) {
            return Some(LeaderLine { label: b"", value: line });
        }
        let digits = line.iter().take(WORDS[0].len() + 3).position(u8::is_ascii_digit)?;
        let (label, value) = line.split_at_checked(digits)?;
        let is_label = matches!(label, [b'A'..=b'Z', .., b' '])
            && label.iter().all(|byte| byte.is_ascii_uppercase() || matches!(byte, b' ' | b':'))
            && fits(value);
        return (is_label && is_leader_line(value)).then_some(LeaderLine { label, value });
    };
    let after = line.get(word.len()..)?;
    let colon = after.strip_prefix(b":").unwrap_or(after);
    let value = colon.strip_prefix(b" ").or_else(|| colon.strip_prefix(b"\t"))?;
    // Blanks at the start of the value are its own only if it is complete with them.
    let value = if fits(value) { value } else { value.trim_ascii_start() };
    let label = line.get(..line.len().checked_sub(value.len())?)?;
    let length = value.iter().take(5).filter(|byte| byte.is_ascii_digit()).count();
    let letter = value.get(5).is_some_and(u8::is_ascii_alphabetic);
    let likely = if word == b"000" { length == 5 && letter } else { length == 5 || fits(value) };
    likely.then_some(LeaderLine { label, value })
}

/// Returns the offset of a line of a leader that begins inside another line.
pub(super) fn leader_inside(frame: &[u8]) -> Option<usize> {
    memchr_iter(b'L', frame).find(|at| {
        let (before, rest) = (frame.cut(..*at), frame.cut(*at..));
        if !rest.starts_with(b"LEADER") && !rest.starts_with(b"LDR") {
            return false;
        }
        let rest = rest.get(..LONGEST).unwrap_or(rest);
        let len = memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        leader(rest.cut(..len)).is_some_and(|leader| fits(leader.value)) && {
            let is_margin = |byte: &u8| matches!(byte, b' ' | b'\t' | b'>');
            let margin = before.iter().rev().take_while(|byte| is_margin(byte)).count();
            !begins_line(before.cut(..before.len() - margin))
        }
    })
}

/// Returns whether a value has its constant digits where a leader has them.
fn fits(value: &[u8]) -> bool {
    value.trim_ascii_end().len() <= 24
        && value.get(10..12) == Some(b"22")
        && matches!(value.get(20..22), Some(b"45" | b"  "))
}

/// Appends the value of a leader with blanks for the symbols of blanks, and with the blanks that the display
/// dropped, as far as constant digits show where they were. Returns false if blanks were added.
pub(super) fn restore(value: &[u8], out: &mut Vec<u8>) -> bool {
    let dashes = !value.contains(&b' ');
    let blank = |byte: &u8| match byte {
        b'-' if dashes => b' ',
        byte if is_symbol(*byte) => b' ',
        byte => *byte,
    };
    let plain: Vec<u8> = value.iter().take(64).map(blank).collect();
    let plain = plain.trim_ascii_end();
    if plain.len() < 24 && !fits(plain) {
        let counts =
            plain.windows(7).position(|at| at.starts_with(b"22") && at.iter().all(u8::is_ascii_digit));
        let parts = counts.filter(|at| (6..=10).contains(at)).and_then(|at| {
            let (start, rest) = plain.split_at_checked(at)?;
            let (counts, rest) = rest.split_at_checked(7)?;
            Some((start, counts, rest.strip_suffix(b"4500").filter(|middle| middle.len() <= 3)?))
        });
        if let Some((start, counts, middle)) = parts {
            let from = out.len();
            out.extend_from_slice(start);
            out.resize(from + 10, b' ');
            out.extend_from_slice(counts);
            out.extend_from_slice(middle);
            out.resize(from + 20, b' ');
            out.extend_from_slice(b"4500");
            return false;
        }
    }
    out.extend_from_slice(plain);
    true
}

/// Returns whether a byte is shown in place of a blank.
pub(super) const fn is_symbol(byte: u8) -> bool {
    matches!(byte, b'_' | b'#' | b'\\' | b'^')
}

//! Finds where tags, indicators and texts are in the lines of a record.

use super::leader::is_symbol;
use super::line::{NO_BREAK, after_gap, is_indicator, mark_at_start};
use crate::bytes::Cut;
use crate::tag::Tag;

/// The columns of lines, counted in characters from 0: both indicators, and the first of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns {
    indicators: [usize; 2],
    text: usize,
}

const fn columns(first: usize, second: usize, text: usize) -> Columns {
    Columns { indicators: [first, second], text }
}

/// The columns that are known. Of those with equal votes, the first are chosen.
const KNOWN: [Columns; 12] = [
    columns(4, 5, 7),
    columns(4, 6, 8),
    columns(4, 5, 6),
    columns(3, 4, 6),
    columns(4, 5, 8),
    columns(5, 6, 8),
    columns(4, 6, 7),
    columns(3, 4, 5),
    columns(3, 4, 7),
    columns(5, 6, 9),
    columns(4, 6, 9),
    columns(7, 8, 10),
];

/// The most columns that are examined.
const WIDTH: usize = 11;

/// How the lines of a record are arranged: in columns, or else in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout(Option<Columns>);

/// The parts of a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts<'a> {
    pub(super) indicators: [u8; 2],
    pub(super) text: &'a [u8],
    /// Whether one indicator was shown, and which it is was assumed.
    pub(super) assumed: bool,
}

/// The votes of the lines of a record.
#[derive(Debug, Clone, Default)]
pub(super) struct Votes {
    fitting: [u64; KNOWN.len()],
    all: u64,
}

impl Votes {
    /// Counts a line that begins with a tag of a data field.
    pub(super) fn count(&mut self, line: &[u8]) {
        let Some(head) = Head::new(line) else { return };
        self.all += 1;
        for (votes, columns) in self.fitting.iter_mut().zip(KNOWN) {
            *votes += u64::from(head.fits(columns));
        }
    }

    /// Returns the columns that most lines have; words, if too few agree.
    pub(super) fn layout(&self) -> Layout {
        let best = self.fitting.iter().zip(KNOWN).rev().max_by_key(|(votes, _)| **votes);
        let enough = |votes: u64| votes > 0 && votes >= self.all - self.all / 5;
        Layout(best.filter(|(votes, _)| enough(**votes)).map(|(_, columns)| columns))
    }
}

impl Layout {
    /// Returns whether a line is in the columns.
    pub(super) fn fits(self, line: &[u8]) -> bool {
        self.0.is_some_and(|columns| Head::new(line).is_some_and(|head| head.fits(columns)))
    }

    /// Returns whether the lines have no common columns.
    pub(super) fn is_words(self) -> bool {
        self.0.is_none()
    }

    /// Returns whether the line format has these columns: with a blank before the text, or without.
    pub(super) fn is_plain(self, blank: bool) -> bool {
        self.0 == Some(if blank { columns(4, 5, 7) } else { columns(4, 5, 6) })
    }

    /// Returns the parts of a line that begins with a tag.
    pub(super) fn parts<'a>(self, tag: Tag, line: &'a [u8], rest: &'a [u8]) -> Parts<'a> {
        if let Some(at) = tab(line) {
            return cells(tag, line, at);
        }
        let fitting = self.0.and_then(|columns| {
            let head = Head::new(line).filter(|head| head.fits(columns))?;
            let [first, second] = columns.indicators;
            let indicators = [blank(head.at(first)?), blank(head.at(second)?)];
            Some(Parts { indicators, text: line.get(head.offset(columns.text)?..)?, assumed: false })
        });
        fitting.unwrap_or_else(|| words(tag, rest))
    }
}

/// The first characters of a line: a byte each, and where each begins. No-break spaces are blanks; other
/// characters outside of ASCII are `x`.
#[derive(Debug)]
struct Head {
    characters: [(u8, usize); WIDTH],
    len: usize,
}

impl Head {
    /// `None` if there are tabs.
    fn new(line: &[u8]) -> Option<Head> {
        let mut head = Head { characters: [(0, 0); WIDTH], len: 0 };
        let mut at = 0;
        for to in &mut head.characters {
            let Some(rest) = line.get(at..).filter(|rest| !rest.is_empty()) else { break };
            let (byte, len) = match rest {
                [b'\t', ..] => return None,
                rest if rest.starts_with(NO_BREAK) => (b' ', NO_BREAK.len()),
                [byte @ ..0x80, ..] => (*byte, 1),
                [_, more @ ..] => (b'x', 1 + more.iter().take_while(|byte| **byte & 0xC0 == 0x80).count()),
                [] => break,
            };
            *to = (byte, at);
            at += len;
            head.len += 1;
        }
        Some(head)
    }

    fn at(&self, column: usize) -> Option<u8> {
        self.characters.get(..self.len)?.get(column).map(|(byte, _)| *byte)
    }

    fn offset(&self, column: usize) -> Option<usize> {
        self.characters.get(..self.len)?.get(column).map(|(_, offset)| *offset)
    }

    fn fits(&self, columns: Columns) -> bool {
        let before = (3..columns.text).all(|column| {
            let shown = self.at(column);
            match columns.indicators.contains(&column) {
                true => shown.is_some_and(|byte| byte == b' ' || is_indicator(byte)),
                false => shown == Some(b' '),
            }
        });
        before && self.at(columns.text).is_some_and(|byte| byte != b' ')
    }
}

/// Returns an indicator, with a blank for its symbol.
fn blank(byte: u8) -> u8 {
    if is_symbol(byte) { b' ' } else { byte }
}

/// Returns the offset of the first tab, if it is before the text.
fn tab(line: &[u8]) -> Option<usize> {
    line.iter().take(12).position(|byte| *byte == b'\t')
}

/// Returns the parts of a line of cells: tag, at most two of indicators, text.
fn cells(tag: Tag, line: &[u8], tab: usize) -> Parts<'_> {
    let own = line.cut(3..tab);
    let mut text = line.cut(tab + 1..);
    let mut shown: [&[u8]; 2] = [own, b""];
    let mut count = usize::from(!own.trim_ascii().is_empty());
    while let Some((cell, more)) = memchr::memchr(b'\t', text).and_then(|at| text.split_at_checked(at)) {
        let trimmed = cell.trim_ascii();
        let is_indicators =
            trimmed.len() <= 3 && trimmed.iter().all(|byte| is_indicator(*byte) || *byte == b' ');
        let Some(to) = shown.get_mut(count).filter(|_| is_indicators) else { break };
        *to = cell;
        count += 1;
        text = more.cut(1..);
    }
    let [first, second] = shown;
    let one = |cell: &[u8]| cell.trim_ascii().first().copied().map_or(b' ', blank);
    let pair = |cell: &[u8]| match (cell, cell.trim_ascii()) {
        ([first, second], _) | (_, [first, second] | [first, b' ', second]) => {
            Some([blank(*first), blank(*second)])
        }
        _ => None,
    };
    match (count, pair(first)) {
        (0, _) => words(tag, text),
        (1, Some(indicators)) => Parts { indicators, text, assumed: false },
        (1, None) if one(first) == b' ' => Parts { indicators: *b"  ", text, assumed: false },
        // Joined to the tag, it is in the first column.
        (1, None) if own.first().is_some_and(|byte| is_indicator(*byte)) => {
            Parts { indicators: [one(own), b' '], text, assumed: false }
        }
        (1, None) => Parts { indicators: single(tag, one(first)), text, assumed: true },
        (_, Some(indicators)) if second.trim_ascii().is_empty() && first.len() > 1 => {
            Parts { indicators, text, assumed: false }
        }
        _ => Parts { indicators: [one(first), one(second)], text, assumed: false },
    }
}

/// Returns the parts of a line of words: after the tag, indicators if the first words can be that, and text.
fn words(tag: Tag, rest: &[u8]) -> Parts<'_> {
    let run = |text: &[u8]| text.iter().take(3).take_while(|byte| is_indicator(**byte)).count();
    let ends = |after: &[u8]| {
        matches!(after, [] | [b' ' | b'\t', ..]) || after.starts_with(NO_BREAK) || mark_at_start(after)
    };
    let (before, text) = spaces(rest);
    match (run(text), text) {
        (2, [first, second, after @ ..]) if ends(after) => {
            let indicators = [blank(*first), blank(*second)];
            Parts { indicators, text: spaces(after).1, assumed: false }
        }
        (1, [first, after @ ..]) if ends(after) => {
            let (between, other) = spaces(after);
            let parts = |indicators, assumed| Parts { indicators, text: other, assumed };
            match other {
                [second, after @ ..] if between == 1 && run(other) == 1 && ends(after) && before > 0 => {
                    let indicators = [blank(*first), blank(*second)];
                    Parts { indicators, text: spaces(after).1, assumed: false }
                }
                _ if is_symbol(*first) => parts(*b"  ", false),
                _ if before >= 2 => parts([b' ', *first], false),
                _ if before == 0 || between >= 2 => parts([*first, b' '], false),
                _ => parts(single(tag, *first), true),
            }
        }
        _ => Parts { indicators: *b"  ", text: after_gap(text), assumed: false },
    }
}

/// Returns the number of blanks at the start of a text, and what follows them.
fn spaces(mut text: &[u8]) -> (usize, &[u8]) {
    let mut count = 0;
    while let Some(more) =
        text.strip_prefix(b" ").or(text.strip_prefix(b"\t")).or(text.strip_prefix(NO_BREAK))
    {
        (text, count) = (more, count + 1);
    }
    (count, text)
}

/// Returns the indicators of a field of which one is shown: it is the second in fields of MARC 21 whose first
/// is mostly blank.
fn single(tag: Tag, shown: u8) -> [u8; 2] {
    match tag.bytes().as_ref() {
        Some(b"050" | b"060" | b"082" | b"264" | b"440" | b"648" | b"650" | b"651" | b"655" | b"830") => {
            [b' ', shown]
        }
        _ => [shown, b' '],
    }
}

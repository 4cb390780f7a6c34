//! Lines as files have them: several kinds of line ends, and marks before lines that are no data.
//!
//! A carriage return alone ends a line only where a line of the format begins after it: elsewhere it is data. Marks
//! are byte order marks, directional and zero-width characters, and the 1A that ends text files of DOS; files put
//! together from parts have them in the middle.

mod illegal;
mod inside;

use memchr::{memchr_iter, memchr2};

pub(in crate::format) use self::illegal::{Delimiters, LINE_ENDS};
pub(in crate::format) use self::inside::Inside;

use crate::bytes::Cut;
use crate::finding::{Finding, Rule};
use crate::format::rules::{BYTE_ORDER_MARK, LINE_END, STRAY_MARK};
use crate::io::Frame;
use crate::position::Location;

/// Whether text begins like a line of the format: the evidence that what is before it is a line end or a mark.
pub(in crate::format) type Begins = fn(&[u8]) -> bool;

/// Number of bytes in which the beginning of a line is recognized, marks included.
const LOOK: usize = 64;
/// The most marks before a line.
const MOST_MARKS: usize = 8;
/// The byte that ends text files of DOS.
const END_OF_FILE: u8 = 0x1A;
pub(in crate::format) const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";

/// A line of a record.
#[derive(Debug, Clone, Copy)]
pub(in crate::format) struct Line<'a> {
    /// Offset of the text in the record.
    pub(in crate::format) start: usize,
    /// The line without marks and line end.
    pub(in crate::format) text: &'a [u8],
    before: &'a [u8],
    after: &'a [u8],
    end: &'a [u8],
}

impl Line<'_> {
    /// Whether the line ends with a line end that has LF, which line numbers count.
    pub(in crate::format) fn is_ended(&self) -> bool {
        self.end.ends_with(b"\n")
    }

    /// Whether marks are before or after the text.
    pub(in crate::format) fn is_marked(&self) -> bool {
        !self.before.is_empty() || !self.after.is_empty()
    }

    /// Returns what was passed over around the text, each with its offset in the record and its length.
    fn oddities(&self) -> impl Iterator<Item = (Rule, (usize, usize), &'static str, &'static str)> {
        let before = (self.start - self.before.len(), self.before.len());
        let end = self.start + self.text.len();
        let marks = [(self.before, before), (self.after, (end, self.after.len()))];
        let marks = marks.into_iter().filter(|(mark, _)| !mark.is_empty());
        let marks = marks.map(|(mark, place)| {
            let (rule, message) = name(mark);
            (rule, place, message, "skipped")
        });
        let ending = match self.end {
            [] | b"\n" | b"\r\n" => None,
            [b'\r'] => Some("the line ends with CR alone"),
            _ => Some("the line ends with more than one CR"),
        };
        let place = (end + self.after.len(), self.end.len());
        marks.chain(ending.map(|message| (LINE_END, place, message, "read as a line end")))
    }

    /// Returns a finding for everything that was passed over around the text; of line ends only the first in a record,
    /// which `ends` remembers. The line has this number in the input.
    pub(in crate::format) fn findings(
        &self,
        frame: Frame<'_>,
        number: u64,
        ends: &mut bool,
    ) -> impl Iterator<Item = Finding> {
        let is_plain =
            self.before.is_empty() && self.after.is_empty() && matches!(self.end, [] | b"\n" | b"\r\n");
        let oddities = (!is_plain).then(|| self.oddities()).into_iter().flatten();
        oddities.filter(move |(rule, ..)| *rule != LINE_END || !std::mem::replace(ends, true)).map(
            move |(rule, (at, len), message, action)| {
                let mut location = Location::of(frame.position);
                location.byte += at as u64;
                (location.len, location.line) = (len as u64, number);
                Finding::new(rule, location, message, action)
            },
        )
    }
}

/// The rule that names a mark, and what it is.
pub(in crate::format) fn name(marks: &[u8]) -> (Rule, &'static str) {
    match marks {
        [END_OF_FILE, ..] if !marks.ends_with(UTF8_MARK) => {
            (STRAY_MARK, "the byte 1A, which ends files of DOS")
        }
        _ if marks.ends_with(UTF8_MARK) => (BYTE_ORDER_MARK, "byte order mark EF BB BF"),
        _ => (STRAY_MARK, "an invisible character"),
    }
}

/// Returns the length of the mark at the start of bytes; 0 if there is none.
#[inline]
pub(in crate::format) fn mark_len(bytes: &[u8]) -> usize {
    match bytes {
        [END_OF_FILE, ..] => 1,
        [0xEF, 0xBB, 0xBF, ..] => 3,
        // Zero-width and directional characters.
        [0xE2, 0x80, 0x8B..=0x8F | 0xAA..=0xAE, ..] | [0xE2, 0x81, 0xA0..=0xA9, ..] => 3,
        _ => 0,
    }
}

/// Returns the length of all marks at the start of bytes, but not more than eight of them.
#[inline]
pub(in crate::format) fn marks_len(bytes: &[u8]) -> usize {
    let mut len = 0usize;
    for _ in 0..MOST_MARKS {
        match mark_len(bytes.cut(len..)) {
            0 => break,
            more => len += more,
        }
    }
    len
}

/// Returns the length of the marks before a line that begins like one of the format.
#[inline]
pub(in crate::format) fn marks_before(line: &[u8], begins: Begins) -> usize {
    match marks_len(line) {
        0 => 0,
        marks if begins(line.cut(marks..)) || is_blank(line.cut(marks..)) => marks,
        _ => 0,
    }
}

/// Number of bytes that may be before the first line of a record.
const MOST_BEFORE: usize = 1024;

/// Returns the length of the blank lines and marks before the first line that has text, if they are not too long.
pub(in crate::format) fn before_text(bytes: &[u8], begins: Begins) -> usize {
    let start = bytes.get(..MOST_BEFORE).unwrap_or(bytes);
    let mut len = 0usize;
    loop {
        let rest = start.cut(len..);
        let blank = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n' | b' ' | b'\t')).count();
        let lines =
            rest.cut(..blank).iter().rposition(|byte| matches!(byte, b'\r' | b'\n')).map_or(0, |at| at + 1);
        let marks = marks_before(rest.cut(lines..), begins);
        match lines + marks {
            0 => return len,
            more => len += more,
        }
    }
}

/// Whether a line has nothing but blanks and 1A.
pub(in crate::format) fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| byte.is_ascii_whitespace() || *byte == END_OF_FILE)
}

/// Returns the ends of the line that begins at `start`, without and with its line end. No line ends before `from`. Else
/// the offset from which to search when there are more bytes.
pub(in crate::format) fn line_end(
    buf: &[u8],
    start: usize,
    mut from: usize,
    eof: bool,
    begins: Begins,
) -> Result<(usize, usize), usize> {
    loop {
        let Some(at) = memchr2(b'\n', b'\r', buf.cut(from..)).map(|at| from + at) else {
            return if eof { Ok((buf.len(), buf.len())) } else { Err(buf.len()) };
        };
        if buf.get(at) == Some(&b'\n') {
            return Ok((at, at + 1));
        }
        let run = buf.cut(at..).iter().take_while(|byte| **byte == b'\r').count();
        let after = at + run;
        // A run at the start of a line is one blank line, so that each is looked at twice at most.
        let end = if at == start { after } else { at + 1 };
        let rest = buf.cut(after..);
        match rest.first() {
            Some(b'\n') => return Ok((at, after + 1)),
            None if eof => return Ok((at, end)),
            Some(_) if eof || rest.len() >= LOOK => {}
            _ => return Err(at),
        }
        let rest = rest.get(..LOOK).unwrap_or(rest);
        if begins(rest) || marks_before(rest, begins) > 0 {
            return Ok((at, end));
        }
        from = after;
    }
}

/// Returns the lines of a record. Marks before lines and at the end of the last are not part of their text.
pub(in crate::format) fn lines(bytes: &[u8], begins: Begins) -> impl Iterator<Item = Line<'_>> {
    let mut at = 0usize;
    std::iter::from_fn(move || {
        if at >= bytes.len() {
            return None;
        }
        let (text_end, end) = line_end(bytes, at, at, true, begins).unwrap_or((bytes.len(), bytes.len()));
        let line = bytes.cut(at..text_end);
        let before = marks_before(line, begins);
        let text = line.cut(before..);
        let after = if end == text_end { marks_after(text) } else { 0 };
        let (text, after) = text.split_at_checked(text.len().saturating_sub(after)).unwrap_or((text, &[]));
        let start = at + before;
        at = end.max(at + 1);
        Some(Line { start, text, before: line.cut(..before), after, end: bytes.cut(text_end..end) })
    })
}

/// Returns the length of byte order marks and 1A at the end of bytes.
pub(in crate::format) fn marks_after(text: &[u8]) -> usize {
    let mut rest = text;
    while let Some(less) = rest.strip_suffix(&[END_OF_FILE]).or_else(|| rest.strip_suffix(UTF8_MARK)) {
        rest = less;
    }
    text.len() - rest.len()
}

/// Whether a line begins after these bytes, or after the marks at their end.
pub(in crate::format) fn begins_line(before: &[u8]) -> bool {
    let mut before = before;
    for _ in 0..MOST_MARKS {
        let is_mark = |len: &usize| {
            let start = before.len().checked_sub(*len);
            start.is_some_and(|start| mark_len(before.cut(start..)) == *len)
        };
        let Some(mark) = [1, 3].into_iter().find(is_mark) else { break };
        before = before.cut(..before.len() - mark);
    }
    matches!(before.last(), None | Some(b'\n' | b'\r'))
}

/// Returns the number of line ends in bytes.
pub(in crate::format) fn count(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begins(text: &[u8]) -> bool {
        text.starts_with(b"=")
    }

    fn texts(bytes: &[u8]) -> Vec<String> {
        lines(bytes, begins).map(|line| line.text.escape_ascii().to_string()).collect()
    }

    #[test]
    fn line_ends_of_every_kind() {
        for (bytes, expected) in [
            (&b"=a\n=b\r\n=c\r=d"[..], &["=a", "=b", "=c", "=d"][..]),
            (b"=a\r\r=b\r", &["=a", "", "=b"]),
            (b"=a\r\r\n=b\rc\r\rd\n", &["=a", "=b\\rc\\r\\rd"]),
            (b"=a\r\xEF\xBB\xBF=b\n\x1A=c\n\x1Ad", &["=a", "=b", "=c", "\\x1ad"]),
            (b"=a\x1A", &["=a"]),
            (b"\r\r\r=a", &["", "=a"]),
        ] {
            assert_eq!(texts(bytes), expected, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn a_long_run_of_returns_is_looked_at_twice() {
        let mut bytes = vec![b'\r'; 4 << 20];
        bytes.extend_from_slice(b"=a");
        assert_eq!(texts(&bytes), ["", "=a"]);
        bytes.insert(0, b'x');
        assert_eq!(texts(&bytes).len(), 3);
        bytes.truncate(4 << 20);
        bytes.extend_from_slice(b"y");
        assert_eq!(lines(&bytes, begins).count(), 1);
    }
}

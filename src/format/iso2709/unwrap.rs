//! Records cut into lines, or with other terminators: brought into plain form before anything else looks at them.

use memchr::{memchr, memmem};

use super::entry::{DIRECTORY, Span, entry_of_12};
use super::rules::{LINE_WRAPPED, OTHER_TERMINATOR};
use super::{FIELD_TERMINATOR, RECORD_TERMINATOR};
use crate::bytes::Cut;
use crate::finding::Findings;
use crate::record::{Leader, Slot};

/// The shortest and the longest line that a record may be cut into, in bytes.
const WIDTHS: std::ops::RangeInclusive<usize> = 24..=256;
/// The width that programs use.
const USUAL: usize = 80;
/// How many line ends at the start of a record are tried for its width.
const TRIED: usize = 8;

/// What became of a record that is in plain form now.
#[derive(Debug, Default)]
pub(super) struct Unwrapped {
    /// Where each line begins, in the plain record and in the original; empty if there were no lines.
    lines: Vec<Span>,
    /// The byte that ended fields and record.
    terminator: Option<u8>,
}

impl Unwrapped {
    /// Returns the place in the original of a byte of the plain record.
    pub(super) fn place(&self, at: usize) -> usize {
        let line = self.lines.partition_point(|(plain, _)| *plain <= at).checked_sub(1);
        match line.and_then(|line| self.lines.get(line)) {
            Some((plain, original)) => original + at - plain,
            None => at,
        }
    }

    /// Puts the other terminator back where it is part of a value: in the fields of a record.
    pub(super) fn restore_values(&self, plain: &mut [u8], slots: &[Slot]) {
        let Some(terminator) = self.terminator else { return };
        for slot in slots {
            let value = plain.get_mut(slot.start as usize..slot.end as usize).unwrap_or_default();
            for byte in value.iter_mut().filter(|byte| **byte == FIELD_TERMINATOR) {
                *byte = terminator;
            }
        }
    }
}

/// Puts the plain form of a record into `plain`, and reports what was changed. Returns `None` if the record is in plain
/// form already.
pub(super) fn unwrap(original: &[u8], plain: &mut Vec<u8>, findings: &mut Findings) -> Option<Unwrapped> {
    let mut unwrapped = Unwrapped::default();
    if let Some((Lines { width, .. }, padded)) = Lines::of_record(original, plain, &mut unwrapped.lines) {
        let message = format!("the record is cut into lines of {width} bytes");
        let action = match padded {
            true => "line ends taken out, blanks put back before them",
            false => "line ends taken out",
        };
        findings.at(LINE_WRAPPED, (0, original.len()), message, action);
    } else {
        plain.clear();
        plain.extend_from_slice(original);
    }
    unwrapped.terminator = restore_terminators(plain);
    if let Some(byte) = unwrapped.terminator {
        let message = format!("\"{}\" ends fields and record", char::from(byte).escape_default());
        let last = original.trim_ascii_end().len().saturating_sub(1);
        findings.at(OTHER_TERMINATOR, (last, 1), message, "read as 1E and 1D");
    }
    (!unwrapped.lines.is_empty() || unwrapped.terminator.is_some()).then_some(unwrapped)
}

/// How a record is cut into lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lines {
    /// Bytes of the first line, line end not counted: fewer than of the others if the record begins inside a line.
    pub(super) first: usize,
    /// Bytes of the other lines.
    pub(super) width: usize,
    /// Bytes of a line end.
    pub(super) end: usize,
}

impl Lines {
    /// Returns the lines of a whole record, and whether blanks at their ends had been lost. Puts its plain form into
    /// `plain`, and the starts of its lines into `starts`.
    fn of_record(original: &[u8], plain: &mut Vec<u8>, starts: &mut Vec<Span>) -> Option<(Lines, bool)> {
        let wrapped = original.trim_ascii_end();
        let stated = |plain: &[u8]| {
            Leader::padded(plain).record_length().and_then(|length| usize::try_from(length).ok())
        };
        for lines in Lines::candidates(wrapped) {
            if lines.hold(wrapped) {
                lines.unwrap(wrapped, false, plain, starts);
                // A line end or two may be part of the data of a record that is damaged otherwise.
                let believed = stated(plain) == Some(plain.len())
                    || lines.first == lines.width
                        && wrapped.len() > 3 * lines.width
                        && stated(plain) != Some(original.len());
                if believed {
                    return Some((lines, false));
                }
            }
        }
        // Some lines are too short or too long.
        for lines in Lines::candidates(wrapped) {
            for padded in [true, false] {
                lines.unwrap(wrapped, padded, plain, starts);
                let fits = match padded {
                    true => stated(plain) == Some(plain.len()) && terminator(plain).is_some(),
                    false => head_terminator(plain).is_some() && head_terminator(wrapped).is_none(),
                };
                if fits {
                    return Some((lines, padded));
                }
            }
        }
        starts.clear();
        None
    }

    /// Iterates over the ways in which the first bytes of a record may be cut into lines: as usual, as its first two
    /// line ends say, and as others near its start do.
    pub(super) fn candidates(bytes: &[u8]) -> impl Iterator<Item = Lines> {
        let seen = bytes.get(..TRIED * WIDTHS.end()).unwrap_or(bytes);
        let ends: &[(&[u8], usize)] = match memchr(b'\n', seen) {
            Some(_) => &[(b"\r\n", 2), (b"\n", 1)],
            None => &[],
        };
        let of_width = move |width: usize| {
            let ended = move |(mark, end): &&(&[u8], usize)| seen.get(width..width + end) == Some(*mark);
            ends.iter().filter(ended).map(move |(_, end)| Lines { first: width, width, end: *end })
        };
        let others = ends.iter().flat_map(move |(mark, _)| {
            let widths = memmem::find_iter(seen, mark).take(TRIED);
            widths.filter(|width| WIDTHS.contains(width)).flat_map(of_width)
        });
        of_width(USUAL).chain(Lines::at_start(bytes)).chain(others)
    }

    /// Returns the lines at the start of some bytes, by the first two line ends.
    pub(super) fn at_start(bytes: &[u8]) -> Option<Lines> {
        let (first, end) = first_line(bytes)?;
        let rest = bytes.get(first + end..)?;
        let width = match first_line(rest) {
            Some((second, other)) if other == end && second >= first => second,
            // The second is the last: it may be longer only if the first is surely too short.
            _ if first < DIRECTORY => rest.len(),
            _ => first,
        };
        WIDTHS.contains(&width).then_some(Lines { first, width, end })
    }

    /// Returns the leader, if the first line ends inside it.
    pub(super) fn leader(bytes: &[u8]) -> Option<[u8; DIRECTORY]> {
        let (first, end) = first_line(bytes).filter(|(first, _)| *first < DIRECTORY)?;
        let (before, after) = (bytes.get(..first)?, bytes.get(first + end..)?);
        let mut leader = [0; DIRECTORY];
        let mut whole = before.iter().chain(after);
        for to in &mut leader {
            *to = *whole.next()?;
        }
        Some(leader)
    }

    /// Counts the line ends before a byte of the plain record.
    fn ends_before(self, at: usize) -> usize {
        let after_first =
            at.checked_sub(self.first).map(|after| after.checked_div(self.width).unwrap_or_default());
        after_first.map_or(0, |lines| lines + 1)
    }

    /// Returns the length of `len` bytes with the line ends between them.
    pub(super) fn wrapped(self, len: usize) -> usize {
        len + self.ends_before(len.saturating_sub(1)) * self.end
    }

    /// Returns the place in the wrapped record of a byte of the plain one.
    pub(super) fn place(self, at: usize) -> usize {
        at + self.ends_before(at) * self.end
    }

    /// Iterates over the lines, each with its line end and the width it should have.
    fn of(self, bytes: &[u8]) -> impl Iterator<Item = (&[u8], usize)> {
        let (first, rest) = bytes.split_at_checked(self.first + self.end).unwrap_or((bytes, &[]));
        let others = rest.chunks((self.width + self.end).max(1));
        std::iter::once((first, self.first)).chain(others.map(move |line| (line, self.width)))
    }

    /// Whether all lines but the last are as long as they should be.
    pub(super) fn hold(self, bytes: &[u8]) -> bool {
        let wanted = self.mark();
        let mut left = bytes.len();
        self.of(bytes).all(|(line, width)| {
            left -= line.len();
            let end = line.cut(width..);
            end == wanted || left == 0 && wanted.starts_with(end)
        })
    }

    /// Returns the bytes of a line end.
    pub(super) const fn mark(self) -> &'static [u8] {
        if self.end == 2 { b"\r\n" } else { b"\n" }
    }

    /// Puts the bytes without the line ends into `plain`, and the starts of the lines into `starts`. A line that is too
    /// short is filled with blanks, if `padded`.
    pub(super) fn unwrap(self, bytes: &[u8], padded: bool, plain: &mut Vec<u8>, starts: &mut Vec<Span>) {
        plain.clear();
        starts.clear();
        let (mut at, mut width) = (0usize, self.first);
        while at < bytes.len() {
            let rest = bytes.cut(at..);
            let len = self.line(rest, width);
            starts.push((plain.len(), at));
            plain.extend_from_slice(rest.cut(..len));
            at = at + len + self.end;
            if padded && len < width && at < bytes.len() {
                plain.resize(plain.len() + width - len, b' ');
            }
            width = self.width;
        }
    }

    /// Returns the length of a line that should have `width` bytes: that, if a line end follows; else up to the next
    /// line end.
    fn line(self, rest: &[u8], width: usize) -> usize {
        if rest.get(width..).is_none_or(|after| after.starts_with(self.mark())) {
            return width.min(rest.len());
        }
        memmem::find(rest, self.mark()).unwrap_or(rest.len())
    }

    /// Returns the length in `bytes` of a record of `len` bytes whose lines have lost blanks at their ends, and puts
    /// its plain form into `plain`.
    pub(super) fn padded(self, bytes: &[u8], len: usize, plain: &mut Vec<u8>) -> Option<usize> {
        plain.clear();
        let (mut at, mut width) = (0usize, self.first);
        loop {
            let rest = bytes.get(at..)?;
            let left = len.checked_sub(plain.len())?;
            if left <= width {
                plain.extend_from_slice(rest.get(..left)?);
                return Some(at + left);
            }
            let line = self.line(rest, width);
            if line > width || rest.get(line..)?.is_empty() {
                return None;
            }
            plain.extend_from_slice(rest.cut(..line));
            plain.resize(plain.len() + width - line, b' ');
            at = at + line + self.end;
            width = self.width;
        }
    }
}

/// Returns the number of bytes before the first line end, and in it.
fn first_line(bytes: &[u8]) -> Option<(usize, usize)> {
    let seen = bytes.get(..(WIDTHS.end() + 2).min(bytes.len()))?;
    let line_feed = memchr(b'\n', seen)?;
    let before = line_feed.checked_sub(1)?;
    Some(if seen.get(before) == Some(&b'\r') { (before, 2) } else { (line_feed, 1) })
}

/// Returns the byte after the directory, if it could end fields: neither letter, digit, blank nor control character,
/// or 1E.
fn head_terminator(record: &[u8]) -> Option<u8> {
    let leader = record.first_chunk().map(|bytes| Leader::new(*bytes))?;
    let base = leader.base_address()? as usize;
    let directory = record.get(DIRECTORY..base.checked_sub(1)?)?;
    let (entries, []) = directory.as_chunks::<12>() else { return None };
    let byte = *record.get(base.checked_sub(1)?)?;
    let can_end = byte == FIELD_TERMINATOR || byte.is_ascii_punctuation();
    (can_end && !entries.is_empty() && entries.iter().all(|entry| entry_of_12(entry).is_some()))
        .then_some(byte)
}

/// Returns the byte that ends the directory, each field and the record, where directory and length say.
pub(super) fn terminator(record: &[u8]) -> Option<u8> {
    let byte = head_terminator(record)?;
    let base = Leader::padded(record).base_address()? as usize;
    let [.., field, last] = record else { return None };
    let ended = *field == byte && (*last == byte || byte == FIELD_TERMINATOR && *last == RECORD_TERMINATOR);
    let directory = record.cut(DIRECTORY..base.saturating_sub(1));
    let ends = |entry: &[u8; 12]| {
        let entry = entry_of_12(entry)?;
        let last = base.checked_add(entry.start as usize)?.checked_add(entry.len as usize)?.checked_sub(1)?;
        (record.get(last) == Some(&byte)).then_some(last)
    };
    (ended && directory.as_chunks::<12>().0.iter().all(|entry| ends(entry).is_some())).then_some(byte)
}

/// Returns the byte that ends a record twice in place of 1E and 1D, and its directory, though lengths may be wrong.
pub(super) fn other_terminator(record: &[u8]) -> Option<u8> {
    let [.., field, last] = record.trim_ascii_end() else { return None };
    let byte = head_terminator(record).filter(|byte| *byte != FIELD_TERMINATOR)?;
    (*field == byte && *last == byte).then_some(byte)
}

/// Puts 1E and 1D in place of another terminator, if there is one. It is read as such everywhere after the directory,
/// where not all fields end as their entries say.
fn restore_terminators(record: &mut Vec<u8>) -> Option<u8> {
    let byte = other_terminator(record)?;
    let base = Leader::padded(record).base_address()? as usize;
    record.truncate(record.trim_ascii_end().len());
    if terminator(record) == Some(byte) {
        let directory = record.cut(DIRECTORY..base.saturating_sub(1));
        let entries: Vec<_> = directory.as_chunks::<12>().0.iter().filter_map(entry_of_12).collect();
        let ends = entries.iter().map(|entry| {
            let start = base + entry.start as usize;
            (start + entry.len as usize).saturating_sub(1)
        });
        for end in ends.chain([base.saturating_sub(1)]) {
            if let Some(place) = record.get_mut(end) {
                *place = FIELD_TERMINATOR;
            }
        }
    } else {
        let data = record.get_mut(base.saturating_sub(1)..).unwrap_or_default();
        for place in data.iter_mut().filter(|place| **place == byte) {
            *place = FIELD_TERMINATOR;
        }
    }
    if let Some(last) = record.last_mut() {
        *last = RECORD_TERMINATOR;
    }
    Some(byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back(data: &[u8], wrapped: &[u8], expected: Lines) {
        let lines = Lines::at_start(wrapped).unwrap();
        assert_eq!(lines, expected);
        assert_eq!(lines.wrapped(data.len()), wrapped.len());
        assert!(lines.hold(wrapped));
        let mut out = Vec::new();
        let mut unwrapped = Unwrapped::default();
        lines.unwrap(wrapped, false, &mut out, &mut unwrapped.lines);
        assert_eq!(out, data);
        for at in 0..data.len() {
            assert_eq!(wrapped[lines.place(at)], data[at]);
            assert_eq!(unwrapped.place(at), lines.place(at));
        }
    }

    #[test]
    fn lines_there_and_back() {
        let data: Vec<u8> = (b'a'..=b'z').cycle().take(200).collect();
        for (width, end) in [(80, "\r\n"), (80, "\n"), (24, "\n"), (100, "\r\n")] {
            let wrapped: Vec<u8> = data.chunks(width).collect::<Vec<_>>().join(end.as_bytes());
            there_and_back(&data, &wrapped, Lines { first: width, width, end: end.len() });
        }
        assert_eq!(Lines::at_start(b"short\n"), None);
        assert!(!Lines { first: 4, width: 4, end: 1 }.hold(b"abcd\nabcde"));
    }

    #[test]
    fn a_record_that_begins_inside_a_line() {
        let data: Vec<u8> = (b'a'..=b'z').cycle().take(300).collect();
        for (first, end) in (1..=80).zip(["\n", "\r\n"].into_iter().cycle()) {
            let mut wrapped = [&data[..first], end.as_bytes()].concat();
            wrapped.extend(data[first..].chunks(80).collect::<Vec<_>>().join(end.as_bytes()));
            there_and_back(&data, &wrapped, Lines { first, width: 80, end: end.len() });
            let leader = Lines::leader(&wrapped).map(|leader| leader.to_vec());
            assert_eq!(leader, (first < 24).then(|| data[..24].to_vec()));
        }
    }

    #[test]
    fn other_terminators() {
        let plain = b"00055nam a2200037   4500001000700000\x1ea#b##c\x1e\x1d";
        let mut dressed = plain.to_vec();
        for byte in &mut dressed {
            if *byte < b' ' {
                *byte = b'#';
            }
        }
        // The length in the leader is not looked at here.
        assert_eq!(other_terminator(&dressed), Some(b'#'));
        assert_eq!(other_terminator(plain), None);
        restore_terminators(&mut dressed);
        assert_eq!(dressed, *plain);
    }
}

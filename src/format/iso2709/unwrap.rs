//! Records cut into lines, or with other terminators: brought into plain form before anything else looks at them.

use memchr::{memchr2, memmem};

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
/// The line ends, the longest first.
const MARKS: [&[u8]; 6] = [b"\r\r\n", b"\r\n", b"\n\n", b"\n\r", b"\n", b"\r"];
/// The longest line end, in bytes.
pub(super) const LONGEST_MARK: usize = MARKS[0].len();

/// What became of a record that is in plain form now.
#[derive(Debug, Default)]
pub(super) struct Unwrapped {
    /// Where each line begins, in the plain record and in the original; empty if there were no lines.
    lines: Vec<Span>,
    /// The byte that ended fields.
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
    let ends = restore_terminators(plain);
    unwrapped.terminator = ends.map(|ends| ends.field);
    if let Some(ends) = ends {
        let shown = |byte: u8| char::from(byte).escape_default();
        let message = match ends.field == ends.record {
            true => format!("\"{}\" ends fields and record", shown(ends.field)),
            false => format!("\"{}\" ends fields, \"{}\" the record", shown(ends.field), shown(ends.record)),
        };
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
    /// The bytes of a line end.
    pub(super) mark: &'static [u8],
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
        // Some lines are too short or too long. Lengths that fit as they are say that nothing is.
        if stated(wrapped) == Some(wrapped.len()) && terminators(wrapped).is_some() {
            starts.clear();
            return None;
        }
        for lines in Lines::candidates(wrapped) {
            for padded in [true, false] {
                lines.unwrap(wrapped, padded, plain, starts);
                let fits = match padded {
                    true => stated(plain) == Some(plain.len()) && terminators(plain).is_some(),
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
        let marks: &[&[u8]] = if memchr2(b'\n', b'\r', seen).is_some() { &MARKS } else { &[] };
        let of_width = move |width: usize| {
            let ended = move |mark: &&&[u8]| seen.get(width..).is_some_and(|rest| rest.starts_with(mark));
            marks.iter().filter(ended).map(move |mark| Lines { first: width, width, mark })
        };
        let others = marks.iter().flat_map(move |mark| {
            let widths = memmem::find_iter(seen, mark).take(TRIED);
            widths.filter(|width| WIDTHS.contains(width)).flat_map(of_width)
        });
        of_width(USUAL).chain(Lines::at_start(bytes)).chain(others)
    }

    /// Returns the lines at the start of some bytes, by the first two line ends.
    pub(super) fn at_start(bytes: &[u8]) -> Option<Lines> {
        let (first, mark) = first_line(bytes)?;
        let rest = bytes.get(first + mark.len()..)?;
        let width = match first_line(rest) {
            Some((second, other)) if other == mark && second >= first => second,
            // The second is the last: it may be longer only if the first is surely too short.
            _ if first < DIRECTORY => rest.len(),
            _ => first,
        };
        WIDTHS.contains(&width).then_some(Lines { first, width, mark })
    }

    /// Returns the leader, if the first line ends inside it.
    pub(super) fn leader(bytes: &[u8]) -> Option<[u8; DIRECTORY]> {
        let (first, mark) = first_line(bytes).filter(|(first, _)| *first < DIRECTORY)?;
        let (before, after) = (bytes.get(..first)?, bytes.get(first + mark.len()..)?);
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
        len + self.ends_before(len.saturating_sub(1)) * self.mark.len()
    }

    /// Returns the place in the wrapped record of a byte of the plain one.
    pub(super) fn place(self, at: usize) -> usize {
        at + self.ends_before(at) * self.mark.len()
    }

    /// Iterates over the lines, each with its line end and the width it should have.
    fn of(self, bytes: &[u8]) -> impl Iterator<Item = (&[u8], usize)> {
        let (first, rest) = bytes.split_at_checked(self.first + self.mark.len()).unwrap_or((bytes, &[]));
        let others = rest.chunks((self.width + self.mark.len()).max(1));
        std::iter::once((first, self.first)).chain(others.map(move |line| (line, self.width)))
    }

    /// Whether all lines but the last are as long as they should be.
    pub(super) fn hold(self, bytes: &[u8]) -> bool {
        let mut left = bytes.len();
        self.of(bytes).all(|(line, width)| {
            left -= line.len();
            let end = line.cut(width..);
            end == self.mark || left == 0 && self.mark.starts_with(end)
        })
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
            at = at + len + self.mark.len();
            if padded && len < width && at < bytes.len() {
                plain.resize(plain.len() + width - len, b' ');
            }
            width = self.width;
        }
    }

    /// Returns the length of a line that should have `width` bytes: that, if a line end follows; else up to the next
    /// line end.
    fn line(self, rest: &[u8], width: usize) -> usize {
        if rest.get(width..).is_none_or(|after| after.starts_with(self.mark)) {
            return width.min(rest.len());
        }
        memmem::find(rest, self.mark).unwrap_or(rest.len())
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
            at = at + line + self.mark.len();
            width = self.width;
        }
    }
}

/// Returns the number of bytes before the first line end, and its bytes.
fn first_line(bytes: &[u8]) -> Option<(usize, &'static [u8])> {
    let seen = bytes.get(..(WIDTHS.end() + LONGEST_MARK).min(bytes.len()))?;
    let first = memchr2(b'\n', b'\r', seen).filter(|at| *at > 0)?;
    let mark = MARKS.into_iter().find(|mark| seen.cut(first..).starts_with(mark))?;
    Some((first, mark))
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

/// The bytes that end a field, and the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ends {
    field: u8,
    record: u8,
}

impl Ends {
    /// Whether they are those of the standard.
    pub(super) fn are_plain(self) -> bool {
        self == Ends { field: FIELD_TERMINATOR, record: RECORD_TERMINATOR }
    }
}

/// Returns the bytes that end the directory, each field and the record, where directory and length say.
pub(super) fn terminators(record: &[u8]) -> Option<Ends> {
    let byte = head_terminator(record)?;
    let [.., field, last] = record else { return None };
    let ended =
        *field == byte && (*last == byte || *last == RECORD_TERMINATOR || last.is_ascii_punctuation());
    let all = || ends_of_fields(record).all(|end| end.and_then(|end| record.get(end)) == Some(&byte));
    (ended && all()).then_some(Ends { field: byte, record: *last })
}

/// Iterates over the offsets of the last bytes of fields, as their directory entries say; `None` for what is no entry.
fn ends_of_fields(record: &[u8]) -> impl Iterator<Item = Option<usize>> {
    let base = Leader::padded(record).base_address().unwrap_or_default() as usize;
    let directory = record.cut(DIRECTORY..base.saturating_sub(1));
    directory.as_chunks::<12>().0.iter().map(move |entry| {
        let entry = entry_of_12(entry)?;
        base.checked_add(entry.start as usize)?.checked_add(entry.len as usize)?.checked_sub(1)
    })
}

/// Returns the byte that ends fields in place of 1E, if it is there before the end of the record, though lengths may be
/// wrong.
pub(super) fn other_terminator(record: &[u8]) -> Option<u8> {
    let [.., field, last] = record.trim_ascii_end() else { return None };
    let byte = head_terminator(record).filter(|byte| *byte != FIELD_TERMINATOR)?;
    (*field == byte && (*last == byte || *last == RECORD_TERMINATOR)).then_some(byte)
}

/// Returns the byte that ends fields in place of 1E in a record that is cut off: it ends all fields that are there.
fn terminator_of_cut(record: &[u8]) -> Option<u8> {
    let byte = head_terminator(record).filter(|byte| *byte != FIELD_TERMINATOR)?;
    let ends = || ends_of_fields(record).filter_map(|end| record.get(end?));
    (ends().all(|end| *end == byte) && ends().next().is_some()).then_some(byte)
}

/// Puts 1E and 1D in place of other terminators, if there are some. Where not all fields end as their entries say, the byte
/// is read as one everywhere after the directory. Of a record that is cut off, the end is missing.
fn restore_terminators(record: &mut Vec<u8>) -> Option<Ends> {
    let len = record.trim_ascii_end().len();
    let whole = record.cut(..len);
    let base = Leader::padded(record).base_address()? as usize;
    let exact = terminators(whole).filter(|ends| !ends.are_plain());
    let loose =
        || other_terminator(whole).map(|field| Ends { field, record: *whole.last().unwrap_or(&field) });
    let cut = || terminator_of_cut(record).map(|field| Ends { field, record: field });
    let (found, is_exact, is_whole) = match exact.or_else(loose) {
        Some(ends) => (ends, exact.is_some(), true),
        None => (cut()?, true, false),
    };
    if is_exact {
        let ends: Vec<usize> = ends_of_fields(record).flatten().collect();
        for end in ends.into_iter().chain([base.saturating_sub(1)]) {
            if let Some(place) = record.get_mut(end) {
                *place = FIELD_TERMINATOR;
            }
        }
    } else {
        let data = record.get_mut(base.saturating_sub(1)..).unwrap_or_default();
        for place in data.iter_mut().filter(|place| **place == found.field) {
            *place = FIELD_TERMINATOR;
        }
    }
    if is_whole {
        record.truncate(len);
        if let Some(last) = record.last_mut() {
            *last = RECORD_TERMINATOR;
        }
    }
    Some(found)
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
        let marks =
            [(80, "\r\n"), (80, "\n"), (24, "\n"), (100, "\r\n"), (80, "\r"), (80, "\r\r\n"), (80, "\n\n")];
        for (width, mark) in marks.map(|(width, mark)| (width, mark.as_bytes())) {
            let wrapped: Vec<u8> = data.chunks(width).collect::<Vec<_>>().join(mark);
            there_and_back(&data, &wrapped, Lines { first: width, width, mark });
        }
        assert_eq!(Lines::at_start(b"short\n"), None);
        assert!(!Lines { first: 4, width: 4, mark: b"\n" }.hold(b"abcd\nabcde"));
    }

    #[test]
    fn a_record_that_begins_inside_a_line() {
        let data: Vec<u8> = (b'a'..=b'z').cycle().take(300).collect();
        for (first, mark) in
            (1..=80).zip(["\n", "\r\n", "\r", "\r\r\n"].map(str::as_bytes).into_iter().cycle())
        {
            let mut wrapped = [&data[..first], mark].concat();
            wrapped.extend(data[first..].chunks(80).collect::<Vec<_>>().join(mark));
            there_and_back(&data, &wrapped, Lines { first, width: 80, mark });
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

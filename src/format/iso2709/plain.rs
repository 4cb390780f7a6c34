//! Records in another dress: cut into lines, or with other terminators. They are brought into plain form first.

use memchr::memchr;

use super::parse::DIRECTORY;
use super::{FIELD_TERMINATOR, RECORD_TERMINATOR};
use crate::Leader;

/// The shortest and the longest line that a record may be cut into, in bytes.
const WIDTHS: std::ops::RangeInclusive<usize> = 24..=256;

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
    /// The lines of bytes that have a line end after as many bytes as a line may have. More is not looked at than two
    /// lines.
    pub(super) fn at_start(bytes: &[u8]) -> Option<Lines> {
        let (first, end) = first_line(bytes)?;
        let rest = bytes.get(first.saturating_add(end)..)?;
        let width = match first_line(rest) {
            Some((second, other)) if other == end && second >= first => second,
            // The second is the last: it may be longer only if the first is surely too short.
            _ if first < DIRECTORY => rest.len(),
            _ => first,
        };
        WIDTHS.contains(&width).then_some(Lines { first, width, end })
    }

    /// The bytes of the leader, if the first line ends in it.
    pub(super) fn leader(bytes: &[u8]) -> Option<[u8; DIRECTORY]> {
        let (first, end) = first_line(bytes).filter(|(first, _)| *first < DIRECTORY)?;
        let (before, behind) = (bytes.get(..first)?, bytes.get(first.saturating_add(end)..)?);
        let mut leader = [0; DIRECTORY];
        let mut whole = before.iter().chain(behind);
        for to in &mut leader {
            *to = *whole.next()?;
        }
        Some(leader)
    }

    /// How many line ends stand before a byte of the plain record.
    fn ends_before(self, at: usize) -> usize {
        let behind =
            at.checked_sub(self.first).map(|behind| behind.checked_div(self.width).unwrap_or_default());
        behind.map_or(0, |lines| lines.saturating_add(1))
    }

    /// How many bytes `len` bytes take with the line ends between them.
    pub(super) fn wrapped(self, len: usize) -> usize {
        len.saturating_add(self.ends_before(len.saturating_sub(1)).saturating_mul(self.end))
    }

    /// Where a byte of the plain record stands in the wrapped one.
    pub(super) fn place(self, at: usize) -> usize {
        at.saturating_add(self.ends_before(at).saturating_mul(self.end))
    }

    /// The lines that these bytes are, each with its line end, but for the last.
    fn of(self, bytes: &[u8]) -> impl Iterator<Item = (&[u8], usize)> {
        let (first, rest) =
            bytes.split_at_checked(self.first.saturating_add(self.end)).unwrap_or((bytes, &[]));
        let others = rest.chunks(self.width.saturating_add(self.end).max(1));
        std::iter::once((first, self.first)).chain(others.map(move |line| (line, self.width)))
    }

    /// Whether all of these bytes are in lines: each as long as it should be, but for the last.
    pub(super) fn hold(self, bytes: &[u8]) -> bool {
        let wanted = if self.end == 2 { b"\r\n".as_slice() } else { b"\n" };
        let mut left = bytes.len();
        self.of(bytes).all(|(line, width)| {
            left = left.saturating_sub(line.len());
            let end = line.get(width..).unwrap_or_default();
            end == wanted || left == 0 && wanted.starts_with(end)
        })
    }

    /// Appends the bytes without the line ends.
    pub(super) fn unwrap(self, bytes: &[u8], out: &mut Vec<u8>) {
        for (line, width) in self.of(bytes) {
            out.extend_from_slice(line.get(..width).unwrap_or(line));
        }
    }
}

/// How many bytes stand before the first line end, and how many it has.
fn first_line(bytes: &[u8]) -> Option<(usize, usize)> {
    let seen = bytes.get(..WIDTHS.end().saturating_add(2).min(bytes.len()))?;
    let line_feed = memchr(b'\n', seen)?;
    let before = line_feed.checked_sub(1)?;
    Some(if seen.get(before) == Some(&b'\r') { (before, 2) } else { (line_feed, 1) })
}

/// The byte that ends fields and record in place of 1E and 1D, if the record has such a one: it stands behind the
/// directory, at the end of each field, and twice at the end of the record, where directory and length say.
pub(super) fn other_terminator(record: &[u8]) -> Option<u8> {
    let leader = record.first_chunk().map(|bytes| Leader::new(*bytes))?;
    let base = leader.base_address()? as usize;
    let [.., field, last] = record else { return None };
    let byte = *last;
    let usual = byte == RECORD_TERMINATOR || byte == FIELD_TERMINATOR || byte < b' ';
    let directory = record.get(DIRECTORY..base.checked_sub(1)?)?;
    let (entries, []) = directory.as_chunks::<12>() else { return None };
    let behind_directory = record.get(base.checked_sub(1)?) == Some(&byte);
    if usual || byte.is_ascii_alphanumeric() || *field != byte || !behind_directory || entries.is_empty() {
        return None;
    }
    let ends = |entry: &[u8; 12]| {
        let entry = super::parse::entry_of_12(entry)?;
        let last = base.checked_add(entry.start as usize)?.checked_add(entry.len as usize)?.checked_sub(1)?;
        (record.get(last) == Some(&byte)).then_some(last)
    };
    entries.iter().all(|entry| ends(entry).is_some()).then_some(byte)
}

/// Puts 1E and 1D in the places in which [`other_terminator`] found that byte.
pub(super) fn put_terminators(record: &mut [u8]) {
    let Some(base) = record.first_chunk().and_then(|bytes| Leader::new(*bytes).base_address()) else {
        return;
    };
    let base = base as usize;
    let mut ends = vec![base.saturating_sub(1)];
    let directory = record.get(DIRECTORY..base.saturating_sub(1)).unwrap_or_default();
    for entry in directory.as_chunks::<12>().0 {
        if let Some(entry) = super::parse::entry_of_12(entry) {
            let end = base.saturating_add(entry.start as usize).saturating_add(entry.len as usize);
            ends.push(end.saturating_sub(1));
        }
    }
    for end in ends {
        if let Some(place) = record.get_mut(end) {
            *place = FIELD_TERMINATOR;
        }
    }
    if let Some(last) = record.last_mut() {
        *last = RECORD_TERMINATOR;
    }
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
        lines.unwrap(wrapped, &mut out);
        assert_eq!(out, data);
        for at in 0..data.len() {
            assert_eq!(wrapped[lines.place(at)], data[at]);
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
        let mut dressed = *plain;
        for byte in &mut dressed {
            if *byte < b' ' {
                *byte = b'#';
            }
        }
        // The length in the leader is not looked at here.
        assert_eq!(other_terminator(&dressed), Some(b'#'));
        assert_eq!(other_terminator(plain), None);
        put_terminators(&mut dressed);
        assert_eq!(dressed, *plain);
    }
}

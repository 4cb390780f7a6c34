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
    /// Bytes of a line, line end not counted.
    pub(super) width: usize,
    /// Bytes of a line end.
    pub(super) end: usize,
}

impl Lines {
    /// The lines of bytes that begin with a line end after as many bytes as a line may have. More is not looked at.
    pub(super) fn at_start(bytes: &[u8]) -> Option<Lines> {
        let seen = bytes.get(..WIDTHS.end().saturating_add(2).min(bytes.len()))?;
        let line_feed = memchr(b'\n', seen)?;
        let before = line_feed.checked_sub(1)?;
        let lines = match seen.get(before) {
            Some(b'\r') => Lines { width: before, end: 2 },
            _ => Lines { width: line_feed, end: 1 },
        };
        WIDTHS.contains(&lines.width).then_some(lines)
    }

    /// How many bytes `len` bytes take with the line ends between them.
    pub(super) fn wrapped(self, len: usize) -> usize {
        let ends = len.saturating_sub(1).checked_div(self.width).unwrap_or_default();
        len.saturating_add(ends.saturating_mul(self.end))
    }

    /// Where a byte of the plain record stands in the wrapped one.
    pub(super) fn place(self, at: usize) -> usize {
        let ends = at.checked_div(self.width).unwrap_or_default();
        at.saturating_add(ends.saturating_mul(self.end))
    }

    /// Whether all of these bytes are in lines: each as long as the first, but for the last.
    pub(super) fn hold(self, bytes: &[u8]) -> bool {
        let wanted = if self.end == 2 { b"\r\n".as_slice() } else { b"\n" };
        let period = self.width.saturating_add(self.end).max(1);
        let lines = bytes.len().div_ceil(period);
        bytes.chunks(period).zip(1usize..).all(|(line, number)| {
            let end = line.get(self.width..).unwrap_or_default();
            end == wanted || number == lines && wanted.starts_with(end)
        })
    }

    /// Appends the bytes without the line ends.
    pub(super) fn unwrap(self, bytes: &[u8], out: &mut Vec<u8>) {
        for line in bytes.chunks(self.width.saturating_add(self.end).max(1)) {
            out.extend_from_slice(line.get(..self.width).unwrap_or(line));
        }
    }
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

    #[test]
    fn lines_there_and_back() {
        let data: Vec<u8> = (b'a'..=b'z').cycle().take(200).collect();
        for (width, end) in [(80, "\r\n"), (80, "\n"), (24, "\n"), (100, "\r\n")] {
            let wrapped: Vec<u8> = data.chunks(width).collect::<Vec<_>>().join(end.as_bytes());
            let lines = Lines::at_start(&wrapped).unwrap();
            assert_eq!(lines, Lines { width, end: end.len() });
            assert_eq!(lines.wrapped(data.len()), wrapped.len());
            assert!(lines.hold(&wrapped));
            let mut out = Vec::new();
            lines.unwrap(&wrapped, &mut out);
            assert_eq!(out, data);
            for at in 0..data.len() {
                assert_eq!(wrapped[lines.place(at)], data[at]);
            }
        }
        assert_eq!(Lines::at_start(b"short\n"), None);
        assert!(!Lines { width: 4, end: 1 }.hold(b"abcd\nabcde"));
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

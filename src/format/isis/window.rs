//! A file with a buffered part.

use std::io::{self, Read, Seek, SeekFrom};

use crate::error::{Error, Result};

/// Number of bytes read when access is sequential.
const LARGE: usize = 128 * 1024;
/// Number of bytes read for a single record elsewhere.
const SMALL: usize = 16 * 1024;

/// A file, or any source that can seek, with one buffer.
#[derive(Debug)]
pub(super) struct Window<R> {
    source: R,
    len: u64,
    start: u64,
    buffer: Vec<u8>,
    filled: usize,
    reads: u64,
}

impl<R: Read + Seek> Window<R> {
    pub(super) fn new(mut source: R) -> Result<Window<R>> {
        let len = source.seek(SeekFrom::End(0)).map_err(Error::read)?;
        Ok(Window { source, len, start: 0, buffer: Vec::new(), filled: 0, reads: 0 })
    }

    pub(super) fn into_inner(self) -> R {
        self.source
    }

    /// Returns the length of the file in bytes.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Returns the number of reads from the source.
    pub(super) fn reads(&self) -> u64 {
        self.reads
    }

    /// Returns the `len` bytes at `offset`; fewer at the end of the file.
    pub(super) fn get(&mut self, offset: u64, len: usize) -> Result<&[u8]> {
        let there = usize::try_from(self.len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let len = len.min(there);
        if len == 0 {
            return Ok(&[]); // not every system can seek to the greatest offset
        }
        if self.held(offset, len).is_none() {
            self.load(offset, len, there)?;
        }
        Ok(self.held(offset, len).unwrap_or_default())
    }

    /// Returns the bytes at `offset`, if they are buffered.
    pub(super) fn held(&self, offset: u64, len: usize) -> Option<&[u8]> {
        let from = usize::try_from(offset.checked_sub(self.start)?).ok()?;
        let held = self.buffer.get(..self.filled)?;
        held.get(from..from.checked_add(len)?)
    }

    #[expect(clippy::arithmetic_side_effects, reason = "places inside the file, and a count of reads")]
    fn load(&mut self, offset: u64, len: usize, there: usize) -> Result<()> {
        let end = self.start + self.filled as u64;
        let is_near = offset.checked_sub(end).is_none_or(|gap| gap <= SMALL as u64);
        let goes_on = offset >= self.start && is_near;
        let want = len.max(if goes_on { LARGE } else { SMALL }).min(there);
        if self.buffer.len() < want {
            self.buffer.resize(want, 0);
        } else if self.buffer.len() > 4 * LARGE && want <= LARGE {
            self.buffer.truncate(LARGE); // one large record must not keep its memory
            self.buffer.shrink_to_fit();
        }
        self.filled = 0;
        self.start = offset;
        self.source.seek(SeekFrom::Start(offset)).map_err(Error::read)?;
        while self.filled < want {
            let room = self.buffer.get_mut(self.filled..want).unwrap_or_default();
            self.reads += 1;
            match self.source.read(room) {
                Ok(0) => break,
                Ok(read) => self.filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::read(error)),
            }
        }
        if self.filled < len {
            self.len = offset + self.filled as u64; // the file shrank meanwhile
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn any_place_in_any_order() {
        let data: Vec<u8> = (0..600_000u32).map(|number| (number / 7) as u8).collect();
        let mut window = Window::new(Cursor::new(&data)).unwrap();
        for (offset, len) in [(0, 10), (599_990, 100), (5, 300_000), (100_000, 1), (600_000, 4), (700_000, 4)]
        {
            let end = data.len().min(offset + len);
            let expected = data.get(offset..end).unwrap_or_default();
            assert_eq!(window.get(offset as u64, len).unwrap(), expected, "{offset} {len}");
        }
        assert!(window.reads() <= 4, "{}", window.reads());
    }
}

//! A file of which a part is in memory.

use std::io::{self, Read, Seek, SeekFrom};

use crate::Result;

/// How much is read where reading goes on from place to place.
const LARGE: usize = 128 * 1024;
/// How much is read for one record somewhere.
const SMALL: usize = 16 * 1024;

/// A file, or what else can be read anywhere, with one buffer.
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
        let len = source.seek(SeekFrom::End(0))?;
        Ok(Window { source, len, start: 0, buffer: Vec::new(), filled: 0, reads: 0 })
    }

    pub(super) fn into_inner(self) -> R {
        self.source
    }

    /// Length of the file in bytes.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// How often the source was read from.
    pub(super) fn reads(&self) -> u64 {
        self.reads
    }

    /// The bytes from `offset` on: `len` of them, fewer where the file ends.
    pub(super) fn get(&mut self, offset: u64, len: usize) -> Result<&[u8]> {
        let there = usize::try_from(self.len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let len = len.min(there);
        if len == 0 {
            return Ok(&[]); // no system likes to seek to the end of all numbers
        }
        if self.held(offset, len).is_none() {
            self.load(offset, len, there)?;
        }
        Ok(self.held(offset, len).unwrap_or_default())
    }

    /// The bytes from `offset` on, if they are in memory.
    pub(super) fn held(&self, offset: u64, len: usize) -> Option<&[u8]> {
        let from = usize::try_from(offset.checked_sub(self.start)?).ok()?;
        let held = self.buffer.get(..self.filled)?;
        held.get(from..from.checked_add(len)?)
    }

    fn load(&mut self, offset: u64, len: usize, there: usize) -> Result<()> {
        let end = self.start.saturating_add(self.filled as u64);
        let goes_on = offset >= self.start && offset <= end.saturating_add(SMALL as u64);
        let want = len.max(if goes_on { LARGE } else { SMALL }).min(there);
        if self.buffer.len() < want {
            self.buffer.resize(want, 0);
        } else if self.buffer.len() > LARGE.saturating_mul(4) && want <= LARGE {
            self.buffer.truncate(LARGE); // one large record must not hold memory for ever
            self.buffer.shrink_to_fit();
        }
        self.filled = 0;
        self.start = offset;
        self.source.seek(SeekFrom::Start(offset))?;
        while self.filled < want {
            let room = self.buffer.get_mut(self.filled..want).unwrap_or_default();
            self.reads = self.reads.saturating_add(1);
            match self.source.read(room) {
                Ok(0) => break,
                Ok(read) => self.filled = self.filled.saturating_add(read),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        if self.filled < len {
            self.len = offset.saturating_add(self.filled as u64); // the file shrank meanwhile
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

//! The two files of a base while they are written.

use std::io::{Read, Seek, SeekFrom, Write};

use super::layout::Layout;
use super::slot::{ABSENT, Slots, pack, unpack};
use crate::{Error, ErrorKind, Result};

/// The end of a file, which grows in memory before it is written.
pub(super) struct Tail<F> {
    pub(super) file: F,
    /// Where in the file the buffer begins.
    pub(super) start: u64,
    pub(super) buffer: Vec<u8>,
}

/// When a buffer is written, in bytes.
const HAND_OVER_AT: usize = 128 * 1024;

fn cannot_write(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Write(error))
}

impl<F: Read + Write + Seek> Tail<F> {
    pub(super) fn new(file: F, start: u64) -> Tail<F> {
        Tail { file, start, buffer: Vec::new() }
    }

    pub(super) fn end(&self) -> u64 {
        self.start.saturating_add(self.buffer.len() as u64)
    }

    pub(super) fn pad(&mut self, len: u64, byte: u8) {
        let len = self.buffer.len().saturating_add(usize::try_from(len).unwrap_or_default());
        self.buffer.resize(len, byte);
    }

    pub(super) fn hand_over(&mut self) -> Result<()> {
        if self.buffer.len() < HAND_OVER_AT { Ok(()) } else { self.flush() }
    }

    pub(super) fn flush(&mut self) -> Result<()> {
        self.file.seek(SeekFrom::Start(self.start)).map_err(cannot_write)?;
        self.file.write_all(&self.buffer).map_err(cannot_write)?;
        self.start = self.end();
        self.buffer.clear();
        Ok(())
    }

    /// Writes over bytes that are there.
    pub(super) fn patch(&mut self, at: u64, bytes: &[u8]) -> Result<()> {
        if let Some(from) = at.checked_sub(self.start) {
            let from = usize::try_from(from).unwrap_or(usize::MAX);
            if let Some(place) = self.buffer.get_mut(from..from.saturating_add(bytes.len())) {
                place.copy_from_slice(bytes);
                return Ok(());
            }
        }
        self.file.seek(SeekFrom::Start(at)).map_err(cannot_write)?;
        self.file.write_all(bytes).map_err(cannot_write)
    }

    /// Bytes that are there, in the file or in the buffer; fewer where it ends.
    pub(super) fn get(&mut self, at: u64, len: usize) -> Result<Vec<u8>> {
        if let Some(from) = at.checked_sub(self.start) {
            let rest = self.buffer.get(usize::try_from(from).unwrap_or(usize::MAX)..).unwrap_or_default();
            return Ok(rest.get(..len).unwrap_or(rest).to_vec());
        }
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(at))?;
        (&mut self.file).take(len as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// A part of the cross reference in memory.
struct Page<F> {
    file: F,
    start: u64,
    bytes: Vec<u8>,
    is_dirty: bool,
    /// How many bytes of the file are in use.
    len: u64,
}

/// The length of a page: a multiple of a slot, and of a block.
const PAGE: usize = 96 * 1024;

impl<F: Read + Write + Seek> Page<F> {
    /// Sees to it that the page with this place is in memory.
    fn load(&mut self, at: u64) -> Result<()> {
        let start = at / PAGE as u64 * PAGE as u64;
        if start == self.start && !self.bytes.is_empty() {
            return Ok(());
        }
        self.flush()?;
        self.start = start;
        self.bytes.clear();
        if start < self.len {
            let len = self.len.saturating_sub(start).min(PAGE as u64);
            self.file.seek(SeekFrom::Start(start))?;
            (&mut self.file).take(len).read_to_end(&mut self.bytes)?;
        }
        self.bytes.resize(PAGE, 0);
        Ok(())
    }

    fn get(&mut self, at: u64, len: usize) -> Result<&[u8]> {
        self.load(at)?;
        let from = usize::try_from(at.saturating_sub(self.start)).unwrap_or(usize::MAX);
        Ok(self.bytes.get(from..from.saturating_add(len)).unwrap_or_default())
    }

    fn set(&mut self, at: u64, bytes: &[u8]) -> Result<()> {
        self.load(at)?;
        let from = usize::try_from(at.saturating_sub(self.start)).unwrap_or(usize::MAX);
        if let Some(place) = self.bytes.get_mut(from..from.saturating_add(bytes.len())) {
            place.copy_from_slice(bytes);
        }
        self.is_dirty = true;
        self.len = self.len.max(at.saturating_add(bytes.len() as u64));
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        if self.is_dirty {
            let used = usize::try_from(self.len.saturating_sub(self.start)).unwrap_or(PAGE).min(PAGE);
            self.file.seek(SeekFrom::Start(self.start)).map_err(cannot_write)?;
            self.file.write_all(self.bytes.get(..used).unwrap_or_default()).map_err(cannot_write)?;
        }
        self.is_dirty = false;
        Ok(())
    }
}

/// A cross reference that is written.
pub(super) struct CrossReference<F> {
    page: Page<F>,
    layout: Layout,
    /// The greatest number that has a slot.
    last_mfn: u32,
}

impl<F: Read + Write + Seek> CrossReference<F> {
    /// A new one, in an empty file.
    pub(super) fn new(file: F, layout: Layout) -> CrossReference<F> {
        let page = Page { file, start: 0, bytes: Vec::new(), is_dirty: false, len: 0 };
        CrossReference { page, layout, last_mfn: 0 }
    }

    /// Tells that the file has `len` bytes, and slots up to `last_mfn`.
    pub(super) fn reopen(&mut self, len: u64, last_mfn: u32) {
        self.page.len = len;
        self.last_mfn = last_mfn;
    }

    pub(super) fn into_inner(self) -> F {
        self.page.file
    }

    /// Where a record lies, and its flags; `None` if there is none.
    pub(super) fn slot(&mut self, mfn: u32) -> Result<Option<(u64, u32)>> {
        if mfn == 0 || mfn > self.last_mfn {
            return Ok(None);
        }
        let at = Slots::place(self.layout, mfn);
        if self.layout.is_irbis64() {
            let bytes = self.page.get(at, 12)?;
            let (offset, flags) = (self.layout.u64(bytes, 0), self.layout.u32(bytes, 8));
            return Ok((offset > 0).then_some((offset, flags)));
        }
        let bytes = self.page.get(at, 4)?;
        let (offset, flags) = unpack(self.layout.u32(bytes, 0) as i32, self.layout.shift);
        Ok(offset.map(|offset| (offset, flags)))
    }

    pub(super) fn set(&mut self, mfn: u32, offset: u64, flags: u32) -> Result<()> {
        let at = Slots::place(self.layout, mfn);
        if self.layout.is_irbis64() {
            // Numbers passed over are marked as absent.
            for absent in self.last_mfn.saturating_add(1)..mfn {
                let place = Slots::place(self.layout, absent).saturating_add(8);
                self.page.set(place, &ABSENT.to_be_bytes())?;
            }
            let words = [offset as u32, (offset >> 32) as u32, flags];
            for (word, at) in words.into_iter().zip([at, at.saturating_add(4), at.saturating_add(8)]) {
                self.page.set(at, &word.to_be_bytes())?;
            }
        } else {
            let pointer = pack(offset, flags, self.layout.shift).ok_or_else(|| {
                let message = format!("a base with shift {} has no room for more", self.layout.shift);
                Error::argument(message)
            })?;
            self.page.set(at, &self.layout.bytes32(pointer as u32))?;
        }
        self.last_mfn = self.last_mfn.max(mfn);
        Ok(())
    }

    /// Numbers the blocks of CDS/ISIS, the last one with a negative number, and writes what is in memory.
    pub(super) fn finish(&mut self) -> Result<()> {
        if !self.layout.is_irbis64() {
            let blocks = u64::from(self.last_mfn.max(1)).div_ceil(127);
            for block in 0..blocks {
                let number = block.saturating_add(1) as i32;
                let is_last = block.saturating_add(1) == blocks;
                let number = if is_last { number.saturating_neg() } else { number };
                let at = block.saturating_mul(512);
                self.page.set(at, &self.layout.bytes32(number as u32))?;
                self.page.len = self.page.len.max(at.saturating_add(512));
            }
        }
        self.page.flush()?;
        self.page.file.flush().map_err(cannot_write)
    }
}

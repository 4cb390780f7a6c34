//! The two files of a base while they are written.

#![expect(clippy::arithmetic_side_effects, reason = "lengths of what is in memory, and blocks of them")]

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom, Write};

use super::lock::Journal;
use super::variant::Variant;
use super::xrf::{ABSENT, Slots, pack, unpack};
use crate::bytes::Cut;
use crate::error::{Error, Result};

/// The steps by which a writer makes its output visible at once.
pub(super) trait Commit<F>: Send {
    /// Makes the bytes written to a file durable.
    fn sync(&mut self, file: &mut F) -> io::Result<()>;

    /// Stores the journal that undoes or completes the steps after this one.
    fn note(&mut self, journal: &Journal) -> io::Result<()>;

    /// Replaces the old cross reference by the new one.
    fn switch(&mut self) -> io::Result<()>;

    /// Ends a complete append.
    fn done(&mut self);
}

/// The end of a file, buffered in memory before it is written.
pub(super) struct Tail<F> {
    pub(super) file: F,
    /// Offset of the buffer in the file.
    pub(super) start: u64,
    pub(super) buffer: Vec<u8>,
    /// Length of the file before the append: these bytes change only at the end.
    pub(super) old: u64,
    /// Changes to the bytes that existed before: offset and new bytes.
    pub(super) marks: BTreeMap<u64, Vec<u8>>,
}

/// Returns `len` bytes of a buffer from an offset on, if they are in it.
pub(super) fn part(buffer: &mut [u8], from: u64, len: usize) -> Option<&mut [u8]> {
    buffer.get_mut(usize::try_from(from).ok()?..)?.get_mut(..len)
}

/// Buffered bytes at which the buffer is written.
const HAND_OVER_AT: usize = 128 * 1024;

fn cannot_write(error: std::io::Error) -> Error {
    Error::write(error)
}

impl<F: Read + Write + Seek> Tail<F> {
    pub(super) fn new(file: F, start: u64) -> Tail<F> {
        Tail { file, start, buffer: Vec::new(), old: 0, marks: BTreeMap::new() }
    }

    pub(super) fn end(&self) -> u64 {
        self.start + self.buffer.len() as u64
    }

    pub(super) fn pad(&mut self, len: u64, byte: u8) {
        let len = self.buffer.len() + usize::try_from(len).unwrap_or_default();
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

    /// Overwrites existing bytes.
    pub(super) fn patch(&mut self, at: u64, bytes: &[u8]) -> Result<()> {
        if let Some(from) = at.checked_sub(self.start) {
            if let Some(place) = part(&mut self.buffer, from, bytes.len()) {
                place.copy_from_slice(bytes);
                return Ok(());
            }
        }
        if at < self.old {
            self.marks.insert(at, bytes.to_vec());
            return Ok(());
        }
        self.write_at(at, bytes)
    }

    /// Writes bytes at a place of the file.
    pub(super) fn write_at(&mut self, at: u64, bytes: &[u8]) -> Result<()> {
        self.file.seek(SeekFrom::Start(at)).map_err(cannot_write)?;
        self.file.write_all(bytes).map_err(cannot_write)
    }

    /// Writes the changes to the bytes that existed before.
    pub(super) fn mark(&mut self) -> Result<()> {
        for (at, bytes) in std::mem::take(&mut self.marks) {
            self.write_at(at, &bytes)?;
        }
        Ok(())
    }

    /// Returns existing bytes, from the file or the buffer; fewer at the end.
    pub(super) fn get(&mut self, at: u64, len: usize) -> Result<Vec<u8>> {
        if let Some(from) = at.checked_sub(self.start) {
            let rest = self.buffer.cut(usize::try_from(from).unwrap_or(usize::MAX)..);
            return Ok(rest.get(..len).unwrap_or(rest).to_vec());
        }
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(at)).map_err(Error::read)?;
        (&mut self.file).take(len as u64).read_to_end(&mut bytes).map_err(Error::read)?;
        for (offset, mark) in self.marks.range(at..at.saturating_add(len as u64)) {
            if let Some(place) = part(&mut bytes, offset - at, mark.len()) {
                place.copy_from_slice(mark);
            }
        }
        Ok(bytes)
    }
}

/// A part of the cross reference in memory.
struct Page<F> {
    file: F,
    start: u64,
    bytes: Vec<u8>,
    is_dirty: bool,
    /// Number of bytes in use of the file.
    len: u64,
}

/// The length of a page: a multiple of a slot, and of a block.
const PAGE: usize = 96 * 1024;

impl<F: Read + Write + Seek> Page<F> {
    /// Loads the page that contains this offset.
    #[expect(
        clippy::arithmetic_side_effects,
        reason = "a constant divisor, and a product that is no greater than its dividend"
    )]
    fn load(&mut self, at: u64) -> Result<()> {
        let start = at / PAGE as u64 * PAGE as u64;
        if start == self.start && !self.bytes.is_empty() {
            return Ok(());
        }
        self.flush()?;
        self.start = start;
        self.bytes.clear();
        if start < self.len {
            let len = (self.len - start).min(PAGE as u64);
            self.file.seek(SeekFrom::Start(start)).map_err(Error::read)?;
            (&mut self.file).take(len).read_to_end(&mut self.bytes).map_err(Error::read)?;
        }
        self.bytes.resize(PAGE, 0);
        Ok(())
    }

    fn get(&mut self, at: u64, len: usize) -> Result<&[u8]> {
        self.load(at)?;
        Ok(part(&mut self.bytes, at - self.start, len).unwrap_or_default())
    }

    fn set(&mut self, at: u64, bytes: &[u8]) -> Result<()> {
        self.load(at)?;
        if let Some(place) = part(&mut self.bytes, at - self.start, bytes.len()) {
            place.copy_from_slice(bytes);
        }
        self.is_dirty = true;
        self.len = self.len.max(at + bytes.len() as u64);
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        if self.is_dirty {
            let used = usize::try_from(self.len.saturating_sub(self.start)).unwrap_or(PAGE).min(PAGE);
            self.file.seek(SeekFrom::Start(self.start)).map_err(cannot_write)?;
            self.file.write_all(self.bytes.cut(..used)).map_err(cannot_write)?;
        }
        self.is_dirty = false;
        Ok(())
    }
}

/// A cross reference that is being written.
pub(super) struct CrossReference<F> {
    page: Page<F>,
    variant: Variant,
    /// The greatest number with a slot.
    last_mfn: u32,
}

impl<F: Read + Write + Seek> CrossReference<F> {
    /// Creates a cross reference in an empty file.
    pub(super) fn new(file: F, variant: Variant) -> CrossReference<F> {
        let page = Page { file, start: 0, bytes: Vec::new(), is_dirty: false, len: 0 };
        CrossReference { page, variant, last_mfn: 0 }
    }

    /// Continues a file of `len` bytes with slots up to `last_mfn`.
    pub(super) fn reopen(&mut self, len: u64, last_mfn: u32) {
        self.page.len = len;
        self.last_mfn = last_mfn;
    }

    pub(super) fn into_inner(self) -> F {
        self.page.file
    }

    pub(super) fn file(&mut self) -> &mut F {
        &mut self.page.file
    }

    /// Returns offset and flags of a record; `None` if there is none.
    pub(super) fn slot(&mut self, mfn: u32) -> Result<Option<(u64, u32)>> {
        if mfn == 0 || mfn > self.last_mfn {
            return Ok(None);
        }
        let at = Slots::place(self.variant, mfn);
        if self.variant.is_irbis64() {
            let bytes = self.page.get(at, 12)?;
            let (offset, flags) = (self.variant.u64(bytes, 0), self.variant.u32(bytes, 8));
            return Ok((offset > 0).then_some((offset, flags)));
        }
        let bytes = self.page.get(at, 4)?;
        let (offset, flags) = unpack(self.variant.u32(bytes, 0) as i32, self.variant.shift);
        Ok(offset.map(|offset| (offset, flags)))
    }

    pub(super) fn set(&mut self, mfn: u32, offset: u64, flags: u32) -> Result<()> {
        let at = Slots::place(self.variant, mfn);
        if self.variant.is_irbis64() {
            // Numbers left out are marked as absent.
            for absent in self.last_mfn + 1..mfn {
                let place = Slots::place(self.variant, absent) + 8;
                self.page.set(place, &ABSENT.to_be_bytes())?;
            }
            let words = [offset as u32, (offset >> 32) as u32, flags];
            for (word, at) in words.into_iter().zip([at, at + 4, at + 8]) {
                self.page.set(at, &word.to_be_bytes())?;
            }
        } else {
            let pointer = pack(offset, flags, self.variant.shift).ok_or_else(|| {
                let message = format!("a base with shift {} has no room for more", self.variant.shift);
                Error::argument(message)
            })?;
            self.page.set(at, &self.variant.bytes32(pointer as u32))?;
        }
        self.last_mfn = self.last_mfn.max(mfn);
        Ok(())
    }

    /// Numbers the blocks of CDS/ISIS, with a negative number for the last one, and writes the buffered page.
    pub(super) fn finish(&mut self) -> Result<()> {
        if !self.variant.is_irbis64() {
            let blocks = u64::from(self.last_mfn.max(1)).div_ceil(127);
            for block in 0..blocks {
                let number = (block + 1) as i32;
                let is_last = block + 1 == blocks;
                let number = if is_last { -number } else { number };
                let at = 512 * block;
                self.page.set(at, &self.variant.bytes32(number as u32))?;
                self.page.len = self.page.len.max(at + 512);
            }
        }
        self.page.flush()?;
        self.page.file.flush().map_err(cannot_write)
    }
}

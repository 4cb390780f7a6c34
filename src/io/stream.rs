//! The driver over a source of bytes.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex};

use super::driver::{Driver, Garbage, Progress, driven};
use super::encoding::{Head, Watch};
use super::framing::Framing;
use super::traits::{Batch, collect_batch};
use super::{GarbageSink, ReadOptions, RecordRead};
use crate::bytes::Cut;
use crate::error::{Error, Result};
use crate::finding::{Finding, Rule};
use crate::position::Position;
use crate::record::Record;

/// Number of bytes that a [`Stream`] requests from its source at a time.
const CHUNK: usize = 256 * 1024;

/// A reader over a source of bytes, with one reused buffer. It reads large pieces: a `BufReader` around the
/// source gains nothing.
///
/// # Example
/// ```
/// use kartoteka::{ReadOptions, RecordRead, iso2709};
///
/// let mut reader = iso2709::Reader::from_path("fixtures/iso2709/marc21.mrc", &ReadOptions::new())?;
/// let first = reader.records().next().unwrap()?;
/// assert!(first.view().control_number().is_some());
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug)]
pub struct Stream<R, F> {
    pub(super) source: R,
    pub(super) buffer: Vec<u8>,
    /// The part of the buffer that was read from the source and not consumed.
    pub(super) unread: Range<usize>,
    frame: Range<usize>,
    pub(super) eof: bool,
    pub(super) driver: Driver<F>,
    watch: Watch,
    /// The error of the source after the bytes in the buffer.
    pending: Option<io::Error>,
    /// Buffers of finished batches.
    pub(super) spare: Spare,
    /// The error of the source that ended the last batch: a source may report it only once.
    pub(super) failed: Option<Error>,
}

/// Buffers for reuse: batches return them, on whatever thread they end.
pub(super) type Spare = Arc<Mutex<Vec<Vec<u8>>>>;

impl<F: Framing> Stream<File, F> {
    /// Opens a file.
    ///
    /// # Errors
    /// [`ErrorKind::Read`](crate::ErrorKind::Read) if it cannot be opened.
    pub fn from_path(path: impl AsRef<Path>, options: &ReadOptions) -> Result<Stream<File, F>> {
        let path = path.as_ref();
        let file = File::open(path).map_err(|error| Error::read(error).with_path(path))?;
        Ok(Stream::new(file, options))
    }
}

impl<R: Read, F: Framing> Stream<R, F> {
    /// Creates a reader; reads nothing yet.
    pub fn new(source: R, options: &ReadOptions) -> Stream<R, F> {
        Stream {
            source,
            buffer: Vec::new(),
            unread: 0..0,
            frame: 0..0,
            eof: false,
            driver: Driver::new(options),
            watch: Watch::new(options),
            pending: None,
            spare: Spare::default(),
            failed: None,
        }
    }

    /// Reads by this head, and not by that of the source, which is no whole input.
    pub(super) fn skip_head(&mut self, head: Option<Head>) {
        self.watch = Watch::none();
        self.driver.head = head.unwrap_or_default();
    }

    /// Returns the source.
    pub fn get_ref(&self) -> &R {
        &self.source
    }

    /// Returns the source. Bytes read from it are missing for the reader.
    pub fn get_mut(&mut self) -> &mut R {
        &mut self.source
    }

    /// Returns the source. Buffered bytes are lost.
    pub fn into_inner(self) -> R {
        self.source
    }

    /// Reads until `len` bytes are unread, or the source ends.
    pub(super) fn fill(&mut self, len: usize) -> Result<()> {
        if self.buffer.len() < len.max(CHUNK) {
            let room = len.checked_next_power_of_two().unwrap_or(len);
            self.buffer.resize(room.max(CHUNK), 0);
        }
        let have = self.unread.len();
        self.buffer.copy_within(self.unread.clone(), 0);
        self.unread = 0..have;
        // A record that is not UTF-8 is judged by all of the head.
        while (self.unread.len() < len || self.watch.waits()) && !self.eof {
            if self.unread.end >= self.buffer.len() {
                self.buffer.resize(self.buffer.len() + CHUNK, 0);
            }
            if let Some(error) = self.pending.take() {
                return Err(Error::read(error));
            }
            let start = self.unread.end;
            // A head may have made the buffer large: a part of it stays in the cache. A record that is not whole is looked
            // at again once it has twice as many bytes.
            let end = self.buffer.len().min(start + self.unread.len().max(CHUNK));
            let room = self.buffer.get_mut(start..end).unwrap_or_default();
            match self.source.read(room) {
                Ok(0) => {
                    self.eof = true;
                    self.watch(&(0..0));
                }
                Ok(read) => {
                    self.unread.end = start + read;
                    self.watch(&(start..self.unread.end));
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // The records that are there come first.
                Err(error) if self.unread.len() >= len || !self.driver.looked => {
                    self.pending = Some(error);
                    self.watch(&(0..0));
                    return Ok(());
                }
                Err(error) => return Err(Error::read(error)),
            }
        }
        Ok(())
    }

    /// Lets the framing look at the beginning of the input.
    pub(super) fn look(&mut self) -> Result<()> {
        loop {
            let ends = self.eof || self.pending.is_some();
            let head = self.buffer.cut(self.unread.clone());
            match self.driver.look(head, ends) {
                Some(needed) => self.fill(needed)?,
                None => return Ok(()),
            }
        }
    }

    /// Shows bytes of the buffer that are new, or the end, to the watch over the head.
    fn watch(&mut self, new: &Range<usize>) {
        let bytes = self.buffer.cut(new.clone());
        if let Some(head) = self.watch.feed(bytes, new.is_empty()) {
            self.driver.head = head;
        }
    }
}

impl<R: Read, F: Framing> RecordRead for Stream<R, F> {
    fn read_record(&mut self, record: &mut Record) -> Result<bool> {
        if !self.driver.looked {
            self.look()?;
        }
        self.driver.begin();
        self.frame = 0..0;
        loop {
            let unread = self.buffer.cut(self.unread.clone());
            match self.driver.advance(unread, self.eof, record, true)? {
                Progress::Record(len, read) => {
                    let end = self.unread.start + len;
                    self.frame = self.unread.start..end;
                    self.unread.start = end;
                    return read.map(|()| true);
                }
                Progress::Skipped(len) => self.unread.start += len,
                Progress::Need(len) => self.fill(len)?,
                Progress::End => return self.driver.judge().map(|()| false),
            }
        }
    }

    driven!();

    fn raw(&self) -> &[u8] {
        self.buffer.cut(self.frame.clone())
    }

    fn read_batch(&mut self) -> Result<Option<Batch>> {
        match F::INDEPENDENT {
            true => Ok(self.cut_batch()?.map(|piece| Box::new(piece) as Batch)),
            false => collect_batch(self),
        }
    }
}

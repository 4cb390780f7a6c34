//! The driver to which the caller feeds bytes.

use std::ops::Range;

use super::ReadOptions;
use super::driver::{Driver, Progress};
use super::encoding::Watch;
use super::framing::Framing;
use crate::bytes::Cut;
use crate::error::Result;
use crate::finding::Finding;
use crate::position::Position;
use crate::record::Record;

/// The result of [`Push::read_record`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pushed {
    /// A record was read.
    Record,
    /// More bytes, or [`Push::finish`], are needed.
    NeedMore,
    /// The input has ended.
    End,
}

/// A reader that the caller feeds, for callers that wait for bytes in their own way, such as async ones.
///
/// # Example
/// ```
/// use kartoteka::{Push, Pushed, ReadOptions, Record, iso2709};
///
/// let mut push = Push::<iso2709::Iso2709>::new(&ReadOptions::new());
/// let mut record = Record::new();
/// let mut count = 0;
/// for piece in std::fs::read("fixtures/iso2709/marc21.mrc")?.chunks(100) {
///     push.feed(piece);
///     while push.read_record(&mut record)? == Pushed::Record {
///         count += 1;
///     }
/// }
/// push.finish();
/// while push.read_record(&mut record)? == Pushed::Record {
///     count += 1;
/// }
/// assert_eq!(count, 8);
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug)]
pub struct Push<F> {
    buffer: Vec<u8>,
    /// Offset in the buffer of the first unconsumed byte.
    start: usize,
    frame: Range<usize>,
    need: usize,
    eof: bool,
    searching: bool,
    driver: Driver<F>,
    watch: Watch,
}

/// A [`Push`] of any framing.
#[cfg(feature = "testing")]
pub(crate) trait AnyPush {
    fn feed(&mut self, bytes: &[u8]);
    fn finish(&mut self);
    fn read_record(&mut self, record: &mut Record) -> Result<Pushed>;
}

#[cfg(feature = "testing")]
impl<F: Framing> AnyPush for Push<F> {
    fn feed(&mut self, bytes: &[u8]) {
        Push::feed(self, bytes);
    }

    fn finish(&mut self) {
        Push::finish(self);
    }

    fn read_record(&mut self, record: &mut Record) -> Result<Pushed> {
        Push::read_record(self, record)
    }
}

impl<F: Framing> Push<F> {
    /// Creates a reader without bytes.
    pub fn new(options: &ReadOptions) -> Push<F> {
        let driver = Driver::new(options);
        Push {
            buffer: Vec::new(),
            start: 0,
            frame: 0..0,
            need: 0,
            eof: false,
            searching: false,
            driver,
            watch: Watch::new(options),
        }
    }

    /// Adds the next bytes of the input. They are buffered until read: read before feeding more.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.start > self.buffer.len() / 2 {
            self.buffer.drain(..self.start);
            self.start = 0;
            self.frame = 0..0;
        }
        self.buffer.extend_from_slice(bytes);
        if let Some(head) = self.watch.feed(bytes, false) {
            self.driver.head = head;
        }
    }

    /// Ends the input.
    pub fn finish(&mut self) {
        self.eof = true;
        if let Some(head) = self.watch.feed(&[], true) {
            self.driver.head = head;
        }
    }

    /// Reads the next record, if its bytes are complete.
    ///
    /// # Errors
    /// As [`RecordRead::read_record`](crate::RecordRead::read_record).
    pub fn read_record(&mut self, record: &mut Record) -> Result<Pushed> {
        // One record with bytes that are not UTF-8 is judged by all of the head.
        if self.watch.waits() {
            return Ok(Pushed::NeedMore);
        }
        if self.driver.look(self.buffer.cut(self.start..), self.eof).is_some() {
            return Ok(Pushed::NeedMore);
        }
        if !self.searching {
            self.driver.begin();
            self.frame = 0..0;
            self.searching = true;
        }
        loop {
            let unread = self.buffer.cut(self.start..);
            if unread.len() < self.need && !self.eof {
                return Ok(Pushed::NeedMore);
            }
            match self.driver.advance(unread, self.eof, record, true)? {
                Progress::Record(len, read) => {
                    let end = self.start + len;
                    self.frame = self.start..end;
                    self.start = end;
                    self.need = 0;
                    self.searching = false;
                    return read.map(|()| Pushed::Record);
                }
                Progress::Skipped(len) => {
                    self.start += len;
                    self.need = 0;
                }
                Progress::Need(len) => self.need = len,
                Progress::End => {
                    self.searching = false;
                    return self.driver.judge().map(|()| Pushed::End);
                }
            }
        }
    }

    /// As [`RecordRead::findings`](crate::RecordRead::findings).
    pub fn findings(&self) -> &[Finding] {
        self.driver.findings.list()
    }

    /// As [`RecordRead::position`](crate::RecordRead::position).
    pub fn position(&self) -> Position {
        self.driver.last
    }

    /// As [`RecordRead::raw`](crate::RecordRead::raw).
    pub fn raw(&self) -> &[u8] {
        self.buffer.cut(self.frame.clone())
    }
}

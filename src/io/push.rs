//! The driver that is fed.

use std::ops::Range;

use super::ReadOptions;
use super::core::{Core, Progress};
use super::framing::Framing;
use crate::{Diagnostic, Position, Record, Result};

/// What [`Push::read_record`] has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pushed {
    /// A record was read.
    Record,
    /// More bytes are needed, or [`Push::finish`].
    NeedMore,
    /// All is read.
    End,
}

/// A reader that is fed: for callers that wait for bytes in their own way, such as async ones.
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
    /// Offset in the buffer of the first byte not consumed.
    start: usize,
    frame: Range<usize>,
    need: usize,
    eof: bool,
    searching: bool,
    core: Core<F>,
}

impl<F: Framing> Push<F> {
    /// Makes a reader that has no bytes yet.
    pub fn new(options: &ReadOptions) -> Push<F> {
        let core = Core::new(options);
        Push { buffer: Vec::new(), start: 0, frame: 0..0, need: 0, eof: false, searching: false, core }
    }

    /// Adds the next bytes of the input. They are kept until they are read: read before feeding more.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.start > self.buffer.len() / 2 {
            self.buffer.drain(..self.start);
            self.start = 0;
            self.frame = 0..0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// Tells that there are no more bytes.
    pub fn finish(&mut self) {
        self.eof = true;
    }

    /// Reads the next record, if its bytes are there.
    ///
    /// # Errors
    /// As [`RecordRead::read_record`](crate::RecordRead::read_record).
    pub fn read_record(&mut self, record: &mut Record) -> Result<Pushed> {
        if !self.searching {
            self.core.begin();
            self.frame = 0..0;
            self.searching = true;
        }
        loop {
            let unread = self.buffer.get(self.start..).unwrap_or_default();
            if unread.len() < self.need && !self.eof {
                return Ok(Pushed::NeedMore);
            }
            match self.core.advance(unread, self.eof, record, true)? {
                Progress::Record(len, read) => {
                    let end = self.start.saturating_add(len);
                    self.frame = self.start..end;
                    self.start = end;
                    self.need = 0;
                    self.searching = false;
                    return read.map(|()| Pushed::Record);
                }
                Progress::Skipped(len) => {
                    self.start = self.start.saturating_add(len);
                    self.need = 0;
                }
                Progress::Need(len) => self.need = len,
                Progress::End => {
                    self.searching = false;
                    return self.core.judge().map(|()| Pushed::End);
                }
            }
        }
    }

    /// As [`RecordRead::diagnostics`](crate::RecordRead::diagnostics).
    pub fn diagnostics(&self) -> &[Diagnostic] {
        self.core.findings.list()
    }

    /// As [`RecordRead::position`](crate::RecordRead::position).
    pub fn position(&self) -> Position {
        self.core.last
    }

    /// As [`RecordRead::raw`](crate::RecordRead::raw).
    pub fn raw(&self) -> &[u8] {
        self.buffer.get(self.frame.clone()).unwrap_or_default()
    }
}

//! Framing without I/O, and the drivers that run it over a source and over memory.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::batch::{Batch, collect_batch};
use super::core::{Core, Lost, Progress};
use super::{LostSink, ReadOptions, RecordRead};
use crate::diagnostic::Findings;
use crate::{Code, Diagnostic, Position, Record, Result};

/// The bytes of one record, and where they stand.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// The bytes.
    pub bytes: &'a [u8],
    /// Where they begin in the input.
    pub position: Position,
}

/// What a [`Framing`] sees at the start of the bytes it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A record of this many bytes.
    Frame(usize),
    /// This many bytes, at least 1, belong to no record, and nothing is lost with them: filler, marks, syntax.
    Skip(usize),
    /// This many bytes belong to no record, and are damage: what
    /// [`RecordRead::on_lost`](crate::RecordRead::on_lost) hears of. None: what was lost so far ends here, and is found;
    /// strict reading errs here, so that it is no fault of the next record.
    Lost(usize),
    /// It can say no more before it sees this many bytes, or the end.
    Need(usize),
    /// There is nothing more.
    End,
}

/// A format, without I/O: where a record ends, and what is in it.
///
/// Whatever is shown to it beyond what it asked for must not change its answers, so that all drivers agree. A clone
/// goes on where the original stood: batches of records are read on other threads with clones.
pub trait Framing: Sized + Clone + Send + 'static {
    /// Whether the format has lines, so that places have line numbers.
    const LINES: bool;

    /// Whether [`Framing::parse`] gives the same for a record whatever records it was given before. If it does, batches
    /// of records are parsed on other threads, and those before a range are not parsed at all.
    const INDEPENDENT: bool = false;

    /// Whether a step that gives a record, and finds nothing, leaves nothing behind in the framing. If it does not, such
    /// records are not looked for again in a batch.
    const TRACELESS: bool = false;

    /// Makes the framing for an input.
    fn new(options: &ReadOptions) -> Self;

    /// Looks at the next bytes of the input; `eof` tells that there are no more behind them.
    ///
    /// # Errors
    /// Only if the input cannot be in this format at all: nothing more is read from it.
    fn step(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Result<Step>;

    /// Forgets what is known of the record that begins at the next byte: it passed
    /// [`Limits::record_bytes`](crate::Limits), and so many of its bytes are skipped.
    fn restart(&mut self) {}

    /// Fills `record`, which is empty, from the bytes of one record.
    ///
    /// # Errors
    /// If nothing of the record can be kept.
    fn parse(&mut self, frame: Frame<'_>, record: &mut Record, findings: &mut Findings) -> Result<()>;
}

/// How many bytes a [`Stream`] asks its source for at a time.
const CHUNK: usize = 256 * 1024;

/// A reader over a source of bytes, with one reused buffer. It reads in large pieces: a `BufReader` around the
/// source is of no use.
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
    source: R,
    buffer: Vec<u8>,
    /// What of the buffer was read from the source and not yet consumed.
    unread: Range<usize>,
    frame: Range<usize>,
    eof: bool,
    core: Core<F>,
    /// Buffers of batches that were read.
    spare: Spare,
}

/// Buffers to be used again: they come back from batches, on whatever thread those end.
type Spare = Arc<Mutex<Vec<Vec<u8>>>>;

impl<F: Framing> Stream<File, F> {
    /// Opens a file.
    ///
    /// # Errors
    /// [`ErrorKind::Read`](crate::ErrorKind::Read) if it cannot be opened.
    pub fn from_path(path: impl AsRef<Path>, options: &ReadOptions) -> Result<Stream<File, F>> {
        Ok(Stream::new(File::open(path)?, options))
    }
}

impl<R: Read, F: Framing> Stream<R, F> {
    /// Makes a reader; nothing is read yet.
    pub fn new(source: R, options: &ReadOptions) -> Stream<R, F> {
        Stream {
            source,
            buffer: Vec::new(),
            unread: 0..0,
            frame: 0..0,
            eof: false,
            core: Core::new(options),
            spare: Spare::default(),
        }
    }

    /// The source.
    pub fn get_ref(&self) -> &R {
        &self.source
    }

    /// The source. Reading from it loses bytes to the reader.
    pub fn get_mut(&mut self) -> &mut R {
        &mut self.source
    }

    /// The source. What is in the buffer of the reader is lost.
    pub fn into_inner(self) -> R {
        self.source
    }

    /// Sees to it that `len` bytes are unread, or all there are.
    fn fill(&mut self, len: usize) -> Result<()> {
        if self.buffer.len() < len.max(CHUNK) {
            let room = len.checked_next_power_of_two().unwrap_or(len);
            self.buffer.resize(room.max(CHUNK), 0);
        }
        let have = self.unread.len();
        self.buffer.copy_within(self.unread.clone(), 0);
        self.unread = 0..have;
        while self.unread.len() < len && !self.eof {
            let room = self.buffer.get_mut(self.unread.end..).unwrap_or_default();
            match self.source.read(room) {
                Ok(0) => self.eof = true,
                Ok(read) => self.unread.end = self.unread.end.saturating_add(read),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

impl<R: Read, F: Framing> Stream<R, F> {
    /// Sees to it that a batch has room in the buffer, and begins with what is unread.
    fn make_room(&mut self) {
        let size = BATCH.saturating_add(TAIL);
        let have = self.unread.len();
        if self.buffer.len() < size {
            // Memory that is zero already, and is not touched before it is needed.
            let mut buffer = vec![0; size.max(have)];
            let unread = self.buffer.get(self.unread.clone()).unwrap_or_default();
            if let Some(start) = buffer.get_mut(..have) {
                start.copy_from_slice(unread);
            }
            self.buffer = buffer;
        } else {
            self.buffer.copy_within(self.unread.clone(), 0);
        }
        self.unread = 0..have;
    }

    /// Takes the bytes of the next records, unread.
    fn cut_batch(&mut self) -> Result<Option<Piece<F>>> {
        if self.core.ended {
            return Ok(None);
        }
        let core = self.core.clone();
        self.make_room();
        let mut record = Record::new();
        let mut at = 0usize;
        // The lengths of the records, as long as there is nothing else.
        let mut lengths = F::TRACELESS.then(VecDeque::new);
        self.core.begin();
        // Whoever reads the batch is told.
        self.core.lost = Lost::default();
        while at < BATCH {
            let unread = self.buffer.get(at..self.unread.end).unwrap_or_default();
            match self.core.advance(unread, self.eof, &mut record, false) {
                Ok(Progress::Record(len, read)) => {
                    at = at.saturating_add(len);
                    match &mut lengths {
                        Some(lengths) if read.is_ok() && self.core.is_clean() => lengths.push_back(len),
                        _ => lengths = None,
                    }
                    self.core.begin();
                }
                Ok(Progress::Skipped(len)) => {
                    at = at.saturating_add(len);
                    lengths = None;
                }
                Ok(Progress::Need(len)) => match self.fill(at.saturating_add(len)) {
                    Err(error) if at == 0 => return Err(error),
                    // The next call tries again, and tells.
                    Err(_) => break,
                    Ok(()) => {}
                },
                // What is found at the end, or goes wrong there, is found again by whoever reads the batch.
                Ok(Progress::End) | Err(_) => break,
            }
        }
        let bytes = std::mem::take(&mut self.buffer);
        let end = self.unread.end;
        self.unread = at..end;
        self.buffer = self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        let rest = bytes.get(at..end).unwrap_or_default();
        if self.buffer.len() < rest.len() {
            self.buffer = vec![0; rest.len().max(BATCH.saturating_add(TAIL))];
        }
        if let Some(start) = self.buffer.get_mut(..rest.len()) {
            start.copy_from_slice(rest);
        }
        self.unread = 0..rest.len();
        let spare = Arc::clone(&self.spare);
        let mut piece = Piece {
            bytes,
            end,
            at: 0,
            frame: 0..0,
            eof: self.eof,
            core,
            lengths: lengths.unwrap_or_default(),
            spare,
        };
        if !self.core.ended {
            piece.core.range.end = piece.core.range.end.min(self.core.next.byte);
        }
        Ok(Some(piece))
    }
}

/// How many bytes of records a batch has, at least.
const BATCH: usize = 512 * 1024;

/// How many more there is room for, so that the last record is whole. What is read beyond it is copied to the next.
const TAIL: usize = 32 * 1024;

/// Some records of an input, with what must be seen behind them: what a [`Stream`] cuts off for another thread.
struct Piece<F> {
    bytes: Vec<u8>,
    /// Where they end in the buffer.
    end: usize,
    at: usize,
    frame: Range<usize>,
    eof: bool,
    core: Core<F>,
    /// The lengths of the next records, where they are known.
    lengths: VecDeque<usize>,
    spare: Spare,
}

impl<F> Drop for Piece<F> {
    fn drop(&mut self) {
        // Those that one long record made large are let go.
        if self.bytes.len() <= BATCH.saturating_mul(4) {
            let bytes = std::mem::take(&mut self.bytes);
            self.spare.lock().unwrap_or_else(PoisonError::into_inner).push(bytes);
        }
    }
}

impl<F: Framing> RecordRead for Piece<F> {
    fn read_record(&mut self, record: &mut Record) -> Result<bool> {
        self.core.begin();
        self.frame = 0..0;
        loop {
            let unread = self.bytes.get(self.at..self.end).unwrap_or_default();
            let known = self.lengths.pop_front().and_then(|len| unread.get(..len));
            let progress = match known {
                Some(bytes) => self.core.frame(bytes, record, true),
                None => self.core.advance(unread, self.eof, record, true)?,
            };
            match progress {
                Progress::Record(len, read) => {
                    let end = self.at.saturating_add(len);
                    self.frame = self.at..end;
                    self.at = end;
                    return read.map(|()| true);
                }
                Progress::Skipped(len) => self.at = self.at.saturating_add(len),
                Progress::Need(_) | Progress::End => return self.core.judge().map(|()| false),
            }
        }
    }

    fn diagnostics(&self) -> &[Diagnostic] {
        self.core.findings.list()
    }

    fn suppressed(&self) -> &[(Code, u64)] {
        self.core.findings.suppressed()
    }

    fn position(&self) -> Position {
        self.core.last
    }

    fn raw(&self) -> &[u8] {
        self.bytes.get(self.frame.clone()).unwrap_or_default()
    }

    fn on_lost(&mut self, sink: LostSink) {
        self.core.lost = Lost(Some(sink));
    }
}

impl<R: Read, F: Framing> RecordRead for Stream<R, F> {
    fn read_record(&mut self, record: &mut Record) -> Result<bool> {
        self.core.begin();
        self.frame = 0..0;
        loop {
            let unread = self.buffer.get(self.unread.clone()).unwrap_or_default();
            match self.core.advance(unread, self.eof, record, true)? {
                Progress::Record(len, read) => {
                    let end = self.unread.start.saturating_add(len);
                    self.frame = self.unread.start..end;
                    self.unread.start = end;
                    return read.map(|()| true);
                }
                Progress::Skipped(len) => self.unread.start = self.unread.start.saturating_add(len),
                Progress::Need(len) => self.fill(len)?,
                Progress::End => return self.core.judge().map(|()| false),
            }
        }
    }

    fn diagnostics(&self) -> &[Diagnostic] {
        self.core.findings.list()
    }

    fn suppressed(&self) -> &[(Code, u64)] {
        self.core.findings.suppressed()
    }

    fn position(&self) -> Position {
        self.core.last
    }

    fn raw(&self) -> &[u8] {
        self.buffer.get(self.frame.clone()).unwrap_or_default()
    }

    fn read_batch(&mut self) -> Result<Option<Batch>> {
        match F::INDEPENDENT {
            true => Ok(self.cut_batch()?.map(|piece| Box::new(piece) as Batch)),
            false => collect_batch(self),
        }
    }

    fn on_lost(&mut self, sink: LostSink) {
        self.core.lost = Lost(Some(sink));
    }
}

/// A reader over bytes in memory, which copies nothing but the record.
#[derive(Debug)]
pub struct Slice<'a, F> {
    rest: &'a [u8],
    frame: &'a [u8],
    core: Core<F>,
}

impl<'a, F: Framing> Slice<'a, F> {
    /// Makes a reader over all of `data`.
    pub fn new(data: &'a [u8], options: &ReadOptions) -> Slice<'a, F> {
        Slice { rest: data, frame: &[], core: Core::new(options) }
    }

    fn take(&mut self, len: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at_checked(len).unwrap_or((self.rest, &[]));
        self.rest = rest;
        taken
    }
}

impl<F: Framing> RecordRead for Slice<'_, F> {
    fn read_record(&mut self, record: &mut Record) -> Result<bool> {
        self.core.begin();
        self.frame = &[];
        loop {
            match self.core.advance(self.rest, true, record, true)? {
                Progress::Record(len, read) => {
                    self.frame = self.take(len);
                    return read.map(|()| true);
                }
                Progress::Skipped(len) => {
                    self.take(len);
                }
                Progress::Need(_) | Progress::End => return self.core.judge().map(|()| false),
            }
        }
    }

    fn diagnostics(&self) -> &[Diagnostic] {
        self.core.findings.list()
    }

    fn suppressed(&self) -> &[(Code, u64)] {
        self.core.findings.suppressed()
    }

    fn position(&self) -> Position {
        self.core.last
    }

    fn raw(&self) -> &[u8] {
        self.frame
    }

    fn on_lost(&mut self, sink: LostSink) {
        self.core.lost = Lost(Some(sink));
    }
}

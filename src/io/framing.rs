//! Framing without I/O, and the three drivers that run it.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::batch::{Batch, collect_batch};
use super::{LostSink, ReadOptions, RecordRead, Recovery};
use crate::diagnostic::Findings;
use crate::{Code, Diagnostic, Error, Position, Record, Result};

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

/// What the drivers share: places, findings, and strictness.
#[derive(Debug, Clone)]
struct Core<F> {
    framing: F,
    findings: Findings,
    recovery: Recovery,
    /// The longest record, in bytes.
    limit: usize,
    /// Where the records that are wanted begin.
    range: Range<u64>,
    /// Where the next unread byte stands, and how many records came before it.
    next: Position,
    /// Where the last record began.
    last: Position,
    ended: bool,
    lost: Lost,
}

/// Who hears of bytes that are lost.
#[derive(Default)]
struct Lost(Option<LostSink>);

impl Lost {
    fn tell(&mut self, bytes: &[u8]) {
        if let Some(sink) = &mut self.0 {
            sink(bytes);
        }
    }
}

/// A clone tells nobody: what it passes over was told by the original.
impl Clone for Lost {
    fn clone(&self) -> Lost {
        Lost(None)
    }
}

impl std::fmt::Debug for Lost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Lost").field(&self.0.is_some()).finish()
    }
}

/// What became of the bytes shown to a [`Core`].
enum Progress {
    /// So many were passed over.
    Skipped(usize),
    /// So many are needed.
    Need(usize),
    /// So many were a record, which was read, or not.
    Record(usize, Result<()>),
    End,
}

impl<F: Framing> Core<F> {
    fn new(options: &ReadOptions) -> Core<F> {
        let next = Position { line: u64::from(F::LINES), ..Position::default() };
        Core {
            framing: F::new(options),
            findings: Findings::new(options.limits.diagnostics),
            recovery: options.recovery,
            limit: options.limits.record_bytes,
            range: options.range.clone().unwrap_or(0..u64::MAX),
            next,
            last: next,
            ended: false,
            lost: Lost::default(),
        }
    }

    /// Starts the search for the next record.
    #[inline]
    fn begin(&mut self) {
        self.findings.begin(self.next);
    }

    /// Looks at the next bytes; `parse` tells whether a record that they are is to be read, or only passed over.
    #[inline]
    fn advance(&mut self, buf: &[u8], eof: bool, record: &mut Record, parse: bool) -> Result<Progress> {
        if self.ended {
            return Ok(Progress::End);
        }
        if self.next.byte >= self.range.end {
            if !buf.is_empty() {
                self.findings.begin(self.next);
                return Ok(self.end());
            }
            if !eof {
                return Ok(Progress::Need(1));
            }
        }
        self.findings.set_record(self.next, buf.len());
        // No more is looked at than a record may have, and what must be seen behind it.
        let most = self.limit.saturating_add(BEYOND);
        let (buf, eof) = match buf.get(..most) {
            Some(window) if window.len() < buf.len() => (window, false),
            _ => (buf, eof),
        };
        let step = match self.framing.step(buf, eof, &mut self.findings) {
            Ok(step) => step,
            Err(error) => {
                self.ended = true;
                let ours = self.range.contains(&self.next.byte) || buf.is_empty() && self.ends_input();
                return if ours { Err(error) } else { Ok(self.end()) };
            }
        };
        Ok(match step {
            Step::Frame(len) if self.next.byte < self.range.start => {
                let bytes = buf.get(..len.max(1)).unwrap_or(buf);
                if parse && !F::INDEPENDENT && len <= self.limit {
                    // What it leaves behind is for those after it; what is wrong with it is not told.
                    record.clear();
                    let _ =
                        self.framing.parse(Frame { bytes, position: self.next }, record, &mut self.findings);
                }
                self.consume(bytes);
                self.next.record = self.next.record.saturating_add(1);
                self.findings.begin(self.next);
                Progress::Skipped(bytes.len())
            }
            Step::Frame(len) if len > self.limit => {
                let bytes = buf.get(..len).unwrap_or(buf);
                let message = format!("the record has {len} bytes, {} are allowed", self.limit);
                self.findings.at(Code::LimitReached, (0, len), message, "record rejected");
                self.last = self.next;
                self.consume(bytes);
                self.next.record = self.next.record.saturating_add(1);
                let finding = self.findings.first_error().cloned();
                let error =
                    finding.map_or_else(|| Error::argument("a record over the limit"), Error::malformed);
                Progress::Record(bytes.len(), Err(error))
            }
            Step::Frame(len) => {
                let bytes = buf.get(..len.max(1)).unwrap_or(buf);
                let frame = Frame { bytes, position: self.next };
                self.last = self.next;
                self.findings.set_record(self.next, bytes.len());
                let parsed = if parse {
                    record.clear();
                    let parsed = self.framing.parse(frame, record, &mut self.findings);
                    record.set_position(self.last);
                    if parsed.is_ok() && !self.findings.list().is_empty() {
                        self.findings.locate(|location| record.view().locate(location));
                    }
                    parsed
                } else {
                    Ok(())
                };
                self.consume(bytes);
                self.next.record = self.next.record.saturating_add(1);
                Progress::Record(bytes.len(), parsed.and_then(|()| self.judge()))
            }
            Step::Skip(len) => {
                let bytes = buf.get(..len.max(1)).unwrap_or(buf);
                self.consume(bytes);
                Progress::Skipped(bytes.len())
            }
            Step::Lost(0) => match self.judge() {
                Err(error) if self.next.byte >= self.range.start => {
                    self.last = self.next;
                    Progress::Record(0, Err(error))
                }
                _ => Progress::Skipped(0),
            },
            Step::Lost(len) => {
                let bytes = buf.get(..len).unwrap_or(buf);
                if self.range.contains(&self.next.byte) {
                    self.lost.tell(bytes);
                }
                self.consume(bytes);
                Progress::Skipped(bytes.len())
            }
            Step::Need(_) if eof => {
                self.consume(buf);
                self.end_input()
            }
            Step::Need(_) if buf.len() >= most => {
                let message = format!("no end in {} bytes, the most allowed for a record", self.limit);
                self.findings.at(Code::LimitReached, (0, buf.len()), message, "skipped");
                self.framing.restart();
                self.lost.tell(buf);
                self.consume(buf);
                Progress::Skipped(buf.len())
            }
            Step::Need(len) => Progress::Need(len.max(buf.len().saturating_add(1)).min(most)),
            Step::End => {
                self.consume(buf);
                self.end_input()
            }
        })
    }

    /// Whether the input ends in the range: what stands behind the last record is told once, by the last range.
    fn ends_input(&self) -> bool {
        self.range.end >= self.next.byte && (self.range.start < self.next.byte || self.next.byte == 0)
    }

    fn end_input(&mut self) -> Progress {
        if !self.ends_input() {
            self.findings.begin(self.next);
        }
        self.end()
    }

    fn end(&mut self) -> Progress {
        self.ended = true;
        self.last = self.next;
        Progress::End
    }

    /// What strict reading says of the last record; at the end, of what stands behind it.
    #[inline]
    fn judge(&self) -> Result<()> {
        match self.findings.first_error() {
            Some(finding) if self.recovery == Recovery::Strict => Err(Error::malformed(finding.clone())),
            _ => Ok(()),
        }
    }

    #[inline]
    fn consume(&mut self, bytes: &[u8]) {
        self.next.byte = self.next.byte.saturating_add(bytes.len() as u64);
        if F::LINES {
            let lines = memchr::memchr_iter(b'\n', bytes).count();
            self.next.line = self.next.line.saturating_add(lines as u64);
        }
    }
}

/// How many bytes are shown to a framing beyond the longest record, to see what follows it.
const BEYOND: usize = 64;

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
        self.core.begin();
        // Whoever reads the batch is told.
        self.core.lost = Lost::default();
        while at < BATCH {
            let unread = self.buffer.get(at..self.unread.end).unwrap_or_default();
            match self.core.advance(unread, self.eof, &mut record, false) {
                Ok(Progress::Record(len, _)) => {
                    at = at.saturating_add(len);
                    self.core.begin();
                }
                Ok(Progress::Skipped(len)) => at = at.saturating_add(len),
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
        let mut piece = Piece { bytes, end, at: 0, frame: 0..0, eof: self.eof, core, spare };
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
            match self.core.advance(unread, self.eof, record, true)? {
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
    /// As [`RecordRead::read_record`].
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

    /// As [`RecordRead::diagnostics`].
    pub fn diagnostics(&self) -> &[Diagnostic] {
        self.core.findings.list()
    }

    /// As [`RecordRead::position`].
    pub fn position(&self) -> Position {
        self.core.last
    }

    /// As [`RecordRead::raw`].
    pub fn raw(&self) -> &[u8] {
        self.buffer.get(self.frame.clone()).unwrap_or_default()
    }
}

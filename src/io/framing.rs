//! The trait of a format that can be read. Implementations do no I/O.

use crate::error::Result;
use crate::finding::Findings;
use crate::io::{Head, ReadOptions};
use crate::position::Position;
use crate::record::Record;

/// The bytes of one record, and their position.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// The bytes.
    pub bytes: &'a [u8],
    /// Position of the first byte in the input.
    pub position: Position,
    /// What the head of the input says of its character set.
    pub head: &'a Head,
}

/// What a [`Framing`] finds at the start of the bytes shown to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A record of this many bytes.
    Frame(usize),
    /// This many bytes, at least 1, belong to no record and are no damage: filler, marks, syntax.
    Skip(usize),
    /// This many bytes belong to no record and are damage: they go to the sink of
    /// [`RecordRead::on_garbage`](crate::RecordRead::on_garbage). Zero ends the garbage so far and reports
    /// it; strict reading fails here, so that the next record is not blamed.
    Garbage(usize),
    /// This many bytes, or the end of the input, are needed to decide.
    Need(usize),
    /// Nothing follows.
    End,
}

/// The most bytes for which [`Framing::look`] asks where records are short.
pub(crate) const LOOK: usize = 64 * 1024;
/// The most bytes for which it ever asks.
pub(crate) const LONGEST_LOOK: usize = 16 * LOOK;

/// A format, without I/O: where records end, and how they are parsed.
///
/// Bytes shown beyond those requested must not change the result, so that all drivers agree. A clone
/// continues where the original was: other threads parse batches of records with clones.
pub trait Framing: Sized + Clone + Send + 'static {
    /// Whether the format has lines, so that positions have line numbers.
    const LINES: bool;

    /// Whether [`Framing::parse`] is independent of the records parsed before. If so, batches of records are
    /// parsed on other threads, and those before a range are not parsed at all.
    const INDEPENDENT: bool = false;

    /// Whether a step that returns a record without findings leaves the framing unchanged. If so, a batch
    /// need not frame such records again.
    const TRACELESS: bool = false;

    /// Whether parts of a file can be read without what is before them, by an [anchor](Framing::anchor).
    const SPLITS: bool = false;

    /// Creates the framing for an input.
    fn new(options: &ReadOptions) -> Self;

    /// Looks at the beginning of the input, all of it if `eof`, before the first record is read; a MiB is always
    /// enough. What it sees there holds for all records, however the input is cut into pieces.
    ///
    /// # Errors
    /// The number of bytes that are needed.
    fn look(&mut self, head: &[u8], eof: bool) -> std::result::Result<(), usize> {
        let _ = (head, eof);
        Ok(())
    }

    /// Processes the next bytes of the input; `eof` says that none follow.
    ///
    /// # Errors
    /// Only if the input cannot be in this format at all: nothing more is read from it.
    fn step(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Result<Step>;

    /// Discards the state of the record at the next byte, because it exceeds
    /// [`Limits::record_bytes`](crate::Limits) and the bytes shown so far are skipped.
    fn restart(&mut self) {}

    /// Returns an offset in `buf`, the middle of an input, at which a record begins whatever was before, and another
    /// after it. The framing is new, and then continues there. `None` if there is no such place, or it cannot be known;
    /// that is the default.
    fn anchor(&mut self, buf: &[u8]) -> Option<usize> {
        let _ = buf;
        None
    }

    /// Fills `record`, which is empty, from the bytes of one record.
    ///
    /// # Errors
    /// If nothing of the record can be kept.
    fn parse(&mut self, frame: Frame<'_>, record: &mut Record, findings: &mut Findings) -> Result<()>;
}

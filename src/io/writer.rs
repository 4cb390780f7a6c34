//! The writer that all formats share, and what a format adds to it.

use std::fmt;
use std::io::Write;

use super::{Adapter, RecordWrite, WriteOptions};
use crate::record::RecordRef;
use crate::{Code, Diagnostic, Error, ErrorKind, Result};

/// When the buffer is handed to the sink, in bytes.
const HAND_OVER_AT: usize = 128 * 1024;

/// How a format lays records out, without I/O: the counterpart of [`Framing`](crate::Framing).
///
/// The formats of this crate implement it; others implement [`RecordWrite`].
pub trait Layout: Sized {
    /// Whether records can be laid out away from those before them: see [`WriteOptions::part`].
    const PARTS: bool = false;

    /// Makes the layout for an output, or for a part of one.
    fn new(options: &WriteOptions) -> Self;

    /// Appends a record. What was appended before an error is taken back.
    ///
    /// # Errors
    /// `Unrepresentable`, if the record cannot be said in the format.
    fn record(&mut self, record: RecordRef<'_>, adapter: &mut Adapter, out: &mut Vec<u8>) -> Result<()>;

    /// Appends what stands before records that were laid out as a part, of which there is one at least, and gives what
    /// of the part is to be written behind that. Called only where there can be parts.
    fn append<'p>(&mut self, part: &'p [u8], _out: &mut Vec<u8>) -> &'p [u8] {
        part
    }

    /// Appends what ends the output, if the format has such a thing. Called once.
    fn end(&mut self, _out: &mut Vec<u8>) {}
}

/// A writer of records to a sink, with a buffer of its own: a `BufWriter` around the sink is of no use.
///
/// Each format has it under the name of its own `Writer`.
///
/// # Example
/// ```
/// use kartoteka::{Record, RecordWrite, WriteOptions, iso2709};
///
/// let record = Record::builder().control_field("001", "kart0001").build()?;
/// let mut writer = iso2709::Writer::new(Vec::new(), &WriteOptions::new());
/// writer.write_record(record.view())?;
/// writer.finish()?; // or what is in the buffer is lost
/// assert_eq!(writer.into_inner().len(), 47);
/// # Ok::<(), kartoteka::Error>(())
/// ```
pub struct Writer<W, L> {
    sink: W,
    buffer: Vec<u8>,
    adapter: Adapter,
    layout: L,
    /// Whether it writes a part of an output, which has no end.
    part: bool,
    ended: bool,
}

impl<W: Write, L: Layout> Writer<W, L> {
    /// Makes a writer; nothing is written yet.
    pub fn new(sink: W, options: &WriteOptions) -> Writer<W, L> {
        let (adapter, layout) = (Adapter::new(options), L::new(options));
        Writer { sink, buffer: Vec::new(), adapter, layout, part: options.part, ended: false }
    }

    /// The sink. What is in the buffer of the writer has not reached it.
    pub fn get_ref(&self) -> &W {
        &self.sink
    }

    /// The sink. What is in the buffer of the writer has not reached it.
    pub fn get_mut(&mut self) -> &mut W {
        &mut self.sink
    }

    /// The sink. Finish first, or what is in the buffer is lost.
    pub fn into_inner(self) -> W {
        self.sink
    }

    fn hand_over(&mut self) -> Result<()> {
        let written = self.sink.write_all(&self.buffer);
        self.buffer.clear();
        written.map_err(|error| Error::new(ErrorKind::Write(error)))
    }
}

impl<W: Write, L: Layout> RecordWrite for Writer<W, L> {
    fn write_record(&mut self, record: RecordRef<'_>) -> Result<()> {
        if self.ended {
            return Err(Error::argument("the output is finished, no more records can be written to it"));
        }
        self.adapter.begin(record);
        let start = self.buffer.len();
        if let Err(error) = self.layout.record(record, &mut self.adapter, &mut self.buffer) {
            self.buffer.truncate(start);
            return Err(error);
        }
        if record.syntax().has_indicators() {
            self.adapter.locate(record);
        }
        if self.buffer.len() < HAND_OVER_AT { Ok(()) } else { self.hand_over() }
    }

    fn finish(&mut self) -> Result<()> {
        if !self.ended {
            self.ended = true;
            if !self.part {
                self.layout.end(&mut self.buffer);
            }
        }
        self.hand_over()?;
        self.sink.flush().map_err(|error| Error::new(ErrorKind::Write(error)))
    }

    fn takes_parts(&self) -> bool {
        L::PARTS
    }

    fn append(&mut self, part: &[u8]) -> Result<()> {
        if !L::PARTS || self.ended {
            return Err(Error::argument("no part can be appended to this output"));
        }
        if part.is_empty() {
            return Ok(());
        }
        let rest = self.layout.append(part, &mut self.buffer);
        if self.buffer.len().saturating_add(rest.len()) < HAND_OVER_AT {
            self.buffer.extend_from_slice(rest);
            return Ok(());
        }
        self.hand_over()?;
        self.sink.write_all(rest).map_err(|error| Error::new(ErrorKind::Write(error)))
    }

    fn diagnostics(&self) -> &[Diagnostic] {
        self.adapter.findings().list()
    }

    fn suppressed(&self) -> &[(Code, u64)] {
        self.adapter.findings().suppressed()
    }

    fn replaced(&self) -> u64 {
        self.adapter.replaced()
    }
}

impl<W, L> fmt::Debug for Writer<W, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("buffered", &self.buffer.len()).finish_non_exhaustive()
    }
}

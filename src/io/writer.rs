//! The writer common to all formats, and the trait that a format implements.

use std::fmt;
use std::io::{BufWriter, Write};

use super::{Preparation, RecordWrite, WriteOptions};
use crate::error::{Error, Result};
use crate::finding::{Finding, Rule};
use crate::record::RecordRef;

/// How many bytes are kept before they are written to the sink.
const BUFFER: usize = 64 * 1024;

/// How a format renders records, without I/O: the counterpart of [`Framing`](crate::Framing).
///
/// Sealed: what prepares a record for a format, the argument of [`Rendering::record`], is private to this crate. A format of yours is a
/// type that implements [`RecordWrite`].
pub trait Rendering: Sized {
    /// Whether records can be rendered independently of those before them: see [`WriteOptions::part`].
    const PARTS: bool = false;

    /// Creates the rendering for an output, or for a part of one.
    fn new(options: &WriteOptions) -> Self;

    /// Appends a record. The caller removes bytes appended before an error.
    ///
    /// # Errors
    /// `Unrepresentable`, if the format cannot represent the record.
    fn record(
        &mut self,
        record: RecordRef<'_>,
        preparation: &mut Preparation,
        out: &mut Vec<u8>,
    ) -> Result<()>;

    /// Appends whatever must precede `part` (one record or more) and returns the rest of it. Called only if
    /// `PARTS`.
    fn append<'p>(&mut self, part: &'p [u8], _out: &mut Vec<u8>) -> &'p [u8] {
        part
    }

    /// Appends the end of the output, if the format has one. Called once.
    fn end(&mut self, _out: &mut Vec<u8>) {}
}

/// A writer of records to a sink, with its own buffer: a `BufWriter` around the sink gains nothing.
///
/// One that is dropped without [`RecordWrite::finish`] hands over what it has, without the end of the output, and without a
/// word if that fails.
///
/// Each format has its alias `Writer`.
///
/// # Example
/// ```
/// use kartoteka::{Record, RecordWrite, WriteOptions, iso2709};
///
/// let record = Record::builder().control_field("001", "kart0001").build()?;
/// let mut writer = iso2709::Writer::new(Vec::new(), &WriteOptions::new());
/// writer.write(&record)?;
/// writer.finish()?; // writes what ends the output, and reports what the sink refuses
/// assert_eq!(writer.into_inner().len(), 47);
/// # Ok::<(), kartoteka::Error>(())
/// ```
pub struct Writer<W: Write, L> {
    /// When dropped, hands over what it has.
    sink: BufWriter<W>,
    /// The record that is being rendered.
    buffer: Vec<u8>,
    preparation: Preparation,
    layout: L,
    /// Whether it writes a part of an output, which has no end.
    part: bool,
    ended: bool,
}

impl<W: Write, L: Rendering> Writer<W, L> {
    /// Creates a writer; writes nothing yet.
    pub fn new(sink: W, options: &WriteOptions) -> Writer<W, L> {
        let (preparation, layout) = (Preparation::new(options), L::new(options));
        let sink = BufWriter::with_capacity(BUFFER, sink);
        Writer { sink, buffer: Vec::new(), preparation, layout, part: options.part, ended: false }
    }

    /// Writes one record.
    ///
    /// # Errors
    /// As [`RecordWrite::write_record`].
    pub fn write<'r>(&mut self, record: impl Into<RecordRef<'r>>) -> Result<()> {
        self.write_record(record.into())
    }

    /// Hands the rendered bytes to the buffer of the sink.
    #[inline]
    fn hand_over(&mut self) -> Result<()> {
        let written = self.sink.write_all(&self.buffer);
        self.buffer.clear();
        written.map_err(Error::write)
    }
}

impl<W: Write, L> Writer<W, L> {
    /// Returns the sink. Buffered bytes have not reached it.
    pub fn get_ref(&self) -> &W {
        self.sink.get_ref()
    }

    /// Returns the sink. Buffered bytes have not reached it.
    pub fn get_mut(&mut self) -> &mut W {
        self.sink.get_mut()
    }

    /// Returns the sink. Buffered bytes are handed to it first; an error of that is lost, and so is the end of the
    /// output, unless [`RecordWrite::finish`] was called.
    pub fn into_inner(mut self) -> W {
        let _ = self.sink.flush();
        self.sink.into_parts().0
    }
}

impl<W: Write, L: Rendering> RecordWrite for Writer<W, L> {
    fn write_record(&mut self, record: RecordRef<'_>) -> Result<()> {
        if self.ended {
            return Err(Error::argument("the output is finished, no more records can be written to it"));
        }
        self.preparation.begin(record);
        if let Err(error) = self.layout.record(record, &mut self.preparation, &mut self.buffer) {
            self.buffer.clear();
            return Err(error);
        }
        if record.syntax().has_indicators() {
            self.preparation.locate(record);
        }
        self.hand_over()
    }

    fn finish(&mut self) -> Result<()> {
        if !self.ended {
            self.ended = true;
            if !self.part {
                self.layout.end(&mut self.buffer);
            }
        }
        self.hand_over()?;
        self.sink.flush().map_err(Error::write)
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
        self.hand_over()?;
        self.sink.write_all(rest).map_err(Error::write)
    }

    fn findings(&self) -> &[Finding] {
        self.preparation.findings().list()
    }

    fn unlisted(&self) -> &[(Rule, u64)] {
        self.preparation.findings().unlisted()
    }

    fn replaced(&self) -> u64 {
        self.preparation.replaced()
    }
}

impl<W: Write, L> fmt::Debug for Writer<W, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("buffered", &self.buffer.len()).finish_non_exhaustive()
    }
}

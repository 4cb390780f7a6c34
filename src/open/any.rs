//! Readers and writers whose format is known only when the program runs.

use std::fmt;
use std::ops::Deref;

use crate::error::{Error, Result};
use crate::finding::{Finding, Rule, Severity};
use crate::format::descriptor::Format;
use crate::io::{Batch, GarbageSink, RecordRead, RecordWrite, read_through, write_through};
use crate::position::Position;
use crate::record::{Record, RecordRef};

/// A reader of any format, as [`open`](crate::open) and [`reader`](crate::reader) return it.
///
/// A `for` loop over it gives each record with its findings. [`AnyReader::read_record`] reuses the memory of one
/// record, which is faster.
///
/// # Example
/// ```
/// for record in kartoteka::open("fixtures/iso2709/rusmarc-cp1251.mrc")? {
///     let record = record?;
///     for finding in &record.findings {
///         eprintln!("{finding}");
///     }
///     if let Some(title) = record.field("200").and_then(|field| field.subfield('a')) {
///         println!("{title}");
///     }
/// }
/// # Ok::<(), kartoteka::Error>(())
/// ```
pub struct AnyReader<'a> {
    reader: Box<dyn RecordRead + Send + 'a>,
    format: Format,
}

impl<'a> AnyReader<'a> {
    pub(super) fn new(reader: Box<dyn RecordRead + Send + 'a>, format: Format) -> AnyReader<'a> {
        AnyReader { reader, format }
    }

    /// Returns the format of the input.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Reads the next record into `record` and reuses its memory. Returns false at the end.
    ///
    /// # Errors
    /// As [`RecordRead::read_record`].
    pub fn read_record(&mut self, record: &mut Record) -> Result<bool> {
        self.reader.read_record(record)
    }

    /// Returns the findings in the last record, and between it and the one before; at the end, those after the last
    /// record.
    pub fn findings(&self) -> &[Finding] {
        self.reader.findings()
    }

    /// Returns the offset of the last record in the input, in bytes, and its number from 0.
    pub fn position(&self) -> Position {
        self.reader.position()
    }

    /// Returns the bytes of the last record in the input.
    pub fn raw(&self) -> &[u8] {
        self.reader.raw()
    }

    /// Returns the reader inside.
    pub fn into_inner(self) -> Box<dyn RecordRead + Send + 'a> {
        self.reader
    }
}

read_through!([] AnyReader<'_>, this => this.reader);

impl fmt::Debug for AnyReader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyReader").field("format", &self.format).finish_non_exhaustive()
    }
}

/// A record with what was found in it: an item of a loop over an [`AnyReader`].
///
/// It can be used as the [`Record`] that it holds.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ReadRecord {
    /// The record.
    pub record: Record,
    /// The findings in it, and between it and the record before.
    pub findings: Vec<Finding>,
}

impl Deref for ReadRecord {
    type Target = Record;

    fn deref(&self) -> &Record {
        &self.record
    }
}

impl From<ReadRecord> for Record {
    fn from(read: ReadRecord) -> Record {
        read.record
    }
}

/// The records of an [`AnyReader`], with their findings.
///
/// A record that cannot be read is an error, and the next call continues with the next record. If the input holds no
/// record at all although it is not empty, the only item is an error that says what was found instead.
#[derive(Debug)]
pub struct AnyRecords<R> {
    reader: R,
    any: bool,
    ended: bool,
}

impl<R: RecordRead> Iterator for AnyRecords<R> {
    type Item = Result<ReadRecord>;

    fn next(&mut self) -> Option<Result<ReadRecord>> {
        if self.ended {
            return None;
        }
        let mut record = Record::new();
        match self.reader.read_record(&mut record) {
            Ok(true) => {
                self.any = true;
                Some(Ok(ReadRecord { record, findings: self.reader.findings().to_vec() }))
            }
            Ok(false) => {
                self.ended = true;
                let wrong =
                    self.reader.findings().iter().find(|finding| finding.severity() == Severity::Error);
                wrong.filter(|_| !self.any).map(|finding| Err(Error::malformed(finding.clone())))
            }
            Err(error) => {
                self.any = true;
                self.ended = !error.is_record();
                Some(Err(error))
            }
        }
    }
}

impl<R: RecordRead> std::iter::FusedIterator for AnyRecords<R> {}

impl<'a> IntoIterator for AnyReader<'a> {
    type Item = Result<ReadRecord>;
    type IntoIter = AnyRecords<AnyReader<'a>>;

    fn into_iter(self) -> AnyRecords<AnyReader<'a>> {
        AnyRecords { reader: self, any: false, ended: false }
    }
}

impl<'r, 'a> IntoIterator for &'r mut AnyReader<'a> {
    type Item = Result<ReadRecord>;
    type IntoIter = AnyRecords<&'r mut AnyReader<'a>>;

    fn into_iter(self) -> AnyRecords<&'r mut AnyReader<'a>> {
        AnyRecords { reader: self, any: false, ended: false }
    }
}

/// A writer of any format, as [`writer`](crate::writer) returns it.
///
/// # Example
/// ```
/// use kartoteka::{Format, Record, WriteOptions, writer};
///
/// let record = Record::builder().control_field("001", "kart0001").build()?;
/// let mut output = writer(Format::Line, std::io::stdout(), &WriteOptions::new())?;
/// output.write(&record)?;
/// output.finish()?;
/// # Ok::<(), kartoteka::Error>(())
/// ```
pub struct AnyWriter<'a> {
    writer: Box<dyn RecordWrite + Send + 'a>,
    format: Format,
}

impl<'a> AnyWriter<'a> {
    pub(super) fn new(writer: Box<dyn RecordWrite + Send + 'a>, format: Format) -> AnyWriter<'a> {
        AnyWriter { writer, format }
    }

    /// Returns the format of the output.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Writes one record.
    ///
    /// # Errors
    /// As [`RecordWrite::write_record`].
    pub fn write<'r>(&mut self, record: impl Into<RecordRef<'r>>) -> Result<()> {
        self.writer.write_record(record.into())
    }

    /// Ends the output, closes what the format opens, and flushes it. Call it once, after the last record.
    ///
    /// # Errors
    /// [`ErrorKind::Write`](crate::ErrorKind::Write).
    pub fn finish(&mut self) -> Result<()> {
        self.writer.finish()
    }

    /// Returns the findings in the last record while it was written.
    pub fn findings(&self) -> &[Finding] {
        self.writer.findings()
    }

    /// Returns the writer inside.
    pub fn into_inner(self) -> Box<dyn RecordWrite + Send + 'a> {
        self.writer
    }
}

write_through!([] AnyWriter<'_>, this => this.writer);

impl fmt::Debug for AnyWriter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyWriter").field("format", &self.format).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::{ReadOptions, WriteOptions};
    use crate::open::{open_with, reader, writer};

    #[test]
    fn an_input_of_another_format_is_an_error_and_no_empty_loop() {
        let options = ReadOptions::new();
        let found: Vec<_> = open_with("fixtures/isis/irbis64.mst", Some(Format::Iso2709), &options)
            .unwrap()
            .into_iter()
            .collect();
        assert!(found.iter().any(|record| record.is_err()), "{found:?}");
        let nothing = reader(std::io::empty(), None, &options).unwrap();
        assert_eq!(nothing.into_iter().count(), 0);
    }

    #[test]
    fn findings_come_with_their_record() {
        let mut damaged = crate::open("fixtures/iso2709/damaged.mrc").unwrap();
        let mut with_findings = 0;
        for record in &mut damaged {
            with_findings += usize::from(record.is_ok_and(|record| !record.findings.is_empty()));
        }
        assert!(with_findings > 3, "{with_findings}");
    }

    #[test]
    fn a_writer_that_is_dropped_hands_over_what_it_has() {
        let record = Record::builder().control_field("001", "kart0001").build().unwrap();
        let mut bytes = Vec::new();
        let mut output = writer(Format::Iso2709, &mut bytes, &WriteOptions::new()).unwrap();
        output.write(&record).unwrap();
        drop(output);
        assert_eq!(bytes.len(), 47);
    }
}

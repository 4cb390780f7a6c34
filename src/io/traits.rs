//! The traits of all readers and writers, and batches of records, which are readers too.

use std::collections::VecDeque;

use crate::charset::Candidate;
use crate::error::{Error, Result};
use crate::finding::{Finding, Rule};
use crate::position::Position;
use crate::record::{Record, RecordRef};

/// Receives bytes that belong to no record, with the offset of the first of them in the input: see
/// [`RecordRead::on_garbage`].
pub type GarbageSink = Box<dyn FnMut(u64, &[u8]) + Send>;

/// A reader of records.
///
/// # Example
/// ```
/// use kartoteka::{ReadOptions, Record, RecordRead, iso2709};
///
/// let file = std::fs::File::open("fixtures/iso2709/marc21.mrc")?;
/// let mut reader = iso2709::Reader::new(file, &ReadOptions::new());
/// let mut record = Record::new();
/// let mut fields = 0;
/// while reader.read_record(&mut record)? {
///     fields += record.fields().len();
/// }
/// assert_eq!(fields, 95);
/// # Ok::<(), kartoteka::Error>(())
/// ```
pub trait RecordRead {
    /// Reads the next record into `record`, reusing its memory. Returns false at the end.
    ///
    /// # Errors
    /// After an error for which [`Error::is_record`](crate::Error::is_record) holds, the next call reads the next
    /// record. After any other error the next call may try again or end.
    fn read_record(&mut self, record: &mut Record) -> Result<bool>;

    /// Returns the findings in the last record, and between it and the one before. At the end: the findings
    /// after the last record.
    fn findings(&self) -> &[Finding];

    /// Returns the number of findings in the last record that were counted but not listed because of
    /// [`Limits`](crate::Limits), by rule.
    fn unlisted(&self) -> &[(Rule, u64)];

    /// Returns the position of the last record; at the end, that of the end of the input.
    fn position(&self) -> Position;

    /// Returns the bytes of the input that were read, or rejected, as the last record.
    fn raw(&self) -> &[u8];

    /// Returns the next records of the input, about half a MiB, as a reader that can move to another thread;
    /// the last one includes the findings at the end. `None` at the end. If the format allows it, the records
    /// are not parsed yet.
    ///
    /// Bytes that belong to no record go to the batch's sink if the batch is unparsed, else to this reader's,
    /// while the batch is created. See [`RecordRead::on_garbage`].
    ///
    /// [`in_batches`](crate::in_batches) does the rest.
    ///
    /// # Errors
    /// If the input cannot be read.
    fn read_batch(&mut self) -> Result<Option<Batch>> {
        collect_batch(self)
    }

    /// From now on hands to `sink` the bytes that are damage and belong to no record, such as garbage between two, with
    /// the offset of the first of them: in pieces, each once, in the order of the input, before the call returns that
    /// reads the record after them. The bytes of a record that cannot be read are not among them:
    /// [`RecordRead::raw`] has those. A reader of addressed records, which skips nothing, never calls it.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{ReadOptions, Record, RecordRead, iso2709};
    /// use std::sync::{Arc, Mutex};
    ///
    /// let data = std::fs::read("fixtures/findings/B017.mrc")?;
    /// let mut reader = iso2709::SliceReader::new(&data, &ReadOptions::new());
    /// let lost = Arc::new(Mutex::new(Vec::new()));
    /// let sink = Arc::clone(&lost);
    /// reader.on_garbage(Box::new(move |_offset, bytes| sink.lock().unwrap().extend_from_slice(bytes)));
    /// while reader.read_record(&mut Record::new())? {}
    /// assert_eq!(lost.lock().unwrap().as_slice(), b"Connection lost, retrying\n");
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    fn on_garbage(&mut self, sink: GarbageSink) {
        drop(sink);
    }

    /// Returns the character sets in which the text of the input may be, the likeliest first, once a record was read
    /// that is not UTF-8; else none. All records are read by the first of them, unless they show that they are in
    /// another.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{Charset, ReadOptions, Record, RecordRead, irbis_text};
    ///
    /// let data = std::fs::read("fixtures/irbis/export-cp866.txt")?;
    /// let mut reader = irbis_text::SliceReader::new(&data, &ReadOptions::new());
    /// reader.read_record(&mut Record::new())?;
    /// assert_eq!(reader.charset_candidates()[0].charset, Charset::Ibm866);
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    fn charset_candidates(&self) -> &[Candidate] {
        &[]
    }

    /// Returns the records, each with its own memory. Ends at the end of the input, or after an error that
    /// concerns more than one record.
    fn records(&mut self) -> Records<'_, Self>
    where
        Self: Sized,
    {
        Records { reader: self, ended: false }
    }
}

/// A reader that can go to any record by its number.
///
/// # Example
/// ```
/// use kartoteka::{ReadOptions, Record, RecordSeek, isis};
///
/// let mut reader = isis::Reader::from_path("fixtures/isis/irbis64.mst", &ReadOptions::new())?;
/// let mut record = Record::new();
/// assert!(reader.read_mfn(1, &mut record)?);
/// assert!(!reader.read_mfn(1000, &mut record)?);
/// # Ok::<(), kartoteka::Error>(())
/// ```
pub trait RecordSeek: RecordRead {
    /// Reads the last version of the record with this master file number, deleted or not. Returns false if
    /// there is none. Does not affect reading in order.
    ///
    /// # Errors
    /// As [`RecordRead::read_record`].
    fn read_mfn(&mut self, mfn: u32, record: &mut Record) -> Result<bool>;

    /// Returns the greatest number that a record can have; that record need not exist.
    ///
    /// # Errors
    /// [`ErrorKind::Read`](crate::ErrorKind::Read).
    fn last_mfn(&mut self) -> Result<u32>;
}

/// The records of a reader, one by one. See [`RecordRead::records`].
#[derive(Debug)]
pub struct Records<'r, R> {
    reader: &'r mut R,
    ended: bool,
}

impl<R: RecordRead> std::iter::FusedIterator for Records<'_, R> {}

impl<R: RecordRead> Iterator for Records<'_, R> {
    type Item = Result<Record>;

    fn next(&mut self) -> Option<Result<Record>> {
        if self.ended {
            return None;
        }
        let mut record = Record::new();
        match self.reader.read_record(&mut record) {
            Ok(true) => Some(Ok(record)),
            Ok(false) => {
                self.ended = true;
                None
            }
            Err(error) => {
                self.ended = !error.is_record();
                Some(Err(error))
            }
        }
    }
}

/// Makes a type that holds a reader a reader: of it, `$inner` is the one inside.
macro_rules! read_through {
    ([$($generics:tt)*] $holder:ty, $this:ident => $inner:expr) => {
        impl<$($generics)*> RecordRead for $holder {
            fn read_record(&mut self, record: &mut Record) -> Result<bool> {
                let $this = self;
                $inner.read_record(record)
            }

            fn findings(&self) -> &[Finding] {
                let $this = self;
                $inner.findings()
            }

            fn unlisted(&self) -> &[(Rule, u64)] {
                let $this = self;
                $inner.unlisted()
            }

            fn position(&self) -> Position {
                let $this = self;
                $inner.position()
            }

            fn raw(&self) -> &[u8] {
                let $this = self;
                $inner.raw()
            }

            fn read_batch(&mut self) -> Result<Option<Batch>> {
                let $this = self;
                $inner.read_batch()
            }

            fn on_garbage(&mut self, sink: GarbageSink) {
                let $this = self;
                $inner.on_garbage(sink);
            }

            fn charset_candidates(&self) -> &[$crate::charset::Candidate] {
                let $this = self;
                $inner.charset_candidates()
            }
        }
    };
}
pub(crate) use read_through;

read_through!([T: RecordRead + ?Sized] Box<T>, this => (**this));
read_through!([T: RecordRead + ?Sized] &mut T, this => (**this));

/// A writer of records.
///
/// The output is complete only after [`RecordWrite::finish`].
pub trait RecordWrite {
    /// Writes one record.
    ///
    /// # Errors
    /// After an error for which [`Error::is_record`](crate::Error::is_record) holds, nothing of the record
    /// was written, and the next record can be.
    fn write_record(&mut self, record: RecordRef<'_>) -> Result<()>;

    /// Ends the output, closes what the format opens, and flushes it. Only the first call has an effect.
    ///
    /// # Errors
    /// [`ErrorKind::Write`](crate::ErrorKind::Write).
    fn finish(&mut self) -> Result<()>;

    /// Returns whether records can be written in parts, on other threads: see [`RecordWrite::append`]. False
    /// for formats that number their records.
    fn takes_parts(&self) -> bool {
        false
    }

    /// Appends records written by another writer of the same format and options, as a
    /// [part](crate::WriteOptions::part). The output is the same as if this writer had written them.
    ///
    /// # Errors
    /// [`ErrorKind::Argument`](crate::ErrorKind::Argument) if the format has no parts,
    /// [`ErrorKind::Write`](crate::ErrorKind::Write).
    ///
    /// # Example
    /// ```
    /// use kartoteka::{Record, RecordWrite, WriteOptions, line};
    ///
    /// let record = Record::builder().control_field("001", "kart0001").build()?;
    /// let mut whole = line::Writer::new(Vec::new(), &WriteOptions::new());
    /// for _ in 0..2 {
    ///     let mut part = line::Writer::new(Vec::new(), &WriteOptions::new().part(true));
    ///     part.write_record(record.view())?;
    ///     part.finish()?;
    ///     whole.append(part.get_ref())?;
    /// }
    /// whole.finish()?;
    /// let text = String::from_utf8(whole.into_inner()).unwrap();
    /// assert_eq!(text.matches("001 kart0001").count(), 2);
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    fn append(&mut self, part: &[u8]) -> Result<()> {
        let _ = part;
        Err(crate::Error::argument("no part can be appended to this output"))
    }

    /// Returns the findings in the last record while writing it.
    fn findings(&self) -> &[Finding];

    /// Returns the number of findings in the last record that were counted but not listed, by rule.
    fn unlisted(&self) -> &[(Rule, u64)];

    /// Returns the number of characters and undecodable sequences replaced since the writer was created.
    fn replaced(&self) -> u64;
}

/// Makes a type that holds a writer a writer: of it, `$inner` is the one inside.
macro_rules! write_through {
    ([$($generics:tt)*] $holder:ty, $this:ident => $inner:expr) => {
        impl<$($generics)*> RecordWrite for $holder {
            fn write_record(&mut self, record: RecordRef<'_>) -> Result<()> {
                let $this = self;
                $inner.write_record(record)
            }

            fn finish(&mut self) -> Result<()> {
                let $this = self;
                $inner.finish()
            }

            fn takes_parts(&self) -> bool {
                let $this = self;
                $inner.takes_parts()
            }

            fn append(&mut self, part: &[u8]) -> Result<()> {
                let $this = self;
                $inner.append(part)
            }

            fn findings(&self) -> &[Finding] {
                let $this = self;
                $inner.findings()
            }

            fn unlisted(&self) -> &[(Rule, u64)] {
                let $this = self;
                $inner.unlisted()
            }

            fn replaced(&self) -> u64 {
                let $this = self;
                $inner.replaced()
            }
        }
    };
}
pub(crate) use write_through;

write_through!([T: RecordWrite + ?Sized] Box<T>, this => (**this));

/// Consecutive records of an input: a reader of its own that can move to another thread.
pub type Batch = Box<dyn RecordRead + Send>;

/// The least number of bytes in a batch, and the greatest number of records.
const BYTES: usize = 512 * 1024;
const RECORDS: usize = 4096;

/// A batch of records that have been read.
struct ParsedBatch {
    rest: VecDeque<Entry>,
    last: Entry,
}

#[derive(Default)]
struct Entry {
    record: Record,
    error: Option<Error>,
    is_end: bool,
    findings: Vec<Finding>,
    unlisted: Vec<(Rule, u64)>,
    position: Position,
    raw: Vec<u8>,
}

/// Reads a batch of records, for readers that must parse in order.
pub(super) fn collect_batch<R: RecordRead + ?Sized>(reader: &mut R) -> Result<Option<Batch>> {
    let mut rest = VecDeque::new();
    let mut bytes = 0usize;
    while bytes < BYTES && rest.len() < RECORDS {
        let mut entry = Entry::default();
        match reader.read_record(&mut entry.record) {
            Ok(more) => entry.is_end = !more,
            Err(error) if error.is_record() => entry.error = Some(error),
            Err(error) if rest.is_empty() => return Err(error),
            Err(error) => {
                entry.error = Some(error);
                entry.is_end = true;
            }
        }
        entry.findings.extend_from_slice(reader.findings());
        entry.unlisted.extend_from_slice(reader.unlisted());
        entry.position = reader.position();
        entry.raw.extend_from_slice(reader.raw());
        bytes += entry.raw.len();
        let is_end = entry.is_end;
        if is_end && rest.is_empty() && entry.findings.is_empty() && entry.error.is_none() {
            return Ok(None);
        }
        rest.push_back(entry);
        if is_end {
            break;
        }
    }
    Ok(Some(Box::new(ParsedBatch { rest, last: Entry::default() })))
}

impl RecordRead for ParsedBatch {
    fn read_record(&mut self, record: &mut Record) -> Result<bool> {
        self.last = self.rest.pop_front().unwrap_or(Entry { is_end: true, ..Entry::default() });
        std::mem::swap(record, &mut self.last.record);
        match self.last.error.take() {
            Some(error) => Err(error),
            None => Ok(!self.last.is_end),
        }
    }

    fn findings(&self) -> &[Finding] {
        &self.last.findings
    }

    fn unlisted(&self) -> &[(Rule, u64)] {
        &self.last.unlisted
    }

    fn position(&self) -> Position {
        self.last.position
    }

    fn raw(&self) -> &[u8] {
        &self.last.raw
    }
}

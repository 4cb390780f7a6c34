//! What every reader and every writer can do.

use super::batch::{Batch, collect_batch};
use crate::{Code, Diagnostic, Position, Record, RecordRef, Result};

/// Who hears of bytes that are lost: see [`RecordRead::on_lost`].
pub type LostSink = Box<dyn FnMut(&[u8]) + Send>;

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
    /// Reads the next record into `record`, reusing its memory. False at the end.
    ///
    /// # Errors
    /// After an error for which [`Error::is_record`](crate::Error::is_record) holds, the next call reads the next
    /// record. After any other error the next call may try again or end.
    fn read_record(&mut self, record: &mut Record) -> Result<bool>;

    /// What was found in the last record, and between it and the one before. At the end: what was found behind the
    /// last record.
    fn diagnostics(&self) -> &[Diagnostic];

    /// How many findings in the last record were counted, but not listed because of [`Limits`](crate::Limits), by
    /// code.
    fn suppressed(&self) -> &[(Code, u64)];

    /// Where the last record begins; at the end, where the input ends.
    fn position(&self) -> Position;

    /// The bytes of the input from which the last record was read, or not read.
    fn raw(&self) -> &[u8];

    /// Takes the next records of the input, about half a MiB of them, as a reader that another thread may have; what is found
    /// at the end is in the last. `None` at the end. Where the format allows it, they have not been parsed yet.
    ///
    /// What is damage, and belongs to no record, is told by the batch, if its records have not been parsed, to who listens
    /// there; otherwise by this reader, while the batch is made. See [`RecordRead::on_lost`].
    ///
    /// See [`in_batches`](crate::in_batches), which does the rest.
    ///
    /// # Errors
    /// If the input cannot be read on.
    fn read_batch(&mut self) -> Result<Option<Batch>> {
        collect_batch(self)
    }

    /// From now on hands to `sink` the bytes that are damage and belong to no record, such as garbage between two, in
    /// pieces, as they are passed over: each once, in the order of the input, before the call returns that reads
    /// the record behind them. The bytes of a record that cannot be read are not among them: [`RecordRead::raw`] has
    /// those. A reader of addressed records, which passes over nothing, never calls it.
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
    /// reader.on_lost(Box::new(move |bytes| sink.lock().unwrap().extend_from_slice(bytes)));
    /// while reader.read_record(&mut Record::new())? {}
    /// assert_eq!(lost.lock().unwrap().as_slice(), b"Connection lost, retrying\n");
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    fn on_lost(&mut self, sink: LostSink) {
        drop(sink);
    }

    /// The records, each with its own memory. Ends at the end, or behind an error that is not about one record.
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
    /// Reads the record with this master file number, deleted or not: its last version. False if there is none. Reading
    /// in order goes on where it was.
    ///
    /// # Errors
    /// As [`RecordRead::read_record`].
    fn read_mfn(&mut self, mfn: u32, record: &mut Record) -> Result<bool>;

    /// The greatest number that a record can have; there may be none with it.
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

macro_rules! read_through {
    ($($pointer:ty),+) => {
        $(impl<T: RecordRead + ?Sized> RecordRead for $pointer {
            fn read_record(&mut self, record: &mut Record) -> Result<bool> {
                (**self).read_record(record)
            }

            fn diagnostics(&self) -> &[Diagnostic] {
                (**self).diagnostics()
            }

            fn suppressed(&self) -> &[(Code, u64)] {
                (**self).suppressed()
            }

            fn position(&self) -> Position {
                (**self).position()
            }

            fn raw(&self) -> &[u8] {
                (**self).raw()
            }

            fn read_batch(&mut self) -> Result<Option<Batch>> {
                (**self).read_batch()
            }

            fn on_lost(&mut self, sink: LostSink) {
                (**self).on_lost(sink);
            }
        })+
    };
}

read_through!(Box<T>, &mut T);

/// A writer of records.
///
/// What it writes is complete only after [`RecordWrite::finish`].
pub trait RecordWrite {
    /// Writes one record.
    ///
    /// # Errors
    /// After an error for which [`Error::is_record`](crate::Error::is_record) holds, nothing of the record was
    /// written, and the next one can be.
    fn write_record(&mut self, record: RecordRef<'_>) -> Result<()>;

    /// Ends the output, closing what the format opens, and flushes it. Once; after that nothing is written.
    ///
    /// # Errors
    /// [`ErrorKind::Write`](crate::ErrorKind::Write).
    fn finish(&mut self) -> Result<()>;

    /// Whether records can be written in parts, on other threads: see [`RecordWrite::append`]. Formats that number their
    /// records cannot.
    fn takes_parts(&self) -> bool {
        false
    }

    /// Appends records that another writer of the same format and with the same options wrote, as a
    /// [part](crate::WriteOptions::part). What comes out is the same as if this one had written them.
    ///
    /// # Errors
    /// [`ErrorKind::Argument`](crate::ErrorKind::Argument) if it takes no parts,
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

    /// What was found in the last record while writing it.
    fn diagnostics(&self) -> &[Diagnostic];

    /// How many findings in the last record were counted, but not listed, by code.
    fn suppressed(&self) -> &[(Code, u64)];

    /// How many characters and undecodable sequences were replaced since the writer was made.
    fn replaced(&self) -> u64;
}

impl<T: RecordWrite + ?Sized> RecordWrite for Box<T> {
    fn write_record(&mut self, record: RecordRef<'_>) -> Result<()> {
        (**self).write_record(record)
    }

    fn finish(&mut self) -> Result<()> {
        (**self).finish()
    }

    fn takes_parts(&self) -> bool {
        (**self).takes_parts()
    }

    fn append(&mut self, part: &[u8]) -> Result<()> {
        (**self).append(part)
    }

    fn diagnostics(&self) -> &[Diagnostic] {
        (**self).diagnostics()
    }

    fn suppressed(&self) -> &[(Code, u64)] {
        (**self).suppressed()
    }

    fn replaced(&self) -> u64 {
        (**self).replaced()
    }
}

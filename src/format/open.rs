//! Readers and writers of any format.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use super::detect::{Detection, SAMPLE, detect};
use super::{Format, FormatInfo, isis};
use crate::io::{ReadOptions, RecordRead, RecordWrite, Unicode, WriteOptions};
use crate::{Error, ErrorKind, Result};

/// Opens a file for reading, whatever its format, with the default [`ReadOptions`].
///
/// # Errors
/// [`ErrorKind::Read`] if the file cannot be opened or read, and as [`detect`].
///
/// # Example
/// ```
/// use kartoteka::RecordRead;
///
/// let mut titles = Vec::new();
/// for record in kartoteka::open("fixtures/iso2709/marc21.mrc")?.records() {
///     let record = record?;
///     titles.extend(record.field("245").and_then(|field| field.subfield('a')).map(|title| title.to_string()));
/// }
/// assert_eq!(titles.len(), 8);
/// # Ok::<(), kartoteka::Error>(())
/// ```
pub fn open(path: impl AsRef<Path>) -> Result<Box<dyn RecordRead + Send>> {
    open_with(path, None, &ReadOptions::new())
}

/// Opens a file for reading: in the format given, or in that which [`detect`] finds.
///
/// A master file ([`Format::Mst`]) is opened with its cross reference beside it: see
/// [`isis::Reader::from_path`](crate::isis::Reader::from_path).
///
/// # Errors
/// As [`open`]; [`ErrorKind::Format`] also if the format is not compiled in.
///
/// # Example
/// ```
/// use kartoteka::{Charset, Format, ReadOptions, RecordRead, open_with};
///
/// let options = ReadOptions::new().charset(Charset::Windows1251);
/// let mut reader = open_with("fixtures/irbis/irbis-cp1251.iso", Some(Format::Iso2709), &options)?;
/// assert_eq!(reader.records().count(), 3);
/// # Ok::<(), kartoteka::Error>(())
/// ```
pub fn open_with(
    path: impl AsRef<Path>,
    format: Option<Format>,
    options: &ReadOptions,
) -> Result<Box<dyn RecordRead + Send>> {
    let path = path.as_ref();
    if format == Some(Format::Mst) {
        return Ok(Box::new(isis::Reader::from_path(path, options)?));
    }
    let file = File::open(path)?;
    match format {
        Some(format) => reader_of(file, format, options),
        None => {
            let input = Peek::new(file)?;
            match input.detect(Some(path))?.format {
                Format::Mst => Ok(Box::new(isis::Reader::from_path(path, options)?)),
                format => reader_of(input, format, options),
            }
        }
    }
}

/// Makes a reader over a source of bytes: in the format given, or in that which [`detect`] finds.
///
/// Without a format, up to 64 KiB are read from the source first; it need not seek, so standard input will do. Text in
/// UTF-16 is read as UTF-8; places in it are those in the UTF-8.
///
/// # Errors
/// As [`open_with`]; [`ErrorKind::Format`] also for a master file, which is no stream.
///
/// # Example
/// ```
/// use kartoteka::{ReadOptions, RecordRead, reader};
///
/// let text = "#920: PAZK\n#200: ^AXəmsə\n*****\n";
/// let mut reader = reader(text.as_bytes(), None, &ReadOptions::new())?;
/// assert_eq!(reader.records().count(), 1);
/// # Ok::<(), kartoteka::Error>(())
/// ```
pub fn reader<'a>(
    source: impl Read + Send + 'a,
    format: Option<Format>,
    options: &ReadOptions,
) -> Result<Box<dyn RecordRead + Send + 'a>> {
    match format {
        Some(format) => reader_of(source, format, options),
        None => {
            let input = Peek::new(source)?;
            let format = input.detect(None)?.format;
            reader_of(input, format, options)
        }
    }
}

fn reader_of<'a>(
    source: impl Read + Send + 'a,
    format: Format,
    options: &ReadOptions,
) -> Result<Box<dyn RecordRead + Send + 'a>> {
    let info = compiled_in(format)?;
    match info.reader {
        Some(make) if info.text => Ok(make(Box::new(Unicode::new(source)), options)),
        Some(make) => Ok(make(Box::new(source), options)),
        None => Err(Error::new(ErrorKind::Format(format!(
            "{format} is read here and there, not from end to end: it has to be a plain file, opened by its path"
        )))),
    }
}

/// Makes a writer to a sink. The writers have buffers of their own: a `BufWriter` around the sink is of no use.
///
/// # Errors
/// [`ErrorKind::Format`] if the format is not compiled in, or cannot be written.
///
/// # Example
/// ```
/// use kartoteka::{Format, RecordWrite, WriteOptions, copy, open, writer};
///
/// let mut bytes = Vec::new();
/// let mut output = writer(Format::Iso2709, &mut bytes, &WriteOptions::new())?;
/// copy(&mut open("fixtures/iso2709/marc21.mrc")?, &mut output)?;
/// drop(output);
/// assert_eq!(bytes, std::fs::read("fixtures/iso2709/marc21.mrc")?);
/// # Ok::<(), kartoteka::Error>(())
/// ```
pub fn writer<'a>(
    format: Format,
    sink: impl Write + Send + 'a,
    options: &WriteOptions,
) -> Result<Box<dyn RecordWrite + Send + 'a>> {
    match compiled_in(format)?.writer {
        Some(make) => Ok(make(Box::new(sink), options)),
        None => Err(Error::new(ErrorKind::Format(format!(
            "{format} is written here and there, not from end to end: it has to be a file, opened by its path"
        )))),
    }
}

fn compiled_in(format: Format) -> Result<&'static FormatInfo> {
    format.info().ok_or_else(|| {
        let feature = match format {
            Format::Marcxml | Format::Marcxchange | Format::Turbomarc | Format::OaiMarc => "xml",
            Format::Csv | Format::Tsv => "csv",
            _ => "json",
        };
        let message = format!("{format} is not compiled in: the feature `{feature}` is off");
        Error::new(ErrorKind::Format(message))
    })
}

/// A source of bytes whose beginning was looked at, and is read again as if it were not.
///
/// [`open`] and [`reader`] use it by themselves. You need it to know the [`Detection`] as well as the records.
///
/// # Example
/// ```
/// use kartoteka::{Peek, ReadOptions, RecordRead, reader};
///
/// let input = Peek::new(std::fs::File::open("fixtures/iso2709/marc21.mrc")?)?;
/// let found = input.detect(None)?;
/// println!("{}: {}", found.format, found.reason);
/// assert_eq!(reader(input, Some(found.format), &ReadOptions::new())?.records().count(), 8);
/// # Ok::<(), kartoteka::Error>(())
/// ```
pub struct Peek<R> {
    sample: Vec<u8>,
    /// How much of the sample was read again.
    taken: usize,
    source: R,
}

impl<R: Read> Peek<R> {
    /// Reads up to 64 KiB from the source: all there are, if it is shorter.
    ///
    /// # Errors
    /// [`ErrorKind::Read`] if the source cannot be read.
    pub fn new(mut source: R) -> Result<Peek<R>> {
        let mut sample = Vec::new();
        (&mut source).take(SAMPLE as u64).read_to_end(&mut sample)?;
        Ok(Peek { sample, taken: 0, source })
    }

    /// The beginning of the input.
    pub fn sample(&self) -> &[u8] {
        &self.sample
    }

    /// Finds out which format the input is in; `path` is the name of the file, if it has one.
    ///
    /// # Errors
    /// As [`detect`].
    pub fn detect(&self, path: Option<&Path>) -> Result<Detection> {
        detect(&self.sample, path)
    }
}

impl<R: Read> Read for Peek<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut rest = self.sample.get(self.taken..).unwrap_or_default();
        if rest.is_empty() {
            return self.source.read(buf);
        }
        let len = rest.read(buf)?;
        self.taken = self.taken.saturating_add(len);
        Ok(len)
    }
}

impl<R: fmt::Debug> fmt::Debug for Peek<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peek").field("sample", &self.sample.len()).field("source", &self.source).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Record;

    #[test]
    fn peeking_loses_nothing() {
        let data: Vec<u8> = (0..200_000u32).map(|number| number as u8).collect();
        let mut peek = Peek::new(&data[..]).unwrap();
        assert_eq!(peek.sample(), &data[..SAMPLE]);
        let mut all = Vec::new();
        peek.read_to_end(&mut all).unwrap();
        assert_eq!(all, data);
    }

    #[test]
    fn an_empty_input_has_no_records() {
        let mut input = reader(io::empty(), None, &ReadOptions::new()).unwrap();
        assert!(!input.read_record(&mut Record::new()).unwrap());
        assert!(input.diagnostics().is_empty());
    }

    #[test]
    fn what_cannot_be_opened() {
        assert!(open("fixtures/no such file").is_err_and(|error| error.is_io()));
        assert!(open("fixtures").is_err_and(|error| error.is_io()));
        let Err(error) = reader(&b"hello"[..], None, &ReadOptions::new()) else { panic!("read") };
        assert!(matches!(error.kind(), ErrorKind::Format(_)));
    }
}

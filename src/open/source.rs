//! Readers and writers of any format.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use super::any::{AnyReader, AnyWriter};
use super::detect::{Detection, SAMPLE, detect};
use crate::bytes::Cut;
use crate::error::{Error, FormatError, Result};
use crate::format::descriptor::{Descriptor, Format};
use crate::io::{ReadOptions, Unicode, WriteOptions};

/// Opens a file for reading, whatever its format, with the default [`ReadOptions`].
///
/// # Errors
/// [`ErrorKind::Read`](crate::ErrorKind::Read) if the file cannot be opened or read, and as [`detect`].
///
/// # Example
/// ```
/// let mut titles = Vec::new();
/// for record in kartoteka::open("fixtures/iso2709/marc21.mrc")? {
///     let record = record?;
///     titles.extend(record.field("245").and_then(|field| field.subfield('a')).map(|title| title.to_string()));
/// }
/// assert_eq!(titles.len(), 8);
/// # Ok::<(), kartoteka::Error>(())
/// ```
pub fn open(path: impl AsRef<Path>) -> Result<AnyReader<'static>> {
    open_with(path, None, &ReadOptions::new())
}

/// Opens a file for reading: in the given format, or in the one that [`detect`] finds.
///
/// # Errors
/// As [`open`]; [`ErrorKind::Format`](crate::ErrorKind::Format) also if the format is not compiled in.
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
) -> Result<AnyReader<'static>> {
    let path = path.as_ref();
    let file = File::open(path).map_err(|error| Error::read(error).with_path(path))?;
    let (source, format): (Box<dyn Read + Send>, Format) = match format {
        Some(format) => (Box::new(file), format),
        None => {
            let input = Peek::new(file).map_err(|error| error.with_path(path))?;
            let format = input.detect(Some(path)).map_err(|error| error.with_path(path))?.format;
            (Box::new(input), format)
        }
    };
    let known = compiled_in(format)?;
    if let (Some(part), None) = (options.part, known.opener) {
        let Some(open) = known.reader.and_then(|drivers| drivers.part) else {
            let why = format!("{format} cannot be read in parts: convert it to ndjson or iso2709 first");
            return Err(Error::argument(why).with_path(path));
        };
        let file = File::open(path).map_err(|error| Error::read(error).with_path(path))?;
        let reader = open(file, part, known.text, options).map_err(|error| error.with_path(path))?;
        return Ok(AnyReader::new(reader, format));
    }
    match known.opener {
        Some(open) => {
            let reader = open(path, options).map_err(|error| error.with_path(path))?;
            Ok(AnyReader::new(reader, format))
        }
        None => reader_of(source, format, options),
    }
}

/// Creates a reader over a source of bytes: in the given format, or in the one that [`detect`] finds.
///
/// Without a format, up to 64 KiB are read from the source first; the source need not seek, so standard input
/// works. Text in UTF-16 is read as UTF-8; positions in it are those in the UTF-8.
///
/// # Errors
/// As [`open_with`]; [`ErrorKind::Format`](crate::ErrorKind::Format) also for a master file, which is no stream.
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
) -> Result<AnyReader<'a>> {
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
) -> Result<AnyReader<'a>> {
    let known = compiled_in(format)?;
    if options.part.is_some() {
        return Err(Error::argument("a part can be read of a file that is not compressed, not of a stream"));
    }
    let reader = match known.reader {
        Some(drivers) if known.text => (drivers.stream)(Box::new(Unicode::new(source)), options),
        Some(drivers) => (drivers.stream)(Box::new(source), options),
        None => return Err(Error::format(FormatError::NeedsFile(format.name()))),
    };
    Ok(AnyReader::new(reader, format))
}

/// Creates a writer to a sink. Writers have their own buffers: a `BufWriter` around the sink gains nothing.
///
/// # Errors
/// [`ErrorKind::Format`](crate::ErrorKind::Format) if the format is not compiled in, or cannot be written.
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
) -> Result<AnyWriter<'a>> {
    match compiled_in(format)?.writer {
        Some(make) => Ok(AnyWriter::new(make(Box::new(sink), options), format)),
        None => Err(Error::format(FormatError::NotWritable(format.name()))),
    }
}

fn compiled_in(format: Format) -> Result<&'static Descriptor> {
    let known = format.0;
    if known.reader.is_some() || known.opener.is_some() || known.writer.is_some() {
        return Ok(known);
    }
    Err(Error::format(FormatError::NotCompiledIn { format: known.name, feature: known.feature }))
}

/// A source of bytes whose beginning was examined and is read again.
///
/// [`open`] and [`reader`] use it internally. Use it to get the [`Detection`] as well as the records.
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
    /// Reads up to 64 KiB from the source, or all of a shorter one.
    ///
    /// # Errors
    /// [`ErrorKind::Read`](crate::ErrorKind::Read) if the source cannot be read.
    pub fn new(mut source: R) -> Result<Peek<R>> {
        let mut sample = Vec::new();
        (&mut source).take(SAMPLE as u64).read_to_end(&mut sample).map_err(Error::read)?;
        Ok(Peek { sample, taken: 0, source })
    }

    /// Returns the beginning of the input.
    pub fn sample(&self) -> &[u8] {
        &self.sample
    }

    /// Detects the format of the input; `path` is the name of the file, if it has one.
    ///
    /// # Errors
    /// As [`detect`].
    pub fn detect(&self, path: Option<&Path>) -> Result<Detection> {
        detect(&self.sample, path)
    }
}

impl<R: Read> Read for Peek<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut rest = self.sample.cut(self.taken..);
        if rest.is_empty() {
            return self.source.read(buf);
        }
        let len = rest.read(buf)?;
        self.taken += len;
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
    use crate::error::ErrorKind;
    use crate::record::Record;

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
        assert!(input.findings().is_empty());
    }

    #[test]
    fn what_cannot_be_opened() {
        assert!(open("fixtures/no such file").is_err_and(|error| error.is_io()));
        assert!(open("fixtures").is_err_and(|error| error.is_io()));
        let Err(error) = reader(&b"hello"[..], None, &ReadOptions::new()) else { panic!("read") };
        assert!(matches!(error.kind(), ErrorKind::Format(_)));
    }
}

//! Parts of files, with the bytes of their records kept.

use std::fmt;
use std::io::Write;

use super::any::AnyWriter;
use super::source::writer;
use crate::error::{Error, Result};
use crate::format::descriptor::{Can, Format};
use crate::io::WriteOptions;
use crate::record::Record;

/// Writes records of a file to another file of the same format, as they were read: byte for byte in formats of which a
/// file is nothing but its records, by the writer of the format in all others.
///
/// # Example
/// ```
/// use kartoteka::{Content, Pass, Verbatim, open};
///
/// let reader = open("fixtures/iso2709/damaged.mrc")?;
/// let mut part = Vec::new();
/// let mut writer = Verbatim::new(&mut part, reader.format())?;
/// let mut pass = Pass::new(reader);
/// while let Some(item) = pass.item()? {
///     let raw = item.raw();
///     if let Content::Record(record) = item.content {
///         if record.field("700").is_some() {
///             writer.write(raw, Some(record), false)?;
///         }
///     }
/// }
/// writer.finish()?;
/// drop(writer);
/// let whole = std::fs::read("fixtures/iso2709/damaged.mrc")?;
/// assert!(!part.is_empty() && part.len() < whole.len());
/// # Ok::<(), kartoteka::Error>(())
/// ```
pub struct Verbatim<'w> {
    format: Format,
    output: Output<'w>,
}

enum Output<'w> {
    Bytes(Box<dyn Write + Send + 'w>),
    Records(AnyWriter<'w>),
}

impl<'w> Verbatim<'w> {
    /// Makes a writer to `sink`, which should have a buffer.
    ///
    /// # Errors
    /// As [`writer`].
    pub fn new(sink: impl Write + Send + 'w, format: Format) -> Result<Verbatim<'w>> {
        let output = match format.can(Can::Concatenate) {
            true => Output::Bytes(Box::new(sink)),
            false => Output::Records(writer(format, sink, &WriteOptions::new())?),
        };
        Ok(Verbatim { format, output })
    }

    /// Writes a record: its bytes `raw`, or what was read of them where that is `changed` or the format does not keep
    /// bytes. Returns false if it cannot be written: it has no record then, or one that the format cannot hold.
    ///
    /// # Errors
    /// [`ErrorKind::Write`](crate::ErrorKind::Write).
    pub fn write(&mut self, raw: &[u8], record: Option<&Record>, changed: bool) -> Result<bool> {
        match (&mut self.output, record) {
            (Output::Bytes(sink), Some(record)) if changed => {
                let mut bytes = Vec::new();
                let mut to = writer(self.format, &mut bytes, &WriteOptions::new())?;
                let written = to.write(record).and_then(|()| to.finish());
                drop(to);
                is_written(written.and_then(|()| self.format.put(&bytes, sink)))
            }
            (Output::Bytes(sink), _) => self.format.put(raw, sink).map(|()| true),
            (Output::Records(records), Some(record)) => is_written(records.write(record)),
            (Output::Records(_), None) => Ok(false),
        }
    }

    /// Ends the output.
    ///
    /// # Errors
    /// [`ErrorKind::Write`](crate::ErrorKind::Write).
    pub fn finish(&mut self) -> Result<()> {
        match &mut self.output {
            Output::Bytes(sink) => sink.flush().map_err(Error::write),
            Output::Records(records) => records.finish(),
        }
    }
}

fn is_written(result: Result<()>) -> Result<bool> {
    match result {
        Ok(()) => Ok(true),
        Err(error) if error.is_record() => Ok(false),
        Err(error) => Err(error),
    }
}

impl Format {
    /// Writes the bytes of a record, and what the last record of a file may lack and the others have.
    fn put(self, raw: &[u8], sink: &mut dyn Write) -> Result<()> {
        sink.write_all(raw).and_then(|()| sink.write_all(self.missing_end(raw))).map_err(Error::write)
    }

    /// Returns what has to follow the bytes of a record before another record can: the line end or the end mark that the
    /// last record of a file may lack.
    ///
    /// # Example
    /// ```
    /// use kartoteka::Format;
    ///
    /// assert_eq!(Format::IrbisText.missing_end(b"#200: ^aDivan"), b"\r\n*****\r\n");
    /// assert_eq!(Format::Iso2709.missing_end(b"00026 \x1e\x1d"), b"");
    /// ```
    pub fn missing_end(self, raw: &[u8]) -> &'static [u8] {
        let ended = !self.is_text() || raw.is_empty() || raw.ends_with(b"\n");
        let text = raw.trim_ascii_end();
        match self == Format::IrbisText && !text.ends_with(b"*****") {
            true if ended => b"*****\r\n",
            true => b"\r\n*****\r\n",
            false if ended => b"",
            false => b"\n",
        }
    }
}

impl fmt::Debug for Verbatim<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verbatim").field("format", &self.format).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_a_record() {
        let text = Format::IrbisText;
        assert_eq!(text.missing_end(b"#1: a\r\n*****\r\n"), b"");
        assert_eq!(text.missing_end(b"#1: a\r\n"), b"*****\r\n");
        assert_eq!(text.missing_end(b"#1: a"), b"\r\n*****\r\n");
        assert_eq!(Format::Ndjson.missing_end(b"{}"), b"\n");
        assert_eq!(Format::Iso2709.missing_end(b"\x1d"), b"");
    }
}

//! Compressed inputs and outputs, gzip and zstd: inputs by their first bytes, outputs by the extension of the file.
//!
//! # Example
//! ```
//! use kartoteka::compression::{Compression, compress, decompress};
//! use kartoteka::{ReadOptions, reader};
//! use std::fs::File;
//! use std::path::Path;
//!
//! let path = std::env::temp_dir().join("kartoteka-compression-example.mrc.gz");
//! let mut to = compress(File::create(&path)?, &path)?;
//! to.write_all(&std::fs::read("fixtures/iso2709/marc21.mrc")?)?;
//! drop(to);
//! let (source, compression) = decompress(Box::new(File::open(&path)?))?;
//! assert_eq!(compression, Some(Compression::Gzip));
//! assert_eq!(reader(source, None, &ReadOptions::new())?.into_iter().count(), 8);
//! # std::fs::remove_file(&path)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Chain, Cursor, Read, Write};
use std::path::{Path, PathBuf};

use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// gzip, RFC 1952; one member or several.
    Gzip,
    /// Zstandard, RFC 8878; one frame or several.
    Zstd,
}

impl Compression {
    /// Returns the compression that the last extension names.
    fn of_name(path: &Path) -> Option<Compression> {
        let extension = path.extension().and_then(OsStr::to_str)?;
        match extension.to_ascii_lowercase().as_str() {
            "gz" => Some(Compression::Gzip),
            "zst" => Some(Compression::Zstd),
            _ => None,
        }
    }

    /// Returns the compression that the first bytes of a file have.
    fn of_content(first: &[u8]) -> Option<Compression> {
        match first {
            [0x1F, 0x8B, ..] => Some(Compression::Gzip),
            [0x28, 0xB5, 0x2F, 0xFD, ..] => Some(Compression::Zstd),
            _ => None,
        }
    }

    /// Returns the lower-case name: `gzip` or `zstd`.
    pub const fn name(self) -> &'static str {
        match self {
            Compression::Gzip => "gzip",
            Compression::Zstd => "zstd",
        }
    }
}

/// Returns the name of a file without the extension of compression.
pub fn uncompressed_name(path: &Path) -> PathBuf {
    match Compression::of_name(path) {
        Some(_) => path.with_extension(""),
        None => path.to_owned(),
    }
}

/// A source whose first bytes were looked at.
type Opened = Chain<Cursor<Vec<u8>>, Box<dyn Read + Send>>;

/// Decompresses a source if its first bytes say that it is compressed.
///
/// # Errors
/// If the source cannot be read.
pub fn decompress(
    mut source: Box<dyn Read + Send>,
) -> io::Result<(Box<dyn Read + Send>, Option<Compression>)> {
    let mut first = Vec::new();
    source.by_ref().take(4).read_to_end(&mut first)?;
    let compression = Compression::of_content(&first);
    let source: Opened = Cursor::new(first).chain(source);
    let source: Box<dyn Read + Send> = match compression {
        None => Box::new(source),
        // Members and frames may follow each other, as `cat a.gz b.gz` makes them.
        Some(Compression::Gzip) => Box::new(Gzip::Between(BufReader::with_capacity(READ_AT_A_TIME, source))),
        Some(Compression::Zstd) => Box::new(zstd::Decoder::new(source)?),
    };
    Ok((source, compression))
}

/// The members of a gzip file, one after the other. Zeros between them and after the last are padding; other bytes after
/// the last are not compressed, and handed on as they are: the reader of records reports them.
enum Gzip<R> {
    Member(GzDecoder<R>),
    Between(R),
    After(R),
    /// While one becomes another.
    Changing,
}

impl<R: BufRead> Read for Gzip<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            match self {
                Gzip::Member(member) => match member.read(buf)? {
                    0 if !buf.is_empty() => {}
                    len => return Ok(len),
                },
                Gzip::Between(source) => {
                    let bytes = source.fill_buf()?;
                    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
                    if bytes.is_empty() {
                        return Ok(0);
                    }
                    if zeros > 0 {
                        source.consume(zeros);
                        continue;
                    }
                }
                Gzip::After(source) => return source.read(buf),
                Gzip::Changing => return Ok(0),
            }
            *self = match std::mem::replace(self, Gzip::Changing) {
                Gzip::Member(member) => Gzip::Between(member.into_inner()),
                Gzip::Between(mut source) => match source.fill_buf() {
                    Ok([0x1F, 0x8B, ..] | [0x1F]) => Gzip::Member(GzDecoder::new(source)),
                    _ => Gzip::After(source),
                },
                other => other,
            };
        }
    }
}

/// How many compressed bytes are asked for at a time.
const READ_AT_A_TIME: usize = 64 * 1024;

/// Compresses what goes to a sink, if the extension of the file is `.gz` or `.zst`. Dropping the writer ends the file; the
/// sink hears of what fails then.
///
/// # Errors
/// If the compressor cannot be made.
pub fn compress<W: Write + Send + 'static>(sink: W, path: &Path) -> io::Result<Box<dyn Write + Send>> {
    Ok(match Compression::of_name(path) {
        None => Box::new(sink),
        Some(Compression::Gzip) => Box::new(GzEncoder::new(sink, flate2::Compression::default())),
        Some(Compression::Zstd) => {
            let mut encoder = zstd::Encoder::new(sink, 0)?;
            encoder.include_checksum(true)?;
            Box::new(encoder.auto_finish())
        }
    })
}

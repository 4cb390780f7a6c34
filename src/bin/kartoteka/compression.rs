//! Compressed inputs and outputs: gzip and zstd, on the way in found by their first bytes, on the way out by the
//! name.

use std::ffi::OsStr;
use std::io::{self, BufReader, Chain, Cursor, Read, Write};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    Gzip,
    Zstd,
}

impl Compression {
    /// By the last extension of a name.
    fn of_name(path: &Path) -> Option<Compression> {
        let extension = path.extension().and_then(OsStr::to_str)?;
        match extension.to_ascii_lowercase().as_str() {
            "gz" => Some(Compression::Gzip),
            "zst" => Some(Compression::Zstd),
            _ => None,
        }
    }

    /// By the first bytes of a file.
    fn of_content(first: &[u8]) -> Option<Compression> {
        match first {
            [0x1F, 0x8B, ..] => Some(Compression::Gzip),
            [0x28, 0xB5, 0x2F, 0xFD, ..] => Some(Compression::Zstd),
            _ => None,
        }
    }

    /// What it is called in messages.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Compression::Gzip => "gzip",
            Compression::Zstd => "zstd",
        }
    }
}

/// The name of a file without what says that it is compressed.
pub(crate) fn uncompressed_name(path: &Path) -> PathBuf {
    match Compression::of_name(path) {
        Some(_) => path.with_extension(""),
        None => path.to_owned(),
    }
}

/// A source whose first bytes were looked at.
type Opened = Chain<Cursor<Vec<u8>>, Box<dyn Read + Send>>;

/// Decompresses a source if its first bytes say that it is compressed, whatever its name says.
pub(crate) fn decompress(
    mut source: Box<dyn Read + Send>,
) -> io::Result<(Box<dyn Read + Send>, Option<Compression>)> {
    let mut first = Vec::new();
    source.by_ref().take(4).read_to_end(&mut first)?;
    let compression = Compression::of_content(&first);
    let source: Opened = Cursor::new(first).chain(source);
    let source: Box<dyn Read + Send> = match compression {
        None => Box::new(source),
        // Members and frames may follow each other, as `cat a.gz b.gz` makes them.
        Some(Compression::Gzip) => {
            Box::new(MultiGzDecoder::new(BufReader::with_capacity(READ_AT_A_TIME, source)))
        }
        Some(Compression::Zstd) => Box::new(zstd::Decoder::new(source)?),
    };
    Ok((source, compression))
}

/// How many compressed bytes are asked for at a time.
const READ_AT_A_TIME: usize = 64 * 1024;

/// Compresses what goes to a sink, if the name of the file asks for it. Dropping the writer ends the file; the sink
/// hears of what fails then.
pub(crate) fn compress<W: Write + Send + 'static>(sink: W, path: &Path) -> io::Result<Box<dyn Write + Send>> {
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

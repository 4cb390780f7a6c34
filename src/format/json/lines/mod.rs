//! MARC-in-JSON, one record per line: the form of [`json`](crate::json), without array and commas.
//!
//! A broken line is one error, and the next line is read. Blank lines are skipped. Everything else is
//! described in [`json`](crate::json).
//!
//! # Spec
//! [NDJSON](https://github.com/ndjson/ndjson-spec), also known as JSON Lines.
//!
//! # Example
//! ```
//! use kartoteka::{ReadOptions, RecordRead, WriteOptions, copy, iso2709, ndjson};
//!
//! let mut from = ndjson::Reader::from_path("fixtures/json/marc21.ndjson", &ReadOptions::new())?;
//! let mut to = iso2709::Writer::new(Vec::new(), &WriteOptions::new());
//! assert_eq!(copy(&mut from, &mut to)?.written, 3);
//! assert!(std::fs::read("fixtures/iso2709/marc21.mrc")?.starts_with(&to.into_inner()));
//! # Ok::<(), kartoteka::Error>(())
//! ```

mod frame;
mod writer;

pub use self::frame::Ndjson;
pub use self::writer::Rendering;
use crate::io::{self, Slice, Stream};

/// Reads lines of MARC-in-JSON from a source of bytes.
pub type Reader<R> = Stream<R, Ndjson>;
/// Reads lines of MARC-in-JSON from bytes in memory.
pub type SliceReader<'a> = Slice<'a, Ndjson>;
/// Writes MARC-in-JSON, one record per line. See [`Rendering`].
pub type Writer<W> = io::Writer<W, Rendering>;

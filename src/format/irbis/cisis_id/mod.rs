//! The id files of CISIS, which its programs `id2i` and `i2id` read and write: a line per field.
//!
//! ```text
//! !ID 000001
//! !v024!^aTechniques
//! !v044!text
//! ```
//!
//! A line `!ID` begins a record and contains its number; the number between `!v` and `!` is the tag. Lines
//! end with LF. The character set is that of the base; it is detected by validity and by the letters, as for
//! [exchange text](crate::irbis_text). An undamaged, unedited record is written back byte for byte.
//!
//! # Spec
//! The source of CISIS, `id2i.c` and `i2id.c`.
//!
//! # Example
//! ```
//! use kartoteka::{ReadOptions, RecordRead, cisis_id};
//!
//! let text = "!ID 000007\n!v200!^aХамса\n!v610!поэма\n";
//! let mut reader = cisis_id::SliceReader::new(text.as_bytes(), &ReadOptions::new());
//! let record = reader.records().next().unwrap()?;
//! assert_eq!(record.view().mfn(), Some(7));
//! assert_eq!(record.field(610).unwrap().lead().to_str()?, "поэма");
//! # Ok::<(), kartoteka::Error>(())
//! ```

mod frame;
mod sniff;
mod writer;

pub use self::frame::CisisId;
pub use self::writer::Rendering;
use crate::format::descriptor::{Descriptor, framed, rendered};
use crate::io::{self, Slice, Stream};

/// Reads id files from a source of bytes.
pub type Reader<R> = Stream<R, CisisId>;
/// Reads id files from bytes in memory.
pub type SliceReader<'a> = Slice<'a, CisisId>;
/// Writes id files. See [`Rendering`].
pub type Writer<W> = io::Writer<W, Rendering>;

/// Starts the first line of a record.
const START: &[u8] = b"!ID ";

/// The descriptor of this format.
pub(crate) const FORMAT: &Descriptor = &Descriptor {
    name: "cisis-id",
    extensions: &["id"],
    description: "id files of CISIS (id2i, i2id)",
    sniff: Some(sniff::sniff),
    reader: framed::<CisisId>(),
    writer: Some(rendered::<Rendering>),
    ..Descriptor::BASE
};

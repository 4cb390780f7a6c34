//! The exchange text of IRBIS: a line per field, a line of asterisks after each record.
//!
//! ```text
//! #920: PAZK
//! #200: ^AСобрание сочинений^Eв 10 т.
//! *****
//! ```
//!
//! The number is the tag, without leading zeros and without a limit of 999; the text after colon and blank is
//! the field as stored in the base: head text, then subfields, each after `^` and its code. Trailing blanks
//! are data. Master file number, status and version are not part of the form. Nothing in a file declares its
//! character set: "WIN" is Windows-1251, "DOS" cp866, "UTF" UTF-8 with or without a byte order mark.
//! [`Reader`] distinguishes them by the mark, by validity, and by the letters, record by record.
//!
//! # Spec
//! No standard; the help of IRBIS64, "export and import of documents as text", and the files.
//!
//! # Deviations
//! Blanks between `#` and the number, and no blank after the colon, are also read. A line that is no field,
//! and a blank line inside a record, are findings; the rest of the record is kept. A line without any sign of
//! a field, directly after a field, is the rest of a wrapped line: salvage joins the two, with a blank unless
//! there is one or the line begins with `^`, and strict reading refuses the record.
//!
//! # Example
//! ```
//! use kartoteka::{Charset, ReadOptions, RecordRead, irbis_text};
//!
//! let mut reader = irbis_text::Reader::from_path("fixtures/irbis/export-cp866.txt", &ReadOptions::new())?;
//! let first = reader.records().next().unwrap()?;
//! assert_eq!(first.charset(), Charset::Ibm866);
//! assert_eq!(first.field(920).unwrap().lead().to_str()?, "PAZK");
//! # Ok::<(), kartoteka::Error>(())
//! ```

mod frame;
mod sniff;
mod writer;

pub use self::frame::IrbisText;
pub use self::writer::Rendering;
use crate::format::descriptor::{Can, Descriptor, framed, rendered};
use crate::io::{self, Slice, Stream};

/// Reads exchange text from a source of bytes.
pub type Reader<R> = Stream<R, IrbisText>;
/// Reads exchange text from bytes in memory.
pub type SliceReader<'a> = Slice<'a, IrbisText>;
/// Writes exchange text. See [`Rendering`].
pub type Writer<W> = io::Writer<W, Rendering>;

/// Starts the line that ends a record.
const END: &[u8] = b"*****";
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The descriptor of this format.
pub(crate) const FORMAT: &Descriptor = &Descriptor {
    name: "irbis-text",
    extensions: &["txt"],
    description: "IRBIS exchange text",
    can: &[Can::Read, Can::Write, Can::Concatenate, Can::KeepCharset],
    sniff: Some(sniff::sniff),
    reader: framed::<IrbisText>(),
    writer: Some(rendered::<Rendering>),
    ..Descriptor::BASE
};

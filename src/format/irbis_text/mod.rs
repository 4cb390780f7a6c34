//! The exchange text of IRBIS: a line per field, a line of asterisks behind each record.
//!
//! ```text
//! #920: PAZK
//! #200: ^AСобрание сочинений^Eв 10 т.
//! *****
//! ```
//!
//! The number is the tag, without leading zeros and with no bound at 999; the text behind colon and blank is the
//! field as it lies in the base: head text, then subfields, each after `^` and its code. Trailing blanks are data.
//! Master file number, status and version are not part of the form. Nothing in a file says which character set it
//! is in: "WIN" is Windows-1251, "DOS" cp866, "UTF" UTF-8 with a byte order mark or without. [`Reader`] tells them
//! by the mark, by validity, and by the letters, record by record.
//!
//! # Spec
//! No standard; the help of IRBIS64, "export and import of documents as text", and the files.
//!
//! # Deviations
//! Blanks between `#` and the number, and none behind the colon, are read as well. A line that is no field, and a
//! blank line inside a record, are findings; the rest of the record is kept. A line that has nothing of a field, right
//! behind one, is what is left of a wrapped line: salvage joins the two, with a blank unless there is one or the line
//! begins with `^`, and strict reading refuses the record.
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

mod charset;
mod frame;
mod writer;

pub(in crate::format) use self::charset::Evidence;
pub use self::frame::IrbisText;
pub use self::writer::Layout;
use crate::io::{self, Slice, Stream};

/// Reads exchange text from a source of bytes.
pub type Reader<R> = Stream<R, IrbisText>;
/// Reads exchange text from bytes in memory.
pub type SliceReader<'a> = Slice<'a, IrbisText>;
/// Writes exchange text. What it makes of records is told at [`Layout`].
pub type Writer<W> = io::Writer<W, Layout>;

/// Begins the line that ends a record.
const END: &[u8] = b"*****";
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

//! Records as lines for people to read: the line format of yaz-marcdump, and its kin.
//!
//! ```text
//! 00000nam a2200000   4500
//! 001 kart0001
//! 245 10 $a Divan / $c Füzuli.
//! ```
//!
//! The leader stands alone; a field is its tag, a blank, its indicators, and for each subfield blank, `$`, code, blank and
//! value. An empty line ends the record. Catmandu writes the same. Two more forms are read, told by how the leader is
//! written, and never written:
//!
//! | leader | field | from |
//! |---|---|---|
//! | `LEADER 00000nam…` | `245 10$aDivan /$cFüzuli.` | displays of Alma, K10plus, Sudoc ("mrctxt") |
//! | `LDR    00000nam…` | `245 10 ‡aDivan /‡cFüzuli.` | the record libraries of the National Library of Finland |
//!
//! # Spec
//! None; yaz-marcdump, Catmandu and the files. A line that begins with four blanks goes on with the one before, and one
//! in parentheses is a remark.
//!
//! # Deviations
//! The form is made for eyes: ` $x ` inside a value cannot be told from a subfield. The writer says so, and writes it as
//! it stands; use it for display, and another form for exchange.
//!
//! # Example
//! ```
//! use kartoteka::{ReadOptions, RecordRead, line};
//!
//! let text = "00000nam a2200000   4500\n001 kart0001\n245 10 $a Divan / $c Füzuli.\n\n";
//! let mut reader = line::SliceReader::new(text.as_bytes(), &ReadOptions::new());
//! let record = reader.records().next().unwrap()?;
//! assert_eq!(record.field("245").unwrap().subfield('c').unwrap().to_str()?, "Füzuli.");
//! # Ok::<(), kartoteka::Error>(())
//! ```

mod frame;
mod writer;

pub use self::frame::Line;
pub use self::writer::Layout;
use crate::io::{self, Slice, Stream};

/// Reads the line format from a source of bytes.
pub type Reader<R> = Stream<R, Line>;
/// Reads the line format from bytes in memory.
pub type SliceReader<'a> = Slice<'a, Line>;
/// Writes the line format of yaz-marcdump. What it makes of records is told at [`Layout`].
pub type Writer<W> = io::Writer<W, Layout>;

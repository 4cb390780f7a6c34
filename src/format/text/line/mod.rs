//! Records as lines for people to read: the line format of yaz-marcdump, and similar ones.
//!
//! ```text
//! 00000nam a2200000   4500
//! 001 kart0001
//! 245 10 $a Divan / $c Füzuli.
//! ```
//!
//! The leader is on its own line; a field is its tag, a blank, its indicators, and for each subfield a blank,
//! `$`, code, blank and value. An empty line ends the record. Catmandu writes the same. Two more forms are
//! read, recognized by their leaders, and never written:
//!
//! | leader | field | from |
//! |---|---|---|
//! | `LEADER 00000nam…` | `245 10$aDivan /$cFüzuli.` | displays of Alma, K10plus, Sudoc ("mrctxt") |
//! | `LDR    00000nam…` | `245 10 ‡aDivan /‡cFüzuli.` | the record libraries of the National Library of Finland |
//!
//! # Spec
//! None; yaz-marcdump, Catmandu and the files. A line that begins with four blanks continues the one before,
//! and one in parentheses is a remark.
//!
//! # Deviations
//! The form is made for people: ` $x ` inside a value cannot be distinguished from a subfield. The writer
//! reports such a value and writes it unchanged; use this form for display, and another for exchange.
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
mod sniff;
mod writer;

pub use self::frame::Line;
pub use self::writer::Rendering;
use crate::format::descriptor::{Descriptor, framed, rendered};
use crate::io::{self, Slice, Stream};

/// Reads the line format from a source of bytes.
pub type Reader<R> = Stream<R, Line>;
/// Reads the line format from bytes in memory.
pub type SliceReader<'a> = Slice<'a, Line>;
/// Writes the line format of yaz-marcdump. See [`Rendering`].
pub type Writer<W> = io::Writer<W, Rendering>;

/// The descriptor of this format.
pub(crate) const FORMAT: &Descriptor = &Descriptor {
    name: "line",
    description: "the line format of yaz-marcdump",
    sniff: Some(sniff::sniff),
    reader: framed::<Line>(),
    writer: Some(rendered::<Rendering>),
    ..Descriptor::BASE
};

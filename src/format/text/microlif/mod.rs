//! MicroLIF, the text form in which vendors once delivered records to school libraries. Read, not written.
//!
//! ```text
//! LDR00180nam  22     2  4500^
//! 008891207s19xx    xxu           00010 eng d^
//! 245 0_aAll about whales.^
//! 952  _a20571_cR`
//! ```
//!
//! Tag, two indicators except in control fields, subfields that begin with `_`; `^` ends a field, a backtick
//! the record. Line ends are LF, CR LF or CR, and end a field too. A line before the first leader is the
//! header of the file.
//!
//! # Spec
//! No standard; the files, and the Perl module MARC::File::MicroLIF.
//!
//! # Example
//! ```
//! use kartoteka::{ReadOptions, RecordRead, microlif};
//!
//! let text = "LDR00180nam  22     2  4500^\r\n245 0_aAll about whales.^`\r\n";
//! let mut reader = microlif::SliceReader::new(text.as_bytes(), &ReadOptions::new());
//! let record = reader.records().next().unwrap()?;
//! assert_eq!(record.field("245").unwrap().subfield('a').unwrap().to_str()?, "All about whales.");
//! # Ok::<(), kartoteka::Error>(())
//! ```

mod frame;
mod sniff;

pub use self::frame::Microlif;
pub(super) use self::frame::leader_at;
use crate::format::descriptor::{Can, Descriptor, framed};
use crate::io::{Slice, Stream};

/// Reads MicroLIF from a source of bytes.
pub type Reader<R> = Stream<R, Microlif>;
/// Reads MicroLIF from bytes in memory.
pub type SliceReader<'a> = Slice<'a, Microlif>;

/// The descriptor of this format.
pub(crate) const FORMAT: &Descriptor = &Descriptor {
    name: "microlif",
    extensions: &["lif"],
    description: "MicroLIF text",
    can: &[Can::Read],
    sniff: Some(sniff::sniff),
    reader: framed::<Microlif>(),
    ..Descriptor::BASE
};

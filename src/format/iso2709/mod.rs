//! ISO 2709, the exchange format of MARC 21, UNIMARC, RUSMARC and their kin.
//!
//! A record is a leader of 24 bytes, a directory with an entry per field, the fields, and a record terminator:
//!
//! ```text
//! 00079nam a2200049   4500  001000900000  245001300009 1E  kart0001 1E  10 1F a Divan 1E  1D
//! leader                    directory                      fields, each ended by 1E       end
//! ```
//!
//! Lengths and offsets count bytes. [`Reader`] checks all of them and gives the fields in the order of the
//! directory; [`Writer`] copies a record that nobody changed byte for byte, and builds all others anew. Damage is a
//! finding: the record is kept as far as it can be, and the next one is read.
//!
//! You need this module to read or write `.mrc`, `.marc` and `.iso` files when you know that this is what they are;
//! [`open`](crate::open) finds out by itself.
//!
//! # Damage
#![doc = include_str!("damage.md")]
//!
//! # Spec
//! [ISO 2709:2008](https://www.iso.org/standard/41319.html); MARC 21
//! [record structure](https://www.loc.gov/marc/specifications/specrecstruc.html).
//!
//! # Deviations
//! Two entry maps are known, 4-5-0 and whatever leader/20-22 says if the directory comes out with it.
//!
//! # Example
//! ```
//! use kartoteka::{ReadOptions, RecordRead, iso2709};
//!
//! let mut reader = iso2709::Reader::from_path("fixtures/iso2709/rusmarc-cp1251.mrc", &ReadOptions::new())?;
//! let first = reader.records().next().unwrap()?;
//! assert_eq!(first.charset(), kartoteka::Charset::Windows1251);
//! let title = first.field("200").and_then(|field| field.subfield('a')).unwrap();
//! assert!(title.to_str()?.chars().any(|letter| ('а'..='я').contains(&letter)));
//! # Ok::<(), kartoteka::Error>(())
//! ```

mod damaged;
mod dialect;
mod entry;
mod fields;
mod frame;
mod parse;
mod parsed;
pub(crate) mod rules;
mod sniff;
mod sound;
mod unwrap;
mod writer;

pub use self::frame::Iso2709;
pub(crate) use self::sniff::records_after;
pub use self::writer::Rendering;
use crate::format::descriptor::{Can, Descriptor, framed, rendered};
use crate::io::{self, Slice, Stream};

/// Reads ISO 2709 from a source of bytes.
pub type Reader<R> = Stream<R, Iso2709>;
/// Reads ISO 2709 from bytes in memory.
pub type SliceReader<'a> = Slice<'a, Iso2709>;
/// Writes ISO 2709. [`Rendering`] says what becomes of a record.
pub type Writer<W> = io::Writer<W, Rendering>;

/// Begins a sequence that switches the character set.
const ESCAPE: u8 = 0x1B;
/// Ends a record.
pub(crate) const RECORD_TERMINATOR: u8 = 0x1D;
/// Ends a field, and the directory.
pub(crate) const FIELD_TERMINATOR: u8 = 0x1E;
/// Precedes each subfield code.
pub(crate) const DELIMITER: u8 = 0x1F;
/// The length of the longest record that five digits can say, in bytes.
pub(crate) const MAX_RECORD: usize = 99_999;
/// The length of the longest field that four digits can say, in bytes, terminator included.
pub(crate) const MAX_FIELD: usize = 9_999;

/// The description of this format.
pub(crate) const FORMAT: &Descriptor = &Descriptor {
    name: "iso2709",
    aliases: &["mrc", "marc", "iso"],
    extensions: &["mrc", "marc", "iso", "dat"],
    description: "ISO 2709, binary exchange format of MARC 21, UNIMARC and RUSMARC",
    can: &[Can::Read, Can::Write, Can::Concatenate, Can::Order, Can::KeepCharset],
    text: false,
    leader_first: true,
    sniff: Some(sniff::sniff),
    reader: framed::<Iso2709>(),
    rules: rules::ALL,
    writer: Some(rendered::<Rendering>),
    ..Descriptor::BASE
};

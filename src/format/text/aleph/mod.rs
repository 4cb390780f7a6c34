//! Aleph sequential, the text form of the catalogues of Ex Libris Aleph: a line per field, each with the
//! number of its record.
//!
//! ```text
//! 000000001 LDR   L 00000nam^a2200000^^^4500
//! 000000001 001   L 000000001
//! 000000001 24510 L $$aDivan /$$cFüzuli.
//! ```
//!
//! Nine digits of system number, a blank, tag, two indicators, a blank, the letter of the alphabet, a blank,
//! the data. All lines with the same number are one record. `^` is a blank in the leader and in control
//! fields. `LDR` is the leader; other fields without `$$`, such as `FMT`, are control fields. Data of more
//! than 2,000 bytes continue in further lines of the same tag: these begin with `$$9^` if a new subfield
//! begins, with `$$9^^` and the code of the subfield if that continues, and a blank at the end of a continued
//! line is `^`.
//!
//! # Spec
//! No standard; the files, and what Catmandu and the record libraries of the National Library of Finland make
//! of them.
//!
//! # Deviations
//! A record without field 001 gets its system number as that field. Lines without a number continue the line
//! before, with a finding. The alphabet of a field is not kept; letters other than `L` are a finding.
//!
//! # Example
//! ```
//! use kartoteka::{ReadOptions, RecordRead, aleph};
//!
//! let text = "000000001 LDR   L 00000nam^a2200000^^^4500\n000000001 24510 L $$aDivan /$$cFüzuli.\n";
//! let mut reader = aleph::SliceReader::new(text.as_bytes(), &ReadOptions::new());
//! let record = reader.records().next().unwrap()?;
//! assert_eq!(record.view().control_number().unwrap().to_str()?, "000000001");
//! assert_eq!(record.field("245").unwrap().subfield('c').unwrap().to_str()?, "Füzuli.");
//! # Ok::<(), kartoteka::Error>(())
//! ```

mod frame;
mod sniff;
mod writer;

pub use self::frame::Aleph;
pub(super) use self::frame::is_aleph_line;
pub use self::writer::Rendering;
use crate::format::descriptor::{Descriptor, framed, rendered};
use crate::io::{self, Slice, Stream};

/// Reads Aleph sequential from a source of bytes.
pub type Reader<R> = Stream<R, Aleph>;
/// Reads Aleph sequential from bytes in memory.
pub type SliceReader<'a> = Slice<'a, Aleph>;
/// Writes Aleph sequential. See [`Rendering`].
pub type Writer<W> = io::Writer<W, Rendering>;

/// The most bytes of data in a line.
const LONGEST: usize = 2_000;

/// The descriptor of this format.
pub(crate) const FORMAT: &Descriptor = &Descriptor {
    name: "aleph",
    extensions: &["seq"],
    description: "Aleph sequential",
    sniff: Some(sniff::sniff),
    reader: framed::<Aleph>(),
    writer: Some(rendered::<Rendering>),
    ..Descriptor::BASE
};

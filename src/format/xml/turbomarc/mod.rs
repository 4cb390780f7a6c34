//! TurboMARC, the short XML form of Index Data: tags and subfield codes are part of the names of elements.
//!
//! ```xml
//! <collection xmlns="http://www.indexdata.com/turbomarc">
//! <r>
//!   <l>00045nam a2200037   4500</l>
//!   <c001>kart0001</c001>
//!   <d245 i1="1" i2="0">
//!     <sa>Divan</sa>
//!   </d245>
//! </r>
//! </collection>
//! ```
//!
//! A code that is no letter or digit is written as an attribute: `<s code="=">`. [`Reader`] is that of
//! [`marcxml`](crate::marcxml), which reads all XML forms of MARC and distinguishes them by their elements.
//!
//! # Spec
//! The documentation of YAZ and Metaproxy, and the output of yaz-marcdump.
//!
//! # Deviations
//! A tag that cannot be part of a name makes the record an error for the writer.
//!
//! # Example
//! ```
//! use kartoteka::{ReadOptions, RecordRead, turbomarc};
//!
//! let mut reader = turbomarc::Reader::from_path("fixtures/xml/turbomarc.xml", &ReadOptions::new())?;
//! let first = reader.records().next().unwrap()?;
//! assert_eq!(first.field("245").unwrap().subfield('a').unwrap().to_str()?, "Leyli və Məcnun :");
//! # Ok::<(), kartoteka::Error>(())
//! ```

mod writer;

pub use self::writer::Rendering;
use super::marcxml::Marcxml;
use crate::io::{self, Slice, Stream};

/// Reads TurboMARC, and the other XML forms, from a source of bytes.
pub type Reader<R> = Stream<R, Marcxml>;
/// Reads TurboMARC, and the other XML forms, from bytes in memory.
pub type SliceReader<'a> = Slice<'a, Marcxml>;
/// Writes TurboMARC. See [`Rendering`].
pub type Writer<W> = io::Writer<W, Rendering>;

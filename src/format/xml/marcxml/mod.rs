//! MARCXML, the XML form of MARC 21 and similar formats.
//!
//! [`Reader`] finds the `record` elements of a document at any depth, in a collection, in an OAI-PMH or SRU
//! response, or alone; with any prefix or none. It buffers one record at a time, and a record that is not
//! well-formed does not affect others. [`Writer`] writes a collection that is always well-formed.
//!
//! ```xml
//! <collection xmlns="http://www.loc.gov/MARC21/slim">
//! <record>
//!   <leader>00045nam a2200037   4500</leader>
//!   <controlfield tag="001">kart0001</controlfield>
//!   <datafield tag="245" ind1="1" ind2="0">
//!     <subfield code="a">Divan</subfield>
//!   </datafield>
//! </record>
//! </collection>
//! ```
//!
//! # Spec
//! [MARC 21 XML schema](https://www.loc.gov/standards/marcxml/), [XML 1.0](https://www.w3.org/TR/xml/).
//!
//! # Other forms
//! The reader also reads [`marcxchange`](crate::marcxchange), [`turbomarc`](crate::turbomarc) and
//! [`oai_marc`](crate::oai_marc), and distinguishes them by their elements, record by record. Documents may
//! declare any character set of [`Charset`](crate::Charset); UTF-16 is read by [`reader`](crate::reader) and
//! [`open`](crate::open), not by [`SliceReader`].
//!
//! # Deviations
//! More than two indicators are read and written as `ind3` and so on, which the schema does not have. Records
//! without a namespace are read if their children are those of MARCXML. External entities and document type
//! definitions are skipped, never read.
//!
//! # Example
//! ```
//! use kartoteka::{ReadOptions, RecordRead, marcxml};
//!
//! let mut reader = marcxml::Reader::from_path("fixtures/xml/prefixed.xml", &ReadOptions::new())?;
//! let records: Vec<_> = reader.records().collect::<Result<_, _>>()?;
//! assert_eq!(records.len(), 2);
//! # Ok::<(), kartoteka::Error>(())
//! ```

mod element;
mod quick;
mod writer;

pub(super) use self::writer::Form;
pub use self::writer::Rendering;
pub use super::kit::Marcxml;
use crate::io::{self, Slice, Stream};

/// Reads MARCXML from a source of bytes.
pub type Reader<R> = Stream<R, Marcxml>;
/// Reads MARCXML from bytes in memory.
pub type SliceReader<'a> = Slice<'a, Marcxml>;
/// Writes MARCXML. See [`Rendering`].
pub type Writer<W> = io::Writer<W, Rendering>;

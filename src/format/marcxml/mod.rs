//! MARCXML, the XML form of MARC 21 and its kin.
//!
//! [`Reader`] finds the `record` elements of a document at any depth, in a collection, in an OAI-PMH or SRU answer,
//! or alone; with any prefix or none. It holds one record at a time, and a record that is not well-formed is lost
//! alone. [`Writer`] writes a collection that is always well-formed.
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
//! The reader knows [`marcxchange`](crate::marcxchange), [`turbomarc`](crate::turbomarc) and
//! [`oai_marc`](crate::oai_marc) too, and tells them apart by their elements, record by record. Documents may be in any
//! character set that [`Charset`](crate::Charset) knows and they declare; UTF-16 is read by [`reader`](crate::reader) and
//! [`open`](crate::open), not by [`SliceReader`].
//!
//! # Deviations
//! More than two indicators are read and written as `ind3` and so on, which the schema does not have. Records
//! without a namespace are read if their children are those of MARCXML. External entities and document type
//! definitions are passed over, never read.
//!
//! # Example
//! ```
//! use kartoteka::{ReadOptions, RecordRead, marcxml};
//!
//! let mut reader = marcxml::Reader::from_path("fixtures/marcxml/prefixed.xml", &ReadOptions::new())?;
//! let records: Vec<_> = reader.records().collect::<Result<_, _>>()?;
//! assert_eq!(records.len(), 2);
//! # Ok::<(), kartoteka::Error>(())
//! ```

mod document;
mod element;
mod parse;
mod plain;
mod vocabulary;
mod writer;

pub use self::document::Marcxml;
pub use self::writer::Layout;
pub(super) use self::writer::{Escape, Form, whole};

use crate::io::{self, Slice, Stream};

/// Reads MARCXML from a source of bytes.
pub type Reader<R> = Stream<R, Marcxml>;
/// Reads MARCXML from bytes in memory.
pub type SliceReader<'a> = Slice<'a, Marcxml>;
/// Writes MARCXML. What it makes of records is told at [`Layout`].
pub type Writer<W> = io::Writer<W, Layout>;

/// The namespace of MARCXML.
const NAMESPACE: &str = "http://www.loc.gov/MARC21/slim";

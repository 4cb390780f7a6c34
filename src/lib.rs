//! Bibliographic records, read and written without loss: ISO 2709 (MARC 21, UNIMARC, RUSMARC), IRBIS exchange text and
//! ISO 2709, MARCXML, MARC-in-JSON.
//!
//! ```
//! use kartoteka::{Record, RecordRead};
//!
//! // Format, dialect and character set are found by content.
//! let mut reader = kartoteka::open("fixtures/iso2709/rusmarc-cp1251.mrc")?;
//! let mut record = Record::new(); // one, used again
//! let mut titles = Vec::new();
//! while reader.read_record(&mut record)? {
//!     for finding in reader.diagnostics() {
//!         eprintln!("{finding}"); // what is wrong, where, and what was done about it
//!     }
//!     if let Some(title) = record.field("200").and_then(|field| field.subfield('a')) {
//!         titles.push(title.to_str()?.into_owned());
//!     }
//! }
//! assert_eq!(titles.len(), 4);
//! # Ok::<(), kartoteka::Error>(())
//! ```
//!
//! # Where things are
//!
//! - A [`Record`] owns the bytes of one record; [`RecordRef`], [`FieldRef`] and [`SubfieldRef`] look into them, and
//!   [`Text`] is a value whose bytes become text when you ask.
//! - [`open`] finds out what a file is. The formats themselves are modules: [`iso2709`], [`irbis_text`],
//!   [`mrk`], [`line`](mod@line), [`aleph`], [`microlif`], `marcxml`, `marcxchange`, `turbomarc`,
//!   `oai_marc`, `json`, `ndjson`; each has a `Reader`, a `SliceReader` and a
//!   `Writer`, where it is written.
//! - A [`FieldPath`] points into records: `245$a`, `008/35-37`. See [`path`].
//! - [`RecordRead`] and [`RecordWrite`] are what all of them can do; [`copy()`] goes from one to the other.
//!   [`ReadOptions`] and [`WriteOptions`] hold for all.
//! - What is wrong in the data is a [`Diagnostic`] with a [`Code`] and a [`Location`]. An [`Error`] comes only when
//!   reading or writing cannot go on, or a record cannot be carried over, or strict reading was asked for.
//! - Bytes that arrive in pieces go to [`Push`]; a memory map of yours goes to a `SliceReader`.
//!
//! # Convert
//!
//! ```
//! # #[cfg(feature = "xml")] {
//! use kartoteka::{WriteOptions, copy, marcxml};
//!
//! let mut from = kartoteka::open("fixtures/irbis/export-cp866.txt")?;
//! let mut to = marcxml::Writer::new(Vec::new(), &WriteOptions::new());
//! let summary = copy(&mut from, &mut to)?;
//! assert_eq!((summary.written, summary.rejected), (3, 0));
//! let xml = String::from_utf8(to.into_inner()).unwrap();
//! assert!(xml.contains(r#"<datafield tag="200" ind1=" " ind2=" ">"#));
//! # }
//! # Ok::<(), kartoteka::Error>(())
//! ```
//!
//! # Build and change
//!
//! ```
//! use kartoteka::{FieldBuf, Record, Syntax};
//!
//! let mut record = Record::builder()
//!     .control_field("001", "kart0001")
//!     .data_field("245", "10", [('a', "Leyli və Məcnun /"), ('c', "Nizami Gəncəvi.")])
//!     .data_field("999", "  ", [('x', "local")])
//!     .build()?;
//! record.retain(|field| field.tag().number() < Some(900));
//! let note = FieldBuf::new(Syntax::MARC, "500".parse()?, |field| {
//!     field.subfield('a', "Poem.");
//! })?;
//! record.insert_field(2, &note)?;
//! assert_eq!(record.fields().len(), 3);
//! # Ok::<(), kartoteka::Error>(())
//! ```
//!
//! # Features
//!
//! | feature | on by default | brings |
//! |---|---|---|
//! | `xml` | yes | `marcxml`, with quick-xml |
//! | `json` | yes | `json` and `ndjson`, with serde_json |
//! | `regex` | yes | regular expressions in [`filter`], with regex |
//! | `rayon` | no | [`in_batches`] on several threads |
//! | `serde` | no | `Serialize` and `Deserialize` for records and their parts |
//! | `csv` | no | `table`, with csv |
//! | `testing` | no | `testing`: strategies and invariants, with proptest |
//! | `cli` | no | the program `kartoteka`; a crate that links the library never needs it |
#![forbid(unsafe_code)]

pub mod charset;
pub mod check;
mod columns;
mod diagnostic;
mod error;
pub mod filter;
mod format;
mod io;
mod limits;
pub mod path;
mod position;
mod record;
mod stats;
mod tag;
#[cfg(feature = "testing")]
pub mod testing;

pub use crate::charset::{Charset, Normalization, Policy};
pub use crate::columns::{Repeats, Row, Table};
pub use crate::diagnostic::{Code, Diagnostic, Findings, Report, Severity};
pub use crate::error::{DecodeError, Error, ErrorKind, Result};
pub use crate::filter::{Filter, FilterOptions, ParseFilterError};
pub use crate::format::*;
pub use crate::io::{
    Batch, Deleted, Event, Frame, Framing, IllegalCharacters, Layout, LeaderValues, LostSink, Oversize, Push,
    Pushed, ReadOptions, RecordRead, RecordSeek, RecordWrite, Records, Recovery, Slice, Step, Stream,
    Summary, Tidy, WideTags, WriteOptions, Writer, copy, copy_with, in_batches,
};
pub use crate::limits::Limits;
pub use crate::path::{FieldPath, Match, ParsePathError, SelectOptions};
pub use crate::position::{Location, Place, Position};
pub use crate::record::{
    Builder, Dialect, Embedded, FieldBuf, FieldKind, FieldRef, FieldWriter, Header, IsisHeader, Leader,
    Record, RecordRef, SubfieldRef, Subfields, Syntax, Text, TextRepair,
};
pub use crate::stats::{Element, Stats, StatsOptions};
pub use crate::tag::{ParseTagError, Tag, TagPattern};

//! Bibliographic records, read and written without loss: ISO 2709 (MARC 21, UNIMARC, RUSMARC), IRBIS exchange text and
//! ISO 2709, MARCXML, MARC-in-JSON.
//!
//! ```
//! use kartoteka::model::Bib;
//!
//! // Any file of MARC 21, UNIMARC, RUSMARC or IRBIS: the same lines, and no tag.
//! for record in kartoteka::open("fixtures/isis/irbis64.mst")? {
//!     let record = record?;
//!     let bib = Bib::of(record.view());
//!     println!("{:?} by {:?}", bib.title(), Vec::from_iter(bib.authors()));
//!     println!("{:?} {:?} {:?}", bib.year(), Vec::from_iter(bib.isbns()), Vec::from_iter(bib.subjects()));
//!     record.findings.iter().cloned().chain(bib.findings()).for_each(|finding| eprintln!("{finding}"));
//! }
//! # Ok::<(), kartoteka::Error>(())
//! ```
//!
//! Nearer to the record, with its fields:
//!
//! ```
//! // An IRBIS base. Format, dialect and character set are found by content.
//! let mut titles = Vec::new();
//! for record in kartoteka::open("fixtures/isis/irbis64.mst")? {
//!     let record = record?;
//!     if let Some(title) = record.field("200").and_then(|field| field.subfield('a')) {
//!         titles.push(title.to_string());
//!     }
//! }
//! assert_eq!(titles.len(), 3);
//!
//! // What is wrong in the data is a finding: what, where, and what was done about it.
//! let mut damaged = kartoteka::open("fixtures/iso2709/damaged.mrc")?.into_iter();
//! let second = damaged.nth(1).unwrap()?;
//! assert!(second.findings[0].to_string().starts_with("error[B001] record 2 (byte 653)"));
//! # Ok::<(), kartoteka::Error>(())
//! ```
//!
//! # Where things are
//!
//! - A [`Record`] owns the bytes of one record; [`RecordRef`], [`FieldRef`] and [`SubfieldRef`] look into them, and
//!   [`Text`] is a value whose bytes become text when you ask.
//! - [`open`] finds out what a file is. Each format is a module with a `Reader`, a `SliceReader` and a `Writer`,
//!   as far as it is read and written: see [Formats](#formats).
//! - A [`FieldPath`] points into records: `245$a`, `008/35-37`. See [`path`].
//! - [`RecordRead`] and [`RecordWrite`] are what all of them can do; [`copy()`] goes from one to the other.
//!   [`ReadOptions`] and [`WriteOptions`] hold for all.
//! - [`model::Bib`] describes a record whatever its format: titles, agents, identifiers, publication, subjects. See [`model`].
//! - [`coded::Coded`] says what the characters of leader, 006, 007, 008 and UNIMARC 1XX mean, and [`coded::set()`] writes them.
//! - What is wrong in the data is a [`Finding`] with a [`Rule`] and a [`Location`]. An [`Error`] comes only when
//!   reading or writing cannot go on, or a record cannot be carried over, or strict reading was asked for.
//! - Bytes that arrive in pieces go to [`Push`]; a memory map of yours goes to a `SliceReader`.
//!
//! # Formats
//!
//! Each constant of [`Format`] is one, with the name of its module; what each can do is in the table of the
//! README, and [`Format::can`] returns it.
//! [`FORMATS`] is the list of those that are compiled in.
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
//!     field.subfield('a', "Poem.")
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
//! | `csv` | no | [`csv`], and comma-separated rows of a [`table`], with csv-core |
//! | `config` | no | configuration of validation in TOML, [`validate::Config::with_toml`], with toml |
//! | `rules` | no | rule files of crosswalks in TOML, [`crosswalk::Map::open`], with toml |
//! | `compression` | no | `compression`: gzip and zstd, with flate2 and zstd |
//! | `testing` | no | `testing`: strategies and invariants, with proptest |
//! | `cli` | no | the program `kartoteka`; a crate that links the library never needs it |
#![forbid(unsafe_code)]

mod bytes;
pub mod charset;
pub mod check;
pub mod coded;
#[cfg(feature = "compression")]
pub mod compression;
pub mod crosswalk;
pub mod dedupe;
pub mod diff;
pub mod draft;
mod error;
pub mod export;
pub mod filter;
mod finding;
mod format;
pub mod inspect;
mod io;
mod limits;
pub mod model;
mod named;
mod open;
pub mod path;
mod position;
mod record;
pub mod repair;
pub mod report;
pub mod rules;
pub mod schema;
mod stats;
pub mod table;
mod tag;
#[cfg(feature = "testing")]
pub mod testing;
pub mod validate;

/// What nearly every program imports: the traits of readers and writers, and the types in their signatures.
///
/// # Example
/// ```
/// use kartoteka::prelude::*;
///
/// let path: FieldPath = "245$a".parse()?;
/// let mut reader = kartoteka::open("fixtures/iso2709/marc21.mrc")?;
/// let mut record = Record::new();
/// while reader.read_record(&mut record)? {
///     let _titles: Vec<_> = record.select(&path).collect();
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub mod prelude {
    pub use crate::finding::{Finding, Severity};
    pub use crate::format::descriptor::Format;
    pub use crate::io::{ReadOptions, RecordRead, RecordSeek, RecordWrite, WriteOptions};
    pub use crate::path::FieldPath;
    pub use crate::record::{Record, RecordRef};
}

pub use crate::charset::{Charset, Normalization, ParseCharsetError, Policy};
pub use crate::error::{DecodeError, Error, ErrorKind, FormatError, Result};
pub use crate::filter::{Filter, FilterOptions, ParseFilterError};
pub use crate::finding::{Finding, Findings, Rule, RuleInfo, Severity, Tally};
#[cfg(feature = "csv")]
pub use crate::format::csv::rendering as csv;
pub use crate::format::descriptor::{Can, Format};
pub use crate::format::irbis::{cisis_id, server as irbis_server, text as irbis_text};
#[cfg(feature = "json")]
pub use crate::format::json::{array as json, lines as ndjson};
pub use crate::format::text::*;
pub use crate::format::verdict::Confidence;
#[cfg(feature = "xml")]
pub use crate::format::xml::{dublin_core, marcxchange, marcxml, mods, oai_marc, turbomarc};
pub use crate::format::{isis, iso2709};
#[cfg(feature = "rayon")]
pub use crate::io::PerThread;
pub use crate::io::{
    Account, Batch, Content, Copying, Deleted, Edit, Edits, Event, Frame, Framing, Garbage, GarbageSink,
    Head, IllegalCharacters, Item, LeaderValues, Oversize, Part, Pass, Push, Pushed, ReadOptions, RecordRead,
    RecordSeek, RecordWrite, Records, Recovery, Rendering, Repairs, Run, Slice, Step, Stream, Summary,
    Transform, Unchanged, WideTags, WriteOptions, Writer, copy, copy_with, in_batches,
};
pub use crate::limits::{Limits, ParseLimitsError};
pub use crate::named::{Named, ParseNameError};
pub use crate::open::{
    AnyReader, AnyRecords, AnyWriter, Detection, FORMATS, Peek, ReadRecord, Verbatim, detect, open,
    open_with, reader, split_points, writer,
};
pub use crate::path::{FieldPath, Match, ParsePathError, SelectOptions};
pub use crate::position::{ElementPath, Location, Position};
pub use crate::record::{
    Builder, Dialect, Embedded, FieldBuf, FieldKind, FieldRef, FieldWriter, Fields, Header, IsisHeader,
    Leader, Record, RecordRef, SubfieldRef, Subfields, Syntax, Text, TextRepair,
};
pub use crate::stats::{Element, Frequencies, Reservoir, Stats, StatsOptions};
pub use crate::tag::{ParseTagError, Tag, TagPattern};

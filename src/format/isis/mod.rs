//! Master files of IRBIS64, IRBIS32 and CDS/ISIS, read and written in place.
//!
//! A base is a master file (`.mst`) that contains the records, a cross reference (`.xrf`) with the offset of
//! each, and a dictionary (`.n01`, `.l01`, `.ifp`) with search terms. Two families share the names but not
//! the format:
//!
//! | family | numbers | text | records |
//! |---|---|---|---|
//! | IRBIS64 | 32 bits, most significant byte first | UTF-8 | all versions are kept, each linked to the previous one |
//! | CDS/ISIS, WinISIS, IRBIS32, CISIS | 16 or 32 bits, either order, packed or aligned | any | old copies stay as garbage |
//!
//! [`Reader`] detects the [`Variant`] of a base by its bytes, and reads its records in order or by number:
//! see [`RecordRead`](crate::RecordRead) and [`RecordSeek`](crate::RecordSeek). A record has IRBIS syntax and
//! a header with number, status and version. [`Writer`] creates bases and appends to them, and [`Dictionary`]
//! reads the terms of IRBIS64. [`ReadOptions::deleted`](crate::ReadOptions::deleted) and
//! [`ReadOptions::history`](crate::ReadOptions::history) give access to deleted records and old versions.
//!
//! # MARC in a base
#![doc = include_str!("../marc_in_isis/form.md")]
//!
//! # Spec
//! No standard. CDS/ISIS: "CDS/ISIS for Microsoft Windows, Reference manual", appendix G, and the source of
//! CISIS. IRBIS64: its server manual, which is wrong about the length of the leader, the order of version and
//! status, and the status of old versions; the files decide.
//!
//! # Example
//! ```
//! use kartoteka::{ReadOptions, RecordRead, isis};
//!
//! // All versions of all records, the oldest first.
//! let options = ReadOptions::new().history(true);
//! let mut reader = isis::Reader::from_path("fixtures/isis/irbis64.mst", &options)?;
//! let versions = reader.records().map(|record| record.map(|record| record.header().isis));
//! assert_eq!(versions.collect::<Result<Vec<_>, _>>()?.len(), 6);
//! # Ok::<(), kartoteka::Error>(())
//! ```

#![deny(clippy::arithmetic_side_effects)]

mod append;
pub mod companion;
mod control;
mod dictionary;
mod encode;
mod files;
mod lock;
mod reader;
mod rebuild;
mod record;
pub(crate) mod rules;
mod sniff;
mod store;
mod variant;
mod walk;
mod window;
mod writer;
mod xrf;

pub use self::control::{Control, Found};
pub use self::dictionary::{Dictionary, Posting, Term};
pub use self::files::Files;
pub use self::reader::{Census, Reader, SliceReader};
pub use self::rebuild::rebuild_cross_reference;
pub use self::variant::{Shape, Variant};
pub use self::writer::Writer;

use crate::format::descriptor::{Can, Descriptor};

/// The descriptor of this format. It has two files and needs random access, so it is no stream: `opener`
/// creates readers, [`Writer`] creates writers.
pub(crate) const FORMAT: &Descriptor = &Descriptor {
    name: "mst",
    extensions: &["mst"],
    description: "master files of IRBIS64, IRBIS32 and CDS/ISIS",
    can: &[Can::Read, Can::Write, Can::Seek],
    text: false,
    utf8_only: true,
    sniff: Some(sniff::sniff),
    rules: rules::ALL,
    opener: Some(|path, options| Ok(Box::new(Reader::from_path(path, options)?))),
    ..Descriptor::BASE
};

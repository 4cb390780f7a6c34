//! Master files of IRBIS64, IRBIS32 and CDS/ISIS, as they lie on the disk.
//!
//! A base is a master file (`.mst`) that holds the records, a cross reference (`.xrf`) that says where each lies, and a
//! dictionary (`.n01`, `.l01`, `.ifp`) with the terms to find them by. Two families share the names and not the layout:
//!
//! | family | numbers | text | records |
//! |---|---|---|---|
//! | IRBIS64 | 32 bits, most significant byte first | UTF-8 | all versions are kept, each leading to the one before |
//! | CDS/ISIS, WinISIS, IRBIS32, CISIS | 16 or 32 bits, either order, packed or aligned | any | old copies stay as garbage |
//!
//! [`Reader`] finds out by the bytes which [`Layout`] a base has, and reads its records in order or by number: see
//! [`RecordRead`](crate::RecordRead) and [`RecordSeek`](crate::RecordSeek). A record has IRBIS syntax and a header with
//! number, status and version. [`Writer`] writes new bases and adds to old ones, and [`Dictionary`] reads the terms of
//! IRBIS64. Deleted records and old versions are had by
//! [`ReadOptions::deleted`](crate::ReadOptions::deleted) and [`ReadOptions::history`](crate::ReadOptions::history).
//!
//! # Spec
//! No standard. CDS/ISIS: "CDS/ISIS for Microsoft Windows, Reference manual", appendix G, and the source of CISIS.
//! IRBIS64: its server manual, which errs on the length of the leader, the order of version and status, and the status
//! of old versions; the files decide.
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

mod charset;
pub mod companion;
mod control;
mod dictionary;
mod files;
mod layout;
mod reader;
mod record;
mod slot;
mod store;
mod walk;
mod window;
mod writer;

pub(crate) use self::control::sniff;
pub use self::control::{Control, Found};
pub use self::dictionary::{Dictionary, Posting, Term};
pub use self::files::Files;
pub use self::layout::{Layout, Shape};
pub use self::reader::{Census, Reader, SliceReader};
pub use self::writer::{Writer, rebuild_cross_reference};

//! MODS 3.8, the Metadata Object Description Schema, from MARC 21 records.
//!
//! A record of another format is made MARC 21 by a crosswalk first.
//!
//! # Spec
//! Library of Congress, MARC 21 to MODS mapping; MODS 3.8 schema.
//!
//! # Deviations
//! The main elements are written: titles, names, types, origin, language, extent, notes, subjects, classes, related items,
//! identifiers, places and the record itself. Links to other scripts (880) and details of 007 are not.
//!
//! # Example
//! ```
//! use kartoteka::{Record, RecordWrite, WriteOptions, mods};
//!
//! let record = Record::builder().data_field("245", "14", [('a', "The divan /"), ('c', "Hafiz.")]).build()?;
//! let mut writer = mods::Writer::new(Vec::new(), &WriteOptions::new().indent(false));
//! writer.write_record(record.view())?;
//! writer.finish()?;
//! let xml = String::from_utf8(writer.into_inner()).unwrap();
//! assert!(xml.contains("<titleInfo><nonSort>The</nonSort><title>divan</title></titleInfo>"));
//! # Ok::<(), kartoteka::Error>(())
//! ```

mod description;
mod links;
mod parts;
mod writer;

pub use self::writer::Rendering;
use crate::io;

/// Writes MODS. See [`Rendering`].
pub type Writer<W> = io::Writer<W, Rendering>;

//! MODS 3.8, the Metadata Object Description Schema, from MARC 21 records.
//!
//! A record of another format is made MARC 21 by a crosswalk first.
//!
//! # Spec
//! Library of Congress, MARC 21 to MODS mapping; MODS 3.8 schema.
//!
//! # Deviations
//! An 880 is the element of its field once more, with `script` and, where the field is there, the same `altRepGroup`. Of 007
//! the first two characters are written. Marks of ISBD at the end of a text are left out. Where the stylesheet
//! `MARC21slim2MODS3-7.xsl` of the Library writes something else is listed, with the reason, in `tests/peer/stylesheets.tsv`.
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

mod coded;
mod description;
mod links;
mod names;
mod origin;
mod parts;
mod related;
mod writer;

pub use self::writer::Rendering;
use crate::io;

/// Writes MODS. See [`Rendering`].
pub type Writer<W> = io::Writer<W, Rendering>;

//! Dublin Core: fifteen elements, or the terms of DCMI that refine them, from MARC 21 records.
//!
//! `dc` writes simple Dublin Core as the Library of Congress does for SRU; `dublin-core` writes the refinements too, in the
//! namespace of DCMI terms. A record of another format is made MARC 21 by a crosswalk first.
//!
//! # Spec
//! Library of Congress, MARC to Dublin Core Crosswalk (2008).
//!
//! # Deviations
//! Main entries are creators: the crosswalk of the Library leaves that element unused. 264 is read as 260 is.
//!
//! # Example
//! ```
//! use kartoteka::{Record, RecordWrite, WriteOptions, dublin_core};
//!
//! let record = Record::builder().data_field("245", "10", [('a', "Divan /"), ('c', "Hafiz.")]).build()?;
//! let mut writer = dublin_core::Writer::<_, false>::new(Vec::new(), &WriteOptions::new());
//! writer.write_record(record.view())?;
//! writer.finish()?;
//! let xml = String::from_utf8(writer.into_inner()).unwrap();
//! assert!(xml.contains("<dc:title>Divan</dc:title>"));
//! # Ok::<(), kartoteka::Error>(())
//! ```

mod writer;

pub use self::writer::Rendering;
use crate::io;

/// Writes Dublin Core; qualified or simple. See [`Rendering`].
pub type Writer<W, const QUALIFIED: bool> = io::Writer<W, Rendering<QUALIFIED>>;

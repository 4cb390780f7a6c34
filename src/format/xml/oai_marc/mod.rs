//! OAI-MARC, the XML form of MARC that repositories used before MARCXML. Read, not written.
//!
//! ```xml
//! <oai_marc xmlns="http://www.openarchives.org/OAI/1.1/oai_marc">
//!   <fixfield id="001">"kart0001"</fixfield>
//!   <fixfield id="008">"260101s1999^^^^xx"</fixfield>
//!   <varfield id="245" i1="1" i2="0"><subfield label="a">Divan</subfield></varfield>
//! </oai_marc>
//! ```
//!
//! `^` is a blank in `fixfield`, whose values may be in double quotes; `LDR` is the leader. [`Reader`] is
//! that of [`marcxml`](crate::marcxml), which reads all XML forms of MARC and distinguishes them by their
//! elements. The attributes of `oai_marc`, which repeat parts of the leader, are ignored.
//!
//! # Spec
//! The schema at <http://www.openarchives.org/OAI/1.1/oai_marc.xsd>.
//!
//! # Example
//! ```
//! use kartoteka::{ReadOptions, RecordRead, oai_marc};
//!
//! let xml = "<oai_marc><fixfield id=\"001\">\"kart^1\"</fixfield></oai_marc>";
//! let mut reader = oai_marc::SliceReader::new(xml.as_bytes(), &ReadOptions::new());
//! let record = reader.records().next().unwrap()?;
//! assert_eq!(record.view().control_number().unwrap().to_str()?, "kart 1");
//! # Ok::<(), kartoteka::Error>(())
//! ```

use super::marcxml::Marcxml;
use crate::io::{Slice, Stream};

/// Reads OAI-MARC, and the other XML forms, from a source of bytes.
pub type Reader<R> = Stream<R, Marcxml>;
/// Reads OAI-MARC, and the other XML forms, from bytes in memory.
pub type SliceReader<'a> = Slice<'a, Marcxml>;

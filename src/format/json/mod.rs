//! MARC-in-JSON: a record is an object, and a file is one object, an array of them, or one behind the other.
//!
//! ```text
//! {"leader":"00079nam a2200049   4500","fields":[{"001":"kart0001"},{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan"}]}}]}
//! {"mfn":1,"status":32,"version":2,"fields":[{"920":"PAZK"},{"910":{"lead":"head text","subfields":[{"A":"0"}]}}]}
//! ```
//!
//! The first is a MARC record as all programs write it, the second an IRBIS record, for which the format has a few
//! additions: no `leader` where the source has none; `mfn`, `status` and `version`; no indicators; a field without
//! any subfield is a plain string; `lead` is the text before the first subfield.
//!
//! You need this module for `.json` files. Where each record has a line of its own, take
//! [`ndjson`](crate::ndjson), in which damage never passes a line.
//!
//! # Spec
//! [MARC-in-JSON](https://github.com/marc4j/marc4j/wiki/MARC-in-JSON-Description), RFC 8259.
//!
//! # What is read
//! Keys may come in any order. A record is IRBIS if no field has an indicator, and it has no leader, or one of
//! `mfn`, `status` and `version`, or `0` in leader/10, or the caller says so by [`Dialect`](crate::Dialect). It has
//! as many indicators as the field that has most. What is not shaped as it should be, but has a plain meaning, is a
//! finding and kept: numbers for strings, missing indicators, several keys in one object. What has no place in a
//! record is left out with a finding. A value that holds the subfield delimiter of its record makes the record an
//! error, since it would become another subfield; so does text that is not JSON.
//!
//! # Deviations
//! So that nothing is lost, the writer goes beyond the format where a record does, and the reader understands it:
//!
//! - a delimiter that nothing follows is `{"":""}`;
//! - text between the indicators and the first subfield of a MARC field is `lead`;
//! - an indicator that the field does not have is `null`;
//! - a third and further indicator is `ind3` and so on;
//! - where the fields have not two indicators, leader/10 says how many, but not in a record without any that has
//!   `mfn`. Where there is no leader, a record of one indicator, or of control fields only, is a finding.
//!
//! A MARC record in which no field has indicators tells its syntax by its header only: without a leader, or with
//! `mfn`, it is read as an IRBIS record. One whose leader/10 says that there are none is read with `^` for 1F. Where the
//! version before this one lies in a master file is not written.
//!
//! Line ends inside of strings, keys without quotes, and commas that are missing or stand behind the last element are
//! not JSON: strict reading says so, salvage mends them and says so too. Between records, commas and white space are
//! passed over as they come.
//!
//! # Other shapes
//! Records in the shapes of Catmandu and Avram (arrays of arrays), of the National Library of Finland (`tag` and `value`),
//! of the OCLC draft of 2010 (`controlfield` and `datafield`) and of FOLIO (`parsedRecord.content`, alone or in a list
//! `sourceRecords` or `records`) are known by their keys, and read as MARC-in-JSON is. What stands beside the record, such as
//! an `_id`, is passed over. They are not written.
//!
//! # Example
//! ```
//! use kartoteka::{ReadOptions, RecordRead, RecordWrite, WriteOptions, json};
//!
//! let mut reader = json::Reader::from_path("fixtures/json/marc21.json", &ReadOptions::new())?;
//! let first = reader.records().next().unwrap()?;
//! let title = first.field("245").and_then(|field| field.subfield('a')).unwrap();
//! assert_eq!(title.to_str()?, "Leyli və Məcnun :");
//!
//! let mut writer = json::Writer::new(Vec::new(), &WriteOptions::new());
//! writer.write_record(first.view())?;
//! writer.finish()?;
//! assert!(writer.into_inner().starts_with(b"[\n{\"leader\":\"00844nam a2200229 i 4500\",\"fields\":[{\"001\":"));
//! # Ok::<(), kartoteka::Error>(())
//! ```

mod build;
mod dialect;
mod frame;
#[cfg(feature = "serde")]
mod impls;
mod mend;
mod parse;
mod scan;
mod shape;
mod visit;
mod writer;

pub use self::frame::Json;
pub(crate) use self::frame::refuse_other_formats;
pub(crate) use self::parse::Parser;
pub use self::writer::Layout;
pub(crate) use self::writer::write;
use crate::io::{self, Slice, Stream};

/// Reads MARC-in-JSON from a source of bytes.
pub type Reader<R> = Stream<R, Json>;
/// Reads MARC-in-JSON from bytes in memory.
pub type SliceReader<'a> = Slice<'a, Json>;
/// Writes MARC-in-JSON as one array. What it makes of records is told at [`Layout`].
pub type Writer<W> = io::Writer<W, Layout>;

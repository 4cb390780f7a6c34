//! MARC-in-JSON: a record is an object, and a file is one object, an array of objects, or a sequence of them.
//!
//! ```text
//! {"leader":"00079nam a2200049   4500","fields":[{"001":"kart0001"},{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan"}]}}]}
//! {"mfn":1,"status":32,"version":2,"fields":[{"920":"PAZK"},{"910":{"lead":"head text","subfields":[{"A":"0"}]}}]}
//! ```
//!
//! The first is a MARC record as all programs write it, the second an IRBIS record, for which the format has
//! a few extensions: no `leader` if the source has none; `mfn`, `status` and `version`; no indicators; a
//! plain string for a field without subfields; `lead` for the text before the first subfield.
//!
//! This module is for `.json` files. If each record is on its own line, use [`ndjson`](crate::ndjson), where
//! damage never extends beyond a line.
//!
//! # Spec
//! [MARC-in-JSON](https://github.com/marc4j/marc4j/wiki/MARC-in-JSON-Description), RFC 8259.
//!
//! # What is read
//! Keys may be in any order. A record is IRBIS if no field has an indicator and the record has no leader, or
//! one of `mfn`, `status` and `version`, or `0` in leader/10, or if the caller sets
//! [`Dialect`](crate::Dialect). It has as many indicators as the field with the most. Data in an unusual form
//! but with a clear meaning are kept, with a finding: numbers for strings, missing indicators, several keys
//! in one object. Data without a place in a record are dropped, with a finding. A value that contains the
//! subfield delimiter of its record makes the record an error, because it would become another subfield; so
//! does text that is not JSON.
//!
//! # Deviations
//! To lose nothing, the writer extends the format where a record requires it, and the reader understands the
//! extensions:
//!
//! - a delimiter followed by nothing is `{"":""}` in a record without indicators; in others it is left out, with a
//!   finding;
//! - text between the indicators and the first subfield of a MARC field is `lead`;
//! - an indicator that the field lacks is a blank, and `null` is read as one;
//! - a third and further indicator is `ind3` and so on;
//! - unless fields have two indicators, leader/10 states their number, but not in a record without indicators
//!   that has `mfn`. If there is no leader, a record with one indicator, or with control fields only, is a
//!   finding.
//!
//! The syntax of a MARC record in which no field has indicators is known only from its header: without a
//! leader, or with `mfn`, it is read as an IRBIS record. One whose leader/10 states that there are none is
//! read with `^` for 1F. The offset of the previous version in the master file is not written.
//!
//! Line ends inside strings, keys without quotes, missing commas and commas after the last element are not
//! JSON: strict reading fails, salvage repairs and reports them. Between records, any commas and white space
//! are skipped.
//!
//! # Other shapes
//! Records in the shapes of Catmandu and Avram (arrays of arrays), of the National Library of Finland (`tag`
//! and `value`), of the OCLC draft of 2010 (`controlfield` and `datafield`) and of FOLIO
//! (`parsedRecord.content`, alone or in a list `sourceRecords` or `records`) are recognized by their keys and
//! read like MARC-in-JSON, and so is a record inside another object, `{"record":{"leader":…},"took":3}`. Data beside the
//! record, such as an `_id`, are ignored. These shapes are not
//! written.
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

mod frame;
mod wrapper;
mod writer;

pub use self::frame::Json;
pub(crate) use self::frame::{SHOWN, refuse_other_formats};
pub use self::writer::Rendering;
use crate::io::{self, Slice, Stream};

/// Reads MARC-in-JSON from a source of bytes.
pub type Reader<R> = Stream<R, Json>;
/// Reads MARC-in-JSON from bytes in memory.
pub type SliceReader<'a> = Slice<'a, Json>;
/// Writes MARC-in-JSON as one array. See [`Rendering`].
pub type Writer<W> = io::Writer<W, Rendering>;

//! Deserializes JSON values straight into the record, without an intermediate tree.
//!
//! Each level of the text has its seed: record, list of fields, field, list of subfields, subfield. A seed
//! accepts any JSON value; a value of the wrong kind is a finding and never an error. Only an object that
//! cannot be a record is an error.

mod field;
mod record;
mod seed;

pub(super) use self::record::{RecordSeed, TopKey};

//! Tools for tests: invariants for any input, and generated records.
//!
//! Written once; used by the property tests, by the fuzz targets and for every fixture. Also usable for
//! readers and writers of other crates.

mod any;
mod charsets;
mod coded;
pub mod corpus;
mod decision;
mod invariants;
mod isis;
mod paths;
mod strategies;

pub use self::any::{any, model};
pub use self::charsets::{charset, marc8};
pub use self::coded::fixed_fields;
pub use self::decision::decision;
#[cfg(feature = "xml")]
pub use self::invariants::marcxml;
pub use self::invariants::{cisis_id, format, irbis_server, irbis_text, iso2709};
#[cfg(feature = "json")]
pub use self::invariants::{json, ndjson};
pub use self::isis::{ifp, mst, xrf};
pub use self::paths::{filter, path, path_text};
pub use self::strategies::{irbis_record, marc_record, mutated};

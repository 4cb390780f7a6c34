//! Tools for tests: what must hold for any input, and records to try things with.
//!
//! Written once, called by the property tests, by the fuzz targets and over every fixture; yours to use on readers
//! and writers of your own.

mod charsets;
pub mod corpus;
mod invariants;
mod isis;
mod paths;
mod strategies;

pub use self::charsets::{charset, marc8};
#[cfg(feature = "xml")]
pub use self::invariants::marcxml;
pub use self::invariants::{aleph, cisis_id, irbis_server, irbis_text, iso2709, line, microlif, mrk};
#[cfg(feature = "json")]
pub use self::invariants::{json, ndjson};
pub use self::isis::{ifp, mst, xrf};
pub use self::paths::{filter, path, path_text};
pub use self::strategies::{irbis_record, marc_record, mutated};

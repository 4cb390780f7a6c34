//! The description of records: openlibrary's expectations, the same book in three formats, and that nothing is lost.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod answers;
mod coded;
#[path = "../common/mod.rs"]
mod common;
#[cfg(feature = "serde")]
mod cost;
mod draft;
mod golden;
mod lossless;
mod openlibrary;
#[cfg(feature = "serde")]
mod schema;
#[cfg(feature = "serde")]
mod snapshot;
mod triples;

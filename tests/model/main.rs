//! The description of records: openlibrary's expectations, the same book in three formats, and that nothing is lost.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod coded;
#[path = "../common/mod.rs"]
mod common;
mod draft;
mod lossless;
mod openlibrary;
mod speed;
mod triples;

//! What the library reads, writes, finds and changes, format by format.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "../common/mod.rs"]
mod common;

#[cfg(all(feature = "xml", feature = "json"))]
mod charsets;
mod damage;
mod decision;
#[cfg(feature = "xml")]
mod describe;
mod edit;
mod filter;
mod forms;
mod isis;
mod json;
#[cfg(all(feature = "xml", feature = "json"))]
mod kinds;
#[cfg(all(feature = "xml", feature = "json"))]
mod made;
mod marc_in_isis;
#[cfg(all(feature = "xml", feature = "json"))]
mod markup;
mod memory;
#[cfg(all(feature = "xml", feature = "json"))]
mod mixed;
mod one_damaged;
#[cfg(all(feature = "xml", feature = "json"))]
mod packed;
mod parts;
mod path;
mod properties;
mod ranges;
mod runs;
mod tables;
mod values;
mod xml;

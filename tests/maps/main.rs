//! What the built-in maps of the crosswalk make of records that are written for it, with expectations by hand.

#![cfg(all(feature = "json", feature = "rules"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod cost;
mod examples;
mod worksheets;

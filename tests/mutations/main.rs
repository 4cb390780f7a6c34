//! Damage of every kind, from a seed, to files of every format that is read.
//!
//! No reader panics, all drivers and all cuts of the input give the same, what is written is well-formed and read again,
//! every byte is in a record or reported or filler, and neither time nor memory grows beyond a bound.
//!
//! `KARTOTEKA_MUTATIONS` is the number of cases, `KARTOTEKA_SEED` another sequence of them, `KARTOTEKA_CASE` one of them:
//! a case is the same in every run. A case that fails is written to the build's temporary folder.
#![cfg(all(feature = "testing", feature = "xml", feature = "json"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod account;
mod checks;
mod cost;
mod damage;
mod inputs;
mod random;
mod run;
mod shapes;

//! What the library reads and writes, compared with other programs, real files and standard vectors.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "../common/mod.rs"]
mod common;

#[cfg(feature = "cli")]
mod avram;
mod charset;
mod citations;
mod companions;
mod corpus;
mod dump;
mod exchange;
#[cfg(feature = "cli")]
mod lint;
mod marc8;
mod reviewed;
mod stylesheets;
mod takers;

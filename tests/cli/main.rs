//! The `kartoteka` program as scripts and people see it: output, messages, exit status, files.

#![cfg(feature = "cli")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "../common/mod.rs"]
mod common;

mod crosswalk;
mod dedupe;
mod examples;
mod external;
mod guide;
mod isis;
mod jobs;
mod parts;
mod program;
mod validate;
mod world;

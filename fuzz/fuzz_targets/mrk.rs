//! Any bytes, read as `mrk`: see `kartoteka::testing::format` for what must hold.
#![no_main]

use kartoteka::{Format, testing};

libfuzzer_sys::fuzz_target!(|data: &[u8]| testing::format(Format::Mrk, data));

//! Any bytes, read as every format: see `kartoteka::testing::format` for what must hold.
#![no_main]

use kartoteka::{FORMATS, testing};

libfuzzer_sys::fuzz_target!(|data: &[u8]| FORMATS.iter().for_each(|format| testing::format(*format, data)));

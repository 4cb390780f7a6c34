//! Any bytes, read as `line`: see `kartoteka::testing::line` for what must hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kartoteka::testing::line(data));

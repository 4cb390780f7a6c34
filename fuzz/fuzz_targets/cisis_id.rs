//! Any bytes, read as `cisis_id`: see `kartoteka::testing::cisis_id` for what must hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kartoteka::testing::cisis_id(data));

//! Any bytes, read as `json`: see `kartoteka::testing::json` for what must hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kartoteka::testing::json(data));

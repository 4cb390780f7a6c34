//! Any bytes, read as `aleph`: see `kartoteka::testing::aleph` for what must hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kartoteka::testing::aleph(data));

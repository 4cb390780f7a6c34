//! Any bytes, read as `xrf`: see `kartoteka::testing::xrf` for what must hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kartoteka::testing::xrf(data));

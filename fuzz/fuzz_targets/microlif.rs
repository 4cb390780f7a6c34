//! Any bytes, read as `microlif`: see `kartoteka::testing::microlif` for what must hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kartoteka::testing::microlif(data));

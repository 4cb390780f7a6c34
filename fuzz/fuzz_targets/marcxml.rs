//! Any bytes, read as `marcxml`: see `kartoteka::testing::marcxml` for what must hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kartoteka::testing::marcxml(data));

//! Any bytes, described: see `kartoteka::testing::model` for what must hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kartoteka::testing::model(data));

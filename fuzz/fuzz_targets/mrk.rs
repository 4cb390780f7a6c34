//! Any bytes, read as `mrk`: see `kartoteka::testing::mrk` for what must hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kartoteka::testing::mrk(data));

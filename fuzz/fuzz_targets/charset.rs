//! Any bytes in any character set: see `kartoteka::testing::charset` for what must hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kartoteka::testing::charset(data));

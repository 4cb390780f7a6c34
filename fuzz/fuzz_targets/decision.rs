//! The decision for a character set, for any bytes: see `kartoteka::testing::decision` for what must hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kartoteka::testing::decision(data));

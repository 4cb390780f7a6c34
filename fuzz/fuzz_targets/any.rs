//! Any bytes, read and written in every format of the list: see `kartoteka::testing::any` for what must hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kartoteka::testing::any(data));

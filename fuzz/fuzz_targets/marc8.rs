//! Any bytes, taken as MARC-8 and its kin: see `kartoteka::testing::marc8` for what must hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kartoteka::testing::marc8(data));

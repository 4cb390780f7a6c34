//! Any bytes, read as `iso2709`: see `kartoteka::testing::iso2709` for what must hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kartoteka::testing::iso2709(data));

//! Any text, taken as a filter: see `kartoteka::testing::filter` for what must hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kartoteka::testing::filter(data));

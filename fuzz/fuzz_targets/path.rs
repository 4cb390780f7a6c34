//! Any text, taken as a path: see `kartoteka::testing::path` for what must hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kartoteka::testing::path(data));

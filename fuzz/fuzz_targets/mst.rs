//! Any bytes, read as `mst`: see `kartoteka::testing::mst` for what must hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kartoteka::testing::mst(data));

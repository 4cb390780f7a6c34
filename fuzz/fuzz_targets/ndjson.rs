//! Any bytes, read as `ndjson`: see `kartoteka::testing::ndjson` for what must hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kartoteka::testing::ndjson(data));

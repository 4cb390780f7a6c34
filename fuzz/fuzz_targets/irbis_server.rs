//! Any bytes, read as `irbis_server`: see `kartoteka::testing::irbis_server` for what must hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kartoteka::testing::irbis_server(data));

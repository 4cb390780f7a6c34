//! Any bytes, read as `irbis_text`: see `kartoteka::testing::irbis_text` for what must hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kartoteka::testing::irbis_text(data));

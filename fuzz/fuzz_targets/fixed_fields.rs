//! Any bytes as leader and coded fields: see `kartoteka::testing::fixed_fields` for what must hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kartoteka::testing::fixed_fields(data));

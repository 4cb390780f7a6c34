//! Any bytes, read as `ifp`: see `kartoteka::testing::ifp` for what must hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kartoteka::testing::ifp(data));

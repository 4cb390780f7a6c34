//! The formats, one folder each.

pub mod irbis_text;
pub mod iso2709;
#[cfg(feature = "json")]
pub mod json;
#[cfg(feature = "xml")]
pub mod marcxml;
#[cfg(feature = "json")]
pub mod ndjson;

//! The formats, one folder each.

pub mod iso2709;
#[cfg(feature = "json")]
pub mod json;
#[cfg(feature = "json")]
pub mod ndjson;

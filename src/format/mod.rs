//! The formats, one folder each.

pub mod irbis_text;
pub mod iso2709;

//! The formats, one folder each.

pub mod iso2709;

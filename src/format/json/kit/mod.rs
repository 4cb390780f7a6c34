//! What the JSON formats share: parsing, repair and writing of single records.

mod build;
mod indicator_count;
mod parse;
mod repair;
mod scan;
mod variants;
mod visit;
mod write;

pub(super) use self::parse::Parser;
pub(super) use self::scan::{ArrayScan, Found, Scan, is_blank, record_start};
#[cfg(feature = "serde")]
pub(super) use self::write::leader;
pub(super) use self::write::write;

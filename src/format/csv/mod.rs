//! Tables with one row per subfield: comma-separated and tab-separated. Written, not read.

#[cfg(feature = "csv")]
use super::descriptor::rendered;
use super::descriptor::{Can, Descriptor};

#[cfg(feature = "csv")]
pub mod rendering;

const TABLE: Descriptor =
    Descriptor { feature: "csv", can: &[Can::Write], utf8_only: true, ..Descriptor::BASE };

/// A comma-separated table.
pub(crate) const CSV: &Descriptor = &Descriptor {
    name: "csv",
    extensions: &["csv"],
    description: "a table with a row per subfield, comma-separated",
    #[cfg(feature = "csv")]
    writer: Some(rendered::<rendering::Rendering<b','>>),
    ..TABLE
};

/// A tab-separated table.
pub(crate) const TSV: &Descriptor = &Descriptor {
    name: "tsv",
    extensions: &["tsv"],
    description: "a table with a row per subfield, tab-separated",
    #[cfg(feature = "csv")]
    writer: Some(rendered::<rendering::Rendering<b'\t'>>),
    ..TABLE
};

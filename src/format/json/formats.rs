//! The descriptors of the JSON formats, compiled even without the feature `json`.

use super::sniff;
#[cfg(feature = "json")]
use super::{array, lines};
use crate::format::descriptor::{Can, Descriptor};
#[cfg(feature = "json")]
use crate::format::descriptor::{framed, rendered};

/// MARC-in-JSON, an array.
pub(crate) const ARRAY: &Descriptor = &Descriptor {
    name: "json",
    extensions: &["json"],
    description: "MARC-in-JSON, an array",
    feature: "json",
    can: &[Can::Read, Can::Write, Can::Order],
    utf8_only: true,
    sniff: Some(sniff::array),
    #[cfg(feature = "json")]
    reader: framed::<array::Json>(),
    #[cfg(feature = "json")]
    writer: Some(rendered::<array::Rendering>),
    ..Descriptor::BASE
};

/// MARC-in-JSON, one record per line.
pub(crate) const LINES: &Descriptor = &Descriptor {
    name: "ndjson",
    aliases: &["jsonl"],
    extensions: &["ndjson", "jsonl"],
    description: "MARC-in-JSON, a record a line",
    feature: "json",
    can: &[Can::Read, Can::Write, Can::Concatenate, Can::Order],
    utf8_only: true,
    sniff: Some(sniff::lines),
    #[cfg(feature = "json")]
    reader: framed::<lines::Ndjson>(),
    #[cfg(feature = "json")]
    writer: Some(rendered::<lines::Rendering>),
    ..Descriptor::BASE
};

//! Places: in the input, and inside a record.

use std::fmt;

use crate::Tag;

/// Where a record begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct Position {
    /// Offset of the record's first byte from the start of the input, in bytes, 0-based.
    pub byte: u64,
    /// Number of records before it in the input: the index of the record, 0-based.
    pub record: u64,
    /// Line in which it begins, 1-based; 0 where the format has no lines.
    pub line: u64,
}

/// Where in the data something was found: the record, the exact byte, and the element of the record if known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct Location {
    /// Where the record begins.
    pub record: Position,
    /// Offset of the culprit from the start of the input, in bytes, 0-based.
    pub byte: u64,
    /// Length of the culprit in bytes; 0 if it is a place between two bytes.
    pub len: u64,
    /// Line of the culprit, 1-based; 0 where the format has no lines.
    pub line: u64,
    /// Tag of the field.
    pub tag: Option<Tag>,
    /// Index of the field in the record, 0-based; in ISO 2709 this is also the index of its directory entry.
    pub field: Option<u32>,
    /// Index of the subfield in the field, 0-based.
    pub subfield: Option<u32>,
    /// Master file number of the record, where it has one.
    pub mfn: Option<u32>,
    /// Extension of the companion file in which `byte` counts, such as `xrf`; `None` if that is the input itself.
    pub file: Option<&'static str>,
}

impl Location {
    /// The place at which a record begins.
    pub fn of(record: Position) -> Location {
        Location { record, byte: record.byte, line: record.line, ..Location::default() }
    }
}

impl fmt::Display for Location {
    /// `record 7 (byte 10532), field 245 (#3)`: records and fields counted from 1, as people do.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "record {} (", self.record.record.saturating_add(1))?;
        if self.line > 0 {
            write!(f, "line {}, ", self.line)?;
        }
        if let Some(mfn) = self.mfn {
            write!(f, "MFN {mfn}, ")?;
        }
        write!(f, "byte {}", self.byte)?;
        if let Some(file) = self.file {
            write!(f, " of the .{file}")?;
        }
        f.write_str(")")?;
        if let Some(tag) = self.tag {
            write!(f, ", field {tag}")?;
        }
        if let Some(field) = self.field {
            write!(f, " (#{})", field.saturating_add(1))?;
        }
        if let Some(subfield) = self.subfield {
            write!(f, ", subfield #{}", subfield.saturating_add(1))?;
        }
        Ok(())
    }
}

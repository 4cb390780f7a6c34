//! The schemas of the tables.

use std::sync::{Arc, LazyLock};

use arrow_schema::{DataType, Field, Schema, SchemaRef};

/// The tag of the rows of a header, which have field 0.
pub(crate) const LEADER: &str = "LDR";

/// A text that is one of few: an index into a list.
pub(crate) fn dictionary() -> DataType {
    DataType::Dictionary(Box::new(DataType::UInt16), Box::new(DataType::Utf8))
}

/// Returns the schema of the long table: a row for each subfield, control field, text before the first subfield, and
/// leader.
///
/// | column | type | meaning |
/// |---|---|---|
/// | `record` | u64? | number of the record in the input, from 1; null in a part of it |
/// | `offset` | u64 | offset of the record in the input, in bytes |
/// | `mfn` | u32? | number of the record in its master file |
/// | `id` | utf8? | control number |
/// | `field` | u16 | number of the field in the record, from 1; 0 for the header |
/// | `tag` | dictionary | tag of the field; `LDR` for the header |
/// | `ind1`, `ind2` | dictionary? | indicators, null where a field has none |
/// | `subfield` | u16? | number of the subfield in the field, from 1; null for a control field, the text before the first subfield, a leader, and an empty field |
/// | `code` | dictionary? | code of the subfield |
/// | `value` | utf8 | the value; what does not decode is U+FFFD |
///
/// The header is the leader, a row without code, and for records of IRBIS and CDS/ISIS rows of [`header`] codes.
pub fn long() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        Arc::new(Schema::new(vec![
            Field::new("record", DataType::UInt64, true),
            Field::new("offset", DataType::UInt64, false),
            Field::new("mfn", DataType::UInt32, true),
            Field::new("id", DataType::Utf8, true),
            Field::new("field", DataType::UInt16, false),
            Field::new("tag", dictionary(), false),
            Field::new("ind1", dictionary(), true),
            Field::new("ind2", dictionary(), true),
            Field::new("subfield", DataType::UInt16, true),
            Field::new("code", dictionary(), true),
            Field::new("value", DataType::Utf8, false),
        ]))
    });
    Arc::clone(&SCHEMA)
}

/// Returns the schema of the findings table: a row for each finding, as `kartoteka validate` lists them.
///
/// | column | type | meaning |
/// |---|---|---|
/// | `file` | dictionary | name of the input |
/// | `record` | u64? | number of the record, as in [`long`] |
/// | `offset` | u64 | offset of the record in the input, in bytes |
/// | `id` | utf8? | control number, or `MFN 5` |
/// | `rule` | dictionary | id of the rule, such as `B001` |
/// | `severity` | dictionary | `error`, `warning`, `note` |
/// | `path` | utf8? | the element, such as `245[0]$a[0]` |
/// | `value` | utf8? | its value |
/// | `message` | utf8 | what is wrong |
pub fn findings() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        Arc::new(Schema::new(vec![
            Field::new("file", dictionary(), false),
            Field::new("record", DataType::UInt64, true),
            Field::new("offset", DataType::UInt64, false),
            Field::new("id", DataType::Utf8, true),
            Field::new("rule", dictionary(), false),
            Field::new("severity", dictionary(), false),
            Field::new("path", DataType::Utf8, true),
            Field::new("value", DataType::Utf8, true),
            Field::new("message", DataType::Utf8, false),
        ]))
    });
    Arc::clone(&SCHEMA)
}

/// The codes of the header of a record of IRBIS or CDS/ISIS in the long table: rows of field 0 with the tag `LDR`.
pub mod header {
    /// How field bodies are written: the delimiter in hexadecimal, the number of indicators, and `f` if codes ignore
    /// case, `c` if 00X are control fields. Records without this row are written as in MARC, `1F2c`.
    pub const SYNTAX: &str = "x";
    /// Status of the record in its master file, a number.
    pub const STATUS: &str = "s";
    /// Version of the record, a number.
    pub const VERSION: &str = "v";
    /// Offset of the version before, a number.
    pub const PREVIOUS: &str = "p";
}

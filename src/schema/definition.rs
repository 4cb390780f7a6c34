//! What a schema says: fields, subfields, positions, codes. The shape is that of Avram, with a few keys more.

use std::collections::BTreeMap;

/// A set of rules for one format: what Avram calls a schema.
///
/// # Spec
/// Avram 0.9.6 (format.gbv.de/schema/avram). Keys that Avram lacks are marked *extension*.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Schema {
    /// The name of the format.
    pub title: String,
    /// What the schema is for, in words.
    pub description: String,
    /// `marc`, `pica`, `mab` or `flat`; empty if the schema does not say.
    pub family: String,
    /// Where the format is documented.
    pub url: String,
    /// The language of labels, such as `en`.
    pub language: String,
    /// Where the facts come from. *Extension.*
    pub source: String,
    /// Of when the facts are. *Extension.*
    pub date: String,
    /// Whether the schema knows only part of the format, so that nothing it does not know is called undefined. *Extension.*
    pub partial: bool,
    /// A character that may fill any coded position. *Extension.*
    pub fill: Option<char>,
    /// Field definitions by identifier, which is the tag, in PICA with an occurrence or a counter.
    pub fields: BTreeMap<String, FieldDefinition>,
    /// Code lists that fields refer to by name.
    pub codelists: BTreeMap<String, BTreeMap<String, CodeDefinition>>,
    /// Groups of fields of which a record has exactly one. *Extension.*
    pub one_of: Vec<Vec<String>>,
    /// Groups of fields of which a record has one at most. *Extension.*
    pub at_most_one_of: Vec<Vec<String>>,
    /// How much rules weigh for records that this schema checks, `note`, `warning` or `error`, by id, the first letters of ids,
    /// or name. *Extension.*
    pub severity: BTreeMap<String, String>,
    /// How many records a file has.
    pub records: Option<u64>,
}

/// What a field may hold.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct FieldDefinition {
    /// The name of the field.
    pub label: String,
    /// Whether a record may have more than one.
    pub repeatable: bool,
    /// Whether each record has one.
    pub required: bool,
    /// A filter; records that match it have the field. *Extension.*
    pub required_if: Option<String>,
    /// Whether the format has withdrawn the field.
    pub deprecated: bool,
    /// The year in which it was withdrawn, if it is known: records that are older may have it. *Extension.*
    pub since: Option<u16>,
    /// The two indicators; none in fields without subfields.
    pub indicators: [IndicatorDefinition; 2],
    /// Definitions by code; `None` if the field has a value and no subfields, or if the schema does not say.
    pub subfields: Option<BTreeMap<String, SubfieldDefinition>>,
    /// Whether subfields come in the order of `order`. *Extension.*
    pub order: Option<String>,
    /// What the value of a field without subfields may be.
    pub value: ValueDefinition,
    /// What it may be besides in records of one type, such as `BK` or `007a`.
    pub types: BTreeMap<String, ValueDefinition>,
    /// How many such fields a file has.
    pub total: Option<u64>,
    /// How many records of a file have such a field.
    pub records: Option<u64>,
}

/// What an indicator may be.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub enum IndicatorDefinition {
    /// The schema does not say.
    #[default]
    Any,
    /// Blank.
    Blank,
    /// What a value may be.
    Values(ValueDefinition),
}

/// What a subfield may hold.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct SubfieldDefinition {
    /// The name of the subfield.
    pub label: String,
    /// Whether a field may have more than one.
    pub repeatable: bool,
    /// Whether each field has one.
    pub required: bool,
    /// Whether the format has withdrawn the subfield.
    pub deprecated: bool,
    /// What the value may be.
    pub value: ValueDefinition,
    /// How many such subfields a file has.
    pub total: Option<u64>,
    /// How many records of a file have such a subfield.
    pub records: Option<u64>,
}

/// What a value may be.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ValueDefinition {
    /// The name of what the value says.
    pub label: String,
    /// A regular expression that is found in the value.
    pub pattern: Option<String>,
    /// The codes of which it is one.
    pub codes: Option<Codes>,
    /// How many characters it has: one of these numbers. *Extension.*
    pub length: Vec<u32>,
    /// What its parts may be.
    pub positions: Vec<PositionDefinition>,
}

/// What the characters `start` to `end` of a value may be.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct PositionDefinition {
    /// The range as the schema writes it: `06`, `18-21`.
    pub name: String,
    /// First character, 0-based.
    pub start: usize,
    /// Last character, included.
    pub end: usize,
    /// What the characters say.
    pub label: String,
    /// The codes of which all of them are one.
    pub codes: Option<Codes>,
    /// The codes of which they are a row.
    pub flags: Option<Codes>,
    /// A regular expression that is found in them.
    pub pattern: Option<String>,
}

/// Codes, or the name of a list of them.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Codes {
    /// The name of a list in [`Schema::codelists`].
    List(String),
    /// The codes.
    Own(BTreeMap<String, CodeDefinition>),
}

/// A code.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct CodeDefinition {
    /// What the code means.
    pub label: String,
    /// Whether the list has withdrawn the code.
    pub deprecated: bool,
}

impl Schema {
    /// Returns the codes: those of a list by its name. `None` if the schema has no such list.
    pub fn codes<'a>(&'a self, codes: &'a Codes) -> Option<&'a BTreeMap<String, CodeDefinition>> {
        match codes {
            Codes::Own(own) => Some(own),
            Codes::List(name) => self.codelists.get(name),
        }
    }
}

//! The keys of Avram, and of its extensions here, with what each may have.

/// What a key may have for its value.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// Text.
    Text,
    /// Text that is not empty.
    Name,
    Url,
    Flag,
    Number,
    Pattern,
    /// Codes, or the name of a list.
    Codes,
    Positions,
    /// An indicator, or nothing if it is blank.
    Indicator,
    Subfields,
    Types,
    Fields,
    Lists,
    /// A filter of records.
    Filter,
    /// Levels by the names of rules.
    Severities,
    /// Anything.
    Any,
}

pub(super) type Keys = &'static [(&'static str, Kind)];

pub(super) const SCHEMA: Keys = &[
    ("$schema", Kind::Url),
    ("title", Kind::Text),
    ("description", Kind::Text),
    ("family", Kind::Name),
    ("url", Kind::Url),
    ("uri", Kind::Text),
    ("profile", Kind::Text),
    ("language", Kind::Name),
    ("created", Kind::Text),
    ("modified", Kind::Text),
    ("records", Kind::Number),
    ("rules", Kind::Any),
    ("codelists", Kind::Lists),
    ("fields", Kind::Fields),
    ("one_of", Kind::Any),
    ("at_most_one_of", Kind::Any),
    ("severity", Kind::Severities),
    ("partial", Kind::Flag),
    ("fill", Kind::Name),
    ("source", Kind::Text),
];

pub(super) const FIELD: Keys = &[
    ("tag", Kind::Name),
    ("label", Kind::Text),
    ("description", Kind::Text),
    ("comment", Kind::Text),
    ("url", Kind::Url),
    ("pica3", Kind::Text),
    ("occurrence", Kind::Name),
    ("counter", Kind::Name),
    ("repeatable", Kind::Flag),
    ("required", Kind::Flag),
    ("deprecated", Kind::Flag),
    ("created", Kind::Text),
    ("modified", Kind::Text),
    ("examples", Kind::Any),
    ("categories", Kind::Any),
    ("groups", Kind::Any),
    ("rules", Kind::Any),
    ("total", Kind::Number),
    ("records", Kind::Number),
    ("indicator1", Kind::Indicator),
    ("indicator2", Kind::Indicator),
    ("subfields", Kind::Subfields),
    ("types", Kind::Types),
    ("positions", Kind::Positions),
    ("pattern", Kind::Pattern),
    ("codes", Kind::Codes),
    ("length", Kind::Any),
    ("order", Kind::Name),
    ("required_if", Kind::Filter),
    ("deprecated_since", Kind::Number),
];

pub(super) const SUBFIELD: Keys = &[
    ("code", Kind::Text),
    ("label", Kind::Text),
    ("description", Kind::Text),
    ("comment", Kind::Text),
    ("url", Kind::Url),
    ("pica3", Kind::Text),
    ("order", Kind::Any),
    ("repeatable", Kind::Flag),
    ("required", Kind::Flag),
    ("deprecated", Kind::Flag),
    ("created", Kind::Text),
    ("modified", Kind::Text),
    ("examples", Kind::Any),
    ("categories", Kind::Any),
    ("groups", Kind::Any),
    ("rules", Kind::Any),
    ("total", Kind::Number),
    ("records", Kind::Number),
    ("positions", Kind::Positions),
    ("pattern", Kind::Pattern),
    ("codes", Kind::Codes),
    ("length", Kind::Any),
];

/// A value: an indicator, the value of a record type, characters of a value.
pub(super) const VALUE: Keys = &[
    ("label", Kind::Text),
    ("description", Kind::Text),
    ("url", Kind::Url),
    ("groups", Kind::Any),
    ("pattern", Kind::Pattern),
    ("codes", Kind::Codes),
    ("flags", Kind::Codes),
    ("positions", Kind::Positions),
    ("start", Kind::Number),
    ("end", Kind::Number),
    ("length", Kind::Any),
];

pub(super) const CODE: Keys = &[
    ("code", Kind::Text),
    ("label", Kind::Text),
    ("description", Kind::Text),
    ("url", Kind::Url),
    ("created", Kind::Text),
    ("modified", Kind::Text),
    ("deprecated", Kind::Flag),
];

pub(super) const LIST: Keys = &[
    ("codes", Kind::Codes),
    ("title", Kind::Text),
    ("description", Kind::Text),
    ("url", Kind::Url),
    ("created", Kind::Text),
    ("modified", Kind::Text),
];

//! What a record has against a schema.

use super::compile::{CodeSet, Standing};
use crate::bytes::Cut;

/// A kind of fault. The names are the identifiers of Avram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum FaultKind {
    /// `undefinedField`
    UndefinedField,
    /// `deprecatedField`
    DeprecatedField,
    /// `nonrepeatableField`
    NonrepeatableField,
    /// `missingField`
    MissingField,
    /// `invalidFieldValue`: a value where the schema has subfields, or subfields where it has a value.
    InvalidFieldValue,
    /// `invalidIndicator`
    InvalidIndicator,
    /// `undefinedSubfield`
    UndefinedSubfield,
    /// `deprecatedSubfield`
    DeprecatedSubfield,
    /// `nonrepeatableSubfield`
    NonrepeatableSubfield,
    /// `missingSubfield`
    MissingSubfield,
    /// `patternMismatch`
    PatternMismatch,
    /// `invalidPosition`: the value ends before the position.
    InvalidPosition,
    /// `invalidFlag`
    InvalidFlag,
    /// `undefinedCode`
    UndefinedCode,
    /// `deprecatedCode`
    DeprecatedCode,
    /// `undefinedCodelist`: the schema refers to a list that it does not have.
    UndefinedCodelist,
    /// `invalidLength`; not of Avram: the value has another number of characters.
    InvalidLength,
    /// `conflictingFields`; not of Avram: more than one of a group of fields of which a record has one.
    ConflictingFields,
    /// `subfieldOrder`; not of Avram: subfields are in another order.
    SubfieldOrder,
}

impl FaultKind {
    /// Returns the identifier: that of Avram where Avram has one.
    pub const fn name(self) -> &'static str {
        match self {
            FaultKind::UndefinedField => "undefinedField",
            FaultKind::DeprecatedField => "deprecatedField",
            FaultKind::NonrepeatableField => "nonrepeatableField",
            FaultKind::MissingField => "missingField",
            FaultKind::InvalidFieldValue => "invalidFieldValue",
            FaultKind::InvalidIndicator => "invalidIndicator",
            FaultKind::UndefinedSubfield => "undefinedSubfield",
            FaultKind::DeprecatedSubfield => "deprecatedSubfield",
            FaultKind::NonrepeatableSubfield => "nonrepeatableSubfield",
            FaultKind::MissingSubfield => "missingSubfield",
            FaultKind::PatternMismatch => "patternMismatch",
            FaultKind::InvalidPosition => "invalidPosition",
            FaultKind::InvalidFlag => "invalidFlag",
            FaultKind::UndefinedCode => "undefinedCode",
            FaultKind::DeprecatedCode => "deprecatedCode",
            FaultKind::UndefinedCodelist => "undefinedCodelist",
            FaultKind::InvalidLength => "invalidLength",
            FaultKind::ConflictingFields => "conflictingFields",
            FaultKind::SubfieldOrder => "subfieldOrder",
        }
    }
}

/// One thing that a record has against a schema: what, and where.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Fault<'a> {
    /// What is wrong.
    pub kind: FaultKind,
    /// The identifier of the field definition; `None` if the field has none.
    pub id: Option<&'a str>,
    /// The name of the field, as the schema has it.
    pub label: &'a str,
    /// The tag of the field; `None` if it is missing.
    pub tag: Option<&'a str>,
    /// The index that the field was given with.
    pub field: Option<usize>,
    /// The index of the subfield among those of the field, and its code; without an index the subfield is missing.
    pub subfield: Option<(Option<usize>, &'a str)>,
    /// Which indicator, 1-based.
    pub indicator: Option<u8>,
    /// The range of the position, first and last character, and its label.
    pub position: Option<(&'a str, usize, usize, &'a str)>,
    /// The value that is wrong.
    pub value: Option<&'a str>,
    /// The pattern that it does not match.
    pub pattern: Option<&'a str>,
    /// The length that it should have.
    pub length: Option<usize>,
    /// The year in which the field was withdrawn, if the schema has it.
    pub since: Option<u16>,
    pub(super) codes: Option<&'a CodeSet>,
}

impl<'a> Fault<'a> {
    pub(super) const fn new(kind: FaultKind) -> Fault<'a> {
        Fault {
            kind,
            id: None,
            label: "",
            tag: None,
            field: None,
            subfield: None,
            indicator: None,
            position: None,
            value: None,
            pattern: None,
            length: None,
            since: None,
            codes: None,
        }
    }

    /// Returns the name of the code list that does not have the value; `None` if the codes are the position's own.
    pub fn list(&self) -> Option<&'a str> {
        let name = self.codes.and_then(|codes| codes.list.as_deref())?;
        Some(name.strip_suffix('+').unwrap_or(name))
    }

    /// Returns whether the value is several codes of three letters run together, as language codes once were.
    pub fn run_together(&self) -> bool {
        let (Some(codes), Some(value)) = (self.codes, self.value) else { return false };
        value.len() > 3
            && value.len() % 3 == 0
            && (0..value.len()).step_by(3).all(|at| {
                let code = value.cut(at..at + 3);
                codes.find(code) != Standing::Undefined
            })
    }

    /// Returns up to `most` codes that would be right, as people read them; one more if there are more.
    pub fn expected(&self, most: usize) -> Vec<String> {
        self.codes.map(|codes| codes.list(most)).unwrap_or_default()
    }
}

//! A map as data: its rules, code tables and options.

use std::collections::BTreeMap;

/// The family of formats on one side of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Family {
    /// IRBIS, the IBIS bibliographic base.
    Irbis,
    /// UNIMARC and RUSMARC.
    Unimarc,
    /// MARC 21.
    Marc21,
}

impl Family {
    /// Returns the name as rule files write it: `irbis`, `unimarc`, `marc21`.
    pub const fn name(self) -> &'static str {
        match self {
            Family::Irbis => "irbis",
            Family::Unimarc => "unimarc",
            Family::Marc21 => "marc21",
        }
    }

    /// Returns the code of the format in 886 $2.
    pub(crate) const fn code_in_886(self) -> &'static str {
        match self {
            Family::Irbis => "irbis",
            Family::Unimarc => "unimrcb",
            Family::Marc21 => "usmarc",
        }
    }

    /// Returns the family with this name.
    pub fn from_name(name: &str) -> Option<Family> {
        [Family::Irbis, Family::Unimarc, Family::Marc21].into_iter().find(|family| family.name() == name)
    }
}

/// One rule of a map, as it is written: a row of a table, or a `[[rule]]` of a TOML file.
///
/// See the [module](crate::crosswalk) for what each part may hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Rule {
    /// The stable name, such as `m21.200.a.3`.
    pub id: String,
    /// Conditions; empty for always.
    pub when: String,
    /// The source tag; `*` for any that no rule names.
    pub from_tag: String,
    /// The source subfield: a code, `*` head text, `+` the rest, `#` the whole field, `=` nothing (constants).
    pub from_code: String,
    /// The target tag, a place such as `LDR/06`, `-` for nothing, `886` for kept.
    pub to: String,
    /// First indicator: `#` blank, a digit, or a computed one in braces.
    pub ind1: String,
    /// Second indicator, likewise.
    pub ind2: String,
    /// The target subfield code.
    pub to_code: String,
    /// Tag and indicators of the embedded field that is opened.
    pub inner: String,
    /// Named transforms, joined by `|`.
    pub transform: String,
    /// Mark that is put at the end of the subfield before.
    pub mark: String,
    /// Which values meet in one field: `occ`, `each`, `rec:X`, `occ:X`, `keep`.
    pub group: String,
    /// `none`, `part` or `declared`.
    pub loss: String,
    /// Remark.
    pub note: String,
    /// Line of the rule in its file, from 1.
    pub line: u32,
}

/// A map as data: what a rule file holds. [`Crosswalk::new`](super::Crosswalk::new) compiles it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Map {
    /// The name, such as `irbis-marc21`.
    pub name: String,
    /// The format of the records that go in.
    pub source: Family,
    /// The format of the records that come out.
    pub target: Family,
    /// The rules, in the order in which they run.
    pub rules: Vec<Rule>,
    /// Code tables of the site, by name: they come before the built-in ones.
    pub tables: BTreeMap<String, BTreeMap<String, String>>,
    /// Values of options, by name.
    pub options: BTreeMap<String, String>,
    /// The file the map was read from; empty for a built-in one.
    pub file: String,
}

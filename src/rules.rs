//! All rules: the kinds of findings.
//!
//! Each rule has a page, which [`Rule::page`] returns, and a file in `fixtures/findings` that triggers it.
//! Each is declared in the module that emits it; this module assembles the list.
//!
//! # Example
//! ```
//! use kartoteka::{Severity, rules};
//!
//! let rule = rules::find("b001").unwrap();
//! assert_eq!(rule, rules::RECORD_LENGTH_MISMATCH);
//! assert_eq!(rule.severity(), Severity::Error);
//! assert!(rules::all().any(|known| known == rule));
//! ```

use std::str::FromStr;

pub use crate::check::content::rules::*;
pub use crate::check::rules::*;
pub use crate::crosswalk::rules::*;
pub use crate::export::rules::*;
pub use crate::finding::Rule;
pub use crate::format::isis::rules::*;
pub use crate::format::iso2709::rules::*;
pub use crate::format::json::rules::*;
pub use crate::format::rules::*;
pub use crate::format::text::mrk::rules::*;
pub use crate::format::xml::rules::*;
pub use crate::io::rules::*;
pub use crate::model::rules::*;
pub use crate::record::rules::*;

use crate::open::KNOWN;
use crate::{check, crosswalk, export, format, io, model, record};

/// The lists of the modules. Those of single formats are in the descriptors of these, those about content in their files.
const LISTS: &[&[Rule]] = &[
    record::rules::ALL,
    io::rules::ALL,
    format::rules::ALL,
    format::xml::rules::ALL,
    format::json::rules::ALL,
    check::rules::ALL,
    crosswalk::rules::ALL,
    model::rules::ALL,
    export::rules::ALL,
];

/// Returns all rules, sorted by id.
pub fn all() -> impl Iterator<Item = Rule> {
    let mut rules: Vec<Rule> = lists().flatten().copied().collect();
    rules.sort_unstable();
    rules.into_iter()
}

/// Returns whether a rule is looked for only where it is selected, or given a severity: libraries differ in what it is about.
///
/// # Example
/// ```
/// use kartoteka::rules;
///
/// assert!(rules::is_optional(rules::TITLE_ENTRY) && !rules::is_optional(rules::ISBN_INVALID));
/// ```
pub fn is_optional(rule: Rule) -> bool {
    rule == NUMBER_DEAD || check::content::is_optional(rule)
}

/// Returns the rule with this id or name, in any case; `None` if there is none.
pub fn find(text: &str) -> Option<Rule> {
    let is = |rule: &&Rule| rule.id().eq_ignore_ascii_case(text) || rule.name().eq_ignore_ascii_case(text);
    lists().flatten().find(is).copied()
}

/// Returns the lists of all modules and formats.
fn lists() -> impl Iterator<Item = &'static [Rule]> {
    let formats = KNOWN.iter().map(|format| format.0.rules);
    LISTS.iter().copied().chain([check::content::all()]).chain(formats)
}

/// Returns the rules whose ids begin with a text, or which have that name, in any case; sorted by id.
///
/// # Example
/// ```
/// use kartoteka::rules;
///
/// assert_eq!(rules::matching("b001"), [rules::RECORD_LENGTH_MISMATCH]);
/// assert_eq!(rules::matching("garbage"), [rules::GARBAGE]);
/// assert!(rules::matching("B").len() > 10 && rules::matching("Q").is_empty() && rules::matching("").is_empty());
/// ```
pub fn matching(text: &str) -> Vec<Rule> {
    let (id, name) = (text.trim().to_ascii_uppercase(), text.trim());
    let is = |rule: &Rule| rule.id().starts_with(&id) || rule.name().eq_ignore_ascii_case(name);
    all().filter(|rule| !id.is_empty() && is(rule)).collect()
}

/// Returns up to three rules whose ids or names are most like a text, the most similar first; none if none is.
pub fn nearest(text: &str) -> Vec<Rule> {
    let wanted = text.trim().to_ascii_lowercase();
    let like = |name: &str| strsim::normalized_damerau_levenshtein(&wanted, &name.to_ascii_lowercase());
    let rules = all().map(|rule| (rule, like(rule.id()).max(like(rule.name()))));
    let mut rules: Vec<(Rule, f64)> = rules.filter(|(_, similarity)| *similarity >= 0.6).collect();
    rules.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    rules.into_iter().take(3).map(|(rule, _)| rule).collect()
}

/// No rule has this id or name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no finding has the id or name {0:?}")]
pub struct ParseRuleError(String);

impl FromStr for Rule {
    type Err = ParseRuleError;

    /// Accepts an id or a name, in any case.
    fn from_str(text: &str) -> Result<Rule, ParseRuleError> {
        find(text).ok_or_else(|| ParseRuleError(text.to_owned()))
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Rule {
    /// Writes the id, such as `B001`.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Rule {
    /// Accepts an id or a name.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Rule, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_and_names_are_unique_and_ordered() {
        let ids: Vec<_> = all().map(Rule::id).collect();
        assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
        let names: HashSet<_> = all().map(Rule::name).collect();
        assert_eq!(names.len(), ids.len());
        for rule in all() {
            assert_eq!(rule.id().parse::<Rule>().unwrap(), rule);
            assert_eq!(rule.name().to_uppercase().parse::<Rule>().unwrap(), rule);
        }
        assert!("B000".parse::<Rule>().is_err());
    }

    #[test]
    fn pages_begin_with_what_the_table_says() {
        let page = RECORD_LENGTH_MISMATCH.page();
        assert!(page.starts_with("# B001 record-length-mismatch\n\nThe record length in the leader"));
    }
}

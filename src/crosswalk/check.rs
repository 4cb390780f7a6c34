//! What is wrong with a rule file.

use std::fmt;

use super::rule::Rule;

/// A mistake in a rule file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mistake {
    /// The file; empty for a built-in map.
    pub file: String,
    /// The line, from 1; 0 if it is about the whole file.
    pub line: u32,
    /// The id of the rule; empty if it is about none.
    pub rule: String,
    /// What is wrong, with the nearest right name.
    pub message: String,
}

impl Mistake {
    pub(crate) fn new(file: &str, rule: &Rule, message: String) -> Mistake {
        Mistake { file: file.to_owned(), line: rule.line, rule: rule.id.clone(), message }
    }
}

impl fmt::Display for Mistake {
    /// `rules.toml:12: rule our.1: no transform "trimm"; did you mean "trim"?`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            write!(f, "{}:", self.file)?;
        }
        if self.line > 0 {
            write!(f, "{}:", self.line)?;
        }
        if !self.file.is_empty() || self.line > 0 {
            f.write_str(" ")?;
        }
        if !self.rule.is_empty() {
            write!(f, "rule {}: ", self.rule)?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Mistake {}

/// Says that a name is not known, and which known one is nearest.
pub(crate) fn unknown<'n>(kind: &str, name: &str, known: impl Iterator<Item = &'n str>) -> String {
    let near = known
        .map(|other| (strsim::damerau_levenshtein(name, other), other))
        .filter(|(distance, other)| *distance <= other.len().max(name.len()).div_ceil(3))
        .min();
    match near {
        Some((_, other)) => format!("no {kind} {name:?}; did you mean {other:?}?"),
        None => format!("no {kind} {name:?}"),
    }
}

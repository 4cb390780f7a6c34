//! Repairs of what checks find.

use crate::finding::{Finding, Rule};
use crate::position::Location;

/// Which repairs may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fixes {
    /// Those that lose nothing and leave no doubt.
    Safe,
    /// Those too that drop something, or may be wrong.
    All,
}

/// A repair that was made in a record.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fix {
    /// The rule of the finding that was repaired.
    pub rule: Rule,
    /// Where it was found.
    pub location: Location,
    /// What was done, in the past tense, such as `2 line ends became blanks`.
    pub what: String,
}

impl Fix {
    /// Describes the repair of a finding.
    pub fn new(finding: &Finding, what: impl Into<String>) -> Fix {
        Fix { rule: finding.rule, location: finding.location, what: what.into() }
    }
}

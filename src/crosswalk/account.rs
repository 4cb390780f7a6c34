//! What became of each value of a record.

use std::ops::AddAssign;

/// How many values of the source ended in which way. The parts sum to the values that came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Values {
    /// The text or the code is in the output.
    pub mapped: u64,
    /// It only decided something: a position, an indicator, a unit.
    pub used: u64,
    /// It was carried along in 886 or a local field.
    pub kept: u64,
    /// It is not in the output: a rule says so, or no rule takes it.
    pub dropped: u64,
    /// It has no text.
    pub empty: u64,
}

impl Values {
    /// Returns how many values came in.
    pub fn total(&self) -> u64 {
        [self.mapped, self.used, self.kept, self.dropped, self.empty].iter().sum()
    }
}

impl AddAssign for Values {
    fn add_assign(&mut self, other: Values) {
        self.mapped += other.mapped;
        self.used += other.used;
        self.kept += other.kept;
        self.dropped += other.dropped;
        self.empty += other.empty;
    }
}

/// A value that was kept or dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// Where it stands in the source: `910[2]$g`, `60` for head text.
    pub path: String,
    /// The text.
    pub value: String,
    /// The id of the rule that decided it; empty if none takes it.
    pub rule: String,
}

/// What became of the values of one record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Account {
    /// The counts.
    pub values: Values,
    /// What was carried along.
    pub kept: Vec<Entry>,
    /// What is not in the output.
    pub dropped: Vec<Entry>,
    /// How many values are not in the output though no rule says so.
    pub lost: u64,
}

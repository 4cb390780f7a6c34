//! Counts of the findings of a whole run.

use std::collections::BTreeMap;

use super::{Finding, Rule, Severity};

/// Counts of findings by rule, for a whole run.
///
/// # Example
/// ```
/// use kartoteka::{Finding, Location, Severity, Tally, rules};
///
/// let mut report = Tally::default();
/// report.add(&Finding::new(rules::GARBAGE, Location::default(), "12 bytes", "skipped"));
/// assert_eq!(report.count(rules::GARBAGE), 1);
/// assert_eq!(report.at_least(Severity::Error), 1);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    counts: BTreeMap<Rule, u64>,
    unlisted: u64,
}

impl Tally {
    /// Counts one finding.
    pub fn add(&mut self, finding: &Finding) {
        let count = self.counts.entry(finding.rule).or_default();
        *count += 1;
    }

    /// Counts findings that were not listed because of [`Limits::findings`](crate::Limits).
    pub fn add_unlisted(&mut self, unlisted: &[(Rule, u64)]) {
        for &(rule, more) in unlisted {
            let count = self.counts.entry(rule).or_default();
            *count += more;
            self.unlisted += more;
        }
    }

    /// Adds the counts of another tally.
    pub fn merge(&mut self, other: &Tally) {
        for (rule, more) in other.iter() {
            let count = self.counts.entry(rule).or_default();
            *count += more;
        }
        self.unlisted += other.unlisted;
    }

    /// Returns the number of findings of this rule.
    pub fn count(&self, rule: Rule) -> u64 {
        self.counts.get(&rule).copied().unwrap_or_default()
    }

    /// Returns the rules found and their counts, sorted by id.
    pub fn iter(&self) -> impl Iterator<Item = (Rule, u64)> + '_ {
        self.counts.iter().map(|(&rule, &count)| (rule, count))
    }

    /// Returns the number of findings of this severity or a higher one.
    pub fn at_least(&self, severity: Severity) -> u64 {
        let listed = self.iter().filter(|(rule, _)| rule.severity() >= severity).map(|(_, count)| count);
        listed.sum()
    }

    /// Returns the number of findings that were counted but not listed.
    pub fn unlisted(&self) -> u64 {
        self.unlisted
    }
}

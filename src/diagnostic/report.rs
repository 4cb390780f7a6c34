//! The findings of a whole run.

use std::collections::BTreeMap;

use super::{Code, Diagnostic, Severity};

/// Counts of findings by code, for a whole run.
///
/// # Example
/// ```
/// use kartoteka::{Code, Diagnostic, Location, Report, Severity};
///
/// let mut report = Report::default();
/// report.add(&Diagnostic::new(Code::Garbage, Location::default(), "12 bytes", "skipped"));
/// assert_eq!(report.count(Code::Garbage), 1);
/// assert_eq!(report.at_least(Severity::Error), 1);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    counts: BTreeMap<Code, u64>,
    unlisted: u64,
}

impl Report {
    /// Counts one finding.
    pub fn add(&mut self, finding: &Diagnostic) {
        let count = self.counts.entry(finding.code).or_default();
        *count = count.saturating_add(1);
    }

    /// Counts findings that were not listed because of [`Limits::diagnostics`](crate::Limits).
    pub fn add_suppressed(&mut self, suppressed: &[(Code, u64)]) {
        for &(code, more) in suppressed {
            let count = self.counts.entry(code).or_default();
            *count = count.saturating_add(more);
            self.unlisted = self.unlisted.saturating_add(more);
        }
    }

    /// Adds what another counted.
    pub fn merge(&mut self, other: &Report) {
        for (code, more) in other.iter() {
            let count = self.counts.entry(code).or_default();
            *count = count.saturating_add(more);
        }
        self.unlisted = self.unlisted.saturating_add(other.unlisted);
    }

    /// How many findings of this code there were.
    pub fn count(&self, code: Code) -> u64 {
        self.counts.get(&code).copied().unwrap_or_default()
    }

    /// The codes found, with their counts, by id.
    pub fn iter(&self) -> impl Iterator<Item = (Code, u64)> + '_ {
        self.counts.iter().map(|(&code, &count)| (code, count))
    }

    /// How many findings weigh `severity` or more.
    pub fn at_least(&self, severity: Severity) -> u64 {
        let listed = self.iter().filter(|(code, _)| code.severity() >= severity).map(|(_, count)| count);
        listed.fold(0, u64::saturating_add)
    }

    /// How many of the findings were counted only, and nobody was told of them one by one.
    pub fn unlisted(&self) -> u64 {
        self.unlisted
    }
}

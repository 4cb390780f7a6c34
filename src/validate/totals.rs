//! The totals of a run.

use std::collections::BTreeMap;

use crate::finding::{Rule, Severity, Tally};
use crate::format::descriptor::Format;

/// The totals of a run.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Totals {
    /// The inputs, in order.
    pub files: Vec<FileTotals>,
    /// All findings, by rule.
    pub tally: Tally,
    /// Findings that were counted but not listed, by rule.
    pub unlisted: BTreeMap<Rule, u64>,
    /// Findings that the [baseline](super::Baseline) knows, which are counted nowhere else.
    pub known: u64,
    /// Findings of undefined fields, subfields and indicators in local elements, which are counted nowhere else.
    pub local: u64,
    /// The severity from which a finding makes the run fail.
    pub fail_on: Severity,
    /// The rules that were looked for, by id.
    pub rules: Vec<Rule>,
    /// Why inputs could not be read, or not to their end.
    pub failures: Vec<String>,
    /// How many records each input must have.
    pub min_records: u64,
    /// Whether an input without records fails, unless it is a sound list of none.
    pub(crate) some_records: bool,
    /// Severities other than those of the rules.
    pub(crate) severities: BTreeMap<Rule, Severity>,
}

/// The totals of one input.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FileTotals {
    /// The name of the input.
    pub name: String,
    /// Its format; `None` if it could not be opened.
    pub format: Option<Format>,
    /// Records, those included of which nothing could be read.
    pub records: u64,
    /// Records of which nothing could be read.
    pub unreadable: u64,
    /// Records in which something was found.
    pub with_findings: u64,
    /// The findings, by rule.
    pub tally: Tally,
    /// Why it could not be read, or not to its end.
    pub failure: Option<String>,
    /// Severities other than those of the run.
    pub(super) severities: BTreeMap<Rule, Severity>,
}

impl FileTotals {
    pub(super) fn new(name: &str, format: Option<Format>) -> FileTotals {
        let (name, tally, severities) = (name.to_owned(), Tally::default(), BTreeMap::new());
        FileTotals {
            name,
            format,
            records: 0,
            unreadable: 0,
            with_findings: 0,
            tally,
            failure: None,
            severities,
        }
    }
}

impl FileTotals {
    /// Returns whether the input is a sound list without records: its reader would have reported what is none.
    fn is_empty_list(&self) -> bool {
        self.format.is_some_and(|format| format.0.lists)
            && self.records == 0
            && self.tally.iter().next().is_none()
    }
}

impl Totals {
    /// Returns how much a rule weighs in this run.
    pub fn severity(&self, rule: Rule) -> Severity {
        self.severities.get(&rule).copied().unwrap_or(rule.severity())
    }

    /// Returns the number of records in all inputs.
    pub fn records(&self) -> u64 {
        self.files.iter().map(|file| file.records).sum()
    }

    /// Returns the number of records of which nothing could be read.
    pub fn unreadable(&self) -> u64 {
        self.files.iter().map(|file| file.unreadable).sum()
    }

    /// Returns the number of records in which something was found.
    pub fn with_findings(&self) -> u64 {
        self.files.iter().map(|file| file.with_findings).sum()
    }

    /// Returns how much a rule weighs in one input.
    pub fn severity_in(&self, file: &FileTotals, rule: Rule) -> Severity {
        file.severities.get(&rule).copied().unwrap_or_else(|| self.severity(rule))
    }

    /// Returns the number of findings that weigh exactly this.
    pub fn weighing(&self, severity: Severity) -> u64 {
        let in_file = |file: &FileTotals| -> u64 {
            let rules = file.tally.iter().filter(|(rule, _)| self.severity_in(file, *rule) == severity);
            rules.map(|(_, count)| count).sum()
        };
        self.files.iter().map(in_file).sum()
    }

    /// Returns whether findings of this rule in an input make the run fail.
    pub fn fails(&self, file: &FileTotals, rule: Rule) -> bool {
        self.severity_in(file, rule) >= self.fail_on
    }

    /// Returns whether something was found that makes the run fail.
    pub fn has_failing_findings(&self) -> bool {
        let fails =
            |file: &FileTotals| file.tally.iter().any(|(rule, count)| count > 0 && self.fails(file, rule));
        self.files.iter().any(fails)
    }

    /// Returns the inputs that could be read, but have fewer records than they must.
    pub fn too_short(&self) -> impl Iterator<Item = &FileTotals> {
        let is_empty = |file: &FileTotals| self.some_records && file.records == 0 && !file.is_empty_list();
        let is_short = move |file: &&FileTotals| file.records < self.min_records || is_empty(file);
        self.files.iter().filter(|file| file.failure.is_none()).filter(is_short)
    }

    /// Returns the exit status that a program should end with: 0 for a clean run, 1 for findings at or above
    /// [`Totals::fail_on`] or too few records, 2 if not all could be read.
    pub fn exit_status(&self) -> u8 {
        match () {
            () if !self.failures.is_empty() => 2,
            () => u8::from(self.has_failing_findings() || self.too_short().next().is_some()),
        }
    }
}

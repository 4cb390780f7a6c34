//! Findings that were there before: they are passed over, and new ones are not.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::found::Found;
use crate::finding::Rule;

/// The findings that a catalogue has already, which do not make a run fail.
///
/// A finding in a record with a control number or master file number is known by its rule, record, element and value,
/// whatever file the record is in. Others are counted by rule and file: as many as there were are known, and one more is
/// new. Beyond 100,000 findings of the first kind, all are counted.
///
/// A baseline is text, a line for each entry, sorted: it can be kept with the data, and two can be compared line by line.
///
/// # Example
/// ```
/// use kartoteka::validate::Baseline;
///
/// let baseline: Baseline = "kartoteka baseline 1\nB007\tfile\tbooks.mrc\t3\n".parse()?;
/// assert_eq!(baseline.to_string(), "kartoteka baseline 1\nB007\tfile\tbooks.mrc\t3\n");
/// # Ok::<(), kartoteka::validate::ParseBaselineError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    /// How many findings with this fingerprint there may be.
    prints: BTreeMap<(String, u64), u64>,
    /// How many findings of a rule there may be in a file.
    counts: BTreeMap<(String, String), u64>,
}

/// The most fingerprints that are kept.
const PRINTS: usize = 100_000;

const HEAD: &str = "kartoteka baseline 1";

impl Baseline {
    /// Makes an empty baseline.
    pub fn new() -> Baseline {
        Baseline::default()
    }

    /// Returns whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.prints.is_empty() && self.counts.is_empty()
    }

    /// Adds a finding.
    pub fn add(&mut self, found: &Found<'_>) {
        let rule = found.finding.rule.id().to_owned();
        if found.id().is_some() && self.prints.len() < PRINTS {
            let count = self.prints.entry((rule, found.fingerprint())).or_default();
            *count = count.saturating_add(1);
        } else {
            self.add_count(found.finding.rule, found.file, 1);
        }
    }

    /// Adds findings of a rule in a file that were counted but not listed.
    pub fn add_count(&mut self, rule: Rule, file: &str, more: u64) {
        let count = self.counts.entry((rule.id().to_owned(), file.to_owned())).or_default();
        *count = count.saturating_add(more);
    }

    /// Takes a finding out, and returns whether it was in.
    pub(super) fn take(&mut self, found: &Found<'_>) -> bool {
        if self.is_empty() {
            return false;
        }
        let rule = found.finding.rule.id().to_owned();
        if found.id().is_some()
            && let Some(count) = self.prints.get_mut(&(rule, found.fingerprint()))
            && *count > 0
        {
            *count -= 1;
            return true;
        }
        self.take_count(found.finding.rule, found.file, 1) > 0
    }

    /// Takes out up to `wanted` findings of a rule in a file, and returns how many were in.
    pub(super) fn take_count(&mut self, rule: Rule, file: &str, wanted: u64) -> u64 {
        let Some(count) = self.counts.get_mut(&(rule.id().to_owned(), file.to_owned())) else { return 0 };
        let taken = wanted.min(*count);
        *count -= taken;
        taken
    }

    /// Returns how many findings are in; after a run, those that are no longer there.
    pub fn count(&self) -> u64 {
        self.prints.values().chain(self.counts.values()).fold(0, |sum, count| sum.saturating_add(*count))
    }
}

impl std::fmt::Display for Baseline {
    /// The text of a baseline file.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut lines = Vec::new();
        for ((rule, print), count) in &self.prints {
            let mut line = format!("{rule}\trecord\t{print:016x}");
            if *count != 1 {
                _ = write!(line, "\t{count}");
            }
            lines.push(line);
        }
        lines
            .extend(self.counts.iter().map(|((rule, file), count)| format!("{rule}\tfile\t{file}\t{count}")));
        lines.sort_unstable();
        writeln!(f, "{HEAD}")?;
        lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// Not a baseline.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct ParseBaselineError {
    line: usize,
    what: &'static str,
}

impl std::str::FromStr for Baseline {
    type Err = ParseBaselineError;

    fn from_str(text: &str) -> Result<Baseline, ParseBaselineError> {
        let mut baseline = Baseline::default();
        for (number, line) in text.lines().enumerate() {
            let fail = |what| ParseBaselineError { line: number + 1, what };
            if number == 0 {
                if line.trim_end() != HEAD {
                    return Err(fail("expected \"kartoteka baseline 1\""));
                }
                continue;
            }
            if line.is_empty() {
                continue;
            }
            let mut columns = line.split('\t');
            let (rule, kind) = (columns.next().unwrap_or_default(), columns.next());
            let key = columns.next().ok_or_else(|| fail("expected rule, kind and key between tabs"))?;
            let count = columns.next().map_or(Ok(1), str::parse::<u64>);
            let count = count.map_err(|_| fail("expected a number of findings"))?;
            let entry = match kind {
                Some("record") => {
                    let print = u64::from_str_radix(key, 16).map_err(|_| fail("expected a fingerprint"))?;
                    baseline.prints.entry((rule.to_owned(), print)).or_default()
                }
                Some("file") => baseline.counts.entry((rule.to_owned(), key.to_owned())).or_default(),
                _ => return Err(fail("expected record or file after the rule")),
            };
            *entry = entry.saturating_add(count);
        }
        Ok(baseline)
    }
}

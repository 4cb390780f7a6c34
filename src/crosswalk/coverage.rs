//! Which fields of a catalogue no rule touches.

use std::collections::HashMap;

use super::Crosswalk;
use super::account::{Account, Values};

/// Values under one tag and code that were kept or dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Untouched {
    /// Tag and code: `910$g`, `60` for head text.
    pub path: String,
    /// How many values.
    pub values: u64,
    /// How many records have one.
    pub records: u64,
    /// The id of the rule that decided it.
    pub rule: String,
    /// Whether no rule names the tag and code.
    pub unnamed: bool,
    /// Whether it is in the output, in 886.
    pub kept: bool,
    /// The first value.
    pub example: String,
}

/// What a map leaves of a catalogue, from the accounts of its records.
#[derive(Debug)]
pub struct Coverage<'c> {
    crosswalk: &'c Crosswalk,
    /// The counts of all records.
    pub values: Values,
    /// How many records.
    pub records: u64,
    /// The rows, and the number of the last record that each counted.
    rows: HashMap<(String, String), (Untouched, u64)>,
}

impl<'c> Coverage<'c> {
    /// Starts without records.
    pub fn new(crosswalk: &'c Crosswalk) -> Coverage<'c> {
        Coverage { crosswalk, values: Values::default(), records: 0, rows: HashMap::new() }
    }

    /// Adds what became of a record.
    pub fn add(&mut self, account: &Account) {
        self.records += 1;
        self.values += account.values;
        let any = self.crosswalk.any_rule();
        for (kept, entries) in [(true, &account.kept), (false, &account.dropped)] {
            for entry in entries {
                let path = without_number(&entry.path);
                let new = || Untouched {
                    path: path.clone(),
                    values: 0,
                    records: 0,
                    rule: entry.rule.clone(),
                    unnamed: entry.rule == any || entry.rule.is_empty(),
                    kept,
                    example: entry.value.clone(),
                };
                let key = (path.clone(), entry.rule.clone());
                let (row, last) = self.rows.entry(key).or_insert_with(|| (new(), 0));
                row.values += 1;
                if *last != self.records {
                    *last = self.records;
                    row.records += 1;
                }
            }
        }
    }

    /// Returns the rows: what no rule names first, then what is kept, then what is dropped; most frequent first.
    pub fn rows(&self) -> Vec<Untouched> {
        let mut rows: Vec<Untouched> = self.rows.values().map(|(row, _)| row.clone()).collect();
        rows.sort_by(|a, b| {
            let key = |row: &Untouched| (!row.unnamed, !row.kept, std::cmp::Reverse(row.values));
            key(a).cmp(&key(b)).then_with(|| a.path.cmp(&b.path))
        });
        rows
    }
}

/// A path without the number of the occurrence.
fn without_number(path: &str) -> String {
    match (path.split_once('['), path.split_once(']')) {
        (Some((tag, _)), Some((_, rest))) => format!("{tag}{rest}"),
        _ => path.to_owned(),
    }
}

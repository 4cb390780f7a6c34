//! Faults planted in clean records.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use super::{Content, planted};
use crate::check::{Checker, Encoding, Fixes, Leader, SchemaRules};
use crate::finding::Finding;
use crate::format::json::lines;
use crate::io::{ReadOptions, RecordRead};
use crate::record::Record;

const CLEAN: &str = include_str!("clean.ndjson");

fn read(line: &str) -> Record {
    let mut reader = lines::SliceReader::new(line.as_bytes(), &ReadOptions::new());
    let mut record = Record::new();
    assert!(reader.read_record(&mut record).unwrap(), "{line}");
    assert!(reader.findings().is_empty(), "{line}: {:?}", reader.findings());
    record
}

fn found(record: &Record) -> Vec<Finding> {
    let checker = Checker::new(100).with(Leader::new()).with(Encoding::new());
    let mut checker = checker.with(SchemaRules::new()).with(Content::new());
    checker.check(record.view(), &[], &[]).to_vec()
}

fn shown(found: &[Finding]) -> Vec<String> {
    let place = |finding: &Finding| match (finding.location.place(), finding.location.tag) {
        (Some(place), _) => place.to_string(),
        (None, Some(tag)) => tag.to_string(),
        (None, None) => String::new(),
    };
    found.iter().map(|finding| format!("{} {}", finding.rule, place(finding))).collect()
}

#[test]
fn clean_records_are_clean() {
    for line in CLEAN.lines() {
        assert_eq!(shown(&found(&read(line))), [""; 0], "{line}");
    }
}

#[test]
fn each_planted_fault_is_found_and_nothing_else() {
    let clean: Vec<&str> = CLEAN.lines().collect();
    let mut wrong = Vec::new();
    for row in planted() {
        let [base, was, now, id, path] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
        let line = clean[base.parse::<usize>().unwrap() - 1];
        assert!(line.contains(was), "{row}");
        let mut here = found(&read(&line.replacen(was, now, 1)));
        // Rules that libraries differ in are looked for by name.
        here.retain(|finding| !super::is_optional(finding.rule) || finding.rule.id().get(..2) == id.get(..2));
        let here = shown(&here);
        if here != [format!("{id} {path}")] {
            wrong.push(format!("{row}\n    {here:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_rule_has_planted_faults() {
    // These are found by a schema of one's own, or in records of CDS/ISIS, or in two records, or by a check with a fault; the reader reports F107 itself.
    let elsewhere = ["B034", "F107", "K101", "K102", "S104", "S108", "V117", "V118", "Z101"];
    let rules = crate::check::rules::ALL.iter().filter(|rule| !elsewhere.contains(&rule.id()));
    for rule in super::all().iter().chain(rules) {
        let rows = planted().filter(|row| row.contains(&format!("\t{rule}\t"))).count();
        assert!(rows >= 3, "{rule}: {rows}");
    }
}

#[test]
fn a_repair_leaves_nothing_to_find() {
    let clean: Vec<&str> = CLEAN.lines().collect();
    let repaired = ["S105", "S109", "V119", "X119", "E005"];
    for row in planted().filter(|row| repaired.iter().any(|id| row.contains(id))) {
        let [base, was, now, ..] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
        let line = clean[base.parse::<usize>().unwrap() - 1];
        let mut record = read(&line.replacen(was, now, 1));
        let before = found(&record);
        let checker = Checker::new(100).with(Content::new());
        assert_eq!(checker.fix(&mut record, &before, Fixes::All).len(), 1, "{row}");
        assert_eq!(shown(&found(&record)), [""; 0], "{row}");
    }
}

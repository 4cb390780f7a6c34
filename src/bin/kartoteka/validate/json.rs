//! JSON Lines: an object for each finding, and one for the totals.

use std::collections::BTreeMap;

use serde::Serialize;

use super::found::Found;
use super::{Sheet, Totals};
use crate::summary::counts;

pub(super) struct Json;

#[derive(Serialize)]
struct Line<'a> {
    rule: &'static str,
    name: &'static str,
    severity: &'static str,
    file: &'a str,
    record: Place<'a>,
    /// Where the culprit is in the input; no length is a place between two bytes.
    at: At,
    #[serde(skip_serializing_if = "String::is_empty")]
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    message: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    action: &'static str,
}

#[derive(Serialize)]
struct Place<'a> {
    /// Counted from 0.
    index: u64,
    offset: u64,
    length: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
}

#[derive(Serialize)]
struct At {
    byte: u64,
    length: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
}

#[derive(Serialize)]
struct Last<'a> {
    summary: Summary<'a>,
}

#[derive(Serialize)]
struct Summary<'a> {
    records: u64,
    unreadable: u64,
    records_with_findings: u64,
    errors: u64,
    warnings: u64,
    notes: u64,
    findings: BTreeMap<&'static str, u64>,
    /// Findings that were counted, but are not in the list.
    not_listed: BTreeMap<&'static str, u64>,
    files: Vec<File<'a>>,
}

#[derive(Serialize)]
struct File<'a> {
    name: &'a str,
    format: Option<&'static str>,
    records: u64,
    unreadable: u64,
    records_with_findings: u64,
    findings: BTreeMap<&'static str, u64>,
    /// Why it could not be read, or not to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<&'a str>,
}

impl Sheet for Json {
    fn finding(&mut self, found: &Found<'_>, out: &mut String) {
        let (finding, id) = (found.finding, found.id());
        let location = &finding.location;
        let line = Line {
            rule: finding.code.id(),
            name: finding.code.name(),
            severity: finding.severity().name(),
            file: found.file,
            record: Place {
                index: location.record.record,
                offset: location.record.byte,
                length: found.raw.len(),
                id: id.as_deref(),
            },
            at: At {
                byte: location.byte,
                length: location.len,
                line: Some(location.line).filter(|line| *line > 0),
            },
            path: found.path(),
            value: found.value(),
            message: &finding.message,
            action: finding.action,
        };
        put(&line, out);
    }

    fn end(&mut self, totals: &Totals, out: &mut String) {
        use kartoteka::Severity::{Error, Note, Warning};
        let files = totals.files.iter().map(|file| File {
            name: &file.name,
            format: file.format.map(|format| format.name()),
            records: file.records,
            unreadable: file.unreadable,
            records_with_findings: file.with_findings,
            findings: counts(&file.report),
            failure: file.failure.as_deref(),
        });
        let summary = Summary {
            records: totals.records(),
            unreadable: totals.unreadable(),
            records_with_findings: totals.with_findings(),
            errors: totals.weighing(Error),
            warnings: totals.weighing(Warning),
            notes: totals.weighing(Note),
            findings: counts(&totals.report),
            not_listed: totals.unlisted.iter().map(|(code, count)| (code.id(), *count)).collect(),
            files: files.collect(),
        };
        put(&Last { summary }, out);
    }
}

fn put(value: &impl Serialize, out: &mut String) {
    out.push_str(&serde_json::to_string(value).unwrap_or_default());
    out.push('\n');
}

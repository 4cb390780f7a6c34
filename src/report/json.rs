//! JSON Lines: an object for each finding, and one for the totals.

use super::Report;
use super::object::{Object, object, tally};
use crate::finding::Severity;
use crate::validate::{Found, Totals};

/// JSON Lines: an object for each finding, and one for the totals.
///
/// `record.number` counts from 1, `record.index` from 0; `record.offset` is the same for all findings about one record, and
/// `at` the place of the culprit in the input.
#[derive(Debug, Clone, Copy)]
pub struct Json;

impl Report for Json {
    fn finding(&mut self, found: &Found<'_>, out: &mut String) {
        let (finding, location) = (found.finding, &found.finding.location);
        object(out, |line| {
            line.text("rule", finding.rule.id());
            line.text("name", finding.rule.name());
            line.text("severity", found.severity.name());
            line.text("file", found.file);
            line.object("record", |record| {
                if let Some(number) = found.number() {
                    record.number("number", number);
                    record.number("index", location.record.record);
                }
                record.number("offset", found.offset());
                record.number("length", found.record_len() as u64);
                if let Some(id) = found.id() {
                    record.text("id", &id);
                }
                if let Some(mfn) = found.mfn() {
                    record.number("mfn", u64::from(mfn));
                }
            });
            line.object("at", |at| {
                at.number("byte", location.byte);
                at.number("length", location.len);
                if location.line > 0 {
                    at.number("line", location.line);
                }
            });
            let path = found.path();
            if !path.is_empty() {
                line.text("path", &path);
            }
            if let Some(value) = found.value() {
                line.text("value", &value);
            }
            line.text("message", &finding.message);
            if !finding.action.is_empty() {
                line.text("action", finding.action);
            }
        });
        out.push('\n');
    }

    fn end(&mut self, totals: &Totals, out: &mut String) {
        object(out, |line| line.object("summary", |summary| summarize(totals, summary)));
        out.push('\n');
    }
}

fn summarize(totals: &Totals, summary: &mut Object<'_>) {
    summary.number("records", totals.records());
    summary.number("unreadable", totals.unreadable());
    summary.number("records_with_findings", totals.with_findings());
    summary.number("errors", totals.weighing(Severity::Error));
    summary.number("warnings", totals.weighing(Severity::Warning));
    summary.number("notes", totals.weighing(Severity::Note));
    if totals.known > 0 {
        summary.number("in_baseline", totals.known);
    }
    if totals.local > 0 {
        summary.number("in_local_fields", totals.local);
    }
    summary.object("findings", |counts| tally(&totals.tally, counts));
    summary.object("not_listed", |counts| {
        totals.unlisted.iter().for_each(|(rule, count)| counts.number(rule.id(), *count));
    });
    summary.list("files", &totals.files, |file, line| {
        line.text("name", &file.name);
        match file.format {
            Some(format) => line.text("format", format.name()),
            None => line.raw("format", "null"),
        }
        line.number("records", file.records);
        line.number("unreadable", file.unreadable);
        line.number("records_with_findings", file.with_findings);
        line.object("findings", |counts| tally(&file.tally, counts));
        if let Some(failure) = &file.failure {
            line.text("failure", failure);
        }
    });
}

//! Reports for people: with the place shown, or a line for each finding.

use std::fmt::Write as _;

use super::Report;
use super::excerpt::{excerpt, field};
use super::style::{Role, Style, printable};
use crate::finding::{Rule, Severity, Tally, counted};
use crate::validate::{Found, Totals};

/// A block for each finding, with its place as a compiler shows it.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    style: Style,
}

impl Text {
    /// Makes a report with colours, or without.
    pub fn new(style: Style) -> Text {
        Text { style }
    }
}

impl Report for Text {
    fn finding(&mut self, found: &Found<'_>, out: &mut String) {
        let (finding, style) = (found.finding, self.style);
        let head = format!("{}[{}]", found.severity, finding.rule);
        style.paint(Role::Weight(found.severity), &head, out);
        _ = writeln!(out, " {}: {}", finding.rule.name(), printable(&found.message()));
        let mut place = finding.location.to_string();
        if let Some(id) = found.id() {
            // After the number of the record, which people know less well.
            let number = found.name();
            place = place.replacen(&number, &format!("{number}, {id}"), 1);
        }
        style.paint(Role::Faint, " --> ", out);
        _ = writeln!(out, "{}: {}", printable(found.file), printable(&place));
        // Of structure and encoding the bytes are shown, of all else the field as it is read.
        let by_bytes = finding.rule.id().starts_with(['B', 'E', 'L']);
        if by_bytes || !field(&finding.location, found.record, style, out) {
            excerpt(&finding.location, &found.window, found.record, style, out);
        }
        out.push('\n');
    }

    fn end(&mut self, totals: &Totals, out: &mut String) {
        out.push_str(&summary(totals, self.style));
        out.push('\n');
        if let Some((rule, _)) = totals.tally.iter().next() {
            let help =
                format!("kartoteka explain {rule} says what this finding means, and others by their ids");
            self.style.paint(Role::Faint, &help, out);
            out.push('\n');
        }
    }
}

/// A line for each finding: file, line, column, then record, element and what. Editors go to the place: where the input has
/// no lines, it is one line, and the column is that of the byte.
#[derive(Debug, Clone, Copy)]
pub struct Concise;

impl Report for Concise {
    fn finding(&mut self, found: &Found<'_>, out: &mut String) {
        let location = &found.finding.location;
        let (line, column) = match (location.line, found.window.find(location)) {
            (0, _) => (1, location.byte),
            (line, Some((offset, _))) => (line, found.window.column(offset) as u64),
            (line, None) => (line, 0),
        };
        let column = column + 1;
        let (severity, rule) = (found.severity, found.finding.rule);
        let mut place = found.name();
        for part in [found.id().unwrap_or_default(), found.path()].iter().filter(|part| !part.is_empty()) {
            _ = write!(place, ", {part}");
        }
        let (file, place, message) = (printable(found.file), printable(&place), found.message());
        _ = writeln!(out, "{file}:{line}:{column}: {rule} {severity}: {place}: {}", printable(&message));
    }

    fn end(&mut self, _: &Totals, _: &mut String) {}
}

/// Returns the totals in lines, without a line end after the last.
pub fn summary(totals: &Totals, style: Style) -> String {
    let mut lines = Vec::new();
    let unlisted: u64 = totals.unlisted.values().sum();
    if unlisted > 0 {
        lines.push(format!("… and {}, not listed", counted(unlisted, "more finding")));
    }
    lines.extend(by_rule(&totals.tally, |rule| totals.severity(rule), style));
    let counts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .map(|severity| (totals.weighing(severity), severity))
        .filter(|(count, _)| *count > 0)
        .map(|(count, severity)| counted(count, severity.name()))
        .collect();
    let found = if counts.is_empty() { "nothing found".to_owned() } else { counts.join(", ") };
    let mut last =
        format!("{}, {} with findings: {found}", counted(totals.records(), "record"), totals.with_findings());
    if totals.known > 0 {
        _ = write!(last, "; {} in the baseline", counted(totals.known, "finding"));
    }
    if totals.local > 0 {
        _ = write!(last, "; {} of undefined local fields", counted(totals.local, "finding"));
    }
    if totals.unreadable() > 0 {
        _ = write!(last, "; of {} nothing could be read", counted(totals.unreadable(), "record"));
    }
    let short = totals.too_short().count();
    if short > 0 {
        let least = counted(totals.min_records.max(1), "record");
        _ = write!(last, "; fewer than {least} in {}", counted(short as u64, "input"));
    }
    if !totals.failures.is_empty() {
        let failures = counted(totals.failures.len() as u64, "input");
        _ = write!(last, "; {failures} not read, or not to the end");
    }
    lines.push(last);
    lines.join("\n")
}

/// Returns a line for each rule that was found: `error   B001 record-length-mismatch  2`.
pub fn by_rule(tally: &Tally, severity: impl Fn(Rule) -> Severity, style: Style) -> Vec<String> {
    let mut lines = Vec::new();
    for (rule, count) in tally.iter() {
        let mut line = String::new();
        let severity = severity(rule);
        style.paint(Role::Weight(severity), &format!("{severity:7}"), &mut line);
        line.push_str(&format!(" {rule} {:28} {count}", rule.name()));
        lines.push(line);
    }
    lines
}

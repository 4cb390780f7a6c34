//! Reports for people: with the place shown, or a line for each finding.

use std::fmt::Write as _;

use kartoteka::Severity;

use super::found::Found;
use super::{Sheet, Totals};
use crate::place;
use crate::report::by_code;
use crate::terminal::{Role, Style, printable};

/// A block for each finding, with its place as a compiler shows it.
pub(super) struct Text {
    pub(super) style: Style,
}

impl Sheet for Text {
    fn finding(&mut self, found: &Found<'_>, out: &mut String) {
        let (finding, style) = (found.finding, self.style);
        let head = format!("{}[{}]", finding.severity(), finding.code);
        style.paint(Role::Weight(finding.severity()), &head, out);
        _ = writeln!(out, " {}: {}", finding.code.name(), printable(&found.message()));
        let mut place = finding.location.to_string();
        if let Some(id) = found.id() {
            // Behind the number of the record, which people know less well.
            let number = format!("record {}", finding.location.record.record.saturating_add(1));
            place = place.replacen(&number, &format!("{number}, {id}"), 1);
        }
        style.paint(Role::Faint, " --> ", out);
        _ = writeln!(out, "{}: {}", printable(found.file), printable(&place));
        place::show(finding, &found.bytes, found.record, style, out);
        out.push('\n');
    }

    fn end(&mut self, totals: &Totals, out: &mut String) {
        out.push_str(&summary(totals, self.style));
        out.push('\n');
    }
}

/// A line for each finding: file, record, element, what.
pub(super) struct Concise;

impl Sheet for Concise {
    fn finding(&mut self, found: &Found<'_>, out: &mut String) {
        let (finding, path) = (found.finding, found.path());
        let record = finding.location.record.record.saturating_add(1);
        let path = if path.is_empty() { "-".to_owned() } else { path };
        let (file, path, message) = (printable(found.file), printable(&path), found.message());
        let (severity, code) = (finding.severity(), finding.code);
        _ = writeln!(out, "{file}:{record}:{path}: {code} {severity}: {}", printable(&message));
    }

    fn end(&mut self, _: &Totals, _: &mut String) {}
}

/// The totals, without a line end.
pub(super) fn summary(totals: &Totals, style: Style) -> String {
    let mut lines = Vec::new();
    let unlisted: u64 = totals.unlisted.values().sum();
    if unlisted > 0 {
        lines.push(format!("… and {unlisted} more findings, not listed"));
    }
    lines.extend(by_code(&totals.report, style));
    let counts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .map(|severity| (totals.weighing(severity), severity))
        .filter(|(count, _)| *count > 0)
        .map(|(count, severity)| format!("{count} {severity}{}", if count == 1 { "" } else { "s" }))
        .collect();
    let found = if counts.is_empty() { "nothing found".to_owned() } else { counts.join(", ") };
    let (records, with) = (totals.records(), totals.with_findings());
    let mut last = format!("{records} records, {with} with findings: {found}");
    if totals.unreadable() > 0 {
        _ = write!(last, "; of {} records nothing could be read", totals.unreadable());
    }
    if !totals.failures.is_empty() {
        _ = write!(last, "; {} inputs not read, or not to their end", totals.failures.len());
    }
    lines.push(last);
    lines.join("\n")
}

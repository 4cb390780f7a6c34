//! GitLab code quality.

use std::collections::HashMap;

use super::object::object;
use super::{Report, uri};
use crate::finding::Severity;
use crate::validate::{Found, Totals};

/// A code quality report of GitLab: a JSON array with an object for each finding.
///
/// What is not listed is one more entry for each rule.
#[derive(Debug, Clone, Default)]
pub struct Gitlab {
    /// How often a fingerprint was written: each entry must have its own.
    prints: HashMap<u64, u32>,
    entries: u64,
}

impl Gitlab {
    /// Makes an empty report.
    pub fn new() -> Gitlab {
        Gitlab::default()
    }

    fn entry(&mut self, entry: &Entry<'_>, out: &mut String) {
        out.push_str(if self.entries == 0 { "\n" } else { ",\n" });
        self.entries += 1;
        let severity = match entry.severity {
            Severity::Note => "info",
            Severity::Warning => "minor",
            Severity::Error => "major",
        };
        object(out, |object| {
            object.text("description", entry.description);
            object.text("check_name", entry.check);
            object.text("fingerprint", entry.fingerprint);
            object.text("severity", severity);
            object.object("location", |location| {
                location.text("path", &uri(entry.file));
                location.object("lines", |lines| lines.number("begin", entry.line));
            });
        });
    }
}

/// An entry of the report.
struct Entry<'a> {
    description: &'a str,
    check: &'a str,
    fingerprint: &'a str,
    severity: Severity,
    file: &'a str,
    line: u64,
}

impl Report for Gitlab {
    fn begin(&mut self, out: &mut String) {
        out.push('[');
    }

    fn finding(&mut self, found: &Found<'_>, out: &mut String) {
        let rule = found.finding.rule;
        let print = found.fingerprint();
        let times = self.prints.entry(print).or_default();
        *times += 1;
        let fingerprint = match *times {
            1 => format!("{print:016x}"),
            times => format!("{print:016x}-{times}"),
        };
        let path = found.path();
        let at = if path.is_empty() { String::new() } else { format!(", {path}") };
        let id = found.id().map(|id| format!(" ({id})")).unwrap_or_default();
        let description = format!("{rule}: {}{id}{at}: {}", found.name(), found.message());
        let entry = Entry {
            description: &description,
            check: rule.name(),
            fingerprint: &fingerprint,
            severity: found.severity,
            file: found.file,
            line: super::line(found),
        };
        self.entry(&entry, out);
    }

    fn end(&mut self, totals: &Totals, out: &mut String) {
        for (&rule, count) in &totals.unlisted {
            let file = totals.files.iter().find(|file| file.tally.count(rule) > 0);
            let entry = Entry {
                description: &format!("{rule}: and {count} more of this kind, not listed"),
                check: rule.name(),
                fingerprint: &format!("remainder-{rule}"),
                severity: totals.severity(rule),
                file: file.map_or("", |file| &file.name),
                line: 1,
            };
            self.entry(&entry, out);
        }
        out.push_str("\n]\n");
    }
}

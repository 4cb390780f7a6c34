//! Annotations of GitHub Actions.

use std::fmt::Write as _;

use super::{Report, text};
use crate::finding::Severity;
use crate::validate::{Found, Totals};

/// Annotations of GitHub Actions, a line each: `::error file=books.mrc,line=1,title=B001 record-length-mismatch::…`.
///
/// GitHub shows ten annotations of each severity for a step; the totals are in the log below.
#[derive(Debug, Clone, Copy)]
pub struct Github;

impl Report for Github {
    fn finding(&mut self, found: &Found<'_>, out: &mut String) {
        let command = match found.severity {
            Severity::Note => "notice",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        let rule = found.finding.rule;
        let (file, title) = (property(found.file), property(&format!("{rule} {}", rule.name())));
        let path = found.path();
        let at = if path.is_empty() { String::new() } else { format!(", {path}") };
        let id = found.id().map(|id| format!(" ({id})")).unwrap_or_default();
        let message = data(&format!("{}{id}{at}: {}", found.name(), found.message()));
        let line = super::line(found);
        _ = writeln!(out, "::{command} file={file},line={line},title={title}::{message}");
    }

    fn end(&mut self, totals: &Totals, out: &mut String) {
        for why in &totals.failures {
            _ = writeln!(out, "::error::{}", data(why));
        }
        out.push_str(&text::summary(totals, super::Style::plain()));
        out.push('\n');
    }
}

/// Escapes the text after the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a value before it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_would_end_a_command_is_escaped() {
        assert_eq!(super::property("50%,a:b\n"), "50%25%2Ca%3Ab%0A");
        assert_eq!(super::data("a::b, 5%\r\n"), "a::b, 5%25%0D%0A");
    }
}

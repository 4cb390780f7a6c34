//! JUnit XML: a suite for each input, a case for each rule.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Report;
use crate::finding::{Rule, counted};
use crate::validate::{FileTotals, Found, Totals};

/// How many findings of a rule are listed in a suite.
const EXAMPLES: usize = 10;

/// A suite for each input, with a case for each rule that was found, or for each that was looked for.
#[derive(Debug, Default)]
pub struct Junit {
    passed: bool,
    /// The examples of each suite; all else comes from the totals.
    examples: BTreeMap<(String, Rule), Vec<String>>,
}

impl Junit {
    /// Makes a report with the cases that failed, and those with findings that do not fail the run.
    pub fn new() -> Junit {
        Junit::default()
    }

    /// Sets whether there is a case for each rule of which nothing was found too. Default: false.
    #[must_use]
    pub fn passed(mut self, yes: bool) -> Junit {
        self.passed = yes;
        self
    }

    /// The rules that have a case in the suite of an input.
    fn cases(&self, file: &FileTotals, totals: &Totals) -> Vec<Rule> {
        let rules = totals.rules.iter().copied();
        rules.filter(|rule| self.passed || file.tally.count(*rule) > 0).collect()
    }
}

impl Report for Junit {
    fn finding(&mut self, found: &Found<'_>, _: &mut String) {
        let examples = self.examples.entry((found.file.to_owned(), found.finding.rule)).or_default();
        if examples.len() < EXAMPLES {
            let id = found.id().map(|id| format!(" [{id}]")).unwrap_or_default();
            let location = &found.finding.location;
            examples.push(format!("{location}{id}: {}", found.message()));
        }
    }

    fn end(&mut self, totals: &Totals, out: &mut String) {
        let failures =
            |file: &FileTotals| file.tally.iter().filter(|(rule, _)| totals.fails(file, *rule)).count();
        let cases = |file: &FileTotals| match self.cases(file, totals) {
            cases if cases.is_empty() && file.failure.is_none() => (cases, 1),
            cases => (cases.clone(), cases.len()),
        };
        let tests: usize = totals.files.iter().map(|file| cases(file).1).sum();
        let all: usize = totals.files.iter().map(failures).sum();
        out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        _ = writeln!(
            out,
            r#"<testsuites name="kartoteka" tests="{tests}" failures="{all}" errors="{}" time="0">"#,
            totals.failures.len()
        );
        for file in &totals.files {
            let (cases, count) = cases(file);
            _ = writeln!(
                out,
                r#"  <testsuite name="{}" tests="{}" failures="{}" errors="{}" time="0">"#,
                escaped(&file.name),
                count,
                failures(file),
                usize::from(file.failure.is_some())
            );
            for rule in &cases {
                self.case(*rule, file, totals, out);
            }
            if cases.is_empty() && file.failure.is_none() {
                // A suite without a case is an error to some readers.
                _ = writeln!(
                    out,
                    r#"    <testcase classname="kartoteka" name="{}" time="0"/>"#,
                    escaped(&file.name)
                );
            }
            if let Some(why) = &file.failure {
                _ = writeln!(out, "    <system-err>{}</system-err>", escaped(why));
            }
            out.push_str("  </testsuite>\n");
        }
        out.push_str("</testsuites>\n");
    }
}

impl Junit {
    fn case(&self, code: Rule, file: &FileTotals, totals: &Totals, out: &mut String) {
        let (name, count) = (escaped(&file.name), file.tally.count(code));
        _ = write!(out, r#"    <testcase classname="{code} {}" name="{name}" time="0""#, code.name());
        if count == 0 {
            out.push_str("/>\n");
            return;
        }
        let examples = self.examples.get(&(file.name.clone(), code)).map(Vec::as_slice).unwrap_or_default();
        let mut text = examples.join("\n");
        let more = count.saturating_sub(examples.len() as u64);
        if more > 0 {
            _ = write!(text, "\n… and {more} more");
        }
        let text = escaped(text.trim_start());
        let times = counted(count, "finding");
        let severity = totals.severity_in(file, code);
        let summary = escaped(code.summary());
        _ = match totals.fails(file, code) {
            true => writeln!(
                out,
                ">\n      <failure type=\"{}\" message=\"{times}: {summary}\">{text}</failure>\n    </testcase>",
                severity
            ),
            false => writeln!(
                out,
                ">\n      <system-out>{} {times}: {summary}\n{text}</system-out>\n    </testcase>",
                severity
            ),
        };
    }
}

/// Text in XML; what XML cannot carry becomes U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push('\n'),
            '\u{FFFE}' | '\u{FFFF}' => out.push('\u{FFFD}'),
            control if control.is_control() => out.push('\u{FFFD}'),
            other => out.push(other),
        }
    }
    out
}

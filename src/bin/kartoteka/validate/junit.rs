//! JUnit XML: a suite for each input, a case for each rule.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use kartoteka::Code;

use super::found::Found;
use super::{FileTotals, Sheet, Totals};

/// How many findings of a rule are listed in a suite.
const EXAMPLES: usize = 10;

/// The examples of each suite; all else comes from the totals.
#[derive(Default)]
pub(super) struct Junit {
    examples: BTreeMap<(String, Code), Vec<String>>,
}

impl Sheet for Junit {
    fn finding(&mut self, found: &Found<'_>, _: &mut String) {
        let examples = self.examples.entry((found.file.to_owned(), found.finding.code)).or_default();
        if examples.len() < EXAMPLES {
            let id = found.id().map(|id| format!(" [{id}]")).unwrap_or_default();
            let location = &found.finding.location;
            examples.push(format!("{location}{id}: {}", found.message()));
        }
    }

    fn end(&mut self, totals: &Totals, out: &mut String) {
        let failures = |file: &FileTotals| {
            file.report.iter().filter(|(code, _)| code.severity() >= totals.fail_on).count()
        };
        let (rules, files) = (totals.rules.len(), totals.files.len());
        let all: usize = totals.files.iter().map(failures).sum();
        out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        _ = writeln!(
            out,
            r#"<testsuites name="kartoteka" tests="{}" failures="{all}" errors="{}" time="0">"#,
            rules.saturating_mul(files),
            totals.failures.len()
        );
        for file in &totals.files {
            _ = writeln!(
                out,
                r#"  <testsuite name="{}" tests="{rules}" failures="{}" errors="{}" time="0">"#,
                escaped(&file.name),
                failures(file),
                usize::from(file.failure.is_some())
            );
            for code in &totals.rules {
                self.case(*code, file, totals, out);
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
    fn case(&self, code: Code, file: &FileTotals, totals: &Totals, out: &mut String) {
        let (name, count) = (escaped(&file.name), file.report.count(code));
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
        let times = if count == 1 { "1 finding".to_owned() } else { format!("{count} findings") };
        let summary = escaped(code.summary());
        _ = match code.severity() >= totals.fail_on {
            true => writeln!(
                out,
                ">\n      <failure type=\"{}\" message=\"{times}: {summary}\">{text}</failure>\n    </testcase>",
                code.severity()
            ),
            false => writeln!(
                out,
                ">\n      <system-out>{} {times}: {summary}\n{text}</system-out>\n    </testcase>",
                code.severity()
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

//! Findings on standard error: the first in full, the rest counted.

use std::io::{self, Write};

use kartoteka::{Diagnostic, Report, Severity};

use crate::args::Talk;
use crate::failure::{Failure, Outcome};
use crate::progress::Progress;
use crate::terminal::{Role, Style, printable};

/// How many findings are printed without `--verbose`. The lighter ones leave room for the heavier.
const fn room(severity: Severity) -> u64 {
    match severity {
        Severity::Note => 5,
        Severity::Warning => 10,
        Severity::Error => 20,
    }
}

/// Tells the user what is found, and counts it.
#[derive(Debug)]
pub(crate) struct Reporter {
    pub(crate) progress: Progress,
    talk: Talk,
    style: Style,
    printed: u64,
    untold: u64,
}

impl Reporter {
    pub(crate) fn new(talk: Talk, progress: Progress) -> Reporter {
        Reporter { progress, talk, style: Style::of_stderr(talk.color), printed: 0, untold: 0 }
    }

    /// Findings are shown in another way: none is printed here without `--verbose`.
    pub(crate) fn without_findings(mut self) -> Reporter {
        if !self.talk.verbose {
            self.talk.quiet = true;
        }
        self
    }

    /// Says something about an input, if the user wants to know much.
    pub(crate) fn detail(&self, name: &str, message: &str) {
        if self.talk.verbose {
            self.line(&format!("kartoteka: {}: {}", printable(name), printable(message)));
        }
    }

    /// Says something, unless the user wants to know nothing.
    pub(crate) fn say(&self, message: &str) {
        if !self.talk.quiet {
            self.line(message);
        }
    }

    pub(crate) fn finding(&mut self, name: &str, finding: &Diagnostic) {
        let room = match self.talk {
            Talk { quiet: true, .. } => 0,
            Talk { verbose: true, .. } => u64::MAX,
            _ => room(finding.severity()),
        };
        if self.printed >= room {
            self.untold = self.untold.saturating_add(1);
            return;
        }
        self.printed = self.printed.saturating_add(1);
        self.line(&format!("kartoteka: {}: {}", printable(name), finding_line(finding, self.style)));
    }

    /// How many findings were not printed, one way or the other.
    pub(crate) fn suppressed(&mut self, count: u64) {
        self.untold = self.untold.saturating_add(count);
    }

    /// The end of a strict run: at the record that `finding` is about.
    pub(crate) fn stopped(&self, name: &str, finding: &Diagnostic) -> Failure {
        self.progress.finish();
        match self.untold {
            0 => Failure::at(name, "stopped at the first malformed record, since --strict is given"),
            _ => Failure::at(name, format_args!("{finding}; stopped, since --strict is given")),
        }
    }

    /// The end of a run.
    pub(crate) fn finish(&mut self) {
        self.progress.finish();
        if self.untold > 0 {
            self.say(&format!("kartoteka: … and {} more findings (--verbose prints all)", self.untold));
        }
    }

    fn line(&self, line: &str) {
        self.progress.print(|| {
            let _ = writeln!(io::stderr(), "{line}"); // nobody can be told if this fails
        });
    }
}

/// A finding as one line, with its weight and code in colour.
pub(crate) fn finding_line(finding: &Diagnostic, style: Style) -> String {
    let text = finding.to_string();
    let head = format!("{}[{}]", finding.severity(), finding.code);
    let rest = text.strip_prefix(&head).unwrap_or_default();
    let mut line = String::with_capacity(text.len());
    style.paint(Role::Weight(finding.severity()), &head, &mut line);
    line.push_str(&printable(rest));
    line
}

/// What the findings mean for the exit status.
pub(crate) fn outcome(report: &Report, fail_on: Severity) -> Outcome {
    if report.at_least(fail_on) > 0 { Outcome::Findings } else { Outcome::Clean }
}

/// A line for each code that was found: `error   B001 record-length-mismatch  2`.
pub(crate) fn by_code(report: &Report, style: Style) -> Vec<String> {
    let mut lines = Vec::new();
    for (code, count) in report.iter() {
        let mut line = String::new();
        style.paint(Role::Weight(code.severity()), &format!("{:7}", code.severity()), &mut line);
        line.push_str(&format!(" {code} {:28} {count}", code.name()));
        lines.push(line);
    }
    lines
}

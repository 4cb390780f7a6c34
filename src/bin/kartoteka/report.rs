//! Findings on standard error: the first in full, the rest counted.

use std::io::{self, Write};

use kartoteka::report::{RunSummary, counted, finding_line};
use kartoteka::table::Formulas;
use kartoteka::{Finding, Severity, Tally};

use crate::command::options::{AnswerForm, Verbosity};
use crate::failure::{Failure, Outcome};
use crate::progress::Progress;
use crate::terminal::{Style, complain, printable, style_of_stderr};

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
    verbosity: Verbosity,
    style: Style,
    printed: u64,
    unlisted: u64,
    /// Whether findings are printed without `--verbose`.
    lists: bool,
}

impl Reporter {
    pub(crate) fn new(verbosity: Verbosity, progress: Progress) -> Reporter {
        let style = style_of_stderr(verbosity.color);
        Reporter { progress, verbosity, style, printed: 0, unlisted: 0, lists: true }
    }

    /// Findings are shown in another way: none is printed here without `--verbose`.
    pub(crate) fn without_findings(self) -> Reporter {
        Reporter { lists: false, ..self }
    }

    /// Says something about an input, if the user wants to know much.
    pub(crate) fn detail(&self, name: &str, message: &str) {
        if self.verbosity.verbose {
            self.line(&format!("kartoteka: {}: {}", printable(name), printable(message)));
        }
    }

    /// Says something, unless the user wants to know nothing.
    pub(crate) fn say(&self, message: &str) {
        if !self.verbosity.quiet {
            self.line(message);
        }
    }

    pub(crate) fn finding(&mut self, name: &str, finding: &Finding) {
        let room = match self.verbosity {
            Verbosity { verbose: true, .. } => u64::MAX,
            Verbosity { quiet: false, .. } if self.lists => room(finding.severity()),
            _ => 0,
        };
        if self.printed >= room {
            self.unlisted += 1;
            return;
        }
        self.printed += 1;
        self.line(&format!("kartoteka: {}: {}", printable(name), finding_line(finding, self.style)));
    }

    /// How many findings were not printed, one way or the other.
    pub(crate) fn unlisted(&mut self, count: u64) {
        self.unlisted += count;
    }

    /// The end of a strict run: at the record that `finding` is about.
    pub(crate) fn stopped(&self, name: &str, finding: &Finding) -> Failure {
        self.progress.finish();
        match self.unlisted {
            0 => Failure::at(name, "stopped at the first malformed record, since --strict is given"),
            _ => Failure::at(name, format_args!("{finding}; stopped, since --strict is given")),
        }
    }

    /// The end of a run.
    pub(crate) fn finish(&mut self) {
        self.progress.finish();
        if self.lists && self.unlisted > 0 {
            self.say(&format!(
                "kartoteka: … and {} (--verbose prints all)",
                counted(self.unlisted, "more finding")
            ));
        }
    }

    /// Prints what a run did after `head`: in the form that was asked for even if the user wants to know nothing.
    pub(crate) fn summary(&self, summary: &RunSummary<'_>, form: Option<AnswerForm>, head: &str) {
        match form {
            Some(AnswerForm::Json) => self.line(&summary.json()),
            Some(AnswerForm::Text) => self.line(&format!("{head}{}", summary.text(self.style))),
            None => self.say(&format!("{head}{}", summary.text(self.style))),
        }
    }

    fn line(&self, line: &str) {
        self.progress.print(|| {
            let _ = writeln!(io::stderr(), "{line}"); // if this fails, there is nowhere to report it
        });
    }
}

/// What the findings mean for the exit status.
pub(crate) fn outcome(report: &Tally, fail_on: Severity) -> Outcome {
    if report.at_least(fail_on) > 0 { Outcome::Findings } else { Outcome::Clean }
}

/// Says how many cells of a table a spreadsheet would compute, and which option helps.
pub(crate) fn warn_of_formulas(found: u64, formulas: Formulas) {
    if found > 0 && formulas == Formulas::Keep {
        let cells = if found == 1 { "1 cell begins" } else { &format!("{found} cells begin") };
        complain(&format!("{cells} like the formula of a spreadsheet (--formulas defuse makes them text)"));
    }
}

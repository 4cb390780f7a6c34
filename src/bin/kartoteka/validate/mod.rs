//! `validate`: findings about structure, leader and encoding, for people and for CI.

mod found;
mod json;
mod junit;
mod sarif;
mod text;

use std::collections::{BTreeMap, HashSet};

use kartoteka::{Code, Diagnostic, Format, Record, Report, Severity, check};

use self::found::Found;
use crate::args::{ReportForm, Validate};
use crate::failure::{Failure, Outcome};
use crate::input::{Input, Next, Run};
use crate::output::{Target, is_stdout};
use crate::report::outcome;
use crate::terminal::{Style, complain, print};

/// When what is to be printed is handed on, in bytes.
const FLUSH_AT: usize = 32 * 1024;

/// A form of report: it hears of each finding, and of the end. All of them write as they go.
trait Sheet {
    /// Begins the report.
    fn begin(&mut self, _out: &mut String) {}

    /// A finding that is to be listed.
    fn finding(&mut self, found: &Found<'_>, out: &mut String);

    /// All is read, or as much as can be.
    fn end(&mut self, totals: &Totals, out: &mut String);
}

/// What came of a run.
struct Totals {
    files: Vec<FileTotals>,
    report: Report,
    /// Findings that were counted, but not listed, by code.
    unlisted: BTreeMap<Code, u64>,
    fail_on: Severity,
    /// The rules that were looked for.
    rules: Vec<Code>,
    /// Why inputs could not be read, or not to their end.
    failures: Vec<String>,
}

/// What came of one input.
struct FileTotals {
    name: String,
    /// None if it was not found out.
    format: Option<Format>,
    records: u64,
    /// Records of which nothing could be read.
    unreadable: u64,
    /// Records in which something was found.
    with_findings: u64,
    report: Report,
    /// Why it could not be read, or not to its end.
    failure: Option<String>,
}

impl FileTotals {
    fn new(name: String, format: Option<Format>) -> FileTotals {
        let report = Report::default();
        FileTotals { name, format, records: 0, unreadable: 0, with_findings: 0, report, failure: None }
    }
}

impl Totals {
    fn records(&self) -> u64 {
        self.files.iter().map(|file| file.records).sum()
    }

    fn unreadable(&self) -> u64 {
        self.files.iter().map(|file| file.unreadable).sum()
    }

    fn with_findings(&self) -> u64 {
        self.files.iter().map(|file| file.with_findings).sum()
    }

    /// How many findings weigh exactly this.
    fn weighing(&self, severity: Severity) -> u64 {
        self.report.iter().filter(|(code, _)| code.severity() == severity).map(|(_, count)| count).sum()
    }
}

pub(crate) fn run(options: &Validate) -> Result<Outcome, Failure> {
    let reading = &options.reading;
    let mut run = Run::new(reading, is_stdout(&options.output))?;
    run.reporter = run.reporter.without_findings();
    let mut output = Target::open(&options.output, &reading.inputs)?;
    let rules = rules(options)?;
    let style = match is_stdout(&options.output) {
        true => Style::of_stdout(reading.talk.color),
        false => Style::plain(),
    };
    let sheet: Box<dyn Sheet> = match options.format {
        ReportForm::Text => Box::new(text::Text { style }),
        ReportForm::Concise => Box::new(text::Concise),
        ReportForm::Json => Box::new(json::Json),
        ReportForm::Sarif => Box::new(sarif::Sarif::new(&rules)),
        ReportForm::Junit => Box::new(junit::Junit::default()),
    };
    let most = match options.format {
        ReportForm::Sarif => options.max_findings.unwrap_or(sarif::most_findings(&rules)),
        _ => options.max_findings.unwrap_or(u64::MAX),
    };
    let totals = Totals {
        files: Vec::new(),
        report: Report::default(),
        unlisted: BTreeMap::new(),
        fail_on: reading.fail_on,
        rules,
        failures: Vec::new(),
    };
    let wanted: HashSet<Code> = totals.rules.iter().copied().collect();
    let mut work = Work { sheet, out: String::new(), wanted, left: most, totals };
    work.sheet.begin(&mut work.out);
    for path in &reading.inputs {
        let failure = match run.open(path) {
            Ok(mut input) => work.input(&mut run, &mut input, &mut output)?,
            Err(failure) => {
                work.totals.files.push(FileTotals::new(path.display().to_string(), None));
                Some(failure)
            }
        };
        if let Some(Failure::Message(why)) = failure {
            run.reporter.progress.print(|| complain(&why));
            if let Some(file) = work.totals.files.last_mut() {
                file.failure = Some(why.clone());
            }
            work.totals.failures.push(why);
            if reading.strict {
                break;
            }
        }
    }
    work.sheet.end(&work.totals, &mut work.out);
    output.put(work.out.as_bytes())?;
    output.commit()?;
    run.reporter.progress.finish();
    if matches!(options.format, ReportForm::Concise) && !reading.talk.quiet {
        print(&text::summary(&work.totals, Style::of_stderr(reading.talk.color)));
    }
    Ok(match work.totals.failures.is_empty() {
        true => outcome(&work.totals.report, reading.fail_on),
        false => Outcome::NotAll,
    })
}

/// The rules to look for: those selected, without those ignored.
fn rules(options: &Validate) -> Result<Vec<Code>, Failure> {
    let named = |lists: &[crate::names::Codes], code: &Code| lists.iter().any(|list| list.0.contains(code));
    let wanted = |code: &Code| {
        (options.select.is_empty() || named(&options.select, code)) && !named(&options.ignore, code)
    };
    // Nothing is written here, so that nothing can go wrong with it.
    let reading = Code::ALL.iter().copied().filter(|code| !code.id().starts_with('W'));
    let rules: Vec<Code> = reading.filter(wanted).collect();
    match rules.is_empty() {
        true => Err(Failure::new("--select and --ignore leave nothing to look for")),
        false => Ok(rules),
    }
}

/// A run: the form of the report, and what was counted.
struct Work {
    sheet: Box<dyn Sheet>,
    out: String,
    wanted: HashSet<Code>,
    /// How many findings may still be listed.
    left: u64,
    totals: Totals,
}

impl Work {
    /// Reads an input to its end; tells why it cannot. Fails where the report cannot be written.
    fn input(
        &mut self,
        run: &mut Run<'_>,
        input: &mut Input,
        output: &mut Target,
    ) -> Result<Option<Failure>, Failure> {
        let limit = run.reading.options().limits.diagnostics;
        let leader =
            check::Leader::new().dialect(run.reading.dialect).structure(input.format == Format::Iso2709);
        let mut checker = check::Checker::new(limit)
            .with(leader)
            .with(check::Encoding::new())
            .with(check::Indicators::new());
        let mut record = Record::new();
        self.totals.files.push(FileTotals::new(input.name.clone(), Some(input.format)));
        loop {
            let next = run.next(input, &mut record);
            let before = self.totals.report.at_least(Severity::Note);
            let mut failure = None;
            let (read, more, end) = match next {
                Ok(Next::Record) => (Some(&record), None, false),
                Ok(Next::Unreadable(why)) => (None, Some(why), false),
                Ok(Next::End) => (None, None, true),
                Err(why) => {
                    failure = Some(why);
                    (None, None, true)
                }
            };
            let findings = input.reader.diagnostics();
            if !findings.is_empty() {
                self.list(findings, input, read);
                self.count(input.reader.suppressed());
            }
            if let Some(why) = more.as_ref().filter(|why| !findings.contains(why)) {
                self.list(std::slice::from_ref(why), input, None);
            }
            if let Some(record) = read {
                let found = checker.check(record.view(), input.reader.raw(), findings);
                if !found.is_empty() {
                    self.list(found, input, read);
                    self.count(checker.suppressed());
                }
            }
            let some = self.totals.report.at_least(Severity::Note) > before;
            if let Some(file) = self.totals.files.last_mut() {
                file.records = file.records.saturating_add(u64::from(!end));
                file.unreadable = file.unreadable.saturating_add(u64::from(!end && read.is_none()));
                file.with_findings = file.with_findings.saturating_add(u64::from(!end && some));
            }
            if self.out.len() >= FLUSH_AT {
                output.put(std::mem::take(&mut self.out).as_bytes())?;
            }
            if end {
                return Ok(failure);
            }
        }
    }

    /// Counts findings, and lists those for which there is room.
    fn list(&mut self, findings: &[Diagnostic], input: &Input, record: Option<&Record>) {
        for finding in findings {
            if !self.wanted.contains(&finding.code) {
                continue;
            }
            self.totals.report.add(finding);
            if let Some(file) = self.totals.files.last_mut() {
                file.report.add(finding);
            }
            if self.left == 0 {
                let count = self.totals.unlisted.entry(finding.code).or_default();
                *count = count.saturating_add(1);
                continue;
            }
            self.left = self.left.saturating_sub(1);
            let found = Found::new(finding, input, record);
            self.sheet.finding(&found, &mut self.out);
        }
    }

    /// Counts findings that nobody listed.
    fn count(&mut self, suppressed: &[(Code, u64)]) {
        for &(code, more) in suppressed.iter().filter(|(code, _)| self.wanted.contains(code)) {
            self.totals.report.add_suppressed(&[(code, more)]);
            if let Some(file) = self.totals.files.last_mut() {
                file.report.add_suppressed(&[(code, more)]);
            }
            let count = self.totals.unlisted.entry(code).or_default();
            *count = count.saturating_add(more);
        }
    }
}

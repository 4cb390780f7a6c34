//! `validate`: findings about structure, leader and encoding, for people and for CI.

mod found;
mod json;
mod junit;
mod sarif;
mod text;

use std::collections::{BTreeMap, HashSet};
use std::sync::PoisonError;

use kartoteka::{
    Code, Diagnostic, Error, ErrorKind, Format, Record, RecordRead, Report, Severity, check, in_batches,
};

use self::found::Found;
use crate::args::{Jobs, ReportForm, Validate};
use crate::failure::{Failure, Outcome};
use crate::input::{Input, Run, lost_by};
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
            Ok(mut input) => work.input(&mut run, &mut input, &mut output, options.jobs)?,
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

/// A record in which something was found, or the end of an input.
#[derive(Default)]
struct Seen {
    record: Option<Record>,
    /// Its bytes, and where they begin.
    raw: Vec<u8>,
    start: u64,
    /// The first of the bytes that were lost before it.
    lost: Vec<u8>,
    /// What its reader found, and then the checks.
    findings: Vec<Diagnostic>,
    /// How many of these are of its reader.
    of_reader: usize,
    suppressed: Vec<(Code, u64)>,
    is_end: bool,
}

/// What came of a batch.
#[derive(Default)]
struct Part {
    records: u64,
    unreadable: u64,
    seen: Vec<Seen>,
    /// Why reading ended early.
    failed: Option<Error>,
}

/// Reads and checks the records of a batch.
fn check_batch(batch: &mut (dyn RecordRead + Send), mut checker: check::Checker, strict: bool) -> Part {
    let lost = lost_by(batch);
    let mut part = Part::default();
    let mut record = Record::new();
    loop {
        let read = batch.read_record(&mut record);
        let mut seen = Seen { is_end: matches!(read, Ok(false)), ..Seen::default() };
        seen.findings.extend_from_slice(batch.diagnostics());
        seen.suppressed.extend_from_slice(batch.suppressed());
        let mut whole = false;
        match read {
            Ok(more) => {
                whole = more;
                part.records = part.records.saturating_add(u64::from(more));
            }
            Err(error) => {
                match error.diagnostic() {
                    Some(finding) if !seen.findings.contains(finding) => seen.findings.push(finding.clone()),
                    _ => {}
                }
                if error.diagnostic().is_none() || strict {
                    seen.is_end = true;
                    part.failed = Some(error);
                } else {
                    part.records = part.records.saturating_add(1);
                    part.unreadable = part.unreadable.saturating_add(1);
                }
            }
        }
        seen.of_reader = seen.findings.len();
        if whole {
            let found = checker.check(record.view(), batch.raw(), batch.diagnostics());
            if !found.is_empty() {
                seen.findings.extend_from_slice(found);
                seen.suppressed.extend_from_slice(checker.suppressed());
            }
        }
        let is_end = seen.is_end;
        let mut lost = lost.lock().unwrap_or_else(PoisonError::into_inner);
        if !seen.findings.is_empty() || !seen.suppressed.is_empty() {
            seen.raw.extend_from_slice(batch.raw());
            seen.start = batch.position().byte;
            seen.lost.extend_from_slice(&lost);
            seen.record = whole.then(|| std::mem::take(&mut record));
            part.seen.push(seen);
        }
        lost.clear();
        if is_end {
            return part;
        }
    }
}

impl Work {
    /// Reads an input to its end; tells why it cannot. Fails where the report cannot be written.
    fn input(
        &mut self,
        run: &mut Run<'_>,
        input: &mut Input,
        output: &mut Target,
        jobs: Jobs,
    ) -> Result<Option<Failure>, Failure> {
        let limit = run.reading.options().limits.diagnostics;
        let (dialect, strict) = (run.reading.dialect, run.reading.strict);
        let leader = check::Leader::new().dialect(dialect).structure(input.format == Format::Iso2709);
        let work = |batch: &mut (dyn RecordRead + Send)| {
            let checker = check::Checker::new(limit)
                .with(leader.clone())
                .with(check::Encoding::new())
                .with(check::Indicators::new());
            check_batch(batch, checker, strict)
        };
        let (name, format) = (input.name.clone(), input.format);
        self.totals.files.push(FileTotals::new(name.clone(), Some(format)));
        let (mut failure, mut cannot_write) = (None, None);
        let mut done = |part: Part| {
            (0..part.records).for_each(|_| run.reporter.progress.record());
            for seen in &part.seen {
                for finding in seen.findings.iter().take(seen.of_reader) {
                    run.reporter.finding(&name, finding);
                }
                self.list(seen, (&name, format));
            }
            if let Some(file) = self.totals.files.last_mut() {
                file.records = file.records.saturating_add(part.records);
                file.unreadable = file.unreadable.saturating_add(part.unreadable);
            }
            if self.out.len() >= FLUSH_AT {
                cannot_write = output.put(std::mem::take(&mut self.out).as_bytes()).err();
            }
            failure = part.failed.map(|error| match error.diagnostic().filter(|_| strict) {
                Some(finding) => run.reporter.stopped(&name, finding),
                None => {
                    run.reporter.progress.finish();
                    Failure::reading(&name, &error)
                }
            });
            match failure.is_some() || cannot_write.is_some() {
                true => Err(Error::new(ErrorKind::Argument("the run ended early".to_owned()))),
                false => Ok(()),
            }
        };
        let read = in_batches(&mut *input.reader, jobs.count(), work, &mut done);
        if let Some(why) = cannot_write {
            return Err(why);
        }
        Ok(failure.or_else(|| read.err().map(|error| Failure::reading(&input.name, &error))))
    }

    /// Counts the findings in a record, and lists those for which there is room.
    fn list(&mut self, seen: &Seen, file: (&str, Format)) {
        let before = self.totals.report.at_least(Severity::Note);
        for finding in &seen.findings {
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
            self.sheet.finding(&Found::new(finding, file, seen), &mut self.out);
        }
        self.count(&seen.suppressed);
        let some = !seen.is_end && self.totals.report.at_least(Severity::Note) > before;
        if let Some(file) = self.totals.files.last_mut() {
            file.with_findings = file.with_findings.saturating_add(u64::from(some));
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

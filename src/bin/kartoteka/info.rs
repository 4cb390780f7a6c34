//! `info`: what a file is.

use std::collections::{BTreeMap, HashMap};

use kartoteka::charset::Reason;
use kartoteka::{Charset, Code, Diagnostic, Dialect, Format, Record, Report, Severity};
use serde::Serialize;

use crate::args::{Form, Info};
use crate::failure::{Failure, Outcome};
use crate::input::{Input, Next, Run};
use crate::master::Master;
use crate::output::Sink;
use crate::report::{by_code, outcome};
use crate::summary::counts;
use crate::terminal::{Style, printable};

pub(crate) fn run(options: &Info) -> Result<Outcome, Failure> {
    let mut run = Run::new(&options.reading, false)?;
    run.reporter = run.reporter.without_findings();
    let mut sink = Sink::stdout()?;
    let mut worst = Outcome::Clean;
    for (number, path) in options.reading.inputs.iter().enumerate() {
        run.report = Report::default();
        let mut input = run.open(path)?;
        let census = census(&mut run, &mut input, options.reading.dialect)?;
        let mut file = File::new(&input, &census, &run.report);
        if input.format == Format::Mst {
            file.master = Some(Master::of(path).map_err(|error| Failure::reading(path.display(), &error))?);
        }
        let text = match options.format {
            Form::Json => {
                let mut json = serde_json::to_string(&file).unwrap_or_default();
                json.push('\n');
                json
            }
            Form::Text => {
                let gap = if number > 0 { "\n" } else { "" };
                let style = Style::of_stdout(options.reading.talk.color);
                format!("{gap}{}", file.text(&run.report, style))
            }
        };
        run.reporter.progress.print(|| sink.put(text.as_bytes()))?;
        worst = worst.max(outcome(&run.report, options.reading.fail_on));
    }
    run.finish();
    Ok(worst)
}

/// What is counted in one input.
#[derive(Default)]
struct Census {
    records: u64,
    unreadable: u64,
    deleted: u64,
    fields: u64,
    subfields: u64,
    largest: Option<Largest>,
    damage: Damage,
    /// Each with what tells it.
    dialects: HashMap<(Dialect, &'static str), u64>,
    /// How many records are in a character set for one reason, and what all of them have for it.
    charsets: HashMap<(Charset, Why), (u64, Reason)>,
}

/// How sound the records are.
#[derive(Debug, Clone, Copy, Default, Serialize)]
struct Damage {
    /// Records in which nothing was found, or nothing but notes.
    sound: u64,
    /// Records with warnings, and no errors.
    with_warnings: u64,
    /// Records with errors, of which something could be read.
    damaged: u64,
    /// Bytes between records that belong to none, and are no filler.
    garbage_bytes: u64,
}

impl Damage {
    /// Counts what was found in and before a record, or, if there is none, behind the last.
    fn add(&mut self, findings: &[Diagnostic], is_record: bool) {
        // What stands between records is no damage to the next.
        let between = |finding: &&Diagnostic| {
            matches!(finding.code, Code::Garbage | Code::FillerBetweenRecords | Code::ByteOrderMark)
        };
        let garbage = findings.iter().filter(|finding| finding.code == Code::Garbage);
        let bytes = garbage.map(|finding| finding.location.len).fold(0, u64::saturating_add);
        self.garbage_bytes = self.garbage_bytes.saturating_add(bytes);
        if is_record {
            let inside = findings.iter().filter(|finding| !between(finding));
            let count = match inside.map(Diagnostic::severity).max() {
                Some(Severity::Error) => &mut self.damaged,
                Some(Severity::Warning) => &mut self.with_warnings,
                _ => &mut self.sound,
            };
            *count = count.saturating_add(1);
        }
    }
}

/// The record with the most bytes.
#[derive(Debug, Clone, Copy, Serialize)]
struct Largest {
    bytes: u64,
    /// Counted from 1.
    record: u64,
    at_byte: u64,
}

/// Why a character set was taken, without the numbers of one record.
type Why = std::mem::Discriminant<Reason>;

/// Adds what one more record has for the same reason.
fn add(all: &mut Reason, one: Reason) {
    match (all, one) {
        (Reason::Letters(all), Reason::Letters(one)) => {
            all.bytes = all.bytes.saturating_add(one.bytes);
            all.letters = all.letters.saturating_add(one.letters);
            all.runner_up = all.runner_up.saturating_add(one.runner_up);
        }
        (Reason::Marks(all), Reason::Marks(one)) => {
            all.marks = all.marks.saturating_add(one.marks);
            all.against = all.against.saturating_add(one.against);
            all.escapes = all.escapes.saturating_add(one.escapes);
        }
        _ => {}
    }
}

/// A reason in words, with the numbers of all records.
fn words(reason: &Reason) -> String {
    match reason {
        // The second best set may be another in each record.
        Reason::Letters(guess) => format!(
            "by letters: {} of {} bytes above 7F are {} letters in it, {} letters in the second best set",
            guess.letters,
            guess.bytes,
            guess.script(),
            guess.runner_up
        ),
        other => other.to_string(),
    }
}

fn census(run: &mut Run<'_>, input: &mut Input, dialect: Dialect) -> Result<Census, Failure> {
    let mut census = Census::default();
    let mut record = Record::new();
    loop {
        match run.next(input, &mut record)? {
            Next::End => {
                census.damage.add(input.reader.diagnostics(), false);
                return Ok(census);
            }
            Next::Unreadable(_) => {
                census.damage.add(input.reader.diagnostics(), false);
                census.records = census.records.saturating_add(1);
                census.unreadable = census.unreadable.saturating_add(1);
            }
            Next::Record => {
                census.damage.add(input.reader.diagnostics(), true);
                census.add(&record, dialect, input.reader.raw().len());
            }
        }
    }
}

impl Census {
    fn add(&mut self, record: &Record, dialect: Dialect, bytes: usize) {
        let one_more = |count: &mut u64| *count = count.saturating_add(1);
        one_more(&mut self.records);
        let reason = record.charset_reason();
        let why = (record.charset(), std::mem::discriminant(&reason));
        let entry = self.charsets.entry(why);
        let (count, _) = entry.and_modify(|(_, all)| add(all, reason)).or_insert((0, reason));
        one_more(count);
        one_more(self.dialects.entry(dialect_of(record, dialect)).or_default());
        let header = record.header();
        if header.leader.is_some_and(|leader| leader.status() == b'd')
            || header.isis.is_some_and(|isis| isis.is_deleted())
        {
            one_more(&mut self.deleted);
        }
        for field in record.fields() {
            one_more(&mut self.fields);
            if !field.is_control() {
                self.subfields = self.subfields.saturating_add(field.subfields().count() as u64);
            }
        }
        let (bytes, position) = (bytes as u64, record.position());
        if self.largest.is_none_or(|largest| bytes > largest.bytes) {
            let record = position.record.saturating_add(1);
            self.largest = Some(Largest { bytes, record, at_byte: position.byte });
        }
    }
}

fn dialect_of(record: &Record, named: Dialect) -> (Dialect, &'static str) {
    match named {
        Dialect::Auto => Dialect::find(record.view()),
        named => (named, "as given"),
    }
}

/// What is said of one input.
#[derive(Serialize)]
struct File<'a> {
    name: &'a str,
    format: &'static str,
    confidence: Option<&'static str>,
    reason: Option<&'a str>,
    /// The format that the extension names, if that is another.
    extension_says: Option<&'static str>,
    bytes: u64,
    records: u64,
    unreadable: u64,
    deleted: u64,
    fields: u64,
    subfields: u64,
    largest: Option<Largest>,
    damage: Damage,
    dialects: Vec<Share>,
    charsets: Vec<CharsetShare>,
    findings: BTreeMap<&'static str, u64>,
    /// The base, if the input is a master file.
    #[serde(skip_serializing_if = "Option::is_none")]
    master: Option<Master>,
}

/// How many records are of a dialect, and by what.
#[derive(Serialize)]
struct Share {
    dialect: &'static str,
    reason: &'static str,
    records: u64,
}

/// How many records are in a character set, for one reason.
#[derive(Serialize)]
struct CharsetShare {
    charset: String,
    reason: String,
    records: u64,
}

impl<'a> File<'a> {
    fn new(input: &'a Input, census: &Census, report: &Report) -> File<'a> {
        let found = input.detection.as_ref();
        let mut dialects: Vec<Share> = census
            .dialects
            .iter()
            .map(|(&(dialect, reason), &records)| {
                let dialect = if dialect == Dialect::Auto { "unknown" } else { dialect.name() };
                Share { dialect, reason, records }
            })
            .collect();
        dialects.sort_by(|a, b| {
            b.records.cmp(&a.records).then_with(|| (a.dialect, a.reason).cmp(&(b.dialect, b.reason)))
        });
        let mut charsets: Vec<CharsetShare> = census
            .charsets
            .iter()
            .map(|((charset, _), (records, reason))| CharsetShare {
                charset: charset.to_string(),
                reason: words(reason),
                records: *records,
            })
            .collect();
        charsets.sort_by(|a, b| {
            b.records.cmp(&a.records).then_with(|| (&a.charset, &a.reason).cmp(&(&b.charset, &b.reason)))
        });
        File {
            name: &input.name,
            format: input.format.name(),
            confidence: found.map(|found| found.confidence.name()),
            reason: found.map(|found| found.reason.as_str()),
            extension_says: found
                .and_then(|found| found.extension)
                .filter(|format| *format != input.format)
                .map(|format| format.name()),
            bytes: input.reader.position().byte,
            records: census.records,
            unreadable: census.unreadable,
            deleted: census.deleted,
            fields: census.fields,
            subfields: census.subfields,
            largest: census.largest,
            damage: census.damage,
            dialects,
            charsets,
            findings: counts(report),
            master: None,
        }
    }

    fn text(&self, report: &Report, style: Style) -> String {
        let mut lines = Lines::default();
        lines.add("file", printable(self.name).into_owned());
        let format = match (self.confidence, self.reason) {
            (Some(confidence), Some(reason)) => format!("{} ({confidence}: {reason})", self.format),
            _ => format!("{} (as given)", self.format),
        };
        lines.add("format", printable(&format).into_owned());
        if let Some(other) = self.extension_says {
            lines.add("", format!("the extension says {other}"));
        }
        for Share { dialect, reason, records } in &self.dialects {
            lines.add("dialect", format!("{dialect}: {}, {reason}", self.share(*records)));
        }
        for CharsetShare { charset, reason, records } in &self.charsets {
            lines.add("charset", format!("{charset}: {}, {reason}", self.share(*records)));
        }
        lines.add("bytes", self.bytes.to_string());
        lines.add("records", self.records.to_string());
        if self.unreadable > 0 {
            lines.add("unreadable", self.unreadable.to_string());
        }
        lines.add("deleted", self.deleted.to_string());
        lines.add("fields", self.fields.to_string());
        lines.add("subfields", self.subfields.to_string());
        if let Some(Largest { bytes, record, at_byte }) = self.largest {
            lines.add("largest", format!("{bytes} bytes: record {record}, at byte {at_byte}"));
        }
        for (name, line) in self.master.iter().flat_map(Master::lines) {
            lines.add(name, printable(&line).into_owned());
        }
        let Damage { sound, with_warnings, damaged, garbage_bytes } = self.damage;
        lines.add("sound", self.share(sound));
        if with_warnings > 0 {
            lines.add("odd", format!("{}: against the standard", self.share(with_warnings)));
        }
        if damaged > 0 {
            lines.add("damaged", format!("{}: read as far as they can be", self.share(damaged)));
        }
        if garbage_bytes > 0 {
            lines.add("garbage", format!("{garbage_bytes} bytes between records"));
        }
        let findings = by_code(report, style);
        if findings.is_empty() {
            lines.add("findings", "none".to_owned());
        }
        for line in findings {
            lines.add("findings", line);
        }
        lines.text
    }

    /// A number of records, and their part of all.
    fn share(&self, records: u64) -> String {
        let percent = records as f64 * 100.0 / self.records.max(1) as f64;
        // All is all, and not nearly all.
        let percent = if records == self.records { percent } else { percent.min(99.9) };
        format!("{records} records ({percent:.1} %)")
    }
}

/// Lines with a heading each, which is not repeated.
#[derive(Default)]
struct Lines {
    text: String,
    last: &'static str,
}

impl Lines {
    fn add(&mut self, heading: &'static str, line: String) {
        let shown = if heading == self.last { "" } else { heading };
        self.text.push_str(&format!("{shown:11} {line}\n"));
        self.last = heading;
    }
}

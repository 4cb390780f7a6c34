//! `repair`: damaged and mislabelled records mended, and every change listed.

use std::fmt::Write as _;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use kartoteka::{
    Charset, Code, Diagnostic, Error, Format, Record, RecordRead, RecordRef, RecordWrite, Summary, Tag, Tidy,
    WriteOptions, iso2709, writer,
};
use serde::Serialize;

use crate::args::{Form, Repair};
use crate::convert::{Rejects, has_losses, is_one_place};
use crate::failure::{Failure, Outcome};
use crate::input::{Input, Next, Run};
use crate::output::{Target, is_stdout, refuse_to_replace};
use crate::report::outcome;
use crate::summary::Tally;
use crate::terminal::{Style, printable};

/// The most characters of a value that are repeated in the list.
const VALUE: usize = 200;

pub(crate) fn run(options: &Repair) -> Result<Outcome, Failure> {
    let started = Instant::now();
    let reading = &options.reading;
    refuse_one_place(options)?;
    let records_on_stdout = is_stdout(&options.output);
    let mut run = Run::new(reading, records_on_stdout)?;
    run.reporter = run.reporter.without_findings();
    let mut first = reading.inputs.first().map(|path| run.open(path)).transpose()?;
    let format = first.as_ref().map_or(Format::Iso2709, |input| input.format);
    let list = match &options.changes {
        Some(path) => List::File(Target::open(path, &reading.inputs)?),
        None if records_on_stdout => List::Stderr,
        None => List::File(Target::open(Path::new("-"), &[])?),
    };
    let rejects = match &options.rejects {
        Some(path) => Some(Rejects::open(path, &reading.inputs)?),
        None => None,
    };
    let output = Target::open(&options.output, &reading.inputs)?;
    let made = Made::default();
    let write = WriteOptions::new().charset(options.to_charset);
    let records = writer(format, made.clone(), &write).map_err(|error| Failure::new(error.to_string()))?;
    let quiet = reading.talk.quiet;
    let log = Log { list, form: options.format, entries: Vec::new(), quiet, out: String::new() };
    let counts = Counts::default();
    let mut work =
        Work { options, format, output, made, records, rejects, log, counts, summary: Summary::default() };
    let mut bytes_read = 0u64;
    for path in &reading.inputs {
        let mut input = match first.take() {
            Some(input) => input,
            None => run.open(path)?,
        };
        if input.format != format {
            let why = format!("is {}, the input before it {format}: convert one of them first", input.format);
            return Err(Failure::at(&input.name, why));
        }
        if !options.repair.is_empty() {
            let tidy = Tidy::new(input.reader);
            input.reader = Box::new(options.repair.iter().fold(tidy, |tidy, repair| tidy.repair(*repair)));
        }
        work.input(&mut run, &mut input)?;
        bytes_read = bytes_read.saturating_add(input.reader.position().byte);
    }
    let Work { mut output, made, mut records, rejects, mut log, counts, mut summary, .. } = work;
    records.finish().map_err(|error| Failure::new(error.to_string()))?;
    drop(records);
    output.put(&made.take())?;
    log.flush()?;
    if let Some(rejects) = rejects {
        rejects.commit()?;
    }
    let bytes_written = output.commit()?;
    if let List::File(target) = log.list {
        target.commit()?;
    }
    for (code, count) in run.report.iter() {
        summary.report.add_suppressed(&[(code, count)]);
    }
    run.reporter.progress.finish();
    let tally = Tally::new(&summary, bytes_read, bytes_written, started.elapsed());
    let style = Style::of_stderr(reading.talk.color);
    let text = format!("{}\n{}", counts.line(summary.written), tally.text(style));
    match options.summary {
        Some(Form::Json) => crate::terminal::print(&tally.json()),
        Some(Form::Text) => crate::terminal::print(&text),
        None if reading.talk.quiet => {}
        None => crate::terminal::print(&text),
    }
    let clean = summary.rejected == 0 && summary.replaced == 0 && !has_losses(&summary.report);
    Ok(if clean { outcome(&summary.report, reading.fail_on) } else { Outcome::Findings })
}

fn refuse_one_place(options: &Repair) -> Result<(), Failure> {
    let files = [Some(&options.output), options.rejects.as_ref(), options.changes.as_ref()];
    let files: Vec<_> = files.into_iter().flatten().collect();
    for (number, one) in files.iter().enumerate() {
        if files.iter().skip(number.saturating_add(1)).any(|other| is_one_place(one, other)) {
            return Err(Failure::new("--output, --rejects and --changes must be different places"));
        }
    }
    let others = [&options.rejects, &options.changes].into_iter().flatten();
    others
        .filter(|path| !is_stdout(path))
        .try_for_each(|path| refuse_to_replace(path, &options.reading.inputs))
}

/// What a writer has written, to be looked at before it goes to the output.
#[derive(Clone, Default)]
struct Made(Arc<Mutex<Vec<u8>>>);

impl Made {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl io::Write for Made {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(buf);
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What became of records.
#[derive(Default)]
struct Counts {
    /// Their bytes are as they were.
    untouched: u64,
    /// Only a label was changed.
    relabelled: u64,
    /// Built anew.
    rebuilt: u64,
}

impl Counts {
    fn line(&self, written: u64) -> String {
        let Counts { untouched, relabelled, rebuilt } = self;
        match untouched.saturating_add(*relabelled).saturating_add(*rebuilt) {
            0 => format!("repaired  {written} records written"),
            _ => format!(
                "repaired  {untouched} untouched, {relabelled} relabelled in place, {rebuilt} built anew"
            ),
        }
    }
}

struct Work<'a> {
    options: &'a Repair,
    format: Format,
    output: Target,
    made: Made,
    records: Box<dyn RecordWrite + Send>,
    rejects: Option<Rejects>,
    log: Log,
    counts: Counts,
    summary: Summary,
}

impl Work<'_> {
    fn input(&mut self, run: &mut Run<'_>, input: &mut Input) -> Result<(), Failure> {
        if let Some(rejects) = &self.rejects {
            rejects.listen(input);
        }
        let mut record = Record::new();
        loop {
            let next = run.next(input, &mut record)?;
            for finding in input.reader.diagnostics() {
                self.log.finding(finding);
            }
            let more: u64 = input.reader.suppressed().iter().map(|(_, count)| count).sum();
            if more > 0 {
                let message = Some(format!("and {more} more in this record"));
                self.log.entry(Entry { change: "found", message, ..Entry::default() });
            }
            let end = matches!(next, Next::End);
            let mut id = None;
            match next {
                Next::End => {}
                Next::Record => {
                    self.record(&record, input)?;
                    id = number(record.view());
                }
                Next::Unreadable(why) => {
                    if !input.reader.diagnostics().contains(&why) {
                        self.log.finding(&why);
                    }
                    self.reject(input)?;
                }
            }
            self.log.end_of_record(input, id.as_deref())?;
            if end {
                return Ok(());
            }
            self.summary.read = self.summary.read.saturating_add(1);
        }
    }

    /// Writes a record, and notes what is different in it.
    fn record(&mut self, record: &Record, input: &Input) -> Result<(), Failure> {
        let written = match self.format {
            Format::Iso2709 => self.iso2709(record, input)?,
            _ => {
                let written = self.records.write_record(record.view());
                let found = (self.records.diagnostics(), self.records.suppressed());
                note(found, &mut self.log, &mut self.summary);
                self.summary.replaced = self.records.replaced();
                let made = self.made.take();
                self.output.put(&made)?;
                written.err()
            }
        };
        let Some(error) = written else {
            self.summary.written = self.summary.written.saturating_add(1);
            return Ok(());
        };
        let Some(finding) = error.diagnostic() else { return Err(Failure::new(error.to_string())) };
        self.log.finding(finding);
        self.summary.report.add(finding);
        self.reject(input)
    }

    /// A record of ISO 2709, whose bytes can be held against what comes of them.
    fn iso2709(&mut self, record: &Record, input: &Input) -> Result<Option<Error>, Failure> {
        let (raw, findings) = (input.reader.raw(), input.reader.diagnostics());
        let auto = self.options.to_charset == Charset::Auto;
        let one_more = |count: &mut u64| *count = count.saturating_add(1);
        if findings.is_empty() && auto {
            one_more(&mut self.counts.untouched);
            self.output.put(raw)?;
            return Ok(None);
        }
        if let Some(relabelled) = relabelled(record, raw, findings, self.options) {
            one_more(&mut self.counts.relabelled);
            self.log.differences(record, raw, &relabelled);
            self.output.put(&relabelled)?;
            return Ok(None);
        }
        let mut records =
            iso2709::Writer::new(Vec::new(), &WriteOptions::new().charset(self.options.to_charset));
        let written = records.write_record(record.view()).and_then(|()| records.finish());
        note((records.diagnostics(), records.suppressed()), &mut self.log, &mut self.summary);
        self.summary.replaced = self.summary.replaced.saturating_add(records.replaced());
        if let Err(error) = written {
            return Ok(Some(error));
        }
        let made = records.into_inner();
        match made == raw {
            true => one_more(&mut self.counts.untouched),
            false => {
                one_more(&mut self.counts.rebuilt);
                self.log.differences(record, raw, &made);
            }
        }
        self.output.put(&made)?;
        Ok(None)
    }

    fn reject(&mut self, input: &Input) -> Result<(), Failure> {
        self.summary.rejected = self.summary.rejected.saturating_add(1);
        let bytes = input.reader.raw();
        let kept = match &self.rejects {
            Some(rejects) => {
                rejects.keep(bytes, input.format.info().is_some_and(|info| info.text))?;
                "kept with the rejects"
            }
            None => "left out; --rejects would keep it",
        };
        self.log.entry(Entry { change: "rejected", message: Some(kept.to_owned()), ..Entry::default() });
        Ok(())
    }
}

/// Notes what a writer found.
fn note((findings, suppressed): (&[Diagnostic], &[(Code, u64)]), log: &mut Log, summary: &mut Summary) {
    for finding in findings {
        log.finding(finding);
        summary.report.add(finding);
    }
    summary.report.add_suppressed(suppressed);
}

/// The bytes of a record in which only the label of the character set is wrong, with that label set right: leader/09 in
/// MARC 21, 100$a/26-33 in UNIMARC. `None` if more has to be done, or less.
fn relabelled(record: &Record, raw: &[u8], findings: &[Diagnostic], options: &Repair) -> Option<Vec<u8>> {
    let labels = [Code::NotMarc8, Code::CharsetMismatch];
    if !findings.iter().any(|finding| labels.contains(&finding.code)) {
        return None;
    }
    if ![Charset::Auto, record.charset()].contains(&options.to_charset) {
        return None;
    }
    let mut bytes = raw.to_vec();
    if findings.iter().any(|finding| finding.code == Code::CharsetMismatch) {
        let codes = match record.charset() {
            Charset::Utf8 => b"50      ",
            Charset::Ibm866 => b"0179    ",
            Charset::Windows1251 => b"0189    ",
            Charset::Koi8R | Charset::Koi8U => b"0199    ",
            _ => return None,
        };
        let coded = record.field(100)?.subfield('a').filter(|coded| coded.len() >= 34)?;
        let at = raw.windows(coded.len()).position(|window| window == coded.as_bytes())?.checked_add(26)?;
        bytes.get_mut(at..at.checked_add(codes.len())?)?.copy_from_slice(codes);
    } else if record.charset() == Charset::Utf8 {
        *bytes.get_mut(9)? = b'a';
    }
    // Right it is if nothing is found any more, and nothing else has changed.
    let mut reader = iso2709::SliceReader::new(&bytes, &options.reading.options());
    let mut again = Record::new();
    let sound = matches!(reader.read_record(&mut again), Ok(true)) && reader.diagnostics().is_empty();
    let whole = reader.raw().len() == bytes.len() && again.fields().len() == record.fields().len();
    let label = |tag: Tag| tag == Tag::new(*b"100");
    let mut pairs = again.fields().zip(record.fields());
    let whole = whole && pairs.all(|(new, old)| label(old.tag()) || new.raw() == old.raw());
    (sound && whole && bytes != raw).then_some(bytes)
}

/// Control number or master file number.
fn number(record: RecordRef<'_>) -> Option<String> {
    let number = record.control_number().map(|number| number.to_str_lossy().trim().to_owned());
    number.filter(|number| !number.is_empty()).or_else(|| record.mfn().map(|mfn| mfn.to_string()))
}

/// Where the list of changes goes.
enum List {
    File(Target),
    Stderr,
}

/// The list of changes.
struct Log {
    list: List,
    form: Form,
    entries: Vec<Entry>,
    quiet: bool,
    out: String,
}

/// What was found in a record, or what is different in it.
#[derive(Default, Serialize)]
struct Entry {
    change: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    record: Place<'a>,
    #[serde(flatten)]
    entry: &'a Entry,
}

#[derive(Serialize)]
struct Place<'a> {
    /// Counted from 0.
    index: u64,
    offset: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
}

impl Log {
    fn entry(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    fn finding(&mut self, finding: &Diagnostic) {
        let message = match finding.action {
            "" => finding.message.to_string(),
            action => format!("{}; {action}", finding.message),
        };
        let at = finding.location.tag.map(|tag| tag.to_string());
        let rule = Some(finding.code.id());
        self.entry(Entry { change: "found", rule, at, message: Some(message), ..Entry::default() });
    }

    /// What is different in a record of ISO 2709 that was written: leader, directory, fields.
    fn differences(&mut self, record: &Record, old: &[u8], new: &[u8]) {
        let none = Record::new();
        let mut written = Record::new();
        let options = kartoteka::ReadOptions::new();
        let read = iso2709::SliceReader::new(new, &options).read_record(&mut written);
        let written = if matches!(read, Ok(true)) { &written } else { &none };
        let mut different = false;
        for (first, last) in [(0, 4), (12, 16)].into_iter().chain((5..12).chain(17..24).map(|at| (at, at))) {
            let bytes = |record: &[u8]| record.get(first..=last).map(<[u8]>::to_vec);
            let (from, to) = (bytes(old), bytes(new));
            if from != to {
                different = true;
                let at = if first == last { format!("LDR/{first}") } else { format!("LDR/{first}-{last}") };
                let text = |bytes: Option<Vec<u8>>| bytes.map(|bytes| bytes.escape_ascii().to_string());
                self.entry(Entry {
                    change: "leader",
                    at: Some(at),
                    from: text(from),
                    to: text(to),
                    ..Entry::default()
                });
            }
        }
        let is_ascii = written.charset_reason() == kartoteka::charset::Reason::Ascii;
        if record.charset() != written.charset() && !is_ascii {
            let (from, to) = (Some(record.charset().to_string()), Some(written.charset().to_string()));
            self.entry(Entry { change: "charset", from, to, ..Entry::default() });
            different = true;
        }
        different |= self.directory(old, new);
        different |= self.fields(record.view(), written.view());
        if !different {
            let message = format!("{} bytes became {}", old.len(), new.len());
            self.entry(Entry { change: "bytes", message: Some(message), ..Entry::default() });
        }
    }

    fn directory(&mut self, old: &[u8], new: &[u8]) -> bool {
        let entries = |record: &[u8]| -> Vec<Vec<u8>> {
            let rest = record.get(24..).unwrap_or_default();
            let end = rest.iter().position(|byte| *byte == 0x1E).unwrap_or_default();
            rest.get(..end).unwrap_or_default().chunks(12).map(<[u8]>::to_vec).collect()
        };
        let (old, new) = (entries(old), entries(new));
        if old == new {
            return false;
        }
        let same = old.iter().zip(&new).filter(|(old, new)| old == new).count();
        let message =
            format!("{} of {} entries are not as they were", new.len().saturating_sub(same), new.len());
        self.entry(Entry { change: "directory", message: Some(message), ..Entry::default() });
        true
    }

    fn fields(&mut self, old: RecordRef<'_>, new: RecordRef<'_>) -> bool {
        let text = |field: kartoteka::FieldRef<'_>| {
            let mut text = String::new();
            // The policy mends all faults.
            let _ = field.raw_text().write_utf8(kartoteka::Policy::Escape, &mut text);
            text
        };
        let short = |text: String| text.chars().take(VALUE).collect::<String>();
        let mut different = false;
        let (mut old, mut new) = (old.fields(), new.fields());
        loop {
            let (from, to) = (old.next(), new.next());
            let Some(tag) = to.or(from).map(|field| field.tag()) else { return different };
            if from.map(|field| field.tag()) == to.map(|field| field.tag()) && from.map(text) == to.map(text)
            {
                continue;
            }
            different = true;
            self.entry(Entry {
                change: "field",
                at: Some(tag.to_string()),
                from: from.map(text).map(short),
                to: to.map(text).map(short),
                ..Entry::default()
            });
        }
    }

    /// Writes what was noted of the last record of an input.
    fn end_of_record(&mut self, input: &Input, id: Option<&str>) -> Result<(), Failure> {
        if self.entries.is_empty() {
            return Ok(());
        }
        let entries = std::mem::take(&mut self.entries);
        let position = input.reader.position();
        if self.form == Form::Text {
            let number = position.record.saturating_add(1);
            let id = id.map(|id| format!(", {}", printable(id))).unwrap_or_default();
            let name = printable(&input.name);
            _ = writeln!(self.out, "{name}: record {number}{id} (byte {})", position.byte);
        }
        for entry in &entries {
            match self.form {
                Form::Json => {
                    let record = Place { index: position.record, offset: position.byte, id };
                    let line = Line { file: &input.name, record, entry };
                    self.out.push_str(&serde_json::to_string(&line).unwrap_or_default());
                }
                Form::Text => self.out.push_str(&entry.text()),
            }
            self.out.push('\n');
        }
        self.flush()
    }

    fn flush(&mut self) -> Result<(), Failure> {
        let text = std::mem::take(&mut self.out);
        match &mut self.list {
            List::File(target) => target.put(text.as_bytes()),
            List::Stderr if self.quiet => Ok(()),
            List::Stderr => {
                crate::terminal::print(text.trim_end());
                Ok(())
            }
        }
    }
}

impl Entry {
    fn text(&self) -> String {
        let shown = |text: &Option<String>| match text {
            Some(text) => format!("\"{}\"", printable(&text.replace('\u{1F}', "$"))),
            None => "nothing".to_owned(),
        };
        let head = self.rule.unwrap_or(self.change);
        let mut line = format!("  {head:9}");
        if let Some(at) = &self.at {
            _ = write!(line, " {}", printable(at));
        }
        if self.from.is_some() || self.to.is_some() {
            _ = write!(line, " {} -> {}", shown(&self.from), shown(&self.to));
        }
        if let Some(message) = &self.message {
            _ = write!(line, " {}", printable(message));
        }
        line
    }
}

//! `convert`: from any readable format to any writable one.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use kartoteka::{
    Charset, Code, Diagnostic, Error, ErrorKind, Event, Format, Normalization, RecordRead, RecordWrite,
    Report, Summary, Tidy, copy_with, in_batches, isis, writer,
};

use crate::args::{Convert, Form};
use crate::compression::uncompressed_name;
use crate::edit::Editor;
use crate::failure::{Failure, Outcome};
use crate::input::{Input, Run};
use crate::output::{Output, Target, is_stdout, refuse_to_replace};
use crate::report::{Reporter, outcome};
use crate::summary::Tally;
use crate::terminal::Style;

pub(crate) fn run(options: &Convert) -> Result<Outcome, Failure> {
    let started = Instant::now();
    let format = output_format(options)?;
    let reading = &options.reading;
    let mut run = Run::new(reading, is_stdout(&options.output))?;
    // An output that is written directly is emptied when it is opened: only for an input that can be read.
    let mut first = reading.inputs.first().map(|path| run.open(path)).transpose()?;
    let output = Output::open(&options.output, &reading.inputs)?;
    let rejects = match &options.rejects {
        Some(path) => Some(Rejects::open(path, &reading.inputs)?),
        None => None,
    };
    let slots = match format {
        Format::Mst => Some(output.cross_reference(&options.output, &reading.inputs)?),
        _ => None,
    };
    let made = match &slots {
        Some(slots) => {
            let (mst, xrf) = (output.sink.clone(), slots.sink.clone());
            isis::Writer::create(mst, xrf, isis::Layout::IRBIS64, &options.options())
                .map(|writer| Box::new(writer) as Box<dyn RecordWrite + Send>)
        }
        None => writer(format, output.writer(&options.output)?, &options.options()),
    };
    let made = made.map_err(|error| Failure::new(error.to_string()))?;
    let utf8 = becomes_utf8(options, format);
    let mut records = Editor::around(made, &options.edits, utf8);
    let in_parts = !options.jobs.is_one() && records.takes_parts() && !options.single_record;
    let mut summary = Summary::default();
    let mut bytes_read = 0u64;
    for path in &reading.inputs {
        let mut input = match first.take() {
            Some(input) => input,
            None => run.open(path)?,
        };
        let mut copy =
            Copy { options, format, rejects: rejects.as_ref(), output: &output, summary: &mut summary };
        // Of what is lost and what is rejected, the order is known where batches are cut off unread.
        let in_order =
            rejects.is_none() || matches!(input.format, Format::Iso2709 | Format::Json | Format::Ndjson);
        match in_parts && in_order {
            true => copy.in_parts(&mut input, &mut *records, &mut run.reporter)?,
            false => copy.all(&mut input, &mut *records, &mut run.reporter)?,
        }
        bytes_read = bytes_read.saturating_add(input.reader.position().byte);
    }
    let finished = records.finish();
    drop(records);
    finished.map_err(|error| output.sink.failure().unwrap_or_else(|| Failure::new(error.to_string())))?;
    if let Some(failure) = output.sink.failure() {
        return Err(failure); // what a compressed file ends with could not be written
    }
    let bytes_written = output.sink.written();
    if let Some(rejects) = rejects {
        rejects.commit()?;
    }
    output.commit()?;
    if let Some(slots) = slots {
        slots.commit()?;
    }
    run.reporter.finish();
    let tally = Tally::new(&summary, bytes_read, bytes_written, started.elapsed());
    match options.summary {
        Some(Form::Json) => crate::terminal::print(&tally.json()),
        Some(Form::Text) => crate::terminal::print(&tally.text(Style::of_stderr(reading.talk.color))),
        None => run.reporter.say(&tally.text(Style::of_stderr(reading.talk.color))),
    }
    let clean = summary.rejected == 0 && summary.replaced == 0 && !has_losses(&summary.report);
    Ok(if clean { outcome(&summary.report, reading.fail_on) } else { Outcome::Findings })
}

/// Whether all records become UTF-8.
fn becomes_utf8(options: &Convert, format: Format) -> bool {
    options.to_charset == Charset::Utf8 || format.info().is_some_and(|info| info.utf8_only)
}

/// A reader that puts text right as the options say.
fn tidy<'a>(
    reader: &'a mut (dyn RecordRead + Send),
    options: &Convert,
    format: Format,
) -> Box<dyn RecordRead + Send + 'a> {
    if options.repair.is_empty() && options.normalize == Normalization::AsIs {
        return Box::new(reader);
    }
    // ISO 2709 and exchange text keep the character set of each record, unless another is named.
    let keeps = options.to_charset == Charset::Auto && matches!(format, Format::Iso2709 | Format::IrbisText);
    let other = !matches!(options.to_charset, Charset::Auto | Charset::Utf8);
    let tidy = Tidy::new(reader).normalize(options.normalize).unicode_only(keeps || other);
    Box::new(options.repair.iter().fold(tidy, |tidy, repair| tidy.repair(*repair)))
}

/// One input on its way to the output.
struct Copy<'a> {
    options: &'a Convert,
    format: Format,
    rejects: Option<&'a Rejects>,
    output: &'a Output,
    summary: &'a mut Summary,
}

impl Copy<'_> {
    fn all(
        &mut self,
        input: &mut Input,
        records: &mut dyn RecordWrite,
        reporter: &mut Reporter,
    ) -> Result<(), Failure> {
        let mut stop = None;
        let strict = self.options.reading.strict;
        let is_text = input.format.info().is_some_and(|info| info.text);
        let rejects = self.rejects;
        if let Some(rejects) = rejects {
            rejects.listen(input);
        }
        let name = &input.name;
        let suppressed = self.summary.report.unlisted();
        let mut watch = |event: Event<'_>| {
            match event {
                Event::Finding(finding) => reporter.finding(name, finding),
                Event::Rejected { error, read: false, .. } if strict => {
                    if let Some(finding) = error.diagnostic() {
                        stop = Some(reporter.stopped(name, finding));
                        return Err(Error::new(ErrorKind::Malformed(finding.clone())));
                    }
                }
                Event::Rejected { raw, .. } => {
                    if let Some(rejects) = rejects
                        && let Err(failure) = rejects.keep(raw, is_text)
                    {
                        stop = Some(failure);
                        return Err(Error::new(ErrorKind::Argument("no room for rejects".to_owned())));
                    }
                }
                Event::Record(_) => reporter.progress.record(),
                _ => {}
            }
            Ok(())
        };
        let mut reader = tidy(&mut *input.reader, self.options, self.format);
        let copied = copy_with(&mut *reader, records, self.summary, &mut watch);
        drop(reader);
        reporter.suppressed(self.summary.report.unlisted().saturating_sub(suppressed));
        copied.map_err(|error| {
            reporter.progress.finish();
            stop.or_else(|| self.output.sink.failure()).unwrap_or_else(|| Failure::reading(name, &error))
        })
    }
}

/// What came of a batch that another thread copied.
#[derive(Default)]
struct Part {
    bytes: Vec<u8>,
    summary: Summary,
    told: Vec<Told>,
    /// Why copying ended early.
    failed: Option<Error>,
    /// The finding at which strict reading stops.
    stop: Option<Diagnostic>,
}

/// What is to be said, and kept, of a batch.
enum Told {
    Finding(Diagnostic),
    Rejected(Vec<u8>),
    Lost(Vec<u8>),
}

impl Copy<'_> {
    /// As [`Copy::all`], with batches of records on several threads.
    fn in_parts(
        &mut self,
        input: &mut Input,
        records: &mut dyn RecordWrite,
        reporter: &mut Reporter,
    ) -> Result<(), Failure> {
        let (options, format, rejects) = (self.options, self.format, self.rejects);
        let is_text = input.format.info().is_some_and(|info| info.text);
        let name = input.name.clone();
        let spare = Mutex::new(Vec::new());
        let work = |batch: &mut (dyn RecordRead + Send)| {
            let bytes = spare.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
            copy_part(batch, options, format, rejects.is_some(), bytes)
        };
        let (mut failure, mut unlisted) = (None, 0u64);
        let mut take = |mut part: Part| -> Result<(), Failure> {
            unlisted = unlisted.saturating_add(part.summary.report.unlisted());
            for told in &part.told {
                match (told, rejects) {
                    (Told::Finding(finding), _) => reporter.finding(&name, finding),
                    (Told::Rejected(raw), Some(rejects)) => rejects.keep(raw, is_text)?,
                    (Told::Lost(bytes), Some(rejects)) => rejects.put(bytes)?,
                    (_, None) => {}
                }
            }
            (0..part.summary.read).for_each(|_| reporter.progress.record());
            self.summary.merge(&part.summary);
            records.append(&part.bytes).map_err(|error| {
                self.output.sink.failure().unwrap_or_else(|| Failure::reading(&name, &error))
            })?;
            part.bytes.clear();
            spare.lock().unwrap_or_else(PoisonError::into_inner).push(part.bytes);
            match (part.stop, part.failed) {
                (Some(finding), _) => Err(reporter.stopped(&name, &finding)),
                (None, Some(error)) => {
                    reporter.progress.finish();
                    Err(Failure::reading(&name, &error))
                }
                (None, None) => Ok(()),
            }
        };
        let mut done = |part| {
            take(part).map_err(|why| {
                failure = Some(why);
                Error::new(ErrorKind::Argument("the run ended early".to_owned()))
            })
        };
        let copied = in_batches(&mut *input.reader, options.jobs.count(), work, &mut done);
        reporter.suppressed(unlisted);
        copied.map_err(|error| {
            reporter.progress.finish();
            failure.unwrap_or_else(|| Failure::reading(&name, &error))
        })
    }
}

/// Copies a batch of records to memory: behind `bytes`, which are none.
fn copy_part(
    batch: &mut (dyn RecordRead + Send),
    options: &Convert,
    format: Format,
    keeps_rejects: bool,
    bytes: Vec<u8>,
) -> Part {
    let mut part = Part { bytes, ..Part::default() };
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = |what: Told| told.lock().unwrap_or_else(PoisonError::into_inner).push(what);
    if keeps_rejects {
        let told = Arc::clone(&told);
        batch.on_lost(Box::new(move |bytes| {
            told.lock().unwrap_or_else(PoisonError::into_inner).push(Told::Lost(bytes.to_vec()));
        }));
    }
    let strict = options.reading.strict;
    let mut stop = None;
    let mut watch = |event: Event<'_>| {
        match event {
            Event::Finding(finding) => tell(Told::Finding(finding.clone())),
            Event::Rejected { error, read: false, .. } if strict => {
                if let Some(finding) = error.diagnostic() {
                    stop = Some(finding.clone());
                    return Err(Error::new(ErrorKind::Malformed(finding.clone())));
                }
            }
            Event::Rejected { raw, .. } if keeps_rejects => tell(Told::Rejected(raw.to_vec())),
            _ => {}
        }
        Ok(())
    };
    let copied = writer(format, &mut part.bytes, &options.options().part(true)).and_then(|to| {
        let mut to = Editor::around(to, &options.edits, becomes_utf8(options, format));
        let mut from = tidy(batch, options, format);
        let copied = copy_with(&mut *from, &mut *to, &mut part.summary, &mut watch);
        copied.and(to.finish())
    });
    part.failed = copied.err();
    part.stop = stop;
    part.told = std::mem::take(&mut *told.lock().unwrap_or_else(PoisonError::into_inner));
    part
}

/// Where what is rejected goes: records, and what stands between them and belongs to none.
#[derive(Clone)]
pub(crate) struct Rejects(Arc<Mutex<Target>>);

impl Rejects {
    pub(crate) fn open(path: &Path, inputs: &[PathBuf]) -> Result<Rejects, Failure> {
        Ok(Rejects(Arc::new(Mutex::new(Target::open(path, inputs)?))))
    }

    fn put(&self, bytes: &[u8]) -> Result<(), Failure> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).put(bytes)
    }

    /// Keeps what the reader of an input passes over as damage. If that fails, it is told in the end.
    pub(crate) fn listen(&self, input: &mut Input) {
        let rejects = self.clone();
        input.reader.on_lost(Box::new(move |bytes| {
            let _ = rejects.put(bytes);
        }));
    }

    /// Writes a rejected record; one of a text format ends with a line, so that the next one begins with a line.
    pub(crate) fn keep(&self, raw: &[u8], is_text: bool) -> Result<(), Failure> {
        self.put(raw)?;
        match !is_text || raw.is_empty() || raw.ends_with(b"\n") {
            true => Ok(()),
            false => self.put(b"\n"),
        }
    }

    /// All readers must be gone.
    pub(crate) fn commit(self) -> Result<(), Failure> {
        match Arc::into_inner(self.0) {
            Some(target) => {
                target.into_inner().unwrap_or_else(PoisonError::into_inner).commit()?;
                Ok(())
            }
            None => Err(Failure::new("rejects: an input is still being read")),
        }
    }
}

/// Whether writing left anything out.
pub(crate) fn has_losses(report: &Report) -> bool {
    let lossy = [
        Code::CharacterNotAllowed,
        Code::TagTooWide,
        Code::Unencodable,
        Code::SubfieldLost,
        Code::DelimiterInValue,
    ];
    lossy.into_iter().any(|code| report.count(code) > 0)
}

/// The format to write, if all else on the command line goes with it.
fn output_format(options: &Convert) -> Result<Format, Failure> {
    let by_extension =
        || Format::from_extension(uncompressed_name(&options.output)).filter(|_| !is_stdout(&options.output));
    let Some(format) = options.to.or_else(by_extension) else {
        let why = match is_stdout(&options.output) {
            true => "no format for the output: give --to",
            false => "its extension names no format: give --to",
        };
        return Err(match is_stdout(&options.output) {
            true => Failure::new(why),
            false => Failure::at(options.output.display(), why),
        });
    };
    let charset = options.to_charset;
    let utf8_only = format.info().is_some_and(|info| info.utf8_only);
    if utf8_only && !matches!(charset, Charset::Auto | Charset::Utf8) {
        return Err(Failure::new(format!("{format} is always UTF-8: it cannot be written in {charset}")));
    }
    if options.rejects.as_deref().is_some_and(|rejects| is_one_place(rejects, &options.output)) {
        return Err(Failure::new("--rejects and --output name the same place"));
    }
    if let Some(rejects) = &options.rejects {
        refuse_to_replace(rejects, &options.reading.inputs)?;
    }
    Ok(format)
}

pub(crate) fn is_one_place(one: &Path, other: &Path) -> bool {
    let place = |path: &Path| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        match (std::fs::canonicalize(path), std::fs::canonicalize(folder), path.file_name()) {
            (Ok(place), ..) => place,
            (_, Ok(folder), Some(name)) => folder.join(name),
            _ => path.to_owned(),
        }
    };
    is_stdout(one) && is_stdout(other) || place(one) == place(other)
}

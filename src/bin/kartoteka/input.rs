//! The inputs of a run, and the records in them.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use kartoteka::{
    Charset, Code, Detection, Diagnostic, Format, Peek, ReadOptions, Record, RecordRead, Report, Severity,
    open_with, reader,
};

use crate::args::Reading;
use crate::compression::{decompress, uncompressed_name};
use crate::failure::{Failure, Outcome, reason};
use crate::place::Bytes;
use crate::progress::Progress;
use crate::report::{Reporter, outcome};

/// An input that was opened.
pub(crate) struct Input {
    pub(crate) name: String,
    pub(crate) format: Format,
    /// How the format was found out, if it was not given.
    pub(crate) detection: Option<Detection>,
    pub(crate) reader: Box<dyn RecordRead + Send>,
    /// The first of the bytes before the last record that belong to none, to be shown.
    lost: Arc<Mutex<Vec<u8>>>,
}

/// How many lost bytes are kept to be shown.
const LOST: usize = 48;

impl Input {
    fn new(
        name: String,
        format: Format,
        detection: Option<Detection>,
        mut reader: Box<dyn RecordRead + Send>,
    ) -> Input {
        let lost = lost_by(&mut *reader);
        Input { name, format, detection, reader, lost }
    }

    /// The bytes that a finding in the last record is about, and where they begin: those of the record, or what was
    /// lost before it. `record` is what was read of it.
    pub(crate) fn bytes_of<'a>(&'a self, finding: &Diagnostic, record: Option<&Record>) -> Bytes<'a> {
        let lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        bytes_of(finding, self.format, record, (self.reader.raw(), self.reader.position().byte), &lost)
    }
}

/// The first of the bytes that belong to no record, which `reader` passes over from now on.
pub(crate) fn lost_by(reader: &mut (dyn RecordRead + Send)) -> Arc<Mutex<Vec<u8>>> {
    let lost = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&lost);
    reader.on_lost(Box::new(move |bytes| {
        let mut lost = sink.lock().unwrap_or_else(PoisonError::into_inner);
        let room = LOST.saturating_sub(lost.len()).min(bytes.len());
        lost.extend_from_slice(bytes.get(..room).unwrap_or_default());
    }));
    lost
}

/// The bytes that a finding is about: those of its record, which begin at `start`, or what was lost before it.
pub(crate) fn bytes_of<'a>(
    finding: &Diagnostic,
    format: Format,
    record: Option<&Record>,
    (raw, start): (&'a [u8], u64),
    lost: &[u8],
) -> Bytes<'a> {
    let is_text = format.info().is_some_and(|info| info.text);
    let charset = record.map_or(Charset::Utf8, Record::charset);
    let place = &finding.location;
    if place.byte < start && place.len > 0 || raw.is_empty() {
        let wanted = place.len.min(lost.len() as u64);
        if finding.code == Code::Garbage && wanted > 0 {
            return Bytes { bytes: Cow::Owned(lost.to_vec()), start: place.byte, is_text, charset };
        }
    }
    Bytes { bytes: Cow::Borrowed(raw), start, is_text, charset }
}

/// What comes next in an input.
pub(crate) enum Next {
    /// A record was read.
    Record,
    /// A record of which nothing could be read, and why.
    Unreadable(Diagnostic),
    End,
}

/// What is the same in all commands that read: options, messages, counts.
pub(crate) struct Run<'a> {
    pub(crate) reading: &'a Reading,
    pub(crate) reporter: Reporter,
    pub(crate) report: Report,
    options: ReadOptions,
}

impl<'a> Run<'a> {
    /// Checks that all inputs are there; `data_on_stdout` as in [`Progress::new`].
    pub(crate) fn new(reading: &'a Reading, data_on_stdout: bool) -> Result<Run<'a>, Failure> {
        let mut total = Some(0u64);
        let mut stdin = false;
        for path in &reading.inputs {
            if is_stdin(path) {
                if std::mem::replace(&mut stdin, true) {
                    return Err(Failure::new("standard input can be read only once"));
                }
                total = None;
                continue;
            }
            let found = std::fs::metadata(path)
                .map_err(|why| Failure::at(path.display(), format_args!("cannot open: {}", reason(&why))))?;
            let size = found.is_file().then_some(found.len());
            total = total.zip(size).map(|(total, size)| total.saturating_add(size));
        }
        let progress = Progress::new(reading.talk, total, data_on_stdout);
        let reporter = Reporter::new(reading.talk, progress);
        Ok(Run { reading, reporter, report: Report::default(), options: reading.options() })
    }

    /// Opens an input, finding out its format if it was not given.
    pub(crate) fn open(&self, path: &Path) -> Result<Input, Failure> {
        let name = if is_stdin(path) { "stdin".to_owned() } else { path.display().to_string() };
        let source: Box<dyn Read + Send> = if is_stdin(path) {
            Box::new(io::stdin())
        } else {
            let file = File::open(path)
                .map_err(|why| Failure::at(&name, format_args!("cannot open: {}", reason(&why))))?;
            Box::new(file)
        };
        let source = self.reporter.progress.watch(source);
        let addressed = |detection| -> Result<Input, Failure> {
            let reader = open_with(path, Some(Format::Mst), &self.options)
                .map_err(|error| Failure::reading(&name, &error))?;
            Ok(Input::new(name.clone(), Format::Mst, detection, reader))
        };
        if self.reading.from == Some(Format::Mst) && !is_stdin(path) {
            return addressed(None);
        }
        let failed = |error: kartoteka::Error| Failure::reading(&name, &error);
        let (source, compression) = decompress(source)
            .map_err(|why| Failure::at(&name, format_args!("cannot read: {}", reason(&why))))?;
        if let Some(compression) = compression {
            self.reporter.detail(&name, &format!("compressed with {}", compression.name()));
        }
        if let Some(format) = self.reading.from {
            let reader = reader(source, Some(format), &self.options).map_err(failed)?;
            return Ok(Input::new(name, format, None, reader));
        }
        let source = Peek::new(source).map_err(failed)?;
        let uncompressed = uncompressed_name(path);
        let found =
            source.detect((!is_stdin(path)).then_some(uncompressed.as_path())).map_err(
                |error| match error.is_io() {
                    true => Failure::reading(&name, &error),
                    false if error.to_string().contains("not recognized") => {
                        Failure::at(&name, format_args!("{error} (--from names the format)"))
                    }
                    false => Failure::at(&name, error),
                },
            )?;
        self.reporter.detail(&name, &format!("{} ({}: {})", found.format, found.confidence, found.reason));
        let format = found.format;
        if format == Format::Mst && !is_stdin(path) && compression.is_none() {
            return addressed(Some(found));
        }
        let reader = reader(source, Some(format), &self.options).map_err(failed)?;
        Ok(Input::new(name, format, Some(found), reader))
    }

    /// Reads the next record, and reports what is found. Fails where reading cannot go on, or must not, because it is
    /// strict.
    pub(crate) fn next(&mut self, input: &mut Input, record: &mut Record) -> Result<Next, Failure> {
        input.lost.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let read = input.reader.read_record(record);
        for finding in input.reader.diagnostics() {
            self.report.add(finding);
            self.reporter.finding(&input.name, finding);
        }
        self.report.add_suppressed(input.reader.suppressed());
        let suppressed = input.reader.suppressed().iter().map(|(_, count)| count);
        self.reporter.suppressed(suppressed.sum());
        let error = match read {
            Ok(false) => return Ok(Next::End),
            Ok(true) => {
                self.reporter.progress.record();
                return Ok(Next::Record);
            }
            Err(error) => error,
        };
        let Some(finding) = error.diagnostic() else {
            self.reporter.progress.finish();
            return Err(Failure::reading(&input.name, &error));
        };
        if !input.reader.diagnostics().contains(finding) {
            self.report.add(finding);
            self.reporter.finding(&input.name, finding);
        }
        if self.reading.strict {
            return Err(self.reporter.stopped(&input.name, finding));
        }
        self.reporter.progress.record();
        Ok(Next::Unreadable(finding.clone()))
    }

    /// Ends the run, and says what the exit status is.
    pub(crate) fn finish(&mut self) -> Outcome {
        self.reporter.finish();
        outcome(&self.report, self.fail_on())
    }

    fn fail_on(&self) -> Severity {
        self.reading.fail_on
    }
}

pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

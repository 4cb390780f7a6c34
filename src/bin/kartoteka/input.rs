//! The inputs of a run, and the records in them.

use std::fs::Metadata;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use kartoteka::{
    Can, Content, Detection, Event, Finding, Format, Item, Pass, Peek, ReadOptions, RecordRead, Rule, Tally,
    Transform, open_with, reader,
};

use crate::command::options::Reading;
use crate::failure::{Failure, Outcome, open, reason};
use crate::progress::Progress;
use crate::report::{Reporter, outcome};
use crate::terminal::complain;
use kartoteka::compression::{decompress, uncompressed_name};

/// An input that was opened.
pub(crate) struct Input {
    pub(crate) path: PathBuf,
    pub(crate) name: String,
    pub(crate) format: Format,
    /// How the format was found out, if it was not given.
    pub(crate) detection: Option<Detection>,
    pub(crate) reader: Box<dyn RecordRead + Send>,
}

/// What is the same in all commands that read: options, messages, counts.
pub(crate) struct Run<'a> {
    pub(crate) reading: &'a Reading,
    pub(crate) reporter: Reporter,
    pub(crate) report: Tally,
    options: ReadOptions,
    rest: std::slice::Iter<'a, PathBuf>,
    /// Whether an input could not be opened, and whether one could.
    not_all: bool,
    any: bool,
}

impl<'a> Run<'a> {
    /// Makes a run over the inputs of the options; `data_on_stdout` as in [`Progress::new`].
    pub(crate) fn new(reading: &'a Reading, data_on_stdout: bool) -> Result<Run<'a>, Failure> {
        if reading.inputs.is_empty() {
            return Err(Failure::new(
                "no input: name files, or - for standard input, which is a terminal here",
            ));
        }
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
            let found = std::fs::metadata(path).ok().filter(Metadata::is_file);
            let size = found.map(|found| found.len());
            total = total.zip(size).map(|(total, size)| total + size);
        }
        let progress = Progress::new(reading.verbosity, total, data_on_stdout);
        let reporter = Reporter::new(reading.verbosity, progress);
        let (report, options, rest) = (Tally::default(), reading.options(), reading.inputs.iter());
        Ok(Run { reading, reporter, report, options, rest, not_all: false, any: false })
    }

    /// Opens the next input that can be opened, and says of each that cannot why. `None` after the last.
    pub(crate) fn next_input(&mut self) -> Result<Option<Input>, Failure> {
        while let Some(path) = self.rest.next() {
            match self.open(path) {
                Err(Failure::Message(why)) if !self.reading.strict => {
                    self.not_all = true;
                    self.reporter.progress.print(|| complain(&why));
                }
                other => {
                    self.any = true;
                    return other.map(Some);
                }
            }
        }
        Ok(None)
    }

    /// Returns whether no input could be opened: there is nothing to print then.
    pub(crate) fn is_unread(&self) -> bool {
        !self.any
    }

    /// As [`Run::next_input`], but fails if the input is in another format than those before.
    pub(crate) fn next_of(&mut self, format: Format) -> Result<Option<Input>, Failure> {
        let next = self.next_input()?;
        match &next {
            Some(input) if input.format != format => {
                let why =
                    format!("is {}, the input before it {format}: convert one of them first", input.format);
                Err(Failure::at(&input.name, why))
            }
            _ => Ok(next),
        }
    }

    /// Opens an input, finding out its format if it was not given.
    pub(crate) fn open(&self, path: &Path) -> Result<Input, Failure> {
        let name = if is_stdin(path) { "stdin".to_owned() } else { path.display().to_string() };
        let made = |format, detection, reader| Input {
            path: path.to_owned(),
            name: name.clone(),
            format,
            detection,
            reader,
        };
        let source: Box<dyn Read + Send> = match is_stdin(path) {
            true => Box::new(io::stdin()),
            false => Box::new(open(path)?),
        };
        let source = self.reporter.progress.watch(source);
        let failed = |error: kartoteka::Error| Failure::reading(&name, &error);
        let addressed = |format: Format, detection| -> Result<Input, Failure> {
            let reader = open_with(path, Some(format), &self.options).map_err(failed)?.into_inner();
            Ok(made(format, detection, reader))
        };
        let by_path = |format: Format| format.can(Can::Seek) || self.options.part.is_some();
        if let Some(format) = self.reading.from.filter(|format| by_path(*format) && !is_stdin(path)) {
            return addressed(format, None);
        }
        let (source, compression) = decompress(source)
            .map_err(|why| Failure::at(&name, format_args!("cannot read: {}", reason(&why))))?;
        if let Some(compression) = compression {
            self.reporter.detail(&name, &format!("compressed with {}", compression.name()));
        }
        if let Some(format) = self.reading.from {
            let reader = reader(source, Some(format), &self.options).map_err(failed)?.into_inner();
            return Ok(made(format, None, reader));
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
        if by_path(format) && !is_stdin(path) && compression.is_none() {
            return addressed(format, Some(found));
        }
        let reader = reader(source, Some(format), &self.options).map_err(failed)?.into_inner();
        Ok(made(format, Some(found), reader))
    }

    /// Returns a pass over the records of a reader, as strict as the options say.
    pub(crate) fn pass<R: RecordRead>(&self, reader: R) -> Pass<R> {
        Pass::new(reader).strict(self.reading.strict)
    }

    /// Reads the next item of the input `name`, and reports what is found. Fails where reading cannot go on, or must not,
    /// because it is strict.
    pub(crate) fn next<'p, R: RecordRead, C: Transform>(
        &mut self,
        name: &str,
        pass: &'p mut Pass<R, C>,
    ) -> Result<Option<Item<'p>>, Failure> {
        let item = pass.item().map_err(|error| self.named(name, error.into()))?;
        if let Some(item) = &item {
            self.note(name, item.findings, item.unlisted);
            if !matches!(item.content, Content::Rest) {
                self.reporter.progress.record();
            }
        }
        Ok(item)
    }

    /// Reports what happens during a copy, but for what is rejected.
    pub(crate) fn event<C>(&mut self, name: &str, event: &Event<'_, C>) {
        match event {
            Event::Finding(finding) => self.reporter.finding(name, finding),
            Event::Unlisted(unlisted) => {
                self.reporter.unlisted(unlisted.iter().map(|(_, count)| count).sum())
            }
            Event::Record(_) => self.reporter.progress.record(),
            _ => {}
        }
    }

    /// Counts and reports findings.
    pub(crate) fn note(&mut self, name: &str, findings: &[Finding], unlisted: &[(Rule, u64)]) {
        for finding in findings {
            self.report.add(finding);
            self.reporter.finding(name, finding);
        }
        self.report.add_unlisted(unlisted);
        self.reporter.unlisted(unlisted.iter().map(|(_, count)| count).sum());
    }

    /// Says of which input an error of the library is.
    pub(crate) fn named(&self, name: &str, failure: Failure) -> Failure {
        let Failure::Library(error) = failure else { return failure };
        match error.finding().filter(|_| self.reading.strict) {
            Some(finding) => self.reporter.stopped(name, finding),
            None => {
                self.reporter.progress.finish();
                Failure::reading(name, &error)
            }
        }
    }

    /// Ends the run, and returns what its findings mean for the exit status.
    pub(crate) fn finish(&mut self) -> Outcome {
        self.reporter.finish();
        self.end(outcome(&self.report, self.reading.fail_on()))
    }

    /// Returns the outcome of a run that comes to `outcome` with the inputs that could be opened.
    pub(crate) fn end(&self, outcome: Outcome) -> Outcome {
        if self.not_all { Outcome::NotAll } else { outcome }
    }
}

pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

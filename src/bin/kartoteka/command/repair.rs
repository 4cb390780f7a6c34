//! `repair`: damaged and mislabelled records repaired, and every change listed.

use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use kartoteka::repair::{Change, Repaired, Repairer};
use kartoteka::report::RunSummary;
use kartoteka::{Charset, Position, RecordRead, Repairs, TextRepair, WriteOptions};

use crate::command::EXIT_STATUS;
use crate::command::options::{AnswerForm, Reading};
use crate::failure::{Failure, Outcome};
use crate::input::Run;
use crate::names;
use crate::output::{Output, Target, is_one_place, is_stdout, refuse_to_replace};
use crate::rejects::Rejects;

/// Repair damaged and mislabelled records, and list every change
///
/// Sound records keep their bytes. Damaged ones are read as far as they can be and built anew, with right lengths and a
/// right directory. Where only the label of the character set is wrong, that alone is changed, and nothing moves. What
/// cannot be read goes to --rejects. Exit status 1 tells that something was damaged, as for all commands.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct Options {
    #[command(flatten)]
    pub(crate) reading: Reading,

    /// File to write, in the format of the input; - is standard output
    #[arg(short, long, value_name = "FILE", required = true)]
    pub(crate) output: PathBuf,

    /// Transcode to this character set, and label the records so [default: that of each record]
    #[arg(long, value_name = "NAME", default_value = "auto", hide_default_value = true)]
    #[arg(value_parser = names::output_charset)]
    pub(crate) to_charset: Charset,

    /// Faults of text to put right too; each change is listed
    #[arg(long, value_name = "FAULT,...", value_delimiter = ',', value_parser = names::named::<TextRepair>())]
    pub(crate) repair: Vec<TextRepair>,

    /// File for the original bytes of what could not be read or written; empty if there was nothing
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,

    /// File for the list of changes [default: standard output, or standard error if records go to the output]
    #[arg(long, value_name = "FILE")]
    pub(crate) changes: Option<PathBuf>,

    /// Form of the list of changes; json is an object a line
    #[arg(long, value_name = "FORM", value_enum, default_value_t = AnswerForm::Text)]
    pub(crate) format: AnswerForm,

    /// Form of the summary on standard error; printed with --quiet too, if given [default: text]
    #[arg(long, value_name = "FORM", value_enum)]
    pub(crate) summary: Option<AnswerForm>,
}

/// The list of changes.
struct Log {
    /// `None` for standard error.
    file: Option<Target>,
    form: AnswerForm,
    quiet: bool,
}

impl Log {
    /// Writes the changes of one record.
    fn record(&mut self, name: &str, position: Position, repaired: &Repaired) -> Result<(), Failure> {
        let (changes, id) = (&repaired.changes, repaired.id.as_deref());
        if changes.is_empty() {
            return Ok(());
        }
        let mut lines: Vec<String> = match self.form {
            AnswerForm::Text => vec![Change::head(name, position, id)],
            AnswerForm::Json => Vec::new(),
        };
        lines.extend(changes.iter().map(|change| match self.form {
            AnswerForm::Text => change.text(),
            AnswerForm::Json => change.json(name, position, id),
        }));
        let text = lines.join("\n");
        match &mut self.file {
            Some(file) => file.put((text + "\n").as_bytes()),
            None if self.quiet => Ok(()),
            None => {
                crate::terminal::print(&text);
                Ok(())
            }
        }
    }
}

pub(crate) fn run(options: &Options) -> Result<Outcome, Failure> {
    let started = Instant::now();
    let reading = &options.reading;
    refuse_one_place(options)?;
    let records_on_stdout = is_stdout(&options.output);
    let mut run = Run::new(reading, records_on_stdout)?;
    run.reporter = run.reporter.without_findings();
    let mut next = run.next_input()?;
    let Some(format) = next.as_ref().map(|input| input.format) else { return Ok(Outcome::NotAll) };
    let changes = match &options.changes {
        Some(path) => Some(Target::open(path, &reading.inputs)?),
        None if records_on_stdout => None,
        None => Some(Target::open(Path::new("-"), &[])?),
    };
    let mut log = Log { file: changes, form: options.format, quiet: reading.verbosity.quiet };
    let rejects = options.rejects.as_ref().map(|path| Target::open(path, &reading.inputs)).transpose()?;
    let rejects = rejects.map(Rejects::new);
    let output = Output::open(&options.output, &reading.inputs)?;
    let sink = BufWriter::new(output.writer(&options.output)?);
    let write = WriteOptions::new().charset(options.to_charset);
    let mut repairer = Repairer::new(sink, format, &reading.options(), &write)?;
    let failed = |error| output.failure(Failure::Library(error));
    let mut bytes_read = 0u64;
    while let Some(mut input) = next {
        if let Some(rejects) = &rejects {
            input.reader.on_garbage(rejects.sink());
        }
        let repairs = options.repair.iter().fold(Repairs::new(), |repairs, one| repairs.repair(*one));
        let mut pass = run.pass(&mut input.reader).transform(repairs);
        while let Some(item) = run.next(&input.name, &mut pass)? {
            let mut repaired = repairer.item(&item).map_err(failed)?;
            if repaired.rejected {
                let message = match &rejects {
                    Some(rejects) => {
                        rejects.keep(item.raw(), format.is_text())?;
                        "kept with the rejects"
                    }
                    None => "left out; --rejects would keep it",
                };
                repaired.changes.push(Change::rejected(message));
            }
            log.record(&input.name, item.position(), &repaired)?;
        }
        bytes_read += input.reader.position().byte;
        next = run.next_of(format)?;
    }
    repairer.finish().map_err(failed)?;
    let (counts, mut summary) = (repairer.counts(), repairer.summary().clone());
    drop(repairer);
    rejects.map(Rejects::commit).transpose()?;
    let bytes_written = output.commit()?;
    log.file.map(Target::commit).transpose()?;
    for (code, count) in run.report.iter() {
        summary.report.add_unlisted(&[(code, count)]);
    }
    run.reporter.progress.finish();
    let tally = RunSummary::new(&summary, bytes_read, bytes_written, started.elapsed());
    run.reporter.summary(&tally, options.summary, &format!("{}\n", counts.line(summary.written)));
    Ok(run.end(tally.exit_status(reading.fail_on()).into()))
}

fn refuse_one_place(options: &Options) -> Result<(), Failure> {
    let files = [Some(&options.output), options.rejects.as_ref(), options.changes.as_ref()];
    let files: Vec<_> = files.into_iter().flatten().collect();
    for (number, one) in files.iter().enumerate() {
        if files.iter().skip(number + 1).any(|other| is_one_place(one, other)) {
            return Err(Failure::new("--output, --rejects and --changes must be different places"));
        }
    }
    let others = [&options.rejects, &options.changes].into_iter().flatten();
    others
        .filter(|path| !is_stdout(path))
        .try_for_each(|path| refuse_to_replace(path, &options.reading.inputs))
}

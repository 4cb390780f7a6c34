//! `append`: records added to a base.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use kartoteka::report::RunSummary;
use kartoteka::{Charset, Copying, Event, Findings, Record, RecordWrite, Summary, WriteOptions, isis};

use crate::command::EXIT_STATUS;
use crate::command::options::Reading;
use crate::failure::{Failure, Outcome};
use crate::input::Run;
use crate::names;
use crate::output::{Target, refuse_to_replace};
use crate::rejects::Rejects;

/// Add records to an IRBIS64, IRBIS32 or CDS/ISIS base, all or nothing
///
/// Records get the next free numbers of the base. The base reads as before until the last record is written, and as it was
/// if the run fails or is killed. A lock keeps other writers out. The dictionary is not changed: let the program that uses
/// the base bring it up to date.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct Options {
    #[command(flatten)]
    pub(crate) reading: Reading,

    /// The base: its master file or parameter file
    #[arg(long, value_name = "BASE")]
    pub(crate) to: PathBuf,

    /// Character set of new records in CDS/ISIS and IRBIS32 [default: that of each record; IRBIS64 is always UTF-8]
    #[arg(long, value_name = "NAME", default_value = "auto", hide_default_value = true)]
    #[arg(value_parser = names::output_charset)]
    pub(crate) to_charset: Charset,

    /// Keep the numbers of records that have one: a record of the base with the same number gets a new version
    #[arg(long)]
    pub(crate) keep_mfn: bool,

    /// File for the original bytes of all records that could not be read or not be written; empty if there were none
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,
}

pub(crate) fn run(options: &Options) -> Result<Outcome, Failure> {
    let started = Instant::now();
    let reading = &options.reading;
    refuse_to_replace(&options.to, &reading.inputs)?;
    let mut run = Run::new(reading, false)?;
    let mut next = run.next_input()?;
    if next.is_none() {
        return Ok(Outcome::NotAll);
    }
    let rejects = options.rejects.as_ref().map(|path| Target::open(path, &reading.inputs)).transpose()?;
    let rejects = rejects.map(Rejects::new);
    let base = options.to.display().to_string();
    let failed = |error: kartoteka::Error| Failure::reading(&base, &error);
    let write = WriteOptions::new().charset(options.to_charset);
    let mut writer = isis::Writer::append_to(&options.to, &write).map_err(failed)?;
    let first = writer.next_mfn();
    let number = |record: &mut Record, _: &mut Findings| {
        if !options.keep_mfn {
            record.set_isis(None);
        }
        Ok(())
    };
    let (mut summary, mut bytes) = (Summary::default(), 0u64);
    while let Some(mut input) = next {
        let is_text = input.format.is_text();
        let mut watch = |event: Event<'_, _>| {
            run.event(&input.name, &event);
            match (event, &rejects) {
                (Event::Rejected { raw, .. }, Some(rejects)) => rejects.keep(raw, is_text),
                _ => Ok(()),
            }
        };
        Copying::new(kartoteka::Run::new().strict(reading.strict))
            .garbage(rejects.as_ref().map(Rejects::sink))
            .copy(&mut *input.reader, &mut writer, || number, &mut summary, &mut watch)
            .map_err(|failure| run.named(&input.name, failure))?;
        bytes += input.reader.position().byte;
        next = run.next_input()?;
    }
    let end = writer.next_mfn();
    writer.finish().map_err(failed)?;
    rejects.map(Rejects::commit).transpose()?;
    run.reporter.finish();
    match end.checked_sub(first) {
        Some(1..) => run.reporter.say(&format!("kartoteka: {base}: new are the MFNs {first}-{}", end - 1)),
        _ => run.reporter.say(&format!("kartoteka: {base}: no new MFN")),
    }
    let tally = RunSummary::new(&summary, bytes, 0, started.elapsed());
    run.reporter.summary(&tally, None, "");
    Ok(run.end(tally.exit_status(reading.fail_on()).into()))
}

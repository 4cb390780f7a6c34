//! `recover`: a master file rebuilt from what can be read.

use std::time::Instant;

use clap::Args;
use kartoteka::isis::{self, Files, Reader, Writer};
use kartoteka::report::RunSummary;
use kartoteka::{
    Charset, Deleted, Event, ReadOptions, RecordWrite, Severity, Summary, WriteOptions, copy_with,
};
use std::path::PathBuf;

use crate::command::EXIT_STATUS;
use crate::command::options::Verbosity;
use crate::failure::{Failure, Outcome, open};
use crate::names;
use crate::output::Output;
use crate::progress::Progress;
use crate::report::Reporter;

/// Rebuild a master file from what can be read of it
///
/// All records are written anew, with their numbers, deleted ones and all versions too, in the layout of the base, with a
/// cross reference beside it. An output that ends in .xrf gets a cross reference for the master file as it is. The
/// dictionary is not rebuilt: the program that uses the base does that.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct Options {
    /// The base: its master file or parameter file
    #[arg(value_name = "BASE")]
    pub(crate) base: PathBuf,

    /// Master file to write, or cross reference
    #[arg(short, long, value_name = "NEW")]
    pub(crate) output: PathBuf,

    /// Character set of the base; the bytes of the records stay as they are
    #[arg(long, value_name = "NAME", default_value = "auto", value_parser = names::charset)]
    pub(crate) charset: Charset,

    /// Weight of a finding from which the exit status is 1
    #[arg(long, value_name = "SEVERITY", default_value = "error", value_parser = names::named::<Severity>())]
    pub(crate) fail_on: Severity,

    #[command(flatten)]
    pub(crate) verbosity: Verbosity,
}

pub(crate) fn run(options: &Options) -> Result<Outcome, Failure> {
    let started = Instant::now();
    let name = options.base.display().to_string();
    let failed = |error: kartoteka::Error| Failure::reading(&name, &error);
    let files = Files::find(&options.base).map_err(failed)?;
    let mut inputs = vec![files.mst().to_owned()];
    let is_slots = options.output.extension().is_some_and(|end| end.eq_ignore_ascii_case("xrf"));
    if is_slots {
        return rebuild(options, &files);
    }
    inputs.extend(files.companion("xrf"));
    let read = ReadOptions::new().charset(options.charset).deleted(Deleted::Include).history(true);
    let mut reader = Reader::from_path(&options.base, &read).map_err(failed)?;
    let layout = reader.variant();
    let mut reporter = Reporter::new(options.verbosity, Progress::new(options.verbosity, None, false));
    reporter.detail(&name, &format!("{layout} ({})", reader.found().evidence));
    let output = Output::open(&options.output, &inputs)?;
    let slots = output.cross_reference(&options.output, &inputs)?;
    let (mst, xrf) = (output.sink.clone(), slots.sink.clone());
    let mut writer = Writer::create(mst, xrf, layout, &WriteOptions::new()).map_err(failed)?;
    let mut summary = Summary::default();
    let mut watch = |event: Event<'_>| {
        match event {
            Event::Finding(finding) => reporter.finding(&name, finding),
            Event::Record(_) => reporter.progress.record(),
            _ => {}
        }
        Ok(())
    };
    copy_with(&mut reader, &mut writer, &mut summary, &mut watch)
        .and_then(|()| writer.finish())
        .map_err(|error| output.failure(Failure::reading(&name, &error)))?;
    drop(writer);
    let (read, written) = (reader.file_len(), output.commit()?);
    slots.commit()?;
    reporter.finish();
    let tally = RunSummary::new(&summary, read, written, started.elapsed());
    reporter.summary(&tally, None, "");
    Ok(tally.exit_status(options.fail_on).into())
}

/// Writes the cross reference only.
fn rebuild(options: &Options, files: &Files) -> Result<Outcome, Failure> {
    let name = files.mst().display().to_string();
    let mst = open(files.mst())?;
    let output = Output::open(&options.output, &[files.mst().to_owned()])?;
    let count = isis::rebuild_cross_reference(mst, output.sink.clone())
        .map_err(|error| output.failure(Failure::reading(name, &error)))?;
    output.commit()?;
    let reporter = Reporter::new(options.verbosity, Progress::new(options.verbosity, None, false));
    reporter.say(&format!("{count} records in the cross reference"));
    Ok(Outcome::Clean)
}

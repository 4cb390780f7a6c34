//! `recover`: a master file rebuilt from what can be read.

use std::fs::File;
use std::time::Instant;

use kartoteka::isis::{self, Files, Reader, Writer};
use kartoteka::{Deleted, Event, ReadOptions, RecordWrite, Summary, WriteOptions, copy_with};

use crate::args::Recover;
use crate::failure::{Failure, Outcome};
use crate::output::Output;
use crate::progress::Progress;
use crate::report::{Reporter, outcome};
use crate::summary::Tally;
use crate::terminal::Style;

pub(crate) fn run(options: &Recover) -> Result<Outcome, Failure> {
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
    let layout = reader.layout();
    let mut reporter = Reporter::new(options.talk, Progress::new(options.talk, None, false));
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
        .map_err(|error| output.sink.failure().unwrap_or_else(|| Failure::reading(&name, &error)))?;
    drop(writer);
    let (read, written) = (reader.file_len(), output.sink.written());
    output.commit()?;
    slots.commit()?;
    reporter.finish();
    let tally = Tally::new(&summary, read, written, started.elapsed());
    reporter.say(&tally.text(Style::of_stderr(options.talk.color)));
    let found = outcome(&summary.report, options.fail_on);
    Ok(if summary.rejected > 0 { Outcome::Findings } else { found })
}

/// Writes the cross reference only.
fn rebuild(options: &Recover, files: &Files) -> Result<Outcome, Failure> {
    let name = files.mst().display().to_string();
    let mst = File::open(files.mst())
        .map_err(|why| Failure::at(&name, format_args!("cannot open: {}", crate::failure::reason(&why))))?;
    let output = Output::open(&options.output, &[files.mst().to_owned()])?;
    let count = isis::rebuild_cross_reference(mst, output.sink.clone())
        .map_err(|error| output.sink.failure().unwrap_or_else(|| Failure::reading(name, &error)))?;
    output.commit()?;
    let reporter = Reporter::new(options.talk, Progress::new(options.talk, None, false));
    reporter.say(&format!("{count} records in the cross reference"));
    Ok(Outcome::Clean)
}

//! `filter`: the records that match.

use std::io::Write;

use kartoteka::{Filter, FilterOptions, Format, Record, RecordWrite, WriteOptions, writer};

use crate::args::FilterCommand;
use crate::failure::{Failure, Outcome};
use crate::input::Run;
use crate::output::{Output, is_stdout};

/// What comes of a batch: bytes to be copied, or records to be written.
#[derive(Default)]
struct Made {
    bytes: Vec<u8>,
    records: Vec<Record>,
    matched: u64,
    seen: u64,
}

pub(crate) fn run(options: &FilterCommand) -> Result<Outcome, Failure> {
    let compared = FilterOptions::new()
        .ignore_case(options.ignore_case)
        .threshold(options.threshold)
        .select(options.asking.options());
    let filter = Filter::parse(&options.expression, compared)
        .map_err(|error| Failure::at(format_args!("{:?}", options.expression), error))?;
    let mut run = Run::new(&options.reading, is_stdout(&options.output))?;
    let mut first = options.reading.inputs.first().map(|path| run.open(path)).transpose()?;
    let by_extension = || Format::from_extension(&options.output).filter(|_| !is_stdout(&options.output));
    let own = first.as_ref().map(|input| input.format);
    let Some(format) = options.to.or_else(by_extension).or(own) else {
        return Err(Failure::new("no format for the output: give --to"));
    };
    let output = Output::open(&options.output, &options.reading.inputs)?;
    let mut sink = output.writer(&options.output)?;
    let failed = |why: &std::io::Error| {
        output.sink.failure().unwrap_or_else(|| Failure::writing(options.output.display(), why))
    };
    let (mut seen, mut matched, mut lost) = (0u64, 0u64, false);
    // Records that are written anew go through one writer for all inputs.
    let mut records: Option<Box<dyn RecordWrite + Send>> = None;
    for path in &options.reading.inputs {
        let mut input = match first.take() {
            Some(input) => input,
            None => run.open(path)?,
        };
        let copies = input.format == format && stands_alone(format);
        let is_text = format.info().is_some_and(|info| info.text);
        if !copies && records.is_none() {
            let made = writer(format, output.writer(&options.output)?, &WriteOptions::new());
            records = Some(made.map_err(|error| Failure::new(error.to_string()))?);
        }
        let mut written: Result<(), Failure> = Ok(());
        let mut found = Vec::new();
        run.each_record(
            &mut input,
            options.jobs,
            |made: &mut Made, next| {
                made.seen = made.seen.saturating_add(1);
                let Some(record) = next.record else { return };
                if filter.matches(record.view()) == options.invert {
                    return;
                }
                made.matched = made.matched.saturating_add(1);
                if !copies {
                    made.records.push(std::mem::take(record));
                    return;
                }
                made.bytes.extend_from_slice(next.raw);
                if is_text && !next.raw.ends_with(b"\n") {
                    made.bytes.push(b'\n');
                }
            },
            |made| {
                seen = seen.saturating_add(made.seen);
                matched = matched.saturating_add(made.matched);
                if copies && !made.bytes.is_empty() {
                    sink.write_all(&made.bytes).map_err(|why| failed(&why))?;
                }
                made.bytes.clear();
                (made.seen, made.matched) = (0, 0);
                for record in made.records.drain(..) {
                    let Some(records) = &mut records else { continue };
                    let result = records.write_record(record.view());
                    found.extend_from_slice(records.diagnostics());
                    if let Err(error) = result {
                        match error.diagnostic() {
                            Some(finding) => found.push(finding.clone()),
                            None => {
                                let why =
                                    output.sink.failure().unwrap_or_else(|| Failure::new(error.to_string()));
                                written = Err(why);
                                return Err(Failure::new("the output ended"));
                            }
                        }
                        lost = true;
                    }
                }
                Ok(())
            },
        )
        .or_else(|why| written.and(Err(why)))?;
        found.dedup();
        for finding in &found {
            run.report.add(finding);
            run.reporter.finding(&input.name, finding);
        }
    }
    if let Some(mut records) = records {
        let finished = records.finish();
        drop(records);
        finished.map_err(|error| output.sink.failure().unwrap_or_else(|| Failure::new(error.to_string())))?;
    }
    sink.flush().map_err(|why| failed(&why))?;
    drop(sink);
    if let Some(failure) = output.sink.failure() {
        return Err(failure);
    }
    output.commit()?;
    let outcome = run.finish();
    run.reporter.say(&format!("records   {seen} read, {matched} matched"));
    Ok(if lost { Outcome::Findings } else { outcome })
}

/// Whether the bytes of a record are a file of that format, and those of two records one after the other too.
fn stands_alone(format: Format) -> bool {
    matches!(format, Format::Iso2709 | Format::Ndjson | Format::IrbisText)
}

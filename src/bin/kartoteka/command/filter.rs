//! `filter`: the records that match.

use std::io::Write;

use clap::Args;
use kartoteka::{Can, Content, Filter, FilterOptions, Format, Record, RecordWrite, WriteOptions, writer};
use std::path::PathBuf;

use crate::command::EXIT_STATUS;
use crate::command::options::{Jobs, Reading, ValueOptions};
use crate::failure::{Failure, Outcome};
use crate::input::Run;
use crate::names;
use crate::output::{Output, format_of, is_stdout};

/// What comes of a batch: bytes to be copied, or records to be written.
#[derive(Default)]
struct BatchOutput {
    bytes: Vec<u8>,
    records: Vec<Record>,
    matched: u64,
    seen: u64,
}

/// Print the records that match
///
/// EXPRESSION is made of paths and operators, such as '245$a =^ "The" && #650 >= 3 && !020? && LDR/6 in ["a","t"]':
/// == != =^ (starts) =$ (ends) =? (contains) =~ (regular expression) =* (similar), each with ! instead of = for its
/// opposite; in, not in; < <= > >=; path? (exists), #path (how many); && || ^ and !( ). ALL before a path asks it of all
/// values. Records of ISO 2709, NDJSON and IRBIS text stay as they are byte for byte; records of which nothing can be
/// read do not match.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct Options {
    /// What must hold for a record
    #[arg(value_name = "EXPRESSION")]
    pub(crate) expression: String,

    #[command(flatten)]
    pub(crate) reading: Reading,

    /// Print the records that do not match
    #[arg(long)]
    pub(crate) invert: bool,

    /// Take upper and lower case as the same
    #[arg(long)]
    pub(crate) ignore_case: bool,

    /// From which similarity on =* holds, 0 to 1
    #[arg(long, value_name = "X", default_value_t = 0.8)]
    pub(crate) threshold: f64,

    /// Format of the output [default: by the extension of the -o file, else that of the first input]
    #[arg(short, long, value_name = "FORMAT", value_parser = names::writable(), hide_possible_values = true)]
    pub(crate) to: Option<Format>,

    /// File to write; - is standard output
    #[arg(short, long, value_name = "FILE", default_value = "-", hide_default_value = true)]
    pub(crate) output: PathBuf,

    #[command(flatten)]
    pub(crate) values: ValueOptions,

    #[command(flatten)]
    pub(crate) jobs: Jobs,
}

pub(crate) fn run(options: &Options) -> Result<Outcome, Failure> {
    let compared = FilterOptions::new()
        .ignore_case(options.ignore_case)
        .threshold(options.threshold)
        .select(options.values.options());
    let filter = Filter::parse(&options.expression, compared)
        .map_err(|error| Failure::at(format_args!("{:?}", options.expression), error))?;
    let mut run = Run::new(&options.reading, is_stdout(&options.output))?;
    let mut next = run.next_input()?;
    let Some(own) = next.as_ref().map(|input| input.format) else { return Ok(Outcome::NotAll) };
    let format = options.to.or_else(|| format_of(&options.output)).unwrap_or(own);
    let output = Output::open(&options.output, &options.reading.inputs)?;
    let mut sink = output.writer(&options.output)?;
    let failed = |why: &std::io::Error| output.failure(Failure::writing(options.output.display(), why));
    let (mut seen, mut matched, mut lost) = (0u64, 0u64, false);
    // Records that are written anew go through one writer for all inputs.
    let mut records: Option<Box<dyn RecordWrite + Send>> = None;
    while let Some(mut input) = next {
        let copies = input.format == format && format.can(Can::Concatenate);
        if !copies && records.is_none() {
            let made = writer(format, output.writer(&options.output)?, &WriteOptions::new());
            records = Some(made.map_err(|error| Failure::new(error.to_string()))?.into_inner());
        }
        let mut found = Vec::new();
        run.each_record(
            &mut input,
            options.jobs,
            |made: &mut BatchOutput, item| {
                let raw = item.raw();
                made.seen += u64::from(!matches!(item.content, Content::Rest));
                let Content::Record(record) = item.content else { return };
                if filter.matches(record.view()) == options.invert {
                    return;
                }
                made.matched += 1;
                if !copies {
                    made.records.push(std::mem::take(record));
                    return;
                }
                made.bytes.extend_from_slice(raw);
                made.bytes.extend_from_slice(format.missing_end(raw));
            },
            |made| {
                seen += made.seen;
                matched += made.matched;
                if copies && !made.bytes.is_empty() {
                    sink.write_all(&made.bytes).map_err(|why| failed(&why))?;
                }
                made.bytes.clear();
                (made.seen, made.matched) = (0, 0);
                for record in made.records.drain(..) {
                    let Some(records) = &mut records else { continue };
                    let result = records.write_record(record.view());
                    found.extend_from_slice(records.findings());
                    if let Err(error) = result {
                        match error.finding() {
                            Some(finding) => found.push(finding.clone()),
                            None => return Err(output.failure(Failure::new(error.to_string()))),
                        }
                        lost = true;
                    }
                }
                Ok(())
            },
        )?;
        found.dedup();
        for finding in &found {
            run.report.add(finding);
            run.reporter.finding(&input.name, finding);
        }
        next = run.next_input()?;
    }
    if let Some(mut records) = records {
        let finished = records.finish();
        drop(records);
        finished.map_err(|error| output.failure(Failure::new(error.to_string())))?;
    }
    sink.flush().map_err(|why| failed(&why))?;
    drop(sink);
    output.commit()?;
    let outcome = run.finish();
    run.reporter.say(&format!("records   {seen} read, {matched} matched"));
    Ok(if lost { run.end(Outcome::Findings) } else { outcome })
}

//! `kartoteka import`: records of a long table.

#[path = "common/mod.rs"]
mod common;

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use arrow_schema::ArrowError;
use clap::Parser;
use common::{Say, Stop, Target};
use kartoteka::{Can, Charset, Finding, Format, RecordWrite, WriteOptions, writer};
use kartoteka_arrow::{
    Import, Imported, Kind, LongBuilder, NONSENSE, Output, Rows, read_keys, read_stream, read_table, schema,
};

/// Makes records of a long table of kartoteka export: Parquet, or Arrow as a file or a stream.
///
/// The table may have been edited, in SQL for instance. Rows that make no record are a finding, and go to the rejects.
///
/// Exit status: 0; 1 if records were rejected; 2 if a table was not read.
#[derive(Debug, Parser)]
#[command(name = "kartoteka-import", bin_name = "kartoteka import", version)]
struct Options {
    /// Tables to read; - is standard input, a stream. The rows of a record are next to each other
    #[arg(value_name = "TABLE", required = true)]
    inputs: Vec<PathBuf>,

    /// Format to write, such as iso2709, marcxml, ndjson, irbis-text
    #[arg(short, long, value_name = "FORMAT", value_parser = writable)]
    to: Format,

    /// File to write; - is standard output
    #[arg(short, long, value_name = "FILE", default_value = "-", hide_default_value = true)]
    output: PathBuf,

    /// Character set to write, such as utf-8, marc8, cp1251 [default: UTF-8]
    #[arg(long, value_name = "NAME", default_value = "utf-8", hide_default_value = true, value_parser = common::charset)]
    to_charset: Charset,

    /// File for the rows that make no record, as a long table: .parquet, .arrow or .arrows
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,

    /// Say nothing but errors
    #[arg(short, long)]
    quiet: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let mut say = Say::new(options.quiet);
    let done = run(&options, &mut say);
    say.exit(done)
}

/// Where rejected rows go.
struct Rejects {
    output: Option<(Output, Target)>,
    rows: LongBuilder,
    count: u64,
}

impl Rejects {
    fn add(&mut self, rows: &Rows<'_>) -> Result<(), ArrowError> {
        rows.pieces().try_for_each(|piece| {
            piece.add_to(&mut self.rows);
            self.flush(256 * 1024)
        })
    }

    fn flush(&mut self, least: usize) -> Result<(), ArrowError> {
        if self.rows.bytes() >= least || self.rows.is_full() {
            let batch = self.rows.finish()?;
            if let Some((output, _)) = &mut self.output {
                output.write(&batch)?;
            }
        }
        Ok(())
    }
}

/// Formats that can be written one record after the other: a master file cannot, as a place in it is written later.
fn writable(text: &str) -> Result<Format, String> {
    common::format(text, "written", |format| format.can(Can::Write) && !format.can(Can::Seek))
}

/// Looks for records whose rows are apart, so that no piece of them is written, where the table can be read twice. What is
/// wrong with the table, its reading says.
fn survey(path: &Path, import: &mut Import) {
    let keys = if path.as_os_str() == "-" { None } else { read_keys(path).ok().flatten() };
    for batch in keys.into_iter().flatten() {
        if batch.and_then(|batch| import.survey(&batch)).is_err() {
            return;
        }
    }
}

fn run(options: &Options, say: &mut Say) -> Result<String, Stop> {
    let outputs = [Some(&options.output), options.rejects.as_ref()];
    let is_file = |path: &&PathBuf| path.as_os_str() != "-";
    for output in outputs.into_iter().flatten().filter(is_file) {
        let mut inputs = options.inputs.iter().filter(is_file);
        if let Some(input) = inputs.find(|input| common::is_one_place(input, output)) {
            return Err(format!("{}: is an input, too", input.display()).into());
        }
    }
    if let Some(rejects) = options.rejects.as_ref().filter(|path| common::is_one_place(path, &options.output))
    {
        return Err(format!("{}: is the output, too", rejects.display()).into());
    }
    let mut rejects = Rejects { output: None, rows: LongBuilder::new(), count: 0 };
    if let Some(path) = &options.rejects {
        let kind = Kind::of_path(path).ok_or_else(|| {
            format!("{}: the name of the rejects ends with .parquet, .arrow or .arrows", path.display())
        })?;
        let made = Target::open(path).map_err(ArrowError::from);
        let made = made.and_then(|(target, sink)| Ok((Output::to(sink, kind, &schema::long())?, target)));
        rejects.output = Some(made.map_err(|error| Stop::writing(path.display(), &error))?);
    }
    let stop = |error: &(dyn Error + 'static)| Stop::writing(options.output.display(), error);
    let (target, sink) = Target::open(&options.output).map_err(|error| stop(&error))?;
    let unkept = |error: &ArrowError| {
        Stop::writing(options.rejects.as_deref().unwrap_or(Path::new("the rejects")).display(), error)
    };
    let writing = WriteOptions::new().charset(options.to_charset);
    let mut output = writer(options.to, sink, &writing).map_err(|error| stop(&error))?;
    let (mut written, mut any, mut records) = (0u64, false, 0);
    for path in &options.inputs {
        let name = path.display().to_string();
        let mut import = Import::new();
        survey(path, &mut import);
        let mut failed = None;
        let mut take = |made: Imported<'_>| -> Result<(), ArrowError> {
            let rejected = match made {
                Imported::Noted(finding) => {
                    say.finding(&name, finding);
                    None
                }
                Imported::Record(record, rows) => {
                    let done = output.write_record(record.view());
                    let mut told = |finding: &Finding| {
                        let mut finding = finding.clone();
                        finding.location.record = rows.position();
                        say.finding(&name, &finding);
                    };
                    output.findings().iter().for_each(&mut told);
                    match done {
                        Ok(()) => {
                            written += 1;
                            None
                        }
                        Err(error) if error.is_record() => {
                            error.finding().into_iter().for_each(&mut told);
                            rejects.count += 1;
                            Some(rows)
                        }
                        Err(error) => {
                            failed = Some(stop(&error));
                            return Err(ArrowError::ExternalError(Box::new(error)));
                        }
                    }
                }
                Imported::Rejected(finding, rows) => {
                    say.finding(&name, finding);
                    rejects.count += 1;
                    Some(rows)
                }
                Imported::Rest(rows) => Some(rows),
            };
            say.progress(&name, written + rejects.count);
            rejected
                .map_or(Ok(()), |rows| rejects.add(rows).inspect_err(|error| failed = Some(unkept(error))))
        };
        let table = match path.as_os_str() == "-" {
            true => read_stream(io::stdin()),
            false => read_table(path),
        };
        let done = table.and_then(|table| {
            Import::check(&table.schema())?;
            any = true;
            for batch in table {
                import.batch(&batch?, &mut take)?;
            }
            import.finish(&mut take)
        });
        records += import.records();
        if let Err(error) = done {
            if let Some(why) = failed {
                return Err(why);
            }
            say.error(format_args!("{name}: {error}"));
            say.not_all = true;
        }
    }
    if !any || say.not_all && records == 0 {
        return Err("no table was read, and nothing written".to_owned().into());
    }
    output.finish().map_err(|error| stop(&error))?;
    drop(output);
    target.finish().map_err(|error| stop(&error))?;
    rejects.flush(1).map_err(|error| unkept(&error))?;
    if let Some((output, target)) = rejects.output.take() {
        let done = output.finish().and_then(|()| Ok(target.finish()?));
        done.map_err(|error| unkept(&error))?;
    }
    say.lost |= rejects.count > 0;
    if rejects.count > 0 && options.rejects.is_none() {
        say.note(format_args!("--rejects FILE keeps the rows that make no record ({NONSENSE})"));
    }
    Ok(format!("{records} records in the tables, {written} written, {} rejected", rejects.count))
}

//! `kartoteka import`: records of a long table.

#[path = "common/mod.rs"]
mod common;

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use arrow_schema::ArrowError;
use clap::Parser;
use common::Say;
use kartoteka::{Charset, Format, RecordWrite, WriteOptions, writer};
use kartoteka_arrow::{Import, Imported, Kind, LongBuilder, NONSENSE, Output, read_table, schema};

/// Makes records of a long table of kartoteka export: Parquet, or Arrow as a file or a stream.
///
/// The table may have been edited, in SQL for instance. Rows that make no record are a finding, and go to the rejects.
///
/// Exit status: 0; 1 if records were rejected; 2 if a table was not read.
#[derive(Debug, Parser)]
#[command(name = "kartoteka-import", bin_name = "kartoteka import", version)]
struct Options {
    /// Tables to read; the rows of a record are next to each other
    #[arg(value_name = "TABLE", required = true)]
    inputs: Vec<PathBuf>,

    /// Format to write, such as iso2709, marcxml, ndjson, irbis-text
    #[arg(short, long, value_name = "FORMAT", value_parser = common::format)]
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
    match run(&options, &mut say) {
        Ok(summary) => say.end(summary),
        Err(why) => {
            say.error(why);
            ExitCode::from(2)
        }
    }
}

/// Where rejected rows go.
struct Rejects {
    output: Option<Output>,
    rows: LongBuilder,
    count: u64,
}

impl Rejects {
    fn flush(&mut self, least: usize) -> Result<(), ArrowError> {
        if self.rows.bytes() >= least || self.rows.is_full() {
            let batch = self.rows.finish()?;
            if let Some(output) = &mut self.output {
                output.write(&batch)?;
            }
        }
        Ok(())
    }
}

/// A file that gets its name when it is complete.
struct Target {
    names: Option<(PathBuf, PathBuf)>,
}

impl Target {
    fn open(path: &std::path::Path) -> io::Result<(Target, Box<dyn Write + Send>)> {
        if path.as_os_str() == "-" {
            return Ok((Target { names: None }, Box::new(io::stdout())));
        }
        let mut name = std::ffi::OsString::from(".");
        name.push(path.file_name().unwrap_or_default());
        name.push(format!(".{}.part", std::process::id()));
        let temporary = path.with_file_name(name);
        let file = File::options().write(true).create_new(true).open(&temporary)?;
        Ok((Target { names: Some((temporary, path.to_owned())) }, Box::new(file)))
    }

    fn finish(mut self) -> io::Result<()> {
        match self.names.take() {
            Some((temporary, name)) => std::fs::rename(temporary, name),
            None => Ok(()),
        }
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if let Some((temporary, _)) = &self.names {
            let _ = std::fs::remove_file(temporary);
        }
    }
}

fn run(options: &Options, say: &mut Say) -> Result<String, String> {
    let outputs = [Some(&options.output), options.rejects.as_ref()];
    for output in outputs.into_iter().flatten() {
        if let Some(input) = options.inputs.iter().find(|input| common::is_same(input, output)) {
            return Err(format!("{}: is an input, too", input.display()));
        }
    }
    let mut rejects = Rejects { output: None, rows: LongBuilder::new(), count: 0 };
    if let Some(path) = &options.rejects {
        let kind = Kind::of_path(path).ok_or_else(|| {
            format!("{}: the name of the rejects ends with .parquet, .arrow or .arrows", path.display())
        })?;
        let made = Output::create(path, kind, &schema::long());
        rejects.output = Some(made.map_err(|error| format!("{}: {error}", path.display()))?);
    }
    let named =
        |error: &dyn std::fmt::Display| format!("{}: cannot be written: {error}", options.output.display());
    let (target, sink) = Target::open(&options.output).map_err(|error| named(&error))?;
    let writing = WriteOptions::new().charset(options.to_charset);
    let mut output = writer(options.to, sink, &writing).map_err(|error| named(&error))?;
    let (mut written, mut any, mut records) = (0u64, false, 0);
    for path in &options.inputs {
        let name = path.display().to_string();
        let mut import = Import::new();
        let mut failed = None;
        let mut take = |made: Imported<'_>| -> Result<(), ArrowError> {
            match made {
                Imported::Record(record) => {
                    let done = output.write_record(record.view());
                    output.findings().iter().for_each(|finding| say.finding(&name, finding));
                    match done {
                        Ok(()) => written += 1,
                        Err(error) if error.is_record() => {
                            if let Some(finding) = error.finding() {
                                say.finding(&name, finding);
                            }
                            rejects.count += 1;
                            rejects.rows.push(record.view(), None, record.position().byte);
                        }
                        Err(error) => {
                            failed = Some(named(&error));
                            return Err(ArrowError::ExternalError(Box::new(error)));
                        }
                    }
                }
                Imported::Rejected(finding, rows) => {
                    say.finding(&name, finding);
                    rejects.count += 1;
                    rows.add_to(&mut rejects.rows);
                }
            }
            say.progress(&name, written + rejects.count);
            rejects.flush(256 * 1024)
        };
        let done = read_table(path).and_then(|table| {
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
        return Err("no table was read, and nothing written".to_owned());
    }
    output.finish().map_err(|error| named(&error))?;
    drop(output);
    target.finish().map_err(|error| named(&error))?;
    rejects.flush(1).map_err(|error| format!("the rejects cannot be written: {error}"))?;
    if let Some(output) = rejects.output.take() {
        output.finish().map_err(|error| format!("the rejects cannot be written: {error}"))?;
    }
    say.lost |= rejects.count > 0;
    if rejects.count > 0 && options.rejects.is_none() {
        say.note(format_args!("--rejects FILE keeps the rows that make no record ({NONSENSE})"));
    }
    Ok(format!("{records} records in the tables, {written} written, {} rejected", rejects.count))
}

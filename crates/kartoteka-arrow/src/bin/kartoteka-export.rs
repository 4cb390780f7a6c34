//! `kartoteka export`: records and findings as Parquet or Arrow.

#[path = "common/mod.rs"]
mod common;

use std::error::Error;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use arrow_schema::ArrowError;
use clap::{Parser, ValueEnum};
use common::{Say, Stop, Target};
use kartoteka::compression::{decompress, uncompressed_name};
use kartoteka::validate::Config;
use kartoteka::{
    Can, Charset, Deleted, Dialect, Format, Part, Peek, ReadOptions, RecordRead, Recovery, open_with, reader,
};
use kartoteka_arrow::{Columns, Export, Kind, Output, Piece, Shape};

/// Writes records or findings as a table: Parquet (.parquet), an Arrow file (.arrow) or an Arrow stream (.arrows), by the
/// name of the output. DuckDB, polars, pandas and Spark read them.
///
/// The long table has a row for each subfield and holds all of a record: kartoteka import makes records of it again. A table
/// of paths has a row for each record, with the columns you name. The findings are those of kartoteka validate.
///
/// Exit status: 0; 1 if errors were found in the data, as those of --as findings are, or records left out; 2 if an input was not read.
#[derive(Debug, Parser)]
#[command(name = "kartoteka-export", bin_name = "kartoteka export", version)]
struct Options {
    /// Files to read; - is standard input. What is compressed with gzip or zstd is decompressed
    #[arg(value_name = "INPUT", required = true)]
    inputs: Vec<PathBuf>,

    /// File to write, by its extension Parquet, Arrow or Arrow stream; - is standard output, as a stream
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// The table [default: long, or paths if there are columns]
    #[arg(long = "as", value_name = "TABLE")]
    table: Option<Table>,

    /// Columns of a table of paths, such as 'id=first:001, title=245$a, @year'. @title, @isbn, @year and such are the same
    /// whatever the format; @record, @offset and @mfn say which record it is; first: takes the first value as text, without
    /// it a column is a list
    #[arg(long, value_name = "COLUMNS")]
    columns: Option<String>,

    /// Format of the inputs [default: found out]
    #[arg(short, long, value_name = "FORMAT", value_parser = readable)]
    from: Option<Format>,

    /// Character set of the inputs, such as utf-8, cp1251, koi8-r; auto decides for each record
    #[arg(long, value_name = "NAME", default_value = "auto", value_parser = common::charset)]
    charset: Charset,

    /// Language of most texts, such as ru, fr, lt, where the character set has to be found out
    #[arg(long, value_name = "LANGUAGE")]
    charset_hint: Option<String>,

    /// Part of each input to read, such as 1/4: a record belongs to one of them, and has no number
    #[arg(long, value_name = "K/N")]
    part: Option<Part>,

    /// Which records of a master file to read
    #[arg(long, value_name = "WHICH", default_value = "skip")]
    deleted: Which,

    /// Stop at the first malformed record
    #[arg(long)]
    strict: bool,

    /// Number of threads
    #[arg(short, long, value_name = "N", default_value_t = 1)]
    jobs: usize,

    /// Say nothing but errors
    #[arg(short, long)]
    quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Table {
    Long,
    Paths,
    Findings,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Which {
    Skip,
    Include,
    Only,
}

/// Why a run cannot go on.
enum Failure {
    /// The input cannot be read on; others can.
    Input(kartoteka::Error),
    Output(ArrowError),
}

impl From<kartoteka::Error> for Failure {
    fn from(error: kartoteka::Error) -> Failure {
        Failure::Input(error)
    }
}

impl From<ArrowError> for Failure {
    fn from(error: ArrowError) -> Failure {
        Failure::Output(error)
    }
}

fn main() -> ExitCode {
    let options = Options::parse();
    let mut say = Say::new(options.quiet);
    let done = run(&options, &mut say);
    say.exit(done)
}

/// Formats that can be read.
fn readable(text: &str) -> Result<Format, String> {
    common::format(text, "read", |format| format.can(Can::Read))
}

fn shape(options: &Options) -> Result<Shape, String> {
    let columns =
        options.columns.as_ref().map(|text| text.parse::<Columns>().map_err(|error| error.to_string()));
    match (options.table, columns.transpose()?) {
        (None | Some(Table::Paths), Some(columns)) => Ok(Shape::Paths(columns)),
        (Some(Table::Paths), None) => {
            Err("--as paths needs --columns, such as 'title=245$a, @year'".to_owned())
        }
        (Some(table), Some(_)) => Err(format!("--columns are those of --as paths, not of {table:?}")),
        (Some(Table::Findings), None) => Ok(Shape::Findings(Box::new(Config::new().strict(options.strict)))),
        (None | Some(Table::Long), None) => Ok(Shape::Long),
    }
}

fn run(options: &Options, say: &mut Say) -> Result<String, Stop> {
    let shape = shape(options)?;
    let to_stdout = options.output.as_os_str() == "-";
    let kind = match to_stdout {
        true => Kind::Arrows,
        false => Kind::of_path(&options.output).ok_or_else(|| {
            format!(
                "{}: the name of the output ends with .parquet, .arrow or .arrows",
                options.output.display()
            )
        })?,
    };
    let is_file = |input: &&PathBuf| !to_stdout && input.as_os_str() != "-";
    if let Some(input) =
        options.inputs.iter().filter(is_file).find(|input| common::is_one_place(input, &options.output))
    {
        return Err(format!("{}: is an input, too", input.display()).into());
    }
    let recovery = if options.strict { Recovery::Strict } else { Recovery::Salvage };
    let deleted = match options.deleted {
        Which::Skip => Deleted::Skip,
        Which::Include => Deleted::Include,
        Which::Only => Deleted::Only,
    };
    let reading = ReadOptions::new()
        .charset(options.charset)
        .charset_hint(options.charset_hint.as_deref().unwrap_or_default())
        .dialect(Dialect::Auto)
        .recovery(recovery)
        .part(options.part)
        .deleted(deleted);
    let mut export = Export::new(shape).options(reading.clone()).jobs(options.jobs);
    let schema = export.schema();
    let output_name = if to_stdout { "stdout".to_owned() } else { options.output.display().to_string() };
    let stop = |error: &(dyn Error + 'static)| Stop::writing(&output_name, error);
    if options.part.is_some() && options.inputs.len() > 1 && matches!(export.shape(), Shape::Long) {
        say.note(
            "records of parts have no numbers, and those of several inputs have the same offsets: \
             make a table of each input",
        );
    }
    let (target, sink) = Target::open(&options.output).map_err(|error| stop(&error))?;
    let mut output = Output::to(sink, kind, &schema).map_err(|error| stop(&error))?;
    let (mut records, mut rows, mut left_out, mut any) = (0u64, 0u64, 0u64, false);
    for path in &options.inputs {
        let name = if path.as_os_str() == "-" { "stdin".to_owned() } else { path.display().to_string() };
        let (format, mut reader) = match open(path, options.from, &reading) {
            Ok(opened) => opened,
            Err(error) => {
                say.error(format_args!("{name}: {}", reason(&error)));
                say.not_all = true;
                continue;
            }
        };
        any = true;
        let before = records;
        export = export
            .after(before)
            .file(Some(path).filter(|path| path.as_os_str() != "-").map(PathBuf::as_path));
        let done = export.run(&mut *reader, format, &name, &mut |piece: Piece| {
            records += piece.records;
            rows += piece.batch.num_rows() as u64;
            left_out += piece.left_out;
            say.lost |= piece.left_out + piece.errors > 0;
            piece.findings.iter().for_each(|finding| say.finding(&name, finding));
            say.progress(&name, records);
            match piece.batch.num_rows() {
                0 => Ok::<(), Failure>(()),
                _ => Ok(output.write(&piece.batch)?),
            }
        });
        match done {
            Ok(()) => {}
            Err(Failure::Output(error)) => return Err(stop(&error)),
            Err(Failure::Input(error)) if options.strict => {
                return Err(format!("{name}: {}", reason(&error)).into());
            }
            Err(Failure::Input(error)) => {
                say.error(format_args!("{name}: cannot be read on: {}", reason(&error)));
                say.not_all = true;
            }
        }
    }
    if !any {
        return Err("no input was read, and nothing written".to_owned().into());
    }
    output.finish().map_err(|error| stop(&error))?;
    target.finish().map_err(|error| stop(&error))?;
    if left_out > 0 {
        let are = if left_out == 1 { "record has" } else { "records have" };
        say.error(format_args!(
            "{left_out} {are} more than 65,535 fields, codes, or subfields of a field, and no rows"
        ));
    }
    Ok(format!("{records} records read, {rows} rows written"))
}

/// Opens an input, and finds out its format if it is not given.
fn open(
    path: &Path,
    from: Option<Format>,
    options: &ReadOptions,
) -> kartoteka::Result<(Format, Box<dyn RecordRead + Send>)> {
    let is_stdin = path.as_os_str() == "-";
    let by_path = |format: Format| !is_stdin && (format.can(Can::Seek) || options.part.is_some());
    let addressed = |format: Format| Ok((format, open_with(path, Some(format), options)?.into_inner()));
    if let Some(format) = from.filter(|format| !is_stdin && format.can(Can::Seek)) {
        return addressed(format);
    }
    let read = |error| kartoteka::Error::new(kartoteka::ErrorKind::Read(error));
    let source: Box<dyn Read + Send> = match is_stdin {
        true => Box::new(io::stdin()),
        false => Box::new(File::open(path).map_err(read)?),
    };
    let (source, compression) = decompress(source).map_err(read)?;
    let source = Peek::new(source)?;
    let format = match from {
        Some(format) => format,
        None => source.detect((!is_stdin).then(|| uncompressed_name(path)).as_deref())?.format,
    };
    if by_path(format) && compression.is_none() {
        return addressed(format);
    }
    Ok((format, reader(source, Some(format), options)?.into_inner()))
}

/// An error with its cause.
fn reason(error: &kartoteka::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}

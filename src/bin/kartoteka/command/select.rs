//! `select`: a table of the values at paths.

use std::path::PathBuf;

use clap::Args;
use kartoteka::table::{Cells, Form, Formulas, PathRow, PathTable, Repeats};
use kartoteka::{Content, model};

use crate::command::EXIT_STATUS;
use crate::command::options::{Jobs, Reading, ValueOptions};
use crate::failure::{Failure, Outcome};
use crate::input::Run;
use crate::names;
use crate::output::{Target, is_stdout};
use crate::report::warn_of_formulas;

/// Print a table of the values at paths: a column for each, a row for each record
///
/// PATHS are separated by commas, such as 001,245$a$b,650$a; see kartoteka path. A path with several codes has one value
/// for each field, its subfields joined by blanks; a path with one code has one for each subfield. Several values
/// in one cell are joined, unless --repeats says otherwise. @title, @author, @isbn, @year and such are no paths, but
/// elements of the description, whatever the format; a wrong name lists all.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct Options {
    /// The paths of the columns
    #[arg(value_name = "PATHS")]
    pub(crate) paths: String,

    #[command(flatten)]
    pub(crate) reading: Reading,

    /// Form of the table; in tsv, tab, line end and backslash in values are written \t, \n and \\
    #[arg(short, long, value_name = "FORM", default_value = "csv", value_parser = names::named::<Form>())]
    pub(crate) to: Form,

    /// What becomes of several values in one cell
    #[arg(long, value_name = "POLICY", default_value = "join", value_parser = names::named::<Repeats>())]
    pub(crate) repeats: Repeats,

    /// What stands between joined values
    #[arg(long, value_name = "TEXT", default_value = "|")]
    pub(crate) separator: String,

    /// Cells of tables that begin like the formula of a spreadsheet, with = + - @ or a tab
    #[arg(long, value_name = "POLICY", default_value = "keep", value_parser = names::named::<Formulas>())]
    pub(crate) formulas: Formulas,

    /// Leave out the row with the paths
    #[arg(long)]
    pub(crate) no_header: bool,

    /// File to write; - is standard output
    #[arg(short, long, value_name = "FILE", default_value = "-", hide_default_value = true)]
    pub(crate) output: PathBuf,

    #[command(flatten)]
    pub(crate) values: ValueOptions,

    #[command(flatten)]
    pub(crate) jobs: Jobs,
}

/// What comes of a batch.
#[derive(Default)]
struct BatchOutput {
    text: Vec<u8>,
    row: PathRow,
    failure: Option<String>,
}

pub(crate) fn run(options: &Options) -> Result<Outcome, Failure> {
    let columns = model::columns(&options.paths)
        .map_err(|error| Failure::at(format_args!("{:?}", options.paths), error))?;
    let mut run = Run::new(&options.reading, is_stdout(&options.output))?;
    let mut next = run.next_input()?;
    if next.is_none() {
        return Ok(Outcome::NotAll);
    }
    let mut output = Target::open(&options.output, &options.reading.inputs)?;
    let table = PathTable::with_columns(columns)
        .repeats(options.repeats)
        .separator(&options.separator)
        .options(options.values.options());
    let cells = Cells::new(options.to, table.columns()).formulas(options.formulas);
    if !options.no_header {
        let mut header = Vec::new();
        cells.header(&mut header);
        output.put(&header)?;
    }
    while let Some(mut input) = next {
        run.each_record(
            &mut input,
            options.jobs,
            |made: &mut BatchOutput, item| {
                let Content::Record(record) = item.content else { return };
                if let Err(error) = table.write(record.view(), &mut made.row, &cells, &mut made.text) {
                    made.failure.get_or_insert_with(|| format!("{}: {error}", record.position().name()));
                }
            },
            |made| {
                output.put(&made.text)?;
                made.text.clear();
                made.failure.take().map_or(Ok(()), |message| Err(Failure::new(message)))
            },
        )?;
        next = run.next_input()?;
    }
    output.commit()?;
    let outcome = run.finish();
    if !options.reading.verbosity.quiet {
        warn_of_formulas(cells.formulas_found(), options.formulas);
    }
    Ok(outcome)
}

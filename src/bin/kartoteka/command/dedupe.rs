//! `dedupe` and `match`: records that are the same, and records that are on a list.

use std::path::PathBuf;

use clap::Args;
use kartoteka::Item;
use kartoteka::dedupe::{CERTAINTY, Dedupe, Entry, GroupTable, List, Match, MatchTable};
use kartoteka::table::Form;

use crate::command::options::{Jobs, Reading};
use crate::command::{EXIT_STATUS, convert};
use crate::failure::{Failure, Outcome};
use crate::input::Run;
use crate::names;
use crate::output::{Target, is_stdout};

/// Report groups of records that are probably the same, with the reason and a certainty
///
/// Records of all inputs are compared, whatever their formats and scripts: numbers, titles, names, years, pages, publishers.
/// Volumes of a set, editions and years of a series stay apart. Nothing is deleted. Memory: some 100 bytes a record. A
/// record has the reason why it is like the one of its group that is most like it.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct Options {
    #[command(flatten)]
    pub(crate) reading: Reading,

    /// Form of the table
    #[arg(short, long, value_name = "FORM", default_value = "csv", value_parser = names::named::<Form>())]
    pub(crate) to: Form,

    /// Leave out what is less certain than X, 0 to 1
    #[arg(long, value_name = "X", default_value_t = CERTAINTY)]
    pub(crate) min_certainty: f64,

    /// File to write; - is standard output
    #[arg(short, long, value_name = "FILE", default_value = "-", hide_default_value = true)]
    pub(crate) output: PathBuf,

    #[command(flatten)]
    pub(crate) jobs: Jobs,
}

pub(crate) fn run(options: &Options) -> Result<Outcome, Failure> {
    let inputs = &options.reading.inputs;
    let mut run = Run::new(&options.reading, is_stdout(&options.output))?;
    let (mut dedupe, mut names) = (Dedupe::new(), Vec::new());
    while let Some(mut input) = run.next_input()? {
        dedupe.begin_input();
        names.push(input.name.clone());
        let entry = |made: &mut Vec<Entry>, item: Item<'_>| made.extend(Entry::of_item(&item));
        run.each_record(&mut input, options.jobs, entry, |made| {
            made.drain(..).for_each(|entry| dedupe.add(&entry));
            Ok(())
        })?;
    }
    if run.is_unread() {
        return Ok(Outcome::NotAll);
    }
    let found = dedupe.finish(options.min_certainty);
    let mut output = Target::open(&options.output, inputs)?;
    GroupTable::new(options.to, (inputs.len() > 1).then_some(names))
        .write(&found, |rows| output.put(rows))?;
    output.commit()?;
    run.reporter.say(&found.summary());
    Ok(run.finish())
}

/// Find the records that are on a list, as a table, or edit them
///
/// LIST is a table with any of the columns isbn, title, author, year, between commas, semicolons or tabs; or lines: an ISBN, a
/// title, or a title / author. The result is a table (-t csv, tsv or ndjson) of the lines of the list and the records. With
/// --mark, which is --set, or another edit, all records are converted, and those on the list edited: --mark '999$a=on the list'.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct MatchOptions {
    /// File with the list
    #[arg(value_name = "LIST")]
    pub(crate) list: PathBuf,

    /// Leave out what is less certain than X, 0 to 1
    #[arg(long, value_name = "X", default_value_t = CERTAINTY)]
    pub(crate) min_certainty: f64,

    /// Report the lines of the list that no record is like, too
    #[arg(long)]
    pub(crate) unmatched: bool,

    #[command(flatten)]
    pub(crate) convert: convert::Options,
}

pub(crate) fn on_list(options: &MatchOptions) -> Result<Outcome, Failure> {
    let convert::Options { reading, output, jobs, to, edits, list, .. } = &options.convert;
    let opened = List::open(&options.list).map_err(|why| Failure::reading(options.list.display(), &why))?;
    let matching = Match::new(opened, options.min_certainty);
    if !edits.0.is_empty() {
        list.get_or_init(|| matching);
        return convert::run(&options.convert);
    }
    let form: Form = to.map_or("csv", |to| to.name()).parse().map_err(|why| Failure::at("--to", why))?;
    let mut run = Run::new(reading, is_stdout(output))?;
    let mut output = Target::open(output, &reading.inputs)?;
    let table = MatchTable::new(form, &matching, reading.inputs.len() > 1);
    output.put(&table.header())?;
    while let Some(mut input) = run.next_input()? {
        let name = input.name.clone();
        let each = |made: &mut Vec<u8>, item: Item<'_>| table.item(&name, &item, made);
        run.each_record(&mut input, *jobs, each, |made| output.put(&std::mem::take(made)))?;
    }
    output.put(&if options.unmatched { table.unmatched() } else { Vec::new() })?;
    output.commit()?;
    Ok(run.finish())
}

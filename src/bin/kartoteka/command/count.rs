//! `count`: how many records there are, or how often which values.

use clap::Args;
use kartoteka::table::{Cells, Form};
use kartoteka::{Content, FieldPath, Frequencies, Item, PerThread};

use crate::command::EXIT_STATUS;
use crate::command::options::{Jobs, Reading, ValueOptions};
use crate::failure::{Failure, Outcome};
use crate::input::Run;
use crate::output::Sink;

/// Count records
///
/// Records of which nothing could be read are counted too. One input: the number. Several: a line for each, number and name, and the total.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct Options {
    #[command(flatten)]
    pub(crate) reading: Reading,

    /// Count the values at this path instead: a line for each, how often and which, the most frequent first
    #[arg(long, value_name = "PATH")]
    pub(crate) by: Option<String>,

    /// Print only the N most frequent values
    #[arg(long, value_name = "N", requires = "by")]
    pub(crate) top: Option<usize>,

    #[command(flatten)]
    pub(crate) values: ValueOptions,

    #[command(flatten)]
    pub(crate) jobs: Jobs,
}

pub(crate) fn run(options: &Options) -> Result<Outcome, Failure> {
    if let Some(path) = &options.by {
        return by(options, path);
    }
    let mut run = Run::new(&options.reading, false)?;
    let mut counts = Vec::new();
    while let Some(mut input) = run.next_input()? {
        let add = |made: &mut u64, item: Item<'_>| {
            *made += u64::from(!matches!(item.content, Content::Rest));
        };
        let parts = run.each_record(&mut input, options.jobs, add, |_| Ok(()))?;
        let count = parts.into_iter().sum();
        counts.push((count, input.name));
    }
    let outcome = run.finish();
    Sink::data()?.put(lines(counts, options.reading.inputs.len() > 1).as_bytes())?;
    Ok(outcome)
}

/// The values at a path, and how often each is there; the most frequent first.
fn by(options: &Options, path: &str) -> Result<Outcome, Failure> {
    let path: FieldPath = path.parse().map_err(|error| Failure::at(format_args!("{path:?}"), error))?;
    let mut run = Run::new(&options.reading, false)?;
    let asked = options.values.options();
    let counts = PerThread::<Frequencies>::new(options.jobs.count());
    while let Some(mut input) = run.next_input()? {
        let add = |(): &mut (), item: Item<'_>| {
            if let (Content::Record(record), Some(mut counts)) = (item.content, counts.own()) {
                record.select_with(&path, asked).for_each(|found| counts.add(&found.to_str_lossy()));
            }
        };
        run.each_record(&mut input, options.jobs, add, |()| Ok(()))?;
    }
    if run.is_unread() {
        return Ok(run.finish());
    }
    let mut all = Frequencies::new();
    counts.into_values().for_each(|counts| all.merge(counts));
    let rows = all.into_vec();
    let rows = rows.iter().take(options.top.unwrap_or(usize::MAX));
    // A value is a line.
    let cells = Cells::new(Form::Tsv, ["count", "value"]);
    let mut text = Vec::new();
    rows.for_each(|(value, count)| cells.row(&mut text).number(Some(*count)).text(value).end());
    let outcome = run.finish();
    Sink::data()?.put(&text)?;
    Ok(outcome)
}

/// One number, or a line for each input and one for all.
fn lines(mut counts: Vec<(u64, String)>, several: bool) -> String {
    if !several || counts.is_empty() {
        return counts.iter().map(|(count, _)| format!("{count}\n")).collect();
    }
    let total: u64 = counts.iter().map(|(count, _)| count).sum();
    counts.push((total, "total".to_owned()));
    let width = total.to_string().len();
    counts.iter().map(|(count, name)| format!("{count:>width$} {name}\n")).collect()
}

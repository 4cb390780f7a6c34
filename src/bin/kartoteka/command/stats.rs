//! `stats`: which fields and subfields there are.

use clap::Args;
use kartoteka::report::{stats_json, stats_text};
use kartoteka::{Content, Item, Stats, StatsOptions};

use crate::command::EXIT_STATUS;
use crate::command::options::{AnswerForm, Jobs, Reading};
use crate::failure::{Failure, Outcome};
use crate::input::Run;
use crate::output::Sink;
use crate::terminal::style_of_stdout;

/// Tell which fields and subfields there are, how often, how long, and some of their values
///
/// Memory does not grow with the input. A field is counted in its record, a subfield in its field; lengths are those of
/// values, in characters. Samples are drawn at random, each value with the same chance.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct Options {
    #[command(flatten)]
    pub(crate) reading: Reading,

    /// How many values of each element to show
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) samples: usize,

    /// What decides which values those are: the same number draws the same
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,

    /// Count the N most frequent values of each element; with many different values the counts are lower bounds
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) values: usize,

    /// Form of the answer; json is a line with the sums, and one for each element
    #[arg(long, value_name = "FORM", value_enum, default_value_t = AnswerForm::Text)]
    pub(crate) format: AnswerForm,

    #[command(flatten)]
    pub(crate) jobs: Jobs,
}

pub(crate) fn run(options: &Options) -> Result<Outcome, Failure> {
    let mut run = Run::new(&options.reading, false)?;
    let counted = StatsOptions::new().samples(options.samples).seed(options.seed).values(options.values);
    let mut stats = Stats::new(counted);
    let mut inputs = 0u64..;
    while let (Some(mut input), Some(number)) = (run.next_input()?, inputs.next()) {
        let add = |made: &mut Option<Stats>, item: Item<'_>| {
            let stats = made.get_or_insert_with(|| {
                let mut stats = Stats::new(counted);
                stats.begin_input(number);
                stats
            });
            if let Content::Record(record) = item.content {
                stats.add(record.view());
            }
        };
        let same = kartoteka::Run::new().jobs(options.jobs.count()).same_batches(true);
        let left = match options.values {
            0 => run.each_record(&mut input, options.jobs, add, |_| Ok(()))?,
            // Of many values the rarest are forgotten, and which they are depends on what is merged with what: not on
            // the number of threads, if it is batch by batch. All else adds up in any order.
            _ => run.each_in(&mut input, same, add, |made| {
                made.take().into_iter().for_each(|made| stats.merge(made));
                Ok(())
            })?,
        };
        left.into_iter().flatten().for_each(|made| stats.merge(made));
    }
    let outcome = run.finish();
    if run.is_unread() {
        return Ok(outcome);
    }
    let text = match options.format {
        AnswerForm::Text => stats_text(&stats, style_of_stdout(options.reading.verbosity.color)),
        AnswerForm::Json => stats_json(&stats),
    };
    Sink::answer(options.format)?.put(text.as_bytes())?;
    Ok(outcome)
}

//! `slice`: records chosen by their place.

use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::Args;
use kartoteka::report::counted;

use crate::command::EXIT_STATUS;
use crate::command::options::Reading;
use crate::failure::{Failure, Outcome};
use crate::names;
use crate::output::is_stdout;
use crate::parts::{HeldRecord, PartFile, RecordSequence};

/// Write some of the records, chosen by their place
///
/// ISO 2709, JSON a record a line and exchange text keep the bytes of each record, damaged ones too; XML and JSON arrays
/// are written anew around the same records. Several inputs count as one row of records. --last holds its N records in
/// memory.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
#[command(group(clap::ArgGroup::new("which").required(true).args(["records", "first", "last"])))]
pub(crate) struct Options {
    #[command(flatten)]
    pub(crate) reading: Reading,

    /// The records with these numbers, counted from 1: 5, 10-20, 100-
    #[arg(long, value_name = "N-M,...", value_delimiter = ',', value_parser = names::range::<u64>)]
    pub(crate) records: Vec<RangeInclusive<u64>>,

    /// The first N records
    #[arg(long, value_name = "N")]
    pub(crate) first: Option<u64>,

    /// The last N records
    #[arg(long, value_name = "N")]
    pub(crate) last: Option<u64>,

    /// File to write, in the format of the input; - is standard output
    #[arg(short, long, value_name = "FILE", default_value = "-", hide_default_value = true)]
    pub(crate) output: PathBuf,
}

pub(crate) fn run(options: &Options) -> Result<Outcome, Failure> {
    let Some(mut records) = RecordSequence::new(&options.reading, is_stdout(&options.output))? else {
        return Ok(Outcome::NotAll);
    };
    let mut part = PartFile::open(&options.output, records.format, &options.reading.inputs)?;
    if let Some(last) = options.last {
        let mut window: VecDeque<HeldRecord> = VecDeque::new();
        while records.next()? {
            if last > 0 {
                window.push_back(records.held());
            }
            if window.len() as u64 > last {
                window.pop_front();
            }
        }
        window.iter().try_for_each(|held| records.put(&mut part, held))?;
    } else {
        let first = options.first.map(|first| 1..=first);
        let ranges: Vec<RangeInclusive<u64>> = options.records.iter().cloned().chain(first).collect();
        let end = ranges.iter().map(|range| *range.end()).max().unwrap_or_default();
        while records.count < end && records.next()? {
            if ranges.iter().any(|range| range.contains(&records.count)) {
                records.keep(&mut part)?;
            }
        }
    }
    part.commit()?;
    let (read, written) = (records.count, counted(records.written, "record"));
    records.run.reporter.say(&format!("{written} written, {read} read"));
    Ok(records.finish())
}

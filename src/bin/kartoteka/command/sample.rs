//! `sample`: records chosen by chance or evenly.

use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use kartoteka::Reservoir;
use kartoteka::report::counted;

use crate::command::EXIT_STATUS;
use crate::command::options::Reading;
use crate::failure::{Failure, Outcome};
use crate::output::is_stdout;
use crate::parts::{PartFile, RecordSequence};

/// Write some of the records, chosen by chance or evenly
///
/// Tells which part of all was taken, and the seed. The order is that of the input, and the bytes of records are kept as
/// slice does. --count holds its N records in memory.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct Options {
    #[command(flatten)]
    pub(crate) reading: Reading,

    /// N records, each with the same chance
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) count: u64,

    /// The first record, and each Kth after it
    #[arg(long, value_name = "K", conflicts_with_all = ["count", "seed"])]
    pub(crate) every: Option<NonZeroU64>,

    /// Where chance begins: the same seed chooses the same records [default: by the clock]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,

    /// File to write, in the format of the input; - is standard output
    #[arg(short, long, value_name = "FILE", default_value = "-", hide_default_value = true)]
    pub(crate) output: PathBuf,
}

pub(crate) fn run(options: &Options) -> Result<Outcome, Failure> {
    let Some(mut records) = RecordSequence::new(&options.reading, is_stdout(&options.output))? else {
        return Ok(Outcome::NotAll);
    };
    let mut part = PartFile::open(&options.output, records.format, &options.reading.inputs)?;
    let how = if let Some(every) = options.every {
        while records.next()? {
            if records.count % every.get() == 1 % every.get() {
                records.keep(&mut part)?;
            }
        }
        format!("one of each {every}, from the first on")
    } else {
        let clock = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_micros() as u64);
        let seed = options.seed.unwrap_or_else(|| clock() % 1_000_000);
        let mut chosen = Reservoir::new(usize::try_from(options.count).unwrap_or(usize::MAX), seed);
        while records.next()? {
            chosen.offer(|| records.held());
        }
        chosen.into_vec().iter().try_for_each(|held| records.put(&mut part, held))?;
        format!("seed {seed}")
    };
    part.commit()?;
    let (read, written) = (records.count, records.written);
    let percent = written as f64 * 100.0 / read.max(1) as f64;
    records.run.reporter.say(&format!("{written} of {} ({percent:.3} %), {how}", counted(read, "record")));
    Ok(records.finish())
}

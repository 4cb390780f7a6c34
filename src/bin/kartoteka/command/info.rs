//! `info`: what a file is.

use clap::Args;
use kartoteka::inspect::{Base, Description, Inspection};
use kartoteka::{Can, RecordRead};

use crate::command::EXIT_STATUS;
use crate::command::options::{AnswerForm, Reading};
use crate::failure::{Failure, Outcome};
use crate::input::Run;
use crate::output::Sink;
use crate::report::outcome;
use crate::terminal::style_of_stdout;

/// Tell what a file is: format, dialect, character sets and why, sizes, findings
///
/// Reads all of each input, and counts findings by code; --verbose prints them too, on standard error.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct Options {
    #[command(flatten)]
    pub(crate) reading: Reading,

    /// Form of the answer; json is an object a line for each input
    #[arg(long, value_name = "FORM", value_enum, default_value_t = AnswerForm::Text)]
    pub(crate) format: AnswerForm,
}

pub(crate) fn run(options: &Options) -> Result<Outcome, Failure> {
    let mut run = Run::new(&options.reading, false)?;
    run.reporter = run.reporter.without_findings();
    let mut sink = Sink::answer(options.format)?;
    let mut worst = Outcome::Clean;
    let mut gap = "";
    while let Some(mut input) = run.next_input()? {
        let mut inspection = Inspection::new().dialect(options.reading.dialect);
        let mut pass = run.pass(&mut input.reader);
        while let Some(item) = run.next(&input.name, &mut pass)? {
            inspection.add(&item);
        }
        let base = match input.format.can(Can::Seek) {
            true => Some(Base::of(&input.path).map_err(|error| Failure::reading(&input.name, &error))?),
            false => None,
        };
        let bytes = input.reader.position().byte;
        let description = Description::new(&input.name, input.format, bytes, &inspection)
            .detection(input.detection.as_ref())
            .candidates(input.reader.charset_candidates())
            .base(base.as_ref());
        let text = match options.format {
            AnswerForm::Json => description.json() + "\n",
            AnswerForm::Text => {
                format!("{gap}{}", description.text(style_of_stdout(options.reading.verbosity.color)))
            }
        };
        gap = "\n";
        run.reporter.progress.print(|| sink.put(text.as_bytes()))?;
        worst = worst.max(outcome(&inspection.tally, options.reading.fail_on()));
    }
    run.reporter.finish();
    Ok(run.end(worst))
}

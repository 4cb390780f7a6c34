//! `show`: records for human eyes.

use clap::Args;
use kartoteka::Content;
use kartoteka::report::{Listing, Shown};

use crate::command::EXIT_STATUS;
use crate::command::options::{AnswerForm, Reading};
use crate::failure::{Failure, Outcome};
use crate::input::Run;
use crate::output::{FLUSH_AT, Sink};
use crate::terminal::style_of_stdout;

/// Show records for human eyes: a line per field, with the findings below
///
/// Blank indicators are shown as _, the subfield delimiter of MARC as $, that of IRBIS as ^. Control characters and
/// bytes that do not decode are shown as \x1B.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct Options {
    #[command(flatten)]
    pub(crate) reading: Reading,

    /// Show these fields only: tags, 6XX, 600-699, LDR
    #[arg(long, value_name = "TAG,...", value_delimiter = ',')]
    pub(crate) fields: Vec<Shown>,

    /// Show the fields, the description (titles, agents and so on, whatever the format), or the codes and their meaning
    #[arg(long = "as", value_name = "FORM", value_parser = ["fields", "bib", "coded"], default_value = "fields")]
    pub(crate) form: String,

    /// Form of the description; json is a line for each record, the findings go to standard error
    #[arg(long, value_name = "FORM", value_enum, default_value_t = AnswerForm::Text)]
    pub(crate) format: AnswerForm,

    /// Stop after N records
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,
}

/// How many bytes that belong to no record are shown.
const GARBAGE: usize = 48;

pub(crate) fn run(options: &Options) -> Result<Outcome, Failure> {
    let mut run = Run::new(&options.reading, true)?;
    let bib = (options.form != "fields").then_some(options.reading.dialect);
    let json = bib.is_some() && options.format == AnswerForm::Json;
    run.reporter = if json { run.reporter } else { run.reporter.without_findings() };
    let style = style_of_stdout(options.reading.verbosity.color);
    let (mut sink, mut out) = (Sink::stdout()?, String::new());
    let mut left = options.limit.unwrap_or(u64::MAX);
    while left > 0 {
        let Some(mut input) = run.next_input()? else { break };
        let listing = Listing::new(&input.name, input.format, style).coded(options.form == "coded");
        let listing = listing.shown(&options.fields).described(bib, json);
        let mut pass = run.pass(&mut input.reader).keep_garbage(GARBAGE);
        while left > 0 {
            let next = run.next(&input.name, &mut pass).inspect_err(|_| {
                // What was read before is shown; if that fails too, the first failure is the one to report.
                let _ = sink.put(std::mem::take(&mut out).as_bytes());
            })?;
            let Some(item) = next else { break };
            listing.item(&item, &mut out);
            left = left.saturating_sub(u64::from(!matches!(item.content, Content::Rest)));
            if out.len() >= FLUSH_AT {
                sink.put(std::mem::take(&mut out).as_bytes())?;
            }
        }
    }
    sink.put(out.as_bytes())?;
    Ok(run.finish())
}

//! `formats`: the table of formats.

use clap::Args;
use kartoteka::report::{formats_json, formats_text};

use crate::failure::{Failure, Outcome};
use crate::output::Sink;

/// List the formats: names, extensions, and what can be done with them
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Print a JSON array
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) fn run(options: &Options) -> Result<Outcome, Failure> {
    let text = if options.json { formats_json() } else { formats_text() };
    Sink::stdout()?.put(text.as_bytes())?;
    Ok(Outcome::Clean)
}

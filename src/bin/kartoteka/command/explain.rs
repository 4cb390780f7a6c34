//! `explain`: the documentation of findings.

use clap::Args;
use kartoteka::Rule;
use kartoteka::report::rules_text;
use kartoteka::validate::RuleChoice;

use crate::failure::{Failure, Outcome};
use crate::output::Sink;

/// Explain a finding: what it means, what is done about it, and an example
///
/// Without a code: the list of all findings.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Ids, the first letters of ids such as B or E00, or names
    #[arg(value_name = "CODE")]
    pub(crate) codes: Vec<RuleChoice>,
}

pub(crate) fn run(options: &Options) -> Result<Outcome, Failure> {
    let codes: Vec<Rule> = options.codes.iter().flat_map(|choice| &choice.rules).copied().collect();
    Sink::stdout()?.put(rules_text(&codes).as_bytes())?;
    Ok(Outcome::Clean)
}

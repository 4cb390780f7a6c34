//! `terms`: the dictionary of an IRBIS base.

use clap::Args;
use kartoteka::Tally;
use kartoteka::isis::{Dictionary, Posting};
use serde_json::json;
use std::path::PathBuf;

use crate::command::EXIT_STATUS;
use crate::command::options::{AnswerForm, Verbosity};
use crate::failure::{Failure, Outcome};
use crate::output::{FLUSH_AT, Sink};
use crate::progress::Progress;
use crate::report::{Reporter, outcome};

/// List the terms of the dictionary of an IRBIS64 base
///
/// A line for each term: how many postings it has, and the term. With --postings a line for each posting: term, record,
/// tag, repeat of the field, and place in it.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct Options {
    /// The base: its master file, dictionary or parameter file
    #[arg(value_name = "BASE")]
    pub(crate) base: PathBuf,

    /// List the terms that begin with this only, such as A= or K=
    #[arg(value_name = "PREFIX")]
    pub(crate) prefix: Option<String>,

    /// List all postings of each term
    #[arg(long)]
    pub(crate) postings: bool,

    /// Stop after N terms
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,

    /// Form of the answer; json is an object a line for each term, with its postings
    #[arg(long, value_name = "FORM", value_enum, default_value_t = AnswerForm::Text)]
    pub(crate) format: AnswerForm,

    #[command(flatten)]
    pub(crate) verbosity: Verbosity,
}

pub(crate) fn run(options: &Options) -> Result<Outcome, Failure> {
    let name = options.base.display().to_string();
    let failed = |error: kartoteka::Error| Failure::reading(&name, &error);
    let mut dictionary = Dictionary::from_path(&options.base).map_err(failed)?;
    let mut reporter = Reporter::new(options.verbosity, Progress::new(options.verbosity, None, true));
    let mut report = Tally::default();
    let mut sink = Sink::data()?;
    let prefix = options.prefix.as_deref().unwrap_or_default();
    let mut out = String::new();
    let mut left = options.limit.unwrap_or(u64::MAX);
    dictionary.seek(prefix).map_err(failed)?;
    loop {
        for finding in dictionary.findings() {
            report.add(finding);
            reporter.finding(&name, finding);
        }
        if left == 0 {
            break;
        }
        let term = dictionary.read_term().map_err(failed)?;
        for finding in dictionary.findings() {
            report.add(finding);
            reporter.finding(&name, finding);
        }
        let Some(term) = term.filter(|term| term.key().starts_with(prefix.as_bytes())) else { break };
        left -= 1;
        let text = term.text();
        if options.format == AnswerForm::Text && !options.postings {
            let count = dictionary.count(&term).map_err(failed)?;
            out.push_str(&format!("{count}\t{text}\n"));
        } else {
            let mut postings = Vec::new();
            let add = |one: Posting| postings.push([one.mfn, one.tag, one.occurrence, one.position]);
            dictionary.postings(&term, add).map_err(failed)?;
            match options.format {
                AnswerForm::Json => {
                    out.push_str(&format!("{{\"term\":{},\"postings\":{}}}\n", json!(text), json!(postings)));
                }
                AnswerForm::Text => postings.iter().for_each(|[mfn, tag, occurrence, position]| {
                    out.push_str(&format!("{text}\t{mfn}\t{tag}\t{occurrence}\t{position}\n"));
                }),
            }
        }
        if out.len() >= FLUSH_AT {
            sink.put(std::mem::take(&mut out).as_bytes())?;
        }
    }
    sink.put(out.as_bytes())?;
    reporter.finish();
    Ok(outcome(&report, kartoteka::Severity::Error))
}

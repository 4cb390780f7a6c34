//! `terms`: the dictionary of an IRBIS base.

use kartoteka::Report;
use kartoteka::isis::Dictionary;
use serde_json::json;

use crate::args::{Form, Terms};
use crate::failure::{Failure, Outcome};
use crate::output::Sink;
use crate::progress::Progress;
use crate::report::{Reporter, outcome};

/// How much is gathered before it is written, in bytes.
const FLUSH_AT: usize = 64 * 1024;

pub(crate) fn run(options: &Terms) -> Result<Outcome, Failure> {
    let name = options.base.display().to_string();
    let failed = |error: kartoteka::Error| Failure::reading(&name, &error);
    let mut dictionary = Dictionary::from_path(&options.base).map_err(failed)?;
    let mut reporter = Reporter::new(options.talk, Progress::new(options.talk, None, true));
    let mut report = Report::default();
    let mut sink = Sink::stdout()?;
    let prefix = options.prefix.as_deref().unwrap_or_default();
    let mut out = String::new();
    let mut left = options.limit.unwrap_or(u64::MAX);
    dictionary.seek(prefix).map_err(failed)?;
    loop {
        for finding in dictionary.diagnostics() {
            report.add(finding);
            reporter.finding(&name, finding);
        }
        if left == 0 {
            break;
        }
        let term = dictionary.read_term().map_err(failed)?;
        for finding in dictionary.diagnostics() {
            report.add(finding);
            reporter.finding(&name, finding);
        }
        let Some(term) = term.filter(|term| term.key().starts_with(prefix.as_bytes())) else { break };
        left = left.saturating_sub(1);
        let text = term.text();
        match (options.format, options.postings) {
            (Form::Json, _) => {
                let mut postings = Vec::new();
                let tell = |posting: kartoteka::isis::Posting| {
                    postings.push([posting.mfn, posting.tag, posting.occurrence, posting.position]);
                };
                dictionary.postings(&term, tell).map_err(failed)?;
                out.push_str(&format!("{{\"term\":{},\"postings\":{}}}\n", json!(text), json!(postings)));
            }
            (Form::Text, true) => {
                let tell = |posting: kartoteka::isis::Posting| {
                    let kartoteka::isis::Posting { mfn, tag, occurrence, position, .. } = posting;
                    out.push_str(&format!("{text}\t{mfn}\t{tag}\t{occurrence}\t{position}\n"));
                };
                dictionary.postings(&term, tell).map_err(failed)?;
            }
            (Form::Text, false) => {
                let count = dictionary.count(&term).map_err(failed)?;
                out.push_str(&format!("{count}\t{text}\n"));
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

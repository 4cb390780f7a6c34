//! `path`: what a path means.

use std::io::{self, BufRead};

use clap::Args;
use kartoteka::FieldPath;

use crate::failure::{Failure, Outcome};
use crate::output::{FLUSH_AT, Sink};

/// Tell what a path means, and its canonical form
///
/// Paths are MARCspec, such as 245$a, 008/35-37 or 020$a{$q=\paperback}; also 245ab, 6XX, 650[*0]a, 461$1/200$a and,
/// of IRBIS, v200^a.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The path
    #[arg(value_name = "SPEC", required_unless_present = "check")]
    pub(crate) spec: Option<String>,

    /// Read paths from standard input, a line each, and answer each with a line: ok CANONICAL, or error OFFSET MESSAGE
    #[arg(long, conflicts_with = "spec")]
    pub(crate) check: bool,
}

pub(crate) fn run(options: &Options) -> Result<Outcome, Failure> {
    let mut sink = Sink::data()?;
    if options.check {
        return check(&mut sink);
    }
    let text = options.spec.as_deref().unwrap_or_default();
    match text.parse::<FieldPath>() {
        Ok(path) => {
            sink.put(format!("{path}\n{}\n", path.explain()).as_bytes())?;
            Ok(Outcome::Clean)
        }
        Err(error) => Err(Failure::at(format_args!("{text:?}"), error)),
    }
}

/// Answers each line of standard input with a line.
fn check(sink: &mut Sink) -> Result<Outcome, Failure> {
    let (mut outcome, mut out) = (Outcome::Clean, String::new());
    for line in io::stdin().lock().split(b'\n') {
        let line = line.map_err(|why| Failure::at("stdin", format_args!("cannot read: {why}")))?;
        let answer = match std::str::from_utf8(line.strip_suffix(b"\r").unwrap_or(&line)) {
            Ok(text) => text
                .parse::<FieldPath>()
                .map_err(|error| (error.offset(), format!("expected {}", error.expected()))),
            Err(error) => Err((error.valid_up_to(), "not UTF-8".to_owned())),
        };
        match answer {
            Ok(path) => out.push_str(&format!("ok {path}\n")),
            Err((offset, message)) => {
                outcome = Outcome::Findings;
                out.push_str(&format!("error {offset} {message}\n"));
            }
        }
        if out.len() >= FLUSH_AT {
            sink.put(std::mem::take(&mut out).as_bytes())?;
        }
    }
    sink.put(out.as_bytes())?;
    Ok(outcome)
}

//! `path`: what a path means.

use std::io::{self, BufRead};

use kartoteka::FieldPath;

use crate::args::PathOptions;
use crate::failure::{Failure, Outcome};
use crate::output::Sink;

/// When what is to be printed is handed on, in bytes.
const FLUSH_AT: usize = 32 * 1024;

pub(crate) fn run(options: &PathOptions) -> Result<Outcome, Failure> {
    let mut sink = Sink::stdout()?;
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
    let mut outcome = Outcome::Clean;
    let mut input = io::stdin().lock();
    let (mut line, mut out) = (Vec::new(), String::new());
    loop {
        line.clear();
        let read = input.read_until(b'\n', &mut line);
        let read = read.map_err(|why| Failure::at("stdin", format_args!("cannot read: {why}")))?;
        if read == 0 {
            sink.put(out.as_bytes())?;
            return Ok(outcome);
        }
        let bytes = line.strip_suffix(b"\n").unwrap_or(&line);
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        let answer = match std::str::from_utf8(bytes) {
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
}

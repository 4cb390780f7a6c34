//! What both programs share: messages, names, the end of a run.

mod target;
// The same as in the program kartoteka.
#[path = "../../../../../src/bin/kartoteka/temporary.rs"]
mod temporary;

use std::error::Error;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use kartoteka::{FORMATS, Finding, Format, Severity, Tally};

pub(crate) use self::target::{Target, is_one_place};

/// How many findings are printed.
const PRINTED: u64 = 20;

/// Says what happens, on standard error.
pub(crate) struct Say {
    quiet: bool,
    progress: bool,
    last: Instant,
    is_line: bool,
    printed: u64,
    pub(crate) tally: Tally,
    /// Whether an input was not read, or not to its end.
    pub(crate) not_all: bool,
    /// Whether something was left out, or a table of findings has errors.
    pub(crate) lost: bool,
}

impl Say {
    pub(crate) fn new(quiet: bool) -> Say {
        let progress = !quiet && io::stderr().is_terminal();
        let (last, tally) = (Instant::now(), Tally::default());
        Say { quiet, progress, last, is_line: false, printed: 0, tally, not_all: false, lost: false }
    }

    /// Shows how far the run is, five times a second.
    pub(crate) fn progress(&mut self, name: &str, records: u64) {
        if self.progress && self.last.elapsed() > Duration::from_millis(200) {
            self.last = Instant::now();
            self.is_line = true;
            let _ = write!(io::stderr(), "\r\x1B[K{}: {records} records", printable(name));
        }
    }

    /// Ends the run as it came out.
    pub(crate) fn exit(mut self, run: Result<String, Stop>) -> ExitCode {
        match run {
            Ok(summary) => self.end(summary),
            Err(Stop::ClosedPipe) => ExitCode::SUCCESS,
            Err(Stop::Message(why)) => {
                self.error(why);
                ExitCode::from(2)
            }
        }
    }

    /// Says why something could not be done.
    pub(crate) fn error(&mut self, why: impl Display) {
        self.line(&format!("error: {why}"));
    }

    fn line(&mut self, text: &str) {
        let clear = if std::mem::take(&mut self.is_line) { "\r\x1B[K" } else { "" };
        let _ = writeln!(io::stderr(), "{clear}{}", printable(text));
    }

    /// Counts a finding, and prints the first ones.
    pub(crate) fn finding(&mut self, name: &str, finding: &Finding) {
        self.tally.add(finding);
        if !self.quiet && self.printed < PRINTED {
            self.line(&format!("{name}: {finding}"));
        }
        self.printed += 1;
    }

    /// Says something that is worth knowing.
    pub(crate) fn note(&mut self, text: impl Display) {
        if !self.quiet {
            self.line(&text.to_string());
        }
    }

    /// Ends the run: 2 if an input was not read, 1 if something was lost or an error found, else 0.
    fn end(mut self, summary: impl Display) -> ExitCode {
        if let Some(more) = self.printed.checked_sub(PRINTED).filter(|more| *more > 0) {
            self.note(format_args!("and {more} more findings, which --as findings makes a table of"));
        }
        self.note(summary);
        let errors = self.tally.at_least(Severity::Error) > 0;
        match (self.not_all, self.lost || errors) {
            (true, _) => ExitCode::from(2),
            (false, true) => ExitCode::from(1),
            (false, false) => ExitCode::SUCCESS,
        }
    }
}

/// Why a run stops.
pub(crate) enum Stop {
    Message(String),
    /// Nobody reads standard output any more, and nothing is wrong.
    ClosedPipe,
}

impl Stop {
    /// An output that cannot be written.
    pub(crate) fn writing(name: impl Display, error: &(dyn Error + 'static)) -> Stop {
        let mut causes = std::iter::successors(Some(error), |error| (*error).source());
        let is_closed = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
        match causes.any(|cause| cause.downcast_ref().is_some_and(is_closed)) {
            true => Stop::ClosedPipe,
            false => Stop::Message(format!("{name}: cannot be written: {error}")),
        }
    }
}

impl From<String> for Stop {
    fn from(message: String) -> Stop {
        Stop::Message(message)
    }
}

/// Text without the characters that a terminal obeys.
fn printable(text: &str) -> String {
    let shown = |char: char| if char.is_control() && char != '\n' { '\u{FFFD}' } else { char };
    text.chars().map(shown).collect()
}

/// A format by its name, of those that can be used so.
pub(crate) fn format(text: &str, verb: &str, can: fn(Format) -> bool) -> Result<Format, String> {
    let known = Format::from_name(text);
    known.filter(|format| can(*format)).ok_or_else(|| {
        let names = FORMATS.iter().filter(|format| can(**format)).map(|format| format.name());
        let names = names.collect::<Vec<_>>().join(", ");
        match known {
            Some(format) => format!("{format} cannot be {verb} here; these can: {names}"),
            None => format!("no format {text:?}; there are {names}"),
        }
    })
}

pub(crate) fn charset(text: &str) -> Result<kartoteka::Charset, String> {
    text.parse().map_err(|error: kartoteka::ParseCharsetError| error.to_string())
}

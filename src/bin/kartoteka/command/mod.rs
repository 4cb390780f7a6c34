//! The commands: one file each, with its options and what it does.

mod append;
mod convert;
mod count;
mod crosswalk;
mod dedupe;
mod diff;
mod explain;
mod external;
mod filter;
mod formats;
mod info;
mod manual;
pub(crate) mod options;
mod path;
mod recover;
mod repair;
mod sample;
mod schema;
mod select;
mod show;
mod slice;
mod split;
mod stats;
mod terms;
mod validate;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};

use crate::failure::{Failure, Outcome};
use crate::terminal::complain;

const EXIT_STATUS: &str = "\
Exit status:
  0  done; nothing at or above --fail-on was found
  1  done, with findings at or above it; in convert also: something was rejected, replaced or dropped
  2  not done: wrong usage, a file that cannot be opened or written, --strict and a malformed record";

/// Bibliographic records: ISO 2709 (MARC 21, UNIMARC, RUSMARC), MARCXML, MARC-in-JSON, IRBIS.
///
/// Reads damaged and mislabelled files, says what is wrong with them and where, and loses nothing silently. Data go
/// to standard output, all messages to standard error.
#[derive(Debug, Parser)]
#[command(name = "kartoteka", version, after_help = EXIT_STATUS, max_term_width = 100)]
#[command(propagate_version = true, disable_help_subcommand = false)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands, each with its options and what runs it.
macro_rules! commands {
    ($($name:ident($options:ty) $run:path;)+) => {
        #[derive(Debug, Subcommand)]
        pub(crate) enum Command {
            $($name($options),)+
        }

        impl Command {
            fn run(&self) -> Result<Outcome, Failure> {
                match self {
                    $(Command::$name(options) => $run(options),)+
                }
            }
        }
    };
}

commands! {
    Convert(Box<convert::Options>) convert::run;
    Append(append::Options) append::run;
    Validate(Box<validate::Options>) validate::run;
    Show(show::Options) show::run;
    Info(info::Options) info::run;
    Count(count::Options) count::run;
    Crosswalk(crosswalk::Options) crosswalk::run;
    Stats(stats::Options) stats::run;
    Select(select::Options) select::run;
    Filter(filter::Options) filter::run;
    Terms(terms::Options) terms::run;
    Recover(recover::Options) recover::run;
    Slice(slice::Options) slice::run;
    Split(split::Options) split::run;
    Sample(sample::Options) sample::run;
    Diff(diff::Options) diff::run;
    Dedupe(dedupe::Options) dedupe::run;
    Match(Box<dedupe::MatchOptions>) dedupe::on_list;
    Repair(Box<repair::Options>) repair::run;
    Formats(formats::Options) formats::run;
    Path(path::Options) path::run;
    Schema(schema::Options) schema::run;
    Explain(explain::Options) explain::run;
    Completions(manual::Completions) manual::completions;
    Man(manual::Man) manual::man;
}

impl Request {
    pub(crate) fn run(&self) -> Result<Outcome, Failure> {
        match self {
            Request::Own(command) => command.run(),
            Request::Other(program, arguments) => external::run(program, arguments),
        }
    }
}

/// What the command line asks for.
pub(crate) enum Request {
    /// A command of this program.
    Own(Box<Command>),
    /// Another program, with its arguments.
    Other(PathBuf, Vec<OsString>),
}

/// Reads the command line. Where it asks for help, or is wrong, prints that and returns the exit status.
pub(crate) fn parse() -> Result<Request, ExitCode> {
    let words: Vec<OsString> = std::env::args_os().collect();
    let mut error = match Arguments::try_parse_from(&words) {
        Ok(arguments) => return Ok(Request::Own(Box::new(arguments.command))),
        Err(error) => error,
    };
    match error.kind() {
        // The folders of PATH are read only where the list is to be shown.
        ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let command = Arguments::command().after_help(external::help(EXIT_STATUS));
            error = command.try_get_matches_from(&words).err().unwrap_or(error);
        }
        ErrorKind::InvalidSubcommand => {
            let (name, arguments) = match words.as_slice() {
                [_, help, name, ..] if help == "help" => (name, vec!["--help".into()]),
                [_, name, arguments @ ..] => (name, arguments.to_vec()),
                _ => return Err(report(&error)),
            };
            if let Some(program) = external::find(name) {
                return Ok(Request::Other(program, arguments));
            }
        }
        _ => {}
    }
    Err(report(&error))
}

/// Prints an error of the command line, or the help it asks for, and returns the exit status.
fn report(error: &clap::Error) -> ExitCode {
    match error.print().and_then(|()| io::stdout().flush()) {
        Err(why) if why.kind() != io::ErrorKind::BrokenPipe => {
            complain(&format!("stdout: cannot write: {}", crate::failure::reason(&why)));
            ExitCode::from(2)
        }
        _ => ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}

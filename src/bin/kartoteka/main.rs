//! The `kartoteka` program: bibliographic records on the command line.
//!
//! Data go to standard output, everything said to a person to standard error. See `kartoteka help`.

mod args;
mod compression;
mod convert;
mod count;
mod diff;
mod edit;
mod explain;
mod failure;
mod filter;
mod formats;
mod info;
mod input;
mod manual;
mod master;
mod names;
mod output;
mod path;
mod pieces;
mod place;
mod progress;
mod recover;
mod repair;
mod report;
mod select;
mod show;
mod stats;
mod summary;
mod terminal;
mod terms;
mod validate;
mod work;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Arguments, Command};
use crate::failure::{Failure, Outcome};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match &arguments.command {
        Command::Convert(options) => convert::run(options),
        Command::Validate(options) => validate::run(options),
        Command::Show(options) => show::run(options),
        Command::Info(options) => info::run(options),
        Command::Count(options) => count::run(options),
        Command::Terms(options) => terms::run(options),
        Command::Recover(options) => recover::run(options),
        Command::Slice(options) => pieces::slice(options),
        Command::Split(options) => pieces::split(options),
        Command::Sample(options) => pieces::sample(options),
        Command::Diff(options) => diff::run(options),
        Command::Repair(options) => repair::run(options),
        Command::Stats(options) => stats::run(options),
        Command::Select(options) => select::run(options),
        Command::Filter(options) => filter::run(options),
        Command::Formats(options) => formats::run(options),
        Command::Path(options) => path::run(options),
        Command::Explain(options) => explain::run(options),
        Command::Completions(options) => manual::completions(options),
        Command::Man(options) => manual::man(options),
    };
    match result {
        Ok(Outcome::Clean) | Err(Failure::ClosedPipe) => ExitCode::SUCCESS,
        Ok(Outcome::Findings) => ExitCode::from(1),
        Ok(Outcome::NotAll) => ExitCode::from(2),
        Err(Failure::Message(message)) => {
            terminal::complain(&message);
            ExitCode::from(2)
        }
    }
}

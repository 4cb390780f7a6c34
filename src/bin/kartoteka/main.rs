//! The `kartoteka` program: bibliographic records on the command line.
//!
//! Data go to standard output, everything said to a person to standard error. See `kartoteka help`.

mod command;
mod crosswalk;
mod edit;
mod failure;
mod input;
mod names;
mod output;
mod parts;
mod progress;
mod rejects;
mod report;
mod temporary;
mod terminal;
mod work;

use std::process::ExitCode;

use crate::failure::{Failure, Outcome};

fn main() -> ExitCode {
    let request = match command::parse() {
        Ok(request) => request,
        Err(status) => return status,
    };
    match request.run() {
        Ok(Outcome::Clean) | Err(Failure::ClosedPipe) => ExitCode::SUCCESS,
        Ok(Outcome::Findings) => ExitCode::from(1),
        Ok(Outcome::NotAll) => ExitCode::from(2),
        Err(Failure::Message(message)) => {
            terminal::complain(&message);
            ExitCode::from(2)
        }
        Err(Failure::Library(error)) => {
            terminal::complain(&error.to_string());
            ExitCode::from(2)
        }
    }
}

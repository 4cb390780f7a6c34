//! How a run ends.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::Path;

use kartoteka::{Error, ErrorKind};

/// A run that was carried through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// Exit status 0.
    Clean,
    /// Exit status 1: something was found, rejected, replaced or dropped.
    Findings,
    /// Exit status 2: an input could not be read, which was said, and the others were.
    NotAll,
}

impl From<u8> for Outcome {
    /// The outcome with this exit status.
    fn from(status: u8) -> Outcome {
        match status {
            0 => Outcome::Clean,
            1 => Outcome::Findings,
            _ => Outcome::NotAll,
        }
    }
}

/// A run that was not.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Nobody reads the output any more. That is no error: exit status 0, and no word.
    ClosedPipe,
    /// Exit status 2, and this is why.
    Message(String),
    /// Exit status 2: an error of the library, before it is said of which input.
    Library(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Library(error)
    }
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Failure {
        Failure::Message(message.into())
    }

    /// A failure with a file, or another thing that has a name.
    pub(crate) fn at(name: impl fmt::Display, why: impl fmt::Display) -> Failure {
        Failure::Message(format!("{name}: {why}"))
    }

    /// A failure while reading.
    pub(crate) fn reading(name: impl fmt::Display, error: &Error) -> Failure {
        match error.kind() {
            ErrorKind::Read(why) => Failure::at(name, format_args!("cannot read: {}", reason(why))),
            ErrorKind::Write(why) => Failure::at(name, format_args!("cannot write: {}", reason(why))),
            _ => Failure::at(name, error),
        }
    }

    /// A failure while writing.
    pub(crate) fn writing(name: impl fmt::Display, why: &io::Error) -> Failure {
        match why.kind() {
            io::ErrorKind::BrokenPipe => Failure::ClosedPipe,
            _ => Failure::at(name, format_args!("cannot write: {}", reason(why))),
        }
    }
}

/// Opens a file for reading.
pub(crate) fn open(path: &Path) -> Result<File, Failure> {
    File::open(path).map_err(|why| Failure::at(path.display(), format_args!("cannot open: {}", reason(&why))))
}

/// Reads a file of text.
pub(crate) fn read_text(path: &Path) -> Result<String, Failure> {
    let failed = |why| Failure::at(path.display(), format_args!("cannot read: {}", reason(&why)));
    std::fs::read_to_string(path).map_err(failed)
}

/// Returns what the system says, without the number of the error.
pub(crate) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((reason, _)) => reason.to_owned(),
        None => text,
    }
}

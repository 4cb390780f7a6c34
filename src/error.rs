//! When we cannot go on, or were told not to.

use std::fmt;
use std::io;

use crate::{Code, Diagnostic, Location};

/// The result of everything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Bytes that have no meaning in a character set, or text that the character set cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// A byte sequence is not valid in the character set.
    #[error("byte {offset} is not valid in {charset}")]
    Invalid {
        /// Offset of the first bad byte in the bytes given, 0-based.
        offset: usize,
        /// The name of the character set.
        charset: &'static str,
    },
    /// A character does not exist in the character set.
    #[error("{character:?} at byte {offset} does not exist in {charset}")]
    Unencodable {
        /// Offset of the character in the UTF-8 text given, in bytes, 0-based.
        offset: usize,
        /// The character.
        character: char,
        /// The name of the character set.
        charset: &'static str,
    },
    /// The character set is known by name only.
    #[error("no tables for {charset}")]
    Unsupported {
        /// The name of the character set.
        charset: &'static str,
    },
}

impl DecodeError {
    /// The same for bytes or text that stand so far behind others.
    pub(crate) fn behind(mut self, before: usize) -> DecodeError {
        match &mut self {
            DecodeError::Invalid { offset, .. } | DecodeError::Unencodable { offset, .. } => {
                *offset = offset.saturating_add(before);
            }
            DecodeError::Unsupported { .. } => {}
        }
        self
    }
}

/// Why something could not be done: one word wide, with the place where it is known.
///
/// What is wrong in the *data* is a [`Diagnostic`], and reading goes on. An `Error` comes when the input cannot be
/// read, the output cannot be written, a record cannot be carried over, or strict reading was asked for.
/// [`Error::is_record`] tells whether only one record is concerned, so that the caller can go on with the next.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    at: Option<Location>,
}

/// The kinds of errors.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input could not be read.
    #[error("cannot read")]
    Read(#[source] io::Error),
    /// The output could not be written.
    #[error("cannot write")]
    Write(#[source] io::Error),
    /// The record is damaged, and reading is strict, or nothing of it could be kept.
    #[error("malformed record: {0}")]
    Malformed(Diagnostic),
    /// The record cannot be written in the form that was asked for.
    #[error("cannot be written: {0}")]
    Unrepresentable(Diagnostic),
    /// Bytes do not decode.
    #[error("cannot decode")]
    Decode(#[source] DecodeError),
    /// The input is in none of the formats known, or in one that cannot be read.
    #[error("{0}")]
    Format(String),
    /// A name, text or number given by the caller is not one that means something here.
    #[error("{0}")]
    Argument(String),
}

impl Error {
    /// Makes an error of this kind, without a place.
    pub fn new(kind: ErrorKind) -> Error {
        let at = match &kind {
            ErrorKind::Malformed(finding) | ErrorKind::Unrepresentable(finding) => Some(finding.location),
            _ => None,
        };
        Error(Box::new(Inner { kind, at }))
    }

    pub(crate) fn malformed(finding: Diagnostic) -> Error {
        Error::new(ErrorKind::Malformed(finding))
    }

    pub(crate) fn unrepresentable(finding: Diagnostic) -> Error {
        Error::new(ErrorKind::Unrepresentable(finding))
    }

    pub(crate) fn argument(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Argument(message.into()))
    }

    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// Takes out what went wrong.
    pub fn into_kind(self) -> ErrorKind {
        self.0.kind
    }

    /// Where, if that is known.
    pub fn location(&self) -> Option<&Location> {
        self.0.at.as_ref()
    }

    /// The finding behind it, if it is about the data of one record.
    pub fn diagnostic(&self) -> Option<&Diagnostic> {
        match self.kind() {
            ErrorKind::Malformed(finding) | ErrorKind::Unrepresentable(finding) => Some(finding),
            _ => None,
        }
    }

    /// The code of the finding behind it.
    pub fn code(&self) -> Option<Code> {
        self.diagnostic().map(|finding| finding.code)
    }

    /// Whether it concerns one record only, so that the next one can be read or written.
    pub fn is_record(&self) -> bool {
        self.diagnostic().is_some()
    }

    /// Whether the input could not be read or the output not be written.
    pub fn is_io(&self) -> bool {
        matches!(self.kind(), ErrorKind::Read(_) | ErrorKind::Write(_))
    }
}

impl fmt::Debug for Error {
    /// One line, with the source behind it: what `fn main() -> Result` prints.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        match std::error::Error::source(self) {
            Some(source) => write!(f, ": {source}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.kind.fmt(f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.0.kind)
    }
}

impl From<io::Error> for Error {
    /// An error of reading: [`ErrorKind::Read`].
    fn from(error: io::Error) -> Error {
        Error::new(ErrorKind::Read(error))
    }
}

impl From<DecodeError> for Error {
    fn from(error: DecodeError) -> Error {
        Error::new(ErrorKind::Decode(error))
    }
}

impl From<crate::ParseTagError> for Error {
    fn from(error: crate::ParseTagError) -> Error {
        Error::argument(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error as _;

    #[test]
    fn one_word_wide() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        assert_eq!(size_of::<Result<()>>(), size_of::<usize>());
    }

    #[test]
    fn the_source_is_real_and_not_repeated() {
        let error = Error::from(io::Error::other("disk on fire"));
        assert!(error.is_io() && !error.is_record());
        assert_eq!(error.to_string(), "cannot read");
        assert_eq!(error.source().unwrap().to_string(), "disk on fire");
    }

    #[test]
    fn a_record_error_carries_its_finding_and_place() {
        let finding = Diagnostic::new(Code::Truncated, Location::default(), "12 bytes", "kept");
        let error = Error::malformed(finding.clone());
        assert!(error.is_record());
        assert_eq!(error.diagnostic(), Some(&finding));
        assert_eq!(error.location(), Some(&finding.location));
        assert_eq!(error.code(), Some(Code::Truncated));
    }
}

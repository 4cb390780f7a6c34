//! Errors: when an operation cannot continue, or strict reading was requested.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::finding::{Finding, Rule};
use crate::position::Location;
use crate::tag::ParseTagError;

/// The result of fallible operations.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Says that a character set is known by name only.
pub(crate) fn no_tables(charset: impl fmt::Display) -> String {
    format!("there are no tables for {charset}")
}

/// Bytes that are invalid in a character set, or text that it cannot encode.
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
    #[error("{}", no_tables(charset))]
    Unsupported {
        /// The name of the character set.
        charset: &'static str,
    },
}

impl DecodeError {
    /// Returns the same error with an offset greater by `before`.
    pub(crate) fn after(mut self, before: usize) -> DecodeError {
        match &mut self {
            DecodeError::Invalid { offset, .. } | DecodeError::Unencodable { offset, .. } => {
                *offset = offset.saturating_add(before);
            }
            DecodeError::Unsupported { .. } => {}
        }
        self
    }
}

/// Why something could not be done: one word wide, with the place and the path of the file where they are known.
///
/// Faults in the *data* are [`Finding`]s, and reading continues. An `Error` is returned when the input cannot
/// be read, the output cannot be written, a record cannot be converted, or strict reading was requested.
/// [`Error::is_record`] reports whether only one record is affected, so that the caller can continue with the
/// next.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    at: Option<Location>,
    path: Option<PathBuf>,
}

/// Why an input or output is in no format that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// The content fits no format; the text names the nearest one and why it is not that.
    #[error("the format of the input is not recognized; {0}")]
    NotRecognized(String),
    /// The input is known to be something else, such as compressed data.
    #[error("the input is {0}")]
    Foreign(&'static str),
    /// The format is known, but the feature it needs is off.
    #[error("{format} is not compiled in: the feature `{feature}` is off")]
    NotCompiledIn {
        /// The name of the format.
        format: &'static str,
        /// The feature of this crate that it needs.
        feature: &'static str,
    },
    /// The format needs a file that can be read at any offset, and was given a stream.
    #[error("{0} needs random access: give a file path, not a stream")]
    NeedsFile(&'static str),
    /// The format cannot be written, or not to a stream.
    #[error("{0} cannot be written to a stream")]
    NotWritable(&'static str),
    /// The input cannot be in the format that was named.
    #[error("{0}")]
    Refused(String),
}

/// The kinds of errors.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Input or output failed in code of the caller, where the direction is not known.
    #[error("input or output failed")]
    Io(#[source] io::Error),
    /// The input could not be read.
    #[error("cannot read")]
    Read(#[source] io::Error),
    /// The output could not be written.
    #[error("cannot write")]
    Write(#[source] io::Error),
    /// The record is damaged, and reading is strict or nothing of it could be kept.
    #[error("malformed record: {0}")]
    Malformed(Finding),
    /// The record cannot be represented in the requested form.
    #[error("cannot be written: {0}")]
    Unrepresentable(Finding),
    /// Bytes do not decode.
    #[error("cannot decode")]
    Decode(#[source] DecodeError),
    /// The input is in none of the formats known, or in one that cannot be read.
    #[error(transparent)]
    Format(FormatError),
    /// A name, text or number given by the caller is invalid.
    #[error("{0}")]
    Argument(String),
}

impl Error {
    /// Creates an error of this kind, without a location.
    pub fn new(kind: ErrorKind) -> Error {
        let at = match &kind {
            ErrorKind::Malformed(finding) | ErrorKind::Unrepresentable(finding) => Some(finding.location),
            _ => None,
        };
        Error(Box::new(Inner { kind, at, path: None }))
    }

    pub(crate) fn read(error: io::Error) -> Error {
        Error::new(ErrorKind::Read(error))
    }

    pub(crate) fn write(error: io::Error) -> Error {
        Error::new(ErrorKind::Write(error))
    }

    pub(crate) fn format(error: FormatError) -> Error {
        Error::new(ErrorKind::Format(error))
    }

    /// Makes an error about an input that cannot be in the format that was named.
    pub(crate) fn refused(message: impl Into<String>) -> Error {
        Error::format(FormatError::Refused(message.into()))
    }

    /// Names the file that the error is about, unless one is named already.
    #[must_use]
    pub fn with_path(mut self, path: impl Into<PathBuf>) -> Error {
        self.0.path.get_or_insert_with(|| path.into());
        self
    }

    /// Returns the path of the file that the error is about, if it is known.
    pub fn path(&self) -> Option<&Path> {
        self.0.path.as_deref()
    }

    pub(crate) fn malformed(finding: Finding) -> Error {
        Error::new(ErrorKind::Malformed(finding))
    }

    pub(crate) fn unrepresentable(finding: Finding) -> Error {
        Error::new(ErrorKind::Unrepresentable(finding))
    }

    pub(crate) fn argument(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Argument(message.into()))
    }

    /// Returns the kind of error.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// Returns the kind of error, owned.
    pub fn into_kind(self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the location, if known.
    pub fn location(&self) -> Option<&Location> {
        self.0.at.as_ref()
    }

    /// Returns the finding that caused it, if it concerns the data of one record.
    pub fn finding(&self) -> Option<&Finding> {
        match self.kind() {
            ErrorKind::Malformed(finding) | ErrorKind::Unrepresentable(finding) => Some(finding),
            _ => None,
        }
    }

    /// Returns the same error again, if it concerns one record only.
    pub(crate) fn of_record(&self) -> Option<Error> {
        match self.kind() {
            ErrorKind::Malformed(finding) => Some(Error::malformed(finding.clone())),
            ErrorKind::Unrepresentable(finding) => Some(Error::unrepresentable(finding.clone())),
            _ => None,
        }
    }

    /// Returns the rule of that finding.
    pub fn rule(&self) -> Option<Rule> {
        self.finding().map(|finding| finding.rule)
    }

    /// Returns whether it concerns one record only, so that the next one can be read or written.
    pub fn is_record(&self) -> bool {
        self.finding().is_some()
    }

    /// Returns whether the input could not be read or the output not be written.
    pub fn is_io(&self) -> bool {
        matches!(self.kind(), ErrorKind::Io(_) | ErrorKind::Read(_) | ErrorKind::Write(_))
    }
}

impl fmt::Debug for Error {
    /// Writes one line with the source at its end, as printed by `fn main() -> Result`.
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
        match (&self.0.kind, &self.0.path) {
            (kind, None) => kind.fmt(f),
            (ErrorKind::Read(_) | ErrorKind::Write(_), Some(path)) => {
                write!(f, "{} {}", self.0.kind, path.display())
            }
            (kind, Some(path)) => write!(f, "{}: {kind}", path.display()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.0.kind)
    }
}

impl From<io::Error> for Error {
    /// An error whose direction is not known: [`ErrorKind::Io`].
    fn from(error: io::Error) -> Error {
        Error::new(ErrorKind::Io(error))
    }
}

impl From<DecodeError> for Error {
    fn from(error: DecodeError) -> Error {
        Error::new(ErrorKind::Decode(error))
    }
}

impl From<ParseTagError> for Error {
    fn from(error: ParseTagError) -> Error {
        Error::argument(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::rules::TRUNCATED;
    use std::error::Error as _;

    #[test]
    fn one_word_wide() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        assert_eq!(size_of::<Result<()>>(), size_of::<usize>());
    }

    #[test]
    fn the_source_is_real_and_not_repeated() {
        let error = Error::read(io::Error::other("disk on fire"));
        assert!(error.is_io() && !error.is_record());
        assert_eq!(error.to_string(), "cannot read");
        assert_eq!(error.source().unwrap().to_string(), "disk on fire");
        let error = error.with_path("a.mrc").with_path("b.mrc");
        assert_eq!(format!("{error:?}"), "cannot read a.mrc: disk on fire");
        assert_eq!(error.path(), Some(Path::new("a.mrc")));
        let error = Error::from(io::Error::other("no such folder"));
        assert_eq!(format!("{error:?}"), "input or output failed: no such folder");
    }

    #[test]
    fn a_record_error_carries_its_finding_and_place() {
        let finding = Finding::new(TRUNCATED, Location::default(), "12 bytes", "kept");
        let error = Error::malformed(finding.clone());
        assert!(error.is_record());
        assert_eq!(error.finding(), Some(&finding));
        assert_eq!(error.location(), Some(&finding.location));
        assert_eq!(error.rule(), Some(TRUNCATED));
    }
}

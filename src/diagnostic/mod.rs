//! What is wrong in the data: findings with a code and a place.

mod code;
mod findings;
mod report;

use std::borrow::Cow;
use std::fmt;

pub use self::code::Code;
pub use self::findings::Findings;
pub use self::report::Report;
use crate::Location;

/// A number of things, the word in the right form: `1 byte`, `2 bytes`. `thing` is the word for one, and more are that
/// with an s.
pub(crate) fn counted(number: impl Into<u128>, thing: &str) -> String {
    match number.into() {
        1 => format!("1 {thing}"),
        number => format!("{number} {thing}s"),
    }
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing is wrong with the record.
    Note,
    /// Against the standard, but every reader would take it the same way.
    Warning,
    /// The record is damaged, or part of it could not be carried over.
    Error,
}

impl Severity {
    /// The lower-case name: `note`, `warning` or `error`.
    pub const fn name(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One thing that is wrong in the data: what, where, and what was done about it.
///
/// # Example
/// ```
/// use kartoteka::{Code, iso2709, RecordRead, ReadOptions, Record};
///
/// // The length in the leader says 39, the record has 38 bytes.
/// let data = b"00039nam a2200037 a 4500001\x30\x30\x30\x32\x30\x30\x30\x30\x30\x1e1\x1e\x1d";
/// let mut reader = iso2709::SliceReader::new(data, &ReadOptions::new());
/// let mut record = Record::new();
/// assert!(reader.read_record(&mut record)?);
/// assert!(reader.diagnostics().iter().any(|finding| finding.code == Code::RecordLengthMismatch));
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The kind of finding; gives its severity too.
    pub code: Code,
    /// Where it was found.
    pub location: Location,
    /// What is wrong with this record: what was found and what was expected; no place, no full stop.
    pub message: Cow<'static, str>,
    /// What was done about it, such as `kept`; empty if there was nothing to do.
    pub action: &'static str,
}

impl Diagnostic {
    /// Makes a finding.
    pub fn new(
        code: Code,
        location: Location,
        message: impl Into<Cow<'static, str>>,
        action: &'static str,
    ) -> Diagnostic {
        Diagnostic { code, location, message: message.into(), action }
    }

    /// How much it weighs: the severity of its code.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

impl fmt::Display for Diagnostic {
    /// `error[B001] record 7 (byte 10532): the leader says 39 bytes, the record has 38; kept`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}] {}: {}", self.severity(), self.code, self.location, self.message)?;
        if !self.action.is_empty() {
            write!(f, "; {}", self.action)?;
        }
        Ok(())
    }
}

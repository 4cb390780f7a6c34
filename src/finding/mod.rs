//! Findings: what is wrong in the data, with a rule and a location. Knows no rule.

mod list;
mod rule;
mod tally;

use std::borrow::Cow;
use std::fmt;

pub use self::list::Findings;
pub(crate) use self::rule::rules;
pub use self::rule::{Rule, RuleInfo};
pub use self::tally::Tally;

use crate::named::{Named, ParseNameError};
use crate::position::Location;

/// Returns a number with its noun: `1 byte`, `2 bytes`. `thing` is the singular; the plural adds an s.
///
/// # Example
/// ```
/// use kartoteka::report::counted;
///
/// assert_eq!((counted(1u64, "record"), counted(0u64, "record")), ("1 record".to_owned(), "0 records".to_owned()));
/// ```
pub fn counted(number: impl Into<u128>, thing: &str) -> String {
    match number.into() {
        1 => format!("1 {thing}"),
        number => format!("{number} {thing}s"),
    }
}

/// How serious a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// For information; nothing is wrong with the record.
    Note,
    /// Violates the standard, but all readers would understand it in the same way.
    Warning,
    /// The record is damaged, or part of it could not be converted.
    Error,
}

impl Severity {
    /// Returns the lower-case name: `note`, `warning` or `error`.
    pub const fn name(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

impl Named for Severity {
    const ALL: &'static [Severity] = &[Severity::Note, Severity::Warning, Severity::Error];

    fn name(&self) -> &'static str {
        Severity::name(*self)
    }
}

impl std::str::FromStr for Severity {
    type Err = ParseNameError;

    /// Takes a name in any case.
    fn from_str(text: &str) -> Result<Severity, ParseNameError> {
        Named::from_name(text).ok_or_else(|| ParseNameError::new::<Severity>(text))
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One fault in the data: what, where, and what was done about it.
///
/// # Example
/// ```
/// use kartoteka::{iso2709, rules, RecordRead, ReadOptions, Record};
///
/// // The length in the leader says 39, the record has 38 bytes.
/// let data = b"00039nam a2200037 a 4500001\x30\x30\x30\x32\x30\x30\x30\x30\x30\x1e1\x1e\x1d";
/// let mut reader = iso2709::SliceReader::new(data, &ReadOptions::new());
/// let mut record = Record::new();
/// assert!(reader.read_record(&mut record)?);
/// assert!(reader.findings().iter().any(|finding| finding.rule == rules::RECORD_LENGTH_MISMATCH));
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule, which also gives the severity.
    pub rule: Rule,
    /// Location of the fault.
    pub location: Location,
    /// What is wrong with this record: found and expected values; no location, no full stop.
    pub message: Cow<'static, str>,
    /// What was done about it, such as `kept`; empty if nothing.
    pub action: &'static str,
}

impl Finding {
    /// Creates a finding.
    pub fn new(
        rule: Rule,
        location: Location,
        message: impl Into<Cow<'static, str>>,
        action: &'static str,
    ) -> Finding {
        Finding { rule, location, message: message.into(), action }
    }

    /// Returns the severity of its rule.
    pub fn severity(&self) -> Severity {
        self.rule.severity()
    }
}

impl fmt::Display for Finding {
    /// Writes `error[B001] record 7 (byte 10532): the leader says 39 bytes, the record has 38; kept`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}] {}: {}", self.severity(), self.rule, self.location, self.message)?;
        if !self.action.is_empty() {
            write!(f, "; {}", self.action)?;
        }
        Ok(())
    }
}

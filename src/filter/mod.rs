//! Filters: boolean expressions that select records.
//!
//! A [`Filter`] is a boolean expression over [paths](crate::path), modelled on the filters of pica-rs. Parse
//! it once and use [`Filter::matches`] on every record. Bytes are compared without decoding where that
//! suffices; only in a character set other than UTF-8, a needle or value that is not ASCII is decoded.
//!
//! | expression | holds if |
//! |---|---|
//! | `020?`, `!020?` | the path finds something, nothing |
//! | `245$a == "Divan"`, `!=` | a value equals this, differs from it |
//! | `245$a =^ "The"`, `!^` | a value begins with this, does not |
//! | `245$a =$ "/"`, `!$` | ends with |
//! | `245$a =? "love"`, `!?` | contains |
//! | `245$a =~ "^[Tt]he "`, `!~` | matches the regular expression |
//! | `245$a =* "Lelyi"`, `!*` | is similar: edit distance relative to length, see [`FilterOptions::threshold`] |
//! | `LDR/6 in ["a", "t"]`, `not in` | equals one of these; every operator takes a list |
//! | `008/7-10 >= 1990`, `> < <=` | compares as a number; with quotes, as text |
//! | `#650 >= 3`, `#650$a == 1` | the number of fields or values found |
//! | `ALL 650$a =^ "P"`, `ANY …` | every value does, and there is at least one; any does, the default |
//! | `a && b`, `a ^ b`, `a \|\| b`, `!(a)` | both, exactly one, either, not; `&&` binds closest |
//!
//! A whole data field is compared subfield by subfield. Conditions within one field go into the braces of the
//! path: `650{^2=\0}$a =? "poetry"`.
//!
//! # The same in three worlds
//! ```
//! use kartoteka::{Filter, RecordRead, open};
//!
//! let ask = |file: &str, filter: &str| -> kartoteka::Result<Vec<u64>> {
//!     let filter: Filter = filter.parse()?;
//!     let mut found = Vec::new();
//!     for record in open(file)?.records() {
//!         let record = record?;
//!         if filter.matches(record.view()) {
//!             found.push(record.position().record);
//!         }
//!     }
//!     Ok(found)
//! };
//! let marc21 = |filter: &str| ask("fixtures/iso2709/marc21.mrc", filter);
//! let unimarc = |filter: &str| ask("fixtures/iso2709/unimarc.mrc", filter);
//! let irbis = |filter: &str| ask("fixtures/irbis/export.txt", filter);
//!
//! // By the start of the title.
//! assert_eq!(marc21(r#"245$a =^ "Leyli""#)?, [0]);
//! assert_eq!(unimarc(r#"200$a =^ "Leyli""#)?, [0]);
//! assert_eq!(irbis(r#"v200^a =^ "Евгений""#)?, [0]);
//!
//! // By language, one of several.
//! assert_eq!(marc21(r#"008/35-37 in ["aze", "kaz"] && 245?"#)?.first(), Some(&0));
//! assert_eq!(unimarc(r#"101$a in ["kaz", "uzb"]"#)?.first(), Some(&1));
//! assert_eq!(irbis(r#"v101 in ["fre", "ger"]"#)?, [1]);
//!
//! // By how often something is there.
//! assert_eq!(marc21("#952 >= 2")?.first(), Some(&0));
//! assert_eq!(unimarc("#606 >= 2 && 461?")?, [0]);
//! assert_eq!(irbis("#910 >= 2 && !461?")?.first(), Some(&0));
//!
//! // By a regular expression.
//! # #[cfg(feature = "regex")] {
//! assert_eq!(marc21(r#"264$c =~ "^2004""#)?, [0]);
//! assert_eq!(unimarc(r#"210$d =~ "^199\\d$""#)?, [1]);
//! assert_eq!(irbis(r#"v210^d =~ "^18(33|68)$""#)?, [0, 1]);
//! # }
//! # Ok::<(), kartoteka::Error>(())
//! ```
//!
//! # Spec
//! The operators are those of [pica-rs](https://deutsche-nationalbibliothek.github.io/pica-rs/), `record filters`; the
//! paths are ours.

mod compile;
mod expr;
mod options;
mod parse;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use self::compile::Compiled;
use self::expr::Expr;
pub use self::options::FilterOptions;
use crate::error::Error;
use crate::path::Fault;
use crate::record::RecordRef;

/// A condition that each record meets or not. See the [module](self).
///
/// # Example
/// ```
/// use kartoteka::{Filter, Record};
///
/// let filter: Filter = r#"245$a =^ "The" && !020?"#.parse()?;
/// let record = Record::builder().data_field("245", "14", [('a', "The divan")]).build()?;
/// assert!(filter.matches(record.view()));
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Filter {
    expr: Expr,
    compiled: Compiled,
}

impl Filter {
    /// Parses a filter that compares according to `options`.
    ///
    /// # Errors
    /// [`ParseFilterError`] with the offset of the fault.
    pub fn parse(text: &str, options: FilterOptions) -> Result<Filter, ParseFilterError> {
        let expr = parse::whole(text).map_err(|fault| ParseFilterError::of(text, fault))?;
        let compiled = Compiled::new(&expr, options)
            .map_err(|message| ParseFilterError { offset: 0, message: Cow::Owned(message) })?;
        Ok(Filter { expr, compiled })
    }

    /// Returns whether the record meets the condition.
    ///
    /// # Cost
    /// That of the paths evaluated until the result is certain; nothing is allocated where bytes can be
    /// compared.
    #[inline]
    pub fn matches(&self, record: RecordRef<'_>) -> bool {
        self.compiled.matches(record)
    }
}

impl FromStr for Filter {
    type Err = ParseFilterError;

    fn from_str(text: &str) -> Result<Filter, ParseFilterError> {
        Filter::parse(text, FilterOptions::new())
    }
}

impl fmt::Display for Filter {
    /// Writes the filter with canonical paths, which parses to the same filter.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expr.fmt(f)
    }
}

impl PartialEq for Filter {
    /// Returns whether the expressions are the same; options are ignored.
    fn eq(&self, other: &Filter) -> bool {
        self.expr == other.expr
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Filter {
    /// Writes the condition as text.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Filter {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Filter, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A text that is no filter: the offset of the fault, and what was expected there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}, at byte {offset}")]
pub struct ParseFilterError {
    offset: usize,
    message: Cow<'static, str>,
}

impl ParseFilterError {
    fn of(text: &str, fault: Fault) -> ParseFilterError {
        let expected = if fault.expected.is_empty() { "something else" } else { fault.expected };
        let offset = text.len().saturating_sub(fault.rest);
        ParseFilterError { offset, message: Cow::Owned(format!("expected {expected}")) }
    }

    /// Returns the offset in the text, in bytes, 0-based; the length of the text if something is missing at
    /// its end.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// Returns what is wrong there.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl From<ParseFilterError> for Error {
    fn from(error: ParseFilterError) -> Error {
        Error::argument(format!("not a filter: {error}"))
    }
}

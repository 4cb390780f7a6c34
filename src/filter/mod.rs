//! Filters: which records are wanted.
//!
//! A [`Filter`] is a boolean expression over [paths](crate::path), after the filters of pica-rs. Parse it once, and ask
//! each record with [`Filter::matches`]. Bytes are compared as they are where that is enough; only a needle or a value
//! that is not ASCII, in a character set other than UTF-8, is decoded.
//!
//! | expression | holds if |
//! |---|---|
//! | `020?`, `!020?` | the path finds something, nothing |
//! | `245$a == "Divan"`, `!=` | a value is this, is another |
//! | `245$a =^ "The"`, `!^` | a value begins with this, does not |
//! | `245$a =$ "/"`, `!$` | ends with |
//! | `245$a =? "love"`, `!?` | contains |
//! | `245$a =~ "^[Tt]he "`, `!~` | is matched by the regular expression |
//! | `245$a =* "Lelyi"`, `!*` | is similar: edit distance against length, see [`FilterOptions::threshold`] |
//! | `LDR/6 in ["a", "t"]`, `not in` | is one of these; every operator takes a list |
//! | `008/7-10 >= 1990`, `> < <=` | compares as a number; with quotes, as text |
//! | `#650 >= 3`, `#650$a == 1` | so many fields or values are found |
//! | `ALL 650$a =^ "P"`, `ANY …` | every value does, and there is one; any does, as without a word |
//! | `a && b`, `a ^ b`, `a \|\| b`, `!(a)` | both, one and not the other, either, not; `&&` binds closest |
//!
//! A data field as a whole stands for its subfields, one by one. Conditions inside one field go into the braces of the
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
mod parse;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use self::compile::Compiled;
use self::expr::Expr;
use crate::path::{Fault, SelectOptions};
use crate::{Error, RecordRef};

/// A question that each record answers with yes or no. See the [module](self).
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

/// How a filter compares.
///
/// # Example
/// ```
/// use kartoteka::{Filter, FilterOptions, Record};
///
/// let record = Record::builder().data_field("245", "10", [('a', "ВОЙНА И МИР")]).build()?;
/// let options = FilterOptions::new().ignore_case(true);
/// assert!(Filter::parse(r#"245$a == "Война и мир""#, options)?.matches(record.view()));
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct FilterOptions {
    /// Whether upper and lower case are the same.
    pub ignore_case: bool,
    /// From which similarity on `=*` holds, 0 to 1.
    pub threshold: f64,
    /// How values are asked for.
    pub select: SelectOptions,
}

impl Default for FilterOptions {
    fn default() -> FilterOptions {
        FilterOptions { ignore_case: false, threshold: 0.8, select: SelectOptions::new() }
    }
}

impl FilterOptions {
    /// The defaults of each setter.
    pub fn new() -> FilterOptions {
        FilterOptions::default()
    }

    /// Whether upper and lower case are the same. Default: false.
    #[must_use]
    pub fn ignore_case(mut self, yes: bool) -> FilterOptions {
        self.ignore_case = yes;
        self
    }

    /// From which similarity on `=*` holds: 1 less the edit distance (Levenshtein) over the length of the longer, in
    /// characters. Default: 0.8.
    #[must_use]
    pub fn threshold(mut self, threshold: f64) -> FilterOptions {
        self.threshold = threshold;
        self
    }

    /// How values are asked for: partners in 880, punctuation, normalization. Default: [`SelectOptions::new`].
    #[must_use]
    pub fn select(mut self, select: SelectOptions) -> FilterOptions {
        self.select = select;
        self
    }
}

impl Filter {
    /// Reads a filter, to compare as `options` say.
    ///
    /// # Errors
    /// [`ParseFilterError`] with the place of the fault.
    pub fn parse(text: &str, options: FilterOptions) -> Result<Filter, ParseFilterError> {
        let expr = parse::whole(text).map_err(|fault| ParseFilterError::of(text, fault))?;
        let compiled = Compiled::new(&expr, options)
            .map_err(|message| ParseFilterError { offset: 0, message: Cow::Owned(message) })?;
        Ok(Filter { expr, compiled })
    }

    /// Whether the record is one of those wanted.
    ///
    /// # Cost
    /// That of the paths, as far as they decide; nothing is allocated where bytes can be compared as they are.
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
    /// The filter with canonical paths, from which the same is parsed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expr.fmt(f)
    }
}

impl PartialEq for Filter {
    /// Whether they ask the same, options aside.
    fn eq(&self, other: &Filter) -> bool {
        self.expr == other.expr
    }
}

/// A text that is no filter: where, and what was expected there.
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

    /// Offset in the text, in bytes, 0-based; its length, if something is missing at the end.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// What is wrong there.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl From<ParseFilterError> for Error {
    fn from(error: ParseFilterError) -> Error {
        Error::argument(format!("not a filter: {error}"))
    }
}

//! A path as a value: parsed, printed, explained.

use std::fmt;
use std::str::FromStr;

use super::ast::Spec;
use super::{explain, parse};
use crate::error::Error;

/// Selects parts of a record: fields, subfields, characters, under conditions. See the [module](crate::path).
///
/// # Example
/// ```
/// use kartoteka::{FieldPath, Record};
///
/// let record = Record::builder()
///     .data_field("245", "10", [('a', "Leyli və Məcnun /"), ('c', "Nizami Gəncəvi.")])
///     .build()?;
/// let path: FieldPath = "245ac".parse()?;
/// assert_eq!(path.to_string(), "245$a$c");
/// let found: Vec<_> = record.select(&path).map(|found| found.place().to_string()).collect();
/// assert_eq!(found, ["245[0]$a[0]", "245[0]$c[0]"]);
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FieldPath(pub(in crate::path) Spec);

impl FieldPath {
    /// Parses paths separated by commas, with optional blanks around them, such as `001, 245$a$b, 650$a`.
    ///
    /// # Errors
    /// [`ParsePathError`], with the offset in all of `list`.
    ///
    /// # Example
    /// ```
    /// use kartoteka::FieldPath;
    ///
    /// let columns = FieldPath::parse_list("001, 245ab, 650$a")?;
    /// assert_eq!(columns[1], "245$a$b".parse()?);
    /// # Ok::<(), kartoteka::ParsePathError>(())
    /// ```
    pub fn parse_list(list: &str) -> Result<Vec<FieldPath>, ParsePathError> {
        let mut paths = Vec::new();
        let mut rest = list;
        loop {
            let read = FieldPath::parse_prefix(rest.trim_start());
            let (after, path) = read.map_err(|error| ParsePathError::of(list, parse::inner(error)))?;
            paths.push(path);
            let after = after.trim_start();
            if after.is_empty() {
                return Ok(paths);
            }
            let Some(next) = after.strip_prefix(',') else {
                return Err(ParsePathError::of(list, parse::Fault::new(after, "a comma or the end")));
            };
            rest = next;
        }
    }

    /// Parses the path at the start of `text` and returns the rest: `= The divan` of `245$a= The divan`.
    ///
    /// # Errors
    /// [`ParsePathError`], if `text` does not begin with a path.
    ///
    /// # Example
    /// ```
    /// use kartoteka::FieldPath;
    ///
    /// let (path, rest) = FieldPath::parse_start(r"020$a{$q=\hardback}=9785020130")?;
    /// assert_eq!((path.to_string().as_str(), rest), (r"020$a{$q=\hardback}", "=9785020130"));
    /// # Ok::<(), kartoteka::ParsePathError>(())
    /// ```
    pub fn parse_start(text: &str) -> Result<(FieldPath, &str), ParsePathError> {
        match FieldPath::parse_prefix(text) {
            Ok((rest, path)) => Ok((path, rest)),
            Err(error) => Err(ParsePathError::of(text, parse::inner(error))),
        }
    }

    /// Returns the meaning in English: a line for the path, and one for each condition.
    ///
    /// # Example
    /// ```
    /// use kartoteka::FieldPath;
    ///
    /// let path: FieldPath = "008/35-37".parse()?;
    /// assert_eq!(path.explain(), "characters 35 to 37 of each field 008");
    /// # Ok::<(), kartoteka::ParsePathError>(())
    /// ```
    pub fn explain(&self) -> String {
        explain::explain(&self.0)
    }

    /// Returns whether it selects subfields with more than one code.
    pub(crate) fn has_several_codes(&self) -> bool {
        self.0.has_several_codes()
    }

    pub(crate) fn parse_prefix(input: &str) -> parse::Parsed<'_, FieldPath> {
        parse::path(input).map(|(rest, spec)| (rest, FieldPath(spec)))
    }
}

impl FromStr for FieldPath {
    type Err = ParsePathError;

    fn from_str(text: &str) -> Result<FieldPath, ParsePathError> {
        parse::whole(text).map(FieldPath).map_err(|fault| ParsePathError::of(text, fault))
    }
}

impl fmt::Display for FieldPath {
    /// Writes the canonical spelling, which parses to the same path.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for FieldPath {
    /// Writes the canonical spelling as text.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for FieldPath {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<FieldPath, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A text that is no path: the offset of the fault, and what was expected there.
///
/// # Example
/// ```
/// use kartoteka::FieldPath;
///
/// let error = "245$A".parse::<FieldPath>().unwrap_err();
/// assert_eq!(error.offset(), 4);
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, at byte {offset}")]
pub struct ParsePathError {
    offset: usize,
    expected: &'static str,
}

impl ParsePathError {
    pub(crate) fn of(text: &str, fault: parse::Fault) -> ParsePathError {
        let expected = if fault.expected.is_empty() { "something else" } else { fault.expected };
        ParsePathError { offset: text.len() - fault.rest, expected }
    }

    /// Returns the offset in the text, in bytes, 0-based; the length of the text if something is missing at
    /// its end.
    pub fn offset(self) -> usize {
        self.offset
    }

    /// Returns what was expected there.
    pub fn expected(self) -> &'static str {
        self.expected
    }
}

impl From<ParsePathError> for Error {
    fn from(error: ParsePathError) -> Error {
        Error::argument(format!("not a path: {error}"))
    }
}

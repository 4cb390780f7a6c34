//! Paths into records: what you would point at with a finger, written down.
//!
//! A [`FieldPath`] is MARCspec, whole. `245$a` are the titles, `008/35-37` is the language, `020$a{$q=\paperback}` the
//! ISBN of the paperback. Parse it once, and ask each record with [`RecordRef::select`](crate::RecordRef::select): nothing is allocated, and
//! every value knows its exact [`Place`].
//!
//! | path | what it means |
//! |---|---|
//! | `245`, `6..`, `LDR` | whole fields with this tag, with any of these tags, the leader |
//! | `245$a$b`, `245$a-c` | subfields |
//! | `650[0]$a`, `650[#]`, `650[1-#]`, `650[#-1]` | of the first field, the last, all but the first, the last two |
//! | `245$a[0]` | the first subfield of each field |
//! | `008/35-37`, `245$a/#`, `LDR/6` | characters, counted from 0; `#` is the last |
//! | `245^1` | an indicator |
//! | `020$a{$q}`, `020$a{!$q}` | if there is a `$q` in the same field, if there is none |
//! | `020$c{$q=\paperback}` | if a `$q` is this string; `!=` none is, `~` contains, `!~` does not |
//! | `245$a{LDR/6=\a}{008/35-37=\rus\|008/35-37=\kaz}` | and, or; paths with a tag look at the whole record |
//!
//! # Shorthand and IRBIS
//! Other spellings are taken where they cannot mean anything else, and printed in the canonical one:
//!
//! | spelling | canonical |
//! |---|---|
//! | `245ac` | `245$a$c` |
//! | `6xx`, `6XX` | `6..` |
//! | `650[*0]a`, `650[_0]a`, `650[,0]a` | `650{^2=\0}$a`, `650{^1=\\s}{^2=\0}$a`, as the first |
//! | `461$1/200$a`, `461/200$a` | `461$1/200$a`: `$a` of the fields 200 embedded in 461 |
//! | `v200^a` | `200$a` |
//! | `v910[2]^b` | `910[1]$b`: IRBIS counts occurrences from 1 |
//! | `v10^a*0.3` | `010$a/0-2` |
//! | `v2022^a`, `2022$a` | `2022$a`: tags above 999 |
//!
//! # The same in three worlds
//! ```
//! use kartoteka::{FieldPath, RecordRead, open};
//!
//! let ask = |file: &str, path: &str| -> kartoteka::Result<Vec<String>> {
//!     let path: FieldPath = path.parse()?;
//!     let record = open(file)?.records().next().unwrap()?;
//!     record.select(&path).map(|found| Ok(found.to_str()?.into_owned())).collect()
//! };
//! let marc21 = |path: &str| ask("fixtures/iso2709/marc21.mrc", path);
//! let unimarc = |path: &str| ask("fixtures/iso2709/unimarc.mrc", path);
//! let irbis = |path: &str| ask("fixtures/irbis/export.txt", path);
//!
//! // The title.
//! assert_eq!(marc21("245$a")?, ["Leyli və Məcnun :"]);
//! assert_eq!(unimarc("200$a")?, ["Leyli və Məcnun"]);
//! assert_eq!(irbis("v200^a")?, ["Евгений Онегин"]);
//!
//! // The first three characters of the title.
//! assert_eq!(marc21("245$a/0-2")?, ["Ley"]);
//! assert_eq!(unimarc("200$a/0-2")?, ["Ley"]);
//! assert_eq!(irbis("v200^a*0.3")?, ["Евг"]);
//!
//! // The language.
//! assert_eq!(marc21("008/35-37")?, ["aze"]);
//! assert_eq!(unimarc("101$a")?, ["aze"]);
//! assert_eq!(irbis("v101")?, ["rus"]);
//!
//! // Title and rest of the title, without `$`.
//! assert_eq!(marc21("245ab")?, ["Leyli və Məcnun :", "poema /"]);
//! assert_eq!(unimarc("200ae")?, ["Leyli və Məcnun", "poema"]);
//! assert_eq!(irbis("200ae")?, ["Евгений Онегин", "роман в стихах"]);
//!
//! // The second of several: a copy, a subject, a copy.
//! assert_eq!(marc21("952[1]$b")?, ["Gəncə"]);
//! assert_eq!(unimarc("606[1]$a")?, ["Məhəbbət"]);
//! assert_eq!(irbis("v910[2]^d")?, ["ЧЗ"]);
//!
//! // Subjects of any kind.
//! assert_eq!(marc21("65.$a")?, ["Persian poetry", "Arabian Peninsula", "Məhəbbət"]);
//! assert_eq!(unimarc("60.$a")?, ["Azərbaycan ədəbiyyatı", "Bağdad", "Məhəbbət"]);
//! assert_eq!(irbis("60.$a")?, ["РУССКАЯ ЛИТЕРАТУРА", "Санкт-Петербург", "РОМАНЫ В СТИХАХ"]);
//!
//! // Subjects that have another subfield: a chronological one.
//! assert_eq!(marc21("650$a{$y}")?, ["Persian poetry"]);
//! assert_eq!(unimarc("606$a{$z}")?, ["Azərbaycan ədəbiyyatı"]);
//! assert_eq!(irbis("606$a{$h}")?, ["РУССКАЯ ЛИТЕРАТУРА"]);
//!
//! // By an indicator, or by what stands beside it.
//! assert_eq!(marc21("650[*0]a")?, ["Persian poetry"]);
//! assert_eq!(unimarc(r"702$a{$4=\220}")?, ["Araslı"]);
//! assert_eq!(irbis(r"907$a{$c=\КР}")?, ["20260115"]);
//!
//! // If something else holds in the record.
//! assert_eq!(marc21(r"245$a{LDR/6=\a}")?, ["Leyli və Məcnun :"]);
//! assert_eq!(unimarc(r"200$a{LDR/6=\a}")?, ["Leyli və Məcnun"]);
//! assert_eq!(irbis(r"200$a{920=\PAZK}")?, ["Евгений Онегин"]);
//!
//! // What only some have: embedded fields, text before the first subfield, tags above 999.
//! assert_eq!(unimarc("461$1/200$a")?, ["Əsərləri"]);
//! assert_eq!(irbis("675$*")?, ["821.161.1-1"]);
//! assert_eq!(irbis("v1119*0.8")?, ["5b0f0c1e"]);
//! # Ok::<(), kartoteka::Error>(())
//! ```
//!
//! # Changes, in the same three
//! Records are changed by the same paths: [`Record::set`](crate::Record::set), [`delete`](crate::Record::delete),
//! [`replace`](crate::Record::replace) and [`keep`](crate::Record::keep).
//! ```
//! use kartoteka::{FieldPath, Record, RecordRead, open};
//!
//! let first = |file: &str| -> kartoteka::Result<Record> { open(file)?.records().next().unwrap() };
//! let marc21 = || first("fixtures/iso2709/marc21.mrc");
//! let unimarc = || first("fixtures/iso2709/unimarc.mrc");
//! let irbis = || first("fixtures/irbis/export.txt");
//! let ask = |record: &Record, path: &str| -> kartoteka::Result<Vec<String>> {
//!     let path: FieldPath = path.parse()?;
//!     record.select(&path).map(|found| Ok(found.to_str()?.into_owned())).collect()
//! };
//!
//! // Set: the language.
//! let set = |mut record: Record, path: &str| -> kartoteka::Result<Vec<String>> {
//!     record.set(&path.parse::<FieldPath>()?, "kaz")?;
//!     ask(&record, path)
//! };
//! assert_eq!(set(marc21()?, "008/35-37")?, ["kaz"]);
//! assert_eq!(set(unimarc()?, "101$a")?, ["kaz"]);
//! assert_eq!(set(irbis()?, "v101")?, ["kaz"]);
//!
//! // Delete: the second copy, or subject; the first becomes the only one.
//! let delete = |mut record: Record, path: &str, rest: &str| -> kartoteka::Result<Vec<String>> {
//!     record.delete(&path.parse::<FieldPath>()?)?;
//!     ask(&record, rest)
//! };
//! assert_eq!(delete(marc21()?, "952[1]", "952$b")?, ["Bakı"]);
//! assert_eq!(delete(unimarc()?, "606[1]", "606$a")?, ["Azərbaycan ədəbiyyatı"]);
//! assert_eq!(delete(irbis()?, "v910[2]", "v910^d")?, ["КХ"]);
//!
//! // Replace: the punctuation at the end of the title, the case of a word.
//! let replace = |mut record: Record, path: &str| -> kartoteka::Result<Vec<String>> {
//!     record.replace(&path.parse::<FieldPath>()?, |title| Some(title.trim_end_matches([' ', ':']).to_uppercase()))?;
//!     ask(&record, path)
//! };
//! assert_eq!(replace(marc21()?, "245$a")?, ["LEYLI VƏ MƏCNUN"]);
//! assert_eq!(replace(unimarc()?, "200$a")?, ["LEYLI VƏ MƏCNUN"]);
//! assert_eq!(replace(irbis()?, "v200^a")?, ["ЕВГЕНИЙ ОНЕГИН"]);
//!
//! // Keep: nothing but the title and the rest of it.
//! let keep = |mut record: Record, path: &str| -> kartoteka::Result<Vec<String>> {
//!     record.keep(&[path.parse::<FieldPath>()?])?;
//!     ask(&record, "...$a-z")
//! };
//! assert_eq!(keep(marc21()?, "245ab")?, ["Leyli və Məcnun :", "poema /"]);
//! assert_eq!(keep(unimarc()?, "200ae")?, ["Leyli və Məcnun", "poema"]);
//! assert_eq!(keep(irbis()?, "200ae")?, ["Евгений Онегин", "роман в стихах"]);
//! # Ok::<(), kartoteka::Error>(())
//! ```
//!
//! # Meaning
//! - Positions count characters. What is out of range references nothing. In character sets other than UTF-8 a
//!   character is taken to be a byte: transcode a record in MARC-8 before you count in it.
//! - A data field as a whole is compared subfield by subfield; its text is that of its subfields, joined by blanks.
//! - A condition with its own tag ranges over the whole record. One that begins with `$`, `^` or `/` stays in the same
//!   field; `/` behind a subfield is about that very subfield, and so is a missing left side.
//! - `.` stands for any character of a tag of three; it does not match the leader, nor tags above 999.
//! - In IRBIS records codes are the same in both cases, and `$*` is the text before the first `^`.
//!
//! # Spec
//! [MARCspec 0.16beta+2](https://marcspec.github.io/MARCspec/), of 2017-11-20.
//!
//! # Deviations
//! Descending ranges are errors. Numbers may have leading zeros. A string may hold any character but blanks. Conditions
//! may stand between a tag and a code, about the field. `$1/200$a` is an embedded field and not character 200 of `$1`
//! beside `$a`; write `$1/200-200$a` for that. A tag of `v` and digits is the number.

mod ast;
mod codes;
mod condition;
mod edit;
mod eval;
mod explain;
mod fields;
mod options;
mod parse;
mod plain;
#[cfg(feature = "regex")]
mod substitute;
mod trim;
mod value;

use std::fmt;
use std::str::FromStr;

use self::ast::Spec;
pub use self::eval::{Match, Matches};
pub(crate) use self::options::composed;
pub use self::options::{Order, SelectOptions};
pub(crate) use self::parse::{Fault, Parsed, expect, inner as fault_of};
#[cfg(feature = "regex")]
pub use self::substitute::Substitution;
use crate::Error;
pub use crate::position::{Part, Place};

/// What of a record is meant: fields, subfields, characters, under conditions. See the [module](self).
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldPath(Spec);

impl FieldPath {
    /// Reads paths separated by commas, with blanks around them or not, such as `001, 245$a$b, 650$a`.
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

    /// Reads the path that `text` begins with, and gives what stands behind it: `= The divan` of
    /// `245$a= The divan`.
    ///
    /// # Errors
    /// [`ParsePathError`], if it does not begin with a path.
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

    /// What it means, in English: a line for the path, and one for each condition.
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

    /// Whether it means subfields with more than one code.
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
    /// The canonical spelling, from which the same path is parsed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A text that is no path: where, and what was expected there.
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
        ParsePathError { offset: text.len().saturating_sub(fault.rest), expected }
    }

    /// Offset in the text, in bytes, 0-based; its length, if something is missing at the end.
    pub fn offset(self) -> usize {
        self.offset
    }

    /// What could stand there.
    pub fn expected(self) -> &'static str {
        self.expected
    }
}

impl From<ParsePathError> for Error {
    fn from(error: ParsePathError) -> Error {
        Error::argument(format!("not a path: {error}"))
    }
}

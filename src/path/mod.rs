//! Paths into records: the address of a field, subfield or character, in text.
//!
//! A [`FieldPath`] is MARCspec, complete. `245$a` selects titles, `008/35-37` the language,
//! `020$a{$q=\paperback}` the ISBN of the paperback. Parse it once and use it with
//! [`RecordRef::select`](crate::RecordRef::select) on every record: nothing is allocated, and every value has
//! an exact [`ElementPath`].
//!
//! | path | what it selects |
//! |---|---|
//! | `245`, `6..`, `LDR` | whole fields with this tag, with any of these tags, the leader |
//! | `245$a$b`, `245$a-c` | subfields |
//! | `650[0]$a`, `650[#]`, `650[1-#]`, `650[#-1]` | of the first field, the last, all but the first, the last two |
//! | `245$a[0]` | the first subfield of each field |
//! | `008/35-37`, `245$a/#`, `LDR/6` | characters, counted from 0; `#` is the last |
//! | `245^1` | an indicator |
//! | `020$a{$q}`, `020$a{!$q}` | if there is a `$q` in the same field, if there is none |
//! | `020$c{$q=\paperback}` | if a `$q` is this string; `!=` none is, `~` contains, `!~` does not |
//! | `245$a{LDR/6=\a}{008/35-37=\rus\|008/35-37=\kaz}` | and, or; paths with a tag refer to the whole record |
//!
//! # Shorthand and IRBIS
//! Other spellings are accepted where they are unambiguous, and printed in the canonical one:
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
//! // By an indicator, or by another subfield of the field.
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
//! - Positions count characters. A position out of range selects nothing. In character sets other than UTF-8
//!   each byte counts as a character: transcode a MARC-8 record before counting in it.
//! - A whole data field is compared subfield by subfield; its text is that of its subfields, joined by
//!   blanks.
//! - A condition with its own tag refers to the whole record. One that begins with `$`, `^` or `/` stays in
//!   the same field; after a subfield, `/` refers to that very subfield, and so does a missing left side.
//! - `.` matches any character of a three-character tag; it matches neither the leader nor tags above 999.
//! - In IRBIS records, codes ignore case, and `$*` is the text before the first `^`.
//!
//! # Spec
//! [MARCspec 0.16beta+2](https://marcspec.github.io/MARCspec/), of 2017-11-20.
//!
//! # Deviations
//! Descending ranges are errors. Numbers may have leading zeros. A string may contain any character but
//! blanks. A condition between a tag and a code applies to the field. `$1/200$a` is an embedded field, not
//! character 200 of `$1` and then `$a`; write `$1/200-200$a` for that. A tag of `v` and digits is the number.

mod ast;
mod edit;
mod eval;
mod explain;
mod fast;
mod field_path;
mod options;
mod parse;
mod trim;
mod value;

#[cfg(feature = "regex")]
pub use self::edit::Substitution;
pub use self::eval::{Match, Matches};
pub use self::field_path::{FieldPath, ParsePathError};
pub(crate) use self::options::composed;
pub use self::options::{Order, SelectOptions};
pub(crate) use self::parse::{Fault, Parsed, expect, inner as fault_of};
pub use crate::position::{ElementPath, Part};

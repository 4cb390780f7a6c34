//! Records made from their values, without a tag: the same draft in MARC 21, UNIMARC, RUSMARC and IRBIS.
//!
//! A [`Draft`] has what a title page says. [`Draft::record`] makes a record of it in a dialect, with leader, coded fields,
//! indicators and, for MARC 21, the marks of ISBD; [`Draft::apply`] puts it into a record that is there, in its own dialect,
//! as [`set_title`] and its like do with one value. [`model::Bib`](crate::model::Bib) reads the same values out of the record.
//!
//! Where a value goes is data: `data/fields.tsv`. Codes are those of [`coded`](crate::coded): languages, countries and roles may
//! be given by code or by label.
//!
//! What a dialect cannot say is an error, such as a role that UNIMARC has no number for; three things are left out: the
//! characters skipped in filing, and the cataloguing agency, in IRBIS; the years of a body everywhere.
//!
//! # Example
//! ```
//! use kartoteka::{Dialect, draft::{Agent, Draft}, model::Bib};
//!
//! let draft = Draft::new("Война и мир")
//!     .remainder("роман")
//!     .responsibility("Л. Н. Толстой")
//!     .author(Agent::person("Толстой", "Л. Н.").dates("1828-1910"))
//!     .contributor(Agent::person("Бирюков", "П. И.").role("editor"))
//!     .isbn("5-280-00001-9")
//!     .language("rus")
//!     .country("Россия")
//!     .published("Москва", "Художественная литература", 1978)
//!     .pages(703)
//!     .subject("Русская литература", ["Романы"])
//!     .entered("20261128");
//! for dialect in [Dialect::Marc21, Dialect::Unimarc, Dialect::Rusmarc, Dialect::Irbis] {
//!     let record = draft.record(dialect)?;
//!     let bib = Bib::of(record.view());
//!     assert_eq!(bib.title().as_deref(), Some("Война и мир"));
//!     assert_eq!(bib.authors().collect::<Vec<_>>(), ["Толстой, Л. Н."]);
//!     assert_eq!(bib.isbns().collect::<Vec<_>>(), ["5280000019"]);
//!     assert_eq!(bib.year(), Some(1978));
//! }
//! let record = draft.record(Dialect::Marc21)?;
//! let title = record.field("245").unwrap().to_string();
//! assert_eq!(title, "245 10 $aВойна и мир :$bроман /$cЛ. Н. Толстой.");
//! # Ok::<(), kartoteka::Error>(())
//! ```
mod agent;
mod apply;
mod codes;
mod elements;
mod field;
mod fixed;
mod record;
mod table;
mod values;

pub use self::agent::Agent;
pub use self::apply::{
    add_author, add_contributor, add_subject, set_isbn, set_language, set_title, set_year,
};
pub use self::values::Draft;

use crate::error::{Error, Result};
use crate::record::{Dialect, RecordRef};

/// Formats whose fields are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Marc21,
    Unimarc,
    Irbis,
}

impl Family {
    /// Returns the family of a dialect in which drafts are written.
    fn of(dialect: Dialect) -> Result<Family> {
        match dialect {
            Dialect::Marc21 => Ok(Family::Marc21),
            Dialect::Unimarc | Dialect::Rusmarc => Ok(Family::Unimarc),
            Dialect::Irbis => Ok(Family::Irbis),
            other => Err(Error::argument(format!(
                "a draft is written as MARC 21, UNIMARC, RUSMARC or IRBIS, not as {other}"
            ))),
        }
    }

    /// Returns the dialect and family of a record.
    fn of_record(record: RecordRef<'_>) -> Result<(Dialect, Family)> {
        let (dialect, _) = crate::model::Bib::of(record).reading();
        Ok((dialect, Family::of(dialect)?))
    }
}

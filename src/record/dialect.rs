//! The families of records, and how a record is assigned to one.

use std::fmt;
use std::str::FromStr;

use super::{FieldRef, RecordRef};
use crate::named::{Named, ParseNameError};

/// The family of formats to which a record belongs: it gives tags and leader their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Dialect {
    /// Decide for each record, by its leader and fields.
    #[default]
    Auto,
    /// MARC 21: leader/09 states the character set.
    Marc21,
    /// UNIMARC: field 100 states the character set.
    Unimarc,
    /// RUSMARC, the Russian UNIMARC: field 100 may also state the code pages 866, 1251 and KOI-8.
    Rusmarc,
    /// IRBIS records in a MARC form: reading drops blank indicators and restores head text.
    Irbis,
    /// CDS/ISIS: no indicators, `^` before subfield codes.
    Isis,
    /// danMARC2, of Denmark: three indicators, subfields in fields 00X too.
    Danmarc2,
    /// MAB2, of Germany: one indicator, no directory.
    Mab2,
}

impl Dialect {
    /// All dialects that can be named.
    pub const ALL: &'static [Dialect] = &[
        Dialect::Auto,
        Dialect::Marc21,
        Dialect::Unimarc,
        Dialect::Rusmarc,
        Dialect::Irbis,
        Dialect::Isis,
        Dialect::Danmarc2,
        Dialect::Mab2,
    ];

    /// Guesses the dialect of a record: see [`Dialect::find`].
    pub fn guess(record: RecordRef<'_>) -> Dialect {
        Dialect::find(record).0
    }

    /// Returns the dialect of a record and the evidence for it. [`Dialect::Auto`] if there is none.
    ///
    /// The syntax of the fields decides for CDS/ISIS, IRBIS, MAB2 and danMARC2; a title in 245 for MARC 21; a
    /// field 100 with coded data for UNIMARC, or for RUSMARC if 801 names Russia or there is a field 899.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{Dialect, Record};
    ///
    /// let record = Record::builder().data_field("245", "10", [('a', "Divan")]).build()?;
    /// assert_eq!(Dialect::find(record.view()), (Dialect::Marc21, "a title in field 245"));
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    pub fn find(record: RecordRef<'_>) -> (Dialect, &'static str) {
        let (dialect, reason) = Dialect::by_fields(record);
        (dialect, if record.header().kept.is_some() { "MARC kept in CDS/ISIS" } else { reason })
    }

    fn by_fields(record: RecordRef<'_>) -> (Dialect, &'static str) {
        let coded = |field: FieldRef<'_>| field.subfield('a').is_some_and(|text| is_coded(text.as_bytes()));
        let russian = |field: FieldRef<'_>| field.subfield('a').is_some_and(|text| text.as_bytes() == b"RU");
        let syntax = record.syntax();
        match (syntax.delimiter, syntax.indicators) {
            (b'^', _) if record.header().leader.is_some() && record.header().isis.is_none() => {
                (Dialect::Isis, "a leader, and ^ before subfield codes")
            }
            (b'^', _) => (Dialect::Irbis, "^ before subfield codes"),
            (_, 1) => (Dialect::Mab2, "one indicator"),
            (_, 3) => (Dialect::Danmarc2, "three indicators"),
            _ if record.field(245).is_some() => (Dialect::Marc21, "a title in field 245"),
            _ if record.field(100).is_some_and(coded) => {
                if record.field(899).is_some() {
                    (Dialect::Rusmarc, "coded data in field 100, and a field 899")
                } else if record.fields_with(801).any(russian) {
                    (Dialect::Rusmarc, "coded data in field 100, and RU in field 801")
                } else {
                    (Dialect::Unimarc, "coded data in field 100")
                }
            }
            _ if record.field(8).is_some_and(|field| field.lead().len() == 40) => {
                (Dialect::Marc21, "40 characters in field 008")
            }
            _ => (Dialect::Auto, "no field that shows it"),
        }
    }

    /// Returns the number of indicators of a data field in this dialect.
    pub const fn indicators(self) -> u8 {
        match self {
            Dialect::Isis => 0,
            Dialect::Mab2 => 1,
            Dialect::Danmarc2 => 3,
            _ => 2,
        }
    }

    /// Returns the name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Dialect::Auto => "auto",
            Dialect::Marc21 => "marc21",
            Dialect::Unimarc => "unimarc",
            Dialect::Rusmarc => "rusmarc",
            Dialect::Irbis => "irbis",
            Dialect::Isis => "isis",
            Dialect::Danmarc2 => "danmarc2",
            Dialect::Mab2 => "mab2",
        }
    }
}

/// Returns whether 100$a is coded data of UNIMARC, which begin with a date of eight digits, and no name: one of the
/// eight may be damaged.
fn is_coded(text: &[u8]) -> bool {
    let of_date = |byte: &&u8| matches!(byte, b'0'..=b'9' | b' ' | b'|' | b'#');
    text.len() >= 30 && text.iter().take(8).filter(of_date).count() >= 7
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Dialect {
    type Err = ParseNameError;

    fn from_str(name: &str) -> Result<Dialect, ParseNameError> {
        Named::from_name(name).ok_or_else(|| ParseNameError::new::<Dialect>(name))
    }
}

impl Named for Dialect {
    const ALL: &'static [Dialect] = Dialect::ALL;

    fn name(&self) -> &'static str {
        Dialect::name(*self)
    }
}

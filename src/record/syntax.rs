//! How the bodies of fields are written, and the families of records.

use std::fmt;
use std::str::FromStr;

use super::{FieldRef, RecordRef};
use crate::Error;

/// How field bodies are written in the buffer of a record.
///
/// A record carries its syntax, so an IRBIS field with `^` and a MARC field with the byte 1F are the same type, and
/// neither is rewritten to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Syntax {
    /// The byte before each subfield code.
    pub delimiter: u8,
    /// How many bytes before the first delimiter of a data field are indicators.
    pub indicators: u8,
    /// Whether subfield codes are the same in upper and lower case.
    pub fold_codes: bool,
    /// Whether fields 00X are control fields: data without indicators and subfields.
    pub control_fields: bool,
}

impl Syntax {
    /// MARC 21, UNIMARC and RUSMARC: 1F, two indicators.
    pub const MARC: Syntax =
        Syntax { delimiter: 0x1F, indicators: 2, fold_codes: false, control_fields: true };
    /// IRBIS and CDS/ISIS: `^`, no indicators, codes without case, no control fields as a class.
    pub const IRBIS: Syntax =
        Syntax { delimiter: b'^', indicators: 0, fold_codes: true, control_fields: false };

    /// Whether records of this syntax have indicators.
    pub const fn has_indicators(self) -> bool {
        self.indicators > 0
    }
}

/// The family of formats a record belongs to: what its tags and leader mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Dialect {
    /// Decide for each record, by its leader and fields.
    #[default]
    Auto,
    /// MARC 21: leader/09 tells the character set.
    Marc21,
    /// UNIMARC: field 100 tells the character set.
    Unimarc,
    /// RUSMARC, the Russian UNIMARC: field 100 knows the code pages 866, 1251 and KOI-8 too.
    Rusmarc,
    /// IRBIS records in a MARC form: blank indicators are dropped, and head text is put back in its place.
    Irbis,
    /// CDS/ISIS: no indicators, subfields marked with `^` inside the field.
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

    /// Finds the dialect of a record, and says by what. [`Dialect::Auto`] if nothing tells it.
    ///
    /// The syntax of the fields tells CDS/ISIS, IRBIS, MAB2 and danMARC2; a title in 245 MARC 21; a field 100 of coded
    /// data UNIMARC, with Russia in 801 or a field 899 RUSMARC.
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
        let coded = |field: FieldRef<'_>| field.subfield('a').is_some_and(|text| text.len() >= 30);
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
            _ => (Dialect::Auto, "no field that tells it"),
        }
    }

    /// How many indicators a data field has in this dialect.
    pub const fn indicators(self) -> u8 {
        match self {
            Dialect::Isis => 0,
            Dialect::Mab2 => 1,
            Dialect::Danmarc2 => 3,
            _ => 2,
        }
    }

    /// The name on the command line.
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

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Dialect {
    type Err = Error;

    fn from_str(name: &str) -> Result<Dialect, Error> {
        let found = Dialect::ALL.iter().find(|dialect| dialect.name().eq_ignore_ascii_case(name));
        found.copied().ok_or_else(|| Error::argument(format!("no dialect {name:?}")))
    }
}

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
}

impl Dialect {
    /// All dialects that can be named.
    pub const ALL: &'static [Dialect] =
        &[Dialect::Auto, Dialect::Marc21, Dialect::Unimarc, Dialect::Rusmarc, Dialect::Irbis, Dialect::Isis];

    /// Guesses the dialect of a record by its fields: a title in 200 and no 245 is UNIMARC, with Russia in 801 or a
    /// field 899 RUSMARC; 245 is MARC 21. [`Dialect::Auto`] if there is neither.
    pub fn guess(record: RecordRef<'_>) -> Dialect {
        let coded = |field: FieldRef<'_>| field.subfield('a').is_some_and(|text| text.len() >= 30);
        if record.field(245).is_some() {
            Dialect::Marc21
        } else if record.field(100).is_some_and(coded) {
            let russian =
                |field: FieldRef<'_>| field.subfield('a').is_some_and(|text| text.as_bytes() == b"RU");
            match record.field(899).is_some() || record.fields_with(801).any(russian) {
                true => Dialect::Rusmarc,
                false => Dialect::Unimarc,
            }
        } else if record.field(8).is_some_and(|field| field.lead().len() == 40) {
            Dialect::Marc21
        } else {
            Dialect::Auto
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

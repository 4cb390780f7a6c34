//! What is known of the character set before the bytes are looked at: by label, dialect and format.

use crate::charset::{Charset, candidates};
use crate::io::ReadOptions;
use crate::record::{Dialect, Leader, Record};

/// What a label weighs, in bits.
const LABEL: f32 = 7.0;

/// What is known beforehand. The rows of the table in [`super`] begin with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Prior {
    /// Leader/09 says UTF-8.
    LeaderUtf8,
    /// Leader/09 says MARC-8.
    LeaderMarc8,
    /// Field 100 says UTF-8.
    FieldUtf8,
    /// Field 100 names a Cyrillic page: cp866, Windows-1251 or KOI8-R.
    FieldCyrillic(Charset),
    /// Field 100 names sets by their codes.
    FieldSets(Charset),
    /// No label, in a record of the MARC family with indicators.
    Marc,
    /// No label, in a record of IRBIS in a MARC form.
    Irbis,
    /// No label, in a record of MAB2.
    Mab2,
    /// No label, in a record without indicators: CDS/ISIS in ISO 2709.
    Isis,
    /// Exchange text of IRBIS and id files: nothing in them names a set.
    Lines,
    /// A master file of CDS/ISIS: nothing in it names a set.
    Base,
    /// A base of IRBIS64, or what its server sends: the format says UTF-8.
    FormatUtf8,
    /// XML that says UTF-8 or nothing, and JSON.
    #[cfg_attr(
        not(any(feature = "xml", feature = "json")),
        expect(dead_code, reason = "made by XML and JSON")
    )]
    Document,
    /// XML whose declaration names a set.
    #[cfg_attr(
        not(any(feature = "xml", feature = "json")),
        expect(dead_code, reason = "made by XML and JSON")
    )]
    DocumentNames(Charset),
}

impl Prior {
    /// Returns what a record in ISO 2709 or in lines of MARC says of its character set.
    ///
    /// # Spec
    /// MARC 21 Leader/09; UNIMARC 100 $a/26-29, with the codes 79, 89 and 99 of RUSMARC.
    pub(super) fn of(dialect: Dialect, leader: &Leader, record: &Record) -> Prior {
        match dialect {
            Dialect::Irbis => return Prior::Irbis,
            Dialect::Mab2 => return Prior::Mab2,
            Dialect::Isis => return Prior::Isis,
            _ if !record.syntax().has_indicators() => return Prior::Isis,
            Dialect::Unimarc | Dialect::Rusmarc => {}
            _ if leader.coding() == b'a' => return Prior::LeaderUtf8,
            _ => return Prior::LeaderMarc8,
        }
        match field_100(record) {
            None => Prior::Marc,
            Some(Charset::Utf8) => Prior::FieldUtf8,
            Some(sets @ Charset::Unimarc { .. }) => Prior::FieldSets(sets),
            Some(page) => Prior::FieldCyrillic(page),
        }
    }

    /// What speaks for a set before the bytes are looked at, in bits. No label is more than evidence: so much as a few
    /// letters outweigh.
    pub(super) fn weight(self, charset: Charset) -> f32 {
        let named = match self {
            // Of sets that are named together the second has the letters of Latin.
            Prior::FieldSets(Charset::Unimarc { g1: 3, .. }) => Some(Charset::ISO_5426),
            Prior::LeaderUtf8 | Prior::FieldUtf8 | Prior::FormatUtf8 => None,
            other => other.charset(),
        };
        if named.is_some() {
            return if named == Some(charset) { LABEL } else { 0.0 };
        }
        match (self, charset) {
            (Prior::LeaderUtf8, Charset::Marc8) => 2.0,
            (Prior::FieldUtf8 | Prior::Marc, Charset::ISO_5426) => 1.0,
            (Prior::FieldUtf8 | Prior::Marc, Charset::Marc8) => -2.0,
            (Prior::Mab2, Charset::ISO_5426) => 6.0,
            (Prior::Mab2, Charset::Marc8) => 2.0,
            (Prior::Irbis | Prior::Lines | Prior::FormatUtf8, Charset::Windows1251 | Charset::Ibm866) => 2.0,
            (Prior::Isis | Prior::Base, Charset::Windows1252 | Charset::Cp850) => 1.0,
            (
                Prior::Isis | Prior::Base | Prior::Lines | Prior::FormatUtf8,
                Charset::Marc8 | Charset::ISO_5426,
            ) => -2.0,
            _ => 0.0,
        }
    }

    /// How many priors there are that name no set.
    pub(super) const KINDS: usize = 11;

    /// The number of a prior that names no set.
    pub(super) const fn kind(self) -> Option<usize> {
        Some(match self {
            Prior::LeaderUtf8 => 0,
            Prior::LeaderMarc8 => 1,
            Prior::FieldUtf8 => 2,
            Prior::Marc => 3,
            Prior::Irbis => 4,
            Prior::Mab2 => 5,
            Prior::Isis => 6,
            Prior::Lines => 7,
            Prior::Base => 8,
            Prior::Document => 9,
            Prior::FormatUtf8 => 10,
            Prior::FieldCyrillic(_) | Prior::FieldSets(_) | Prior::DocumentNames(_) => return None,
        })
    }

    /// Whether the likeliest set is the one that a label names.
    pub(super) fn is_read_as(self, best: Charset) -> bool {
        match self {
            Prior::FieldSets(Charset::Unimarc { g1: 3, .. }) => best == Charset::ISO_5426,
            other => other.charset() == Some(best),
        }
    }

    /// Whether a label names a set that is not among the candidates.
    pub(super) fn is_untried(self) -> bool {
        self.charset().is_some() && !candidates().any(|candidate| self.is_read_as(candidate))
    }

    /// The set that a label names.
    pub(super) const fn charset(self) -> Option<Charset> {
        match self {
            Prior::LeaderUtf8 | Prior::FieldUtf8 | Prior::FormatUtf8 => Some(Charset::Utf8),
            Prior::LeaderMarc8 => Some(Charset::Marc8),
            Prior::FieldCyrillic(named) | Prior::FieldSets(named) | Prior::DocumentNames(named) => {
                Some(named)
            }
            _ => None,
        }
    }
}

/// The set that the codes in field 100 name.
fn field_100(record: &Record) -> Option<Charset> {
    let coded = record.field(100)?.subfield('a')?.as_bytes();
    let end = coded.len().min(34);
    Charset::from_unimarc(coded.get(26..end)?)
}

/// The dialect of a record: the caller's, or found by its fields.
pub(super) fn dialect(options: &ReadOptions, record: &Record) -> Dialect {
    match options.dialect {
        Dialect::Auto => Dialect::guess(record.view()),
        named => named,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(fields: &[(&str, &str)]) -> Record {
        let mut builder = Record::builder();
        for (tag, value) in fields {
            builder = builder.data_field(tag, "  ", [('a', *value)]);
        }
        builder.build().unwrap()
    }

    #[test]
    fn what_records_declare() {
        let leader = |coding| {
            let mut leader = Leader::default();
            leader.set(9, coding);
            leader
        };
        let declared = |dialect, coding, record: &Record| Prior::of(dialect, &leader(coding), record);
        let marc = record(&[("245", "x")]);
        assert_eq!(declared(Dialect::Marc21, b'a', &marc), Prior::LeaderUtf8);
        assert_eq!(declared(Dialect::Marc21, b' ', &marc), Prior::LeaderMarc8);
        assert_eq!(declared(Dialect::Auto, b'|', &marc), Prior::LeaderMarc8);
        assert_eq!(declared(Dialect::Irbis, b' ', &marc), Prior::Irbis);
        for (codes, expected) in [
            ("50  ", Some(Charset::Utf8)),
            ("0189", Some(Charset::Windows1251)),
            ("79  ", Some(Charset::Ibm866)),
            ("0199", Some(Charset::Koi8R)),
            ("0103", Some(Charset::ISO_5426)),
            ("    ", None),
        ] {
            let coded = format!("{:26}{codes}    ca", "20200101d2020    k  y0rusy");
            let unimarc = record(&[("100", &coded), ("200", "x")]);
            assert_eq!(declared(Dialect::Rusmarc, b' ', &unimarc).charset(), expected, "{codes}");
        }
    }
}

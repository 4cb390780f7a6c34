//! MARC kept in bases of CDS/ISIS, the way of ABCD, IsisMarc and their kin, in master files, exports and id files.
//!
#![doc = include_str!("form.md")]

mod evidence;
mod look;

pub(crate) use self::evidence::Evidence;
pub(crate) use self::look::look;
use crate::finding::Findings;
use crate::format::rules::MARC_IN_ISIS;
use crate::record::kept::{NARROW, WIDE, position_of};
use crate::record::{Dialect, Record};

/// That an input keeps MARC in fields of CDS/ISIS, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    /// The tag that leader position 0 would have; `None` if no field keeps a leader.
    pub(crate) first: Option<u32>,
    /// The offset of the first record.
    pub(crate) at: u64,
}

impl Found {
    /// Returns the message about the input, which is given with its first record.
    pub(crate) fn message(self) -> String {
        let leader = match self.first {
            Some(first) => format!("leader positions in fields {} to {}", first + 5, first + 19),
            None => "no leader in fields".to_owned(),
        };
        format!("MARC is kept in fields of CDS/ISIS: {leader}, indicators before the first \"^\"")
    }
}

/// What is done about it.
pub(crate) const ACTION: &str = "read as MARC; said once";

/// Whether the caller says that records have indicators and a leader.
pub(crate) fn is_named(dialect: Dialect) -> bool {
    matches!(dialect, Dialect::Marc21 | Dialect::Unimarc | Dialect::Rusmarc)
}

/// Whether an input is looked at: the caller names no dialect of another kind.
pub(crate) fn may_be(dialect: Dialect) -> bool {
    dialect == Dialect::Auto || is_named(dialect)
}

/// Turns a record into MARC if the input is found to keep it, or the caller says so. The note about the input is in the
/// first record.
pub(crate) fn apply(found: Option<Found>, dialect: Dialect, record: &mut Record, findings: &mut Findings) {
    // Findings are in fields as they are in the input.
    findings.locate(|location| record.view().locate(location));
    match found {
        Some(found) => {
            if findings.record().byte == found.at {
                findings.at(MARC_IN_ISIS, (0, 0), found.message(), ACTION);
            }
            record.unkeep(found.first);
        }
        None if is_named(dialect) => record.unkeep(leader_tags(record)),
        None => return,
    }
    if let Some(kept) = record.header_mut().kept.as_mut().filter(|_| is_named(dialect)) {
        kept.exchange = None; // MARC is what the caller wants
    }
}

/// Returns the number that leader position 0 would have as a tag, by one record whose dialect the caller names.
fn leader_tags(record: &Record) -> Option<u32> {
    let is_kept = |first: u32| {
        let at = |position| record.fields().any(|field| position_of(field, first) == Some(position));
        match first {
            NARROW => at(5) && at(6) && at(7),
            _ => at(0) || at(5) || at(6) || at(7),
        }
    };
    [WIDE, NARROW].into_iter().find(|first| is_kept(*first))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Builder, Leader, Syntax};

    fn kept(tags: [&str; 4]) -> Record {
        let mut builder = Builder::new(Syntax::IRBIS);
        for (tag, value) in tags.into_iter().zip(["c", "e", "s", "7"]) {
            builder = builder.field(tag, |field| field.lead(value));
        }
        let builder = builder.field("001", |field| field.lead("0042"));
        let builder = builder.field("245", |field| {
            field.lead("14").subfield('a', "Маяк :").subfield('b', "2").subfield('2', "=4")
        });
        builder.field("500", |field| field.subfield('a', "Blank")).build().unwrap()
    }

    #[test]
    fn leader_indicators_and_subfields() {
        for tags in [["3005", "3006", "3007", "3017"], ["905", "906", "907", "917"]] {
            let mut record = kept(tags);
            apply(None, Dialect::Marc21, &mut record, &mut Findings::new(9));
            assert_eq!(record.header().leader.unwrap().as_bytes(), b"00000ces a22000007  4500");
            let fields: Vec<_> =
                record.fields().map(|field| (field.tag().to_string(), field.raw())).collect();
            let title = "14\u{1f}aМаяк :\u{1f}b2\u{1f}2=4".as_bytes();
            let expected: [(String, &[u8]); 3] =
                [("001".to_owned(), b"0042"), ("245".to_owned(), title), ("500".to_owned(), b"  \x1faBlank")];
            assert_eq!(fields, expected);
        }
    }

    #[test]
    fn blanks_of_several_kinds_are_written_as_one() {
        for (values, differ, kept_values) in [
            (["  ", "##", " #"], true, ["  ", "  ", "  "]),
            (["##", "##", "#1"], false, ["##", "##", "#1"]),
            (["", "", " 7"], false, ["", "", " 7"]),
            (["", "__", "__"], true, ["__", "__", "__"]),
        ] {
            let mut builder = Builder::new(Syntax::IRBIS);
            for (tag, value) in ["3005", "3006", "3007"].into_iter().zip(["n", "a", "m"]) {
                builder = builder.field(tag, |field| field.lead(value));
            }
            for value in values {
                builder = builder.field("500", |field| field.lead(value).subfield('a', "Kələm"));
            }
            let mut record = builder.build().unwrap();
            apply(
                Some(Found { first: Some(WIDE), at: 99 }),
                Dialect::Auto,
                &mut record,
                &mut Findings::new(9),
            );
            let (mut back, mut findings) = (Record::new(), Findings::new(9));
            let kept = record.header().kept.unwrap();
            crate::record::kept::keep(record.view(), kept, false, &mut back, &mut findings);
            let found: Vec<_> = findings.list().iter().map(|finding| finding.rule.id()).collect();
            assert_eq!(found, vec!["W015"; usize::from(differ)], "{values:?}");
            let notes: Vec<_> = back.fields().skip(3).map(|field| field.raw().to_vec()).collect();
            assert_eq!(notes, kept_values.map(|value| format!("{value}^aKələm").into_bytes()), "{values:?}");
        }
    }

    #[test]
    fn local_fields_are_no_leader() {
        let mut record = Builder::new(Syntax::IRBIS)
            .field("905", |field| field.lead("n"))
            .field("906", |field| field.subfield('a', "two shelves"))
            .build()
            .unwrap();
        apply(None, Dialect::Marc21, &mut record, &mut Findings::new(9));
        assert_eq!(record.header().leader, Some(Leader::default()));
        assert_eq!(record.fields().len(), 2);
        // The value of a field without indicators is no indicator.
        assert_eq!(record.field(905).unwrap().raw(), b"  n");
    }
}

//! MARC kept in bases of CDS/ISIS: the form of programs such as ABCD, turned into MARC where the caller names a MARC
//! dialect.
//!
//! Leader positions are fields of one character: position 5 is field 3005, or 905 where no field has four digits.
//! Indicators are the first two characters of a field from 010 on, and `^` precedes subfield codes.

use crate::record::{Dialect, FieldRef, Leader, Record, Syntax};

/// The byte before subfield codes in MARC.
const DELIMITER: u8 = 0x1F;
/// The positions of a leader that a base may keep: others are computed.
const POSITIONS: [std::ops::RangeInclusive<u32>; 2] = [5..=9, 17..=19];

/// Whether records read as this dialect have indicators and a leader.
pub(super) fn is_marc(dialect: Dialect) -> bool {
    matches!(dialect, Dialect::Marc21 | Dialect::Unimarc | Dialect::Rusmarc)
}

/// Returns the number that leader position 0 would have as a tag: 3000, 900, or none if no leader is kept.
fn leader_tags(record: &Record) -> Option<u32> {
    let is_kept = |first: u32| {
        let at = |position: u32| {
            let tag = first.saturating_add(position);
            let field = record.fields().find(|field| field.tag().number() == Some(tag));
            field.is_some_and(|field| field.raw().len() == 1)
        };
        at(5) && at(6) && at(7)
    };
    [3000, 900].into_iter().find(|first| is_kept(*first))
}

/// Returns the body of a data field: two indicators, blanks for those that are missing, and 1F for `^` before a code.
fn with_indicators(body: &[u8]) -> Vec<u8> {
    let first = body.iter().take(2).position(|byte| *byte == b'^').unwrap_or(2).min(body.len());
    let (indicators, rest) = body.split_at_checked(first).unwrap_or((body, &[]));
    let mut out = Vec::with_capacity(body.len().saturating_add(2));
    out.extend_from_slice(indicators);
    out.resize(2, b' ');
    for (at, byte) in rest.iter().enumerate() {
        let code = rest.get(at.saturating_add(1)).is_some_and(u8::is_ascii_alphanumeric);
        out.push(if *byte == b'^' && code { DELIMITER } else { *byte });
    }
    out
}

/// Turns a record of a base into MARC. Its number stays.
pub(super) fn to_marc(record: &mut Record) {
    let first = leader_tags(record);
    let position_of = |field: FieldRef<'_>| {
        let position = field.tag().number()?.checked_sub(first?)?;
        let [byte] = field.raw() else { return None };
        POSITIONS.iter().any(|kept| kept.contains(&position)).then_some((position as usize, *byte))
    };
    let mut leader = Leader::default();
    let mut marc = Record::new();
    let is_text = record.view().is_text();
    let (isis, position) = (record.header().isis, record.position());
    marc.set_syntax(Syntax::MARC);
    marc.set_charset(record.charset(), record.charset_reason());
    let mut start = 0usize;
    for field in record.fields() {
        if let Some((position, byte)) = position_of(field) {
            leader.set(position, byte);
            continue;
        }
        let control = field.tag().is_control();
        let body = if control { field.raw().to_vec() } else { with_indicators(field.raw()) };
        match is_text {
            true => marc.text_mut().push_str(&String::from_utf8_lossy(&body)),
            false => marc.bytes_mut().extend_from_slice(&body),
        }
        marc.end_field(field.tag(), start, control);
        start = start.saturating_add(body.len());
    }
    marc.header_mut().leader = Some(leader);
    marc.header_mut().isis = isis;
    marc.set_position(position);
    *record = marc;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Builder;

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
            to_marc(&mut record);
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
    fn local_fields_are_no_leader() {
        let mut record = Builder::new(Syntax::IRBIS)
            .field("905", |field| field.lead("n"))
            .field("906", |field| field.subfield('a', "two shelves"))
            .build()
            .unwrap();
        to_marc(&mut record);
        assert_eq!(record.header().leader, Some(Leader::default()));
        assert_eq!(record.fields().len(), 2);
        assert_eq!(record.field(905).unwrap().raw(), b"n ");
    }
}

//! Indicators that were typed into the text of IRBIS fields.

use super::{Check, Subject};
use crate::check::rules::INDICATORS_IN_TEXT;
use crate::finding::{Finding, Findings, Rule};
use crate::record::FieldRef;

/// Checks whether fields of IRBIS records hold indicators of MARC, for which IRBIS has no place: as the first two
/// characters of the field, or as subfields `^0` and `^!`, as the worksheets for imported records have them.
///
/// One finding for a record and for each of the two ways; its location is the first such field, its message counts them.
/// Both characters must be digits, blanks, `#` or `|`, and subfields must follow two characters at the start.
///
/// # Example
/// ```
/// use kartoteka::{Builder, Syntax, check};
///
/// let record = Builder::new(Syntax::IRBIS)
///     .field("200", |field| field.lead("1 ").subfield('a', "Хамса"))
///     .field("801", |field| field.subfield('0', " ").subfield('!', "0").subfield('a', "RU"))
///     .build()?;
/// let mut checker = check::Checker::new(100).with(check::Indicators::new());
/// assert_eq!(checker.check(record.view(), &[], &[]).len(), 2);
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Indicators(());

impl Indicators {
    /// Makes the check.
    pub fn new() -> Indicators {
        Indicators::default()
    }
}

impl Check for Indicators {
    fn rules(&self) -> &[Rule] {
        &[INDICATORS_IN_TEXT]
    }

    fn check(&mut self, subject: Subject<'_>, findings: &mut Findings) {
        if subject.record.syntax().has_indicators() {
            return;
        }
        for (as_subfields, what) in
            [(false, "begins with two indicators"), (true, "has indicators as subfields 0 and !")]
        {
            let is_so = |field: &FieldRef<'_>| match as_subfields {
                false => begins_with_them(*field),
                true => has_them_as_subfields(*field),
            };
            let mut fields = subject.record.fields().filter(is_so);
            let Some(first) = fields.next() else { continue };
            let message = match fields.count() {
                0 => format!("the field {what}"),
                1 => format!("the field {what}, and so does another"),
                more => format!("the field {what}, and so do {more} others"),
            };
            let place = subject.in_field(first, 0, 0);
            findings.push(Finding::new(INDICATORS_IN_TEXT, place, message, "kept"));
        }
    }
}

fn is_indicator(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b' ' | b'#' | b'|')
}

fn begins_with_them(field: FieldRef<'_>) -> bool {
    let delimiter = field.syntax().delimiter;
    matches!(field.raw(), [first, second, third, ..]
        if *third == delimiter && is_indicator(*first) && is_indicator(*second))
        && !field.tag().is_control()
}

fn has_them_as_subfields(field: FieldRef<'_>) -> bool {
    let is_one = |code| {
        let value = field.subfield(code).map(|value| value.as_bytes());
        matches!(value, Some([byte]) if is_indicator(*byte))
    };
    is_one('!') && is_one('0')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Checker;
    use crate::record::{Builder, Record, Syntax};

    fn found(record: &Record) -> Vec<(Option<u32>, String)> {
        let mut checker = Checker::new(100).with(Indicators::new());
        let found = checker.check(record.view(), &[], &[]).iter();
        found.map(|finding| (finding.location.field, finding.message.to_string())).collect()
    }

    #[test]
    fn both_ways_and_what_only_looks_like_them() {
        let record = Builder::new(Syntax::IRBIS)
            .field("691", |f| f.subfield('0', "1АГ-S1").subfield('!', " 1"))
            .field("910", |f| f.subfield('0', "1").subfield('!', "РФ"))
            .field("210", |f| f.lead("14169").subfield('d', "2014"))
            .field("675", |f| f.lead("94"))
            .field("5", |f| f.lead("20").subfield('a', "x"))
            .field("963", |f| f.lead("№1").subfield('a', "x"))
            .build()
            .unwrap();
        assert_eq!(found(&record), []);
        let record = Builder::new(Syntax::IRBIS)
            .field("920", |f| f.lead("PAZK"))
            .field("852", |f| f.lead("  ").subfield('b', "БУП"))
            .field("100", |f| f.subfield('0', " ").subfield('A', "x").subfield('!', " "))
            .field("91", |f| f.lead("#1").subfield('a', "22.11я7"))
            .build()
            .unwrap();
        let expected = [
            (Some(1), "the field begins with two indicators, and so does another".to_owned()),
            (Some(2), "the field has indicators as subfields 0 and !".to_owned()),
        ];
        assert_eq!(found(&record), expected);
        let marc = Record::builder().data_field("852", "  ", [('0', "1"), ('!', "2")]).build().unwrap();
        assert_eq!(found(&marc), []);
    }
}

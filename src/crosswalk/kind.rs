//! Records that are not of the kind that a map takes.

use super::apply::{say, say_of_record};
use super::condition::SHEETS;
use super::rule::Family;
use super::rules::{UNKNOWN_WORKSHEET, WRONG_FAMILY};
use super::state::Run;
use crate::finding::Findings;
use crate::named::named;
use crate::record::{Dialect, RecordRef};
use crate::schema::Set;
use crate::tag::Tag;

/// What happens to records that are not of the kind that the map takes: of another format, authority records, records of a base
/// of IRBIS that is not the bibliographic one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum OnWrongKind {
    /// They are converted as far as the rules apply.
    #[default]
    Convert,
    /// They are rejected.
    Reject,
}

named!(OnWrongKind {
    Convert "convert" "They are converted as far as the rules apply",
    Reject "reject" "They are rejected",
});

/// What is done with a record that is rejected.
pub(super) const REJECTED: &str = "record rejected";

impl Run<'_, '_> {
    /// Says that the record is not of the kind that the map takes. Returns whether it is rejected.
    pub(super) fn report_kind(&self, findings: &mut Findings) -> bool {
        let source = self.converter.crosswalk.map.source;
        let is_irbis = !self.source.record.syntax().has_indicators();
        if is_irbis != (source == Family::Irbis) || is_other_marc(self.source.record, source) {
            let message = format!("the map is for {} records, and this is not one", source.name());
            return self.reject(message, findings);
        }
        if let Some(kind) = not_bibliographic(self.source.record, source) {
            return self
                .reject(format!("the map is for bibliographic records, and this is {kind}"), findings);
        }
        if is_irbis && !SHEETS.contains(&&*self.facts.sheet) {
            let message = match self.facts.sheet.as_str() {
                "" => "no worksheet in 920".to_owned(),
                sheet => format!("worksheet {sheet} in 920 is not known"),
            };
            let field = self.source.fields.iter().find(|field| field.field.tag() == Tag::new(*b"920"));
            match field.map(|field| (field.field.tag(), field.field.index())) {
                Some(place) => say(findings, UNKNOWN_WORKSHEET, place, message, "taken as PAZK"),
                None => say_of_record(findings, UNKNOWN_WORKSHEET, message, "taken as PAZK"),
            }
        }
        false
    }

    /// Whether a record without a title is rejected: one of IRBIS whose worksheet is not known either.
    pub(super) fn is_of_no_base(&self, findings: &mut Findings) -> bool {
        let is_irbis = self.converter.crosswalk.map.source == Family::Irbis;
        let rejects = self.converter.options.on_wrong_kind == OnWrongKind::Reject;
        if !is_irbis || !rejects || SHEETS.contains(&&*self.facts.sheet) {
            return false;
        }
        let message = "the record has no title, and no worksheet that the map knows".to_owned();
        self.reject(message, findings)
    }

    fn reject(&self, message: String, findings: &mut Findings) -> bool {
        let rejects = self.converter.options.on_wrong_kind == OnWrongKind::Reject;
        let action = if rejects { REJECTED } else { "converted as far as the rules apply" };
        say_of_record(findings, WRONG_FAMILY, message, action);
        rejects
    }
}

/// Whether the tags are those of the other MARC.
fn is_other_marc(record: RecordRef<'_>, source: Family) -> bool {
    matches!(
        (source, Dialect::guess(record)),
        (Family::Marc21, Dialect::Unimarc | Dialect::Rusmarc) | (Family::Unimarc, Dialect::Marc21)
    )
}

/// What a record is that describes no publication, by its type in leader/6.
fn not_bibliographic(record: RecordRef<'_>, source: Family) -> Option<&'static str> {
    let kind = record.header().leader?.get(6)?;
    let dialect = match source {
        Family::Marc21 => Dialect::Marc21,
        Family::Unimarc if kind == b'w' => return Some("a classification record"), // for which there is no set
        Family::Unimarc => Dialect::Unimarc,
        Family::Irbis => return None,
    };
    match Set::of(dialect, kind)? {
        Set::Marc21Auth | Set::UnimarcAuth => Some("an authority record"),
        Set::Marc21Holdings => Some("a holdings record"),
        Set::Marc21Class => Some("a classification record"),
        Set::Marc21Community => Some("a community information record"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::OnWrongKind;
    use crate::crosswalk::{Conversion, Converter, Crosswalk};
    use crate::finding::Findings;
    use crate::record::{Builder, Record, Syntax};

    /// What is found in a record, with the action; and whether it is converted.
    fn found(map: &str, record: &Record, on_wrong_kind: OnWrongKind) -> (Vec<String>, bool) {
        let crosswalk = Crosswalk::builtin(map).unwrap();
        let mut conversion = Conversion::new(Converter::new(&crosswalk).on_wrong_kind(on_wrong_kind));
        let mut findings = Findings::new(10);
        let done = conversion.convert(&mut record.clone(), &mut findings);
        let mut found: Vec<_> = findings.list().to_vec();
        found.extend(done.as_ref().err().map(|error| error.finding().unwrap().clone()));
        let shown = found.iter().map(|finding| format!("{}: {}", finding.rule.id(), finding.action));
        (shown.collect(), done.is_ok())
    }

    fn marc(kind: char, tag: &str) -> Record {
        let coded = if tag == "200" { "20160328d2015    u  y0rusy50      ca" } else { "Ли, Т." };
        let record =
            Record::builder().data_field("100", "1 ", [('a', coded)]).data_field(tag, "1 ", [('a', "Сад")]);
        let mut record = record.build().unwrap();
        record.set_leader(Some(format!("00000n{kind}m a2200000   4500").parse().unwrap()));
        record
    }

    #[test]
    fn records_of_another_kind_are_told_or_rejected() {
        let irbis = |sheet: &str, tag: &str| {
            let record = Builder::new(Syntax::IRBIS).field("920", |field| field.lead(sheet));
            record.field(tag, |field| field.subfield('A', "Сад")).build().unwrap()
        };
        for (map, record, told) in [
            ("marc21-unimarc", marc('z', "150"), vec!["M006", "M003"]),
            ("marc21-unimarc", marc('x', "852"), vec!["M006", "M003"]),
            ("marc21-unimarc", marc('a', "200"), vec!["M006", "M003"]),
            ("unimarc-marc21", marc('a', "245"), vec!["M006", "M003"]),
            ("irbis-marc21", marc('a', "245"), vec!["M006", "M003"]),
            ("unimarc-marc21", marc('y', "250"), vec!["M006", "M003"]),
        ] {
            let (shown, is_done) = found(map, &record, OnWrongKind::Convert);
            let ids: Vec<&str> = shown.iter().map(|one| one.split(':').next().unwrap()).collect();
            assert!(is_done && told.iter().all(|id| ids.contains(id)), "{map}: {shown:?}");
            assert!(shown.contains(&"M006: converted as far as the rules apply".to_owned()), "{shown:?}");
            let (shown, is_done) = found(map, &record, OnWrongKind::Reject);
            assert_eq!((shown, is_done), (vec!["M006: record rejected".to_owned()], false), "{map}");
        }
        for (map, record) in [
            ("marc21-unimarc", marc('a', "245")),
            ("unimarc-marc21", marc('a', "200")),
            ("irbis-marc21", irbis("PAZK", "700")),
            ("irbis-marc21", irbis("KZD", "200")),
        ] {
            assert!(found(map, &record, OnWrongKind::Reject).1, "{map}");
        }
        // No title is made up for a base of readers; by option, its records are rejected.
        let reader = irbis("", "10");
        let (shown, is_done) = found("irbis-marc21", &reader, OnWrongKind::Convert);
        assert_eq!(
            (shown, is_done),
            (vec!["M004: taken as PAZK".to_owned(), "M003: none made up".to_owned()], true)
        );
        let (shown, is_done) = found("irbis-marc21", &reader, OnWrongKind::Reject);
        assert_eq!(shown, ["M004: taken as PAZK", "M006: record rejected"]);
        assert!(!is_done);
    }
}

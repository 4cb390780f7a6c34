//! Rules about what values say, and about elements of a record that must agree.
//!
//! Each rule is a file: the reason for it, its entry and page, the check, its repair if it has one, and faults planted one at a time
//! in clean records, which show what it finds, and that no other rule finds anything. [`RULES`] is the list.
//!
//! No rule looks at a value that does not decode.
#![doc = include_str!("marc-lint.md")]

mod articles;
mod calendar;
mod carrier;
mod composed;
mod coordinates;
mod created;
mod ean;
mod editions;
mod embedded;
mod empty;
mod entry;
mod identifier;
mod irbis;
mod irbis_description;
mod isbd;
mod isbn;
mod ismn;
mod issn;
mod language;
mod lccn;
mod linkage;
mod main_entry;
mod number;
mod organisation;
mod place;
mod relator;
mod responsibility;
mod same;
mod scripts;
mod series;
mod source;
mod source_code;
mod spaces;
#[cfg(all(test, feature = "json"))]
mod tests;
mod transaction;
mod translation;
mod year;

use std::sync::LazyLock;

use super::{Check, Fix, Fixes, Subject};
use crate::finding::{Finding, Findings, Rule};
use crate::record::{Dialect, FieldRef, Record};
use crate::schema::Set;

/// Assembles the rules of these files.
macro_rules! assemble {
    ($($file:ident)+) => {
        const RULES: &[ContentRule] = &[$($file::RULE),+];

        const PLANTED: &[&str] = &[$($file::PLANTED),+];

        /// The rules about content.
        pub(crate) mod rules {
            $(pub use super::$file::*;)+
        }
    };
}

// In the order in which they run.
assemble! {
    transaction
    created
    isbn
    issn
    ismn
    ean
    lccn
    linkage
    year
    language
    source
    source_code
    translation
    main_entry
    entry
    series
    articles
    same
    scripts
    spaces
    empty
    embedded
    responsibility
    irbis
    irbis_description
    place
    carrier
    relator
    editions
    identifier
    coordinates
    organisation
    composed
    isbd
}

static ALL: LazyLock<Vec<Rule>> =
    LazyLock::new(|| RULES.iter().flat_map(|rule| rule.rules).copied().collect());

/// Returns the rules of all files.
pub(crate) fn all() -> &'static [Rule] {
    &ALL
}

/// Returns whether a rule is looked for only where it is selected, as libraries differ in what it is about.
pub(crate) fn is_optional(rule: Rule) -> bool {
    RULES.iter().any(|file| file.optional && file.rules.contains(&rule))
}

/// The planted faults of all files. Each is an edit of a line of `clean.ndjson`: number of the record, the text that is replaced
/// (once), the text in its place, the rule and the path of the one finding that comes of it.
fn planted() -> impl Iterator<Item = &'static str> {
    let of_schema = include_str!("../planted.tsv");
    let rows = PLANTED.iter().copied().chain([of_schema]).flat_map(str::lines);
    rows.filter(|row| !row.starts_with('#'))
}

/// Returns what is right and what is wrong by a rule, in the JSON of a record: the first of its planted faults.
pub(crate) fn right_and_wrong(rule: Rule) -> Option<(&'static str, &'static str)> {
    let rows = planted().filter_map(|line| {
        let mut columns = line.split('\t');
        let (_, right, wrong, id) = (columns.next()?, columns.next()?, columns.next()?, columns.next()?);
        (id == rule.id()).then_some((right, wrong))
    });
    rows.min_by_key(|(right, wrong)| (right.is_empty() || wrong.is_empty(), right.len() + wrong.len()))
}

/// Where a kind of value is, in each family: tags from the first to the last, and a code of subfields.
struct Places {
    marc21: &'static [(u32, u32, char)],
    unimarc: &'static [(u32, u32, char)],
    irbis: &'static [(u32, u32, char)],
}

/// A family of formats whose tags mean the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    /// MARC 21 bibliographic data.
    Marc21,
    /// UNIMARC and RUSMARC bibliographic data.
    Unimarc,
    /// Catalogues of IRBIS, the base IBIS.
    Irbis,
}

/// Repairs in a record what a finding is about; `None` if nothing was done.
type Repair = fn(&mut Record, &Finding, Fixes) -> Option<Fix>;

/// A rule, or several that look at the same elements.
struct ContentRule {
    rules: &'static [Rule],
    families: &'static [Family],
    check: fn(&Card<'_>, &mut Findings),
    fix: Option<Repair>,
    /// Whether it is looked for only where it is selected.
    optional: bool,
}

impl ContentRule {
    /// What is left out of a rule.
    const BASE: ContentRule =
        ContentRule { rules: &[], families: &[], check: |_, _| (), fix: None, optional: false };
}

/// A record to be checked, and the family it belongs to.
struct Card<'a> {
    subject: Subject<'a>,
    family: Family,
}

impl<'a> Card<'a> {
    fn fields(&self, tag: u32) -> impl Iterator<Item = FieldRef<'a>> + 'a {
        self.subject.record.fields_with(tag)
    }

    /// Returns the data fields of the record's own format: 886 holds fields of another.
    fn data_fields(&self) -> impl Iterator<Item = FieldRef<'a>> + 'a {
        let foreign = crate::tag::Tag::new(*b"886");
        self.subject.record.fields().filter(move |field| !field.is_control() && field.tag() != foreign)
    }

    fn has(&self, tag: u32) -> bool {
        self.fields(tag).next().is_some()
    }

    /// Adds a finding about a part of the body of a field.
    fn tell(&self, rule: Rule, field: FieldRef<'_>, part: &[u8], message: String, findings: &mut Findings) {
        let start = (part.as_ptr() as usize).wrapping_sub(field.raw().as_ptr() as usize);
        let offset = if start <= field.raw().len() { start } else { 0 };
        let place = self.subject.in_field(field, offset, part.len());
        findings.push(Finding::new(rule, place, message, "kept"));
    }

    /// Adds a finding about a whole field.
    fn tell_field(
        &self,
        rule: Rule,
        field: FieldRef<'_>,
        message: impl Into<String>,
        findings: &mut Findings,
    ) {
        let mut place = self.subject.in_field(field, 0, field.raw().len());
        place.subfield = None;
        findings.push(Finding::new(rule, place, message.into(), "kept"));
    }

    /// Adds a finding about an indicator, 1 or 2.
    fn tell_indicator(
        &self,
        rule: Rule,
        field: FieldRef<'_>,
        indicator: u8,
        message: String,
        findings: &mut Findings,
    ) {
        let offset = usize::from(indicator.saturating_sub(1));
        let mut place = self.subject.in_field(field, offset, 1);
        place.subfield = None;
        place.indicator = std::num::NonZeroU8::new(indicator);
        findings.push(Finding::new(rule, place, message, "kept"));
    }

    /// Adds a finding about characters of a value, both ends included.
    fn tell_characters(
        &self,
        rule: Rule,
        (field, value): (FieldRef<'_>, &[u8]),
        (first, last): (u16, u16),
        message: String,
        findings: &mut Findings,
    ) {
        let (start, end) = (usize::from(first), usize::from(last) + 1);
        let part = value.get(start..end).unwrap_or(value);
        let start = (part.as_ptr() as usize).wrapping_sub(field.raw().as_ptr() as usize);
        let mut place = self.subject.in_field(field, start, part.len());
        place.chars = Some((first, last));
        findings.push(Finding::new(rule, place, message, "kept"));
    }

    /// Adds a finding about a field that is not there.
    fn tell_missing(&self, rule: Rule, tag: u32, message: &'static str, findings: &mut Findings) {
        let mut place = crate::position::Location::of(self.subject.record.position());
        place.tag = crate::tag::Tag::from_number(tag);
        findings.push(Finding::new(rule, place, message, "kept"));
    }

    /// Calls `each` with the values that decode of subfields in the places of the record's family.
    fn values_at(&self, places: &Places, mut each: impl FnMut(FieldRef<'a>, &'a [u8], &str)) {
        let places = match self.family {
            Family::Marc21 => places.marc21,
            Family::Unimarc => places.unimarc,
            Family::Irbis => places.irbis,
        };
        for field in self.data_fields() {
            let Some(tag) = field.tag().number() else { continue };
            for (_, _, code) in places.iter().filter(|(first, last, _)| (*first..=*last).contains(&tag)) {
                for value in field.subfields_with(*code) {
                    if let Ok(text) = value.to_str() {
                        each(field, value.as_bytes(), &text);
                    }
                }
            }
        }
    }

    /// Calls `each` with the values of subfields of these fields that decode. In IRBIS a code means the capital letter too.
    fn values(&self, tag: u32, code: char, mut each: impl FnMut(FieldRef<'a>, &'a [u8], &str)) {
        for field in self.fields(tag) {
            for value in field.subfields_with(code) {
                if let Ok(text) = value.to_str() {
                    each(field, value.as_bytes(), &text);
                }
            }
        }
    }
}

/// Checks what values say: numbers with check digits, dates, links between fields, indicators against titles, words in two
/// scripts, and the fields that a catalogue of IRBIS relies on.
///
/// The rules are those of the record's family: MARC 21, UNIMARC with RUSMARC, IRBIS; bibliographic records only.
///
/// # Cost
/// A few searches among the tags of a record, and one pass over its values.
///
/// # Example
/// ```
/// use kartoteka::{Record, check, rules};
///
/// let record = Record::builder()
///     .leader("00000nam a2200000 i 4500")
///     .data_field("020", "  ", [('a', "9785170123477 (hardback)")])
///     .data_field("245", "10", [('a', "Divan")])
///     .build()?;
/// let mut checker = check::Checker::new(100).with(check::Content::new());
/// let found = checker.check(record.view(), &[], &[]);
/// assert_eq!(found[0].rule, rules::ISBN_INVALID);
/// assert_eq!(found[0].message, "the check digit of 9785170123477 is 7, not 6");
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Clone)]
pub struct Content {
    dialect: Dialect,
    /// The rules that are looked for.
    rules: Vec<&'static ContentRule>,
}

impl Default for Content {
    fn default() -> Content {
        Content { dialect: Dialect::Auto, rules: RULES.iter().collect() }
    }
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Content").field("dialect", &self.dialect).finish_non_exhaustive()
    }
}

impl Content {
    /// Finds the family of each record.
    pub fn new() -> Content {
        Content::default()
    }

    /// The dialect of the records. Default: [`Dialect::Auto`], found for each.
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> Content {
        self.dialect = dialect;
        self
    }
}

impl Check for Content {
    fn rules(&self) -> &[Rule] {
        all()
    }

    fn narrow(&mut self, wanted: &dyn Fn(Rule) -> bool) {
        self.rules.retain(|rule| rule.rules.iter().any(|rule| wanted(*rule)));
    }

    fn check(&mut self, subject: Subject<'_>, findings: &mut Findings) {
        let record = subject.record;
        let dialect = match self.dialect {
            Dialect::Auto => Dialect::guess(record),
            named => named,
        };
        let record_type = record.header().leader.map(|leader| leader.record_type()).unwrap_or_default();
        let family = match Set::of(dialect, record_type) {
            Some(Set::Marc21Bib) => Family::Marc21,
            Some(Set::UnimarcBib | Set::RusmarcBib) => Family::Unimarc,
            None if dialect == Dialect::Irbis && Set::is_ibis(record) => Family::Irbis,
            _ => return,
        };
        let card = Card { subject, family };
        for rule in self.rules.iter().filter(|rule| rule.families.contains(&family)) {
            (rule.check)(&card, findings);
        }
    }

    fn fix(&self, record: &mut Record, finding: &Finding, fixes: Fixes) -> Option<Fix> {
        let rule = RULES.iter().find(|rule| rule.rules.contains(&finding.rule))?;
        rule.fix.and_then(|fix| fix(record, finding, fixes))
    }
}

//! What a description could not read: each value stays as it is written, and has a finding.

use super::bib::{Bib, Entry};
use super::date::Date;
use super::elements::{Agent, Country, Language, Publication};
use super::names::{Element, Part};
use super::rules::{CODE_UNKNOWN, DATE_WITHOUT_YEAR, FORMAT_GUESSED, NAME_NOT_DIVIDED, ROLE_UNKNOWN};
use super::value::Sourced;
use super::words;
use crate::finding::{Finding, Rule};
use crate::position::{Location, Part as Place};
use crate::record::Dialect;

const KEPT: &str = "kept as it is";

impl<'a> Bib<'a> {
    /// Returns what could not be read, in the order of the record: a date without a year, the name of a person that is not
    /// divided, a role or a code that nobody knows. The values stay as they are; forms in another script are not looked at.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{Record, model::Bib, rules};
    ///
    /// let record = Record::builder()
    ///     .data_field("245", "10", [('a', "Divan")])
    ///     .data_field("264", " 1", [('a', "Baku"), ('c', "19--?")])
    ///     .build()?;
    /// let findings: Vec<_> = Bib::of(record.view()).findings().collect();
    /// assert_eq!(findings[0].rule, rules::DATE_WITHOUT_YEAR);
    /// assert_eq!(findings[0].location.place().unwrap().to_string(), "264[0]$c[0]");
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    pub fn findings(&self) -> impl Iterator<Item = Finding> {
        let own = self.entries().filter(|entry| !entry.is_alternate());
        self.guessed().into_iter().chain(own.flat_map(|entry| self.unread(entry)))
    }

    fn guessed(&self) -> Option<Finding> {
        let (reading, reason) = self.reading();
        let message = match reading {
            Dialect::Isis => format!("{reason}: nothing is described"),
            _ if reason.starts_with("nearest: ") => format!("described as {reading}, {reason}"),
            _ => return None,
        };
        Some(Finding::new(FORMAT_GUESSED, Location::of(self.record().position()), message, ""))
    }

    fn unread(&self, entry: Entry<'_, 'a>) -> Vec<Finding> {
        let one = |rule, value: Option<&Sourced<'a>>, what: &str| -> Vec<Finding> {
            value.into_iter().map(|value| self.about(rule, value, &value.raw(), what)).collect()
        };
        match entry.element() {
            Element::Publication => one(DATE_WITHOUT_YEAR, without_year(entry), "gives no year"),
            Element::Agent => {
                let mut found = one(NAME_NOT_DIVIDED, undivided(entry), "has no family name apart");
                for value in entry.all(Part::Role) {
                    let unknown = Agent::unknown_role(value);
                    let about =
                        |raw: String| self.about(ROLE_UNKNOWN, value, &raw, "is no role that is known");
                    found.extend(unknown.map(about));
                }
                found
            }
            Element::Subject => one(NAME_NOT_DIVIDED, undivided(entry), "has no family name apart"),
            Element::Language | Element::Country => {
                one(CODE_UNKNOWN, without_code(entry), "is no code that is known")
            }
            _ => Vec::new(),
        }
    }

    fn about(&self, rule: Rule, value: &Sourced<'_>, raw: &str, what: &str) -> Finding {
        let path = value.path();
        let mut location = Location::of(self.record().position());
        let code = match path.part {
            Place::Subfield(code, occurrence) => Some((code, occurrence)),
            _ => None,
        };
        location.tag = path.tag;
        location.occurrence = Some((path.occurrence, code));
        let narrow = |(first, last): (u32, u32)| u16::try_from(first).ok().zip(u16::try_from(last).ok());
        location.chars = path.chars.and_then(narrow);
        location.mfn = self.record().header().isis.map(|isis| isis.mfn);
        Finding::new(rule, location, format!("{raw:?} {what}"), KEPT)
    }
}

/// The date that gives no year, unless it says that there is none.
fn without_year<'b, 'a>(entry: Entry<'b, 'a>) -> Option<&'b Sourced<'a>> {
    let event = Publication::of(entry)?;
    let value = event.date_value()?;
    let raw = value.raw();
    let is_read = match event.kind() {
        "coded" => {
            event.date().is_some()
                || raw.chars().all(|c| c.is_ascii_digit() || matches!(c, 'u' | '|' | ' ' | '#' | '-'))
        }
        _ => {
            event.date().is_some_and(|date: Date| date.is_known())
                || words::is_absent(&raw)
                || !raw.contains(char::is_alphanumeric)
        }
    };
    Some(value).filter(|_| !is_read)
}

/// The name of a person that should have a family name apart from the others, and has not.
fn undivided<'b, 'a>(entry: Entry<'b, 'a>) -> Option<&'b Sourced<'a>> {
    if entry.kind() != "person" || entry.first(Part::Given).is_some() || entry.first(Part::Full).is_some() {
        return None;
    }
    let name = entry.first(Part::Name)?;
    let raw = name.raw();
    let [one, two] = entry.data.indicators;
    let is_inverted = match entry.bib.reading().0 {
        Dialect::Marc21 => one == b'1',
        Dialect::Irbis => raw.trim().contains(' '),
        _ => two == b'1',
    };
    Some(name).filter(|_| is_inverted && !raw.contains([',', '،']))
}

/// The language or country whose code is in no list, unless the record names a list of its own.
fn without_code<'b, 'a>(entry: Entry<'b, 'a>) -> Option<&'b Sourced<'a>> {
    let value = entry.first(Part::Value).filter(|_| entry.first(Part::Scheme).is_none())?;
    let is_fill = || value.raw().chars().all(|c| matches!(c, ' ' | '|' | '#' | '-' | '\u{A0}'));
    let code = Language::of(entry).and_then(|one| one.code()).or_else(|| Country::of(entry)?.code());
    Some(value).filter(|_| code.is_none() && !is_fill())
}

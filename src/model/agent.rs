//! Agents and subjects that are names: how a name is put together, and roles.

use std::borrow::Cow;

use super::bib::Entry;
use super::elements::{Agent, Subject};
use super::names::Part;
use super::value::Sourced;
use super::words;

/// A role of an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Role<'a> {
    /// The code of the MARC list for relators; `None` if the role is none that we know.
    pub code: Option<&'static str>,
    /// The role as it is written; empty if the field alone gives it.
    pub raw: Cow<'a, str>,
}

impl<'b, 'a> Agent<'b, 'a> {
    /// Returns the name in the order of a heading: `Abbott, Edwin Abbott`; a body with its units: `Ministry. Office`.
    pub fn name(&self) -> Option<String> {
        name(self)
    }

    /// Returns the full form of the name, if the record has it apart.
    pub fn full_name(&self) -> Option<String> {
        self.joined(&[Part::Full], " ").map(|full| full.trim_matches(['(', ')', ' ']).to_owned())
    }

    /// Returns what is added to the name to tell its bearer from others: titles, ordinals, places.
    pub fn additions(&self) -> impl Iterator<Item = &'b Sourced<'a>> + use<'b, 'a> {
        self.all(Part::Addition)
    }

    /// Returns the dates of life or of the meeting, as they are written.
    pub fn dates(&self) -> Option<Cow<'a, str>> {
        self.first(Part::Dates).map(|dates| trim_dates(dates.clean()))
    }

    /// Returns the roles, each once: those that the record gives, else the one that the field stands for.
    pub fn roles(&self) -> Vec<Role<'a>> {
        let mut roles: Vec<Role<'a>> = Vec::new();
        for value in self.all(Part::Role) {
            let raw = value.clean();
            // A term may hold several: author and illustrator.
            let role = Role { code: words::role(&raw), raw };
            if !roles.iter().any(|other| other.code.is_some() && other.code == role.code) {
                roles.push(role);
            }
        }
        if roles.is_empty() {
            roles.extend(
                self.data.rule.facts.role.map(|code| Role { code: Some(code), raw: Cow::Borrowed("") }),
            );
        }
        roles
    }

    /// Returns whether the agent is the main entry, the one of first responsibility.
    pub fn is_main(&self) -> bool {
        self.data.rule.facts.main
    }

    /// Returns whether the agent belongs to the set of which the resource is a volume, as fields 961 and 962 of IRBIS.
    pub fn is_of_set(&self) -> bool {
        self.data.rule.facts.set
    }
}

/// The name of a person, body or meeting: of an agent or a subject.
pub(super) fn name(entry: &Entry<'_, '_>) -> Option<String> {
    let mut out: Option<String> = None;
    let direct = entry.data.rule.facts.direct.is_some_and(|place| {
        let [one, two] = entry.data.indicators;
        (if place == 0 { one } else { two }) == b'0'
    });
    for value in entry.values() {
        let between = match value.part() {
            Part::Name => "",
            Part::Given if direct => " ",
            Part::Given => ", ",
            Part::Numeration => " ",
            Part::Unit => ". ",
            _ => continue,
        };
        let text = value.clean();
        match &mut out {
            Some(out) => {
                let out_trimmed = out.trim_end_matches('.').len();
                if between == ". " {
                    out.truncate(out_trimmed);
                }
                out.extend([if between.is_empty() { " " } else { between }, &text]);
            }
            None => out = Some(text.into_owned()),
        }
    }
    out
}

/// Returns dates without the brackets and marks around them.
fn trim_dates(dates: Cow<'_, str>) -> Cow<'_, str> {
    let is_mark = [' ', '(', ')', ',', '.', ':', ';'];
    match dates {
        Cow::Borrowed(dates) => Cow::Borrowed(dates.trim_matches(is_mark)),
        Cow::Owned(dates) => Cow::Owned(dates.trim_matches(is_mark).to_owned()),
    }
}

impl<'b, 'a> Subject<'b, 'a> {
    /// Returns the heading without its subdivisions; of a name with a title, both.
    pub fn heading(&self) -> Option<String> {
        let heading = name(self).or_else(|| self.joined(&[Part::Heading], " "));
        let heading = heading.or_else(|| self.joined(&[Part::Value], " "));
        let title = self.joined(&[Part::Title, Part::Section], ". ");
        match (heading, title) {
            (Some(heading), Some(title)) => Some(format!("{heading}. {title}")),
            (heading, title) => heading.or(title),
        }
    }

    /// Returns the subdivisions: topics, places, times and forms.
    pub fn subdivisions(&self) -> impl Iterator<Item = &'b Sourced<'a>> + use<'b, 'a> {
        let is = |part| matches!(part, Part::Topic | Part::Time | Part::Region | Part::Form);
        self.values().iter().filter(move |value| is(value.part()))
    }
}

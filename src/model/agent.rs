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

    /// Returns the roles, each once: those that the record gives, else the one that the field stands for. A term that names
    /// several, `author and illustrator`, is divided.
    pub fn roles(&self) -> Vec<Role<'a>> {
        let mut roles: Vec<Role<'a>> = Vec::new();
        // As many as there are codes.
        let mut seen: Vec<&str> = Vec::new();
        for role in self.all(Part::Role).flat_map(roles_of) {
            match role.code {
                Some(code) if seen.contains(&code) => continue,
                code => seen.extend(code),
            }
            roles.push(role);
        }
        if roles.is_empty() {
            roles.extend(
                self.data.rule.facts.role.map(|code| Role { code: Some(code), raw: Cow::Borrowed("") }),
            );
        }
        roles
    }

    /// Returns what a value has for a role that is neither a code nor a word that is known.
    pub(super) fn unknown_role(value: &Sourced<'a>) -> Option<String> {
        let unknown = roles_of(value).into_iter().find(|role| role.code.is_none());
        unknown.map(|role| role.raw.into_owned()).filter(|raw| !raw.trim().is_empty())
    }

    /// Returns whether the agent made the resource: the main entry, one with the role of an author, and, in a record without
    /// a main entry, a person without any role.
    pub fn is_author(&self) -> bool {
        if self.is_alternate() {
            return false;
        }
        let is_free = || {
            let has_role = self.first(Part::Role).is_some() || self.data.rule.facts.role.is_some();
            !self.bib.has_main && self.kind() == "person" && !has_role && self.data.rule.facts.free
        };
        self.is_main() || self.roles().iter().any(|role| role.code == Some("aut")) || is_free()
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

/// Returns the roles that a value names.
fn roles_of<'a>(value: &Sourced<'a>) -> Vec<Role<'a>> {
    // In the other subfields of roles there are codes.
    let is_term = value.place.code.is_some_and(|(code, _)| matches!(code, 'e' | 'j'));
    let pieces = divided(value.clean(), is_term).into_iter();
    pieces.map(|raw| Role { code: words::role(&raw, is_term), raw }).collect()
}

/// Returns the roles of a statement of one or of several, if any of these is known.
fn divided(raw: Cow<'_, str>, is_term: bool) -> Vec<Cow<'_, str>> {
    const BETWEEN: [&str; 10] = [" and ", " & ", " и ", " та ", " və ", " und ", " et ", ",", ";", "/"];
    let divides = !raw.contains("://") && BETWEEN.iter().any(|between| raw.contains(between));
    if !divides || !raw.contains('/') && words::role(&raw, is_term).is_some() {
        return vec![raw];
    }
    let mut text = raw.clone().into_owned();
    for between in BETWEEN {
        text = text.replace(between, "\n");
    }
    let pieces: Vec<&str> = text.split('\n').map(str::trim).filter(|piece| !piece.is_empty()).collect();
    match pieces.iter().any(|piece| words::role(piece, is_term).is_some()) {
        true => pieces.into_iter().map(|piece| Cow::Owned(piece.to_owned())).collect(),
        false => vec![raw],
    }
}

/// The name of a person, body or meeting: of an agent or a subject.
pub(super) fn name(entry: &Entry<'_, '_>) -> Option<String> {
    let mut out: Option<String> = None;
    // IRBIS and UNIMARC have initials and the names in full apart; $q of MARC 21 is an addition.
    let full_is_given = entry.first(Part::Full).is_some()
        && entry.first(Part::Given).is_none()
        && entry.data.rule.has(Part::Given);
    let direct = entry.data.rule.facts.direct.is_some_and(|place| {
        let [one, two] = entry.data.indicators;
        (if place == 0 { one } else { two }) == b'0'
    });
    for value in entry.values() {
        let between = match value.part() {
            Part::Name => "",
            Part::Given if direct => " ",
            Part::Given => ", ",
            Part::Full if full_is_given => {
                if direct {
                    " "
                } else {
                    ", "
                }
            }
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
    /// Returns whether it is a code that says something about the subject, and no heading: an area, a period, a form of music
    /// or instruments.
    pub fn is_code(&self) -> bool {
        matches!(self.kind(), "area" | "period" | "music-form" | "instruments")
    }

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

    /// The parts of which the heading is made.
    pub(super) fn heading_parts(&self) -> &'static [Part] {
        const NAME: [Part; 6] =
            [Part::Title, Part::Section, Part::Name, Part::Given, Part::Numeration, Part::Unit];
        let has = |part| self.first(part).is_some();
        match () {
            () if NAME.iter().skip(2).any(|part| has(*part)) => &NAME,
            () if has(Part::Heading) => &[Part::Title, Part::Section, Part::Heading],
            () => &[Part::Title, Part::Section, Part::Value],
        }
    }

    /// Returns the subdivisions: topics, places, times and forms.
    pub fn subdivisions(&self) -> impl Iterator<Item = &'b Sourced<'a>> + use<'b, 'a> {
        let is = |part| matches!(part, Part::Topic | Part::Time | Part::Region | Part::Form);
        self.values().iter().filter(move |value| is(value.part()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_roles_in_one_term() {
        let cases = [
            ("author and illustrator", vec!["author", "illustrator"]),
            ("author, illustrator", vec!["author", "illustrator"]),
            ("author/illustrator", vec!["author", "illustrator"]),
            ("сост. и ред.", vec!["сост.", "ред."]),
            ("editor", vec!["editor"]),
            ("author of introduction, etc.", vec!["author of introduction, etc."]),
            ("cook and bottle washer", vec!["cook and bottle washer"]),
            ("http://id.loc.gov/vocabulary/relators/aut", vec!["http://id.loc.gov/vocabulary/relators/aut"]),
        ];
        for (raw, expected) in cases {
            assert_eq!(divided(Cow::Borrowed(raw), true), expected, "{raw}");
        }
    }
}

//! Names as citations have them.

use crate::model::{Agent, Part};

/// The name of a person, in parts; or of a body or meeting, in one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Person {
    /// The family name of a person; the whole name of anyone else.
    pub family: String,
    /// The given names; empty if the name is not in parts.
    pub given: String,
    /// Whether it is a person.
    pub is_person: bool,
}

impl Person {
    /// Returns the name of an agent; `None` if it has none.
    pub(super) fn of(agent: &Agent<'_, '_>) -> Option<Person> {
        let is_person = !matches!(agent.kind(), "body" | "meeting" | "family" | "trademark");
        let whole = |family| Person { family, given: String::new(), is_person };
        if let (true, Some(given)) = (is_person, agent.first(Part::Given)) {
            let family = agent.first(Part::Name).map(|name| name.clean().into_owned()).unwrap_or_default();
            let full = agent.full_name().unwrap_or_else(|| given.clean().into_owned());
            if !family.is_empty() {
                return Some(Person { family, given: full, is_person });
            }
        }
        let name = agent.name().filter(|name| !name.is_empty())?;
        Some(match name.split_once(',').filter(|_| is_person) {
            Some((family, given)) if !given.trim().is_empty() => {
                Person { family: family.trim().to_owned(), given: given.trim().to_owned(), is_person }
            }
            Some((family, _)) => whole(family.trim().to_owned()),
            None => whole(name),
        })
    }

    /// Returns the name in the order of a heading: `Nizami Gəncəvi`, `Abbott, Edwin`.
    pub fn inverted(&self) -> String {
        match self.given.as_str() {
            "" => self.family.clone(),
            given => format!("{}, {given}", self.family),
        }
    }

    /// Returns the name in the order of speech: `Edwin Abbott`.
    pub fn direct(&self) -> String {
        match self.given.as_str() {
            "" => self.family.clone(),
            given => format!("{given} {}", self.family),
        }
    }
}

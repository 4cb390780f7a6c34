//! Persons and bodies.

use crate::coded::CodeList;
use crate::crosswalk::tables::look_up;
use crate::error::{Error, Result};

use super::Family;

/// A person or body that is responsible for a resource.
///
/// # Example
/// ```
/// use kartoteka::draft::Agent;
///
/// let author = Agent::person("Толстой", "Л. Н.").dates("1828-1910");
/// let editor = Agent::person("Бирюков", "П. И.").role("edt");
/// let publisher = Agent::body("Академия наук").role("редактор");
/// # let _ = (author, editor, publisher);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    pub(super) kind: Kind,
    /// The family name, or the whole name.
    pub(super) name: String,
    pub(super) given: String,
    pub(super) dates: String,
    pub(super) role: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Person,
    Body,
}

impl Agent {
    /// A person: family name, and given names or initials; these are empty for a name that is one word.
    pub fn person(family: impl Into<String>, given: impl Into<String>) -> Agent {
        let (name, given) = (family.into(), given.into());
        Agent { kind: Kind::Person, name, given, dates: String::new(), role: String::new() }
    }

    /// A body, by its name.
    pub fn body(name: impl Into<String>) -> Agent {
        Agent { kind: Kind::Body, ..Agent::person(name, "") }
    }

    /// The dates of a person, such as `1828-1910`.
    #[must_use]
    pub fn dates(mut self, dates: impl Into<String>) -> Agent {
        self.dates = dates.into();
        self
    }

    /// The role: a code of MARC 21 (`edt`) or of UNIMARC (`340`), or its label in English or Russian (`editor`). Default: author
    /// for [`Draft::author`](super::Draft::author), none for others.
    #[must_use]
    pub fn role(mut self, role: impl Into<String>) -> Agent {
        self.role = role.into();
        self
    }

    /// Returns the name in the order of a heading.
    pub(super) fn heading(&self) -> String {
        match self.given.trim() {
            "" => self.name.trim().to_owned(),
            given => format!("{}, {given}", self.name.trim()),
        }
    }

    /// Returns the code of the role in a format; none if there is no role.
    pub(super) fn role_code(&self, family: Family, default: &str) -> Result<Option<String>> {
        let role = match self.role.trim() {
            "" => default,
            role => role,
        };
        if role.is_empty() {
            return Ok(None);
        }
        let marc =
            marc_role(role).ok_or_else(|| Error::argument(format!("{role:?} is no role that is known")))?;
        match family {
            Family::Marc21 => Ok(Some(marc.to_owned())),
            Family::Unimarc | Family::Irbis => match look_up("role-uni", marc) {
                Some(number) => Ok(Some(number.to_owned())),
                None => Err(Error::argument(format!("UNIMARC and IRBIS have no code for the role {role:?}"))),
            },
        }
    }
}

/// Returns the code of MARC 21 for a role by code or label.
fn marc_role(role: &str) -> Option<&'static str> {
    let marc = CodeList::named("relators")?;
    let unimarc = CodeList::named("unimarc-relators")?;
    let lower = role.to_lowercase();
    let known = |code: &str| marc.iter().find(|(known, _)| *known == code).map(|(code, _)| code);
    let of_number = |number: &str| look_up("role21", number).and_then(known);
    let is_number = role.len() == 3 && role.bytes().all(|byte| byte.is_ascii_digit());
    if is_number {
        return of_number(role);
    }
    known(&lower).or_else(|| marc.code(role)).or_else(|| unimarc.code(role).and_then(of_number))
}

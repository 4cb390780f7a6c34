//! The fields of a draft.

use super::Family;
use super::agent::{Agent, Kind};
use super::codes;
use super::field::Parts;
use super::table::{Row, rows};
use super::values::Draft;
use crate::error::{Error, Result};
use crate::model::isbn13;
use crate::record::Dialect;

impl Draft {
    /// Returns the elements of the draft, each to be a field. `has_main` says that there is a main entry already.
    pub(super) fn elements(&self, dialect: Dialect, family: Family, has_main: bool) -> Result<Vec<NewField>> {
        let mut all = Vec::new();
        let mut add = |element: &str, parts: &[(&'static str, &str)]| {
            if parts.iter().any(|(_, value)| !value.trim().is_empty()) {
                all.extend(NewField::new(element, family, parts));
            }
        };
        let is_main = !has_main && self.agents.iter().any(|(_, is_author)| *is_author);
        add(
            "title",
            &[
                ("value", &self.filed_title(family)?),
                ("remainder", &self.remainder),
                ("responsibility", &self.responsibility),
            ],
        );
        for isbn in &self.isbns {
            let clean = isbn.trim();
            isbn13(clean)
                .ok_or_else(|| Error::argument(format!("{isbn:?} is no ISBN with a right check digit")))?;
            add("isbn", &[("value", clean)]);
        }
        let year = self.year_digits()?.unwrap_or_default();
        add("publication", &[("place", &self.place), ("publisher", &self.publisher), ("date", &year)]);
        let (pages, size) = self.extent(family, self.cataloguing_language(dialect)?);
        add("extent", &[("pages", &pages), ("illustrations", &self.illustrations), ("size", &size)]);
        for (title, volume) in &self.series {
            add("series", &[("title", title), ("volume", volume)]);
        }
        for (heading, subdivisions) in &self.subjects {
            let most = if family == Family::Irbis { 3 } else { usize::MAX };
            if subdivisions.len() > most {
                return Err(Error::argument(format!(
                    "IRBIS has {most} subdivisions of a heading: {heading:?}"
                )));
            }
            let mut parts = vec![("heading", heading.as_str())];
            parts.extend(subdivisions.iter().map(|subdivision| ("subdivision", subdivision.as_str())));
            add("subject", &parts);
        }
        let lists = [("keyword", &self.keywords), ("note", &self.notes), ("url", &self.urls)];
        for (element, values) in lists {
            values.iter().for_each(|value| add(element, &[("value", value)]));
        }
        add("summary", &[("value", &self.summary)]);
        let mut main_is_free = is_main;
        for (agent, is_author) in &self.agents {
            all.extend(self::agent(agent, *is_author, &mut main_is_free, family)?);
        }
        if family == Family::Marc21 {
            let title = all.iter_mut().find(|made| made.row.element == "title");
            if let Some(title) = title {
                title.indicators[0] = if is_main || has_main { b'1' } else { b'0' };
                title.indicators[1] =
                    char::from_digit(self.nonfiling as u32, 10).map_or(b'0', |digit| digit as u8);
            }
        }
        all.extend(self.language_fields(family)?);
        Ok(all)
    }

    /// Returns the title; in UNIMARC with marks around what filing skips.
    fn filed_title(&self, family: Family) -> Result<String> {
        let title = self.title.trim();
        if self.nonfiling == 0 || title.is_empty() {
            return Ok(title.to_owned());
        }
        let at = title.char_indices().nth(self.nonfiling).map(|(at, _)| at).filter(|_| self.nonfiling < 10);
        let (skipped, rest) = at.and_then(|at| title.split_at_checked(at)).ok_or_else(|| {
            Error::argument(format!("filing skips at most 9 characters and not all: {title:?}"))
        })?;
        match family {
            Family::Unimarc => Ok(format!("\u{98}{skipped}\u{9C}{rest}")),
            _ => Ok(title.to_owned()),
        }
    }

    /// Returns pages and size in words of the language of cataloguing.
    fn extent(&self, family: Family, language: &str) -> (String, String) {
        let (page, cm) = match language {
            "rus" => ("с.", "см"),
            _ => ("pages", "cm"),
        };
        let of = |number: Option<u32>, word: &str| match (number, family) {
            (None, _) => String::new(),
            (Some(number), Family::Irbis) => number.to_string(),
            (Some(number), _) => format!("{number} {word}"),
        };
        (of(self.pages, page), of(self.size, cm))
    }

    /// Returns the fields of languages and of the country.
    fn language_fields(&self, family: Family) -> Result<Vec<NewField>> {
        let mut codes = Vec::new();
        for language in &self.languages {
            codes.push(codes::language(language)?);
        }
        codes.dedup();
        let mut all = Vec::new();
        let parts: Vec<(&'static str, &str)> = codes.iter().map(|code| ("value", *code)).collect();
        match family {
            // One language is in 008.
            Family::Marc21 if codes.len() < 2 => {}
            Family::Marc21 | Family::Unimarc if !parts.is_empty() => {
                all.extend(NewField::new("languages", family, &parts))
            }
            Family::Irbis => {
                all.extend(parts.iter().filter_map(|part| NewField::new("languages", family, &[*part])))
            }
            _ => {}
        }
        if !self.country.trim().is_empty() {
            let country = codes::country(&self.country)?;
            all.extend(NewField::new("country", family, &[("value", country.iso)]));
        }
        Ok(all)
    }
}

/// A field to be made.
#[derive(Debug)]
pub(super) struct NewField {
    pub(super) row: &'static Row,
    pub(super) indicators: [u8; 2],
    values: Vec<(&'static str, String)>,
}

impl NewField {
    /// `None` if the format has no field for the element.
    pub(super) fn new(element: &str, family: Family, parts: &[(&'static str, &str)]) -> Option<NewField> {
        let row = rows(element, family).next()?;
        let values = parts.iter().map(|(part, value)| (*part, value.trim().to_owned())).collect();
        Some(NewField { row, indicators: row.indicators, values })
    }

    pub(super) fn parts(&self) -> Parts<'_> {
        self.values.iter().map(|(part, value)| (*part, value.as_str())).collect()
    }
}

/// Returns the field of an agent. The first author has the main entry, if that is free.
fn agent(
    agent: &Agent,
    is_author: bool,
    main_is_free: &mut bool,
    family: Family,
) -> Result<Option<NewField>> {
    if agent.name.trim().is_empty() {
        return Err(Error::argument("an agent needs a name"));
    }
    let rank = match is_author {
        true if std::mem::take(main_is_free) => "first",
        true => "next",
        false => "other",
    };
    let kind = match agent.kind {
        Kind::Person => "person",
        Kind::Body => "body",
    };
    let role = agent.role_code(family, if is_author { "aut" } else { "" })?.unwrap_or_default();
    // The fields 700 and 701 of IRBIS are of authors.
    let is_plain = family == Family::Irbis && agent.kind == Kind::Person && is_author && role == "070";
    let role = if is_plain { "" } else { &role };
    let heading = agent.heading();
    let parts = [
        ("name", heading.as_str()),
        ("family", agent.name.as_str()),
        ("given", agent.given.as_str()),
        ("dates", agent.dates.as_str()),
        ("role", role),
    ];
    let Some(mut made) = NewField::new(&format!("{kind}-{rank}"), family, &parts) else { return Ok(None) };
    if agent.kind == Kind::Person && agent.given.trim().is_empty() {
        // A name in direct order.
        match family {
            Family::Marc21 => made.indicators[0] = b'0',
            Family::Unimarc => made.indicators[1] = b'0',
            Family::Irbis => {}
        }
    }
    Ok(Some(made))
}

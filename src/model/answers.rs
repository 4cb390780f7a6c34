//! Answers to the questions that are asked most.

use std::borrow::Cow;

use super::bib::Bib;
use super::date::{Certainty, Date};
use super::elements::{Agent, Identifier, Publication, Title};
use super::value::Sourced;

impl<'a> Bib<'a> {
    /// Returns the title proper of the main title; of any other if there is none, at last that of the set.
    pub fn title(&self) -> Option<Cow<'a, str>> {
        let has_value = |title: &Title<'_, 'a>| title.value().is_some();
        let main =
            self.titles().filter(has_value).find(|title| title.kind() == "main" && !title.is_alternate());
        let title = main.or_else(|| self.titles().find(has_value)).and_then(|title| title.value());
        // A volume that has no title of its own.
        let set = || self.relations().find(|one| one.kind() == "set").and_then(|set| set.title());
        title.or_else(set).map(Sourced::clean)
    }

    /// Returns the names of the agents who made the resource: the main entry, then those who are authors by their role.
    pub fn authors(&self) -> impl Iterator<Item = String> {
        let is_author = |agent: &Agent<'_, '_>| {
            !agent.is_alternate()
                && (agent.is_main() || agent.roles().iter().any(|role| role.code == Some("aut")))
        };
        self.agents().filter(is_author).filter_map(|agent| agent.name())
    }

    /// Returns the ISBNs that are right, without hyphens, as long as they are written.
    pub fn isbns(&self) -> impl Iterator<Item = String> {
        let right = |number: &Identifier<'_, '_>| {
            number.kind() == "isbn" && number.is_current() && number.valid() == Some(true)
        };
        self.identifiers().filter(right).filter_map(|number| number.clean())
    }

    /// Returns the year of publication: of the coded field, else of the first imprint that has one.
    pub fn year(&self) -> Option<i32> {
        self.date()?.start
    }

    /// Returns the date of publication that [`Bib::year`] begins with. Never one of which the year is not known.
    pub fn date(&self) -> Option<Date> {
        let date = |publication: Publication<'_, '_>| {
            // Of a decade or a century the year is not known.
            let is_known = |date: &Date| date.certainty != Certainty::Approximate || date.start == date.end;
            publication.date().filter(|date| date.start.is_some() && is_known(date))
        };
        let by_kind = |coded: bool| self.publications().filter(move |one| (one.kind() == "coded") == coded);
        by_kind(true).find_map(date).or_else(|| by_kind(false).find_map(date))
    }

    /// Returns the subject headings and keywords, each with its subdivisions after ` -- `.
    pub fn subjects(&self) -> impl Iterator<Item = String> {
        self.subject_headings().filter(|subject| !subject.is_alternate()).filter_map(|subject| {
            let mut out = subject.heading()?;
            for part in subject.subdivisions() {
                out.extend([" -- ", &part.clean()]);
            }
            Some(out)
        })
    }
}

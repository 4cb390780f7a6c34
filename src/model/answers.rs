//! Answers to the questions that are asked most.

use std::borrow::Cow;

use super::bib::Bib;
use super::date::Date;
use super::elements::{Agent, Identifier, Publication, Subject, Title};
use super::fold::fold;
use super::value::Sourced;

/// With how many titles of series those of headings are compared.
const MOST_SERIES: usize = 100;

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

    /// Returns the names of the agents who made the resource: the main entry, then those who are authors by their role; in a
    /// record without a main entry also the persons of whom no role is said.
    pub fn authors(&self) -> impl Iterator<Item = String> {
        self.agents().filter(Agent::is_author).filter_map(|agent| agent.name())
    }

    /// Returns the ISBNs that are right, without hyphens, as long as they are written.
    pub fn isbns(&self) -> impl Iterator<Item = String> {
        let right = |number: &Identifier<'_, '_>| {
            let is_own = number.kind() == "isbn" && number.is_current() && !number.is_alternate();
            is_own && number.valid() == Some(true)
        };
        self.identifiers().filter(right).filter_map(|number| number.clean())
    }

    /// Returns the year of publication: of the coded field, else of the first imprint that has one.
    pub fn year(&self) -> Option<i32> {
        self.date()?.start
    }

    /// Returns the date of publication that [`Bib::year`] begins with. Never one of which the year is not known.
    pub fn date(&self) -> Option<Date> {
        // Of a decade or a century the year is not known.
        let date = |publication: Publication<'_, '_>| publication.date().filter(Date::is_known);
        let by_kind = |coded: bool| self.publications().filter(move |one| (one.kind() == "coded") == coded);
        by_kind(true).find_map(date).or_else(|| by_kind(false).find_map(date))
    }

    /// Returns the subject headings and keywords, each with its subdivisions after ` -- `; not the codes of areas, periods
    /// and music.
    pub fn subjects(&self) -> impl Iterator<Item = String> {
        let is_answer = |subject: &Subject<'_, '_>| !subject.is_alternate() && !subject.is_code();
        self.subject_headings().filter(is_answer).filter_map(|subject| {
            let mut out = subject.heading()?;
            for part in subject.subdivisions() {
                out.extend([" -- ", &part.clean()]);
            }
            Some(out)
        })
    }

    /// Returns the titles of the series, each once: as the resource has them, and the headings of series that are in no
    /// such statement.
    pub fn series_titles(&self) -> impl Iterator<Item = String> {
        let mut traced = 0;
        let series = self.series().filter(|series| !series.is_alternate());
        let (tracings, statements): (Vec<_>, Vec<_>) = series.partition(|series| series.kind() == "tracing");
        let mut out: Vec<String> = Vec::new();
        for statement in statements {
            // Indicator 1 of field 490: there is a heading in 8XX.
            let [indicator, _] = statement.data.indicators;
            traced += usize::from(statement.data.place.tag.number() == Some(490) && indicator == b'1');
            out.extend(statement.title().map(|title| title.clean().into_owned()));
        }
        let mut folded: Vec<String> = out.iter().take(MOST_SERIES).map(|title| fold(title, None)).collect();
        for tracing in tracings.into_iter().skip(traced) {
            let Some(title) = tracing.title() else { continue };
            let key = fold(&title.clean(), None);
            let is_same = |other: &String| other.starts_with(&key) || key.starts_with(other.as_str());
            if !folded.iter().take(MOST_SERIES).any(is_same) {
                out.push(title.clean().into_owned());
                folded.push(key);
            }
        }
        out.into_iter()
    }
}

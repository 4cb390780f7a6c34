//! Answers to the questions that are asked most.

use std::borrow::Cow;

use super::bib::Bib;
use super::date::Date;
use super::elements::{Agent, Identifier, Publication, Subject, Title};
use super::fold::fold;
use super::keys::only_numbers;
use super::names::Part;
use super::value::Sourced;
use crate::crosswalk::Parents;

/// With how many titles of series those of headings are compared.
const MOST_SERIES: usize = 100;

impl<'a> Bib<'a> {
    /// Returns the title proper of the main title; of any other if there is none. Of a volume that has none, or a number for
    /// its title (`Вып. 13`), that of the set.
    pub fn title(&self) -> Option<Cow<'a, str>> {
        self.title_value().map(Sourced::clean)
    }

    /// Returns the value that [`Bib::title`] cleans, with its place.
    pub fn title_value(&self) -> Option<&Sourced<'a>> {
        let has_value = |title: &Title<'_, 'a>| title.value().is_some();
        let main =
            self.titles().filter(has_value).find(|title| title.kind() == "main" && !title.is_alternate());
        let title = main.or_else(|| self.titles().find(has_value)).and_then(|title| title.value());
        // A volume that has no title of its own, or one that is its number.
        let set = || self.relations().find(|one| one.kind() == "set").and_then(|set| set.title());
        match title {
            Some(title) => set().filter(|_| only_numbers(&fold(&title.clean(), None))).or(Some(title)),
            None => set(),
        }
    }

    /// Returns the title; of the issue of a journal that has none, as in IRBIS, that of the journal, which field 933 names by
    /// its control number.
    ///
    /// # Example
    /// ```
    /// use kartoteka::crosswalk::Parents;
    /// use kartoteka::{Builder, Syntax, model::Bib};
    ///
    /// let journal = Builder::new(Syntax::IRBIS)
    ///     .field("903", |field| field.lead("Ж1"))
    ///     .field("200", |field| field.subfield('A', "Читальня"))
    ///     .build()?;
    /// let issue = Builder::new(Syntax::IRBIS)
    ///     .field("920", |field| field.lead("NJ"))
    ///     .field("933", |field| field.lead("Ж1"))
    ///     .build()?;
    /// let mut titles = Parents::new();
    /// titles.add(journal.view());
    /// let issue = Bib::of(issue.view());
    /// assert_eq!((issue.title(), issue.title_among(&titles).as_deref()), (None, Some("Читальня")));
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    pub fn title_among<'t>(&self, titles: &'t Parents) -> Option<Cow<'t, str>>
    where
        'a: 't,
    {
        let journal = || {
            let hosts = self.relations().filter(|one| one.kind() == "host");
            hosts.filter_map(|host| titles.title(host.first(Part::Id)?.raw().trim())).next()
        };
        self.title().or_else(|| journal().map(Cow::Borrowed))
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

    /// Returns the year of publication: of the coded field, else of the first imprint that has one, at last of the issue or
    /// book of which this is a part, or of the set that came out in one year.
    pub fn year(&self) -> Option<i32> {
        self.date()?.start
    }

    /// Returns the date of publication that [`Bib::year`] begins with. Never one of which the year is not known.
    pub fn date(&self) -> Option<Date> {
        self.dated().map(|(date, _)| date)
    }

    /// Returns the value that [`Bib::date`] is read from, with its place.
    pub fn date_value(&self) -> Option<&Sourced<'a>> {
        self.dated().map(|(_, value)| value)
    }

    fn dated(&self) -> Option<(Date, &Sourced<'a>)> {
        // Of a decade or a century the year is not known.
        fn date<'b, 'a>(one: &Publication<'b, 'a>) -> Option<(Date, &'b Sourced<'a>)> {
            Some((one.date().filter(Date::is_known)?, one.date_value()?))
        }
        let by_kind = |coded: bool| self.publications().filter(move |one| (one.kind() == "coded") == coded);
        let own = by_kind(true).chain(by_kind(false)).find_map(|one| date(&one));
        let of_whole = |kind: &'static str| {
            let mut wholes = self.relations().filter(move |one| one.kind() == kind);
            wholes.find_map(|one| {
                let (value, ends) = (one.first(Part::Date)?, one.first(Part::EndDate).is_some());
                let date = Date::parse(&value.raw());
                // A set of several years, and a journal, have no year of the part.
                let is_one = kind == "host" || date.end == date.start && !ends;
                (date.is_known() && is_one).then_some((date, value))
            })
        };
        own.or_else(|| of_whole("host")).or_else(|| of_whole("set"))
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

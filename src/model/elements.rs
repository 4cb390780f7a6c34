//! The entries by element, each with what is asked of it.

use std::borrow::Cow;
use std::ops::Deref;

use super::bib::{Bib, Entry};
use super::clean;
use super::date::Date;
use super::names::{Element, Part};
use super::value::Sourced;
use super::words;
use crate::bytes::Cut;

/// Declares the views on entries of an element, and the methods of [`Bib`] that return them.
macro_rules! views {
    ($($(#[$doc:meta])* $view:ident $all:ident;)+) => {
        $(
            $(#[$doc])*
            ///
            /// What it shares with all entries is that of [`Entry`], to which it dereferences.
            #[derive(Debug, Clone, Copy)]
            pub struct $view<'b, 'a>(pub(super) Entry<'b, 'a>);

            impl<'b, 'a> $view<'b, 'a> {
                /// Returns the view on an entry; `None` if it is of another element.
                pub fn of(entry: Entry<'b, 'a>) -> Option<$view<'b, 'a>> {
                    (entry.element() == Element::$view).then_some($view(entry))
                }
            }

            impl<'b, 'a> Deref for $view<'b, 'a> {
                type Target = Entry<'b, 'a>;

                fn deref(&self) -> &Entry<'b, 'a> {
                    &self.0
                }
            }
        )+

        impl<'a> Bib<'a> {
            $(
                $(#[$doc])* ///
                /// All of them, in the order of the record.
                pub fn $all(&self) -> impl DoubleEndedIterator<Item = $view<'_, 'a>> + Clone {
                    self.of_element(Element::$view).map($view)
                }
            )+
        }
    };
}

views! {
    /// A title.
    Title titles;
    /// A person, body or meeting.
    Agent agents;
    /// A number or code that identifies the resource.
    Identifier identifiers;
    /// A statement of edition.
    Edition editions;
    /// A statement of publication, production, distribution, manufacture or copyright.
    Publication publications;
    /// What the resource is made of.
    Extent extents;
    /// A series.
    Series series;
    /// A subject heading or keyword.
    Subject subject_headings;
    /// A class number.
    Classification classifications;
    /// A language.
    Language languages;
    /// A country.
    Country countries;
    /// A note.
    Note notes;
    /// Another resource.
    Relation relations;
    /// A place on the net, or a file.
    Electronic electronic;
    /// A copy, or a statement of what a library holds.
    Item items;
    /// Data about the record.
    Admin admin;
    /// Coded data.
    Coded coded_values;
}

impl<'b, 'a> Title<'b, 'a> {
    /// Returns the title proper.
    pub fn value(&self) -> Option<&'b Sourced<'a>> {
        self.first(Part::Value)
    }

    /// Returns the other title information: subtitles, joined by ` : `.
    pub fn remainder(&self) -> Option<String> {
        self.joined(&[Part::Remainder], " : ")
    }

    /// Returns the parallel titles in the statement.
    pub fn parallel(&self) -> impl Iterator<Item = &'b Sourced<'a>> + use<'b, 'a> {
        self.all(Part::Parallel)
    }

    /// Returns the numbers and names of parts.
    pub fn parts(&self) -> impl Iterator<Item = &'b Sourced<'a>> + use<'b, 'a> {
        self.values()
            .iter()
            .filter(|value| matches!(value.part(), Part::Number | Part::Section | Part::Volume))
    }

    /// Returns the statement of responsibility, its pieces joined by ` ; `.
    pub fn responsibility(&self) -> Option<String> {
        self.joined(&[Part::Responsibility], " ; ")
    }

    /// Returns the number of characters that filing skips, by the indicators of MARC 21 or the marks in the value.
    pub fn nonfiling(&self) -> usize {
        let raw = self.value().map(|value| value.raw()).unwrap_or_default();
        if let Some((start, _)) = raw.split_once(['\u{89}', '\u{9C}']) {
            return start.chars().filter(|c| !matches!(c, '\u{88}' | '\u{98}')).count();
        }
        let raw = raw.trim_start();
        if let Some((start, end, mark)) = clean::skipped(raw) {
            let blanks = raw.cut(end + mark..).chars().take_while(|c| *c == ' ').count();
            return raw.cut(start..end).chars().count() + blanks;
        }
        let filed = || raw.strip_prefix('<')?.split_once('>').map(|(inside, _)| inside);
        if self.data.place.angles
            && let Some(article) = filed().and_then(|inside| inside.trim_end_matches('=').strip_suffix(' '))
        {
            return article.chars().count() + 1;
        }
        let [one, two] = self.data.indicators;
        let byte = match self.data.rule.facts.skips {
            Some(0) => one,
            Some(_) => two,
            None => return 0,
        };
        char::from(byte).to_digit(10).map_or(0, |digit| digit as usize)
    }
}

/// A place, a publisher and a date that belong together.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Statement<'b, 'a> {
    /// The place.
    pub place: Option<&'b Sourced<'a>>,
    /// The publisher.
    pub publisher: Option<&'b Sourced<'a>>,
}

impl<'b, 'a> Publication<'b, 'a> {
    /// Returns the places. A statement that there is none, as `[S.l.]`, is left out.
    pub fn places(&self) -> impl Iterator<Item = &'b Sourced<'a>> + use<'b, 'a> {
        self.all(Part::Place).filter(|place| !words::is_absent(&place.raw()))
    }

    /// Returns the publishers. A statement that there is none, as `[s.n.]`, is left out.
    pub fn publishers(&self) -> impl Iterator<Item = &'b Sourced<'a>> + use<'b, 'a> {
        self.all(Part::Publisher).filter(|name| !words::is_absent(&name.raw()))
    }

    /// Returns places with their publishers: the first with the first of a group, and so on. A place after a publisher
    /// begins a group.
    pub fn statements(&self) -> Vec<Statement<'b, 'a>> {
        let mut out: Vec<Statement<'b, 'a>> = Vec::new();
        let named = |part| matches!(part, Part::Place | Part::Publisher);
        let first = self.values().iter().find(|value| named(value.part()));
        if first.is_some_and(|first| first.part() == Part::Publisher) {
            // The order of the subfields says nothing, as in IRBIS.
            let (mut places, mut publishers) = (self.places(), self.publishers());
            loop {
                let next = Statement { place: places.next(), publisher: publishers.next() };
                if next.place.is_none() && next.publisher.is_none() {
                    return out;
                }
                out.push(next);
            }
        }
        // The first statement of the group without a publisher.
        let mut free = 0;
        let mut published = false;
        for value in self.values() {
            let absent = || words::is_absent(&value.raw());
            match value.part() {
                Part::Place => {
                    if std::mem::take(&mut published) {
                        free = out.len();
                    }
                    out.push(Statement { place: Some(value).filter(|_| !absent()), publisher: None });
                }
                Part::Publisher => {
                    published = true;
                    let publisher = Some(value).filter(|_| !absent());
                    match out.get_mut(free) {
                        Some(statement) => statement.publisher = publisher,
                        None => out.push(Statement { place: None, publisher }),
                    }
                    free += usize::from(publisher.is_some());
                }
                _ => {}
            }
        }
        out.retain(|statement| statement.place.is_some() || statement.publisher.is_some());
        out
    }

    /// Returns the date: of the coded field, or as the imprint has it.
    pub fn date(&self) -> Option<Date> {
        let value = self.date_value()?;
        if self.kind() != "coded" {
            let mut date = Date::parse(&value.raw());
            if let Some(end) = self.first(Part::EndDate).and_then(|end| Date::parse(&end.raw()).end) {
                date.end = Some(end);
            }
            return Some(date);
        }
        let kind = self.first(Part::Dates).and_then(|kind| kind.raw().chars().next()).unwrap_or('s');
        Date::coded(kind, &value.raw())
    }

    /// Returns the year of the copyright that a coded field has beside that of publication.
    pub fn copyright_year(&self) -> Option<i32> {
        let kind = self.first(Part::Dates)?.raw().chars().next()?;
        let dates = self.date_value()?.raw();
        let second = dates.get(4..8).filter(|_| matches!(kind, 't' | 'h'))?;
        Date::coded('s', second).filter(Date::is_known)?.start
    }

    /// Returns the date as it is written, with its place.
    pub fn date_value(&self) -> Option<&'b Sourced<'a>> {
        self.first(Part::Date)
    }
}

impl<'b, 'a> Series<'b, 'a> {
    /// Returns the title of the series.
    pub fn title(&self) -> Option<&'b Sourced<'a>> {
        self.first(Part::Title)
    }

    /// Returns the number in the series.
    pub fn volume(&self) -> Option<Cow<'a, str>> {
        self.first(Part::Volume).map(Sourced::clean)
    }

    /// Returns the ISSN of the series.
    pub fn issn(&self) -> Option<Cow<'a, str>> {
        self.first(Part::Issn).map(Sourced::clean)
    }
}

impl<'b, 'a> Classification<'b, 'a> {
    /// Returns the class number.
    pub fn value(&self) -> Option<&'b Sourced<'a>> {
        self.first(Part::Value).or_else(|| self.first(Part::Invalid))
    }

    /// Returns the rest of the shelf mark.
    pub fn item(&self) -> Option<String> {
        self.joined(&[Part::Item], " ")
    }
}

impl<'b, 'a> Language<'b, 'a> {
    /// Returns the code of the MARC list, which is that of ISO 639-2 (B); `None` if the record has none that we know.
    pub fn code(&self) -> Option<&'static str> {
        words::language(&self.value()?.raw())
    }

    /// Returns the code as it is written.
    pub fn value(&self) -> Option<&'b Sourced<'a>> {
        self.first(Part::Value)
    }
}

impl<'b, 'a> Country<'b, 'a> {
    /// Returns the code of ISO 3166 in two letters; `None` if the record has none that we know.
    pub fn code(&self) -> Option<&'static str> {
        let is_marc = self.scheme().is_some_and(|scheme| scheme == "marccountry");
        words::country(&self.value()?.raw(), is_marc)
    }

    /// Returns the code as it is written.
    pub fn value(&self) -> Option<&'b Sourced<'a>> {
        self.first(Part::Value)
    }
}

impl Note<'_, '_> {
    /// Returns the note.
    pub fn text(&self) -> Option<String> {
        self.joined(&[Part::Value], " ")
    }
}

impl<'b, 'a> Relation<'b, 'a> {
    /// Returns the title of the other resource.
    pub fn title(&self) -> Option<&'b Sourced<'a>> {
        self.first(Part::Title).or_else(|| self.first(Part::TitleVariant))
    }
}

impl<'b, 'a> Electronic<'b, 'a> {
    /// Returns the address.
    pub fn url(&self) -> Option<Cow<'a, str>> {
        self.first(Part::Url).map(Sourced::clean)
    }

    /// Returns the text of the link.
    pub fn label(&self) -> Option<String> {
        self.joined(&[Part::Label], " ")
    }
}

//! What citations take of a record, once for all forms.

use std::collections::BTreeMap;

use super::locus::Locus;
use super::person::Person;
use super::rules::NO_PLACE;
use crate::bytes::Cut;
use crate::error::Result;
use crate::finding::{Finding, Findings};
use crate::io::Preparation;
use crate::model::{
    Agent, Bib, Date, Element, Entry, Extent, Identifier, Language, Part, Publication, Resource, Sourced,
    Subject,
};
use crate::position::Location;
use crate::record::RecordRef;

/// Hands the citation of a record to `write`, and reports what has no place in it.
pub(super) fn cite(
    record: RecordRef<'_>,
    preparation: &mut Preparation,
    write: impl FnOnce(&Citation),
) -> Result<()> {
    let (prepared, findings) = preparation.text(record)?;
    let bib = Bib::of(prepared);
    let citation = Citation::of(&bib);
    write(&citation);
    citation.report(&bib, findings);
    Ok(())
}

/// What citations take of a record.
///
/// # Example
/// ```
/// use kartoteka::{Record, export::Citation, model::Bib};
///
/// let record = Record::builder()
///     .data_field("100", "1 ", [('a', "Abbott, Edwin Abbott,"), ('d', "1838-1926.")])
///     .data_field("245", "10", [('a', "Flatland :"), ('b', "a romance /"), ('c', "E. A. Abbott.")])
///     .build()?;
/// let bib = Bib::of(record.view());
/// let citation = Citation::of(&bib);
/// assert_eq!(citation.title, "Flatland: a romance");
/// assert_eq!(citation.authors[0].direct(), "Edwin Abbott Abbott");
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Citation {
    /// The control number or MFN, else the number of the record.
    pub id: String,
    /// What the resource is.
    pub resource: Resource,
    /// The main title with its parts and subtitle; empty if there is none.
    pub title: String,
    /// Authors and others with the main responsibility.
    pub authors: Vec<Person>,
    /// Editors and compilers.
    pub editors: Vec<Person>,
    /// Translators.
    pub translators: Vec<Person>,
    /// Others who contributed.
    pub contributors: Vec<Person>,
    /// When it was published.
    pub date: Option<Date>,
    /// The first publisher.
    pub publisher: Option<String>,
    /// The first place of publication.
    pub place: Option<String>,
    /// The edition.
    pub edition: Option<String>,
    /// ISBNs that are right.
    pub isbns: Vec<String>,
    /// The ISSN, of a part that of its host.
    pub issn: Option<String>,
    /// The DOI.
    pub doi: Option<String>,
    /// Addresses on the net.
    pub urls: Vec<String>,
    /// The first language of the text, as a code of the MARC list.
    pub language: Option<&'static str>,
    /// The number of pages.
    pub pages: Option<u32>,
    /// The first series and the number in it.
    pub series: Option<(String, Option<String>)>,
    /// The resource of which this is a part, and where in it: volume and issue, pages.
    pub host: Option<Host>,
    /// Summaries.
    pub summary: Option<String>,
    /// Subject headings and keywords.
    pub keywords: Vec<String>,
    /// The thesis statement.
    pub thesis: Option<String>,
    /// The number of values that are in none of these, by element.
    pub left: BTreeMap<&'static str, usize>,
}

/// The resource of which another is a part.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Host {
    /// The title.
    pub title: String,
    /// The volume; where it is not told from the issue, both as they are written.
    pub volume: Option<String>,
    /// The issue.
    pub issue: Option<String>,
    /// The pages, as they are written: `12-15`.
    pub pages: Option<String>,
}

impl Citation {
    /// Takes a citation of a description.
    pub fn of(bib: &Bib<'_>) -> Citation {
        let record = bib.record();
        let mut citation = Citation {
            id: record.id().unwrap_or_else(|| format!("record{}", record.position().record + 1)),
            resource: bib.resource(),
            title: String::new(),
            authors: Vec::new(),
            editors: Vec::new(),
            translators: Vec::new(),
            contributors: Vec::new(),
            date: None,
            publisher: None,
            place: None,
            edition: None,
            isbns: bib.isbns().collect(),
            issn: None,
            doi: None,
            urls: Vec::new(),
            language: None,
            pages: None,
            series: None,
            host: None,
            summary: None,
            keywords: bib.subjects().collect(),
            thesis: None,
            left: BTreeMap::new(),
        };
        citation.agents(bib);
        for entry in bib.entries() {
            let taken = !entry.is_alternate() && citation.take(&entry);
            if !taken {
                *citation.left.entry(entry.element().name()).or_default() += entry.values().len().max(1);
            }
        }
        citation.complete(bib);
        citation.date = bib.date().or(citation.date);
        citation
    }

    fn agents(&mut self, bib: &Bib<'_>) {
        let is = |agent: &Agent<'_, '_>, codes: &[&str]| {
            agent.roles().iter().any(|role| role.code.is_some_and(|code| codes.contains(&code)))
        };
        for agent in bib.agents().filter(|agent| !agent.is_alternate()) {
            let Some(person) = Person::of(&agent) else { continue };
            let list = match () {
                () if is(&agent, &["edt", "com"]) => &mut self.editors,
                () if is(&agent, &["trl"]) => &mut self.translators,
                () if agent.is_author() || is(&agent, &["cmp", "cre", "pht", "art"]) => &mut self.authors,
                () => &mut self.contributors,
            };
            if !list.contains(&person) {
                list.push(person);
            }
        }
    }

    /// Puts what is known of a set where it belongs: before the title of a volume, or in place of the issue of a journal.
    fn complete(&mut self, bib: &Bib<'_>) {
        let mut sets =
            bib.relations().filter(|relation| relation.kind() == "set" && !relation.is_alternate());
        let set = sets.find_map(|set| set.title()).map(|title| title.clean().into_owned());
        match (set, &mut self.host) {
            (Some(set), Some(host)) => {
                let issue = std::mem::replace(&mut host.title, set);
                if host.issue.is_none() {
                    host.volume.get_or_insert(issue);
                }
            }
            (Some(set), None) if self.title.is_empty() => self.title = set,
            (Some(set), None) if !self.title.starts_with(&set) => {
                self.title = format!("{}. {}", set.trim_end_matches('.'), self.title);
            }
            _ => {}
        }
    }

    /// Takes what an entry has; whether there was something to take.
    fn take(&mut self, entry: &Entry<'_, '_>) -> bool {
        let text = |part| entry.first(part).map(|value: &Sourced<'_>| value.clean().into_owned());
        match (entry.element(), entry.kind()) {
            (Element::Title, "main") if self.title.is_empty() => {
                let parts = entry.joined(&[Part::Value, Part::Volume, Part::Number, Part::Section], ". ");
                let pieces = parts.into_iter().chain(entry.joined(&[Part::Remainder], ": "));
                self.title = pieces.collect::<Vec<_>>().join(": ");
                !self.title.is_empty()
            }
            (Element::Agent, _) => entry.first(Part::Name).is_some(),
            (Element::Identifier, "isbn") => true,
            (Element::Identifier, "issn") => put(&mut self.issn, text(Part::Value)),
            (Element::Identifier, "standard" | "doi") if entry.scheme().is_some_and(|name| name == "doi") => {
                put(&mut self.doi, Identifier::of(*entry).and_then(|doi| doi.clean()))
            }
            (Element::Edition, _) => put(&mut self.edition, entry.joined(&[Part::Value], " ")),
            (Element::Publication, "coded") => true,
            (Element::Publication, "publication" | "issue") => self.imprint(entry),
            (Element::Language, "text") => {
                put(&mut self.language, Language::of(*entry).and_then(|language| language.code()))
            }
            (Element::Extent, "physical") => {
                put(&mut self.pages, Extent::of(*entry).and_then(|extent| extent.pages()))
            }
            (Element::Series, "statement") => {
                let title = text(Part::Title).filter(|title| !title.is_empty());
                put(&mut self.series, title.map(|title| (title, text(Part::Volume))))
            }
            (Element::Subject, _) => Subject::of(*entry).is_some_and(|subject| !subject.is_code()),
            (Element::Note, "summary") => put(&mut self.summary, entry.joined(&[Part::Value], " ")),
            (Element::Note, "thesis") => put(&mut self.thesis, entry.joined(&[Part::Value], " ")),
            (Element::Relation, "host") if self.host.is_none() => self.part_of(entry),
            (Element::Relation, "set") => entry.first(Part::Title).is_some(),
            (Element::Electronic, _) => {
                let known = self.urls.len();
                self.urls.extend(entry.all(Part::Url).map(|url| url.clean().into_owned()));
                self.urls.len() > known
            }
            (Element::Admin, "control-number") => true,
            _ => false,
        }
    }

    fn imprint(&mut self, entry: &Entry<'_, '_>) -> bool {
        let Some(publication) = Publication::of(*entry) else { return false };
        let name = |value: &Sourced<'_>| value.clean().trim_matches(['[', ']']).to_owned();
        let place = put(&mut self.place, publication.places().next().map(name));
        let publisher = put(&mut self.publisher, publication.publishers().next().map(name));
        let date = publication.date().filter(|date| date.start.is_some());
        put(&mut self.date, date) | place | publisher
    }

    fn part_of(&mut self, entry: &Entry<'_, '_>) -> bool {
        let text = |part| entry.joined(&[part], ", ");
        let Some(title) = text(Part::Title).or_else(|| text(Part::TitleVariant)) else { return false };
        let date = text(Part::Date).map(|date| Date::parse(&date));
        put(&mut self.date, date.filter(|date| date.start.is_some()));
        put(&mut self.issn, text(Part::Issn));
        let isbn = text(Part::Isbn).filter(|isbn| !self.isbns.contains(isbn));
        self.isbns.extend(isbn);
        let locus = Locus::of(&text(Part::Volume).unwrap_or_default());
        let pages = locus.pages.or_else(|| text(Part::Extent).map(numbers));
        self.host = Some(Host { title, volume: locus.volume, issue: locus.issue, pages });
        true
    }

    /// Returns the first year.
    pub fn year(&self) -> Option<i32> {
        self.date?.start
    }

    /// Adds the finding that counts what has no place.
    pub(super) fn report(&self, bib: &Bib<'_>, findings: &mut Findings) {
        if self.left.is_empty() {
            return;
        }
        let counts: Vec<String> = self.left.iter().map(|(name, count)| format!("{name} {count}")).collect();
        let message = format!("no place for these values: {}", counts.join(", "));
        findings.push(Finding::new(NO_PLACE, Location::of(bib.record().position()), message, "left out"));
    }
}

/// Returns the pages without the word before them: `59-98` of `С. 59-98`.
fn numbers(pages: String) -> String {
    match pages.find(|c: char| c.is_ascii_digit()) {
        Some(start) => pages.cut(start..).to_owned(),
        None => pages,
    }
}

/// Puts a value where none is; whether it did, or there was none to put.
fn put<T>(place: &mut Option<T>, value: Option<T>) -> bool {
    match (place.is_none(), value) {
        (true, Some(value)) => {
            *place = Some(value);
            true
        }
        _ => false,
    }
}

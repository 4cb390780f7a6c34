//! JSON-LD in the words of schema.org, for search engines: a graph, a node a record.
//!
//! # Spec
//! JSON-LD 1.1; schema.org, `Book`, `Article`, `Periodical` and their like.
//!
//! # Deviations
//! A node is named by the first address of the record, if it has one; else it has no name.

use super::citation::{Citation, cite};
use super::json::Array;
use super::person::Person;
use crate::error::Result;
use crate::format::json::object::Object;
use crate::io::{self, Preparation, WriteOptions};
use crate::model::Resource;
use crate::record::RecordRef;

/// The rendering of JSON-LD, in UTF-8. Each node is on its own line unless [`WriteOptions::indent`] is off.
///
/// # Example
/// ```
/// use kartoteka::{Record, RecordWrite, WriteOptions, export::json_ld};
///
/// let record = Record::builder().data_field("245", "10", [('a', "Divan /"), ('c', "Füzuli.")]).build()?;
/// let mut writer = json_ld::Writer::new(Vec::new(), &WriteOptions::new().indent(false));
/// writer.write_record(record.view())?;
/// writer.finish()?;
/// let json = String::from_utf8(writer.into_inner()).unwrap();
/// assert!(json.starts_with(r#"{"@context":"https://schema.org","@graph":[{"@type":"Book","name":"Divan""#));
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug)]
pub struct Rendering(Array);

/// Writes JSON-LD. See [`Rendering`].
pub type Writer<W> = io::Writer<W, Rendering>;

impl io::Rendering for Rendering {
    const PARTS: bool = true;

    fn new(options: &WriteOptions) -> Rendering {
        Rendering(Array::new(options, r#"{"@context":"https://schema.org","@graph":["#, "]}"))
    }

    fn record(
        &mut self,
        record: RecordRef<'_>,
        preparation: &mut Preparation,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        cite(record, preparation, |citation| self.0.item(|node| fill(citation, node), out))
    }

    fn append<'p>(&mut self, part: &'p [u8], out: &mut Vec<u8>) -> &'p [u8] {
        self.0.append(part, out)
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.0.end(out);
    }
}

/// The type of a node.
const fn kind(resource: Resource) -> &'static str {
    match resource {
        Resource::Book => "Book",
        Resource::Chapter => "Chapter",
        Resource::Article => "Article",
        Resource::Serial => "Periodical",
        Resource::Thesis => "Thesis",
        Resource::Map => "Map",
        Resource::Score => "SheetMusic",
        Resource::Sound => "AudioObject",
        Resource::Video => "VideoObject",
        Resource::Image => "VisualArtwork",
        Resource::Software => "SoftwareApplication",
        Resource::Manuscript => "Manuscript",
        _ => "CreativeWork",
    }
}

fn fill(citation: &Citation, node: &mut Object<'_>) {
    node.text("@type", kind(citation.resource));
    node.text("name", &citation.title);
    agents(node, "author", &citation.authors);
    agents(node, "editor", &citation.editors);
    agents(node, "translator", &citation.translators);
    agents(node, "contributor", &citation.contributors);
    if let Some(year) = citation.year() {
        // A date of ISO 8601 has four digits for the year.
        node.text("datePublished", &format!("{year:04}"));
    }
    if citation.publisher.is_some() || citation.place.is_some() {
        node.object("publisher", |publisher| {
            publisher.text("@type", "Organization");
            if let Some(name) = &citation.publisher {
                publisher.text("name", name);
            }
            if let Some(place) = &citation.place {
                publisher.text("location", place);
            }
        });
    }
    if let Some(edition) = &citation.edition {
        node.text("bookEdition", edition);
    }
    texts(node, "isbn", &citation.isbns);
    if let Some(issn) = citation.issn.as_ref().filter(|_| citation.host.is_none()) {
        node.text("issn", issn);
    }
    node.object("identifier", |value| {
        value.text("@type", "PropertyValue");
        value.text("propertyID", if citation.doi.is_some() { "doi" } else { "control-number" });
        value.text("value", citation.doi.as_ref().unwrap_or(&citation.id));
    });
    texts(node, "url", &citation.urls);
    if let Some(language) = citation.language {
        node.text("inLanguage", language);
    }
    if let Some(pages) = citation.pages {
        node.number("numberOfPages", u64::from(pages));
    }
    if let Some(host) = &citation.host {
        node.object("isPartOf", |part| {
            part.text("@type", if citation.resource == Resource::Article { "Periodical" } else { "Book" });
            part.text("name", &host.title);
            if let Some(issn) = &citation.issn {
                part.text("issn", issn);
            }
            if let Some(volume) = &host.volume {
                part.text("volumeNumber", volume);
            }
            if let Some(issue) = &host.issue {
                part.text("issueNumber", issue);
            }
        });
        if let Some(pages) = &host.pages {
            node.text("pagination", pages);
        }
    } else if let Some((title, volume)) = &citation.series {
        node.object("isPartOf", |part| {
            part.text("@type", "BookSeries");
            part.text("name", title);
            if let Some(volume) = volume {
                part.text("volumeNumber", volume);
            }
        });
    }
    texts(node, "keywords", &citation.keywords);
    if let Some(summary) = &citation.summary {
        node.text("description", summary);
    }
}

/// Adds a list of texts, if there are some.
fn texts(node: &mut Object<'_>, key: &str, values: &[String]) {
    if !values.is_empty() {
        node.value(key, &values);
    }
}

fn agents(node: &mut Object<'_>, key: &str, persons: &[Person]) {
    if persons.is_empty() {
        return;
    }
    node.list(key, persons, |person, agent| {
        agent.text("@type", if person.is_person { "Person" } else { "Organization" });
        agent.text("name", &person.direct());
        if !person.given.is_empty() {
            agent.text("familyName", &person.family);
            agent.text("givenName", &person.given);
        }
    });
}

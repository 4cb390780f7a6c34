//! CSL-JSON, for citation processors: an array, an item a record.
//!
//! # Spec
//! The JSON schema `csl-data.json` of CSL 1.0.2.
//!
//! # Deviations
//! A language is the code of the record, three letters; a processor that wants those of BCP 47 takes no notice of it.

use super::citation::{Citation, cite};
use super::json::Array;
use super::person::Person;
use crate::error::Result;
use crate::format::json::object::Object;
use crate::io::{self, Preparation, WriteOptions};
use crate::model::{Certainty, Date, Resource};
use crate::record::RecordRef;

/// The rendering of CSL-JSON, in UTF-8. Each item is on its own line unless [`WriteOptions::indent`] is off.
///
/// # Example
/// ```
/// use kartoteka::{Record, RecordWrite, WriteOptions, export::csl_json};
///
/// let record = Record::builder().data_field("245", "10", [('a', "Divan /"), ('c', "Füzuli.")]).build()?;
/// let mut writer = csl_json::Writer::new(Vec::new(), &WriteOptions::new());
/// writer.write_record(record.view())?;
/// writer.finish()?;
/// let json = String::from_utf8(writer.into_inner()).unwrap();
/// assert_eq!(json, "[\n{\"id\":\"record1\",\"type\":\"book\",\"title\":\"Divan\"}\n]\n");
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug)]
pub struct Rendering(Array);

/// Writes CSL-JSON. See [`Rendering`].
pub type Writer<W> = io::Writer<W, Rendering>;

impl io::Rendering for Rendering {
    const PARTS: bool = true;

    fn new(options: &WriteOptions) -> Rendering {
        Rendering(Array::new(options, "[", "]"))
    }

    fn record(
        &mut self,
        record: RecordRef<'_>,
        preparation: &mut Preparation,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        cite(record, preparation, |citation| self.0.item(|item| fill(citation, item), out))
    }

    fn append<'p>(&mut self, part: &'p [u8], out: &mut Vec<u8>) -> &'p [u8] {
        self.0.append(part, out)
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.0.end(out);
    }
}

/// The type of an item.
const fn kind(resource: Resource) -> &'static str {
    match resource {
        Resource::Book => "book",
        Resource::Chapter => "chapter",
        Resource::Article => "article-journal",
        Resource::Serial => "periodical",
        Resource::Thesis => "thesis",
        Resource::Map => "map",
        Resource::Score => "musical_score",
        Resource::Sound => "song",
        Resource::Video => "motion_picture",
        Resource::Image => "graphic",
        Resource::Software => "software",
        Resource::Manuscript => "manuscript",
        _ => "document",
    }
}

fn fill(citation: &Citation, item: &mut Object<'_>) {
    item.text("id", &citation.id);
    item.text("type", kind(citation.resource));
    item.text("title", &citation.title);
    names(item, "author", &citation.authors);
    names(item, "editor", &citation.editors);
    names(item, "translator", &citation.translators);
    names(item, "contributor", &citation.contributors);
    if let Some(date) = citation.date {
        item.object("issued", |issued| issue(date, issued));
    }
    let mut text = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            item.text(name, value);
        }
    };
    let (series, number) = match &citation.series {
        Some((title, number)) => (Some(title.as_str()), number.as_deref()),
        None => (None, None),
    };
    text("publisher", citation.publisher.as_deref());
    text("publisher-place", citation.place.as_deref());
    text("edition", citation.edition.as_deref());
    text("collection-title", series);
    text("collection-number", number);
    if let Some(host) = &citation.host {
        text("container-title", Some(&host.title));
        text("volume", host.volume.as_deref());
        text("issue", host.issue.as_deref());
        text("page", host.pages.as_deref());
    }
    text("ISBN", Some(citation.isbns.join(" ").as_str()).filter(|isbns| !isbns.is_empty()));
    text("ISSN", citation.issn.as_deref());
    text("DOI", citation.doi.as_deref());
    text("URL", citation.urls.first().map(String::as_str));
    text("language", citation.language);
    text("number-of-pages", citation.pages.map(|pages| pages.to_string()).as_deref());
    text("keyword", Some(citation.keywords.join("; ").as_str()).filter(|words| !words.is_empty()));
    text("abstract", citation.summary.as_deref());
    text("note", citation.thesis.as_deref());
}

fn names(item: &mut Object<'_>, key: &str, persons: &[Person]) {
    if persons.is_empty() {
        return;
    }
    item.list(key, persons, |person, name| {
        if person.given.is_empty() {
            name.text("literal", &person.family);
        } else {
            name.text("family", &person.family);
            name.text("given", &person.given);
        }
    });
}

fn issue(date: Date, issued: &mut Object<'_>) {
    let years: Vec<[i32; 1]> = match (date.start, date.end) {
        (Some(start), Some(end)) if end != start => vec![[start], [end]],
        (start, _) => start.map(|start| [start]).into_iter().collect(),
    };
    issued.value("date-parts", &years);
    if matches!(date.certainty, Certainty::Approximate | Certainty::Uncertain) {
        issued.flag("circa", true);
    }
}

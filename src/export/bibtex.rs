//! BibTeX, for LaTeX: an entry a record.
//!
//! # Spec
//! *BibTeXing* (Patashnik, 1988). `isbn`, `issn`, `doi`, `url`, `language`, `abstract` and `keywords` are fields of
//! BibLaTeX that other programs know too.
//!
//! # Deviations
//! The text is UTF-8: letters are not made commands of TeX. The key is the control number; what a key cannot hold in it
//! becomes `-`.

use super::citation::{Citation, cite};
use super::person::Person;
use crate::error::Result;
use crate::io::{self, Preparation, WriteOptions};
use crate::model::Resource;
use crate::record::RecordRef;

/// The rendering of BibTeX, in UTF-8.
///
/// # Example
/// ```
/// use kartoteka::{Record, RecordWrite, WriteOptions, export::bibtex};
///
/// let record = Record::builder()
///     .control_field("001", "kart0001")
///     .data_field("100", "1 ", [('a', "Abbott, Edwin Abbott")])
///     .data_field("245", "10", [('a', "Flatland & more")])
///     .data_field("260", "  ", [('c', "1884")])
///     .build()?;
/// let mut writer = bibtex::Writer::new(Vec::new(), &WriteOptions::new());
/// writer.write_record(record.view())?;
/// writer.finish()?;
/// assert_eq!(
///     String::from_utf8(writer.into_inner()).unwrap(),
///     "@book{kart0001,\n  author = {Abbott, Edwin Abbott},\n  title = {Flatland \\& more},\n  year = {1884}\n}\n\n"
/// );
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug)]
pub struct Rendering(());

/// Writes BibTeX. See [`Rendering`].
pub type Writer<W> = io::Writer<W, Rendering>;

impl io::Rendering for Rendering {
    const PARTS: bool = true;

    fn new(_: &WriteOptions) -> Rendering {
        Rendering(())
    }

    fn record(
        &mut self,
        record: RecordRef<'_>,
        preparation: &mut Preparation,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        cite(record, preparation, |citation| out.extend_from_slice(entry(citation).as_bytes()))
    }
}

/// The type of an entry.
const fn kind(resource: Resource) -> &'static str {
    match resource {
        Resource::Book => "book",
        Resource::Chapter => "incollection",
        Resource::Article => "article",
        Resource::Thesis => "phdthesis",
        Resource::Manuscript => "unpublished",
        _ => "misc",
    }
}

fn entry(citation: &Citation) -> String {
    let key: String = citation.id.chars().map(|c| if is_of_key(c) { c } else { '-' }).collect();
    let mut out = format!("@{}{{{key}", kind(citation.resource));
    let mut field = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            out.extend([",\n  ", name, " = {", &value, "}"]);
        }
    };
    field("author", names(&citation.authors));
    field("editor", names(&citation.editors));
    field("translator", names(&citation.translators));
    field("title", Some(escaped(&citation.title)));
    if let Some(host) = &citation.host {
        let name = if citation.resource == Resource::Article { "journal" } else { "booktitle" };
        field(name, Some(escaped(&host.title)));
        field("volume", host.volume.as_deref().map(escaped));
        field("number", host.issue.as_deref().map(escaped));
        field("pages", host.pages.as_deref().map(escaped));
    }
    if let Some((title, volume)) = &citation.series {
        field("series", Some(escaped(title)));
        let has_issue = citation.host.as_ref().is_some_and(|host| host.issue.is_some());
        field("number", volume.as_deref().filter(|_| !has_issue).map(escaped));
    }
    field("edition", citation.edition.as_deref().map(escaped));
    field("address", citation.place.as_deref().map(escaped));
    // The publisher of a thesis is the school.
    let publisher = if citation.resource == Resource::Thesis { "school" } else { "publisher" };
    field(publisher, citation.publisher.as_deref().map(escaped));
    field("year", citation.year().map(|year| year.to_string()));
    field("pagetotal", citation.pages.map(|pages| pages.to_string()));
    field("isbn", Some(citation.isbns.join(", ")));
    field("issn", citation.issn.as_deref().map(verbatim));
    field("doi", citation.doi.as_deref().map(verbatim));
    field("url", citation.urls.first().map(|url| verbatim(url)));
    field("language", citation.language.map(ToOwned::to_owned));
    field("keywords", Some(escaped(&citation.keywords.join("; "))));
    field("abstract", citation.summary.as_deref().map(escaped));
    field("note", citation.thesis.as_deref().map(escaped));
    out.push_str("\n}\n\n");
    out
}

const fn is_of_key(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '/' | '+')
}

/// Names with `and` between; a name of a body, or one with that word in it, in braces.
fn names(persons: &[Person]) -> Option<String> {
    let part = |text: &str| match text.split_whitespace().any(|word| word.eq_ignore_ascii_case("and")) {
        true => format!("{{{}}}", escaped(text)),
        false => escaped(text),
    };
    let names = persons.iter().map(|person| match person.given.is_empty() {
        true => format!("{{{}}}", escaped(&person.family)),
        false => format!("{}, {}", part(&person.family), part(&person.given)),
    });
    let names: Vec<String> = names.collect();
    (!names.is_empty()).then(|| names.join(" and "))
}

/// Makes what means something to TeX commands that print it; control characters become blanks.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '#' | '$' | '%' | '&' | '_' => out.extend(['\\', c]),
            // Braces count even after a backslash.
            '{' => out.push_str("\\textbraceleft "),
            '}' => out.push_str("\\textbraceright "),
            '\\' => out.push_str("\\textbackslash "),
            '^' => out.push_str("\\textasciicircum "),
            '~' => out.push_str("\\textasciitilde "),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Keeps a number or address as it is, but for what would end the field.
fn verbatim(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.trim().chars() {
        match c {
            '{' => out.push_str("%7B"),
            '}' => out.push_str("%7D"),
            '\\' => out.push_str("%5C"),
            c if c.is_control() || c == ' ' => out.push_str("%20"),
            c => out.push(c),
        }
    }
    out
}

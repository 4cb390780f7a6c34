//! Elements by name, for tables: `@title`, `@isbn`, `@year`.

use std::ops::Deref;

use super::bib::{Bib, Entry};
use super::names::{Element, Part};
use crate::path::FieldPath;
use crate::record::RecordRef;
use crate::table::Column;

/// Takes the values of an element, one by one.
type Put<'p> = &'p mut dyn FnMut(&str);

/// Hands the values of an element over.
type Query = fn(&Bib<'_>, Put<'_>);

/// The elements that have a name, and their values. None has the form of a value in another script.
const QUERIES: [(&str, Query); 22] = [
    ("title", |bib, put| bib.title().iter().for_each(|title| put(title))),
    ("subtitle", |bib, put| {
        own(bib.titles())
            .filter(|title| title.kind() == "main")
            .filter_map(|title| title.remainder())
            .for_each(|text| put(&text))
    }),
    ("titles", |bib, put| all(bib, Element::Title, &[Part::Value, Part::Parallel], put)),
    ("responsibility", |bib, put| {
        own(bib.titles()).filter_map(|title| title.responsibility()).for_each(|text| put(&text))
    }),
    ("author", |bib, put| bib.authors().for_each(|name| put(&name))),
    ("agent", |bib, put| own(bib.agents()).filter_map(|agent| agent.name()).for_each(|name| put(&name))),
    ("isbn", |bib, put| bib.isbns().for_each(|isbn| put(&isbn))),
    ("issn", |bib, put| numbers(bib, "issn", put)),
    ("lccn", |bib, put| numbers(bib, "lccn", put)),
    ("oclc", |bib, put| numbers(bib, "oclc", put)),
    ("doi", |bib, put| numbers(bib, "doi", put)),
    ("edition", |bib, put| whole(bib, Element::Edition, &[Part::Value], put)),
    ("year", |bib, put| bib.year().iter().for_each(|year| put(&year.to_string()))),
    ("place", |bib, put| {
        own(bib.publications()).for_each(|one| one.places().for_each(|place| put(&place.clean())))
    }),
    ("publisher", |bib, put| {
        own(bib.publications()).for_each(|one| one.publishers().for_each(|name| put(&name.clean())))
    }),
    ("pages", |bib, put| {
        own(bib.extents()).filter_map(|one| one.pages()).for_each(|pages| put(&pages.to_string()))
    }),
    ("series", |bib, put| bib.series_titles().for_each(|title| put(&title))),
    ("subject", |bib, put| bib.subjects().for_each(|subject| put(&subject))),
    ("language", |bib, put| {
        let text = own(bib.languages()).filter(|one| one.kind() == "text");
        once(text.filter_map(|one| one.code()), put)
    }),
    ("country", |bib, put| once(own(bib.countries()).filter_map(|one| one.code()), put)),
    ("class", |bib, put| {
        own(bib.classifications()).filter_map(|one| one.value()).for_each(|value| put(&value.clean()))
    }),
    ("url", |bib, put| own(bib.electronic()).filter_map(|one| one.url()).for_each(|url| put(&url))),
];

/// Leaves out what is the form of another entry in another script.
fn own<'b, 'a: 'b, E: Deref<Target = Entry<'b, 'a>>>(
    entries: impl Iterator<Item = E>,
) -> impl Iterator<Item = E> {
    entries.filter(|entry| !entry.is_alternate())
}

/// Hands each code over once: the coded field and others repeat them.
fn once<'c>(codes: impl Iterator<Item = &'c str>, put: Put<'_>) {
    let mut seen = Vec::new();
    for code in codes {
        if !seen.contains(&code) {
            seen.push(code);
            put(code);
        }
    }
}

fn numbers(bib: &Bib<'_>, scheme: &str, put: Put<'_>) {
    let right = own(bib.identifiers()).filter(|number| number.is_current() && number.scheme() == scheme);
    right.filter_map(|number| number.clean()).for_each(|clean| put(&clean));
}

fn all(bib: &Bib<'_>, element: Element, parts: &[Part], put: Put<'_>) {
    let entries = bib.of_element(element).filter(|entry| !entry.is_alternate());
    let values = entries.flat_map(|entry: Entry<'_, '_>| entry.values().iter());
    values.filter(|value| parts.contains(&value.part())).for_each(|value| put(&value.clean()));
}

fn whole(bib: &Bib<'_>, element: Element, parts: &[Part], put: Put<'_>) {
    let entries = bib.of_element(element).filter(|entry| !entry.is_alternate());
    entries.filter_map(|entry| entry.joined(parts, " ")).for_each(|text| put(&text));
}

/// Returns the names of the elements that [`columns`] knows.
pub fn element_names() -> impl Iterator<Item = &'static str> {
    QUERIES.iter().map(|(name, _)| *name)
}

/// Parses a list of columns of a [table](crate::table): paths, and elements after `@`, with commas between.
///
/// # Errors
/// [`ErrorKind::Argument`](crate::ErrorKind) if there is no element of a name, and the error of a path.
///
/// # Example
/// ```
/// use kartoteka::model;
/// use kartoteka::table::{PathRow, PathTable};
///
/// let table = PathTable::with_columns(model::columns("@title,@year,001")?);
/// let record = kartoteka::open("fixtures/isis/irbis64.mst")?.into_iter().next().unwrap()?;
/// table.rows(record.view(), &mut PathRow::default(), &mut |row| {
///     let cells: Vec<String> = row.cells().map(|values| values.collect()).collect();
///     assert_eq!(cells.len(), 3);
///     assert!(!cells[0].is_empty());
/// })?;
/// # Ok::<(), kartoteka::Error>(())
/// ```
pub fn columns(text: &str) -> crate::error::Result<Vec<Column>> {
    let mut out = Vec::new();
    let mut paths = String::new();
    for piece in text.split(',') {
        let Some(name) = piece.trim().strip_prefix('@') else {
            // A comma may be inside a path: it is put back.
            paths.extend([if paths.is_empty() { "" } else { "," }, piece]);
            continue;
        };
        add_paths(&mut out, &mut paths)?;
        let found = QUERIES.iter().position(|(known, _)| *known == name);
        let Some(at) = found else {
            let known: Vec<&str> = element_names().collect();
            return Err(crate::error::Error::argument(format!(
                "no element @{name}; there are @{}",
                known.join(", @")
            )));
        };
        out.push(Column::Named { name: name.to_owned(), number: at, values: values_of });
    }
    add_paths(&mut out, &mut paths)?;
    Ok(out)
}

fn add_paths(out: &mut Vec<Column>, paths: &mut String) -> crate::error::Result<()> {
    if !paths.is_empty() {
        out.extend(FieldPath::parse_list(&std::mem::take(paths))?.into_iter().map(Column::Path));
    }
    Ok(())
}

fn values_of(number: usize, record: RecordRef<'_>, put: Put<'_>) {
    if let Some((_, query)) = QUERIES.get(number) {
        query(&Bib::of(record), put);
    }
}

//! What openlibrary makes of the same records: its expected editions, element by element.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use kartoteka::Record;
use kartoteka::model::{Agent, Bib, Part};
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The folder of records and expectations; `None` where there is none.
fn corpus() -> Option<PathBuf> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let root = std::env::var_os("KARTOTEKA_CORPUS").map_or_else(beside, PathBuf::from);
    Some(root.join("crosswalk/openlibrary")).filter(|path| path.is_dir())
}

/// The records with their expectations.
fn pairs() -> Vec<(String, Record, Value)> {
    let mut out = Vec::new();
    let Some(root) = corpus() else { return out };
    for (inputs, expectations) in [("bin_input", "bin_expect"), ("xml_input", "xml_expect")] {
        let mut paths: Vec<_> =
            std::fs::read_dir(root.join(expectations)).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let input = match inputs {
                "bin_input" => root.join(inputs).join(format!("{stem}.mrc")),
                _ => root.join(inputs).join(format!("{stem}_marc.xml")),
            };
            let record = kartoteka::open(&input).unwrap().into_iter().next().unwrap().unwrap();
            let expected = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            out.push((stem, record.into(), expected));
        }
    }
    out
}

/// The words without marks above and below letters, in alphabetical order: neither punctuation nor the order of names
/// counts.
fn fold(text: &str) -> String {
    let plain: String = text.nfkd().filter(|c| !is_combining_mark(*c)).collect::<String>().to_lowercase();
    let plain = plain.replace(['ʹ', 'ʻ', 'ʼ', '\'', '’'], "");
    let plain = plain.replace("sc 8", "sc8");
    let mut words: Vec<&str> =
        plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    words.join(" ")
}

fn strings(value: &Value, key: &str) -> BTreeSet<String> {
    match &value[key] {
        Value::Array(list) => list.iter().filter_map(Value::as_str).map(fold).collect(),
        Value::String(text) => BTreeSet::from([fold(text)]),
        Value::Number(number) => BTreeSet::from([number.to_string()]),
        _ => BTreeSet::new(),
    }
}

fn set(values: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    values.into_iter().map(|value| fold(&value)).filter(|value| !value.is_empty()).collect()
}

/// The forms of a name that openlibrary may have.
fn names(agent: &Agent<'_, '_>) -> Vec<String> {
    let parts =
        [Part::Name, Part::Numeration, Part::Addition, Part::Unit, Part::Number, Part::Dates, Part::Place];
    let all = agent.joined(&parts, " ");
    let added = agent.joined(&[Part::Name, Part::Numeration, Part::Addition, Part::Unit], " ");
    [agent.name(), all, added].into_iter().flatten().collect()
}

/// All that the description has for an element: a value is right if it is there.
fn found(bib: &Bib<'_>, element: &str) -> BTreeSet<String> {
    match element {
        "title" => set(bib.titles().flat_map(|title| {
            let value = title.value().map(|value| value.clean().into_owned()).unwrap_or_default();
            let parts: Vec<String> = title.parts().map(|part| part.clean().into_owned()).collect();
            [format!("{value} {}", parts.join(" ")), value]
        })),
        "subtitle" => set(bib.titles().flat_map(|title| {
            // What follows an equals sign is a parallel title, $p a part, whatever openlibrary calls it.
            let parts = title
                .parts()
                .chain(title.parallel())
                .map(|value| value.clean().into_owned())
                .collect::<Vec<_>>();
            let whole = title.joined(&[Part::Remainder, Part::Parallel, Part::Number, Part::Section], " ");
            title.remainder().into_iter().chain(parts).chain(whole)
        })),
        "by_statement" => set(bib.titles().filter_map(|title| title.responsibility())),
        "other_titles" => set(bib.titles().flat_map(|title| {
            let parts = [Part::Value, Part::Remainder, Part::Number, Part::Section, Part::Language];
            let whole = title.joined(&parts, " ");
            let value = title.value().map(|value| value.clean().into_owned());
            whole.into_iter().chain(value).chain(title.parallel().map(|value| value.clean().into_owned()))
        })),
        "authors" => set(bib.agents().flat_map(|agent| names(&agent))),
        "entity_type" => set(bib.agents().flat_map(|agent| {
            let kind = match agent.kind() {
                "body" => "org",
                "meeting" => "event",
                kind => kind,
            };
            names(&agent).into_iter().map(move |name| format!("{name} {kind}"))
        })),
        "author_dates" => set(bib.agents().filter_map(|agent| agent.dates()).map(|dates| dates.into_owned())),
        "alternate_names" => set(bib
            .agents()
            .filter_map(|agent| agent.pair())
            .flat_map(|pair| Agent::of(pair).map(|pair| names(&pair)).unwrap_or_default())),
        "description" => {
            set(bib.notes().filter(|note| note.kind() == "summary").filter_map(|note| note.text()))
        }
        "publishers" => set(bib
            .publications()
            .flat_map(|one| one.publishers().map(|name| name.clean().into_owned()).collect::<Vec<_>>())),
        "publish_places" => set(bib
            .publications()
            .flat_map(|one| one.places().map(|name| name.clean().into_owned()).collect::<Vec<_>>())),
        "publish_date" => set(bib.year().map(|year| year.to_string())),
        "copyright_date" => set(bib
            .publications()
            .filter_map(|one| one.copyright_year().or(one.date()?.start))
            .map(|year| year.to_string())),
        "publish_country" => set(bib.countries().filter_map(|one| Some(one.value()?.raw().into_owned()))),
        "languages" => set(bib.languages().filter_map(|one| one.code()).map(ToOwned::to_owned)),
        "translated_from" => set(bib
            .languages()
            .filter(|one| one.kind() == "original")
            .filter_map(|one| one.code())
            .map(ToOwned::to_owned)),
        "isbn_10" | "isbn_13" => {
            set(bib.identifiers().filter(|id| id.kind() == "isbn").filter_map(|id| id.clean()))
        }
        "lccn" => set(bib.identifiers().filter(|id| id.kind() == "lccn").filter_map(|id| id.clean())),
        "oclc_numbers" => {
            set(bib.identifiers().filter(|id| id.scheme() == "oclc").filter_map(|id| id.clean()))
        }
        "pagination" => set(bib.extents().flat_map(|one| {
            one.all(Part::Value).map(|value| value.clean().into_owned()).collect::<Vec<_>>()
        })),
        "number_of_pages" => set(bib.extents().filter_map(|one| one.pages()).map(|pages| pages.to_string())),
        "edition_name" => {
            set(bib.editions().filter_map(|one| one.joined(&[Part::Value, Part::Responsibility], " ")))
        }
        "series" => set(bib.series().flat_map(|one| {
            let whole = one.joined(&[Part::Title, Part::Section, Part::Volume], " -- ");
            let tracing =
                one.joined(&[Part::Author, Part::Title, Part::Section, Part::Volume, Part::Detail], " ");
            let written = one
                .values()
                .iter()
                .filter(|value| !matches!(value.part(), Part::Pair | Part::Link | Part::Authority));
            let written = written.map(|value| value.clean().into_owned()).collect::<Vec<_>>().join(" ");
            // Of a subseries openlibrary keeps the number alone.
            let short = one.joined(&[Part::Title, Part::Volume], " ");
            [whole, tracing, short, Some(written)].into_iter().flatten()
        })),
        "dewey_decimal_class" => set(bib
            .classifications()
            .filter(|one| one.scheme().is_some_and(|name| name == "ddc"))
            .filter_map(|one| Some(one.value()?.clean().into_owned()))),
        "lc_classifications" => set(bib
            .classifications()
            .filter(|one| one.scheme().is_some_and(|name| name == "lcc"))
            .map(|one| {
                let value = one.value().map(|value| value.clean().into_owned()).unwrap_or_default();
                format!("{value} {}", one.item().unwrap_or_default())
            })),
        "subjects" | "subject_places" | "subject_times" | "subject_people" => {
            set(bib.subject_headings().flat_map(|one| {
                let mut out: Vec<String> =
                    one.subdivisions().map(|value| value.clean().into_owned()).collect();
                out.extend(one.heading());
                let whole = |between| {
                    one.joined(
                        &[
                            Part::Name,
                            Part::Unit,
                            Part::Numeration,
                            Part::Addition,
                            Part::Full,
                            Part::Dates,
                            Part::Heading,
                            Part::Title,
                            Part::Number,
                            Part::Place,
                        ],
                        between,
                    )
                };
                out.extend(whole(" "));
                out.extend(one.joined(&[Part::Name, Part::Numeration, Part::Addition, Part::Dates], " "));
                out.extend(one.joined(&[Part::Name, Part::Unit], " "));
                out
            }))
        }
        "notes" => set(bib.notes().filter_map(|note| note.text())),
        "work_titles" => set(bib
            .titles()
            .filter(|title| matches!(title.kind(), "uniform" | "collective" | "related"))
            .filter_map(|title| title.joined(&[Part::Value, Part::Number, Part::Section], " "))
            .chain(bib.relations().filter_map(|one| one.joined(&[Part::Title, Part::Section], " ")))),
        "links" => set(bib.electronic().filter_map(|one| one.url()).map(|url| url.into_owned())),
        _ => BTreeSet::new(),
    }
}

/// Where the text of the record contradicts the expectation.
const CONTRADICTED: [(&str, &str, &str); 3] = [
    ("collingswood_520aa", "number_of_pages", "16 are minutes: `2 sound cassettes (3 hr. 16 min.)`"),
    ("warofrebellionco1473unit_meta", "number_of_pages", "128 are volumes: `70 v. in 128`"),
    ("warofrebellionco1473unit", "number_of_pages", "128 are volumes: `70 v. in 128`"),
];

/// The elements of the model, and what openlibrary has for each.
const ELEMENTS: [(&str, &[&str]); 13] = [
    ("titles", &["title", "subtitle", "by_statement", "other_titles", "work_titles"]),
    ("agents", &["authors", "entity_type", "author_dates", "alternate_names"]),
    ("dates", &["publish_date", "copyright_date"]),
    ("publishers and places", &["publishers", "publish_places"]),
    ("identifiers", &["isbn_10", "isbn_13", "lccn", "oclc_numbers"]),
    ("pages", &["number_of_pages", "pagination"]),
    ("languages", &["languages", "translated_from"]),
    ("subjects", &["subjects", "subject_places", "subject_times", "subject_people"]),
    ("countries", &["publish_country"]),
    ("edition and series", &["edition_name", "series"]),
    ("classes", &["dewey_decimal_class", "lc_classifications"]),
    ("notes", &["notes", "description"]),
    ("links", &["links"]),
];

/// The values that are expected for an element.
fn wanted(expected: &Value, element: &str) -> BTreeSet<String> {
    let authors = || expected["authors"].as_array().into_iter().flatten();
    let texts = |author: &Value, keys: &[&str]| {
        let texts: Vec<&str> = keys.iter().filter_map(|key| author[*key].as_str()).collect();
        fold(&texts.join(" "))
    };
    let found: BTreeSet<String> = match element {
        "authors" => authors().map(|author| texts(author, &["name"])).collect(),
        "entity_type" => authors().map(|author| texts(author, &["name", "entity_type"])).collect(),
        "author_dates" => {
            authors().map(|author| texts(author, &["birth_date", "death_date", "date"])).collect()
        }
        "alternate_names" => authors().flat_map(|author| strings(author, "alternate_names")).collect(),
        "notes" => expected["notes"].as_str().unwrap_or_default().split("\n\n").map(fold).collect(),
        "links" => {
            let links = expected["links"].as_array().into_iter().flatten();
            links.filter_map(|link| link["url"].as_str()).map(fold).collect()
        }
        _ => strings(expected, element),
    };
    found.into_iter().filter(|value| !value.is_empty()).collect()
}

/// The page with the counts.
const PAGE: &str = "src/model/agreement.md";
const HEAD: &str = "| what | in openlibrary | expected | met | contradicted |\n|---|---|---|---|---|\n";

#[test]
fn elements_agree() {
    let mut counts: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    let mut misses = Vec::new();
    let pairs = pairs();
    for (name, record, expected) in &pairs {
        let bib = Bib::of(record.view());
        for element in ELEMENTS.iter().flat_map(|(_, names)| *names) {
            let [all, right, wrong] = counts.entry(element).or_default();
            let wanted = wanted(expected, element);
            if CONTRADICTED.iter().any(|(of, what, _)| of == name && what == element) {
                *wrong += wanted.len();
                continue;
            }
            let has = found(&bib, element);
            for value in wanted {
                *all += 1;
                if has.contains(&value) {
                    *right += 1;
                } else {
                    misses.push(format!("{name} {element}: {value:?} not in {has:?}"));
                }
            }
        }
    }
    for miss in &misses {
        println!("{miss}");
    }
    for (element, [all, right, _]) in &counts {
        assert!(right * 100 >= all * 95, "{element}: {right} of {all}");
    }
    if pairs.is_empty() {
        eprintln!("SKIPPED: no corpus; set KARTOTEKA_CORPUS");
        return;
    }
    let mut rows = String::new();
    for (what, names) in ELEMENTS {
        for name in names {
            let [all, right, wrong] = counts[name];
            rows.push_str(&format!("| {what} | `{name}` | {all} | {right} | {wrong} |\n"));
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let page = std::fs::read_to_string(&path).unwrap();
    let start = page.find(HEAD).unwrap() + HEAD.len();
    let end = start + page[start..].find("\n\n").map_or(0, |end| end + 1);
    let end = if page[start..].starts_with('\n') { start } else { end };
    let new = format!("{}{rows}{}", &page[..start], &page[end..]);
    if std::env::var_os("UPDATE_PAGES").is_some() {
        std::fs::write(&path, &new).unwrap();
    }
    assert!(std::fs::read_to_string(&path).unwrap() == new, "UPDATE_PAGES=1 writes {PAGE} anew:\n{rows}");
}

//! Each value of a record is in its description: in an entry, or among those that no table knows.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use kartoteka::model::{Bib, Sourced};
use kartoteka::{Builder, Dialect, RecordRef, Syntax, Tag};
use proptest::prelude::*;

/// Places without positions, and the texts of embedded fields.
fn reached(bib: &Bib<'_>) -> (HashSet<String>, HashSet<String>) {
    let values = bib.entries().flat_map(|entry| entry.values().iter()).chain(bib.unmapped());
    let mut places = HashSet::new();
    let mut inside = HashSet::new();
    for value in values {
        let value: &Sourced<'_> = value;
        let mut path = value.path();
        path.chars = None;
        if path.embedded.is_some() {
            inside.insert(value.raw().into_owned());
        }
        places.insert(path.to_string());
    }
    (places, inside)
}

/// Whether a value says that there is none.
fn is_fill(text: &str) -> bool {
    text.chars().all(|c| matches!(c, ' ' | '|' | '#' | '\u{A0}'))
}

/// The values that a description lost.
fn lost(record: RecordRef<'_>, dialect: Dialect) -> Vec<String> {
    let bib = Bib::with_dialect(record, dialect);
    let (places, inside) = reached(&bib);
    let mut lost = Vec::new();
    for field in record.fields() {
        let before = record.fields().take(field.index()).filter(|other| other.tag() == field.tag()).count();
        let place = format!("{}[{before}]", field.tag());
        let lead = field.lead().to_str_lossy();
        if !is_fill(&lead) && !places.contains(&place) {
            lost.push(format!("{place} {lead:?}"));
        }
        let mut seen: Vec<char> = Vec::new();
        for subfield in field.subfields() {
            let fold = |code: char| if field.syntax().fold_codes { code.to_ascii_lowercase() } else { code };
            let code = fold(subfield.code());
            let occurrence = seen.iter().filter(|other| **other == code).count();
            seen.push(code);
            let text = subfield.value().to_str_lossy();
            let shown = format!("{place}${}[{occurrence}]", subfield.code());
            let is_inside =
                field.embedded().next().is_some() && (code == '1' || inside.contains(text.as_ref()));
            if !is_fill(&text) && code.is_ascii() && !is_inside && !places.contains(&shown) {
                lost.push(format!("{shown} {text:?}"));
            }
        }
    }
    lost
}

pub(crate) fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files(&path, found),
            false => found.push(path),
        }
    }
}

#[test]
fn the_fixtures_and_the_corpus_lose_nothing() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    files(&root.join("fixtures"), &mut paths);
    let corpus = std::env::var_os("KARTOTEKA_CORPUS").map_or(root.join("../shared/corpus"), PathBuf::from);
    files(&corpus.join("irbis"), &mut paths);
    files(&corpus.join("marc"), &mut paths);
    let mut records = 0;
    for path in paths {
        let Ok(reader) = kartoteka::open(&path) else { continue };
        for record in reader.into_iter().take(400) {
            let Ok(record) = record else { break };
            let lost = lost(record.view(), Dialect::Auto);
            assert!(lost.is_empty(), "{}: {lost:?}", path.display());
            records += 1;
        }
    }
    assert!(records > 20, "{records}");
}

proptest! {
    #[test]
    fn any_record_loses_nothing(
        fields in prop::collection::vec(
            (1_u32..1000, "[ 0-9]{2}", prop::collection::vec(("[a-z0-9]", "[a-zé =:;/,.0-9-]{0,12}"), 0..6)),
            0..12
        ),
        irbis: bool,
        dialect in 0_usize..4,
    ) {
        let syntax = if irbis { Syntax::IRBIS } else { Syntax::MARC };
        let mut builder = Builder::new(syntax);
        for (tag, indicators, subfields) in fields {
            let tag = Tag::from_number(tag).unwrap();
            if tag.is_control() {
                continue;
            }
            builder = builder.field(&tag.to_string(), |field| {
                if !irbis {
                    field.indicators(&indicators);
                }
                for (code, value) in &subfields {
                    field.subfield(code.chars().next().unwrap(), value);
                }
                field
            });
        }
        let record = builder.build().unwrap();
        let dialect = [Dialect::Auto, Dialect::Marc21, Dialect::Rusmarc, Dialect::Irbis][dialect];
        prop_assert_eq!(lost(record.view(), dialect), Vec::<String>::new());
    }
}

/// `KARTOTEKA_DUMP` names a file of many records of MARC 21: what share of their values has a meaning, and which have none.
#[test]
fn the_share_that_is_mapped() {
    let Some(path) = std::env::var_os("KARTOTEKA_DUMP") else {
        eprintln!("SKIPPED: KARTOTEKA_DUMP names no file");
        return;
    };
    // For each tag and subfield, how many values have a meaning, and how many have none.
    let mut places = std::collections::BTreeMap::<String, [u64; 2]>::new();
    for record in kartoteka::open(path).unwrap() {
        let Ok(record) = record else { continue };
        let bib = Bib::of(record.view());
        let mut count = |value: &Sourced<'_>, at: usize| {
            let mut path = value.path();
            path.occurrence = 0;
            places.entry(path.to_string()).or_default()[at] += 1;
        };
        let known = bib.entries().filter(|entry| entry.kind() != "other");
        known.flat_map(|entry| entry.values()).for_each(|value| count(value, 0));
        bib.unmapped().iter().for_each(|value| count(value, 1));
    }
    let share = |[mapped, missed]: [u64; 2]| mapped as f64 * 100.0 / (mapped + missed) as f64;
    let all = places.values().fold([0, 0], |[mapped, missed], place| [mapped + place[0], missed + place[1]]);
    println!("{} mapped, {} not: {:.3} %", all[0], all[1], share(all));
    for (place, counts) in &places {
        println!("{:8} of {:8} {:7.3} % {place}", counts[0], counts[0] + counts[1], share(*counts));
    }
    let share = share(all);
    assert!(share > 99.0, "{share}");
}

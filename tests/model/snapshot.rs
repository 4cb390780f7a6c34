//! Each value of a description is in its snapshot.

use std::path::Path;

use kartoteka::model::{Bib, Sourced};
use kartoteka::{Builder, Dialect, Syntax, Tag};
use proptest::prelude::*;
use serde_json::Value;

/// The letters and digits of a text: what punctuation of ISBD a value has is no part of the snapshot.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// All texts of a JSON value.
fn texts(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::String(text) => out.push(letters(text)),
        Value::Array(list) => list.iter().for_each(|value| texts(value, out)),
        Value::Object(object) => object.values().for_each(|value| texts(value, out)),
        _ => {}
    }
}

/// The values of entries that are in none of the texts of the snapshot.
fn not_in_the_snapshot(bib: &Bib<'_>) -> Vec<String> {
    let snapshot: Value = serde_json::from_str(&bib.json()).unwrap();
    let mut all = Vec::new();
    texts(&snapshot, &mut all);
    let values = bib.entries().flat_map(|entry| entry.values().iter()).chain(bib.unmapped());
    let is_lost = |value: &&Sourced<'_>| {
        let text = letters(&value.raw());
        !all.iter().any(|one| one.contains(&text))
    };
    values.filter(is_lost).map(|value| format!("{} {:?}", value.path(), value.raw())).collect()
}

#[test]
fn the_snapshots_of_fixtures_and_corpus_lose_nothing() {
    let mut paths = crate::common::files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"));
    for folder in
        crate::common::corpus().iter().flat_map(|corpus| ["irbis", "marc"].map(|name| corpus.join(name)))
    {
        paths.extend(crate::common::files(&folder));
    }
    let mut records = 0;
    for path in paths {
        let Ok(reader) = kartoteka::open(&path) else { continue };
        for record in reader.into_iter().take(200) {
            let Ok(record) = record else { break };
            let lost = not_in_the_snapshot(&Bib::of(record.view()));
            assert!(lost.is_empty(), "{}: {lost:?}", path.display());
            records += 1;
        }
    }
    assert!(records > 20, "{records}");
}

proptest! {
    /// Each value has a number that no other has: it is in the snapshot by itself, and not by that of another.
    #[test]
    fn the_snapshot_has_every_value_of_every_entry(
        fields in prop::collection::vec(
            (1_u32..1000, "[ 0-9]{2}", prop::collection::vec(("[a-z0-9]", "[a-zé =:;/,.\\[\\]-]{0,8}"), 0..8)),
            0..12
        ),
        kind in "[amzxwqc]",
        irbis: bool,
        dialect in 0_usize..3,
    ) {
        let syntax = if irbis { Syntax::IRBIS } else { Syntax::MARC };
        let mut builder = Builder::new(syntax).leader(&format!("00000n{kind}m a2200000 a 4500"));
        let mut number = 0;
        for (tag, indicators, subfields) in fields {
            let tag = Tag::from_number(tag).unwrap();
            number += 1;
            if tag.is_control() && irbis {
                continue;
            }
            if tag.is_control() {
                builder = builder.control_field(&tag.to_string(), format!("x{number}x{number}x{number}y"));
                continue;
            }
            builder = builder.field(&tag.to_string(), |field| {
                if !irbis {
                    field.indicators(&indicators);
                }
                for (code, value) in &subfields {
                    number += 1;
                    field.subfield(code.chars().next().unwrap(), &format!("{value}z{number}z"));
                }
                field
            });
        }
        let record = builder.build().unwrap();
        let dialect = [Dialect::Marc21, Dialect::Rusmarc, Dialect::Irbis][dialect];
        let bib = Bib::with_dialect(record.view(), dialect);
        prop_assert_eq!(not_in_the_snapshot(&bib), Vec::<String>::new());
    }
}

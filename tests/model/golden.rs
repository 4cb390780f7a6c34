//! What the records of the corpus answer: title, agents, year, identifiers, items, each with the path it comes from. The
//! records of IRBIS and UNIMARC are compared with `tests/golden/model-corpus.tsv`, which was read beside the records.
//!
//! The rules that decided, where a record can be read in several ways:
//!
//! - The title is 200$a. A volume that has none, or a number for its title, has that of its set, 461; an issue (worksheets NJ, NJP, NJK) that of its
//!   journal, the record whose 903 is in 933. 923 and 931 number an issue, and are no title.
//! - The year is that of 100$a, of 210$d, of 934; for an article that of its issue, 463^j; for a volume that of its set,
//!   461^h, if the set came out in one year. A century is no year.
//! - The agents are those of all fields that name any, those of the set after those of the volume as the record has them.
//! - An identifier is a number: a field 10 with a price alone has none.
//! - An item has an inventory number, or else a bar code. Copies that were given away, in 940 and 941, are none.
//! - A base without the fields of IBIS (freesoft, isis-*) answers nothing: its tags mean what its makers wanted.
//!
//! What a record lacks has its reason in the place of the answer: that the source has no such field, which is looked up here
//! without the model, or one of [`REASONS`]. Of large files the first and the last records are there, and those with a reason
//! of their own; all are counted.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use kartoteka::crosswalk::Parents;
use kartoteka::model::Bib;
use kartoteka::{Dialect, Record, RecordRef};
use serde_json::Value;

use crate::common::{corpus, irbis};

/// How many records of a large file are shown from its start and its end.
const SHOWN: (usize, usize) = (25, 10);

/// Why a record lacks what its fields seem to have: file, number, element, reason.
const REASONS: [(&str, u64, &str, &str); 6] = [
    ("irbis32-ibis", 132, "year", "210^d is half a century"),
    ("irbis32-ibis", 133, "year", "461^h is a range"),
    ("irbis32-ibis", 134, "year", "210^d is a century"),
    ("irbis32-ibis", 164, "year", "210^d is a decade"),
    ("irbis32-ibis", 166, "year", "210^d is a century"),
    ("irbis32-ibis", 168, "year", "210^d is before the Common Era"),
];

const ELEMENTS: [&str; 5] = ["title", "agents", "year", "identifiers", "items"];

/// The fields of which one must have a value for a record to have an answer: tags, and codes of subfields; `*` is the text
/// before the first.
fn sources(is_irbis: bool, element: &str) -> &'static [(&'static [u32], &'static str)] {
    match (is_irbis, element) {
        (true, "title") => &[(&[200], "a*"), (&[461], "c*")],
        (true, "agents") => &[(&[700, 701, 702, 710, 711, 712, 926, 961, 962, 971, 972], "ab*")],
        (true, "year") => &[(&[210], "d*"), (&[934], "a*"), (&[461], "h"), (&[463], "j")],
        (true, "identifiers") => &[(&[10, 11], "az*"), (&[19, 20, 21, 22], "b*")],
        (true, _) => &[(&[910], "bh*"), (&[899], "p*")],
        (false, "title") => &[(&[200], "a")],
        (false, "agents") => {
            &[(&[700, 701, 702, 703, 710, 711, 712, 713, 716, 720, 721, 722, 723, 730], "a")]
        }
        (false, "year") => &[(&[100], "a"), (&[210, 214], "d")],
        (false, "identifiers") => &[(&[10, 11, 13, 14, 15, 16, 17, 71, 72, 73], "az"), (&[20, 21, 22], "b")],
        (false, _) => &[(&[852, 899], "p"), (&[995], "fj")],
    }
}

/// Whether the source has nothing of which an element could come.
fn is_absent(record: RecordRef<'_>, is_irbis: bool, element: &str) -> bool {
    !sources(is_irbis, element).iter().any(|(tags, codes)| {
        record.fields().filter(|field| tags.iter().any(|tag| field.tag().number() == Some(*tag))).any(
            |field| {
                let is_named = |code: char| codes.contains(code.to_ascii_lowercase());
                let lead = codes.contains('*') && !field.lead().is_empty();
                lead || field.subfields().any(|one| is_named(one.code()) && !one.value().is_empty())
            },
        )
    })
}

fn at(value: &str, path: impl std::fmt::Display) -> String {
    format!("{} @{}", value.replace(['\t', '\n'], " "), path.to_string().replace("[0]", ""))
}

/// The first values, and how many more there are.
fn some(values: Vec<String>, most: usize) -> String {
    let more = values.len().saturating_sub(most);
    let shown = values.into_iter().take(most).collect::<Vec<_>>().join("; ");
    if more > 0 { format!("{shown}; +{more}") } else { shown }
}

fn title(bib: &Bib<'_>, titles: &Parents) -> String {
    match (bib.title_value(), bib.title_among(titles)) {
        (Some(value), _) => at(&value.clean(), value.path()),
        (None, Some(title)) => at(&title, "933"),
        _ => String::new(),
    }
}

fn agents(bib: &Bib<'_>) -> String {
    let named = bib.agents().filter(|agent| !agent.is_alternate()).filter_map(|agent| {
        let roles: Vec<_> = agent.roles().iter().map(|role| role.code.unwrap_or("?").to_owned()).collect();
        let roles = if roles.is_empty() { String::new() } else { format!(" [{}]", roles.join(",")) };
        Some(at(&format!("{}{roles}", agent.name()?), agent.path()))
    });
    some(named.collect(), 4)
}

fn year(bib: &Bib<'_>) -> String {
    match (bib.year(), bib.date_value()) {
        (Some(year), Some(value)) => at(&year.to_string(), value.path()),
        _ => String::new(),
    }
}

fn identifiers(bib: &Bib<'_>) -> String {
    let numbers = bib.identifiers().filter(|number| number.kind() != "publisher-index");
    let numbers = numbers.filter_map(|number| {
        let valid = if number.valid() == Some(false) { "!" } else { "" };
        let (clean, value) = (number.clean()?, number.number()?);
        (!clean.is_empty()).then(|| at(&format!("{}:{clean}{valid}", number.scheme()), value.path()))
    });
    some(numbers.collect(), 4)
}

fn items(bib: &Bib<'_>) -> String {
    use kartoteka::model::Part;
    let items = bib.items().filter(|item| item.kind() != "archived").filter_map(|item| {
        let value = item.first(Part::Inventory).or_else(|| item.first(Part::Barcode))?;
        Some(at(&value.clean(), value.path()))
    });
    some(items.collect(), 2)
}

/// The rows of a file: the shown records, and how many have which element, or lack it for which reason.
fn rows(name: &str, records: &[(u64, Record)], out: &mut String) {
    let mut titles = Parents::new();
    records.iter().for_each(|(_, record)| titles.add(record.view()));
    let mut counts: BTreeMap<(usize, String), usize> = BTreeMap::new();
    let (first, last) = SHOWN;
    for (place, (number, record)) in records.iter().enumerate() {
        let bib = Bib::of(record.view());
        let reading = bib.reading().0;
        if reading == Dialect::Isis {
            assert!(bib.entries().next().is_none(), "{name} {number}");
            *counts.entry((0, "no field of IBIS".to_owned())).or_default() += 1;
            continue;
        }
        let mut is_shown = place < first || place + last >= records.len();
        let answers = [title(&bib, &titles), agents(&bib), year(&bib), identifiers(&bib), items(&bib)];
        let mut cells = Vec::new();
        for (at, (element, answer)) in ELEMENTS.iter().zip(answers).enumerate() {
            let reason =
                REASONS.iter().find(|(file, of, what, _)| *file == name && *of == *number && what == element);
            let is_irbis = reading == Dialect::Irbis;
            let (cell, count) = match (answer.is_empty(), reason) {
                (false, None) => (answer, "there".to_owned()),
                (true, Some((.., reason))) => (format!("({reason})"), (*reason).to_owned()),
                (true, None) if is_absent(record.view(), is_irbis, element) => {
                    ("(not in the source)".to_owned(), "not in the source".to_owned())
                }
                (false, Some(_)) => (format!("({answer} THOUGH THERE IS A REASON)"), "?".to_owned()),
                (true, None) => ("(NO REASON)".to_owned(), "NO REASON".to_owned()),
            };
            is_shown |= reason.is_some() || count.len() < 3 || count == "NO REASON";
            *counts.entry((at, count)).or_default() += 1;
            cells.push(cell);
        }
        if is_shown {
            writeln!(out, "{name}\t{number}\t{}", cells.join("\t")).unwrap();
        }
    }
    for ((at, what), count) in counts {
        writeln!(out, "{name}\tof {}\t{}: {count} {what}", records.len(), ELEMENTS[at]).unwrap();
    }
}

/// The records of a base, as the program that made the corpus read them.
fn base(path: &Path) -> Vec<(u64, Record)> {
    let text = std::fs::read_to_string(path).unwrap();
    let rows = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    rows.map(|row| (row["mfn"].as_u64().unwrap(), irbis(&row))).collect()
}

fn file(path: &Path) -> Vec<(u64, Record)> {
    let records = kartoteka::open(path).unwrap().into_iter();
    (1..).zip(records.map(|record| record.unwrap().into())).collect()
}

#[test]
fn the_corpus_answers_as_reviewed() {
    let Some(corpus) = corpus() else { return };
    let mut found = format!("# file\tnumber\t{}\n", ELEMENTS.join("\t"));
    for name in
        ["irbis64-istu", "irbis32-ibis", "irbis64-freesoft", "isis-cds-dos", "isis-lilacs30", "isis-cdsx-ffi"]
    {
        rows(name, &base(&corpus.join("irbis").join(name).join("expected.jsonl")), &mut found);
    }
    for name in [
        "irbis/irbis-text/record.txt",
        "irbis/irbis-text/records.txt",
        "irbis/irbis-text/rawRecord.txt",
        "irbis/irbis-text/broken_records.txt",
        "irbis/irbis-iso-test1/TEST1.ISO",
        "marc/wf/unimarc/short.bnr.1993.mrc",
        "marc/wf/unimarc/testunimarc.dat",
        "marc/text/mrctxt/unimarc.mrctxt",
        "marc/bad/charset-lie/bib-one.mrc",
        "marc/bad/between-records/bib.mrc",
    ] {
        rows(name.rsplit('/').next().unwrap(), &file(&corpus.join(name)), &mut found);
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/model-corpus.tsv");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap();
    let new: Vec<_> = found.lines().filter(|line| !expected.lines().any(|known| known == *line)).collect();
    let gone: Vec<_> = expected.lines().filter(|line| !found.lines().any(|known| known == *line)).collect();
    assert!(
        found == expected,
        "UPDATE_GOLDEN=1 writes it anew\n+ {}\n- {}",
        new.join("\n+ "),
        gone.join("\n- ")
    );
    assert!(!found.contains("NO REASON"), "{}", path.display());
    assert!(!found.contains("THOUGH"), "{}", path.display());
}

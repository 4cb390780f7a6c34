//! MODS and Dublin Core, compared leaf by leaf with what the stylesheets of the Library of Congress make of the same records:
//! `MARC21slim2MODS3-7.xsl` and `MARC21slim2SRWDC.xsl` of `idzebra-2.0-examples` (Debian), by xsltproc.
//!
//! Every difference is of a kind that this table explains: the format, whose text it is (`marks`: the texts differ in marks at
//! the end only), the path of elements, its text where only this one is meant (after `*`, its end), and the reason. Kinds
//! that no record has are taken out of the table.
//!
//! ```text
#![doc = include_str!("stylesheets.tsv")]
//! ```
//!
//! Without xsltproc the tests say so and pass, unless `CI` is set; `KARTOTEKA_WITHOUT_XSLTPROC` lets CI pass without.
#![cfg(all(feature = "cli", feature = "xml", feature = "json"))]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use kartoteka::{Format, Record, RecordRead, RecordWrite, WriteOptions, open, writer};
use quick_xml::Reader;
use quick_xml::events::Event;

use crate::common::corpus;
use crate::common::program::scratch;
use crate::takers::{EXAMPLES, bases, example, run, skip};

/// A path of elements and a text. Attributes with texts of their own are leaves, the others are part of the path.
type Leaf = (String, String);

const TEXTS: [&str; 12] = [
    "displayLabel",
    "href",
    "xlink:href",
    "note",
    "altRepGroup",
    "script",
    "nameTitleGroup",
    "lang",
    "usage",
    "otherType",
    "xml:space",
    "space",
];

/// A kind of difference.
struct Row {
    side: String,
    path: String,
    text: String,
}

fn table(format: &str) -> Vec<Row> {
    let rows = include_str!("stylesheets.tsv").lines().skip(1).filter_map(|line| {
        let columns: Vec<&str> = line.split('\t').collect();
        assert_eq!(columns.len(), 5, "{line}");
        let (side, path, text) = (columns[1].to_owned(), columns[2].to_owned(), columns[3].to_owned());
        (columns[0] == format).then_some(Row { side, path, text })
    });
    rows.collect()
}

impl Row {
    /// A path without attributes stands for all of them.
    fn explains(&self, side: &str, (path, text): &Leaf) -> bool {
        let text = if text.is_empty() { "(empty)" } else { text };
        let matches = match self.path.strip_suffix('*') {
            Some(start) => path.starts_with(start),
            None => *path == self.path || without_attributes(path) == self.path || short(path) == self.path,
        };
        let is_text = match self.text.strip_prefix('*') {
            Some(end) => text.ends_with(end),
            None => self.text.is_empty() || self.text == text,
        };
        self.side == side && matches && is_text
    }
}

fn without_attributes(path: &str) -> String {
    let mut depth = 0;
    let kept = path.chars().filter(|c| {
        depth += i32::from(*c == '[');
        let keep = depth == 0;
        depth -= i32::from(*c == ']');
        keep
    });
    kept.collect()
}

/// The path with the attributes of its first element only.
fn short(path: &str) -> String {
    match path.split_once('/') {
        Some((first, rest)) => format!("{first}/{}", without_attributes(rest)),
        None => path.to_owned(),
    }
}

/// The leaves of each record.
fn leaves(xml: &str, record: &str) -> Vec<Vec<Leaf>> {
    let mut reader = Reader::from_str(xml);
    let (mut records, mut path, mut texts) = (Vec::new(), Vec::<String>::new(), Vec::<(String, bool)>::new());
    let mut found: Option<Vec<Leaf>> = None;
    loop {
        let event = reader.read_event().unwrap();
        match event {
            Event::Start(ref start) | Event::Empty(ref start) => {
                let name = start.local_name().as_ref().to_owned();
                let is_empty = matches!(event, Event::Empty(_));
                if found.is_none() {
                    if name == record && !is_empty {
                        found = Some(Vec::new());
                    }
                    continue;
                }
                if let Some(parent) = texts.last_mut() {
                    parent.1 = true;
                }
                let (closed, open) = attributes(start);
                path.push(format!("{name}{closed}"));
                let whole = path.join("/");
                let found = found.as_mut().unwrap();
                found.extend(open.into_iter().map(|(name, text)| (format!("{whole}/@{name}"), text)));
                if is_empty {
                    found.push((whole, String::new()));
                    path.pop();
                } else {
                    texts.push((String::new(), false));
                }
            }
            Event::Text(text) => {
                if let Some((into, _)) = texts.last_mut() {
                    into.push_str(&text);
                }
            }
            Event::GeneralRef(reference) => {
                if let Some((into, _)) = texts.last_mut() {
                    into.push_str(&quick_xml::escape::unescape(&format!("&{};", &*reference)).unwrap());
                }
            }
            Event::End(_) => match texts.pop() {
                Some((text, has_children)) => {
                    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                    if !has_children || !text.is_empty() {
                        found.as_mut().unwrap().push((path.join("/"), text));
                    }
                    path.pop();
                }
                None => records.extend(found.take()),
            },
            Event::Eof => return records,
            _ => {}
        }
    }
}

fn attributes(start: &quick_xml::events::BytesStart<'_>) -> (String, Vec<Leaf>) {
    let (mut closed, mut open) = (BTreeSet::new(), Vec::new());
    for attribute in start.attributes() {
        let attribute = attribute.unwrap();
        let name = attribute.key.as_ref().to_owned();
        let value = quick_xml::escape::unescape(&attribute.value)
            .unwrap()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        if TEXTS.contains(&name.as_str()) {
            open.push((name.rsplit(':').next().unwrap().to_owned(), value));
        } else if !name.contains("schemaLocation") && !name.starts_with("xmlns") {
            closed.insert(format!("[{name}={value}]"));
        }
    }
    (closed.into_iter().collect(), open)
}

/// A text without marks at its end, and without blanks.
fn loose(text: &str) -> String {
    text.trim_end_matches([' ', '.', ',', ':', ';', '/', '=', '-']).replace(' ', "")
}

/// What is in one list and not in the other.
fn less(left: &[Leaf], right: &[Leaf]) -> Vec<Leaf> {
    let mut counts: BTreeMap<&Leaf, i64> = BTreeMap::new();
    right.iter().for_each(|leaf| *counts.entry(leaf).or_default() += 1);
    let missing = left.iter().filter(|leaf| {
        let count = counts.entry(leaf).or_default();
        *count -= 1;
        *count < 0
    });
    missing.cloned().collect()
}

/// The differences of a record, with whose they are.
fn differences(ours: &[Leaf], theirs: &[Leaf]) -> Vec<(&'static str, Leaf)> {
    let (mut more, mut found) = (less(ours, theirs), Vec::new());
    for leaf in less(theirs, ours) {
        match more.iter().position(|other| other.0 == leaf.0 && loose(&other.1) == loose(&leaf.1)) {
            Some(at) => found.push(("marks", more.remove(at))),
            None => found.push(("theirs", leaf)),
        }
    }
    found.extend(more.into_iter().map(|leaf| ("ours", leaf)));
    found
}

/// The records that are compared: every 500th of the dump, if it is there; the fixtures; what becomes of the IRBIS bases.
fn records(with_dump: bool) -> Vec<(String, Vec<Record>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &Path| open(path).unwrap().records().map(Result::unwrap).collect::<Vec<_>>();
    let mut sets = vec![("marc21".to_owned(), read(&root.join("fixtures/iso2709/marc21.mrc")))];
    sets.extend(bases().into_iter().map(|base| (base.name, base.made)));
    if let Some(path) = std::env::var_os("KARTOTEKA_DUMP").filter(|_| with_dump) {
        let every = open(path).unwrap().records().map(Result::unwrap).step_by(500).collect();
        sets.push(("dump".to_owned(), every));
    }
    sets
}

fn write(records: &[Record], format: Format) -> Vec<u8> {
    let path =
        scratch(&format!("stylesheets-{}-{:?}", format.name(), std::thread::current().id())).join("out.xml");
    let mut to = writer(format, fs::File::create(&path).unwrap(), &WriteOptions::new()).unwrap();
    records.iter().for_each(|record| to.write_record(record.view()).unwrap());
    to.finish().unwrap();
    drop(to);
    fs::read(path).unwrap()
}

/// Compares all records. With those of the dump, each row of the table explains something.
fn compare(format: Format, with_dump: bool) {
    let (name, stylesheet, element) = match format.name() {
        "mods" => ("mods", "MARC21slim2MODS3-7.xsl", "mods"),
        _ => ("dc", "MARC21slim2SRWDC.xsl", "dc"),
    };
    if with_dump && std::env::var_os("KARTOTEKA_DUMP").is_none() {
        eprintln!("SKIPPED: KARTOTEKA_DUMP names no file");
        return;
    }
    if !Path::new(EXAMPLES).is_dir() {
        return skip("idzebra-2.0-examples", "KARTOTEKA_WITHOUT_XSLTPROC");
    }
    let folder = scratch(&format!("stylesheets-of-{name}-{with_dump}"));
    for file in [stylesheet, "MARC21slimUtils.xsl"] {
        let text = example(file).replace("http://www.loc.gov/standards/marcxml/xslt/", "");
        fs::write(folder.join(file), text.replace("http://www.loc.gov/marcxml/xslt/", "")).unwrap();
    }
    let rows = table(name);
    let mut unexplained: BTreeMap<String, (u64, String)> = BTreeMap::new();
    let mut used = BTreeSet::new();
    let (mut same, mut differ) = (0, 0);
    for (set, records) in records(with_dump) {
        let mut theirs = Vec::new();
        // Some paths of the stylesheet go through the whole document for each record.
        for some in records.chunks(50) {
            fs::write(folder.join("in.xml"), write(some, Format::Marcxml)).unwrap();
            let arguments = ["--nonet", stylesheet, "in.xml"];
            let Some(output) = run("xsltproc", &arguments, &folder, "KARTOTEKA_WITHOUT_XSLTPROC") else {
                return;
            };
            assert!(output.status.success(), "{output:?}");
            theirs.extend(leaves(&String::from_utf8(output.stdout).unwrap(), element));
        }
        let ours = leaves(&String::from_utf8(write(&records, format)).unwrap(), element);
        assert_eq!((ours.len(), theirs.len()), (records.len(), records.len()), "{set}");
        for (at, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
            let found = differences(ours, theirs);
            same += ours.len() - found.iter().filter(|(side, _)| *side != "theirs").count();
            differ += found.len();
            for (side, leaf) in found {
                match rows.iter().position(|row| row.explains(side, &leaf)) {
                    Some(row) => _ = used.insert(row),
                    None => {
                        let first = format!("{set} {}: {}", at + 1, leaf.1);
                        unexplained.entry(format!("{side} {}", leaf.0)).or_insert((0, first)).0 += 1;
                    }
                }
            }
        }
    }
    println!("{name}: {same} leaves are the same, {differ} differ as explained");
    let shown: Vec<String> =
        unexplained.iter().map(|(kind, (count, first))| format!("{count} {kind}: {first}")).collect();
    assert!(shown.is_empty(), "{} kinds are not explained:\n{}", shown.len(), shown.join("\n"));
    if with_dump && corpus().is_some() {
        let idle = rows.iter().enumerate().filter(|(at, _)| !used.contains(at));
        let idle: Vec<String> =
            idle.map(|(_, row)| format!("{} {} {}", row.side, row.path, row.text)).collect();
        assert!(idle.is_empty(), "rows of {name} that explain nothing:\n{}", idle.join("\n"));
    }
}

#[test]
fn mods_differs_from_the_stylesheet_as_explained() {
    compare(Format::Mods, false);
}

#[test]
fn dublin_core_differs_from_the_stylesheet_as_explained() {
    compare(Format::Dc, false);
}

#[test]
fn records_of_the_dump_differ_as_explained_in_mods() {
    compare(Format::Mods, true);
}

#[test]
fn records_of_the_dump_differ_as_explained_in_dublin_core() {
    compare(Format::Dc, true);
}

/// Pairs of MODS and the MARC that the Library's other stylesheet makes of it, read in reverse. In one of the three the MARC
/// is a message of error.
#[test]
fn pairs_of_mods_and_marc_agree_in_reverse_as_explained() {
    let Some(corpus) = corpus() else { return };
    let (rows, mut unexplained) = (table("pairs"), Vec::new());
    for (name, records) in [("simple_monograph", 1), ("with_subjects", 1), ("serial_journal", 0)] {
        let folder = corpus.join("crosswalk/mods2marc");
        let marc = fs::read(folder.join(format!("{name}_reference.xml"))).unwrap();
        let marc: Vec<Record> = kartoteka::marcxml::SliceReader::new(&marc, &kartoteka::ReadOptions::new())
            .records()
            .map(Result::unwrap)
            .collect();
        assert_eq!(marc.len(), records, "{name}");
        let ours = leaves(&String::from_utf8(write(&marc, Format::Mods)).unwrap(), "mods");
        let theirs = leaves(&fs::read_to_string(folder.join(format!("{name}.xml"))).unwrap(), "mods");
        for (ours, theirs) in ours.iter().zip(&theirs) {
            for (side, leaf) in differences(ours, theirs) {
                if !rows.iter().any(|row| row.explains(side, &leaf)) {
                    unexplained.push(format!("{name} {side} {}: {}", leaf.0, leaf.1));
                }
            }
        }
    }
    assert!(unexplained.is_empty(), "{}", unexplained.join("\n"));
}

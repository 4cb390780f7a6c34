//! Each code of a finding has a page, and a file in `fixtures/findings` that shows it; the page has the finding as
//! it is printed for that file.
//!
//! `UPDATE_PAGES=1` writes what is printed into the pages, to be read before it is kept.

#![cfg(all(feature = "xml", feature = "csv"))]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kartoteka::check::{self, Checker};
use kartoteka::crosswalk::{Conversion, Converter, Crosswalk, OnLoss};
use kartoteka::model::Bib;
use kartoteka::schema::{Compiled, Schema};
use kartoteka::{
    Charset, Dialect, Finding, Findings, Format, ReadOptions, Record, RecordRead, RecordWrite, Rule,
    WriteOptions, iso2709, open_with, rules, writer,
};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The input in the page of a rule, a block of code `input.ENDING`: what its file would be called after the id, and its
/// text.
fn input_of(rule: Rule) -> Option<(&'static str, &'static str)> {
    let (_, block) = rule.page().split_once("```input.")?;
    let (ending, text) = block.split_once('\n')?;
    Some((ending, text.split("```").next()?))
}

/// The files that show a code: the input in its page, or those whose names begin with its id. Companions, which have the extension of no format that
/// is read by itself, are not among them.
fn fixtures(code: Rule) -> Vec<PathBuf> {
    if let Some((ending, input)) = input_of(code) {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{code}.{ending}"));
        fs::write(&path, input).unwrap();
        return vec![path];
    }
    let mut found: Vec<PathBuf> = fs::read_dir(folder("fixtures/findings"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(&format!("{code}.")))
        .filter(|path| {
            let end = path.extension().unwrap_or_default().to_ascii_lowercase();
            let has_dictionary = end == "mst" && path.with_extension("n01").exists();
            !has_dictionary && !["xrf", "l01", "ifp"].iter().any(|companion| end == *companion)
        })
        .collect();
    found.sort();
    found
}

/// What is found in the dictionary of a base.
fn in_dictionary(path: &Path) -> Vec<Finding> {
    let mut dictionary = kartoteka::isis::Dictionary::from_path(path).unwrap();
    let mut found = Vec::new();
    while let Some(term) = dictionary.read_term().unwrap() {
        found.extend_from_slice(dictionary.findings());
        dictionary.postings(&term, |_| {}).unwrap();
        found.extend_from_slice(dictionary.findings());
    }
    found.extend_from_slice(dictionary.findings());
    found
}

/// A check with a fault.
struct Fails;

impl check::Check for Fails {
    fn check(&mut self, subject: check::Subject<'_>, _: &mut Findings) {
        assert!(subject.record.field("999").is_some(), "no 999 in the record");
    }
}

/// What is found in a file, read, checked and written as its name says.
fn findings(path: &Path) -> Vec<Finding> {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let mut read = ReadOptions::new();
    let mut write = WriteOptions::new();
    let mut to = None;
    let mut crosswalk = None;
    let mut schema = check::SchemaRules::new();
    let parts: Vec<&str> = name.split('.').collect();
    for part in &parts[1..parts.len() - 1] {
        match part.split_once('-').unwrap_or((part, "")) {
            ("to", format) => to = Some(Format::from_name(format).unwrap()),
            ("charset", charset) => write = write.charset(Charset::from_name(charset).unwrap()),
            ("dialect", dialect) => read = read.dialect(dialect.parse::<Dialect>().unwrap()),
            ("crosswalk", name) => crosswalk = Crosswalk::builtin(name),
            ("schema", name) => {
                let text = fs::read_to_string(folder(&format!("fixtures/schema/{name}.json"))).unwrap();
                schema = schema.by(Arc::new(Compiled::new(Schema::from_avram(&text).unwrap())));
            }
            ("limit", bytes) => read.limits.record_bytes = bytes.parse().unwrap(),
            _ => panic!("{name}: {part}?"),
        }
    }
    if path.extension().is_some_and(|end| end == "n01") {
        return in_dictionary(path);
    }
    let mut reader = open_with(path, None, &read).unwrap();
    let mut sink = to.map(|format| writer(format, Vec::new(), &write).unwrap());
    let mut record = Record::new();
    let mut found = Vec::new();
    let mut checker = Checker::new(100);
    if name.starts_with("Z101") {
        checker = checker.with(Fails);
    }
    checker = checker
        .with(check::Leader::new())
        .with(check::Encoding::new())
        .with(check::Indicators::new())
        .with(schema)
        .with(check::Content::new())
        .with(check::Numbers::new());
    let mut links = check::Links::new();
    loop {
        let more = reader.read_record(&mut record);
        found.extend_from_slice(reader.findings());
        match more {
            Ok(true) => {}
            Ok(false) => {
                found.extend(links.end().0);
                return found;
            }
            Err(error) => {
                found.extend(error.finding().cloned());
                continue;
            }
        }
        if let Some(crosswalk) = &crosswalk {
            let on_loss = if name.starts_with("M007") { OnLoss::Fail } else { OnLoss::Keep };
            let mut converted = Findings::new(100);
            let mut conversion = Conversion::new(Converter::new(crosswalk).on_loss(on_loss));
            let done = conversion.convert(&mut record, &mut converted);
            found.extend_from_slice(converted.list());
            found.extend(done.err().and_then(|error| error.finding().cloned()));
            continue;
        }
        found.extend_from_slice(checker.check(record.view(), reader.raw(), reader.findings()));
        links.record(record.view(), reader.raw());
        found.extend(Bib::of(record.view()).findings());
        if let Some(sink) = &mut sink {
            let written = sink.write_record(record.view());
            found.extend_from_slice(sink.findings());
            found.extend(written.err().and_then(|error| error.finding().cloned()));
        }
    }
}

/// The files below `src` whose names end so.
fn sources(ending: &str) -> Vec<PathBuf> {
    fn inside(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => inside(&path, ending, found),
                false if path.extension().is_some_and(|end| end == ending) => found.push(path),
                false => {}
            }
        }
    }
    let mut found = Vec::new();
    inside(&folder("src"), ending, &mut found);
    found
}

/// The pages that are files, each in the room that emits its findings.
fn pages() -> Vec<PathBuf> {
    sources("md").into_iter().filter(|path| path.parent().unwrap().ends_with("rules")).collect()
}

/// The file with the page of a rule, and where the page begins in it: `ID.md`, or the file with the entry of the rule.
fn page(rule: Rule) -> (PathBuf, usize) {
    let name = format!("{rule}.md");
    let mut found: Vec<_> =
        pages().into_iter().filter(|path| path.ends_with(&name)).map(|path| (path, 0)).collect();
    let entry = format!("\"{}\" \"{}\"", rule.id(), rule.name());
    for path in sources("rs") {
        let text = fs::read_to_string(&path).unwrap();
        let at = text.find(&entry).filter(|at| text[*at..].split(';').next().unwrap().contains("r#\""));
        found.extend(at.map(|at| (path, at)));
    }
    assert!(found.len() == 1, "{rule} has its page in {found:?}");
    found.remove(0)
}

#[test]
fn each_code_has_a_page_and_a_file_that_shows_it() {
    let mut wrong = Vec::new();
    for code in rules::all() {
        let files = fixtures(code);
        if files.is_empty() {
            wrong.push(format!("{code}: no file in fixtures/findings"));
        }
        for path in files {
            let all = findings(&path);
            let Some(finding) = all.iter().find(|finding| finding.rule == code) else {
                let found: Vec<_> = all.iter().map(ToString::to_string).collect();
                wrong.push(format!("{}: found only {found:#?}", path.display()));
                continue;
            };
            let printed = finding.to_string();
            let (page, at) = page(code);
            if std::env::var_os("UPDATE_PAGES").is_some() {
                let text = fs::read_to_string(&page).unwrap();
                let start = at + text[at..].find("```text\n").unwrap() + "```text\n".len();
                let end = start + text[start..].find("```").unwrap();
                fs::write(&page, format!("{}{printed}\n{}", &text[..start], &text[end..])).unwrap();
            } else if !code.page().contains(&format!("\n{printed}\n")) {
                wrong.push(format!("{code}: the page does not have what is printed: {printed}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_page_and_no_file_without_a_code() {
    let known = |name: &str| rules::all().any(|code| name.split('.').next() == Some(code.id()));
    let mut files = pages();
    let inside = rules::all().filter(|rule| page(*rule).0.extension().is_some_and(|end| end == "rs")).count();
    assert_eq!(files.len() + inside, rules::all().count());
    files.extend(fs::read_dir(folder("fixtures/findings")).unwrap().map(|entry| entry.unwrap().path()));
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy();
        assert!(known(&name), "{} belongs to no rule", path.display());
    }
}

/// A field that was left out has no place, and those after it are counted as the record has them.
#[test]
fn places_are_those_of_the_record() {
    let data =
        b"00074nam a2200061   4500650000599999650000700000650000600007\x1e 0\x1FaPo\x1e0\x1FaAz\x1e\x1d";
    let mut reader = iso2709::SliceReader::new(data, &ReadOptions::new());
    let mut record = Record::new();
    assert!(reader.read_record(&mut record).unwrap());
    let fields: Vec<_> = record.fields().map(|field| field.raw().to_vec()).collect();
    assert_eq!(fields, [b" 0\x1FaPo".to_vec(), b"0\x1FaAz".to_vec()]);
    let place = |code: Rule| {
        let found = reader.findings().iter().find(|finding| finding.rule == code);
        found.unwrap_or_else(|| panic!("{code}: {:?}", reader.findings())).location.place()
    };
    assert_eq!(place(rules::FIELD_OUT_OF_BOUNDS), None);
    assert_eq!(place(rules::INDICATOR_COUNT).map(|place| place.to_string()), Some("650[1]".to_owned()));
}

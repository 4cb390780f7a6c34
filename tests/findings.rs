//! Each code of a finding has a page, and a file in `fixtures/findings` that shows it; the page has the finding as
//! it is printed for that file.
//!
//! `UPDATE_PAGES=1` writes what is printed into the pages, to be read before it is kept.

#![cfg(all(feature = "xml", feature = "json"))]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

use kartoteka::check::{self, Checker};
use kartoteka::{
    Charset, Code, Diagnostic, Dialect, Format, ReadOptions, Record, RecordRead, WriteOptions, iso2709,
    open_with, writer,
};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The files that show a code: their names begin with its id. Companions, which have the extension of no format that
/// is read by itself, are not among them.
fn fixtures(code: Code) -> Vec<PathBuf> {
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
fn in_dictionary(path: &Path) -> Vec<Diagnostic> {
    let mut dictionary = kartoteka::isis::Dictionary::from_path(path).unwrap();
    let mut found = Vec::new();
    while let Some(term) = dictionary.read_term().unwrap() {
        found.extend_from_slice(dictionary.diagnostics());
        dictionary.postings(&term, |_| {}).unwrap();
        found.extend_from_slice(dictionary.diagnostics());
    }
    found.extend_from_slice(dictionary.diagnostics());
    found
}

/// What is found in a file, read, checked and written as its name says.
fn findings(path: &Path) -> Vec<Diagnostic> {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let mut read = ReadOptions::new();
    let mut write = WriteOptions::new();
    let mut to = None;
    let parts: Vec<&str> = name.split('.').collect();
    for part in &parts[1..parts.len() - 1] {
        match part.split_once('-').unwrap_or((part, "")) {
            ("to", format) => to = Some(Format::from_name(format).unwrap()),
            ("charset", charset) => write = write.charset(Charset::from_name(charset).unwrap()),
            ("dialect", dialect) => read = read.dialect(dialect.parse::<Dialect>().unwrap()),
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
    let mut checker = Checker::new(100)
        .with(check::Leader::new())
        .with(check::Encoding::new())
        .with(check::Indicators::new());
    loop {
        let more = reader.read_record(&mut record);
        found.extend_from_slice(reader.diagnostics());
        match more {
            Ok(true) => {}
            Ok(false) => return found,
            Err(error) => {
                found.extend(error.diagnostic().cloned());
                continue;
            }
        }
        found.extend_from_slice(checker.check(record.view(), reader.raw(), reader.diagnostics()));
        if let Some(sink) = &mut sink {
            let written = sink.write_record(record.view());
            found.extend_from_slice(sink.diagnostics());
            found.extend(written.err().and_then(|error| error.diagnostic().cloned()));
        }
    }
}

#[test]
fn each_code_has_a_page_and_a_file_that_shows_it() {
    let mut wrong = Vec::new();
    for &code in Code::ALL {
        let files = fixtures(code);
        if files.is_empty() {
            wrong.push(format!("{code}: no file in fixtures/findings"));
        }
        for path in files {
            let all = findings(&path);
            let Some(finding) = all.iter().find(|finding| finding.code == code) else {
                let found: Vec<_> = all.iter().map(ToString::to_string).collect();
                wrong.push(format!("{}: found only {found:#?}", path.display()));
                continue;
            };
            let printed = finding.to_string();
            let page = folder("src/diagnostic/pages").join(format!("{code}.md"));
            let text = fs::read_to_string(&page).unwrap();
            if std::env::var_os("UPDATE_PAGES").is_some() {
                let (before, _) = text.split_once("```text\n").unwrap();
                fs::write(&page, format!("{before}```text\n{printed}\n```\n")).unwrap();
            } else if !text.contains(&format!("\n{printed}\n")) {
                wrong.push(format!("{code}: the page does not have what is printed: {printed}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_page_and_no_file_without_a_code() {
    let known = |name: &str| Code::ALL.iter().any(|code| name.split('.').next() == Some(code.id()));
    for place in ["src/diagnostic/pages", "fixtures/findings"] {
        for entry in fs::read_dir(folder(place)).unwrap() {
            let name = entry.unwrap().file_name().to_string_lossy().into_owned();
            assert!(known(&name), "{place}/{name} belongs to no code");
        }
    }
}

/// A field that was left out has no place, and those behind it are counted as the record has them.
#[test]
fn places_are_those_of_the_record() {
    let data =
        b"00074nam a2200061   4500650000599999650000700000650000600007\x1e 0\x1FaPo\x1e0\x1FaAz\x1e\x1d";
    let mut reader = iso2709::SliceReader::new(data, &ReadOptions::new());
    let mut record = Record::new();
    assert!(reader.read_record(&mut record).unwrap());
    let fields: Vec<_> = record.fields().map(|field| field.raw().to_vec()).collect();
    assert_eq!(fields, [b" 0\x1FaPo".to_vec(), b"0\x1FaAz".to_vec()]);
    let place = |code: Code| {
        let found = reader.diagnostics().iter().find(|finding| finding.code == code);
        found.unwrap_or_else(|| panic!("{code}: {:?}", reader.diagnostics())).location.place()
    };
    assert_eq!(place(Code::FieldOutOfBounds), None);
    assert_eq!(place(Code::IndicatorCount).map(|place| place.to_string()), Some("650[1]".to_owned()));
}

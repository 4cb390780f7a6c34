//! Master files: fixtures and real bases against what other programs read in them, and damage of every kind.
//!
//! Expectations of the fixtures are written by `fixtures/isis.py`, those of the corpus by the programs its README names.

#![cfg(all(feature = "json", feature = "cli"))]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use kartoteka::isis::{Reader, Shape, SliceReader};
use kartoteka::{Charset, Code, Deleted, ReadOptions, Record, RecordRead, RecordSeek, WriteOptions, ndjson};
use serde_json::{Value, json};

fn corpus() -> Option<PathBuf> {
    let named = std::env::var_os("KARTOTEKA_CORPUS").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"));
    let folder = folder.join("irbis");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("CI").is_none(), "no corpus at {}, and CI must not skip it", folder.display());
    eprintln!("SKIPPED: no corpus at {}; set KARTOTEKA_CORPUS", folder.display());
    None
}

/// The bytes of a file, or of its `.gz`.
fn bytes(path: &Path) -> Vec<u8> {
    if let Ok(bytes) = fs::read(path) {
        return bytes;
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".gz");
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(fs::File::open(&name).unwrap()).read_to_end(&mut bytes).unwrap();
    bytes
}

fn base(path: &Path) -> (Vec<u8>, Vec<u8>) {
    (bytes(&path.with_extension("mst")), bytes(&path.with_extension("xrf")))
}

fn lines(path: &Path) -> Vec<Value> {
    let text = String::from_utf8(bytes(path)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn row(record: &Record) -> Value {
    let isis = record.header().isis.unwrap();
    let fields: Vec<Value> = record
        .fields()
        .map(|field| json!({"tag": field.tag().number(), "value": field.raw_text().to_str().unwrap()}))
        .collect();
    json!({"mfn": isis.mfn, "status": isis.status, "version": isis.version, "fields": fields})
}

/// A row of the corpus without what only its makers know.
fn expected_row(value: &Value) -> Value {
    let keys = ["mfn", "status", "version", "fields"];
    keys.iter().map(|key| ((*key).to_owned(), value[*key].clone())).collect::<serde_json::Map<_, _>>().into()
}

/// Base, expectation, character set, and which layout it is.
const BASES: [(&str, &str, &str, Shape); 9] = [
    ("irbis64-istu/istu", "irbis64-istu/expected", "auto", Shape::Irbis64),
    ("irbis64-freesoft/freesoft", "irbis64-freesoft/expected", "auto", Shape::Irbis64),
    ("irbis32-ibis/ibis", "irbis32-ibis/expected", "auto", Shape::Isis18),
    ("isis-cds-dos/cds", "isis-cds-dos/expected", "auto", Shape::Isis18),
    ("isis-lilacs30/lilacs30", "isis-lilacs30/expected", "auto", Shape::Isis18),
    ("isis-cdsx-ffi/cds", "isis-cdsx-ffi/expected", "cp850", Shape::Ffi24),
    ("isis-generated/le-isis18", "isis-generated/expected-le-isis18", "auto", Shape::Isis18),
    ("isis-generated/be-isis20", "isis-generated/expected-be-isis20", "auto", Shape::Isis20),
    ("isis-generated/le-ffi22", "isis-generated/expected-le-ffi22", "auto", Shape::Ffi22),
];

#[test]
fn every_base_of_the_corpus_equals_its_expectation() {
    let Some(corpus) = corpus() else { return };
    for (name, expected, charset, shape) in BASES {
        let Some(charset) = Charset::from_name(charset) else {
            eprintln!("SKIPPED: {name} is in {charset}, which is not known");
            continue;
        };
        let (mst, xrf) = base(&corpus.join(name));
        let options = ReadOptions::new().charset(charset).deleted(Deleted::Include);
        let mut reader = SliceReader::from_slice(&mst, Some(&xrf), &options).unwrap();
        assert_eq!(reader.layout().shape, shape, "{name}: {:?}", reader.found());
        let expected: Vec<Value> = lines(&corpus.join(format!("{expected}.jsonl")));
        let mut record = Record::new();
        let mut errors = Vec::new();
        for expected in &expected {
            assert!(reader.read_record(&mut record).unwrap(), "{name}");
            assert_eq!(row(&record), expected_row(expected), "{name}");
            errors.extend(
                reader.diagnostics().iter().filter(|f| f.severity() > kartoteka::Severity::Note).cloned(),
            );
            let locked = reader.diagnostics().iter().any(|finding| finding.code == Code::RecordLocked);
            assert_eq!(locked, expected["locked"] == true, "{name}");
        }
        assert!(!reader.read_record(&mut record).unwrap(), "{name} has more");
        errors.extend(reader.diagnostics().iter().cloned());
        errors.retain(|finding| finding.code != Code::CharsetDoubtful);
        assert_eq!(errors, [], "{name}");
        for expected in expected.iter().rev() {
            let mfn = u32::try_from(expected["mfn"].as_u64().unwrap()).unwrap();
            assert!(reader.read_mfn(mfn, &mut record).unwrap());
            assert_eq!(row(&record), expected_row(expected), "{name}");
        }
    }
}

#[test]
fn all_versions_of_the_corpus_equal_their_expectation() {
    let Some(corpus) = corpus() else { return };
    let (mst, xrf) = base(&corpus.join("irbis64-freesoft/freesoft"));
    let options = ReadOptions::new().history(true);
    let mut reader = SliceReader::from_slice(&mst, Some(&xrf), &options).unwrap();
    let found: Vec<Value> = reader.records().map(|record| row(&record.unwrap())).collect();
    let expected: Vec<Value> =
        lines(&corpus.join("irbis64-freesoft/expected-history.jsonl")).iter().map(expected_row).collect();
    assert_eq!(found, expected);
}

#[test]
fn without_the_cross_reference_the_records_are_found_by_walking() {
    let Some(corpus) = corpus() else { return };
    for (name, expected, charset, shape) in BASES {
        let Some(charset) = Charset::from_name(charset) else { continue };
        let (mst, _) = base(&corpus.join(name));
        let options = ReadOptions::new().charset(charset).deleted(Deleted::Include);
        let mut reader = SliceReader::from_slice(&mst, None, &options).unwrap();
        assert_eq!(reader.layout().shape, shape);
        let found: Vec<Value> = reader.records().map(|record| row(&record.unwrap())).collect();
        let expected: Vec<Value> =
            lines(&corpus.join(format!("{expected}.jsonl"))).iter().map(expected_row).collect();
        let same = found.iter().filter(|row| expected.contains(row)).count();
        eprintln!("{name}: {} found, {same} of {} equal", found.len(), expected.len());
        if shape == Shape::Irbis64 {
            assert_eq!(found, expected, "{name}");
        } else {
            assert!(same * 100 >= expected.len() * 97 && found.len() <= expected.len() + 2, "{name}: {same}");
        }
    }
}

/// Fixtures and their layouts.
const FIXTURES: [(&str, &str); 5] = [
    ("irbis64", "IRBIS64"),
    ("isis18", "ISIS 18/6, little endian, shift 0"),
    ("isis20-big-endian", "ISIS 20/6, big endian, shift 1"),
    ("ffi22", "FFI 22/10, little endian, shift 2"),
    ("ffi24", "FFI 24/12, little endian, shift 3"),
];

fn as_lines(reader: &mut dyn RecordRead) -> Vec<Value> {
    let mut writer = ndjson::Writer::new(Vec::new(), &WriteOptions::new());
    kartoteka::copy(reader, &mut writer).unwrap();
    let text = String::from_utf8(writer.into_inner()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn fixtures_of_every_layout_equal_what_another_reader_reads() {
    for (name, layout) in FIXTURES {
        let path = Path::new("fixtures/isis").join(name).with_extension("mst");
        let expected = lines(&path.with_extension("expected.ndjson"));
        let options = ReadOptions::new().deleted(Deleted::Include);
        let mut reader = Reader::from_path(&path, &options).unwrap();
        assert_eq!(reader.layout().to_string(), layout, "{:?}", reader.found());
        assert_eq!(as_lines(&mut reader), expected, "{name}");
        let is_deleted = |row: &&Value| row["status"].as_u64().unwrap() & 1 == 1;
        for (which, want) in [(Deleted::Skip, false), (Deleted::Only, true)] {
            let mut reader = Reader::from_path(&path, &ReadOptions::new().deleted(which)).unwrap();
            let part: Vec<Value> = expected.iter().filter(|row| is_deleted(row) == want).cloned().collect();
            assert_eq!(as_lines(&mut reader), part, "{name}");
        }
        let mut reader = Reader::from_path(&path, &options.mfns([2..=2, 1..=1, 400..=u32::MAX])).unwrap();
        assert_eq!(as_lines(&mut reader), expected[..2], "{name}");
    }
}

#[test]
fn random_access_costs_two_reads() {
    let Some(corpus) = corpus() else { return };
    let folder = std::env::temp_dir().join(format!("kartoteka-reads-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    for (name, _, _, _) in BASES {
        let (mst, xrf) = base(&corpus.join(name));
        fs::write(folder.join("Base.MST"), &mst).unwrap();
        fs::write(folder.join("base.Xrf"), &xrf).unwrap();
        let mut reader = Reader::from_path(folder.join("Base.MST"), &ReadOptions::new()).unwrap();
        assert!(reader.has_cross_reference(), "found whatever its case");
        let mut record = Record::new();
        let last = reader.last_mfn().unwrap();
        for mfn in [1, last, last / 2, 2, last - 1] {
            let before = reader.reads();
            reader.read_mfn(mfn, &mut record).unwrap();
            assert!(reader.reads() - before <= 2, "{name} {mfn}");
        }
    }
    fs::remove_dir_all(&folder).unwrap();
}

/// Everything that comes out of a base: records by number, errors and findings counted.
struct Outcome {
    records: Vec<Value>,
    told: usize,
}

fn outcome(mst: &[u8], xrf: &[u8], history: bool) -> Option<Outcome> {
    let options = ReadOptions::new().deleted(Deleted::Include).history(history);
    let mut reader = SliceReader::from_slice(mst, Some(xrf), &options).ok()?;
    let mut outcome = Outcome { records: Vec::new(), told: 0 };
    let mut record = Record::new();
    for _ in 0..10_000 {
        let read = reader.read_record(&mut record);
        outcome.told += reader.diagnostics().len();
        for finding in reader.diagnostics() {
            let len = if finding.location.file.is_some() { xrf.len() } else { mst.len() };
            assert!(finding.location.byte <= len as u64 + 12, "{finding}");
        }
        match read {
            Ok(false) => return Some(outcome),
            Ok(true) => {
                let isis = record.header().isis.unwrap();
                let fields: Vec<Value> = record
                    .fields()
                    .map(|field| json!([field.tag().to_string(), field.raw_text().to_str_lossy()]))
                    .collect();
                outcome.records.push(json!([isis.mfn, isis.status, isis.version, fields]));
            }
            Err(error) => assert!(error.is_record(), "{error}"),
        }
    }
    panic!("no end");
}

/// Each byte of both files is changed, one at a time: nothing panics or loops, and what was not touched comes out, or
/// something is said.
#[test]
fn any_byte_may_be_wrong() {
    for (name, _) in FIXTURES {
        let path = Path::new("fixtures/isis").join(format!("tiny-{name}"));
        let (mst, xrf) = base(&path);
        let whole = outcome(&mst, &xrf, false).unwrap();
        let mut refused = 0;
        let files = [(0usize, mst.len()), (1, xrf.len().min(36))];
        for (file, len) in files {
            for at in 0..len {
                for flip in [0x01u8, 0x80, 0xFF] {
                    let (mut mst, mut xrf) = (mst.clone(), xrf.clone());
                    if file == 0 {
                        mst[at] ^= flip
                    } else {
                        xrf[at] ^= flip
                    }
                    if name == "irbis64" {
                        outcome(&mst, &xrf, true);
                    }
                    let Some(found) = outcome(&mst, &xrf, false) else {
                        refused += 1;
                        continue;
                    };
                    // Flags of a slot may change the status only.
                    let same = |one: &Value, two: &Value| {
                        one[0] == two[0] && one[3] == two[3] && (file == 1 || one == two)
                    };
                    let is_lost = |record: &&Value| !found.records.iter().any(|other| same(record, other));
                    let lost: Vec<&Value> = whole.records.iter().filter(is_lost).collect();
                    // The record with the byte may differ; all others are there, unless something was said.
                    assert!(
                        lost.len() <= usize::from(file == 0) || found.told > whole.told,
                        "{name}, file {file}, byte {at} ^ {flip:02X}: lost without a word: {lost:?}"
                    );
                    let others = lost.len().saturating_sub(1);
                    assert!(
                        others == 0,
                        "{name}, file {file}, byte {at} ^ {flip:02X}: {} lost: {lost:?}",
                        lost.len()
                    );
                }
            }
        }
        assert_eq!(refused, 0, "{name}");
    }
}

//! Master files: fixtures and real bases against what other programs read in them, and damage of every kind.
//!
//! Expectations of the fixtures are written by `fixtures/isis.py`, those of the corpus by the programs its README names.

#![cfg(all(feature = "json", feature = "cli", feature = "testing"))]

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

use kartoteka::isis::{Dictionary, Posting, Reader, Shape, SliceReader, Term, Variant, Writer};
use kartoteka::testing::{irbis_record, mutated};
use kartoteka::{
    Builder, Charset, Deleted, ReadOptions, Record, RecordRead, RecordSeek, RecordWrite, Syntax,
    WriteOptions, irbis_text, ndjson, rules,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn corpus() -> Option<PathBuf> {
    crate::common::corpus().map(|folder| folder.join("irbis"))
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

/// Base, expectation, and which layout it is. All are read without being told their character sets.
const BASES: [(&str, &str, Shape); 9] = [
    ("irbis64-istu/istu", "irbis64-istu/expected", Shape::Irbis64),
    ("irbis64-freesoft/freesoft", "irbis64-freesoft/expected", Shape::Irbis64),
    ("irbis32-ibis/ibis", "irbis32-ibis/expected", Shape::Isis18),
    ("isis-cds-dos/cds", "isis-cds-dos/expected", Shape::Isis18),
    ("isis-lilacs30/lilacs30", "isis-lilacs30/expected", Shape::Isis18),
    ("isis-cdsx-ffi/cds", "isis-cdsx-ffi/expected", Shape::Ffi24),
    ("isis-generated/le-isis18", "isis-generated/expected-le-isis18", Shape::Isis18),
    ("isis-generated/be-isis20", "isis-generated/expected-be-isis20", Shape::Isis20),
    ("isis-generated/le-ffi22", "isis-generated/expected-le-ffi22", Shape::Ffi22),
];

#[test]
fn every_base_of_the_corpus_equals_its_expectation() {
    let Some(corpus) = corpus() else { return };
    for (name, expected, shape) in BASES {
        let (mst, xrf) = base(&corpus.join(name));
        let options = ReadOptions::new().deleted(Deleted::Include);
        let mut reader = SliceReader::from_slice(&mst, Some(&xrf), &options).unwrap();
        assert_eq!(reader.variant().shape, shape, "{name}: {:?}", reader.found());
        let expected: Vec<Value> = lines(&corpus.join(format!("{expected}.jsonl")));
        let mut record = Record::new();
        let mut errors = Vec::new();
        for expected in &expected {
            assert!(reader.read_record(&mut record).unwrap(), "{name}");
            assert_eq!(row(&record), expected_row(expected), "{name}");
            errors.extend(
                reader.findings().iter().filter(|f| f.severity() > kartoteka::Severity::Note).cloned(),
            );
            let locked = reader.findings().iter().any(|finding| finding.rule == rules::RECORD_LOCKED);
            assert_eq!(locked, expected["locked"] == true, "{name}");
        }
        assert!(!reader.read_record(&mut record).unwrap(), "{name} has more");
        errors.extend(reader.findings().iter().cloned());
        errors.retain(|finding| finding.rule != rules::CHARSET_DOUBTFUL);
        assert_eq!(errors, [], "{name}");
        for expected in expected.iter().rev() {
            let mfn = u32::try_from(expected["mfn"].as_u64().unwrap()).unwrap();
            assert!(reader.read_mfn(mfn, &mut record).unwrap());
            assert_eq!(row(&record), expected_row(expected), "{name}");
        }
    }
}

/// What a census of a base of IRBIS32 tells, in which old copies are still marked as locked; and what speaks for the
/// character sets of the bases whose text is not UTF-8.
#[test]
fn what_is_known_of_a_base_as_a_whole() {
    let Some(corpus) = corpus() else { return };
    let (mst, xrf) = base(&corpus.join("irbis32-ibis/ibis"));
    let mut reader = SliceReader::from_slice(&mst, Some(&xrf), &ReadOptions::new()).unwrap();
    let census = reader.census().unwrap();
    assert_eq!((census.active, census.deleted, census.locked), (269, 0, 2), "{census:?}");
    assert!(census.copies > 800, "{census:?}");
    for (name, charset) in [
        ("irbis32-ibis/ibis", Charset::Windows1251),
        ("isis-lilacs30/lilacs30", Charset::Windows1252),
        ("isis-cdsx-ffi/cds", Charset::Cp850),
    ] {
        let (mst, xrf) = base(&corpus.join(name));
        let reader = SliceReader::from_slice(&mst, Some(&xrf), &ReadOptions::new()).unwrap();
        let (found, reason) = reader.charset();
        assert_eq!(found, charset, "{name}");
        assert_ne!(reason, kartoteka::charset::Reason::Format, "{name}: something speaks for it");
    }
}

/// Text that is not UTF-8 comes late in a base: the first records, by which its character set is guessed, are ASCII.
#[test]
fn a_record_speaks_for_itself_where_the_first_ones_say_nothing() {
    let text = "Преступление и наказание, роман в шести частях";
    let files = (Cursor::new(Vec::new()), Cursor::new(Vec::new()));
    let options = WriteOptions::new().charset(Charset::Windows1251);
    let mut writer = Writer::create(files.0, files.1, Variant::ISIS, &options).unwrap();
    for number in 0..1_100 {
        let text = if number < 1_099 { "Crime and punishment" } else { text };
        let record = Builder::new(Syntax::IRBIS).field("200", |field| field.subfield('A', text)).build();
        writer.write_record(record.unwrap().view()).unwrap();
    }
    writer.finish().unwrap();
    let (mst, xrf) = writer.into_inner();
    let mut reader =
        SliceReader::from_slice(mst.get_ref(), Some(xrf.get_ref()), &ReadOptions::new()).unwrap();
    let mut record = Record::new();
    assert!(reader.read_mfn(1_100, &mut record).unwrap());
    assert_eq!(record.charset(), Charset::Windows1251);
    assert_eq!(record.field(200).unwrap().subfield('a').unwrap().to_str().unwrap(), text);
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
    for (name, expected, shape) in BASES {
        let (mst, _) = base(&corpus.join(name));
        let options = ReadOptions::new().deleted(Deleted::Include);
        let mut reader = SliceReader::from_slice(&mst, None, &options).unwrap();
        assert_eq!(reader.variant().shape, shape);
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
    let _ = kartoteka::copy(reader, &mut writer).unwrap();
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
        assert_eq!(reader.variant().to_string(), layout, "{:?}", reader.found());
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

/// A file whose reads are counted.
struct Counted(Cursor<Vec<u8>>, Rc<Cell<u64>>);

impl Read for Counted {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.1.set(self.1.get() + 1);
        self.0.read(buf)
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

/// One read of the cross reference, one of the master file; counted by the files and by the reader.
#[test]
fn random_access_costs_two_reads() {
    let Some(corpus) = corpus() else { return };
    for (name, ..) in BASES {
        let (mst, xrf) = base(&corpus.join(name));
        let reads = Rc::new(Cell::new(0));
        let counted = |bytes| Counted(Cursor::new(bytes), Rc::clone(&reads));
        let mut reader = Reader::new(counted(mst), Some(counted(xrf)), &ReadOptions::new()).unwrap();
        let mut record = Record::new();
        let last = reader.last_mfn().unwrap();
        // Far from each other, so that none is in memory by chance, and all in a row.
        let far = (1..=last).map(|mfn| mfn * 97 % last + 1);
        for mfn in far.chain(1..=last) {
            let before = (reads.get(), reader.reads());
            assert!(reader.read_mfn(mfn, &mut record).unwrap(), "{name} {mfn}");
            assert!(reads.get() - before.0 <= 2, "{name} {mfn}: {} reads", reads.get() - before.0);
            assert_eq!(reads.get() - before.0, reader.reads() - before.1, "{name} {mfn}");
        }
    }
}

#[test]
fn companions_are_found_whatever_the_case_of_their_names() {
    let folder = std::env::temp_dir().join(format!("kartoteka-names-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let (mst, xrf) = base(Path::new("fixtures/isis/irbis64"));
    fs::write(folder.join("Base.MST"), &mst).unwrap();
    fs::write(folder.join("base.Xrf"), &xrf).unwrap();
    let mut reader = Reader::from_path(folder.join("Base.MST"), &ReadOptions::new()).unwrap();
    assert!(reader.has_cross_reference());
    assert!(reader.read_mfn(2, &mut Record::new()).unwrap());
    fs::remove_dir_all(&folder).unwrap();
}

/// Everything that comes out of a base: records by number with the bytes they take, errors and findings counted.
struct Outcome {
    records: Vec<(Value, Range<usize>)>,
    told: usize,
}

fn outcome(mst: &[u8], xrf: &[u8], history: bool) -> Option<Outcome> {
    let options = ReadOptions::new().deleted(Deleted::Include).history(history);
    let mut reader = SliceReader::from_slice(mst, Some(xrf), &options).ok()?;
    let mut outcome = Outcome { records: Vec::new(), told: 0 };
    let mut record = Record::new();
    for _ in 0..10_000 {
        let read = reader.read_record(&mut record);
        outcome.told += reader.findings().len();
        for finding in reader.findings() {
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
                let start = usize::try_from(reader.position().byte).unwrap();
                let bytes = start..start + reader.raw().len();
                outcome.records.push((json!([isis.mfn, isis.status, isis.version, fields]), bytes));
            }
            Err(error) => assert!(error.is_record(), "{error}"),
        }
    }
    panic!("no end");
}

/// Each byte of both files is changed in two ways, one at a time: nothing panics or loops; each record whose own bytes
/// in the master file are what they were comes out as it was, or, if its slot in the cross reference has the byte, that
/// is told.
#[test]
fn any_byte_may_be_wrong() {
    for (name, _) in FIXTURES {
        let path = Path::new("fixtures/isis").join(format!("tiny-{name}"));
        let (mst, xrf) = base(&path);
        let whole = outcome(&mst, &xrf, false).unwrap();
        assert!(whole.records.len() >= 3 && whole.told == 0, "{name}");
        let mut touched_some = 0;
        for (is_master, len) in [(true, mst.len()), (false, xrf.len())] {
            for (at, flip) in (0..len).flat_map(|at| [1u8 << (at % 8), 0xFF].map(|flip| (at, flip))) {
                let (mut mst, mut xrf) = (mst.clone(), xrf.clone());
                if is_master {
                    mst[at] ^= flip
                } else {
                    xrf[at] ^= flip
                }
                if name == "irbis64" {
                    outcome(&mst, &xrf, true);
                }
                let place =
                    format!("{name}, {}, byte {at} ^ {flip:02X}", if is_master { "mst" } else { "xrf" });
                let found = outcome(&mst, &xrf, false).unwrap_or_else(|| panic!("{place}: refused"));
                // Flags of a slot may change the status only.
                let same = |a: &Value, b: &Value| a[0] == b[0] && a[3] == b[3] && (!is_master || a == b);
                let is_lost =
                    |record: &&(Value, _)| !found.records.iter().any(|other| same(&record.0, &other.0));
                let is_own = |record: &&(Value, Range<usize>)| is_master && record.1.contains(&at);
                let lost: Vec<_> = whole.records.iter().filter(is_lost).collect();
                touched_some += whole.records.iter().filter(is_own).count();
                let others: Vec<_> = lost.iter().filter(|record| !is_own(record)).collect();
                assert!(others.is_empty() || !is_master, "{place}: lost: {others:?}");
                assert!(others.is_empty() || found.told > 0, "{place}: lost without a word: {others:?}");
                assert!(others.len() <= 1, "{place}: more than one lost: {others:?}");
            }
        }
        assert!(touched_some > 2 * 100, "{name}: most bytes belong to records");
    }
}

fn layouts() -> Vec<Variant> {
    let mut all = vec![Variant::IRBIS64];
    for shape in [Shape::Isis18, Shape::Isis20, Shape::Ffi22, Shape::Ffi24] {
        for big_endian in [false, true] {
            for shift in [0, 1, 3, 6] {
                all.push(Variant { shape, big_endian, shift });
            }
        }
    }
    all
}

type Files = (Vec<u8>, Vec<u8>);

fn written(layout: Variant, records: &[Record]) -> Files {
    let files = (Cursor::new(Vec::new()), Cursor::new(Vec::new()));
    let mut writer = Writer::create(files.0, files.1, layout, &WriteOptions::new()).unwrap();
    for record in records {
        writer.write_record(record.view()).unwrap();
    }
    writer.finish().unwrap();
    let (mst, xrf) = writer.into_inner();
    (mst.into_inner(), xrf.into_inner())
}

fn rows(files: &Files, options: &ReadOptions) -> Vec<Value> {
    let mut reader = SliceReader::from_slice(&files.0, Some(&files.1), options).unwrap();
    let mut rows = Vec::new();
    let mut record = Record::new();
    while reader.read_record(&mut record).unwrap() {
        assert_eq!(reader.findings(), [], "{}", reader.variant());
        rows.push(row(&record));
    }
    assert_eq!(reader.findings(), []);
    rows
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn random_bases_of_every_layout_are_read_back(records in proptest::collection::vec(irbis_record(), 1..24)) {
        for layout in layouts() {
            // Numbers as they come, each record once.
            let mut mfn = 0;
            let numbered: Vec<Record> = records
                .iter()
                .map(|record| {
                    mfn += 1 + record.fields().len() as u32 % 3;
                    let mut builder = Builder::new(Syntax::IRBIS).mfn(mfn);
                    for field in record.fields() {
                        let tag = field.tag().to_string();
                        builder = builder.field(&tag, |to| {
                            to.lead(&field.lead().to_str().unwrap());
                            for subfield in field.subfields() {
                                to.subfield(subfield.code(), &subfield.value().to_str().unwrap());
                            }
                            to
                        });
                    }
                    builder.build().unwrap()
                })
                .filter(|record| record.fields().len() > 0)
                .collect();
            if numbered.is_empty() {
                continue;
            }
            let files = written(layout, &numbered);
            let mut reader = SliceReader::from_slice(&files.0, Some(&files.1), &ReadOptions::new()).unwrap();
            prop_assert_eq!(reader.variant().shape, layout.shape);
            let mut record = Record::new();
            for before in &numbered {
                prop_assert!(reader.read_record(&mut record).unwrap());
                prop_assert_eq!(reader.findings(), []);
                let mut expected = row(before);
                expected["status"] = json!(if layout.is_irbis64() { 32 | 8 | 16 } else { 0 });
                expected["version"] = json!(u32::from(layout.is_irbis64()));
                prop_assert_eq!(row(&record), expected);
            }
            prop_assert!(!reader.read_record(&mut record).unwrap());
        }
    }
}

/// What is done to a record of a base.
#[derive(Debug, Clone)]
enum Act {
    Write(String),
    Delete,
    Undelete,
}

fn acts() -> impl Strategy<Value = Vec<(u32, Act)>> {
    let act = prop_oneof![
        3 => "[ -\\]a-яЁё]{0,40}".prop_map(Act::Write),
        1 => Just(Act::Delete),
        1 => Just(Act::Undelete),
    ];
    proptest::collection::vec((1u32..8, act), 1..40)
}

/// A version of a record: status and text.
type Version = (bool, String);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// A base that is written, added to, deleted from and opened again in between is what a map of versions is, in all
    /// layouts: what is current, what is deleted, and in IRBIS64 all that ever was.
    #[test]
    fn random_histories_are_read_back(acts in acts(), reopened_every in 1usize..12) {
        for layout in layouts() {
            let numbered = |mfn: u32, text: &str| {
                let builder = Builder::new(Syntax::IRBIS).mfn(mfn);
                builder.field("200", |to| to.lead("x").subfield('A', text)).build().unwrap()
            };
            // An empty base of CDS/ISIS does not show its layout, so there is a record from the start.
            let mut files = written(layout, &[numbered(8, "first")]);
            let mut model: BTreeMap<u32, Vec<Version>> = BTreeMap::new();
            model.insert(8, vec![(false, "first".to_owned())]);
            for part in acts.chunks(reopened_every) {
                let (mst, xrf) = files;
                let mut writer =
                    Writer::append(Cursor::new(mst), Cursor::new(xrf), &WriteOptions::new()).unwrap();
                for (mfn, act) in part {
                    let versions = model.entry(*mfn).or_default();
                    let last = versions.last().cloned();
                    match act {
                        Act::Write(text) => {
                            writer.write_record(numbered(*mfn, text).view()).unwrap();
                            versions.push((false, text.clone()));
                        }
                        Act::Delete => {
                            let is_there = last.as_ref().is_some_and(|(is_deleted, _)| !is_deleted);
                            prop_assert_eq!(writer.delete(*mfn).unwrap(), is_there);
                            versions.extend(last.filter(|_| is_there).map(|(_, text)| (true, text)));
                        }
                        Act::Undelete => {
                            let is_there = last.as_ref().is_some_and(|(is_deleted, _)| *is_deleted);
                            prop_assert_eq!(writer.undelete(*mfn).unwrap(), is_there);
                            versions.extend(last.filter(|_| is_there).map(|(_, text)| (false, text)));
                        }
                    }
                }
                writer.finish().unwrap();
                let (mst, xrf) = writer.into_inner();
                files = (mst.into_inner(), xrf.into_inner());
            }
            model.retain(|_, versions| !versions.is_empty());
            let texts = |options: &ReadOptions| -> Vec<(u64, u64, String)> {
                let row = |row: &Value| {
                    let text = row["fields"][0]["value"].as_str().unwrap()[3..].to_owned();
                    (row["mfn"].as_u64().unwrap(), row["version"].as_u64().unwrap(), text)
                };
                rows(&files, options).iter().map(row).collect()
            };
            let current = |want: fn(bool) -> bool| -> Vec<(u64, u64, String)> {
                let last = |(mfn, versions): (&u32, &Vec<Version>)| {
                    let (is_deleted, text) = versions.last().unwrap();
                    let version = if layout.is_irbis64() { versions.len() } else { 0 };
                    want(*is_deleted).then(|| (u64::from(*mfn), version as u64, text.clone()))
                };
                model.iter().filter_map(last).collect()
            };
            let options = ReadOptions::new();
            prop_assert_eq!(texts(&options), current(|is_deleted| !is_deleted), "{}", layout);
            prop_assert_eq!(texts(&options.clone().deleted(Deleted::Only)), current(|is_deleted| is_deleted));
            prop_assert_eq!(texts(&options.clone().deleted(Deleted::Include)), current(|_| true));
            if layout.is_irbis64() {
                let all: Vec<_> = model
                    .iter()
                    .flat_map(|(mfn, versions)| {
                        let version = |(at, (_, text)): (usize, &Version)| {
                            (u64::from(*mfn), at as u64 + 1, text.clone())
                        };
                        versions.iter().enumerate().map(version).collect::<Vec<_>>()
                    })
                    .collect();
                prop_assert_eq!(texts(&options.deleted(Deleted::Include).history(true)), all);
            }
        }
    }
}

/// Every base of the corpus, written in its own layout and read again, is the same record for record, versions and all.
#[test]
fn every_base_of_the_corpus_is_written_back() {
    let Some(corpus) = corpus() else { return };
    for (name, ..) in BASES {
        let (mst, xrf) = base(&corpus.join(name));
        let options = ReadOptions::new().deleted(Deleted::Include).history(true);
        let mut reader = SliceReader::from_slice(&mst, Some(&xrf), &options).unwrap();
        let mut records = Vec::new();
        let mut record = Record::new();
        while reader.read_record(&mut record).unwrap() {
            records.push(record.clone());
        }
        let files = written(reader.variant(), &records);
        let mut again = SliceReader::from_slice(&files.0, Some(&files.1), &options).unwrap();
        assert_eq!(again.variant(), reader.variant(), "{name}");
        for before in &records {
            assert!(again.read_record(&mut record).unwrap());
            let raw = |record: &Record| -> Vec<_> {
                record.fields().map(|field| (field.tag(), field.raw().to_vec())).collect()
            };
            assert_eq!(raw(&record), raw(before), "{name}");
            let header =
                |record: &Record| record.header().isis.map(|isis| (isis.mfn, isis.status, isis.version));
            assert_eq!(header(&record), header(before), "{name}");
        }
        assert!(!again.read_record(&mut record).unwrap());
    }
}

/// What we write, the reader in `fixtures/isis.py` reads the same. It was made from the description of the format, and
/// agrees on the bases of the corpus with the programs that made their expectations.
#[test]
fn another_reader_reads_what_we_write() {
    if Command::new("python3").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "no python3, and CI must not skip it");
        eprintln!("SKIPPED: no python3");
        return;
    }
    let folder = std::env::temp_dir().join(format!("kartoteka-other-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let mut reader = Reader::from_path("fixtures/isis/irbis64.mst", &ReadOptions::new()).unwrap();
    let records: Vec<Record> = reader.records().map(Result::unwrap).collect();
    for layout in layouts() {
        let (mst, xrf) = written(layout, &records);
        fs::write(folder.join("base.mst"), &mst).unwrap();
        fs::write(folder.join("base.xrf"), &xrf).unwrap();
        let mut program = Command::new("python3");
        let output =
            program.args(["fixtures/isis.py", "read"]).arg(folder.join("base.mst")).output().unwrap();
        assert!(output.status.success(), "{layout}: {}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        let found: Vec<Value> =
            text.lines().map(|line| expected_row(&serde_json::from_str::<Value>(line).unwrap())).collect();
        assert_eq!(found, rows(&(mst, xrf), &ReadOptions::new()), "{layout}");
    }
    fs::remove_dir_all(&folder).unwrap();
}

/// ioisis 0.4.0 by Danilo Bellini, a program that has nothing of ours, reads what we write in all layouts of CDS/ISIS: all
/// fields in their order, and which records are deleted. `KARTOTEKA_IOISIS` names it; `.ci/run` installs it.
#[test]
fn ioisis_reads_what_we_write() {
    let Some(program) = std::env::var_os("KARTOTEKA_IOISIS") else {
        eprintln!("SKIPPED: KARTOTEKA_IOISIS does not name the program");
        return;
    };
    let folder = std::env::temp_dir().join(format!("kartoteka-ioisis-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let mut reader = Reader::from_path("fixtures/isis/irbis64.mst", &ReadOptions::new()).unwrap();
    let records: Vec<Record> = reader.records().map(Result::unwrap).collect();
    for layout in layouts().into_iter().filter(|layout| !layout.is_irbis64()) {
        let files = written(layout, &records);
        let (mst, xrf) = (Cursor::new(files.0), Cursor::new(files.1));
        let mut writer = Writer::append(mst, xrf, &WriteOptions::new()).unwrap();
        assert!(writer.delete(2).unwrap());
        writer.finish().unwrap();
        let (mst, xrf) = writer.into_inner();
        let files = (mst.into_inner(), xrf.into_inner());
        let path = folder.join("base.mst");
        fs::write(&path, &files.0).unwrap();
        let shape = match layout.shape {
            Shape::Isis18 => ["--isis", "--packed"],
            Shape::Isis20 => ["--isis", "--unpacked"],
            Shape::Ffi22 => ["--ffi", "--packed"],
            _ => ["--ffi", "--unpacked"],
        };
        let order = if layout.big_endian { "--be" } else { "--le" };
        for (which, deleted) in [("--all", Deleted::Include), ("--only-active", Deleted::Skip)] {
            let output = Command::new(&program)
                .args(["mst2jsonl", order, which, "--menc", "utf-8", "--mode", "tidy"])
                .args(shape)
                .args([&path, Path::new("-")])
                .output()
                .unwrap();
            assert!(output.status.success(), "{layout}: {}", String::from_utf8_lossy(&output.stderr));
            // A row for each field.
            let text = String::from_utf8(output.stdout).unwrap();
            let field = |line| {
                let row: Value = serde_json::from_str(line).unwrap();
                let tag: u32 = row["tag"].as_str().unwrap().parse().unwrap();
                json!([row["mfn"], tag, row["data"]])
            };
            let found: Vec<Value> = text.lines().map(field).collect();
            let ours = rows(&files, &ReadOptions::new().deleted(deleted));
            let expected: Vec<Value> = ours
                .iter()
                .flat_map(|row| {
                    let fields = row["fields"].as_array().unwrap();
                    fields.iter().map(|field| json!([row["mfn"], field["tag"], field["value"]]))
                })
                .collect();
            assert_eq!(found, expected, "{layout}");
            assert!(expected.len() > 30);
        }
    }
    fs::remove_dir_all(&folder).unwrap();
}

/// Codes match whatever their case, those of other scripts too; each keeps the spelling that it has in the base.
#[test]
fn codes_are_caseless_and_keep_their_spelling() {
    let text = "head^Aone^atwo^Стри^)four^Afive^";
    let line = format!("#200: {text}\r\n*****\r\n");
    let mut reader = irbis_text::SliceReader::new(line.as_bytes(), &ReadOptions::new());
    let (mst, xrf) = written(Variant::IRBIS64, &[reader.records().next().unwrap().unwrap()]);
    let mut reader = SliceReader::from_slice(&mst, Some(&xrf), &ReadOptions::new()).unwrap();
    let mut record = Record::new();
    assert!(reader.read_record(&mut record).unwrap());
    let field = record.field(200).unwrap();
    let values = |code| field.subfields_with(code).map(|value| value.to_string()).collect::<Vec<_>>();
    assert_eq!((values('a'), values('A')), (values('A'), ["one", "two", "five"].map(str::to_owned).to_vec()));
    assert_eq!((values('с'), values('С')), (vec!["три".to_owned()], vec!["три".to_owned()]));
    let codes: String = field.subfields().map(|subfield| subfield.code()).collect();
    assert_eq!(codes, "AaС)A", "as they are spelled");
    assert_eq!(row(&record)["fields"][0]["value"], text);
}

/// A file of any length of which only what was written takes memory; the rest is zeros.
#[derive(Debug, Default, Clone)]
struct Sparse {
    pages: BTreeMap<u64, Vec<u8>>,
    len: u64,
    at: u64,
}

impl Sparse {
    const PAGE: u64 = 4096;

    fn new(bytes: &[u8]) -> Sparse {
        let mut file = Sparse::default();
        file.write_all(bytes).unwrap();
        file
    }

    /// Where in which page the file stands, and how much of `len` bytes lies in it.
    fn place(&self, len: usize) -> (u64, usize, usize) {
        let within = usize::try_from(self.at % Sparse::PAGE).unwrap();
        (self.at / Sparse::PAGE, within, len.min(Sparse::PAGE as usize - within))
    }
}

impl Read for Sparse {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let there = usize::try_from(self.len.saturating_sub(self.at)).unwrap();
        let (page, within, len) = self.place(buf.len().min(there));
        match self.pages.get(&page) {
            Some(page) => buf[..len].copy_from_slice(&page[within..within + len]),
            None => buf[..len].fill(0),
        }
        self.at += len as u64;
        Ok(len)
    }
}

impl Write for Sparse {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let (page, within, len) = self.place(buf.len());
        let page = self.pages.entry(page).or_insert_with(|| vec![0; Sparse::PAGE as usize]);
        page[within..within + len].copy_from_slice(&buf[..len]);
        self.at += len as u64;
        self.len = self.len.max(self.at);
        Ok(len)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Sparse {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::End(by) => self.len.checked_add_signed(by).unwrap(),
            SeekFrom::Current(by) => self.at.checked_add_signed(by).unwrap(),
        };
        Ok(self.at)
    }
}

/// A base whose free space begins at five gigabytes is added to, and read: by number, in order, and with its versions.
#[test]
fn offsets_beyond_four_gigabytes() {
    let record = |mfn: u32, text: &str| {
        let builder = Builder::new(Syntax::IRBIS).mfn(mfn);
        builder.field("200", |field| field.subfield('A', text)).build().unwrap()
    };
    let free = 5u64 << 30;
    for layout in [Variant::IRBIS64, Variant { shape: Shape::Ffi22, big_endian: false, shift: 6 }] {
        let (mut mst, xrf) = written(layout, &[record(1, "one"), record(2, "two")]);
        if layout.is_irbis64() {
            mst[8..12].copy_from_slice(&(free as u32).to_be_bytes());
            mst[12..16].copy_from_slice(&((free >> 32) as u32).to_be_bytes());
        } else {
            mst[8..12].copy_from_slice(&u32::try_from(free / 512 + 1).unwrap().to_le_bytes());
            mst[12..14].copy_from_slice(&1u16.to_le_bytes());
        }
        let mut mst = Sparse::new(&mst);
        mst.len = free;
        let mut writer = Writer::append(mst, Sparse::new(&xrf), &WriteOptions::new()).unwrap();
        writer.write_record(record(1, "one again").view()).unwrap();
        writer.write_record(record(3, "three").view()).unwrap();
        writer.finish().unwrap();
        let (mst, xrf) = writer.into_inner();
        assert!(mst.len > free && mst.pages.len() < 10, "{layout}");
        if layout.is_irbis64() {
            // The low word comes first: five gigabytes are 4000_0000 and 1.
            assert_eq!(xrf.pages[&0][..8], [0x40, 0, 0, 0, 0, 0, 0, 1]);
        }
        let mut reader = Reader::new(mst.clone(), Some(xrf.clone()), &ReadOptions::new()).unwrap();
        let mut found = Record::new();
        for (mfn, text, is_far) in [(3, "three", true), (2, "two", false), (1, "one again", true)] {
            assert!(reader.read_mfn(mfn, &mut found).unwrap());
            assert_eq!(reader.findings(), [], "{layout}");
            assert_eq!(row(&found)["fields"][0]["value"], format!("^A{text}"));
            assert_eq!(reader.position().byte >= free, is_far, "{layout}");
        }
        let options = ReadOptions::new().history(true);
        let mut reader = Reader::new(mst, Some(xrf), &options).unwrap();
        let texts: Vec<Value> =
            reader.records().map(|record| row(&record.unwrap())["fields"][0]["value"].clone()).collect();
        match layout.is_irbis64() {
            true => assert_eq!(texts, ["^Aone", "^Aone again", "^Atwo", "^Athree"]),
            false => assert_eq!(texts, ["^Aone again", "^Atwo", "^Athree"]),
        }
    }
}

#[test]
fn adding_to_a_base_keeps_all_versions() {
    for layout in
        [Variant::IRBIS64, Variant::ISIS, Variant { shape: Shape::Ffi24, big_endian: true, shift: 3 }]
    {
        let record = |mfn: u32, text: &str| {
            Builder::new(Syntax::IRBIS)
                .mfn(mfn)
                .field("200", |field| field.subfield('A', text))
                .build()
                .unwrap()
        };
        let (mst, xrf) = written(layout, &[record(1, "one"), record(2, "two")]);
        let files = (Cursor::new(mst), Cursor::new(xrf));
        let mut writer = Writer::append(files.0, files.1, &WriteOptions::new()).unwrap();
        writer.write_record(record(1, "one again").view()).unwrap();
        writer.write_record(record(0, "three").view()).unwrap();
        assert!(writer.delete(2).unwrap() && !writer.delete(2).unwrap() && !writer.delete(9).unwrap());
        assert!(writer.delete(3).unwrap() && writer.undelete(3).unwrap());
        writer.finish().unwrap();
        let (mst, xrf) = writer.into_inner();
        let files = (mst.into_inner(), xrf.into_inner());
        let brief = |options: ReadOptions| -> Vec<(u64, u64, String)> {
            rows(&files, &options)
                .iter()
                .map(|row| {
                    let text = row["fields"][0]["value"].as_str().unwrap().to_owned();
                    (row["mfn"].as_u64().unwrap(), row["version"].as_u64().unwrap(), text)
                })
                .collect()
        };
        let text = |mfn, version, text: &str| (mfn, version, format!("^A{text}"));
        if layout.is_irbis64() {
            let all = ReadOptions::new().history(true).deleted(Deleted::Include);
            let versions = [
                text(1, 1, "one"),
                text(1, 2, "one again"),
                text(2, 1, "two"),
                text(2, 2, "two"),
                text(3, 1, "three"),
                text(3, 2, "three"),
                text(3, 3, "three"),
            ];
            assert_eq!(brief(all), versions);
            assert_eq!(brief(ReadOptions::new()), [text(1, 2, "one again"), text(3, 3, "three")]);
        } else {
            assert_eq!(brief(ReadOptions::new()), [text(1, 0, "one again"), text(3, 0, "three")]);
        }
        let only = ReadOptions::new().deleted(Deleted::Only);
        assert_eq!(brief(only).iter().map(|row| row.0).collect::<Vec<_>>(), [2]);
    }
}

#[test]
fn terms_of_the_corpus_equal_their_expectation() {
    let Some(corpus) = corpus() else { return };
    for (name, expected) in [
        ("irbis64-istu/istu", "irbis64-istu/expected-terms.jsonl"),
        ("irbis64-freesoft/freesoft", "irbis64-freesoft/expected-terms.jsonl"),
    ] {
        let file = |end| bytes(&corpus.join(name).with_extension(end));
        let (n01, l01, ifp) = (file("n01"), file("l01"), file("ifp"));
        let mut dictionary = Dictionary::from_slices(&n01, &l01, &ifp).unwrap();
        let expected = lines(&corpus.join(expected));
        let postings = |dictionary: &mut Dictionary<_>, term: &Term| -> Value {
            let mut found = Vec::new();
            let tell = |it: Posting| found.push([it.mfn, it.tag, it.occurrence, it.position]);
            dictionary.postings(term, tell).unwrap();
            assert_eq!(dictionary.findings(), [], "{}", term.text());
            json!(found)
        };
        for expected in &expected {
            let term = dictionary.read_term().unwrap().unwrap();
            assert_eq!(dictionary.findings(), []);
            assert_eq!(term.text(), expected["term"].as_str().unwrap());
            assert_eq!(postings(&mut dictionary, &term), expected["postings"]);
        }
        assert!(dictionary.read_term().unwrap().is_none());
        for expected in expected.iter().step_by(97) {
            let term = dictionary.find(expected["term"].as_str().unwrap()).unwrap().unwrap();
            assert_eq!(postings(&mut dictionary, &term), expected["postings"]);
            assert!(dictionary.find(&format!("{}\u{1}", term.text())).unwrap().is_none());
        }
        let with_prefix =
            expected.iter().filter(|row| row["term"].as_str().unwrap().starts_with("K=")).count();
        dictionary.seek("K=").unwrap();
        let mut found = 0;
        while dictionary.read_term().unwrap().is_some_and(|term| term.key().starts_with(b"K=")) {
            found += 1;
        }
        assert_eq!(found, with_prefix, "{name}");
    }
}

/// A base as the invariants take it: length of the cross reference, cross reference, master file.
fn packed((mst, xrf): Files) -> Vec<u8> {
    let len = u16::try_from(xrf.len()).unwrap().to_le_bytes();
    [&len[..], &xrf, &mst].concat()
}

/// A dictionary as the invariants take it.
fn packed_dictionary(path: &Path) -> Vec<u8> {
    let file = |end| fs::read(path.with_extension(end)).unwrap();
    let (n01, l01, ifp) = (file("n01"), file("l01"), file("ifp"));
    let len = |bytes: &[u8]| u16::try_from(bytes.len() / 16).unwrap().to_le_bytes();
    [&len(&n01)[..], &len(&l01), &n01, &l01, &ifp].concat()
}

fn damaged_base() -> impl Strategy<Value = Vec<u8>> {
    let names: Vec<String> = FIXTURES.iter().map(|(name, _)| format!("tiny-{name}")).collect();
    let whole =
        proptest::sample::select(names).prop_map(|name| packed(base(&Path::new("fixtures/isis").join(name))));
    whole.prop_flat_map(|data| mutated(data, b"\0\x01\x02\x08\x20\x80\xFF"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_must_hold_holds_for_damaged_bases(data in damaged_base()) {
        kartoteka::testing::mst(&data);
    }

    #[test]
    fn and_for_any_cross_reference(data in proptest::collection::vec(any::<u8>(), 0..64)) {
        kartoteka::testing::xrf(&data);
    }

    #[test]
    fn and_for_damaged_dictionaries(data in mutated(
        packed_dictionary(Path::new("fixtures/isis/irbis64.mst")), b"\0\x01\xFF",
    )) {
        kartoteka::testing::ifp(&data);
    }

    #[test]
    fn and_for_damaged_forms_of_the_server(data in mutated(
        b"7#32\x1F\x1E0#2\x1F\x1E920#PAZK\x1F\x1E\r\n7#0\x1F7#32\x1F0#2\x1F920#P\x1F&&&&&x\r\n7#32\r\n0#2\r\n920#PAZK\r\n#\r\n0\r\n".to_vec(),
        b"#\x1E\x1F\r\n0&",
    )) {
        kartoteka::testing::irbis_server(&data);
    }

    #[test]
    fn and_for_damaged_id_files(data in mutated(
        b"!ID 000001\n!v024!^aTechniques\n!v044!x\n!ID 000002\n!v024!^aMore\n".to_vec(), b"!IDv \n\r",
    )) {
        kartoteka::testing::cisis_id(&data);
    }
}

#[test]
fn entries_of_a_master_file_that_share_bytes_are_told_and_bounded() {
    let long = "x".repeat(20_000);
    let mut builder = kartoteka::Builder::new(kartoteka::Syntax::IRBIS);
    for number in 0..400 {
        builder = builder.field("910", |field| field.subfield('A', if number == 0 { &long } else { "y" }));
    }
    let record = builder.build().unwrap();
    let files = (std::io::Cursor::new(Vec::new()), std::io::Cursor::new(Vec::new()));
    let variant = kartoteka::isis::Variant::IRBIS64;
    let mut writer =
        kartoteka::isis::Writer::create(files.0, files.1, variant, &kartoteka::WriteOptions::new()).unwrap();
    kartoteka::RecordWrite::write_record(&mut writer, record.view()).unwrap();
    kartoteka::RecordWrite::finish(&mut writer).unwrap();
    let (mst, xrf) = writer.into_inner();
    let (mut mst, xrf) = (mst.into_inner(), xrf.into_inner());
    // Control record of 36 bytes, leader of 32, entries of tag, start and length.
    let first = 36 + 32;
    let entry = mst[first..first + 12].to_vec();
    assert_eq!(entry[..4], 910u32.to_be_bytes());
    {
        for index in 1..400 {
            mst[first + 12 * index..][..12].copy_from_slice(&entry);
        }
        let options = kartoteka::ReadOptions::new();
        let mut reader = kartoteka::isis::SliceReader::from_slice(&mst, Some(&xrf), &options).unwrap();
        let mut record = kartoteka::Record::new();
        assert!(kartoteka::RecordRead::read_record(&mut reader, &mut record).unwrap());
        let made: usize = record.fields().map(|field| field.raw().len()).sum();
        assert!(made <= 8 * mst.len(), "{made} bytes from {}", mst.len());
        let rules: Vec<_> =
            kartoteka::RecordRead::findings(&reader).iter().map(|finding| finding.rule).collect();
        assert!(rules.contains(&kartoteka::rules::DIRECTORY_OVERLAP), "{rules:?}");
        assert!(rules.contains(&kartoteka::rules::LIMIT_REACHED), "{rules:?}");
    }
}

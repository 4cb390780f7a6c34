//! Fifty records, one of them damaged in some forty ways, as the first, in the middle, or the last: no other record is
//! lost or changed, in any form.

mod base;
mod iso2709;
mod json;
mod lines;
mod mab2;
mod xml;

use kartoteka::{Format, ReadOptions, Record, RecordRead, reader};

const RECORDS: usize = 50;
const WORDS: [&str; 6] = ["Harbours", "of the", "north and", "their lamps", "in winter", "until noon"];

/// Returns some words, which differ from record to record.
fn words(number: usize, count: usize) -> String {
    (0..count).map(|at| WORDS[(at + number) % WORDS.len()]).collect::<Vec<_>>().join(" ")
}

fn id(number: usize) -> String {
    format!("lamp{number:04}")
}

/// Tag and value of the fields of a record: of 001 all, of others `$a`.
fn fields(number: usize) -> Vec<(&'static str, String)> {
    let mut fields = vec![("001", id(number)), ("100", format!("Keeper {number}"))];
    fields.push(("245", words(number, 3 + number % 7)));
    fields.push(("300", format!("{} p.", 90 + number)));
    for note in 0..number % 4 {
        fields.push(("500", words(number, 2 + note)));
    }
    fields.push(("650", "Lighthouses".to_owned()));
    fields
}

/// A form in which there are records.
struct Form<R> {
    name: &'static str,
    format: Format,
    head: &'static str,
    between: &'static str,
    tail: &'static str,
    record: fn(usize) -> R,
    /// Writes a record as it is in a file.
    bytes: fn(&R) -> Vec<u8>,
}

/// A way to damage a record.
struct Way<R> {
    name: &'static str,
    /// The number of records that there may be beside the sound ones.
    most: usize,
    harm: fn(&R) -> Option<Vec<u8>>,
}

const fn way<R>(name: &'static str, harm: fn(&R) -> Option<Vec<u8>>) -> Way<R> {
    Way { name, most: 1, harm }
}

/// Damage that may make two records of one.
const fn splits<R>(name: &'static str, harm: fn(&R) -> Option<Vec<u8>>) -> Way<R> {
    Way { name, most: 2, harm }
}

fn read(format: Format, data: &[u8]) -> Vec<Record> {
    let mut reader = reader(data, Some(format), &ReadOptions::new()).unwrap();
    let mut found = Vec::new();
    for record in reader.records() {
        match record {
            Ok(record) => found.push(record),
            Err(error) => assert!(error.is_record(), "{error}"),
        }
    }
    found
}

/// Says how sound records were lost or changed, if they were.
fn harm(sound: &[Record], damaged: usize, found: &[Record], most: usize) -> Option<String> {
    let mut rest = found.iter();
    for (number, record) in sound.iter().enumerate().filter(|(number, _)| *number != damaged) {
        if !rest.any(|found| found == record) {
            let near = found.iter().find(|found| {
                found.view().control_number().map(|id| id.to_str_lossy().into_owned())
                    == record.view().control_number().map(|id| id.to_str_lossy().into_owned())
            });
            let text = format!("record {number} is lost or changed; {} were read", found.len());
            return Some(match std::env::var_os("SHOW_RECORDS") {
                Some(_) => format!("{text}\n{record:?}\n{near:?}"),
                None => text,
            });
        }
    }
    (found.len() >= RECORDS + most).then(|| format!("{} records were read", found.len()))
}

/// Damages a record of each form in each way. Returns the number of cases, and what was wrong.
fn try_all<R>(forms: &[Form<R>], ways: &[Way<R>]) -> (usize, Vec<String>) {
    let (mut cases, mut failures) = (0, Vec::new());
    for form in forms {
        let records: Vec<R> = (0..RECORDS).map(form.record).collect();
        let file = |damaged: Option<(usize, &[u8])>| {
            let bytes = records.iter().enumerate().map(|(number, record)| match damaged {
                Some((at, bytes)) if at == number => bytes.to_vec(),
                _ => (form.bytes)(record),
            });
            let bytes = bytes.collect::<Vec<_>>().join(form.between.as_bytes());
            [form.head.as_bytes(), &bytes, form.tail.as_bytes()].concat()
        };
        let sound = read(form.format, &file(None));
        assert_eq!(sound.len(), RECORDS, "{}", form.name);
        for (number, record) in sound.iter().enumerate() {
            assert_sound(form.name, number, record);
        }
        for way in ways {
            for damaged in [0, 1, 25, RECORDS - 1] {
                let Some(bytes) = (way.harm)(&records[damaged]) else { continue };
                cases += 1;
                let found = read(form.format, &file(Some((damaged, &bytes))));
                if let Some(harm) = harm(&sound, damaged, &found, way.most) {
                    failures.push(format!("{}, record {damaged}, {}: {harm}", form.name, way.name));
                }
            }
        }
    }
    (cases, failures)
}

/// Checks that a record without damage has the fields that it was written with.
fn assert_sound(name: &str, number: usize, record: &Record) {
    let found: Vec<(String, String)> = record
        .fields()
        .filter(|field| field.tag().to_string() != "920")
        .map(|field| {
            let text = if field.subfields().next().is_some() {
                field.subfield('a').unwrap().to_str_lossy().into_owned()
            } else {
                field.lead().to_str_lossy().into_owned()
            };
            (format!("{:0>3}", field.tag().to_string()), text)
        })
        .collect();
    let expected: Vec<_> = fields(number).into_iter().map(|(tag, text)| (tag.to_owned(), text)).collect();
    assert_eq!(found, expected, "{name}, record {number}");
}

fn assert_none_harmed((cases, failures): (usize, Vec<String>), at_least: usize) {
    eprintln!("{cases} cases");
    assert!(failures.is_empty(), "{} of {cases} cases:\n{}", failures.len(), failures.join("\n"));
    assert!(cases >= at_least, "only {cases} cases");
}

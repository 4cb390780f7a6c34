//! Real files in every character set: what is read in them, and what is said of those that lie.
//!
//! See `tests/corpus.rs` for where the corpus is looked for.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::path::{Path, PathBuf};

use kartoteka::{
    Charset, Code, Normalization, Policy, ReadOptions, Record, RecordRead, Text, WriteOptions, iso2709,
};
use serde_json::Value;

fn corpus() -> Option<PathBuf> {
    let named = std::env::var_os("KARTOTEKA_CORPUS").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"));
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("CI").is_none(), "no corpus at {}, and CI must not skip it", folder.display());
    eprintln!("SKIPPED: no corpus at {}; set KARTOTEKA_CORPUS", folder.display());
    None
}

fn nfc(text: &str) -> String {
    Normalization::Nfc.apply(text).into_owned()
}

/// All values of a record, in order, in NFC: what does not decode is U+FFFD.
fn values(record: &Record) -> Vec<String> {
    let text = |text: Text<'_>| nfc(&text.to_str_lossy());
    let mut out = Vec::new();
    for field in record.fields() {
        match field.is_control() {
            true => out.push(text(field.lead())),
            false => out.extend(field.subfields().map(|subfield| text(subfield.value()))),
        }
    }
    out
}

/// The same of an expected record in MARC-in-JSON.
fn values_of_json(record: &Value) -> Vec<String> {
    let mut out = Vec::new();
    for field in record["fields"].as_array().unwrap() {
        let content = field.as_object().unwrap().values().next().unwrap();
        match content.as_str() {
            Some(data) => out.push(nfc(data)),
            None => out.extend(content["subfields"].as_array().unwrap().iter().map(|subfield| {
                nfc(subfield.as_object().unwrap().values().next().unwrap().as_str().unwrap())
            })),
        }
    }
    out
}

fn read(data: &[u8], charset: Charset) -> Vec<(Record, Vec<Code>)> {
    let mut reader = iso2709::SliceReader::new(data, &ReadOptions::new().charset(charset));
    let mut record = Record::new();
    let mut all = Vec::new();
    while reader.read_record(&mut record).unwrap() {
        all.push((record.clone(), reader.diagnostics().iter().map(|finding| finding.code).collect()));
    }
    all
}

#[test]
fn well_formed_files_in_every_set_equal_their_expectation() {
    let Some(corpus) = corpus() else { return };
    let index = fs::read_to_string(corpus.join("marc/expected/WF-INDEX.tsv")).unwrap();
    let (mut compared, mut wrong) = (0, Vec::new());
    for line in index.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<_> = line.split('\t').collect();
        let (name, charset) = (columns[0], columns[1]);
        if charset.starts_with("utf") {
            continue; // tests/corpus.rs
        }
        let data = fs::read(corpus.join("marc").join(name)).unwrap();
        let expected = fs::read_to_string(corpus.join(format!("marc/expected/{name}.jsonl"))).unwrap();
        let records = read(&data, Charset::Auto);
        for (number, ((record, _), expected)) in records.iter().zip(expected.lines()).enumerate() {
            // References are characters to us; those programs keep them as text.
            let expected: Value = serde_json::from_str(&expected.replace("&#xFFFD;", "\u{FFFD}")).unwrap();
            if expected.get("disputed").is_some() {
                continue;
            }
            let (ours, theirs) = (values(record), values_of_json(&expected));
            for (ours, theirs) in ours.iter().zip(&theirs).filter(|(ours, theirs)| ours != theirs) {
                wrong.push(format!("{name}, record {}, {}: {ours:?} is not {theirs:?}", number + 1, record.charset()));
            }
            if ours.len() != theirs.len() {
                wrong.push(format!("{name}, record {}: {} values, not {}", number + 1, ours.len(), theirs.len()));
            }
            compared += 1;
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared > 200, "{compared}");
}
#[test]
fn print_bad() {
    let Some(corpus) = corpus() else { return };
    for name in ["wf/legacy-charset/cp866_unimarc.marc","wf/danmarc-ind3/marc1.marc","wf/danmarc-charset/marc10.marc","wf/unimarc/short.bnr.1993.mrc",
      "bad/charset-lie/bib-one.mrc","bad/charset-lie/marc-8.sample.mrc","bad/charset-lie/marc8_accented_chars.marc","bad/charset-lie/utf8_without_leader_flag.dat",
      "bad/bad-utf8/e301_invalid_utf8_in_subfield.bin","bad/bad-utf8/utf8_errors.dat","bad/bad-utf8/utf8_invalid.mrc",
      "bad/bad-marc8/bad_eacc_encoding.dat","bad/bad-marc8/bad_marc8_escape.dat","bad/bad-marc8/cyrillic_capital_e.mrc","bad/bad-marc8/incomplete_esc_seq.mrc"] {
        let data = fs::read(corpus.join("marc").join(name)).unwrap();
        let charset = if name.contains("danmarc-c") { Charset::DanMarc } else { Charset::Auto };
        let mut reader = iso2709::SliceReader::new(&data, &ReadOptions::new().charset(charset));
        let mut record = Record::new();
        while reader.read_record(&mut record).unwrap_or(false) {
            println!("== {name} {} ({})", record.charset(), record.charset_reason());
            for f in reader.diagnostics() { println!("   {f}"); }
            for v in values(&record).iter().filter(|v| !v.is_ascii()).take(14) { println!("   | {v}"); }
        }
    }
}

//! The `kartoteka` program and master files: convert, show, info, terms, recover.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::common::program::{run, scratch, stderr};
use serde_json::Value;

const BASE: &str = "fixtures/isis/irbis64.mst";

fn stdout(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", stderr(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn rows(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn numbers(text: &str) -> Vec<u64> {
    rows(text).iter().map(|row| row["mfn"].as_u64().unwrap()).collect()
}

#[test]
fn a_base_becomes_marcxml() {
    let xml = stdout(&run(&["convert", BASE, "-t", "marcxml"]));
    assert_eq!(xml.matches("<record>").count(), 4);
    assert!(xml.contains(r#"<controlfield tag="001">5</controlfield>"#), "{xml}");
}

#[test]
fn records_are_chosen_by_number_deletion_and_version() {
    let convert = |more: &[&str]| {
        let all = [&["convert", BASE, "-t", "ndjson", "-q"], more].concat();
        numbers(&stdout(&run(&all)))
    };
    assert_eq!(convert(&[]), [1, 2, 3, 5]);
    assert_eq!(convert(&["--deleted", "include"]), [1, 2, 3, 4, 5]);
    assert_eq!(convert(&["--deleted", "only"]), [4]);
    assert_eq!(convert(&["--mfn", "2-3,5"]), [2, 3, 5]);
    assert_eq!(convert(&["--mfn", "3-", "--deleted", "include"]), [3, 4, 5]);
    assert_eq!(convert(&["--history"]), [1, 2, 2, 2, 3, 5]);
    let wrong = run(&["convert", BASE, "-t", "ndjson", "--mfn", "9-1"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(stderr(&wrong).contains("no number or range"), "{}", stderr(&wrong));
}

#[test]
fn a_parameter_file_leads_to_its_base() {
    let server = scratch("isis/par");
    fs::create_dir_all(server.join("DataI/Ibis")).unwrap();
    fs::write(server.join("DataI/ibis.par"), "1=.\\datai\\ibis\\\r\n2=.\\datai\\ibis\\\r\n").unwrap();
    fs::copy(BASE, server.join("DataI/Ibis/IBIS.MST")).unwrap();
    fs::copy("fixtures/isis/irbis64.xrf", server.join("DataI/Ibis/ibis.Xrf")).unwrap();
    let par = server.join("DataI/ibis.par");
    let output = run(&["convert", par.to_str().unwrap(), "-t", "ndjson", "-q"]);
    assert_eq!(numbers(&stdout(&output)), [1, 2, 3, 5]);
}

#[test]
fn info_knows_the_base() {
    let text = stdout(&run(&["info", BASE]));
    for words in [
        "IRBIS64 (a record of this layout at byte 36; 5 of the first 5 slots",
        "next MFN 6, free space at byte 5511",
        "4 active, 1 deleted",
        "7 stored",
        "MFN 1, at byte 36",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let json: Value = serde_json::from_str(&stdout(&run(&["info", BASE, "--format", "json"]))).unwrap();
    assert_eq!((json["master"]["deleted"].as_u64(), json["master"]["copies"].as_u64()), (Some(1), Some(7)));
}

#[test]
fn terms_with_a_prefix() {
    let text = stdout(&run(&["terms", BASE, "K=О"]));
    assert_eq!(text, "1\tK=ОБЛОМОВЩИНА\n1\tK=ОНЕГИНСКАЯ СТРОФА\n");
    let all = stdout(&run(&["terms", "fixtures/isis/irbis64.xrf", "--format", "json"]));
    let long = rows(&all).into_iter().find(|row| row["term"] == "Z=").unwrap();
    assert_eq!(long["postings"].as_array().unwrap().len(), 22);
    let lines = stdout(&run(&["terms", BASE, "V=", "--postings"]));
    assert_eq!(lines, "V=PAZK\t1\t920\t1\t1\nV=PAZK\t4\t920\t1\t1\nV=PAZK\t5\t920\t1\t1\n");
}

#[test]
fn a_damaged_base_is_recovered() {
    let folder = scratch("isis/recover");
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    fs::copy(BASE, folder.join("old.mst")).unwrap();
    // No cross reference; a new one leads to the same records.
    let rebuilt = run(&["recover", &path("old.mst"), "-o", &path("old.xrf")]);
    assert_eq!(rebuilt.status.code(), Some(0), "{}", stderr(&rebuilt));
    assert_eq!(fs::read(folder.join("old.xrf")).unwrap(), fs::read("fixtures/isis/irbis64.xrf").unwrap());
    // A wrong slot and a wrong length: all but the record that has it comes out, in all versions.
    let mut xrf = fs::read(folder.join("old.xrf")).unwrap();
    xrf[15] ^= 0x40;
    fs::write(folder.join("old.xrf"), xrf).unwrap();
    let recovered = run(&["recover", &path("old.mst"), "-o", &path("new.mst")]);
    assert_eq!(recovered.status.code(), Some(1), "an error was found");
    let all = ["-t", "ndjson", "-q", "--history", "--deleted", "include"];
    let new = stdout(&run(&[&["convert", &path("new.mst")], &all[..]].concat()));
    let before = stdout(&run(&[&["convert", BASE], &all[..]].concat()));
    assert_eq!(new, before);
}

#[test]
fn a_base_is_written_with_its_cross_reference() {
    let folder = scratch("isis/write");
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let output = run(&["convert", "fixtures/irbis/export.txt", "-o", &path("new.mst")]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let fields = |text: &str| rows(text).into_iter().map(|row| row["fields"].clone()).collect::<Vec<_>>();
    let new = stdout(&run(&["convert", &path("new.mst"), "-t", "ndjson", "-q"]));
    let before = stdout(&run(&["convert", "fixtures/irbis/export.txt", "-t", "ndjson", "-q"]));
    assert_eq!((fields(&new), numbers(&new)), (fields(&before), vec![1, 2, 3, 4, 5, 6]));
    let output = run(&["convert", BASE, "-t", "mst"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("two plain files"), "{}", stderr(&output));
    assert!(!folder.join("base.mst").exists());
}

#[test]
fn what_is_no_plain_file_is_refused() {
    let output = run(&["count", "-f", "mst", "-"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("needs random access"), "{}", stderr(&output));
}

fn corpus() -> Option<PathBuf> {
    crate::common::corpus().map(|folder| folder.join("irbis"))
}

/// A file of the corpus, unpacked into a folder of the test.
fn unpacked(corpus: &Path, name: &str, folder: &Path) -> PathBuf {
    let to = folder.join(Path::new(name).file_name().unwrap());
    match fs::read(corpus.join(name)) {
        Ok(bytes) => fs::write(&to, bytes).unwrap(),
        Err(_) => {
            let file = fs::File::open(corpus.join(format!("{name}.gz"))).unwrap();
            let mut bytes = Vec::new();
            flate2::read::GzDecoder::new(file).read_to_end(&mut bytes).unwrap();
            fs::write(&to, bytes).unwrap();
        }
    }
    to
}

/// A row of the corpus as MARC-in-JSON has it.
fn as_record(row: &Value) -> Value {
    let field = |field: &Value| {
        let text = field["value"].as_str().unwrap();
        let mut pieces = text.split('^');
        let lead = pieces.next().unwrap();
        // A delimiter that nothing follows is a subfield without a code.
        let subfields: Vec<Value> = pieces
            .map(|piece| {
                let len = piece.chars().next().map_or(0, char::len_utf8);
                serde_json::json!({ piece[..len].to_owned(): piece[len..] })
            })
            .collect();
        let tag = format!("{:03}", field["tag"].as_u64().unwrap());
        let mut value = match (lead, subfields.is_empty() && !text.contains('^')) {
            (lead, true) => Value::from(lead),
            ("", false) => serde_json::json!({ "subfields": subfields }),
            (lead, false) => serde_json::json!({ "lead": lead, "subfields": subfields }),
        };
        if let Some(indicators) = field["ind"].as_str() {
            value["ind1"] = indicators[..1].into();
            value["ind2"] = indicators[1..].into();
        }
        serde_json::json!({ tag: value })
    };
    let fields: Vec<Value> = row["fields"].as_array().unwrap().iter().map(field).collect();
    let mut record = serde_json::json!({ "fields": fields });
    for key in ["mfn", "status", "version", "leader"] {
        if !row[key].is_null() {
            record[key] = row[key].clone();
        }
    }
    record
}

/// The sets of records in the corpus: input, extra options of `convert`, expectation.
const SETS: [(&str, &[&str], &str); 19] = [
    ("irbis64-istu/istu.mst", ALL, "irbis64-istu/expected.jsonl"),
    ("irbis64-freesoft/freesoft.mst", ALL, "irbis64-freesoft/expected.jsonl"),
    ("irbis64-freesoft/freesoft.mst", &["--history"], "irbis64-freesoft/expected-history.jsonl"),
    ("irbis32-ibis/ibis.mst", ALL, "irbis32-ibis/expected.jsonl"),
    ("isis-cds-dos/cds.mst", ALL, "isis-cds-dos/expected.jsonl"),
    ("isis-lilacs30/lilacs30.mst", ALL, "isis-lilacs30/expected.jsonl"),
    ("isis-cdsx-ffi/cds.mst", ALL, "isis-cdsx-ffi/expected.jsonl"),
    ("isis-generated/le-isis18.mst", ALL, "isis-generated/expected-le-isis18.jsonl"),
    ("isis-generated/be-isis20.mst", ALL, "isis-generated/expected-be-isis20.jsonl"),
    ("isis-generated/le-ffi22.mst", ALL, "isis-generated/expected-le-ffi22.jsonl"),
    ("irbis-text/records.txt", &[], "irbis-text/expected-records.jsonl"),
    ("irbis-text/record.txt", &[], "irbis-text/expected-record.jsonl"),
    ("irbis-text/broken_records.txt", &[], "irbis-text/expected-broken_records-lenient.jsonl"),
    ("irbis-text/rawRecord.txt", &[], "irbis-text/expected-rawRecord.jsonl"),
    ("irbis-iso-test1/TEST1.ISO", &[], "irbis-iso-test1/expected.jsonl"),
    ("isis-cds-dos/cds.iso", &[], "isis-cds-dos/expected-iso.jsonl"),
    ("isis-cds-dos/cds-var.iso", &[], "isis-cds-dos/expected-iso.jsonl"),
    ("isis-cdsx-ffi/cds.iso", &[], "isis-cdsx-ffi/expected-iso.jsonl"),
    ("isis-lilacs30/lilacs30.iso", &[], "isis-lilacs30/expected.jsonl"),
];
const ALL: &[&str] = &["--deleted", "include"];

/// The dictionaries of the corpus, and what is in them.
const DICTIONARIES: [(&str, &str); 2] = [
    ("irbis64-istu/istu", "irbis64-istu/expected-terms.jsonl"),
    ("irbis64-freesoft/freesoft", "irbis64-freesoft/expected-terms.jsonl"),
];

/// Nothing in the corpus is forgotten: each file is in one of the tables, goes with one that is, or is a companion, which
/// `tests/companions.rs` has.
#[test]
fn every_file_of_the_corpus_is_in_a_test() {
    let Some(corpus) = corpus() else { return };
    let mut named: Vec<String> = Vec::new();
    for (input, _, expected) in SETS {
        named.extend([input.to_owned(), input.replace(".mst", ".xrf"), expected.to_owned()]);
    }
    for (base, expected) in DICTIONARIES {
        named.extend(["n01", "l01", "ifp"].map(|end| format!("{base}.{end}")));
        named.push(expected.to_owned());
    }
    let mut seen = 0;
    for folder in fs::read_dir(&corpus).unwrap().map(|entry| entry.unwrap().path()) {
        if !folder.is_dir() || folder.ends_with("irbis-companions") {
            continue;
        }
        for file in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = file.strip_prefix(&corpus).unwrap().to_str().unwrap().replace('\\', "/");
            let name = name.strip_suffix(".gz").unwrap_or(&name);
            assert!(name.ends_with("PROVENANCE.md") || named.iter().any(|named| named == name), "{name}");
            seen += 1;
        }
    }
    assert!(seen > 50, "{seen}");
}

#[test]
fn every_set_of_the_corpus_through_convert() {
    let Some(corpus) = corpus() else { return };
    let folder = scratch("isis/corpus");
    for (name, options, expected) in SETS {
        let input = unpacked(&corpus, name, &folder);
        if name.ends_with("mst") {
            unpacked(&corpus, &name.replace(".mst", ".xrf"), &folder);
        }
        let arguments = [&["convert", input.to_str().unwrap(), "-t", "ndjson", "-q"], options].concat();
        let output = run(&arguments);
        let mut found = rows(std::str::from_utf8(&output.stdout).unwrap());
        let expected = fs::read_to_string(corpus.join(expected)).unwrap();
        let mut expected: Vec<Value> = rows(&expected).iter().map(as_record).collect();
        // Exchange text and ISO 2709 have no number, status and version; the rows do not have each leader.
        let numbered = name.ends_with("mst") || name.contains("rawRecord");
        let has_leader = expected[0].get("leader").is_some();
        for row in &mut expected {
            let row = row.as_object_mut().unwrap();
            row.retain(|key, _| numbered || !["mfn", "status", "version"].contains(&key.as_str()));
        }
        for row in &mut found {
            row.as_object_mut().unwrap().retain(|key, _| has_leader || key != "leader");
        }
        assert_eq!(found.len(), expected.len(), "{name}: {}", stderr(&output));
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found, expected, "{name}");
        }
    }
    for (name, expected) in DICTIONARIES {
        for end in ["mst", "xrf", "n01", "l01", "ifp"] {
            unpacked(&corpus, &format!("{name}.{end}"), &folder);
        }
        let base = folder.join(Path::new(name).file_name().unwrap());
        let text = stdout(&run(&["terms", base.with_extension("mst").to_str().unwrap(), "--format", "json"]));
        let expected = fs::read_to_string(unpacked(&corpus, expected, &folder)).unwrap();
        assert_eq!(rows(&text), rows(&expected), "{name}");
    }
}

/// Text, forms of the server and ISO 2709 byte for byte; ISO 2709 that is cut into lines without the line ends. Master
/// files are written back record for record in `tests/isis.rs`.
#[test]
fn every_set_of_the_corpus_is_written_back() {
    let Some(corpus) = corpus() else { return };
    for (name, ..) in SETS.iter().filter(|(name, ..)| !name.ends_with("mst")) {
        let path = corpus.join(name);
        let format = match name.rsplit('.').next().unwrap() {
            "txt" if name.contains("rawRecord") => "irbis-server",
            "txt" => "irbis-text",
            _ => "iso2709",
        };
        let output = run(&["convert", path.to_str().unwrap(), "-t", format, "-q"]);
        let before = fs::read(&path).unwrap();
        if name.contains("broken") {
            continue; // what is damaged is not written back; what comes of it is compared above
        }
        if format == "iso2709" && before[80..].starts_with(b"\r") || before[80..].starts_with(b"\n") {
            // The terminators become those of the standard, and the lines go.
            let again = unpacked_bytes(&output.stdout, &format!("{}.again", name.replace('/', "-")));
            let fields = |path: &str| {
                let rows = rows(&stdout(&run(&["convert", path, "-t", "ndjson", "-q"])));
                rows.iter().map(|row| row["fields"].clone()).collect::<Vec<_>>()
            };
            assert_eq!(fields(again.to_str().unwrap()), fields(path.to_str().unwrap()), "{name}");
            continue;
        }
        assert!(output.stdout == before, "{name} is not what it was: {}", stderr(&output));
    }
}

fn unpacked_bytes(bytes: &[u8], name: &str) -> PathBuf {
    let path = scratch(&format!("isis/{name}")).join("file.iso");
    fs::write(&path, bytes).unwrap();
    path
}

/// Text that was encoded twice, as it lies in a real base, is what the ISO 2709 export of the same base has.
#[test]
fn double_encoding_is_undone_on_request() {
    let Some(corpus) = corpus() else { return };
    let base = corpus.join("isis-cds-dos/cds.mst");
    let convert = |more: &[&str]| {
        let all = [&["convert", base.to_str().unwrap(), "-t", "ndjson", "-q"], more].concat();
        rows(&stdout(&run(&all)))
    };
    let expected = |name: &str| -> Vec<Value> {
        rows(&fs::read_to_string(corpus.join(name)).unwrap()).iter().map(as_record).collect()
    };
    let differ = |one: &[Value], two: &[Value]| {
        assert_eq!(one.len(), two.len());
        one.iter().zip(two).filter(|(one, two)| one["fields"] != two["fields"]).count()
    };
    let clean = expected("isis-cds-dos/expected-iso.jsonl");
    assert_eq!(differ(&convert(&[]), &clean), differ(&expected("isis-cds-dos/expected.jsonl"), &clean));
    assert_eq!(differ(&convert(&["--repair", "mojibake"]), &clean), 0);
}

#[test]
fn records_are_added_to_a_base() {
    let folder = scratch("isis/append");
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    for end in ["mst", "xrf"] {
        fs::copy(format!("fixtures/isis/irbis64.{end}"), folder.join(format!("ibis.{end}"))).unwrap();
    }
    let (base, before) = (path("ibis.mst"), fs::read(folder.join("ibis.mst")).unwrap());
    let old = stdout(&run(&["convert", &base, "-t", "ndjson", "-q"]));
    // The next number of the base is 6; the records of another base do not keep theirs.
    let output = run(&["append", "fixtures/irbis/export.txt", "fixtures/isis/irbis64.mst", "--to", &base]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("new are the MFNs 6-15"), "{}", stderr(&output));
    let new = stdout(&run(&["convert", &base, "-t", "ndjson", "-q"]));
    assert!(new.starts_with(&old));
    let numbers: Vec<_> = rows(&new).iter().map(|row| row["mfn"].as_u64().unwrap()).collect();
    assert!(numbers.ends_with(&(6..=15).collect::<Vec<_>>()), "{numbers:?}");
    let titles =
        |text: &str| -> Vec<Value> { rows(text).into_iter().map(|row| row["fields"].clone()).collect() };
    assert_eq!(titles(&new)[old.lines().count() + 6..], titles(&old)[..]);
    // With its number a record is a new version.
    let output = run(&["append", "fixtures/isis/irbis64.mst", "--mfn", "1", "--keep-mfn", "--to", &base]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("no new MFN"));
    let first = rows(&stdout(&run(&["convert", &base, "-t", "ndjson", "-q", "--mfn", "1"]))).remove(0);
    assert!(first["version"].as_u64() > rows(&old)[0]["version"].as_u64(), "{first}");
    // A run that fails changes nothing; the base is no input of itself; there must be one.
    for end in ["mst", "xrf"] {
        fs::copy(format!("fixtures/isis/irbis64.{end}"), folder.join(format!("ibis.{end}"))).unwrap();
    }
    let missing = path("missing.mst");
    for arguments in [
        ["append", "--strict", "fixtures/iso2709/damaged.mrc", "--to", &base],
        ["append", "-q", &base, "--to", &base],
        ["append", "-q", "fixtures/no such file", "--to", &base],
        ["append", "-q", BASE, "--to", &missing],
    ] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
        assert_eq!(fs::read(&base).unwrap(), before);
    }
    let mut names: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["ibis.mst", "ibis.xrf"]);
}

//! The `kartoteka` program and master files: convert, show, info, terms, recover.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const BASE: &str = "fixtures/isis/irbis64.mst";

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kartoteka"));
    command.args(arguments).stdin(Stdio::null()).output().unwrap()
}

fn stdout(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", stderr(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A folder of its own for a test, emptied.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("isis").join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
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
    let server = folder("par");
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
    let folder = folder("recover");
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
    let folder = folder("write");
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
    assert!(stderr(&output).contains("opened by its path"), "{}", stderr(&output));
}

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
        let value = match (lead, subfields.is_empty() && !text.contains('^')) {
            (lead, true) => Value::from(lead),
            ("", false) => serde_json::json!({ "subfields": subfields }),
            (lead, false) => serde_json::json!({ "lead": lead, "subfields": subfields }),
        };
        serde_json::json!({ tag: value })
    };
    let fields: Vec<Value> = row["fields"].as_array().unwrap().iter().map(field).collect();
    let mut record = serde_json::json!({ "fields": fields });
    if row["mfn"].as_u64().is_some_and(|mfn| mfn > 0) {
        for key in ["mfn", "status", "version"] {
            record[key] = row[key].clone();
        }
    }
    record
}

/// Every set of the corpus through the program: base or text, extra options, expectation.
#[test]
fn every_set_of_the_corpus_through_convert() {
    let Some(corpus) = corpus() else { return };
    let folder = folder("corpus");
    let all: &[&str] = &["--deleted", "include"];
    let cp850: &[&str] = &["--charset", "cp850"];
    let history: &[&str] = &["--history"];
    for (name, options, expected) in [
        ("irbis64-istu/istu.mst", all, "irbis64-istu/expected.jsonl"),
        ("irbis64-freesoft/freesoft.mst", all, "irbis64-freesoft/expected.jsonl"),
        ("irbis64-freesoft/freesoft.mst", history, "irbis64-freesoft/expected-history.jsonl"),
        ("irbis32-ibis/ibis.mst", all, "irbis32-ibis/expected.jsonl"),
        ("isis-cds-dos/cds.mst", all, "isis-cds-dos/expected.jsonl"),
        ("isis-lilacs30/lilacs30.mst", all, "isis-lilacs30/expected.jsonl"),
        ("isis-cdsx-ffi/cds.mst", cp850, "isis-cdsx-ffi/expected.jsonl"),
        ("isis-generated/le-isis18.mst", all, "isis-generated/expected-le-isis18.jsonl"),
        ("isis-generated/be-isis20.mst", all, "isis-generated/expected-be-isis20.jsonl"),
        ("isis-generated/le-ffi22.mst", all, "isis-generated/expected-le-ffi22.jsonl"),
        ("irbis-text/records.txt", &[], "irbis-text/expected-records.jsonl"),
        ("irbis-text/record.txt", &[], "irbis-text/expected-record.jsonl"),
        ("irbis-text/broken_records.txt", &[], "irbis-text/expected-broken_records-lenient.jsonl"),
        ("irbis-text/rawRecord.txt", &[], "irbis-text/expected-rawRecord.jsonl"),
    ] {
        if options.contains(&"cp850") && kartoteka::Charset::from_name("cp850").is_none() {
            eprintln!("SKIPPED: {name} is in cp850, which is not known");
            continue;
        }
        let input = unpacked(&corpus, name, &folder);
        if name.ends_with("mst") {
            unpacked(&corpus, &name.replace(".mst", ".xrf"), &folder);
        }
        let arguments = [&["convert", input.to_str().unwrap(), "-t", "ndjson", "-q"], options].concat();
        let output = run(&arguments);
        let found = rows(std::str::from_utf8(&output.stdout).unwrap());
        let expected = fs::read_to_string(corpus.join(expected)).unwrap();
        let mut expected: Vec<Value> = rows(&expected).iter().map(as_record).collect();
        if name.contains("irbis-text/record") || name.contains("broken") {
            for row in &mut expected {
                for key in ["mfn", "status", "version"] {
                    row.as_object_mut().unwrap().remove(key);
                }
            }
        }
        assert_eq!(found.len(), expected.len(), "{name}: {}", stderr(&output));
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found, expected, "{name}");
        }
    }
    for name in ["irbis64-istu/istu", "irbis64-freesoft/freesoft"] {
        for end in ["mst", "xrf", "n01", "l01", "ifp"] {
            unpacked(&corpus, &format!("{name}.{end}"), &folder);
        }
        let base = folder.join(Path::new(name).file_name().unwrap());
        let text = stdout(&run(&["terms", base.with_extension("mst").to_str().unwrap(), "--format", "json"]));
        let expected = format!("{}/expected-terms.jsonl", Path::new(name).parent().unwrap().display());
        let expected = fs::read_to_string(unpacked(&corpus, &expected, &folder)).unwrap();
        assert_eq!(rows(&text), rows(&expected), "{name}");
    }
}

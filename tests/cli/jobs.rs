//! Work on several threads: what comes out is the same as with one, on damaged files too.

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::program::{command, scratch};

/// All fixtures with these extensions, one after the other, again and again, until there are several
/// batches, and with damage of every kind at other places of each.
fn pile(folders: &[&str], extensions: &[&str], bytes: usize) -> Vec<u8> {
    let mut once = Vec::new();
    for folder in folders {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder);
        let mut files: Vec<PathBuf> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for file in files {
            if file.extension().is_some_and(|end| extensions.iter().any(|wanted| end == *wanted)) {
                once.extend(fs::read(file).unwrap());
            }
        }
    }
    assert!(!once.is_empty());
    let mut all = Vec::new();
    let mut round = 0usize;
    while all.len() < bytes {
        all.extend_from_slice(&once);
        // Garbage of another length each time, so that batches end elsewhere.
        round += 1;
        all.extend_from_slice("lost ".repeat(round % 7).as_bytes());
        if extensions.contains(&"ndjson") || extensions.contains(&"txt") {
            all.push(b'\n');
        }
    }
    all
}

/// An empty folder for a test, with the files to be read in it.
fn folder(name: &str) -> PathBuf {
    let folder = scratch(&format!("jobs/{name}"));
    fs::write(folder.join("damaged.mrc"), pile(&["findings", "iso2709"], &["mrc"], 1_600_000)).unwrap();
    fs::write(folder.join("damaged.ndjson"), pile(&["json"], &["ndjson"], 1_200_000)).unwrap();
    fs::write(folder.join("export.txt"), pile(&["irbis"], &["txt"], 600_000)).unwrap();
    let export = "fixtures/xml/marcxchange.xml";
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(export), folder.join("some.xml")).unwrap();
    folder
}

/// Runs with one thread and with three: standard output, standard error without the time, exit status, and the file of
/// rejects are the same. Gives how many bytes came out.
fn agree(folder: &Path, arguments: &[&str]) -> usize {
    let answer = |jobs: &str| {
        let _ = fs::remove_file(folder.join("rejects"));
        let output = command(&[arguments, &["-j", jobs]].concat()).current_dir(folder).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let said: Vec<String> =
            said.lines().filter(|line| !line.starts_with("time")).map(str::to_owned).collect();
        (output.stdout, said, output.status.code(), fs::read(folder.join("rejects")).ok())
    };
    let (one, three) = (answer("1"), answer("3"));
    assert!(one.0 == three.0, "{arguments:?}: {} and {} bytes", one.0.len(), three.0.len());
    assert_eq!(one.1, three.1, "{arguments:?}");
    assert_eq!(one.2, three.2, "{arguments:?}");
    assert!(one.3 == three.3, "{arguments:?}: other rejects");
    one.0.len()
}

#[test]
fn convert() {
    let folder = folder("convert");
    let formats = [
        "iso2709",
        "marcxml",
        "marcxchange",
        "turbomarc",
        "json",
        "ndjson",
        "mrk",
        "line",
        "aleph",
        "csv",
        "irbis-text",
        "irbis-server",
        "cisis-id",
    ];
    for to in formats {
        let out = agree(&folder, &["convert", "damaged.mrc", "-t", to, "--rejects", "rejects", "-v"]);
        assert!(out > 900_000, "{to}: {out}");
    }
    for from in ["damaged.ndjson", "export.txt", "some.xml"] {
        for to in ["iso2709", "json", "irbis-text"] {
            assert!(agree(&folder, &["convert", from, "-t", to, "--rejects", "rejects"]) > 0, "{from} {to}");
        }
    }
    // Several inputs to one output.
    for to in ["marcxml", "json", "irbis-text"] {
        agree(
            &folder,
            &["convert", "export.txt", "damaged.mrc", "damaged.ndjson", "-t", to, "--wide-tags", "drop"],
        );
    }
    let edits =
        ["--delete", "9..", "--set", "040$a=KART", "--replace", "245 s/[aeiou]/_/g", "--normalize", "nfd"];
    agree(
        &folder,
        &[&["convert", "damaged.mrc", "-t", "iso2709", "--summary", "text", "-q"], &edits[..]].concat(),
    );
    agree(&folder, &["convert", "damaged.mrc", "-t", "marcxml", "--xml-prefix", "marc", "--no-indent", "-q"]);
    // Nothing but what stands around the records.
    fs::write(folder.join("empty.mrc"), "").unwrap();
    agree(&folder, &["convert", "empty.mrc", "-f", "iso2709", "-t", "json"]);
    agree(&folder, &["convert", "empty.mrc", "-f", "iso2709", "-t", "marcxml"]);
}

#[test]
fn validate() {
    let folder = folder("validate");
    for form in ["text", "concise", "json", "sarif", "junit"] {
        let inputs =
            ["validate", "damaged.mrc", "damaged.ndjson", "export.txt", "some.xml", "--format", form];
        assert!(agree(&folder, &inputs) > 1_000, "{form}");
    }
    agree(&folder, &["validate", "damaged.mrc", "missing.mrc", "some.xml", "--max-findings", "100", "-v"]);
    agree(&folder, &["validate", "damaged.mrc", "--strict"]);
    agree(&folder, &["validate", "damaged.mrc", "--select", "B,E00", "--limits", "record=1k,findings=1"]);
}

#[test]
fn tables_and_numbers() {
    let folder = folder("tables");
    for input in ["damaged.mrc", "damaged.ndjson", "export.txt", "some.xml"] {
        agree(&folder, &["select", "001,245$a$b,650$a,LDR/6", input]);
        agree(&folder, &["filter", "245$a =? \"a\" && 001?", input, "-v"]);
        agree(&folder, &["filter", "245$a =? \"a\" && 001?", input, "-t", "marcxml"]);
        agree(&folder, &["count", "--by", "245$a/0", input]);
        agree(&folder, &["stats", input]);
        agree(&folder, &["stats", "--values", "5", input]);
    }
}

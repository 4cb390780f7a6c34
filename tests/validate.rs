//! `validate` and `explain`, as people and CI jobs see them.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use common::{corpus, files};

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use kartoteka::Code;
use serde_json::Value;

const CLEAN: &str = "fixtures/iso2709/marc21.mrc";
const DAMAGED: &str = "fixtures/iso2709/damaged.mrc";

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kartoteka"));
    command.args(arguments).env_remove("NO_COLOR").stdin(Stdio::null()).output().unwrap()
}

fn validate(arguments: &[&str]) -> (i32, String, String) {
    let output = run(&[&["validate"], arguments].concat());
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn rules(text: &str) -> Vec<String> {
    let lines = lines(text);
    let (last, findings) = lines.split_last().unwrap();
    assert!(last["summary"].is_object());
    findings.iter().map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn clean_records_are_passed_over() {
    for form in ["text", "concise", "json", "sarif", "junit"] {
        let (status, out, err) = validate(&[CLEAN, "fixtures/iso2709/unimarc.mrc", "--format", form]);
        assert_eq!(status, 0, "{form}: {out}{err}");
    }
    assert_eq!(validate(&[CLEAN]).1, "8 records, 0 with findings: nothing found\n");
    assert_eq!(validate(&[CLEAN, "--format", "concise"]).1, "");
}

#[test]
fn the_exit_status_goes_by_the_weight() {
    let file = "fixtures/findings/L005.mrc"; // a warning
    assert_eq!(validate(&[file]).0, 0);
    assert_eq!(validate(&[file, "--fail-on", "warning"]).0, 1);
    assert_eq!(validate(&[file, "--fail-on", "warning", "--ignore", "L"]).0, 0);
    assert_eq!(validate(&[DAMAGED]).0, 1);
    assert_eq!(validate(&[DAMAGED, "--select", "B007", "--fail-on", "note"]).0, 1);
    assert_eq!(validate(&[DAMAGED, "--select", "B007"]).0, 0);
    assert_eq!(validate(&[DAMAGED, "--strict"]).0, 2);
    for wrong in [
        &["--select", "Q"][..],
        &["--ignore", ""],
        &["--select", "B007", "--ignore", "filler-between-records"],
        &["--select", "W001"],
        &["no such file.mrc"],
    ] {
        assert_eq!(validate(&[&[DAMAGED], wrong].concat()).0, 2, "{wrong:?}");
    }
}

#[test]
fn findings_are_chosen_by_the_start_of_their_ids() {
    let all = rules(&validate(&[DAMAGED, "--format", "json"]).1);
    assert!(all.iter().any(|rule| rule == "E001") && all.iter().any(|rule| rule == "B017"));
    let some =
        rules(&validate(&[DAMAGED, "--format", "json", "--select", "b,E00", "--ignore", "B001,garbage"]).1);
    let expected: Vec<_> = all.iter().filter(|rule| *rule != "B001" && *rule != "B017").cloned().collect();
    assert_eq!(some, expected);
}

#[test]
fn what_is_not_listed_is_counted() {
    let all = rules(&validate(&[DAMAGED, "--format", "json"]).1);
    let (status, out, _) = validate(&[DAMAGED, "--format", "json", "--max-findings", "2"]);
    assert_eq!((status, rules(&out).as_slice()), (1, &all[..2]));
    let summary = lines(&out).pop().unwrap()["summary"].clone();
    let counts =
        |name: &str| summary[name].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum::<u64>();
    assert_eq!((counts("findings"), counts("not_listed")), (all.len() as u64, all.len() as u64 - 2));
    let (_, out, _) = validate(&[DAMAGED, "--max-findings", "0"]);
    assert!(out.starts_with(&format!("… and {} more findings, not listed\n", all.len())), "{out}");
    let (_, out, err) = validate(&[DAMAGED, "--max-findings", "1", "--format", "concise"]);
    assert!(out.lines().count() == 1 && err.contains("more findings"), "{out}{err}");
    let (_, out, _) = validate(&[DAMAGED, "--max-findings", "1", "--format", "sarif"]);
    let sarif: Value = serde_json::from_str(&out).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let more: u64 = results.iter().filter_map(|result| result["properties"]["findings"].as_u64()).sum();
    assert_eq!(more, all.len() as u64 - 1);
    // The reader lists so many for one record, and counts the rest.
    let (_, out, _) = validate(&["fixtures/findings/E001.mrc", "--limits", "findings=1", "--format", "json"]);
    let summary = lines(&out).pop().unwrap()["summary"].clone();
    assert!(
        summary["not_listed"]["E001"].as_u64() > Some(0) || summary["findings"]["E001"] == 1,
        "{summary}"
    );
}

#[test]
fn a_line_of_json_tells_all_of_a_finding() {
    let (_, out, _) = validate(&["fixtures/findings/E020.mrc", "--format", "json"]);
    let finding = &lines(&out)[0];
    assert_eq!(finding["rule"], "E020");
    assert_eq!((&finding["name"], &finding["severity"]), (&"control-character".into(), &"warning".into()));
    let offset = finding["record"]["offset"].as_u64().unwrap();
    let data = fs::read("fixtures/findings/E020.mrc").unwrap();
    assert_eq!(finding["record"]["id"], "kart0002");
    assert_eq!(finding["record"]["index"], 1);
    assert_eq!(finding["record"]["length"].as_u64().unwrap(), data.len() as u64 - offset);
    let byte = finding["at"]["byte"].as_u64().unwrap() as usize;
    assert_eq!((data[byte], finding["value"].as_str().unwrap()), (b'\r', "\r"));
    assert_eq!(finding["path"], "245[0]$a[0]");
    let (_, out, _) = validate(&["fixtures/findings/L005.mrc", "--format", "json"]);
    assert_eq!(lines(&out)[0]["path"], "LDR/5");
}

#[test]
fn the_place_is_shown() {
    let (_, out, _) = validate(&["fixtures/findings/L005.mrc", "--color", "never"]);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(
        lines[..5],
        [
            "warning[L005] leader-status: the record status is x, not one of a, c, d, n, p; kept",
            " --> fixtures/findings/L005.mrc: record 2, kart0002 (byte 86)",
            "  81 | 30 30 30 38 30 78 61 6D 20 61 32 32 30 30 30 34 | 00080xam a220004",
            "     |                ^^                               |      ^",
            "",
        ]
    );
    let (_, out, _) = validate(&["fixtures/findings/B050.txt", "--color", "never"]);
    assert!(out.contains("  2 | #200 ^ADivan\n    | ^^^^"), "{out}");
    let (_, out, _) = validate(&["fixtures/findings/L005.mrc", "--color", "always"]);
    assert!(out.contains("\x1b[33mwarning[L005]\x1b[0m"), "{out}");
}

#[test]
fn one_unreadable_input_does_not_hide_the_others() {
    for form in ["text", "concise", "json", "sarif", "junit"] {
        let (status, out, err) = validate(&["Cargo.toml", DAMAGED, "--format", form]);
        assert_eq!(status, 2, "{form}");
        assert!(out.contains("B001") && err.contains("Cargo.toml"), "{form}: {out}{err}");
    }
    let (_, out, _) = validate(&["Cargo.toml", DAMAGED, "--format", "sarif"]);
    let sarif: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(sarif["runs"][0]["invocations"][0]["executionSuccessful"], false);
}

#[test]
fn a_report_can_go_to_a_file() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("validate");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("report.sarif");
    let (status, out, _) = validate(&[DAMAGED, "--format", "sarif", "-o", file.to_str().unwrap()]);
    assert_eq!((status, out.as_str()), (1, ""));
    let sarif: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    check_sarif(&sarif);
}

/// What the schema of SARIF 2.1.0 asks of the parts we write, and what code hosts ask beyond it.
fn check_sarif(sarif: &Value) {
    let keys = |value: &Value| -> HashSet<String> { value.as_object().unwrap().keys().cloned().collect() };
    let only = |value: &Value, known: &[&str]| {
        let unknown: Vec<_> = keys(value).into_iter().filter(|key| !known.contains(&key.as_str())).collect();
        assert!(unknown.is_empty(), "{unknown:?} in {value}");
    };
    only(sarif, &["$schema", "version", "runs"]);
    assert_eq!(sarif["version"], "2.1.0");
    for run in sarif["runs"].as_array().unwrap() {
        only(run, &["tool", "columnKind", "results", "artifacts", "invocations", "properties"]);
        let driver = &run["tool"]["driver"];
        only(driver, &["name", "version", "semanticVersion", "informationUri", "rules"]);
        let rules = driver["rules"].as_array().unwrap();
        let mut seen = HashSet::new();
        for rule in rules {
            only(
                rule,
                &[
                    "id",
                    "name",
                    "shortDescription",
                    "fullDescription",
                    "help",
                    "helpUri",
                    "defaultConfiguration",
                    "properties",
                ],
            );
            assert!(seen.insert(rule["id"].as_str().unwrap()));
            assert!(rule["helpUri"].as_str().unwrap().starts_with("https://"));
            assert!(rule["fullDescription"]["text"].as_str().unwrap().len() < 1024);
        }
        let results = run["results"].as_array().unwrap();
        assert!(results.len() <= 25_000);
        for result in results {
            only(
                result,
                &[
                    "ruleId",
                    "ruleIndex",
                    "level",
                    "message",
                    "locations",
                    "partialFingerprints",
                    "properties",
                ],
            );
            let index = result["ruleIndex"].as_u64().unwrap() as usize;
            assert_eq!(rules[index]["id"], result["ruleId"]);
            assert!(["note", "warning", "error"].contains(&result["level"].as_str().unwrap()));
            assert!(!result["message"]["text"].as_str().unwrap().is_empty());
            for value in result["partialFingerprints"].as_object().unwrap().values() {
                assert!(value.is_string());
            }
            for location in result["locations"].as_array().into_iter().flatten() {
                let physical = &location["physicalLocation"];
                let uri = physical["artifactLocation"]["uri"].as_str().unwrap();
                assert!(uri.is_ascii() && !uri.contains(' '));
                if let Some(region) = physical.get("region") {
                    only(region, &["byteOffset", "byteLength", "startLine", "startColumn", "endColumn"]);
                    let number = |name: &str| region.get(name).map(|value| value.as_u64().unwrap());
                    assert!(number("startLine").is_none_or(|line| line > 0));
                    assert!(number("startColumn").is_none_or(|column| column > 0));
                    assert!(number("startLine").is_some() != number("byteOffset").is_some());
                }
                for logical in location["logicalLocations"].as_array().into_iter().flatten() {
                    only(logical, &["name", "fullyQualifiedName", "kind"]);
                }
            }
        }
        for invocation in run["invocations"].as_array().unwrap() {
            only(invocation, &["executionSuccessful", "exitCode", "toolExecutionNotifications"]);
            assert!(invocation["executionSuccessful"].is_boolean() && invocation["exitCode"].is_i64());
        }
    }
}

#[test]
fn sarif_holds_to_its_schema() {
    let mut files: Vec<String> = fs::read_dir("fixtures/findings")
        .unwrap()
        .map(|entry| entry.unwrap().path().to_str().unwrap().to_owned())
        .filter(|path| !path.to_lowercase().ends_with(".xrf"))
        .collect();
    files.sort();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let (_, out, _) = validate(&[&files[..], &["--format", "sarif"]].concat());
    let sarif: Value = serde_json::from_str(&out).unwrap();
    check_sarif(&sarif);
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert!(results.len() > 50, "{}", results.len());
    // Bytes in binary input, lines in text.
    for result in results {
        let physical = &result["locations"][0]["physicalLocation"];
        let uri = physical["artifactLocation"]["uri"].as_str().unwrap();
        let is_binary = [".mrc", ".mst"].iter().any(|end| uri.to_lowercase().ends_with(end));
        assert_eq!(physical["region"]["byteOffset"].is_u64(), is_binary, "{result}");
    }
}

#[test]
fn fingerprints_do_not_depend_on_the_place_in_the_file() {
    let data = fs::read("fixtures/findings/L005.mrc").unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fingerprints");
    fs::create_dir_all(&folder).unwrap();
    let moved = folder.join("moved.mrc");
    fs::write(&moved, [fs::read(CLEAN).unwrap(), data].concat()).unwrap();
    let print = |file: &str| {
        let sarif: Value = serde_json::from_str(&validate(&[file, "--format", "sarif"]).1).unwrap();
        sarif["runs"][0]["results"][0]["partialFingerprints"].clone()
    };
    let first = print("fixtures/findings/L005.mrc");
    assert!(first["recordField/v1"].is_string());
    assert_eq!(first, print(moved.to_str().unwrap()));
    assert_ne!(first, print("fixtures/findings/L007.mrc"));
}

#[test]
fn junit_has_a_case_for_each_rule() {
    let (_, out, _) = validate(&[DAMAGED, "--format", "junit", "--select", "B001,B002,B007"]);
    assert!(out.contains(r#"<testsuites name="kartoteka" tests="3" failures="1" errors="0""#), "{out}");
    assert_eq!((out.matches("<testcase ").count(), out.matches("<failure ").count()), (3, 1));
    assert!(out.contains("<system-out>note 1 finding"), "{out}");
    let (_, out, _) = validate(&[DAMAGED, "--format", "junit", "--select", "B007", "--fail-on", "note"]);
    assert!(out.contains("failures=\"1\""), "{out}");
}

#[test]
fn every_finding_is_explained() {
    let list = String::from_utf8(run(&["explain"]).stdout).unwrap();
    for code in Code::ALL {
        assert!(list.contains(&format!("{code} ")), "{code}");
        let output = run(&["explain", code.id()]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            output.status.success() && text.starts_with(&format!("# {code} {}\n", code.name())),
            "{text}"
        );
        assert!(text.contains(code.summary()) && text.contains("```text\n"), "{text}");
    }
    assert_eq!(run(&["explain", "B000"]).status.code(), Some(2));
}

/// How many places of a finding in a file the golden file has.
const PLACES: usize = 5;

/// A row for each file: what was found, how often, and where first (record, byte). Nothing of what is in the files.
fn golden(folder: &Path) -> String {
    let names = files(folder);
    let names: Vec<&str> = names
        .iter()
        .map(|path| path.strip_prefix(folder).unwrap().to_str().unwrap())
        .filter(|name| {
            !name.contains("expected") && !name.ends_with(".md") && !name.ends_with("MANIFEST.tsv")
        })
        .collect();
    let output = Command::new(env!("CARGO_BIN_EXE_kartoteka"))
        .current_dir(folder)
        .args(["validate", "--format", "json", "-q"])
        .args(&names)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let lines = lines(std::str::from_utf8(&output.stdout).unwrap());
    let (last, findings) = lines.split_last().unwrap();
    let mut places: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for finding in findings {
        let key = (finding["file"].as_str().unwrap(), finding["rule"].as_str().unwrap());
        let places = places.entry(key).or_default();
        if places.len() < PLACES {
            places.push(format!("{}:{}", finding["record"]["index"], finding["at"]["byte"]));
        }
    }
    let mut text = String::new();
    for file in last["summary"]["files"].as_array().unwrap() {
        let name = file["name"].as_str().unwrap();
        let format = file["format"].as_str().unwrap_or("not read");
        writeln!(text, "{name}\t{format}\t{} records", file["records"]).unwrap();
        for (rule, count) in file["findings"].as_object().unwrap() {
            let places =
                places.get(&(name, rule.as_str())).map(|places| places.join(" ")).unwrap_or_default();
            writeln!(text, "\t{rule}\t{count}\t{places}").unwrap();
        }
    }
    text
}

#[test]
fn the_corpus_gives_what_it_gave() {
    let Some(corpus) = corpus() else { return };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/validate-corpus.tsv");
    let found = golden(&corpus.join("marc")) + &golden(&corpus.join("irbis"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, found).unwrap();
        return;
    }
    let expected = fs::read_to_string(&path).unwrap();
    let new: Vec<_> = found.lines().filter(|line| !expected.lines().any(|known| known == *line)).collect();
    let gone: Vec<_> = expected.lines().filter(|line| !found.lines().any(|known| known == *line)).collect();
    assert!(
        found == expected,
        "what is found has changed; if that is meant: UPDATE_GOLDEN=1 cargo test --all-features --test validate, and \
         read the difference\n+ {}\n- {}",
        new.join("\n+ "),
        gone.join("\n- ")
    );
}

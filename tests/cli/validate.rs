//! `validate` and `explain`, as people and CI jobs see them.

use crate::common::{corpus, files};

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::common::program::{DAMAGED, MARC21, command, run, taken_apart};
use kartoteka::rules;
use serde_json::Value;

fn validate(arguments: &[&str]) -> (i32, String, String) {
    let (status, said, complaints) = taken_apart(run(&[&["validate"], arguments].concat()));
    (status, String::from_utf8(said).unwrap(), complaints)
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
    for form in ["text", "concise", "json", "sarif", "junit", "github", "gitlab", "csv"] {
        let (status, out, err) = validate(&[MARC21, "fixtures/iso2709/unimarc.mrc", "--format", form]);
        assert_eq!(status, 0, "{form}: {out}{err}");
    }
    // One of them has a subfield without a value.
    let clean = [MARC21, "--ignore", "S105"];
    assert_eq!(validate(&clean).1, "8 records, 0 with findings: nothing found\n");
    assert_eq!(validate(&[&clean[..], &["--format", "concise"]].concat()).1, "");
}

#[test]
fn the_exit_status_goes_by_the_weight() {
    let file = "fixtures/findings/L001.mrc"; // a warning
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
    // The reader lists a limited number for one record, and counts the rest.
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
    assert_eq!((&finding["record"]["number"], &finding["record"]["index"]), (&2.into(), &1.into()));
    assert_eq!(finding["record"]["length"].as_u64().unwrap(), data.len() as u64 - offset);
    let byte = finding["at"]["byte"].as_u64().unwrap() as usize;
    assert_eq!((data[byte], finding["value"].as_str().unwrap()), (b'\r', "\r"));
    assert_eq!(finding["path"], "245[0]$a[0]");
    let (_, out, _) = validate(&["fixtures/findings/L001.mrc", "--format", "json"]);
    assert_eq!(lines(&out)[0]["path"], "LDR/5");
}

#[test]
fn the_place_is_shown() {
    let (_, out, _) = validate(&["fixtures/findings/L001.mrc", "--color", "never"]);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(
        lines[..5],
        [
            "warning[L001] leader-invalid: the record status is x, not one of a, c, d, n, p; kept",
            " --> fixtures/findings/L001.mrc: record 2, kart0002 (byte 86), LDR/5",
            "  81 | 30 30 30 38 30 78 61 6D 20 61 32 32 30 30 30 34 | 00080xam a220004",
            "     |                ^^                               |      ^",
            "",
        ]
    );
    let (_, out, _) = validate(&["fixtures/findings/B050.txt", "--color", "never"]);
    assert!(out.contains("  2 | #200 ^ADivan\n    | ^^^^"), "{out}");
    let (_, out, _) = validate(&["fixtures/findings/L001.mrc", "--color", "always"]);
    assert!(out.contains("\x1b[33mwarning[L001]\x1b[0m"), "{out}");
}

#[test]
fn one_unreadable_input_does_not_hide_the_others() {
    for form in ["text", "concise", "json", "sarif", "junit", "github", "gitlab", "csv"] {
        let (status, out, err) = validate(&["Cargo.toml", DAMAGED, "--format", form]);
        assert_eq!(status, 2, "{form}");
        assert!(out.contains("B001") && err.contains("Cargo.toml"), "{form}: {out}{err}");
    }
    let (_, out, _) = validate(&["Cargo.toml", DAMAGED, "--format", "sarif"]);
    let sarif: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(sarif["runs"][0]["invocations"][0]["executionSuccessful"], false);
}

#[test]
fn one_missing_input_does_not_hide_the_others() {
    let (status, out, err) = validate(&[DAMAGED, "no such file.mrc", "fixtures/findings/L001.mrc"]);
    assert_eq!(status, 2);
    assert!(out.contains("B001") && out.contains("L001") && out.contains("1 input not read"), "{out}");
    assert!(err.contains("no such file.mrc: cannot open"), "{err}");
}

/// A folder of its own, and the path of a file in it.
fn written(name: &str, data: &[u8]) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("validate").join(name);
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join("input.mrc");
    fs::write(&path, data).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A header of ISO 2709 and many letters after it, with no end of a record.
fn endless(letters: usize) -> Vec<u8> {
    [&b"99999nam a2200037 a 4500001000900000\x1e"[..], &vec![b'A'; letters]].concat()
}

#[test]
fn the_bytes_shown_are_those_of_the_place() {
    let file = written("excerpt", &endless(200_000));
    let (_, out, _) = validate(&[&file, "--limits", "record=64K", "--color", "never"]);
    assert!(
        out.contains("  65600 | 41 41 41 41 41 41 41 41 41 41 41 41 41 41 41 41 | AAAAAAAAAAAAAAAA"),
        "{out}"
    );
    assert!(!out.contains("  65600 | 39"), "{out}");
}

#[test]
fn a_finding_at_the_cut_of_a_batch_is_not_lost() {
    let file = written("cut", &endless(2_000_000));
    for jobs in ["1", "2"] {
        let (_, out, _) = validate(&[&file, "--limits", "record=1M", "--format", "json", "-j", jobs]);
        assert_eq!(rules(&out), ["B023", "B017"], "{jobs}: {out}");
        let found = lines(&out);
        // All bytes are accounted for: 1 MiB and the 64 bytes seen after it, then the rest.
        assert_eq!((&found[0]["at"]["byte"], &found[0]["at"]["length"]), (&0.into(), &1_048_640.into()));
        assert_eq!(
            (&found[1]["at"]["byte"], &found[1]["at"]["length"]),
            (&1_048_640.into(), &951_397.into())
        );
    }
}

#[test]
fn of_a_rejected_record_nothing_is_kept() {
    let file = written("rejected", &endless(65_536));
    let (_, out, _) = validate(&[&file, "--limits", "record=64K", "--format", "json"]);
    assert_eq!(rules(&out), ["B008", "B023"]);
    let found = lines(&out);
    assert_eq!((&found[0]["action"], &found[1]["action"]), (&Value::Null, &"record rejected".into()));
}

#[test]
fn findings_of_one_record_agree_about_its_place() {
    let (_, out, _) = validate(&[DAMAGED, "--format", "json"]);
    let mut offsets: BTreeMap<u64, HashSet<u64>> = BTreeMap::new();
    let (mut with_id, mut between) = (0, 0);
    for finding in lines(&out).iter().filter(|line| line["rule"].is_string()) {
        let record = &finding["record"];
        let number = record["number"].as_u64().unwrap();
        assert_eq!(record["index"], number - 1);
        offsets.entry(number).or_default().insert(record["offset"].as_u64().unwrap());
        // What stands before a record is not said to be in it.
        match finding["at"]["byte"].as_u64() < record["offset"].as_u64() {
            true => between += u64::from(record["id"].is_null()),
            false => with_id += u64::from(record["id"].is_string()),
        }
    }
    assert!(offsets.values().all(|offsets| offsets.len() == 1), "{offsets:?}");
    assert!(with_id == 6 && between == 2, "{with_id} {between} {out}");
}

#[test]
fn too_few_records_are_a_failure() {
    let empty = written("empty", b"");
    let (status, out, _) = validate(&[&empty, "--from", "iso2709"]);
    assert_eq!(
        (status, out.as_str()),
        (1, "0 records, 0 with findings: nothing found; fewer than 1 record in 1 input\n")
    );
    assert_eq!(validate(&[&empty, "--from", "iso2709", "--min-records", "0"]).0, 0);
    assert_eq!(validate(&[MARC21, "--min-records", "8"]).0, 0);
    assert_eq!(validate(&[MARC21, "--min-records", "9"]).0, 1);
}

#[test]
fn a_baseline_lets_old_findings_pass_and_no_new_ones() {
    let (file, baseline) = (written("baseline", &fs::read(DAMAGED).unwrap()), "baseline.txt");
    let baseline = Path::new(&file).with_file_name(baseline);
    let baseline = baseline.to_str().unwrap();
    let all = rules(&validate(&[&file, "--format", "json"]).1).len() as u64;
    let (status, out, _) = validate(&[&file, "--baseline", baseline, "--update-baseline"]);
    assert_eq!(status, 0, "{out}");
    let text = fs::read_to_string(baseline).unwrap();
    assert!(text.starts_with("kartoteka baseline 1\nB0") && text.is_sorted_by_lines(), "{text}");
    let (status, out, err) = validate(&[&file, "--baseline", baseline]);
    let known = format!("10 records, 0 with findings: nothing found; {all} findings in the baseline\n");
    assert_eq!((status, out, err.as_str()), (0, known, ""));
    // The same records twice: what has no id was counted, and each id is known once.
    let twice = [fs::read(DAMAGED).unwrap(), fs::read(DAMAGED).unwrap()].concat();
    fs::write(&file, twice).unwrap();
    let (status, out, _) = validate(&[&file, "--baseline", baseline, "--format", "json"]);
    assert_eq!((status, lines(&out).pop().unwrap()["summary"]["in_baseline"].as_u64()), (1, Some(all)));
    // Fewer: said, and no failure.
    fs::write(&file, fs::read(MARC21).unwrap()).unwrap();
    let (status, _, err) = validate(&[&file, "--baseline", baseline]);
    assert_eq!(status, 0);
    assert!(err.contains(&format!("{all} findings are in the baseline, and no longer there")), "{err}");
    fs::write(baseline, "something else\n").unwrap();
    let (status, _, err) = validate(&[&file, "--baseline", baseline]);
    assert!(status == 2 && err.contains("line 1: expected"), "{err}");
}

/// Whether lines after the first are in order.
trait Sorted {
    fn is_sorted_by_lines(&self) -> bool;
}

impl Sorted for str {
    fn is_sorted_by_lines(&self) -> bool {
        self.lines().skip(1).collect::<Vec<_>>().is_sorted()
    }
}

#[test]
fn findings_are_chosen_by_element() {
    let file = "fixtures/findings/E020.mrc"; // in 245$a
    for (wanted, count) in [("245$a", 1), ("2XX", 1), ("E020@245", 1), ("B@245", 0), ("LDR", 0), ("245$b", 0)]
    {
        let (_, out, _) = validate(&[file, "--format", "json", "--select", wanted]);
        assert_eq!(rules(&out).len(), count, "{wanted}");
        let (_, out, _) = validate(&[file, "--format", "json", "--ignore", wanted]);
        assert_eq!(rules(&out).len(), 1 - count, "{wanted}");
    }
    let (_, out, _) = validate(&["fixtures/findings/L001.mrc", "--format", "json", "--select", "LDR"]);
    assert_eq!(rules(&out), ["L001"]);
    let (status, _, err) = validate(&[file, "--select", "control-charakter"]);
    assert!(status == 2 && err.contains("E020 control-character"), "{err}");
}

#[test]
fn annotations_for_github() {
    let (status, out, _) = validate(&["fixtures/findings/E020.mrc", "--format", "github"]);
    assert_eq!(status, 0);
    let first = out.lines().next().unwrap();
    assert!(
        first.starts_with("::warning file=fixtures/findings/E020.mrc,line=1,title=E020 control-character::record 2 (kart0002), 245[0]$a[0]: "),
        "{first}"
    );
}

/// What the documentation of GitLab asks of a code quality report.
#[test]
fn code_quality_for_gitlab() {
    let (_, out, _) = validate(&[DAMAGED, "--format", "gitlab", "--max-findings", "5"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    let mut prints = HashSet::new();
    for entry in report.as_array().unwrap() {
        assert!(entry["description"].is_string() && entry["check_name"].is_string(), "{entry}");
        assert!(prints.insert(entry["fingerprint"].as_str().unwrap().to_owned()), "{entry}");
        assert!(
            ["info", "minor", "major", "critical", "blocker"].contains(&entry["severity"].as_str().unwrap())
        );
        assert_eq!(entry["location"]["path"], DAMAGED);
        assert!(entry["location"]["lines"]["begin"].as_u64() > Some(0));
    }
    let listed = report
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| !entry["fingerprint"].as_str().unwrap().starts_with("remainder"));
    assert_eq!(listed.count(), 5);
    let (_, out, _) = validate(&[MARC21, "--ignore", "S105", "--format", "gitlab"]);
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), Value::Array(Vec::new()));
}

#[test]
fn a_table_of_findings() {
    let (_, out, _) = validate(&["fixtures/findings/E020.mrc", "--format", "csv"]);
    let mut rows = out.lines();
    assert_eq!(
        rows.next(),
        Some("rule,name,severity,file,record,offset,length,id,mfn,byte,path,value,message")
    );
    let row = rows.next().unwrap();
    assert!(row.starts_with("E020,control-character,warning,fixtures/findings/E020.mrc,2,"), "{row}");
    assert!(out.contains(",kart0002,,"), "{out}");
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
                    "occurrenceCount",
                    "relatedLocations",
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
                    assert!(number("startLine").is_some(), "code hosts want a line");
                    assert!(number("byteOffset").is_none() || number("startColumn").is_none());
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
fn many_findings_are_one_result_with_their_number() {
    let (_, out, _) = validate(&[DAMAGED, "--format", "sarif", "--grouped", "--max-findings", "1"]);
    let sarif: Value = serde_json::from_str(&out).unwrap();
    check_sarif(&sarif);
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let counts: u64 = results.iter().map(|result| result["occurrenceCount"].as_u64().unwrap()).sum();
    assert_eq!((results.len(), counts), (7, 8), "{out}");
    let (_, out, _) = validate(&[DAMAGED, "--format", "sarif", "--grouped", "--select", "B001"]);
    let sarif: Value = serde_json::from_str(&out).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert!(
        result["message"]["text"].as_str().unwrap().starts_with("2 findings: such as: the record has 499")
    );
    assert_eq!(result["relatedLocations"].as_array().unwrap().len(), 1);
}

#[test]
fn editors_find_the_place() {
    let (_, out, _) = validate(&["fixtures/findings/B050.txt", "--format", "concise", "--select", "B050"]);
    assert!(out.starts_with("fixtures/findings/B050.txt:2:1: B050 "), "{out}");
    let (_, out, _) = validate(&["fixtures/findings/E020.mrc", "--format", "concise"]);
    let data = fs::read("fixtures/findings/E020.mrc").unwrap();
    let column = data.iter().position(|byte| *byte == b'\r').unwrap() + 1;
    let expected =
        format!("fixtures/findings/E020.mrc:1:{column}: E020 warning: record 2, kart0002, 245[0]$a[0]: ");
    assert!(out.starts_with(&expected), "{out}");
}

/// A folder with a configuration file, and a file to check in a folder in it.
fn configured(name: &str, config: &str) -> (std::path::PathBuf, std::path::PathBuf) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("config").join(name);
    let inner = folder.join("dumps");
    fs::create_dir_all(&inner).unwrap();
    fs::write(folder.join("kartoteka.toml"), config).unwrap();
    fs::copy(DAMAGED, inner.join("damaged.mrc")).unwrap();
    (folder, inner)
}

fn validate_in(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = command(&[&["validate"], arguments].concat()).current_dir(folder).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_configuration_file_is_looked_for_upwards() {
    let (folder, inner) = configured(
        "upwards",
        "[validate]\nselect = [\"B\"]\nfail-on = \"error\"\n\n[validate.severity]\nB001 = \"note\"\n\n\
         [[validate.ignore-where]]\nrules = [\"B003\"]\nrecords = [\"damaged04\"]\n\n\
         [[validate.ignore-where]]\nrules = [\"B006\", \"B008\", \"B017\"]\nfiles = [\"dam*.mrc\"]\n",
    );
    let (status, out, err) = validate_in(&inner, &["damaged.mrc", "--format", "json"]);
    assert_eq!((status, rules(&out)), (0, vec!["B001".into(), "B007".into(), "B001".into()]), "{out}{err}");
    assert_eq!(lines(&out)[0]["severity"], "note");
    // Options take the place of keys.
    assert_eq!(validate_in(&inner, &["damaged.mrc", "--fail-on", "note"]).0, 1);
    let (_, out, _) = validate_in(&inner, &["damaged.mrc", "--select", "E", "--format", "json"]);
    assert_eq!(rules(&out), ["E001"]);
    assert_eq!(validate_in(&inner, &["damaged.mrc", "--no-config"]).0, 1);
    let (status, out, _) = validate_in(&inner, &["damaged.mrc", "--explain-config"]);
    assert_eq!(status, 0);
    let path = fs::canonicalize(folder.join("kartoteka.toml")).unwrap();
    assert!(out.starts_with(&format!("config        {}\n", path.display())), "{out}");
    assert!(out.contains("  note    B001 record-length-mismatch\n") && !out.contains("E001"), "{out}");
    assert!(out.contains("ignore-where  2 conditions\n"), "{out}");
}

#[test]
fn severities_by_file() {
    let config = "[[validate.overrides]]\nfiles = [\"dumps/*\"]\nseverity = { B = \"note\", E = \"note\" }\n";
    let (folder, inner) = configured("overrides", config);
    fs::copy(DAMAGED, folder.join("other.mrc")).unwrap();
    assert_eq!(validate_in(&folder, &["dumps/damaged.mrc"]).0, 0);
    let (status, out, _) = validate_in(&folder, &["dumps/damaged.mrc", "other.mrc"]);
    assert!(status == 1 && out.contains("7 errors, 9 notes"), "{out}");
    assert_eq!(validate_in(&inner, &["damaged.mrc"]).0, 1);
}

#[test]
fn mistakes_in_the_configuration_are_named() {
    let (_, inner) = configured("mistakes", "[validate]\nfail_on = \"error\"\n");
    let (status, _, err) = validate_in(&inner, &["damaged.mrc"]);
    assert_eq!(status, 2);
    assert!(
        err.contains("kartoteka.toml:2:1: no key \"fail_on\" is known here; the nearest is \"fail-on\""),
        "{err}"
    );
    let (status, _, err) = validate_in(&inner, &["damaged.mrc", "--config", "none.toml"]);
    assert!(status == 2 && err.contains("none.toml: cannot read"), "{err}");
}

/// Two sound records, a tab and a control character in the title of the first.
fn with_controls(name: &str) -> (String, Vec<u8>) {
    let sound = fs::read("fixtures/iso2709/marc21.mrc").unwrap();
    let mut first = sound.split_inclusive(|byte| *byte == 0x1D).next().unwrap().to_vec();
    let at =
        first.windows(5).position(|window| window == b"\x1f\x61Ley" || window[..2] == *b"\x1fa").unwrap();
    (first[at + 4], first[at + 5]) = (b'\t', 0x07);
    let data = [first, sound].concat();
    (written(name, &data), data)
}

#[test]
fn what_can_be_repaired_is_and_the_rest_is_reported() {
    let (file, data) = with_controls("fix");
    let fixed = Path::new(&file).with_file_name("fixed.mrc");
    let fixed = fixed.to_str().unwrap();
    let wanted = ["--select", "E020", "--fail-on", "warning", "--format", "json"];
    let (status, out, _) = validate(&[&[file.as_str()][..], &wanted].concat());
    assert_eq!((status, rules(&out).len()), (1, 1));
    // The tab becomes a blank; to drop the other is not safe.
    let safe = ["--fix", "--fixed", fixed];
    let (status, out, err) = validate(&[&[file.as_str()][..], &wanted, &safe].concat());
    assert_eq!((status, rules(&out).len()), (1, 1), "{out}");
    assert!(
        err.contains("repaired E020 record 1, ") && err.contains(": 1 line end or tab became a blank"),
        "{err}"
    );
    let after = fs::read(fixed).unwrap();
    assert_eq!(after.len(), data.len());
    let changed: Vec<_> = data.iter().zip(&after).filter(|(old, new)| old != new).collect();
    assert_eq!(changed, [(&b'\t', &b' ')]);
    // All repairs: nothing remains, and all records but the first are as they were.
    let all = ["--unsafe-fixes", "--fixed", fixed];
    let (status, out, _) = validate(&[&[file.as_str()][..], &wanted, &all].concat());
    assert_eq!((status, rules(&out).len()), (0, 0), "{out}");
    let after = fs::read(fixed).unwrap();
    assert!(after.len() == data.len() - 1 && after.ends_with(&fs::read(MARC21).unwrap()));
    assert_eq!(fs::read(&file).unwrap(), data);
    // What is not looked for is not repaired.
    let (_, _, err) = validate(&[&file, "--ignore", "E020", "--fix", "--fixed", fixed]);
    assert!(err.contains("repairs made: 0"), "{err}");
    assert_eq!(fs::read(fixed).unwrap(), data);
}

#[test]
fn files_are_repaired_in_place_only_if_nothing_is_lost() {
    let (file, data) = with_controls("in-place");
    let (status, _, err) = validate(&[&file, "--select", "E020", "--unsafe-fixes", "--in-place"]);
    assert_eq!(status, 0, "{err}");
    assert_eq!(fs::read(&file).unwrap().len(), data.len() - 1);
    let garbage = [&data[..], b"and so on"].concat();
    fs::write(&file, &garbage).unwrap();
    let (status, _, err) = validate(&[&file, "--fix", "--in-place"]);
    assert!(status == 2 && err.contains("part of it would be lost"), "{err}");
    assert_eq!(fs::read(&file).unwrap(), garbage);
    for wrong in [&["--fix"][..], &["--in-place"], &["--fix", "--in-place", "--fixed", "x.mrc"]] {
        assert_eq!(validate(&[&[file.as_str()], wrong].concat()).0, 2, "{wrong:?}");
    }
}

#[test]
fn fingerprints_do_not_depend_on_the_place_in_the_file() {
    let data = fs::read("fixtures/findings/L001.mrc").unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fingerprints");
    fs::create_dir_all(&folder).unwrap();
    let moved = folder.join("moved.mrc");
    fs::write(&moved, [fs::read(MARC21).unwrap(), data].concat()).unwrap();
    let print = |file: &str| {
        let sarif: Value =
            serde_json::from_str(&validate(&[file, "--select", "L", "--format", "sarif"]).1).unwrap();
        sarif["runs"][0]["results"][0]["partialFingerprints"].clone()
    };
    let first = print("fixtures/findings/L001.mrc");
    assert!(first["recordField/v1"].is_string());
    assert_eq!(first, print(moved.to_str().unwrap()));
    assert_ne!(first, print("fixtures/findings/L002.mrc"));
}

#[test]
fn junit_has_a_case_for_each_rule() {
    let arguments = [DAMAGED, "--format", "junit", "--select", "B001,B002,B007"];
    let (_, out, _) = validate(&[&arguments[..], &["--passed"]].concat());
    assert!(out.contains(r#"<testsuites name="kartoteka" tests="3" failures="1" errors="0""#), "{out}");
    assert_eq!((out.matches("<testcase ").count(), out.matches("<failure ").count()), (3, 1));
    // Without it, only what was found: B002 was not.
    let (_, out, _) = validate(&arguments);
    assert!(out.contains(r#"<testsuites name="kartoteka" tests="2" failures="1" errors="0""#), "{out}");
    assert!(!out.contains("B002") && out.matches("<testcase ").count() == 2, "{out}");
    let (_, clean, _) = validate(&[MARC21, "--format", "junit"]);
    assert!(
        clean.contains("tests=\"1\" failures=\"0\"") && clean.matches("<testcase ").count() == 1,
        "{clean}"
    );
    assert!(out.contains("<system-out>note 1 finding"), "{out}");
    let (_, out, _) = validate(&[DAMAGED, "--format", "junit", "--select", "B007", "--fail-on", "note"]);
    assert!(out.contains("failures=\"1\""), "{out}");
}

#[test]
fn every_finding_is_explained() {
    let list = String::from_utf8(run(&["explain"]).stdout).unwrap();
    for code in rules::all() {
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

/// A row for each file: what was found in its structure, leader and encoding, how often, and where first (record, byte).
/// Nothing of what is in the files. What the rules of its format find is compared with the reference validator of Avram.
fn golden(folder: &Path) -> String {
    let names = files(folder);
    let names: Vec<&str> = names
        .iter()
        .map(|path| path.strip_prefix(folder).unwrap().to_str().unwrap())
        .filter(|name| {
            !name.contains("expected") && !name.ends_with(".md") && !name.ends_with("MANIFEST.tsv")
        })
        .collect();
    let output = command(&["validate", "--format", "json", "-q", "--select", "B,E,L"])
        .args(&names)
        .current_dir(folder)
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

#[test]
fn the_readme_shows_what_is_printed() {
    let readme = fs::read_to_string("README.md").unwrap();
    let blocks: Vec<&str> = readme.split("```text\n$ kartoteka validate ").skip(1).collect();
    assert_eq!(blocks.len(), 2);
    for block in blocks {
        let (path, rest) = block.split_once('\n').unwrap();
        let shown = rest.split("```").next().unwrap();
        let (_, printed, _) = validate(&[path]);
        assert!(printed.contains(shown), "{path}: {printed}");
    }
}

/// Repeats and links are of an input; optional rules come beside the others with a profile, on the command line and in the
/// configuration, and a schema says how much rules weigh.
#[test]
fn profiles_and_severities_of_a_schema() {
    let folder = crate::common::program::scratch("profiles");
    let input = folder.join("in.ndjson");
    let title = r#"{"245":{"ind1":"0","ind2":"0","subfields":[{"a":"Sahil"}]}}"#;
    let host = r#"{"773":{"ind1":"0","ind2":" ","subfields":[{"w":"k9"}]}}"#;
    let record = format!(
        r#"{{"leader":"00000nab a2200000 i 4500","fields":[{{"001":"k1"}},{title},{host},{{"599":{{"ind1":" ","ind2":" ","subfields":[{{"a":"x"}}]}}}}]}}"#
    );
    fs::write(&input, record + "\n").unwrap();
    let input = input.to_str().unwrap();
    let found = |arguments: &[&str]| -> Vec<String> {
        let (_, printed, _) = validate(&[&["--format", "csv", "--no-config", input], arguments].concat());
        printed.lines().skip(1).map(|line| line.split(',').take(8).collect::<Vec<_>>().join(",")).collect()
    };
    let has = |found: &[String], id: &str| found.iter().filter(|line| line.contains(id)).count();
    let usual = found(&[]);
    assert_eq!((has(&usual, "K102"), has(&usual, "P101")), (0, 0), "{usual:?}");
    let more = found(&["--profile", "isbd,K102"]);
    assert_eq!((has(&more, "K102"), has(&more, "P101")), (1, 1), "{more:?}");
    assert_eq!(more.len(), usual.len() + 2, "{more:?}");

    let config = folder.join("kartoteka.toml");
    let schema = folder.join("own.json");
    let own = |severity: &str| {
        let fields = r#"{"001": {}, "245": {"required": true}, "773": {}}"#;
        fs::write(&schema, format!(r#"{{"fields": {fields}, "severity": {severity}}}"#)).unwrap();
    };
    own(r#"{"field-undefined": "error"}"#);
    let named = format!("[validate]\nprofile = \"K102\"\nschema = '{}'\n", schema.display());
    fs::write(&config, named).unwrap();
    let (status, printed, said) = validate(&["--config", config.to_str().unwrap(), input]);
    assert_eq!(status, 1, "{printed}{said}");
    assert!(printed.contains("error[F101]") && printed.contains("note[K102]"), "{printed}");
    let (status, printed, _) = validate(&["--no-config", "--schema", schema.to_str().unwrap(), input]);
    assert!(status == 1 && printed.contains("error[F101]") && !printed.contains("K102"), "{printed}");
    own(r#"{"field-undefinde": "error"}"#);
    let (status, _, said) = validate(&["--no-config", "--schema", schema.to_str().unwrap(), input]);
    assert!(status == 2 && said.contains("field-undefined"), "{said}");
    own(r#"{"F101": "grave"}"#);
    let (status, _, said) = validate(&["--no-config", "--schema", schema.to_str().unwrap(), input]);
    assert!(status == 2 && said.contains("expected note, warning or error"), "{said}");
}

//! `convert --crosswalk`, and the command `crosswalk`.

use std::fs;

use crate::common::program::{run, says, scratch, status, stderr, stdout};
use serde_json::Value;

const EXPORT: &str = "fixtures/irbis/export-cp866.txt";

#[test]
fn meaning_is_converted_with_an_account_of_each_value() {
    let folder = scratch("crosswalk");
    let report = folder.join("report.ndjson");
    let report = report.to_str().unwrap();
    for jobs in ["1", "2"] {
        let output = run(&[
            "convert",
            EXPORT,
            "-t",
            "mrk",
            "--crosswalk",
            "irbis-marc21",
            "--report",
            report,
            "-j",
            jobs,
        ]);
        assert_eq!(status(&output), 0, "{output:?}");
        let text = stdout(&output);
        assert!(text.contains("=245  10$aЕвгений Онегин :$bроман в стихах /$cсоч. А. Пушкина\n"), "{text}");
        assert!(
            text.contains("=264  \\1$aСанкт-Петербург :$bВ типографии Александра Смирдина,$c1833\n"),
            "{text}"
        );
        assert!(text.contains("=886  2\\$2irbis$a1119$b5b0f0c1e-7d52-4b0a-9c55-000000000001\n"), "{text}");
        let lines = fs::read_to_string(report).unwrap();
        let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 3);
        for (line, number) in lines.iter().zip(1u64..) {
            assert_eq!(line["record"], number);
            let parts = line["values"].as_object().unwrap().values();
            assert_eq!(
                parts.map(|part| part.as_u64().unwrap()).sum::<u64>(),
                line["total"].as_u64().unwrap()
            );
        }
        assert_eq!(lines[0]["id"], "84(2Рос=Рус)1-5/П 91-000001");
        let kept = lines[0]["kept"].as_array().unwrap();
        assert!(
            kept.iter().any(|entry| entry["path"] == "1119" && entry["rule"] == "m21.all.any.1"),
            "{kept:?}"
        );
    }
}

#[test]
fn what_no_rule_takes_is_kept_listed_or_a_reason_to_reject() {
    let convert = |more: &[&str]| {
        let begin = ["convert", EXPORT, "-t", "mrk", "--crosswalk", "irbis-marc21"];
        run(&[&begin, more].concat())
    };
    let allowed = convert(&["--on-loss", "allow"]);
    assert_eq!(status(&allowed), 1);
    says(&allowed, &["named by no rule"]);
    assert!(!stdout(&allowed).contains("$a1119$b"));
    let failed = convert(&["--on-loss", "fail"]);
    assert_eq!(status(&failed), 1);
    says(&failed, &["M007"]);
    let elsewhere = convert(&["--keep-in", "999", "--keep-dropped"]);
    assert!(stdout(&elsewhere).contains("=999  2\\$2irbis$a905$b^21^D1^J1^S1\n"), "{}", stdout(&elsewhere));
    let agency = convert(&["--crosswalk-set", "agency=RU-X", "--crosswalk-set", "prefix=RU-X"]);
    assert!(stdout(&agency).contains("=003  RU-X\n") && stdout(&agency).contains("=040  \\\\$aRU-X$brus"));
}

#[test]
fn a_wrong_rule_file_is_refused_before_any_record_is_read() {
    let folder = scratch("crosswalk-rules");
    let file = folder.join("ours.toml");
    let path = file.to_str().unwrap();
    fs::write(&file, "extends = \"irbis-marc21\"\n\n[[rule]]\nid = \"o.1\"\nfrom = \"60^*\"\nto = \"650$a\"\ntransform = \"trimm\"\n").unwrap();
    let message = format!("{path}:3: rule o.1: no transform \"trimm\"; did you mean \"trim\"?");
    let output = run(&["convert", EXPORT, "-t", "mrk", "--crosswalk", path]);
    assert_eq!((status(&output), stdout(&output).as_str()), (2, ""));
    says(&output, &[&message]);
    let checked = run(&["crosswalk", "check", path]);
    assert_eq!((status(&checked), stdout(&checked)), (1, format!("{message}\n")));

    fs::write(&file, "extends = \"irbis-marc21\"\n\n[[rule]]\nid = \"o.1\"\nfrom = \"1119^*\"\nto = \"024$a\"\nind = \"8#\"\ntransform = \"trim\"\n").unwrap();
    assert_eq!(status(&run(&["crosswalk", "check", path])), 0);
    let output = run(&["convert", EXPORT, "-t", "mrk", "--crosswalk", path]);
    assert!(
        stdout(&output).contains("=024  8\\$a5b0f0c1e-7d52-4b0a-9c55-000000000001\n"),
        "{}",
        stdout(&output)
    );

    let unknown = run(&["convert", EXPORT, "-t", "mrk", "--crosswalk", "irbis-marc2"]);
    assert_eq!(status(&unknown), 2);
    says(&unknown, &["irbis-marc21"]);
}

#[test]
fn maps_are_listed_shown_and_measured() {
    let listed = stdout(&run(&["crosswalk", "list"]));
    assert!(listed.lines().any(|line| line.starts_with("irbis-marc21 ")), "{listed}");
    let folder = scratch("crosswalk-show");
    let file = folder.join("shown.toml");
    fs::write(&file, stdout(&run(&["crosswalk", "show", "irbis-rusmarc"]))).unwrap();
    assert_eq!(status(&run(&["crosswalk", "check", file.to_str().unwrap()])), 0);
    let coverage = stdout(&run(&["crosswalk", "coverage", "irbis-marc21", EXPORT]));
    let rows: Vec<Vec<&str>> = coverage.lines().map(|line| line.split_whitespace().collect()).collect();
    // The field 6629 has a head and is repeated: two values in one record, the most frequent.
    assert_eq!(rows[1][..4], ["untouched", "2", "1", "6629"], "{coverage}");
    assert_eq!(rows[2][..4], ["untouched", "1", "1", "1119"], "{coverage}");
    assert!(coverage.contains("3 records; "), "{coverage}");
}

#[test]
fn without_a_crosswalk_a_note_says_once_that_tags_keep_their_meaning() {
    let names = "--crosswalk irbis-marc21";
    for jobs in ["1", "2"] {
        for format in ["marcxml", "mrk", "turbomarc", "mods", "dc"] {
            let output = run(&["convert", EXPORT, EXPORT, "-t", format, "-j", jobs]);
            assert_eq!(stderr(&output).matches(names).count(), 1, "{format}: {}", stderr(&output));
        }
    }
    let unimarc = run(&["convert", "fixtures/iso2709/unimarc.mrc", "-t", "marcxml"]);
    says(&unimarc, &["--crosswalk unimarc-marc21"]);
    for quiet in [
        &["convert", EXPORT, "-t", "mrk", "-q"][..],
        &["convert", EXPORT, "-t", "mrk", "--crosswalk", "irbis-marc21"],
        // These forms hold any tags.
        &["convert", EXPORT, "-t", "iso2709"],
        &["convert", EXPORT, "-t", "ndjson"],
        &["convert", "fixtures/iso2709/marc21.mrc", "-t", "marcxml"],
        &["convert", "fixtures/iso2709/unimarc.mrc", "-t", "marcxchange"],
    ] {
        let said = stderr(&run(quiet));
        assert!(!said.contains("--crosswalk"), "{quiet:?}: {said}");
    }
}

#[test]
fn records_of_the_wrong_kind_are_rejected_by_option() {
    let folder = scratch("crosswalk-kind");
    let (input, rejects) = (folder.join("in.mrk"), folder.join("rejects.mrk"));
    let text = "=LDR  00000nz  a2200000n  4500\n=001  1\n=100  1\\$aAli, Sabahattin\n\n\
                =LDR  00000nam a2200000 i 4500\n=001  2\n=245  10$aDivan\n\n";
    fs::write(&input, text).unwrap();
    let convert = |more: &[&str]| {
        let begin =
            ["convert", input.to_str().unwrap(), "-f", "mrk", "-t", "mrk", "--crosswalk", "marc21-unimarc"];
        run(&[&begin, more].concat())
    };
    let converted = convert(&[]);
    assert_eq!((status(&converted), stdout(&converted).matches("=LDR").count()), (1, 2));
    says(&converted, &["M006", "this is an authority record", "M003"]);
    let rejected = convert(&["--on-wrong-kind", "reject", "--rejects", rejects.to_str().unwrap()]);
    assert_eq!((status(&rejected), stdout(&rejected).matches("=LDR").count()), (1, 1));
    assert!(stdout(&rejected).contains("=200  1\\$aDivan\n"), "{}", stdout(&rejected));
    says(&rejected, &["M006", "record rejected"]);
    assert!(fs::read_to_string(&rejects).unwrap().contains("Sabahattin"));
}

#[test]
fn rules_that_never_run_and_options_that_no_map_has_are_told() {
    let file = scratch("crosswalk-idle").join("ours.toml");
    let path = file.to_str().unwrap();
    fs::write(&file, "extends = \"irbis-marc21\"\n\n[[rule]]\nid = \"o.1\"\nfrom = \"60^*\"\nto = \"650$a\"\nwhen = \"ind1:1\"\n").unwrap();
    let checked = run(&["crosswalk", "check", path]);
    let message = format!("{path}:3: rule o.1: never runs: fields of irbis have no indicators\n");
    assert_eq!((status(&checked), stdout(&checked)), (1, message));
    assert_eq!(status(&run(&["convert", EXPORT, "-t", "mrk", "--crosswalk", path, "-q"])), 0);
    let set = ["--crosswalk", "irbis-marc21", "--crosswalk-set", "profil=koha"];
    let output = run(&[&["convert", EXPORT, "-t", "mrk"], &set[..]].concat());
    assert_eq!(status(&output), 2);
    says(&output, &["no option \"profil\"; there are agency, prefix, profile, notes"]);
}

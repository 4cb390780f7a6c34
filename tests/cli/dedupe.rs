//! `dedupe` and `match`, as scripts see them.

use std::fs;

use crate::common::program::{self, MARC21, scratch, taken_apart, text};

/// Exit status, standard output, standard error.
fn run(arguments: &[&str]) -> (i32, String, String) {
    let (status, out, said) = taken_apart(program::run(arguments));
    (status, String::from_utf8(out).unwrap(), said)
}

const LIST: &str = "author,title,isbn\nNizami Gəncəvi,Leyli və Məcnun,\n,No such book at all,\n";

#[test]
fn the_same_file_twice_is_all_the_same() {
    let xml = scratch("dedupe").join("again.xml");
    assert_eq!(run(&["convert", MARC21, "-o", text(&xml)]).0, 0);
    let (status, table, said) = run(&["dedupe", MARC21, text(&xml), "--min-certainty", "0.5"]);
    assert_eq!(status, 0, "{said}");
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(rows[0], ["group", "record", "file", "offset", "id", "reason", "certainty"]);
    assert!(said.starts_with("compared 16 records in "), "{said}");
    let with = |id: &str| rows.iter().filter(|row| row[4] == id).collect::<Vec<_>>();
    let pair = with("kart0001");
    assert_eq!((pair.len(), pair[0][0] == pair[1][0]), (2, true), "{table}");
    assert_eq!((pair[0][2], pair[0][3], pair[1][2]), (MARC21, "0", text(&xml)));
    // The same on any number of threads, and as lines of JSON.
    for jobs in ["1", "2"] {
        let again = run(&["dedupe", MARC21, text(&xml), "--min-certainty", "0.5", "-j", jobs]);
        assert_eq!(again.1, table);
    }
    let (_, lines, _) = run(&["dedupe", MARC21, text(&xml), "-t", "ndjson", "-q"]);
    let first: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert!(first["group"] == 1 && first["certainty"].as_f64().unwrap() > 0.7, "{first}");
}

#[test]
fn one_input_has_no_column_for_it_and_an_unreadable_one_is_told() {
    let (status, table, _) = run(&["dedupe", MARC21, "-t", "tsv"]);
    assert_eq!((status, table.as_str()), (0, "group\trecord\toffset\tid\treason\tcertainty\n"));
    let (status, table, said) = run(&["dedupe", "no-such.mrc", MARC21]);
    assert_eq!((status, table.lines().count()), (2, 1));
    assert!(said.contains("no-such.mrc: cannot open"), "{said}");
    assert_eq!(run(&["dedupe", "no-such.mrc"]).1, "");
}

#[test]
fn a_list_gives_a_table() {
    let list = scratch("match-table").join("list.csv");
    fs::write(&list, LIST).unwrap();
    let (status, table, said) = run(&["match", text(&list), MARC21, "--unmatched"]);
    assert_eq!(status, 0, "{said}");
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines[0], "line,record,offset,id,reason,certainty");
    assert!(lines[1].starts_with("2,1,0,kart0001,\"title, "), "{table}");
    assert_eq!((lines[2], lines.len()), ("3,,,,not found,", 3));
    fs::write(&list, "titel\nx\n").unwrap();
    let (status, _, said) = run(&["match", text(&list), MARC21]);
    assert_eq!(status, 2);
    assert!(said.contains("no column \"titel\"; did you mean title?"), "{said}");
    assert_eq!(run(&["match", "no-such.csv", MARC21]).0, 2);
    fs::write(&list, LIST).unwrap();
    assert_eq!(run(&["match", text(&list), MARC21, "-t", "iso2709"]).0, 2);
}

#[test]
fn a_list_marks_records() {
    let folder = scratch("match-mark");
    let (list, out) = (folder.join("list.csv"), folder.join("marked.mrc"));
    fs::write(&list, LIST).unwrap();
    let (status, _, said) = run(&[
        "match",
        text(&list),
        MARC21,
        "--mark",
        "999$a=on the list",
        "-t",
        "iso2709",
        "-o",
        text(&out),
    ]);
    assert_eq!(status, 0, "{said}");
    let (_, marked, _) = run(&["filter", "999$a == \"on the list\"", text(&out), "-t", "ndjson"]);
    assert_eq!((marked.lines().count(), marked.contains("kart0001")), (1, true), "{marked}");
    // The others are as they were.
    let (_, marked, _) = run(&["filter", "999$a != \"on the list\" || !999?", text(&out), "-t", "ndjson"]);
    let (_, others, _) = run(&["filter", "001 != \"kart0001\"", MARC21, "-t", "ndjson"]);
    assert_eq!(marked, others);
}

//! Which rows are of one record: tables made by hand.

use std::fs;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray, UInt64Array};
use kartoteka::{Finding, Record};
use kartoteka_arrow::{Kind, NO_INDICATORS, NONSENSE, Output, read_table};

use crate::{export, fixtures, import, records_of, said, scratch, surveyed, text};

const NAMES: [&str; 11] =
    ["record", "offset", "mfn", "id", "field", "tag", "ind1", "ind2", "subfield", "code", "value"];

/// A table of lines, whose cells are separated by bars; a dash is null, and a dot a blank.
fn table(lines: &[&str]) -> RecordBatch {
    let rows: Vec<Vec<&str>> = lines.iter().map(|line| line.split('|').collect()).collect();
    let columns = NAMES.iter().enumerate().map(|(at, name)| {
        let cells = rows.iter().map(|row| Some(row[at]).filter(|cell| *cell != "-"));
        let column: ArrayRef = match *name {
            "record" | "offset" | "mfn" | "field" | "subfield" => {
                Arc::new(cells.map(|cell| cell.map(|cell| cell.parse().unwrap())).collect::<UInt64Array>())
            }
            _ => Arc::new(cells.map(|cell| cell.map(|cell| cell.replace('.', " "))).collect::<StringArray>()),
        };
        (*name, column)
    });
    RecordBatch::try_from_iter(columns).unwrap()
}

fn made(lines: &[&str]) -> (Vec<Record>, Vec<Finding>) {
    records_of(std::iter::once(Ok(table(lines))))
}

/// The tags of the fields of a record, and their first subfields.
fn shown(record: &Record) -> Vec<String> {
    let fields = record.fields().map(|field| {
        let value = field.subfields().next().map(|one| one.value().to_str_lossy().into_owned());
        format!("{} {}", field.tag(), value.unwrap_or_default())
    });
    fields.collect()
}

const LEADER: &str = "00000nam.a2200000.a.4500";

/// The rows of a record with a leader, a control number and a title.
fn record(record: &str, offset: &str, id: &str) -> Vec<String> {
    let of = format!("{record}|{offset}|-|{id}");
    vec![
        format!("{of}|0|LDR|-|-|-|-|{LEADER}"),
        format!("{of}|1|001|-|-|-|-|{id}"),
        format!("{of}|2|245|1|0|1|a|Title.{id}"),
    ]
}

fn lines(rows: &[String]) -> Vec<&str> {
    rows.iter().map(String::as_str).collect()
}

#[test]
fn the_number_of_a_record_alone_says_which_rows_are_its() {
    for inserted in ["1|-|-|-", "1|0|-|a", "1|99|-|-", "1|10|7|a", "1|10|-|other"] {
        let mut rows = record("1", "10", "a");
        rows.push(format!("{inserted}|3|650|.|0|1|a|Added"));
        rows.extend(record("2", "300", "b"));
        let (records, findings) = made(&lines(&rows));
        assert!(findings.is_empty(), "{inserted}: {findings:?}");
        assert_eq!(shown(&records[0]), ["001 ", "245 Title a", "650 Added"], "{inserted}");
        assert_eq!(shown(&records[1]), ["001 ", "245 Title b"], "{inserted}");
        assert_eq!((records.len(), records[0].view().mfn()), (2, None), "that of the leader");
        // It may come first, too.
        let mut rows = record("1", "10", "a");
        rows.insert(0, format!("{inserted}|3|650|.|0|1|a|Added"));
        let (records, findings) = made(&lines(&rows));
        assert_eq!((records.len(), findings.len()), (1, 0), "{inserted}: {findings:?}");
        assert_eq!(shown(&records[0]), ["001 ", "245 Title a", "650 Added"], "{inserted}");
    }
}

#[test]
fn without_a_number_the_offset_says_it() {
    let mut rows = record("-", "10", "a");
    rows.push("-|10|-|-|3|650|.|0|1|a|Added".to_owned());
    rows.push("-|10|5|b|4|650|.|0|1|a|And".to_owned());
    rows.extend(record("-", "300", "a"));
    let (records, findings) = made(&lines(&rows));
    assert!(findings.is_empty(), "{findings:?}");
    assert_eq!(shown(&records[0]), ["001 ", "245 Title a", "650 Added", "650 And"]);
    assert_eq!(records.len(), 2, "the same id, and another offset");
}

#[test]
fn rows_without_a_leader_are_no_record() {
    let mut rows = record("1", "10", "a");
    rows.extend(record("2", "300", "b").into_iter().skip(1));
    rows.extend(record("3", "600", "c"));
    let (records, findings) = made(&lines(&rows));
    assert_eq!((records.len(), findings.len()), (2, 1));
    assert_eq!((findings[0].rule, findings[0].location.record.number()), (NONSENSE, Some(2)));
    assert_eq!(findings[0].message, "no row of a leader: field 0, tag LDR");
}

#[test]
fn a_record_whose_rows_are_apart_is_rejected_whole() {
    let mut rows = record("1", "10", "a");
    rows.extend(record("2", "300", "b"));
    rows.push("1|-|-|-|3|650|.|0|1|a|Added".to_owned());
    rows.extend(record("3", "600", "c"));
    rows.push("1|-|-|-|4|650|.|0|1|a|And".to_owned());
    // In one pass, what has the leader is given away before the rest is there.
    let (records, findings) = made(&lines(&rows));
    assert_eq!((records.len(), findings.len()), (3, 1));
    assert_eq!(findings[0].message, "rows of the record came before: they are not next to each other");
    let (records, findings, rejected) = surveyed(&table(&lines(&rows)));
    assert_eq!(
        records.iter().map(|record| shown(record)[1].clone()).collect::<Vec<_>>(),
        ["245 Title b", "245 Title c"]
    );
    assert_eq!((findings.len(), rejected), (1, 5));
    let position = findings[0].location.record;
    assert_eq!((findings[0].rule, position.number(), position.byte), (NONSENSE, Some(1), 10));
    // Where a piece without the leader is first, one pass is enough.
    rows.rotate_left(1);
    let (records, findings) = made(&lines(&rows));
    assert_eq!((records.len(), findings.len()), (2, 1));
}

#[test]
fn the_program_writes_no_piece_of_a_record() {
    let folder = scratch("pieces");
    let mut rows = record("1", "10", "a");
    rows.extend(record("2", "300", "b"));
    rows.push("1|-|-|-|3|650|.|0|1|a|Added".to_owned());
    let batch = table(&lines(&rows));
    for (name, kind) in [("t.parquet", Kind::Parquet), ("t.arrow", Kind::Arrow), ("t.arrows", Kind::Arrows)] {
        let (input, rejects) = (folder.join(name), folder.join("rejects.arrow"));
        let mut output = Output::create(&input, kind, &batch.schema()).unwrap();
        output.write(&batch).unwrap();
        output.finish().unwrap();
        let done = import(&[text(&input), "-t", "mrk", "--rejects", text(&rejects)]);
        assert_eq!(done.status.code(), Some(1), "{}", said(&done));
        assert!(said(&done).contains("2 records in the tables, 1 written, 1 rejected"), "{}", said(&done));
        let written = String::from_utf8(done.stdout).unwrap();
        assert!(written.contains("$aTitle b") && !written.contains("$aTitle a"), "{written}");
        let kept: usize = read_table(&rejects).unwrap().map(|batch| batch.unwrap().num_rows()).sum();
        assert_eq!(kept, 4, "{name}");
        // A stream is read once: what came first is written, and the rest is not.
        if kind == Kind::Arrows {
            let done = std::process::Command::new(env!("CARGO_BIN_EXE_kartoteka-import"))
                .args(["-", "-t", "mrk"])
                .stdin(fs::File::open(&input).unwrap())
                .output()
                .unwrap();
            assert!(said(&done).contains("2 written, 1 rejected"), "{}", said(&done));
            assert_eq!(done.status.code(), Some(1));
        }
    }
}

#[test]
fn a_leader_is_in_no_field_and_there_is_one() {
    for (row, why) in [
        (format!("1|10|-|a|3|LDR|-|-|-|-|{LEADER}"), "field 3 (LDR): a row of the leader is in a field"),
        (format!("1|10|-|a|3|LDR|1|0|1|a|{LEADER}"), "field 3 (LDR): a row of the leader is in a field"),
        (format!("1|10|-|a|0|LDR|-|-|-|-|{LEADER}"), "two leaders"),
    ] {
        let mut rows = record("1", "10", "a");
        rows.push(row);
        let (records, findings) = made(&lines(&rows));
        assert_eq!((records.len(), findings.len()), (0, 1), "{why}");
        assert!(findings[0].message.starts_with(why), "{}", findings[0].message);
    }
}

#[test]
fn columns_that_records_need_are_named_where_they_are_missing() {
    let whole = table(&lines(&record("1", "10", "a")));
    for name in ["field", "tag", "ind1", "ind2", "code", "value"] {
        let keep: Vec<usize> = (0..NAMES.len()).filter(|at| NAMES[*at] != name).collect();
        let batch = whole.project(&keep).unwrap();
        let failed = kartoteka_arrow::Import::check(&batch.schema()).unwrap_err().to_string();
        assert!(failed.contains(&format!("no column {name:?}")), "{failed}");
    }
}

#[test]
fn records_of_two_inputs_that_have_one_key() {
    // One after the other, they are two records; mixed, they are none, and the finding says why.
    for number in ["1", "-"] {
        let mut rows = record(number, "0", "a");
        rows.extend(record("7", "300", "x"));
        rows.extend(record(number, "0", "b"));
        let (records, findings) = made(&lines(&rows));
        assert_eq!((records.len(), findings.len()), (3, 0), "{findings:?}");
        let mut rows = record(number, "0", "a");
        rows.extend(record(number, "0", "b"));
        rows.extend(record("7", "300", "x"));
        let (records, findings) = made(&lines(&rows));
        assert_eq!((records.len(), findings.len()), (1, 1));
        assert_eq!(findings[0].message, "two leaders, as where one table is made of those of several inputs");
    }
    let folder = scratch("two-inputs");
    let (input, table) = (fixtures().join("iso2709/marc21.mrc"), folder.join("t.arrow"));
    let done = export(&[text(&input), text(&input), "--part", "1/2", "-o", text(&table)]);
    assert_eq!(done.status.code(), Some(0));
    assert!(said(&done).contains("make a table of each input"), "{}", said(&done));
    let done = export(&[text(&input), "--part", "1/2", "-o", text(&table)]);
    assert!(!said(&done).contains("make a table"), "{}", said(&done));
}

#[test]
fn indicators_that_are_null_are_a_finding() {
    let noted = |lines: &[&str]| {
        let (mut records, mut noted) = (Vec::new(), Vec::new());
        let mut import = kartoteka_arrow::Import::new();
        let mut take = |made: kartoteka_arrow::Imported<'_>| {
            match made {
                kartoteka_arrow::Imported::Record(record, _) => records.push(record.clone()),
                kartoteka_arrow::Imported::Noted(finding) => noted.push(finding.clone()),
                _ => {}
            }
            Ok::<(), arrow_schema::ArrowError>(())
        };
        import.batch(&table(lines), &mut take).unwrap();
        import.finish(&mut take).unwrap();
        (records, noted)
    };
    let mut rows = record("4", "10", "a");
    rows.push("4|10|-|a|3|650|-|-|1|a|Added".to_owned());
    rows.push("4|10|-|a|4|651|-|-|1|a|And".to_owned());
    let (records, findings) = noted(&lines(&rows));
    assert_eq!((records.len(), findings.len()), (1, 1));
    assert_eq!(findings[0].message, "field 3 (650): ind1 and ind2 are null; a blank is ' '");
    assert_eq!(findings[0].location.record.number(), Some(4));
    assert_eq!((findings[0].rule, findings[0].severity()), (NO_INDICATORS, kartoteka::Severity::Warning));
    // Records of IRBIS have none.
    let rows = ["1|0|1|-|0|LDR|-|-|1|x|5E0f", "1|0|1|-|1|200|-|-|1|A|Title"];
    let (records, findings) = noted(&rows);
    assert_eq!((records.len(), findings.len()), (1, 0));
}

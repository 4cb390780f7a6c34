//! Inputs that are small, damaged, packed, or none.

use std::fs;
use std::io::Write;
use std::process::{Command, Output, Stdio};

use arrow_array::cast::AsArray;
use arrow_array::types::UInt16Type;
use kartoteka_arrow::read_table;

use crate::{export, fixtures, records_of, said, scratch, text};

fn fails(done: &Output, why: &str) {
    assert_eq!(done.status.code(), Some(2), "{}", said(done));
    assert!(said(done).contains(why), "{} without {why}", said(done));
}

fn export_of(stdin: &[u8], arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kartoteka-export"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(stdin);
    child.wait_with_output().unwrap()
}

#[test]
fn parts_of_what_has_none() {
    let folder = scratch("no-parts");
    let (packed, table) = (folder.join("books.mrc.gz"), folder.join("t.parquet"));
    let input = fixtures().join("iso2709/marc21.mrc");
    let bytes = fs::read(&input).unwrap();
    let mut writer = kartoteka::compression::compress(fs::File::create(&packed).unwrap(), &packed).unwrap();
    writer.write_all(&bytes).unwrap();
    drop(writer);
    let out = ["-o", text(&table)];
    // Whole, it is read.
    assert_eq!(export(&[&[text(&packed), "-q"], &out[..]].concat()).status.code(), Some(0));
    assert_eq!(records_of(read_table(&table).unwrap()).0.len(), 8);
    fs::remove_file(&table).unwrap();
    for format in [&[][..], &["-f", "iso2709"]] {
        let part = [&["--part", "1/2"][..], &out, format].concat();
        let done = export(&[&[text(&packed)], &part[..]].concat());
        fails(&done, "books.mrc.gz: ");
        fails(&done, "compressed");
        fails(&export_of(&bytes, &[&["-"], &part[..]].concat()), "stdin: ");
        let xml = fixtures().join("xml/marc21.xml");
        let as_xml = [text(&xml), "-f", "marcxml", "--part", "1/2", "-o", text(&table)];
        fails(&export(&as_xml), "marcxml cannot be read in parts");
    }
    for wrong in ["3/2", "0/2", "1/0", "-1/2", "1", "1/2/3", "a/b", "1/5000000000"] {
        let part = format!("--part={wrong}");
        fails(&export(&[&[text(&input), &part], &out[..]].concat()), "a part is K/N");
    }
    assert!(!table.exists());
}

#[test]
fn inputs_of_nothing_and_of_one_record() {
    let folder = scratch("small");
    let (empty, one, table) = (folder.join("empty.mrc"), folder.join("one.mrc"), folder.join("t.parquet"));
    fs::write(&empty, "").unwrap();
    let bytes = fs::read(fixtures().join("iso2709/marc21.mrc")).unwrap();
    let end = bytes.iter().position(|byte| *byte == 0x1D).unwrap() + 1;
    fs::write(&one, &bytes[..end]).unwrap();
    let rows = |arguments: &[&str]| {
        let done = export(&[arguments, &["-o", text(&table)]].concat());
        assert_eq!(done.status.code(), Some(0), "{}", said(&done));
        read_table(&table).unwrap().map(|batch| batch.unwrap().num_rows()).collect::<Vec<_>>()
    };
    for shape in ["long", "findings"] {
        assert!(rows(&[text(&empty), "-f", "iso2709", "--as", shape]).is_empty());
        assert!(rows(&[text(&empty), "-f", "iso2709", "--as", shape, "--part", "2/3"]).is_empty());
    }
    let whole: usize = rows(&[text(&one)]).iter().sum();
    assert!(whole > 10);
    // The first byte of the record is in one part of many, and in most there is nothing.
    let of = end + 10;
    let parts = [1, 2, of / 2, of]
        .map(|number| rows(&[text(&one), "--part", &format!("{number}/{of}")]).iter().sum());
    assert_eq!(parts.iter().sum::<usize>(), whole);
    assert_eq!(parts.iter().filter(|rows| **rows > 0).count(), 1);
}

#[test]
fn values_that_do_not_decode_are_findings() {
    let folder = scratch("undecoded");
    let (input, table) = (folder.join("bad.mrk"), folder.join("t.parquet"));
    let record = b"=LDR  00000nam a2200000 a 4500\n=001  k1\n=245  10$aAll\n\n";
    let bad = b"=LDR  00000nam a2200000 a 4500\n=001  k2\n=245  10$aBad \xFF\xFE here\n\n";
    fs::write(&input, [&record[..], bad, record].concat()).unwrap();
    let done = export(&[text(&input), "--charset", "utf-8", "-o", text(&table)]);
    assert!(said(&done).contains("3 records read"), "{}", said(&done));
    let (records, _) = records_of(read_table(&table).unwrap());
    let title = records[1].field("245").unwrap().subfield('a').unwrap().to_str_lossy().into_owned();
    assert_eq!(title, "Bad \u{FFFD}\u{FFFD} here");
    export(&[text(&input), "--charset", "utf-8", "-o", text(&table), "--as", "findings"]);
    let mut found = Vec::new();
    for batch in read_table(&table).unwrap() {
        let batch = batch.unwrap();
        let rules = batch.column_by_name("rule").unwrap().as_dictionary::<UInt16Type>().clone();
        let names = rules.values().as_string::<i32>();
        let paths = batch.column_by_name("path").unwrap().as_string::<i32>();
        let ids = batch.column_by_name("id").unwrap().as_string::<i32>();
        for (at, key) in rules.keys().iter().enumerate() {
            let rule = names.value(usize::from(key.unwrap())).to_owned();
            found.push((rule, ids.value(at).to_owned(), paths.value(at).to_owned()));
        }
    }
    assert!(
        found.iter().any(|(rule, id, path)| rule == "E001" && id == "k2" && path.starts_with("245")),
        "{found:?}"
    );
}

#[test]
fn a_record_with_too_much_for_a_table_is_named() {
    let folder = scratch("too-much");
    let (input, table) = (folder.join("large.mrk"), folder.join("t.arrow"));
    let record = |id: &str, fields: &str| format!("=LDR  00000nam a2200000 a 4500\n=001  {id}\n{fields}\n");
    let (small, title) = (record("k1", "=245  10$aAll\n"), "=245  10$aAll\n");
    let cases = [
        (
            record("k2", &"=500  \\\\$aNote\n".repeat(65_535)),
            "65536 fields, of which a table has room for 65535 (record k2)",
        ),
        (
            record("k3", &format!("{title}=500  \\\\{}\n", "$aNote".repeat(65_536))),
            "field 3 (500) has 65536 subfields, of which a table has room for 65535 (record k3)",
        ),
    ];
    for (large, why) in cases {
        fs::write(&input, [&small[..], &large, &small].concat()).unwrap();
        for jobs in ["1", "2"] {
            let done = export(&[text(&input), "-j", jobs, "-o", text(&table)]);
            assert_eq!(done.status.code(), Some(1), "{}", said(&done));
            let place = format!("large.mrk: error[A002] record 2 (line 5, byte {}", small.len());
            let said = said(&done);
            assert!(said.contains(&place) && said.contains(&format!("): {why}; record left out")), "{said}");
            assert!(
                said.contains("error: 1 record has more than 65,535 fields, codes, or subfields"),
                "{said}"
            );
            assert!(said.contains("3 records read"), "{said}");
            assert_eq!(records_of(read_table(&table).unwrap()).0.len(), 2);
        }
        // It has a row of paths, as any other.
        let done = export(&[text(&input), "-q", "--columns", "001", "-o", text(&table)]);
        assert_eq!(done.status.code(), Some(0), "{}", said(&done));
        assert_eq!(read_table(&table).unwrap().map(|batch| batch.unwrap().num_rows()).sum::<usize>(), 3);
    }
}

#[test]
fn errors_in_a_table_of_findings_are_errors_of_the_data() {
    let folder = scratch("errors");
    let (input, table) = (folder.join("t.mrk"), folder.join("t.arrow"));
    let all = "=LDR  00000nam a2200000 a 4500\n=001  k1\n=245  10$aAll\n";
    // A title that is there twice is an error, which no reader looks for.
    let cases = [("=245  10$aTwice\n", Some(1), true), ("", Some(0), false)];
    for (more, status, has_error) in cases {
        fs::write(&input, format!("{all}{more}\n")).unwrap();
        let done = export(&[text(&input), "--as", "findings", "-o", text(&table)]);
        let mut severities = Vec::new();
        for batch in read_table(&table).unwrap() {
            let batch = batch.unwrap();
            let column = batch.column_by_name("severity").unwrap().as_dictionary::<UInt16Type>().clone();
            let names = column.values().as_string::<i32>();
            severities
                .extend(column.keys().iter().map(|key| names.value(usize::from(key.unwrap())).to_owned()));
        }
        assert_eq!(severities.iter().any(|one| one == "error"), has_error, "{severities:?}");
        assert_eq!(done.status.code(), status, "{}: {severities:?}", said(&done));
        // The other tables have no findings of the checks.
        assert_eq!(export(&[text(&input), "-o", text(&table)]).status.code(), Some(0));
    }
}

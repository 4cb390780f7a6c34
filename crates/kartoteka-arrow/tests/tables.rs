//! Tables and programs over the fixtures, and over real files in `KARTOTEKA_CORPUS`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use arrow_array::cast::AsArray;
use arrow_array::types::{UInt16Type, UInt64Type};
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray, UInt64Array};
use arrow_schema::ArrowError;
use kartoteka::{Can, FieldRef, Finding, Part, ReadOptions, Record, RecordRef, Severity, open};
use kartoteka_arrow::{Export, Import, Imported, Kind, NONSENSE, Output as Table, Shape, read_table};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

fn corpus() -> Option<PathBuf> {
    let named = std::env::var_os("KARTOTEKA_CORPUS").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| fixtures().join("../../shared/corpus"));
    folder.is_dir().then_some(folder)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found.sort();
    found
}

fn scratch(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("kartoteka-arrow-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn export(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kartoteka-export")).args(arguments).output().unwrap()
}

fn import(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kartoteka-import")).args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The records of a table, and the findings about those that it does not make.
fn records_of(batches: impl Iterator<Item = Result<RecordBatch, ArrowError>>) -> (Vec<Record>, Vec<Finding>) {
    let (mut records, mut findings) = (Vec::new(), Vec::new());
    let mut import = Import::new();
    let mut take = |made: Imported<'_>| {
        match made {
            Imported::Record(record) => records.push(record.clone()),
            Imported::Rejected(finding, _) => findings.push(finding.clone()),
        }
        Ok::<(), ArrowError>(())
    };
    for batch in batches {
        import.batch(&batch.unwrap(), &mut take).unwrap();
    }
    import.finish(&mut take).unwrap();
    (records, findings)
}

/// What makes two records equal, whatever their character sets.
fn is_equal(one: RecordRef<'_>, other: RecordRef<'_>) -> bool {
    let text = |field: FieldRef<'_>| {
        let mut parts =
            vec![field.indicators().escape_ascii().to_string(), field.lead().to_str_lossy().into_owned()];
        parts.extend(field.subfields().map(|one| format!("{}{}", one.code(), one.value().to_str_lossy())));
        parts
    };
    one.header().leader == other.header().leader
        && one.header().isis == other.header().isis
        && one.syntax() == other.syntax()
        && one.fields().len() == other.fields().len()
        && one
            .fields()
            .zip(other.fields())
            .all(|(one, other)| one.tag() == other.tag() && text(one) == text(other))
}

/// Long there and back gives equal records: of all fixtures, and of all files of the corpus.
#[test]
fn long_there_and_back() {
    let mut paths = files(&fixtures());
    paths.extend(corpus().into_iter().flat_map(|folder| files(&folder)));
    let (mut count, mut bases) = (0, 0);
    for path in paths {
        let small = fs::metadata(&path).is_ok_and(|found| found.len() < 3_000_000);
        let Some(Ok(reader)) = small.then(|| open(&path)) else { continue };
        bases += usize::from(reader.format().can(Can::Seek));
        // Records in which nothing is wrong come back equal, the others as far as they decode.
        let (mut read, mut sound) = (Vec::new(), 0);
        for record in reader.into_iter().filter_map(Result::ok) {
            let is_sound = record.findings.iter().all(|finding| finding.severity() < Severity::Warning);
            sound += usize::from(is_sound);
            read.push((record.record, is_sound));
        }
        let batches: Vec<_> = Export::new(Shape::Long).open(&path).unwrap().collect();
        if batches.iter().any(Result::is_err) {
            assert_eq!(sound, 0, "{}: an input that is refused", path.display());
            continue;
        }
        let (made, findings) = records_of(batches.into_iter());
        assert_eq!(made.len() + findings.len(), read.len(), "{}", path.display());
        if sound == read.len() {
            assert!(findings.is_empty(), "{}: {findings:?}", path.display());
        }
        if findings.is_empty() {
            for (at, (made, (read, is_sound))) in made.iter().zip(&read).enumerate() {
                let is_equal = !is_sound || is_equal(made.view(), read.view());
                assert!(is_equal, "{} {at}:\n{made:?}\n{read:?}", path.display());
            }
            count += usize::from(sound > 0);
        }
    }
    assert!(count > 100 && bases > 10, "{count} {bases}");
}

/// All rows of a table without their numbers of records, one line each.
fn rows(batches: impl Iterator<Item = Result<RecordBatch, ArrowError>>) -> Vec<String> {
    let mut rows = Vec::new();
    for batch in batches {
        let batch = batch.unwrap();
        let keep: Vec<usize> =
            (0..batch.num_columns()).filter(|at| batch.schema().field(*at).name() != "record").collect();
        let batch = batch.project(&keep).unwrap();
        for at in 0..batch.num_rows() {
            let cells = batch.columns().iter().map(|column| match column.as_any_dictionary_opt() {
                Some(column) if column.is_null(at) => "null".to_owned(),
                Some(column) => format!("{:?}", column.values().slice(column.normalized_keys()[at], 1)),
                None => format!("{:?}", column.slice(at, 1)),
            });
            let cells: Vec<String> = cells.collect();
            rows.push(cells.join(" "));
        }
    }
    rows
}

#[test]
fn parts_are_the_whole_table() {
    for path in ["iso2709/damaged.mrc", "isis/irbis64.mst", "irbis/export-cp866.txt", "json/marc21.ndjson"] {
        let path = fixtures().join(path);
        let findings = Shape::Findings(Box::default());
        let paths = Shape::Paths("offset=@offset, 001, title=@title, y=first:@year".parse().unwrap());
        for shape in [Shape::Long, paths, findings] {
            let whole = rows(Export::new(shape.clone()).open(&path).unwrap());
            assert!(!whole.is_empty());
            for of in [1, 2, 7] {
                let part = |number| {
                    let options = ReadOptions::new().part(Part::new(number, of));
                    let mut found = Vec::new();
                    for batch in Export::new(shape.clone()).options(options).jobs(2).open(&path).unwrap() {
                        let batch = batch.unwrap();
                        if let Some(numbers) = batch.column_by_name("record") {
                            assert_eq!(numbers.null_count(), numbers.len());
                        }
                        found.extend(rows(std::iter::once(Ok(batch))));
                    }
                    found
                };
                let parts: Vec<String> = (1..=of).flat_map(part).collect();
                assert_eq!(parts, whole, "{} in {of} parts", path.display());
            }
        }
    }
}

fn replaced(batch: &RecordBatch, name: &str, column: ArrayRef) -> RecordBatch {
    let at = batch.schema().index_of(name).unwrap();
    let mut columns = batch.columns().to_vec();
    let mut fields: Vec<_> = batch.schema().fields().iter().cloned().collect();
    fields[at] = std::sync::Arc::new(arrow_schema::Field::new(name, column.data_type().clone(), true));
    columns[at] = column;
    RecordBatch::try_new(std::sync::Arc::new(arrow_schema::Schema::new(fields)), columns).unwrap()
}

/// A long table in which some cells of a column were changed.
fn edited(
    batch: &RecordBatch,
    name: &str,
    edit: impl Fn(usize, Option<String>) -> Option<String>,
) -> RecordBatch {
    let column = batch.column_by_name(name).unwrap();
    let cell = |at: usize| match column.as_any_dictionary_opt() {
        Some(column) if !column.is_null(at) => {
            let values = column.values().as_string::<i32>().clone();
            Some(values.value(column.normalized_keys()[at]).to_owned())
        }
        Some(_) => None,
        None if column.is_null(at) => None,
        None => Some(column.as_string::<i32>().value(at).to_owned()),
    };
    let cells: StringArray = (0..batch.num_rows()).map(|at| edit(at, cell(at))).collect();
    replaced(batch, name, std::sync::Arc::new(cells))
}

/// The batch of a fixture, and the number of the row with this tag and code of its second record.
fn long_of_fixture() -> (RecordBatch, impl Fn(&str, Option<&str>) -> usize) {
    let mut batches = Export::new(Shape::Long).open(fixtures().join("iso2709/marc21.mrc")).unwrap();
    let batch = batches.next().unwrap().unwrap();
    assert!(batches.next().is_none());
    let known = batch.clone();
    let row = move |tag: &str, code: Option<&str>| {
        let cell = |name: &str, at: usize| {
            let column = known.column_by_name(name).unwrap();
            let column = column.as_dictionary::<UInt16Type>();
            let text = column.values().as_string::<i32>();
            (!column.is_null(at)).then(|| text.value(usize::from(column.keys().value(at))).to_owned())
        };
        let records = known.column_by_name("record").unwrap().as_primitive::<UInt64Type>();
        (0..known.num_rows())
            .find(|at| {
                records.value(*at) == 2
                    && cell("tag", *at).as_deref() == Some(tag)
                    && cell("code", *at).as_deref() == code
            })
            .unwrap()
    };
    (batch, row)
}

#[test]
fn nonsense_is_a_finding_and_the_record_is_rejected() {
    let (batch, row) = long_of_fixture();
    let change = |name: &str, at: usize, to: Option<&str>| {
        edited(&batch, name, |row, cell| if row == at { to.map(str::to_owned) } else { cell })
    };
    let numbers = |name: &str, at: usize, to: Option<u64>| {
        let column = batch.column_by_name(name).unwrap();
        let column: UInt64Array = (0..batch.num_rows())
            .map(|row| {
                let column = column.as_primitive::<UInt16Type>();
                if row == at { to } else { (!column.is_null(row)).then(|| u64::from(column.value(row))) }
            })
            .collect();
        replaced(&batch, name, std::sync::Arc::new(column))
    };
    let control = row("001", None);
    let title = row("245", Some("a"));
    let leaders = replaced_rows(&numbers("field", control, Some(0)), control);
    let cases = [
        (leaders, "two leaders"),
        (
            change("value", row("LDR", None), Some("too short")),
            "the leader \"too short\" has not 24 characters",
        ),
        (numbers("field", title, None), "subfield a of 245 is in no field"),
        (numbers("field", control, None), "a row with the tag 001 has no field"),
        (
            change("code", title, Some("ab")),
            "field 6 (245): the code \"ab\" of subfield 2 is not one character",
        ),
        (change("code", title, None), "field 6 (245): subfield 2 without a code"),
        (numbers("subfield", title, Some(1)), "field 6 (245): two subfields with the number 1"),
        (
            numbers("subfield", title, None),
            "field 6 (245): the code \"a\" without the number of its subfield",
        ),
        (change("value", title, None), "field 6 (245): a value is null"),
        (change("value", title, Some("a\u{1F}b")), "field 6 (245): a value holds the delimiter of subfields"),
        (change("tag", title, Some("246")), "field 6 (245): two tags, 245 and 246"),
        (change("tag", control, Some("no tag")), "field 1 (no tag): \"no tag\" is no tag"),
        (change("ind1", title, Some("9")), "field 6 (245): its rows have different indicators"),
    ];
    for (batch, why) in cases {
        let (records, findings) = records_of(std::iter::once(Ok(batch)));
        assert_eq!((records.len(), findings.len()), (7, 1), "{why}: {findings:?}");
        assert_eq!((findings[0].rule, findings[0].location.record.number()), (NONSENSE, Some(2)));
        assert!(findings[0].message.starts_with(why), "{} is not {why}", findings[0].message);
    }
}

/// A table in which a row is that of a leader, too.
fn replaced_rows(batch: &RecordBatch, at: usize) -> RecordBatch {
    edited(batch, "tag", |row, cell| if row == at { Some("LDR".to_owned()) } else { cell })
}

#[test]
fn rejects_are_a_table_that_can_be_put_right() {
    let folder = scratch("rejects");
    let (batch, row) = long_of_fixture();
    let at = row("245", Some("a"));
    let wrong = edited(&batch, "code", |row, cell| if row == at { Some("ab".to_owned()) } else { cell });
    let (table, out, rejects) =
        (folder.join("t.arrow"), folder.join("out.mrc"), folder.join("rejects.parquet"));
    let mut output = Table::create(&table, Kind::Arrow, &wrong.schema()).unwrap();
    output.write(&wrong).unwrap();
    assert!(!table.exists(), "not before it is complete");
    output.finish().unwrap();
    let done = import(&[text(&table), "-t", "iso2709", "-o", text(&out), "--rejects", text(&rejects)]);
    assert_eq!(done.status.code(), Some(1), "{}", said(&done));
    assert!(
        said(&done).contains("error[A001] record 2 (byte 844): field 6 (245): the code \"ab\""),
        "{}",
        said(&done)
    );
    assert!(said(&done).contains("8 records in the tables, 7 written, 1 rejected"), "{}", said(&done));
    let whole = fs::read(fixtures().join("iso2709/marc21.mrc")).unwrap();
    assert_eq!(fs::read(&out).unwrap(), [&whole[..844], &whole[1723..]].concat());
    let kept: Vec<RecordBatch> = read_table(&rejects).unwrap().map(Result::unwrap).collect();
    let right = kept.iter().map(|batch| {
        Ok(edited(
            batch,
            "code",
            |_, cell| if cell.as_deref() == Some("ab") { Some("a".to_owned()) } else { cell },
        ))
    });
    let (records, findings) = records_of(right);
    assert_eq!((records.len(), findings.len()), (1, 0), "{findings:?}");
    // Nothing is left of files that were begun.
    assert!(fs::read_dir(&folder).unwrap().all(|entry| !text(&entry.unwrap().path()).ends_with(".part")));
}

#[test]
fn programs_there_and_back() {
    let folder = scratch("programs");
    let input = fixtures().join("iso2709/marc21.mrc");
    for name in ["t.parquet", "t.arrow", "t.arrows"] {
        let (table, out) = (folder.join(name), folder.join("out.mrc"));
        let done = export(&[text(&input), "-o", text(&table), "-j", "2"]);
        assert_eq!(done.status.code(), Some(0), "{}", said(&done));
        assert!(said(&done).starts_with("8 records read, "), "{}", said(&done));
        let done = import(&[text(&table), "-t", "iso2709", "-o", text(&out)]);
        assert_eq!(
            (done.status.code(), said(&done).as_str()),
            (Some(0), "8 records in the tables, 8 written, 0 rejected\n")
        );
        assert_eq!(fs::read(&out).unwrap(), fs::read(&input).unwrap(), "{name}");
    }
    // The mark of each record of a base comes back, too.
    let table = folder.join("base.parquet");
    assert_eq!(
        export(&[text(&fixtures().join("isis/irbis64.mst")), "-o", text(&table)]).status.code(),
        Some(0)
    );
    let done = import(&[text(&table), "-t", "ndjson"]);
    let lines = String::from_utf8(done.stdout).unwrap();
    assert_eq!(lines.lines().count(), 4);
    assert!(lines.starts_with("{\"mfn\":1,"), "{lines}");
}

#[test]
fn what_cannot_be_read_does_not_stop_the_others() {
    let folder = scratch("others");
    let (missing, table) = (folder.join("none.mrc"), folder.join("t.parquet"));
    let input = fixtures().join("iso2709/marc21.mrc");
    let done = export(&[text(&missing), text(&input), text(&folder), text(&input), "-o", text(&table)]);
    assert_eq!(done.status.code(), Some(2));
    assert!(said(&done).contains("none.mrc: cannot read"), "{}", said(&done));
    assert!(said(&done).contains("16 records read"), "{}", said(&done));
    let numbers = read_table(&table).unwrap().flat_map(|batch| {
        let batch = batch.unwrap();
        batch.column_by_name("record").unwrap().as_primitive::<UInt64Type>().values().to_vec()
    });
    assert_eq!(numbers.max(), Some(16), "numbers run on");
    let (records, _) = records_of(read_table(&table).unwrap());
    assert_eq!(records.len(), 16);
    let done = export(&[text(&missing), "-o", text(&folder.join("none.parquet"))]);
    assert_eq!((done.status.code(), folder.join("none.parquet").exists()), (Some(2), false));
}

#[test]
fn wrong_columns_fail_before_anything_is_read() {
    let folder = scratch("columns");
    let table = folder.join("t.parquet");
    let wrong = |arguments: &[&str], why: &str| {
        let all = [&["no such file", "-o", text(&table)], arguments].concat();
        let done = export(&all);
        assert_eq!(done.status.code(), Some(2));
        assert!(said(&done).contains(why), "{}", said(&done));
        assert!(!said(&done).contains("no such file"), "{}", said(&done));
    };
    wrong(&["--columns", "id=001,title=245$$a"], "column 2, \"title=245$$a\", character 12: expected");
    wrong(&["--columns", "id=001,title=245$$a"], "the nearest right one is title=245$a");
    wrong(&["--columns", "@titel"], "the nearest right one is @title");
    wrong(&["--as", "paths"], "--as paths needs --columns");
    wrong(&["--as", "long", "--columns", "001"], "--columns are those of --as paths");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    let done = import(&[text(&fixtures().join("iso2709/marc21.mrc")), "-t", "ndjson"]);
    assert_eq!(done.status.code(), Some(2), "{}", said(&done));
}

#[test]
fn tables_that_are_not_long() {
    let folder = scratch("not-long");
    let table = folder.join("t.parquet");
    let input = fixtures().join("iso2709/marc21.mrc");
    let done = export(&[text(&input), "-o", text(&table), "--columns", "title=245$a"]);
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    let done = import(&[text(&table), "-t", "ndjson"]);
    assert_eq!(done.status.code(), Some(2));
    assert!(said(&done).contains("no column \"field\": there are title"), "{}", said(&done));
}

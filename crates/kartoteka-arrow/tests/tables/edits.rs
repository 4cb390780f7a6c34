//! Long tables that were edited.

use std::fs;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{UInt16Type, UInt32Type, UInt64Type};
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray, UInt64Array};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use kartoteka_arrow::{
    Export, Import, Imported, Kind, LongBuilder, NONSENSE, Output as Table, Shape, read_table,
};

use crate::shapes::is_equal;
use crate::{fixtures, import, records_of, said, scratch, surveyed, text};

fn replaced(batch: &RecordBatch, name: &str, column: ArrayRef) -> RecordBatch {
    let at = batch.schema().index_of(name).unwrap();
    let mut columns = batch.columns().to_vec();
    let mut fields: Vec<_> = batch.schema().fields().iter().cloned().collect();
    fields[at] = Arc::new(Field::new(name, column.data_type().clone(), true));
    columns[at] = column;
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
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
    replaced(batch, name, Arc::new(cells))
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
        replaced(&batch, name, Arc::new(column))
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

/// A table whose rows are in this order.
fn reordered(batch: &RecordBatch, order: &[usize]) -> RecordBatch {
    let columns = batch.columns().iter().map(|column| {
        let pieces: Vec<ArrayRef> = order.iter().map(|at| column.slice(*at, 1)).collect();
        let texts = |one: &ArrayRef| match one.as_any_dictionary_opt() {
            Some(keys) if keys.is_null(0) => None,
            Some(keys) => Some(keys.values().as_string::<i32>().value(keys.normalized_keys()[0]).to_owned()),
            None => one.is_valid(0).then(|| one.as_string::<i32>().value(0).to_owned()),
        };
        let numbers = |one: &ArrayRef| match one.data_type() {
            DataType::UInt64 => one.is_valid(0).then(|| one.as_primitive::<UInt64Type>().value(0)),
            DataType::UInt32 => one.is_valid(0).then(|| u64::from(one.as_primitive::<UInt32Type>().value(0))),
            _ => one.is_valid(0).then(|| u64::from(one.as_primitive::<UInt16Type>().value(0))),
        };
        let made: ArrayRef = match column.data_type().is_integer() {
            true => Arc::new(pieces.iter().map(numbers).collect::<UInt64Array>()),
            false => Arc::new(pieces.iter().map(texts).collect::<StringArray>()),
        };
        made
    });
    let columns: Vec<ArrayRef> = columns.collect();
    let names = batch.schema();
    let fields = names.fields().iter().zip(&columns);
    let fields: Vec<_> =
        fields.map(|(field, column)| Field::new(field.name(), column.data_type().clone(), true)).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
}

#[test]
fn rows_of_a_record_in_any_order_but_not_apart() {
    let (batch, _) = long_of_fixture();
    let numbers = batch.column_by_name("record").unwrap().as_primitive::<UInt64Type>().values().to_vec();
    let (sound, findings) = records_of(std::iter::once(Ok(batch.clone())));
    assert!(sound.len() == 8 && findings.is_empty());
    // Backwards, record for record and in them.
    let order: Vec<usize> = (0..batch.num_rows()).rev().collect();
    let (records, findings) = records_of(std::iter::once(Ok(reordered(&batch, &order))));
    assert!(findings.is_empty(), "{findings:?}");
    let equal = sound.iter().rev().zip(&records).all(|(one, other)| is_equal(one.view(), other.view()));
    assert!(equal && records.len() == 8);
    // The records in turns: the first row of each is its leader, which in one pass is a record without fields, and the
    // rest is noticed once. Surveyed before, none is made, and all rows are there.
    let mut order: Vec<usize> = (0..batch.num_rows()).collect();
    let place = |row: usize| row - numbers.iter().position(|number| *number == numbers[row]).unwrap();
    order.sort_by_key(|row| (place(*row), *row));
    let turned = reordered(&batch, &order);
    let (records, findings) = records_of(std::iter::once(Ok(turned.clone())));
    let runs = 1 + order.windows(2).filter(|pair| numbers[pair[0]] != numbers[pair[1]]).count();
    assert!(runs > 100 && (records.len(), findings.len()) == (8, 8), "{runs} {}", findings.len());
    assert!(records.iter().all(|record| record.fields().len() == 0));
    assert!(findings[0].message.contains("not next to each other"), "{}", findings[0]);
    let (records, findings, rows) = surveyed(&turned);
    assert_eq!((records.len(), findings.len(), rows), (0, 8, batch.num_rows()));
    assert_eq!(findings[0].message, "its rows are not next to each other");
    // Two tables of the same numbers one after the other are all right.
    let (records, findings) = records_of([Ok(batch.clone()), Ok(batch)].into_iter());
    assert_eq!((records.len(), findings.len()), (16, 0), "{findings:?}");
}

/// All of a table under one key: it is no record, and is not held in memory.
#[test]
fn too_many_rows_are_no_record() {
    let (batch, _) = long_of_fixture();
    let none: StringArray = (0..batch.num_rows()).map(|_| None::<&str>).collect();
    let mut one = replaced(&batch, "id", Arc::new(none));
    for name in ["record", "offset"] {
        let zero: UInt64Array = (0..batch.num_rows()).map(|_| Some(0)).collect();
        one = replaced(&one, name, Arc::new(zero));
    }
    let times = 600_000usize.div_ceil(batch.num_rows());
    let (mut rows, mut findings) = (0, Vec::new());
    let mut take = |made: Imported<'_>| {
        let (finding, given) = match made {
            Imported::Record(..) | Imported::Noted(_) => panic!("a record"),
            Imported::Rejected(finding, rows) => (Some(finding.clone()), rows),
            Imported::Rest(rows) => (None, rows),
        };
        findings.extend(finding);
        for piece in given.pieces() {
            let mut builder = LongBuilder::new();
            piece.add_to(&mut builder);
            assert!(builder.len() <= 16_384);
            rows += builder.finish()?.num_rows();
        }
        Ok::<(), ArrowError>(())
    };
    let mut import = Import::new();
    for _ in 0..times {
        import.batch(&one, &mut take).unwrap();
    }
    import.finish(&mut take).unwrap();
    assert_eq!((rows, findings.len(), import.records()), (times * batch.num_rows(), 1, 1));
    assert!(findings[0].message.starts_with("more than 500000 rows"), "{}", findings[0]);
}

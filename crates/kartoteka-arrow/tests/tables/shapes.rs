//! The tables themselves: there and back, and in parts.

use std::fs;

use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use arrow_schema::ArrowError;
use kartoteka::{Can, FORMATS, FieldRef, Format, Part, ReadOptions, RecordRef, Severity, open};
use kartoteka_arrow::{Export, Shape};

use crate::{corpus, files, fixtures, records_of};

/// What makes two records equal, whatever their character sets.
pub(crate) fn is_equal(one: RecordRef<'_>, other: RecordRef<'_>) -> bool {
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

/// All rows of a table without their numbers of records, as the texts of their cells.
fn rows(batches: impl Iterator<Item = Result<RecordBatch, ArrowError>>) -> Vec<Vec<String>> {
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
            rows.push(cells.collect());
        }
    }
    rows
}

/// A record is found whose number is that of a record in an earlier part.
#[test]
fn repeated_numbers_are_found_in_parts() {
    let path = crate::scratch("repeated").join("twice.mrc");
    let records = fs::read(fixtures().join("iso2709/marc21.mrc")).unwrap();
    fs::write(&path, records.repeat(2)).unwrap();
    let repeated = |part: Option<Part>| {
        let export = Export::new(Shape::Findings(Box::default())).options(ReadOptions::new().part(part));
        let mut rows = rows(export.open(&path).unwrap());
        rows.retain(|row| row[3].contains("K101"));
        rows
    };
    let whole = repeated(None);
    assert_eq!(whole.len(), 8);
    for of in [2, 7, 64] {
        let parts: Vec<_> = (1..=of).flat_map(|number| repeated(Part::new(number, of))).collect();
        assert_eq!(parts, whole, "{of} parts");
    }
}

#[test]
fn parts_are_the_whole_table() {
    let (mut done, mut count) = (Vec::new(), [0; 3]);
    for path in files(&fixtures()) {
        let Some(format) = open(&path).ok().map(|reader| reader.format()) else { continue };
        if !format.can(Can::Split) {
            continue;
        }
        done.push(format);
        let findings = Shape::Findings(Box::default());
        let paths = Shape::Paths("offset=@offset, 001, title=@title, y=first:@year".parse().unwrap());
        for (count, shape) in count.iter_mut().zip([Shape::Long, paths, findings]) {
            let mut whole = rows(Export::new(shape.clone()).open(&path).unwrap());
            *count += whole.len();
            let numbers = if matches!(shape, Shape::Long) { &[1, 2, 7, 64][..] } else { &[1, 2, 7] };
            for &of in numbers {
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
                let mut parts: Vec<Vec<String>> = (1..=of).flat_map(part).collect();
                if format == Format::Mst {
                    // What is found of a master file as a whole is not in the order of the places, and has the number of the
                    // first record where one is in the part.
                    for rows in [&mut parts, &mut whole] {
                        let of_file = |row: &&mut Vec<String>| row.len() == 8 && row[3].contains("\"B");
                        rows.iter_mut().filter(of_file).for_each(|row| row[2].clear());
                        rows.sort();
                    }
                }
                assert_eq!(parts.len(), whole.len(), "{} in {of} parts", path.display());
                for (part, whole) in parts.iter().zip(&whole) {
                    // Of garbage whose record is in the next part, that part knows the place and not the bytes.
                    let is_cut = || {
                        let [.., rule, severity, path, value, message] = part.as_slice() else {
                            return false;
                        };
                        let known = [rule, severity, path, message];
                        let [.., rule, severity, path, _, message] = whole.as_slice() else { return false };
                        part.len() == 8
                            && part[..3] == whole[..3]
                            && known == [rule, severity, path, message]
                            && rule.contains("B017")
                            && value.contains("null")
                    };
                    assert!(
                        part == whole || is_cut(),
                        "{} in {of} parts: {part:?} and not {whole:?}",
                        path.display()
                    );
                }
            }
        }
    }
    assert!(count[0] > 5_000 && count[1] > 200 && count[2] > 300, "{count:?}");
    // What has no fixture the tests of the core split.
    let none = [Format::IrbisServer, Format::CisisId];
    let mut expected = FORMATS.iter().filter(|format| format.can(Can::Split) && !none.contains(format));
    assert!(expected.all(|format| done.contains(format)), "{done:?}");
}

//! Invariants that hold for every format in the list.

use std::io::Read;

use crate::io::{ReadOptions, WriteOptions};
use crate::model::Bib;
use crate::open::{AnyReader, FORMATS, detect, reader, writer};
use crate::record::{Dialect, Record};

/// Returns at most three bytes at a time.
struct Pieces<'a>(&'a [u8]);

impl Read for Pieces<'_> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let len = buf.len().min(3);
        self.0.read(buf.get_mut(..len).unwrap_or_default())
    }
}

/// All records of an input, up to the error that ends it.
fn records(mut reader: AnyReader<'_>, bound: usize) -> Vec<Record> {
    let (mut all, mut record) = (Vec::new(), Record::new());
    loop {
        assert!(all.len() <= bound, "more records than bytes");
        match reader.read_record(&mut record) {
            Ok(true) => all.push(record.clone()),
            Ok(false) => return all,
            Err(error) if error.is_record() => {}
            Err(_) => return all,
        }
    }
}

/// Reads the bytes in every format of the list that is a stream, and writes what is found in every format that can be
/// written: detection names a format of the list, reading ends, pieces of the input give the same records as all of
/// it, and writing a record fails with an error of that record or not at all.
///
/// # Panics
/// If one of these does not hold.
pub fn any(data: &[u8]) {
    if let Ok(found) = detect(data, None) {
        assert!(FORMATS.contains(&found.format) || data.is_empty(), "{} is not in the list", found.format);
    }
    for format in FORMATS {
        let read = |pieces: bool| match pieces {
            true => reader(Pieces(data), Some(*format), &ReadOptions::new()),
            false => reader(data, Some(*format), &ReadOptions::new()),
        };
        let (Ok(whole), Ok(pieces)) = (read(false), read(true)) else { continue };
        let whole = records(whole, data.len());
        assert_eq!(whole, records(pieces, data.len()), "{format}: the pieces of the input and all of it");
        // Two records are enough to meet what is between them.
        for output in FORMATS {
            let Ok(mut writer) = writer(*output, std::io::sink(), &WriteOptions::new()) else { continue };
            for record in whole.iter().take(2) {
                if let Err(error) = writer.write(record) {
                    assert!(error.is_record(), "{format} to {output}: {error}");
                }
            }
            let finished = writer.finish();
            assert!(finished.is_ok(), "{format} to {output}: {finished:?}");
        }
    }
}

/// Describes what is found in the bytes, in every format of the list and every dialect: each description is made, printed
/// and taken as values of its own.
///
/// # Panics
/// If reading does not end, or a path of a description does not name a place.
pub fn model(data: &[u8]) {
    for format in FORMATS {
        let Ok(reader) = reader(data, Some(*format), &ReadOptions::new()) else { continue };
        for record in records(reader, data.len()) {
            for dialect in Dialect::ALL {
                let bib = Bib::with_dialect(record.view(), *dialect);
                let snapshot = bib.snapshot();
                assert!(snapshot.titles.iter().all(|title| !title.path.is_empty()), "{format}");
                assert!(bib.card().len() >= bib.unmapped().len(), "{format}");
            }
        }
    }
}

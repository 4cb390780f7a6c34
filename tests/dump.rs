//! A quarter of a million records of the Library of Congress, if they are there: `KARTOTEKA_DUMP` names the file
//! `BooksAll.2016.part01.utf8`, which lies in the source archive of pymarc 5.4.0:
//!
//! ```text
//! pip download --no-deps --no-binary :all: pymarc==5.4.0
//! ```
//!
//! Without it these tests say so and pass.
#![cfg(all(feature = "xml", feature = "json"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::PathBuf;

use kartoteka::check::{self, Checker};
use kartoteka::{
    Code, ReadOptions, Record, RecordRead, RecordWrite, Report, Summary, WriteOptions, copy, copy_with,
    iso2709, marcxml, ndjson,
};

fn dump() -> Option<PathBuf> {
    let path = std::env::var_os("KARTOTEKA_DUMP").map(PathBuf::from);
    if path.is_none() {
        eprintln!("SKIPPED: KARTOTEKA_DUMP names no file");
    }
    path
}

fn open(path: &PathBuf) -> iso2709::Reader<File> {
    iso2709::Reader::from_path(path, &ReadOptions::new()).unwrap()
}

/// A sink that compares what is written with a file, and keeps no more than the place of the first difference.
struct Compare {
    expected: BufReader<File>,
    written: u64,
    different: Option<u64>,
    buffer: Vec<u8>,
}

impl Compare {
    fn with(path: &PathBuf) -> Compare {
        let expected = BufReader::new(File::open(path).unwrap());
        Compare { expected, written: 0, different: None, buffer: Vec::new() }
    }
}

impl Write for Compare {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.buffer.resize(bytes.len(), 0);
        self.expected.read_exact(&mut self.buffer)?;
        if self.buffer != bytes && self.different.is_none() {
            self.different = Some(self.written);
        }
        self.written += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn it_is_read_whole_and_written_byte_for_byte() {
    let Some(path) = dump() else { return };
    let mut reader = open(&path);
    let mut record = Record::new();
    let (mut records, mut fields, mut subfields) = (0u64, 0u64, 0u64);
    while reader.read_record(&mut record).unwrap() {
        assert!(reader.diagnostics().is_empty(), "{}", reader.diagnostics()[0]);
        records += 1;
        for field in record.fields() {
            fields += 1;
            subfields += field.subfields().count() as u64;
        }
    }
    assert_eq!((records, fields, subfields), (250_000, 4_970_264, 7_667_768));

    let mut writer = iso2709::Writer::new(Compare::with(&path), &WriteOptions::new());
    copy(&mut open(&path), &mut writer).unwrap();
    assert_eq!((writer.get_ref().written, writer.get_ref().different), (241_731_867, None));

    // Built anew, not copied.
    let mut reader = open(&path);
    let mut writer = iso2709::Writer::new(Compare::with(&path), &WriteOptions::new());
    while reader.read_record(&mut record).unwrap() {
        record.compact();
        writer.write_record(record.view()).unwrap();
    }
    writer.finish().unwrap();
    assert_eq!((writer.get_ref().written, writer.get_ref().different), (241_731_867, None));
}

/// Through XML in memory, a piece at a time: all but the eight records whose 001 ends with the byte 1F.
#[test]
fn it_comes_back_from_marcxml_and_json() {
    let Some(path) = dump() else { return };
    let mut reader = open(&path);
    let mut record = Record::new();
    let mut refused = Vec::new();
    let mut batch = Vec::new();
    loop {
        let more = reader.read_record(&mut record).unwrap();
        if more {
            batch.push(record.clone());
        }
        if batch.len() == 5_000 || !more {
            there_and_back(&batch, &mut refused);
            batch.clear();
        }
        if !more {
            break;
        }
    }
    let numbers =
        ["00038361", "00315568", "00369705", "00511037", "00511069", "00511070", "00550763", "00551374"];
    assert_eq!(refused, numbers.map(|number| format!("   {number}\u{1F}")));
}

fn there_and_back(batch: &[Record], refused: &mut Vec<String>) {
    let mut xml = marcxml::Writer::new(Vec::new(), &WriteOptions::new());
    let mut lines = ndjson::Writer::new(Vec::new(), &WriteOptions::new());
    let mut expected = Vec::new();
    for record in batch {
        lines.write_record(record.view()).unwrap();
        match xml.write_record(record.view()) {
            Ok(()) => expected.push(record),
            Err(error) => {
                assert_eq!(error.code(), Some(Code::CharacterNotAllowed));
                refused.push(record.view().control_number().unwrap().to_str().unwrap().into_owned());
            }
        }
    }
    xml.finish().unwrap();
    lines.finish().unwrap();
    let (xml, lines) = (xml.into_inner(), lines.into_inner());
    let back = marcxml::SliceReader::new(&xml, &ReadOptions::new());
    same(back, expected.iter().copied());
    same(ndjson::SliceReader::new(&lines, &ReadOptions::new()), batch.iter());
}

fn same<'r>(mut read: impl RecordRead, expected: impl Iterator<Item = &'r Record>) {
    let mut writer = iso2709::Writer::new(Vec::new(), &WriteOptions::new());
    let mut summary = Summary::default();
    copy_with(&mut read, &mut writer, &mut summary, &mut |_| Ok(())).unwrap();
    writer.finish().unwrap();
    let mut plain = iso2709::Writer::new(Vec::new(), &WriteOptions::new());
    expected.for_each(|record| plain.write_record(record.view()).unwrap());
    plain.finish().unwrap();
    assert!(writer.into_inner() == plain.into_inner(), "not the same bytes");
}

/// What stands in the file: 1F at the end of eight control numbers, carriage returns in names and titles of field 880,
/// one U+FFFD, and 4 at leader/19.
#[test]
fn checks_say_nothing_but_what_is_odd() {
    let Some(path) = dump() else { return };
    let mut reader = open(&path);
    let mut checker = Checker::new(100).with(check::Leader::new()).with(check::Encoding::new());
    let mut record = Record::new();
    let mut report = Report::default();
    while reader.read_record(&mut record).unwrap() {
        let known = reader.diagnostics();
        let found = checker.check(record.view(), reader.raw(), known);
        for finding in known.iter().chain(found) {
            report.add(finding);
            let raw = reader.raw();
            let at = usize::try_from(finding.location.byte - record.position().byte).unwrap();
            let expected: &[u8] = match finding.code {
                Code::ControlByteInData => b"\x1f\x1e",
                Code::ControlCharacter => b"\r",
                Code::ReplacementCharacter => b"\xEF\xBF\xBD",
                _ => b"4",
            };
            assert!(raw[at..].starts_with(expected), "{finding}");
        }
    }
    let found: Vec<_> = report.iter().collect();
    let expected = [
        (Code::ControlByteInData, 8),
        (Code::ReplacementCharacter, 1),
        (Code::ControlCharacter, 41),
        (Code::LeaderMultipart, 2),
    ];
    assert_eq!(found, expected);
}

//! Invariants of master files and dictionaries, for any bytes.

use std::io::Cursor;

use crate::finding::{Finding, Severity};
use crate::io::{Deleted, ReadOptions, RecordRead, RecordSeek, RecordWrite, Recovery, WriteOptions};
use crate::isis::{Dictionary, Shape, SliceReader, Variant, Writer};
use crate::record::Record;
use crate::testing::invariants::as_utf8;

/// The result of reading a base.
struct Outcome {
    /// Each record with its findings, or its error.
    entries: Vec<(Result<Record, String>, Vec<Finding>)>,
}

fn read(mst: &[u8], xrf: Option<&[u8]>, options: &ReadOptions) -> Option<Outcome> {
    let mut reader = SliceReader::from_slice(mst, xrf, options).ok()?;
    let mut entries = Vec::new();
    let mut record = Record::new();
    // Several slots may refer to the same record, and each of them counts its versions.
    let slots = xrf.map_or(0, <[u8]>::len) / 4;
    let bound = (mst.len() + slots) * if options.history { 64 } else { 1 };
    loop {
        let read = reader.read_record(&mut record);
        let findings = reader.findings().to_vec();
        for finding in &findings {
            let len = if finding.location.file.is_some() { xrf.map_or(0, <[u8]>::len) } else { mst.len() };
            let byte = finding.location.byte;
            assert!(byte <= (len as u64) + 512, "{finding} outside of {len} bytes");
        }
        match read {
            Ok(false) => return Some(Outcome { entries }),
            Ok(true) => entries.push((Ok(record.clone()), findings)),
            Err(error) => {
                assert!(error.is_record(), "bytes in memory can be read: {error}");
                entries.push((Err(error.to_string()), findings));
            }
        }
        assert!(entries.len() <= bound, "more records than bytes");
    }
}

/// Invariants of a master file and its cross reference, for any bytes: reading ends without a panic, in
/// order, by number, with all versions and without the cross reference; every location is in its file; strict
/// reading equals salvage without errors; records can be written in the same variant and are read again.
///
/// The first two bytes of `data` are the length of the cross reference, which follows; the rest is the master
/// file.
pub fn mst(data: &[u8]) {
    let Some((&[low, high], rest)) = data.split_first_chunk::<2>() else { return };
    let len = usize::from(u16::from_le_bytes([low, high])).min(rest.len());
    let (xrf, mst) = rest.split_at(len);
    base(mst, Some(xrf));
}

/// Invariants of any cross reference beside a sound master file; see [`mst`].
pub fn xrf(data: &[u8]) {
    let copies = [(1, "PAZK"), (2, "^AХамса"), (300, "^A1^B2")];
    for layout in [Variant::IRBIS64, Variant { shape: Shape::Ffi22, big_endian: false, shift: 3 }] {
        let files = (Cursor::new(Vec::new()), Cursor::new(Vec::new()));
        let Ok(mut writer) = Writer::create(files.0, files.1, layout, &WriteOptions::new()) else { return };
        for (mfn, text) in copies {
            let builder = crate::Builder::new(crate::Syntax::IRBIS).mfn(mfn);
            let record = builder.field("200", |field| match text.strip_prefix("^A") {
                Some(_) => field.subfield('A', "Хамса"),
                None => field.lead(text),
            });
            let record = record.build().unwrap_or_default();
            assert!(writer.write_record(record.view()).is_ok(), "a plain record is written");
        }
        assert!(writer.finish().is_ok(), "memory cannot be full");
        let (mst, _) = writer.into_inner();
        base(mst.get_ref(), Some(data));
    }
}

fn base(mst: &[u8], xrf: Option<&[u8]>) {
    let options = ReadOptions::new().deleted(Deleted::Include);
    let Some(outcome) = read(mst, xrf, &options) else { return };
    read(mst, None, &options);
    read(mst, xrf, &options.clone().history(true));
    let is_error = |finding: &Finding| finding.severity() == Severity::Error;
    if let Some(strict) = read(mst, xrf, &options.clone().recovery(Recovery::Strict)) {
        // A fault after the last record is an additional error.
        let (seen, expected) = (strict.entries.len(), outcome.entries.len());
        assert!(seen == expected || seen == expected + 1, "{seen} records, salvage has {expected}");
        assert!(
            strict.entries.get(expected).is_none_or(|(last, _)| last.is_err()),
            "a record after the last"
        );
        for ((strict, _), (salvaged, findings)) in strict.entries.iter().zip(&outcome.entries) {
            match strict {
                Ok(_) => assert_eq!(strict, salvaged, "strict and salvage"),
                Err(_) => {
                    assert!(findings.iter().any(is_error) || salvaged.is_err(), "strict without a reason");
                }
            }
        }
    }
    let Ok(mut reader) = SliceReader::from_slice(mst, xrf, &options) else { return };
    let layout = reader.variant();
    let mut record = Record::new();
    for (read, _) in outcome.entries.iter().take(64) {
        let Ok(read) = read else { continue };
        let mfn = read.view().mfn().unwrap_or_default();
        let found = reader.read_mfn(mfn, &mut record);
        assert!(matches!(found, Ok(true)) && record == *read, "record {mfn} by its number is another");
    }
    written_again(layout, &outcome);
}

/// Checks that records of a base, written in its variant, are read again unchanged.
fn written_again(layout: Variant, outcome: &Outcome) {
    let files = (Cursor::new(Vec::new()), Cursor::new(Vec::new()));
    let Ok(mut writer) = Writer::create(files.0, files.1, layout, &WriteOptions::new()) else { return };
    let mut written = Vec::new();
    for (record, _) in &outcome.entries {
        let Ok(record) = record else { continue };
        let far = record.view().mfn().is_none_or(|mfn| mfn > writer.next_mfn() + 1000);
        if far {
            continue; // memory replaces files here
        }
        match writer.write_record(record.view()) {
            Ok(()) if writer.findings().is_empty() => written.push(record),
            Ok(()) => return,
            Err(error) => assert!(error.is_record(), "a record broke the writer: {error}"),
        }
    }
    assert!(writer.finish().is_ok(), "memory cannot be full");
    let (mst, xrf) = writer.into_inner();
    let options = ReadOptions::new().deleted(Deleted::Include);
    let Some(again) = read(mst.get_ref(), Some(xrf.get_ref()), &options) else {
        assert!(written.is_empty(), "what is written is a master file");
        return;
    };
    assert_eq!(again.entries.len(), written.len(), "as many records as were written");
    for ((again, findings), before) in again.entries.iter().zip(written) {
        let fields = |record: &Record| {
            record.fields().map(|field| (field.tag(), field.raw().to_vec())).collect::<Vec<_>>()
        };
        let again = again.as_ref().map(fields);
        let text = if layout.is_irbis64() { as_utf8(before) } else { None };
        assert_eq!(again, Ok(fields(text.as_ref().unwrap_or(before))), "{findings:?}");
    }
}

/// Invariants of a dictionary, for any bytes: reading ends without a panic, for all terms and all postings,
/// after any seek.
pub fn ifp(data: &[u8]) {
    let Some((&[a, b, c, d], rest)) = data.split_first_chunk::<4>() else { return };
    let len = |low, high| usize::from(u16::from_le_bytes([low, high])) * 16;
    let (n01, rest) = rest.split_at(len(a, b).min(rest.len()));
    let (l01, ifp) = rest.split_at(len(c, d).min(rest.len()));
    let Ok(mut dictionary) = Dictionary::from_slices(n01, l01, ifp) else { return };
    for key in ["", "A=", "K=ОНЕГИН", "\u{10FFFF}"] {
        assert!(dictionary.seek(key).is_ok(), "bytes in memory can be read");
        let mut terms = 0usize;
        while let Ok(Some(term)) = dictionary.read_term() {
            terms += 1;
            assert!(terms <= l01.len(), "more terms than bytes");
            if terms < 200 {
                assert!(dictionary.postings(&term, |_| {}).is_ok(), "bytes in memory can be read");
            }
        }
    }
}

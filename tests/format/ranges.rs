//! Ranges and batches: whatever way an input is cut, the parts give together what one pass gives.
#![cfg(all(feature = "testing", feature = "json"))]

use std::fs;

use kartoteka::testing::mutated;
use kartoteka::{Framing, ReadOptions, Record, RecordRead, Slice, Stream, in_batches};
use kartoteka::{irbis_text, iso2709, ndjson};
use proptest::prelude::*;

/// What a reader gives: records, errors and findings, with their places; at the end, what is behind the last record.
fn all(reader: &mut dyn RecordRead) -> Vec<String> {
    let mut told = Vec::new();
    let mut record = Record::new();
    loop {
        let read = reader.read_record(&mut record);
        let findings: Vec<_> = reader.findings().iter().map(ToString::to_string).collect();
        let place = reader.position();
        match read {
            Ok(true) => told.push(format!(
                "{place:?} {:?} {:?} {:?} {findings:?}",
                record,
                record.position(),
                reader.raw().escape_ascii().to_string()
            )),
            Ok(false) => {
                if !findings.is_empty() {
                    told.push(format!("end {findings:?}"));
                }
                return told;
            }
            Err(error) => {
                told.push(format!("{place:?} {error} {findings:?}"));
                if !error.is_record() {
                    return told;
                }
            }
        }
    }
}

fn once<F: Framing>(data: &[u8], options: &ReadOptions) -> Vec<String> {
    all(&mut Slice::<F>::new(data, options))
}

/// The readers of ranges with these bounds, one after another.
fn in_ranges<F: Framing>(data: &[u8], options: &ReadOptions, cuts: &[u64]) -> Vec<String> {
    let mut told = Vec::new();
    for range in cuts.windows(2) {
        let options = options.clone().range(range[0]..range[1]);
        let slice = all(&mut Slice::<F>::new(data, &options));
        // Both drivers share the code that matters: one in eight is enough for the other.
        if range[0] % 8 == 0 {
            let stream = all(&mut Stream::<_, F>::new(data, &options));
            assert_eq!(slice, stream, "slice and stream of {range:?}");
        }
        told.extend(slice);
    }
    told
}

/// All ways to cut in two, and even parts from 1 to 64.
fn cut<F: Framing>(data: &[u8], options: &ReadOptions) {
    let whole = once::<F>(data, options);
    let len = data.len() as u64;
    for at in 0..=len {
        assert_eq!(in_ranges::<F>(data, options, &[0, at, len]), whole, "cut at {at}");
    }
    for parts in 1..=64u64 {
        let cuts: Vec<_> = (0..=parts).map(|part| len * part / parts).collect();
        assert_eq!(in_ranges::<F>(data, options, &cuts), whole, "{parts} parts");
    }
}

fn batches<F: Framing>(data: &[u8], options: &ReadOptions, jobs: usize) -> Vec<String> {
    let mut told = Vec::new();
    let mut reader = Stream::<_, F>::new(data, options);
    let done = in_batches(&mut reader, jobs, |batch| all(batch), &mut |part: Vec<String>| {
        told.extend(part);
        Ok::<(), kartoteka::Error>(())
    });
    if let Err(error) = done {
        told.push(format!("{error}"));
    }
    told
}

fn fixture(name: &str) -> Vec<u8> {
    fs::read(format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// Some records, of which the middle ones are damaged in many ways.
fn damaged() -> Vec<u8> {
    let mut data = fixture("iso2709/marc21.mrc");
    data.truncate(950);
    data.extend_from_slice(b"\r\n  garbage 00");
    let bad = fixture("iso2709/damaged.mrc");
    data.extend_from_slice(&bad[..bad.len().min(700)]);
    data.extend_from_slice(b"\n\n\x1A junk");
    data
}

#[test]
fn every_cut_of_a_damaged_file() {
    cut::<iso2709::Iso2709>(&damaged(), &ReadOptions::new());
    let mut strict = ReadOptions::new();
    strict.recovery = kartoteka::Recovery::Strict;
    let data = damaged();
    let whole = once::<iso2709::Iso2709>(&data, &strict);
    for at in (0..=data.len() as u64).step_by(7) {
        let cuts = [0, at, data.len() as u64];
        assert_eq!(in_ranges::<iso2709::Iso2709>(&data, &strict, &cuts), whole, "cut at {at}");
    }
}

#[test]
fn every_cut_of_lines() {
    let mut data = fixture("irbis/export-cp866.txt");
    data.truncate(500);
    data.extend_from_slice(b"\n*****\n\n200: bad\n#610: \x80\x81\n*****\n#200: ^A\xC2\xEE\n \x1A");
    cut::<irbis_text::IrbisText>(&data, &ReadOptions::new());
    let mut lines = b"\xEF\xBB\xBF".to_vec();
    lines.extend_from_slice(&fixture("json/marc21.ndjson")[..400]);
    lines.extend_from_slice(b"\n\n{\"fields\":[{\"001\":\"x\"}]}\n[1]\n  \n{");
    cut::<ndjson::Ndjson>(&lines, &ReadOptions::new());
}

#[test]
fn an_input_that_is_refused_is_refused_once() {
    let data = b"\x1F\x8B\x08\x00 compressed";
    let whole = once::<iso2709::Iso2709>(data, &ReadOptions::new());
    assert_eq!(whole.len(), 1);
    assert_eq!(in_ranges::<iso2709::Iso2709>(data, &ReadOptions::new(), &[0, 1, 5, 15]), whole);
    assert!(in_ranges::<iso2709::Iso2709>(b"", &ReadOptions::new(), &[0, 0, 7]).is_empty());
}

#[test]
fn batches_are_one_pass() {
    // More than one batch: several megabytes, with damage in them.
    let mut iso = Vec::new();
    let mut text = fixture("irbis/export-cp866.txt");
    while iso.len() < 3 << 20 {
        iso.extend_from_slice(&fixture("iso2709/marc21.mrc"));
        iso.extend_from_slice(&damaged());
        iso.extend_from_slice(&fixture("iso2709/marc21.mrc"));
    }
    while text.len() < 2 << 20 {
        text.extend_from_slice(&fixture("irbis/export-cp866.txt"));
    }
    let options = ReadOptions::new();
    let whole = once::<iso2709::Iso2709>(&iso, &options);
    for jobs in [1, 2, 5] {
        assert!(batches::<iso2709::Iso2709>(&iso, &options, jobs) == whole, "{jobs} jobs");
    }
    let part = options.clone().range(500_000..2_500_000);
    assert!(batches::<iso2709::Iso2709>(&iso, &part, 2) == once::<iso2709::Iso2709>(&iso, &part), "a range");
    let whole = once::<irbis_text::IrbisText>(&text, &options);
    assert!(batches::<irbis_text::IrbisText>(&text, &options, 3) == whole, "exchange text");
    let gzip = b"\x1F\x8B\x08\x00 compressed";
    let refused = batches::<iso2709::Iso2709>(gzip, &options, 2);
    assert_eq!(refused, once::<iso2709::Iso2709>(gzip, &options));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_cuts_of_any_damage(
        data in mutated(damaged(), b"\x1D\x1E\x1F \n0123459a\xFF"),
        mut cuts in proptest::collection::vec(0u64..5000, 0..6),
    ) {
        cuts.sort_unstable();
        let bounds: Vec<_> = [0].into_iter().chain(cuts).chain([u64::MAX]).collect();
        let options = ReadOptions::new();
        prop_assert_eq!(
            in_ranges::<iso2709::Iso2709>(&data, &options, &bounds),
            once::<iso2709::Iso2709>(&data, &options)
        );
        prop_assert_eq!(
            in_ranges::<irbis_text::IrbisText>(&data, &options, &bounds),
            once::<irbis_text::IrbisText>(&data, &options)
        );
    }
}

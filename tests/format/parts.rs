//! Parts of a file: together they give what one reader gives, wherever they are cut and whatever is damaged.
#![cfg(all(feature = "testing", feature = "json"))]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use kartoteka::{
    Can, Charset, FORMATS, Finding, Format, Part, ReadOptions, Record, RecordRead, Run, WriteOptions, copy,
    open, open_with, split_points, writer,
};

use crate::common::files;

/// A place in the input, and what was read or found there.
type Seen = (u64, String);

/// What stays the same in a part: all but the numbers of record and line.
fn told(finding: &Finding) -> Seen {
    let place = finding.location;
    let what = format!(
        "{} {:?} {:?} {} {:?} {}",
        finding.rule,
        place.mfn,
        place.place().map(|place| place.to_string()),
        place.len,
        finding.message,
        finding.action
    );
    (place.byte, what)
}

/// Records, errors, findings and garbage of an input, each with its place.
fn all(path: &Path, format: Format, options: &ReadOptions) -> [Vec<Seen>; 3] {
    let mut reader = open_with(path, Some(format), options).unwrap();
    let garbage = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&garbage);
    reader.on_garbage(Box::new(move |offset, bytes| {
        let mut sink = sink.lock().unwrap();
        sink.extend((offset..).zip(bytes).map(|(offset, byte)| (offset, byte.to_string())));
    }));
    let (mut records, mut findings) = (Vec::new(), Vec::new());
    let mut record = Record::new();
    loop {
        let read = reader.read_record(&mut record);
        findings.extend(reader.findings().iter().map(told));
        let at = reader.position().byte;
        match read {
            Ok(true) => {
                assert_eq!(record.position().byte, at);
                assert_eq!(options.part.is_some(), reader.position().number().is_none());
                let mfn = record.view().mfn();
                records.push((at, format!("{mfn:?} {record:?} {}", reader.raw().escape_ascii())));
            }
            Ok(false) => break,
            Err(error) if error.is_record() => {
                // The record of an address that leads nowhere is nowhere: it has a number.
                let finding = error.finding().unwrap();
                let key = if format == Format::Mst { finding.location.mfn.map_or(at, u64::from) } else { at };
                records.push((key, told(finding).1));
            }
            Err(error) => {
                records.push((at, error.to_string()));
                break;
            }
        }
    }
    drop(reader);
    let garbage = Arc::into_inner(garbage).unwrap().into_inner().unwrap();
    [records, findings, garbage]
}

/// All parts of an input, read with this look back, or as usual.
fn in_parts(path: &Path, format: Format, of: u32, look_back: Option<u64>) -> [Vec<Seen>; 3] {
    let mut whole = [Vec::new(), Vec::new(), Vec::new()];
    for number in 1..=of {
        let mut part = Part::new(number, of).unwrap();
        if let Some(bytes) = look_back {
            part = part.look_back(bytes);
        }
        let seen = all(path, format, &ReadOptions::new().part(Some(part)));
        for (whole, part) in whole.iter_mut().zip(seen) {
            whole.extend(part);
        }
    }
    whole
}

const PARTS: [u32; 4] = [1, 2, 7, 64];

/// Compares the parts with the whole. What is found of a master file as a whole is not in the order of the places.
fn compare(path: &Path, format: Format, look_back: Option<u64>, about: &str) {
    let whole = all(path, format, &ReadOptions::new());
    for of in PARTS {
        let parts = in_parts(path, format, of, look_back);
        for (what, (parts, whole)) in ["records", "findings", "garbage"].iter().zip(parts.iter().zip(&whole))
        {
            let first = parts.iter().zip(whole).position(|(part, whole)| part != whole);
            let first = first.map(|at| (&parts[at], &whole[at]));
            assert!(
                parts == whole,
                "{what} of {} in {of} parts, look back {look_back:?} {about}: {} and not {}: {first:?}",
                path.display(),
                parts.len(),
                whole.len()
            );
        }
    }
}

/// Records of a fixture in a form of which there is no fixture.
fn made(format: Format) -> PathBuf {
    static LOCK: Mutex<()> = Mutex::new(());
    let _lock = LOCK.lock().unwrap();
    let path = std::env::temp_dir().join(format!("kartoteka-parts-{}.{format}", std::process::id()));
    if !path.exists() {
        let mut from = open(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/isis/irbis64.mst")).unwrap();
        let mut to = writer(format, fs::File::create(&path).unwrap(), &WriteOptions::new()).unwrap();
        assert_eq!(copy(&mut from, &mut to).unwrap().rejected, 0);
    }
    path
}

/// The fixtures in a format that can be split.
fn splittable() -> Vec<(PathBuf, Format)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut found = Vec::new();
    for path in files(&folder) {
        if let Ok(reader) = open_with(&path, None, &ReadOptions::new()) {
            found.push((path, reader.format()));
        }
    }
    found.retain(|(_, format)| format.can(Can::Split));
    found.extend([Format::IrbisServer, Format::CisisId].map(|format| (made(format), format)));
    for format in FORMATS.iter().filter(|format| format.can(Can::Split)) {
        assert!(found.iter().any(|(_, known)| known == format), "no fixture in {format}");
    }
    found
}

#[test]
fn forms_that_can_be_split() {
    let can: Vec<&str> =
        FORMATS.iter().filter(|format| format.can(Can::Split)).map(|format| format.name()).collect();
    let expected = [
        "iso2709",
        "ndjson",
        "mrk",
        "display",
        "line",
        "aleph",
        "microlif",
        "irbis-text",
        "irbis-server",
        "cisis-id",
        "mst",
    ];
    assert_eq!(can, expected);
}

#[test]
fn parts_of_every_fixture() {
    for (path, format) in splittable() {
        compare(&path, format, None, "");
        // From an anchor in the file, where there is one so near.
        compare(&path, format, Some(2_000), "");
    }
}

/// Removes, doubles and changes a few bytes, always the same for a seed.
fn damage(mut data: Vec<u8>, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut draw = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap() % below
    };
    for _ in 0..draw(5) {
        let (at, len) = (draw(data.len() - 400), draw(300));
        match draw(4) {
            0 => drop(data.drain(at..at + len)),
            1 => data.splice(at..at, vec![b"x\n0\x1D"[draw(4)]; len]).for_each(drop),
            2 => data[at] = b"\x1D\x1E\n*{9"[draw(6)],
            _ => {
                let piece = data[at..at + len].to_vec();
                data.splice(at..at, piece).for_each(drop);
            }
        }
        if data.len() < 1_000 {
            break;
        }
    }
    data
}

/// Files of megabytes, so that parts begin at anchors: sound, and damaged everywhere.
#[test]
fn parts_of_large_files() {
    let folder = std::env::temp_dir().join(format!("kartoteka-parts-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let mut done: Vec<Format> = Vec::new();
    for (path, format) in splittable() {
        let sound =
            path.to_str().is_some_and(|path| !path.contains("/findings/") && !path.contains("damaged"));
        if format == Format::Mst || done.contains(&format) || !sound {
            continue;
        }
        let data = fs::read(&path).unwrap();
        let data = data.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&data);
        if data.len() < 300 || data.starts_with(b"\xFF\xFE") || data.starts_with(b"\xFE\xFF") {
            continue;
        }
        done.push(format);
        let times = (600_000usize).div_ceil(data.len());
        let large = data.repeat(times);
        let file = folder.join("large");
        fs::write(&file, &large).unwrap();
        compare(&file, format, Some(20_000), "repeated");
        for seed in 0..4u64 {
            let mut damaged = Vec::new();
            for (piece, bytes) in (0u64..).zip(large.chunks(data.len().max(6_000))) {
                let bytes = bytes.to_vec();
                match piece % 3 {
                    0 => damaged.extend(damage(bytes, seed.wrapping_mul(1_000_003).wrapping_add(piece))),
                    _ => damaged.extend(bytes),
                }
            }
            fs::write(&file, &damaged).unwrap();
            compare(&file, format, Some(20_000), &format!("damaged by {seed}"));
        }
    }
    assert_eq!(done.len(), 10, "{done:?}");
    fs::remove_dir_all(&folder).unwrap();
}

/// More parts than there are bytes, so that each byte is a seam: inside line ends of two bytes, inside a byte order mark,
/// inside characters, in files of nothing, of a piece of a record, of one record and of some.
#[test]
fn every_byte_is_a_seam() {
    let path = std::env::temp_dir().join(format!("kartoteka-parts-seams-{}", std::process::id()));
    let (mut done, mut records) = (Vec::new(), 0);
    for (fixture, format) in splittable() {
        if format == Format::Mst || done.contains(&format) {
            continue;
        }
        done.push(format);
        let data = fs::read(&fixture).unwrap();
        let data = data.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&data);
        let mut lines = Vec::new();
        data.iter().filter(|byte| **byte != b'\r').for_each(|byte| match byte {
            b'\n' => lines.extend(b"\r\n"),
            byte => lines.push(*byte),
        });
        let first =
            all(&fixture, format, &ReadOptions::new())[0].get(1).map_or(data.len(), |(at, _)| *at as usize);
        let one = data.get(..first).unwrap_or(data);
        let marked = [b"\xEF\xBB\xBF", &lines[..lines.len().min(250)]].concat();
        for bytes in [
            b"",
            &data[..1],
            &data[..30],
            &one[..one.len().min(1_000)],
            &lines[..lines.len().min(600)],
            &marked,
        ] {
            fs::write(&path, bytes).unwrap();
            let whole = all(&path, format, &ReadOptions::new());
            let of = u32::try_from(bytes.len()).unwrap() + 3;
            for look_back in [None, Some(10)] {
                let parts = in_parts(&path, format, of, look_back);
                assert!(parts == whole, "{format}, {} bytes: {parts:?} and not {whole:?}", bytes.len());
            }
            records += whole[0].len();
        }
    }
    assert!(done.len() == 10 && records > 40, "{done:?} {records}");
    fs::remove_file(&path).unwrap();
}

/// How many bytes this thread has read, by the account of the system.
#[cfg(target_os = "linux")]
fn bytes_read() -> u64 {
    let account = fs::read_to_string("/proc/thread-self/io").unwrap();
    account.lines().find_map(|line| line.strip_prefix("rchar: ")).unwrap().parse().unwrap()
}

/// What is read of a part until its first record, or to its end.
#[cfg(target_os = "linux")]
fn cost(path: &Path, format: Format, options: &ReadOptions, to_the_end: bool) -> u64 {
    let before = bytes_read();
    let mut reader = open_with(path, Some(format), options).unwrap();
    let mut record = Record::new();
    while reader.read_record(&mut record).unwrap_or(true) && to_the_end {}
    bytes_read() - before
}

/// A part costs its own bytes and a bounded number of others, wherever in the file it is.
#[cfg(target_os = "linux")]
#[test]
fn a_part_reads_little_more_than_itself() {
    const MIB: u64 = 1024 * 1024;
    let path = std::env::temp_dir().join(format!("kartoteka-parts-cost-{}", std::process::id()));
    let sound = |path: &Path| {
        !path.components().any(|one| one.as_os_str() == "findings") && !path.ends_with("damaged.mrc")
    };
    let mut done: Vec<Format> = Vec::new();
    for (fixture, format) in splittable() {
        let data = fs::read(&fixture).unwrap();
        let data = data.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&data);
        let is_wide = data.starts_with(b"\xFF\xFE") || data.starts_with(b"\xFE\xFF");
        if format == Format::Mst || done.contains(&format) || !sound(&fixture) || data.len() < 300 || is_wide
        {
            continue;
        }
        done.push(format);
        // Where the character set is found out, the first 8 MiB of the file are its evidence in each part.
        let found_out = format == Format::Iso2709;
        let (len, evidence) = if found_out { (40 * MIB, 8 * MIB) } else { (8 * MIB, 0) };
        let charset = if found_out { Charset::Auto } else { Charset::Utf8 };
        fs::write(&path, data.repeat(usize::try_from(len).unwrap().div_ceil(data.len()))).unwrap();
        let len = fs::metadata(&path).unwrap().len();
        let of = 8;
        for number in [2, 5, of] {
            let options = ReadOptions::new().charset(charset).part(Part::new(number, of));
            // The mebibyte before it, to look for a record and to read on from there, and what is read at a time.
            let most = evidence + 2 * MIB + MIB / 2;
            let first = cost(&path, format, &options, false);
            assert!((1..=most).contains(&first), "{format} {number}/{of}: {first}");
            if [Format::Mrk, Format::Iso2709].contains(&format) {
                let all = cost(&path, format, &options, true);
                let own = len / u64::from(of);
                assert!((own..=own + most + 1).contains(&all), "{format} {number}/{of}: {all} for {own}");
            }
        }
    }
    assert_eq!(done.len(), 10, "{done:?}");
    fs::remove_file(&path).unwrap();
}

/// Real files, sound and damaged.
#[test]
fn parts_of_the_corpus() {
    let Some(corpus) = crate::common::corpus() else { return };
    let mut count = 0;
    for path in files(&corpus) {
        let small = fs::metadata(&path).is_ok_and(|found| found.len() < 400_000);
        let Some(Ok(reader)) = small.then(|| open_with(&path, None, &ReadOptions::new())) else { continue };
        let format = reader.format();
        if format.can(Can::Split) {
            compare(&path, format, None, "");
            compare(&path, format, Some(8_000), "");
            count += 1;
        }
    }
    assert!(count > 100, "{count}");
}

#[test]
fn points_are_where_parts_begin() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/iso2709/marc21.mrc");
    let whole = all(&path, Format::Iso2709, &ReadOptions::new())[0].clone();
    let points = split_points(&path, None, 64, &ReadOptions::new()).unwrap();
    assert_eq!(points, whole.iter().map(|(at, _)| *at).collect::<Vec<_>>());
    let error = split_points("fixtures/xml/marc21.xml", None, 2, &ReadOptions::new()).unwrap_err();
    assert!(error.to_string().contains("marcxml cannot be read in parts"), "{error}");
}

#[test]
fn numbers_are_counted_on_request_and_batches_know_none() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/json/marc21.ndjson");
    for counted in [false, true] {
        let mut numbers = Vec::new();
        for number in 1..=2 {
            let part = Part::new(number, 2).unwrap().counted(counted);
            let options = ReadOptions::new().part(Some(part));
            let mut reader = open_with(&path, None, &options).unwrap();
            Run::new()
                .jobs(2)
                .each(
                    &mut reader,
                    |batch: &mut Vec<_>, item| batch.push(item.position().number()),
                    |batch, _| {
                        numbers.append(batch);
                        Ok::<(), kartoteka::Error>(())
                    },
                )
                .unwrap();
        }
        let expected = [1, 2, 3].map(|number| counted.then_some(number));
        assert_eq!(numbers, expected);
    }
}

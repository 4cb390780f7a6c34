//! A quarter of a million records of the Library of Congress, if they are there: `KARTOTEKA_DUMP` names the file
//! `BooksAll.2016.part01.utf8`, which lies in the source archive of pymarc 5.4.0:
//!
//! ```text
//! pip download --no-deps --no-binary :all: pymarc==5.4.0
//! ```
//!
//! Without it these tests say so and pass.
#![cfg(all(feature = "xml", feature = "json"))]

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use kartoteka::check::{self, Checker};
use kartoteka::{
    Charset, Dialect, FieldRef, Format, Normalization, Policy, ReadOptions, Record, RecordRead, RecordWrite,
    Severity, Summary, Tally, WriteOptions, copy, copy_with, iso2709, marcxml, ndjson, rules,
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
        assert!(reader.findings().is_empty(), "{}", reader.findings()[0]);
        records += 1;
        for field in record.fields() {
            fields += 1;
            subfields += field.subfields().count() as u64;
        }
    }
    assert_eq!((records, fields, subfields), (250_000, 4_970_264, 7_667_768));

    let mut writer = iso2709::Writer::new(Compare::with(&path), &WriteOptions::new());
    let _ = copy(&mut open(&path), &mut writer).unwrap();
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
                assert_eq!(error.rule(), Some(rules::CHARACTER_NOT_ALLOWED));
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
    copy_with(&mut read, &mut writer, &mut summary, &mut |_| Ok::<(), kartoteka::Error>(())).unwrap();
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
    let mut report = Tally::default();
    while reader.read_record(&mut record).unwrap() {
        let known = reader.findings();
        let found = checker.check(record.view(), reader.raw(), known);
        for finding in known.iter().chain(found) {
            report.add(finding);
            let raw = reader.raw();
            let at = usize::try_from(finding.location.byte - record.position().byte).unwrap();
            let expected: &[u8] = match finding.rule {
                rules::CONTROL_BYTE_IN_DATA => b"\x1f\x1e",
                rules::CONTROL_CHARACTER => b"\r",
                rules::REPLACEMENT_CHARACTER => b"\xEF\xBF\xBD",
                _ => b"4",
            };
            assert!(raw[at..].starts_with(expected), "{finding}");
        }
    }
    let found: Vec<_> = report.iter().collect();
    let expected = [
        (rules::CONTROL_BYTE_IN_DATA, 8),
        (rules::REPLACEMENT_CHARACTER, 1),
        (rules::CONTROL_CHARACTER, 41),
        (rules::LEADER_INVALID, 2),
    ];
    assert_eq!(found, expected);
}

/// Records by one of the libraries that made the rules: in ten stretches of 500 all over the file nothing is an error, and at most
/// one record in fifty has a warning.
#[test]
fn few_records_of_a_careful_catalogue_have_warnings() {
    let Some(path) = dump() else { return };
    let mut reader = open(&path);
    let mut checker = Checker::standard(100, Dialect::Auto, Format::Iso2709);
    let mut record = Record::new();
    let mut stretches = Vec::new();
    let (mut at, mut warned) = (0, 0);
    while reader.read_record(&mut record).unwrap() {
        if at % 25_000 < 500 {
            let found = checker.check(record.view(), reader.raw(), reader.findings());
            let grave = |severity: Severity| {
                let mut usual = found.iter().filter(|finding| !rules::is_optional(finding.rule));
                usual.any(|finding| finding.severity() == severity)
            };
            assert!(!grave(Severity::Error), "record {at}: {found:?}");
            warned += usize::from(grave(Severity::Warning));
        }
        at += 1;
        if at % 25_000 == 500 {
            stretches.push(std::mem::take(&mut warned));
        }
    }
    assert_eq!(stretches.len(), 10);
    assert!(stretches.iter().all(|warned| *warned <= 10), "{stretches:?}");
}

/// The bodies of the fields of all records, as text in NFC.
fn bodies(data: &[u8], options: &ReadOptions) -> Vec<Vec<String>> {
    let mut reader = iso2709::SliceReader::new(data, options);
    let mut record = Record::new();
    let mut all = Vec::new();
    while reader.read_record(&mut record).unwrap() {
        let mut utf8 = record.clone();
        utf8.transcode(Charset::Utf8, Policy::Strict).unwrap();
        let text = |field: FieldRef<'_>| nfc(field.raw_text().as_str().unwrap());
        all.push(utf8.fields().map(text).collect());
    }
    all
}

fn nfc(text: &str) -> String {
    Normalization::Nfc.apply(text).into_owned()
}

/// Marks over two letters are whole in the table of 2004 and so with us and yaz; in the file they are halves.
fn whole_marks(text: &str) -> String {
    nfc(&text
        .replace('\u{FE20}', "\u{361}")
        .replace('\u{FE22}', "\u{360}")
        .replace(['\u{FE21}', '\u{FE23}'], ""))
}

fn yaz(arguments: &[&str], file: &Path) -> Option<Vec<u8>> {
    let output = Command::new("yaz-marcdump").args(arguments).arg(file).output().ok()?;
    assert!(output.status.success(), "yaz-marcdump {arguments:?}");
    Some(output.stdout)
}

/// The text with `&#x04AE;` and the like as characters: yaz keeps references as text.
fn without_references(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("&#x") {
        let (before, reference) = rest.split_at(at);
        out.push_str(before);
        let end = reference.find(';').unwrap();
        let code = u32::from_str_radix(&reference[3..end], 16).unwrap();
        out.push(char::from_u32(code).unwrap());
        rest = &reference[end + 1..];
    }
    out + rest
}

/// The first 20,000 records with 4 or more bytes beyond ASCII, through MARC-8 and back: what yaz-marcdump wrote read by
/// us, and what we wrote read by it. Every field that does not come back equal is accounted for.
#[test]
fn dense_records_go_through_marc_8_and_back() {
    let Some(path) = dump() else { return };
    let data = std::fs::read(&path).unwrap();
    let mut dense = Vec::new();
    let mut reader = iso2709::SliceReader::new(&data, &ReadOptions::new());
    let mut record = Record::new();
    let mut count = 0;
    while count < 20_000 && reader.read_record(&mut record).unwrap() {
        let raw = reader.raw();
        if raw.iter().filter(|byte| !byte.is_ascii()).count() >= 4 {
            dense.extend_from_slice(raw);
            count += 1;
        }
    }
    let folder = std::env::temp_dir().join(format!("kartoteka-marc8-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = |name: &str, data: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, data).unwrap();
        path
    };
    let marc8 = ["-f", "utf-8", "-t", "marc-8", "-l", "9=32", "-o", "marc"];
    let utf8 = ["-f", "marc-8", "-t", "utf-8", "-l", "9=97", "-o", "marc"];
    let Some(theirs) = yaz(&marc8, &file("utf8.mrc", &dense)) else {
        eprintln!("SKIPPED: no yaz-marcdump");
        return;
    };
    let original = bodies(&dense, &ReadOptions::new());

    // What yaz wrote, read by us; and by itself, which tells what it lost when it wrote.
    let read = bodies(&theirs, &ReadOptions::new());
    let itself = bodies(&yaz(&utf8, &file("theirs.mrc", &theirs)).unwrap(), &ReadOptions::new());
    let (mut fields, mut equal, mut halves, mut lost, mut references) = (0, 0, 0, 0, 0);
    assert_eq!((read.len(), itself.len()), (original.len(), original.len()));
    for ((original, read), itself) in original.iter().zip(&read).zip(&itself) {
        assert_eq!((read.len(), itself.len()), (original.len(), original.len()));
        for ((original, read), itself) in original.iter().zip(read).zip(itself) {
            fields += 1;
            match original {
                _ if original == read => equal += 1,
                _ if whole_marks(original) == *read => halves += 1,
                _ if itself == read => lost += 1,
                _ if without_references(original) == *read => references += 1,
                _ => panic!("{original:?} read as {read:?}, by yaz as {itself:?}"),
            }
        }
    }
    eprintln!(
        "MARC-8 of yaz: of {fields} fields {equal} are equal, {halves} but for half marks, {lost} lost something when \
         yaz wrote them, {references} have references"
    );
    // Direction marks, carriage returns and one ideogram are in the file, and not in what yaz writes.
    assert_eq!((fields, references), (417_426, 2));
    assert!(lost < 2_600 && equal + halves + lost + references == fields, "{lost}");

    // What we write, read by yaz: references it leaves, carriage returns it drops.
    let options = WriteOptions::new().charset(Charset::Marc8).policy(Policy::Escape);
    let mut writer = iso2709::Writer::new(Vec::new(), &options);
    let _ = copy(&mut iso2709::SliceReader::new(&dense, &ReadOptions::new()), &mut writer).unwrap();
    let ours = writer.into_inner();
    let back = bodies(&yaz(&utf8, &file("ours.mrc", &ours)).unwrap(), &ReadOptions::new());
    let (mut equal, mut different) = (0, 0);
    for (original, back) in original.iter().zip(&back) {
        assert_eq!(back.len(), original.len());
        for (original, back) in original.iter().zip(back) {
            equal += usize::from(original == back);
            // A reference that was text is written as one, whose ampersand is a reference.
            let text = |text: &str| without_references(&without_references(text));
            if text(&whole_marks(original)).replace('\r', "") != text(back) {
                eprintln!("{original:?} comes back as {back:?}");
                different += 1;
            }
        }
    }
    eprintln!("our MARC-8 read by yaz: {equal} of {fields} fields are equal, {different} are different");
    assert_eq!(different, 0);

    // And by us: all of it.
    let again = bodies(&ours, &ReadOptions::new());
    for (original, again) in original.iter().flatten().zip(again.iter().flatten()) {
        assert_eq!(whole_marks(original), *again);
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

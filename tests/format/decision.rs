//! The decision for a character set: the same however an input is read, and in whatever order its records come.
#![cfg(all(feature = "testing", feature = "xml", feature = "json"))]

use std::io::{self, Read};
use std::path::Path;

use kartoteka::{
    Charset, Content, Error, Format, Item, Part, ReadOptions, Record, RecordRead, RecordWrite, Run,
    WriteOptions, isis, ndjson, open_with, reader,
};
use proptest::prelude::*;
use proptest::sample::select;

use super::made::{Form, base, encoded, forms};

/// Words of catalogues, by the sets that hold them.
const TEXTS: &[(&[Charset], &[&str])] = &[
    (
        &[Charset::Windows1251, Charset::Ibm866, Charset::Koi8R, Charset::Iso8859_5, Charset::MacCyrillic],
        &[
            "Справочник",
            "лесничего",
            "Ботаника",
            "и",
            "дендрология",
            "учебник",
            "для",
            "вузов",
            "Издание",
            "второе",
            "Тверь",
        ],
    ),
    (
        &[Charset::Windows1252, Charset::Cp850, Charset::Marc8, Charset::ISO_5426],
        &[
            "Forêts",
            "légendes",
            "de",
            "la",
            "Gaspésie",
            "Éléments",
            "à",
            "l'école",
            "über",
            "Vögel",
            "und",
            "Bäume",
            "the",
        ],
    ),
    (
        &[Charset::Windows1250, Charset::Cp852, Charset::Iso8859_2],
        &["Dějiny", "českého", "knihtisku", "příručka", "pro", "včelaře", "Łódź", "i", "okolice", "książka"],
    ),
    (
        &[Charset::Windows1253, Charset::Cp737],
        &["Ιστορία", "της", "Θεσσαλονίκης", "και", "τοπική", "κοινωνία"],
    ),
];

/// Records of two values, as the bytes of one set, or a few of them as those of another set or UTF-8.
fn records() -> impl Strategy<Value = (Charset, Vec<[Vec<u8>; 2]>)> {
    let pick = select(TEXTS).prop_flat_map(|(sets, words)| {
        let value = prop::collection::vec(select(words), 1..6).prop_map(|words| words.join(" "));
        // One in four files is mixed, and in it one value in five.
        let odd =
            prop_oneof![4 => Just(None), 1 => prop_oneof![select(sets), Just(Charset::Utf8)].prop_map(Some)];
        let record = ((value.clone(), odd.clone()), (value, odd));
        (select(sets), prop::bool::weighted(0.25), prop::collection::vec(record, 2..30))
    });
    pick.prop_map(|(charset, is_mixed, records)| {
        let bytes = |(text, odd): &(String, Option<Charset>)| {
            encoded(text, odd.filter(|_| is_mixed).unwrap_or(charset))
        };
        (charset, records.iter().map(|(one, other)| [bytes(one), bytes(other)]).collect())
    })
}

/// A record as a line of NDJSON.
fn line(record: &Record) -> Vec<u8> {
    let mut writer = ndjson::Writer::new(Vec::new(), &WriteOptions::new());
    writer.write_record(record.view()).unwrap();
    writer.finish().unwrap();
    writer.into_inner()
}

/// All records as lines of NDJSON.
fn written(reader: &mut dyn RecordRead) -> String {
    let mut record = Record::new();
    let mut lines = Vec::new();
    while reader.read_record(&mut record).unwrap() {
        lines.extend(line(&record));
    }
    String::from_utf8(lines).unwrap()
}

/// The same as several threads read and write them.
fn in_threads(reader: &mut dyn RecordRead, jobs: usize) -> String {
    let mut lines = Vec::new();
    let work = |batch: &mut Vec<u8>, item: Item<'_>| match item.content {
        Content::Record(record) => batch.extend(line(record)),
        Content::Rejected { error, .. } => panic!("{error}"),
        _ => {}
    };
    let run = Run::new().jobs(jobs);
    run.each::<_, Error>(reader, work, |batch, _| {
        lines.append(batch);
        Ok(())
    })
    .unwrap();
    String::from_utf8(lines).unwrap()
}

/// The same of a file that is read in so many parts.
fn in_parts(path: &Path, format: Format, of: u32) -> String {
    let part = |number| {
        let options = ReadOptions::new().part(Part::new(number, of));
        written(&mut open_with(path, Some(format), &options).unwrap())
    };
    (1..=of).map(part).collect()
}

/// The lines in an order that does not depend on that of the records.
fn sorted(lines: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = lines.lines().collect();
    lines.sort_unstable();
    lines
}

/// An input that gives as many bytes at a time.
struct Pieces<'a>(&'a [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = into.len().min(self.1);
        self.0.read(&mut into[..most])
    }
}

/// A folder that is removed.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("kartoteka-decision-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What speaks against a form that reads a file differently in one of all ways.
fn differs(form: &Form, records: &[[Vec<u8>; 2]], piece: usize, seed: usize) -> Result<(), String> {
    let data = form.file(records.iter().enumerate());
    let options = ReadOptions::new();
    let whole = written(&mut reader(&data[..], Some(form.format), &options).unwrap());
    let same = |how: String, other: &str| match other == whole {
        true => Ok(()),
        false => Err(format!("{}, {how}:\n{other}\nwhole:\n{whole}", form.name)),
    };
    if whole.lines().count() != records.len() {
        return Err(format!("{}: {} records of {}", form.name, whole.lines().count(), records.len()));
    }
    same(
        format!("in pieces of {piece} bytes"),
        &written(&mut reader(Pieces(&data, piece), Some(form.format), &options).unwrap()),
    )?;
    for jobs in 1..=8 {
        let lines = in_threads(&mut reader(&data[..], Some(form.format), &options).unwrap(), jobs);
        same(format!("with {jobs} threads"), &lines)?;
    }
    let folder = Folder::new("pieces");
    let path = folder.0.join("file");
    std::fs::write(&path, &data).unwrap();
    // A document is read as a whole.
    let is_document = matches!(form.format.name(), "json" | "marcxml" | "marcxchange" | "turbomarc");
    for of in if is_document { &[][..] } else { &[1, 2, 7] } {
        same(format!("in {of} parts"), &in_parts(&path, form.format, *of))?;
    }
    let mut order: Vec<usize> = (0..records.len()).collect();
    order.sort_by_key(|at| (at * 7919 + seed) % 9973 % 251);
    let shuffled = form.file(order.into_iter().map(|at| (at, &records[at])));
    let other = written(&mut reader(&shuffled[..], Some(form.format), &options).unwrap());
    if sorted(&other) != sorted(&whole) {
        return Err(format!("{}, in another order:\n{other}\nwhole:\n{whole}", form.name));
    }
    Ok(())
}

/// The same for a master file.
fn base_differs(is_irbis64: bool, records: &[[Vec<u8>; 2]]) -> Result<(), String> {
    let (mst, xrf) = base(is_irbis64, records);
    let options = ReadOptions::new();
    let slice = || isis::SliceReader::from_slice(&mst, Some(&xrf), &options).unwrap();
    let whole = written(&mut slice());
    let same = |how: String, other: &str| match other == whole {
        true => Ok(()),
        false => Err(format!("base, {how}:\n{other}\nwhole:\n{whole}")),
    };
    if whole.lines().count() != records.len() {
        return Err(format!("base: {} records of {}", whole.lines().count(), records.len()));
    }
    for jobs in 1..=8 {
        same(format!("with {jobs} threads"), &in_threads(&mut slice(), jobs))?;
    }
    let folder = Folder::new("base");
    let path = folder.0.join("base.mst");
    std::fs::write(&path, &mst).unwrap();
    std::fs::write(path.with_extension("xrf"), &xrf).unwrap();
    for of in [1, 2, 7] {
        same(format!("in {of} parts"), &in_parts(&path, Format::Mst, of))?;
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn text_does_not_depend_on_how_and_in_what_order_it_is_read(
        (charset, records) in records(),
        form in select(forms()),
        piece in 1usize..400,
        seed in 0usize..9973,
    ) {
        let differs = differs(&form, &records, piece, seed);
        prop_assert!(differs.is_ok(), "{} {}", charset, differs.unwrap_err());
    }

    #[test]
    fn nor_in_a_base((charset, records) in records(), is_irbis64: bool) {
        let differs = base_differs(is_irbis64, &records);
        prop_assert!(differs.is_ok(), "{} {}", charset, differs.unwrap_err());
    }
}

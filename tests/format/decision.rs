//! The decision for a character set: the same however an input is read, and in whatever order its records come.
#![cfg(feature = "testing")]

use std::collections::BTreeMap;
use std::io::{self, Read};

use kartoteka::{
    Charset, Content, Error, Format, Item, Part, Policy, ReadOptions, Record, RecordRead, Run, open_with,
    reader,
};
use proptest::prelude::*;
use proptest::sample::select;

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

/// A file: a form, a set, and titles as the bytes of that set, each with a number.
fn titles() -> impl Strategy<Value = (Charset, Vec<Vec<u8>>)> {
    let pick = select(TEXTS).prop_flat_map(|(sets, words)| {
        let title = prop::collection::vec(select(words), 1..6).prop_map(|words| words.join(" "));
        (select(sets), prop::collection::vec(title, 2..40))
    });
    pick.prop_map(|(charset, titles)| {
        let bytes = |title: &String| {
            let mut bytes = Vec::new();
            charset.encode_into(title, Policy::Strict, &mut bytes).unwrap();
            bytes
        };
        (charset, titles.iter().map(bytes).collect())
    })
}

/// A record of UNIMARC that does not say its set.
fn unimarc(number: usize, title: &[u8]) -> Vec<u8> {
    let data = [number.to_string().as_bytes(), b"\x1E1 \x1Fa", title, b"\x1E\x1D"].concat();
    let first = number.to_string().len() + 1;
    let base = 24 + 24 + 1;
    let second = data.len() - first - 1;
    let head = format!(
        "{:05}nam0 22{base:05}3  450 001{first:04}00000200{second:04}{first:05}\x1E",
        base + data.len()
    );
    [head.as_bytes(), &data].concat()
}

/// The same in exchange text of IRBIS.
fn exchange(number: usize, title: &[u8]) -> Vec<u8> {
    [format!("#903: {number}\n#200: ^A").as_bytes(), title, b"\n*****\n"].concat()
}

/// The same in lines of mrk.
fn mrk(number: usize, title: &[u8]) -> Vec<u8> {
    [format!("=LDR  00000nam0 2200000   450 \n=001  {number}\n=200  1\\$a").as_bytes(), title, b"\n\n"]
        .concat()
}

/// The same in lines of JSON.
fn json(number: usize, title: &[u8]) -> Vec<u8> {
    let head = format!(
        r#"{{"leader":"00000nam0 2200000   450 ","fields":[{{"001":"{number}"}},{{"200":{{"ind1":"1","ind2":" ","subfields":[{{"a":""#
    );
    [head.as_bytes(), title, b"\"}]}}]}\n"].concat()
}

/// The number and the title of a record.
fn title(record: &Record) -> (String, String) {
    let number = record.field("001").or(record.field("903")).unwrap().lead().to_str_lossy().into_owned();
    let title = record.field("200").unwrap().subfields().next().unwrap();
    (number, format!("{} {:?}", title.value().to_str_lossy(), record.charset()))
}

type Make = fn(usize, &[u8]) -> Vec<u8>;
static FORMS: [(Format, Make); 4] =
    [(Format::Iso2709, unimarc), (Format::IrbisText, exchange), (Format::Mrk, mrk), (Format::Ndjson, json)];

/// The title of each record, and the set in which it was read, by its number.
fn read(reader: &mut dyn RecordRead) -> BTreeMap<String, String> {
    let mut record = Record::new();
    let mut found = BTreeMap::new();
    while reader.read_record(&mut record).unwrap() {
        let (number, title) = title(&record);
        assert!(found.insert(number, title).is_none());
    }
    found
}

/// An input that gives as many bytes at a time.
struct Pieces<'a>(&'a [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = into.len().min(self.1);
        self.0.read(&mut into[..most])
    }
}

/// The titles as several threads read them.
fn in_threads(reader: &mut dyn RecordRead, jobs: usize) -> BTreeMap<String, String> {
    let run = Run::new().jobs(jobs);
    let mut found = BTreeMap::new();
    let work = |batch: &mut Vec<(String, String)>, item: Item<'_>| match item.content {
        Content::Record(record) => batch.push(title(record)),
        Content::Rejected { error, .. } => panic!("{error}"),
        _ => {}
    };
    run.each::<_, Error>(reader, work, |batch, _| {
        found.extend(batch.drain(..));
        Ok(())
    })
    .unwrap();
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn text_does_not_depend_on_how_and_in_what_order_it_is_read(
        (charset, titles) in titles(),
        (form, make) in select(&FORMS[..]),
        piece in 1usize..400,
        seed in any::<prop::sample::Index>(),
    ) {
        let records: Vec<Vec<u8>> = titles.iter().enumerate().map(|(number, title)| make(number, title)).collect();
        let data = records.concat();
        let options = ReadOptions::new();
        let whole = read(&mut reader(&data[..], Some(form), &options).unwrap());
        prop_assert_eq!(whole.len(), records.len());

        let pieces = read(&mut reader(Pieces(&data, piece), Some(form), &options).unwrap());
        prop_assert_eq!(&pieces, &whole, "{} in pieces of {} bytes", charset, piece);

        let mut shuffled = records.clone();
        shuffled.rotate_left(seed.index(records.len()));
        shuffled.sort_by_key(|record| record.iter().fold(seed.index(251), |sum, byte| (sum * 31 + usize::from(*byte)) % 9973));
        let other = read(&mut reader(&shuffled.concat()[..], Some(form), &options).unwrap());
        prop_assert_eq!(&other, &whole, "{} in another order", charset);

        for jobs in [1, 2, 5, 8] {
            let threads = in_threads(&mut reader(&data[..], Some(form), &options).unwrap(), jobs);
            prop_assert_eq!(&threads, &whole, "{} with {} threads", charset, jobs);
        }

        let path = std::env::temp_dir().join(format!("kartoteka-decision-{}", std::process::id()));
        std::fs::write(&path, &data).unwrap();
        for of in [1, 2, 7] {
            let mut parts = BTreeMap::new();
            for number in 1..=of {
                let options = options.clone().part(Part::new(number, of));
                parts.extend(read(&mut open_with(&path, Some(form), &options).unwrap()));
            }
            prop_assert_eq!(&parts, &whole, "{} in {} parts", charset, of);
        }
        std::fs::remove_file(&path).unwrap();
    }
}

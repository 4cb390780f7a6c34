//! What must hold for any record and any bytes, tried on many.

#![cfg(all(feature = "testing", feature = "xml", feature = "json"))]

use std::fs;
use std::path::{Path, PathBuf};

use kartoteka::testing::{self, irbis_record, marc_record, mutated};
use kartoteka::{
    Dialect, FORMATS, Format, ReadOptions, Record, RecordRead, RecordWrite, WriteOptions, detect, irbis_text,
    iso2709, marcxml, ndjson,
};
use proptest::prelude::*;
use proptest::sample::select;

/// Every file under a folder.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files(&path, found),
            false => found.push(path),
        }
    }
}

/// The invariants of all formats. One reader reads all XML.
fn all(data: &[u8]) {
    if data.len() < 2048 {
        testing::any(data); // as many runs as there are pairs of formats
    }
    let same = ["marcxchange", "turbomarc", "oai-marc"];
    for format in FORMATS.iter().filter(|format| !same.contains(&format.name())) {
        testing::format(*format, data);
    }
}

/// The fixtures of the text formats, short, each with its format.
fn texts() -> Vec<(Format, Vec<u8>)> {
    let mut found = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/text"), &mut found);
    found.sort();
    let text = |path: &PathBuf| {
        let mut bytes = fs::read(path).unwrap();
        let format = detect(&bytes, Some(path)).unwrap().format;
        bytes.truncate(2000);
        (format, bytes)
    };
    found.iter().map(text).collect()
}

#[test]
fn invariants_hold_over_every_fixture_and_every_seed_of_the_fuzz_targets() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    files(&root.join("fixtures"), &mut found);
    let fuzz = root.join("fuzz/corpus");
    if fuzz.is_dir() {
        files(&fuzz, &mut found);
    }
    assert!(found.len() > 20);
    for path in found {
        eprintln!("{}", path.display());
        all(&fs::read(path).unwrap());
    }
}

fn bytes_of(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)).unwrap()
}

/// A short beginning of a fixture, so that an edit is likely to matter.
fn beginning(name: &str, len: usize) -> Vec<u8> {
    let mut bytes = bytes_of(name);
    bytes.truncate(len);
    bytes
}

const DELIMITERS: &[u8] = b"\x1D\x1E\x1F \n0123459a\xFF\x1B";

proptest! {
    #[test]
    fn damaged_iso2709(data in mutated(beginning("iso2709/marc21.mrc", 1400), DELIMITERS)) {
        testing::iso2709(&data);
    }

    #[test]
    fn damaged_rusmarc(data in mutated(beginning("iso2709/rusmarc-cp1251.mrc", 1400), DELIMITERS)) {
        testing::iso2709(&data);
    }

    /// Lines that an editor wrapped between words, with the blank left at the end of the line or taken away.
    #[test]
    fn wrapped_exchange_text_is_joined(
        words in proptest::collection::vec("[а-яёa-z][а-яёa-z0-9:.^]{0,8}[а-яё]", 2..40),
        width in 4usize..40,
        keep_blank in any::<bool>(),
        line_end in prop_oneof![Just("\r\n"), Just("\n")],
    ) {
        let mut text = String::from("#200: ^A");
        let mut column = 0;
        for (at, word) in words.iter().enumerate() {
            if column > width {
                text.push_str(if keep_blank { " " } else { "" });
                text.push_str(line_end);
                column = 0;
            } else if at > 0 {
                text.push(' ');
            }
            text.push_str(word);
            column += word.chars().count() + 1;
        }
        text.push_str(&format!("{line_end}#610: x{line_end}*****{line_end}"));
        let mut reader = irbis_text::SliceReader::new(text.as_bytes(), &ReadOptions::new());
        let record = reader.records().next().unwrap().unwrap();
        let fields: Vec<String> = record.fields().map(|field| field.raw_text().to_string()).collect();
        prop_assert_eq!(fields, [format!("^A{}", words.join(" ")), "x".to_owned()]);
        testing::irbis_text(text.as_bytes());
    }

    #[test]
    fn damaged_irbis_text(data in mutated(beginning("irbis/export-cp1251.txt", 2000), b"#:* \n\r^0123")) {
        testing::irbis_text(&data);
    }

    #[test]
    fn damaged_marcxml(data in mutated(beginning("xml/prefixed.xml", 4000), b"<>/!-&;\"'= []?:")) {
        testing::marcxml(&data);
    }

    #[test]
    fn damaged_turbomarc(data in mutated(beginning("xml/turbomarc.xml", 3000), b"<>/!-&;\"'= rldcs[]?:")) {
        testing::marcxml(&data);
    }

    #[test]
    fn damaged_oai_marc(data in mutated(beginning("xml/oai-marc.xml", 3000), b"<>/!-&;\"'= ^[]?:")) {
        testing::marcxml(&data);
    }

    #[test]
    fn damaged_json(data in mutated(beginning("json/marc21.json", 1500), b"{}[]\",:\\u0d")) {
        testing::json(&data);
    }

    #[test]
    fn damaged_ndjson(data in mutated(beginning("iso2709/marc21.expected.ndjson", 3000), b"{}[]\",:\\\n\x1F")) {
        testing::ndjson(&data);
    }

    #[test]
    fn damaged_text((format, data) in select(texts()).prop_flat_map(|(format, bytes)| {
        (Just(format), mutated(bytes, b"={}\\$|#^`_* \n\r\t0a9(4LDREA"))
    })) {
        testing::format(format, &data);
    }

    #[test]
    fn any_bytes(data in proptest::collection::vec(any::<u8>(), 0..300)) {
        all(&data);
    }

    #[test]
    fn marc_records_go_through_every_form(record in marc_record()) {
        let through = |bytes: Vec<u8>| -> Record {
            let record = iso2709::SliceReader::new(&bytes, &ReadOptions::new()).records().next().unwrap();
            record.unwrap()
        };
        let mut iso = iso2709::Writer::new(Vec::new(), &WriteOptions::new());
        iso.write_record(record.view()).unwrap();
        iso.finish().unwrap();
        let iso = iso.into_inner();
        prop_assert_eq!(&through(iso.clone()), &record);

        let mut xml = marcxml::Writer::new(Vec::new(), &WriteOptions::new());
        let mut reader = iso2709::SliceReader::new(&iso, &ReadOptions::new());
        let _ = kartoteka::copy(&mut reader, &mut xml).unwrap();
        let xml = xml.into_inner();
        let mut back = iso2709::Writer::new(Vec::new(), &WriteOptions::new());
        let _ = kartoteka::copy(&mut marcxml::SliceReader::new(&xml, &ReadOptions::new()), &mut back).unwrap();
        prop_assert_eq!(back.into_inner(), iso.clone());

        let mut lines = ndjson::Writer::new(Vec::new(), &WriteOptions::new());
        let mut reader = iso2709::SliceReader::new(&iso, &ReadOptions::new());
        let _ = kartoteka::copy(&mut reader, &mut lines).unwrap();
        let lines = lines.into_inner();
        let mut back = iso2709::Writer::new(Vec::new(), &WriteOptions::new());
        let _ = kartoteka::copy(&mut ndjson::SliceReader::new(&lines, &ReadOptions::new()), &mut back).unwrap();
        prop_assert_eq!(back.into_inner(), iso);
    }

    #[test]
    fn paths(text in testing::path_text()) {
        testing::path(text.as_bytes());
    }

    #[test]
    fn filters(path in testing::path_text(), text in r#"(ALL )?PATH (==|=~|=\?|!\*|<=|in) ("[ -~]{0,8}"|[0-9]{1,3}|\['a', 1\])( (&&|\^|\|\|) !?PATH\?)?"#) {
        testing::filter(text.replace("PATH", &path).as_bytes());
    }

    #[test]
    fn damaged_filters(text in mutated(
        br#"245$a =^ "The" && (#650 >= 3 || !020?) ^ LDR/6 in ["a", 't'] && ALL 6..$a =~ "^P""#.to_vec(),
        b"0a$[]/{}=!~?|^#&()\"'\\ ,\xC3",
    )) {
        testing::filter(&text);
    }

    #[test]
    fn damaged_paths(text in mutated(br"020[1]$a/0-2{$q=\paperback|^1~\s}{!$z}".to_vec(), b"0a$[]/{}=!~?|^#-v.*\\ \xC3")) {
        testing::path(&text);
    }

    #[test]
    fn irbis_records_go_through_every_form(record in irbis_record()) {
        let irbis = ReadOptions::new().dialect(Dialect::Irbis);
        let fields = |record: &Record| -> Vec<_> {
            record.fields().map(|field| (field.tag(), field.raw().to_vec())).collect()
        };

        let mut lines = ndjson::Writer::new(Vec::new(), &WriteOptions::new());
        lines.write_record(record.view()).unwrap();
        lines.finish().unwrap();
        let lines = lines.into_inner();
        let back = ndjson::SliceReader::new(&lines, &ReadOptions::new()).records().next().unwrap().unwrap();
        prop_assert_eq!(&back, &record);

        let mut text = irbis_text::Writer::new(Vec::new(), &WriteOptions::new());
        text.write_record(record.view()).unwrap();
        text.finish().unwrap();
        let text = text.into_inner();
        let back = irbis_text::SliceReader::new(&text, &ReadOptions::new()).records().next().unwrap().unwrap();
        prop_assert_eq!(fields(&back), fields(&record));

        let mut xml = marcxml::Writer::new(Vec::new(), &WriteOptions::new());
        xml.write_record(record.view()).unwrap();
        xml.finish().unwrap();
        let xml = xml.into_inner();
        let back = marcxml::SliceReader::new(&xml, &irbis).records().next().unwrap().unwrap();
        prop_assert_eq!(fields(&back), fields(&record));
    }
}

proptest! {
    /// Bytes of MARC-8: letters, marks, escapes to all sets, codes of all lengths.
    #[test]
    fn bytes_of_marc_8(
        pieces in proptest::collection::vec(
            prop_oneof![
                Just(b"\x1B(N".to_vec()), Just(b"\x1B(Q".to_vec()), Just(b"\x1B(2".to_vec()),
                Just(b"\x1B(3".to_vec()), Just(b"\x1B(4".to_vec()), Just(b"\x1B(S".to_vec()),
                Just(b"\x1B)N".to_vec()), Just(b"\x1B)!E".to_vec()), Just(b"\x1B(!E".to_vec()),
                Just(b"\x1B$1".to_vec()), Just(b"\x1B(B".to_vec()), Just(b"\x1Bg".to_vec()),
                Just(b"\x1Bb".to_vec()), Just(b"\x1Bp".to_vec()), Just(b"\x1Bs".to_vec()),
                Just(b"\x1B$)1".to_vec()), Just(b"!6k".to_vec()), Just(b"!0&".to_vec()), Just(b"'GB".to_vec()),
                Just(b"&#x0259;".to_vec()), Just(b"\xEBi\xECa".to_vec()), Just(b"\xFAn\xFBg".to_vec()),
                "[a-zA-Z0-9 .,]{1,4}".prop_map(String::into_bytes),
                proptest::collection::vec(0xA1..=0xFEu8, 1..3),
                proptest::collection::vec(any::<u8>(), 1..3),
            ],
            0..12,
        )
    ) {
        testing::marc8(&pieces.concat());
    }

    /// Text in every set, with marks, letters of all scripts, and what looks like a reference.
    #[test]
    fn text_in_every_set(set in any::<u8>(), pieces in proptest::collection::vec(
        prop_oneof![
            "[a-zA-Z &;#x0-9]{0,6}", "[À-ỹ]{0,4}", "[а-яёіѣ]{0,4}", "[α-ωά-ώ]{0,4}", "[א-ת]{0,4}", "[ء-ي]{0,4}",
            "[一-鿿]{0,3}", "[가-힣]{0,2}", "[ぁ-ん]{0,2}", "[\u{300}-\u{361}]{0,3}", "\\PC{0,4}",
            Just("&#x0259;".to_owned()), Just("i\u{361}a".to_owned()), Just("e\u{323}\u{301}".to_owned()),
            Just("\u{98}The \u{9C}".to_owned()),
        ],
        0..8,
    )) {
        let mut data = vec![set];
        data.extend_from_slice(pieces.concat().as_bytes());
        testing::charset(&data);
    }

    /// Records of one set, with some in another, and bytes of none.
    #[test]
    fn a_decision_however_the_input_is_cut(
        size in any::<u8>(),
        sets in (0usize..41, 0usize..41),
        titles in proptest::collection::vec((0usize..6, 0usize..10, "[a-zA-Z]{0,5}"), 1..12),
        odd in proptest::collection::vec(any::<u8>(), 0..6),
    ) {
        const TITLES: [&str; 6] = [
            "Étude de la végétation", "Война и мир", "Großes Wörterbuch", "Οδύσσεια", "Słownik języka", "The Brontë sisters",
        ];
        let all: Vec<_> = kartoteka::charset::candidates().collect();
        let mut data = vec![size];
        for (title, place, word) in titles {
            let charset = all[if place == 0 { sets.1 } else { sets.0 } % all.len()];
            let _ = charset.encode_into(TITLES[title], kartoteka::Policy::Replace, &mut data);
            data.extend_from_slice(word.as_bytes());
            data.push(0x1E);
        }
        data.extend_from_slice(&odd);
        testing::decision(&data);
    }
}

//! The XML forms of MARC: fixtures, what other programs write, and real files.
//!
//! The real files are not part of this repository: see `tests/corpus.rs`.
#![cfg(feature = "xml")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

use kartoteka::{
    Code, Format, ReadOptions, Record, RecordRead, Recovery, WriteOptions, marcxml, open, open_with, writer,
};

fn fixture(name: &str) -> Vec<u8> {
    fs::read(path(name)).unwrap()
}

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

fn all(path: &Path) -> Vec<Record> {
    open(path).unwrap().records().map(Result::unwrap).collect()
}

fn written(records: &[Record], format: Format, options: &WriteOptions) -> String {
    let mut bytes = Vec::new();
    let mut to = writer(format, &mut bytes, options).unwrap();
    for record in records {
        to.write_record(record.view()).unwrap();
    }
    to.finish().unwrap();
    drop(to);
    String::from_utf8(bytes).unwrap()
}

fn read(xml: &str) -> (Vec<Record>, Vec<(Code, u64)>) {
    let mut reader = marcxml::SliceReader::new(xml.as_bytes(), &ReadOptions::new());
    let (mut records, mut found) = (Vec::new(), Vec::new());
    let mut record = Record::new();
    loop {
        let more = reader.read_record(&mut record);
        found.extend(reader.diagnostics().iter().map(|finding| (finding.code, finding.location.line)));
        match more {
            Ok(true) => records.push(record.clone()),
            Ok(false) => return (records, found),
            Err(error) => found.push((error.code().unwrap(), error.location().unwrap().line)),
        }
    }
}

#[test]
fn each_form_has_the_records_of_the_binary_one() {
    let marc = all(&path("iso2709/marc21.mrc"));
    assert_eq!(all(&path("xml/turbomarc.xml")), marc);
    assert_eq!(all(&path("xml/oai-marc.xml")), marc[3..5]);
    assert_eq!(all(&path("marcxml/utf-16.xml")), marc[..3]);
    assert_eq!(all(&path("xml/marcxchange.xml")), all(&path("iso2709/unimarc.mrc")));
    // The bytes of the one are in UTF-8 by now, those of the other are not.
    let mut rusmarc = all(&path("iso2709/rusmarc-cp1251.mrc"));
    for record in &mut rusmarc {
        record.transcode(kartoteka::Charset::Utf8, kartoteka::Policy::Strict).unwrap();
    }
    assert_eq!(all(&path("marcxml/windows-1251.xml")), rusmarc);
}

#[test]
fn what_is_written_is_what_yaz_writes() {
    let lines = |text: &str| {
        text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").unwrap_or(text).to_owned()
    };
    let options = WriteOptions::new();
    let marc = all(&path("iso2709/marc21.mrc"));
    let turbo = written(&marc, Format::Turbomarc, &options);
    // Apostrophes and quotation marks need no escape between tags; yaz has one.
    let by_yaz =
        |name| String::from_utf8(fixture(name)).unwrap().replace("&apos;", "'").replace("&quot;", "\"");
    assert!(lines(&turbo) == by_yaz("xml/turbomarc.xml"));
    let unimarc = all(&path("iso2709/unimarc.mrc"));
    let exchange = written(&unimarc, Format::Marcxchange, &options);
    assert!(lines(&exchange) == by_yaz("xml/marcxchange.xml"));
}

#[test]
fn prefix_types_and_a_single_record() {
    let marc = all(&path("iso2709/marc21.mrc"));
    let options = WriteOptions::new().xml_prefix("marc").record_types(true);
    let xml = written(&marc, Format::Marcxml, &options);
    assert!(xml.contains("<marc:collection xmlns:marc=\"http://www.loc.gov/MARC21/slim\">\n<marc:record type=\"Bibliographic\">\n  <marc:leader>"), "{xml}");
    assert!(xml.ends_with("</marc:record>\n</marc:collection>\n"));
    assert_eq!(read(&xml), (marc.clone(), vec![]));
    let options = WriteOptions::new().single_record(true);
    let xml = written(&marc[..1], Format::Marcxml, &options);
    assert!(
        xml.contains("?>\n<record xmlns=\"http://www.loc.gov/MARC21/slim\">\n")
            && xml.ends_with("</record>\n")
    );
    assert_eq!(read(&xml), (marc[..1].to_vec(), vec![]));
    let mut to = writer(Format::Marcxml, Vec::new(), &options).unwrap();
    to.write_record(marc[0].view()).unwrap();
    assert!(!to.write_record(marc[1].view()).unwrap_err().is_record());
    for bad in ["1a", "a b", "xmlns", "a:b", "<"] {
        assert_eq!(WriteOptions::new().xml_prefix(bad).xml_prefix, "", "{bad}");
    }
}

#[test]
fn the_type_of_a_record_is_compared_with_its_leader() {
    let record = |kind: &str| {
        format!(
            "<record xmlns=\"http://www.loc.gov/MARC21/slim\" type=\"{kind}\"><leader>00000nam a2200000   4500</leader><controlfield tag=\"001\">1</controlfield></record>"
        )
    };
    assert_eq!(read(&record("Bibliographic")).1, []);
    assert_eq!(read(&record("Authority")).1, [(Code::XmlType, 1)]);
    assert_eq!(read(&record("Bibliographical")).1, [(Code::XmlType, 1)]);
}

#[test]
fn turbomarc_of_any_shape() {
    let xml = "<t:r xmlns:t='http://www.indexdata.com/turbomarc'><!-- x --><t:l>00000nam0a3200000   450 </t:l>\
        <t:d001 i1='0' i2='0' i3='1'><t:sa>9 &amp; 1</t:sa><t:s code='='>x</t:s><t:s code=' '/></t:d001><t:c008><![CDATA[a]]>b</t:c008><t:x/></t:r>";
    let (records, found) = read(xml);
    let fields: Vec<_> = records[0].fields().map(|field| format!("{field:?}")).collect();
    assert_eq!(fields, [r#"001 "001" [a "9 & 1", = "x",   ""]"#, r#"008 "ab""#]);
    assert_eq!(found, [(Code::XmlShape, 1)]);
}

#[test]
fn a_record_that_is_not_well_formed_is_lost_alone_and_its_place_is_told() {
    let data = fixture("marcxml/broken.xml");
    let oks = |recovery| {
        let mut reader = marcxml::SliceReader::new(&data, &ReadOptions::new().recovery(recovery));
        reader.records().map(|read| read.map_err(|error| error.to_string())).collect::<Vec<_>>()
    };
    for recovery in [Recovery::Salvage, Recovery::Strict] {
        let read = oks(recovery);
        assert_eq!(read.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
        let error = read[1].as_ref().unwrap_err();
        assert!(error.contains("line ") && error.contains("(column "), "{error}");
    }
}

/// What the schema of MARCXML allows, by a schema written here: xmllint finds what is written valid.
#[test]
fn what_is_written_is_valid() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("valid");
    fs::create_dir_all(&folder).unwrap();
    let marc = all(&path("iso2709/marc21.mrc"));
    for (number, options) in [
        WriteOptions::new(),
        WriteOptions::new().indent(false).record_types(true),
        WriteOptions::new().xml_prefix("m"),
    ]
    .iter()
    .enumerate()
    {
        let file = folder.join(format!("{number}.xml"));
        fs::write(&file, written(&marc, Format::Marcxml, options)).unwrap();
        let schema = path("marcxml/slim.xsd");
        match std::process::Command::new("xmllint")
            .args(["--noout", "--schema"])
            .arg(&schema)
            .arg(&file)
            .output()
        {
            Ok(output) => {
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            }
            Err(_) => {
                assert!(std::env::var_os("CI").is_none(), "no xmllint, and CI must not skip it");
                eprintln!("SKIPPED: no xmllint");
            }
        }
    }
}

fn corpus() -> Option<PathBuf> {
    let named = std::env::var_os("KARTOTEKA_CORPUS").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"));
    if folder.is_dir() {
        return Some(folder.join("marc"));
    }
    assert!(std::env::var_os("CI").is_none(), "no corpus at {}, and CI must not skip it", folder.display());
    eprintln!("SKIPPED: no corpus at {}; set KARTOTEKA_CORPUS", folder.display());
    None
}

/// The records of a file, and what its first error in strict reading says.
fn salvaged(path: &Path) -> (Vec<Record>, Option<String>) {
    let options = ReadOptions::new();
    let records = open_with(path, Some(Format::Marcxml), &options).unwrap().records().flatten().collect();
    let strict = options.recovery(Recovery::Strict);
    let error = open_with(path, Some(Format::Marcxml), &strict).unwrap().records().find_map(Result::err);
    (records, error.map(|error| error.to_string()))
}

fn nfc(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    text.nfc().collect()
}

/// Leader/5 to 8 and the fields, as the expectations compare them.
fn canonical(record: &Record) -> serde_json::Value {
    let leader =
        record.header().leader.map(|leader| String::from_utf8_lossy(&leader.as_bytes()[5..9]).into_owned());
    let text = |text: kartoteka::Text<'_>| nfc(&text.to_str().unwrap());
    let fields = record.fields().map(|field| match field.is_control() {
        true => serde_json::json!([field.tag().to_string(), text(field.lead())]),
        false => {
            let subfields =
                field.subfields().map(|one| serde_json::json!([one.code().to_string(), text(one.value())]));
            let indicators = String::from_utf8_lossy(field.indicators()).into_owned();
            serde_json::json!([field.tag().to_string(), indicators, subfields.collect::<Vec<_>>()])
        }
    });
    serde_json::json!([leader, fields.collect::<Vec<_>>()])
}

fn canonical_json(record: &serde_json::Value) -> serde_json::Value {
    let leader = record["leader"].as_str().map(|leader| leader.chars().skip(5).take(4).collect::<String>());
    let fields = record["fields"].as_array().unwrap().iter().map(|field| {
        let (tag, content) = field.as_object().unwrap().iter().next().unwrap();
        match content.as_str() {
            Some(data) => serde_json::json!([tag, nfc(data)]),
            None => {
                let subfields = content["subfields"].as_array().unwrap().iter().map(|subfield| {
                    let (code, value) = subfield.as_object().unwrap().iter().next().unwrap();
                    serde_json::json!([code, nfc(value.as_str().unwrap())])
                });
                let blank = |name: &str| match content[name].as_str().unwrap_or(" ") {
                    "" => " ".to_owned(),
                    other => other.to_owned(),
                };
                let indicators = format!("{}{}", blank("ind1"), blank("ind2"));
                serde_json::json!([tag, indicators, subfields.collect::<Vec<_>>()])
            }
        }
    });
    serde_json::json!([leader, fields.collect::<Vec<_>>()])
}

#[test]
fn real_files_equal_their_expectation() {
    let Some(corpus) = corpus() else { return };
    let mut compared = 0;
    let mut wrong = Vec::new();
    for folder in ["authority", "classification", "odd", "sru-wrapped", "valid", "invalid"] {
        for entry in fs::read_dir(corpus.join("marcxml").join(folder)).unwrap() {
            let file = entry.unwrap().path();
            let name = format!("{folder}/{}", file.file_name().unwrap().to_string_lossy());
            let Ok(expected) = fs::read_to_string(corpus.join(format!("expected/marcxml/{name}.jsonl")))
            else {
                continue;
            };
            let mut expected: Vec<serde_json::Value> =
                expected.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            // The element `record` of SRW is no record: pymarc passes over it, yaz reads what is in it twice.
            if folder == "sru-wrapped" {
                expected.dedup();
            }
            let (records, _) = salvaged(&file);
            if records.len() != expected.len() {
                wrong.push(format!("{name}: {} records, not {}", records.len(), expected.len()));
            }
            for (ours, theirs) in records.iter().zip(&expected) {
                let (mut ours, mut theirs) = (canonical(ours), canonical_json(theirs));
                // No leader is no leader, where others make one up.
                if ours[0].is_null() && theirs[0] == "    " {
                    theirs[0] = serde_json::Value::Null;
                }
                if name == "valid/39002054008678_yale_edu_marc.xml" {
                    // The blanks of its leader are no-break spaces: blanks, we say; yaz writes #.
                    assert_eq!((&ours[0], &theirs[0]), (&"cam ".into(), &"cam#".into()));
                    theirs[0] = ours[0].take();
                    ours[0] = theirs[0].clone();
                }
                if name == "valid/39002054008678_yale_edu_marc.xml" || name == "valid/marc.xml" {
                    // Its indicators have no-break spaces for blanks, and here and there a blank too many.
                    let plain = |fields: &serde_json::Value| {
                        let text = fields.to_string().replace('\u{A0}', " ").replace("\"0 0\"", "\"00\"");
                        serde_json::from_str(&text).unwrap()
                    };
                    (ours[1], theirs[1]) = (plain(&ours[1]), plain(&theirs[1]));
                }
                if name == "odd/namespace.xml" {
                    // ind1="" ind2="0": a blank, then 0. yaz loses the first and writes the second in its place.
                    let shifted = |fields: &serde_json::Value| {
                        fields.to_string().replace("[\"866\",\" 0\"", "[\"866\",\"0 \"")
                    };
                    assert_eq!(shifted(&ours[1]), theirs[1].to_string());
                    theirs[1] = ours[1].clone();
                }
                if ours != theirs {
                    let (ours, theirs) = (ours.to_string(), theirs.to_string());
                    let at = ours.bytes().zip(theirs.bytes()).position(|(a, b)| a != b).unwrap_or_default();
                    let part =
                        |text: &str| text.chars().skip(at.saturating_sub(60)).take(140).collect::<String>();
                    wrong.push(format!("{name}:\n  {}\n  {}", part(&ours), part(&theirs)));
                }
                compared += 1;
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared > 240, "{compared}");
}

#[test]
fn real_files_that_are_invalid_give_a_place_and_what_can_be_read() {
    let Some(corpus) = corpus() else { return };
    let folder = corpus.join("marcxml");
    // File, records in salvage, part of what the first error says in strict reading.
    for (name, count, error) in [
        ("invalid/bad_leader.xml", 1, None),
        ("invalid/chabon-bad-subfields-element.xml", 1, Some("line 8")),
        ("invalid/chabon-missing-controlfield-tag.xml", 1, Some("line 5")),
        ("invalid/e401_bad_char_reference.xml", 1, Some("line 5")),
        ("invalid/e401_malformed_marcxml.xml", 0, Some("line 5")),
        ("invalid/invalid.xml", 0, Some("line ")),
        ("invalid/marcxml--erroneous.xml", 0, Some("line 4, byte 3383")),
        ("invalid/no-leading-zero.xml", 1, None),
        ("invalid/three-records-second-bad.xml", 3, Some("line ")),
        ("odd/marcxml--from-no-xml-decl.xml", 0, Some("line 1")),
    ] {
        let (records, found) = salvaged(&folder.join(name));
        eprintln!("{name}: {} records, {found:?}", records.len());
        assert_eq!(records.len(), count, "{name}");
        match (error, found) {
            (None, None) => {}
            (Some(part), Some(found)) => assert!(found.contains(part), "{name}: {found}"),
            (_, found) => panic!("{name}: {found:?}"),
        }
    }
}

#[test]
fn real_turbomarc_and_oai_marc() {
    let Some(corpus) = corpus() else { return };
    let mut seen = 0;
    for entry in fs::read_dir(corpus.join("turbomarc")).unwrap() {
        let file = entry.unwrap().path();
        let records = all(&file);
        assert!(!records.is_empty(), "{}", file.display());
        // What is written is read as the same.
        let again = written(&records, Format::Turbomarc, &WriteOptions::new());
        assert_eq!(read(&again).0, records, "{}", file.display());
        seen += 1;
    }
    assert_eq!(seen, 6);
    for entry in fs::read_dir(corpus.join("marcxchange")).unwrap() {
        let file = entry.unwrap().path();
        let records = all(&file);
        let again = written(&records, Format::Marcxchange, &WriteOptions::new());
        assert_eq!(read(&again).0, records, "{}", file.display());
    }
    let one = all(&corpus.join("marcxml/odd/oai-marcxml--from1.xml"));
    assert_eq!(one[0].header().leader.unwrap().to_string(), "     cz  a2200229n  4500");
    assert_eq!(one[0].field("100").unwrap().subfield('a').unwrap().to_str().unwrap(), "Aakkula, Immo");
    assert_eq!(one[0].field(8).unwrap().lead().to_str().unwrap(), "011001|n|az|||aab|           | aaa      ");
    assert_eq!(all(&corpus.join("marcxml/odd/oai-marcxml--2RecordsFrom.xml")).len(), 2);
}

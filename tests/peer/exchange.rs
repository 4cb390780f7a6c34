//! The exchange forms against each other and against other programs: every file of the corpus has its expectation,
//! what a form cannot carry is named, and other programs read the same in what is written.
//!
//! The real files are not part of this repository: see `tests/common/mod.rs`. The other programs are `yaz-marcdump`, and
//! `pymarc` under the Python that `KARTOTEKA_PYTHON` names. Where one is missing its tests say so and pass, unless
//! `CI` is set; `KARTOTEKA_WITHOUT_YAZ` lets CI pass without the first.
#![cfg(all(feature = "xml", feature = "json", feature = "testing"))]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use kartoteka::{
    Finding, Format, ReadOptions, Record, RecordRead, RecordRef, RecordWrite, Recovery, WriteOptions,
    iso2709, open, open_with, reader, rules, writer,
};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;

fn corpus() -> Option<PathBuf> {
    crate::common::corpus().map(|folder| folder.join("marc"))
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

fn all(path: &Path) -> Vec<Record> {
    open(path).unwrap().records().map(Result::unwrap).collect()
}

fn nfc(text: &str) -> String {
    text.nfc().collect()
}

/// Leader and fields of a record, for comparison: `[leader, [[tag, data] or [tag, indicators, [[code, value]]]]]`.
/// Of the leader only 5 to 8 and 17 to 19: all else is numbers of ISO 2709, and leader/09 is set by some.
fn plain(record: RecordRef<'_>) -> Value {
    let text = |text: kartoteka::Text<'_>| nfc(&text.to_str().unwrap());
    let fields = record.fields().map(|field| match field.is_control() {
        true => json!([field.tag().to_string(), text(field.lead())]),
        false => {
            let subfields = field.subfields().map(|one| json!([one.code().to_string(), text(one.value())]));
            let indicators = String::from_utf8_lossy(field.indicators()).into_owned();
            json!([field.tag().to_string(), indicators, subfields.collect::<Vec<_>>()])
        }
    });
    let leader = record.header().leader.map(|leader| leader.to_string()).unwrap_or_default();
    json!([leader_part(&leader), fields.collect::<Vec<_>>()])
}

fn leader_part(leader: &str) -> String {
    leader.chars().skip(5).take(4).chain(leader.chars().skip(17).take(3)).collect()
}

fn plains(records: &[Record]) -> Vec<Value> {
    records.iter().map(|record| plain(record.view())).collect()
}

/// The same of records in JSON of any shape: all values of the text, one after the other or in an array.
fn of_json(text: &str) -> Vec<Value> {
    let values: Vec<Value> =
        serde_json::Deserializer::from_str(text).into_iter().map(Result::unwrap).collect();
    let records = match values.as_slice() {
        [Value::Array(records)] if records[0].is_object() => records.clone(),
        _ => values,
    };
    records.iter().map(of_value).collect()
}

fn of_value(record: &Value) -> Value {
    let string = |value: &Value| nfc(value.as_str().unwrap_or(" "));
    let mut leader = string(&record["leader"]);
    let mut fields = Vec::new();
    // Of Catmandu: [tag, indicator, indicator, code, value, code, value ..]; `_` is the code of data.
    for row in record["record"].as_array().into_iter().flatten() {
        let row: Vec<String> = row.as_array().unwrap().iter().map(string).collect();
        let subfields: Vec<&[String]> = row[3..].chunks(2).collect();
        match (row[0].as_str(), subfields.as_slice()) {
            ("LDR", [data]) => leader.clone_from(&data[1]),
            (tag, [data]) if data[0] == "_" => fields.push(json!([tag, data[1]])),
            (tag, subfields) => fields.push(json!([tag, row[1..3].concat(), subfields])),
        }
    }
    for field in record["fields"].as_array().into_iter().flatten() {
        let object = field.as_object().unwrap();
        // Of NatLibFi: tag and value, or tag, indicators and subfields; of all others: one key, the tag.
        let (tag, content) = match object.get("tag") {
            Some(tag) => (tag.as_str().unwrap(), field),
            None => object.iter().next().map(|(tag, content)| (tag.as_str(), content)).unwrap(),
        };
        if let Some(data) = content.as_str().or(content["value"].as_str()) {
            fields.push(json!([tag, nfc(data)]));
            continue;
        }
        let subfields =
            content["subfields"].as_array().unwrap().iter().map(|subfield| match subfield.get("code") {
                Some(code) => json!([code, string(subfield.get("value").unwrap_or(&json!("")))]),
                None => {
                    let (code, value) = subfield.as_object().unwrap().iter().next().unwrap();
                    json!([code, string(value)])
                }
            });
        let indicators = string(&content["ind1"]) + &string(&content["ind2"]);
        fields.push(json!([tag, indicators, subfields.collect::<Vec<_>>()]));
    }
    json!([leader_part(&leader), fields])
}

/// The same of Aleph sequential, by the columns: 0 to 8 number, 10 to 12 tag, 13 and 14 indicators, 18 on data.
fn of_aleph(text: &str) -> Vec<Value> {
    let mut records: Vec<(String, String, Vec<Value>)> = Vec::new();
    for line in text.lines().filter(|line| line.len() > 18 && line.as_bytes()[9] == b' ') {
        let (number, tag, indicators, data) = (&line[..9], &line[10..13], &line[13..15], &line[18..]);
        if records.last().is_none_or(|(last, ..)| last != number) {
            records.push((number.to_owned(), String::new(), Vec::new()));
        }
        let (_, leader, fields) = records.last_mut().unwrap();
        if tag == "LDR" {
            *leader = format!("{:24}", data.replace('^', " "));
        } else if let Some(data) = data.strip_prefix("$$") {
            let subfields: Vec<_> = data.split("$$").map(|one| json!([one[..1], nfc(&one[1..])])).collect();
            fields.push(json!([tag, indicators, subfields]));
        } else {
            fields.push(json!([tag, data.replace('^', " ")]));
        }
    }
    records.into_iter().map(|(_, leader, fields)| json!([leader_part(&leader[..24]), fields])).collect()
}

/// The same of displayed records: `LEADER`, then tag, blank, indicators and subfields behind `mark`, with a blank
/// between the two where `gap` is 1.
fn of_lines(text: &str, head: &str, control: usize, gap: usize, mark: char) -> Vec<Value> {
    let mut records = vec![(String::new(), Vec::new())];
    for line in text.lines() {
        let (_, fields) = records.last_mut().unwrap();
        if let Some(rest) = line.strip_prefix(head) {
            if !fields.is_empty() {
                records.push((String::new(), Vec::new()));
            }
            records.last_mut().unwrap().0 = format!("{rest:24}");
        } else if line.starts_with("00") {
            fields.push(json!([line[..3], line[control..]]));
        } else if !line.is_empty() {
            let data = &line[6 + gap..];
            let subfields = data.split(mark).skip(1).map(|one| json!([one[..1], nfc(&one[1..])]));
            fields.push(json!([line[..3], line[4..6], subfields.collect::<Vec<_>>()]));
        }
    }
    records.retain(|(_, fields)| !fields.is_empty());
    records.into_iter().map(|(leader, fields)| json!([leader_part(&leader), fields])).collect()
}

/// What a file is expected to be.
enum Expected {
    /// The records of this file, which other programs made it from, or it from that.
    Same(&'static str),
    /// The same, but for fields with these tags, in which the other program could not carry what is there.
    SameBut(&'static str, &'static [&'static str]),
    /// What a few lines here find in it.
    Parsed(fn(&str) -> Vec<Value>),
    /// In strict reading an error in this line; in salvage this number of records.
    Broken(u64, usize),
    /// Not recognized; the answer says this.
    Unknown(&'static str),
    /// Compared in another test: here, in `forms.rs` or `json.rs`.
    Elsewhere,
}
use Expected::{Broken, Elsewhere, Parsed, Same, SameBut, Unknown};

/// Every file of the folders of MarcXchange, TurboMARC, JSON, text and PICA.
const FILES: &[(&str, Expected)] = &[
    ("marcxchange/marc1.marc.xml", Same("danmarc-ind3/marc1.marc")),
    ("marcxchange/one.dat.xml", Same("bib-utf8/one.dat")),
    ("marcxchange/testunimarc.dat.xml", Same("unimarc/testunimarc.dat")),
    ("turbomarc/tmarc1.xml", Same("danmarc-ind3/marc1.marc")),
    // In ISO 2709 there is text before the first delimiter of 648, and a delimiter alone in BAS; yaz made a subfield of
    // each when it wrote TurboMARC, and we read what is there.
    ("turbomarc/tmarc3.xml", SameBut("bib-ascii/marc3.marc", &["648", "BAS"])),
    // The same of 250, which has no delimiter at all.
    ("turbomarc/tmarc5.xml", SameBut("bib-utf8/marc5.marc", &["250"])),
    ("turbomarc/tmarc6.xml", Same("bib-ascii/marc6.marc")),
    ("turbomarc/tmarc7.xml", Same("bib-marc8/marc7.marc")),
    ("turbomarc/tmarc8.xml", Same("bib-marc8/marc8.marc")),
    ("json/catmandu/old_new.json", Parsed(of_json)),
    ("json/invalid/e402_malformed_marcjson.json", Broken(1, 0)),
    ("json/marc-in-json/batch.json", Parsed(of_json)),
    ("json/marc-in-json/illegal-marc-in-json.json", Elsewhere),
    ("json/marc-in-json/legal-json-marc-in-json.json", Parsed(of_json)),
    ("json/marc-in-json/marc-in-json.json", Parsed(of_json)),
    ("json/marc-in-json/marc7.json", Same("bib-marc8/marc7.marc")),
    ("json/marc-in-json/marc8.json", Same("bib-marc8/marc8.marc")),
    ("json/marc-in-json/one.json", Parsed(of_json)),
    ("json/marc-json-oclc-draft/marc-json.json", Elsewhere),
    // An array with a string in it, where there should be an object.
    ("json/natlibfi/json--erroneous.json", Broken(1, 1)),
    ("json/natlibfi/json--from1.json", Parsed(of_json)),
    ("json/ndjson/test.ndj", Parsed(of_json)),
    // Despite their names these four are JSON, which that program makes Aleph sequential of.
    ("text/alephseq/aleph-sequential--emptySubfield.seq", Parsed(of_json)),
    ("text/alephseq/aleph-sequential--recordWithNewline.seq", Parsed(of_json)),
    ("text/alephseq/aleph-sequential--tooLongRecord.seq", Parsed(of_json)),
    ("text/alephseq/aleph-sequential--valuelessSubfield.seq", Parsed(of_json)),
    ("text/alephseq/aleph-sequential--erroneous.seq", Unknown("nearest is aleph, but")),
    ("text/alephseq/aleph-sequential--from1.seq", Elsewhere),
    ("text/alephseq/aleph-sequential--from2.seq", Elsewhere),
    ("text/alephseq/aleph-sequential--from8.seq", Elsewhere),
    ("text/alephseq/aleph-sequential--splitfields-from1.seq", Elsewhere),
    ("text/alephseq/aleph-sequential--splitfields-to1.seq", Elsewhere),
    ("text/alephseq/aleph-sequential--to1.seq", Elsewhere),
    ("text/alephseq/aleph-sequential--to2.seq", Elsewhere),
    ("text/alephseq/aleph-sequential--to8.seq", Elsewhere),
    ("text/alephseq/alephseq-example1.txt", Parsed(of_aleph)),
    ("text/alephseq/alephseq-example3.txt", Parsed(of_aleph)),
    ("text/alephseq/alephseq-example5-long-leader.txt", Parsed(of_aleph)),
    ("text/alephseq/alephseq-example6-error.txt", Elsewhere),
    ("text/alephseq/rug01.aleph", Parsed(of_aleph)),
    ("text/lif/alphatag.lif", Elsewhere),
    ("text/lif/lineendings-0d.lif", Elsewhere),
    ("text/lif/lineendings-0d0a.lif", Elsewhere),
    ("text/lif/sample20.lif", Elsewhere),
    ("text/line-catmandu/code4lib.line", Elsewhere),
    ("text/mrctxt/010000011.mrctxt", Parsed(|text| of_lines(text, "LEADER ", 4, 0, '$'))),
    ("text/mrctxt/unimarc.mrctxt", Parsed(|text| of_lines(text, "LEADER ", 4, 0, '$'))),
    ("text/mrk/brkrtest.mrk", Elsewhere),
    ("text/mrk/brkrtest.mrk8", Elsewhere),
    ("text/mrk/camel.mrk", Same("bib-ascii/camel.mrc")),
    ("text/natlibfi-text/text--erroneous.txt", Unknown("not recognized")),
    ("text/natlibfi-text/text--from_multiple2.txt", Parsed(|text| of_lines(text, "LDR    ", 7, 1, '‡'))),
    // No form of MARC: recognized, so that the answer is not that it is damaged ISO 2709.
    ("pica/045R.pica", Unknown("PICA+, which is no form of MARC")),
    ("pica/ada.dat", Unknown("PICA+, which is no form of MARC")),
    ("pica/invalid.dat", Unknown("PICA+, which is no form of MARC")),
    ("pica/pica-line-with-0xC285.dat", Unknown("PICA+, which is no form of MARC")),
];

#[test]
fn every_real_file_is_what_it_is_expected_to_be() {
    let Some(corpus) = corpus() else { return };
    let mut wrong = Vec::new();
    for (name, expected) in FILES {
        let file = corpus.join(name);
        let (theirs, left_out): (Vec<Value>, &[&str]) = match expected {
            Same(other) => (plains(&all(&corpus.join("wf").join(other))), &[]),
            SameBut(other, left_out) => (plains(&all(&corpus.join("wf").join(other))), left_out),
            Parsed(parse) => (parse(&fs::read_to_string(&file).unwrap()), &[]),
            Broken(line, count) => {
                let strict = ReadOptions::new().recovery(Recovery::Strict);
                let error = open_with(&file, None, &strict).unwrap().records().find_map(Result::err).unwrap();
                assert_eq!(error.location().unwrap().line, *line, "{name}: {error}");
                assert_eq!(open(&file).unwrap().records().flatten().count(), *count, "{name}");
                continue;
            }
            Unknown(words) => {
                let error = open(&file).err().unwrap().to_string();
                assert!(error.contains(words), "{name}: {error}");
                continue;
            }
            Elsewhere => continue,
        };
        let ours = plains(&all(&file));
        assert!(!ours.is_empty());
        if ours.len() != theirs.len() {
            wrong.push(format!("{name}: {} records, not {}", ours.len(), theirs.len()));
        }
        for (ours, theirs) in ours.iter().zip(&theirs) {
            let kept = |record: &Value| -> Vec<Value> {
                let fields = record[1].as_array().unwrap().iter();
                fields.filter(|field| !left_out.contains(&field[0].as_str().unwrap())).cloned().collect()
            };
            let (ours_kept, theirs_kept) = (kept(ours), kept(theirs));
            if ours[0] != theirs[0] || ours_kept.len() != theirs_kept.len() {
                wrong.push(format!("{name}: {} {}", ours[0], theirs[0]));
            }
            let fields = ours_kept.iter().zip(&theirs_kept).filter(|(ours, theirs)| ours != theirs);
            wrong.extend(fields.map(|(ours, theirs)| format!("{name}: {ours} is not {theirs}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn files(folder: &Path, root: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files(&path, root, found),
            false => {
                found.insert(path.strip_prefix(root).unwrap().to_string_lossy().into_owned());
            }
        }
    }
}

#[test]
fn no_real_file_is_forgotten() {
    let Some(corpus) = corpus() else { return };
    let mut found = BTreeSet::new();
    for folder in ["marcxchange", "turbomarc", "json", "text", "pica"] {
        files(&corpus.join(folder), &corpus, &mut found);
    }
    assert_eq!(found, FILES.iter().map(|(name, _)| (*name).to_owned()).collect());
    // Of MARCXML `tests/xml.rs` compares those with an expectation, and these, one by one.
    let mut found = BTreeSet::new();
    files(&corpus.join("marcxml"), &corpus.join("marcxml"), &mut found);
    found.retain(|name| !corpus.join(format!("expected/marcxml/{name}.jsonl")).exists());
    let tests =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/format/xml.rs")).unwrap();
    let forgotten: Vec<_> = found.iter().filter(|name| !tests.contains(&format!("{name}\""))).collect();
    assert_eq!(forgotten, Vec::<&String>::new());
}

/// A line of another form among those of Aleph, and a leader with a byte too few.
#[test]
fn the_faults_of_real_aleph_are_told() {
    let Some(corpus) = corpus() else { return };
    let file = corpus.join("text/alephseq/alephseq-example6-error.txt");
    let mut reader = open(&file).unwrap();
    let (mut found, mut records) = (Vec::new(), Vec::new());
    let mut record = Record::new();
    while reader.read_record(&mut record).unwrap() {
        found.extend(
            reader.findings().iter().map(|finding| (finding.rule.to_string(), finding.location.line)),
        );
        records.push(record.clone());
    }
    let theirs = of_aleph(&fs::read_to_string(&file).unwrap());
    assert_eq!((records.len(), theirs.len()), (5, 5));
    for (ours, theirs) in plains(&records).iter().zip(&theirs).filter(|(ours, theirs)| ours[0] == theirs[0]) {
        assert_eq!(ours, theirs);
    }
    assert!(found.contains(&("B020".to_owned(), 53)), "{found:?}");
}

/// The formats of MARC records that are both read and written.
const BOTH_WAYS: [Format; 9] = [
    Format::Iso2709,
    Format::Marcxml,
    Format::Marcxchange,
    Format::Turbomarc,
    Format::Json,
    Format::Ndjson,
    Format::Mrk,
    Format::Line,
    Format::Aleph,
];

/// The bytes of what is written of the records of `data`, and the findings in them.
fn through(data: &[u8], from: Format, to: Format) -> Result<(Vec<u8>, Vec<Finding>), kartoteka::Error> {
    let mut bytes = Vec::new();
    let mut findings = Vec::new();
    let mut source = reader(data, Some(from), &ReadOptions::new()).unwrap();
    let mut sink = writer(to, &mut bytes, &WriteOptions::new()).unwrap();
    let mut record = Record::new();
    while source.read_record(&mut record)? {
        sink.write_record(record.view())?;
        findings.extend(sink.findings().iter().cloned());
    }
    sink.finish()?;
    drop(sink);
    Ok((bytes, findings))
}

/// Values with all that means something in one form or another.
fn odd_value() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-Z0-9 .,;:/()-]{0,8}",
        2 => select(vec![
            "$", "$$", " $ ", "$a", "$5 ", "$$9^", "^", "\\", "{", "}", "{dollar}", "{esc}", "_", "`", "#", "=", "=LDR  ",
            "\n", "\r\n", "\t", "\u{1}", "\u{7F}", "\u{85}", "\u{2028}", "&", "&amp;", "&#x41;", "<", "]]>", "\"", "'",
            "\u{FFFD}", "\u{FEFF}", "\u{FFFE}", "‡", "*", "  ", "(x)",
        ]).prop_map(str::to_owned),
        1 => "[а-яёçşəğ\u{301}]{1,4}",
    ];
    proptest::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

/// Records of MARC 21 in UTF-8 with tags, indicators and codes of any kind, as bytes of ISO 2709.
fn odd_marc() -> impl Strategy<Value = Vec<u8>> {
    let control = (select(vec!["001", "003", "005", "008", "00A"]), odd_value());
    let code = prop_oneof![8 => "[a-z0-9]", 1 => "[A-Z!-/:-@]"];
    let subfields = proptest::collection::vec((code, odd_value()), 0..5);
    let data = (prop_oneof![8 => "[0-9][1-9][0-9]", 1 => "[A-Z]{3}"], "[ 0-9a-z]{2}|[ -~]{2}", subfields);
    let fields = (proptest::collection::vec(control, 0..3), proptest::collection::vec(data, 0..5));
    fields.prop_map(|(control, data)| {
        let mut builder = Record::builder().leader("00000nam a2200000   4500");
        for (tag, value) in &control {
            builder = builder.control_field(tag, value);
        }
        for (tag, indicators, subfields) in &data {
            let subfields =
                subfields.iter().map(|(code, value)| (code.chars().next().unwrap(), value.as_str()));
            builder = builder.data_field(tag, indicators, subfields);
        }
        let mut iso = iso2709::Writer::new(Vec::new(), &WriteOptions::new());
        kartoteka::RecordWrite::write_record(&mut iso, builder.build().unwrap().view()).unwrap();
        kartoteka::RecordWrite::finish(&mut iso).unwrap();
        iso.into_inner()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// From ISO 2709 to each form and back are the same bytes; or the writer refuses the record, or finds something, and
    /// names the field.
    #[test]
    fn what_a_form_can_carry_comes_back_and_what_it_cannot_is_named(iso in odd_marc()) {
        for form in BOTH_WAYS {
            match through(&iso, Format::Iso2709, form) {
                Err(error) => {
                    prop_assert!(error.is_record() && error.location().unwrap().tag.is_some(), "{form:?}: {error}");
                }
                Ok((bytes, findings)) if findings.is_empty() => {
                    let (back, _) = through(&bytes, form, Format::Iso2709).unwrap();
                    prop_assert_eq!(
                        back.escape_ascii().to_string(),
                        iso.escape_ascii().to_string(),
                        "{:?}: {}",
                        form,
                        bytes.escape_ascii()
                    );
                }
                Ok((_, findings)) => {
                    // What is said of a whole record: the leader, or that it has no control number.
                    for finding in findings.iter().filter(|finding| finding.rule != rules::HEADER_LOST) {
                        prop_assert!(finding.location.tag.is_some(), "{form:?}: {finding}");
                    }
                }
            }
        }
    }
}

/// Sound records in UTF-8, and for MARCMaker text those in MARC-8, come back byte for byte from every form that finds
/// nothing it cannot carry, which is nearly all.
#[test]
fn real_records_come_back_from_every_form() {
    let Some(corpus) = corpus() else { return };
    let mut names = BTreeSet::new();
    files(&corpus.join("wf"), &corpus, &mut names);
    let mut counts = vec![(0, 0); BOTH_WAYS.len()];
    for name in names {
        let data = fs::read(corpus.join(&name)).unwrap();
        let mut reader = iso2709::SliceReader::new(&data, &ReadOptions::new());
        let mut record = Record::new();
        while let Ok(true) = reader.read_record(&mut record) {
            if !reader.findings().is_empty() || record.view().syntax().indicators < 2 {
                continue; // unsound, or of ISIS or MAB
            }
            let (sound, marc8) = (record.view().is_text(), record.charset() == kartoteka::Charset::Marc8);
            let iso = reader.raw().to_vec();
            for (form, (carried, all)) in BOTH_WAYS.into_iter().zip(&mut counts) {
                if !(sound || marc8 && form == Format::Mrk) {
                    continue;
                }
                *all += 1;
                let Ok((bytes, findings)) = through(&iso, Format::Iso2709, form) else { continue };
                if findings.is_empty() {
                    let (back, _) = through(&bytes, form, Format::Iso2709).unwrap();
                    assert!(back == iso, "{name} as {form:?}:\n{}", bytes.escape_ascii());
                    *carried += 1;
                }
            }
        }
    }
    // Aleph needs a control number, and many of these records have none.
    for (form, (carried, all)) in BOTH_WAYS.into_iter().zip(&counts) {
        eprintln!("{form:?}: {carried} of {all}");
        let least = if form == Format::Aleph { all / 2 } else { all * 9 / 10 };
        assert!(*all > 300 && *carried > least, "{form:?}: {carried} of {all}");
    }
}

#[test]
fn what_is_written_is_known_by_its_content() {
    for name in ["iso2709/marc21.mrc", "iso2709/unimarc.mrc"] {
        let data = fs::read(fixture(name)).unwrap();
        for form in BOTH_WAYS {
            let (bytes, _) = through(&data, Format::Iso2709, form).unwrap();
            let found = kartoteka::detect(&bytes, None).unwrap();
            assert_eq!((found.format, found.confidence), (form, kartoteka::Confidence::Certain), "{name}");
        }
    }
}

/// What another program says, if it is there.
fn run(program: &str, arguments: &[&str], excuse: &str) -> Option<Output> {
    match Command::new(program).args(arguments).output() {
        Ok(output) => Some(output),
        Err(_) => {
            let must = std::env::var_os("CI").is_some() && std::env::var_os(excuse).is_none();
            assert!(!must, "no {program}, and CI must not skip it");
            eprintln!("SKIPPED: no {program}");
            None
        }
    }
}

fn written(name: &str, records: &[Record], form: Format) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("exchange");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(format!("{}-{form:?}", name.replace(['/', '.'], "-")));
    let mut to = writer(form, fs::File::create(&path).unwrap(), &WriteOptions::new()).unwrap();
    for record in records {
        to.write_record(record.view()).unwrap();
    }
    to.finish().unwrap();
    path
}

#[test]
fn yaz_reads_the_same_records_in_what_is_written() {
    for name in ["iso2709/marc21.mrc", "iso2709/unimarc.mrc", "iso2709/rusmarc-utf8.mrc"] {
        let file = fixture(name);
        if !file.exists() {
            continue;
        }
        let records = all(&file);
        for (form, theirs) in [
            (Format::Iso2709, "marc"),
            (Format::Marcxml, "marcxml"),
            (Format::Marcxchange, "marcxml"),
            (Format::Turbomarc, "turbomarc"),
            (Format::Ndjson, "json"),
            (Format::Line, "line"),
        ] {
            let mut read = Vec::new();
            // One by one, since of JSON yaz reads one record.
            for record in &records {
                let path = written(name, std::slice::from_ref(record), form);
                let path = path.to_str().unwrap();
                let arguments = ["-i", theirs, "-f", "utf-8", "-t", "utf-8", "-o", "json", path];
                let Some(output) = run("yaz-marcdump", &arguments, "KARTOTEKA_WITHOUT_YAZ") else { return };
                read.extend(of_json(&String::from_utf8(output.stdout).unwrap()));
            }
            assert_eq!(read, plains(&records), "{name} as {form:?}");
        }
    }
}

/// Prints what pymarc reads in a file, an object a line.
const PYMARC: &str = r#"
import json, pymarc, sys
form, path = sys.argv[1:]
read = {
    "marc": lambda: pymarc.MARCReader(open(path, "rb"), to_unicode=True),
    "marcxml": lambda: pymarc.parse_xml_to_array(path),
    "json": lambda: pymarc.JSONReader(open(path, encoding="utf-8")),
    "mrk": lambda: pymarc.MARCMakerReader(open(path, encoding="utf-8").read()),
}
for record in read[form]():
    print(json.dumps(record.as_dict(), ensure_ascii=True))
"#;

#[test]
fn pymarc_reads_the_same_records_in_what_is_written() {
    let python = std::env::var("KARTOTEKA_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    match run(&python, &["-c", "import pymarc"], "") {
        Some(output) if output.status.success() => {}
        _ => {
            assert!(std::env::var_os("CI").is_none(), "no pymarc, and CI must not skip it");
            eprintln!("SKIPPED: {python} has no pymarc");
            return;
        }
    }
    let records = all(&fixture("iso2709/marc21.mrc"));
    // pymarc knows neither the names of characters in MARCMaker text nor the backslash.
    let simple = |record: &&Record| {
        let path = written("one", std::slice::from_ref(record), Format::Mrk);
        let text = fs::read_to_string(path).unwrap();
        !text.contains('{')
    };
    let simple: Vec<Record> = records.iter().filter(simple).cloned().collect();
    assert!(simple.len() > 3);
    for (form, theirs, records) in [
        (Format::Iso2709, "marc", &records),
        (Format::Marcxml, "marcxml", &records),
        (Format::Json, "json", &records),
        (Format::Mrk, "mrk", &simple),
    ] {
        let path = written("pymarc", records, form);
        let output = run(&python, &["-c", PYMARC, theirs, path.to_str().unwrap()], "").unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let mut read = of_json(&String::from_utf8(output.stdout).unwrap());
        let mut ours = plains(records);
        if form == Format::Mrk {
            let unblank = |records: &[Value]| -> Vec<Value> {
                let unblank = |record: &Value| record.to_string().replace(r"\\", " ").parse().unwrap();
                records.iter().map(unblank).collect()
            };
            (read, ours) = (unblank(&read), unblank(&ours));
            read.retain(|record| record[1] != json!([])); // it makes a record of the line that ends the last
        }
        assert_eq!(read.len(), ours.len(), "as {form:?}");
        for (read, ours) in read.iter().zip(&ours) {
            for (read, ours) in read[1].as_array().unwrap().iter().zip(ours[1].as_array().unwrap()) {
                assert_eq!(read, ours, "as {form:?}");
            }
            assert_eq!(read, ours, "as {form:?}");
        }
    }
}

//! Real files in every character set: what is read in them, and what is said of those that lie.
//!
//! See `tests/common/mod.rs` for where the corpus is looked for.

use crate::common::corpus;

use std::fs;
use std::path::Path;

use kartoteka::check::{self, Checker};
use kartoteka::{
    Charset, Normalization, Policy, ReadOptions, Record, RecordRead, Rule, Text, WriteOptions, iso2709, rules,
};
use serde_json::Value;

fn nfc(text: &str) -> String {
    Normalization::Nfc.apply(text).into_owned()
}

/// All values of a record, in order, in NFC: what does not decode is U+FFFD.
fn values(record: &Record) -> Vec<String> {
    let text = |text: Text<'_>| nfc(&text.to_str_lossy());
    let mut out = Vec::new();
    for field in record.fields() {
        match field.is_control() {
            true => out.push(text(field.lead())),
            false => out.extend(field.subfields().map(|subfield| text(subfield.value()))),
        }
    }
    out
}

/// The same of an expected record in MARC-in-JSON.
fn values_of_json(record: &Value) -> Vec<String> {
    let mut out = Vec::new();
    for field in record["fields"].as_array().unwrap() {
        let content = field.as_object().unwrap().values().next().unwrap();
        match content.as_str() {
            Some(data) => out.push(nfc(data)),
            None => out.extend(content["subfields"].as_array().unwrap().iter().map(|subfield| {
                nfc(subfield.as_object().unwrap().values().next().unwrap().as_str().unwrap())
            })),
        }
    }
    out
}

fn read(data: &[u8], charset: Charset) -> Vec<(Record, Vec<Rule>)> {
    let mut reader = iso2709::SliceReader::new(data, &ReadOptions::new().charset(charset));
    let mut record = Record::new();
    let mut all = Vec::new();
    while reader.read_record(&mut record).unwrap() {
        all.push((record.clone(), reader.findings().iter().map(|finding| finding.rule).collect()));
    }
    all
}

#[test]
fn well_formed_files_in_every_set_equal_their_expectation() {
    let Some(corpus) = corpus() else { return };
    let index = fs::read_to_string(corpus.join("marc/expected/WF-INDEX.tsv")).unwrap();
    let (mut compared, mut wrong) = (0, Vec::new());
    for line in index.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<_> = line.split('\t').collect();
        let (name, charset) = (columns[0], columns[1]);
        // UTF-8 has tests/common/mod.rs; this file is UTF-8 too under a leader that lies, and was read as MARC-8 by all
        if charset.starts_with("utf") || name.ends_with("msplit00000005.mrc") {
            continue;
        }
        let data = fs::read(corpus.join("marc").join(name)).unwrap();
        let expected = fs::read_to_string(corpus.join(format!("marc/expected/{name}.jsonl"))).unwrap();
        let records = read(&data, Charset::Auto);
        for (number, ((record, _), expected)) in records.iter().zip(expected.lines()).enumerate() {
            // References are characters to us; those programs keep them as text.
            let expected: Value = serde_json::from_str(&expected.replace("&#xFFFD;", "\u{FFFD}")).unwrap();
            if expected.get("disputed").is_some() {
                continue;
            }
            let (mut ours, theirs) = (values(record), values_of_json(&expected));
            if name.ends_with("diac_from_oclc.mrc") {
                // Codes without a character, which those programs drop: U+FFFD and a finding (tests/marc8.rs).
                ours.iter_mut().for_each(|value| *value = value.replace('\u{FFFD}', ""));
            }
            for (ours, theirs) in ours.iter().zip(&theirs).filter(|(ours, theirs)| ours != theirs) {
                wrong.push(format!(
                    "{name}, record {}, {}: {ours:?} is not {theirs:?}",
                    number + 1,
                    record.charset()
                ));
            }
            if ours.len() != theirs.len() {
                wrong.push(format!(
                    "{name}, record {}: {} values, not {}",
                    number + 1,
                    ours.len(),
                    theirs.len()
                ));
            }
            compared += 1;
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared > 200, "{compared}");
}
/// Reads a file of the corpus; the text of all values, and the codes of the findings, of its first record.
fn first(corpus: &Path, name: &str) -> (Record, String, Vec<Rule>) {
    let data = fs::read(corpus.join("marc").join(name)).unwrap();
    let (record, codes) = read(&data, Charset::Auto).swap_remove(0);
    let text: Vec<_> = record.fields().map(|field| nfc(&field.raw_text().to_str_lossy())).collect();
    (record, text.join("\n"), codes)
}

#[test]
fn files_that_lie_are_read_right_and_told() {
    let Some(corpus) = corpus() else { return };
    for (name, charset, code, text) in [
        ("bad/charset-lie/marc-8.sample.mrc", Charset::Utf8, Some(rules::NOT_MARC8), "Qaḍāʼ al-usrah"),
        ("bad/charset-lie/marc8_accented_chars.marc", Charset::Marc8, Some(rules::NOT_UTF8), "Geneviève"),
        (
            "bad/charset-lie/utf8_without_leader_flag.dat",
            Charset::Utf8,
            Some(rules::NOT_MARC8),
            "à la communauté",
        ),
        // UNIMARC, whose field 100 says 50: no lie in UNIMARC, where leader/09 is undefined
        ("bad/charset-lie/bib-one.mrc", Charset::Utf8, None, "Texte imprimé"),
        (
            "bad/bad-utf8/e301_invalid_utf8_in_subfield.bin",
            Charset::Utf8,
            Some(rules::INVALID_UTF8),
            "Fitzg\u{FFFD}rald",
        ),
        ("bad/bad-utf8/utf8_errors.dat", Charset::Utf8, None, "Ṣanʻāʾ"),
        ("bad/bad-utf8/utf8_invalid.mrc", Charset::Utf8, None, "Association of Teacher Educators"),
        (
            "bad/bad-marc8/bad_eacc_encoding.dat",
            Charset::Marc8,
            Some(rules::MARC8_UNDEFINED_EACC),
            "米国の統治の仕組",
        ),
        (
            "bad/bad-marc8/bad_marc8_escape.dat",
            Charset::Marc8,
            Some(rules::MARC8_INCOMPLETE_ESCAPE),
            "Soci\u{FFFD}té linn\u{FFFD}enne",
        ),
        (
            "bad/bad-marc8/cyrillic_capital_e.mrc",
            Charset::Marc8,
            Some(rules::MARC8_NOT_RESET),
            "Вор, шпион и убийца",
        ),
        (
            "bad/bad-marc8/incomplete_esc_seq.mrc",
            Charset::Marc8,
            Some(rules::MARC8_LOST_RETURN),
            "Qie ting feng yun",
        ),
        ("wf/unimarc/short.bnr.1993.mrc", Charset::Utf8, Some(rules::CHARSET_MISMATCH), "mÃ¼himme"),
        ("wf/legacy-charset/cp866_unimarc.marc", Charset::Ibm866, None, "пластмасс"),
        ("wf/danmarc-ind3/marc1.marc", Charset::Windows1252, Some(rules::NOT_MARC8), "På omslaget"),
        ("wf/legacy-charset/1251.dat", Charset::Windows1251, Some(rules::NOT_MARC8), "и"),
    ] {
        let (record, found, codes) = first(&corpus, name);
        assert_eq!(record.charset(), charset, "{name}");
        assert!(code.is_none_or(|code| codes.contains(&code)), "{name}: {codes:?}");
        assert!(found.contains(text), "{name}: {found}");
    }
    // All of utf8_errors.dat is UTF-8, whatever its name says. In this one U+FFFD stands for a code that somebody lost:
    // that is UTF-8 too, and for the checks to tell.
    let data = fs::read(corpus.join("marc/bad/bad-utf8/utf8_invalid.mrc")).unwrap();
    let mut reader = iso2709::SliceReader::new(&data, &ReadOptions::new());
    let mut record = Record::new();
    assert!(reader.read_record(&mut record).unwrap());
    let mut checker = Checker::new(9).with(check::Encoding::new());
    let found = checker.check(record.view(), reader.raw(), reader.findings());
    assert!(found.iter().any(|finding| finding.rule == rules::REPLACEMENT_CHARACTER), "{found:?}");
}

/// A record on which the other programs do not agree is, value for value, as one of them has it: which, stands here,
/// with why.
#[test]
fn disputed_records_equal_one_of_the_answers() {
    let Some(corpus) = corpus() else { return };
    for (name, charset, program, _why) in [
        (
            "wf/bib-marc8/185258.mrc",
            "auto",
            "perl",
            "all agree on the values; the dispute is an odd indicator",
        ),
        ("wf/danmarc-ind3/marc1.marc", "auto", "yaz", "three indicators, also in fields 00X"),
        ("wf/danmarc-charset/marc10.marc", "danmarc", "yaz", "the only one that knows the set"),
    ] {
        let data = fs::read(corpus.join("marc").join(name)).unwrap();
        let expected = fs::read_to_string(corpus.join(format!("marc/expected/{name}.jsonl"))).unwrap();
        let expected: Value = serde_json::from_str(expected.lines().next().unwrap()).unwrap();
        let fields = expected["disputed"][program][1].as_array().unwrap();
        let mut theirs = Vec::new();
        for field in fields {
            match field[3].as_array() {
                Some(subfields) => theirs.extend(subfields.iter().map(|pair| nfc(pair[1].as_str().unwrap()))),
                None => theirs.push(nfc(field[1].as_str().unwrap())),
            }
        }
        let (record, _) = read(&data, Charset::from_name(charset).unwrap()).swap_remove(0);
        if charset == "danmarc" {
            // It takes _ for a mark under what comes next.
            for (value, sign) in [(":, ,\u{332} ꜳ", ":, _, ꜳ"), (",  \u{332},", ", _ ,")] {
                theirs.iter_mut().for_each(|text| *text = text.replace(value, sign));
            }
        }
        assert_eq!(values(&record), theirs, "{name}");
    }
}

#[test]
fn danmarc_escapes() {
    let mut out = Vec::new();
    Charset::DanMarc.encode_into("a@b* Ꜳꜳ ơ ¤ å", Policy::Strict, &mut out).unwrap();
    assert_eq!(out, b"a@@b@* @\xC5@\xE5 @01A1 @\xA4 \xE5");
    assert_eq!(Charset::DanMarc.decode(&out).unwrap(), "a@b* Ꜳꜳ ơ ¤ å");
}

/// Rule page 866, of which no other program says what it is in this file: the letters are where its definition has
/// them, 80 to AF, E0 to EF, F0 and F1.
#[test]
fn unimarc_of_isis_in_cp866() {
    let Some(corpus) = corpus() else { return };
    let data = fs::read(corpus.join("marc/wf/legacy-charset/cp866_unimarc.marc")).unwrap();
    let (record, _) = read(&data, Charset::Auto).swap_remove(0);
    assert_eq!(record.charset(), Charset::Ibm866);
    let mut letters = 0;
    for field in record.fields() {
        let by_hand: String = field
            .raw()
            .iter()
            .map(|byte| match byte {
                0x80..=0xAF => char::from_u32(u32::from(*byte) - 0x80 + 0x410).unwrap(),
                0xE0..=0xEF => char::from_u32(u32::from(*byte) - 0xE0 + 0x440).unwrap(),
                0xF0 => 'Ё',
                0xF1 => 'ё',
                0xFC => '№',
                byte => char::from(*byte),
            })
            .collect();
        letters += by_hand.chars().filter(|letter| ('А'..='ё').contains(letter)).count();
        assert_eq!(field.raw_text().to_str().unwrap(), by_hand);
    }
    assert!(letters > 300, "{letters}");
}

/// MAB2: fields of ISO 5426, all of them as the XML beside them has them, and one record that is MARC-8. 88 and 89 are
/// `<ns>` there.
#[test]
fn mab2_is_iso_5426() {
    let Some(corpus) = corpus() else { return };
    let mut compared = 0;
    for name in ["record_0", "record_1", "record_lok", "record_hebis_marc", "record_brokenplaintext"] {
        let data = fs::read(corpus.join(format!("marc/wf/mab2/{name}.mab"))).unwrap();
        let xml = fs::read_to_string(corpus.join(format!("marc/wf/mab2/{name}.xml"))).unwrap();
        let mut theirs = Vec::new();
        for field in xml.split("<feld nr=\"").skip(1) {
            let (head, rest) = field.split_once('>').unwrap();
            let body = if head.ends_with('/') { "" } else { rest.split_once("</feld>").unwrap().0 };
            let (tag, indicator) = (&head[..3], head.split('"').nth(2).unwrap());
            let plain = |text: &str| {
                let text = text.replace("<ns>", "\u{98}").replace("</ns>", "\u{9C}").replace("<tf/>", "‡");
                let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
                nfc(&text.replace("&apos;", "'").replace("&amp;", "&"))
            };
            let parts: Vec<_> = body.split("<uf code=\"").skip(1).collect();
            let text = if parts.is_empty() {
                plain(body)
            } else {
                let part =
                    |part: &&str| format!("\u{1F}{}", part.split_once("</uf>").unwrap().0.replace("\">", ""));
                plain(&parts.iter().map(part).collect::<String>())
            };
            theirs.push(format!("{tag}{indicator}{text}"));
        }
        let mut ours = Vec::new();
        for (record, _) in read(&data, Charset::Auto) {
            let charset = match name {
                "record_hebis_marc" => Charset::Marc8,
                "record_brokenplaintext" => Charset::Utf8, // ASCII
                _ => Charset::ISO_5426,
            };
            assert_eq!(record.charset(), charset, "{name}");
            for field in record.fields() {
                let text = field.raw_text().to_str().unwrap().into_owned();
                match field.tag().bytes() {
                    // Fields of a library, in a field with their tag; 000 is a leader.
                    Some(tag) if tag == *b"LOK" => ours.push(nfc(&text[1..])),
                    _ => ours.push(format!("{}{}", field.tag(), nfc(&text))),
                }
            }
        }
        ours.retain(|field| !field.starts_with("000"));
        for (ours, theirs) in ours.iter().zip(&theirs) {
            assert_eq!(ours, theirs, "{name}");
        }
        // The last library of that file is missing in its XML.
        let more = if name == "record_lok" { 11 } else { 0 };
        assert_eq!(ours.len(), theirs.len() + more, "{name}");
        compared += ours.len();
    }
    eprintln!("{compared} fields of MAB2");
    assert!(compared > 80, "{compared}");
}

/// CDS/ISIS in ISO 2709: wrapped in lines, with other terminators, in the code pages of DOS and Windows; as the
/// programs that came with the bases have the same records.
#[test]
fn cds_isis_in_iso_2709() {
    let Some(corpus) = corpus() else { return };
    for (name, expected, charset, count) in [
        ("irbis/isis-cds-dos/cds.iso", "isis-cds-dos/expected-iso", "auto", 150),
        ("irbis/isis-cds-dos/cds-var.iso", "isis-cds-dos/expected-iso", "auto", 150),
        ("marc/wf/isis/cds-var.iso", "isis-cds-dos/expected-iso", "auto", 150),
        ("irbis/isis-cdsx-ffi/cds.iso", "isis-cdsx-ffi/expected-iso", "cp850", 153),
        ("irbis/isis-lilacs30/lilacs30.iso", "isis-lilacs30/expected", "auto", 30),
    ] {
        let data = fs::read(corpus.join(name)).unwrap();
        let expected = fs::read_to_string(corpus.join(format!("irbis/{expected}.jsonl"))).unwrap();
        let records = read(&data, Charset::from_name(charset).unwrap());
        assert_eq!((records.len(), expected.lines().count()), (count, count), "{name}");
        for ((record, _), expected) in records.iter().zip(expected.lines()) {
            let expected: Value = serde_json::from_str(expected).unwrap();
            let theirs: Vec<_> = expected["fields"]
                .as_array()
                .unwrap()
                .iter()
                .map(|field| (field["tag"].as_u64().unwrap(), field["value"].as_str().unwrap().to_owned()))
                .collect();
            let ours: Vec<_> = record
                .fields()
                .map(|field| {
                    let tag = u64::from(field.tag().number().unwrap());
                    (tag, field.raw_text().to_str().unwrap().into_owned())
                })
                .collect();
            assert_eq!(ours, theirs, "{name}, {}", record.charset());
        }
    }
}

#[test]
fn values_in_another_set_than_their_record_are_read_for_themselves() {
    let utf8 = "00000nam a2200000 i 4500";
    let mut record = Record::new();
    for (name, value, text) in [
        ("latin", &b"Caf\xE9 M\xFCnchen"[..], "Café München"),
        ("marc-8", b"Caf\xE2e fran\xF0cais", "Cafe\u{301} franc\u{327}ais"),
        ("cyrillic", b"\xC2\xEE\xE9\xED\xE0 \xE8 \xEC\xE8\xF0, \xF0\xEE\xEC\xE0\xED", "Война и мир, роман"),
    ] {
        let title = "10\x1faLeyli və Məcnun, Nizami Gəncəvi, təbiət, ədəbiyyat, şeir";
        let fields = [title.as_bytes(), &[b"  \x1fa", value].concat()];
        let data = iso(utf8, &fields);
        let mut reader = iso2709::SliceReader::new(&data, &ReadOptions::new());
        assert!(reader.read_record(&mut record).unwrap());
        let note = record.fields().nth(1).unwrap().subfield('a').unwrap();
        assert_eq!(note.to_str().unwrap(), text, "{name}: {}", record.charset());
        assert!(reader.findings().iter().any(|finding| finding.rule == rules::INVALID_UTF8), "{name}");
        let mut writer = iso2709::Writer::new(Vec::new(), &WriteOptions::new());
        kartoteka::RecordWrite::write_record(&mut writer, record.view()).unwrap();
        kartoteka::RecordWrite::finish(&mut writer).unwrap();
        assert_eq!(writer.into_inner(), data, "{name}: bytes are kept");
        record.transcode(Charset::Utf8, Policy::Strict).unwrap();
        let note = record.fields().nth(1).unwrap().subfield('a').unwrap();
        assert_eq!(note.as_str(), Some(text));
    }
}

/// A record of ISO 2709 with fields 245 and 500.
fn iso(leader: &str, bodies: &[&[u8]]) -> Vec<u8> {
    let (mut directory, mut data) = (String::new(), Vec::new());
    for (tag, body) in ["245", "500"].iter().zip(bodies) {
        directory.push_str(&format!("{tag}{:04}{:05}", body.len() + 1, data.len()));
        data.extend_from_slice(body);
        data.push(0x1E);
    }
    let base = 25 + directory.len();
    let head = format!("{:05}{}{base:05}{}", base + data.len() + 1, &leader[5..12], &leader[17..]);
    [head.as_bytes(), directory.as_bytes(), b"\x1E", &data, b"\x1D"].concat()
}

#[test]
fn a_record_written_in_marc_8_says_so() {
    let mut record =
        Record::builder().data_field("245", "10", [('a', "Война и мир /"), ('c', "é ə")]).build().unwrap();
    record.transcode(Charset::Marc8, Policy::Escape).unwrap();
    let text =
        |record: &Record, code| nfc(&record.field("245").unwrap().subfield(code).unwrap().to_str().unwrap());
    assert_eq!((text(&record, 'a').as_str(), text(&record, 'c').as_str()), ("Война и мир /", "é ə"));
    let options = WriteOptions::new().charset(Charset::Marc8).policy(Policy::Escape);
    let mut writer = iso2709::Writer::new(Vec::new(), &options);
    kartoteka::RecordWrite::write_record(&mut writer, record.view()).unwrap();
    kartoteka::RecordWrite::finish(&mut writer).unwrap();
    let data = writer.into_inner();
    assert_eq!(data[9], b' ');
    let (again, codes) = read(&data, Charset::Auto).swap_remove(0);
    assert_eq!(again.charset(), Charset::Marc8);
    assert_eq!((text(&again, 'a').as_str(), text(&again, 'c').as_str()), ("Война и мир /", "é ə"));
    assert_eq!(codes, [rules::MARC8_REFERENCE]);
}

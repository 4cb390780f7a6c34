//! MARC-in-JSON, as an array and in lines, through the public API only.
#![cfg(feature = "json")]

use kartoteka::*;
use proptest::prelude::*;
use serde_json::Value;

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("fixtures/{name}")).unwrap()
}

/// What became of one record: it or its error, and the findings.
type Outcome = (Result<Record, String>, Vec<String>, Position, Vec<u8>);

fn drain(reader: &mut impl RecordRead) -> Vec<Outcome> {
    let mut all = Vec::new();
    let mut record = Record::new();
    loop {
        let read = reader.read_record(&mut record);
        let findings = reader.findings().iter().map(|finding| format!("{finding} {:?}", finding.location));
        let findings = findings.collect();
        let (position, raw) = (reader.position(), reader.raw().to_vec());
        match read {
            Ok(true) => all.push((Ok(record.clone()), findings, position, raw)),
            Ok(false) => {
                all.push((Err("end".to_owned()), findings, position, raw));
                return all;
            }
            Err(error) => {
                let more = error.is_record();
                all.push((Err(format!("{:?}", error.kind())), findings, position, raw));
                if !more {
                    return all;
                }
            }
        }
    }
}

/// A source that gives a byte at a time.
struct Drip<'a>(&'a [u8]);

impl std::io::Read for Drip<'_> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        match (self.0.split_first(), buf.first_mut()) {
            (Some((byte, rest)), Some(to)) => {
                (*to, self.0) = (*byte, rest);
                Ok(1)
            }
            _ => Ok(0),
        }
    }
}

/// A push reader fed byte by byte, as a reader.
fn push_drain<F: Framing>(data: &[u8], options: &ReadOptions) -> Vec<Outcome> {
    let mut push = Push::<F>::new(options);
    let mut rest = data.iter();
    let mut all = Vec::new();
    let mut record = Record::new();
    loop {
        let read = push.read_record(&mut record);
        if let Ok(Pushed::NeedMore) = read {
            match rest.next() {
                Some(byte) => push.feed(&[*byte]),
                None => push.finish(),
            }
            continue;
        }
        let findings = push.findings().iter().map(|finding| format!("{finding} {:?}", finding.location));
        let findings = findings.collect();
        let (position, raw) = (push.position(), push.raw().to_vec());
        match read {
            Ok(Pushed::Record) => all.push((Ok(record.clone()), findings, position, raw)),
            Ok(_) => {
                all.push((Err("end".to_owned()), findings, position, raw));
                return all;
            }
            Err(error) => {
                let more = error.is_record();
                all.push((Err(format!("{:?}", error.kind())), findings, position, raw));
                if !more {
                    return all;
                }
            }
        }
    }
}

/// All three drivers say the same; what they say.
fn agreed<F: Framing>(data: &[u8], options: &ReadOptions) -> Vec<Outcome> {
    let slice = drain(&mut Slice::<F>::new(data, options));
    let stream = drain(&mut Stream::<_, F>::new(data, options));
    assert_eq!(slice, stream, "stream: {}", data.escape_ascii());
    let push = push_drain::<F>(data, options);
    assert_eq!(slice, push, "push: {}", data.escape_ascii());
    if data.len() < 600 {
        let drip = drain(&mut Stream::<_, F>::new(Drip(data), options));
        assert_eq!(slice, drip, "stream of single bytes: {}", data.escape_ascii());
    }
    slice
}

fn records(outcomes: &[Outcome]) -> Vec<&Record> {
    outcomes.iter().filter_map(|(read, ..)| read.as_ref().ok()).collect()
}

fn lines(records: &[&Record]) -> Vec<u8> {
    let mut writer = ndjson::Writer::new(Vec::new(), &WriteOptions::new());
    for record in records {
        writer.write_record(record.view()).unwrap();
    }
    writer.finish().unwrap();
    writer.into_inner()
}

fn array(records: &[&Record], options: &WriteOptions) -> Vec<u8> {
    let mut writer = json::Writer::new(Vec::new(), options);
    for record in records {
        writer.write_record(record.view()).unwrap();
    }
    writer.finish().unwrap();
    writer.into_inner()
}

fn values(lines: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(lines).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn iso(name: &str) -> Vec<Record> {
    let data = fixture(name);
    let mut reader = iso2709::SliceReader::new(&data, &ReadOptions::new());
    reader.records().map(|record| record.unwrap()).collect()
}

fn read_lines(data: &[u8]) -> Vec<Outcome> {
    drain(&mut ndjson::SliceReader::new(data, &ReadOptions::new()))
}

fn read_array(data: &[u8]) -> Vec<Outcome> {
    drain(&mut json::SliceReader::new(data, &ReadOptions::new()))
}

/// The record in one line of JSON, and its findings by code.
fn one(line: &str) -> (Record, Vec<Rule>) {
    let mut reader = ndjson::SliceReader::new(line.as_bytes(), &ReadOptions::new());
    let mut record = Record::new();
    assert!(reader.read_record(&mut record).unwrap_or_else(|error| panic!("{error}: {line}")));
    let codes = reader.findings().iter().map(|finding| finding.rule).collect();
    (record, codes)
}

fn error(line: &str) -> (Rule, u64) {
    let strict = ReadOptions::new().recovery(Recovery::Strict);
    let mut reader = ndjson::SliceReader::new(line.as_bytes(), &strict);
    let error = reader.read_record(&mut Record::new()).unwrap_err();
    (error.rule().unwrap(), error.location().unwrap().byte)
}

#[test]
fn lines_are_what_other_programs_write() {
    for name in ["marc21", "unimarc", "rusmarc-cp1251", "rusmarc-utf8"] {
        let records = iso(&format!("iso2709/{name}.mrc"));
        let written = lines(&records.iter().collect::<Vec<_>>());
        let expected = fixture(&format!("iso2709/{name}.expected.ndjson"));
        assert_eq!(values(&written), values(&expected), "{name}");
        assert_eq!(written.escape_ascii().to_string(), expected.escape_ascii().to_string(), "{name}");
    }
}

#[test]
fn and_back_to_the_same_bytes() {
    for name in ["marc21", "unimarc", "rusmarc-utf8"] {
        let data = fixture(&format!("iso2709/{name}.expected.ndjson"));
        let mut from = ndjson::SliceReader::new(&data, &ReadOptions::new());
        let mut to = iso2709::Writer::new(Vec::new(), &WriteOptions::new());
        let summary = copy(&mut from, &mut to).unwrap();
        assert_eq!((summary.rejected, summary.report.iter().count()), (0, 0), "{name}");
        assert_eq!(to.into_inner(), fixture(&format!("iso2709/{name}.mrc")), "{name}");
    }
}

#[test]
fn irbis_records_keep_their_shape() {
    let data = fixture("irbis/export.expected.ndjson");
    let outcomes = read_lines(&data);
    let records = records(&outcomes);
    assert_eq!(records.len(), 6);
    assert!(records.iter().all(|record| record.syntax() == Syntax::IRBIS));
    let text = lines(&records);
    assert_eq!(text, data);
    let field = records[0].field(675).unwrap();
    assert_eq!(field.raw(), b"821.161.1-1^v4");
}

#[test]
fn every_way_of_reading_gives_the_same_records() {
    let options = ReadOptions::new();
    let whole = agreed::<json::Json>(&fixture("json/marc21.json"), &options);
    let by_line = agreed::<ndjson::Ndjson>(&fixture("json/marc21.ndjson"), &options);
    assert_eq!(records(&whole).len(), 3);
    assert_eq!(records(&whole), records(&by_line));
    let objects = agreed::<json::Json>(&fixture("json/marc21.ndjson"), &options);
    assert_eq!(records(&whole), records(&objects));
    for indent in [true, false] {
        let again = array(&records(&whole), &WriteOptions::new().indent(indent));
        assert!(serde_json::from_slice::<Value>(&again).unwrap().is_array());
        let again = agreed::<json::Json>(&again, &options);
        assert_eq!(records(&whole), records(&again));
        assert!(again.iter().all(|(_, findings, ..)| findings.is_empty()), "{again:?}");
    }
}

#[test]
fn an_empty_array() {
    assert_eq!(array(&[], &WriteOptions::new()), b"[]\n");
    for empty in ["", "[]", " [ ] \n", "\u{FEFF}[]", "[\n"] {
        let outcomes = agreed::<json::Json>(empty.as_bytes(), &ReadOptions::new());
        assert_eq!(outcomes.len(), 1, "{empty:?}");
        let open = empty == "[\n";
        assert_eq!(outcomes[0].1.iter().any(|finding| finding.contains("B060")), open, "{empty:?}");
    }
}

#[test]
fn lines_and_bytes_of_records() {
    let text = "\u{FEFF}[\n{\"leader\":\"x\",\n\"fields\":[]},\n\n {\"fields\":[]}]";
    let outcomes = agreed::<json::Json>(text.as_bytes(), &ReadOptions::new());
    let places: Vec<_> =
        outcomes.iter().map(|(_, _, place, _)| (place.byte, place.record, place.line)).collect();
    assert_eq!(places, [(5, 0, 2), (36, 1, 5), (text.len() as u64, 2, 5)]);
    assert_eq!(outcomes[0].3, b"{\"leader\":\"x\",\n\"fields\":[]}");
}

#[test]
fn other_formats_are_named() {
    let utf16: Vec<u8> = "[{\"leader\"".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let with_mark: Vec<u8> = [0xFF, 0xFE].into_iter().chain(utf16.clone()).collect();
    let big: Vec<u8> = "{\"le".encode_utf16().flat_map(u16::to_be_bytes).collect();
    for data in [&utf16[..], &with_mark, &big, b"\x1F\x8B\x08\x00", b"<collection>", b"00714cam a22"] {
        for outcome in [
            agreed::<json::Json>(data, &ReadOptions::new()),
            agreed::<ndjson::Ndjson>(data, &ReadOptions::new()),
        ] {
            assert_eq!(outcome.len(), 1);
            assert!(outcome[0].0.as_ref().unwrap_err().contains("Format("), "{outcome:?}");
        }
    }
}

#[test]
fn keys_in_any_order() {
    let (usual, none) = one(
        r#"{"leader":"00000nam a2200000   4500","fields":[{"001":"x"},{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"A"},{"b":"B"}]}}]}"#,
    );
    assert_eq!(none, []);
    let (turned, none) = one(
        r#" { "fields" : [ {"001":"x"}, {"245": {"subfields" : [{"a":"A"},{"b":"\u0042"}],"ind2":"0" , "ind1":"1"}}], "leader":"00000nam a2200000   4500" } "#,
    );
    assert_eq!(none, []);
    assert_eq!(usual, turned);
    assert_eq!(usual.field(245).unwrap().raw(), b"10\x1FaA\x1FbB");
    let (irbis, none) = one(
        r#"{"fields":[{"910":{"subfields":[{"A":"0"}],"lead":"head"}}],"version":2,"status":32,"mfn":7}"#,
    );
    assert_eq!(none, []);
    assert_eq!(irbis.field(910).unwrap().raw(), b"head^A0");
    assert_eq!(irbis.header().isis, Some(IsisHeader::new(7, 32, 2)));
}

#[test]
fn which_syntax() {
    let of = |line: &str| one(line).0.syntax();
    assert_eq!(of(r#"{"fields":[{"920":"PAZK"}]}"#), Syntax::IRBIS);
    assert_eq!(
        of(r#"{"leader":"00000nam a2200000   4500","fields":[{"001":"x"},{"FMT":"BK"}]}"#),
        Syntax::MARC
    );
    assert_eq!(of(r#"{"leader":"00000nam a0200000   4500","fields":[{"001":"x"}]}"#), Syntax::IRBIS);
    assert_eq!(of(r#"{"mfn":1,"leader":"00000nam a2200000   4500","fields":[{"001":"x"}]}"#), Syntax::IRBIS);
    assert_eq!(of(r#"{"fields":[{"245":{"ind1":" ","ind2":" ","subfields":[]}}]}"#), Syntax::MARC);
    assert_eq!(of(r#"{"mfn":1,"fields":[{"245":{"ind1":" ","subfields":[]}}]}"#), Syntax::MARC);
    assert_eq!(of(r#"{"fields":[{"300":{"subfields":[{"a":"ind1"},{"b":"\"ind1\":"}]}}]}"#), Syntax::IRBIS);
    let one_indicator =
        of(r#"{"leader":"00000nam a1200000   4500","fields":[{"245":{"ind1":" ","subfields":[]}}]}"#);
    assert_eq!(one_indicator, Syntax { indicators: 1, ..Syntax::MARC });
    let three = of(r#"{"fields":[{"245":{"ind1":" ","ind2":" ","ind3":" ","subfields":[]}}]}"#);
    assert_eq!(three, Syntax { indicators: 3, ..Syntax::MARC });
}

#[test]
fn the_form_of_irbis_in_marc_is_undone_on_demand() {
    let line = r#"{"leader":"00000nam a2200000   4500","fields":[{"001":"7"},{"910":{"ind1":" ","ind2":" ","subfields":[{"*":"head"},{"A":"0"}]}}]}"#;
    let options = ReadOptions::new().dialect(Dialect::Irbis);
    let mut reader = ndjson::SliceReader::new(line.as_bytes(), &options);
    let mut record = Record::new();
    for _ in 0..2 {
        reader.read_record(&mut record).unwrap();
    }
    let mut reader = ndjson::SliceReader::new(line.as_bytes(), &options);
    assert!(reader.read_record(&mut record).unwrap());
    assert_eq!(record.syntax(), Syntax::IRBIS);
    assert_eq!(record.view().mfn(), Some(7));
    assert_eq!(record.field(910).unwrap().raw(), b"head^A0");
}

#[test]
fn irbis_records_out_of_iso_2709_come_back() {
    let data = fixture("irbis/irbis-cp1251.iso");
    let mut reader = iso2709::SliceReader::new(&data, &ReadOptions::new().dialect(Dialect::Irbis));
    let before: Vec<Record> = reader.records().map(|record| record.unwrap()).collect();
    let line = lines(&before.iter().collect::<Vec<_>>());
    let outcomes = read_lines(&line);
    let after = records(&outcomes);
    assert_eq!((before.len(), after.len()), (3, 3));
    for (before, after) in before.iter().zip(after) {
        assert_eq!(after.syntax(), Syntax::IRBIS);
        assert_eq!(after.view().mfn(), before.view().mfn());
        let bodies = |record: &Record| -> Vec<(Tag, String)> {
            record
                .fields()
                .map(|field| (field.tag(), field.raw_text().to_str().unwrap().into_owned()))
                .collect()
        };
        assert_eq!(bodies(after), bodies(before));
    }
    let mut writer = ndjson::Writer::new(Vec::new(), &WriteOptions::new().policy(Policy::Strict));
    let _ = copy(&mut ndjson::SliceReader::new(&line, &ReadOptions::new()), &mut writer).unwrap();
    assert_eq!(writer.into_inner(), line);
}

/// The leader says how many indicators there are, where JSON would not.
#[test]
fn indicators_that_are_not_two() {
    for count in [1u8, 2, 3, 9] {
        let syntax = Syntax { indicators: count, ..Syntax::MARC };
        let blanks = " ".repeat(count.into());
        let built = Builder::new(syntax).leader("00000nam a2200000   4500");
        let record = built.field("331", |field| field.indicators(&blanks).subfield('a', "Titel")).build();
        let record = record.unwrap();
        let (again, codes) = one(std::str::from_utf8(&lines(&[&record])).unwrap());
        assert_eq!((again.syntax(), codes.as_slice()), (syntax, &[][..]));
        assert_eq!(again.field("331").unwrap().raw(), record.field("331").unwrap().raw());
        #[cfg(feature = "serde")]
        {
            let text = serde_json::to_string(&record).unwrap();
            assert_eq!(serde_json::from_str::<Record>(&text).unwrap().syntax(), syntax);
        }
    }
    let syntax = Syntax { indicators: 1, ..Syntax::MARC };
    let mut record = Builder::new(syntax).field("331", |field| field.subfield('a', "Titel")).build().unwrap();
    record.set_leader(None);
    let mut writer = ndjson::Writer::new(Vec::new(), &WriteOptions::new());
    writer.write_record(record.view()).unwrap();
    let told: Vec<Rule> = writer.findings().iter().map(|finding| finding.rule).collect();
    assert_eq!(told, [rules::INDICATOR_COUNT]);
    // Nor is there a sign of indicators where all fields are control fields.
    let mut record = Record::builder().control_field("001", "kart^0001").build().unwrap();
    record.set_leader(None);
    writer.write_record(record.view()).unwrap();
    assert_eq!(writer.findings().first().map(|finding| finding.rule), Some(rules::INDICATOR_COUNT));
}

#[test]
fn odd_shapes_are_kept_and_told() {
    let marc = |fields: &str| one(&format!(r#"{{"leader":"00000nam a2200000   4500","fields":[{fields}]}}"#));
    let raw = |fields: &str| {
        let (record, codes) = marc(fields);
        let raw: Vec<_> = record.fields().map(|field| field.raw().escape_ascii().to_string()).collect();
        (raw.join("|"), codes)
    };
    let full = r#"{"500":{"ind1":" ","ind2":" ","subfields":[]}}"#;
    assert_eq!(raw(r#"{"001":"x","002":"y"}"#), ("x|y".to_owned(), vec![rules::JSON_ODD]));
    assert_eq!(
        raw(r#"{"245":{"subfields":[{"a":"x"}]}}"#),
        ("  \\x1fax".to_owned(), vec![rules::INDICATOR_COUNT; 2])
    );
    assert_eq!(
        raw(&format!(
            r#"{full},{{"245":{{"ind2":"1","subfields":[{{"a":1}},{{"b":null}},{{"c":true}},{{"d":1.5}}]}}}}"#
        )),
        (
            "  |\x20\x31\\x1fa1\\x1fb\\x1fctrue\\x1fd1.5".to_owned(),
            vec![rules::JSON_ODD, rules::JSON_ODD, rules::JSON_ODD, rules::JSON_ODD, rules::INDICATOR_COUNT]
        )
    );
    assert_eq!(
        raw(r#"{"245":{"ind1":"","ind2":"12","subfields":[{"a":"x","b":"y"}]}}"#),
        ("\x20\x31\x32\\x1fax\\x1fby".to_owned(), vec![rules::JSON_ODD, rules::JSON_SHAPE, rules::JSON_ODD])
    );
    assert_eq!(
        raw(r#"{"245":{"ind1":"1","ind2":"2","subfields":{"a":"x","b":"y"},"more":[{"deep":{}}]}}"#),
        ("12\\x1fax\\x1fby".to_owned(), vec![rules::JSON_ODD; 2])
    );
    assert_eq!(
        raw(
            r#"{"245":{"ind1":"1","ind2":"2","subfields":[{"ab":"x"},{"":"y"},{"":""},{"ə":"z"},"q",{"c":["r"]}]}}"#
        ),
        (
            "12\\x1fabx\\x1fy\\x1f\\x1f\\xc9\\x99z\\x1fc".to_owned(),
            vec![rules::JSON_SHAPE, rules::JSON_SHAPE, rules::JSON_SHAPE, rules::JSON_SHAPE]
        )
    );
    assert_eq!(raw(r#"{"001":"x"},{"no tag":"y"},7,[1,{}],{"10":"z"}"#).0, "x|z");
    assert_eq!(
        raw(r#"{"245":{"lead":"L","subfields":[{"a":"x"}],"ind1":"1","ind2":"2"}}"#),
        ("12L\\x1fax".to_owned(), vec![])
    );
    assert_eq!(
        raw(r#"{"245":{"ind1":"1","ind2":"2","subfields":[{"a":"x"}],"lead":"L","ind1":"3"}}"#),
        ("12L\\x1fax".to_owned(), vec![rules::JSON_SHAPE])
    );
    assert_eq!(raw(r#"{"245":{"ind1":"1","ind2":null,"subfields":[{"a":"x"}]}}"#).0, "1\\x1fax");
    let (record, codes) = one(r#"{"_id":{"a":[1]},"leader":"short","fields":[{"001":"x"}]}"#);
    assert_eq!(codes, [rules::JSON_ODD, rules::JSON_ODD]);
    assert_eq!(record.header().leader.unwrap().to_string(), format!("{:24}", "short"));
    let (record, codes) = one(
        r#"{"leader":"00000nam a2200000   4500","fields":{"001":"x","245":{"ind1":" ","ind2":" ","subfields":[]}}}"#,
    );
    assert_eq!((record.fields().len(), codes), (2, vec![rules::JSON_ODD]));
    let (record, codes) = one(r#"{"mfn":"12","status":-1,"version":4294967296,"fields":[{"920":"x"}]}"#);
    assert_eq!(codes, [rules::JSON_ODD, rules::JSON_SHAPE, rules::JSON_SHAPE]);
    assert_eq!(record.view().mfn(), Some(12));
    assert_eq!(one(r#"{"mfn":1,"fields":[]}"#).1, [rules::NO_FIELDS]);
    assert_eq!(one(r#"{"mfn":1}"#).1, [rules::JSON_SHAPE]);
}

#[test]
fn what_cannot_be_kept_is_an_error_at_its_byte() {
    assert_eq!(error(r#"{"leader":"x" "fields":[]}"#), (rules::JSON_SYNTAX, 14));
    assert_eq!(error(r#"{"leader":"x","fields":[{"001":"a"},]}"#).0, rules::JSON_SYNTAX);
    assert_eq!(error("  [1]").0, rules::JSON_SHAPE);
    assert_eq!(error(r#"{"a":1}"#).0, rules::JSON_SHAPE);
    assert_eq!(error(r#"{"fields":7}"#).0, rules::JSON_SHAPE);
    assert_eq!(error(r#"{"fields":[["LDR",null]]}"#).0, rules::JSON_SHAPE);
    assert_eq!(error(r#"{"leader":"#), (rules::JSON_SYNTAX, 10));
    let lone = error(r#"{"fields":[{"920":"\ud800x"}]}"#);
    assert_eq!(lone.0, rules::JSON_SYNTAX);
    assert!((19..=26).contains(&lone.1), "{lone:?}");
    let delimiter = error(r#"{"fields":[{"245":{"ind1":" ","ind2":" ","subfields":[{"a":"x\u001fy"}]}}]}"#);
    assert_eq!(delimiter.0, rules::JSON_SHAPE);
    assert!((59..=70).contains(&delimiter.1), "{delimiter:?}");
    assert_eq!(
        error(r#"{"fields":[{"245":{"ind1":"\u001f","ind2":" ","subfields":[]}}]}"#).0,
        rules::JSON_SHAPE
    );
    assert_eq!(error(r#"{"fields":[{"920":"x^y"}]}"#).0, rules::JSON_SHAPE);
    assert_eq!(error(r#"{"fields":[{"920":{"subfields":[{"a":"x^y"}]}}]}"#).0, rules::JSON_SHAPE);
    assert_eq!(error(r#"{"fields":[{"920":{"subfields":[{"^":"y"}]}}]}"#).0, rules::JSON_SHAPE);
}

#[test]
fn broken_records_do_not_take_others_with_them() {
    let record = |id: &str| format!(r#"{{"leader":"00000nam a2200000   4500","fields":[{{"001":"{id}"}}]}}"#);
    let (a, c) = (record("a"), record("c"));
    let broken = [
        r#"{"leader":"00000nam","fields":[{"001":"b"}"#,
        r#"{"leader":"00000nam,"fields":[{"001":"b"}]}"#,
        r#"{"leader":"00000nam","fields":[{"001":"b}]}"#,
        r#"{"leader":"00000nam"},"fields":[{"001":"b"}]}"#,
        r#"{"leader":"00000nam","fields":[{"001":"b"}]}}"#,
        r#""leader":"00000nam","fields":[{"001":"b"}]}"#,
        r#"{"leader":"00000nam" "fields":[{"001":"b"}]}"#,
        r#"{leader:"00000nam",fields:[{"001":"b"}]}"#,
        "not JSON at all",
        "[",
        "]",
        "{",
        "}",
        "\"",
    ];
    let options = ReadOptions::new();
    for middle in broken {
        for text in [
            format!("[{a},\n{middle},\n{c}]"),
            format!("{a}\n{middle}\n{c}\n"),
            format!("[{a},{middle},{c}]"),
        ] {
            let outcomes = agreed::<json::Json>(text.as_bytes(), &options);
            let read = records(&outcomes);
            let ids: Vec<_> =
                read.iter().filter_map(|r| r.view().control_number()).map(|t| t.to_string()).collect();
            assert_eq!(ids.first().map(String::as_str), Some("a"), "{text}");
            assert_eq!(ids.last().map(String::as_str), Some("c"), "{text}: {outcomes:#?}");
            assert!(ids.len() == 2 || ids == ["a", "b", "c"], "{text}");
            let told = outcomes.iter().any(|(read, findings, ..)| {
                !findings.is_empty() || read.as_ref().is_err_and(|error| error != "end")
            });
            assert!(told, "{text}");
        }
        let text = format!("{a}\n{middle}\n\n{c}\n");
        let outcomes = agreed::<ndjson::Ndjson>(text.as_bytes(), &options);
        assert_eq!(outcomes.len(), 4, "{text}");
        assert!(outcomes[1].0.is_err() || middle.contains("\"b\""), "{text}");
        assert_eq!(outcomes[2].2.line, 4);
        assert_eq!(outcomes[2].2.record, 2);
        assert!(outcomes[2].0.is_ok());
    }
}

#[test]
fn strict_reading_names_the_byte() {
    let text = "[{\"fields\":[{\"920\":\"x\"}]},\n ?? {\"fields\":[{\"920\":\"x\"}]}]";
    let options = ReadOptions::new().recovery(Recovery::Strict);
    let mut reader = json::SliceReader::new(text.as_bytes(), &options);
    assert!(reader.read_record(&mut Record::new()).unwrap());
    let error = reader.read_record(&mut Record::new()).unwrap_err();
    let place = error.location().unwrap();
    assert_eq!((error.rule(), place.byte, place.line), (Some(rules::JSON_SYNTAX), 28, 2));
    let text = "{\"fields\":\n [{\"920\":\"x\"},\n{\"no tag\":\"x\"}]}";
    let mut reader = json::SliceReader::new(text.as_bytes(), &options);
    let error = reader.read_record(&mut Record::new()).unwrap_err();
    let place = error.location().unwrap();
    assert_eq!((error.rule(), place.byte, place.line), (Some(rules::JSON_SHAPE), 28, 3));
}

#[test]
fn limits_hold() {
    let mut limits = Limits::default();
    limits.record_bytes = 100;
    limits.fields = 2;
    let options = ReadOptions::new().limits(limits);
    let long = format!(r#"{{"fields":[{{"920":"{}"}}]}}"#, "x".repeat(300));
    let short = r#"{"fields":[{"920":"x"}]}"#;
    let many = r#"{"fields":[{"920":"x"},{"920":"x"},{"920":"x"},{"920":"x"}]}"#;
    let text = format!("{short}\n{long}\n{many}\n");
    for outcomes in
        [agreed::<json::Json>(text.as_bytes(), &options), agreed::<ndjson::Ndjson>(text.as_bytes(), &options)]
    {
        assert_eq!(outcomes.len(), 3, "{outcomes:#?}");
        assert!(outcomes[1].1[0].starts_with("error[B023]"), "{outcomes:#?}");
        let many = outcomes[1].0.as_ref().unwrap();
        assert_eq!(many.fields().len(), 2);
        assert!(outcomes[1].1.last().unwrap().starts_with("error[B023]"));
    }
}

#[test]
fn bytes_that_are_no_utf8() {
    let line = b"{\"fields\":[{\"920\":\"Caf\xE9\"}]}\n{\"fields\":[{\"920\":\"x\"}]}\n";
    let outcomes = agreed::<ndjson::Ndjson>(line, &ReadOptions::new());
    assert!(outcomes[0].1[0].contains("E001"));
    assert_eq!(outcomes[0].0.as_ref().unwrap().field(920).unwrap().raw(), "Café".as_bytes());
    assert!(outcomes[1].1.is_empty());
    let options = ReadOptions::new().charset(Charset::Windows1251);
    let line = b"{\"fields\":[{\"920\":\"\xC2\xEE\xE9\xED\xE0\"}]}";
    let outcomes = agreed::<json::Json>(line, &options);
    assert_eq!(outcomes[0].0.as_ref().unwrap().field(920).unwrap().raw(), "Война".as_bytes());
    assert!(outcomes[0].1.is_empty());
}

#[test]
fn a_delimiter_in_a_control_field_survives() {
    let mrc = b"00052nam a2200037   4500001001400000\x1e\x1fa   12345678\x1e\x1d";
    let mut from = iso2709::SliceReader::new(mrc, &ReadOptions::new());
    let mut to = ndjson::Writer::new(Vec::new(), &WriteOptions::new());
    assert_eq!(copy(&mut from, &mut to).unwrap().report.iter().count(), 0);
    let line = to.into_inner();
    assert!(String::from_utf8_lossy(&line).contains(r#"{"001":"\u001fa   12345678"}"#));
    let mut from = ndjson::SliceReader::new(&line, &ReadOptions::new());
    let mut to = iso2709::Writer::new(Vec::new(), &WriteOptions::new());
    assert_eq!(copy(&mut from, &mut to).unwrap().report.iter().count(), 0);
    assert_eq!(to.into_inner(), mrc);
}

#[test]
fn damaged_records_survive() {
    for name in ["iso2709/damaged.mrc", "iso2709/marc8.mrc"] {
        let records = iso(name);
        let options = WriteOptions::new().policy(Policy::Escape);
        for record in &records {
            let mut writer = ndjson::Writer::new(Vec::new(), &options);
            let Ok(()) = writer.write_record(record.view()) else { continue };
            writer.finish().unwrap();
            let line = writer.into_inner();
            assert_eq!(values(&line).len(), 1);
            let outcomes = read_lines(&line);
            let again = outcomes[0].0.as_ref().unwrap();
            if record.view().is_text() {
                assert_eq!(again, record, "{name}");
            }
        }
    }
}

#[test]
fn cut_and_bent_files() {
    let data = fixture("json/marc21.json");
    let lines = fixture("json/marc21.ndjson");
    let options = ReadOptions::new();
    for at in (0..lines.len()).step_by(211) {
        agreed::<ndjson::Ndjson>(&lines[..at], &options);
        let whole = agreed::<json::Json>(&lines[at..], &options);
        let left = lines[at..].iter().filter(|byte| **byte == b'\n').count();
        // At most the record that was cut is lost.
        assert!(records(&whole).len() + 1 >= left, "{at}");
    }
    for at in (0..data.len()).step_by(1009) {
        agreed::<json::Json>(&data[..at], &options);
        agreed::<json::Json>(&data[at..], &options);
        for bend in [0x01, 0x20, 0x80] {
            let mut bent = data.clone();
            bent[at] ^= bend;
            let outcomes = agreed::<json::Json>(&bent, &options);
            assert!(records(&outcomes).len() >= 2, "{at} {bend}");
        }
    }
}

/// Texts that JSON must escape, and that look like what they are not.
fn text(without: char) -> impl Strategy<Value = String> + Clone {
    let pieces = prop_oneof![
        8 => "[a-zA-Z0-9 .,:;/-]{0,12}",
        2 => "[ა-ჰəıА-яёⅠ-Ⅻ]{1,6}",
        1 => "\\PC{0,3}",
        1 => proptest::sample::select(vec![
            "\"", "\\", "\n", "\r\n", "\t", "\u{8}", "\u{c}", "\0", "\u{1D}", "\u{1E}", "\u{1F}", "^", "{\"leader\"", "\"ind1\":",
            "\"ind3\" :", "\u{7F}", "\u{2028}", "\u{FFFD}", "\u{10FFFF}", "]}", "\\u0041", "null",
        ]).prop_map(str::to_owned),
    ];
    proptest::collection::vec(pieces, 0..3).prop_map(move |pieces| pieces.concat().replace(without, "_"))
}

fn code(without: char) -> impl Strategy<Value = char> {
    let codes =
        prop_oneof![6 => "[a-z0-9]", 1 => "[A-Z*\"\\\\\n]", 1 => "[əЖ😀]", 1 => "[\u{1D}\u{1E}\u{1F}^]"];
    codes.prop_map(move |code| code.chars().next().filter(|c| *c != without).unwrap_or('a'))
}

fn tag() -> impl Strategy<Value = String> {
    prop_oneof![6 => "[1-9][0-9]{2}", 1 => "00[1-9]", 1 => "[A-Z]{3}", 1 => "[1-9][0-9]{3,6}", 1 => "[\"\\\\ \n]{3}"]
}

fn subfields(without: char) -> impl Strategy<Value = Vec<(char, String)>> {
    proptest::collection::vec((code(without), text(without)), 0..5)
}

fn marc() -> impl Strategy<Value = Record> {
    let field = prop_oneof![
        1 => ("00[1-9]", text('\u{0}')).prop_map(|(tag, value)| (tag, None, value, Vec::new())),
        4 => (tag(), "[ -~]{2}", prop_oneof![9 => Just(String::new()), 1 => text('\u{1F}')], subfields('\u{1F}'))
            .prop_map(|(tag, indicators, lead, subfields)| (tag, Some(indicators), lead, subfields)),
    ];
    (proptest::collection::vec(field, 0..8), "[0-9]{5}[a-z \"\\\\é]{1,1}am a22[0-9]{5} i 4500").prop_map(
        |(fields, leader)| {
            let mut record =
                Record::builder().as_is().leader(leader.get(..24).unwrap_or("00000nam a2200000   4500"));
            for (tag, indicators, lead, subfields) in fields {
                if indicators.is_some() && tag.starts_with("00") {
                    continue;
                }
                record = record.field(&tag, |field| {
                    if let Some(indicators) = &indicators {
                        field.indicators(indicators);
                    }
                    if !lead.is_empty() {
                        field.lead(&lead);
                    }
                    for (code, value) in &subfields {
                        field.subfield(*code, value);
                    }
                    field
                });
            }
            record.build().unwrap()
        },
    )
}

fn irbis() -> impl Strategy<Value = Record> {
    let field = (tag(), prop_oneof![Just(String::new()), text('^')], subfields('^'));
    (proptest::collection::vec(field, 0..8), proptest::option::of(0u32..)).prop_map(|(fields, mfn)| {
        let mut record = Builder::new(Syntax::IRBIS);
        if let Some(mfn) = mfn {
            record = record.mfn(mfn);
        }
        for (tag, lead, subfields) in fields {
            record = record.field(&tag, |field| {
                if !lead.is_empty() {
                    field.lead(&lead);
                }
                for (code, value) in &subfields {
                    field.subfield(*code, value);
                }
                field
            });
        }
        record.build().unwrap()
    })
}

/// Text made of what JSON records are made of.
fn soup() -> impl Strategy<Value = Vec<u8>> {
    let pieces = proptest::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\n",
        " ",
        "\\",
        "{\"leader\":\"00000nam a2200000   4500\"",
        ",\"fields\":[",
        "{\"fields\":[",
        "{\"001\":\"x\"}",
        "{\"245\":{\"ind1\":\"1\",\"ind2\":\"0\",\"subfields\":[",
        "{\"a\":\"x\"}",
        "]}}",
        "]}",
        "{\"mfn\":1",
        "null",
        "12",
        "\"lead\":",
        "\\u001f",
        "\\ud800",
        "^",
        "ə",
        "\u{FEFF}",
    ]);
    proptest::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_marc_record_comes_back(record in marc()) {
        // Without leader digits and data fields a record tells nothing of its syntax; these have a leader.
        let line = lines(&[&record]);
        prop_assert_eq!(values(&line).len(), 1);
        let outcomes = read_lines(&line);
        prop_assert_eq!(records(&outcomes), vec![&record]);
        let outcomes = read_array(&array(&[&record, &record], &WriteOptions::new()));
        prop_assert_eq!(records(&outcomes), vec![&record, &record]);
    }

    #[test]
    fn any_irbis_record_comes_back(record in irbis()) {
        let line = lines(&[&record]);
        prop_assert_eq!(values(&line).len(), 1);
        let outcomes = read_lines(&line);
        prop_assert_eq!(records(&outcomes), vec![&record]);
    }

    #[test]
    fn any_iso_2709_bytes_become_json(data in proptest::collection::vec(any::<u8>(), 0..200), indicators in b'0'..=b'4') {
        // A frame around arbitrary bytes: one control field, one data field.
        let half = data.len() / 2;
        let body: Vec<u8> = [&data[..half], b"\x1e", &data[half..], b"\x1e\x1d"].concat();
        let (a, b) = (half + 1, data.len() - half + 1);
        let mut mrc = format!(
            "{:05}nam a{}200049   4500001{:04}00000245{:04}{:05}\x1e", 49 + body.len(), char::from(indicators), a, b, a
        ).into_bytes();
        mrc.extend(body);
        let mut reader = iso2709::SliceReader::new(&mrc, &ReadOptions::new());
        let mut record = Record::new();
        while let Ok(true) = reader.read_record(&mut record) {
            let mut writer = ndjson::Writer::new(Vec::new(), &WriteOptions::new());
            if writer.write_record(record.view()).is_err() {
                continue;
            }
            writer.finish().unwrap();
            let line = writer.into_inner();
            prop_assert_eq!(values(&line).len(), 1);
            if record.view().is_text() && record.syntax().has_indicators() && !record.fields().all(|f| f.is_control()) {
                let outcomes = read_lines(&line);
                prop_assert_eq!(records(&outcomes), vec![&record]);
            }
        }
    }

    #[test]
    fn soup_is_the_same_to_all_readers(data in soup()) {
        agreed::<json::Json>(&data, &ReadOptions::new());
        agreed::<ndjson::Ndjson>(&data, &ReadOptions::new());
        agreed::<json::Json>(&data, &ReadOptions::new().recovery(Recovery::Strict));
    }

    #[test]
    fn so_are_any_bytes(data in proptest::collection::vec(any::<u8>(), 0..200)) {
        agreed::<json::Json>(&data, &ReadOptions::new());
        agreed::<ndjson::Ndjson>(&data, &ReadOptions::new());
    }
}

mod shapes {
    //! Other shapes than MARC-in-JSON, and what is nearly JSON.
    use std::path::PathBuf;

    use kartoteka::{
        Format, ReadOptions, Record, RecordRead, Recovery, Rule, json, ndjson, open, open_with, rules,
    };

    const RECORDS: &str = r#"{"leader":"00000nam a2200000   4500","fields":[{"001":"1"},{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"T"}]}}]}"#;

    fn all(text: &str) -> (Vec<Record>, Vec<Rule>) {
        let mut reader = json::SliceReader::new(text.as_bytes(), &ReadOptions::new());
        let (mut records, mut found) = (Vec::new(), Vec::new());
        let mut record = Record::new();
        loop {
            let read = reader.read_record(&mut record);
            found.extend(reader.findings().iter().map(|finding| finding.rule));
            match read {
                Ok(true) => records.push(record.clone()),
                Ok(false) => return (records, found),
                Err(error) => found.push(error.rule().unwrap()),
            }
        }
    }

    #[test]
    fn every_shape_alone_in_lists_and_in_lines() {
        let expected = all(RECORDS).0;
        let rows = r#"[["LDR",null,null,"_","00000nam a2200000   4500"],["001"," "," ","_","1"],["245","1","0","a","T"]]"#;
        let catmandu = format!(r#"{{"_id":"1","record":{rows}}}"#);
        let finnish = r#"{"leader":"00000nam a2200000   4500","fields":[{"tag":"001","value":"1"},{"tag":"245","ind1":"1","ind2":"0","subfields":[{"code":"a","value":"T"}]}]}"#;
        let draft = r#"{"leader":"00000nam a2200000   4500","controlfield":[{"tag":"001","data":"1"}],"datafield":[{"tag":"245","ind":"10","subfield":[{"code":"a","data":"T"}]}]}"#;
        let folio = format!(
            r#"{{"id":"i","recordType":"MARC_BIB","parsedRecord":{{"id":"i","content":{RECORDS}}},"deleted":false}}"#
        );
        for one in [rows, &catmandu, finnish, draft, &folio] {
            assert_eq!(all(one), (expected.clone(), vec![]), "{one}");
            let two = [expected.clone(), expected.clone()].concat();
            assert_eq!(all(&format!("[{one},\n {one}]")), (two.clone(), vec![]), "{one}");
            let lines = format!("{one}\n{one}\n");
            let mut reader = ndjson::SliceReader::new(lines.as_bytes(), &ReadOptions::new());
            assert_eq!(reader.records().map(Result::unwrap).collect::<Vec<_>>(), two, "{one}");
            let list = format!(r#"{{ "sourceRecords" : [{one},{one}], "totalRecords": 2 }}"#);
            assert_eq!(all(&list), (two, vec![]), "{one}");
        }
    }

    #[test]
    fn what_is_nearly_json_is_mended_in_salvage_only() {
        let near = r#"{ leader: "00000nam a2200000   4500", "fields":[{"001":"1"} {"245":{"ind1":"1","ind2":"0","subfields":[{"a":"T"},]}}],}"#;
        assert_eq!(all(near), (all(RECORDS).0, vec![rules::JSON_SYNTAX]));
        let strict = ReadOptions::new().recovery(Recovery::Strict);
        assert!(json::SliceReader::new(near.as_bytes(), &strict).records().next().unwrap().is_err());
    }

    fn corpus() -> Option<PathBuf> {
        crate::common::corpus().map(|folder| folder.join("marc/json"))
    }

    #[test]
    fn real_files() {
        let Some(corpus) = corpus() else { return };
        let all = |name: &str| -> Vec<Record> {
            open(corpus.join(name)).unwrap().records().map(|read| read.unwrap()).collect()
        };
        // The same record in three spellings, one of which is no JSON, and in the draft of OCLC, which is not either.
        let legal = all("marc-in-json/legal-json-marc-in-json.json");
        assert_eq!(legal.len(), 1);
        assert_eq!(all("marc-in-json/marc-in-json.json"), legal);
        // There five values are broken into lines, as Python's parser finds too, told to be lax.
        let illegal = all("marc-in-json/illegal-marc-in-json.json");
        let broken = |record: &Record| record.fields().filter(|field| field.raw().contains(&b'\n')).count();
        assert_eq!((illegal.len(), broken(&illegal[0])), (1, 5));
        assert_eq!(illegal[0].fields().len(), legal[0].fields().len());
        let draft = all("marc-json-oclc-draft/marc-json.json");
        assert_eq!(draft[0].fields().len(), legal[0].fields().len());
        for (ours, theirs) in draft[0].fields().zip(legal[0].fields()) {
            assert_eq!((ours.tag(), ours.raw()), (theirs.tag(), theirs.raw()));
        }
        // As in the same records in ISO 2709.
        let binary = |name: &str| -> Vec<Record> {
            open(corpus.join("..").join(name)).unwrap().records().map(|read| read.unwrap()).collect()
        };
        // But for leader/09, which is blank here.
        for (ours, theirs) in
            all("marc-in-json/one.json")[0].fields().zip(binary("wf/bib-utf8/one.dat")[0].fields())
        {
            assert_eq!((ours.tag(), ours.raw()), (theirs.tag(), theirs.raw()));
        }
        assert_eq!(
            all("natlibfi/json--from1.json")[0]
                .field("245")
                .unwrap()
                .subfield('a')
                .unwrap()
                .to_str()
                .unwrap(),
            "foobar"
        );
        let catmandu = all("catmandu/old_new.json");
        assert_eq!(catmandu[0].field("FMT").unwrap().lead().to_str().unwrap(), "BK");
        assert_eq!(catmandu[0].header().leader.unwrap().to_string(), "00755cam  22002414a 4500");
        let counts = [
            "marc-in-json/batch.json",
            "marc-in-json/marc7.json",
            "marc-in-json/marc8.json",
            "ndjson/test.ndj",
            "catmandu/old_new.json",
        ]
        .map(|name| all(name).len());
        eprintln!("{counts:?}");
        // Broken: the finding has the place.
        let errors = |name: &str| -> Vec<_> {
            let mut reader = open_with(corpus.join(name), Some(Format::Json), &ReadOptions::new()).unwrap();
            reader
                .records()
                .map(|read| read.map(|_| ()).map_err(|error| error.location().unwrap().line))
                .collect()
        };
        assert_eq!(errors("invalid/e402_malformed_marcjson.json"), [Err(1)]);
        assert_eq!(errors("natlibfi/json--erroneous.json"), [Ok(())]);
    }
}

//! Real files: well-formed ones must equal what other programs read in them, and nothing may go wrong with any.
//!
//! The files are not part of this repository. `KARTOTEKA_CORPUS` names their folder; without it `../shared/corpus`
//! is taken. Where there is neither, these tests say so and pass, unless `CI` is set.

use std::fs;

use crate::common::{canonical, canonical_json, corpus, files, read_all};
use kartoteka::{
    Charset, Dialect, Error, FieldRef, Framing, ReadOptions, Record, RecordRead, RecordRef, RecordWrite,
    Recovery, WriteOptions, irbis_text, iso2709, rules,
};
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;

#[test]
fn well_formed_files_in_utf8_and_ascii_equal_their_expectation() {
    let Some(corpus) = corpus() else { return };
    let index = fs::read_to_string(corpus.join("marc/expected/WF-INDEX.tsv")).unwrap();
    let mut compared = 0;
    let mut wrong = Vec::new();
    for line in index.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<_> = line.split('\t').collect();
        let (name, charset) = (columns[0], columns[1]);
        let data = fs::read(corpus.join("marc").join(name)).unwrap();
        let utf8 = charset.starts_with("utf") || data.is_ascii() && !data.contains(&0x1B);
        if !utf8 || name.contains("/isis/") {
            continue;
        }
        let expected = fs::read_to_string(corpus.join(format!("marc/expected/{name}.jsonl"))).unwrap();
        let records = read_all::<iso2709::Iso2709>(&data, &ReadOptions::new());
        assert_eq!(records.len(), expected.lines().count(), "{name}");
        for (number, (record, expected)) in records.iter().zip(expected.lines()).enumerate() {
            // References are characters to us; those programs keep them as text.
            let expected = expected.replace("&#xFFFD;", "\u{FFFD}");
            let expected: Value = serde_json::from_str(&expected).unwrap();
            if expected.get("disputed").is_some() {
                continue;
            }
            let record = record.as_ref().unwrap();
            let (ours, theirs) = (canonical(record.view()), canonical_json(&expected));
            let fields = |record: &Value| record[1].as_array().unwrap().clone();
            for (ours, theirs) in
                fields(&ours).iter().zip(&fields(&theirs)).filter(|(ours, theirs)| ours != theirs)
            {
                wrong.push(format!("{name}, record {}: {ours} is not {theirs}", number + 1));
            }
            if ours[0] != theirs[0] || fields(&ours).len() != fields(&theirs).len() {
                wrong.push(format!("{name}, record {}: leader or number of fields", number + 1));
            }
            compared += 1;
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared > 300, "{compared}");
}

/// The rows of the expectations in the IRBIS half of the corpus: tag, indicators if any, and the raw text of each
/// field, with `^` for the delimiter.
fn irbis_rows(record: RecordRef<'_>) -> Value {
    let row = |field: FieldRef<'_>| {
        let mut text = field.raw_text().to_str().unwrap().into_owned();
        let indicators = field.indicators().escape_ascii().to_string();
        let mut row = json!({"tag": field.tag().number().unwrap()});
        if record.syntax().has_indicators() && !field.is_control() {
            text.drain(..indicators.len());
            row["ind"] = json!(indicators);
        }
        row["value"] = json!(text.replace('\u{1F}', "^"));
        row
    };
    record.fields().map(row).collect()
}

fn compare_with_rows(records: &[Result<Record, Error>], expected: &str) {
    assert_eq!(records.len(), expected.lines().count());
    for (record, expected) in records.iter().zip(expected.lines()) {
        let expected: Value = serde_json::from_str(expected).unwrap();
        let record = record.as_ref().unwrap();
        assert_eq!(irbis_rows(record.view()), expected["fields"]);
        if let Some(leader) = expected["leader"].as_str() {
            assert_eq!(record.header().leader.unwrap().to_string(), leader);
        }
    }
}

#[test]
fn iso_of_irbis_equals_its_expectation() {
    let Some(corpus) = corpus() else { return };
    let folder = corpus.join("irbis/irbis-iso-test1");
    let data = fs::read(folder.join("TEST1.ISO")).unwrap();
    let records = read_all::<iso2709::Iso2709>(&data, &ReadOptions::new());
    assert_eq!(records.len(), 81);
    assert!(records.iter().flatten().all(|record| record.charset() == Charset::Windows1251));
    compare_with_rows(&records, &fs::read_to_string(folder.join("expected.jsonl")).unwrap());
}

/// CDS/ISIS for DOS: code page 850, no indicators, and one of the files cut into lines of 80 columns.
#[test]
fn iso_of_cds_isis_equals_its_expectation() {
    let Some(corpus) = corpus() else { return };
    let folder = corpus.join("irbis/isis-cds-dos");
    let expected = fs::read_to_string(folder.join("expected-iso.jsonl")).unwrap();
    for (name, wrapped) in [("cds.iso", true), ("cds-var.iso", false)] {
        let data = fs::read(folder.join(name)).unwrap();
        let options = ReadOptions::new().charset(Charset::from_name("cp850").unwrap());
        let records = read_all::<iso2709::Iso2709>(&data, &options);
        compare_with_rows(&records, &expected);
        let mut reader = iso2709::SliceReader::new(&data, &options);
        let mut record = Record::new();
        while reader.read_record(&mut record).unwrap() {
            let lines = reader.findings().iter().any(|finding| finding.rule == rules::LINE_WRAPPED);
            assert_eq!(lines, wrapped, "{name}");
            assert_eq!(Dialect::guess(record.view()), Dialect::Isis);
        }
    }
}

/// danMARC with three indicators, of which `0` is the third: as yaz-marcdump has it in MarcXchange.
#[test]
#[cfg(feature = "xml")]
fn three_indicators_equal_the_xml() {
    let Some(corpus) = corpus() else { return };
    let data = fs::read(corpus.join("marc/wf/danmarc-ind3/marc1.marc")).unwrap();
    let xml = fs::read(corpus.join("marc/marcxchange/marc1.marc.xml")).unwrap();
    let records = read_all::<iso2709::Iso2709>(&data, &ReadOptions::new());
    let count = memchr::memchr_iter(0x1D, &data).count();
    let theirs = read_all::<kartoteka::marcxml::Marcxml>(&xml, &ReadOptions::new());
    assert_eq!((records.len(), theirs.len()), (count, count));
    for (ours, theirs) in records.iter().flatten().zip(theirs.iter().flatten()) {
        assert_eq!((ours.syntax().indicators, theirs.syntax().indicators), (3, 3));
        let rows = |record: &Record| -> Vec<(String, String)> {
            let text = |field: FieldRef<'_>| field.raw_text().to_str_lossy().into_owned();
            record.fields().map(|field| (field.tag().to_string(), text(field))).collect()
        };
        assert_eq!(rows(ours), rows(theirs));
        let title = ours.field("245").unwrap();
        assert_eq!(title.indicators(), b"000");
        assert!(title.subfield('a').is_some());
    }
}

/// MAB2, as exchange files of ISO 2709 and as lines: tags, indicators and text as in the XML beside each.
#[test]
fn mab2_equals_its_xml() {
    let Some(corpus) = corpus() else { return };
    let mut compared = 0;
    for path in files(&corpus.join("marc/wf/mab2")) {
        if path.extension().is_none_or(|end| end != "mab") {
            continue;
        }
        let xml = fs::read_to_string(path.with_extension("xml")).unwrap();
        let data = fs::read(&path).unwrap();
        let records = read_all::<iso2709::Iso2709>(&data, &ReadOptions::new());
        // Local data are records of their own in XML, and parts of one here.
        let row = |field: FieldRef<'_>| {
            let text = field.raw_text().to_str_lossy().into_owned();
            let (tag, rest) = match field.tag().to_string().as_str() {
                "LOK" => (text[1..4].to_owned(), &text[4..]),
                tag => (tag.to_owned(), text.as_str()),
            };
            let letters = rest.nfd().skip(1).filter(|c| c.is_ascii_alphanumeric());
            format!("{tag} {} {}", &rest[..1], letters.collect::<String>())
        };
        let fields = records.iter().flat_map(|record| record.as_ref().unwrap().fields().map(row));
        let ours: Vec<String> = fields.filter(|row| !row.starts_with("000 ")).collect();
        let theirs = mab_rows(&xml);
        let differs = ours.iter().zip(&theirs).find(|(ours, theirs)| ours != theirs);
        assert!(differs.is_none(), "{}: {differs:?}", path.display());
        // The last local record is not in the XML.
        let more = if path.ends_with("record_lok.mab") { 11 } else { 0 };
        assert_eq!(ours.len(), theirs.len() + more, "{}", path.display());
        compared += theirs.len();
    }
    assert_eq!(compared, 587);
}

/// Tag, indicator, and the ASCII letters and digits of each field of MABxml: letters with marks differ in form.
fn mab_rows(xml: &str) -> Vec<String> {
    let row = |field: &str| {
        let (attributes, rest) = field.split_once('>').unwrap();
        let body = rest.split("</feld>").next().unwrap();
        let value = |name: &str| attributes.split(name).nth(1).unwrap().split('"').nth(1).unwrap();
        // Codes of subfields are attributes, in the text they stand before the value.
        let body = body.replace("<uf code=\"", "").replace("\">", "");
        let mut text = String::new();
        let mut inside = false;
        for c in body.replace("&lt;", "<\u{0}").replace("&gt;", "\u{0}>").nfd() {
            match c {
                '<' => inside = true,
                '\u{0}' | '>' => inside = false,
                c if !inside && c.is_ascii_alphanumeric() => text.push(c),
                _ => {}
            }
        }
        format!("{} {} {text}", value("nr="), value("ind="))
    };
    xml.split("<feld").skip(1).map(row).collect()
}

#[test]
fn exchange_text_equals_its_expectation_and_is_written_back() {
    let Some(corpus) = corpus() else { return };
    let folder = corpus.join("irbis/irbis-text");
    for (name, expected) in [
        ("records.txt", "expected-records.jsonl"),
        ("record.txt", "expected-record.jsonl"),
        ("broken_records.txt", "expected-broken_records-lenient.jsonl"),
    ] {
        let data = fs::read(folder.join(name)).unwrap();
        let records = read_all::<irbis_text::IrbisText>(&data, &ReadOptions::new());
        compare_with_rows(&records, &fs::read_to_string(folder.join(expected)).unwrap());
        if !name.starts_with("broken") {
            assert!(
                rewritten::<irbis_text::IrbisText>(&data, |sink| {
                    Box::new(irbis_text::Writer::new(sink, &WriteOptions::new()))
                }) == data
            );
        }
    }
}

#[test]
fn the_places_of_broken_lines_are_told() {
    let Some(corpus) = corpus() else { return };
    let data = fs::read(corpus.join("irbis/irbis-text/broken_records.txt")).unwrap();
    let mut reader = irbis_text::SliceReader::new(&data, &ReadOptions::new());
    let mut record = Record::new();
    let mut found = Vec::new();
    while reader.read_record(&mut record).unwrap() {
        found.extend(reader.findings().iter().map(|finding| (finding.rule, finding.location.line)));
    }
    assert_eq!(found, [(rules::LINE_INVALID, 5), (rules::LINE_INVALID, 30), (rules::LINE_BLANK, 48)]);
    let strict = ReadOptions::new().recovery(Recovery::Strict);
    let records = read_all::<irbis_text::IrbisText>(&data, &strict);
    assert_eq!(records.iter().map(Result::is_ok).collect::<Vec<_>>(), [false, false, true]);
}

fn rewritten<F: Framing>(data: &[u8], writer: impl FnOnce(Vec<u8>) -> Box<dyn SinkWriter>) -> Vec<u8> {
    let mut reader = kartoteka::Slice::<F>::new(data, &ReadOptions::new());
    let mut writer = writer(Vec::new());
    let _ = kartoteka::copy(&mut reader, &mut *writer).unwrap();
    writer.into_bytes()
}

/// A writer into memory that gives back what was written.
trait SinkWriter: RecordWrite {
    fn into_bytes(self: Box<Self>) -> Vec<u8>;
}

impl SinkWriter for iso2709::Writer<Vec<u8>> {
    fn into_bytes(self: Box<Self>) -> Vec<u8> {
        self.into_inner()
    }
}

impl SinkWriter for irbis_text::Writer<Vec<u8>> {
    fn into_bytes(self: Box<Self>) -> Vec<u8> {
        self.into_inner()
    }
}

#[test]
fn well_formed_files_are_written_back_byte_for_byte() {
    let Some(corpus) = corpus() else { return };
    let mut same = 0;
    for path in files(&corpus.join("marc/wf")) {
        let data = fs::read(&path).unwrap();
        if path.components().any(|part| part.as_os_str() == "mab2") {
            continue; // no directory: not ISO 2709
        }
        let mut reader = iso2709::SliceReader::new(&data, &ReadOptions::new());
        let mut record = Record::new();
        let mut kept = Vec::new();
        let mut between = false;
        while reader.read_record(&mut record).unwrap() {
            between |= reader.findings().iter().any(|finding| {
                matches!(
                    finding.rule,
                    rules::FILLER_BETWEEN_RECORDS | rules::GARBAGE | rules::RECORD_LENGTH_MISMATCH
                )
            });
            let mut writer = iso2709::Writer::new(Vec::new(), &WriteOptions::new());
            writer.write_record(record.view()).unwrap();
            writer.finish().unwrap();
            kept.extend(writer.into_inner());
        }
        if between {
            eprintln!("{}: something between or wrong with the records", path.display());
            continue;
        }
        let end = data.len().min(kept.len());
        assert!(
            kept == data[..end] && data[end..].iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0x1A),
            "{}",
            path.display()
        );
        same += 1;
    }
    assert!(same > 100, "{same}");
}

#[test]
fn nothing_goes_wrong_with_any_file() {
    let Some(corpus) = corpus() else { return };
    let mut count = 0;
    for path in files(&corpus) {
        let data = fs::read(&path).unwrap();
        for recovery in [Recovery::Salvage, Recovery::Strict] {
            let options = ReadOptions::new().recovery(recovery);
            for dialect in [Dialect::Auto, Dialect::Irbis, Dialect::Isis] {
                let options = options.clone().dialect(dialect);
                through::<iso2709::Iso2709>(&data, &options);
                through::<irbis_text::IrbisText>(&data, &options);
                #[cfg(feature = "xml")]
                through::<kartoteka::marcxml::Marcxml>(&data, &options);
                #[cfg(feature = "json")]
                through::<kartoteka::json::Json>(&data, &options);
                #[cfg(feature = "json")]
                through::<kartoteka::ndjson::Ndjson>(&data, &options);
            }
        }
        count += 1;
    }
    assert!(count > 400, "{count}");
}

/// Reads whatever it is, and looks at all of each record.
fn through<F: Framing>(data: &[u8], options: &ReadOptions) {
    let mut reader = kartoteka::Slice::<F>::new(data, options);
    let mut record = Record::new();
    let mut seen = 0usize;
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {
                for field in record.fields() {
                    seen += field.lead().to_str_lossy().len();
                    seen += field
                        .subfields()
                        .map(|subfield| subfield.value().to_str_lossy().len())
                        .sum::<usize>();
                }
            }
            Err(error) if error.is_record() => {}
            Err(_) => break,
        }
        for finding in reader.findings() {
            assert!(finding.location.byte <= data.len() as u64, "{finding}");
            seen += finding.to_string().len();
        }
    }
    std::hint::black_box(seen);
}

//! XML and JSON as people have them: names, blanks, leaders and signs that are not as the forms want them. Each kind
//! in each form, read from a slice, from a stream in pieces, and strictly.

use std::io::Read;

use kartoteka::{
    Format, ReadOptions, Record, RecordRead, RecordWrite, Recovery, Rule, WriteOptions, json, marcxml,
    ndjson, reader, rules, writer,
};

/// The forms of a record in XML and JSON.
const FORMS: [Format; 5] =
    [Format::Marcxml, Format::Marcxchange, Format::Turbomarc, Format::Json, Format::Ndjson];

/// A source that gives a few bytes at a time.
struct Pieces<'a>(&'a [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let len = self.1.min(buf.len()).min(self.0.len());
        buf[..len].copy_from_slice(&self.0[..len]);
        self.0 = &self.0[len..];
        Ok(len)
    }
}

type Read1 = (Vec<Record>, Vec<(Rule, Option<String>)>);

fn drain(mut reader: impl RecordRead) -> Read1 {
    let (mut records, mut found) = (Vec::new(), Vec::new());
    let mut record = Record::new();
    for _ in 0..10_000 {
        let more = reader.read_record(&mut record);
        found.extend(reader.findings().iter().map(|finding| {
            let location = &finding.location;
            (finding.rule, location.tag.map(|tag| format!("{tag}")))
        }));
        match more {
            Ok(true) => records.push(record.clone()),
            Ok(false) => return (records, found),
            Err(error) => found.push((error.rule().unwrap_or(rules::XML_SYNTAX), None)),
        }
    }
    panic!("no end");
}

fn is_json(format: Format) -> bool {
    format == Format::Json || format == Format::Ndjson
}

fn drain_slice(format: Format, text: &str, options: &ReadOptions) -> Read1 {
    let bytes = text.as_bytes();
    match format {
        _ if format == Format::Json => drain(json::SliceReader::new(bytes, options)),
        _ if format == Format::Ndjson => drain(ndjson::SliceReader::new(bytes, options)),
        _ => drain(marcxml::SliceReader::new(bytes, options)),
    }
}

/// Reads a text from a slice and from streams, which must agree.
fn read(format: Format, text: &str) -> Read1 {
    let options = ReadOptions::new();
    let whole = drain_slice(format, text, &options);
    for len in [1, 7, 4096] {
        let streamed = drain(reader(Pieces(text.as_bytes(), len), Some(format), &options).unwrap());
        assert!(streamed == whole, "{format}, {len} bytes at a time: {streamed:?} and {whole:?}\n{text}");
    }
    whole
}

/// Returns whether strict reading of a text fails.
fn fails(format: Format, text: &str) -> bool {
    let options = ReadOptions::new().recovery(Recovery::Strict);
    let mut reader = reader(text.as_bytes(), Some(format), &options).unwrap();
    reader.records().any(|read| read.is_err())
}

fn sound() -> Record {
    Record::builder()
        .leader("00000cas a2200000 i 4500")
        .control_field("001", "mk77")
        .data_field("222", " 4", [('a', "Annals of wells"), ('b', "(Print)")])
        .data_field("650", " 0", [('a', "Springs")])
        .build()
        .unwrap()
}

fn written(format: Format) -> String {
    let mut bytes = Vec::new();
    let mut to = writer(format, &mut bytes, &WriteOptions::new()).unwrap();
    to.write_record(sound().view()).unwrap();
    to.finish().unwrap();
    drop(to);
    String::from_utf8(bytes).unwrap()
}

/// Returns the record as lines of text, with its leader.
fn shown(record: &Record) -> String {
    let leader = record.header().leader.map(|leader| leader.to_string()).unwrap_or_default();
    let fields = record.fields().map(|field| format!("\n{field:?}"));
    format!("{leader}{}", fields.collect::<String>())
}

/// Replaces texts in the written record, each of which must be in it.
fn changed(format: Format, changes: &[(&str, &str)]) -> String {
    let mut text = written(format);
    for (from, to) in changes {
        assert!(text.contains(from), "{format}: {from}\n{text}");
        text = text.replace(from, to);
    }
    text
}

const LEADER: &str = "00000cas a2200000 i 4500";

#[test]
fn written_and_read_again() {
    for format in FORMS {
        let (records, found) = read(format, &written(format));
        assert_eq!(records.len(), 1, "{format}");
        assert_eq!(shown(&records[0]), shown(&sound()), "{format}");
        assert_eq!(found, [], "{format}");
    }
}

#[test]
fn leaders_with_white_space_around_them_and_without_their_blanks() {
    let trimmed = "     cas a22     1i 4500";
    for format in FORMS {
        // JSON has no raw line ends in strings.
        let (newline, tab) = if is_json(format) { ("\\n", "\\t") } else { ("\n", "\t") };
        for (text, expected) in [
            (format!("{newline}{tab}{tab}{LEADER}{newline}{tab}"), LEADER),
            (format!("{newline}    {LEADER}"), LEADER),
            (format!("  {LEADER} "), LEADER),
            ("cas a22     1i 4500".to_owned(), trimmed),
            (format!("{newline}  cas a22     1i 4500{newline}"), trimmed),
            (" cas a22 1i 4500".to_owned(), trimmed),
            ("00000cas a2200000 i 45".to_owned(), "00000cas a2200000 i 45  "),
        ] {
            let changed = changed(format, &[(LEADER, &text)]);
            let (records, found) = read(format, &changed);
            let leader = records[0].header().leader.unwrap().to_string();
            assert_eq!(leader, expected, "{format}: {text:?}");
            assert_eq!(found.len(), 1, "{format}: {text:?}: {found:?}");
        }
    }
}

#[test]
fn blanks_around_tags_codes_and_indicators() {
    let changes: [(Format, &[(&str, &str)]); 5] = [
        (
            Format::Marcxml,
            &[
                ("\"222\"", "\" 222\""),
                ("\"001\"", "\"001  \""),
                ("code=\"b\"", "code=\" b\n\""),
                ("\"4\"", "\" 4\""),
            ],
        ),
        (
            Format::Marcxchange,
            &[
                ("\"222\"", "\"\t222\""),
                ("\"001\"", "\" 001\""),
                ("code=\"b\"", "code=\"b \""),
                ("\"4\"", "\"4 \""),
            ],
        ),
        (Format::Turbomarc, &[("\"4\"", "\" 4\"")]),
        (
            Format::Json,
            &[("\"222\"", "\" 222\""), ("\"001\"", "\"001 \""), ("\"b\"", "\"b \""), ("\"4\"", "\" 4\"")],
        ),
        (
            Format::Ndjson,
            &[("\"222\"", "\"\\t222\""), ("\"001\"", "\" 001\""), ("\"b\"", "\" b\""), ("\"4\"", "\"4 \"")],
        ),
    ];
    for (format, changes) in changes {
        let (records, found) = read(format, &changed(format, changes));
        assert_eq!(shown(&records[0]), shown(&sound()), "{format}");
        assert_eq!(found.len(), changes.len(), "{format}: {found:?}");
    }
    let oai = "<oai_marc xmlns=\"http://www.openarchives.org/OAI/1.1/oai_marc\"><fixfield id=\"001 \">\"x\"</fixfield>\
        <varfield id=\" 222\" i1=\" \" i2=\"4 \"><subfield label=\" a\">W</subfield></varfield></oai_marc>";
    let (records, found) = read(Format::OaiMarc, oai);
    assert!(shown(&records[0]).ends_with("\n001 \"x\"\n222 \" 4\" [a \"W\"]"), "{}", shown(&records[0]));
    let rules: Vec<_> = found.iter().map(|(rule, _)| rule.id()).collect();
    assert_eq!(rules, ["B015", "B015", "B011", "B071", "B020"], "{found:?}");
}

#[test]
fn a_field_of_the_other_kind_is_reported_with_its_tag() {
    let xml = |name: &str, inside: &str| match name {
        "marcxml" => format!(
            "<collection xmlns=\"http://www.loc.gov/MARC21/slim\"><record>{inside}</record></collection>"
        ),
        _ => format!(
            "<collection xmlns=\"info:lc/xmlns/marcxchange-v1\"><record>{inside}</record></collection>"
        ),
    };
    let slim = "<leader>00000cas a2200000 i 4500</leader>\
        <datafield tag=\"008\" ind1=\" \" ind2=\" \"><subfield code=\"a\">x</subfield></datafield>\
        <controlfield tag=\"520\">Abstract</controlfield>\
        <datafield tag=\"650\" ind1=\" \" ind2=\"0\"><subfield code=\"a\">Springs</subfield></datafield>";
    let turbo = "<r xmlns=\"http://www.indexdata.com/turbomarc\"><l>00000cas a2200000 i 4500</l>\
        <d008 i1=\" \" i2=\" \"><sa>x</sa></d008><c520>Abstract</c520><d650 i1=\" \" i2=\"0\"><sa>Springs</sa></d650></r>";
    let oai = "<oai_marc xmlns=\"http://www.openarchives.org/OAI/1.1/oai_marc\"><fixfield id=\"LDR\">00000cas^a2200000^i^4500</fixfield>\
        <varfield id=\"008\" i1=\" \" i2=\" \"><subfield label=\"a\">x</subfield></varfield>\
        <fixfield id=\"520\">Abstract</fixfield>\
        <varfield id=\"650\" i1=\" \" i2=\"0\"><subfield label=\"a\">Springs</subfield></varfield></oai_marc>";
    let json = "{\"leader\":\"00000cas a2200000 i 4500\",\"fields\":[\
        {\"008\":{\"ind1\":\" \",\"ind2\":\" \",\"subfields\":[{\"a\":\"x\"}]}},{\"520\":\"Abstract\"},\
        {\"650\":{\"ind1\":\" \",\"ind2\":\"0\",\"subfields\":[{\"a\":\"Springs\"}]}}]}";
    for (format, text) in [
        (Format::Marcxml, xml("marcxml", slim)),
        (Format::Marcxchange, xml("marcxchange", slim)),
        (Format::Turbomarc, turbo.to_owned()),
        (Format::OaiMarc, oai.to_owned()),
        (Format::Json, json.to_owned()),
        (Format::Ndjson, json.to_owned()),
    ] {
        let (records, found) = read(format, &text);
        let fields = shown(&records[0]);
        assert_eq!(
            fields,
            "00000cas a2200000 i 4500\n008 \"  \" [a \"x\"]\n520 \"Abstract\"\n650 \" 0\" [a \"Springs\"]",
            "{format}"
        );
        let expected = [
            (rules::CONTROL_FIELD_SUBFIELDS, Some("008".to_owned())),
            (rules::DATA_BEFORE_SUBFIELD, Some("520".to_owned())),
        ];
        assert_eq!(found, expected, "{format}");
    }
    // Records without indicators have values alone.
    let irbis =
        "{\"mfn\":1,\"fields\":[{\"8\":\"x\"},{\"920\":\"PAZK\"},{\"200\":{\"subfields\":[{\"A\":\"T\"}]}}]}";
    assert_eq!(read(Format::Json, irbis).1, []);
}

#[test]
fn names_of_elements_and_attributes_in_other_letters() {
    let slim: &[(&str, &str)] = &[
        ("<record", "<Record"),
        ("</record", "</Record"),
        ("leader>", "Leader>"),
        ("datafield", "DataField"),
        ("controlfield", "controlField"),
        ("subfield", "SUBFIELD"),
        (" tag=", " Tag="),
        (" code=", " CODE="),
        ("ind1=", "Ind1="),
    ];
    let turbo: &[(&str, &str)] = &[
        ("<r>", "<R>"),
        ("</r>", "</R>"),
        ("l>", "L>"),
        ("d222", "D222"),
        ("c001", "C001"),
        ("<sa>", "<Sa>"),
        ("</sa>", "</Sa>"),
    ];
    for (format, changes) in
        [(Format::Marcxml, slim), (Format::Marcxchange, slim), (Format::Turbomarc, turbo)]
    {
        let text = changed(format, changes);
        let (records, found) = read(format, &text);
        assert_eq!(shown(&records[0]), shown(&sound()), "{format}");
        assert_eq!(found, [(rules::XML_SHAPE, None)], "{format}");
        // Without the namespace as well.
        let start = text.find(" xmlns=\"").unwrap();
        let end = start + 8 + text[start + 8..].find('"').unwrap() + 1;
        let (records, found) = read(format, &format!("{}{}", &text[..start], &text[end..]));
        assert_eq!(shown(&records[0]), shown(&sound()), "{format}");
        assert_eq!(found.len(), 2, "{format}: {found:?}");
    }
}

#[test]
fn signs_of_markup_that_begin_none_are_text() {
    let title = "Annals of wells";
    for (bare, expected) in [
        ("Wells & springs", "Wells & springs"),
        ("AT&T; p < 0.05", "AT&T; p < 0.05"),
        ("1 <1901-1977> &", "1 <1901-1977> &"),
        ("<Praha> & <Brno>", "<Praha> & <Brno>"),
        ("&lt;sub&gt; <sub>2</sub>", "<sub> 2"),
        ("a <! b", "a <! b"),
        ("x <", "x <"),
    ] {
        for format in [Format::Marcxml, Format::Marcxchange, Format::Turbomarc] {
            let text = changed(format, &[(title, bare)]);
            let (records, found) = read(format, &text);
            assert_eq!(records.len(), 1, "{format}: {bare}: {found:?}");
            assert_eq!(
                records[0].field("222").unwrap().subfield('a').unwrap().to_str().unwrap(),
                expected,
                "{format}"
            );
            assert!(!found.is_empty(), "{format}: {bare}");
            assert!(bare.contains("<sub>2") || fails(format, &text), "{format}: {bare}");
            let without = |record: &Record| shown(record).replace(title, "").replace(expected, "");
            assert_eq!(without(&records[0]), without(&sound()), "{format}: {bare}");
        }
    }
}

#[test]
fn a_value_that_looks_like_markup_changes_nothing_outside_itself() {
    for value in [
        "i1= i2= i3=",
        " ind3=\"x\" ind9=\"y\"",
        "&lt;d245 i3=\"1\">",
        "<![CDATA[<d245 i3=\"x\"> ind4=]]>",
        "<!-- <d245 i3=\"x\" ind5=\"\"> -->",
        "\"ind3\": \"ind4\":",
        "</subfield",
        "&lt;/record&gt;&lt;record&gt;",
        "{\"leader\":",
        "}{\"fields\":[",
        "[[\"LDR\",",
    ] {
        for format in FORMS {
            let json = is_json(format);
            let escaped = if json { value.replace('"', "\\\"") } else { value.replace("</", "&lt;/") };
            let text = changed(format, &[("Annals of wells", &escaped)]);
            let (records, found) = read(format, &text);
            assert_eq!((records.len(), found.len()), (1, 0), "{format}: {value}: {found:?}");
            assert_eq!(records[0].header().leader.unwrap().to_string(), LEADER, "{format}");
            let first = |record: &Record| record.field("650").map(|field| format!("{field:?}"));
            assert_eq!(first(&records[0]), first(&sound()), "{format}: {value}");
            assert_eq!(records[0].syntax().indicators, 2, "{format}: {value}");
        }
    }
}

#[test]
fn a_name_in_field_100_is_no_coded_data() {
    for format in FORMS {
        let name = "Wells, Margaret Elizabeth 18661946 of York";
        let text = changed(format, &[("Springs", "Sprungflüsse"), ("650", "100"), ("Annals of wells", name)])
            .replace("222", "100");
        let (records, _) = read(format, &text);
        let mut bytes = Vec::new();
        let mut to = writer(format, &mut bytes, &WriteOptions::new()).unwrap();
        to.write_record(records[0].view()).unwrap();
        to.finish().unwrap();
        drop(to);
        assert!(String::from_utf8(bytes).unwrap().contains(name), "{format}");
    }
}

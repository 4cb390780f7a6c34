//! Records inside other things: in the text of XML, in objects and arrays of JSON beside what is none; and input that
//! costs a reader the most.

use kartoteka::{
    Format, ReadOptions, Record, RecordRead, RecordWrite, Recovery, Rule, WriteOptions, json, marcxml,
    ndjson, reader, rules, writer,
};

/// Returns the titles and the rules of the findings; strict reading is tried as well.
fn read(format: Format, text: &str) -> (Vec<String>, Vec<Rule>) {
    let options = ReadOptions::new();
    let bytes = text.as_bytes();
    let whole = match format {
        _ if format == Format::Json => drain(json::SliceReader::new(bytes, &options)),
        _ if format == Format::Ndjson => drain(ndjson::SliceReader::new(bytes, &options)),
        _ => drain(marcxml::SliceReader::new(bytes, &options)),
    };
    for len in [1, 13, 1000] {
        let source = std::io::BufReader::with_capacity(len, Slow(bytes, len));
        assert_eq!(drain(reader(source, Some(format), &options).unwrap()), whole, "{len} at a time\n{text}");
    }
    let strict = ReadOptions::new().recovery(Recovery::Strict);
    let mut reader = reader(bytes, Some(format), &strict).unwrap();
    assert!(reader.records().take(10_000).count() < 10_000);
    whole
}

struct Slow<'a>(&'a [u8], usize);

impl std::io::Read for Slow<'_> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let len = self.1.min(buf.len()).min(self.0.len());
        buf[..len].copy_from_slice(&self.0[..len]);
        self.0 = &self.0[len..];
        Ok(len)
    }
}

fn drain(mut reader: impl RecordRead) -> (Vec<String>, Vec<Rule>) {
    let (mut titles, mut found) = (Vec::new(), Vec::new());
    let mut record = Record::new();
    for _ in 0..10_000 {
        let more = reader.read_record(&mut record);
        found.extend(reader.findings().iter().map(|finding| finding.rule));
        match more {
            Ok(true) => titles.push(title(&record)),
            Ok(false) => return (titles, found),
            Err(error) => found.extend(error.rule()),
        }
    }
    panic!("no end");
}

fn title(record: &Record) -> String {
    let field = record.field("245").or_else(|| record.field("222"));
    field
        .and_then(|field| field.subfield('a').map(|text| text.to_str_lossy().into_owned()))
        .unwrap_or_default()
}

fn written(format: Format, title: &str) -> String {
    let record = Record::builder()
        .leader("00000cas a2200000 i 4500")
        .control_field("001", "pk1")
        .data_field("245", "00", [('a', title)])
        .build()
        .unwrap();
    let mut bytes = Vec::new();
    let mut to = writer(format, &mut bytes, &WriteOptions::new()).unwrap();
    to.write_record(record.view()).unwrap();
    to.finish().unwrap();
    drop(to);
    String::from_utf8(bytes).unwrap()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[test]
fn records_in_the_text_of_a_document() {
    let oai = "<oai_marc xmlns=\"http://www.openarchives.org/OAI/1.1/oai_marc\"><fixfield id=\"LDR\">\
        00000cas a2200000 i 4500</fixfield><varfield id=\"245\" i1=\"0\" i2=\"0\"><subfield label=\"a\">Tides &amp; moons\
        </subfield></varfield></oai_marc>";
    let forms = [Format::Marcxml, Format::Marcxchange, Format::Turbomarc]
        .map(|format| written(format, "Tides & moons"));
    for form in forms.iter().map(String::as_str).chain([oai]) {
        let declaration = form.find("?>").map_or(0, |at| at + 2);
        let alone = form[declaration..].trim();
        for inside in [
            escaped(form),
            escaped(alone),
            escaped(alone).replace("&lt;", "&#60;").replace("&gt;", ">"),
            format!("<![CDATA[{form}]]>"),
            format!("\n<![CDATA[\n{alone}\n]]>\n"),
        ] {
            let document = format!(
                "<?xml version=\"1.0\"?><zs:searchRetrieveResponse xmlns:zs=\"http://www.loc.gov/zing/srw/\">\
                <zs:records><zs:record><zs:recordData>{inside}</zs:recordData></zs:record>\
                <zs:record><zs:recordData>{inside}</zs:recordData></zs:record></zs:records>\
                <zs:note>&lt;records&gt; &amp; <![CDATA[<p>]]></zs:note></zs:searchRetrieveResponse>"
            );
            let (titles, found) = read(Format::Marcxml, &document);
            assert_eq!(titles, ["Tides & moons", "Tides & moons"], "{document}");
            assert_eq!(found, [rules::XML_PACKED], "{document}");
        }
    }
}

#[test]
fn a_document_without_records_is_reported_and_an_empty_collection_is_none() {
    let slim = "http://www.loc.gov/MARC21/slim";
    for text in [
        format!("<collection xmlns=\"{slim}\"><rekord><leader/></rekord></collection>"),
        format!("<collection xmlns=\"{slim}\"><item/></collection>"),
        "<html><body>Error 500</body></html>".to_owned(),
        "<a>&lt;b&gt;</a>".to_owned(),
    ] {
        let (titles, found) = read(Format::Marcxml, &text);
        assert!(titles.is_empty() && found == [rules::XML_SHAPE], "{text}: {found:?}");
    }
    for text in [
        format!("<?xml version=\"1.0\"?>\n<collection xmlns=\"{slim}\"></collection>\n"),
        "<x:collection xmlns:x='info:lc/xmlns/marcxchange-v1'/>".to_owned(),
        "<collection>\n<!-- none --></collection>".to_owned(),
    ] {
        assert_eq!(read(Format::Marcxml, &text), (Vec::new(), Vec::new()), "{text}");
    }
}

#[test]
fn json_that_begins_with_something_else() {
    let record = |title: &str| {
        let text = written(Format::Ndjson, title);
        text.trim().to_owned()
    };
    let rows = "{\"_id\":\"1\",\"record\":[[\"LDR\",null,null,\"_\",\"00000cas a2200000 i 4500\"],\
        [\"245\",\"0\",\"0\",\"a\",\"Three\"]]}";
    for strange in
        ["[\"written by\",\"dump 3\"]", "[[\"columns\",\"a\"],[1]]", "\"a, [b\"", "17", "null", "[]"]
    {
        let text = format!("[{strange}, {},\n{}, {rows}]", record("One"), record("Two"));
        let (titles, found) = read(Format::Json, &text);
        assert_eq!(titles, ["One", "Two", "Three"], "{strange}: {found:?}");
        assert!(found.starts_with(&[rules::JSON_SYNTAX]), "{strange}: {found:?}");
    }
    let text = format!("[{}, [7], {}]", record("One"), record("Two"));
    assert_eq!(read(Format::Json, &text).0, ["One", "Two"]);
    let text = format!("[{{\"exported\":\"2021\"}}, {}]", record("One"));
    let (titles, found) = read(Format::Json, &text);
    assert!(titles == ["One"] && found.ends_with(&[rules::JSON_SHAPE]), "{found:?}");
    let text = format!("[\"head\"]\n{}\n{}\n", record("One"), record("Two"));
    let (titles, found) = read(Format::Ndjson, &text);
    assert_eq!((titles.len(), found.len()), (2, 1));
}

#[test]
fn json_records_in_the_answers_of_servers() {
    let record = |title: &str| written(Format::Ndjson, title).trim().to_owned();
    let (one, two) = (record("One"), record("Two"));
    for text in [
        format!("{{\"records\":[{one},{two}]}}"),
        format!("{{\"total\":2,\"tags\":[\"x\",\"]\"],\"items\":[ {one}, {two} ],\"next\":null}}"),
        format!("{{\"response\":{{\"numFound\":2,\"docs\":[{one},{two}]}},\"facets\":[[1],{{\"a\":[]}}]}}"),
        format!("{{\"records\":[{one}]}}\n{{\"records\":[{two}]}}"),
        format!("{{\"new\":[{one}],\"text\":\"]}}[\",\"changed\":[{two}]}}"),
    ] {
        let (titles, found) = read(Format::Json, &text);
        assert_eq!(titles, ["One", "Two"], "{text}: {found:?}");
        assert_eq!(found, [], "{text}");
    }
    assert_eq!(read(Format::Json, "{\"records\":[]}"), (Vec::new(), Vec::new()));
}

#[test]
fn escapes_that_stand_for_no_character() {
    for (written, title) in [
        ("x \\ud800", "x \u{FFFD}"),
        ("\\uDC00\\uD800 y", "\u{FFFD}\u{FFFD} y"),
        ("\\ud83c\\udf0a \\ud83c", "\u{1F30A} \u{FFFD}"),
        ("D:\\music\\oud", "D:\\music\\oud"),
        ("\\x41 \\u00e9 \\u00 \\'", "\\x41 \u{e9} \\u00 \\'"),
    ] {
        for format in [Format::Json, Format::Ndjson] {
            let text = format!(
                "{{\"leader\":\"00000cas a2200000 i 4500\",\"fields\":[{{\"001\":\"{written}\"}},\
                {{\"245\":{{\"ind1\":\"0\",\"ind2\":\"0\",\"subfields\":[{{\"a\":\"{written}\"}}]}}}}]}}\n"
            );
            let (titles, found) = read(format, &text.repeat(2));
            assert_eq!(titles, [title, title], "{written}");
            assert_eq!(found, [rules::JSON_SYNTAX, rules::JSON_SYNTAX], "{written}");
        }
    }
}

/// What costs a reader most: shapes without an end, of many signs, or with a fault in each part.
fn worst(len: usize) -> Vec<(Format, String)> {
    let slim = "<collection xmlns=\"http://www.loc.gov/MARC21/slim\">";
    let head = "<record><leader>00000nam a2200000   4500</leader>";
    let field = "<datafield tag=\"245\" ind1=\"1\" ind2=\"0\">";
    let many = |start: &str, part: &str| format!("{start}{}", part.repeat(len / part.len()));
    let leader = "{\"leader\":\"00000nam a2200000   4500\",\"fields\":[";
    let xml = [
        many(slim, "<!"),
        many(slim, "<!x "),
        many("", "<!DOCTYPE a [<!-- "),
        many("<!DOCTYPE a [", "\"' "),
        many(slim, "<!-- "),
        many(slim, "<![CDATA["),
        many(slim, "<![CDATA[<r>"),
        many(slim, "&lt;record&gt;"),
        many(slim, "&lt;record "),
        many(slim, "<record><!-- "),
        many(slim, "<record><x>"),
        many("<x>", "<record><x a='>"),
        many(slim, "<r><x/>"),
        many(&format!("{slim}{head}{field}"), "&amp;"),
        many(&format!("{slim}{head}"), "&"),
        many(&format!("{slim}{head}{field}<subfield code=\"a\">"), "&amp "),
        many(&format!("{slim}{head}{field}<subfield code=\"a\">"), "<"),
        many(&format!("{slim}{head}{field}"), "<subfield code=\"a\">"),
        many(&format!("{slim}{head}"), "<leader>"),
        many(&format!("{slim}{head}{field}<subfield code=\"a\">"), "<i>"),
        many(&format!("{slim}{head}"), "<datafield ind3=\"1\"/>"),
        format!("{}</datafield></record>", many(&format!("{slim}{head}{field}"), " ind3= &amp;")),
        format!("{}</record>", many(&format!("{slim}{head}{field}"), "<subfield>\n")),
    ];
    let json = [
        format!("{}]}}", many(leader, "{\"001\":\"\"} ")),
        format!("{}]}}", many(leader, "{\"tag\":\"001\",\"value\":\"\"} ")),
        many(leader, "{\"001\":\"\\ud800\"},"),
        many(leader, "["),
        many("", "["),
        many("[", "[["),
        many("[", "[\"x\","),
        many("[", "\""),
        many("", "{\"a\":["),
        many("{\"records\":[", "]["),
        many("{\"records\":[{", "},["),
        many("[[\"001\",null,null,\"_\",\"x\"],", "[\"245\",\"\",\"\",\"a\",\"\"],"),
    ];
    let xml = xml.into_iter().map(|text| (Format::Marcxml, text));
    xml.chain(json.into_iter().map(|text| (Format::Json, text))).collect()
}

/// A shape of a mebibyte that cost the square of its bytes would not end today. What is allocated grows with the input.
#[test]
fn the_worst_shapes_cost_in_proportion_to_their_bytes() {
    let used = |format: Format, text: &str| {
        allocation_counter::measure(|| {
            let mut reader = reader(text.as_bytes(), Some(format), &ReadOptions::new()).unwrap();
            let mut record = Record::new();
            while reader.read_record(&mut record).is_ok_and(|more| more) {}
            while !reader.read_record(&mut record).is_ok_and(|more| !more) {}
        })
    };
    let (small, large) = (1 << 17, 1 << 20);
    for ((format, short), (_, long)) in worst(small).into_iter().zip(worst(large)) {
        let (short_use, long_use) = (used(format, &short), used(format, &long));
        let shape = &short[..short.len().min(160)];
        assert!(long_use.bytes_max < 20 * (long.len() + (1 << 20)) as u64, "{shape}: {long_use:?}");
        assert!(
            long_use.count_total < 10 * short_use.count_total + 1000,
            "{shape}: {short_use:?}, {long_use:?}"
        );
        assert!(
            long_use.bytes_total < 12 * short_use.bytes_total + (16 << 20),
            "{shape}: {short_use:?}, {long_use:?}"
        );
    }
}

/// What follows an end tag of which nothing is open is still there.
#[test]
fn an_end_tag_too_many_costs_no_field() {
    for format in [Format::Marcxml, Format::Marcxchange, Format::Turbomarc] {
        let text = written(format, "Reed & rush");
        let end = text.find("<datafield").or_else(|| text.find("<d245")).unwrap();
        for stray in ["</datafield>", "</controlfield>", "</d100>", "</c001>", "</leader>", "</subfield>"] {
            let (before, after) = text.split_at(end);
            let (titles, found) = read(format, &format!("{before}{stray}{after}"));
            assert_eq!(titles, ["Reed & rush"], "{format} {stray}");
            assert!(found.contains(&rules::XML_SYNTAX), "{format} {stray}: {found:?}");
        }
    }
}

#[test]
fn lines_of_json_with_an_object_around_each_record() {
    let line = written(Format::Ndjson, "Kelp");
    let line = line.trim_end();
    for (before, after) in [
        ("{\"record\":", "}"),
        ("{\"record\": ", ", \"took\": 4}"),
        ("{\"_id\":\"x1\",\"marc\":", "}"),
        ("{\"hit\":{\"score\":1.5,\"source\":", "}}"),
    ] {
        let text = format!("{before}{line}{after}\n").repeat(3);
        let (titles, found) = read(Format::Ndjson, &text);
        assert_eq!(titles, ["Kelp", "Kelp", "Kelp"], "{before}");
        assert!(found.is_empty(), "{before}: {found:?}");
    }
}

/// Cells after the leader in its row, and fields under names that are a letter off.
#[test]
fn nothing_of_other_shapes_of_json_is_dropped_in_silence() {
    let rows = r#"[["LDR",null,null,"_","00000cas a2200000 i 4500","b","astray"],["245","0","0","a","Fen"]]"#;
    let mut reader = ndjson::SliceReader::new(rows.as_bytes(), &ReadOptions::new());
    let record = reader.records().next().unwrap().unwrap();
    assert_eq!(title(&record), "Fen");
    let astray = record
        .fields()
        .flat_map(|field| field.subfields())
        .find(|subfield| subfield.value().as_bytes() == b"astray");
    assert!(astray.is_some(), "{record:?}");
    for odd in [
        r#"{"leader":"00000cas a2200000 i 4500","datafield":[{"tag":"245","ind":"00","s}bfield":[{"code":"a","data":"Fen"}]}]}"#,
        r#"{"leader":"00000cas a2200000 i 4500","fields":[{"tag":"001","value":"x"},{"tag":"245","subfelds":[{"code":"a","value":"Fen"}]}]}"#,
    ] {
        let (_, found) = read(Format::Ndjson, &format!("{odd}\n"));
        assert!(!found.is_empty(), "{odd}");
    }
}

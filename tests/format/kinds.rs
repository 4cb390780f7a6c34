//! Kinds of damage that were met in one form, in the others: text that is small enough to read.

use kartoteka::{Format, ReadOptions, Record, reader};

/// Each record in the words of the test: its leader if it has one, each field with indicators and subfields; and the rules of
/// the findings.
fn read(format: Format, data: &[u8]) -> Vec<(Vec<String>, Vec<&'static str>)> {
    let mut reader = reader(data, Some(format), &ReadOptions::new()).unwrap();
    let (mut records, mut record) = (Vec::new(), Record::new());
    while reader.read_record(&mut record).unwrap() {
        let mut lines: Vec<String> =
            record.header().leader.iter().map(|leader| format!("LDR {leader}")).collect();
        for field in record.fields() {
            let indicators = String::from_utf8_lossy(field.indicators());
            let mut line = match field.is_control() {
                true => field.tag().to_string(),
                false => format!("{} [{indicators}]", field.tag()),
            };
            if !field.lead().as_bytes().is_empty() {
                line += &format!(" {}", field.lead().to_str_lossy());
            }
            for subfield in field.subfields() {
                line += &format!(" ${} {}", subfield.code(), subfield.value().to_str_lossy());
            }
            lines.push(line);
        }
        let rules = reader.findings().iter().map(|finding| finding.rule.id()).collect();
        records.push((lines, rules));
    }
    records
}

#[test]
fn a_diskette_record_without_a_length_that_is_cut_inside_a_line_costs_itself_only() {
    let data =
        b"### 00000nM2.01200024      h\n001 m7\n331 Moor\n\n### 00000nM2.01200024      h\n001 m8\n331 Hei\
        ### 00000nM2.01200024      h\n001 m9\n331 Watt\n\n";
    let records = read(Format::Iso2709, data);
    let values: Vec<&[String]> = records.iter().map(|(lines, _)| &lines[1..]).collect();
    assert_eq!(records.len(), 3, "{records:?}");
    assert!(
        values[0][1].ends_with("Moor") && values[1][1].ends_with("Hei") && values[2][1].ends_with("Watt"),
        "{values:?}"
    );
    assert!(records[1].1.contains(&"B059") && records[2].1.is_empty(), "{records:?}");
}

#[test]
fn missing_indicators_in_the_line_format_leave_the_subfields_whole() {
    let data = b"00000cam a2200000 i 4500\n001 k1\n245 $a Dunes $b a guide\n500 1 $a Reprint\n520  $a Short\n650  0 $a Sand\n\n";
    let records = read(Format::Line, data);
    let expected =
        ["245 [] $a Dunes $b a guide", "500 [1] $a Reprint", "520 [] $a Short", "650 [ 0] $a Sand"];
    assert_eq!(records[0].0[2..], expected);
    assert_eq!(records[0].1, ["B011", "B011", "B011"]);
}

#[test]
fn a_leader_with_characters_of_several_bytes_has_24_positions() {
    for (format, data) in [
        (Format::Mrk, "=LDR  00000nas a22\u{e9}0000\u{17e}i 4500\n=001  k2\n=245  10$aTide\n"),
        (
            Format::Aleph,
            "000000007 LDR   L 00000nas^a22\u{e9}0000\u{17e}i^4500\n000000007 001   L k2\n000000007 24510 L $$aTide\n",
        ),
        (
            Format::Ndjson,
            "{\"leader\":\"00000nas a22\u{e9}0000\u{17e}i 4500\",\"fields\":[{\"001\":\"k2\"}]}\n",
        ),
        (
            Format::Marcxml,
            "<record xmlns=\"http://www.loc.gov/MARC21/slim\"><leader>00000nas a22\u{e9}0000\u{17e}i 4500</leader>\
             <controlfield tag=\"001\">k2</controlfield></record>",
        ),
    ] {
        let records = read(format, data.as_bytes());
        assert_eq!(records[0].0[..2], ["LDR 00000nas a22?0000?i 4500", "001 k2"], "{format}");
        assert!(records[0].1.contains(&"B020"), "{format}: {:?}", records[0].1);
    }
}

/// The titles that a reader of the format, or of the format that is found, gives, and the rules of all findings.
fn titles(format: Option<Format>, data: &[u8]) -> (Vec<String>, Vec<&'static str>) {
    let mut reader = reader(data, format, &ReadOptions::new()).unwrap();
    let (mut titles, mut rules, mut record) = (Vec::new(), Vec::new(), Record::new());
    loop {
        let more = reader.read_record(&mut record);
        rules.extend(reader.findings().iter().map(|finding| finding.rule.id()));
        match more {
            Ok(false) => return (titles, rules),
            Ok(true) => {
                let title = record.field("245").or(record.field("200")).and_then(|field| field.subfield('a'));
                titles.push(title.map_or_else(String::new, |title| title.to_str_lossy().into_owned()));
            }
            Err(error) => {
                assert!(error.is_record(), "{error}");
                rules.extend(error.finding().map(|finding| finding.rule.id()));
            }
        }
    }
}

/// MARCXML of records with these titles, as markup; `between` is put before each.
fn marcxml(titles: &[&str], between: [&str; 3]) -> String {
    let mut text = String::from("<collection xmlns=\"http://www.loc.gov/MARC21/slim\">");
    for (number, title) in titles.iter().enumerate() {
        text += between[number];
        text += &format!(
            "<record><leader>00000nam a2200000 a 4500</leader><controlfield tag=\"001\">{number}</controlfield>\
             <datafield tag=\"245\" ind1=\"0\" ind2=\"0\"><subfield code=\"a\">{title}</subfield></datafield></record>\n"
        );
    }
    text + "</collection>"
}

#[test]
fn a_comment_that_lost_its_end_hides_no_record() {
    for (titles_in, between) in [
        (["Salt", "Peat", "Loam"], ["<!-- of May --\n", "", "<!-- last -->"]),
        (["Salt", "Peat", "Loam"], ["<!-- of May ->", "<!-- and June -->", ""]),
        (["Salt", "Peat", "Loam"], ["<!-- of May", "<!-- a --><!-- b -->", ""]),
        (["Salt<!-- pure", "Peat", "Loam"], ["", "", "<!-- last -->"]),
        (["Salt<!-- pure", "Peat<!-- c -->", "Loam"], ["", "", ""]),
        (["<![CDATA[Salt]]", "<![CDATA[Peat]]>", "Loam"], ["", "", ""]),
        (["<![CDATA[Salt]>", "Peat", "<![CDATA[Loam]]>"], ["", "", ""]),
    ] {
        let text = marcxml(&titles_in, between);
        let (found, rules) = titles(None, text.as_bytes());
        assert_eq!(found.len(), 3, "{text}");
        for (found, title) in found.iter().zip(["Salt", "Peat", "Loam"]) {
            assert!(found.contains(title), "{found}: {text}");
        }
        assert!(rules.contains(&"B070"), "{rules:?}: {text}");
    }
}

#[test]
fn comments_and_sections_that_end_stay_as_they_are() {
    for between in [
        ["<!-- ---- books ---- -->", "<!-- <record>-</record> -- <a> -->", "<!-- -> -->"],
        ["<!-- a\n--\nb -->", "<!---->", "<!-- <record><leader/> ]]> <![CDATA[ -->"],
    ] {
        let text = marcxml(&["A<!-- - -- - -->", "<![CDATA[<b> ]] </b> <![CDATA[ ]]>", "C"], between);
        let (found, rules) = titles(None, text.as_bytes());
        assert_eq!(
            (found, rules),
            (vec!["A".into(), "<b> ]] </b> <![CDATA[ ".into(), "C".into()], vec![]),
            "{text}"
        );
    }
}

#[test]
fn records_in_sections_end_with_their_section() {
    let record = |title: &str, end: &str| {
        format!(
            "<recordData><![CDATA[<record><leader>00000nam a2200000 a 4500</leader>\
                 <datafield tag=\"200\" ind1=\"1\" ind2=\" \"><subfield code=\"a\">{title}</subfield></datafield>{end}</recordData>"
        )
    };
    for end in ["]]>", "</record>", "</record>]>", "</recor]]>", "</record >]]>"] {
        let text = format!(
            "<searchRetrieveResponse>{}{}{}</searchRetrieveResponse>",
            record("Fen", "</record>]]>"),
            record("Bog", end),
            record("Moor", "</record>]]>")
        );
        let (found, rules) = titles(Some(Format::Marcxml), text.as_bytes());
        assert_eq!(found, ["Fen", "Bog", "Moor"], "{rules:?}: {text}");
        assert!(end.ends_with(">]]>") || rules.contains(&"B070"), "{rules:?}: {text}");
    }
}

#[test]
fn a_line_of_json_may_hold_more_than_one_record() {
    let record = |title: &str| {
        format!(
            r#"{{"leader":"00000nam a2200000 a 4500","fields":[{{"001":"7"}},{{"245":{{"ind1":"0","ind2":"0","subfields":[{{"a":"{title}"}}]}}}}]}}"#
        )
    };
    let (one, two, three) = (record("Elm"), record("Oak"), record("Ash"));
    let cut = &one[..one.len() - 20];
    for (text, expected, rule) in [
        (format!("{one}{two}\n{three}\n"), &["Elm", "Oak", "Ash"][..], "B052"),
        (format!("{one}, {two}\n{three}\n"), &["Elm", "Oak", "Ash"], "B052"),
        (format!("{three}\n{cut}{two}\n{three}"), &["Ash", "Oak", "Ash"], "B059"),
        (format!("{three}\nsync error {two}\n{three}"), &["Ash", "Oak", "Ash"], "B059"),
        (format!("{one}\n\u{FEFF}{two}\n{three}\n"), &["Elm", "Oak", "Ash"], "B016"),
        (format!("{one}\n\u{1A}{two}\n\u{1A}\n{three}\n"), &["Elm", "Oak", "Ash"], "B058"),
        (format!("{one}\n\0\0\0\0{two}\n{three}\n"), &["Elm", "Oak", "Ash"], "B058"),
        (format!("\u{1E}{one}\n\u{1E}{two}\n\u{1E}{three}\n"), &["Elm", "Oak", "Ash"], "B058"),
    ] {
        let (found, rules) = titles(Some(Format::Ndjson), text.as_bytes());
        assert_eq!(found, expected, "{rules:?}: {text}");
        assert!(rules.contains(&rule), "{rules:?}: {text}");
    }
    // Objects inside others that begin as records do.
    let answer = format!("{{\"answer\":{one},\"total\":1}}\n{two}\n");
    assert_eq!(titles(Some(Format::Ndjson), answer.as_bytes()).0.last().unwrap(), "Oak");
}

#[test]
fn what_is_before_the_first_record_costs_that_record_at_most() {
    let line =
        |number: u8, title: &str| format!("00000nam a2200000 a 4500\n001 {number}\n245 00 $a {title}\n\n");
    let json = |title: &str| {
        format!(
            r#"{{"leader":"00000nam a2200000 a 4500","fields":[{{"245":{{"ind1":"0","ind2":"0","subfields":[{{"a":"{title}"}}]}}}}]}}"#
        )
    };
    let server = |number: u8, title: &str| format!("{number}#0\n0#1\n200#^A{title}\n");
    let id = |number: u8, title: &str| format!("!ID 00000{number}\n!v200!^a{title}\n");
    for (text, format) in [
        (line(1, "Rye") + &line(2, "Oats"), Format::Line),
        (format!("{}\n{}\n", json("Rye"), json("Oats")), Format::Ndjson),
        (format!("[\n{},\n{}\n]\n", json("Rye"), json("Oats")), Format::Json),
        (server(1, "Rye") + &server(2, "Oats"), Format::IrbisServer),
        (id(1, "Rye") + &id(2, "Oats"), Format::CisisId),
    ] {
        assert_eq!(titles(None, text.as_bytes()).0, ["Rye", "Oats"], "{text}");
        for before in ["export of 3 May\n", "# records\n\n"] {
            let text = format!("{before}{text}");
            let found = kartoteka::detect(text.as_bytes(), None).unwrap();
            assert_eq!(found.format, format, "{text}: {}", found.reason);
            let (titles, rules) = titles(None, text.as_bytes());
            assert!(titles.ends_with(&["Oats".to_owned()]), "{titles:?}: {text}");
            assert!(!rules.is_empty(), "{text}");
        }
        // Without its first bytes.
        let text = text.strip_prefix("[\n").unwrap_or(&text);
        for cut in [1, 5] {
            let text = &text[cut..];
            let (titles, rules) = titles(None, text.as_bytes());
            assert!(titles.ends_with(&["Oats".to_owned()]), "{titles:?}: {text}");
            assert!(!rules.is_empty(), "{text}");
        }
    }
}

#[test]
fn a_blank_line_after_each_line_ends_no_record() {
    let mrk = "=LDR  00000nam a2200000 a 4500\n=001  1\n=100  1\\$aAbel\n=245  10$aHay\n=650  \\0$aMeadows\n\n\
               =LDR  00000nam a2200000 a 4500\n=001  2\n=245  10$aStraw\n\n";
    let line = "00000nam a2200000 a 4500\n001 1\n100 1  $a Abel\n245 10 $a Hay\n650  0 $a Meadows\n\n\
                00000nam a2200000 a 4500\n001 2\n245 10 $a Straw\n\n";
    for (format, plain) in [(Format::Mrk, mrk), (Format::Line, line)] {
        let whole = read(format, plain.as_bytes());
        assert_eq!(whole.len(), 2);
        for end in ["\n\n", "\r\n\r\n", "\n\r", "\r\r\n\r\n"] {
            let text = plain.replace('\n', end);
            let records = read(format, text.as_bytes());
            let fields = |records: &[(Vec<String>, Vec<&str>)]| -> Vec<Vec<String>> {
                records.iter().map(|(fields, _)| fields.clone()).collect()
            };
            assert_eq!(fields(&records), fields(&whole), "{end:?}");
            let blanks =
                |(_, rules): &(Vec<String>, Vec<&str>)| rules.iter().filter(|rule| **rule == "B051").count();
            assert!(records.iter().all(|record| blanks(record) == 1), "{end:?}: {records:?}");
        }
    }
}

#[test]
fn displays_with_other_line_ends_marks_and_a_damaged_word() {
    let display = |word: &str, number: u8, title: &str| {
        format!(
            "{word} 00000nam a2200000 a 4500\n001    {number}\n245 10 |a{title} /|cNoor.\n650  0 |aWater.\n"
        )
    };
    let plain = display("LEADER", 1, "Rain") + &display("LEADER", 2, "Hail");
    for (text, rule) in [
        (plain.replace('\n', "\r"), "B049"),
        (plain.replace("LEADER", "\u{FEFF}LEADER"), "B016"),
        (plain.replace("650", "\u{1A}650"), "B058"),
        (format!("{}\u{1A}{}", display("LEADER", 1, "Rain"), display("LEADER", 2, "Hail")), "B058"),
        (display("LEADER", 1, "Rain") + &display("LEDAER", 2, "Hail"), "B053"),
        (display("LEADER", 1, "Rain") + &display("EADER", 2, "Hail"), "B053"),
    ] {
        let (found, rules) = titles(Some(Format::Display), text.as_bytes());
        assert_eq!(found, ["Rain /", "Hail /"], "{rules:?}: {text:?}");
        assert!(rules.contains(&rule), "{rules:?}: {text:?}");
    }
}

/// Records in the shape of CDS/ISIS with these bytes at the ends of fields and records.
fn isis_iso(records: &[&[&str]], field: char, record: char) -> String {
    let mut out = String::new();
    for values in records {
        let (mut directory, mut data) = (String::new(), String::new());
        for (number, value) in values.iter().enumerate() {
            directory += &format!("{:03}{:04}{:05}", 200 + number, value.len() + 1, data.len());
            data += &format!("{value}{field}");
        }
        let base = 24 + directory.len() + 1;
        let length = base + data.len() + 1;
        out += &format!("{length:05}0000000{base:05}0004500{directory}{field}{data}{record}");
    }
    out
}

#[test]
fn records_of_isis_with_terminators_and_line_ends_of_all_kinds() {
    let long = "^aThe sand and the sea, a long title that fills more than one line of the file^bSecond part";
    let records: [&[&str]; 3] = [&[long, "one"], &["^aDune", "two # and % here"], &["^aTide", "three"]];
    let expected =
        ["The sand and the sea, a long title that fills more than one line of the file", "Dune", "Tide"];
    for (field, record) in
        [('#', '#'), ('#', '%'), ('@', '%'), ('#', '\u{1D}'), ('%', '\u{1D}'), ('\u{1E}', '#')]
    {
        let flat = isis_iso(&records, field, record);
        let (found, rules) = titles(None, flat.as_bytes());
        assert_eq!(found, expected, "{field:?} {record:?}: {rules:?}");
        assert!(rules.iter().all(|rule| matches!(*rule, "B033")), "{field:?} {record:?}: {rules:?}");
        for end in ["\r\n", "\n", "\r", "\r\r\n", "\n\n"] {
            let mut text = String::new();
            for one in &records {
                let one = isis_iso(&[one], field, record);
                for line in one.as_bytes().chunks(80) {
                    text += std::str::from_utf8(line).unwrap();
                    text += end;
                }
            }
            let (found, rules) = titles(None, text.as_bytes());
            assert_eq!(found, expected, "{field:?} {record:?} {end:?}: {rules:?}");
        }
        // The second record is cut off.
        let at = isis_iso(&records[..1], field, record).len();
        let next = isis_iso(&records[..2], field, record).len();
        for lost in [2, 5, 12] {
            let text = format!("{}{}", &flat[..next - lost], &flat[next..]);
            let (found, rules) = titles(Some(Format::Iso2709), text.as_bytes());
            assert_eq!(found, expected, "{field:?} {record:?} {lost}: {rules:?} {}", &text[at..]);
        }
    }
}

#[test]
fn a_delimiter_of_iso_2709_in_lines_is_reported() {
    for (format, text) in [
        (Format::Mrk, "=LDR  00000nam a2200000 a 4500\n=245  10$aReed\u{1F}bnotes\n"),
        (Format::Line, "00000nam a2200000 a 4500\n245 10 $a Reed\u{1F}bnotes\n"),
        (
            Format::Aleph,
            "000000001 LDR   L 00000nam^a2200000^a^4500\n000000001 24510 L $$aReed\u{1F}bnotes\n",
        ),
    ] {
        let records = read(format, text.as_bytes());
        assert!(records[0].0.contains(&"245 [10] $a Reed $b notes".to_owned()), "{format}: {records:?}");
        assert!(records[0].1.contains(&"B014"), "{format}: {records:?}");
    }
}

#[test]
fn doubled_delimiters_and_invisible_characters_before_them() {
    let mark = '\u{200E}';
    for (format, text, rule) in [
        (Format::Mrk, "=LDR  00000nam a2200000 a 4500\n=245  10$$aMoss$bferns$\n".to_owned(), "B013"),
        (Format::Line, "00000nam a2200000 a 4500\n245 10 $$a Moss $b ferns\n".to_owned(), "B013"),
        (Format::Line, "00000nam a2200000 a 4500\n245 10 $a Moss $$b ferns\n".to_owned(), "B013"),
        (Format::Mrk, format!("=LDR  00000nam a2200000 a 4500\n=245  10{mark}$aMoss${mark}bferns\n"), "B058"),
        (Format::Line, format!("00000nam a2200000 a 4500\n245 10 {mark}$a Moss {mark}$b ferns\n"), "B058"),
        (Format::Line, format!("LEADER 00000nam a2200000 a 4500\n245 10{mark}$aMoss$bferns\n"), "B058"),
        (
            Format::Display,
            format!("LEADER 00000nam a2200000 a 4500\n245 10 {mark}|aMoss {mark}|bferns\n"),
            "B058",
        ),
    ] {
        let records = read(format, text.as_bytes());
        assert_eq!(records[0].0[1..], ["245 [10] $a Moss $b ferns"], "{text}");
        assert!(records[0].1.contains(&rule), "{:?}: {text}", records[0].1);
        // No empty code in JSON.
        let mut json = Vec::new();
        let mut writer =
            kartoteka::writer(Format::Ndjson, &mut json, &kartoteka::WriteOptions::new()).unwrap();
        let _ = kartoteka::copy(
            &mut reader(text.as_bytes(), Some(format), &ReadOptions::new()).unwrap(),
            &mut writer,
        )
        .unwrap();
        drop(writer);
        let json = String::from_utf8(json).unwrap();
        assert!(json.contains(r#""subfields":[{"a":"Moss"},{"b":"ferns"}]"#), "{json}");
    }
}

#[test]
fn a_line_of_something_else_changes_no_format() {
    let leader = "00000nam a2200000 a 4500";
    let line = |number: u8| format!("{leader}\n001 n{number}\n245 10 $a Reed {number}\n\n");
    let all: String = (1..=6).map(line).collect();
    let damaged = all.replacen(leader, "0x000nam a2200000 a 4500", 1);
    for text in [format!("junk\n{all}"), format!("<xml>\n{all}"), format!("***\n{all}"), damaged] {
        let (found, rules) = titles(None, text.as_bytes());
        assert_eq!(kartoteka::detect(text.as_bytes(), None).unwrap().format, Format::Line, "{text}");
        assert_eq!(found.last().unwrap(), "Reed 6", "{text}");
        assert!(!rules.is_empty());
    }
    // Records that end where they should outweigh a line of text.
    let record = |number: u8| {
        let data = format!("n{number}\u{1E}10\u{1F}aReed {number}\u{1E}\u{1D}");
        format!("{:05}nam a2200049 a 4500001000300000245001100003\u{1E}{data}", 49 + data.len())
    };
    let all: String = (1..=6).map(record).collect();
    assert_eq!(titles(None, all.as_bytes()).1, [""; 0]);
    for before in ["LEADER \n", "=LDR\n", "#1: x\n", "!ID 1\n", "000000001 LDR   L x\n"] {
        let text = format!("{before}{all}");
        let (found, rules) = titles(None, text.as_bytes());
        assert_eq!(found.len(), 6, "{before}");
        assert!(rules.contains(&"B017"), "{before}: {rules:?}");
    }
}

#[test]
fn displays_keep_apart_what_a_blank_line_separates() {
    let leader = "LEADER 00000nam a2200000 a 4500";
    let plain = format!(
        "{leader}\n001    a1\n245 10 |aMire|ctail\n\n--- junk ---\n{leader}\n001    a2\n245 10 |aPool\n\n"
    );
    for text in [plain.clone(), plain.replace('\n', "\r")] {
        let (found, _) = titles(Some(Format::Display), text.as_bytes());
        assert_eq!(found, ["Mire", "Pool"], "{text:?}");
        assert!(
            read(Format::Display, text.as_bytes())[0].0.contains(&"245 [10] $a Mire $c tail".to_owned()),
            "{text:?}"
        );
    }
    let text =
        format!("{leader}\n001    a1\n100 1  |aNye\n245 10 |aMire\n\n    xxu   000 0 eng d\n245 10 |aPool\n");
    let records = read(Format::Display, text.as_bytes());
    assert!(records[0].0.contains(&"245 [10] $a Mire".to_owned()), "{records:?}");
    // Nothing recognized is an error.
    for format in [Format::Display, Format::Microlif] {
        let (found, rules) = titles(Some(format), b"nothing of the sort at all\n");
        assert!(found.is_empty() && rules.contains(&"B017"), "{format}: {rules:?}");
    }
}

#[test]
fn damaged_heads_of_aleph_lines_stay_out_of_the_record_before() {
    let record = |number: u8| {
        format!(
            "00000000{number} LDR   L 00000nam^a2200000^a^4500\n00000000{number} 24510 L $$aCove {number}\n\
                 00000000{number} 500   L $$aA note\n00000000{number} 650 0 L $$aSand\n"
        )
    };
    for head in
        ["0 0000002 LDR   L ", ">00000002 LDR   L ", "000000002 LD\u{1A}   L ", "\u{0}00000002 LDR   L "]
    {
        let second = record(2).replacen("000000002 LDR   L ", head, 1);
        let text = format!("{}{second}{}", record(1), record(3));
        let (found, rules) = titles(Some(Format::Aleph), text.as_bytes());
        assert_eq!(found, ["Cove 1", "Cove 2", "Cove 3"], "{rules:?}: {text}");
    }
}

#[test]
fn a_record_of_json_that_is_cut_anywhere_costs_itself() {
    let record = |number: u8| {
        format!(
            r#"{{"leader":"00000nam a2200000 a 4500","fields":[{{"001":"{number}"}},{{"245":{{"ind1":"0","ind2":"0","subfields":[{{"a":"Fjord {number}"}}]}}}}]}}"#
        )
    };
    let whole = record(2);
    for cut in 1..whole.len() {
        let text = format!("{}\n{}{}\n{}\n", record(1), &whole[..cut], record(3), record(4));
        let (found, rules) = titles(Some(Format::Ndjson), text.as_bytes());
        let others: Vec<_> = found.iter().filter(|title| !title.contains('2') && !title.is_empty()).collect();
        assert_eq!(others, ["Fjord 1", "Fjord 3", "Fjord 4"], "{cut}: {rules:?} {}", &whole[..cut]);
        assert!(!rules.is_empty());
        let text = format!("[\n{},\n{}\n{},\n{}\n]\n", record(1), &whole[..cut], record(3), record(4));
        let (found, rules) = titles(Some(Format::Json), text.as_bytes());
        let others: Vec<_> = found.iter().filter(|title| !title.contains('2') && !title.is_empty()).collect();
        assert_eq!(others, ["Fjord 1", "Fjord 3", "Fjord 4"], "array, {cut}: {rules:?} {}", &whole[..cut]);
    }
}

#[test]
fn a_value_of_an_id_file_may_hold_what_begins_records() {
    let text = b"!ID 000001\n!v245!^aread !ID 000005 here\n!ID 000002\n!v245!^aTwo\n";
    let (found, rules) = titles(Some(Format::CisisId), text);
    assert_eq!((found, rules), (vec!["read !ID 000005 here".to_owned(), "Two".to_owned()], vec![]));
}

#[test]
fn text_between_records_of_xml_is_reported() {
    let text = marcxml(&["Salt", "Peat"], ["", "Some words.\n", ""]);
    let (found, rules) = titles(None, text.as_bytes());
    assert_eq!((found.len(), rules), (2, vec!["B070"]));
}

#[test]
fn a_record_of_isis_whose_leader_says_so_keeps_its_form() {
    let iso = isis_iso(&[&["^aDune^bSand", "head text"]], '\u{1E}', '\u{1D}');
    let through = |data: &[u8], from: Format, to: Format| {
        let mut out = Vec::new();
        let mut writer = kartoteka::writer(to, &mut out, &kartoteka::WriteOptions::new()).unwrap();
        let _ = kartoteka::copy(&mut reader(data, Some(from), &ReadOptions::new()).unwrap(), &mut writer)
            .unwrap();
        drop(writer);
        out
    };
    let json = through(iso.as_bytes(), Format::Iso2709, Format::Ndjson);
    assert_eq!(through(&json, Format::Ndjson, Format::Iso2709), iso.as_bytes());
}

#[test]
fn a_field_before_the_first_record_is_told_in_each_xml_form() {
    for (format, field, record) in [
        (
            "marcxml",
            "<datafield tag='260' ind1=' ' ind2=' '><subfield code='a'>Şuşa</subfield></datafield>",
            "<record><leader>00000nam a2200000 i 4500</leader><controlfield tag='001'>q1</controlfield></record>",
        ),
        (
            "turbomarc",
            "<d260 i1=' ' i2=' '><sa>Şuşa</sa></d260>",
            "<r><l>00000nam a2200000 i 4500</l><c001>q1</c001></r>",
        ),
        (
            "oai-marc",
            "<varfield id='260' i1=' ' i2=' '><subfield label='a'>Şuşa</subfield></varfield>",
            "<oai_marc><fixfield id='1'>q1</fixfield></oai_marc>",
        ),
    ] {
        let data = format!("{field}{record}");
        let records = read(Format::from_name(format).unwrap(), data.as_bytes());
        assert_eq!(records.len(), 1, "{format}: {records:?}");
        assert!(records[0].1.contains(&"B071"), "{format}: {records:?}");
        let subfield = &field[field.find("><").unwrap() + 1..field.rfind("</").unwrap()];
        let records = read(Format::from_name(format).unwrap(), format!("{subfield}{record}").as_bytes());
        assert_eq!(records[0].1.contains(&"B071"), format != "turbomarc", "{format}: {records:?}");
        let mut foreign = data.replace("d260", "date").replace("subfield", "part");
        foreign = foreign.replace("varfield", "note").replace("datafield", "note");
        let records = read(Format::from_name(format).unwrap(), foreign.as_bytes());
        assert!(!records[0].1.contains(&"B071"), "{format}: {records:?}");
    }
}

#[test]
fn records_of_the_server_without_their_number_are_told_and_do_not_merge_when_they_are_written() {
    let data = b"11#0\r\n0#1\r\n200#^Adastan\r\n0#3\r\n200#^Ahekaya\r\n17#0\r\n0#1\r\n200#^Aroman\r\n";
    let format = Format::from_name("irbis-server").unwrap();
    let records = read(format, data);
    let values: Vec<&str> = records.iter().map(|(lines, _)| lines[0].as_str()).collect();
    assert_eq!(values, ["200 [] $A dastan", "200 [] $A hekaya", "200 [] $A roman"]);
    let rules: Vec<&[&str]> = records.iter().map(|(_, rules)| rules.as_slice()).collect();
    assert_eq!(rules, [&[][..], &["B050"], &[]]);

    let mut reader = reader(&data[..], Some(format), &ReadOptions::new()).unwrap();
    let mut written = Vec::new();
    let mut writer = kartoteka::writer(format, &mut written, &kartoteka::WriteOptions::new()).unwrap();
    let mut record = Record::new();
    while reader.read_record(&mut record).unwrap() {
        writer.write(&record).unwrap();
    }
    writer.finish().unwrap();
    drop(writer);
    let again = read(format, &written);
    let values_again: Vec<&str> = again.iter().map(|(lines, _)| lines[0].as_str()).collect();
    assert_eq!(values_again, values, "{}", written.escape_ascii());
}

/// What a writer of the format makes of records, and the rules of its findings.
fn written(format: Format, records: &[Record]) -> (Vec<u8>, Vec<&'static str>) {
    let (mut out, mut rules) = (Vec::new(), Vec::new());
    let mut writer = kartoteka::writer(format, &mut out, &kartoteka::WriteOptions::new()).unwrap();
    for record in records {
        match writer.write(record) {
            Ok(()) => rules.extend(writer.findings().iter().map(|finding| finding.rule.id())),
            Err(error) => rules.extend(error.finding().map(|finding| finding.rule.id())),
        }
    }
    writer.finish().unwrap();
    drop(writer);
    (out, rules)
}

#[test]
fn asterisks_at_the_end_of_a_line_end_a_record_only_where_another_begins() {
    // The line end before the asterisks was lost.
    let text =
        b"#903: A1\n#200: ^Aoasis*****\n#903: A2\n#200: ^Awadi\n*****\n#903: A3\n#200: ^Alagoon*******";
    let records = read(Format::IrbisText, text);
    let values: Vec<&[String]> = records.iter().map(|(lines, _)| lines.as_slice()).collect();
    let expected = ["oasis", "wadi", "lagoon"].map(|value| format!("200 [] $A {value}")).map(|line| [line]);
    assert_eq!(values.len(), 3, "{records:?}");
    for (value, expected) in values.iter().zip(&expected) {
        assert_eq!(value[1..], *expected);
    }
    let rules: Vec<&[&str]> = records.iter().map(|(_, rules)| rules.as_slice()).collect();
    assert_eq!(rules, [&["B052"][..], &[], &["B052", "B052"]]);

    // Fields of one tag at the start of a record.
    let text =
        b"#10: four stars****\n#10: five stars*****\n#10: *****\n#200: ^Ahotels*****\n#300: note\n*****\n";
    let records = read(Format::IrbisText, text);
    let expected = [
        "010 [] four stars****",
        "010 [] five stars*****",
        "010 [] *****",
        "200 [] $A hotels*****",
        "300 [] note",
    ];
    assert_eq!(records, [(expected.map(str::to_owned).to_vec(), vec![])]);

    // Written, so that they end nothing.
    let record = kartoteka::Builder::new(kartoteka::Syntax::IRBIS)
        .field("903", |field| field.lead("A1"))
        .field("200", |field| field.subfield('A', "oasis*****"))
        .field("903", |field| field.lead("A2"))
        .build()
        .unwrap();
    let (refused, rules) = written(Format::IrbisText, std::slice::from_ref(&record));
    assert_eq!((refused.as_slice(), rules), (&b""[..], vec!["W001"]));
    let mut out = Vec::new();
    let options = kartoteka::WriteOptions::new().illegal_characters(kartoteka::IllegalCharacters::Replace);
    let mut writer = kartoteka::writer(Format::IrbisText, &mut out, &options).unwrap();
    writer.write(&record).unwrap();
    assert_eq!(writer.findings().len(), 1);
    writer.finish().unwrap();
    drop(writer);
    assert_eq!(
        out.escape_ascii().to_string(),
        "#903: A1\\r\\n#200: ^Aoasis***** \\r\\n#903: A2\\r\\n*****\\r\\n"
    );
    assert_eq!(read(Format::IrbisText, &out).len(), 1);
}

#[test]
fn a_record_whose_lengths_fit_as_it_is_has_no_lines_to_join() {
    // Line ends in values, as many bytes as blanks would put back: of one indicator and of none.
    for (indicators, tag, value) in [
        (
            '1',
            "331",
            "1 The heath\r\nand the bog, a walk of three days over land that nobody owns\r\nsince the flood",
        ),
        ('0', "200", "^aThe heath\r\nand the bog, a walk of three days over land that nobody owns\r\nsince"),
    ] {
        for pad in 0..90 {
            let value = format!("{value}{}", "x".repeat(pad));
            let data = format!("{value}\u{1E}\u{1D}");
            let record = format!(
                "{:05}nam {indicators}200037   4500{tag}{:04}00000\u{1E}{data}",
                37 + data.len(),
                value.len() + 1
            );
            let mut reader = reader(record.as_bytes(), Some(Format::Iso2709), &ReadOptions::new()).unwrap();
            let mut read = Record::new();
            assert!(reader.read_record(&mut read).unwrap());
            let field = read.fields().next().unwrap();
            assert_eq!(field.raw(), value.as_bytes(), "{pad}: {:?}", reader.findings());
            assert!(!reader.findings().iter().any(|finding| finding.rule.id() == "B028"), "{pad}");
        }
    }
}

#[test]
fn a_slash_that_got_into_a_tag_costs_nothing() {
    for (format, text) in [
        (
            "marcxml",
            "<collection><record><leader>00000nam a2200000 i 4500</leader><controlfield tag='001'>s1</controlfield>\
             <datafield tag='245' ind1='0' ind2='0'><subfield code='a'>Delta</subfield></datafield></record></collection>",
        ),
        (
            "turbomarc",
            "<collection><r><l>00000nam a2200000 i 4500</l><c001>s1</c001><d245 i1='0' i2='0'><sa>Delta</sa></d245></r>\
             </collection>",
        ),
        (
            "oai-marc",
            "<oai_marc><fixfield id='1'>s1</fixfield><varfield id='245' i1='0' i2='0'><subfield label='a'>Delta\
             </subfield></varfield></oai_marc>",
        ),
    ] {
        let format = Format::from_name(format).unwrap();
        let (whole, _) = titles(Some(format), text.as_bytes());
        assert_eq!(whole, ["Delta"]);
        let names =
            ["<record", "<r", "<oai_marc", "<datafield", "<d245", "<varfield", "<subfield", "<sa", "<leader"];
        for name in names
            .iter()
            .filter(|name| text.contains(&format!("{name}>")) || text.contains(&format!("{name} ")))
        {
            for slip in ["/", "/x"] {
                let at =
                    text.find(&format!("{name}>")).or(text.find(&format!("{name} "))).unwrap() + name.len();
                let damaged = format!("{}{slip} {}", &text[..at], &text[at..]);
                let (found, rules) = titles(Some(format), damaged.as_bytes());
                assert_eq!(found, ["Delta"], "{damaged}: {rules:?}");
                assert!(rules.contains(&"B070"), "{damaged}: {rules:?}");
            }
        }
    }
}

#[test]
fn what_is_around_a_list_of_records_is_told_where_its_brackets_do_not_fit() {
    let record = |title: &str| {
        format!(
            r#"{{"leader":"00000nam a2200000 a 4500","fields":[{{"245":{{"ind1":"0","ind2":"0","subfields":[{{"a":"{title}"}}]}}}}]}}"#
        )
    };
    let (cape, reef) = (record("Cape"), record("Reef"));
    let sound = format!(
        r#"{{"took":[1,[2]],"hits":[{{"x":{{}},"records":[{cape}],"n":[]}},{{"records":[{reef}]}}],"z":"]}}"}}"#
    );
    assert_eq!(titles(Some(Format::Json), sound.as_bytes()), (vec!["Cape".into(), "Reef".into()], vec![]));
    for text in [
        format!(r#"{{"hits":[{{"records":[{cape}]}}}},{reef},{{"5 "x"}}, {{"001": "y"}}]}}"#),
        format!(r#"{{"hits":[{{"records":[{cape}]]}},{reef}]}}"#),
        format!(r#"{{"records":[{cape}],"note":"x,"list":[{reef}]}}"#),
        format!(r#"{{"records":[{cape}],"note":{{"list":"#),
    ] {
        let (found, rules) = titles(Some(Format::Json), text.as_bytes());
        assert_eq!(found[0], "Cape", "{text}");
        let note = text.contains("note");
        assert!(note || found.contains(&"Reef".to_owned()), "{found:?}: {text}");
        assert!(rules.contains(&"B060"), "{rules:?}: {text}");
    }
}

#[test]
fn sections_without_end_are_the_same_in_pieces_of_any_size() {
    let record = "<record><leader>00000nam a2200000 a 4500</leader><controlfield tag=\"001\">u</controlfield></record>";
    let piece = "<![CDATA[<collection xmlns=\"http://www.loc.gov/MARC21/slim>";
    let other = "<![CDATA[<record type='Authority><leader>x";
    for (piece, count) in [(piece, 3), (piece, 30), (other, 3), (other, 40)] {
        let text = format!("<recordData>{}<![CDATA[{record}]]></recordData>", piece.repeat(count));
        let all = |size: usize| {
            let pieces = Pieces(text.as_bytes(), size);
            let mut reader = reader(pieces, Some(Format::Marcxml), &ReadOptions::new()).unwrap();
            let (mut found, mut record) = (Vec::new(), Record::new());
            while reader.read_record(&mut record).unwrap_or(true) {
                found.push((record.clone(), reader.findings().to_vec()));
                assert!(found.len() < 99);
            }
            (found, reader.findings().to_vec())
        };
        let whole = all(usize::MAX);
        for size in [1, 7, 64, 500, 600] {
            assert!(all(size) == whole, "{size} bytes at a time: {text}");
        }
        assert!(whole.0.iter().any(|(record, _)| record.field("001").is_some()), "{text}");
    }
}

/// Gives at most so many bytes at a time.
struct Pieces<'a>(&'a [u8], usize);

impl std::io::Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let len = self.1.min(buffer.len()).min(self.0.len());
        buffer[..len].copy_from_slice(&self.0[..len]);
        self.0 = &self.0[len..];
        Ok(len)
    }
}

#[test]
fn an_instruction_without_a_name_or_an_end_hides_nothing() {
    for (title, between) in [
        (["Salt", "Peat", "Loam"], ["<?>\n", "", "<?end of may?>"]),
        (["Salt", "Peat", "Loam"], ["<? print", "<?sort by=\"date\"?>", ""]),
        (["Salt", "Peat", "Loam"], ["<?print now>", "", "<?sort?>"]),
        (["Salt<? ", "Peat", "Loam<?sort?>"], ["", "", ""]),
        (["Salt<?print ", "Peat", "Loam<?sort?>"], ["", "", ""]),
        (["Salt<?print </subfield><subfield code='b'>x<?sort?>", "Peat", "Loam"], ["", "", ""]),
    ] {
        let text = marcxml(&title, between);
        let (found, rules) = titles(None, text.as_bytes());
        assert_eq!(found.len(), 3, "{rules:?}: {text}");
        for (found, title) in found.iter().zip(["Salt", "Peat", "Loam"]) {
            assert!(found.contains(title), "{found}: {text}");
        }
        assert!(rules.contains(&"B070"), "{rules:?}: {text}");
    }
    let text = marcxml(&["Salt<?print now?>", "Peat", "Loam"], ["<?a b=\"<c>\"?>", "<?d?>", "<?e f??>"]);
    assert_eq!(titles(None, text.as_bytes()), (vec!["Salt".into(), "Peat".into(), "Loam".into()], vec![]));
}

/// Records of the text forms of IRBIS, with these numbers.
fn irbis(format: Format, numbers: std::ops::RangeInclusive<u32>) -> Vec<String> {
    let one = |n: u32| match format.name() {
        "irbis-text" => format!("#920: PAZK\n#200: ^Alagoon {n}\n#700: ^AOduya{n}\n#10: ^A5-{n}\n*****\n"),
        "cisis-id" => {
            format!("!ID {n:06}\n!v920!PAZK\n!v200!^Alagoon {n}\n!v700!^AOduya{n}\n!v010!^A5-{n}\n")
        }
        _ => format!("{n}#0\n0#1\n920#PAZK\n200#^Alagoon {n}\n700#^AOduya{n}\n10#^A5-{n}\n"),
    };
    numbers.map(one).collect()
}

/// The records that are whole: the numbers in their titles.
fn whole(format: Format, text: &str, all: &[String]) -> Vec<usize> {
    let sound = |text: &str| -> Vec<Vec<String>> {
        read(format, text.as_bytes()).into_iter().map(|(lines, _)| lines).collect()
    };
    let found = sound(text);
    let is_there = |number: &usize| found.contains(&sound(&all[*number])[0]);
    (0..all.len()).filter(is_there).collect()
}

#[test]
fn a_record_of_irbis_whose_first_lines_are_damaged_costs_itself() {
    for (format, damages) in [
        (
            Format::CisisId,
            &[
                ("!ID 000003\n!v920!", "!XD 000003\n!v9z0!"),
                ("!ID 000003\n!v920!", "~ID 000003\n!v902!"),
                ("!ID 000003\n!v920!PAZK\n", " ID 000003!v92"),
            ][..],
        ),
        (
            Format::IrbisServer,
            &[
                ("3#0\n0#1\n920#PAZK\n200#^A", "3#0\n200#^A"),
                ("3#0\n0#1\n920#PAZK\n200#^A", "3#0\n00#^A"),
                ("3#0\n0#1\n920#PAZK\n200#^A", "ZK\n200#^A"),
                ("3#0\n0#1\n920#PAZK\n", "920#PAZK\n"),
            ],
        ),
    ] {
        let all = irbis(format, 1..=5);
        let text = all.concat();
        assert_eq!(whole(format, &text, &all), [0, 1, 2, 3, 4], "{format}");
        for (sound, damaged) in damages {
            let text = text.replacen(sound, damaged, 1);
            let found = whole(format, &text, &all);
            assert!([0, 1, 3, 4].iter().all(|number| found.contains(number)), "{found:?}: {text}");
            assert_eq!(read(format, text.as_bytes()).len(), 5, "{text}");
            let (_, rules) = titles(Some(format), text.as_bytes());
            assert!(rules.contains(&"B052"), "{rules:?}: {text}");
        }
    }
    // The line of asterisks, and the line after it.
    let all = irbis(Format::IrbisText, 1..=5);
    for damaged in ["**?**\n#9x0: PAZK", "xx\n920: PAZK", " ***\n#920; PAZK"] {
        let text = format!("{}{}", all[..2].concat(), all[2..].concat());
        let at = text.match_indices("*****\n#920: PAZK").nth(1).unwrap().0;
        let text = format!("{}{damaged}{}", &text[..at], &text[at + 16..]);
        let found = whole(Format::IrbisText, &text, &all);
        assert!([0, 3, 4].iter().all(|number| found.contains(number)), "{found:?}: {text}");
        assert_eq!(read(Format::IrbisText, text.as_bytes()).len(), 5, "{text}");
    }
}

#[test]
fn a_record_of_irbis_cut_behind_its_first_line_does_not_merge() {
    let all = irbis(Format::IrbisText, 1..=4);
    let text = format!("{}#920: PAZK\n{}", all[0], all[1..].concat());
    let records = read(Format::IrbisText, text.as_bytes());
    assert_eq!(records.len(), 5, "{records:?}");
    assert_eq!((records[1].0.len(), records[2].0.len()), (1, 4), "{records:?}");
    assert!(records[1].1.contains(&"B052"), "{records:?}");
    // A field that a record may have more than once.
    let text = "#10: a\n#200: ^Ab\n#300: c\n*****\n#10: d\n#10: e\n#200: ^Af\n#300: g\n*****\n";
    assert_eq!(read(Format::IrbisText, text.as_bytes()).len(), 2);
}

#[test]
fn a_leader_of_lines_with_a_damaged_label_begins_its_record() {
    let record = |number: u8, label: &str| {
        format!(
            "{label}00000nam a2200000 a 4500\n=001  {number}\n=245  10$aHay {number}\n=650  \\0$aMeadows\n"
        )
    };
    for label in ["=LXR  ", "LDR  ", "=LDR ", "~LDR  ", "=  "] {
        for end in ["\n", "\n\n", "\r\n\r\n"] {
            let text = (record(1, "=LDR  ") + &record(2, label) + &record(3, "=LDR  ")).replace('\n', end);
            let records = read(Format::Mrk, text.as_bytes());
            let sound = |number: usize| {
                [
                    "LDR 00000nam a2200000 a 4500".to_owned(),
                    format!("001 {number}"),
                    format!("245 [10] $a Hay {number}"),
                    "650 [ 0] $a Meadows".to_owned(),
                ]
            };
            assert_eq!(records.len(), 3, "{text:?}");
            for (at, (lines, _)) in records.iter().enumerate() {
                assert_eq!(lines[..], sound(at + 1), "{text:?}");
            }
        }
    }
}

#[test]
fn the_mark_of_utf_16_before_other_text_is_passed_over() {
    let iso = "00065nam a2200049 a 4500001000300000245001100003\u{1E}n1\u{1E}10\u{1F}aReed 1\u{1E}\u{1D}";
    let xml = marcxml(&["Salt"], ["", "", ""]);
    let json = r#"{"leader":"00000nam a2200000 a 4500","fields":[{"245":{"ind1":"0","ind2":"0","subfields":[{"a":"Salt"}]}}]}"#;
    let mrk = "=LDR  00000nam a2200000 a 4500\n=245  10$aSalt\n";
    let line = "00000nam a2200000 a 4500\n001 1\n245 10 $a Salt\n";
    let [text, id, server] =
        [Format::IrbisText, Format::CisisId, Format::IrbisServer].map(|format| irbis(format, 1..=2).concat());
    for (format, text) in [
        (Format::Iso2709, iso),
        (Format::Marcxml, &xml),
        (Format::Ndjson, &format!("{json}\n{json}\n")),
        (Format::Json, &format!("[{json}]")),
        (Format::Mrk, mrk),
        (Format::Line, line),
        (Format::IrbisText, &text),
        (Format::CisisId, &id),
        (Format::IrbisServer, &server),
    ] {
        let plain = read(format, text.as_bytes());
        for mark in [b"\xFF\xFE", b"\xFE\xFF"] {
            let data = [&mark[..], text.as_bytes()].concat();
            assert_eq!(kartoteka::detect(&data, None).unwrap().format, format);
            let records = read(format, &data);
            let lines = |records: &[(Vec<String>, Vec<&str>)]| -> Vec<Vec<String>> {
                records.iter().map(|(lines, _)| lines.clone()).collect()
            };
            assert_eq!(lines(&records), lines(&plain), "{format}");
            let rule = if format == Format::Iso2709 { "B017" } else { "B016" };
            assert!(records[0].1.contains(&rule), "{format}: {records:?}");
        }
    }
    // What is in UTF-16 is read so.
    for wide in [mrk.encode_utf16().collect::<Vec<u16>>(), "中文\n".encode_utf16().collect()] {
        let data: Vec<u8> = [0xFEFF].iter().chain(&wide).flat_map(|unit| unit.to_le_bytes()).collect();
        let expected = wide.len() > 5;
        let found = kartoteka::detect(&data, None).map(|found| found.format);
        assert_eq!(found.ok(), expected.then_some(Format::Mrk));
    }
}

#[test]
fn a_document_on_one_line_that_begins_anywhere_is_recognized() {
    let xml = marcxml(&["Salt", "Peat", "Loam"], ["", "", ""]).replace('\n', "");
    let json: Vec<String> = ["Salt", "Peat", "Loam"]
        .iter()
        .map(|title| {
            format!(
                r#"{{"leader":"00000nam a2200000 a 4500","fields":[{{"245":{{"ind1":"0","ind2":"0","subfields":[{{"a":"{title}"}}]}}}}]}}"#
            )
        })
        .collect();
    let json = format!("[{}]", json.join(","));
    for (format, text, last) in [(Format::Marcxml, &xml, 230), (Format::Json, &json, 100)] {
        for cut in 1..last {
            let text = &text[cut..];
            let found = kartoteka::detect(text.as_bytes(), None);
            let found = found.unwrap_or_else(|error| panic!("{error}: {text}"));
            assert_eq!(found.format, format, "{text}: {}", found.reason);
            let (found, rules) = titles(None, text.as_bytes());
            assert!(found.ends_with(&["Peat".to_owned(), "Loam".to_owned()]), "{found:?}: {text}");
            assert!(!rules.is_empty(), "{text}");
        }
    }
}

#[test]
fn the_delimiter_of_marc_in_fields_of_irbis_is_told() {
    for (format, text) in [
        (Format::IrbisText, "#920: PAZK\n#200: ^Areed\u{1F}Enotes\n#300: \u{1F}\n*****\n#920: X\n*****\n"),
        (Format::CisisId, "!ID 000001\n!v200!^areed\u{1F}bnotes\n!v300!a\u{1F}\n!ID 000002\n!v300!c\n"),
    ] {
        let rules: Vec<Vec<&str>> =
            read(format, text.as_bytes()).into_iter().map(|(_, rules)| rules).collect();
        assert_eq!(rules, [vec!["B014", "B014"], vec![]], "{format}");
    }
}

#[test]
fn an_element_between_the_records_of_a_collection_is_told_once() {
    let note = "<note>of <b>May</b></note>";
    let text = marcxml(&["Salt", "Peat", "Loam"], ["", note, note]);
    let (found, rules) = titles(None, text.as_bytes());
    assert_eq!((found.len(), rules), (3, vec!["B071"]));
    // Elements that hold the records, and those before the first, are another document's.
    let text = marcxml(&["Salt", "Peat", "Loam"], [note, "", ""])
        .replace("<record>", "<item><id>1</id><record>")
        .replace("</record>", "</record></item>");
    assert_eq!(titles(None, text.as_bytes()), (vec!["Salt".into(), "Peat".into(), "Loam".into()], vec![]));
}

#[test]
fn a_long_first_record_does_not_hide_that_marc_is_kept_in_fields() {
    let record = |number: u32, len: usize| {
        let note = "water ".repeat(len);
        format!(
            "!ID {number:06}\n!v3005!n\n!v3006!a\n!v3007!m\n!v245!10^aLock {number}^cVoss^d2\n!v500!  ^a{note}\n"
        )
    };
    for first in [1, 11_000, 60_000] {
        let text = record(1, first) + &(2..9).map(|number| record(number, 1)).collect::<String>();
        let records = read(Format::CisisId, text.as_bytes());
        assert_eq!(records.len(), 8);
        for (lines, _) in &records {
            assert!(
                lines[0].starts_with("LDR ") && lines[1].starts_with("245 [10] $a Lock"),
                "{first}: {lines:?}"
            );
        }
    }
}

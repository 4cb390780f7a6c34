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

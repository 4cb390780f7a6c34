//! What is written, and what is refused.

use super::*;
use crate::format::iso2709;
use crate::format::iso2709::rules::{DIRECTORY_UNORDERED, OVERSIZE};
use crate::io::{ReadOptions, RecordRead, RecordWrite};
use crate::iso2709::Writer;
use crate::record::{FieldBuf, Record, Syntax};
use crate::tag::Tag;

fn written(record: &Record, options: &WriteOptions) -> Result<Vec<u8>> {
    let mut writer = Writer::new(Vec::new(), options);
    writer.write_record(record.view())?;
    writer.finish()?;
    Ok(writer.into_inner())
}

#[test]
fn digits_of_all_numbers_that_can_be_said() {
    for number in 0..=MAX_RECORD {
        let digits = format!("{number:05}");
        assert_eq!(five_digits(number), digits.as_bytes());
        assert_eq!(four_digits(number), digits.as_bytes()[1..]);
    }
}

fn code(result: Result<Vec<u8>>) -> Option<Rule> {
    result.err().and_then(|error| error.rule())
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let options = WriteOptions::new();
    let field = |value: &str| Record::builder().data_field("520", "  ", [('a', value)]).build().unwrap();
    let longest = "x".repeat(9_994);
    assert!(written(&field(&longest), &options).is_ok());
    assert_eq!(code(written(&field(&format!("{longest}x")), &options)), Some(RECORD_TOO_LONG));
    assert_eq!(code(written(&field("a\u{1E}b"), &options)), Some(CHARACTER_NOT_ALLOWED));
    let mut many = Record::builder();
    for _ in 0..11 {
        many = many.data_field("520", "  ", [('a', longest.as_str())]);
    }
    assert_eq!(code(written(&many.build().unwrap(), &options)), Some(RECORD_TOO_LONG));
}

/// A record of `count` notes of `len` bytes each, indicators, delimiter, code and terminator included.
fn long(count: usize, len: usize) -> Record {
    let mut record = Record::builder().control_field("001", "kart0001").build().unwrap();
    for number in 0..count {
        let value = format!("{number:03}{}", "x".repeat(len - 8));
        let field = FieldBuf::new(Syntax::MARC, Tag::new(*b"500"), |field| field.subfield('a', &value));
        record.insert_field(usize::MAX, &field.unwrap()).unwrap();
    }
    record
}

fn read(bytes: &[u8]) -> (Vec<Record>, Vec<Rule>) {
    let mut reader = iso2709::SliceReader::new(bytes, &ReadOptions::new());
    let (mut records, mut codes) = (Vec::new(), Vec::new());
    let mut record = Record::new();
    while reader.read_record(&mut record).unwrap() {
        codes.extend(reader.findings().iter().map(|finding| finding.rule));
        records.push(record.clone());
    }
    (records, codes)
}

#[test]
fn too_long_capped_or_zeroed() {
    for (policy, record_digits, field_digits) in
        [(Oversize::Cap, "99999", "9999"), (Oversize::Zero, "00000", "0000")]
    {
        let options = WriteOptions::new().oversize(policy);
        let record = long(1, 12_005);
        let bytes = written(&record, &options).unwrap();
        let head = format!("12064nam a2200049   4500001000900000500{field_digits}00009\x1e");
        assert!(bytes.starts_with(head.as_bytes()), "{}", bytes[..60].escape_ascii());
        assert_eq!(read(&bytes), (vec![record], vec![OVERSIZE]));
        let record = long(13, 9_999);
        let bytes = written(&record, &options).unwrap();
        assert!(bytes.starts_with(format!("{record_digits}nam a2200193   4500").as_bytes()));
        // The tenth note ends at 9 + 10 * 9,999: the twelfth begins past what five digits can say.
        let entry = |number: usize| std::str::from_utf8(&bytes[24 + number * 12..][..12]).unwrap();
        assert_eq!(entry(11), "500999999999");
        assert_eq!(entry(12), format!("5009999{record_digits}"));
        assert_eq!(read(&bytes).0, [record]);
    }
}

#[test]
fn more_entries_than_a_base_address_can_say() {
    let record = long(9_000, 9);
    for policy in [Oversize::Cap, Oversize::Zero] {
        let bytes = written(&record, &WriteOptions::new().oversize(policy)).unwrap();
        assert_eq!(read(&bytes).0, std::slice::from_ref(&record));
    }
    assert_eq!(code(written(&record, &WriteOptions::new())), Some(RECORD_TOO_LONG));
}

#[test]
fn too_long_in_parts() {
    let record = long(25, 9_999);
    let mut writer = Writer::new(Vec::new(), &WriteOptions::new().oversize(Oversize::Split));
    writer.write_record(record.view()).unwrap();
    writer.finish().unwrap();
    assert_eq!(
        writer.findings()[0].to_string(),
        "error[W003] record 1 (byte 0): the record does not fit into 99999 bytes: 3 parts; split"
    );
    let bytes = writer.into_inner();
    let (parts, codes) = read(&bytes);
    assert_eq!(codes, []);
    assert_eq!(parts.iter().map(|part| part.fields().len()).collect::<Vec<_>>(), [10, 10, 8]);
    assert!(parts.iter().all(|part| part.field(1).unwrap().raw() == b"kart0001"));
    let notes: Vec<_> =
        parts.iter().flat_map(|part| part.fields_with("500")).map(|field| field.raw().to_vec()).collect();
    let expected: Vec<_> = record.fields_with("500").map(|field| field.raw().to_vec()).collect();
    assert_eq!(notes, expected);
    // A field has no parts.
    let options = WriteOptions::new().oversize(Oversize::Split);
    assert_eq!(code(written(&long(1, 12_005), &options)), Some(RECORD_TOO_LONG));
    assert_eq!(
        written(&long(1, 99), &options).unwrap(),
        written(&long(1, 99), &WriteOptions::new()).unwrap()
    );
}

#[test]
fn characters_that_end_a_field_by_policy() {
    let record = |value: &[u8]| {
        let mut record = Record::builder()
            .control_field("001", "k")
            .data_field("500", "  ", [('a', ""); 0])
            .build()
            .unwrap();
        let mut body = b"k  \x1fa".to_vec();
        body.extend_from_slice(value);
        let end = body.len() as u32;
        record.set_text(std::str::from_utf8(&body).unwrap());
        let slots = record.slots_mut();
        *slots = vec![crate::record::Slot::new(Tag::new(*b"001"), 0, 1, true)];
        slots.push(crate::record::Slot::new(Tag::new(*b"500"), 1, end, false));
        record
    };
    let value = |record: &Record, policy| {
        let bytes = written(record, &WriteOptions::new().illegal_characters(policy)).unwrap();
        read(&bytes).0[0].field(500).unwrap().subfield('a').unwrap().to_string()
    };
    for byte in ["\x1d", "\x1e", "\0"] {
        let record = record(format!("one{byte}two").as_bytes());
        assert_eq!(code(written(&record, &WriteOptions::new())), Some(CHARACTER_NOT_ALLOWED));
        assert_eq!(value(&record, IllegalCharacters::Drop), "onetwo");
        assert_eq!(value(&record, IllegalCharacters::Replace), "one\u{FFFD}two");
    }
    // What harms nobody goes only where cleaning is asked for.
    let record = record(b"one\x07\x7f\ttwo");
    assert_eq!(value(&record, IllegalCharacters::Error), "one\x07\x7f\ttwo");
    assert_eq!(value(&record, IllegalCharacters::Drop), "one\ttwo");
    let mut latin = record.clone();
    latin.transcode(Charset::Windows1252, crate::Policy::Strict).unwrap();
    assert_eq!(value(&latin, IllegalCharacters::Replace), "one  \ttwo");
}

#[test]
fn a_delimiter_in_a_control_field() {
    // Eight records of the Library of Congress have one at the end of 001.
    let bytes = b"00048nam a2200037   4500001001000000\x1ekart0001\x1f\x1e\x1d";
    let (records, _) = read(bytes);
    assert_eq!(written(&records[0], &WriteOptions::new()).unwrap(), bytes);
    let mut edited = records[0].clone();
    edited.set_leader(Some(Leader::default()));
    assert_eq!(written(&edited, &WriteOptions::new()).unwrap(), bytes);
    let options = WriteOptions::new().illegal_characters(IllegalCharacters::Drop);
    let cleaned = b"00047nam a2200037   4500001000900000\x1ekart0001\x1e\x1d";
    assert_eq!(written(&records[0], &options).unwrap(), cleaned);
    assert_eq!(written(&edited, &options).unwrap(), cleaned);
}

#[test]
fn the_leader_set_or_kept() {
    let record = |leader: &str, tag: &str| {
        let record = Record::builder().leader(leader).control_field("001", "k");
        record.data_field(tag, "  ", [('a', "ə")]).build().unwrap()
    };
    let leader = |record: &Record, policy| {
        let bytes = written(record, &WriteOptions::new().leader(policy)).unwrap();
        String::from_utf8_lossy(&bytes[..24]).into_owned()
    };
    let lies = record("00000nam  2200000   4500", "245");
    assert_eq!(leader(&lies, LeaderValues::Set), "00059nam a2200049   4500", "245");
    assert_eq!(leader(&lies, LeaderValues::Keep), "00059nam  2200049   4500");
    let lies = record("00000nam a2500000   5600", "245");
    assert_eq!(leader(&lies, LeaderValues::Set), "00059nam a2200049   4500", "245");
    assert_eq!(leader(&lies, LeaderValues::Keep), "00059nam a2500049   5600");
    let longer = record("00000nam a2200000   4540", "245");
    assert_eq!(leader(&longer, LeaderValues::Set), "00059nam a2200049   4500");
    let unimarc = record("00000nam  2200000   450 ", "200");
    assert_eq!(leader(&unimarc, LeaderValues::Set), "00059nam  2200049   450 ");
}

#[test]
fn an_edit_changes_only_what_it_must() {
    // The data of 500 lie before those of 001.
    let bytes = b"00086nam a2200061   4500001000900015500000600000500000900006\x1e  \x1fax\x1e  \x1faone!\x1ekart0001\x1e\x1d";
    let (records, codes) = read(bytes);
    assert_eq!((records.len(), codes), (1, vec![DIRECTORY_UNORDERED]));
    let mut record = records[0].clone();
    let field = |value: &str| {
        FieldBuf::new(Syntax::MARC, Tag::new(*b"500"), |field| field.subfield('a', value)).unwrap()
    };
    assert!(record.replace_field(1, &field("y")).unwrap());
    let mut expected = bytes.to_vec();
    let at = expected.iter().position(|byte| *byte == b'x').unwrap();
    expected[at] = b'y';
    assert_eq!(
        written(&record, &WriteOptions::new()).unwrap().escape_ascii().to_string(),
        expected.escape_ascii().to_string()
    );
    record.compact();
    assert_eq!(written(&record, &WriteOptions::new()).unwrap(), expected);
    assert!(record.remove_field(1));
    assert_eq!(
        written(&record, &WriteOptions::new()).unwrap(),
        b"00068nam a2200049   4500001000900009500000900000\x1e  \x1faone!\x1ekart0001\x1e\x1d"
    );
    record.insert_field(2, &field("z")).unwrap();
    assert_eq!(
        written(&record, &WriteOptions::new()).unwrap(),
        b"00086nam a2200061   4500001000900015500000900000500000600009\x1e  \x1faone!\x1e  \x1faz\x1ekart0001\x1e\x1d"
    );
}

#[test]
fn a_leader_that_says_wider_entries_is_set_right() {
    let mut record =
        Record::builder().control_field("001", "1").data_field("245", "10", [('a', "x")]).build().unwrap();
    let mut leader = Leader::default();
    b"454".iter().zip(20..).for_each(|(byte, position)| {
        leader.set(position, *byte);
    });
    record.header_mut().leader = Some(leader);
    let bytes = written(&record, &WriteOptions::new()).unwrap();
    assert_eq!(bytes.get(20..24), Some(&b"4500"[..]));
    let mut reader = iso2709::SliceReader::new(&bytes, &ReadOptions::new());
    let mut again = Record::new();
    assert!(reader.read_record(&mut again).unwrap() && reader.findings().is_empty());
    assert_eq!(again.fields().len(), 2);
}

#[test]
fn wide_tags_by_policy() {
    let record = crate::Builder::new(Syntax::IRBIS)
        .field("920", |f| f.lead("PAZK"))
        .field("2022", |f| f.lead("x"))
        .build()
        .unwrap();
    assert_eq!(code(written(&record, &WriteOptions::new())), Some(TAG_TOO_WIDE));
    let bytes = written(&record, &WriteOptions::new().wide_tags(WideTags::Drop)).unwrap();
    assert_eq!(bytes, b"00047nam a2200037   4500920000900000\x1e  \x1f*PAZK\x1e\x1d");
}

#[test]
fn another_charset_is_declared() {
    let data = std::fs::read("fixtures/iso2709/rusmarc-cp1251.mrc").unwrap();
    let utf8 = std::fs::read("fixtures/iso2709/rusmarc-utf8.mrc").unwrap();
    let mut reader = iso2709::SliceReader::new(&data, &ReadOptions::new());
    let mut writer = Writer::new(Vec::new(), &WriteOptions::new().charset(Charset::Utf8));
    let _ = crate::copy(&mut reader, &mut writer).unwrap();
    assert_eq!(writer.into_inner().escape_ascii().to_string(), utf8.escape_ascii().to_string());
    let mut reader = iso2709::SliceReader::new(&utf8, &ReadOptions::new());
    let mut writer = Writer::new(Vec::new(), &WriteOptions::new().charset(Charset::Windows1251));
    let _ = crate::copy(&mut reader, &mut writer).unwrap();
    assert_eq!(writer.into_inner(), data);
}

#[test]
fn after_a_refusal_the_next_record_is_written() {
    let mut writer = Writer::new(Vec::new(), &WriteOptions::new());
    let good = Record::builder().control_field("001", "1").build().unwrap();
    let bad = Record::builder().control_field("001", "\u{1D}").build().unwrap();
    for record in [&good, &bad, &good] {
        let _ = writer.write_record(record.view());
    }
    writer.finish().unwrap();
    let bytes = writer.into_inner();
    let mut reader = iso2709::SliceReader::new(&bytes, &ReadOptions::new());
    let records: Vec<_> = reader.records().map(|record| record.unwrap()).collect();
    assert_eq!(records, [good.clone(), good]);
}

//! Values print, compare and serialize as users of Rust expect.

use kartoteka::{Charset, FieldBuf, ReadOptions, Record, RecordRead, Stats, Summary, Syntax, WriteOptions};

fn record() -> Record {
    Record::builder()
        .control_field("001", "kz-17")
        .data_field("100", "1 ", [('a', "Әуезов, Мұхтар")])
        .data_field("245", "10", [('a', "Абай жолы :"), ('b', "роман")])
        .build()
        .unwrap()
}

#[test]
fn records_print_a_field_per_line() {
    let printed = record().to_string();
    assert_eq!(
        printed.lines().filter(|line| !line.starts_with("LDR ")).collect::<Vec<_>>(),
        ["001 kz-17", "100 1# $aӘуезов, Мұхтар", "245 10 $aАбай жолы :$bроман",]
    );
    assert_eq!(record().field("245").unwrap().subfield('b').unwrap().to_str().unwrap(), "роман");
}

/// The same record in UTF-8 and in Windows-1251 has equal fields and subfields.
#[test]
fn fields_are_equal_whatever_their_character_set() {
    let make = |text: &str| Record::builder().data_field("700", " 1", [('a', text)]).build().unwrap();
    let unicode = make("Пушкин");
    let mut bytes = Vec::new();
    let options = WriteOptions::new().charset(Charset::from_name("windows-1251").unwrap());
    let mut writer = kartoteka::iso2709::Writer::new(&mut bytes, &options);
    kartoteka::RecordWrite::write_record(&mut writer, unicode.view()).unwrap();
    drop(writer);
    let options = ReadOptions::new().charset(Charset::from_name("windows-1251").unwrap());
    let mut legacy = Record::new();
    assert!(kartoteka::iso2709::SliceReader::new(&bytes, &options).read_record(&mut legacy).unwrap());
    let of = |record: &Record| record.field("700").unwrap().to_buf();
    assert_eq!(of(&unicode), of(&legacy));
    assert!(of(&unicode).as_field() == of(&legacy).as_field());
    assert!(of(&unicode).as_field() != of(&make("Пушкина")).as_field());
    let first = |record: &FieldBuf| {
        record.as_field().subfields().next().unwrap().value().to_str().unwrap().into_owned()
    };
    assert_eq!(first(&of(&legacy)), "Пушкин");
}

#[test]
fn defaults_are_the_usual_values() {
    assert_eq!(Syntax::default(), Syntax::MARC);
    assert_eq!(Stats::default().records(), 0);
}

#[test]
fn character_sets_parse() {
    assert_eq!("KOI8-R".parse::<Charset>().unwrap(), Charset::from_name("koi8-r").unwrap());
    let error = "koi-9".parse::<Charset>().unwrap_err();
    assert_eq!(error.to_string(), "no character set is called \"koi-9\"");
}

#[test]
fn summaries_print_what_happened() {
    let mut summary = Summary::default();
    (summary.read, summary.written) = (1, 1);
    assert_eq!(summary.to_string(), "1 record read, 1 written");
    (summary.read, summary.rejected, summary.replaced) = (3, 2, 1);
    assert_eq!(summary.to_string(), "3 records read, 1 written, 2 rejected, 1 character replaced");
}

#[cfg(feature = "serde")]
#[test]
fn paths_filters_fields_and_summaries_serialize() {
    use kartoteka::{FieldPath, Filter};
    let path: FieldPath = "245$a".parse().unwrap();
    assert_eq!(serde_json::to_string(&path).unwrap(), "\"245$a\"");
    assert_eq!(serde_json::from_str::<FieldPath>("\"245$a\"").unwrap(), path);
    let filter: Filter = "245$a ?".parse().unwrap();
    let text = serde_json::to_string(&filter).unwrap();
    assert_eq!(serde_json::from_str::<Filter>(&text).unwrap(), filter);
    let field = record().field("245").unwrap().to_buf();
    let text = serde_json::to_string(&field).unwrap();
    assert_eq!(text, r#"{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Абай жолы :"},{"b":"роман"}]}}"#);
    assert_eq!(serde_json::from_str::<FieldBuf>(&text).unwrap(), field);
    assert!(serde_json::from_str::<FieldBuf>("7").is_err());
    let summary = serde_json::to_value(Summary::default()).unwrap();
    assert_eq!(
        summary,
        serde_json::json!({"read": 0, "written": 0, "rejected": 0, "replaced": 0, "findings": {}})
    );
}

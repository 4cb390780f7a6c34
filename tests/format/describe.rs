//! Dublin Core and MODS: what is written for a record whose elements follow by hand from the mappings of the Library of
//! Congress.

use kartoteka::{Record, RecordWrite, WriteOptions, dublin_core, mods};

fn record() -> Record {
    let mut record = Record::builder()
        .control_field("001", "kart0001")
        .control_field("005", "20260115000000.0")
        .control_field("008", "260114s1868    ru            000 1 rus d")
        .data_field("020", "  ", [('a', "9785905450600")])
        .data_field("040", "  ", [('a', "RU-X"), ('b', "rus")])
        .data_field("080", "  ", [('a', "821.161.1-3")])
        .data_field(
            "100",
            "1 ",
            [
                ('a', "Толстой, Л. Н."),
                ('q', "(Лев Николаевич),"),
                ('d', "1828-1910,"),
                ('e', "автор"),
                ('4', "aut"),
            ],
        )
        .data_field("245", "14", [('a', "The war & the peace :"), ('b', "a novel /"), ('c', "Leo Tolstoy.")])
        .data_field("250", "  ", [('a', "2nd ed. /"), ('b', "rev.")])
        .data_field("264", " 1", [('a', "Москва :"), ('b', "Тип. Т. Рис,"), ('c', "1868")])
        .data_field("300", "  ", [('a', "297 с. :"), ('b', "ил. ;"), ('c', "20 см")])
        .data_field("500", "  ", [('a', "Note.")])
        .data_field("520", "  ", [('a', "Abstract.")])
        .data_field("650", " 0", [('a', "Nobility"), ('z', "Russia"), ('x', "History.")])
        .data_field("773", "0 ", [('t', "Сочинения"), ('g', "Т. 1"), ('w', "(X)7")])
        .data_field("856", "40", [('u', "https://example.org/?a=1&b=2")])
        .build()
        .unwrap();
    record.set_leader(Some("00000nam a2200000 i 4500".parse().unwrap()));
    record
}

fn lines(bytes: Vec<u8>) -> Vec<String> {
    String::from_utf8(bytes).unwrap().lines().map(|line| line.trim().to_owned()).collect()
}

#[test]
fn simple_dublin_core() {
    let mut writer = dublin_core::Writer::<_, false>::new(Vec::new(), &WriteOptions::new());
    writer.write_record(record().view()).unwrap();
    writer.finish().unwrap();
    let expected = [
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
        "<srw_dc:dcCollection xmlns:srw_dc=\"info:srw/schema/1/dc-schema\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">",
        "<srw_dc:dc>",
        "<dc:title>The war &amp; the peace : a novel</dc:title>",
        "<dc:creator>Толстой, Л. Н. (Лев Николаевич), 1828-1910</dc:creator>",
        "<dc:type>Text</dc:type>",
        "<dc:publisher>Москва : Тип. Т. Рис</dc:publisher>",
        "<dc:date>1868</dc:date>",
        "<dc:format>297 с.</dc:format>",
        "<dc:description>Abstract.</dc:description>",
        "<dc:description>Note.</dc:description>",
        "<dc:subject>821.161.1-3</dc:subject>",
        "<dc:subject>Nobility--Russia--History.</dc:subject>",
        "<dc:relation>Сочинения Т. 1</dc:relation>",
        "<dc:identifier>9785905450600</dc:identifier>",
        "<dc:identifier>https://example.org/?a=1&amp;b=2</dc:identifier>",
        "<dc:language>rus</dc:language>",
        "</srw_dc:dc>",
        "</srw_dc:dcCollection>",
    ];
    assert_eq!(lines(writer.into_inner()), expected);
}

#[test]
fn qualified_dublin_core_has_the_terms() {
    let mut writer = dublin_core::Writer::<_, true>::new(Vec::new(), &WriteOptions::new());
    writer.write_record(record().view()).unwrap();
    writer.finish().unwrap();
    let lines = lines(writer.into_inner());
    for line in [
        "<dcterms:issued>1868</dcterms:issued>",
        "<dcterms:extent>297 с.</dcterms:extent>",
        "<dcterms:abstract>Abstract.</dcterms:abstract>",
        "<dcterms:isPartOf>Сочинения Т. 1</dcterms:isPartOf>",
    ] {
        assert!(lines.iter().any(|written| written == line), "{line}: {lines:#?}");
    }
}

#[test]
fn mods_has_the_main_elements() {
    let mut writer = mods::Writer::new(Vec::new(), &WriteOptions::new().indent(false));
    writer.write_record(record().view()).unwrap();
    writer.finish().unwrap();
    let text = String::from_utf8(writer.into_inner()).unwrap();
    for element in [
        "<titleInfo><nonSort>The</nonSort><title>war &amp; the peace</title><subTitle>a novel</subTitle></titleInfo>",
        "<name type=\"personal\" usage=\"primary\"><namePart>Толстой, Л. Н. (Лев Николаевич)</namePart>\
         <namePart type=\"date\">1828-1910</namePart><role><roleTerm type=\"text\">автор</roleTerm></role>\
         <role><roleTerm type=\"code\" authority=\"marcrelator\">aut</roleTerm></role></name>",
        "<typeOfResource>text</typeOfResource>",
        "<genre authority=\"marcgt\">fiction</genre>",
        "<originInfo eventType=\"publisher\"><place><placeTerm type=\"text\">Москва</placeTerm></place>\
         <publisher>Тип. Т. Рис</publisher><dateIssued>1868</dateIssued></originInfo>",
        "<originInfo><place><placeTerm type=\"code\" authority=\"marccountry\">ru</placeTerm></place>\
         <dateIssued encoding=\"marc\">1868</dateIssued>\
         <edition>2nd ed. / rev.</edition><issuance>monographic</issuance></originInfo>",
        "<language><languageTerm type=\"code\" authority=\"iso639-2b\">rus</languageTerm></language>",
        "<form authority=\"marcform\">print</form><extent>297 с. : ил. ; 20 см</extent>",
        "<abstract displayLabel=\"Summary\">Abstract.</abstract>",
        "<note type=\"statement of responsibility\">Leo Tolstoy.</note><note>Note.</note>",
        "<subject authority=\"lcsh\"><topic>Nobility</topic><geographic>Russia</geographic><topic>History</topic></subject>",
        "<classification authority=\"udc\">821.161.1-3</classification>",
        "<relatedItem type=\"host\"><titleInfo><title>Сочинения</title></titleInfo><part><text>Т. 1</text></part>\
         <identifier type=\"local\">(X)7</identifier></relatedItem>",
        "<identifier type=\"isbn\">9785905450600</identifier>",
        "<location><url usage=\"primary display\">https://example.org/?a=1&amp;b=2</url></location>",
        "<recordInfo><recordContentSource authority=\"marcorg\">RU-X</recordContentSource>\
         <recordCreationDate encoding=\"marc\">260114</recordCreationDate>\
         <recordChangeDate encoding=\"iso8601\">20260115000000.0</recordChangeDate>\
         <recordIdentifier>kart0001</recordIdentifier>",
    ] {
        assert!(text.contains(element), "{element}\n{text}");
    }
}

#[test]
fn a_record_that_is_not_marc21_is_refused() {
    let unimarc = Record::builder().data_field("200", "1 ", [('a', "Divan")]).build().unwrap();
    let mut writer = mods::Writer::new(Vec::new(), &WriteOptions::new());
    let error = writer.write_record(unimarc.view()).unwrap_err();
    assert_eq!(error.finding().unwrap().rule, kartoteka::rules::NOT_MARC21);
    writer.finish().unwrap();
    assert!(!String::from_utf8(writer.into_inner()).unwrap().contains("<mods "));
}

/// As `MARC21slim2MODS3-7.xsl` and `MARC21slim2SRWDC.xsl` of the Library of Congress have them.
#[test]
fn languages_rules_and_numbers_in_a_series_are_elements_of_their_own() {
    let mut record = record();
    for (tag, subfields) in [
        ("040", &[('b', "rus"), ('e', "rcr"), ('e', "psbo")][..]),
        ("041", &[('a', "rus"), ('h', "eng")]),
        ("490", &[('a', "Труды ;"), ('v', "Вып. 608")]),
        ("588", &[('a', "Загл. с экрана")]),
        ("651", &[('a', "Франция"), ('x', "История")]),
    ] {
        let filled = record.push_field(tag.parse().unwrap(), |field| {
            field.indicators("  ");
            for (code, text) in subfields {
                field.subfield(*code, text);
            }
            field
        });
        filled.unwrap();
    }
    let mut writer = mods::Writer::new(Vec::new(), &WriteOptions::new().indent(false));
    writer.write_record(record.view()).unwrap();
    writer.finish().unwrap();
    let text = String::from_utf8(writer.into_inner()).unwrap();
    for element in [
        "<descriptionStandard>rcr</descriptionStandard><descriptionStandard>psbo</descriptionStandard>",
        "<titleInfo><title>Труды</title><partNumber>Вып. 608</partNumber></titleInfo>",
        "<note>Загл. с экрана</note>",
    ] {
        assert!(text.contains(element), "{element}\n{text}");
    }
    let mut writer = dublin_core::Writer::<_, false>::new(Vec::new(), &WriteOptions::new());
    writer.write_record(record.view()).unwrap();
    writer.finish().unwrap();
    let lines = lines(writer.into_inner());
    for line in [
        "<dc:description>Загл. с экрана</dc:description>",
        "<dc:coverage>Франция--История</dc:coverage>",
        "<dc:language>rus</dc:language>",
        "<dc:language>eng</dc:language>",
    ] {
        assert!(lines.iter().any(|written| written == line), "{line}: {lines:#?}");
    }
}

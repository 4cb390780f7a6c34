//! The forms in lines of text: fixtures, and real files against what other programs make of them.
//!
//! The real files are not part of this repository: see `tests/common/mod.rs`.

use std::fs;
use std::path::{Path, PathBuf};

use kartoteka::{
    Format, Framing, ReadOptions, Record, RecordRead, RecordWrite, Recovery, Rule, Severity, Slice,
    WriteOptions, aleph, iso2709, line, mrk, open, rules, writer,
};

fn fixture(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)).unwrap()
}

fn corpus() -> Option<PathBuf> {
    crate::common::corpus().map(|folder| folder.join("marc"))
}

fn records<F: Framing>(data: &[u8]) -> Vec<Record> {
    Slice::<F>::new(data, &ReadOptions::new()).records().map(Result::unwrap).collect()
}

/// The codes of all findings, with their lines.
fn findings<F: Framing>(data: &[u8]) -> Vec<(Rule, u64)> {
    let mut reader = Slice::<F>::new(data, &ReadOptions::new());
    let mut record = Record::new();
    let mut found = Vec::new();
    loop {
        let read = reader.read_record(&mut record);
        found.extend(reader.findings().iter().map(|finding| (finding.rule, finding.location.line)));
        if matches!(read, Ok(false)) {
            return found;
        }
    }
}

/// The records of a file in any format.
fn all(path: &Path) -> Vec<Record> {
    open(path).unwrap().records().map(Result::unwrap).collect()
}

fn written(records: &[Record], format: Format) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut to = writer(format, &mut bytes, &WriteOptions::new()).unwrap();
    for record in records {
        to.write_record(record.view()).unwrap();
        let errors: Vec<_> =
            to.findings().iter().filter(|finding| finding.severity() > Severity::Note).cloned().collect();
        assert_eq!(errors, []);
    }
    to.finish().unwrap();
    drop(to);
    bytes
}

/// Every fixture is `marc21.mrc`, or some of its records, in another form.
#[test]
fn each_form_has_the_records_of_the_binary_one() {
    let marc = records::<iso2709::Iso2709>(&fixture("iso2709/marc21.mrc"));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/text");
    let mut seen = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let number = |record: &Record| record.view().control_number().unwrap().to_string();
        for record in all(&path) {
            let same = marc.iter().find(|marc| number(marc) == number(&record)).unwrap();
            assert_eq!(&record, same, "{}", path.display());
            seen += 1;
        }
    }
    assert!(seen >= 41, "{seen}");
}

#[test]
fn what_is_written_is_what_other_programs_write() {
    let marc = records::<iso2709::Iso2709>(&fixture("iso2709/marc21.mrc"));
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    assert_eq!(text(written(&marc, Format::Line)), text(fixture("text/marc21.line")));
    assert_eq!(text(written(&marc, Format::Mrk)), text(fixture("text/marc21.mrk")));
    assert_eq!(text(written(&marc, Format::Aleph)), text(fixture("text/marc21.seq")));
}

#[test]
fn long_data_of_aleph_go_on_in_further_lines() {
    let words = "слово ".repeat(900);
    let word = "x".repeat(5000);
    let record = Record::builder()
        .control_field("001", "7")
        .data_field("505", "0 ", [('a', words.trim_end()), ('b', "short"), ('c', &word), ('d', "end")])
        .data_field("505", "0 ", [('a', "another")])
        .build()
        .unwrap();
    let bytes = written(std::slice::from_ref(&record), Format::Aleph);
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(text.lines().all(|line| line.len() <= 2018), "{text}");
    assert!(text.lines().count() > 9, "{text}");
    assert_eq!(records::<aleph::Aleph>(&bytes), [record]);
}

/// A field of a hundred thousand lines, which must not cost the square of that; and all forms of going on.
#[test]
fn aleph_goes_on_for_as_long_as_it_takes() {
    let head =
        "000000001 LDR   L 00000nam^a2200000^^^4500\n000000001 001   L 1\n000000001 500   L $$afirst\n";
    for (line, more) in [
        ("000000001 500   L $$9^ more\n", " more"),
        ("000000001 500   L $$9^^$$a more\n", " more"),
        ("000000001 500   L $$9^^ more\n", " more"),
        ("000000001 500   L $$9^$$bx\n", "\u{1F}bx"),
    ] {
        let count = 100_000;
        let records = records::<aleph::Aleph>((head.to_owned() + &line.repeat(count)).as_bytes());
        let field = records[0].field("500").unwrap();
        assert!(field.raw() == ("  \u{1F}afirst".to_owned() + &more.repeat(count)).as_bytes(), "{line}");
    }
    let long = "word ".repeat(400_000) + "end";
    let record = Record::builder()
        .control_field("001", "1")
        .data_field("500", "  ", [('a', long.as_str())])
        .build()
        .unwrap();
    let bytes = written(std::slice::from_ref(&record), Format::Aleph);
    assert_eq!(records::<aleph::Aleph>(&bytes), [record]);
}

#[test]
fn what_a_form_cannot_carry_is_named() {
    let code = |format, tag: &str, fields: &[(char, &str)]| {
        let record = Record::builder()
            .as_is()
            .control_field("001", "1")
            .data_field(tag, "  ", fields.iter().copied())
            .build()
            .unwrap();
        let mut to = writer(format, Vec::new(), &WriteOptions::new()).unwrap();
        match to.write_record(record.view()) {
            Ok(()) => to.findings().iter().map(|finding| finding.rule).collect::<Vec<_>>(),
            Err(error) => vec![error.rule().unwrap()],
        }
    };
    let (aleph, line, mrk) = (Format::Aleph, Format::Line, Format::Mrk);
    assert_eq!(code(line, "500", &[('a', "costs $5 or more")]), [rules::DELIMITER_IN_VALUE]);
    assert_eq!(code(line, "500", &[('a', "costs $5")]), [rules::DELIMITER_IN_VALUE]);
    assert_eq!(code(line, "500", &[('a', "costs $50, in US$ or $")]), []);
    assert_eq!(code(line, "500", &[('a', "two\nlines")]), [rules::CHARACTER_NOT_ALLOWED]);
    assert_eq!(code(aleph, "500", &[('a', "two\r\nlines")]), [rules::CHARACTER_NOT_ALLOWED]);
    assert_eq!(code(aleph, "500", &[('a', "costs $$5 or $5 ^")]), [rules::DELIMITER_IN_VALUE]);
    assert_eq!(code(aleph, "500", &[('a', "costs $5 ^")]), []);
    assert_eq!(code(mrk, "500", &[('a', "costs $5\n{brace} \\"), ('$', "x"), ('{', "y")]), []);
    assert_eq!(code(mrk, "2022", &[('a', "x")]), [rules::TAG_TOO_WIDE]);
    assert_eq!(code(line, "24\u{1}", &[('a', "x")]), [rules::CHARACTER_NOT_ALLOWED]);
}

#[test]
fn mnemonics_are_bytes_in_marc8_and_characters_in_utf8() {
    let text = |coding: char| {
        format!(
            "=LDR  00000nam {coding}2200000   4500\n=245  10$aCaf{{acute}}e {{eacute}} {{dollar}}5{{llig}}i{{rlig}}a{{no}}\n"
        )
    };
    let marc8 = text(' ');
    let record = &records::<mrk::Mrk>(marc8.as_bytes())[0];
    assert_eq!(record.field("245").unwrap().raw(), b"10\x1FaCaf\xE2e \xE2e $5\xEBi\xECa{no}");
    assert_eq!(record.charset(), kartoteka::Charset::Marc8);
    let utf8 = &records::<mrk::Mrk>(text('a').as_bytes())[0];
    let expected = "10\u{1F}aCafe\u{301} e\u{301} $5i\u{361}a{no}";
    assert_eq!(utf8.field("245").unwrap().raw_text().to_str().unwrap(), expected);
    // Bytes of MARC-8 are written as names.
    let again = String::from_utf8(written(std::slice::from_ref(record), Format::Mrk)).unwrap();
    assert!(
        again.contains("=245  10$aCaf{acute}e {acute}e {dollar}5{llig}i{rlig}a{lcub}no{rcub}\n"),
        "{again}"
    );
}

#[test]
fn damage_is_told_by_line() {
    let text = b"\xEF\xBB\xBF=LDR  00000nam a2200000   4500\n=001 1\nwrapped\n=245  10$aX\n\nrubbish\n=LDR  00000nam a2200000\n=500  \\\\lead$ax\n";
    assert_eq!(
        findings::<mrk::Mrk>(text),
        [
            (rules::BYTE_ORDER_MARK, 1),
            (rules::LINE_CONTINUED, 3),
            (rules::LINE_SPACING, 2),
            (rules::LINE_INVALID, 6),
            (rules::NO_FIELDS, 6),
            (rules::LEADER_VALUE, 7),
            (rules::DATA_BEFORE_SUBFIELD, 8),
        ]
    );
    let aleph = b"000000001 LDR   L 00000nam^a2200000^^^4500\n000000001 001   L 1\n000000001 24510 H $$aX\nbroken\nfoo\n";
    assert_eq!(
        findings::<aleph::Aleph>(aleph),
        [(rules::LINE_REMARK, 3), (rules::LINE_CONTINUED, 4), (rules::LINE_CONTINUED, 5)]
    );
    let line = b"00000nam a2200000   4500\n(a remark)\n001 1\nfoobar\n500    lead $a x\n      more\n\n";
    assert_eq!(
        findings::<line::Line>(line),
        [(rules::LINE_REMARK, 2), (rules::LINE_CONTINUED, 4), (rules::DATA_BEFORE_SUBFIELD, 5)]
    );
    let strict = ReadOptions::new().recovery(Recovery::Strict);
    let mut reader = mrk::SliceReader::new(text, &strict);
    let oks: Vec<_> =
        reader.records().map(|read| read.map_err(|error| error.location().unwrap().line)).collect();
    assert!(oks[0].is_ok() && oks[2].is_ok());
    assert_eq!(oks[1], Err(6));
}

#[test]
fn real_mrk_is_the_binary_file_it_was_made_from() {
    let Some(corpus) = corpus() else { return };
    let ours = all(&corpus.join("text/mrk/brkrtest.mrk8"));
    let theirs = all(&corpus.join("wf/bib-utf8/brkrtest_UTF8.mrc"));
    assert_eq!(ours.len(), theirs.len());
    let mut differ = Vec::new();
    for (ours, theirs) in ours.iter().zip(&theirs) {
        for (ours, theirs) in ours.fields().zip(theirs.fields()) {
            if ours.raw() != theirs.raw() {
                differ.push(format!("{ours:?} is not {theirs:?}"));
            }
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
    let ours = all(&corpus.join("text/mrk/brkrtest.mrk"));
    let theirs = all(&corpus.join("wf/bib-marc8/brkrtest.mrc"));
    assert_eq!(ours.len(), theirs.len());
    for (ours, theirs) in ours.iter().zip(&theirs) {
        for (ours, theirs) in ours.fields().zip(theirs.fields()) {
            if ours.raw() != theirs.raw() {
                differ.push(format!("{} is not {}", ours.raw().escape_ascii(), theirs.raw().escape_ascii()));
            }
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

#[test]
fn real_aleph_is_what_the_national_library_of_finland_makes_of_it() {
    let Some(corpus) = corpus() else { return };
    let folder = corpus.join("text/alephseq");
    for (from, to) in [
        ("aleph-sequential--from1.seq", "aleph-sequential--to1.seq"),
        ("aleph-sequential--from2.seq", "aleph-sequential--to2.seq"),
        ("aleph-sequential--from8.seq", "aleph-sequential--to8.seq"),
        ("aleph-sequential--splitfields-from1.seq", "aleph-sequential--splitfields-to1.seq"),
    ] {
        let mut ours = all(&folder.join(from));
        let theirs = all(&folder.join(to));
        assert_eq!((ours.len(), theirs.len()), (1, 1), "{from}");
        // That program leaves FMT out, which we keep.
        ours[0].retain(|field| field.tag().to_string() != "FMT");
        for (ours, theirs) in ours[0].fields().zip(theirs[0].fields()) {
            assert_eq!(
                (ours.tag(), ours.raw_text().to_string()),
                (theirs.tag(), theirs.raw_text().to_string())
            );
        }
        assert_eq!(ours[0], theirs[0], "{from}");
        // What is written is read as the same.
        let again = written(&ours, Format::Aleph);
        assert_eq!(records::<aleph::Aleph>(&again), ours, "{from}");
    }
    // Oddities: a leader of 25 bytes, of which the last is a blank; tags of five characters; nothing that is a record.
    let long = all(&folder.join("alephseq-example5-long-leader.txt"));
    assert_eq!(long[0].header().leader.unwrap().to_string(), "00000nam  22     uu 4500");
    let counts =
        ["alephseq-example1.txt", "alephseq-example3.txt", "alephseq-example6-error.txt", "rug01.aleph"]
            .map(|name| all(&folder.join(name)).len());
    assert_eq!(counts, [9, 1, 5, 2]);
    assert!(open(folder.join("aleph-sequential--erroneous.seq")).is_err());
}

#[test]
fn real_lines_of_other_kinds() {
    let Some(corpus) = corpus() else { return };
    // As yaz-marcdump 5.34.0 reads it.
    let code4lib = all(&corpus.join("text/line-catmandu/code4lib.line"));
    let fields: Vec<_> = code4lib[0].fields().map(|field| format!("{field:?}")).collect();
    assert_eq!(
        fields,
        [
            r#"001 "987874829""#,
            r#"007 "cr||||||||||||""#,
            r#"022 "  " [a "1940-5758"]"#,
            r#"041 "  " [a "eng"]"#,
            r#"245 "00" [a "Code4Lib journal", b "C4LJ"]"#,
            r#"246 "3 " [a "C4LJ"]"#,
            r#"362 "0 " [a "1.2007 -"]"#,
            r#"856 "4 " [u "http://journal.code4lib.org/"]"#,
            r#"999 "  " [= "foo", < "bar", $ "baz"]"#,
        ]
    );
    let finnish = all(&corpus.join("text/natlibfi-text/text--from_multiple2.txt"));
    assert_eq!(finnish.len(), 6);
    assert_eq!(finnish[5].field("245").unwrap().subfield('a').unwrap().to_str().unwrap(), "barfoo");
    assert!(open(corpus.join("text/natlibfi-text/text--erroneous.txt")).is_err());
    let display = all(&corpus.join("text/mrctxt/010000011.mrctxt"));
    let title = display[0].field("245").unwrap();
    assert_eq!(title.indicators(), b"10");
    assert_eq!(title.subfield('a').unwrap().to_str().unwrap(), "Neues Luftreinhalterecht");
    let unimarc = all(&corpus.join("text/mrctxt/unimarc.mrctxt"));
    assert_eq!(unimarc.len(), 1);
    assert_eq!(unimarc[0].header().leader.unwrap().to_string(), "02794cam0 2200709   450 ");
}

#[test]
fn real_microlif() {
    let Some(corpus) = corpus() else { return };
    let folder = corpus.join("text/lif");
    let sample = all(&folder.join("sample20.lif"));
    assert_eq!(sample.len(), 20);
    let fields: Vec<_> = sample[0].fields().map(|field| format!("{field:?}")).collect();
    assert_eq!(
        fields,
        [
            r#"008 "891207s19xx    xxu           00010 eng d""#,
            r#"040 "  " [c "IMchF"]"#,
            r#"245 " 0" [a "All about whales."]"#,
            r#"260 "  " [b "Holiday,", c "1987."]"#,
            r#"300 "  " [a "[ ] p."]"#,
            r#"900 "  " [a "ALL"]"#,
            r#"952 "  " [a "20571", c "R", d "ALL"]"#,
        ]
    );
    for name in ["lineendings-0d.lif", "lineendings-0d0a.lif"] {
        assert_eq!(all(&folder.join(name)), sample[..1], "{name}");
    }
    let alpha = all(&folder.join("alphatag.lif"));
    assert_eq!(format!("{:?}", alpha[0].fields().next().unwrap()), r#"RAZ "12" [a "123", b "Tweak"]"#);
    assert_eq!(alpha[0].fields().len(), 3);
}

#[test]
fn real_files_are_known_by_their_content() {
    let Some(corpus) = corpus() else { return };
    let detect = |path: &Path| kartoteka::detect(&fs::read(path).unwrap(), None);
    let files = |folder: &str| fs::read_dir(corpus.join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let mut seen = 0;
    for (folder, format) in [
        ("marcxml/authority", Format::Marcxml),
        ("marcxml/classification", Format::Marcxml),
        ("marcxml/sru-wrapped", Format::Marcxml),
        ("marcxml/valid", Format::Marcxml),
        ("marcxml/invalid", Format::Marcxml),
        ("marcxchange", Format::Marcxchange),
        ("turbomarc", Format::Turbomarc),
        ("json/marc-in-json", Format::Json),
        ("json/marc-json-oclc-draft", Format::Json),
        ("json/natlibfi", Format::Json),
        ("json/ndjson", Format::Ndjson),
        ("text/lif", Format::Microlif),
        ("text/line-catmandu", Format::Line),
        ("text/mrctxt", Format::Line),
        ("text/mrk", Format::Mrk),
    ] {
        for path in files(folder) {
            // A root without a namespace, that begins with text.
            if path.ends_with("marcxml--erroneous.xml") {
                assert_eq!(detect(&path).unwrap().confidence, kartoteka::Confidence::Likely);
            }
            match detect(&path) {
                Ok(found) => assert_eq!(found.format, format, "{}: {}", path.display(), found.reason),
                // An array that begins with no object: the nearest guess is named.
                Err(error) if path.ends_with("json--erroneous.json") => {
                    assert!(error.to_string().contains("nearest is json, but"), "{error}");
                }
                Err(error) => panic!("{}: {error}", path.display()),
            }
            seen += 1;
        }
    }
    assert!(seen > 60, "{seen}");
    for path in files("text/alephseq") {
        // Some are what that program makes of Aleph sequential, and some what it is made from.
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let found = detect(&path).map(|found| found.format);
        match name.as_str() {
            "aleph-sequential--erroneous.seq" => {
                assert!(found.unwrap_err().to_string().contains("not recognized"))
            }
            name if name.contains("-to") && !name.contains("tooLong") => {
                assert_eq!(found.unwrap(), Format::Line, "{name}")
            }
            name if ["emptySubfield", "valueless", "Newline", "tooLong"]
                .iter()
                .any(|part| name.contains(part)) =>
            {
                assert_eq!(found.unwrap(), Format::Json, "{name}");
            }
            name => assert_eq!(found.unwrap(), Format::Aleph, "{name}"),
        }
    }
    for path in files("pica") {
        let error = detect(&path).unwrap_err().to_string();
        assert!(error.contains("PICA+"), "{}: {error}", path.display());
    }
}

/// A line end in a leader, as damage leaves it, ends no line.
#[test]
fn a_leader_with_a_line_end_is_one_record() {
    let mut data = fixture("iso2709/marc21.mrc");
    data[19] = b'\n';
    let record = records::<iso2709::Iso2709>(&data).swap_remove(0);
    assert_eq!(record.header().leader.unwrap().get(19), Some(b'\n'));
    let again = records::<mrk::Mrk>(&written(std::slice::from_ref(&record), Format::Mrk));
    assert_eq!((again.len(), again[0].header().leader), (1, record.header().leader));
}

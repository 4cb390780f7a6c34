//! Records changed by path. What comes out was worked out by hand.

use kartoteka::{Builder, Charset, ErrorKind, FieldPath, Policy, Record, Syntax};

fn marc() -> Record {
    Record::builder()
        .leader("00000cam a2200000 a 4500")
        .control_field("001", "kart0001")
        .control_field("008", "990101s1999    aj            000 0 aze d")
        .data_field("020", "  ", [('a', "0491001304"), ('q', "hardback")])
        .data_field("020", "  ", [('a', "0394502884"), ('q', "paperback")])
        .data_field("245", "14", [('a', "The Poe əsərləri /"), ('b', "x"), ('b', "yz")])
        .data_field("461", " 0", [('1', "001kart0007"), ('1', "2001 "), ('a', "Xəmsə"), ('v', "1")])
        .data_field("650", " 0", [('a', "Poetry")])
        .build()
        .unwrap()
}

fn irbis() -> Record {
    Builder::new(Syntax::IRBIS)
        .mfn(1)
        .field("200", |f| f.subfield('A', "Қара сөздер").subfield('e', "проза"))
        .field("675", |f| f.lead("821").subfield('a', "x"))
        .field("910", |f| f.subfield('a', "0").subfield('b', "123"))
        .field("920", |f| f.lead("PAZK"))
        .build()
        .unwrap()
}

/// The fields with `$` for the delimiter, joined by line feeds.
fn shown(record: &Record) -> String {
    let fields = record.fields().map(|field| {
        let text = field.raw_text().to_str_lossy().replace('\u{1F}', "$");
        format!("{} {text}", field.tag())
    });
    fields.collect::<Vec<_>>().join("\n")
}

/// The lines that differ: what went, and what came.
fn difference(before: &Record, after: &Record) -> Vec<String> {
    let (before, after) = (shown(before), shown(after));
    let gone = before.lines().filter(|line| !after.lines().any(|other| other == *line));
    let new = after.lines().filter(|line| !before.lines().any(|other| other == *line));
    gone.map(|line| format!("-{line}")).chain(new.map(|line| format!("+{line}"))).collect()
}

fn path(text: &str) -> FieldPath {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn set(record: &Record, text: &str, value: &str) -> (usize, Vec<String>) {
    let mut edited = record.clone();
    let count = edited.set(&path(text), value).unwrap_or_else(|error| panic!("{text}: {error}"));
    (count, difference(record, &edited))
}

#[test]
fn values_that_are_there_are_set() {
    let record = marc();
    let one = |text: &str, value: &str, change: [&str; 2]| {
        assert_eq!(set(&record, text, value), (1, change.map(str::to_owned).to_vec()), "{text}");
    };
    one("001", "new", ["-001 kart0001", "+001 new"]);
    one("245$a", "T", ["-245 14$aThe Poe əsərləri /$bx$byz", "+245 14$aT$bx$byz"]);
    one("245$b[1]", "", ["-245 14$aThe Poe əsərləri /$bx$byz", "+245 14$aThe Poe əsərləri /$bx$b"]);
    one("245$a/8-15", "ə", ["-245 14$aThe Poe əsərləri /$bx$byz", "+245 14$aThe Poe ə /$bx$byz"]);
    one("245^2", "0", ["-245 14$aThe Poe əsərləri /$bx$byz", "+245 10$aThe Poe əsərləri /$bx$byz"]);
    one("461$1/200$a", "D", ["-461  0$1001kart0007$12001 $aXəmsə$v1", "+461  0$1001kart0007$12001 $aD$v1"]);
    one("461$1/001[0]", "k8", ["-461  0$1001kart0007$12001 $aXəmsə$v1", "+461  0$1001k8$12001 $aXəmsə$v1"]);
    one(r"020$a{$q=\hardback}", "9", ["-020   $a0491001304$qhardback", "+020   $a9$qhardback"]);
    let (count, change) = set(&record, "245$b", "z");
    assert_eq!((count, change[1].as_str()), (2, "+245 14$aThe Poe əsərləri /$bz$bz"));
    let (count, change) = set(&record, "008/35-37", "kaz");
    assert_eq!((count, change[1].as_str()), (1, "+008 990101s1999    aj            000 0 kaz d"));
    assert_eq!(set(&record, "001", "kart0001"), (0, Vec::new()));
    // The first of two that overlap.
    let (count, change) = set(&record, "245$a/0-2$a/0", "A");
    assert_eq!((count, change[1].as_str()), (1, "+245 14$aAhe Poe əsərləri /$bx$byz"));
}

#[test]
fn what_is_missing_is_made_where_it_is_plain() {
    let record = marc();
    let made = |text: &str, change: &[&str]| {
        let expected = change.iter().map(|line| (*line).to_owned()).collect();
        let count = change.iter().filter(|line| line.starts_with('+')).count();
        assert_eq!(set(&record, text, "new"), (count, expected), "{text}");
    };
    made("650$2", &["-650  0$aPoetry", "+650  0$aPoetry$2new"]);
    made("650[0]$2[0]", &["-650  0$aPoetry", "+650  0$aPoetry$2new"]);
    made(r"020{$q~\paper}$c", &["-020   $a0394502884$qpaperback", "+020   $a0394502884$qpaperback$cnew"]);
    made(
        "461$1/200$e",
        &["-461  0$1001kart0007$12001 $aXəmsə$v1", "+461  0$1001kart0007$12001 $aXəmsə$v1$enew"],
    );
    made("500$a", &["+500   $anew"]);
    made("003", &["+003 new"]);
    made("2022$a", &["+2022   $anew"]);
    made("6..$2", &["-650  0$aPoetry", "+650  0$aPoetry$2new"]);
    for nothing in [
        "5..$a",
        "650[1]$a",
        "650$2[1]",
        "650$a$2/0",
        "650$2-3",
        r"650$2{^2=\1}",
        r"651{^2=\1}$a",
        "461$1/210$a",
        "500$a$b",
        "001/9",
        "100^1",
    ] {
        assert_eq!(
            set(&record, nothing, "z"),
            match nothing {
                // What is there is set all the same.
                "650$a$2/0" => (1, vec!["-650  0$aPoetry".to_owned(), "+650  0$az".to_owned()]),
                _ => (0, Vec::new()),
            },
            "{nothing}"
        );
    }
    // A new field stands behind those with the same tag or a lower one.
    let mut edited = record.clone();
    edited.set(&path("300$a"), "11 v.").unwrap();
    let tags: Vec<String> = edited.fields().map(|field| field.tag().to_string()).collect();
    assert_eq!(tags, ["001", "008", "020", "020", "245", "300", "461", "650"]);
}

#[test]
fn what_cannot_stand_there_is_refused_and_changes_nothing() {
    for (text, value, why) in [
        ("245", "T", "245[0] has subfields: name one, such as 245$a"),
        ("500", "T", "field 500 has subfields: name one, such as 500$a"),
        ("461$1/200[0]", "T", "461[0]$1/200[0] has subfields: name one, such as 200$a"),
        ("245$a", "a\u{1F}b", "field 245: a value holds the subfield delimiter 1F: \"a\\u{1f}b\""),
        ("650$2", "a\u{1F}b", "field 650: a value holds the subfield delimiter 1F: \"a\\u{1f}b\""),
        ("245^2", "", "245[0]^2: \"\" is no indicator"),
        ("245^2", "ə", "245[0]^2: \"ə\" is no indicator"),
        ("245^2", "10", "245[0]^2: \"10\" is no indicator"),
        ("008/35-37", "az", "008[0]/35-37: \"az\" has 2 characters, not 3"),
        ("LDR/6", "am", "LDR/6: \"am\" is not 1 ASCII characters"),
        ("LDR", "short", "LDR: \"short\" is not 24 ASCII characters"),
        ("003$a", "x", "field 003: a control field has no subfields"),
    ] {
        let record = marc();
        let mut edited = record.clone();
        let error = edited.set(&path(text), value).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Argument(_)), "{text}: {error:?}");
        assert_eq!(error.to_string(), why, "{text}");
        assert_eq!(edited, record, "{text}");
    }
}

#[test]
fn the_leader() {
    let mut record = marc();
    assert_eq!(record.set(&path("LDR/5-6"), "dt").unwrap(), 1);
    assert_eq!(record.header().leader.unwrap().to_string(), "00000dtm a2200000 a 4500");
    assert_eq!(record.set(&path(r"LDR/6{=\a}"), "x").unwrap(), 0);
    assert_eq!(record.delete(&path("LDR/18")).unwrap(), 1);
    assert_eq!(record.header().leader.unwrap().to_string(), "00000dtm a2200000   4500");
    assert_eq!(record.replace(&path("LDR/0-4"), |zeros| Some(zeros.replace('0', "9"))).unwrap(), 1);
    assert_eq!(record.header().leader.unwrap().to_string(), "99999dtm a2200000   4500");
    assert_eq!(record.delete(&path("LDR")).unwrap(), 1);
    assert!(record.header().leader.is_none());
    assert_eq!(record.delete(&path("LDR")).unwrap(), 0);
    assert_eq!(record.set(&path("LDR/6"), "a").unwrap(), 0);
    assert_eq!(record.set(&path("LDR"), "00000nam a2200000   4500").unwrap(), 1);
    assert!(record.set(&path("LDR"), "x").is_err());
    assert_eq!(record.header().leader.unwrap().to_string(), "00000nam a2200000   4500");
}

#[test]
fn what_is_deleted() {
    let record = marc();
    let delete = |text: &str| -> (usize, Vec<String>) {
        let mut edited = record.clone();
        let count = edited.delete(&path(text)).unwrap();
        (count, difference(&record, &edited))
    };
    let lines = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    assert_eq!(delete("001"), (1, lines(&["-001 kart0001"])));
    assert_eq!(
        delete("020"),
        (2, lines(&["-020   $a0491001304$qhardback", "-020   $a0394502884$qpaperback"]))
    );
    assert_eq!(delete(r"020{$q=\hardback}"), (1, lines(&["-020   $a0491001304$qhardback"])));
    assert_eq!(
        delete("245$b[0]"),
        (1, lines(&["-245 14$aThe Poe əsərləri /$bx$byz", "+245 14$aThe Poe əsərləri /$byz"]))
    );
    assert_eq!(
        delete("245$a/0-3"),
        (1, lines(&["-245 14$aThe Poe əsərləri /$bx$byz", "+245 14$aPoe əsərləri /$bx$byz"]))
    );
    // Nothing is left of the field.
    assert_eq!(delete("650$a"), (1, lines(&["-650  0$aPoetry"])));
    assert_eq!(delete("245$a-b").1, lines(&["-245 14$aThe Poe əsərləri /$bx$byz"]));
    // Places that count become blanks.
    assert_eq!(delete("650^2"), (1, lines(&["-650  0$aPoetry", "+650   $aPoetry"])));
    assert_eq!(delete("001/0-3").1, lines(&["-001 kart0001", "+001     0001"]));
    // Embedded fields.
    let whole = "-461  0$1001kart0007$12001 $aXəmsə$v1";
    assert_eq!(delete("461$1/001[0]"), (1, lines(&[whole, "+461  0$12001 $aXəmsə$v1"])));
    assert_eq!(delete("461$1/200$v"), (1, lines(&[whole, "+461  0$1001kart0007$12001 $aXəmsə"])));
    assert_eq!(delete("461$1/200$a$v"), (2, lines(&[whole, "+461  0$1001kart0007"])));
    assert_eq!(delete("461$1/200[0]"), (1, lines(&[whole, "+461  0$1001kart0007"])));
    let mut edited = record.clone();
    edited.delete(&path("461$1/200$a-v")).unwrap();
    edited.delete(&path("461$1/001[0]")).unwrap();
    assert_eq!(difference(&record, &edited), [whole]);
    assert_eq!(delete("999$a"), (0, Vec::new()));
}

#[test]
fn what_is_kept() {
    let mut record = marc();
    assert_eq!(
        record.keep(&FieldPath::parse_list("001, 245$b[1]$a, 461$1/200$a, 650^2, 008/0").unwrap()).unwrap(),
        3
    );
    assert_eq!(
        shown(&record),
        "001 kart0001\n008 990101s1999    aj            000 0 aze d\n245 14$aThe Poe əsərləri /$byz\n\
         461  0$1001kart0007$12001 $aXəmsə$v1\n650  0$aPoetry"
    );
    assert!(record.header().leader.is_some());
    let mut record = irbis();
    assert_eq!(record.keep(&FieldPath::parse_list("v675^*, v200^e").unwrap()).unwrap(), 4);
    assert_eq!(shown(&record), "200 ^eпроза\n675 821");
}

#[test]
fn records_of_irbis() {
    let record = irbis();
    let lines = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    assert_eq!(set(&record, "v920", "ASP"), (1, lines(&["-920 PAZK", "+920 ASP"])));
    assert_eq!(set(&record, "v200^a", "X"), (1, lines(&["-200 ^AҚара сөздер^eпроза", "+200 ^AX^eпроза"])));
    assert_eq!(set(&record, "v910^c", "1"), (1, lines(&["-910 ^a0^b123", "+910 ^a0^b123^c1"])));
    assert_eq!(set(&record, "v910^*", "1"), (1, lines(&["-910 ^a0^b123", "+910 1^a0^b123"])));
    assert_eq!(set(&record, "v910^*", ""), (0, Vec::new()));
    assert_eq!(set(&record, "v675^*", "9"), (1, lines(&["-675 821^ax", "+675 9^ax"])));
    assert_eq!(set(&record, "v10^a", "1"), (1, lines(&["+010 ^a1"])));
    assert_eq!(set(&record, "v10^*", "1"), (1, lines(&["+010 1"])));
    assert_eq!(set(&record, "v2022", "x"), (1, lines(&["+2022 x"])));
    let mut edited = record.clone();
    assert!(edited.set(&path("v920"), "a^b").is_err() && edited.set(&path("v200"), "x").is_err());
    assert_eq!(edited, record);
    assert_eq!(edited.delete(&path("v675^*")).unwrap(), 1);
    assert_eq!(edited.delete(&path("v920*0.4")).unwrap(), 1);
    assert_eq!(shown(&edited), "200 ^AҚара сөздер^eпроза\n675 ^ax\n910 ^a0^b123");
}

#[test]
fn values_are_written_in_the_character_set_of_the_record() {
    let mut record = Record::builder().data_field("200", "1 ", [('a', "Война и мир")]).build().unwrap();
    record.transcode(Charset::Windows1251, Policy::Strict).unwrap();
    assert_eq!(record.replace(&path("200$a"), |title| Some(title.replace("Война", "Vojna"))).unwrap(), 1);
    assert_eq!(record.set(&path("200$e"), "роман").unwrap(), 1);
    assert_eq!(record.set(&path("200$a/8-10"), "дом").unwrap(), 1);
    assert_eq!(
        record.fields().next().unwrap().raw(),
        b"1 \x1FaVojna \xE8 \xE4\xEE\xEC\x1Fe\xF0\xEE\xEC\xE0\xED"
    );
    let before = record.clone();
    let error = record.set(&path("200$a"), "ə").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Decode(_)));
    assert_eq!(record, before);
    // In MARC-8 a byte is no character.
    let mut record = Record::builder().data_field("245", "10", [('a', "Кино")]).build().unwrap();
    record.transcode(Charset::Marc8, Policy::Strict).unwrap();
    let before = record.clone();
    assert!(record.set(&path("245$a/0"), "К").is_err() && record.delete(&path("245$a/0")).is_err());
    assert_eq!(record, before);
    assert_eq!(record.set(&path("245$a"), "Кит").unwrap(), 1);
    assert_eq!(record.field("245").unwrap().subfield('a').unwrap().to_str().unwrap(), "Кит");
}

#[test]
fn many_edits_of_a_large_record_take_no_time_that_grows_with_their_square() {
    let mut record = Record::new();
    let tag = kartoteka::Tag::new(*b"650");
    for _ in 0..20_000 {
        record.push_field(tag, |field| field.subfield('a', "x").subfield('9', "y")).unwrap();
    }
    record
        .push_field(kartoteka::Tag::new(*b"700"), |field| {
            (0..20_000).for_each(|_| _ = field.subfield('9', "y"));
            field
        })
        .unwrap();
    assert_eq!(record.set(&path("650$a"), "z").unwrap(), 20_000);
    assert_eq!(record.delete(&path("...$9")).unwrap(), 40_000);
    assert_eq!(record.fields().len(), 20_000);
}

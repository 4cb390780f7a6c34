//! Filters: each operator on values that fit and that do not, in several character sets; precedence; faults.
#![cfg(feature = "regex")]

use kartoteka::{Charset, Filter, FilterOptions, Policy, Record, SelectOptions};

fn record() -> Record {
    Record::builder()
        .leader("00000cam a2200000 a 4500")
        .control_field("008", "990101s1999    aj            000 0 aze d")
        .data_field("020", "  ", [('a', "0491001304"), ('q', "hardback")])
        .data_field("245", "14", [('a', "The Əsərləri /"), ('c', "Füzuli.")])
        .data_field("650", " 0", [('a', "Poetry"), ('x', "History")])
        .data_field("650", " 7", [('a', "Poems"), ('2', "gtt")])
        .data_field("650", " 0", [('a', "Divans")])
        .build()
        .unwrap()
}

#[track_caller]
fn holds(text: &str) -> bool {
    let filter: Filter = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
    let printed = filter.to_string();
    assert_eq!(printed.parse::<Filter>().as_ref(), Ok(&filter), "{text}, printed {printed}");
    filter.matches(record().view())
}

#[test]
fn operators() {
    for (text, expected) in [
        ("020?", true),
        ("021?", false),
        ("!020?", false),
        ("!021?", true),
        ("! 021 ?", true),
        (r#"245$c == "Füzuli.""#, true),
        (r#"245$c=="Füzuli""#, false),
        (r#"245$c != "x""#, true),
        (r#"650$a != "Poetry""#, true), // another value is another
        (r#"ALL 650$a != "Poetry""#, false),
        (r#"ALL 650$a != "x""#, true),
        (r#"ALL 651$a != "x""#, false), // there is none
        (r#"ANY 650$a == "Poems""#, true),
        (r#"245$a =^ "The Ə""#, true),
        (r#"245$a =^ "the""#, false),
        (r#"245$a !^ "The""#, false),
        (r#"245$a =$ "/""#, true),
        (r#"245$a !$ "/""#, false),
        (r#"650$a =? "oem""#, true),
        (r#"650$a =? ["xx", "iva"]"#, true),
        (r#"650$a !? "o""#, true),
        (r#"ALL 650$a !? "o""#, false),
        (r#"245$a =* "The Eserleri /""#, false),
        (r#"650$a =* "Poetri""#, true),
        (r#"650$a !* "Poetri""#, true),
        (r#"650$a =~ "^P.*(ry|ms)$""#, true),
        (r#"650$a =~ ["^x", "^D\w+"]"#, true),
        (r#"650$a !~ "^P""#, true),
        (r#"ALL 650$a =~ "^[PD]""#, true),
        (r#"245$a =~ "^The \w+ /$""#, true), // letters, not bytes
        (r#"LDR/6 in ["a", "t"]"#, true),
        (r#"LDR/6 in ['t', "m"]"#, false),
        (r#"LDR/6 not in ["t", "m"]"#, true),
        ("LDR/6 in ['a']", true),
        ("008/7-10 >= 1990", true),
        ("008/7-10 > 1999", false),
        ("008/7-10 < 2000 && 008/7-10 <= 1999", true),
        ("008/7-10 == 1999", true),
        ("245$a > 5", false), // no number
        (r#"008/7-10 >= "1990""#, true),
        ("#650 >= 3", true),
        ("#650 == 3 && #650 <= 3 && !(#650 != 3)", true),
        ("#650$2 == 1", true),
        ("#6..$a-z > 3", true),
        ("#999 == 0 && #999 < 1", true),
        (r#"650{^2=\7}$a == "Poems""#, true),
        (r#"650[*7]a == "Poetry""#, false),
        (r#"650[0]$a == "Poetry""#, true),
        (r#"650^2 == "7""#, true),
        ("650^2 == 7", true),
        (r#"650 == "gtt""#, true), // a field stands for its subfields
        (r#"008 =$ "d""#, true),
        (r#"v245^a =^ "The""#, true),
        (r#"245a =^ "The""#, true),
        (r#"650$a == "Po\u{65}try""#, true),
        (r#"650$a =? "\"""#, false),
    ] {
        assert_eq!(holds(text), expected, "{text}");
    }
}

#[test]
fn booleans() {
    let (yes, no) = ("245?", "999?");
    for (text, expected) in [
        (format!("{yes}&&{no}"), false),
        (format!("{yes}||{no}"), true),
        (format!("{yes}^{yes}"), false),
        (format!("{yes} ^ {no}"), true),
        (format!("{yes} ^ {yes} ^ {yes}"), true),
        (format!("{yes} || {no} && {no}"), true),
        (format!("({yes} || {no}) && {no}"), false),
        (format!("{yes} ^ {yes} && {no}"), true),
        (format!("!({yes} && {no})"), true),
        (format!("  ( ( {yes} ) )  "), true),
        (format!("{no} || {yes} ^ {no}"), true),
        (format!("{}{yes}{}", "(".repeat(64), ")".repeat(64)), true),
    ] {
        assert_eq!(holds(&text), expected, "{text}");
    }
    // As the issue of a migration would have it.
    assert!(holds(r#"245$a =^ "The" && #650 >= 3 && !022? && LDR/6 in ["a","t"]"#));
}

#[test]
fn case_and_normalization() {
    let record = record();
    let asked = |text: &str, options| Filter::parse(text, options).unwrap().matches(record.view());
    let options = FilterOptions::new().ignore_case(true);
    assert!(asked(r#"245$a == "THE ƏSƏRLƏRI /" || 245$a =^ "tHE əsər""#, options));
    assert!(asked(r#"650$a =~ "^poetry$""#, options));
    assert!(asked(r#"650$a in ["POEMS"]"#, options));
    assert!(asked(r#"650$a =* "POEMZ""#, options));
    let options = FilterOptions::new().threshold(0.5);
    assert!(asked(r#"650$a =* "Poeba""#, options) && !asked(r#"650$a =* "Poeba""#, options.threshold(0.9)));
    let nfc = FilterOptions::new().select(SelectOptions::new().nfc(true));
    assert!(asked("245$c =^ \"Fu\u{308}zuli\"", nfc));
    assert!(!asked("245$c =^ \"Fu\u{308}zuli\"", FilterOptions::new()));
    let trim = FilterOptions::new().select(SelectOptions::new().trim(true));
    assert!(asked(r#"245$c == "Füzuli""#, trim));
}

/// The bytes of other character sets are compared as text, whether the needle is ASCII or not.
#[test]
fn character_sets() {
    let mut record = Record::builder().data_field("200", "1 ", [('a', "Война и мир = War")]).build().unwrap();
    record.transcode(Charset::Windows1251, Policy::Strict).unwrap();
    for (text, expected) in [
        (r#"200$a =^ "Война""#, true),
        (r#"200$a =$ "War""#, true),
        (r#"200$a =? "мир""#, true),
        (r#"200$a =~ "^Во\w+ и""#, true),
        (r#"200$a == "War""#, false),
        (r#"200$a/0-4 == "Война""#, true),
        (r#"200$a{~\мир}?"#, true),
    ] {
        assert_eq!(text.parse::<Filter>().unwrap().matches(record.view()), expected, "{text}");
    }
}

#[test]
fn faults() {
    for (text, offset, message) in [
        ("", 0, "path"),
        ("245$a", 5, "operator"),
        ("245$a =", 6, "operator"),
        ("245$a == ", 9, "text in quotes"),
        ("245$a == x", 9, "text in quotes"),
        (r#"245$a == "x"#, 11, "quote"),
        (r#"245$a == "x" y"#, 13, "the end"),
        ("245$A?", 4, "subfield code"),
        ("245? &&", 7, "path"),
        ("245? & 020?", 5, "the end"),
        ("(245?", 5, ")"),
        ("!245$a == 1", 7, "?"),
        ("#650", 4, "=="),
        ("#650 >= x", 8, "number"),
        (r#"245$a in []"#, 10, "text in quotes"),
        (r#"245$a in ["a" "b"]"#, 14, ", or ]"),
        ("245$a not on ['x']", 10, "operator"),
        (r#"245$a =~ "(""#, 0, "regular expression"),
    ] {
        let error = text.parse::<Filter>().unwrap_err();
        assert!(error.message().contains(message), "{text}: {error}");
        assert_eq!(error.offset(), offset, "{text}: {error}");
    }
    let deep = format!("{}245?{}", "(".repeat(65), ")".repeat(65));
    assert!(deep.parse::<Filter>().unwrap_err().message().contains("64"));
}

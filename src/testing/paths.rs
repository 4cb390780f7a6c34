//! Invariants of paths and filters, for any text, and generated paths.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::filter::Filter;
use crate::path::Order;
use crate::path::{FieldPath, SelectOptions};
use crate::record::{Builder, Record, Syntax};

/// Returns records to query: one of MARC, with repeated and embedded fields, and one of IRBIS.
fn records() -> [Record; 2] {
    let marc = Record::builder()
        .control_field("001", "kart0001")
        .control_field("008", "260114s2004    aj            000 p aze d")
        .data_field("020", "  ", [('a', "9780394856308"), ('q', "paperback"), ('a', "")])
        .data_field("245", "14", [('6', "880-01"), ('a', "The divan /"), ('b', "ə"), ('b', "x y")])
        .data_field("461", " 0", [('1', "2001 "), ('a', "Xəmsə"), ('1', "2000 "), ('a', "Divan")])
        .data_field("880", "10", [('6', "245-01/(3"), ('a', "ديوان /")])
        .build();
    let irbis = Builder::new(Syntax::IRBIS)
        .field("200", |field| field.subfield('A', "Қара сөздер").subfield('e', "проза"))
        .field("910", |field| field.lead("head").subfield('a', "0"))
        .field("2022", |field| field.lead("wide"))
        .build();
    [marc.unwrap_or_default(), irbis.unwrap_or_default()]
}

/// Invariants of [`FieldPath`], for any text: it is parsed, or refused at an offset in the text; a parsed
/// path prints a form that parses to the same path; every value found has a location, which is a path to the
/// same value; no value is cut inside a character, trimmed or not.
pub fn path(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let path: FieldPath = match text.parse() {
        Ok(path) => path,
        Err(error) => {
            assert!(text.is_char_boundary(error.offset()), "{text:?}: {error}");
            assert!(!error.expected().is_empty(), "{text:?}");
            return;
        }
    };
    let printed = path.to_string();
    assert_eq!(printed.parse::<FieldPath>().as_ref(), Ok(&path), "{text:?} printed as {printed:?}");
    assert_eq!(FieldPath::parse_list(&printed), Ok(vec![path.clone()]), "{printed:?} in a list");
    assert!(!path.explain().is_empty(), "{text:?}");
    let odd = SelectOptions::new().linked(true).trim(true).skip_nonfiling(true).nfc(true);
    for record in records() {
        for found in record.select(&path) {
            let place = found.place().to_string();
            let again = place.parse::<FieldPath>().map(|path| {
                record.select(&path).next().map(|again| again.text().as_bytes() == found.text().as_bytes())
            });
            assert_eq!(again, Ok(Some(true)), "{text:?} finds {place}");
        }
        for options in [SelectOptions::new(), SelectOptions::new().order(Order::Path), odd] {
            one_pass(&record, &path, options);
        }
        for found in record.select_with(&path, odd) {
            assert!(found.text().to_str().is_ok(), "{text:?} cuts a character at {}", found.place());
        }
        edits(&record, &path);
    }
}

/// Checks that the fast evaluation gives what the full one gives.
fn one_pass(record: &Record, path: &FieldPath, options: SelectOptions) {
    let mut expected = Vec::new();
    for found in record.select_with(path, options) {
        found.each_element(&mut |text| {
            expected.push(text.as_bytes().to_vec());
            false
        });
    }
    let mut given = Vec::new();
    path.any_element(record.view(), options, |text| {
        given.push(text.as_bytes().to_vec());
        false
    });
    assert_eq!(given, expected, "{path} {options:?}");
}

/// Invariants of edits, at any path.
///
/// - A failed edit leaves the record unchanged, and so does one that returns 0.
/// - A value that was set is found, and one that was deleted is not.
/// - Kept elements are unchanged, unless the path depends on the number of fields, or on other fields.
fn edits(record: &Record, path: &FieldPath) {
    let text = path.to_string();
    let values = |record: &Record| -> Vec<Vec<u8>> {
        record.select(path).map(|found| found.text().as_bytes().to_vec()).collect()
    };
    let before = values(record);
    let plain = !text.contains(['{', '/']);
    let counts = text.contains('[');
    for value in ["x", "ə y", "", "\u{1F}"] {
        let mut set = record.clone();
        match set.set(path, value) {
            Err(_) | Ok(0) => assert_eq!(&set, record, "{text} set to {value:?}"),
            Ok(_) => {
                // Numbers in the leader are not compared.
                assert!(&set != record || text.starts_with("LDR"), "{text} set to {value:?}");
                let all = values(&set);
                assert!(!plain || all.iter().all(|found| found == value.as_bytes()), "{text}: {all:?}");
                // Empty head text counts as none.
                assert!(!plain || value.is_empty() || all.len() >= before.len(), "{text}: {all:?}");
            }
        }
    }
    let mut same = record.clone();
    assert_eq!(same.replace(path, |_| None).ok(), Some(0), "{text}");
    assert_eq!(same.replace(path, |value| Some(value.to_owned())).ok(), Some(0), "{text}");
    assert_eq!(&same, record, "{text}");
    let mut deleted = record.clone();
    match deleted.delete(path) {
        Err(_) => assert_eq!(&deleted, record, "{text} deleted"),
        Ok(count) => {
            assert_eq!(count, before.len(), "{text} deleted");
            assert!(!plain || counts || text.contains('^') || values(&deleted).is_empty(), "{text} deleted");
        }
    }
    let mut kept = record.clone();
    match kept.keep(std::slice::from_ref(path)) {
        Err(_) => assert_eq!(&kept, record, "{text} kept"),
        Ok(_) => assert!(!plain || counts || values(&kept) == before, "{text} kept"),
    }
}

/// Invariants of [`Filter`], for any text: it is parsed, or refused at an offset in the text; a parsed filter
/// prints a form that parses to a filter with the same results.
pub fn filter(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let filter: Filter = match text.parse() {
        Ok(filter) => filter,
        Err(error) => {
            assert!(text.is_char_boundary(error.offset()), "{text:?}: {error}");
            return;
        }
    };
    let printed = filter.to_string();
    let again = printed.parse::<Filter>();
    assert_eq!(again.as_ref(), Ok(&filter), "{text:?} printed as {printed:?}");
    for record in records() {
        let answer = filter.matches(record.view());
        assert_eq!(again.as_ref().map(|again| again.matches(record.view())), Ok(answer), "{text:?}");
    }
}

/// Generates MARCspec paths, most of them valid.
pub fn path_text() -> impl Strategy<Value = String> {
    let tag = select(vec!["245", "6..", "...", "LDR", "008", "24a", "FMT", "020", "1119", "..0", "461"]);
    let span = prop_oneof![
        (0u32..200).prop_map(|at| at.to_string()),
        (0u32..9, 0u32..9).prop_map(|(from, more)| format!("{from}-{}", from + more)),
        (0u32..9).prop_map(|at| format!("{at}-#")),
        (0u32..9).prop_map(|at| format!("#-{at}")),
        Just("#".to_owned()),
    ];
    let optional = |open: &'static str, close: &'static str| {
        proptest::option::of(span.clone().prop_map(move |span| format!("{open}{span}{close}")))
            .prop_map(Option::unwrap_or_default)
    };
    let code = select(vec!["$a", "$b", "$1", "$a-z", "$0-9", "$!", "${", "$,", "$$", "$/", "$*", "$6"]);
    let code = (code, optional("[", "]"), optional("/", "")).prop_map(|(a, b, c)| format!("{a}{b}{c}"));
    let string = "[!-~ə]{1,6}".prop_map(|text: String| {
        text.chars().fold("\\".to_owned(), |mut text, character| {
            if "${}!=~?|".contains(character) {
                text.push('\\');
            }
            text.push(character);
            text
        })
    });
    let field = (tag, optional("[", "]"));
    let term = prop_oneof![
        string,
        code.clone(),
        select(vec!["^1", "^2", "[0]", "[#]/1", "/0-1", "/#", "[1]^2"]).prop_map(str::to_owned),
        (field.clone(), code.clone()).prop_map(|((tag, index), code)| format!("{tag}{index}{code}")),
    ];
    let op = select(vec!["", "=", "!=", "~", "!~", "?", "!"]);
    let test =
        (proptest::option::of(term.clone()), op, term).prop_map(|(left, op, right)| match (left, op) {
            (Some(_), "") => right,
            (left, op) => format!("{}{op}{right}", left.unwrap_or_default()),
        });
    let condition = vec(test, 1..3).prop_map(|tests| format!("{{{}}}", tests.join("|")));
    let conditions = vec(condition, 0..3).prop_map(|conditions| conditions.concat());
    let codes =
        vec((code, conditions.clone()).prop_map(|(code, conditions)| format!("{code}{conditions}")), 1..4);
    let target = prop_oneof![
        optional("/", ""),
        select(vec!["^1", "^2"]).prop_map(str::to_owned),
        codes.prop_map(|codes| codes.concat()),
        Just("$1/200$a".to_owned()),
    ];
    (field, target, conditions)
        .prop_map(|((tag, index), target, conditions)| format!("{tag}{index}{target}{conditions}"))
}

//! Invariants of the coded view and its setters.

use crate::coded::{Coded, Lang, Meaning, Value, set_as};
use crate::record::{Dialect, Leader, Record};

/// Reads codes out of any bytes, in every dialect, and sets them: the pieces between bytes FF are a leader, the bodies of fields
/// 006, 007, 008, 041 and 100, and a value.
///
/// # Panics
/// If a value is not found again by its path, a code of the list is refused or not there after it was set, a field gets
/// another length by that, or a refused value changes the record.
pub fn fixed_fields(data: &[u8]) {
    let mut pieces = data.split(|byte| *byte == 0xFF).map(String::from_utf8_lossy);
    let mut next =
        || pieces.next().unwrap_or_default().replace('\u{1F}', "").chars().take(200).collect::<String>();
    let leader = Leader::padded(next().as_bytes());
    let (one, two, three, four, five, value) = (next(), next(), next(), next(), next(), next());
    let record = Record::builder()
        .as_is()
        .control_field("006", one)
        .control_field("007", two)
        .control_field("008", three)
        .data_field("041", "0 ", [('a', four)])
        .data_field("100", "  ", [('a', five)])
        .build();
    let Ok(mut record) = record else { return };
    record.set_leader(Some(leader));
    for dialect in Dialect::ALL {
        let view = Coded::with_dialect(record.view(), *dialect);
        for found in view.values() {
            let path = found.path().to_string();
            let again = view.get(&path).map(|again| again.raw().to_owned());
            assert_eq!(again.as_deref(), Some(found.raw()), "{path} in {dialect}");
            assert!(!found.to_string().is_empty() && found.label(Lang::Ru).len() < 100_000, "{path}");
            codes_again(&record, *dialect, found);
            set_any(&record, *dialect, &path, &value);
        }
        for path in [
            "LDR/06",
            "006/00",
            "006/16",
            "007/01",
            "008/18-21",
            "008/35-37",
            "041$h",
            "100$a/17-19",
            "105$a/11",
        ] {
            set_any(&record, *dialect, path, &value);
        }
    }
}

/// Sets each code that is there.
fn codes_again(record: &Record, dialect: Dialect, found: &Value<'_>) {
    let is_row = found.codes().any(|code| code.path().chars.is_some() && found.path().chars.is_none());
    for code in found.codes() {
        let path = code.path().to_string();
        let mut copy = record.clone();
        let done = set_as(&mut copy, dialect, &path, code.raw());
        match (code.meaning(), done) {
            (Meaning::Known(_), Ok(())) => assert_eq!(copy, *record, "{path} in {dialect}"),
            // Languages that run together have no place of their own.
            (Meaning::Known(_), Err(error)) => assert!(is_row, "{path} in {dialect}: {error}"),
            (Meaning::Obsolete(_), done) => assert!(done.is_err(), "{path} in {dialect}"),
            _ => {}
        }
    }
}

/// Sets a value that may be anything.
fn set_any(record: &Record, dialect: Dialect, path: &str, value: &str) {
    let mut copy = record.clone();
    if set_as(&mut copy, dialect, path, value).is_err() {
        assert_eq!(copy, *record, "{path} in {dialect}: {value:?} was refused");
        return;
    }
    let view = Coded::with_dialect(copy.view(), dialect);
    if view.reading() != Coded::with_dialect(record.view(), dialect).reading() {
        return; // the code was what showed the dialect
    }
    let found = view.get(path).map(|found| found.meaning());
    // Another leader/06 may be that of another format, and another first position that of another material.
    let is_kind =
        path.ends_with("/6") || path.ends_with("/06") || path.ends_with("/0") || path.ends_with("/7");
    assert!(
        is_kind || !matches!(found, None | Some(Meaning::Unknown | Meaning::Obsolete(_))),
        "{path} in {dialect}: {value:?}"
    );
    let length = |record: &Record, tag: u32| {
        record.field(tag).map(|field| field.raw_text().to_str_lossy().chars().count())
    };
    for (tag, least) in [(6, 18), (8, 40)] {
        let (before, after) = (length(record, tag), length(&copy, tag));
        assert!(
            before == after || before < Some(least),
            "{path} in {dialect}: field {tag}, {before:?}, {after:?}"
        );
    }
}

//! R107, R109 to R111: what a description in IRBIS, the base IBIS, should have by its worksheet: names, the whole of a set, the
//! extent, the author mark. After the quality checks of ManagedIrbis, as far as they hold for every library.

use super::{Card, ContentRule, Family};
use crate::finding::{Findings, rules};
use crate::record::FieldRef;

rules! {
    NAMES_CONFLICT "R107" "names-conflict" Note
        "Two names of an IRBIS record contradict each other, or a name is given as its own initials."
        r#"The main heading is a person, in 700, or a body, in 710, and not both. `^b` has the initials of a name and `^g` the names in
full, so that they are not the same.

It is kept.

```input.ndjson
{"fields":[{"920":"PAZK"},{"903":"84/N61"},{"700":{"subfields":[{"A":"Nizami"},{"B":"G."},{"G":"G."}]}},{"200":{"subfields":[{"A":"Divan"}]}},{"215":{"subfields":[{"A":"336"}]}}]}
```

```text
note[R107] record 1 (line 1, byte 0), field 700[0]$g[0] (#3): the names in full are the initials of b; kept
```
"#;

    SET_RECORD "R109" "set-record" Note
        "A volume of a set lacks the set, or a book has one."
        r#"A record with the worksheet SPEC describes a volume: the title of its set is in `461^c`, its number in `200^v`. A record with the
worksheet PAZK describes a book that is whole, so that it has no 461.

It is kept.

```input.ndjson
{"fields":[{"920":"SPEC"},{"903":"84/N61"},{"200":{"subfields":[{"V":"1"},{"A":"Divan"}]}},{"215":{"subfields":[{"A":"336"}]}}]}
```

```text
note[R109] record 1 (line 1, byte 0), field 461: a volume of a set has no field 461; kept
```
"#;

    EXTENT_MISSING "R110" "extent-missing" Note
        "A book in IRBIS has no number of pages."
        r#"The number of pages is in `215^a`, as a number, by which IRBIS prints and counts.

It is kept.

```input.ndjson
{"fields":[{"920":"PAZK"},{"903":"84/N61"},{"200":{"subfields":[{"A":"Divan"}]}},{"215":{"subfields":[{"A":"many"}]}}]}
```

```text
note[R110] record 1 (line 1, byte 0), field 215[0]$a[0] (#4): "many" has no number; kept
```
"#;

    AUTHOR_MARK "R111" "author-mark" Note
        "An author mark of IRBIS is not a letter and a number."
        r#"The author mark in 908 is a letter and a number of two or three digits, by which books stand on the shelf: Cyrillic `П 91`,
Latin `N61`.

It is kept.

```input.ndjson
{"fields":[{"920":"PAZK"},{"903":"84/N61"},{"200":{"subfields":[{"A":"Divan"}]}},{"215":{"subfields":[{"A":"336"}]}},{"908":"61N"}]}
```

```text
note[R111] record 1 (line 1, byte 0), field 908[0] (#5): "61N" is not a letter and a number; kept
```
"#;
}

pub(super) const RULE: ContentRule =
    ContentRule { rules: ALL, families: &[Family::Irbis], check, ..ContentRule::BASE };

fn check(card: &Card<'_>, findings: &mut Findings) {
    let sheet = card
        .fields(920)
        .next()
        .map(|field| field.raw().trim_ascii().to_ascii_uppercase())
        .unwrap_or_default();
    names(card, findings);
    set(card, &sheet, findings);
    if matches!(sheet.as_slice(), b"PAZK" | b"SPEC") {
        extent(card, findings);
    }
    for field in card.fields(908) {
        let Ok(text) = field.raw_text().to_str() else { continue };
        if !is_author_mark(text.trim()) {
            card.tell_field(AUTHOR_MARK, field, format!("{text:?} is not a letter and a number"), findings);
        }
    }
}

fn names(card: &Card<'_>, findings: &mut Findings) {
    if let (true, Some(body)) = (card.has(700), card.fields(710).next()) {
        card.tell_field(NAMES_CONFLICT, body, "the main heading is a person already, in 700", findings);
    }
    for field in [700, 701, 702].into_iter().flat_map(|tag| card.fields(tag)) {
        let bytes = |code| {
            field.subfield(code).map(|part| part.as_bytes()).filter(|part| !part.trim_ascii().is_empty())
        };
        if let (Some(short), Some(full)) = (bytes('b'), bytes('g')) {
            if short == full {
                let message = "the names in full are the initials of b".to_owned();
                card.tell(NAMES_CONFLICT, field, full, message, findings);
            }
        }
    }
}

fn set(card: &Card<'_>, sheet: &[u8], findings: &mut Findings) {
    let whole = card.fields(461).next();
    let lacks = |field: FieldRef<'_>, code| field.subfield(code).is_none();
    match (sheet, whole) {
        (b"SPEC", None) => card.tell_missing(SET_RECORD, 461, "a volume of a set has no field 461", findings),
        (b"SPEC", Some(whole)) if lacks(whole, 'c') => {
            card.tell_field(SET_RECORD, whole, "the set has no title, subfield c", findings);
        }
        (b"PAZK", Some(whole)) => {
            card.tell_field(SET_RECORD, whole, "a book that is whole has a set", findings);
        }
        _ => {}
    }
    let title = card.fields(200).next().filter(|title| sheet == b"SPEC" && lacks(*title, 'v'));
    if let Some(title) = title {
        card.tell_field(SET_RECORD, title, "a volume of a set has no number, subfield v", findings);
    }
}

fn extent(card: &Card<'_>, findings: &mut Findings) {
    let Some(field) = card.fields(215).next() else {
        return card.tell_missing(EXTENT_MISSING, 215, "there is no field 215, the extent", findings);
    };
    match field.subfield('a') {
        None => card.tell_field(EXTENT_MISSING, field, "the extent has no subfield a", findings),
        Some(pages) if !pages.as_bytes().iter().any(u8::is_ascii_digit) => {
            let text = pages.to_str_lossy();
            // Pages that are not numbered are counted in Roman figures, or said to be so.
            let is_roman = !text.is_empty() && text.bytes().all(|byte| b"ivxlcdmIVXLCDM[], ".contains(&byte));
            if !is_roman {
                card.tell(
                    EXTENT_MISSING,
                    field,
                    pages.as_bytes(),
                    format!("{text:?} has no number"),
                    findings,
                );
            }
        }
        Some(_) => {}
    }
}

/// Whether a text is an author mark: a letter, or three with a hyphen after them, and two or three digits.
fn is_author_mark(text: &str) -> bool {
    let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit());
    let head = text.strip_suffix(digits).unwrap_or(text).trim_end_matches([' ', '-']);
    let letters = head.chars().count();
    (2..=3).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && (1..=3).contains(&letters)
        && head.chars().all(char::is_alphabetic)
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"3	{"G":"Гянджеви"}	{"G":"Г."}	R107	700[0]$g[0]
3	{"200":	{"710":{"subfields":[{"A":"Академия"}]}},{"200":	R107	710[0]
3	{"200":	{"702":{"subfields":[{"A":"Шаир"},{"B":"М."},{"G":"М."}]}},{"200":	R107	702[0]$g[0]
3	"PAZK"},	"SPEC"},{"461":{"subfields":[{"C":"Собрание"}]}},	R109	200[0]
3	{"210":	{"461":{"subfields":[{"C":"Собрание"}]}},{"210":	R109	461[0]
3	{"610":	{"461":{"subfields":[{"C":"Хамса"},{"D":"Баку"}]}},{"610":	R109	461[0]
3	{"215":{"subfields":[{"A":"336"}]}},		R110	215
3	{"A":"336"}	{"D":"20"}	R110	215[0]
3	{"A":"336"}	{"A":"много"}	R110	215[0]$a[0]
3	{"610":	{"908":"61Н"},{"610":	R111	908[0]
3	{"610":	{"908":"Низами 61"},{"610":	R111	908[0]
3	{"610":	{"908":"Н"},{"610":	R111	908[0]
"#;

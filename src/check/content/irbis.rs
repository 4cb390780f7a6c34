//! R101 to R108 and V116: what a catalogue of IRBIS, the base IBIS, relies on: worksheet, document code, items, title, plain fields,
//! the log of cataloguing, prices.
//!
//! The rules are those of the quality checks of ManagedIrbis, as far as they hold for every library; menus are each library's own.

use super::{Card, ContentRule, Family, calendar};
use crate::finding::{Findings, rules};

rules! {
    WORKSHEET "R101" "worksheet" Warning
        "The worksheet of an IRBIS record is missing, repeated or not a name."
        r#"By the worksheet in 920 IRBIS chooses how a record is entered and shown: PAZK, SPEC, NJ and others. It is one word, and a record
has one.

It is kept.

```input.ndjson
{"fields":[{"903":"84/N61"},{"200":{"subfields":[{"A":"Divan"}]}}]}
```

```text
warning[R101] record 1 (line 1, byte 0), field 920: there is no field 920, the worksheet; kept
```
"#;

    DOCUMENT_CODE "R102" "document-code" Warning
        "The document code of an IRBIS record is missing, empty or repeated."
        r#"By the code in 903 IRBIS finds the record of a loan and of an order. Each record has one, and no other has the same.

It is kept.

```input.ndjson
{"fields":[{"920":"PAZK"},{"200":{"subfields":[{"A":"Divan"}]}},{"903":"84/N61"},{"903":"84/N62"}]}
```

```text
warning[R102] record 1 (line 1, byte 0), field 903[1] (#4): field 903 is repeated; kept
```
"#;

    ITEM_REPEATED "R103" "item-repeated" Warning
        "Two items of a record have one number."
        r#"Loans go by the number of the item in `910^b`. With one number for two items, one of them cannot be returned.

It is kept.

```input.ndjson
{"fields":[{"920":"PAZK"},{"903":"84/N61"},{"200":{"subfields":[{"A":"Divan"}]}},{"910":{"subfields":[{"A":"0"},{"B":"100"}]}},{"910":{"subfields":[{"A":"0"},{"B":"100"}]}}]}
```

```text
warning[R103] record 1 (line 1, byte 0), field 910[1]$b[0] (#5): an item before this one has the number 100 too; kept
```
"#;

    ITEM_STATUS "R104" "item-status" Note
        "The status of an item is unknown to IRBIS."
        r#"`910^a` is the state of the item: a digit of the menu, or C, P, R or U for copies that are kept otherwise.

It is kept.

```input.ndjson
{"fields":[{"920":"PAZK"},{"903":"84/N61"},{"200":{"subfields":[{"A":"Divan"}]}},{"910":{"subfields":[{"A":"7"},{"B":"100"}]}}]}
```

```text
note[R104] record 1 (line 1, byte 0), field 910[0]$a[0] (#4): "7" is not a status of items; kept
```
"#;

    IRBIS_TITLE "R105" "irbis-title" Warning
        "The title of an IRBIS record is missing or repeated."
        r#"A book or an article has one title, in `200^a`. Volumes and issues have theirs in the record of the whole.

It is kept.

```input.ndjson
{"fields":[{"920":"PAZK"},{"903":"84/N61"},{"200":{"subfields":[{"F":"Nizami"}]}}]}
```

```text
warning[R105] record 1 (line 1, byte 0), field 200[0] (#3): the title has no subfield a; kept
```
"#;

    PLAIN_FIELD "R106" "plain-field" Note
        "A field of plain text has subfields."
        r#"IRBIS reads these fields as plain text, so that the delimiter and the code are shown, and searched for, as part of the value.

It is kept.

```input.ndjson
{"fields":[{"920":"PAZK"},{"903":"84/N61"},{"200":{"subfields":[{"A":"Divan"}]}},{"101":{"subfields":[{"A":"rus"}]}}]}
```

```text
note[R106] record 1 (line 1, byte 0), field 101[0]$a[0] (#4): field 101 is plain text, but has a subfield A; kept
```
"#;

    LOG_DATE "R108" "log-date" Note
        "The log of cataloguing has a day that does not exist."
        r#"Each step of cataloguing is a field 907 with its day, `yyyymmdd`, by which work is counted.

It is kept.

```input.ndjson
{"fields":[{"920":"PAZK"},{"903":"84/N61"},{"200":{"subfields":[{"A":"Divan"}]}},{"907":{"subfields":[{"C":"KR"},{"A":"20261314"}]}}]}
```

```text
note[R108] record 1 (line 1, byte 0), field 907[0]$a[0] (#4): "20261314" is not a day in the form yyyymmdd; kept
```
"#;

    PRICE_INVALID "V116" "price-invalid" Note
        "A price is not a number."
        r#"A price begins with a digit and is a number, which IRBIS adds up in its statistics.

It is kept.

```input.ndjson
{"fields":[{"920":"PAZK"},{"903":"84/N61"},{"10":{"subfields":[{"D":"dear"}]}},{"200":{"subfields":[{"A":"Divan"}]}}]}
```

```text
note[V116] record 1 (line 1, byte 0), field 010[0]$d[0] (#3): "dear" is not a price; kept
```
"#;
}

pub(super) const RULE: ContentRule =
    ContentRule { rules: ALL, families: &[Family::Irbis], check, ..ContentRule::BASE };

/// Fields whose value has no subfields.
const PLAIN: [u32; 6] = [101, 102, 610, 903, 908, 920];
/// The codes of the state of an item, 910^a: digits of the menu `ste.mnu`, and letters for copies that are counted otherwise.
const STATES: &str = "012345689CPRU";

fn check(card: &Card<'_>, findings: &mut Findings) {
    single(card, findings);
    items(card, findings);
    for tag in PLAIN {
        for field in card.fields(tag) {
            if let Some(part) = field.subfields().next() {
                let message = format!("field {tag} is plain text, but has a subfield {}", part.code());
                card.tell(PLAIN_FIELD, field, part.value().as_bytes(), message, findings);
            }
        }
    }
    card.values(907, 'a', |field, bytes, value| {
        if !value.is_empty() && !calendar::is_date(value) {
            card.tell(
                LOG_DATE,
                field,
                bytes,
                format!("{value:?} is not a day in the form yyyymmdd"),
                findings,
            );
        }
    });
    card.values(10, 'd', |field, bytes, value| {
        let value = value.trim();
        let is_price = value.starts_with(|first: char| first.is_ascii_digit())
            && value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b' '));
        if !value.is_empty() && !is_price {
            card.tell(PRICE_INVALID, field, bytes, format!("{value:?} is not a price"), findings);
        }
    });
}

/// Fields of which a record has exactly one.
fn single(card: &Card<'_>, findings: &mut Findings) {
    let worksheet = card.fields(920).next();
    let kind = worksheet.map(|field| field.raw().trim_ascii().to_ascii_uppercase()).unwrap_or_default();
    match worksheet {
        None => card.tell_missing(WORKSHEET, 920, "there is no field 920, the worksheet", findings),
        Some(field) if field.subfields().next().is_none() => {
            let is_name = !kind.is_empty()
                && kind.len() <= 12
                && kind.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
            if !is_name {
                card.tell_field(WORKSHEET, field, "the value is not the name of a worksheet", findings);
            }
        }
        Some(_) => {}
    }
    for (rule, tag) in [(WORKSHEET, 920), (DOCUMENT_CODE, 903), (IRBIS_TITLE, 200)] {
        if let Some(second) = card.fields(tag).nth(1) {
            card.tell_field(rule, second, format!("field {tag} is repeated"), findings);
        }
    }
    match card.fields(903).next() {
        None => {
            card.tell_missing(DOCUMENT_CODE, 903, "there is no field 903, the code of the document", findings)
        }
        Some(field) if field.raw().iter().all(|byte| *byte == b' ') => {
            card.tell_field(DOCUMENT_CODE, field, "the code of the document is empty", findings);
        }
        Some(_) => {}
    }
    // A volume or an issue has its title in the record of the whole.
    let is_book = matches!(kind.as_slice(), b"PAZK" | b"PAZ" | b"PVK" | b"ASP");
    match card.fields(200).next() {
        None if is_book => card.tell_missing(IRBIS_TITLE, 200, "there is no field 200, the title", findings),
        Some(field) if is_book && field.subfield('a').is_none() => {
            card.tell_field(IRBIS_TITLE, field, "the title has no subfield a", findings);
        }
        _ => {}
    }
}

fn items(card: &Card<'_>, findings: &mut Findings) {
    let mut numbers = std::collections::HashSet::new();
    for field in card.fields(910) {
        if let Some(state) = field.subfield('a') {
            let known =
                matches!(state.as_bytes(), [byte] if STATES.contains(char::from(byte.to_ascii_uppercase())));
            if !known && !state.as_bytes().is_empty() {
                let message = format!("{state:?} is not a status of items");
                card.tell(ITEM_STATUS, field, state.as_bytes(), message, findings);
            }
        }
        let Some(number) = field.subfield('b').map(|number| number.as_bytes()) else { continue };
        let counts = field
            .subfield('a')
            .is_some_and(|state| matches!(state.as_bytes(), [b'U' | b'u' | b'R' | b'r' | b'C' | b'c']));
        if !number.trim_ascii().is_empty() && !counts && !numbers.insert(number) {
            let message =
                format!("an item before this one has the number {} too", String::from_utf8_lossy(number));
            card.tell(ITEM_REPEATED, field, number, message, findings);
        }
    }
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"3	{"920":"PAZK"},		R101	920
3	{"920":"PAZK"}	{"920":"PAZK"},{"920":"SPEC"}	R101	920[1]
3	"PAZK"	"книга"	R101	920[0]
3	{"903":"84/Н61-1"},		R102	903
3	{"903":"84/Н61-1"}	{"903":"84/Н61-1"},{"903":"84/Н61-2"}	R102	903[1]
3	"84/Н61-1"	""	R102	903[0]
3	{"B":"101"}	{"B":"100"}	R103	910[1]$b[0]
3	{"A":"1"},{"B":"101"}	{"A":"9"},{"B":"100"}	R103	910[1]$b[0]
3	{"B":"100"},{"D":"КХ"}	{"B":"101"},{"D":"КХ"}	R103	910[1]$b[0]
3	{"A":"0"}	{"A":"7"}	R104	910[0]$a[0]
3	{"A":"1"}	{"A":"Z"}	R104	910[1]$a[0]
3	{"A":"0"}	{"A":"00"}	R104	910[0]$a[0]
3	{"A":"Диван"},		R105	200[0]
3	{"200":{"subfields":[{"A":"Диван"},{"F":"Низами"}]}},		R105	200
3	{"210":	{"200":{"subfields":[{"A":"Хамса"}]}},{"210":	R105	200[1]
3	{"101":"rus"}	{"101":{"subfields":[{"A":"rus"}]}}	R106	101[0]$a[0]
3	{"610":"поэзия"}	{"610":{"subfields":[{"A":"поэзия"}]}}	R106	610[0]$a[0]
3	{"102":"AZ"}	{"102":{"subfields":[{"A":"AZ"}]}}	R106	102[0]$a[0]
3	{"A":"20260114"}	{"A":"20261314"}	R108	907[0]$a[0]
3	{"A":"20260114"}	{"A":"2026"}	R108	907[0]$a[0]
3	{"A":"20260114"}	{"A":"14.01.26"}	R108	907[0]$a[0]
3	{"D":"120.50"}	{"D":"дорого"}	V116	010[0]$d[0]
3	{"D":"120.50"}	{"D":"-"}	V116	010[0]$d[0]
3	{"D":"120.50"}	{"D":"руб. 120"}	V116	010[0]$d[0]
"#;

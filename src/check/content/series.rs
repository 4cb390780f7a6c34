//! X118: a series that is traced, 490 with first indicator 1, has an added entry in 800 to 830, and such an entry has a statement
//! that it is made from, in 490 or, in older records, 440 and 400 to 411.

use super::{Card, ContentRule, Family};
use crate::finding::{Findings, rules};

rules! {
    SERIES_ENTRY "X118" "series-entry" Note
        "A statement of series and its added entry are not both there."
        r#"490 with first indicator 1 says that the series is found under another form, which is in 800 to 830. Where one of the two is
missing, the series is not found, or not shown.

It is kept.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan."}]}},{"490":{"ind1":"1","ind2":" ","subfields":[{"a":"Poets"}]}}]}
```

```text
note[X118] record 1 (line 1, byte 0), field 490[0]^1 (#2): indicator 1 says that the series is traced, and there is no field 800 to 830; kept
```
"#;
}

pub(super) const RULE: ContentRule =
    ContentRule { rules: ALL, families: &[Family::Marc21], check, ..ContentRule::BASE };

fn check(card: &Card<'_>, findings: &mut Findings) {
    let entry = [800, 810, 811, 830].into_iter().find_map(|tag| card.fields(tag).next());
    let mut statements =
        card.fields(490).chain([440, 400, 410, 411].into_iter().flat_map(|tag| card.fields(tag)));
    match (entry, statements.next()) {
        (None, Some(_)) => {
            let traced = card.fields(490).find(|field| field.indicators().first() == Some(&b'1'));
            if let Some(field) = traced {
                let message =
                    "indicator 1 says that the series is traced, and there is no field 800 to 830".to_owned();
                card.tell_indicator(SERIES_ENTRY, field, 1, message, findings);
            }
        }
        (Some(entry), None) => {
            card.tell_field(
                SERIES_ENTRY,
                entry,
                "there is no statement of series, in 490 or an older field",
                findings,
            );
        }
        _ => {}
    }
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"1	{"830":	{"793":	X118	490[0]^1
1	{"830":{"ind1":" ","ind2":"0","subfields":[{"a":"Poets."}]}}	{"501":{"ind1":" ","ind2":" ","subfields":[{"a":"Poets."}]}}	X118	490[0]^1
1	{"490":{"ind1":"1"	{"501":{"ind1":" "	X118	830[0]
"#;

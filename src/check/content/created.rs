//! V112: the date on which a record was made: 008/0-5 of MARC 21, a year of two digits, and 100$a/0-7 of UNIMARC.

use super::{Card, ContentRule, Family, calendar};
use crate::bytes::Cut;
use crate::finding::{Findings, rules};

rules! {
    DATE_INVALID "V112" "date-invalid" Warning
        "A coded date is a day that does not exist."
        r#"The date on which the record was made is not in the calendar, so that the record was damaged or shifted.

It is kept.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"008":"260230s2005    enka          000 0 eng d"},{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan."}]}}]}
```

```text
warning[V112] record 1 (line 1, byte 0), field 008[0]/0-5 (#1): the date of the record is "260230", a day that does not exist; kept
```
"#;
}

pub(super) const RULE: ContentRule =
    ContentRule { rules: ALL, families: &[Family::Marc21, Family::Unimarc], check, ..ContentRule::BASE };

fn check(card: &Card<'_>, findings: &mut Findings) {
    let mut look = |field, value: &[u8], last: u16, century: &str| {
        let Ok(text) = std::str::from_utf8(value.cut(..=usize::from(last))) else { return };
        let unknown = text.bytes().all(|byte| matches!(byte, b' ' | b'|' | b'-'));
        // The year of two digits may be of either century: 29 February of 00 exists in 2000.
        if !unknown && !calendar::is_date(&format!("{century}{text}")) {
            let message = format!("the date of the record is {text:?}, a day that does not exist");
            card.tell_characters(DATE_INVALID, (field, value), (0, last), message, findings);
        }
    };
    if card.family == Family::Marc21 {
        card.fields(8).for_each(|field| look(field, field.raw(), 5, "20"));
        return;
    }
    for field in card.fields(100) {
        if let Some(value) = field.subfield('a') {
            look(field, value.as_bytes(), 7, "");
        }
    }
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"1	260114s2005	261314s2005	V112	008[0]/0-5
1	260114s2005	260230s2005	V112	008[0]/0-5
2	20260114d2005	20260132d2005	V112	100[0]$a[0]/0-7
"#;

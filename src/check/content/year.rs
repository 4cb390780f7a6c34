//! X107: the year in 008/7-10 against those in 260 and 264 `$c`.
//!
//! Only single known dates are compared (008/6 is `s`), and only where `$c` has a year of four digits. A note: reprints and dates of
//! copyright are recorded in several ways.

use super::{Card, ContentRule, Family};
use crate::bytes::Cut;
use crate::finding::{Findings, rules};

rules! {
    YEAR_DISAGREES "X107" "year-disagrees" Note
        "The coded year is not among those in the imprint."
        r#"Catalogues sort and limit by the year in 008 and show that of 260 or 264. Only single years are compared, where 008/6 is `s`.

It is kept.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"008":"260114s2005    enka          000 0 eng d"},{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan."}]}},{"264":{"ind1":" ","ind2":"1","subfields":[{"a":"London,"},{"c":"2006."}]}}]}
```

```text
note[X107] record 1 (line 1, byte 0), field 008[0]/7-10 (#1): the year is 2005, which is not among those in 260 or 264; kept
```
"#;
}

pub(super) const RULE: ContentRule =
    ContentRule { rules: ALL, families: &[Family::Marc21], check, ..ContentRule::BASE };

fn check(card: &Card<'_>, findings: &mut Findings) {
    let Some(coded) = card.fields(8).next().filter(|field| field.raw().cut(6..7) == b"s") else { return };
    let year = coded.raw().cut(7..11);
    if year.len() != 4 || !year.iter().all(u8::is_ascii_digit) {
        return;
    }
    let mut some = false;
    for field in card.fields(260).chain(card.fields(264)) {
        for value in field.subfields_with('c') {
            for run in value.as_bytes().split(|byte| !byte.is_ascii_digit()) {
                if run == year {
                    return;
                }
                some |= run.len() == 4;
            }
        }
    }
    if some {
        let year = String::from_utf8_lossy(year);
        let message = format!("the year is {year}, which is not among those in 260 or 264");
        card.tell_characters(YEAR_DISAGREES, (coded, coded.raw()), (7, 10), message, findings);
    }
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"1	"2005."	"2006."	X107	008[0]/7-10
1	"2005."	"[1998]"	X107	008[0]/7-10
1	s2005 	s1905 	X107	008[0]/7-10
"#;

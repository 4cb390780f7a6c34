//! C005: the date and time of the latest transaction, field 005: `yyyymmddhhmmss.f`, a day and a time that exist.

use super::{Card, ContentRule, Family, calendar};
use crate::finding::{Findings, rules};

rules! {
    TRANSACTION_DATE "C005" "transaction-date" Warning
        "Field 005 is not a date and a time that exist."
        r#"Programs that exchange records decide by 005 which of two versions is the newer. It has sixteen characters, `yyyymmddhhmmss.f`.

It is kept.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"005":"20260230112000.0"},{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan."}]}}]}
```

```text
warning[C005] record 1 (line 1, byte 0), field 005[0] (#1): "20260230112000.0" is not a date and time in the form yyyymmddhhmmss.f; kept
```
"#;
}

pub(super) const RULE: ContentRule =
    ContentRule { rules: ALL, families: &[Family::Marc21, Family::Unimarc], check, ..ContentRule::BASE };

fn check(card: &Card<'_>, findings: &mut Findings) {
    for field in card.fields(5) {
        let Ok(value) = field.raw_text().to_str() else { continue };
        if !is_moment(&value) {
            let message = format!("{value:?} is not a date and time in the form yyyymmddhhmmss.f");
            card.tell_field(TRANSACTION_DATE, field, message, findings);
        }
    }
}

fn is_moment(value: &str) -> bool {
    let Some((date, time)) = value.split_at_checked(8) else { return false };
    let below = |from: usize, limit: u32| {
        let number = time.get(from..from + 2).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
        number.and_then(|part| part.parse::<u32>().ok()).is_some_and(|number| number < limit)
    };
    let tenth = matches!(time.as_bytes(), [_, _, _, _, _, _, b'.', tenth] if tenth.is_ascii_digit());
    // A second may be the leap second.
    calendar::is_date(date) && tenth && below(0, 24) && below(2, 60) && below(4, 61)
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"1	20260114112000.0	20261314112000.0	C005	005[0]
1	20260114112000.0	20260114112000	C005	005[0]
2	20260114112000.0	20260230112000.0	C005	005[0]
"#;

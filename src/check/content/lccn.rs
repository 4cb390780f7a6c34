//! V105: control numbers of the Library of Congress in 010: up to three letters, two digits of the year and six more, since 2001 four
//! digits of the year and six more; what comes after a `/` is of no matter. Blanks at the ends, which many systems drop, are not
//! looked at; nor are serial numbers with a hyphen, which are written short.

use super::{Card, ContentRule, Family};
use crate::finding::{Findings, rules};

rules! {
    LCCN_INVALID "V105" "lccn-invalid" Warning
        "A value is not a control number of the Library of Congress."
        r#"A control number of the Library of Congress is up to three letters, a year of two digits and six more, or of four digits and six
more. Programs take 010 for it, so that a local number there brings the wrong record.

It is kept.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"010":{"ind1":" ","ind2":" ","subfields":[{"a":"123"}]}},{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan."}]}}]}
```

```text
warning[V105] record 1 (line 1, byte 0), field 010[0]$a[0] (#1): "123" is not a control number of the Library of Congress; kept
```
"#;
}

pub(super) const RULE: ContentRule =
    ContentRule { rules: ALL, families: &[Family::Marc21], check, ..ContentRule::BASE };

fn check(card: &Card<'_>, findings: &mut Findings) {
    card.values(10, 'a', |field, bytes, value| {
        if !value.trim().is_empty() && !is_one(value) {
            let message = format!("{:?} is not a control number of the Library of Congress", value.trim());
            card.tell(LCCN_INVALID, field, bytes, message, findings);
        }
    });
}

fn is_one(value: &str) -> bool {
    let number = value.split('/').next().unwrap_or_default().trim();
    let digits = number.trim_start_matches(|character: char| character.is_ascii_lowercase()).trim_start();
    let prefix = number.len() - digits.len();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    prefix <= 4
        && match digits.split_once('-') {
            Some((year, serial)) => {
                is_number(year) && is_number(serial) && matches!(year.len(), 2 | 4) && serial.len() <= 6
            }
            // Two digits of the year, six more.
            None => is_number(digits) && matches!(digits.len(), 8 | 10),
        }
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"1	  2005000001	  200500001	V105	010[0]$a[0]
1	  2005000001	n/a	V105	010[0]$a[0]
1	  2005000001	  2005000001x	V105	010[0]$a[0]
"#;

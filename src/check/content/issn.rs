//! V102: International Standard Serial Numbers, as ISO 3297 has them: four digits, a hyphen, three digits and a check digit.

use super::{Card, ContentRule, Family, number};
use crate::finding::{Findings, rules};

rules! {
    ISSN_INVALID "V102" "issn-invalid" Warning
        "A value is not an ISSN: its check digit or its length is wrong."
        r#"The last character of an ISSN is computed from the seven digits before it. Cancelled and wrong numbers belong in `$y` and `$z`.

It is kept.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"022":{"ind1":" ","ind2":" ","subfields":[{"a":"1234-5678"}]}},{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan."}]}}]}
```

```text
warning[V102] record 1 (line 1, byte 0), field 022[0]$a[0] (#1): the check digit of 12345678 is 8, not 9; kept
```
"#;
}

pub(super) const RULE: ContentRule = ContentRule {
    rules: ALL,
    families: &[Family::Marc21, Family::Unimarc, Family::Irbis],
    check,
    ..ContentRule::BASE
};

fn check(card: &Card<'_>, findings: &mut Findings) {
    let tag = if card.family == Family::Marc21 { 22 } else { 11 };
    card.values(tag, 'a', |field, bytes, value| {
        if value.trim().is_empty() {
            return;
        }
        let number = number::leading(value);
        let message = match number.len() {
            8 => number::fault(&number, &number, number::modulo11),
            0 => Some("the value does not begin with a number".to_owned()),
            count => Some(format!("{number} has {count} digits, not 8")),
        };
        if let Some(message) = message {
            card.tell(ISSN_INVALID, field, bytes, message, findings);
        }
    });
}

/// Faults in `clean.ndjson`: see the tests.
#[cfg(all(test, feature = "json"))]
pub(super) const PLANTED: &str = r#"1	1234-5679	1234-5678	V102	022[0]$a[0]
1	1234-5679	1234567	V102	022[0]$a[0]
2	1234-5679	1234-567X	V102	011[0]$a[0]
"#;

//! V102: International Standard Serial Numbers, as ISO 3297 has them: four digits, a hyphen, three digits and a check digit.

use super::{Card, ContentRule, Family, Places, number};
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

const PLACES: Places = Places {
    marc21: &[
        (22, 22, 'a'),
        (440, 440, 'x'),
        (490, 490, 'x'),
        (510, 510, 'x'),
        (534, 534, 'x'),
        (760, 787, 'x'),
        (800, 811, 'x'),
        (830, 830, 'x'),
    ],
    unimarc: &[(11, 11, 'a'), (225, 225, 'x'), (400, 499, 'x')],
    irbis: &[(11, 11, 'a')],
};

fn check(card: &Card<'_>, findings: &mut Findings) {
    card.values_at(&PLACES, |field, bytes, value| {
        if let Some(message) = number::wrong(value, "ISSN", fault) {
            card.tell(ISSN_INVALID, field, bytes, message, findings);
        }
    });
}

fn fault(number: &str) -> Option<String> {
    match number.len() {
        8 => number::fault(number, number, number::modulo11),
        count => Some(format!("{number} has {count} digits, not 8")),
    }
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"1	1234-5679	1234-5678	V102	022[0]$a[0]
1	1234-5679	1234567	V102	022[0]$a[0]
1	{"700":	{"776":{"ind1":"0","ind2":"8","subfields":[{"t":"Divan"},{"x":"1234-5678"}]}},{"700":	V102	776[0]$x[0]
2	1234-5679	1234-567X	V102	011[0]$a[0]
"#;

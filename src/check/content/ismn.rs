//! V103: International Standard Music Numbers (ISO 10957): 979-0 and nine digits; before 2008, M and nine digits, where the M counts
//! as those four digits do.

use super::{Card, ContentRule, Family, number};
use crate::finding::{Findings, rules};

rules! {
    ISMN_INVALID "V103" "ismn-invalid" Warning
        "A value is not an ISMN: its check digit or its length is wrong."
        r#"An ISMN is 979-0 and nine digits, the last of which is computed from the others; before 2008 it was M and nine digits.

It is kept.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"024":{"ind1":"2","ind2":" ","subfields":[{"a":"9790260000439"}]}},{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan."}]}}]}
```

```text
warning[V103] record 1 (line 1, byte 0), field 024[0]$a[0] (#1): the check digit of 9790260000439 is 9, not 8; kept
```
"#;
}

pub(super) const RULE: ContentRule =
    ContentRule { rules: ALL, families: &[Family::Marc21, Family::Unimarc], check, ..ContentRule::BASE };

fn check(card: &Card<'_>, findings: &mut Findings) {
    let tag = if card.family == Family::Marc21 { 24 } else { 13 };
    card.values(tag, 'a', |field, bytes, value| {
        if value.trim().is_empty() || tag == 24 && field.indicators().first() != Some(&b'2') {
            return;
        }
        let (old, digits) = match value.trim_start().strip_prefix(['M', 'm']) {
            Some(rest) => (true, number::leading(rest.trim_start_matches('-'))),
            None => (false, number::leading(value)),
        };
        let whole = if old { format!("9790{digits}") } else { digits };
        let message = match whole.len() {
            13 if whole.starts_with("9790") => number::fault(&whole, value.trim(), number::modulo10),
            13 => Some(format!("{} does not begin with 979-0", value.trim())),
            _ => Some(format!("{} is neither 979-0 nor M and nine digits", value.trim())),
        };
        if let Some(message) = message {
            card.tell(ISMN_INVALID, field, bytes, message, findings);
        }
    });
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"1	9790260000438	9790260000439	V103	024[0]$a[0]
1	9790260000438	M260000434	V103	024[0]$a[0]
1	9790260000438	979026000043	V103	024[0]$a[0]
"#;

//! V104: article numbers: EAN of 13 or 8 digits in 024 with first indicator 3 and in UNIMARC 073; UPC of 12 digits in 024 with first
//! indicator 1. Digits after the number, as newspapers have them, are no fault.

use super::{Card, ContentRule, Family, number};
use crate::finding::{Findings, rules};

rules! {
    ARTICLE_NUMBER_INVALID "V104" "article-number-invalid" Warning
        "A value is not an EAN or UPC: its check digit or its length is wrong."
        r#"The first indicator of 024 says that the value is an EAN (3) or a UPC (1). Their last digit is computed from the others.

It is kept.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"024":{"ind1":"3","ind2":" ","subfields":[{"a":"5900000000016"}]}},{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan."}]}}]}
```

```text
warning[V104] record 1 (line 1, byte 0), field 024[0]$a[0] (#1): the check digit of 5900000000016 is 6, not 5; kept
```
"#;
}

pub(super) const RULE: ContentRule =
    ContentRule { rules: ALL, families: &[Family::Marc21, Family::Unimarc], check, ..ContentRule::BASE };

fn check(card: &Card<'_>, findings: &mut Findings) {
    let tag = if card.family == Family::Marc21 { 24 } else { 73 };
    card.values(tag, 'a', |field, bytes, value| {
        let is_upc = match field.indicators().first() {
            _ if value.trim().is_empty() => return,
            Some(b'1') if tag == 24 => true,
            Some(b'3') if tag == 24 => false,
            _ if tag == 73 => false,
            _ => return,
        };
        let number: String = value.chars().filter(|character| !matches!(character, ' ' | '-')).collect();
        let message = match number.len() {
            12 if is_upc => number::fault(&number, &number, number::modulo10),
            8 | 13 if !is_upc => number::fault(&number, &number, number::modulo10),
            15 | 18 if !is_upc => None,
            _ if is_upc => Some(format!("{number:?} is not a number of 12 digits")),
            _ => Some(format!("{number:?} is not a number of 13 or 8 digits")),
        };
        if let Some(message) = message {
            card.tell(ARTICLE_NUMBER_INVALID, field, bytes, message, findings);
        }
    });
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"1	5900000000015	5900000000016	V104	024[1]$a[0]
1	5900000000015	590000000001	V104	024[1]$a[0]
1	012345678905	012345678906	V104	024[2]$a[0]
"#;

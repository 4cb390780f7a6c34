//! V101: International Standard Book Numbers.
//!
//! The digits are those of ISO 2108. A qualifier after the number, as 020 had it before there was `$q`, is no fault; cancelled and
//! wrong numbers in `$z` are not looked at. A number of a related edition is one too: `773 $z`, UNIMARC `461 $y`.

use super::{Card, ContentRule, Family, Places, number};
use crate::finding::{Findings, rules};

rules! {
    ISBN_INVALID "V101" "isbn-invalid" Warning
        "A value is not an ISBN: its check digit or its length is wrong."
        r#"The last digit of an ISBN is computed from those before it, so that a slip of the pen shows. It has 10 digits, or 13 that begin
with 978 or 979; hyphens and a qualifier after it are no fault, nor is anything in `$z`.

It is kept: which digit is wrong cannot be known.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"020":{"ind1":" ","ind2":" ","subfields":[{"a":"9785170123477"}]}},{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan."}]}}]}
```

```text
warning[V101] record 1 (line 1, byte 0), field 020[0]$a[0] (#1): the check digit of 9785170123477 is 7, not 6; kept
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
    marc21: &[(20, 20, 'a'), (534, 534, 'z'), (556, 556, 'z'), (581, 581, 'z'), (765, 787, 'z')],
    unimarc: &[(10, 10, 'a'), (400, 499, 'y')],
    irbis: &[(10, 10, 'a')],
};

fn check(card: &Card<'_>, findings: &mut Findings) {
    card.values_at(&PLACES, |field, bytes, value| {
        if let Some(message) = number::wrong(value, "ISBN", fault) {
            card.tell(ISBN_INVALID, field, bytes, message, findings);
        }
    });
}

fn fault(number: &str) -> Option<String> {
    match number.len() {
        10 => number::fault(number, number, number::modulo11),
        13 if number.starts_with("978") || number.starts_with("979") => {
            number::fault(number, number, number::modulo10)
        }
        13 => Some(format!("{number} begins with neither 978 nor 979")),
        count => Some(format!("{number} has {count} digits, not 10 or 13")),
    }
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"1	"9785170123476"	"9785170123477"	V101	020[0]$a[0]
1	"9785170123476"	"978517012347"	V101	020[0]$a[0]
1	"5170123477"	"517012347X (pbk.)"	V101	020[1]$a[0]
1	{"700":	{"776":{"ind1":"0","ind2":"8","subfields":[{"t":"Divan"},{"z":"9785170123477"}]}},{"700":	V101	776[0]$z[0]
2	978-5-17-012347-6	5-81120-003-Х	V101	010[0]$a[0]
3	978-5-17-012347-6	5-81120-017-х	V101	010[0]$a[0]
2	978-5-17-012347-6	978-5-17-012347-1	V101	010[0]$a[0]
3	978-5-17-012347-6	978-5-17-012374-6	V101	010[0]$a[0]
"#;

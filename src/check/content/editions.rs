//! X120: the ISBN of ten digits and the one of thirteen of the same edition have the same digits but for the prefix and the check digit.
//!
//! Two numbers are of one edition where each is the only one of its length with that qualifier.

use super::{Card, ContentRule, Family, number};
use crate::finding::{Findings, rules};

rules! {
    ISBN_DISAGREES "X120" "isbn-disagrees" Note
        "The two ISBNs of an edition are not of one edition."
        r#"The ISBN of ten digits and the one of thirteen of an edition have the same digits, but for the prefix and the check digit. Two
with the same qualifier that have not are of different books, or one is mistyped.

It is kept.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"020":{"ind1":" ","ind2":" ","subfields":[{"a":"9785170123469"},{"q":"hardback"}]}},{"020":{"ind1":" ","ind2":" ","subfields":[{"a":"5170123477"},{"q":"hardback"}]}},{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan."}]}}]}
```

```text
note[X120] record 1 (line 1, byte 0), field 020[1]$a[0] (#2): 5170123477 and 9785170123469 have the same qualifier, but are not of one edition; kept
```
"#;
}

pub(super) const RULE: ContentRule =
    ContentRule { rules: ALL, families: &[Family::Marc21], check, ..ContentRule::BASE };

fn check(card: &Card<'_>, findings: &mut Findings) {
    let mut numbers = Vec::new();
    for field in card.fields(20) {
        let (Some(value), Some(qualifier)) = (field.subfield('a'), field.subfield('q')) else { continue };
        let Ok(text) = value.to_str() else { continue };
        let number = number::leading(&text);
        let is_right = match number.len() {
            10 => number::fault(&number, &number, number::modulo11).is_none(),
            13 => number.starts_with("978") && number::fault(&number, &number, number::modulo10).is_none(),
            _ => false,
        };
        if is_right {
            numbers.push((field, value.as_bytes(), qualifier.as_bytes(), number));
        }
        if numbers.len() > 40 {
            return;
        }
    }
    for (field, value, qualifier, short) in numbers.iter().filter(|(.., number)| number.len() == 10) {
        let of = |length: usize| {
            numbers.iter().filter(move |(_, _, other, number)| other == qualifier && number.len() == length)
        };
        let mut long = of(13);
        let (Some((.., long)), None, 1) = (long.next(), long.next(), of(10).count()) else { continue };
        if long.get(3..12) != short.get(..9) {
            let message = format!("{short} and {long} have the same qualifier, but are not of one edition");
            card.tell(ISBN_DISAGREES, *field, value, message, findings);
        }
    }
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"1	"9785170123476"	"9785170123469"	X120	020[1]$a[0]
1	"5170123477"	"5170123485"	X120	020[1]$a[0]
1	"9785170123476"	"9785000123478"	X120	020[1]$a[0]
"#;

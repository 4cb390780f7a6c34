//! U103: the name with primary responsibility in UNIMARC: a record has at most one of 700, 710 and 720.

use super::{Card, ContentRule, Family};
use crate::finding::{Findings, rules};

rules! {
    RESPONSIBILITY_REPEATED "U103" "responsibility-repeated" Warning
        "Two fields name who has primary responsibility."
        r#"Only one of 700, 710 and 720 names who has primary responsibility; the others belong in 701 and 702, 711 and 712, 721 and 722.

It is kept.

```input.ndjson
{"leader":"00000nam2 2200000 i 450 ","fields":[{"100":{"ind1":" ","ind2":" ","subfields":[{"a":"20260114d2005    |||y0rusy50      ca"}]}},{"200":{"ind1":"1","ind2":" ","subfields":[{"a":"Divan"}]}},{"700":{"ind1":" ","ind2":"1","subfields":[{"a":"Nizami"}]}},{"710":{"ind1":"0","ind2":"2","subfields":[{"a":"Academy"}]}}]}
```

```text
warning[U103] record 1 (line 1, byte 0), field 710[0] (#4): there is a 700 too, but only one name can have primary responsibility; kept
```
"#;
}

pub(super) const RULE: ContentRule =
    ContentRule { rules: ALL, families: &[Family::Unimarc], check, ..ContentRule::BASE };

fn check(card: &Card<'_>, findings: &mut Findings) {
    let mut first: Option<u32> = None;
    for tag in [700, 710, 720] {
        // A form in another script has its link in $6 or $7 and the same tag.
        let Some(field) = card.fields(tag).next() else { continue };
        match first {
            Some(first) => {
                let message =
                    format!("there is a {first} too, but only one name can have primary responsibility");
                card.tell_field(RESPONSIBILITY_REPEATED, field, message, findings);
            }
            None => first = Some(tag),
        }
    }
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"2	{"801":	{"710":{"ind1":"0","ind2":"2","subfields":[{"a":"Шарг"}]}},{"801":	U103	710[0]
2	{"801":	{"720":{"ind1":" ","ind2":" ","subfields":[{"a":"Низами"}]}},{"801":	U103	720[0]
2	{"801":	{"710":{"ind1":"1","ind2":"2","subfields":[{"a":"Съезд"}]}},{"801":	U103	710[0]
"#;

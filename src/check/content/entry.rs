//! X116: the name of the main entry is once more among the added entries, as the same name without a title.

use super::{Card, ContentRule, Family};
use crate::bytes::Cut;
use crate::finding::{Findings, rules};
use crate::record::FieldRef;

rules! {
    ENTRY_REPEATED "X116" "entry-repeated" Note
        "An added entry has the name of the main entry."
        r#"The name is found twice at the same record. It happens when the main entry was changed and the added entry left.

It is kept.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"100":{"ind1":"1","ind2":" ","subfields":[{"a":"Nizami."}]}},{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan."}]}},{"700":{"ind1":"1","ind2":" ","subfields":[{"a":"Nizami."}]}}]}
```

```text
note[X116] record 1 (line 1, byte 0), field 700[0] (#3): the name is that of the main entry; kept
```
"#;
}

pub(super) const RULE: ContentRule =
    ContentRule { rules: ALL, families: &[Family::Marc21], check, ..ContentRule::BASE };

fn check(card: &Card<'_>, findings: &mut Findings) {
    for (main, added) in [(100, 700), (110, 710), (111, 711)] {
        let Some(main) = card.fields(main).next() else { continue };
        for field in card.fields(added) {
            if field.subfield('t').is_none() && main.subfield('t').is_none() && is_same(main, field) {
                card.tell_field(ENTRY_REPEATED, field, "the name is that of the main entry", findings);
            }
        }
    }
}

/// Whether both have the same name: the subfields that make it up, whatever mark is at their ends.
fn is_same(one: FieldRef<'_>, other: FieldRef<'_>) -> bool {
    one.subfields().next().is_some() && name(one).eq(name(other))
}

fn name<'a>(field: FieldRef<'a>) -> impl Iterator<Item = (char, &'a [u8])> {
    let parts = field.subfields().map(|part| (part.code(), part.value().as_bytes()));
    let is_name =
        |(code, _): &(char, &[u8])| code.is_ascii_lowercase() && !matches!(code, 'e' | 'i' | 'j' | 'u');
    parts.filter(is_name).map(|(code, value)| {
        let marks = value.iter().rev().take_while(|byte| matches!(byte, b'.' | b',' | b' ')).count();
        (code, value.cut(..value.len() - marks))
    })
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"1	"a":"Araz, Mammad."	"a":"Nizami,"},{"e":"author."	X116	700[0]
1	"a":"Araz, Mammad."	"a":"Nizami."	X116	700[0]
1	"a":"Araz, Mammad."	"a":"Nizami"	X116	700[0]
"#;

//! X114: 041 says by its first indicator, 0, that the item is no translation, and by `$h` from which language it was translated.

use super::{Card, ContentRule, Family};
use crate::finding::{Findings, rules};

rules! {
    TRANSLATION_DISAGREES "X114" "translation-disagrees" Note
        "A record says that it is no translation, and has the language of an original."
        r#"`$h` is the language of the original of a translation, and the first indicator says that there is none.

It is kept.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"041":{"ind1":"0","ind2":" ","subfields":[{"a":"eng"},{"h":"per"}]}},{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan."}]}}]}
```

```text
note[X114] record 1 (line 1, byte 0), field 041[0]^1 (#1): indicator 1 is 0, no translation, and $h has the language of the original; kept
```
"#;
}

pub(super) const RULE: ContentRule =
    ContentRule { rules: ALL, families: &[Family::Marc21], check, ..ContentRule::BASE };

fn check(card: &Card<'_>, findings: &mut Findings) {
    for field in card.fields(41).filter(|field| field.indicators().first() == Some(&b'0')) {
        if field.subfield('h').is_some() {
            let message =
                "indicator 1 is 0, no translation, and $h has the language of the original".to_owned();
            card.tell_indicator(TRANSLATION_DISAGREES, field, 1, message, findings);
        }
    }
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"1	{"b":"eng"}	{"h":"eng"}	X114	041[0]^1
1	{"b":"eng"}	{"h":"per"},{"h":"rus"}	X114	041[0]^1
1	{"b":"eng"}	{"b":"eng"},{"h":"per"}	X114	041[0]^1
"#;

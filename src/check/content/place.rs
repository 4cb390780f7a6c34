//! X109: the country in 008/15-17 against those in 044. The country of 008 is the first of 044 `$a`; `xx` and `vp` are no country.

use super::{Card, ContentRule, Family};
use crate::bytes::Cut;
use crate::finding::{Findings, rules};

rules! {
    COUNTRY_DISAGREES "X109" "country-disagrees" Note
        "The country in 008 is not among those in 044."
        r#"The country of publication in 008/15-17 is one of those in 044, the first. One of the two was changed alone.

It is kept.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"008":"260114s2005    aj            000 0 aze d"},{"044":{"ind1":" ","ind2":" ","subfields":[{"a":"ru"}]}},{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan."}]}}]}
```

```text
note[X109] record 1 (line 1, byte 0), field 044[0]$a[0] (#2): 008 has the country aj, which 044 lacks; kept
```
"#;
}

pub(super) const RULE: ContentRule =
    ContentRule { rules: ALL, families: &[Family::Marc21], check, ..ContentRule::BASE };

fn check(card: &Card<'_>, findings: &mut Findings) {
    let Some(coded) = card.fields(8).next() else { return };
    let country = coded.raw().cut(15..18).trim_ascii();
    if !matches!(country.len(), 2 | 3)
        || !country.iter().all(u8::is_ascii_lowercase)
        || matches!(country, b"xx" | b"vp")
    {
        return;
    }
    let mut first = None;
    for field in card.fields(44) {
        for value in field.subfields_with('a').map(|value| value.as_bytes()) {
            if value.trim_ascii() == country {
                return;
            }
            first = first.or(Some((field, value)));
        }
    }
    if let Some((field, value)) = first {
        let country = String::from_utf8_lossy(country);
        let message = format!("008 has the country {country}, which 044 lacks");
        card.tell(COUNTRY_DISAGREES, field, value, message, findings);
    }
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"5	{"a":"aj"}	{"a":"ru"}	X109	044[0]$a[0]
5	{"a":"aj"}	{"a":"tu"},{"a":"xxu"}	X109	044[0]$a[0]
5	2005    aj 	2005    ru 	X109	044[0]$a[0]
"#;

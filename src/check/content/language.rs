//! X108: the language in 008/35-37 against those in 041. The code of 008 is the first of 041 `$a`, or of `$d` for sung text; with
//! `mul`, `zxx` or `und` there is nothing to compare, and codes that run together, as they once did, are compared by the first.

use super::{Card, ContentRule, Family};
use crate::bytes::Cut;
use crate::finding::{Findings, rules};

rules! {
    LANGUAGE_DISAGREES "X108" "language-disagrees" Note
        "The language in 008 is not among those in 041."
        r#"Catalogues limit by the language in 008, which is the first of those in 041.

It is kept.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"008":"260114s2005    enka          000 0 eng d"},{"041":{"ind1":"0","ind2":" ","subfields":[{"a":"rus"}]}},{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan."}]}}]}
```

```text
note[X108] record 1 (line 1, byte 0), field 041[0]$a[0] (#2): 008 has the language eng, which 041 lacks; kept
```
"#;
}

pub(super) const RULE: ContentRule =
    ContentRule { rules: ALL, families: &[Family::Marc21], check, ..ContentRule::BASE };

fn check(card: &Card<'_>, findings: &mut Findings) {
    let Some(coded) = card.fields(8).next() else { return };
    let language = coded.raw().cut(35..38);
    if !language.iter().all(u8::is_ascii_lowercase)
        || language.len() != 3
        || matches!(language, b"mul" | b"zxx" | b"und" | b"sgn")
    {
        return;
    }
    let mut first = None;
    for field in card.fields(41).filter(|field| field.indicators().get(1) != Some(&b'7')) {
        for subfield in field.subfields().filter(|subfield| subfield.is('a') || subfield.is('d')) {
            let value = subfield.value().as_bytes();
            if value.chunks(3).any(|code| code == language) {
                return;
            }
            first = first.or(Some((field, value)));
        }
    }
    if let Some((field, value)) = first {
        let language = String::from_utf8_lossy(language);
        card.tell(
            LANGUAGE_DISAGREES,
            field,
            value,
            format!("008 has the language {language}, which 041 lacks"),
            findings,
        );
    }
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"1	{"a":"aze"}	{"a":"rus"}	X108	041[0]$a[0]
1	000 0 aze d	000 0 tur d	X108	041[0]$a[0]
1	000 0 aze d	000 0 eng d	X108	041[0]$a[0]
"#;

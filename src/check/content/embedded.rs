//! U101 and U102: the linking fields 4XX of UNIMARC. They hold whole fields, each after a `$1` that begins with its tag, or they have
//! subfields of their own; not both. Subfields after a `$1` are those of the field in it.

use super::{Card, ContentRule, Family};
use crate::bytes::Cut;
use crate::finding::{Findings, rules};

rules! {
    EMBEDDED_TAG "U101" "embedded-tag" Warning
        "An embedded field does not begin with a tag."
        r#"A linking field holds other fields, each in a `$1` that begins with a tag of three digits; what follows are its indicators and
subfields.

It is kept.

```input.ndjson
{"leader":"00000nam2 2200000 i 450 ","fields":[{"100":{"ind1":" ","ind2":" ","subfields":[{"a":"20260114d2005    |||y0rusy50      ca"}]}},{"200":{"ind1":"1","ind2":" ","subfields":[{"a":"Divan"}]}},{"461":{"ind1":" ","ind2":"0","subfields":[{"1":"01kart0001"}]}}]}
```

```text
warning[U101] record 1 (line 1, byte 0), field 461[0]$1[0] (#3): "01kart0001" does not begin with the tag of a field; kept
```
"#;

    EMBEDDED_MIXED "U102" "embedded-mixed" Warning
        "A linking field has both embedded fields and subfields of its own."
        r#"A linking field has either whole fields, after `$1`, or subfields of its own. With both, programs read one and lose the other.

It is kept.

```input.ndjson
{"leader":"00000nam2 2200000 i 450 ","fields":[{"100":{"ind1":" ","ind2":" ","subfields":[{"a":"20260114d2005    |||y0rusy50      ca"}]}},{"200":{"ind1":"1","ind2":" ","subfields":[{"a":"Divan"}]}},{"461":{"ind1":" ","ind2":"0","subfields":[{"t":"Works"},{"1":"001kart0001"}]}}]}
```

```text
warning[U102] record 1 (line 1, byte 0), field 461[0]$t[0] (#3): subfield t is of the field itself, but an embedded field follows it; kept
```
"#;
}

pub(super) const RULE: ContentRule =
    ContentRule { rules: ALL, families: &[Family::Unimarc], check, ..ContentRule::BASE };

fn check(card: &Card<'_>, findings: &mut Findings) {
    for field in card.subject.record.fields() {
        if !field.tag().number().is_some_and(|tag| (400..500).contains(&tag)) || field.subfield('1').is_none()
        {
            continue;
        }
        let mut before = field.subfields().take_while(|part| !part.is('1'));
        if let Some(own) = before.find(|part| part.code().is_ascii_lowercase()) {
            let message =
                format!("subfield {} is of the field itself, but an embedded field follows it", own.code());
            card.tell(EMBEDDED_MIXED, field, own.value().as_bytes(), message, findings);
        }
        for part in field.subfields().filter(|part| part.is('1')) {
            let value = part.value().as_bytes();
            let tag = value.cut(..3);
            if tag.len() != 3 || !tag.iter().all(u8::is_ascii_digit) {
                let shown = String::from_utf8_lossy(value.cut(..value.len().min(12))).into_owned();
                card.tell(
                    EMBEDDED_TAG,
                    field,
                    value,
                    format!("{shown:?} does not begin with the tag of a field"),
                    findings,
                );
            }
        }
    }
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"2	{"1":"001kart0003"},{"1":"2001 "}	{"1":"01kart0003"},{"1":"2001 "}	U101	461[0]$1[0]
2	{"1":"2001 "}	{"1":"2A01 "}	U101	461[0]$1[1]
2	{"1":"2001 "}	{"1":""}	U101	461[0]$1[1]
2	[{"1":"001kart0003"}	[{"t":"Собрание"},{"1":"001kart0003"}	U102	461[0]$t[0]
2	[{"1":"001kart0003"}	[{"x":"1234-5679"},{"1":"001kart0003"}	U102	461[0]$x[0]
2	[{"1":"001kart0003"}	[{"3":"kart0003"},{"t":"Том"},{"1":"001kart0003"}	U102	461[0]$t[0]
"#;

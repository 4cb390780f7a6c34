//! V114: codes of organisations in 003 and 040 `$a`, `$c`, `$d`: letters, digits, and `-`, `/` and `:` between them, as in the MARC Code List
//! for Organizations and in ISIL, and `#`, which symbols of OCLC have.

use super::{Card, ContentRule, Family};
use crate::finding::{Findings, rules};

rules! {
    ORGANISATION_INVALID "V114" "organisation-invalid" Note
        "A value is not the code of an organisation."
        r#"The code of an organisation has letters, digits, and `-`, `/` or `:` between them, at most 16: those of the MARC Code List for
Organizations, and ISIL. A name, or a code with a blank, finds no organisation.

It is kept.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"003":"AZ BaNL"},{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan."}]}}]}
```

```text
note[V114] record 1 (line 1, byte 0), field 003[0] (#1): "AZ BaNL" is not the code of an organisation; kept
```
"#;
}

pub(super) const RULE: ContentRule =
    ContentRule { rules: ALL, families: &[Family::Marc21], check, ..ContentRule::BASE };

fn check(card: &Card<'_>, findings: &mut Findings) {
    for field in card.fields(3) {
        if let Some(message) = fault(field.raw()) {
            card.tell_field(ORGANISATION_INVALID, field, message, findings);
        }
    }
    for field in card.fields(40) {
        for part in field.subfields().filter(|part| part.is('a') || part.is('c') || part.is('d')) {
            if let Some(message) = fault(part.value().as_bytes()) {
                card.tell(ORGANISATION_INVALID, field, part.value().as_bytes(), message, findings);
            }
        }
    }
}

fn fault(value: &[u8]) -> Option<String> {
    let code = value.trim_ascii();
    let is_code = code.len() <= 16
        && code.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'/' | b':' | b'#'))
        && code.first().is_none_or(u8::is_ascii_alphanumeric);
    (!is_code && std::str::from_utf8(code).is_ok())
        .then(|| format!("{:?} is not the code of an organisation", String::from_utf8_lossy(code)))
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"5	{"003":"AZ-BaNL"}	{"003":"AZ BaNL"}	V114	003[0]
5	{"a":"AZ-BaNL"}	{"a":"AZ_BaNL"}	V114	040[0]$a[0]
5	{"c":"AZ-BaNL"}	{"c":"Baki, National Library"}	V114	040[0]$c[0]
"#;

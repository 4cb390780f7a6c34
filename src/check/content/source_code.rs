//! V111: codes for sources in `$2`, as in the lists of MARC source codes. Not all lists are known here, so that a value is held
//! against the form of codes, and against the spelling of those that are known.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::{Card, ContentRule, Family};
use crate::finding::{Findings, rules};
use crate::schema::code_list;

rules! {
    SOURCE_CODE_INVALID "V111" "source-code-invalid" Warning
        "A value is not the code for a source."
        r#"`$2` names the list that a value is from by a code, which programs look for letter by letter: small letters, digits, `-` and `/`.
A name, or a code in capitals, finds no list.

It is kept.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan."}]}},{"655":{"ind1":" ","ind2":"7","subfields":[{"a":"Poems."},{"2":"LCGFT."}]}}]}
```

```text
warning[V111] record 1 (line 1, byte 0), field 655[0]$2[0] (#2): "LCGFT." is not the code for a source: it is lcgft; kept
```
"#;
}

pub(super) const RULE: ContentRule =
    ContentRule { rules: ALL, families: &[Family::Marc21], check, ..ContentRule::BASE };

/// Whether `$2` of fields with this tag has a code from the lists. It has an edition in 082, an organisation in 016, a method of
/// access in 856.
fn has_code(tag: u32) -> bool {
    matches!(tag, 24 | 41 | 43 | 46..=48 | 72 | 84 | 336..=348 | 370..=388 | 600..=662)
}

static KNOWN: LazyLock<HashSet<&str>> =
    LazyLock::new(|| code_list("sources").map(|(code, _)| code).collect());

fn check(card: &Card<'_>, findings: &mut Findings) {
    for field in card.data_fields().filter(|field| field.tag().number().is_some_and(has_code)) {
        for part in field.subfields().filter(|part| part.is('2')) {
            let value = part.value().as_bytes();
            if let Some(message) = std::str::from_utf8(value).ok().and_then(fault) {
                card.tell(SOURCE_CODE_INVALID, field, value, message, findings);
            }
        }
    }
}

fn fault(value: &str) -> Option<String> {
    let value = value.trim();
    let is_form = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'/');
    if value.is_empty() || KNOWN.contains(value) {
        return None;
    }
    let plain = value.bytes().filter(|byte| is_form(*byte)).map(|byte| char::from(byte.to_ascii_lowercase()));
    let plain: String = plain.collect();
    match KNOWN.get(plain.as_str()) {
        Some(code) => Some(format!("{value:?} is not the code for a source: it is {code}")),
        None if value.bytes().all(is_form) => None,
        None => Some(format!("{value:?} is not the code for a source")),
    }
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"1	{"2":"fast"}	{"2":"FAST"}	V111	650[0]$2[0]
1	{"2":"fast"}	{"2":"fast."}	V111	650[0]$2[0]
1	{"2":"fast"}	{"2":"faceted headings"}	V111	650[0]$2[0]
"#;

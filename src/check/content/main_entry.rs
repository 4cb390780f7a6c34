//! X117: the first indicator of 245 is 1 if a field 1XX is the main entry, so that the title is an added entry; 0 if there is none.
//! A note: libraries decide whether a title is traced.

use super::{Card, ContentRule, Family};
use crate::finding::{Findings, rules};

rules! {
    TITLE_ENTRY "X117" "title-entry" Note
        "The indicator for a title added entry and the main entry disagree."
        r#"With a main entry in 1XX the title is an added entry, and the first indicator of 245 is 1; without one it is 0. Libraries differ
in this.

It is kept. It is looked for only with `--select X117`, or where the configuration gives it a severity.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan."}]}}]}
```

```text
note[X117] record 1 (line 1, byte 0), field 245[0]^1 (#1): indicator 1 is 1, and there is no field 1XX; kept
```
"#;
}

pub(super) const RULE: ContentRule =
    ContentRule { rules: ALL, families: &[Family::Marc21], check, optional: true, ..ContentRule::BASE };

fn check(card: &Card<'_>, findings: &mut Findings) {
    let Some(title) = card.fields(245).next() else { return };
    let has_entry = [100, 110, 111, 130].into_iter().any(|tag| card.has(tag));
    let message = match (title.indicators().first(), has_entry) {
        (Some(b'0'), true) => "indicator 1 is 0, and there is a field 1XX",
        (Some(b'1'), false) => "indicator 1 is 1, and there is no field 1XX",
        _ => return,
    };
    card.tell_indicator(TITLE_ENTRY, title, 1, message.to_owned(), findings);
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"1	{"245":{"ind1":"1"	{"245":{"ind1":"0"	X117	245[0]^1
4	{"245":{"ind1":"1"	{"245":{"ind1":"0"	X117	245[0]^1
4	{"130":	{"730":	X117	245[0]^1
4	{"130":	{"793":	X117	245[0]^1
"#;

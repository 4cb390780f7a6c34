//! S105: a subfield without a value. A program that looks whether it is there takes it for one. Blanks alone are no value, except
//! where a blank is a code; subfields with digits for codes are not looked at. One finding for a field.

use super::{Card, ContentRule, Family};
use crate::check::{Fix, Fixes};
use crate::finding::{Finding, Findings, rules};
use crate::record::Record;

rules! {
    VALUE_EMPTY "S105" "value-empty" Note
        "A subfield has no value."
        r#"A program that asks whether the subfield is there takes an empty one for a value, and prints the mark that introduces it.

It is kept. `--unsafe-fixes` drops it.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan"},{"b":""}]}}]}
```

```text
note[S105] record 1 (line 1, byte 0), field 245[0]$b[0] (#1): subfield b has no value; kept
```
"#;
}

pub(super) const RULE: ContentRule = ContentRule {
    rules: ALL,
    families: &[Family::Marc21, Family::Unimarc, Family::Irbis],
    check,
    fix: Some(fix),
    ..ContentRule::BASE
};

fn check(card: &Card<'_>, findings: &mut Findings) {
    for field in card.data_fields() {
        let mut parts = field.subfields().filter(|part| part.code().is_ascii_alphabetic());
        let empty = parts.find(|part| part.value().as_bytes().iter().all(|byte| *byte == b' '));
        if let Some(part) = empty {
            let message = format!("subfield {} has no value", part.code());
            card.tell(VALUE_EMPTY, field, part.code_bytes(), message, findings);
        }
    }
}

fn fix(record: &mut Record, finding: &Finding, fixes: Fixes) -> Option<Fix> {
    let index = usize::try_from(finding.location.field?).ok()?;
    let field = record.fields().nth(index).filter(|field| Some(field.tag()) == finding.location.tag)?;
    let delimiter = field.syntax().delimiter;
    let parts: Vec<&[u8]> = field.raw().split(|byte| *byte == delimiter).collect();
    let is_empty = |part: &[u8]| matches!(part, [code, value @ ..] if code.is_ascii_alphabetic() && value.iter().all(|byte| *byte == b' '));
    let kept: Vec<&[u8]> = parts
        .iter()
        .enumerate()
        .filter(|(at, part)| *at == 0 || !is_empty(part))
        .map(|(_, part)| *part)
        .collect();
    // A field needs a subfield.
    if fixes != Fixes::All || kept.len() == parts.len() || kept.len() < 2 {
        return None;
    }
    let dropped = parts.len() - kept.len();
    let body = kept.join(&delimiter);
    record.replace_bodies(vec![(index, body)]).ok()?;
    Some(Fix::new(
        finding,
        format!("{dropped} empty {} dropped", if dropped == 1 { "subfield" } else { "subfields" }),
    ))
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"1	"hardback"	""	S105	020[0]$q[0]
2	{"c":"Шарг"}	{"c":" "}	S105	210[0]$c[0]
3	{"C":"Шарг"}	{"C":""}	S105	210[0]$c[0]
"#;

//! E005: characters and their marks as one character where Unicode has it: normalization form C. Libraries differ in this, and the data
//! of the Library of Congress are decomposed, so that the rule is looked for only where it is selected.
//!
//! One finding for a field, at its first such value. The repair composes all values of the field.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc, is_nfc_quick};

use super::{Card, ContentRule, Family};
use crate::check::{Fix, Fixes};
use crate::finding::{Finding, Findings, rules};
use crate::record::Record;

rules! {
    NOT_COMPOSED "E005" "not-composed" Note
        "A letter and its mark are two characters where Unicode has them as one."
        r#"A letter and its mark are two characters, and Unicode has them as one. Searches and comparisons that do not normalise take the
two forms for different words.

It is kept; `--fix` composes the values. It is looked for only with `--select E005`, or where the configuration gives it a
severity: the data of the Library of Congress are decomposed.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Café."}]}}]}
```

```text
note[E005] record 1 (line 1, byte 0), field 245[0]$a[0] (#1): a letter and its mark are two characters, and Unicode has them as one; kept
```
"#;
}

pub(super) const RULE: ContentRule = ContentRule {
    rules: ALL,
    families: &[Family::Marc21, Family::Unimarc, Family::Irbis],
    check,
    fix: Some(fix),
    optional: true,
};

fn check(card: &Card<'_>, findings: &mut Findings) {
    for field in card.subject.record.fields().filter(|field| !field.raw().is_ascii()) {
        let lead = [field.lead()];
        let values = field.subfields().map(|part| part.value());
        for value in lead.into_iter().chain(values) {
            let Ok(text) = value.to_str() else { continue };
            if is_nfc_quick(text.chars()) != IsNormalized::Yes && !is_nfc(&text) {
                let message =
                    "a letter and its mark are two characters, and Unicode has them as one".to_owned();
                card.tell(NOT_COMPOSED, field, value.as_bytes(), message, findings);
                break;
            }
        }
    }
}

fn fix(record: &mut Record, finding: &Finding, _: Fixes) -> Option<Fix> {
    let index = usize::try_from(finding.location.field?).ok()?;
    let field = record.fields().nth(index).filter(|field| Some(field.tag()) == finding.location.tag)?;
    if !record.view().is_text() {
        return None;
    }
    let text = std::str::from_utf8(field.raw()).ok()?;
    let out: String = text.nfc().collect();
    (out != text).then_some(())?;
    record.replace_bodies(vec![(index, out.into_bytes())]).ok()?;
    Some(Fix::new(finding, "letters and their marks composed"))
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"5	Café in	Café in	E005	500[0]$a[0]
4	"London :"	"Bäden :"	E005	264[0]$a[0]
2	"Собрание"	"Сой"	E005	461[0]$a[0]
"#;

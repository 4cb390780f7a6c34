//! X119: two fields of a record that are the same, byte for byte. Its repair drops the second, which loses nothing but is not safe:
//! two fields may be meant for two items.

use super::{Card, ContentRule, Family};
use crate::check::{Fix, Fixes};
use crate::finding::{Finding, Findings, rules};
use crate::record::Record;

rules! {
    FIELD_DUPLICATED "X119" "field-duplicated" Note
        "A field is the same as one before it."
        r#"A field was entered or merged in twice.

It is kept. `--unsafe-fixes` drops the second.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan."}]}},{"500":{"ind1":" ","ind2":" ","subfields":[{"a":"Note."}]}},{"500":{"ind1":" ","ind2":" ","subfields":[{"a":"Note."}]}}]}
```

```text
note[X119] record 1 (line 1, byte 0), field 500[1] (#3): an earlier field is the same; kept
```
"#;
}

pub(super) const RULE: ContentRule = ContentRule {
    rules: ALL,
    families: &[Family::Marc21, Family::Unimarc],
    check,
    fix: Some(fix),
    ..ContentRule::BASE
};

fn check(card: &Card<'_>, findings: &mut Findings) {
    let fields = card.data_fields().filter(|field| !field.raw().is_empty());
    // Sorted by tag and length first, so that few bodies are compared.
    let mut sorted: Vec<_> = fields.map(|field| (field.tag(), field.raw().len(), field)).collect();
    sorted.sort_unstable_by(|(tag, length, field), (other, other_length, other_field)| {
        let shape = (tag, length).cmp(&(other, other_length));
        shape.then_with(|| field.raw().cmp(other_field.raw())).then(field.index().cmp(&other_field.index()))
    });
    for pair in sorted.windows(2) {
        if let [(tag, length, first), (other, other_length, second)] = pair {
            if (tag, length) == (other, other_length) && first.raw() == second.raw() {
                card.tell_field(FIELD_DUPLICATED, *second, "an earlier field is the same", findings);
            }
        }
    }
}

fn fix(record: &mut Record, finding: &Finding, fixes: Fixes) -> Option<Fix> {
    let index = usize::try_from(finding.location.field?).ok()?;
    let field = record.fields().nth(index).filter(|field| Some(field.tag()) == finding.location.tag)?;
    let tag = field.tag();
    let twin = record.fields().take(index).any(|other| other.tag() == tag && other.raw() == field.raw());
    (fixes == Fixes::All && twin && record.remove_field(index))
        .then(|| Fix::new(finding, format!("the second of two equal fields {tag} dropped")))
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"1	{"490":	{"500":{"ind1":" ","ind2":" ","subfields":[{"a":"A note"}]}},{"500":{"ind1":" ","ind2":" ","subfields":[{"a":"A note"}]}},{"490":	X119	500[1]
1	{"700":	{"830":{"ind1":" ","ind2":"0","subfields":[{"a":"Poets."}]}},{"700":	X119	830[1]
2	{"801":	{"899":{"ind1":" ","ind2":" ","subfields":[{"a":"NLR"}]}},{"801":	X119	899[1]
"#;

//! S109: blanks at the ends of a value, and two in a row. They hide values from exact searches and sort them apart. Coded values have
//! blanks by rule: fields 00X to 04X, 100 to 199 of UNIMARC and `$6` to `$8` are not looked at, nor are the fields of IRBIS that
//! hold several lines. The repair leaves one blank between words and none at the ends.
//!
//! One finding for a field, at its first such value.

use super::{Card, ContentRule, Family};
use crate::check::{Fix, Fixes};
use crate::finding::{Finding, Findings, rules};
use crate::record::Record;

rules! {
    BLANKS "S109" "blanks" Note
        "A value has blanks at its ends, or two in a row."
        r#"Blanks at the ends of a value, or two in a row, keep it from exact searches and sort it apart from its equals. Coded fields, where
blanks count, are not looked at.

It is kept. `--fix` leaves one blank between words and none at the ends.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan  of Nizami."}]}}]}
```

```text
note[S109] record 1 (line 1, byte 0), field 245[0]$a[0] (#1): the value has blanks at its ends, or two in a row; kept
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

fn is_odd(value: &[u8]) -> bool {
    let is_blank = |byte: Option<&u8>| byte == Some(&b' ');
    let is_all = value.iter().all(|byte| *byte == b' ');
    !is_all
        && (is_blank(value.first()) || is_blank(value.last()) || memchr::memmem::find(value, b"  ").is_some())
}

fn check(card: &Card<'_>, findings: &mut Findings) {
    for field in card.data_fields() {
        let tag = field.tag().number().unwrap_or_default();
        let coded = match card.family {
            Family::Marc21 => {
                (0..50).contains(&tag)
                    || tag == 880 && field.subfield('6').is_some_and(|link| link.as_bytes().starts_with(b"0"))
            }
            Family::Unimarc => (0..10).contains(&tag) || (100..200).contains(&tag),
            Family::Irbis => matches!(tag, 100 | 330 | 905 | 907 | 919 | 920 | 953 | 3005),
        };
        if coded || !has_candidate(field.raw(), field.syntax().delimiter) {
            continue;
        }
        let lead = (card.family == Family::Irbis).then(|| field.lead().as_bytes());
        let parts =
            field.subfields().filter(|part| !part.code().is_ascii_digit() || card.family == Family::Irbis);
        let mut values = lead.into_iter().chain(parts.map(|part| part.value().as_bytes()));
        if let Some(value) = values.find(|value| is_odd(value)) {
            card.tell(
                BLANKS,
                field,
                value,
                "the value has blanks at its ends, or two in a row".to_owned(),
                findings,
            );
        }
    }
}

/// Whether a body may have such a value: two blanks, or one beside a delimiter or at the end.
fn has_candidate(body: &[u8], delimiter: u8) -> bool {
    let mut blanks = memchr::memchr_iter(b' ', body);
    blanks.any(|at| match body.get(at + 1) {
        None => true,
        Some(next) => {
            *next == b' '
                || *next == delimiter
                || at < 1
                || at.checked_sub(2).and_then(|before| body.get(before)) == Some(&delimiter)
        }
    })
}

fn fix(record: &mut Record, finding: &Finding, _: Fixes) -> Option<Fix> {
    let index = usize::try_from(finding.location.field?).ok()?;
    let field = record.fields().nth(index).filter(|field| Some(field.tag()) == finding.location.tag)?;
    if !record.view().is_text() {
        return None;
    }
    let delimiter = field.syntax().delimiter;
    let mut out = Vec::with_capacity(field.raw().len());
    for (at, part) in field.raw().split(|byte| *byte == delimiter).enumerate() {
        if at > 0 {
            out.push(delimiter);
        }
        let keeps = if at > 0 { 1 } else { field.indicators().len() };
        let (head, value) = part.split_at_checked(keeps).unwrap_or((part, &[]));
        out.extend_from_slice(head);
        let is_link = at > 0 && head.iter().all(u8::is_ascii_digit) && field.syntax().has_indicators();
        if is_link || value.iter().all(|byte| *byte == b' ') {
            out.extend_from_slice(value);
            continue;
        }
        let mut last = b' ';
        for byte in value.trim_ascii() {
            if *byte != b' ' || last != b' ' {
                out.push(*byte);
            }
            last = *byte;
        }
    }
    (out != field.raw()).then_some(())?;
    record.replace_bodies(vec![(index, out)]).ok()?;
    Some(Fix::new(finding, "blanks at the ends and doubled ones dropped"))
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"1	"336 pages"	" 336 pages"	S109	300[0]$a[0]
1	"336 pages"	"336  pages"	S109	300[0]$a[0]
1	"Poets"	"Poets "	S109	490[0]$a[0]
3	"Шарг"	"Шарг "	S109	210[0]$c[0]
"#;

//! X110 and X111: an indicator 7 says that `$2` names the source, so that both are there or neither is.

use super::{Card, ContentRule, Family};
use crate::finding::{Findings, rules};

rules! {
    SOURCE_MISSING "X110" "source-missing" Warning
        "An indicator says that a subfield names the source, but there is no such subfield."
        r#"Indicator 7 says that the subject, the number or the code is of the list that `$2` names. Without it the value means nothing.

It is kept.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan."}]}},{"650":{"ind1":" ","ind2":"7","subfields":[{"a":"Poetry."}]}}]}
```

```text
warning[X110] record 1 (line 1, byte 0), field 650[0]^2 (#2): the source should be in $2, but there is no $2; kept
```
"#;

    SOURCE_UNEXPECTED "X111" "source-unexpected" Note
        "A subfield names a source, but the indicator names another."
        r#"The indicator names one list, and `$2` another. Most programs believe the indicator.

It is kept.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan."}]}},{"650":{"ind1":" ","ind2":"0","subfields":[{"a":"Poetry."},{"2":"fast"}]}}]}
```

```text
note[X111] record 1 (line 1, byte 0), field 650[0]$2[0] (#2): indicator 2 is 0, but $2 names the source only if it is 7; kept
```
"#;
}

pub(super) const RULE: ContentRule =
    ContentRule { rules: ALL, families: &[Family::Marc21], check, ..ContentRule::BASE };

/// The fields with such an indicator, and which it is.
const FIELDS: [(u32, u8); 22] = [
    (16, 1),
    (24, 1),
    (41, 2),
    (47, 2),
    (48, 2),
    (52, 1),
    (72, 2),
    (82, 1),
    (600, 2),
    (610, 2),
    (611, 2),
    (630, 2),
    (647, 2),
    (648, 2),
    (650, 2),
    (651, 2),
    (655, 2),
    (656, 2),
    (657, 2),
    (662, 2),
    (852, 1),
    (86, 1),
];

fn check(card: &Card<'_>, findings: &mut Findings) {
    for field in card.subject.record.fields() {
        let Some(tag) = field.tag().number() else { continue };
        let Some((_, number)) = FIELDS.iter().find(|(known, _)| *known == tag) else { continue };
        let indicator = field.indicators().get(usize::from(number.saturating_sub(1)));
        let source = field.subfield('2');
        match (indicator, source) {
            (Some(b'7'), None) if !matches!(tag, 82 | 86 | 662) => {
                let message = "the source should be in $2, but there is no $2".to_owned();
                card.tell_indicator(SOURCE_MISSING, field, *number, message, findings);
            }
            // In other fields $2 may name an edition or a scheme beside the indicator.
            (Some(other @ b'0'..=b'6'), Some(source)) if (600..=655).contains(&tag) && tag != 653 => {
                let message =
                    format!("indicator 2 is {}, but $2 names the source only if it is 7", char::from(*other));
                card.tell(SOURCE_UNEXPECTED, field, source.as_bytes(), message, findings);
            }
            _ => {}
        }
    }
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"1	,{"2":"fast"}		X110	650[0]^2
1	{"024":{"ind1":"3"	{"024":{"ind1":"7"	X110	024[1]^1
1	{"700":{"ind1":"1","ind2":" ","subfields":[{"a":"Araz, Mammad."}	{"655":{"ind1":" ","ind2":"7","subfields":[{"a":"Poems."}	X110	655[0]^2
1	{"650":{"ind1":" ","ind2":"7"	{"650":{"ind1":" ","ind2":"0"	X111	650[0]$2[0]
1	{"650":{"ind1":" ","ind2":"7"	{"650":{"ind1":" ","ind2":"4"	X111	650[0]$2[0]
1	{"650":{"ind1":" ","ind2":"7"	{"651":{"ind1":" ","ind2":"2"	X111	651[0]$2[0]
"#;

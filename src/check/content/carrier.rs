//! X112 and X113: what 007 and the leader say of the carrier and the content, against the codes of 338 and 336 `$b`.
//!
//! The first letter of a carrier code is the kind of media, which 007/00 names too. A note, and only where all fields have codes: 300 says
//! the same in words of any language.

use super::{Card, ContentRule, Family};
use crate::finding::{Findings, rules};
use crate::record::FieldRef;

rules! {
    CARRIER_DISAGREES "X112" "carrier-disagrees" Note
        "The carrier in 007 is not among those in 338."
        r#"The first position of 007 names the kind of carrier, as the first letter of the code in 338 does. A record of which all 338 have
codes describes such a carrier there too.

It is kept.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"007":"ta"},{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan."}]}},{"338":{"ind1":" ","ind2":" ","subfields":[{"b":"cr"},{"2":"rdacarrier"}]}}]}
```

```text
note[X112] record 1 (line 1, byte 0), field 007[0] (#1): 007 describes a carrier of kind t, which 338 does not have; kept
```
"#;
    CONTENT_DISAGREES "X113" "content-disagrees" Note
        "The type of record and the content in 336 disagree."
        r#"The type of record in leader/06 and the content in 336 say the same: language material is text, notated music is notated music.
One of the two was changed alone.

It is kept.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan."}]}},{"336":{"ind1":" ","ind2":" ","subfields":[{"b":"spw"},{"2":"rdacontent"}]}}]}
```

```text
note[X113] record 1 (line 1, byte 0), field 336[0]$b[0] (#2): the record is of type a, but none of its content types is txt or tct or sti or tci; kept
```
"#;
}

pub(super) const RULE: ContentRule =
    ContentRule { rules: ALL, families: &[Family::Marc21], check, ..ContentRule::BASE };

/// 007/00, and the first letter of the codes of such carriers.
const CARRIERS: [(u8, u8); 8] = [
    (b'c', b'c'),
    (b'g', b'g'),
    (b'h', b'h'),
    (b'k', b'n'),
    (b'm', b'm'),
    (b's', b's'),
    (b't', b'n'),
    (b'v', b'v'),
];

/// Leader/06, and the codes of content of which such a record has one; an end of `*` is any.
const CONTENTS: [(u8, &[&str]); 8] = [
    (b'a', &["txt", "tct", "sti", "tci"]),
    (b't', &["txt", "tct"]),
    (b'c', &["ntm", "tcm"]),
    (b'd', &["ntm", "tcm"]),
    (b'e', &["crd", "crf", "cri", "crm", "crn", "crt"]),
    (b'f', &["crd", "crf", "cri", "crm", "crn", "crt"]),
    (b'i', &["spw", "snd"]),
    (b'j', &["prm"]),
];

/// The codes of a field, each with its field; `None` if one of the fields has none.
fn codes<'a>(card: &Card<'a>, tag: u32) -> Option<Vec<(FieldRef<'a>, &'a [u8])>> {
    let mut all = Vec::new();
    for field in card.fields(tag) {
        let before = all.len();
        all.extend(field.subfields_with('b').map(|code| (field, code.as_bytes())));
        if all.len() == before {
            return None;
        }
    }
    (!all.is_empty()).then_some(all)
}

fn check(card: &Card<'_>, findings: &mut Findings) {
    if let Some(carriers) = codes(card, 338) {
        for field in card.fields(7) {
            let kind = field.raw().first();
            // The copy online of a printed book has its own 007 in the record of the book, beside its address.
            if kind == Some(&b'c') && card.has(856) {
                continue;
            }
            let Some((_, letter)) = CARRIERS.iter().find(|(known, _)| Some(known) == kind) else { continue };
            if !carriers.iter().any(|(_, code)| code.first() == Some(letter)) {
                let kind = char::from(kind.copied().unwrap_or(b' '));
                let message = format!("007 describes a carrier of kind {kind}, which 338 does not have");
                card.tell_field(CARRIER_DISAGREES, field, message, findings);
            }
        }
    }
    let Some(leader) = card.subject.record.header().leader else { return };
    let kind = leader.record_type();
    let Some((_, expected)) = CONTENTS.iter().find(|(known, _)| *known == kind) else { return };
    let Some(contents) = codes(card, 336) else { return };
    let is_expected = |code: &[u8]| expected.iter().any(|known| known.as_bytes() == code);
    if let (Some((field, code)), false) =
        (contents.first(), contents.iter().any(|(_, code)| is_expected(code)))
    {
        let message = format!(
            "the record is of type {}, but none of its content types is {}",
            char::from(kind),
            expected.join(" or ")
        );
        card.tell(CONTENT_DISAGREES, *field, code, message, findings);
    }
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"5	{"b":"nc"}	{"b":"cr"}	X112	007[0]
5	{"b":"nc"}	{"b":"sd"}	X112	007[0]
5	{"b":"nc"}	{"b":"hd"},{"b":"he"}	X112	007[0]
5	{"b":"txt"}	{"b":"spw"}	X113	336[0]$b[0]
5	{"b":"txt"}	{"b":"ntm"}	X113	336[0]$b[0]
5	{"b":"txt"}	{"b":"cri"}	X113	336[0]$b[0]
"#;

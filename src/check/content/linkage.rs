//! X101 to X106: the links between fields and their forms in another script: `$6` of MARC 21.
//!
//! A field links to its 880 by `880-NN`, the 880 back by the tag of the field and the same number; `00` is a form without a partner.
//! A script follows after `/`, as a code of MARC-8 or of ISO 15924, then the direction.

use std::collections::HashSet;

use super::{Card, ContentRule, Family};
use crate::finding::{Findings, rules};
use crate::record::FieldRef;

rules! {
    LINK_MISSING "X101" "link-missing" Warning
        "A field 880 does not say which field it is a form of."
        r#"Without `$6` nothing says which field this one is a form of, so that it is not shown beside it.

It is kept.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan."}]}},{"880":{"ind1":"1","ind2":"0","subfields":[{"a":"Диван."}]}}]}
```

```text
warning[X101] record 1 (line 1, byte 0), field 880[0] (#2): the field has no $6 that says what it is a form of; kept
```
"#;

    LINK_MALFORMED "X102" "link-malformed" Warning
        "A link to a form in another script is not a tag and a number."
        r#"`$6` is the tag of the other field, a hyphen and two digits, then perhaps a script: `880-01`, `245-01/(N`.

It is kept.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"245":{"ind1":"1","ind2":"0","subfields":[{"6":"880/1"},{"a":"Divan."}]}}]}
```

```text
warning[X102] record 1 (line 1, byte 0), field 245[0]$6[0] (#1): "880/1" is not a tag, a hyphen and two digits; kept
```
"#;

    LINK_DEAD "X103" "link-dead" Warning
        "A field links to a form in another script that is not there."
        r#"The field says that there is a form of it in another script, in an 880 with this number. It may have been lost in a conversion, or
be in another record.

It is kept.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"245":{"ind1":"1","ind2":"0","subfields":[{"6":"880-01"},{"a":"Divan."}]}}]}
```

```text
warning[X103] record 1 (line 1, byte 0), field 245[0]$6[0] (#1): there is no 880 with the number 01; kept
```
"#;

    LINK_AMBIGUOUS "X104" "link-ambiguous" Warning
        "Two fields link to a form in another script by one number."
        r#"Each pair of a field and its form has a number of its own in the record. Of two fields with one number, only one is answered by an
880.

It is kept.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"245":{"ind1":"1","ind2":"0","subfields":[{"6":"880-01"},{"a":"Divan."}]}},{"500":{"ind1":" ","ind2":" ","subfields":[{"6":"880-01"},{"a":"Note."}]}},{"880":{"ind1":"1","ind2":"0","subfields":[{"6":"245-01"},{"a":"Диван."}]}}]}
```

```text
warning[X104] record 1 (line 1, byte 0), field 500[0]$6[0] (#2): an earlier field has the number 01 too; kept
```
"#;

    LINK_ORPHAN "X105" "link-orphan" Warning
        "A form in another script belongs to a field that is not there."
        r#"The field is a form of one that is not in the record. A form without a partner has the number 00.

It is kept.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan."}]}},{"880":{"ind1":"1","ind2":"0","subfields":[{"6":"245-01"},{"a":"Диван."}]}}]}
```

```text
warning[X105] record 1 (line 1, byte 0), field 880[0]$6[0] (#2): no field links to this one: "245-01" has no partner; kept
```
"#;

    SCRIPT_UNDEFINED "X106" "script-undefined" Warning
        "The script of a form is given by a code that is in no list."
        r#"The code after the slash says in which script the field is: one of those that MARC-8 has, such as `(N`, or of ISO 15924, such as
`Cyrl`.

It is kept.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"245":{"ind1":"1","ind2":"0","subfields":[{"6":"880-01"},{"a":"Divan."}]}},{"880":{"ind1":"1","ind2":"0","subfields":[{"6":"245-01/Cyrillic"},{"a":"Диван."}]}}]}
```

```text
warning[X106] record 1 (line 1, byte 0), field 880[0]$6[0] (#2): "Cyrillic" is not the code of a script; kept
```
"#;
}

pub(super) const RULE: ContentRule =
    ContentRule { rules: ALL, families: &[Family::Marc21], check, ..ContentRule::BASE };

/// The codes of scripts that MARC 21 had before those of ISO 15924.
const SCRIPTS: [&str; 7] = ["(3", "(4", "(B", "$1", "(N", "(S", "(2"];

/// A link: the field that has it, and the tag and number it leads to.
struct Link<'a> {
    field: FieldRef<'a>,
    bytes: &'a [u8],
    tag: [u8; 3],
    number: [u8; 2],
}

fn check(card: &Card<'_>, findings: &mut Findings) {
    let mut links: Vec<Link<'_>> = Vec::new();
    let mut broken: Vec<[u8; 3]> = Vec::new();
    for field in card.subject.record.fields() {
        if field.tag().is_control() {
            continue;
        }
        let is_880 = field.tag().number() == Some(880);
        let mut values = field.subfields_with('6');
        let Some(value) = values.next() else {
            if is_880 {
                broken.push(*b"880");
                card.tell_field(
                    LINK_MISSING,
                    field,
                    "the field has no $6 that says what it is a form of",
                    findings,
                );
            }
            continue;
        };
        let Ok(text) = value.to_str() else { continue };
        let bytes = value.as_bytes();
        let (head, script) =
            text.split_once('/').map_or((text.as_ref(), None), |(head, script)| (head, Some(script)));
        let Some((tag, number)) = tag_and_number(head) else {
            broken.extend(field.tag().bytes());
            let message = format!("{text:?} is not a tag, a hyphen and two digits");
            card.tell(LINK_MALFORMED, field, bytes, message, findings);
            continue;
        };
        if let Some(code) = script.map(|script| script.split('/').next().unwrap_or_default()) {
            let is_iso = code.len() == 4
                && code.starts_with(|first: char| first.is_ascii_uppercase())
                && code.chars().skip(1).all(|letter| letter.is_ascii_lowercase());
            if !is_iso && !SCRIPTS.contains(&code) {
                card.tell(
                    SCRIPT_UNDEFINED,
                    field,
                    bytes,
                    format!("{code:?} is not the code of a script"),
                    findings,
                );
            }
        }
        if number != *b"00" {
            links.push(Link { field, bytes, tag, number });
        }
    }
    if !links.is_empty() {
        partners(card, &links, &broken, findings);
    }
}

/// Reads `880-01`.
fn tag_and_number(text: &str) -> Option<([u8; 3], [u8; 2])> {
    let [a, b, c, b'-', d, e] = *text.as_bytes() else { return None };
    [a, b, c, d, e].iter().all(u8::is_ascii_digit).then_some(([a, b, c], [d, e]))
}

/// Compares the links of fields with those of the 880. A pair that is broken at one end is one fault, told at that end; `broken` are
/// the tags of fields whose `$6` is missing or malformed.
fn partners(card: &Card<'_>, links: &[Link<'_>], broken: &[[u8; 3]], findings: &mut Findings) {
    let own = |link: &Link<'_>| link.field.tag().bytes().unwrap_or_default();
    let is_880 = |link: &Link<'_>| own(link) == *b"880";
    // What both ends of a pair have in common: the number, and the tag of the field.
    let pair = |link: &Link<'_>| (link.number, if is_880(link) { link.tag } else { own(link) });
    let ends = |of_880: bool| -> HashSet<_> {
        links.iter().filter(|link| is_880(link) == of_880).map(pair).collect()
    };
    let (fields, forms) = (ends(false), ends(true));
    let answered: HashSet<[u8; 2]> = fields.intersection(&forms).map(|(number, _)| *number).collect();
    let orphaned: HashSet<[u8; 2]> = forms.difference(&fields).map(|(number, _)| *number).collect();
    let mut dead: HashSet<[u8; 3]> = broken.iter().copied().collect();
    for link in links.iter().filter(|link| !is_880(link) && !forms.contains(&pair(link))) {
        let number: String = link.number.map(char::from).iter().collect();
        let (rule, message) = if answered.contains(&link.number) {
            (LINK_AMBIGUOUS, format!("an earlier field has the number {number} too"))
        } else if orphaned.contains(&link.number) || broken.contains(b"880") {
            continue;
        } else {
            dead.insert(own(link));
            (LINK_DEAD, format!("there is no 880 with the number {number}"))
        };
        card.tell(rule, link.field, link.bytes, message, findings);
    }
    for link in
        links.iter().filter(|link| is_880(link) && !fields.contains(&pair(link)) && !dead.contains(&link.tag))
    {
        let text = String::from_utf8_lossy(link.bytes);
        let message = format!(
            "no field links to this one: {:?} has no partner",
            text.split('/').next().unwrap_or_default()
        );
        card.tell(LINK_ORPHAN, link.field, link.bytes, message, findings);
    }
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"1	{"6":"100-01/(N"},		X101	880[0]
1	{"6":"245-02/Cyrl"},		X101	880[1]
1	{"880":{"ind1":"1","ind2":" "	{"880":{"ind1":" ","ind2":" ","subfields":[{"a":"Поэты"}]}},{"880":{"ind1":"1","ind2":" "	X101	880[0]
1	{"6":"100-01/(N"},	{"6":"100/1"},	X102	880[0]$6[0]
1	{"6":"880-01"}	{"6":"88001"}	X102	100[0]$6[0]
1	{"6":"245-02/Cyrl"}	{"6":"245-2/Cyrl"}	X102	880[1]$6[0]
1	"880-01"},{"a":"Nizami,"	"880-03"},{"a":"Nizami,"	X103	100[0]$6[0]
1	{"6":"880-02"},	{"6":"880-07"},	X103	245[0]$6[0]
1	"880-01"},{"a":"Nizami,"	"880-99"},{"a":"Nizami,"	X103	100[0]$6[0]
1	{"a":"Poetry."}	{"6":"880-01"},{"a":"Poetry."}	X104	650[0]$6[0]
1	{"a":"336 pages"}	{"6":"880-02"},{"a":"336 pages"}	X104	300[0]$6[0]
1	{"a":"Poets."}	{"6":"880-01"},{"a":"Poets."}	X104	830[0]$6[0]
1	{"6":"880-01"},		X105	880[0]$6[0]
1	{"6":"880-02"},		X105	880[1]$6[0]
1	"245-02/Cyrl"	"246-02/Cyrl"	X105	880[1]$6[0]
1	100-01/(N	100-01/(Z	X106	880[0]$6[0]
1	245-02/Cyrl	245-02/cyr	X106	880[1]$6[0]
1	245-02/Cyrl	245-02/CYRL	X106	880[1]$6[0]
"#;

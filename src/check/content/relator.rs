//! X115: one relator in words and one as a code in the same name: `$e` and `$4` say the same. Only words that are the name of a code in
//! the list of the Library of Congress are compared.

use super::{Card, ContentRule, Family};
use crate::finding::{Findings, rules};
use crate::schema::code_list;

rules! {
    RELATOR_DISAGREES "X115" "relator-disagrees" Note
        "A relator and its code say different things."
        r#"A name has one relator in words and one as a code, and the words are those of another code.

It is kept.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"245":{"ind1":"0","ind2":"0","subfields":[{"a":"Divan."}]}},{"700":{"ind1":"1","ind2":" ","subfields":[{"a":"Araz, Mammad,"},{"e":"author."},{"4":"edt"}]}}]}
```

```text
note[X115] record 1 (line 1, byte 0), field 700[0]$e[0] (#2): "author" has the code aut, but $4 is edt; kept
```
"#;
}

pub(super) const RULE: ContentRule =
    ContentRule { rules: ALL, families: &[Family::Marc21], check, ..ContentRule::BASE };

fn check(card: &Card<'_>, findings: &mut Findings) {
    for field in [100, 110, 700, 710].into_iter().flat_map(|tag| card.fields(tag)) {
        let (mut words, mut codes) = (field.subfields_with('e'), field.subfields_with('4'));
        let (Some(word), None, Some(code), None) = (words.next(), words.next(), codes.next(), codes.next())
        else {
            continue;
        };
        let (Ok(text), Ok(code)) = (word.to_str(), code.to_str()) else { continue };
        let text = text.trim_matches([' ', '.', ',']);
        let known = code_list("relators").find(|(_, label)| label.eq_ignore_ascii_case(text));
        let has_code = code_list("relators").any(|(known, _)| known == code);
        if let Some((right, _)) = known.filter(|(right, _)| *right != code && has_code) {
            let message = format!("{text:?} has the code {right}, but $4 is {code}");
            card.tell(RELATOR_DISAGREES, field, word.as_bytes(), message, findings);
        }
    }
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"5	{"4":"aut"}	{"4":"edt"}	X115	700[0]$e[0]
5	"author."	"editor."	X115	700[0]$e[0]
5	"author."	"Translator"	X115	700[0]$e[0]
"#;

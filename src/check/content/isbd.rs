//! P101 to P121: punctuation of ISBD, where a record of MARC 21 says that it has it (leader/18 is `a` or `i`).
//!
//! Since 2019 libraries may leave these marks out, so that the rules are looked for only where they are selected: `--select P`.
//! Each mark is at the end of the subfield before the one that it introduces.

use super::{Card, ContentRule, Family};
use crate::finding::{Findings, rules};

rules! {
    BRACKETS_MISSING "P121" "brackets-missing" Note
        "The general material designation is not in square brackets."
        r#"The general material designation in `$h` is in square brackets.

It is kept. It is looked for only with `--select P`, or where the configuration gives it a severity.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan"},{"h":"sound recording."}]}}]}
```

```text
note[P121] record 1 (line 1, byte 0), field 245[0]$h[0] (#1): the material is not in square brackets; kept
```
"#;
    FINAL_MARK "P101" "final-mark" Note
        "A title does not end in a mark."
        r#"A title ends in a full stop, a question mark or an exclamation mark where the record has the punctuation of ISBD.

It is kept. It is looked for only with `--select P`, or where the configuration gives it a severity: since 2019 libraries may
leave the mark out.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan /"},{"c":"Nizami"}]}}]}
```

```text
note[P101] record 1 (line 1, byte 0), field 245[0]$c[0] (#1): the title does not end in a full stop, ? or !; kept
```
"#;
    INITIALS_APART "P103" "initials-apart" Note
        "Initials of a name have a blank between them."
        r#"In a statement of responsibility the initials of a name stand without blanks between them: `T.S. Eliot`.

It is kept. It is looked for only with `--select P`, or where the configuration gives it a severity.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Poems /"},{"c":"T. S. Eliot."}]}}]}
```

```text
note[P103] record 1 (line 1, byte 0), field 245[0]$c[0] (#1): the initials "T. S." have a blank between them; kept
```
"#;
    MARK_DOUBLED "P120" "mark-doubled" Note
        "A mark is doubled, or has a blank before it that it should not have."
        r#"A comma, a semicolon or a colon is there twice, or a comma has a blank before it. Programs that add the marks of ISBD to data
that have them do this.

It is kept. It is looked for only with `--select P`, or where the configuration gives it a severity.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan."}]}},{"264":{"ind1":" ","ind2":"1","subfields":[{"a":"Baki :"},{"b":"Sharq,,"},{"c":"2005."}]}}]}
```

```text
note[P120] record 1 (line 1, byte 0), field 264[0]$b[0] (#2): a mark is doubled, or has a blank before it; kept
```
"#;
    MARK_MISSING "P102" "mark-missing" Note
        "The mark of ISBD before a subfield is missing."
        r#"ISBD begins each element with a mark: ` : ` before other title information and a publisher, ` / ` before a statement of
responsibility, ` ; ` before a size and a volume. In MARC 21 the mark is at the end of the subfield before.

It is kept. It is looked for only with `--select P`, or where the configuration gives it a severity.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan"},{"c":"Nizami."}]}}]}
```

```text
note[P102] record 1 (line 1, byte 0), field 245[0]$a[0] (#1): the subfield before c does not end in " /"; kept
```
"#;
}

pub(super) const RULE: ContentRule =
    ContentRule { rules: ALL, families: &[Family::Marc21], check, optional: true, ..ContentRule::BASE };

/// In which field, before which subfield, one of which marks is due.
const MARKS: [(u32, char, &[&str]); 20] = [
    (245, 'b', &[" :", " ;", " ="]),
    (245, 'c', &[" /"]),
    (245, 'n', &["."]),
    (245, 'p', &[",", "."]),
    (250, 'b', &[" /", " ="]),
    (260, 'a', &[" ;", " ="]),
    (260, 'b', &[" :", " ="]),
    (260, 'c', &[",", "-", ")", "]", "?"]),
    (264, 'a', &[" ;", " ="]),
    (264, 'b', &[" :", " ="]),
    (264, 'c', &[",", "-", ")", "]", "?"]),
    (300, 'b', &[" :"]),
    (300, 'c', &[" ;"]),
    (300, 'e', &[" +"]),
    (490, 'v', &[" ;"]),
    (490, 'x', &[",", " ;"]),
    (440, 'v', &[" ;"]),
    (830, 'v', &[" ;"]),
    (800, 'v', &[" ;"]),
    (810, 'v', &[" ;"]),
];

fn check(card: &Card<'_>, findings: &mut Findings) {
    let leader = card.subject.record.header().leader;
    let form = leader.and_then(|leader| leader.get(18));
    if !matches!(form, Some(b'a' | b'i')) {
        return;
    }
    for field in card.subject.record.fields() {
        let Some(tag @ (245 | 250 | 260 | 264 | 300 | 440 | 490 | 800 | 810 | 830)) = field.tag().number()
        else {
            continue;
        };
        let mut before: Option<&[u8]> = None;
        for part in field.subfields().filter(|part| !part.code().is_ascii_digit()) {
            let value = part.value().as_bytes();
            let due = MARKS.iter().find(|(known, code, _)| *known == tag && part.is(*code));
            if let (Some(last), Some((_, code, marks))) = (before, due) {
                if !marks.iter().any(|mark| last.ends_with(mark.as_bytes())) {
                    let marks = marks.iter().map(|mark| format!("{mark:?}")).collect::<Vec<_>>().join(" or ");
                    let message = format!("the subfield before {code} does not end in {marks}");
                    card.tell(MARK_MISSING, field, last, message, findings);
                }
            }
            if doubled(value) {
                let message = "a mark is doubled, or has a blank before it".to_owned();
                card.tell(MARK_DOUBLED, field, value, message, findings);
            }
            if tag == 245 && part.is('h') {
                let bare = value.strip_suffix(b".").unwrap_or(value);
                let bare = bare.trim_ascii_end();
                let bare = bare
                    .strip_suffix(b":")
                    .or(bare.strip_suffix(b"/"))
                    .or(bare.strip_suffix(b"="))
                    .or(bare.strip_suffix(b","))
                    .unwrap_or(bare);
                let bare = bare.trim_ascii();
                if !(bare.starts_with(b"[") && bare.ends_with(b"]")) {
                    let message = "the material is not in square brackets".to_owned();
                    card.tell(BRACKETS_MISSING, field, value, message, findings);
                }
            }
            let text = part.value().to_str().ok().filter(|_| tag == 245 && part.is('c'));
            if let Some(initials) = text.as_deref().and_then(initials_apart) {
                let message = format!("the initials {initials:?} have a blank between them");
                card.tell(INITIALS_APART, field, value, message, findings);
            }
            before = Some(value);
        }
        if let Some(last) = before.filter(|_| tag == 245) {
            let rest = last.trim_ascii_end();
            let rest = rest
                .strip_suffix(b"\"")
                .or(rest.strip_suffix(b"]"))
                .or(rest.strip_suffix(b")"))
                .unwrap_or(rest);
            let is_right = |value: &[u8]| matches!(value.last(), Some(b'.' | b'?' | b'!'));
            if !is_right(last.trim_ascii_end()) && !is_right(rest) {
                let message = "the title does not end in a full stop, ? or !".to_owned();
                card.tell(FINAL_MARK, field, last, message, findings);
            }
        }
    }
}

/// Returns the first two initials with a blank between them: `T. S.`. Abbreviations such as `i. e.` have small letters.
fn initials_apart(text: &str) -> Option<String> {
    let last_initial = |word: &str| {
        let mut letters = word.strip_suffix('.')?.chars().rev();
        let initial = letters.next().filter(|letter| letter.is_uppercase())?;
        letters.next().is_none_or(|before| matches!(before, '.' | '[' | '(' | '-' | '"')).then_some(initial)
    };
    let first_initial = |word: &str| {
        let mut letters = word.chars();
        letters.next().filter(|letter| letter.is_uppercase() && letters.next() == Some('.'))
    };
    let mut before = None;
    for word in text.split(' ') {
        if let (Some(one), Some(other)) = (before, first_initial(word)) {
            return Some(format!("{one}. {other}."));
        }
        before = last_initial(word);
    }
    None
}

/// Whether a value has a comma, a semicolon or a colon twice, or a comma after a blank. Three full stops are an ellipsis.
fn doubled(value: &[u8]) -> bool {
    value.windows(2).any(|pair| matches!(pair, b",," | b";;" | b"::" | b" ,"))
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"1	"Nizami."}]}},{"264"	"Nizami"}]}},{"264"	P101	245[0]$c[0]
4	"verse."	"verse"	P101	245[0]$b[0]
4	"verse."	"verse,"	P101	245[0]$b[0]
1	"The divan /"	"The divan"	P102	245[0]$a[0]
1	"Baki :"	"Baki"	P102	264[0]$a[0]
4	"Press,"	"Press"	P102	264[0]$b[0]
1	"Nizami."}]}},{"264"	"N. G. Nizami."}]}},{"264"	P103	245[0]$c[0]
1	"Nizami."}]}},{"264"	"poems by A.B. C. Nizami."}]}},{"264"	P103	245[0]$c[0]
4	"verse."	"verse /"},{"c":"[W. H. Auden and others]."	P103	245[0]$c[0]
1	"Sharq,"	"Sharq ,"	P120	264[0]$b[0]
1	"Sharq,"	"Sharq,,"	P120	264[0]$b[0]
4	"Alphabet of poets :"	"Alphabet ;; of poets :"	P120	245[0]$a[0]
4	"Alphabet of poets :"	"Alphabet of poets"},{"h":"sound recording :"	P121	245[0]$h[0]
4	"Alphabet of poets :"	"Alphabet of poets"},{"h":"[sound recording :"	P121	245[0]$h[0]
4	"Alphabet of poets :"	"Alphabet of poets"},{"h":"sound recording] :"	P121	245[0]$h[0]
"#;

//! V119: a word with letters of two scripts, one of which only has letters that look like some of the other: a Latin `a` in a Cyrillic
//! word. It looks right and is found by no search. The repair puts the letters of the script that the rest of the word is in; it is
//! not safe, as a word may be meant so.

use super::{Card, ContentRule, Family};
use crate::check::{Fix, Fixes};
use crate::finding::{Finding, Findings, rules};
use crate::record::Record;

rules! {
    SCRIPTS_MIXED "V119" "scripts-mixed" Note
        "A word has letters of Latin and of Cyrillic that look alike."
        r#"Some letters of Latin and Cyrillic look the same. With one of the wrong kind the word looks right, and no search finds it.

It is kept. `--unsafe-fixes` puts the letters of the script that most of the word is in.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Xамса."}]}}]}
```

```text
note[V119] record 1 (line 1, byte 0), field 245[0]$a[0] (#1): "Xамса" has Latin letters in a Cyrillic word; kept
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

const LATIN: &str = "AaBCcEeHIiJjKMOoPpSsTXxYy";
const CYRILLIC: &str = "АаВСсЕеНІіЈјКМОоРрЅѕТХхУу";

fn is_cyrillic(character: char) -> bool {
    matches!(character, '\u{400}'..='\u{4FF}')
}

/// Words of two scripts with the letters that do not belong replaced; `None` for any other word.
fn in_one_script(word: &str) -> Option<String> {
    let latin = word.chars().filter(char::is_ascii_alphabetic).count();
    let cyrillic = word.chars().filter(|character| is_cyrillic(*character)).count();
    if latin == 0 || cyrillic == 0 {
        return None;
    }
    let swap = |from: &str, to: &str, wrong: &dyn Fn(char) -> bool| -> Option<String> {
        word.chars()
            .map(|letter| match from.chars().position(|known| known == letter) {
                Some(at) => to.chars().nth(at),
                None => (!wrong(letter)).then_some(letter),
            })
            .collect()
    };
    let to_cyrillic = || swap(LATIN, CYRILLIC, &|letter| letter.is_ascii_alphabetic());
    let to_latin = || swap(CYRILLIC, LATIN, &is_cyrillic);
    if cyrillic >= latin { to_cyrillic().or_else(to_latin) } else { to_latin().or_else(to_cyrillic) }
}

/// The words of a value and what is between them.
fn words(value: &str) -> impl Iterator<Item = &str> {
    value.split(|character: char| !character.is_alphabetic()).filter(|word| !word.is_empty())
}

fn check(card: &Card<'_>, findings: &mut Findings) {
    // Letters of Cyrillic begin with these bytes.
    if card.subject.record.is_text()
        && memchr::memchr3(0xD0, 0xD1, 0xD2, card.subject.record.buffer()).is_none()
    {
        return;
    }
    for field in card.data_fields() {
        let lead = (!field.syntax().has_indicators()).then(|| field.lead());
        for value in lead.into_iter().chain(field.subfields().map(|subfield| subfield.value())) {
            let Ok(text) = value.to_str() else { continue };
            if text.is_ascii() {
                continue;
            }
            if let Some(word) = words(&text).find(|word| in_one_script(word).is_some()) {
                let right = in_one_script(word).unwrap_or_default();
                let script = if right.chars().any(is_cyrillic) {
                    "Latin letters in a Cyrillic word"
                } else {
                    "Cyrillic letters in a Latin word"
                };
                card.tell(SCRIPTS_MIXED, field, value.as_bytes(), format!("{word:?} has {script}"), findings);
            }
        }
    }
}

fn fix(record: &mut Record, finding: &Finding, fixes: Fixes) -> Option<Fix> {
    let index = usize::try_from(finding.location.field?).ok()?;
    if fixes != Fixes::All || !record.view().is_text() {
        return None;
    }
    let field = record.fields().nth(index).filter(|field| Some(field.tag()) == finding.location.tag)?;
    let body = std::str::from_utf8(field.raw()).ok()?;
    let mut count = 0u32;
    let mut out = String::with_capacity(body.len());
    // A subfield code is a letter before a word; the delimiter is not, so that both are passed over together.
    let delimiter = char::from(field.syntax().delimiter);
    for (at, part) in body.split(delimiter).enumerate() {
        let mut rest = part;
        if at > 0 {
            out.push(delimiter);
            let mut characters = rest.chars();
            out.extend(characters.next());
            rest = characters.as_str();
        }
        while let Some(start) = rest.find(char::is_alphabetic) {
            let (before, from) = rest.split_at_checked(start)?;
            let end = from.find(|character: char| !character.is_alphabetic()).unwrap_or(from.len());
            let (word, after) = from.split_at_checked(end)?;
            out.push_str(before);
            match in_one_script(word) {
                Some(right) => {
                    count += 1;
                    out.push_str(&right);
                }
                None => out.push_str(word),
            }
            rest = after;
        }
        out.push_str(rest);
    }
    if count == 0 {
        return None;
    }
    record.replace_bodies(vec![(index, out.into_bytes())]).ok()?;
    Some(Fix::new(
        finding,
        format!(
            "letters of the other script replaced in {count} {}",
            if count == 1 { "word" } else { "words" }
        ),
    ))
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"1	"Text in Cyrillic: Хамса и Divan."	"Xамса"	V119	500[0]$a[0]
1	"Низами."}]}}]	"Низaми."}]}}]	V119	880[1]$c[0]
2	"Собрание"	"Coбрание"	V119	461[0]$a[0]
3	"Баку"	"Бaку"	V119	210[0]$a[0]
"#;

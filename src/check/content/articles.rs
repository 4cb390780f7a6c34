//! T101 to T103: how many characters of a title are passed over in filing, against the title.
//!
//! T102 and T103 hold for any language: what is passed over is an article of some language and marks before the title, and less than
//! the title. T101 knows definite articles of the language in 008, and only those that are hardly ever anything else.
//!
//! The articles are those of the languages in appendix F of MARC 21.

use super::{Card, ContentRule, Family};
use crate::bytes::Cut;
use crate::finding::{Findings, rules};
use crate::record::FieldRef;

rules! {
    ARTICLE_MISSED "T101" "article-missed" Warning
        "A title begins with an article that is not passed over in filing."
        r#"The title is sorted under its article. The second indicator of 245 says how many characters are passed over: those of the article,
and the blank after it. Only articles that are hardly ever anything else are found, by the language in 008.

It is kept.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"008":"260114s2005    enka          000 0 eng d"},{"245":{"ind1":"0","ind2":"0","subfields":[{"a":"The divan."}]}}]}
```

```text
warning[T101] record 1 (line 1, byte 0), field 245[0]^2 (#2): the title begins with the article "the", which is not passed over in filing; kept
```
"#;

    ARTICLE_NONE "T102" "article-none" Warning
        "The characters that are passed over in filing are not an article."
        r#"The title is sorted under a part of its first word. What is passed over is an article of some language and the blank after it, and
marks before the title.

It is kept.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"245":{"ind1":"0","ind2":"4","subfields":[{"a":"Divan."}]}}]}
```

```text
warning[T102] record 1 (line 1, byte 0), field 245[0]^2 (#1): 4 characters are passed over in filing, but "divan" is not an article; kept
```
"#;

    NONFILING_LONG "T103" "nonfiling-long" Warning
        "At least as many characters are passed over in filing as the title has."
        r#"The whole title is passed over, so that it is sorted under nothing.

It is kept.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"245":{"ind1":"0","ind2":"9","subfields":[{"a":"Divan."}]}}]}
```

```text
warning[T103] record 1 (line 1, byte 0), field 245[0]^2 (#1): 9 characters are passed over in filing, which is all of the title or more; kept
```
"#;
}

pub(super) const RULE: ContentRule =
    ContentRule { rules: ALL, families: &[Family::Marc21], check, ..ContentRule::BASE };

/// The fields with such an indicator, and which it is.
const FIELDS: [(u32, u8); 11] = [
    (130, 1),
    (222, 2),
    (240, 2),
    (242, 2),
    (243, 2),
    (245, 2),
    (440, 2),
    (630, 1),
    (730, 1),
    (740, 1),
    (830, 2),
];

/// Words that are articles of some language.
const SOME: [&str; 76] = [
    "a", "al", "am", "an", "ang", "as", "az", "bir", "d", "da", "das", "de", "dei", "dem", "den", "der",
    "des", "det", "di", "die", "dos", "e", "een", "eene", "egy", "ei", "ein", "eine", "einem", "einen",
    "einer", "eines", "eit", "el", "els", "en", "enne", "et", "ett", "eyn", "eyne", "gl", "gli", "ha", "hai",
    "he", "hena", "hin", "hina", "hinar", "hinir", "hinn", "hinna", "hinnar", "hinni", "hins", "hinu",
    "hinum", "ho", "hoi", "i", "il", "in", "ka", "ke", "l", "la", "las", "le", "les", "lo", "los", "na", "o",
    "os", "the",
];
/// More of them.
const MORE: [&str; 24] = [
    "t", "ta", "te", "to", "tes", "tou", "um", "uma", "un", "una", "une", "uno", "us", "y", "yr", "ye", "os",
    "n", "nje", "nji", "tis", "unas", "unos", "h",
];

/// Definite articles that are hardly ever anything else at the start of a title.
const SURE: [(&[u8], &[&str]); 5] = [
    (b"eng", &["the"]),
    (b"ger", &["der", "das"]),
    (b"fre", &["les"]),
    (b"spa", &["los", "las"]),
    (b"ita", &["gli"]),
];

/// Beginnings that look as if they had an article, and are names.
const NAMES: [&str; 8] = [
    "los angeles",
    "las vegas",
    "los alamos",
    "las cruces",
    "las palmas",
    "los altos",
    "las casas",
    "los lunas",
];

fn check(card: &Card<'_>, findings: &mut Findings) {
    for field in card.subject.record.fields() {
        let tag = field.tag().number().unwrap_or_default();
        if let Some((_, number)) = FIELDS.iter().find(|(known, _)| *known == tag) {
            title(card, field, (tag, *number), findings);
        }
    }
}

fn title(card: &Card<'_>, field: FieldRef<'_>, (tag, number): (u32, u8), findings: &mut Findings) {
    let indicator = field.indicators().get(usize::from(number.saturating_sub(1)));
    let Some(skipped) = indicator.filter(|byte| byte.is_ascii_digit()).map(|byte| usize::from(byte & 0x0F))
    else {
        return;
    };
    let Some(Ok(value)) = field.subfield('a').map(|value| value.to_str()) else { return };
    let marks = value.chars().take_while(|character| !character.is_alphanumeric()).count();
    let start = value.find(char::is_alphanumeric).unwrap_or(value.len());
    let text = value.cut(start..);
    let is_combining = |character: char| matches!(character, '\u{300}'..='\u{36F}' | 'ʻ' | 'ʼ');
    let end = text
        .find(|character: char| !character.is_alphanumeric() && !is_combining(character))
        .unwrap_or(text.len());
    let (word, after) = text.split_at_checked(end).unwrap_or((text, ""));
    let word = word.to_lowercase();
    let mut tell = |rule, message| card.tell_indicator(rule, field, number, message, findings);
    if skipped > 0 && value.chars().nth(skipped).is_none() {
        tell(
            NONFILING_LONG,
            format!("{skipped} characters are passed over in filing, which is all of the title or more"),
        );
    } else if skipped > 0 && skipped != marks && word.is_ascii() && !is_article(&word) {
        tell(
            ARTICLE_NONE,
            format!("{skipped} characters are passed over in filing, but {word:?} is not an article"),
        );
    } else if skipped > marks && word.is_ascii() && ends_inside(skipped, marks + word.len(), after) {
        tell(
            ARTICLE_NONE,
            format!("{skipped} characters are passed over, which ends before the blank after {word:?}"),
        );
    } else if skipped == 0 && matches!(tag, 245 | 440 | 830 | 222) && after.starts_with(' ') {
        let language = card.fields(8).next().map_or(&b""[..], |coded| coded.raw().cut(35..38));
        let sure = SURE
            .iter()
            .find(|(known, _)| *known == language)
            .is_some_and(|(_, words)| words.contains(&word.as_str()));
        let lower = text.to_lowercase();
        if sure && !NAMES.iter().any(|name| lower.starts_with(name)) {
            tell(
                ARTICLE_MISSED,
                format!("the title begins with the article {word:?}, which is not passed over in filing"),
            );
        }
    }
}

fn is_article(word: &str) -> bool {
    SOME.contains(&word) || MORE.contains(&word)
}

/// Whether what is passed over ends inside a word, or right after it where a blank follows.
fn ends_inside(skipped: usize, word_end: usize, after: &str) -> bool {
    skipped < word_end || skipped == word_end && after.starts_with(' ')
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"4	"Alphabet of poets :"	"The alphabet of poets :"	T101	245[0]^2
4	"Alphabet of poets :"	"[The alphabet] of poets :"	T101	245[0]^2
4	"Alphabet of poets :"	"\"The alphabet of poets :"	T101	245[0]^2
1	{"245":{"ind1":"1","ind2":"4"	{"245":{"ind1":"1","ind2":"1"	T102	245[0]^2
1	{"245":{"ind1":"1","ind2":"4"	{"245":{"ind1":"1","ind2":"3"	T102	245[0]^2
1	"The divan /"	"Love and divan /"	T102	245[0]^2
1	"a":"The divan /"	"a":"The"	T103	245[0]^2
1	"a":"The divan /"	"a":"Ox"	T103	245[0]^2
1	{"830":{"ind1":" ","ind2":"0"	{"830":{"ind1":" ","ind2":"9"	T103	830[0]^2
"#;

//! Words and codes of records, and what they mean: roles, languages, countries.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use crate::crosswalk::tables::{self, Tables, look_up};
use crate::schema::code_list;

const WORDS: &str = include_str!("data/words.tsv");

fn words() -> &'static Tables {
    static PARSED: OnceLock<Tables> = OnceLock::new();
    PARSED.get_or_init(|| tables::parse(WORDS))
}

/// The codes for roles.
struct Relators {
    /// The code of each label, in lower case.
    labels: HashMap<String, &'static str>,
    codes: HashSet<&'static str>,
}

fn relators() -> &'static Relators {
    static RELATORS: OnceLock<Relators> = OnceLock::new();
    RELATORS.get_or_init(|| Relators {
        labels: code_list("relators")
            .map(|(code, label)| (label.trim_end_matches('.').to_lowercase(), code))
            .collect(),
        codes: code_list("relators").map(|(code, _)| code).collect(),
    })
}

/// Returns what a word means by a list of `data/words.tsv`.
pub(super) fn find(list: &str, word: &str) -> Option<&'static str> {
    words().get(list)?.get(word).copied()
}

/// Returns the value of a digit: a Western one, or one of Arabic or Persian.
pub(super) fn digit(c: char) -> Option<u32> {
    let zero = match c {
        '0'..='9' => '0',
        '٠'..='٩' => '٠',
        '۰'..='۹' => '۰',
        _ => return None,
    };
    Some(u32::from(c) - u32::from(zero))
}

/// Returns the relator code of MARC 21 for a role: such a code, a code of UNIMARC, a word of a few languages. `is_term` says
/// that it stands where words are: `red` is an abbreviation there, and no code.
pub(super) fn role(raw: &str, is_term: bool) -> Option<&'static str> {
    let text = raw.trim();
    let text = text.rsplit('/').next().unwrap_or(text);
    let text = text.trim_matches([' ', '.', ',', ';', ':', '(', ')', '[', ']']);
    let Relators { labels, codes } = relators();
    let lower = text.to_lowercase();
    let word = find("roles", &lower);
    if let Some(word) = word.filter(|_| is_term) {
        return Some(word);
    }
    if let Some(code) = codes.get(text) {
        return Some(code);
    }
    let number = text.get(..3).filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    if let Some(number) = number {
        return look_up("role21", number).filter(|code| !code.is_empty());
    }
    word.or_else(|| labels.get(&lower).copied())
}

/// Returns the code of the MARC list for a language; none if it is no code.
pub(super) fn language(raw: &str) -> Option<&'static str> {
    static CODES: OnceLock<HashMap<&'static str, &'static str>> = OnceLock::new();
    let codes = CODES.get_or_init(|| {
        code_list("languages").map(|(code, _)| (code.trim_start_matches('-'), code)).collect()
    });
    let lower = raw.trim().trim_end_matches('.').to_lowercase();
    let other = find("languages", &lower);
    other.or_else(|| codes.get_key_value(lower.as_str()).map(|(code, _)| *code))
}

/// Returns the two letters of ISO 3166 for a country: for a code of the MARC list, or for such letters.
pub(super) fn country(raw: &str, is_marc: bool) -> Option<&'static str> {
    let text = raw.trim().trim_end_matches(['#', '|']);
    if is_marc {
        let code = text.to_lowercase();
        return tables::country(&code).or_else(|| find("marc-countries", &code));
    }
    static CODES: OnceLock<HashSet<&'static str>> = OnceLock::new();
    let codes = CODES.get_or_init(|| code_list("iso3166").map(|(code, _)| code).collect());
    // Records keep the codes of countries that are no more.
    let withdrawn = || find("countries", &text.to_lowercase());
    codes.get(text.to_uppercase().as_str()).copied().or_else(withdrawn)
}

/// Returns whether a statement says that there is none: `[S.l.]`, `Б. и.`
pub(super) fn is_absent(text: &str) -> bool {
    let plain = text.trim_matches([' ', '[', ']', '.', ',', ':', ';', '(', ')']).to_lowercase();
    find("absent", &plain).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries() {
        let cases = [
            ("nyu", Some("US")),
            ("ilu", Some("US")),
            ("xxu", Some("US")),
            ("enk", Some("GB")),
            ("stk", Some("GB")),
            ("onc", Some("CA")),
            ("ru ", Some("RU")),
            ("ne#", Some("NL")),
            ("zzu", None),
            ("|||", None),
            ("u", None),
        ];
        for (code, expected) in cases {
            assert_eq!(country(code, true), expected, "{code}");
        }
        assert_eq!(country("us", false), Some("US"));
        // Saudi Arabia, and the Soviet Union.
        assert_eq!(
            [country("su", true), country("ur", true), country("SU", false)],
            [Some("SA"), Some("SU"), Some("SU")]
        );
    }

    #[test]
    fn a_word_where_words_are_is_no_code() {
        assert_eq!(role("red.", true), Some("edt"));
        assert_eq!(role("red", false), Some("red"));
        assert_eq!(role("ill.", true), Some("ill"));
        assert_eq!(role("aut", true), Some("aut"));
        assert_eq!(role("340 Ред.", false), Some("edt"));
        assert_eq!(role("http://id.loc.gov/vocabulary/relators/trl", false), Some("trl"));
    }

    #[test]
    fn digits_of_three_scripts() {
        assert_eq!(['7', '٧', '۷', 'x', '七'].map(digit), [Some(7), Some(7), Some(7), None, None]);
    }
}

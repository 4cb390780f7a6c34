//! Words and codes of records, and what they mean: roles, languages, countries.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use crate::crosswalk::tables::look_up;
use crate::schema::code_list;

const WORDS: &str = include_str!("data/words.tsv");

type Words = HashMap<&'static str, HashMap<&'static str, &'static str>>;

fn words() -> &'static Words {
    static PARSED: OnceLock<Words> = OnceLock::new();
    PARSED.get_or_init(|| {
        let mut all = Words::new();
        let mut name = "";
        for line in WORDS.lines().filter(|line| !line.starts_with('#')) {
            match (line.strip_prefix('[').and_then(|line| line.strip_suffix(']')), line.split_once('\t')) {
                (Some(next), _) => name = next,
                (None, Some((word, value))) => drop(all.entry(name).or_default().insert(word, value)),
                (None, None) => {}
            }
        }
        all
    })
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
        labels: code_list("relators").map(|(code, label)| (label.to_lowercase(), code)).collect(),
        codes: code_list("relators").map(|(code, _)| code).collect(),
    })
}

/// Returns the relator code of MARC 21 for a role: such a code, a code of UNIMARC, a word of a few languages.
pub(super) fn role(raw: &str) -> Option<&'static str> {
    let text = raw.trim();
    let text = text.rsplit('/').next().unwrap_or(text);
    let text = text.trim_matches([' ', '.', ',', ';', ':', '(', ')', '[', ']']);
    let Relators { labels, codes } = relators();
    if let Some(code) = codes.get(text) {
        return Some(code);
    }
    let number = text.get(..3).filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    if let Some(number) = number {
        return look_up("role21", number).filter(|code| !code.is_empty());
    }
    let lower = text.to_lowercase();
    let word = words().get("roles").and_then(|roles| roles.get(lower.as_str())).copied();
    word.or_else(|| labels.get(&lower).copied())
}

/// Returns the code of the MARC list for a language; none if it is no code.
pub(super) fn language(raw: &str) -> Option<&'static str> {
    static CODES: OnceLock<HashMap<&'static str, &'static str>> = OnceLock::new();
    let codes = CODES.get_or_init(|| {
        code_list("languages").map(|(code, _)| (code.trim_start_matches('-'), code)).collect()
    });
    let lower = raw.trim().trim_end_matches('.').to_lowercase();
    let other = words().get("languages").and_then(|forms| forms.get(lower.as_str())).copied();
    other.or_else(|| codes.get_key_value(lower.as_str()).map(|(code, _)| *code))
}

/// Returns the two letters of ISO 3166 for a country: for a code of the MARC list, or for such letters.
pub(super) fn country(raw: &str, is_marc: bool) -> Option<&'static str> {
    let text = raw.trim().trim_end_matches(['#', '|']);
    if is_marc {
        return look_up("country-iso", &text.to_lowercase());
    }
    static CODES: OnceLock<HashSet<&'static str>> = OnceLock::new();
    let codes = CODES.get_or_init(|| code_list("iso3166").map(|(code, _)| code).collect());
    codes.get(text.to_uppercase().as_str()).copied()
}

/// Returns whether a statement says that there is none: `[S.l.]`, `Б. и.`
pub(super) fn is_absent(text: &str) -> bool {
    let plain = text.trim_matches([' ', '[', ']', '.', ',', ':', ';', '(', ')']).to_lowercase();
    words().get("absent").is_some_and(|absent| absent.contains_key(plain.as_str()))
}

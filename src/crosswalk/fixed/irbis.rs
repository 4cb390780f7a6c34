//! What the coded fields of IRBIS say, for both targets.

use super::dates::{Years, day, years};
use crate::crosswalk::condition::{Facts, SHEETS, well_formed_100};
use crate::crosswalk::source::{HEAD, Source};
use crate::crosswalk::tables;

/// The first letter of the type of record, as UNIMARC has it: 900^t, in serials 110^t first; `a` if there is none.
pub(crate) fn type_letter(source: &Source<'_>, facts: &Facts) -> char {
    let serial = if facts.sheet == "J" { source.text(110, 't') } else { None };
    let text = serial.or_else(|| source.text(900, 't')).unwrap_or_default();
    let letter = text.chars().next().unwrap_or('a').to_ascii_lowercase();
    if "abcdefgijklmr".contains(letter) { letter } else { 'a' }
}

/// The bibliographic level: by worksheet; 900^b where that is unknown.
pub(crate) fn level(source: &Source<'_>, facts: &Facts) -> char {
    match facts.sheet.as_str() {
        "ASP" => 'a',
        "J" => 's',
        "NJK" => 'c',
        sheet if SHEETS.contains(&sheet) => 'm',
        _ => match source.text(900, 'b') {
            Some("08" | "09" | "10") => 'a',
            _ => 'm',
        },
    }
}

/// What kind of positions the coded data of a record have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Book,
    Continuing,
    Music,
    Map,
    Visual,
    Computer,
}

pub(crate) fn kind(source: &Source<'_>, facts: &Facts) -> Kind {
    match (facts.sheet.as_str(), type_letter(source, facts)) {
        ("J", 'a') => Kind::Continuing,
        ("NJ" | "NJP" | "NJK", _) => Kind::Book,
        ("MUSP", _) => Kind::Visual,
        (_, 'c' | 'd' | 'i' | 'j') => Kind::Music,
        (_, 'e' | 'f') => Kind::Map,
        (_, 'g' | 'k' | 'r' | 'm') => Kind::Visual,
        (_, 'l') => Kind::Computer,
        _ => Kind::Book,
    }
}

/// Whether the record is of the book kind.
pub(crate) fn is_book(source: &Source<'_>, facts: &Facts) -> bool {
    kind(source, facts) == Kind::Book
}

/// The language of cataloguing; `rus` if the record does not say.
pub(crate) fn language_of_cataloguing(source: &Source<'_>) -> String {
    let stated = source.text(919, 'a').filter(|code| is_language(code));
    stated.map_or_else(|| "rus".to_owned(), str::to_ascii_lowercase)
}

fn is_language(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// The first language of the text that is a code; `und` if there is none.
pub(crate) fn language(source: &Source<'_>) -> String {
    let stated = source.texts(101, HEAD).find(|code| is_language(code));
    stated.map_or_else(|| "und".to_owned(), str::to_ascii_lowercase)
}

/// The date of entry, eight digits.
pub(crate) fn entry_date<'s>(source: &'s Source<'_>) -> Option<&'s str> {
    let old = source.text(100, 'a').filter(|text| well_formed_100(text)).and_then(|text| text.get(..8));
    old.or_else(|| source.texts(907, 'a').find_map(day))
}

/// The date of the latest change, eight digits.
pub(crate) fn last_change<'s>(source: &'s Source<'_>) -> Option<&'s str> {
    source.texts(907, 'a').filter_map(day).max()
}

/// Type of date as MARC 21 has it, and two dates of four characters; `None` for what is not known.
pub(crate) fn publication(source: &Source<'_>, facts: &Facts) -> (char, Option<String>, Option<String>) {
    let is_issue = matches!(facts.sheet.as_str(), "NJ" | "NJP" | "NJK");
    let issue = if is_issue { source.text(934, HEAD) } else { None };
    let set = if facts.sheet == "SPEC" { source.text(461, 'h') } else { None };
    let text = issue.or_else(|| source.text(210, 'd')).or(set).or_else(|| source.text(463, 'j'));
    let stated = text.map_or(Years::None, years);
    if facts.sheet == "J" {
        let first = match stated {
            Years::One(year) | Years::Two(year, _) | Years::Between(year, _) => year,
            Years::None => return ('u', None, None),
        };
        return match source.text(210, 'e').map(years) {
            Some(Years::One(last)) => ('d', Some(first), Some(last)),
            _ => ('c', Some(first), Some("9999".to_owned())),
        };
    }
    match stated {
        Years::None => ('n', None, None),
        Years::One(year) => ('s', Some(year), None),
        Years::Two(first, second) => ('m', Some(first), Some(second)),
        Years::Between(first, second) => ('q', Some(first), Some(second)),
    }
}

/// The illustrations, at most four letters: a any, b maps, c portraits, g music.
pub(crate) fn illustrations(source: &Source<'_>) -> String {
    let mut letters = String::new();
    for text in ['c', '0', '7', '8'].iter().flat_map(|code| source.texts(215, *code)) {
        for word in text.to_lowercase().split([',', ';', '+']) {
            let letter = match word.trim() {
                "" => continue,
                word if word.contains("портр") => 'c',
                word if word.contains("карт") => 'b',
                word if word.contains("нот") => 'g',
                _ => 'a',
            };
            if !letters.contains(letter) && letters.len() < 4 {
                letters.push(letter);
            }
        }
    }
    letters
}

/// The letters of the audience, as RUSMARC has them, in the order of the record.
pub(crate) fn audience(source: &Source<'_>) -> String {
    let texts = ['x', 'y', '9'].iter().flat_map(|code| source.texts(900, *code));
    texts.filter_map(|text| text.chars().next()).filter(|letter| "abcdekmu".contains(*letter)).collect()
}

/// Whether a note of 320 has this word, with a small or a capital letter.
pub(crate) fn bibliography_says(source: &Source<'_>, word: &str) -> bool {
    source.texts(320, HEAD).chain(source.texts(320, 'a')).any(|text| text.to_lowercase().contains(word))
}

/// A code of a serial, as 110 of UNIMARC has it.
pub(crate) fn serial<'s>(source: &'s Source<'_>, code: char) -> Option<&'s str> {
    source.text(110, code).and_then(|text| text.get(..1))
}

/// The code of MARC 21 for the first country; `None` if it has none.
pub(crate) fn country(source: &Source<'_>) -> Option<&'static str> {
    tables::look_up("country21", &source.text(102, HEAD)?.to_uppercase())
}

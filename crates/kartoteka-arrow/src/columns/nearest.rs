//! What was meant by a column that is wrong.

use kartoteka::FieldPath;
use kartoteka::model::element_names;
use strsim::damerau_levenshtein;

use super::PROPERTIES;

fn is_path(text: &str) -> bool {
    text.parse::<FieldPath>().is_ok()
}

/// Returns the name of an element or a property that is most like another one, and how many letters differ, of which the
/// case does not count.
fn element(name: &str) -> Option<(usize, &'static str)> {
    let name = name.to_lowercase();
    let names = element_names().chain(PROPERTIES.iter().map(|one| one.0));
    names.map(|known| (damerau_levenshtein(known, &name), known)).min()
}

/// Returns what a column of this name may hold, where nothing else is said of it.
pub(super) fn named(name: Option<&str>) -> Option<String> {
    let name = name?;
    if name.eq_ignore_ascii_case("leader") {
        return Some("LDR".to_owned());
    }
    element(name).filter(|near| near.0 == 0).map(|(_, known)| format!("@{known}"))
}

/// If the range at this place ends before it starts, says so, and returns the path with the range turned.
pub(super) fn turned(text: &str, offset: usize) -> Option<(String, String)> {
    let (before, after) = text.split_at_checked(offset)?;
    let before = before.strip_suffix('-')?;
    let is_end = |char: char| !char.is_ascii_digit();
    let (head, start, end, rest) = match after.starts_with(is_end) {
        false => {
            let start = before.trim_end_matches(|char: char| char.is_ascii_digit()).len();
            let (head, start) = before.split_at_checked(start)?;
            let (end, rest) = after.split_at_checked(after.find(is_end).unwrap_or(after.len()))?;
            if start.parse::<u32>().ok()? <= end.parse::<u32>().ok()? {
                return None;
            }
            (head, start, end, rest)
        }
        true => {
            let (head, start) = before.split_at_checked(before.len().checked_sub(1)?)?;
            let (end, rest) = after.split_at_checked(1)?;
            if start <= end {
                return None;
            }
            (head, start, end, rest)
        }
    };
    let right = format!("{head}{end}-{start}{rest}");
    is_path(&right).then(|| (format!("the range is turned, as {end} is before {start}"), right))
}

/// Returns the path or element that is most like a wrong one, which is wrong at this place.
pub(super) fn path(text: &str, offset: usize) -> Option<String> {
    if let Some(name) = text.strip_prefix('@') {
        return element(name).map(|(_, known)| format!("@{known}"));
    }
    // `frist:245$a`
    if let Some((word, rest)) = text.split_once(':') {
        let is_word = word.len() > 3 && word.chars().all(char::is_alphabetic);
        if is_word && damerau_levenshtein("first", &word.to_lowercase()) <= 2 {
            return right(rest.trim_start()).map(|right| format!("first:{right}"));
        }
    }
    let letters = text.find(|char: char| !char.is_alphabetic()).unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(letters)?;
    if word.eq_ignore_ascii_case("leader") {
        return [format!("LDR{rest}"), "LDR".to_owned()].into_iter().find(|text| is_path(text));
    }
    if let Some((_, known)) = element(text).filter(|near| near.0 <= 2 && rest.is_empty()) {
        return Some(format!("@{known}"));
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let padded = format!("{:0>3}{}", text.get(..digits)?, text.get(digits..)?);
    if (1..3).contains(&digits) && is_path(&padded) {
        return Some(padded);
    }
    let offset = (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at))?;
    let (before, after) = text.split_at_checked(offset)?;
    let mut next = after.chars();
    let wrong = next.next();
    let next = next.as_str();
    let tries = match wrong {
        None => {
            let mut shorter = text.chars();
            shorter.next_back();
            let number = before.trim_end_matches(|char: char| !char.is_ascii_digit());
            let (longer, shorter) = (format!("{text}a"), shorter.as_str().to_owned());
            // Of `245$` the code is missing, and of `245$a$` the delimiter is too much.
            match shorter.contains('$') {
                true => vec![shorter, longer, number.to_owned()],
                false => vec![longer, shorter, number.to_owned()],
            }
        }
        Some(wrong) => {
            let mut shorter = before.chars();
            shorter.next_back();
            vec![
                format!("{before}{}{next}", wrong.to_ascii_lowercase()),
                format!("{before}${next}"),
                format!("{}{after}", shorter.as_str()),
                format!("{before}{next}"),
                format!("{before}${after}"),
                before.to_owned(),
            ]
        }
    };
    let without_blanks: String = text.split_whitespace().collect();
    let starts = text.char_indices().rev().filter_map(|(at, _)| text.get(..at));
    let mut tries = tries.into_iter().chain([without_blanks]).chain(starts.map(str::to_owned));
    tries.find(|text| is_path(text))
}

/// Returns a path or element as it is if it is right, and what it may mean if it is not.
fn right(text: &str) -> Option<String> {
    match super::column(text) {
        Ok(_) => Some(text.to_owned()),
        Err(_) if PROPERTIES.iter().any(|one| text.strip_prefix('@') == Some(one.0)) => Some(text.to_owned()),
        Err((offset, _)) => path(text, offset),
    }
}

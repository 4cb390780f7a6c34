//! Transforms of codes: languages, relators, tables.

use super::Around;
use crate::crosswalk::tables;

/// Returns a language code in lower case: three letters, else nothing.
pub(super) fn language(text: &str) -> Option<String> {
    let is_code = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_code.then(|| text.to_ascii_lowercase())
}

/// Returns a country code in upper case: two letters, else nothing.
pub(super) fn country(text: &str) -> Option<String> {
    let is_code = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_code.then(|| text.to_ascii_uppercase())
}

/// Whether a role has no digits, or digits that name one.
pub(super) fn is_known_role(text: &str) -> bool {
    split_role(text).0.is_none_or(|code| tables::look_up("role21", code).is_some())
}

/// Splits a role into its three digits and its words: `340 Ред.`.
fn split_role(text: &str) -> (Option<&str>, &str) {
    match text.split_at_checked(3) {
        Some((code, words)) if code.bytes().all(|byte| byte.is_ascii_digit()) => (Some(code), words.trim()),
        _ => (None, text),
    }
}

/// Returns the code of a role: the digits, or what the words say; as a MARC relator if `marc21`.
pub(super) fn role(text: &str, marc21: bool) -> Option<String> {
    let (code, words) = split_role(text);
    let digits = match code {
        Some(code) => code,
        None => {
            let words = words.to_lowercase();
            let table = tables::find("role-words")?;
            let mut begins: Vec<_> = table.iter().filter(|(word, _)| words.starts_with(**word)).collect();
            begins.sort_unstable();
            begins.first().map(|(_, code)| **code)?
        }
    };
    match marc21 {
        true => Some(tables::look_up("role21", digits).unwrap_or(digits).to_owned()),
        false => Some(digits.to_owned()),
    }
}

/// Returns the words of a role, the first letter small.
pub(super) fn role_text(text: &str) -> Option<String> {
    let (_, words) = split_role(text);
    let mut chars = words.chars();
    let first = chars.next()?;
    Some(first.to_lowercase().chain(chars).collect())
}

/// Returns what a code becomes by a table. Codes that are words of their own stay where they are not in it.
pub(super) fn map(table: &str, text: String, around: &dyn Around) -> Option<String> {
    let text = text.trim().to_owned();
    let found = around.look_up(table, &text).or_else(|| around.look_up(table, &text.to_uppercase()));
    match found.map(std::borrow::Cow::into_owned) {
        Some(value) => Some(value),
        None if table == "country-iso" => tables::country(&text).map(ToOwned::to_owned),
        // A role of UNIMARC that MARC 21 has no code for.
        None if table == "role-uni" && is_number(&text) => Some(text),
        None if matches!(table, "status" | "branch" | "itemtype" | "lang") => Some(text),
        None => None,
    }
}

fn is_number(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles() {
        assert_eq!(role("340 Ред.", true).as_deref(), Some("edt"));
        assert_eq!(role("340 Ред.", false).as_deref(), Some("340"));
        assert_eq!(role("ред.", true).as_deref(), Some("edt"));
        assert_eq!(role("вдохновитель", true), None);
        assert_eq!(role("999 друг", true).as_deref(), Some("999"));
        assert_eq!(role_text("080 авт. предисл.").as_deref(), Some("авт. предисл."));
        assert_eq!(role_text("340 Ред.").as_deref(), Some("ред."));
        assert_eq!(role_text("070"), None);
    }
}

//! Languages and countries of a draft, by code or by label.

use crate::coded::CodeList;
use crate::crosswalk::tables::look_up;
use crate::error::{Error, Result};

/// Returns the code of a language.
pub(super) fn language(text: &str) -> Result<&'static str> {
    let list = CodeList::named("languages");
    let found = list.and_then(|list| {
        let lower = text.trim().to_lowercase();
        let by_code = list.iter().find(|(code, _)| *code == lower).map(|(code, _)| code);
        by_code.filter(|code| !list.is_obsolete(code)).or_else(|| list.code(text))
    });
    found.ok_or_else(|| Error::argument(format!("{text:?} is no language of the MARC list")))
}

/// A country.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Country {
    /// The code of ISO 3166.
    pub(super) iso: &'static str,
    /// The code of MARC 21.
    pub(super) marc: &'static str,
}

/// Returns the codes of a country: for a code of ISO 3166 in capitals, one of MARC 21 in small letters, or a label.
pub(super) fn country(text: &str) -> Result<Country> {
    let text = text.trim();
    let wrong = || Error::argument(format!("{text:?} is no country of ISO 3166 or of the MARC list"));
    let (Some(iso), Some(marc)) = (CodeList::named("iso3166"), CodeList::named("countries")) else {
        return Err(wrong());
    };
    let of_list =
        |list: CodeList, code: &str| list.iter().find(|(known, _)| *known == code).map(|(code, _)| code);
    let of_iso = |code: &'static str| look_up("country21", code).map(|marc| Country { iso: code, marc });
    let of_marc = |code: &'static str| {
        let whole = match code.as_bytes() {
            // The states, provinces and parts of the kingdom.
            [_, _, b'u'] => Some("US"),
            [_, _, b'c'] => Some("CA"),
            [_, _, b'k'] => Some("GB"),
            _ => None,
        };
        let found = look_up("country-iso", code).or(whole).and_then(|code| of_list(iso, code));
        found.map(|iso| Country { iso, marc: code })
    };
    let found = match of_list(iso, text) {
        Some(code) => of_iso(code),
        None => match of_list(marc, text).filter(|code| !marc.is_obsolete(code)) {
            Some(code) => of_marc(code),
            None => iso.code(text).and_then(of_iso).or_else(|| marc.code(text).and_then(of_marc)),
        },
    };
    found.ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_code_and_by_label() {
        for text in ["AZ", "aj", "Azerbaijan", "азербайджан"] {
            assert_eq!(country(text).unwrap(), Country { iso: "AZ", marc: "aj" }, "{text}");
        }
        assert_eq!(country("nyu").unwrap(), Country { iso: "US", marc: "nyu" });
        assert_eq!(country("США").unwrap().iso, "US");
        assert!(country("Atlantis").is_err() && country("ajr").is_err());
        for text in ["kaz", "Kazakh", "Казахский"] {
            assert_eq!(language(text).unwrap(), "kaz", "{text}");
        }
        assert!(language("scr").is_err() && language("xx").is_err());
    }

    #[test]
    fn every_country_comes_back() {
        let iso = CodeList::named("iso3166").unwrap();
        let missing: Vec<_> =
            iso.iter().filter(|(code, _)| country(code).is_err()).map(|(code, _)| code).collect();
        assert!(missing.len() < 10, "{missing:?}");
        for (code, _) in iso.iter().filter(|(code, _)| !missing.contains(code)) {
            let marc = country(code).unwrap().marc;
            assert_eq!(look_up("country-iso", marc), Some(code), "{code} {marc}");
        }
    }
}

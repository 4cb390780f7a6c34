//! Lists of codes, looked up by code and by label.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::lang::{self, Lang};
use crate::schema::{LISTS, code_rows};

/// A list of codes: `languages`, `countries` and `areas` are those of MARC 21, `relators` too; `iso3166` are the countries of
/// UNIMARC, `unimarc-relators` its roles.
///
/// # Example
/// ```
/// use kartoteka::coded::{CodeList, Lang};
///
/// let languages = CodeList::named("languages").unwrap();
/// assert_eq!(languages.label("rus", Lang::En), Some("Russian"));
/// assert_eq!(languages.code("русский"), Some("rus"));
/// assert!(languages.is_obsolete("scr"));
/// assert_eq!(CodeList::named("iso3166").unwrap().code("Kazakhstan"), Some("KZ"));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct CodeList {
    name: &'static str,
    data: &'static Data,
}

#[derive(Debug)]
struct Data {
    /// Codes, labels in English, and whether the list has withdrawn them.
    rows: Vec<(&'static str, &'static str, bool)>,
    by_code: HashMap<&'static str, usize>,
    /// By the labels in both languages, in lower case.
    by_label: HashMap<String, usize>,
}

impl CodeList {
    /// The names of all lists.
    pub const NAMES: [&str; LISTS.len()] = {
        let mut names = [""; LISTS.len()];
        let mut at = 0;
        #[expect(
            clippy::indexing_slicing,
            reason = "both have as many, and this is computed when it is compiled"
        )]
        while at < LISTS.len() {
            names[at] = LISTS[at].0;
            at += 1;
        }
        names
    };

    /// Returns the list of this name; `None` if there is none.
    pub fn named(name: &str) -> Option<CodeList> {
        static DATA: [OnceLock<Data>; LISTS.len()] = [const { OnceLock::new() }; LISTS.len()];
        let at = CodeList::NAMES.iter().position(|known| *known == name)?;
        let name = CodeList::NAMES.get(at)?;
        Some(CodeList { name, data: DATA.get(at)?.get_or_init(|| Data::of(name)) })
    }

    /// Returns the name of the list.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// Returns the label of a code: in English if there is none in this language, `None` if the list has no such code.
    pub fn label(self, code: &str, language: Lang) -> Option<&'static str> {
        let (code, label, _) = self.row(code)?;
        match language {
            Lang::Ru => Some(russian(self.name, code, label).unwrap_or(label)),
            Lang::En => Some(label),
        }
    }

    /// Returns the code with this label, in any of the languages and in any case. Of two codes with one label it is the
    /// one that is current.
    pub fn code(self, label: &str) -> Option<&'static str> {
        let at = self.data.by_label.get(&label.trim().to_lowercase())?;
        self.data.rows.get(*at).map(|(code, ..)| *code)
    }

    /// Returns whether the list had this code and has withdrawn it.
    pub fn is_obsolete(self, code: &str) -> bool {
        self.row(code).is_some_and(|(.., obsolete)| obsolete)
    }

    /// Returns the codes with their labels in English, in the order of the list.
    pub fn iter(self) -> impl Iterator<Item = (&'static str, &'static str)> + Clone {
        self.data.rows.iter().map(|(code, label, _)| (*code, *label))
    }

    fn row(self, code: &str) -> Option<(&'static str, &'static str, bool)> {
        let at = self.data.by_code.get(code).or_else(|| self.data.by_code.get(code.trim_end()))?;
        self.data.rows.get(*at).copied()
    }
}

impl Data {
    fn of(name: &'static str) -> Data {
        let rows: Vec<_> = code_rows(name).collect();
        let mut data = Data { rows, by_code: HashMap::new(), by_label: HashMap::new() };
        for (at, (code, label, obsolete)) in data.rows.iter().enumerate() {
            data.by_code.insert(code, at);
            for label in [Some(*label), russian(name, code, label)].into_iter().flatten() {
                let label = label.to_lowercase();
                if *obsolete {
                    data.by_label.entry(label).or_insert(at);
                } else {
                    data.by_label.insert(label, at);
                }
            }
        }
        data
    }
}

/// Returns the Russian label of a code. A country of MARC 21 has that of ISO 3166 if its name there is the same.
fn russian(list: &str, code: &str, label: &str) -> Option<&'static str> {
    if let Some(found) = lang::russian_of(list, code) {
        return Some(found);
    }
    if list != "countries" {
        return None;
    }
    let same = code_rows("iso3166").find(|(_, other, _)| *other == label)?;
    lang::russian_of("iso3166", same.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_labels_lead_to_one_another() {
        for name in CodeList::NAMES {
            let list = CodeList::named(name).unwrap();
            assert!(list.iter().count() > 100, "{name}");
            for (code, label) in list.iter() {
                assert_eq!(list.label(code, Lang::En), Some(label), "{name}");
                let other = list.code(label).unwrap();
                assert_eq!(list.label(other, Lang::En), Some(label), "{name} {code}");
            }
        }
        assert!(CodeList::named("colours").is_none());
        let countries = CodeList::named("countries").unwrap();
        assert_eq!(countries.label("aj", Lang::Ru), Some("Азербайджан"));
        assert_eq!(countries.label("aj ", Lang::En), Some("Azerbaijan"));
        assert_eq!(CodeList::named("unimarc-relators").unwrap().label("070", Lang::Ru), Some("автор"));
    }
}

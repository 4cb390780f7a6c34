//! The languages of labels.

use std::sync::OnceLock;

use crate::crosswalk::tables::{Tables, parse};
use crate::named::named;
use crate::schema::Set;

/// The language of names and labels.
///
/// MARC 21 and UNIMARC come in English, RUSMARC in Russian. The other language is from the same position of RUSMARC or
/// UNIMARC, and for MARC 21 from a table of the commonest labels; where that has nothing, the label is that of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Russian.
    Ru,
}

named!(Lang {
    En "en" "English",
    Ru "ru" "Russian",
});

/// Russian labels: a block for each list of codes, `[name]`, with lines of code, tab, label; and `[labels]`, by the
/// English label.
const RUSSIAN: &str = include_str!("data/russian.tsv");

fn tables() -> &'static Tables {
    static PARSED: OnceLock<Tables> = OnceLock::new();
    PARSED.get_or_init(|| parse(RUSSIAN))
}

/// Returns the Russian label for a code of a list.
pub(super) fn russian_of(list: &str, code: &str) -> Option<&'static str> {
    tables().get(list)?.get(code).copied()
}

/// Returns the Russian label for an English one of MARC 21.
pub(super) fn russian(label: &str) -> Option<&'static str> {
    tables().get("labels")?.get(plain(label)).copied()
}

/// Returns a label without the remark when it was withdrawn: `Pamphlet [OBSOLETE, 1988]`.
pub(super) fn plain(label: &str) -> &str {
    label.split_once(" [").map_or(label, |(plain, _)| plain)
}

/// Returns the language in which the table of a format is.
pub(super) fn of_set(set: Set) -> Lang {
    match set.rules().schema().language.as_str() {
        "ru" => Lang::Ru,
        _ => Lang::En,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;
    use crate::schema::{IndicatorDefinition, code_rows};

    #[test]
    fn every_line_is_of_a_label_or_a_code() {
        let mut labels = HashSet::new();
        for set in [Set::Marc21Bib, Set::Marc21Auth, Set::Marc21Holdings, Set::Marc21Class] {
            for field in set.rules().schema().fields.values() {
                assert!(
                    !matches!(&field.indicators, [IndicatorDefinition::Values(value), _] if !value.positions.is_empty())
                );
                for position in field.types.values().chain([&field.value]).flat_map(|value| &value.positions)
                {
                    labels.insert(position.label.as_str());
                    for codes in position.codes.iter().chain(&position.flags) {
                        let codes = set.rules().schema().codes(codes).unwrap();
                        labels.extend(codes.values().map(|code| plain(&code.label)));
                    }
                }
            }
        }
        for (name, table) in tables() {
            let codes: HashSet<_> = code_rows(name).map(|(code, ..)| code).collect();
            for key in table.keys() {
                let known = if *name == "labels" { labels.contains(key) } else { codes.contains(key) };
                assert!(known, "[{name}] {key}");
            }
        }
        let lines = RUSSIAN.lines().filter(|line| !line.starts_with(['#', '[']) && !line.is_empty());
        let count: usize = tables().values().map(HashMap::len).sum();
        assert_eq!(lines.count(), count, "a key is there twice, or a line has no tab");
    }
}

//! The built-in code tables of the maps.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::OnceLock;

use crate::schema::code_list;

/// Codes and what they become.
const SOURCE: &str = include_str!("builtin/tables.tsv");

/// Codes and their values, by the name of the table.
pub(crate) type Tables = BTreeMap<&'static str, HashMap<&'static str, &'static str>>;

/// Parses tables, each a block: `[name]`, then lines of code, tab, value. `#` begins a remark.
pub(crate) fn parse(source: &'static str) -> Tables {
    let mut tables = Tables::new();
    let mut name = "";
    for line in source.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            Some(next) => {
                name = next;
                tables.entry(name).or_default();
            }
            None => {
                let (code, value) = line.split_once('\t').unwrap_or((line, ""));
                tables.entry(name).or_default().insert(code, value);
            }
        }
    }
    tables
}

fn all() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| parse(SOURCE))
}

/// Returns the built-in table with this name.
pub(crate) fn find(name: &str) -> Option<&'static HashMap<&'static str, &'static str>> {
    all().get(name)
}

/// Returns the names of the built-in tables.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    all().keys().copied()
}

/// Returns what a code becomes by a built-in table.
pub(crate) fn look_up(table: &str, code: &str) -> Option<&'static str> {
    find(table)?.get(code).copied()
}

/// Returns the code of ISO 3166 for one of the MARC list of countries: also for the states, provinces and parts of the
/// kingdom that the list tells apart.
pub(crate) fn country(code: &str) -> Option<&'static str> {
    static KNOWN: OnceLock<HashSet<&'static str>> = OnceLock::new();
    let known = || {
        KNOWN.get_or_init(|| code_list("countries").map(|(code, _)| code.trim_start_matches('-')).collect())
    };
    let part = || {
        let country = match code.as_bytes() {
            [_, _, b'u'] => "US",
            [_, _, b'c'] => "CA",
            [_, _, b'k'] => "GB",
            _ => return None,
        };
        known().contains(code).then_some(country)
    };
    look_up("country-iso", code).or_else(part)
}

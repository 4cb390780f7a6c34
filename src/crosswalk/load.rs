//! Maps from files: the tables that are built in.

use std::collections::BTreeMap;

use super::rule::{Family, Map, Rule};

/// The built-in maps: name, source, target, rules.
pub(crate) const BUILTIN: [(&str, Family, Family, &str); 4] = [
    ("irbis-marc21", Family::Irbis, Family::Marc21, include_str!("builtin/irbis-marc21.tsv")),
    ("irbis-rusmarc", Family::Irbis, Family::Unimarc, include_str!("builtin/irbis-rusmarc.tsv")),
    ("unimarc-marc21", Family::Unimarc, Family::Marc21, include_str!("builtin/unimarc-marc21.tsv")),
    ("marc21-unimarc", Family::Marc21, Family::Unimarc, include_str!("builtin/marc21-unimarc.tsv")),
];

/// Returns a built-in map; `None` if there is none with this name.
pub(crate) fn builtin(name: &str) -> Option<Map> {
    let (name, source, target, text) = BUILTIN.iter().find(|(known, ..)| *known == name)?;
    Some(Map {
        name: (*name).to_owned(),
        source: *source,
        target: *target,
        rules: table(text),
        tables: BTreeMap::new(),
        options: BTreeMap::new(),
        file: String::new(),
    })
}

/// Reads a table of rules: a row a line, the columns that the first line names.
fn table(text: &str) -> Vec<Rule> {
    let mut lines = text.lines().zip(1u32..);
    let Some((header, _)) = lines.next() else { return Vec::new() };
    let names: Vec<&str> = header.split('\t').collect();
    lines
        .map(|(text, line)| {
            let mut rule = Rule { line, ..Rule::default() };
            for (name, value) in names.iter().zip(text.split('\t')) {
                let to = match *name {
                    "id" => &mut rule.id,
                    "when" => &mut rule.when,
                    "from_tag" => &mut rule.from_tag,
                    "from_sub" => &mut rule.from_code,
                    "to_tag" => &mut rule.to,
                    "ind1" => &mut rule.ind1,
                    "ind2" => &mut rule.ind2,
                    "to_sub" => &mut rule.to_code,
                    "inner" => &mut rule.inner,
                    "transform" => &mut rule.transform,
                    "pre" => &mut rule.mark,
                    "group" => &mut rule.group,
                    "loss" => &mut rule.loss,
                    "note" => &mut rule.note,
                    _ => continue,
                };
                value.clone_into(to);
            }
            rule
        })
        .collect()
}

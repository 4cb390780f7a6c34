//! A map as a rule file.

use std::fmt::Write;

use super::rule::{Map, Rule};

impl Map {
    /// Returns the map as a rule file in TOML, which reads back as the same map.
    pub fn to_toml(&self) -> String {
        let mut text = String::new();
        write_keys(
            [("name", self.name.as_str()), ("source", self.source.name()), ("target", self.target.name())],
            &mut text,
        );
        let tables = self.tables.iter().map(|(name, table)| (format!("tables.{}", quoted(name)), table));
        for (section, table) in std::iter::once(("options".to_owned(), &self.options)).chain(tables) {
            if !table.is_empty() {
                push(&mut text, format_args!("\n[{section}]\n"));
                for (key, value) in table {
                    push(&mut text, format_args!("{} = {}\n", quoted(key), quoted(value)));
                }
            }
        }
        self.rules.iter().for_each(|rule| write_rule(rule, &mut text));
        text
    }
}

/// Appends to a text, which cannot fail.
fn push(text: &mut String, what: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(what);
}

/// Returns a string of TOML.
fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => push(&mut out, format_args!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn write_keys<'v>(keys: impl IntoIterator<Item = (&'v str, &'v str)>, text: &mut String) {
    for (key, value) in keys {
        if !value.is_empty() {
            push(text, format_args!("{key} = {}\n", quoted(value)));
        }
    }
}

fn write_rule(rule: &Rule, text: &mut String) {
    let is_kept = rule.to == "886" && rule.transform == "raw";
    let to = match rule.to_code.is_empty() || is_kept {
        true => rule.to.clone(),
        false => format!("{}${}", rule.to, rule.to_code),
    };
    let from = format!("{}^{}", rule.from_tag, rule.from_code);
    text.push_str("\n[[rule]]\n");
    write_keys([("id", rule.id.as_str()), ("when", &rule.when), ("from", &from), ("to", &to)], text);
    if !(is_kept || rule.ind1.is_empty() && rule.ind2.is_empty()) {
        push(text, format_args!("ind = [{}, {}]\n", quoted(&rule.ind1), quoted(&rule.ind2)));
    }
    let rest = [
        ("inner", rule.inner.as_str()),
        ("transform", &rule.transform),
        ("mark", &rule.mark),
        ("group", &rule.group),
        ("loss", &rule.loss),
        ("note", &rule.note),
    ];
    write_keys(rest, text);
}

#[cfg(all(test, feature = "rules"))]
mod tests {
    use crate::crosswalk::{Crosswalk, Map};

    #[test]
    fn a_map_reads_back() {
        for name in Crosswalk::names() {
            let map = Crosswalk::builtin(name).unwrap().map().clone();
            let again = Map::from_toml(&map.to_toml()).unwrap();
            assert_eq!(again.rules.len(), map.rules.len());
            for (ours, theirs) in again.rules.iter().zip(&map.rules) {
                let mut expected = theirs.clone();
                expected.line = ours.line;
                if expected.to == "886" && expected.transform == "raw" {
                    (expected.ind1, expected.ind2, expected.to_code) = Default::default();
                }
                assert_eq!(*ours, expected);
            }
            assert!(Crosswalk::new(again).is_ok());
        }
    }
}

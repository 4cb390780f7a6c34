//! Maps from files: rules in TOML.

use crate::bytes::Cut;
use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::OPTIONS;
use super::check::{Mistake, unknown};
use super::load::builtin;
use super::menu;
use super::rule::{Family, Map, Rule};

/// How many files may extend one another.
const DEPTH: usize = 8;

const KEYS: [&str; 9] =
    ["name", "extends", "source", "target", "remove", "options", "tables", "menus", "rule"];
const RULE_KEYS: [&str; 13] = [
    "id",
    "when",
    "from",
    "to",
    "ind",
    "inner",
    "transform",
    "mark",
    "group",
    "loss",
    "note",
    "before",
    "after",
];

impl Map {
    /// Reads a rule file. What it extends is a built-in map, or a file beside it.
    ///
    /// # Errors
    /// All mistakes in its form; those inside of rules are found by [`Crosswalk::new`](super::Crosswalk::new). A file
    /// that cannot be read is one.
    pub fn open(path: impl AsRef<Path>) -> Result<Map, Vec<Mistake>> {
        open(path.as_ref(), DEPTH)
    }

    /// Reads rules in TOML. What they extend is a built-in map.
    ///
    /// # Errors
    /// As [`Map::open`].
    ///
    /// # Example
    /// ```
    /// use kartoteka::crosswalk::{Crosswalk, Map};
    ///
    /// let ours = r#"
    /// name = "ours"
    /// extends = "irbis-marc21"
    ///
    /// [[rule]]
    /// id = "ours.2006"
    /// from = "2006^*"
    /// to = "590$a"
    /// transform = "trim"
    /// "#;
    /// let map = Map::from_toml(ours).unwrap();
    /// assert!(Crosswalk::new(map).is_ok());
    /// ```
    pub fn from_toml(text: &str) -> Result<Map, Vec<Mistake>> {
        File { name: "", text, folder: None, depth: DEPTH, mistakes: Vec::new() }.read()
    }
}

fn open(path: &Path, depth: usize) -> Result<Map, Vec<Mistake>> {
    let name = path.display().to_string();
    let fail = |message: String| vec![Mistake { file: name.clone(), line: 0, rule: String::new(), message }];
    let text = std::fs::read_to_string(path).map_err(|why| fail(format!("cannot read: {why}")))?;
    File { name: &name, text: &text, folder: path.parent(), depth, mistakes: Vec::new() }.read()
}

struct File<'t> {
    name: &'t str,
    text: &'t str,
    folder: Option<&'t Path>,
    depth: usize,
    mistakes: Vec<Mistake>,
}

/// A rule, and where it goes.
struct Placed {
    rule: Rule,
    before: Option<String>,
    after: Option<String>,
}

impl File<'_> {
    fn read(mut self) -> Result<Map, Vec<Mistake>> {
        let table = match DeTable::parse(self.text) {
            Ok(table) => table.into_inner(),
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                self.say(at, "", error.message().to_owned());
                return Err(self.mistakes);
            }
        };
        let mut text_of = BTreeMap::new();
        let (mut removed, mut options, mut tables, mut rules) =
            (Vec::new(), BTreeMap::new(), BTreeMap::new(), Vec::new());
        for (key, value) in &table {
            let at = value.span().start;
            match (key.get_ref().as_ref(), value.get_ref()) {
                (name @ ("name" | "extends" | "source" | "target"), DeValue::String(text)) => {
                    text_of.insert(name.to_owned(), (text.to_string(), at));
                }
                ("remove", DeValue::Array(ids)) => {
                    for id in ids.iter() {
                        match id.get_ref() {
                            DeValue::String(text) => removed.push((text.to_string(), id.span().start)),
                            _ => self.say(id.span().start, "", "an id of a rule is a string".to_owned()),
                        }
                    }
                }
                ("options", DeValue::Table(table)) => options = self.options(table),
                ("menus", DeValue::Table(all)) => {
                    for (name, file) in all {
                        if let Some(table) = self.menu(file) {
                            tables.insert(name.get_ref().to_string(), table);
                        }
                    }
                }
                ("tables", DeValue::Table(all)) => {
                    for (name, table) in all {
                        match table.get_ref() {
                            DeValue::Table(table) => {
                                let strings = self.strings(table);
                                tables.insert(name.get_ref().to_string(), strings);
                            }
                            _ => self.say(table.span().start, "", "a table is [tables.NAME]".to_owned()),
                        }
                    }
                }
                ("rule", DeValue::Array(all)) => {
                    for rule in all.iter() {
                        match rule.get_ref() {
                            DeValue::Table(table) => rules.extend(self.rule(table, rule.span().start)),
                            _ => self.say(rule.span().start, "", "a rule is [[rule]]".to_owned()),
                        }
                    }
                }
                (known, _) if KEYS.contains(&known) => {
                    self.say(at, "", format!("{known} is of another type"))
                }
                (other, _) => self.say(key.span().start, "", unknown("key", other, KEYS.into_iter())),
            }
        }
        let Some(mut map) = self.base(&text_of) else { return Err(self.mistakes) };
        map.options.extend(options);
        for (name, table) in tables {
            map.tables.entry(name).or_default().extend(table);
        }
        for (id, at) in removed {
            match map.rules.iter().position(|rule| rule.id == id) {
                Some(place) => _ = map.rules.remove(place),
                None => self.say(at, "", unknown("rule", &id, map.rules.iter().map(|rule| rule.id.as_str()))),
            }
        }
        self.place(&mut map, rules);
        if self.mistakes.is_empty() { Ok(map) } else { Err(self.mistakes) }
    }

    /// The map that is extended, or an empty one between the formats that are named.
    fn base(&mut self, text_of: &BTreeMap<String, (String, usize)>) -> Option<Map> {
        let mut family = |key: &str| match text_of.get(key) {
            None => Some(None),
            Some((text, at)) => match Family::from_name(text) {
                Some(family) => Some(Some(family)),
                None => {
                    let message = unknown("format", text, ["irbis", "unimarc", "marc21"].into_iter());
                    self.say(*at, "", message);
                    None
                }
            },
        };
        let (source, target) = (family("source")?, family("target")?);
        let name = text_of.get("name").map_or("", |(text, _)| text.as_str());
        let mut map = match (text_of.get("extends"), source, target) {
            (Some((base, at)), ..) => self.extended(base, *at)?,
            (None, Some(source), Some(target)) => Map {
                name: String::new(),
                source,
                target,
                rules: Vec::new(),
                tables: BTreeMap::new(),
                options: BTreeMap::new(),
                file: String::new(),
            },
            (None, ..) => {
                self.say(0, "", "either extends, or source and target, must be there".to_owned());
                return None;
            }
        };
        if !name.is_empty() {
            name.clone_into(&mut map.name);
        }
        self.name.clone_into(&mut map.file);
        Some(map)
    }

    fn extended(&mut self, base: &str, at: usize) -> Option<Map> {
        if let Some(mut map) = builtin(base) {
            for rule in &mut map.rules {
                rule.line = 0;
            }
            return Some(map);
        }
        let path = self.folder.map(|folder| folder.join(base)).filter(|path| path.is_file());
        let Some(path) = path else {
            let message = unknown("map", base, super::Crosswalk::names());
            self.say(at, "", message);
            return None;
        };
        if self.depth == 0 {
            self.say(at, "", format!("more than {DEPTH} files extend one another"));
            return None;
        }
        match open(&path, self.depth - 1) {
            Ok(map) => Some(map),
            Err(mistakes) => {
                self.mistakes.extend(mistakes);
                None
            }
        }
    }

    /// Puts rules where they belong: in place of those with the same id, or where `before` and `after` say.
    fn place(&mut self, map: &mut Map, rules: Vec<Placed>) {
        let mut seen = HashSet::new();
        for Placed { rule, before, after } in rules {
            if !seen.insert(rule.id.clone()) {
                self.mistakes.push(Mistake::new(self.name, &rule, "another rule has this id".to_owned()));
                continue;
            }
            let find = |id: &str| map.rules.iter().position(|other| other.id == id);
            let wanted = before.as_deref().or(after.as_deref());
            let neighbour = wanted.map(|id| find(id).ok_or(id));
            if let Some(Err(id)) = neighbour {
                let message = unknown("rule", id, map.rules.iter().map(|rule| rule.id.as_str()));
                self.mistakes.push(Mistake::new(self.name, &rule, message));
                continue;
            }
            let same = find(&rule.id);
            match (same, neighbour) {
                (Some(at), None) => {
                    if let Some(place) = map.rules.get_mut(at) {
                        *place = rule;
                    }
                }
                (None, Some(Ok(at))) => map.rules.insert(at + usize::from(before.is_none()), rule),
                (None, _) => map.rules.push(rule),
                (Some(_), Some(_)) => {
                    let message =
                        "it stands in place of the rule with its id: before and after say nothing".to_owned();
                    self.mistakes.push(Mistake::new(self.name, &rule, message));
                }
            }
        }
    }

    /// The options, whose names are known.
    fn options(&mut self, table: &DeTable<'_>) -> BTreeMap<String, String> {
        for key in table.keys().filter(|key| !OPTIONS.contains(&key.get_ref().as_ref())) {
            self.say(key.span().start, "", unknown("option", key.get_ref(), OPTIONS.into_iter()));
        }
        self.strings(table)
    }

    /// The codes of a menu of IRBIS and what they mean, from a file beside the rule file.
    fn menu(&mut self, file: &Spanned<DeValue<'_>>) -> Option<BTreeMap<String, String>> {
        let at = file.span().start;
        let read = match (file.get_ref(), self.folder) {
            (DeValue::String(name), Some(folder)) => menu::read(&folder.join(&**name)),
            (DeValue::String(_), None) => Err("a menu is a file beside a rule file".to_owned()),
            _ => Err("a menu is the name of a file".to_owned()),
        };
        read.map_err(|message| self.say(at, "", message)).ok()
    }

    fn strings(&mut self, table: &DeTable<'_>) -> BTreeMap<String, String> {
        let mut strings = BTreeMap::new();
        for (key, value) in table {
            match value.get_ref() {
                DeValue::String(text) => _ = strings.insert(key.get_ref().to_string(), text.to_string()),
                _ => self.say(value.span().start, "", format!("{} is no string", key.get_ref())),
            }
        }
        strings
    }

    fn rule(&mut self, table: &DeTable<'_>, at: usize) -> Option<Placed> {
        let mut rule = Rule { line: self.line(at), ..Rule::default() };
        let (mut from, mut to, mut before, mut after) = (String::new(), String::new(), None, None);
        let id = table.iter().find(|(key, _)| key.get_ref() == "id").map(|(_, value)| value.get_ref());
        if let Some(DeValue::String(id)) = id {
            rule.id = id.to_string();
        }
        for (key, value) in table {
            let key_at = key.span().start;
            let text = match (key.get_ref().as_ref(), value.get_ref()) {
                ("ind", DeValue::Array(both)) => {
                    let texts: Vec<String> = both
                        .iter()
                        .filter_map(|one| match one.get_ref() {
                            DeValue::String(text) => Some(text.to_string()),
                            _ => None,
                        })
                        .collect();
                    match <[String; 2]>::try_from(texts) {
                        Ok([first, second]) => (rule.ind1, rule.ind2) = (first, second),
                        Err(_) => self.say(
                            key_at,
                            &rule.id,
                            "ind is two strings, or one of two characters".to_owned(),
                        ),
                    }
                    continue;
                }
                (_, DeValue::String(text)) => text.to_string(),
                (name, _) => {
                    let message = match RULE_KEYS.contains(&name) {
                        true => format!("{name} is no string"),
                        false => unknown("key", name, RULE_KEYS.into_iter()),
                    };
                    self.say(key_at, &rule.id, message);
                    continue;
                }
            };
            match key.get_ref().as_ref() {
                "id" => {}
                "when" => rule.when = text,
                "from" => from = text,
                "to" => to = text,
                "ind" => match text.chars().collect::<Vec<_>>().as_slice() {
                    [first, second] => (rule.ind1, rule.ind2) = (first.to_string(), second.to_string()),
                    _ => {
                        self.say(key_at, &rule.id, "ind is two strings, or one of two characters".to_owned())
                    }
                },
                "inner" => rule.inner = text,
                "transform" => rule.transform = text,
                "mark" => rule.mark = text,
                "group" => rule.group = text,
                "loss" if ["none", "part", "declared"].contains(&text.as_str()) => rule.loss = text,
                "loss" => {
                    self.say(
                        key_at,
                        &rule.id,
                        unknown("loss", &text, ["none", "part", "declared"].into_iter()),
                    );
                }
                "note" => rule.note = text,
                "before" => before = Some(text),
                "after" => after = Some(text),
                other => self.say(key_at, &rule.id, unknown("key", other, RULE_KEYS.into_iter())),
            }
        }
        for (name, text) in [("id", &rule.id), ("from", &from), ("to", &to)] {
            if text.is_empty() {
                self.say(at, &rule.id, format!("{name} is missing"));
                return None;
            }
        }
        let (tag, code) = from.split_once('^').or_else(|| from.split_once('$')).unwrap_or((&from, "*"));
        (rule.from_tag, rule.from_code) = (tag.to_owned(), code.to_owned());
        let is_place = to.contains('/') || rule.transform.starts_with("use(");
        match to.split_once('$').filter(|_| !is_place) {
            Some((tag, code)) => (rule.to, rule.to_code) = (tag.to_owned(), code.to_owned()),
            None => rule.to = to,
        }
        if rule.to == "886" && rule.transform.is_empty() {
            "raw".clone_into(&mut rule.transform);
        }
        if rule.to == "-" && rule.transform.is_empty() {
            "drop".clone_into(&mut rule.transform);
        }
        Some(Placed { rule, before, after })
    }

    fn say(&mut self, at: usize, rule: &str, message: String) {
        let line = self.line(at);
        self.mistakes.push(Mistake { file: self.name.to_owned(), line, rule: rule.to_owned(), message });
    }

    /// The line of an offset, from 1.
    fn line(&self, at: usize) -> u32 {
        let before = self.text.cut(..at);
        u32::try_from(before.matches('\n').count()).unwrap_or(u32::MAX).saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crosswalk::Crosswalk;

    fn mistakes(text: &str) -> Vec<String> {
        let found = match Map::from_toml(text) {
            Ok(map) => Crosswalk::new(map).err().unwrap_or_default(),
            Err(found) => found,
        };
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn mistakes_name_the_line_and_the_nearest_right_name() {
        let begin = "extends = \"irbis-marc21\"\n[[rule]]\nid = \"o.1\"\n";
        for (rest, message) in [
            (
                "from = \"200^a\"\nto = \"590$a\"\ntransform = \"trimm\"",
                "2: rule o.1: no transform \"trimm\"; did you mean \"trim\"?",
            ),
            (
                "from = \"200^a\"\nto = \"590$a\"\nwhen = \"hass:700\"",
                "2: rule o.1: no condition \"hass:\"; did you mean \"has:\"?",
            ),
            (
                "from = \"200^a\"\nto = \"590$a\"\ntransfrom = \"trim\"",
                "6: rule o.1: no key \"transfrom\"; did you mean \"transform\"?",
            ),
            ("from = \"200^a\"\nto = \"590\"", "2: rule o.1: a subfield of 590 is missing"),
            (
                "from = \"200^a\"\nto = \"590$a\"\ntransform = \"map(contry21)\"",
                "2: rule o.1: no table \"contry21\"; did you mean \"country21\"?",
            ),
            (
                "from = \"200^a\"\nto = \"590$a\"\nbefore = \"m21.200.a.9\"",
                "2: rule o.1: no rule \"m21.200.a.9\"; did you mean \"m21.200.a.1\"?",
            ),
            ("from = \"200^a\"", "2: rule o.1: to is missing"),
            (
                "from = \"200^a\"\nto = \"590$a\"\nwhen = \"in:a=thesaurus2\"",
                "2: rule o.1: no built-in table \"thesaurus2\"; did you mean \"thesaurus21\"?",
            ),
            (
                "from = \"200^a\"\nto = \"590$a\"\n[options]\nprofil = \"koha\"",
                "7: no option \"profil\"; did you mean \"profile\"?",
            ),
            (
                "from = \"200^a\"\nto = \"590$a\"\n[menus]\nhalls = \"halls.mnu\"",
                "7: a menu is a file beside a rule file",
            ),
        ] {
            assert_eq!(mistakes(&format!("{begin}{rest}\n")), [message]);
        }
        assert_eq!(
            mistakes("extends = \"irbis-marc2\"\n"),
            ["1: no map \"irbis-marc2\"; did you mean \"irbis-marc21\"?"]
        );
        assert_eq!(mistakes("extends = [\n").len(), 1);
        assert_eq!(mistakes("remove = [\"m21.nothing\"]\nextends = \"irbis-marc21\"\n").len(), 1);
    }

    #[test]
    fn a_file_extends_replaces_and_removes() {
        let map = Map::from_toml(
            "name = \"ours\"\nextends = \"irbis-marc21\"\nremove = [\"m21.2006.any.1\"]\n\
             [options]\nprefix = \"RU-X\"\n[tables.branch]\n\"ХР\" = \"MAIN\"\n\
             [[rule]]\nid = \"m21.60.h.1\"\nfrom = \"60^*\"\nto = \"650$a\"\nind = \"#4\"\n",
        )
        .unwrap();
        let before = builtin("irbis-marc21").unwrap().rules.len();
        assert_eq!(map.rules.len(), before - 1);
        let rule = map.rules.iter().find(|rule| rule.id == "m21.60.h.1").unwrap();
        assert_eq!((rule.to.as_str(), rule.ind2.as_str(), rule.line), ("650", "4", 8));
        assert_eq!(Crosswalk::new(map).err(), None);
    }
}

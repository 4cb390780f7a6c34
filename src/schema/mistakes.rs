//! What is wrong with a schema: a text that should be Avram, checked key by key.
//!
//! The rules are those of Avram's own meta schema, and what its reference checks beyond it: identifiers, widths of codes,
//! ranges of positions, patterns. Each mistake has a line and a column; a key that is not known has the nearest that is.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::avram::parse;
use super::definition::Schema;
use super::keys::{CODE, FIELD, Keys, Kind, LIST, SCHEMA, SUBFIELD, VALUE};
use super::places::Places;
use super::table::range;
use crate::bytes::Cut;
use crate::filter::{Filter, FilterOptions};
use crate::finding::Severity;
use crate::named::Named;

/// A mistake in a schema. It is shown as `12:5: the message`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {message}")]
#[non_exhaustive]
pub struct SchemaMistake {
    /// The line, 1-based.
    pub line: usize,
    /// The column, in characters, 1-based.
    pub column: usize,
    /// The path of the key, such as `fields/245/subfields/a`; empty if the text is no JSON.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// Whether the schema can be used all the same: nothing that it means to have checked is left out.
    pub is_usable: bool,
}

impl Schema {
    /// Checks the text of a schema, and returns what is wrong with it, in the order of the text. What is right by Avram and
    /// its extensions here has no mistakes; keys that begin with `_` are anyone's own.
    ///
    /// # Cost
    /// Two passes over the text, and memory for the places of its keys.
    ///
    /// # Spec
    /// Avram 0.9.6 and its meta schema.
    ///
    /// # Example
    /// ```
    /// use kartoteka::schema::Schema;
    ///
    /// let text = "{\"fields\": {\n  \"245\": {\"repeatble\": false}\n}}";
    /// let mistakes = Schema::check(text);
    /// assert_eq!(
    ///     mistakes[0].to_string(),
    ///     "2:11: no key \"repeatble\" is known here; the nearest is \"repeatable\""
    /// );
    /// ```
    pub fn check(text: &str) -> Vec<SchemaMistake> {
        let value = match parse(text) {
            Ok(value) => value,
            Err(error) => {
                let numbers = error.place.split(|other: char| !other.is_ascii_digit());
                let mut numbers = numbers.filter_map(|number| number.parse().ok());
                let (line, column) = (numbers.next().unwrap_or(1), numbers.next().unwrap_or(1));
                let (path, message) = (String::new(), error.message);
                return vec![SchemaMistake { line, column, path, message, is_usable: false }];
            }
        };
        let places = Places::of(text);
        let mut checking = Checking::default();
        let top = object(&value);
        let lists = top.and_then(|top| top.get("codelists")).and_then(Value::as_object);
        checking.lists = lists.into_iter().flatten().map(|(name, _)| name.clone()).collect();
        checking.family =
            top.and_then(|top| top.get("family")).and_then(Value::as_str).unwrap_or("").to_owned();
        checking.keys("", &value, SCHEMA);
        match top.map(|top| top.get("fields")) {
            Some(None) => checking.add("", "the schema has no \"fields\""),
            Some(Some(fields)) => checking.groups(top, fields),
            None => {}
        }
        for path in places.twice.iter() {
            checking.add_light(path, "this key is there twice".to_owned());
        }
        let mut mistakes: Vec<_> = checking
            .found
            .into_iter()
            .map(|(path, message, is_usable)| {
                let at = places.at.get(&path).map_or(0, |at| *at);
                (at, path, message, is_usable)
            })
            .collect();
        mistakes.sort();
        mistakes.dedup();
        let (mut line, mut start, mut done) = (1usize, 0usize, 0usize);
        let mut placed = Vec::with_capacity(mistakes.len());
        for (at, path, message, is_usable) in mistakes {
            let between = text.cut(done..at);
            line += between.matches('\n').count();
            start = between.rfind('\n').map_or(start, |last| done + last + 1);
            done = at;
            let column = text.cut(start..at).chars().count() + 1;
            placed.push(SchemaMistake { line, column, path, message, is_usable });
        }
        placed
    }
}

fn object(value: &Value) -> Option<&Map<String, Value>> {
    value.as_object()
}

#[derive(Default)]
struct Checking {
    family: String,
    lists: HashSet<String>,
    found: Vec<(String, String, bool)>,
}

impl Checking {
    fn add(&mut self, path: &str, message: impl Into<String>) {
        self.found.push((path.to_owned(), message.into(), false));
    }

    /// Adds a mistake with which the schema can be used.
    fn add_light(&mut self, path: &str, message: String) {
        self.found.push((path.to_owned(), message, true));
    }

    /// Checks that a value is an object, and that its keys are these, with what they may have.
    fn keys(&mut self, path: &str, value: &Value, known: Keys) {
        let Some(map) = object(value) else { return self.add(path, "expected an object") };
        for (key, value) in map.iter().filter(|(key, _)| !key.starts_with('_')) {
            let path = join(path, key);
            match known.iter().find(|(name, _)| name == key) {
                Some((_, kind)) => self.value(&path, value, *kind),
                None => {
                    let message = match nearest(key, known.iter().map(|(name, _)| *name)) {
                        Some(near) => format!("no key {key:?} is known here; the nearest is {near:?}"),
                        None => format!("no key {key:?} is known here"),
                    };
                    self.add(&path, message);
                }
            }
        }
    }

    fn value(&mut self, path: &str, value: &Value, kind: Kind) {
        match kind {
            Kind::Any => {}
            Kind::Text if value.is_string() => {}
            Kind::Name if value.as_str().is_some_and(|text| !text.is_empty()) => {}
            Kind::Url
                if value
                    .as_str()
                    .is_some_and(|text| text.starts_with("http://") || text.starts_with("https://")) => {}
            Kind::Flag if value.is_boolean() => {}
            Kind::Number if value.is_u64() => {}
            Kind::Text => self.add(path, "expected text"),
            Kind::Name => self.add(path, "expected text that is not empty"),
            Kind::Url => self.add(path, "expected an address that begins with http:// or https://"),
            Kind::Flag => self.add(path, "expected true or false"),
            Kind::Number => self.add(path, "expected a number that is not negative"),
            Kind::Pattern => self.pattern(path, value),
            Kind::Severities => self.each(path, value, |checking, path, _, value| {
                if value.as_str().and_then(Severity::from_name).is_none() {
                    checking.add(path, "expected note, warning or error");
                }
            }),
            Kind::Filter => {
                let parsed = value.as_str().map(|text| Filter::parse(text, FilterOptions::new()));
                match parsed {
                    None => self.add(path, "expected a filter, as text"),
                    Some(Err(error)) => self.add(path, format!("the filter has a mistake: {error}")),
                    Some(Ok(_)) => {}
                }
            }
            Kind::Codes => self.codes(path, value),
            Kind::Positions => self.positions(path, value),
            Kind::Indicator if value.is_null() => {}
            Kind::Indicator => {
                self.keys(path, value, VALUE);
                self.width(path, value, "codes", 1);
            }
            Kind::Types => {
                self.each(path, value, |checking, path, _, value| checking.keys(path, value, VALUE))
            }
            Kind::Lists => self.each(path, value, |checking, path, _, value| {
                checking.keys(path, value, LIST);
                if object(value).is_some_and(|list| !list.contains_key("codes")) {
                    checking.add(path, "the list has no \"codes\"");
                }
            }),
            Kind::Subfields => self.each(path, value, |checking, path, code, value| {
                checking.keys(path, value, SUBFIELD);
                checking.same(path, "code", value, code);
            }),
            Kind::Fields => self.each(path, value, Checking::field),
        }
    }

    fn each(&mut self, path: &str, value: &Value, check: impl Fn(&mut Checking, &str, &str, &Value)) {
        match object(value) {
            Some(map) => map.iter().for_each(|(key, value)| check(self, &join(path, key), key, value)),
            None => self.add(path, "expected an object"),
        }
    }

    /// Checks that a definition which repeats its own name has it right.
    fn same(&mut self, path: &str, key: &str, value: &Value, name: &str) {
        if let Some(other) = value.get(key).and_then(Value::as_str).filter(|other| *other != name) {
            self.add_light(
                &join(path, key),
                format!("{key} is {other:?}, and the definition is that of {name:?}"),
            );
        }
    }

    fn pattern(&mut self, path: &str, value: &Value) {
        match value.as_str() {
            None | Some("") => self.add(path, "expected a regular expression, as text"),
            #[cfg(feature = "regex")]
            Some(text) => {
                if let Err(error) = regex::Regex::new(text) {
                    let error = error.to_string();
                    let why =
                        error.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                    self.add(path, format!("the regular expression has a mistake: {why}"));
                }
            }
            #[cfg(not(feature = "regex"))]
            Some(_) => {}
        }
    }

    fn codes(&mut self, path: &str, value: &Value) {
        match value {
            Value::String(name) if self.lists.contains(name) => {}
            Value::String(name) => {
                let near = nearest(name, self.lists.iter().map(String::as_str));
                let message = match near {
                    Some(near) => format!("there is no code list {name:?}; the nearest is {near:?}"),
                    None => format!("there is no code list {name:?}"),
                };
                self.add(path, message);
            }
            Value::Object(codes) => {
                for (code, value) in codes.iter().filter(|(_, value)| !value.is_string()) {
                    let path = join(path, code);
                    self.keys(&path, value, CODE);
                    self.same(&path, "code", value, code);
                }
            }
            _ => self.add(path, "expected codes, or the name of a list of them"),
        }
    }

    /// Checks that codes have this number of characters.
    fn width(&mut self, path: &str, value: &Value, key: &str, width: usize) {
        for code in value.get(key).and_then(Value::as_object).into_iter().flatten().map(|(code, _)| code) {
            let count = code.chars().count();
            let fits = match key {
                "flags" => count > 0 && width.is_multiple_of(count),
                _ => count == width,
            };
            if !fits {
                let path = join(&join(path, key), code);
                self.add_light(
                    &path,
                    format!("code {code:?} does not fit: the value has {width} characters"),
                );
            }
        }
    }

    fn positions(&mut self, path: &str, value: &Value) {
        let Some(map) = object(value) else { return self.add(path, "expected an object") };
        let mut ranges = Vec::new();
        for (name, value) in map {
            let path = join(path, name);
            self.keys(&path, value, VALUE);
            let Some((start, end)) = range(name) else {
                self.add(&path, format!("{name:?} is no position or range of them, such as 06 or 18-21"));
                continue;
            };
            for (key, number) in [("start", start), ("end", end)] {
                let stated = value.get(key).and_then(Value::as_u64);
                if stated.is_some_and(|stated| usize::try_from(stated) != Ok(number)) {
                    self.add_light(
                        &join(&path, key),
                        format!("{key} is not {number}, which the position begins or ends with"),
                    );
                }
            }
            let width = end.abs_diff(start) + 1;
            self.width(&path, value, "codes", width);
            self.width(&path, value, "flags", width);
            ranges.push((start, end, name, path));
        }
        ranges.sort_unstable();
        let mut reached: Option<(usize, &String)> = None;
        for (start, end, name, path) in ranges {
            match reached {
                Some((last, other)) if start <= last => {
                    self.add_light(&path, format!("position {name} overlaps with {other}"));
                }
                _ => reached = Some((end, name)),
            }
        }
    }

    fn field(&mut self, path: &str, id: &str, value: &Value) {
        self.keys(path, value, FIELD);
        let Some(map) = object(value) else { return };
        let (tag, rest) = id.split_once('/').unwrap_or((id, ""));
        self.same(path, "tag", value, tag);
        let allowed = match self.family.as_str() {
            "marc" => rest.is_empty() && id.len() == 3 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()),
            "pica" => is_pica(tag, rest),
            _ => !tag.is_empty(),
        };
        if !allowed {
            self.add_light(path, format!("{id:?} is no identifier of a field of this family"));
        }
        let is_flat = match self.family.as_str() {
            "flat" => true,
            "marc" => id == "LDR" || id.starts_with("00"),
            _ => false,
        };
        let has = |key: &str| map.get(key).is_some();
        let both = if has("subfields") { "a field with subfields" } else { "a field of this family" };
        let forbidden: &[&str] = match (self.family.as_str(), is_flat) {
            (_, true) => &["subfields", "indicator1", "indicator2", "occurrence", "counter"],
            ("marc", _) => &["occurrence", "counter"],
            _ => &[],
        };
        let flat = ["positions", "pattern", "codes", "types", "groups", "length"];
        let flat = flat.iter().filter(|_| has("subfields"));
        for key in forbidden.iter().chain(flat).filter(|key| has(key)) {
            self.add_light(&join(path, key), format!("{both} has no {key}"));
        }
        for key in ["order", "_order"] {
            let order = map.get(key).and_then(Value::as_str).unwrap_or("");
            let subfields = map.get("subfields").and_then(Value::as_object);
            for code in
                order.chars().filter(|code| !subfields.is_some_and(|all| all.contains_key(&code.to_string())))
            {
                self.add(&join(path, key), format!("the field has no subfield {code}"));
            }
        }
        if let Some(filter) = map.get("_required_if") {
            self.value(&join(path, "_required_if"), filter, Kind::Filter);
        }
        self.width(path, value, "flags", 1);
    }

    /// Checks that the fields of groups are defined.
    fn groups(&mut self, top: Option<&Map<String, Value>>, fields: &Value) {
        for key in ["one_of", "at_most_one_of"] {
            let groups = top.and_then(|top| top.get(key)).and_then(Value::as_array);
            let tags = groups.into_iter().flatten().filter_map(Value::as_array).flatten();
            for tag in tags.filter_map(Value::as_str).filter(|tag| fields.get(tag).is_none()) {
                self.add(key, format!("the schema has no field {tag}"));
            }
        }
    }
}

/// Whether a tag of PICA may have such an occurrence or counter: those of copies, level 2, have a counter `$x`.
fn is_pica(tag: &str, rest: &str) -> bool {
    let [level @ b'0'..=b'2', b'0'..=b'9', b'0'..=b'9', b'A'..=b'Z' | b'@'] = tag.as_bytes() else {
        return false;
    };
    let numbers = match rest.strip_prefix("$x") {
        Some(counter) => (*level == b'2').then_some(counter),
        None => (*level != b'2' || rest.is_empty()).then_some(rest),
    };
    let is_number =
        |text: &str| !text.is_empty() && text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    numbers.is_some_and(|numbers| rest.is_empty() || numbers.splitn(2, '-').all(is_number))
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}/{key}") }
}

/// The known name that is most like another, if one is much like it.
fn nearest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let name = name.to_ascii_lowercase();
    let like = known
        .map(|known| (strsim::normalized_damerau_levenshtein(&name, &known.to_ascii_lowercase()), known));
    let best = like.max_by(|(one, a), (two, b)| one.total_cmp(two).then_with(|| b.cmp(a)));
    best.filter(|(similarity, _)| *similarity >= 0.6).map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Set;

    fn mistakes(text: &str) -> Vec<String> {
        Schema::check(text).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn mistakes_have_a_place_and_the_nearest_name() {
        assert_eq!(
            mistakes("{\n  \"feilds\": {}\n}"),
            [
                "1:1: the schema has no \"fields\"",
                "2:3: no key \"feilds\" is known here; the nearest is \"fields\"",
            ]
        );
        assert_eq!(mistakes("{\"fields\": {}"), ["1:13: EOF while parsing an object"]);
        assert_eq!(
            mistakes(
                "{\"fields\": {\"041\": {\"subfields\":\n {\"a\": {\"codes\": \"langauges\"}}}},\n\"codelists\": {\"languages\": {\"codes\": {}}}}"
            ),
            ["2:9: there is no code list \"langauges\"; the nearest is \"languages\""]
        );
        assert_eq!(
            mistakes("{\"fields\": {\"245\": {\"subfields\": {}, \"_order\": \"ab\", \"_required_if\": \"245$a ==\"}}}").len(),
            3
        );
        assert_eq!(mistakes("{\"fields\": {\"245\": {},\n \"245\": {}}}"), ["2:2: this key is there twice"]);
        assert_eq!(mistakes("[]"), ["1:1: expected an object"]);
    }

    #[test]
    fn what_is_exported_has_no_mistakes_and_comes_back() {
        for set in Set::ALL {
            let schema = set.rules().schema();
            let text = schema.to_avram();
            assert_eq!(mistakes(&text), [""; 0], "{set}");
            let back = Schema::from_avram(&text).unwrap();
            assert_eq!((back.partial, back.fill), (schema.partial, schema.fill), "{set}");
            assert_eq!((&back.one_of, &back.at_most_one_of), (&schema.one_of, &schema.at_most_one_of));
            assert_eq!(back.fields.keys().collect::<Vec<_>>(), schema.fields.keys().collect::<Vec<_>>());
            for (id, field) in &schema.fields {
                let other = &back.fields[id];
                assert_eq!(
                    (field.repeatable, field.required),
                    (other.repeatable, other.required),
                    "{set} {id}"
                );
                assert_eq!(field.indicators, other.indicators, "{set} {id}");
                assert_eq!((field.deprecated, field.since), (other.deprecated, other.since), "{set} {id}");
            }
        }
    }
}

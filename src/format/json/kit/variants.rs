//! Other JSON shapes of records, rewritten as MARC-in-JSON.
//!
//! Never builds a tree of values: each level is walked over, and the texts of the values are copied as they are, so that
//! a record takes no more memory than its text.

use std::fmt;

use memchr::memmem;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Returns whether a text may be a record of another shape: cheap, with false positives.
pub(super) fn may_be(text: &str) -> bool {
    const KEYS: [&str; 5] =
        ["\"tag\"", "\"record\"", "\"parsedRecord\"", "\"controlfield\"", "\"datafield\""];
    let has = |key: &str| memmem::find(text.as_bytes(), key.as_bytes()).is_some();
    text.trim_ascii_start().starts_with('[') || begins_otherwise(text) || KEYS.into_iter().any(has)
}

/// Whether the first key of an object is none of a record.
fn begins_otherwise(text: &str) -> bool {
    let rest = text.trim_ascii_start().strip_prefix('{').map(str::trim_ascii_start);
    let key = rest.and_then(|rest| rest.strip_prefix('"')?.split('"').next());
    key.is_some_and(|key| !["leader", "fields", "mfn", "status", "version"].contains(&key))
}

/// Returns the record as MARC-in-JSON; `None` if it has none of the shapes.
pub(super) fn rewrite(text: &str) -> Option<String> {
    marc_in_json(text, 0)
}

fn marc_in_json(text: &str, depth: u8) -> Option<String> {
    if text.trim_ascii_start().starts_with('[') {
        return flat(text);
    }
    let keys = ["parsedRecord", "record", "controlfield", "datafield", "leader", "fields"];
    let [parsed, record, control, data, leader, fields] = members(text, keys)?;
    if let Some(parsed) = parsed {
        let [content] = members(parsed, ["content"])?;
        // The content may be JSON in a string.
        let content = content?;
        let unpacked = string(content);
        let inner = unpacked.as_deref().unwrap_or(content);
        let deeper = if depth < 4 { marc_in_json(inner, depth + 1) } else { None };
        let has_fields = || members(inner, ["fields"]).is_some_and(|[fields]| fields.is_some());
        return deeper.or_else(|| has_fields().then(|| inner.to_owned()));
    }
    if let Some(record) = record.filter(|record| record.starts_with('[')) {
        return flat(record);
    }
    if [leader, fields, control, data].iter().all(Option::is_none) {
        return wrapped(text, depth);
    }
    let mut out = Fields::default();
    if control.is_some() || data.is_some() {
        each(control.unwrap_or("[]"), |given| out.draft_control(given))?;
        each(data.unwrap_or("[]"), |given| out.draft_data(given))?;
        return Some(out.record(leader));
    }
    let mut first = true;
    each(fields?, |given| {
        if std::mem::take(&mut first) {
            let [tag] = members(given, ["tag"])?;
            string(tag?)?;
        }
        out.named(given);
        Some(())
    })?;
    (!first).then(|| out.record(leader))
}

/// Returns the record inside an object that is none, such as `{"record": {...}, "took": 3}`; `None` if no member is one,
/// or several are.
fn wrapped(text: &str, depth: u8) -> Option<String> {
    let mut found = None;
    let mut take = |inner: &str| -> Option<()> {
        let has_fields = || members(inner, ["fields"]).is_some_and(|[fields]| fields.is_some());
        let record = marc_in_json(inner, depth + 1).or_else(|| has_fields().then(|| inner.to_owned()));
        if record.is_some() && found.is_some() {
            return None;
        }
        found = found.take().or(record);
        Some(())
    };
    if depth < 4 {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        deserializer.deserialize_map(Objects(&mut take)).ok()??;
    }
    found
}

/// Calls its function with each member that is an object; `None` if that returns it.
struct Objects<'f>(&'f mut dyn FnMut(&str) -> Option<()>);

impl<'de> Visitor<'de> for Objects<'_> {
    type Value = Option<()>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut all = Some(());
        while map.next_key::<IgnoredAny>()?.is_some() {
            let value = map.next_value::<&RawValue>()?.get();
            if value.starts_with('{') {
                all = all.and((self.0)(value));
            }
        }
        Ok(all)
    }
}

/// Reads arrays of tag, indicators, and alternating codes and values; `_` is the code of data without one.
fn flat(text: &str) -> Option<String> {
    let mut out = Fields::default();
    let mut leader = None;
    each(text, |row| out.row(row, &mut leader))?;
    (!out.0.is_empty() || leader.is_some()).then(|| out.record(leader.as_deref()))
}

/// The fields that were rewritten, separated by commas.
#[derive(Default)]
struct Fields(String);

impl Fields {
    /// Appends text after a comma, if there is a field before.
    fn next(&mut self) {
        if !self.0.is_empty() {
            self.0.push(',');
        }
    }

    /// Appends a key and its colon.
    fn key(&mut self, key: &str) {
        // A string is always written.
        self.0.push_str(&serde_json::to_string(key).unwrap_or_default());
        self.0.push(':');
    }

    /// Appends a field with a value alone.
    fn control(&mut self, tag: &str, value: &str) {
        self.next();
        self.0.push('{');
        self.key(tag);
        self.0.push_str(value);
        self.0.push('}');
    }

    /// Appends the start of a field with indicators, up to its subfields. Missing indicators stay missing.
    fn data_start(&mut self, tag: &str, first: Option<&str>, second: Option<&str>, lead: Option<&str>) {
        self.next();
        self.0.push('{');
        self.key(tag);
        self.0.push('{');
        for (key, value) in [("\"ind1\":", first), ("\"ind2\":", second), ("\"lead\":", lead)] {
            let Some(value) = value else { continue };
            for part in [key, value, ","] {
                self.0.push_str(part);
            }
        }
        self.0.push_str("\"subfields\":[");
    }

    /// Appends a comma, if there is a subfield before.
    fn separate(&mut self) {
        if !self.0.ends_with('[') {
            self.0.push(',');
        }
    }

    /// Appends a subfield.
    fn subfield(&mut self, code: &str, value: &str) {
        self.separate();
        self.0.push('{');
        self.key(code);
        self.0.push_str(value);
        self.0.push('}');
    }

    fn data_end(&mut self) {
        self.0.push_str("]}}");
    }

    /// Returns the record.
    fn record(self, leader: Option<&str>) -> String {
        let mut record = String::with_capacity(self.0.len() + 64);
        record.push('{');
        if let Some(leader) = leader.filter(|leader| *leader != "null") {
            record.push_str("\"leader\":");
            record.push_str(leader);
            record.push(',');
        }
        record.push_str("\"fields\":[");
        record.push_str(&self.0);
        record.push_str("]}");
        record
    }

    /// Reads a field that names its tag, its indicators and its subfields; any other stays as it is.
    fn named(&mut self, given: &str) {
        let found = members(given, ["tag", "ind1", "ind2", "subfields", "value"]);
        let [tag, first, second, subfields, value] = found.unwrap_or_default();
        let is_known = subfields.is_some() || value.is_some();
        let Some(tag) = tag.and_then(string).filter(|_| is_known) else {
            self.next();
            self.0.push_str(given);
            return;
        };
        let Some(subfields) = subfields.filter(|subfields| subfields.starts_with('[')) else {
            self.control(&tag, text(value));
            return;
        };
        self.data_start(&tag, first.map(indicator), second.map(indicator), None);
        self.subfields(subfields, "value");
        self.data_end();
    }

    /// Appends subfields that name their codes and, under `key`, their values.
    fn subfields(&mut self, list: &str, key: &str) {
        _ = each(list, |given| {
            let [code, value] = members(given, ["code", key]).unwrap_or_default();
            // Reported where the record is built.
            if code.is_none() || value.is_none() && given.contains(',') {
                self.separate();
                self.0.push_str(given);
            } else {
                self.subfield(&code.and_then(string).unwrap_or_default(), text(value));
            }
            Some(())
        });
    }

    /// Reads a control field of the draft of OCLC.
    fn draft_control(&mut self, given: &str) -> Option<()> {
        let [tag, data] = members(given, ["tag", "data"])?;
        self.control(&string(tag?)?, text(data));
        Some(())
    }

    /// Reads a data field of the draft of OCLC, whose indicators are one string.
    fn draft_data(&mut self, given: &str) -> Option<()> {
        let [tag, indicators, subfields] = members(given, ["tag", "ind", "subfield"])?;
        if subfields.is_none() {
            // Reported where the record is built.
            self.next();
            self.0.push_str(given);
            return Some(());
        }
        let indicators = indicators.and_then(string).unwrap_or_default();
        let mut indicators = indicators.chars();
        let mut quoted = || {
            let indicator = indicators.next().unwrap_or(' ').to_string();
            serde_json::to_string(&indicator).unwrap_or_default()
        };
        let (first, second) = (quoted(), quoted());
        self.data_start(&string(tag?)?, Some(&first), Some(&second), None);
        self.subfields(subfields.filter(|list| list.starts_with('[')).unwrap_or("[]"), "data");
        self.data_end();
        Some(())
    }

    /// Reads a row; one with the tag `LDR` is the leader.
    fn row(&mut self, row: &str, leader: &mut Option<String>) -> Option<()> {
        let start = self.0.len();
        let (mut tag, mut first, mut second, mut code) = (None, None, None, None);
        let (mut data, mut started) = (None, false);
        let mut count = 0usize;
        each(row, |cell| {
            match count {
                0 => tag = Some(string(cell)?),
                1 => first = Some(indicator(cell)),
                2 => second = Some(indicator(cell)),
                number if number % 2 == 1 => code = Some(string(cell)?),
                _ => {
                    let (tag, code) = (tag.as_deref()?, code.take()?);
                    if code == "_" && !started && data.is_none() {
                        data = Some(text(Some(cell)));
                    } else {
                        if !std::mem::replace(&mut started, true) {
                            self.data_start(tag, first, second, data);
                        }
                        self.subfield(&code, text(Some(cell)));
                    }
                }
            }
            count += 1;
            Some(())
        })?;
        let tag = tag.filter(|_| count >= 3)?;
        if let Some(code) = code {
            // A code at the end has no value.
            if !std::mem::replace(&mut started, true) {
                self.data_start(&tag, first, second, data);
            }
            self.subfield(&code, "\"\"");
        }
        match (data, started) {
            (Some(data), _) if tag == "LDR" => {
                *leader = Some(data.to_owned());
                // What follows the leader in its row stays a field.
                match started {
                    true => self.data_end(),
                    false => self.0.truncate(start),
                }
            }
            (_, true) => self.data_end(),
            (Some(data), false) => self.control(&tag, data),
            (None, false) => {
                self.data_start(&tag, first, second, None);
                self.data_end();
            }
        }
        Some(())
    }
}

/// Returns the text of a value that should be a string.
fn text(value: Option<&str>) -> &str {
    value.filter(|value| *value != "null").unwrap_or("\"\"")
}

/// Returns the text of an indicator; null and an empty string are a blank.
fn indicator(value: &str) -> &str {
    if matches!(value, "null" | "\"\"") { "\" \"" } else { value }
}

/// Returns the string that a text is; `None` if it is another value.
fn string(text: &str) -> Option<String> {
    text.starts_with('"').then(|| serde_json::from_str(text).ok()).flatten()
}

/// Returns the texts of the members of an object that have these names; `None` if the text is no object.
fn members<'t, const N: usize>(text: &'t str, names: [&str; N]) -> Option<[Option<&'t str>; N]> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let found = deserializer.deserialize_map(Members(&names)).ok()?;
    deserializer.end().is_ok().then_some(found)
}

/// Calls `take` with the text of each element of an array; `None` if the text is no array, or if `take` returns it.
fn each<'t>(text: &'t str, take: impl FnMut(&'t str) -> Option<()>) -> Option<()> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    deserializer.deserialize_seq(Elements(take)).ok()??;
    deserializer.end().ok()
}

struct Members<'n, const N: usize>(&'n [&'n str; N]);

impl<'de, const N: usize> Visitor<'de> for Members<'_, N> {
    type Value = [Option<&'de str>; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = [None; N];
        while let Some(number) = map.next_key_seed(Name(self.0))? {
            match number.and_then(|number| found.get_mut(number)) {
                Some(place) => *place = Some(map.next_value::<&RawValue>()?.get()),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(found)
    }
}

/// A key, as its number among the names.
struct Name<'n>(&'n [&'n str]);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<usize>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Option<usize>, E> {
        Ok(self.0.iter().position(|name| *name == key))
    }
}

struct Elements<T>(T);

impl<'de, T: FnMut(&'de str) -> Option<()>> Visitor<'de> for Elements<T> {
    type Value = Option<()>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<Option<()>, A::Error> {
        let mut all = Some(());
        while let Some(element) = seq.next_element::<&RawValue>()? {
            all = all.and_then(|()| self.0(element.get()));
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    const EXPECTED: &str = r#"{"fields":[{"001":"x"},{"245":{"ind1":"1","ind2":" ","subfields":[{"a":"T"},{"a":"U"}]}}],"leader":"L"}"#;

    #[test]
    fn every_shape() {
        for shape in [
            r#"{"_id":"x","record":[["LDR",null,null,"_","L"],["001",null,null,"_","x"],["245","1",null,"a","T","a","U"]]}"#,
            r#"[["LDR"," "," ","_","L"],["001"," "," ","_","x"],["245","1"," ","a","T","a","U"]]"#,
            r#"{"leader":"L","fields":[{"tag":"001","value":"x"},{"tag":"245","ind1":"1","ind2":" ","subfields":[{"code":"a","value":"T"},{"code":"a","value":"U"}]}]}"#,
            r#"{"leader":"L","controlfield":[{"tag":"001","data":"x"}],"datafield":[{"tag":"245","ind":"1 ","subfield":[{"code":"a","data":"T"},{"code":"a","data":"U"}]}]}"#,
            r#"{"id":"i","parsedRecord":{"id":"i","content":{"leader":"L","fields":[{"001":"x"},{"245":{"ind1":"1","ind2":" ","subfields":[{"a":"T"},{"a":"U"}]}}]}}}"#,
        ] {
            assert!(may_be(shape), "{shape}");
            let value: Value = serde_json::from_str(&rewrite(shape).unwrap()).unwrap();
            assert_eq!(value, serde_json::from_str::<Value>(EXPECTED).unwrap(), "{shape}");
        }
    }

    #[test]
    fn a_record_inside_objects() {
        for text in [
            format!(r#"{{"record":{EXPECTED},"took":3}}"#),
            format!(r#"{{"id":4,"metadata":{{"note":{{"a":1}},"marc": {EXPECTED}}}}}"#),
        ] {
            assert!(may_be(&text));
            assert_eq!(rewrite(&text).as_deref(), Some(EXPECTED), "{text}");
        }
        // Which of two is meant is not known; and five objects are more than anybody writes.
        assert_eq!(rewrite(&format!(r#"{{"a":{EXPECTED},"b":{EXPECTED}}}"#)), None);
        let deep = (0..5).fold(EXPECTED.to_owned(), |text, _| format!(r#"{{"a":{text}}}"#));
        assert_eq!(rewrite(&deep), None);
    }

    #[test]
    fn what_is_none_of_them() {
        assert!(!may_be(EXPECTED));
        for text in [EXPECTED, "[1, 2]", "[]", "{}", r#"{"record":[]}"#, r#"{"parsedRecord":{}}"#, "x"] {
            assert_eq!(rewrite(text), None, "{text}");
        }
    }
}

//! Other shapes of records in JSON, made MARC-in-JSON.
//!
//! | from | shape |
//! |---|---|
//! | Catmandu | `{"_id":"1","record":[["LDR",null,null,"_","…"],["245","1","0","a","…"]]}` |
//! | Avram | the array alone |
//! | National Library of Finland | `{"leader":"…","fields":[{"tag":"001","value":"…"},{"tag":"245","ind1":"1","ind2":"0","subfields":[{"code":"a","value":"…"}]}]}` |
//! | OCLC, draft of 2010 | `{"leader":"…","controlfield":[{"tag":"001","data":"…"}],"datafield":[{"tag":"245","ind":"10","subfield":[{"code":"a","data":"…"}]}]}` |
//! | FOLIO | MARC-in-JSON in `parsedRecord.content` |

use std::borrow::Cow;

use memchr::memmem;
use serde_json::{Map, Value, json};

/// Whether a text may be a record of another shape: cheap, and true for some that are not.
pub(super) fn may_be(text: &str) -> bool {
    const KEYS: [&str; 5] =
        ["\"tag\"", "\"record\"", "\"parsedRecord\"", "\"controlfield\"", "\"datafield\""];
    let has = |key: &str| memmem::find(text.as_bytes(), key.as_bytes()).is_some();
    text.trim_ascii_start().starts_with('[') || KEYS.into_iter().any(has)
}

/// The record as MARC-in-JSON; `None` if it has none of the shapes.
pub(super) fn rewrite(text: &str) -> Option<String> {
    let value: Value = serde_json::from_str(text).ok()?;
    marc_in_json(&value, 0).map(|value| value.to_string())
}

fn marc_in_json(value: &Value, depth: u8) -> Option<Value> {
    if let Some(fields) = value.as_array() {
        return flat(fields);
    }
    let object = value.as_object()?;
    if let Some(parsed) = object.get("parsedRecord") {
        let content = parsed.get("content")?;
        let inner = match content {
            // The content may be text that is JSON.
            Value::String(text) => Cow::Owned(serde_json::from_str(text).ok()?),
            content => Cow::Borrowed(content),
        };
        let deeper = if depth < 4 { marc_in_json(&inner, depth.saturating_add(1)) } else { None };
        return deeper.or_else(|| inner.get("fields").is_some().then(|| inner.into_owned()));
    }
    if let Some(fields) = object.get("record").and_then(Value::as_array) {
        return flat(fields);
    }
    if object.contains_key("controlfield") || object.contains_key("datafield") {
        return draft(object);
    }
    let fields = object.get("fields")?.as_array()?;
    fields.first()?.get("tag")?.as_str()?;
    let fields: Vec<Value> = fields.iter().map(named).collect();
    Some(with_leader(object.get("leader"), fields))
}

fn with_leader(leader: Option<&Value>, fields: Vec<Value>) -> Value {
    let mut record = Map::new();
    if let Some(leader) = leader.filter(|leader| !leader.is_null()) {
        record.insert("leader".to_owned(), leader.clone());
    }
    record.insert("fields".to_owned(), Value::Array(fields));
    Value::Object(record)
}

/// A field with one key.
fn field(tag: &str, content: Value) -> Value {
    let mut field = Map::new();
    field.insert(tag.to_owned(), content);
    Value::Object(field)
}

/// A field that names its tag, its indicators and its subfields.
fn named(given: &Value) -> Value {
    let Some(tag) = given.get("tag").and_then(Value::as_str) else { return given.clone() };
    let Some(subfields) = given.get("subfields").and_then(Value::as_array) else {
        return field(tag, text(given.get("value")));
    };
    let subfields = subfields.iter().map(|subfield| {
        let code = subfield.get("code").and_then(Value::as_str).unwrap_or_default();
        field(code, text(subfield.get("value")))
    });
    let (first, second) = (indicator(given.get("ind1")), indicator(given.get("ind2")));
    field(tag, json!({"ind1": first, "ind2": second, "subfields": subfields.collect::<Vec<_>>()}))
}

/// The draft of OCLC, which has control fields and data fields apart.
fn draft(object: &Map<String, Value>) -> Option<Value> {
    let list = |key: &str| object.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut fields = Vec::new();
    for given in list("controlfield") {
        fields.push(field(given.get("tag")?.as_str()?, text(given.get("data"))));
    }
    for given in list("datafield") {
        let mut indicators = given.get("ind").and_then(Value::as_str).unwrap_or_default().chars();
        let mut indicator = || indicators.next().unwrap_or(' ').to_string();
        let (first, second) = (indicator(), indicator());
        let subfields =
            given.get("subfield").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let subfields = subfields.iter().map(|subfield| {
            let code = subfield.get("code").and_then(Value::as_str).unwrap_or_default();
            field(code, text(subfield.get("data")))
        });
        let content = json!({"ind1": first, "ind2": second, "subfields": subfields.collect::<Vec<_>>()});
        fields.push(field(given.get("tag")?.as_str()?, content));
    }
    Some(with_leader(object.get("leader"), fields))
}

/// Arrays of tag, indicators, and codes and values in turn; `_` is the code of data without one.
fn flat(given: &[Value]) -> Option<Value> {
    let mut leader = None;
    let mut fields = Vec::new();
    for row in given {
        let [tag, first, second, rest @ ..] = row.as_array()?.as_slice() else { return None };
        let tag = tag.as_str()?;
        let mut data = None;
        let mut subfields = Vec::new();
        for pair in rest.chunks(2) {
            let code = pair.first()?.as_str()?;
            let value = text(pair.get(1));
            match (code, &data) {
                ("_", None) if subfields.is_empty() => data = Some(value),
                _ => subfields.push(field(code, value)),
            }
        }
        match (data, tag) {
            (Some(data), "LDR") => leader = Some(data),
            (Some(data), _) if subfields.is_empty() => fields.push(field(tag, data)),
            (data, _) => {
                let mut content = json!({"ind1": indicator(Some(first)), "ind2": indicator(Some(second))});
                if let (Some(data), Some(content)) = (data, content.as_object_mut()) {
                    content.insert("lead".to_owned(), data);
                }
                if let Some(content) = content.as_object_mut() {
                    content.insert("subfields".to_owned(), Value::Array(subfields));
                }
                fields.push(field(tag, content));
            }
        }
    }
    (!fields.is_empty() || leader.is_some()).then(|| with_leader(leader.as_ref(), fields))
}

/// A value, which should be a string.
fn text(value: Option<&Value>) -> Value {
    match value {
        None | Some(Value::Null) => Value::String(String::new()),
        Some(value) => value.clone(),
    }
}

/// An indicator; nothing and an empty string are a blank.
fn indicator(value: Option<&Value>) -> Value {
    match value {
        None | Some(Value::Null) => json!(" "),
        Some(Value::String(text)) if text.is_empty() => json!(" "),
        Some(value) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn what_is_none_of_them() {
        assert!(!may_be(EXPECTED));
        for text in [EXPECTED, "[1, 2]", "[]", "{}", r#"{"record":[]}"#, r#"{"parsedRecord":{}}"#, "x"] {
            assert_eq!(rewrite(text), None, "{text}");
        }
    }
}

//! Snapshots hold to the JSON Schema that is published, and have nothing that it does not name.

use std::path::Path;

use kartoteka::model::{Bib, SCHEMA};
use serde_json::Value;

/// What a value does against a schema, as far as ours uses JSON Schema, with the place of each fault.
fn faults(value: &Value, schema: &Value, root: &Value, at: &str, out: &mut Vec<String>) {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.strip_prefix("#/$defs/").unwrap();
        assert!(root["$defs"][name].is_object(), "no definition {name}");
        return faults(value, &root["$defs"][name], root, at, out);
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let holds = |choice: &Value| {
            let mut found = Vec::new();
            faults(value, choice, root, at, &mut found);
            found.is_empty()
        };
        if !choices.iter().any(holds) {
            out.push(format!("{at}: none of the choices"));
        }
        return;
    }
    let is = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "null" => value.is_null(),
        other => panic!("type {other}"),
    };
    let holds = match &schema["type"] {
        Value::String(name) => is(name),
        Value::Array(names) => names.iter().any(|name| is(name.as_str().unwrap())),
        other => panic!("{at}: type {other}"),
    };
    if !holds || value.as_i64().zip(schema["minimum"].as_i64()).is_some_and(|(value, least)| value < least) {
        out.push(format!("{at}: {value} is no {}", schema["type"]));
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        if value.get(name.as_str().unwrap()).is_none() {
            out.push(format!("{at}: no {name}"));
        }
    }
    for (name, value) in value.as_object().into_iter().flatten() {
        match schema["properties"].get(name) {
            Some(schema) => faults(value, schema, root, &format!("{at}/{name}"), out),
            None => out.push(format!("{at}: {name} is not in the schema")),
        }
    }
    for value in value.as_array().into_iter().flatten() {
        faults(value, &schema["items"], root, at, out);
    }
}

#[test]
fn snapshots_of_the_fixtures_hold_to_the_schema() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut records = 0;
    for path in crate::common::files(&folder) {
        let Ok(reader) = kartoteka::open(&path) else { continue };
        for record in reader.into_iter().take(100) {
            let Ok(record) = record else { break };
            let snapshot: Value = serde_json::from_str(&Bib::of(record.view()).json()).unwrap();
            let mut found = Vec::new();
            faults(&snapshot, &schema, &schema, "", &mut found);
            assert!(found.is_empty(), "{}: {found:?}", path.display());
            records += 1;
        }
    }
    assert!(records > 20, "{records}");
}

#[test]
fn what_does_not_hold_is_found() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let record = kartoteka::Record::builder().data_field("245", "10", [('a', "Divan")]).build().unwrap();
    let mut snapshot: Value = serde_json::from_str(&Bib::of(record.view()).json()).unwrap();
    snapshot["titles"][0]["nonfiling"] = Value::from(-1);
    snapshot["titles"][0]["shelf"] = Value::from("B");
    snapshot.as_object_mut().unwrap().remove("coded");
    let mut found = Vec::new();
    faults(&snapshot, &schema, &schema, "", &mut found);
    assert_eq!(found.len(), 3, "{found:?}");
}

//! Schemas in JSON: Avram, read and written.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value, json};

use super::definition::{
    CodeDefinition, Codes, FieldDefinition, IndicatorDefinition, PositionDefinition, Schema,
    SubfieldDefinition, ValueDefinition,
};
use super::table::range;

/// A schema that is none: where in its JSON, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}")]
pub struct SchemaError {
    /// The line and column of what is no JSON, or the path of what is no schema: `fields/245/subfields/a`.
    pub place: String,
    /// What is wrong there.
    pub message: String,
}

impl SchemaError {
    pub(super) fn new(place: impl Into<String>, message: impl fmt::Display) -> SchemaError {
        SchemaError { place: place.into(), message: message.to_string() }
    }
}

pub(super) fn parse(text: &str) -> Result<Value, SchemaError> {
    serde_json::from_str(text).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        let message = error.to_string();
        SchemaError::new(place, message.split(" at line ").next().unwrap_or_default())
    })
}

impl Schema {
    /// Reads a schema in Avram's JSON. Keys that are not known are passed over; [`Schema::check`] names them.
    ///
    /// # Errors
    /// [`SchemaError`] if the text is no JSON, or has no `fields`.
    ///
    /// # Spec
    /// Avram 0.9.6; the keys `required_if`, `order`, `deprecated_since` and `length` of fields, also with a `_` before them,
    /// and `one_of`, `at_most_one_of`, `severity`, `partial` and `fill`, also as objects in `rules`, are ours.
    ///
    /// # Example
    /// ```
    /// use kartoteka::schema::Schema;
    ///
    /// let schema = Schema::from_avram(r#"{"fields": {"245": {"label": "Title", "required": true}}}"#)?;
    /// assert!(schema.fields["245"].required);
    /// # Ok::<(), kartoteka::schema::SchemaError>(())
    /// ```
    pub fn from_avram(text: &str) -> Result<Schema, SchemaError> {
        let value = parse(text)?;
        let missing = || SchemaError::new("the schema", "it has no fields");
        let fields = value.get("fields").and_then(Value::as_object).ok_or_else(missing)?;
        let mut schema = Schema {
            title: string(&value, "title"),
            description: string(&value, "description"),
            family: string(&value, "family"),
            url: string(&value, "url"),
            language: string(&value, "language"),
            source: string(&value, "source"),
            date: string(&value, "modified"),
            partial: own(&value, "partial").is_some_and(is_yes),
            fill: own(&value, "fill").and_then(Value::as_str).and_then(|text| text.chars().next()),
            one_of: groups(&value, "one_of"),
            at_most_one_of: groups(&value, "at_most_one_of"),
            severity: texts(&value, "severity"),
            records: value.get("records").and_then(Value::as_u64),
            ..Schema::default()
        };
        schema.fields = fields.iter().map(|(id, value)| (id.clone(), field(value))).collect();
        for (name, list) in value.get("codelists").and_then(Value::as_object).into_iter().flatten() {
            let codes = list.get("codes").unwrap_or(list);
            schema.codelists.insert(name.clone(), code_map(codes));
        }
        Ok(schema)
    }

    /// Writes the schema in Avram's JSON, by which any validator of Avram can check records.
    ///
    /// Lengths become patterns; source, date and what is partial are said in the description too. What Avram lacks is written
    /// where its meta schema allows for it: `_required_if`, `_order` and `_deprecated_since` in fields, and objects in `rules`
    /// for the whole schema.
    pub fn to_avram(&self) -> String {
        let mut top = Map::new();
        top.insert("$schema".to_owned(), json!("https://format.gbv.de/schema/avram/schema.json"));
        put(&mut top, "title", &self.title);
        let mut description = self.description.clone();
        for (what, text) in [("Source", &self.source), ("As of", &self.date)] {
            if !text.is_empty() {
                description += &format!("{}{what}: {text}.", if description.is_empty() { "" } else { " " });
            }
        }
        if self.partial {
            description += " Partial: the format has more than this.";
        }
        put(&mut top, "description", &description);
        for (key, text) in [("family", &self.family), ("url", &self.url), ("language", &self.language)] {
            put(&mut top, key, text);
        }
        let mut rules = Vec::new();
        for (key, groups) in [("one_of", &self.one_of), ("at_most_one_of", &self.at_most_one_of)] {
            if !groups.is_empty() {
                rules.push(json!({ key: groups }));
            }
        }
        if !self.severity.is_empty() {
            rules.push(json!({"severity": self.severity}));
        }
        if self.partial {
            rules.push(json!({"partial": true}));
        }
        rules.extend(self.fill.map(|fill| json!({"fill": fill})));
        if !rules.is_empty() {
            top.insert("rules".to_owned(), json!(rules));
        }
        if let Some(records) = self.records {
            top.insert("records".to_owned(), json!(records));
        }
        let fields = self.fields.iter().map(|(id, field)| (id.clone(), field_json(id, field)));
        top.insert("fields".to_owned(), Value::Object(fields.collect()));
        if !self.codelists.is_empty() {
            let lists = self
                .codelists
                .iter()
                .map(|(name, codes)| (name.clone(), json!({"codes": codes_json(codes)})));
            top.insert("codelists".to_owned(), Value::Object(lists.collect()));
        }
        let mut text = serde_json::to_string_pretty(&Value::Object(top)).unwrap_or_default();
        text.push('\n');
        text
    }
}

fn string(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Whether a key is there and does not say no.
fn flag(value: &Value, key: &str) -> bool {
    value.get(key).is_some_and(is_yes)
}

fn is_yes(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false))
}

/// What a schema says beyond Avram: in a key of its own, or in an object of `rules`.
fn own<'v>(schema: &'v Value, key: &str) -> Option<&'v Value> {
    let rules = schema.get("rules").and_then(Value::as_array).into_iter().flatten();
    schema.get(key).or_else(|| rules.filter_map(|rule| rule.get(key)).next())
}

fn groups(schema: &Value, key: &str) -> Vec<Vec<String>> {
    let groups = own(schema, key).and_then(Value::as_array).into_iter().flatten();
    let tags = |group: &Value| {
        let tags = group.as_array().into_iter().flatten().filter_map(Value::as_str);
        tags.map(str::to_owned).collect()
    };
    groups.map(tags).collect()
}

/// Texts by name.
fn texts(schema: &Value, key: &str) -> BTreeMap<String, String> {
    let all = own(schema, key).and_then(Value::as_object).into_iter().flatten();
    all.filter_map(|(name, text)| Some((name.clone(), text.as_str()?.to_owned()))).collect()
}

/// What a field says beyond Avram, with or without the `_` that Avram's meta schema asks for.
fn extension<'v>(field: &'v Value, key: &str) -> Option<&'v Value> {
    field.get(key).or_else(|| field.get(format!("_{key}")))
}

fn some_string(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).map(str::to_owned)
}

fn field(json: &Value) -> FieldDefinition {
    let subfields = json.get("subfields").and_then(Value::as_object);
    let types = json.get("types").and_then(Value::as_object);
    FieldDefinition {
        label: string(json, "label"),
        repeatable: flag(json, "repeatable"),
        required: flag(json, "required"),
        required_if: extension(json, "required_if").and_then(Value::as_str).map(str::to_owned),
        deprecated: flag(json, "deprecated"),
        since: extension(json, "deprecated_since")
            .and_then(Value::as_u64)
            .and_then(|year| year.try_into().ok()),
        indicators: [indicator(json.get("indicator1")), indicator(json.get("indicator2"))],
        subfields: subfields
            .map(|all| all.iter().map(|(code, json)| (code.clone(), subfield(json))).collect()),
        order: extension(json, "order").and_then(Value::as_str).map(str::to_owned),
        value: value(json),
        types: types.into_iter().flatten().map(|(name, json)| (name.clone(), value(json))).collect(),
        total: json.get("total").and_then(Value::as_u64),
        records: json.get("records").and_then(Value::as_u64),
    }
}

fn subfield(json: &Value) -> SubfieldDefinition {
    SubfieldDefinition {
        label: string(json, "label"),
        repeatable: flag(json, "repeatable"),
        required: flag(json, "required"),
        deprecated: flag(json, "deprecated"),
        value: value(json),
        total: json.get("total").and_then(Value::as_u64),
        records: json.get("records").and_then(Value::as_u64),
    }
}

fn indicator(json: Option<&Value>) -> IndicatorDefinition {
    match json {
        None => IndicatorDefinition::Any,
        Some(Value::Null) => IndicatorDefinition::Blank,
        // The name of a list in place of a definition.
        Some(Value::String(name)) => {
            let codes = Some(Codes::List(name.clone()));
            IndicatorDefinition::Values(ValueDefinition { codes, ..ValueDefinition::default() })
        }
        Some(json) => IndicatorDefinition::Values(value(json)),
    }
}

fn value(json: &Value) -> ValueDefinition {
    let mut definition = ValueDefinition {
        label: string(json, "label"),
        pattern: some_string(json, "pattern"),
        codes: codes(json.get("codes")),
        length: match json.get("length") {
            Some(Value::Array(numbers)) => numbers.iter().filter_map(number).collect(),
            one => one.and_then(number).into_iter().collect(),
        },
        positions: Vec::new(),
    };
    for (name, json) in json.get("positions").and_then(Value::as_object).into_iter().flatten() {
        let Some((start, end)) = range(name) else { continue };
        definition.positions.push(PositionDefinition {
            name: name.clone(),
            start,
            end,
            label: string(json, "label"),
            codes: codes(json.get("codes")),
            flags: codes(json.get("flags")),
            pattern: some_string(json, "pattern"),
        });
    }
    definition
}

fn number(json: &Value) -> Option<u32> {
    json.as_u64().and_then(|number| u32::try_from(number).ok())
}

fn codes(json: Option<&Value>) -> Option<Codes> {
    match json? {
        Value::String(name) => Some(Codes::List(name.clone())),
        json @ Value::Object(_) => Some(Codes::Own(code_map(json))),
        _ => None,
    }
}

fn code_map(json: &Value) -> BTreeMap<String, CodeDefinition> {
    let of = |json: &Value| match json {
        Value::String(label) => CodeDefinition { label: label.clone(), deprecated: false },
        json => CodeDefinition { label: string(json, "label"), deprecated: flag(json, "deprecated") },
    };
    json.as_object().into_iter().flatten().map(|(code, json)| (code.clone(), of(json))).collect()
}

fn put(map: &mut Map<String, Value>, key: &str, text: &str) {
    if !text.is_empty() {
        map.insert(key.to_owned(), json!(text));
    }
}

fn set(map: &mut Map<String, Value>, key: &str, yes: bool) {
    if yes {
        map.insert(key.to_owned(), json!(true));
    }
}

fn field_json(id: &str, field: &FieldDefinition) -> Value {
    let mut map = Map::new();
    if !id.contains('/') {
        put(&mut map, "tag", id);
    }
    put(&mut map, "label", &field.label);
    map.insert("repeatable".to_owned(), json!(field.repeatable));
    set(&mut map, "required", field.required);
    set(&mut map, "deprecated", field.deprecated);
    put(&mut map, "_required_if", field.required_if.as_deref().unwrap_or_default());
    put(&mut map, "_order", field.order.as_deref().unwrap_or_default());
    if let Some(year) = field.since {
        map.insert("_deprecated_since".to_owned(), json!(year));
    }
    counts(&mut map, field.total, field.records);
    for (key, indicator) in ["indicator1", "indicator2"].into_iter().zip(&field.indicators) {
        match indicator {
            IndicatorDefinition::Any => {}
            IndicatorDefinition::Blank => _ = map.insert(key.to_owned(), Value::Null),
            IndicatorDefinition::Values(value) => {
                let mut inner = Map::new();
                value_json(&mut inner, value);
                map.insert(key.to_owned(), Value::Object(inner));
            }
        }
    }
    value_json(&mut map, &field.value);
    if let Some(subfields) = &field.subfields {
        let all = subfields.iter().map(|(code, subfield)| {
            let mut map = Map::new();
            put(&mut map, "label", &subfield.label);
            map.insert("repeatable".to_owned(), json!(subfield.repeatable));
            set(&mut map, "required", subfield.required);
            set(&mut map, "deprecated", subfield.deprecated);
            counts(&mut map, subfield.total, subfield.records);
            value_json(&mut map, &subfield.value);
            (code.clone(), Value::Object(map))
        });
        map.insert("subfields".to_owned(), Value::Object(all.collect()));
    }
    if !field.types.is_empty() {
        let all = field.types.iter().map(|(name, value)| {
            let mut map = Map::new();
            value_json(&mut map, value);
            (name.clone(), Value::Object(map))
        });
        map.insert("types".to_owned(), Value::Object(all.collect()));
    }
    Value::Object(map)
}

fn counts(map: &mut Map<String, Value>, total: Option<u64>, records: Option<u64>) {
    for (key, count) in [("total", total), ("records", records)] {
        if let Some(count) = count {
            map.insert(key.to_owned(), json!(count));
        }
    }
}

fn value_json(map: &mut Map<String, Value>, value: &ValueDefinition) {
    let lengths = value.length.iter().map(|length| format!("^.{{{length}}}$")).collect::<Vec<_>>().join("|");
    put(map, "pattern", value.pattern.as_deref().unwrap_or(&lengths));
    if let Some(codes) = &value.codes {
        map.insert("codes".to_owned(), either_json(codes));
    }
    if value.positions.is_empty() {
        return;
    }
    let all = value.positions.iter().map(|position| {
        let mut map = Map::new();
        put(&mut map, "label", &position.label);
        map.insert("start".to_owned(), json!(position.start));
        map.insert("end".to_owned(), json!(position.end));
        put(&mut map, "pattern", position.pattern.as_deref().unwrap_or_default());
        match &position.codes {
            Some(Codes::Own(own)) if own.keys().any(|code| is_range(code)) => {
                map.insert("pattern".to_owned(), json!(ranges_pattern(own)));
            }
            Some(codes) => _ = map.insert("codes".to_owned(), either_json(codes)),
            None => {}
        }
        if let Some(flags) = &position.flags {
            map.insert("flags".to_owned(), either_json(flags));
        }
        (position.name.clone(), Value::Object(map))
    });
    map.insert("positions".to_owned(), Value::Object(all.collect()));
}

/// Whether a code of a built-in set is a range of numbers, which Avram has no codes for.
fn is_range(code: &str) -> bool {
    code.len() > 3 && code.contains('-') && code.starts_with(|first: char| first.is_ascii_digit())
}

fn ranges_pattern(codes: &BTreeMap<String, CodeDefinition>) -> String {
    let escaped = |code: &String| match code.split_once('-').filter(|_| is_range(code)) {
        Some((first, _)) => format!("[0-9]{{{}}}", first.len()),
        None => code
            .chars()
            .map(|character| match character {
                '|' | '.' | '+' | '*' | '?' | '(' | ')' | '[' | ']' | '^' | '$' | '\\' => {
                    format!("\\{character}")
                }
                other => other.to_string(),
            })
            .collect(),
    };
    format!("^({})$", codes.keys().map(escaped).collect::<Vec<_>>().join("|"))
}

fn either_json(codes: &Codes) -> Value {
    match codes {
        Codes::List(name) => json!(name),
        Codes::Own(own) => codes_json(own),
    }
}

fn codes_json(codes: &BTreeMap<String, CodeDefinition>) -> Value {
    let of = |code: &CodeDefinition| match code.deprecated {
        true => json!({"label": code.label, "deprecated": true}),
        false => json!(code.label),
    };
    Value::Object(codes.iter().map(|(name, code)| (name.clone(), of(code))).collect())
}

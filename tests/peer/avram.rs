//! The findings of the reference validator of Avram, and cases of its suite: ours are the same, as multisets.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use kartoteka::schema::{
    Compiled, CountFault, Counting, Fault, FaultKind, FieldView, Mode, Schema, Validation,
};
use kartoteka::{FieldRef, ReadOptions, Record, RecordRead, iso2709};
use serde_json::Value;

use crate::common::corpus;

type Found = Vec<String>;

fn line(parts: [Option<&str>; 6]) -> String {
    parts.map(|part| part.unwrap_or("-")).join(" ")
}

fn told(fault: &Fault<'_>, values: bool) -> String {
    let indicator = fault.indicator.map(|number| format!("indicator{number}"));
    line([
        Some(fault.kind.name()),
        fault.tag.or(fault.id),
        fault.subfield.map(|(_, code)| code),
        fault.position.map(|(name, ..)| name),
        indicator.as_deref(),
        fault.value.filter(|_| values),
    ])
}

/// What our validation finds in a record.
fn ours(rules: &Compiled, record: &Record, types: &[&str], values: bool) -> Found {
    let mut found = Vec::new();
    // The reference says nothing of codes that are deprecated.
    let mut keep = |fault: &Fault<'_>| {
        if fault.kind != FaultKind::DeprecatedCode {
            found.push(told(fault, values));
        }
    };
    let mut validation = Validation::new(rules, Mode::AVRAM);
    validation.begin();
    let leader = record
        .header()
        .leader
        .map(|leader| leader.as_bytes().iter().map(|b| char::from(*b)).collect::<String>());
    let none = FieldView { tag: "LDR", occurrence: None, indicators: [None; 2], value: None, subfields: &[] };
    if let Some(leader) = &leader {
        validation.field(&FieldView { value: Some(leader), ..none }, 0, types, &mut keep);
    }
    let text = |field: FieldRef<'_>| field.raw_text().to_str_lossy().into_owned();
    for (index, field) in record.fields().enumerate() {
        let tag = field.tag().to_string();
        // The reference takes every field 00X for a value, and a field without a delimiter for one without indicators.
        if field.tag().is_control() {
            let value = text(field);
            validation.field(&FieldView { tag: &tag, value: Some(&value), ..none }, index, types, &mut keep);
            continue;
        }
        let subfields: Vec<_> = field
            .subfields()
            .map(|subfield| (subfield.code().to_string(), subfield.value().to_str_lossy().into_owned()))
            .collect();
        let subfields: Vec<_> =
            subfields.iter().map(|(code, value)| (code.as_str(), Some(value.as_str().into()))).collect();
        let indicators: Vec<_> =
            field.indicators().iter().map(|byte| char::from(*byte).to_string()).collect();
        let indicators = if field.raw().contains(&0x1F) { indicators } else { Vec::new() };
        let indicators = [indicators.first().map(String::as_str), indicators.get(1).map(String::as_str)];
        let view = FieldView { tag: &tag, indicators, subfields: &subfields, ..none };
        validation.field(&view, index, types, &mut keep);
    }
    validation.end(|_| false, &mut keep);
    found.sort();
    found
}

fn theirs(errors: &Value, values: bool) -> Found {
    let mut found: Vec<_> = errors
        .as_array()
        .unwrap()
        .iter()
        .map(|error| {
            let part = |name: &str| error[name].as_str();
            line([
                part("error"),
                part("tag").or(part("id")),
                part("subfield"),
                part("position"),
                part("indicator"),
                part("value").filter(|_| values),
            ])
        })
        .collect();
    found.sort();
    found
}

fn compare(name: &str, values: bool) -> BTreeMap<String, i64> {
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/avram");
    let corpus = corpus().unwrap();
    let schemas = if schemas.exists() { schemas } else { corpus.join("../data/avram") };
    let schema = fs::read_to_string(schemas.join(format!("{name}.json"))).unwrap();
    let rules = Compiled::new(Schema::from_avram(&schema).unwrap());
    let mut lines = String::new();
    let packed = fs::read(corpus.join(format!("avram/{name}.findings.jsonl.gz"))).unwrap();
    GzDecoder::new(&packed[..]).read_to_string(&mut lines).unwrap();
    let mut files: BTreeMap<String, Vec<Record>> = BTreeMap::new();
    let mut differences = BTreeMap::new();
    for line in lines.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let file = line["file"].as_str().unwrap();
        let records = files.entry(file.to_owned()).or_insert_with(|| {
            let path = corpus.join("marc/wf").join(file);
            let mut reader = iso2709::Reader::from_path(path, &ReadOptions::new()).unwrap();
            let mut records = Vec::new();
            let mut record = Record::new();
            while reader.read_record(&mut record).unwrap() {
                records.push(record.clone());
            }
            records
        });
        let index = line["record"].as_u64().unwrap() as usize;
        let types: Vec<_> = line["types"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let Some(record) = records.get(index - 1) else {
            differences.insert(format!("{file} {index}: no record"), 1);
            continue;
        };
        for (found, count) in
            [(ours(&rules, record, &types, values), 1), (theirs(&line["errors"], values), -1)]
        {
            for one in found {
                *differences.entry(format!("{file} {index}: {one}")).or_default() += count;
            }
        }
    }
    differences.retain(|_, count| *count != 0);
    differences
}

#[test]
fn as_the_reference_validator() {
    if corpus().is_none() {
        return;
    }
    let mut all = String::new();
    for (name, values) in [
        ("marc21-authority.qa-catalogue", true),
        ("marc21-bibliographic.avram-js", true),
        ("marc21-bibliographic.qa-catalogue", true),
        ("unimarc-bibliographic.qa-catalogue", false),
    ] {
        for (what, count) in compare(name, values) {
            all += &format!("{name} {what}: {count:+}\n");
        }
    }
    assert_eq!(all, "");
}

fn views<'v>(fields: &'v [Value], subfields: &'v [Vec<Subfield<'v>>]) -> impl Iterator<Item = FieldView<'v>> {
    fields.iter().zip(subfields).map(|(field, subfields)| FieldView {
        tag: field["tag"].as_str().unwrap(),
        occurrence: field["occurrence"].as_str(),
        indicators: [field["indicator1"].as_str(), field["indicator2"].as_str()],
        value: field["value"].as_str(),
        subfields,
    })
}

type Subfield<'v> = (&'v str, Option<Cow<'v, str>>);

/// The cases of the suite that count.
#[test]
fn the_suite_counts_alike() {
    let Some(corpus) = corpus() else { return };
    let text = fs::read_to_string(corpus.join("avram/suite/counting.json")).unwrap();
    let groups: Value = serde_json::from_str(&text).unwrap();
    let mut cases = 0;
    for group in groups.as_array().unwrap() {
        let rules = Compiled::new(Schema::from_avram(&group["schema"].to_string()).unwrap());
        for case in group["tests"].as_array().unwrap() {
            let mut counting = Counting::new(&rules);
            for record in case["records"].as_array().unwrap() {
                let fields = record.as_array().unwrap();
                let subfields: Vec<Vec<Subfield<'_>>> = fields.iter().map(pairs).collect();
                counting.record(views(fields, &subfields));
            }
            let asked = |fault: &CountFault<'_>| case["options"][fault.name()] == Value::Bool(true);
            let mut found: Vec<String> = counting.end().into_iter().filter(asked).map(counted).collect();
            found.sort();
            let errors = case["errors"].as_array().into_iter().flatten();
            let mut expected: Vec<String> =
                errors.map(|error| numbers(error["message"].as_str().unwrap())).collect();
            expected.sort();
            assert_eq!(found, expected, "{case}");
            cases += 1;
        }
    }
    assert_eq!(cases, 4);
}

/// The subfields of a field in the suite: codes and values in turn.
fn pairs(field: &Value) -> Vec<Subfield<'_>> {
    let parts: Vec<&str> =
        field["subfields"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    parts.chunks(2).map(|pair| (pair[0], Some(pair[1].into()))).collect()
}

/// What is counted, whether in records, and both numbers, as [`numbers`] has them.
fn counted(fault: CountFault<'_>) -> String {
    let what = match (fault.id, fault.code) {
        (Some(id), Some(code)) => format!("{id}${code}"),
        (id, _) => id.unwrap_or("records").to_owned(),
    };
    format!(
        "{what} {} {} {}",
        if fault.in_records { "records" } else { "total" },
        fault.expected,
        fault.found
    )
}

/// The same of a message of the suite.
fn numbers(message: &str) -> String {
    let what = message.split('\'').nth(1).unwrap_or("records");
    let all: Vec<&str> = message
        .split(' ')
        .map(|word| word.trim_end_matches(','))
        .filter(|word| word.parse::<u64>().is_ok())
        .collect();
    format!("{what} {} {} {}", if message.contains("total") { "total" } else { "records" }, all[0], all[1])
}

/// The cases of the suite that are about schemas: what is no schema is told, what is one is not.
#[test]
fn the_suite_of_schemas() {
    let Some(corpus) = corpus() else { return };
    let text = fs::read_to_string(corpus.join("avram/suite/schema-suite.json")).unwrap();
    let cases: Value = serde_json::from_str(&text).unwrap();
    let cases_of = |key: &str| cases[key].as_array().unwrap().iter();
    for schema in cases_of("valid") {
        assert_eq!(Schema::check(&schema.to_string()), [], "{schema}");
    }
    for case in cases_of("invalid") {
        assert!(!Schema::check(&case["schema"].to_string()).is_empty(), "{case}");
    }
    assert!(cases_of("valid").count() + cases_of("invalid").count() >= 5);
}

/// The cases of the suite that are about records.
#[test]
fn the_suite_of_the_reference_validator() {
    let Some(corpus) = corpus() else { return };
    let mut cases = 0;
    for name in ["codes", "flags", "indicators", "positions", "types"] {
        let text = fs::read_to_string(corpus.join(format!("avram/suite/{name}.json"))).unwrap();
        let groups: Value = serde_json::from_str(&text).unwrap();
        for group in groups.as_array().unwrap() {
            let rules = Compiled::new(Schema::from_avram(&group["schema"].to_string()).unwrap());
            for case in group["tests"].as_array().unwrap() {
                let record = &case["record"];
                let types = if case["options"]["recordTypes"] == Value::Bool(false) {
                    &Value::Null
                } else {
                    &record["types"]
                };
                let types: Vec<_> =
                    types.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                let fields = record["fields"].as_array().or(record.as_array()).unwrap();
                let off = |kind: FaultKind| case["options"][kind.name()] == Value::Bool(false);
                let mut found = Vec::new();
                let mut keep = |fault: &Fault<'_>| {
                    if !off(fault.kind) {
                        found.push(told(fault, true));
                    }
                };
                let mut validation = Validation::new(&rules, Mode::AVRAM);
                validation.begin();
                for (index, field) in fields.iter().enumerate() {
                    let view = FieldView {
                        tag: field["tag"].as_str().unwrap(),
                        occurrence: field["occurrence"].as_str(),
                        indicators: [field["indicator1"].as_str(), field["indicator2"].as_str()],
                        value: field["value"].as_str(),
                        subfields: &[],
                    };
                    validation.field(&view, index, &types, &mut keep);
                }
                validation.end(|_| false, &mut keep);
                if case["options"]["undefinedCodelist"] == Value::Bool(true) {
                    for name in rules.undefined_lists() {
                        found.push(line([Some("undefinedCodelist"), None, None, None, None, Some(name)]));
                    }
                }
                found.sort();
                let empty = Value::Array(Vec::new());
                let errors = if case["errors"].is_null() { &empty } else { &case["errors"] };
                assert_eq!(found, theirs(errors, true), "{name}: {case}");
                cases += 1;
            }
        }
    }
    assert!(cases >= 12, "{cases}");
}

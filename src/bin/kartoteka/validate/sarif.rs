//! SARIF 2.1.0, the form that code hosts take.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

use kartoteka::{Code, Severity};
use serde_json::{Map, Value, json};

use super::found::Found;
use super::{Sheet, Totals};

/// How many results code hosts take of one run.
const MOST_RESULTS: u64 = 25_000;

/// How many findings are listed if nobody says how many: room is left for a result for each rule that tells how many
/// more there are.
pub(super) fn most_findings(rules: &[Code]) -> u64 {
    MOST_RESULTS.saturating_sub(rules.len() as u64)
}

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Writes results as they come; what is said of the run stands behind them.
pub(super) struct Sarif {
    rules: Vec<Code>,
    index: HashMap<Code, usize>,
    results: u64,
}

impl Sarif {
    pub(super) fn new(rules: &[Code]) -> Sarif {
        let index = rules.iter().enumerate().map(|(index, code)| (*code, index)).collect();
        Sarif { rules: rules.to_vec(), index, results: 0 }
    }

    fn put(&mut self, result: &Value, out: &mut String) {
        if self.results > 0 {
            out.push(',');
        }
        self.results = self.results.saturating_add(1);
        _ = write!(out, "\n{result}");
    }

    /// A result that stands for many that are not listed.
    fn remainder(&mut self, code: Code, count: u64, file: Option<&str>, out: &mut String) {
        let text = format!("… and {count} more findings of this kind, which are not listed");
        let mut result = json!({
            "ruleId": code.id(),
            "ruleIndex": self.index.get(&code),
            "level": level(code.severity()),
            "message": {"text": text},
            "partialFingerprints": {"recordField/v1": format!("remainder-{code}")},
            "properties": {"findings": count},
        });
        if let Some(file) = file {
            let place = json!([{"physicalLocation": {"artifactLocation": {"uri": uri(file)}}}]);
            set(&mut result, "locations", place);
        }
        self.put(&result, out);
    }
}

impl Sheet for Sarif {
    fn begin(&mut self, out: &mut String) {
        let rules: Vec<Value> = self.rules.iter().map(|code| rule(*code)).collect();
        let driver = json!({
            "name": "kartoteka",
            "version": env!("CARGO_PKG_VERSION"),
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "informationUri": "https://docs.rs/kartoteka",
            "rules": rules,
        });
        _ = write!(
            out,
            r#"{{"$schema":"{SCHEMA}","version":"2.1.0","runs":[{{"tool":{{"driver":{driver}}},"#
        );
        out.push_str(r#""columnKind":"unicodeCodePoints","results":["#);
    }

    fn finding(&mut self, found: &Found<'_>, out: &mut String) {
        let finding = found.finding;
        let mut physical = json!({"artifactLocation": {"uri": uri(found.file)}});
        if let Some(region) = region(found) {
            set(&mut physical, "region", region);
        }
        let index = finding.location.record.record;
        let path = found.path();
        let name =
            if path.is_empty() { format!("record[{index}]") } else { format!("record[{index}]/{path}") };
        let kind = if path.is_empty() { "object" } else { "member" };
        let mut logical = json!({"fullyQualifiedName": name, "kind": kind});
        let id = found.id();
        if let Some(id) = &id {
            set(&mut logical, "name", json!(id));
        }
        let message = match id {
            Some(id) => format!("{} (record {}, {id})", found.message(), index.saturating_add(1)),
            None => format!("{} (record {})", found.message(), index.saturating_add(1)),
        };
        let result = json!({
            "ruleId": finding.code.id(),
            "ruleIndex": self.index.get(&finding.code),
            "level": level(finding.severity()),
            "message": {"text": message},
            "locations": [{"physicalLocation": physical, "logicalLocations": [logical]}],
            "partialFingerprints": {"recordField/v1": format!("{:016x}", found.fingerprint())},
        });
        self.put(&result, out);
    }

    fn end(&mut self, totals: &Totals, out: &mut String) {
        for (code, count) in &totals.unlisted {
            let file = totals.files.iter().find(|file| file.report.count(*code) > 0);
            self.remainder(*code, *count, file.map(|file| file.name.as_str()), out);
        }
        let fails = totals.report.at_least(totals.fail_on) > 0;
        let failures = &totals.failures;
        let mut invocation = json!({
            "executionSuccessful": failures.is_empty(),
            "exitCode": if failures.is_empty() { i32::from(fails) } else { 2 },
        });
        if !failures.is_empty() {
            let notes: Vec<Value> =
                failures.iter().map(|why| json!({"level": "error", "message": {"text": why}})).collect();
            set(&mut invocation, "toolExecutionNotifications", Value::from(notes));
        }
        let artifacts: Vec<Value> =
            totals.files.iter().map(|file| json!({"location": {"uri": uri(&file.name)}})).collect();
        let counts: Map<String, Value> =
            totals.report.iter().map(|(code, count)| (code.id().to_owned(), json!(count))).collect();
        let unlisted: Map<String, Value> =
            totals.unlisted.iter().map(|(code, count)| (code.id().to_owned(), json!(count))).collect();
        let properties = json!({
            "records": totals.records(),
            "recordsUnreadable": totals.unreadable(),
            "recordsWithFindings": totals.with_findings(),
            "findings": counts,
            "notListed": unlisted,
        });
        _ = write!(out, "\n],\"artifacts\":{},", Value::from(artifacts));
        _ = writeln!(out, r#""invocations":[{invocation}],"properties":{properties}}}]}}"#);
    }
}

/// Adds a member to an object.
fn set(object: &mut Value, key: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(key.to_owned(), value);
    }
}

fn rule(code: Code) -> Value {
    let layer = match code.id().as_bytes().first() {
        Some(b'B') => "structure",
        Some(b'E') => "encoding",
        Some(b'L') => "leader",
        _ => "writing",
    };
    json!({
        "id": code.id(),
        "name": code.name(),
        "shortDescription": {"text": code.summary()},
        "fullDescription": {"text": paragraph(code)},
        "help": {"text": code.page(), "markdown": code.page()},
        "helpUri": format!("https://docs.rs/kartoteka/latest/kartoteka/enum.Code.html#variant.{code:?}"),
        "defaultConfiguration": {"level": level(code.severity())},
        "properties": {"tags": [layer]},
    })
}

/// What is behind a finding: the first paragraph of its page below heading and summary.
fn paragraph(code: Code) -> &'static str {
    let text = code.page().split("\n\n").nth(2).unwrap_or(code.summary());
    text.trim()
}

fn level(severity: Severity) -> &'static str {
    severity.name()
}

/// Where it is: lines and columns in text, bytes elsewhere.
fn region(found: &Found<'_>) -> Option<Value> {
    let location = &found.finding.location;
    if !found.bytes.is_text {
        return Some(json!({"byteOffset": location.byte, "byteLength": location.len}));
    }
    if location.line == 0 {
        return None;
    }
    let mut region = json!({"startLine": location.line});
    if let Some((offset, len)) = found.bytes.find(location).filter(|_| location.byte != location.record.byte)
    {
        let column = found.bytes.column(offset);
        set(&mut region, "startColumn", json!(column.saturating_add(1)));
        let (start, line) = found.bytes.line(offset);
        let end = offset.saturating_add(len).min(start.saturating_add(line.len()));
        if end > offset {
            set(&mut region, "endColumn", json!(found.bytes.column(end).saturating_add(1)));
        }
    }
    Some(region)
}

/// A path as a URI: relative as it is, or `file:` if it is absolute.
fn uri(path: &str) -> String {
    let mut uri = if Path::new(path).is_absolute() { "file://".to_owned() } else { String::new() };
    for byte in path.replace('\\', "/").bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => _ = write!(uri, "%{byte:02X}"),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    #[test]
    fn paths_as_uris() {
        assert_eq!(super::uri("data/books 1.mrc"), "data/books%201.mrc");
        assert_eq!(super::uri("книга.mrc"), "%D0%BA%D0%BD%D0%B8%D0%B3%D0%B0.mrc");
    }
}

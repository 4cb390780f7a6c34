//! SARIF 2.1.0, the form that code hosts take.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::{Report, uri};
use crate::finding::{Rule, Severity, counted};
use crate::validate::{Found, Totals};

/// How many results code hosts take of one run.
const MOST_RESULTS: u64 = 25_000;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// SARIF 2.1.0. Results are written as they come, and what is said of the run after them.
#[derive(Debug)]
pub struct Sarif {
    rules: Vec<(Rule, Severity)>,
    index: HashMap<Rule, usize>,
    results: u64,
    /// Findings by file and rule, if they are not written one by one.
    groups: Option<BTreeMap<(String, Rule), Group>>,
}

/// The findings of a rule in a file.
#[derive(Debug, Default)]
struct Group {
    message: String,
    examples: Vec<Value>,
}

/// How many places of a group are listed.
const EXAMPLES: usize = 10;

impl Sarif {
    /// Makes a report about the rules that a validator looks for: see [`Validator::totals`](crate::validate::Validator).
    pub fn new(totals: &Totals) -> Sarif {
        let index = totals.rules.iter().enumerate().map(|(index, rule)| (*rule, index)).collect();
        let rules = totals.rules.iter().map(|rule| (*rule, totals.severity(*rule))).collect();
        Sarif { rules, index, results: 0, groups: None }
    }

    /// Sets whether there is one result for each rule and file, with the number of findings and the first ten places,
    /// instead of one for each finding: for large files. Default: false.
    #[must_use]
    pub fn grouped(mut self, yes: bool) -> Sarif {
        self.groups = yes.then(BTreeMap::new);
        self
    }

    /// Writes the groups, with the numbers of all findings, listed or not.
    fn groups(&mut self, totals: &Totals, out: &mut String) {
        let mut groups = self.groups.take().unwrap_or_default();
        for file in &totals.files {
            for (rule, count) in file.tally.iter().filter(|(_, count)| *count > 0) {
                let group = groups.remove(&(file.name.clone(), rule)).unwrap_or_default();
                let example = match group.message.as_str() {
                    "" => rule.summary().to_owned(),
                    message if count == 1 => message.to_owned(),
                    message => format!("such as: {message}"),
                };
                let mut examples = group.examples.into_iter();
                let whole = || json!({"physicalLocation": {"artifactLocation": {"uri": uri(&file.name)}}});
                let mut result = json!({
                    "ruleId": rule.id(),
                    "ruleIndex": self.index.get(&rule),
                    "level": totals.severity_in(file, rule).name(),
                    "message": {"text": format!("{}: {example}", counted(count, "finding"))},
                    "locations": [examples.next().unwrap_or_else(whole)],
                    "partialFingerprints": {"recordField/v1": format!("{rule}-{}", uri(&file.name))},
                    "occurrenceCount": count,
                });
                let related: Vec<Value> = examples.collect();
                if !related.is_empty() {
                    set(&mut result, "relatedLocations", Value::from(related));
                }
                self.put(&result, out);
            }
        }
    }

    /// Returns how many findings may be listed, so that code hosts, which take 25,000 results of one run, take all: room
    /// is left for a result for each rule, with the number of findings that are not listed.
    pub fn most_findings(rules: &[Rule]) -> u64 {
        MOST_RESULTS.saturating_sub(rules.len() as u64)
    }

    fn put(&mut self, result: &Value, out: &mut String) {
        if self.results > 0 {
            out.push(',');
        }
        self.results += 1;
        _ = write!(out, "\n{result}");
    }

    /// A result that stands for many that are not listed.
    fn remainder(&mut self, code: Rule, count: u64, totals: &Totals, out: &mut String) {
        let file = totals.files.iter().find(|file| file.tally.count(code) > 0);
        let text = match count {
            1 => "… and 1 more finding of this kind, which is not listed".to_owned(),
            _ => format!("… and {count} more findings of this kind, which are not listed"),
        };
        let mut result = json!({
            "ruleId": code.id(),
            "ruleIndex": self.index.get(&code),
            "level": totals.severity(code).name(),
            "message": {"text": text},
            "partialFingerprints": {"recordField/v1": format!("remainder-{code}")},
            "properties": {"findings": count},
        });
        if let Some(file) = file {
            let place = json!([{"physicalLocation": {"artifactLocation": {"uri": uri(&file.name)}}}]);
            set(&mut result, "locations", place);
        }
        self.put(&result, out);
    }
}

impl Report for Sarif {
    fn begin(&mut self, out: &mut String) {
        let rules: Vec<Value> = self.rules.iter().map(|(one, severity)| rule(*one, *severity)).collect();
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
        let record = finding.location.record;
        let (of, index) = match record.number() {
            Some(_) => ("record", record.record),
            None => ("byte", record.byte),
        };
        let path = found.path();
        let name = if path.is_empty() { format!("{of}[{index}]") } else { format!("{of}[{index}]/{path}") };
        let kind = if path.is_empty() { "object" } else { "member" };
        let mut logical = json!({"fullyQualifiedName": name, "kind": kind});
        let id = found.id();
        if let Some(id) = &id {
            set(&mut logical, "name", json!(id));
        }
        let location = json!({"physicalLocation": physical, "logicalLocations": [logical]});
        let message = match id {
            Some(id) => format!("{} (record {}, {id})", found.message(), index + 1),
            None => format!("{} (record {})", found.message(), index + 1),
        };
        if let Some(groups) = &mut self.groups {
            let group = groups.entry((found.file.to_owned(), finding.rule)).or_default();
            if group.examples.is_empty() {
                group.message = message;
            }
            if group.examples.len() < EXAMPLES {
                group.examples.push(location);
            }
            return;
        }
        let result = json!({
            "ruleId": finding.rule.id(),
            "ruleIndex": self.index.get(&finding.rule),
            "level": found.severity.name(),
            "message": {"text": message},
            "locations": [location],
            "partialFingerprints": {"recordField/v1": format!("{:016x}", found.fingerprint())},
        });
        self.put(&result, out);
    }

    fn end(&mut self, totals: &Totals, out: &mut String) {
        if self.groups.is_some() {
            self.groups(totals, out);
        } else {
            for (rule, count) in &totals.unlisted {
                self.remainder(*rule, *count, totals, out);
            }
        }
        let failures = &totals.failures;
        let mut invocation = json!({
            "executionSuccessful": failures.is_empty(),
            "exitCode": totals.exit_status(),
        });
        if !failures.is_empty() {
            let notes: Vec<Value> =
                failures.iter().map(|why| json!({"level": "error", "message": {"text": why}})).collect();
            set(&mut invocation, "toolExecutionNotifications", Value::from(notes));
        }
        let artifacts: Vec<Value> =
            totals.files.iter().map(|file| json!({"location": {"uri": uri(&file.name)}})).collect();
        let counts: Map<String, Value> =
            totals.tally.iter().map(|(code, count)| (code.id().to_owned(), json!(count))).collect();
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

/// The address of the page of a rule.
fn help_uri(rule: Rule) -> String {
    let constant = rule.name().to_ascii_uppercase().replace('-', "_");
    format!("https://docs.rs/kartoteka/latest/kartoteka/rules/constant.{constant}.html")
}

fn rule(code: Rule, severity: Severity) -> Value {
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
        "helpUri": help_uri(code),
        "defaultConfiguration": {"level": severity.name()},
        "properties": {"tags": [layer]},
    })
}

/// The explanation of a rule: the first paragraph of its page below heading and summary.
fn paragraph(code: Rule) -> &'static str {
    let text = code.page().split("\n\n").nth(2).unwrap_or(code.summary());
    text.trim()
}

/// Where it is: lines and columns in text, bytes elsewhere.
fn region(found: &Found<'_>) -> Option<Value> {
    let location = &found.finding.location;
    if !found.window.is_text {
        // Code hosts ask for a line: to them such a file is one.
        return Some(json!({"startLine": 1, "byteOffset": location.byte, "byteLength": location.len}));
    }
    if location.line == 0 {
        return None;
    }
    let mut region = json!({"startLine": location.line});
    if let Some((offset, len)) = found.window.find(location).filter(|_| location.byte != location.record.byte)
    {
        let column = found.window.column(offset);
        set(&mut region, "startColumn", json!(column + 1));
        let (start, line) = found.window.line(offset);
        let end = (offset + len).min(start + line.len());
        if end > offset {
            set(&mut region, "endColumn", json!(found.window.column(end) + 1));
        }
    }
    Some(region)
}

#[cfg(test)]
mod tests {
    #[test]
    fn paths_as_uris() {
        use super::uri;
        assert_eq!(uri("data/books 1.mrc"), "data/books%201.mrc");
        assert_eq!(uri("книга.mrc"), "%D0%BA%D0%BD%D0%B8%D0%B3%D0%B0.mrc");
    }
}

//! What a crosswalk did with the values of records, in words and as JSON.

use std::fmt::Write as _;

#[cfg(feature = "json")]
use super::object::{Object, object};
use super::style::printable;
#[cfg(feature = "json")]
use crate::crosswalk::{Account, Entry};
use crate::crosswalk::{Coverage, Crosswalk, Map, Untouched, Values};
#[cfg(feature = "json")]
use crate::record::RecordRef;

/// Appends a JSON object and a line end: what happened to the values of the record `source`, which became `made`.
#[cfg(feature = "json")]
pub fn account_json(source: RecordRef<'_>, made: RecordRef<'_>, account: &Account, out: &mut String) {
    let entry = |entry: &Entry, line: &mut Object<'_>| {
        line.text("path", &entry.path);
        line.text("value", &entry.value);
        line.text("rule", &entry.rule);
    };
    object(out, |line| {
        match source.position().number() {
            Some(number) => line.number("record", number),
            None => line.raw("record", "null"),
        }
        match source.mfn() {
            Some(mfn) => line.number("mfn", u64::from(mfn)),
            None => line.raw("mfn", "null"),
        }
        line.optional("id", made.control_number().map(|id| id.to_str_lossy()).as_deref());
        let Values { mapped, used, kept, dropped, empty } = account.values;
        line.object("values", |counts| {
            counts.number("mapped", mapped);
            counts.number("used", used);
            counts.number("kept", kept);
            counts.number("dropped", dropped);
            counts.number("empty", empty);
        });
        line.number("total", account.values.total());
        line.list("kept", &account.kept, entry);
        line.list("dropped", &account.dropped, entry);
    });
    out.push('\n');
}

/// Returns a line with the counts of a crosswalk, such as `irbis-marc21: 20 values: 18 (90.0 %) mapped, …`; `lost` values
/// were dropped and no rule names them.
///
/// # Example
/// ```
/// use kartoteka::crosswalk::Values;
/// use kartoteka::report::values_line;
///
/// let line = values_line("irbis-marc21", Values::default(), 2);
/// assert!(line.starts_with("irbis-marc21: 0 values: 0 (0.0 %) mapped, ") && line.ends_with("; 2 of those dropped are named by no rule"));
/// ```
pub fn values_line(name: &str, values: Values, lost: u64) -> String {
    let total = values.total().max(1);
    let share = |part: u64| {
        let permille = part.saturating_mul(1000) / total;
        format!("{part} ({}.{} %)", permille / 10, permille % 10)
    };
    let mut text = format!(
        "{name}: {} values: {} mapped, {} used, {} kept, {} dropped, {} empty",
        values.total(),
        share(values.mapped),
        share(values.used),
        share(values.kept),
        share(values.dropped),
        share(values.empty),
    );
    if lost > 0 {
        text.push_str(&format!("; {lost} of those dropped are named by no rule"));
    }
    text
}

/// Returns the built-in maps, a line each: name, formats, number of rules.
///
/// # Example
/// ```
/// assert!(kartoteka::report::crosswalks_text().contains("irbis-marc21"));
/// ```
pub fn crosswalks_text() -> String {
    let line = |crosswalk: Crosswalk| {
        let map = crosswalk.map();
        let (source, target, rules) = (map.source.name(), map.target.name(), map.rules.len());
        format!("{:15} {source:8} {target:8} {rules} rules\n", map.name)
    };
    Crosswalk::names().filter_map(Crosswalk::builtin).map(line).collect()
}

/// Returns a table of the values that a map leaves, safe to print on a terminal; `reached` rules of the map took one.
pub fn coverage_text(coverage: &Coverage<'_>, map: &Map, reached: usize) -> String {
    let mut text =
        format!("{:9} {:>8} {:>8}  {:8} {:20} example\n", "what", "values", "records", "path", "rule");
    for row in &coverage.rows() {
        let example: String = row.example.chars().take(40).collect();
        let (path, rule) = (printable(&row.path), printable(&row.rule));
        let (what, values, records, example) = (what(row), row.values, row.records, printable(&example));
        // Writing to a string does not fail.
        let _ = writeln!(text, "{what:9} {values:>8} {records:>8}  {path:8} {rule:20} {example}");
    }
    let (records, rules) = (coverage.records, map.rules.len());
    let _ = writeln!(text, "{records} records; {reached} of {rules} rules reached");
    text + &values_line(&map.name, coverage.values, 0) + "\n"
}

/// Returns a JSON object a line for the values that a map leaves.
#[cfg(feature = "json")]
pub fn coverage_json(coverage: &Coverage<'_>) -> String {
    let mut text = String::new();
    for row in &coverage.rows() {
        object(&mut text, |line| {
            line.text("example", &row.example);
            line.text("path", &row.path);
            line.number("records", row.records);
            line.text("rule", &row.rule);
            line.number("values", row.values);
            line.text("what", what(row));
        });
        text.push('\n');
    }
    text
}

/// Returns what happens to these values.
fn what(row: &Untouched) -> &'static str {
    match (row.unnamed, row.kept) {
        (true, _) => "untouched",
        (false, true) => "kept",
        (false, false) => "dropped",
    }
}

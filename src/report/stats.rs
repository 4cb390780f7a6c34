//! Statistics, in a table for people or as JSON lines.

#[cfg(feature = "json")]
use super::object::object;
use super::style::{Role, Style, printable};
use crate::bytes::Cut;
use crate::stats::Stats;

/// Returns the sums, then a line for each field and subfield, safe to print on a terminal.
///
/// # Example
/// ```
/// use kartoteka::report::{Style, stats_text};
/// use kartoteka::{Record, Stats, StatsOptions};
///
/// let mut stats = Stats::new(StatsOptions::new());
/// stats.add(Record::builder().control_field("001", "kart0001").build()?.view());
/// let text = stats_text(&stats, Style::plain());
/// assert!(text.starts_with("records   1\nfields    1\nsubfields 0\n"), "{text}");
/// # Ok::<(), kartoteka::Error>(())
/// ```
pub fn stats_text(stats: &Stats, style: Style) -> String {
    let mut out = String::new();
    let sums = [("records", stats.records()), ("fields", stats.fields()), ("subfields", stats.subfields())];
    for (name, sum) in sums {
        out.push_str(&format!("{name:9} {sum}\n"));
    }
    if stats.unlisted() > 0 {
        out.push_str(&format!("{:9} {} fields with other tags\n", "beside", stats.unlisted()));
    }
    let rows: Vec<_> = stats.elements().collect();
    if rows.is_empty() {
        return out;
    }
    let width = rows.iter().map(|row| row.occurrences.to_string().len()).max().unwrap_or_default().max(11);
    out.push_str(&format!(
        "\n{:8}{:>9}  {:>width$}  most  {:>13}  samples\n",
        "element", "records", "occurrences", "length"
    ));
    for row in rows {
        let name = match row.code {
            Some(code) => format!("  ${code}"),
            None => row.tag.to_string(),
        };
        let role = if row.code.is_some() { Role::Code } else { Role::Tag };
        style.paint(role, &format!("{:8}", printable(&name)), &mut out);
        let length = match row.longest {
            0 if row.samples.is_empty() => String::new(),
            longest => format!("{}-{longest}", row.shortest),
        };
        out.push_str(&format!(
            "{:>9}  {:>width$}  {:>4}  {length:>13}",
            row.records, row.occurrences, row.most
        ));
        let samples: Vec<_> = row.samples.iter().map(|sample| short(sample)).collect();
        if !samples.is_empty() {
            out.push_str("  ");
            style.paint(Role::Faint, &printable(&samples.join(" · ")), &mut out);
        }
        out.push('\n');
        for (value, count) in &row.values {
            let mark = if row.values_missed > 0 { "≥" } else { "" };
            out.push_str(&format!("{:8}{:>9}  {}\n", "", format!("{mark}{count}"), printable(&short(value))));
        }
    }
    out
}

/// Returns as much of a value as fits into a line.
fn short(value: &str) -> String {
    const MOST: usize = 30;
    match value.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", value.cut(..at)),
        None => value.to_owned(),
    }
}

/// Returns a JSON object with the sums, and one for each field and subfield, a line each.
#[cfg(feature = "json")]
pub fn stats_json(stats: &Stats) -> String {
    let mut out = String::new();
    object(&mut out, |sums| {
        sums.number("records", stats.records());
        sums.number("fields", stats.fields());
        sums.number("subfields", stats.subfields());
    });
    out.push('\n');
    for row in stats.elements() {
        object(&mut out, |line| {
            line.text("tag", &row.tag.to_string());
            if let Some(code) = row.code {
                line.text("code", code.encode_utf8(&mut [0; 4]));
            }
            line.number("records", row.records);
            line.number("occurrences", row.occurrences);
            line.number("most", u64::from(row.most));
            line.number("shortest", u64::from(row.shortest));
            line.number("longest", u64::from(row.longest));
            line.value("samples", &row.samples);
            if !row.values.is_empty() {
                line.value("values", &row.values);
            }
            if row.values_missed > 0 {
                line.number("values_missed", row.values_missed);
            }
        });
        out.push('\n');
    }
    out
}

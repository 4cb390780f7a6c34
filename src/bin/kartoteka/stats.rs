//! `stats`: which fields and subfields there are.

use kartoteka::{Element, Stats, StatsOptions};
use serde::Serialize;

use crate::args::{Form, StatsCommand};
use crate::failure::{Failure, Outcome};
use crate::input::Run;
use crate::output::Sink;
use crate::terminal::{Role, Style, printable};
use crate::work::Seen;

pub(crate) fn run(options: &StatsCommand) -> Result<Outcome, Failure> {
    let mut run = Run::new(&options.reading, false)?;
    let counted = StatsOptions::new().samples(options.samples).seed(options.seed).values(options.values);
    let mut stats = Stats::new(counted);
    for (number, path) in options.reading.inputs.iter().enumerate() {
        let mut input = run.open(path)?;
        let add = |made: &mut Option<Stats>, seen: Seen<'_>| {
            let stats = made.get_or_insert_with(|| {
                let mut stats = Stats::new(counted);
                stats.begin_input(number as u64);
                stats
            });
            if let Some(record) = seen.record {
                stats.add(record.view());
            }
        };
        let left = match options.values {
            0 => run.each_record(&mut input, options.jobs, add, |_| Ok(()))?,
            // Of many values the rarest are forgotten, and which they are depends on what is merged with what: not on
            // the number of threads, if it is batch by batch. All else adds up in any order.
            _ => run.each_batch(&mut input, options.jobs, add, |made| {
                made.take().into_iter().for_each(|made| stats.merge(made));
                Ok(())
            })?,
        };
        left.into_iter().flatten().for_each(|made| stats.merge(made));
    }
    let outcome = run.finish();
    let text = match options.format {
        Form::Text => table(&stats, Style::of_stdout(options.reading.talk.color)),
        Form::Json => lines(&stats),
    };
    Sink::stdout()?.put(text.as_bytes())?;
    Ok(outcome)
}

/// For people: the sums, then a line for each field and subfield.
fn table(stats: &Stats, style: Style) -> String {
    let mut out = String::new();
    let sums = [("records", stats.records()), ("fields", stats.fields()), ("subfields", stats.subfields())];
    for (name, sum) in sums {
        out.push_str(&format!("{name:9} {sum}\n"));
    }
    if stats.untold() > 0 {
        out.push_str(&format!("{:9} {} fields with other tags\n", "beside", stats.untold()));
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

/// A value as far as it fits into a line.
fn short(value: &str) -> String {
    const MOST: usize = 30;
    match value.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", value.get(..at).unwrap_or_default()),
        None => value.to_owned(),
    }
}

#[derive(Serialize)]
struct Sums {
    records: u64,
    fields: u64,
    subfields: u64,
}

#[derive(Serialize)]
struct Line<'s> {
    tag: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<char>,
    records: u64,
    occurrences: u64,
    most: u32,
    shortest: u32,
    longest: u32,
    samples: &'s [&'s str],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    values: &'s [(&'s str, u64)],
    #[serde(skip_serializing_if = "is_zero")]
    values_missed: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "what serde calls takes a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// For programs: a line with the sums, and one for each field and subfield.
fn lines(stats: &Stats) -> String {
    let sums = Sums { records: stats.records(), fields: stats.fields(), subfields: stats.subfields() };
    let mut out = serde_json::to_string(&sums).unwrap_or_default();
    out.push('\n');
    for row in stats.elements() {
        out.push_str(&line(&row));
        out.push('\n');
    }
    out
}

fn line(row: &Element<'_>) -> String {
    let line = Line {
        tag: row.tag.to_string(),
        code: row.code,
        records: row.records,
        occurrences: row.occurrences,
        most: row.most,
        shortest: row.shortest,
        longest: row.longest,
        samples: &row.samples,
        values: &row.values,
        values_missed: row.values_missed,
    };
    serde_json::to_string(&line).unwrap_or_default()
}

//! `count`: how many records there are, or how often which values.

use std::collections::HashMap;

use kartoteka::{FieldPath, Record};

use crate::args::Count;
use crate::failure::{Failure, Outcome};
use crate::input::{Next, Run};
use crate::output::Sink;
use crate::work::PerThread;

pub(crate) fn run(options: &Count) -> Result<Outcome, Failure> {
    if let Some(path) = &options.by {
        return by(options, path);
    }
    let mut run = Run::new(&options.reading, false)?;
    let mut record = Record::new();
    let mut counts = Vec::new();
    for path in &options.reading.inputs {
        let mut input = run.open(path)?;
        let mut count = 0u64;
        if options.jobs.is_one() {
            while !matches!(run.next(&mut input, &mut record)?, Next::End) {
                count = count.saturating_add(1);
            }
        } else {
            let add = |made: &mut u64, _: crate::work::Seen<'_>| *made = made.saturating_add(1);
            let counts = run.each_record(&mut input, options.jobs, add, |_| Ok(()))?;
            count = counts.into_iter().fold(0, u64::saturating_add);
        }
        counts.push((count, input.name));
    }
    let outcome = run.finish();
    Sink::stdout()?.put(lines(counts).as_bytes())?;
    Ok(outcome)
}

/// The values at a path, and how often each is there; the most frequent first.
fn by(options: &Count, path: &str) -> Result<Outcome, Failure> {
    let path: FieldPath = path.parse().map_err(|error| Failure::at(format_args!("{path:?}"), error))?;
    let mut run = Run::new(&options.reading, false)?;
    let asked = options.asking.options();
    let counts = PerThread::<HashMap<String, u64>>::new(options.jobs);
    for input in &options.reading.inputs {
        let mut input = run.open(input)?;
        run.each_record(
            &mut input,
            options.jobs,
            |(), seen| {
                let (Some(record), Some(mut counts)) = (seen.record, counts.own()) else { return };
                for found in record.select_with(&path, asked) {
                    let value = found.to_str_lossy();
                    match counts.get_mut(value.as_ref()) {
                        Some(count) => *count = count.saturating_add(1),
                        None => {
                            counts.insert(value.into_owned(), 1);
                        }
                    }
                }
            },
            |()| Ok(()),
        )?;
    }
    let mut all = HashMap::new();
    for mut counts in counts.all() {
        // The few go to the many.
        if counts.len() > all.len() {
            std::mem::swap(&mut counts, &mut all);
        }
        for (value, more) in counts {
            let count = all.entry(value).or_default();
            *count = u64::saturating_add(*count, more);
        }
    }
    let mut rows: Vec<(String, u64)> = all.into_iter().collect();
    rows.sort_unstable_by(|(value, count), (other, more)| more.cmp(count).then_with(|| value.cmp(other)));
    rows.truncate(options.top.unwrap_or(usize::MAX));
    let mut text = String::new();
    for (value, count) in rows {
        text.push_str(&format!("{count}\t"));
        // A value is a line.
        value.chars().for_each(|character| match character {
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\\' => text.push_str("\\\\"),
            other => text.push(other),
        });
        text.push('\n');
    }
    let outcome = run.finish();
    Sink::stdout()?.put(text.as_bytes())?;
    Ok(outcome)
}
/// One number, or a line for each input and one for all.
fn lines(mut counts: Vec<(u64, String)>) -> String {
    if let [(count, _)] = counts.as_slice() {
        return format!("{count}\n");
    }
    let total = counts.iter().fold(0u64, |total, (count, _)| total.saturating_add(*count));
    counts.push((total, "total".to_owned()));
    let width = total.to_string().len();
    counts.iter().map(|(count, name)| format!("{count:>width$} {name}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn as_wc_does() {
        assert_eq!(lines(vec![(8, "a".to_owned())]), "8\n");
        let two = vec![(8, "a".to_owned()), (10, "b".to_owned())];
        assert_eq!(lines(two), " 8 a\n10 b\n18 total\n");
    }
}

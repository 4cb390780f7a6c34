//! `count`: how many records there are.

use kartoteka::Record;

use crate::args::Count;
use crate::failure::{Failure, Outcome};
use crate::input::{Next, Run};
use crate::output::Sink;

pub(crate) fn run(options: &Count) -> Result<Outcome, Failure> {
    let mut run = Run::new(&options.reading, false)?;
    let mut record = Record::new();
    let mut counts = Vec::new();
    for path in &options.reading.inputs {
        let mut input = run.open(path)?;
        let mut count = 0u64;
        while !matches!(run.next(&mut input, &mut record)?, Next::End) {
            count = count.saturating_add(1);
        }
        counts.push((count, input.name));
    }
    let outcome = run.finish();
    Sink::stdout()?.put(lines(counts).as_bytes())?;
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

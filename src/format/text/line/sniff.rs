//! Evidence for the line format in the first bytes of an input.

use crate::format::text::kit::{first_lines, is_leader_line};
use crate::format::verdict::{Confidence, Sample, Verdict, miss};

/// Returns whether a line begins with a tag and a blank.
fn is_tag_line(line: &[u8]) -> bool {
    matches!(line, [a, b, c, b' ', ..] if [a, b, c].into_iter().all(u8::is_ascii_alphanumeric))
}

pub(crate) fn sniff(sample: &Sample<'_>) -> Verdict {
    let sample = sample.content;
    let lines = first_lines(sample);
    let named = |line: &[u8]| line.starts_with(b"LEADER ") || line.starts_with(b"LDR    ");
    let Some((first, rest)) = lines.split_first() else { return miss(0, "it is empty") };
    if !named(first) && !is_leader_line(first) {
        let good = lines.iter().filter(|line| is_tag_line(line)).count();
        let near = if 2 * good > lines.len() { 2 } else { 0 };
        return miss(near, "its first line is no leader");
    }
    let good = rest.iter().filter(|line| is_tag_line(line) || named(line) || is_leader_line(line)).count();
    let reason = format!("a line that is a leader, and {good} of {} that begin with a tag", rest.len());
    match 2 * good >= rest.len() {
        true if good > 0 => Ok((Confidence::Certain, reason)),
        true => Ok((Confidence::Likely, reason)),
        false => miss(3, reason),
    }
}

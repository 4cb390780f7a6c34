//! Evidence for IRBIS exchange text in the first bytes of an input.

use crate::format::verdict::{Confidence, Sample, Verdict, miss};

pub(crate) fn sniff(sample: &Sample<'_>) -> Verdict {
    let sample = sample.content;
    let lines = sample.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let lines: Vec<&[u8]> = lines.take(200).collect();
    let ends = lines.iter().filter(|line| line.starts_with(b"*****")).count();
    let fields = lines.iter().filter(|line| is_field_line(line)).count();
    let (good, all) = (fields + ends, lines.len());
    let reason = format!("{fields} of the first {all} lines are #tag: value, {ends} are *****");
    let begins = lines.first().is_some_and(|line| is_field_line(line));
    if begins && ends > 0 && 10 * good >= 9 * all {
        Ok((Confidence::Certain, reason))
    } else if fields > 0 && 2 * good >= all {
        Ok((Confidence::Likely, reason))
    } else {
        miss(if good > 0 { 2 } else { 0 }, reason)
    }
}

/// Returns whether a line is `#` with a number, and a colon.
fn is_field_line(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"#") else { return false };
    let rest = rest.trim_ascii_start();
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    digits > 0 && rest.get(digits) == Some(&b':')
}

//! Evidence for a text format in the first bytes of an input.

use super::is_blank;
use crate::bytes::Cut;
use crate::format::lines::marks_len;
use crate::format::verdict::{Confidence, Verdict, miss};

/// Returns the first lines that are not blank. The last line, which may be cut, is excluded if there are
/// others.
pub(in crate::format) fn first_lines(sample: &[u8]) -> Vec<&[u8]> {
    let end = memchr::memrchr2(b'\n', b'\r', sample).unwrap_or(sample.len());
    let sample = sample.cut(..end);
    let mut start = 0;
    let ends = memchr::memchr2_iter(b'\n', b'\r', sample).chain([end]);
    let lines = ends.map(|end| sample.cut(std::mem::replace(&mut start, end + 1)..end));
    lines.map(|line| line.cut(marks_len(line)..)).filter(|line| !is_blank(line)).take(200).collect()
}

/// Returns a verdict by the number of lines that are in the format; the first line weighs most.
pub(in crate::format) fn by_lines(sample: &[u8], what: &str, is_one: impl Fn(&[u8]) -> bool) -> Verdict {
    let lines = first_lines(sample);
    let good = lines.iter().filter(|line| is_one(line)).count();
    let reason = format!("{good} of the first {} lines are {what}", lines.len());
    match lines.first().is_some_and(|line| is_one(line)) {
        true if 10 * good >= 9 * lines.len() => Ok((Confidence::Certain, reason)),
        _ if good > 0 && 2 * good >= lines.len() => Ok((Confidence::Likely, reason)),
        _ => miss(if good > 0 { 2 } else { 0 }, reason),
    }
}

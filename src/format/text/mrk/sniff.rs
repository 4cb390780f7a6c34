//! Evidence for MARCMaker text in the first bytes of an input.

use crate::format::text::kit::by_lines;
use crate::format::verdict::{Sample, Verdict};

pub(crate) fn sniff(sample: &Sample<'_>) -> Verdict {
    let sample = sample.content;
    by_lines(sample, "\"=\", a tag and two blanks", |line| {
        let tag = line.strip_prefix(b"=").and_then(|rest| rest.split_first_chunk::<3>());
        tag.is_some_and(|(tag, rest)| {
            tag.iter().all(u8::is_ascii_alphanumeric) && matches!(rest, [] | [b' ', ..])
        })
    })
}

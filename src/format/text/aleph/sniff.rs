//! Evidence for Aleph sequential in the first bytes of an input.

use super::is_aleph_line;
use crate::format::text::kit::by_lines;
use crate::format::verdict::{Sample, Verdict};

pub(crate) fn sniff(sample: &Sample<'_>) -> Verdict {
    let sample = sample.content;
    by_lines(sample, "a number of nine digits, a tag, \"L\" and data", is_aleph_line)
}

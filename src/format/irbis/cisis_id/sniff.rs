//! Evidence for id files in the first bytes of an input.

use crate::format::verdict::{Confidence, Sample, Verdict, miss};

pub(crate) fn sniff(sample: &Sample<'_>) -> Verdict {
    let sample = sample.content;
    let mut lines = sample.split(|byte| *byte == b'\n');
    match (lines.next(), lines.next()) {
        (Some(first), Some(second)) if first.starts_with(b"!ID ") && second.starts_with(b"!v") => {
            Ok((Confidence::Certain, "a line !ID, followed by a line !v".to_owned()))
        }
        (Some(first), _) if first.starts_with(b"!ID ") => Ok((Confidence::Likely, "a line !ID".to_owned())),
        _ => miss(0, "it does not begin with !ID"),
    }
}

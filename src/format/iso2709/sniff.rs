//! Recognition of ISO 2709 by the first bytes of an input.

use super::dialect::begins_diskette;
use super::frame::{could_be_leader, is_leader};
use super::{FIELD_TERMINATOR, RECORD_TERMINATOR};
use crate::format::verdict::{Confidence, Sample, Verdict, miss};
use crate::record::Leader;

pub(crate) fn sniff(sample: &Sample<'_>) -> Verdict {
    let sample = sample.content;
    if is_leader(sample) {
        if matches!(sample.get(Leader::LEN), Some(b'\r' | b'\n')) {
            return miss(2, "its leader is a line of its own, as in line formats");
        }
        let length = Leader::padded(sample).record_length().unwrap_or_default();
        let last = usize::try_from(length).ok().and_then(|length| length.checked_sub(1));
        return Ok(match last.and_then(|last| sample.get(last)) {
            Some(&RECORD_TERMINATOR) => {
                (Confidence::Certain, format!("a leader, and byte 1D where its {length} bytes end"))
            }
            Some(_) => {
                (Confidence::Likely, format!("a leader, though no byte 1D where its {length} bytes end"))
            }
            None => (Confidence::Likely, format!("a leader, of a record of {length} bytes")),
        });
    }
    if begins_diskette(sample) {
        return Ok((
            Confidence::Likely,
            "the mark of a record of MAB2 on its own line, and a tag".to_owned(),
        ));
    }
    if !sample.contains(&FIELD_TERMINATOR) {
        return miss(0, "it does not begin with a leader");
    }
    if could_be_leader(sample) {
        return Ok((Confidence::Possible, "a damaged leader, and bytes that end fields".to_owned()));
    }
    let is_clear = |rest: &[u8]| is_leader(rest) && rest.get(20..22) == Some(b"45");
    match sample.windows(Leader::LEN).position(is_clear) {
        Some(at) => Ok((Confidence::Possible, format!("a leader, after {at} bytes of something else"))),
        None => miss(1, "no leader is in it"),
    }
}

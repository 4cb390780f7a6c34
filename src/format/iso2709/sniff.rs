//! Recognition of ISO 2709 by the first bytes of an input.

use super::dialect::begins_diskette;
use super::frame::{could_be_leader, is_leader};
use super::unwrap::terminators;
use super::{FIELD_TERMINATOR, RECORD_TERMINATOR};
use crate::bytes::Cut;
use crate::format::verdict::{Confidence, Sample, Verdict, miss};
use crate::record::Leader;

/// How many bytes before the first record are passed over.
const BEFORE: usize = 4096;

/// Returns the offset of two records in a row that end where their leaders say, after something else: what no text has.
pub(crate) fn records_after(sample: &[u8]) -> Option<usize> {
    memchr::memchr(FIELD_TERMINATOR, sample)?;
    let is_digit = |at: &usize| sample.get(*at).is_some_and(u8::is_ascii_digit);
    let ends = memchr::memchr_iter(RECORD_TERMINATOR, sample).map(|at| at + 1);
    let mut starts = (1..sample.len().min(BEFORE)).filter(is_digit).chain(ends);
    starts.find(|at| {
        let first = sound_record(sample.cut(*at..));
        first.is_some_and(|length| sound_record(sample.cut(at + length..)).is_some())
    })
}

/// Returns the length of the record at the start of bytes, if it ends where its leader says.
fn sound_record(bytes: &[u8]) -> Option<usize> {
    let length = usize::try_from(Leader::padded(bytes).record_length()?).ok()?;
    let ends = bytes.get(..length)?.ends_with(&[FIELD_TERMINATOR, RECORD_TERMINATOR]);
    (is_leader(bytes) && ends).then_some(length)
}

/// Whether a record of CDS/ISIS with other terminators begins here.
fn other_record(bytes: &[u8]) -> bool {
    let length = Leader::padded(bytes).record_length().and_then(|length| usize::try_from(length).ok());
    let record = length.filter(|_| is_leader(bytes)).and_then(|length| bytes.get(..length));
    record.is_some_and(|record| terminators(record).is_some())
}

pub(crate) fn sniff(sample: &Sample<'_>) -> Verdict {
    let sample = sample.content;
    if is_leader(sample) {
        if matches!(sample.get(Leader::LEN), Some(b'\r' | b'\n')) {
            return miss(2, "its leader is a line of its own, as in line formats");
        }
        if matches!(sample.get(Leader::LEN), Some(b'<' | b'"')) {
            return miss(2, "its leader is followed by the end of a value, as in XML and JSON");
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
        let is_digit = |at: &usize| sample.get(*at).is_some_and(u8::is_ascii_digit);
        let other = (1..sample.len()).filter(is_digit).find(|at| other_record(sample.cut(*at..)));
        return match other {
            Some(at) => Ok((
                Confidence::Possible,
                format!("a record with other terminators, after {at} bytes of something else"),
            )),
            None => miss(0, "it does not begin with a leader"),
        };
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

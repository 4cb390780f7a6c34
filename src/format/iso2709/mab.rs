//! MAB2, the former format of German libraries: a leader, no directory, and fields that begin with their tags.
//!
//! In the exchange form a field is a tag of three digits, one indicator and the data, ended by 1E, and the record by
//! 1D; subfields begin with 1F where there are any. In the diskette form a record is `### ` and its leader on a line,
//! a line for each field, and an empty line.

use memchr::memchr_iter;

use super::{FIELD_TERMINATOR, RECORD_TERMINATOR};
use crate::diagnostic::Findings;
use crate::record::{Slot, Syntax};
use crate::{Code, Leader, Tag};

/// How the bodies are written: one indicator, no field that is only data.
pub(crate) const SYNTAX: Syntax =
    Syntax { delimiter: 0x1F, indicators: 1, fold_codes: false, control_fields: false };

/// What a record in the diskette form begins with.
pub(super) const DISKETTE: &[u8] = b"### ";

/// How many bytes must be seen to tell that a record in the diskette form begins.
pub(super) const HEAD: usize = 80;

/// Whether a record in the diskette form begins here: its mark, a line, and a tag on the next.
pub(crate) fn begins(bytes: &[u8]) -> bool {
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    let Some(line) = memchr::memchr(b'\n', head) else { return false };
    let next = head.get(line.saturating_add(1)..).unwrap_or_default();
    head.starts_with(DISKETTE) && next.len() > 3 && next.iter().take(3).all(u8::is_ascii_digit)
}

/// Whether the leader says that fields follow it at once: base address 24, one indicator.
pub(super) fn is_leader(leader: &Leader) -> bool {
    leader.base_address() == Some(24) && leader.indicator_count() == Some(1)
}

/// Finds the fields of a record in the exchange form. Tells whether all is as it should be.
pub(super) fn record(frame: &[u8], fields: usize, slots: &mut Vec<Slot>, findings: &mut Findings) -> bool {
    let end = match frame.last() {
        Some(&RECORD_TERMINATOR) => frame.len().saturating_sub(1),
        _ => frame.len(),
    };
    let data = frame.get(Leader::LEN..end).unwrap_or_default();
    let mut start = Leader::LEN;
    let mut sound = end < frame.len();
    for stop in memchr_iter(FIELD_TERMINATOR, data).map(|at| at.saturating_add(Leader::LEN)) {
        sound &= field(frame, (start, stop), fields, slots, findings);
        start = stop.saturating_add(1);
    }
    if start < end {
        let message = "no field terminator ends the last field";
        findings.at(Code::FieldUnterminated, (end, 0), message, "kept");
        field(frame, (start, end), fields, slots, findings);
        sound = false;
    }
    sound
}

/// Finds the fields of a record in the diskette form.
pub(super) fn lines(frame: &[u8], fields: usize, slots: &mut Vec<Slot>, findings: &mut Findings) {
    let mut start = 0usize;
    for line in frame.split_inclusive(|byte| *byte == b'\n') {
        let text = line.trim_ascii_end();
        if start > 0 && !text.is_empty() {
            field(frame, (start, start.saturating_add(without_line_end(line))), fields, slots, findings);
        }
        start = start.saturating_add(line.len());
    }
}

fn without_line_end(line: &[u8]) -> usize {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line).len()
}

fn field(
    frame: &[u8],
    (start, end): (usize, usize),
    fields: usize,
    slots: &mut Vec<Slot>,
    findings: &mut Findings,
) -> bool {
    let bytes = frame.get(start..end).unwrap_or_default();
    let (Some((tag, [_, ..])), true) = (bytes.split_first_chunk::<3>(), slots.len() < fields) else {
        let message = "no tag and indicator, or more fields than are allowed";
        findings.at(Code::DataUnclaimed, (start, bytes.len()), message, "left out");
        return false;
    };
    if let (Ok(start), Ok(end)) = (u32::try_from(start.saturating_add(3)), u32::try_from(end)) {
        slots.push(Slot::new(Tag::new(*tag), start, end, false));
    }
    true
}

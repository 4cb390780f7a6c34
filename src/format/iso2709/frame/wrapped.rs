//! The end of a record that is cut into lines or has other terminators.

use super::leader::{LEADER, could_be_leader, is_leader, stated_length};
use crate::bytes::Cut;
use crate::format::iso2709::unwrap::{LONGEST_MARK, Lines, terminators};
use crate::format::iso2709::{FIELD_TERMINATOR, RECORD_TERMINATOR};
use crate::io::Step;

/// Finds the end of such a record. Returns `None` if none begins here.
pub(super) fn wrapped_record(buf: &[u8], eof: bool) -> Option<Step> {
    let missing = |wanted: usize| (buf.len() < wanted && !eof).then_some(Step::Need(wanted));
    if let Some(step) = missing(LEADER + LONGEST_MARK) {
        return Some(step);
    }
    let len = match Lines::leader(buf) {
        Some(leader) => stated_length(&leader).filter(|_| is_leader(&leader))?,
        None => stated_length(buf).filter(|_| could_be_leader(buf))?,
    };
    if let Some(step) = missing(len + LONGEST_MARK) {
        return Some(step);
    }
    let seen = buf.get(..len + LONGEST_MARK).unwrap_or(buf);
    let candidates: Vec<Lines> = Lines::candidates(seen).filter(|lines| lines.first < len).collect();
    if candidates.is_empty() {
        return buf.get(..len).and_then(flat);
    }
    // The line end after the record belongs to it.
    let most = candidates.iter().map(|lines| lines.wrapped(len) + lines.mark.len()).max();
    if let Some(step) = most.and_then(missing) {
        return Some(step);
    }
    let mut plain = Vec::new();
    for lines in candidates.iter().copied() {
        let wrapped = lines.wrapped(len);
        let record = buf.cut(..wrapped);
        if record.len() == wrapped && lines.hold(record) {
            lines.unwrap(record, false, &mut plain, &mut Vec::new());
            if plain.ends_with(&[FIELD_TERMINATOR, RECORD_TERMINATOR]) || terminators(&plain).is_some() {
                return Some(with_line_end(buf, wrapped, lines));
            }
        }
    }
    // A line end may be part of the data of a record without lines.
    if let Some(step) = buf.get(..len).and_then(flat) {
        return Some(step);
    }
    candidates.into_iter().find_map(|lines| {
        let wrapped = lines.padded(buf, len, &mut plain)?;
        terminators(&plain).is_some().then(|| with_line_end(buf, wrapped, lines))
    })
}

/// Ends a record without lines, if it has other terminators where they should be.
fn flat(record: &[u8]) -> Option<Step> {
    terminators(record).filter(|ends| !ends.are_plain()).map(|_| Step::Frame(record.len()))
}

/// Ends a record in lines, together with the line end after it.
fn with_line_end(buf: &[u8], wrapped: usize, lines: Lines) -> Step {
    let more = if buf.cut(wrapped..).starts_with(lines.mark) { lines.mark.len() } else { 0 };
    Step::Frame(wrapped + more)
}

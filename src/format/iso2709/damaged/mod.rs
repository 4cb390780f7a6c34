//! Records that are not sound ones of the MARC family: other dialects, and damage of any kind.
//!
//! First the directory is found, then the fields: by their entries, if those agree with the data, else by their
//! terminators.

#![deny(clippy::arithmetic_side_effects)]

mod assign;
mod directory;
mod report;

use self::assign::assign;
use super::RECORD_TERMINATOR;
use super::dialect::{form_of, syntax_of};
use super::entry::DIRECTORY;
use super::parsed::Parsed;
use super::rules::OVERSIZE;
use crate::bytes::Cut;
use crate::finding::Findings;
use crate::format::rules::LEADER_VALUE;
use crate::io::ReadOptions;
use crate::record::{Leader, Slot};

/// Finds the fields of any record in plain form, and puts them into `slots`.
pub(super) fn parse_damaged(
    body: &[u8],
    options: &ReadOptions,
    slots: &mut Vec<Slot>,
    findings: &mut Findings,
) -> Parsed {
    slots.clear();
    let form = form_of(body, options.dialect);
    let leader = (form.leader)(body);
    let before = findings.list().len();
    let length_agrees = leader.record_length() == u32::try_from(body.len()).ok();
    if let Some(find_fields) = form.fields {
        let sound = find_fields(body, options.limits.fields, slots, findings);
        let (syntax, intact) = (form.syntax, sound && length_agrees);
        return Parsed { leader, syntax, unordered: false, odd: true, escapes: true, intact };
    }
    let end = body.strip_suffix(&[RECORD_TERMINATOR]).unwrap_or(body).len();
    let start = by_directory(body, end, &leader, options, slots, findings);
    let leader = if start == DIRECTORY { leader } else { leader_of(body.cut(..start)) };
    let syntax = syntax_of(body, &leader, form, slots, findings);
    if !syntax.control_fields {
        for slot in slots.iter_mut() {
            *slot = Slot::new(slot.tag, slot.start, slot.end, false);
        }
    }
    // Values of the leader other than lengths do not change the bytes.
    let new = findings.list().cut(before..);
    let harmless = new.iter().all(|finding| finding.rule == LEADER_VALUE) && findings.unlisted().is_empty();
    let intact = harmless && length_agrees && end < body.len();
    Parsed { leader, syntax, unordered: false, odd: true, escapes: true, intact }
}

/// Finds the fields by the directory, whatever happened to it. Returns where its entries begin.
fn by_directory(
    body: &[u8],
    end: usize,
    leader: &Leader,
    options: &ReadOptions,
    slots: &mut Vec<Slot>,
    findings: &mut Findings,
) -> usize {
    let mut directory = directory::find(body, leader, findings);
    if let Some((first, count)) = directory.untangle(body) {
        let (at, width) = directory.entries.get(first).map_or((0, 0), |entry| (entry.at, entry.width));
        let message = format!(
            "five digits cannot say where {count} fields begin, from entry {} on",
            first.saturating_add(1)
        );
        findings.at(OVERSIZE, (at, width), message, "read from the end of the field before it");
    }
    assign(body, end, &directory, options, slots, findings);
    directory.start
}

/// Returns the leader that these bytes were, some more or fewer than 24. One of 24 characters keeps them, those beyond
/// ASCII as `?` or blank; else positions 0 to 16 and 20 to 23 are at its two ends.
fn leader_of(bytes: &[u8]) -> Leader {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    if text.chars().count() == Leader::LEN {
        return Leader::padded(Leader::ascii(text).as_bytes());
    }
    let (first, last) = (bytes.cut(..bytes.len().min(17)), bytes.cut(bytes.len().saturating_sub(4)..));
    let between = bytes.cut(first.len()..bytes.len().saturating_sub(last.len()));
    let mut leader = [b' '; Leader::LEN];
    let middle = between.iter().take(3).zip(17..);
    for (byte, at) in first.iter().zip(0..).chain(middle).chain(last.iter().zip(20..)) {
        if let Some(place) = leader.get_mut(at) {
            *place = *byte;
        }
    }
    Leader::new(leader)
}

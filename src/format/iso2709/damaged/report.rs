//! Where entries and fields do not agree: the findings.

#![expect(clippy::arithmetic_side_effects, reason = "sums of places in a record")]

use super::directory::RawEntry;
use crate::finding::{Findings, counted};
use crate::format::iso2709::entry::{DIRECTORY, Span, characters, length};
use crate::format::iso2709::rules::{
    DATA_UNCLAIMED, DIRECTORY_UNORDERED, FIELD_EMPTY, FIELD_UNTERMINATED, LENGTHS_IN_CHARACTERS, OVERSIZE,
};
use crate::format::iso2709::{FIELD_TERMINATOR, MAX_FIELD, MAX_RECORD};
use crate::format::rules::{DIRECTORY_OVERLAP, FIELD_OUT_OF_BOUNDS};
use crate::tag::Tag;

/// Reports each entry that does not agree with the field that was found for it.
pub(super) fn report(
    body: &[u8],
    end: usize,
    base: usize,
    entries: &[RawEntry],
    found: &[Option<Span>],
    findings: &mut Findings,
) {
    let in_characters = counts_characters(body, entries, found);
    if let Some(index) = in_characters {
        let field = entries.get(index).map_or(Tag::new(*b"000"), |entry| Tag::new(entry.tag));
        let place = entries.get(index).map_or((0, 0), |entry| (entry.at, entry.width));
        let message = "the lengths in the directory count characters, not bytes";
        let action = "fields read to their terminators";
        findings.in_field(LENGTHS_IN_CHARACTERS, (field, index), place, message, action);
    }
    let mut elsewhere: Option<(usize, usize)> = None;
    for (index, (entry, span)) in entries.iter().zip(found).enumerate() {
        let field = (Tag::new(entry.tag), index);
        let Some(span) = *span else {
            let message = "its entry points to no data of the record";
            let place = (entry.at, entry.width);
            findings.in_field(FIELD_OUT_OF_BOUNDS, field, place, message, "field left out");
            continue;
        };
        let (Some(start), Some(len)) = (entry.start, entry.len) else { continue }; // reported with its entry
        let terminated = body.get(span.1) == Some(&FIELD_TERMINATOR);
        let has = length(span) + usize::from(terminated);
        if !terminated || has != len {
            report_length(entry, index, span, (len, has, terminated), in_characters.is_some(), findings);
        } else if base.saturating_add(start) >= end {
            report_outside(entry, index, base.saturating_add(start), findings);
        } else if base.saturating_add(start) != span.0 {
            let (_, count) = elsewhere.get_or_insert((index, 0));
            *count += 1;
        }
    }
    if let (Some((index, count)), None) = (elsewhere, in_characters) {
        let Some(entry) = entries.get(index) else { return };
        let message = match count {
            1 => "its data do not begin where its entry says".to_owned(),
            _ => format!("from here on, the data of {count} fields do not begin where their entries say"),
        };
        let field = (Tag::new(entry.tag), index);
        findings.in_field(FIELD_UNTERMINATED, field, (entry.at, entry.width), message, "read where they are");
    }
}

/// Reports an entry of the right length that points past the data.
fn report_outside(entry: &RawEntry, index: usize, place: usize, findings: &mut Findings) {
    let field = (Tag::new(entry.tag), index);
    let at = (entry.at, entry.width);
    if entry.start.is_some_and(|start| start < MAX_RECORD) {
        let message = format!("its entry points to byte {place} of the record, after its data");
        findings.in_field(FIELD_OUT_OF_BOUNDS, field, at, message, "read where its data are");
    } else {
        let message = "its start does not fit into five digits";
        findings.in_field(OVERSIZE, field, at, message, "read where its data are");
    }
}

/// Reports an entry of `len` bytes whose field has `has` bytes, terminator included if there is one.
fn report_length(
    entry: &RawEntry,
    index: usize,
    span: Span,
    (len, has, terminated): (usize, usize, bool),
    in_characters: bool,
    findings: &mut Findings,
) {
    let field = (Tag::new(entry.tag), index);
    let place = (entry.at, entry.width);
    if len == 0 && span.0 == span.1 {
        findings.in_field(FIELD_EMPTY, field, place, "its entry has the length 0", "kept empty");
        return;
    }
    if has > MAX_FIELD && (len == 0 || len == MAX_FIELD) {
        let message =
            format!("its entry says {len} bytes, the most that four digits can state; it has {has}");
        findings.in_field(OVERSIZE, field, place, message, "read to its terminator");
        return;
    }
    if in_characters {
        return;
    }
    let (message, action) = match terminated {
        true => (format!("its entry says {len} bytes, it has {has}"), "read to its terminator"),
        false if has + 1 == len || has == len => {
            ("no terminator ends it".to_owned(), "read as long as its entry says")
        }
        false => (format!("its entry says {len} bytes, {has} are there and no terminator"), "kept"),
    };
    findings.in_field(FIELD_UNTERMINATED, field, place, message, action);
}

/// Returns the first entry whose length counts characters, if all wrong lengths do.
fn counts_characters(body: &[u8], entries: &[RawEntry], found: &[Option<Span>]) -> Option<usize> {
    let mut first = None;
    for (index, (entry, span)) in entries.iter().zip(found).enumerate() {
        let (stated, span) = (entry.stated()?, (*span)?);
        if stated != length(span) {
            if characters(body, span) != Some(stated) {
                return None;
            }
            first = first.or(Some(index));
        }
    }
    first
}

/// Reports fields that overlap, are in another order than their entries, or leave out data.
pub(super) fn report_coverage(found: &[Option<Span>], base: usize, end: usize, findings: &mut Findings) {
    let mut sorted: Vec<Span> = found.iter().flatten().copied().collect();
    if !sorted.is_sorted() {
        let message = "the fields lie in another order than their entries";
        findings.at(DIRECTORY_UNORDERED, (DIRECTORY, 0), message, "kept the order of the directory");
        sorted.sort_unstable();
    }
    let mut next = base;
    for (start, last) in sorted.into_iter().chain([(end, end)]) {
        if start < next.saturating_sub(1) && start != end {
            findings.at(DIRECTORY_OVERLAP, (start, 0), "two entries point to the same data", "kept both");
        } else if start > next {
            let len = start - next;
            let message = format!("{} of data that no entry points to", counted(len as u64, "byte"));
            findings.at(DATA_UNCLAIMED, (next, len), message, "left out");
        }
        next = next.max(last + 1);
    }
}

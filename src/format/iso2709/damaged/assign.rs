//! Which bytes belong to which entry of a directory.
//!
//! Entries that agree with the data (a terminator before their first byte and at their last) are believed.
//! The bytes between them are cut at the terminators into pieces, and the pieces are aligned with the entries left
//! over by their lengths: a piece that is as long as two entries has lost a terminator, two pieces that are as long
//! as one entry have one too many. Only where no length helps, pieces and entries go together in order.

#![expect(clippy::arithmetic_side_effects, reason = "sums of places in a record")]

use super::directory::{Directory, RawEntry};
use super::report::{report, report_coverage};
use crate::bytes::Cut;
use crate::finding::Findings;
use crate::format::iso2709::entry::{Span, characters, length, pieces};
use crate::format::iso2709::{DELIMITER, FIELD_TERMINATOR, MAX_RECORD};
use crate::io::ReadOptions;
use crate::io::rules::LIMIT_REACHED;
use crate::record::Slot;
use crate::tag::Tag;

/// How many times its bytes a record may become.
const SHARED: usize = 8;

/// How far alignment looks ahead for where lengths and data agree again, in entries and in pieces.
const AHEAD: usize = 6;

/// How many entries one piece, or pieces one entry, may be made of.
const JOINED: usize = 4;

/// Gives each entry of the directory its field, and reports where they did not agree.
pub(super) fn assign(
    body: &[u8],
    end: usize,
    directory: &Directory,
    options: &ReadOptions,
    slots: &mut Vec<Slot>,
    findings: &mut Findings,
) {
    let mut entries = directory.entries.as_slice();
    if let Some((kept, rest)) = entries.split_at_checked(options.limits.fields) {
        if let Some(first) = rest.first() {
            let message = format!("{} fields, {} are allowed", entries.len(), options.limits.fields);
            findings.at(LIMIT_REACHED, (first.at, 0), message, "the rest left out");
            entries = kept;
        }
    }
    let ranges: Vec<Option<Span>> = entries.iter().map(|entry| directory.range(entry, body)).collect();
    let mut found = if ranges.iter().all(Option::is_some) {
        ranges.clone()
    } else {
        let found = resolve(body, end, directory.base, entries, &ranges);
        report(body, end, directory.base, entries, &found, findings);
        found
    };
    report_coverage(&found, directory.base, end, findings);
    bound(body, entries, &mut found, findings);
    for (entry, span) in entries.iter().zip(found) {
        if let Some((start, end)) = span {
            push(slots, entry, start, end);
        }
    }
    if slots.len() < entries.len() {
        // The findings so far count the entries that were left out.
        findings.unplace();
    }
}

/// Leaves out fields that make the record longer than [`SHARED`] times its bytes, as entries that share bytes can.
fn bound(body: &[u8], entries: &[RawEntry], found: &mut [Option<Span>], findings: &mut Findings) {
    let most = body.len().saturating_mul(SHARED);
    let mut made = 0usize;
    let mut first = None;
    for (entry, span) in entries.iter().zip(found) {
        made += span.map_or(0, length);
        if made > most {
            *span = None;
            first = first.or(Some(entry.at));
        }
    }
    if let Some(at) = first {
        let message =
            format!("entries that share bytes make the record longer than {SHARED} times its bytes");
        findings.at(LIMIT_REACHED, (at, 0), message, "the rest left out");
    }
}

fn push(slots: &mut Vec<Slot>, entry: &RawEntry, start: usize, end: usize) {
    let tag = Tag::new(entry.tag);
    if let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(end)) {
        slots.push(Slot::new(tag, start, end, tag.is_control()));
    }
}

/// Finds the fields where some entries do not agree with the data.
fn resolve(
    body: &[u8],
    end: usize,
    base: usize,
    entries: &[RawEntry],
    ranges: &[Option<Span>],
) -> Vec<Option<Span>> {
    let order = order(entries);
    let sequence: Vec<&RawEntry> = order.iter().filter_map(|&index| entries.get(index)).collect();
    let mut anchors: Vec<Option<Span>> =
        order.iter().map(|&index| ranges.get(index).copied().flatten()).collect();
    let agreeing: Vec<Span> = anchors.iter().flatten().copied().collect();
    let cut = cut_field(body, end, base, &sequence, &anchors);
    let ascending = agreeing.windows(2).all(|pair| matches!(pair, [(_, last), (next, _)] if last < next));
    if !ascending || 2 * agreeing.len() < entries.len() && !begins_sound(&anchors) {
        anchors.fill(None);
    }
    if let Some((index, span)) = cut {
        if let Some(anchor) = anchors.get_mut(index) {
            *anchor = Some(span);
        }
    }
    let mut found = anchors.clone();
    // Between two anchors: the entries that agree with nothing, and the pieces that nobody has.
    let mut first = 0usize;
    let mut from = base;
    while first < sequence.len() {
        let next = (first..sequence.len()).find(|&at| anchors.get(at).is_some_and(Option::is_some));
        let (last, to, after) = match next.and_then(|at| Some((at, (*anchors.get(at)?)?))) {
            Some((at, (start, stop))) => (at, start, stop + 1),
            None => (sequence.len(), end, end),
        };
        if last > first {
            let pieces = pieces(body, from, to.min(end));
            let spans = align(body, sequence.cut(first..last), &pieces, from);
            for (place, span) in found.iter_mut().skip(first).zip(spans) {
                *place = span;
            }
        }
        from = after;
        first = last + 1;
    }
    let mut by_entry = vec![None; entries.len()];
    for (&index, span) in order.iter().zip(found) {
        if let Some(place) = by_entry.get_mut(index) {
            *place = span;
        }
    }
    by_entry
}

/// Finds the field inside which a record is cut off: the bytes after the last terminator belong to the entry that
/// points to them, if all entries before it agree with the data.
fn cut_field(
    body: &[u8],
    end: usize,
    base: usize,
    entries: &[&RawEntry],
    anchors: &[Option<Span>],
) -> Option<(usize, Span)> {
    let data = body.get(base..end)?;
    let start = memchr::memrchr(FIELD_TERMINATOR, data).map_or(base, |at| base + at + 1);
    let index = anchors.iter().take_while(|anchor| anchor.is_some()).count();
    let entry = entries.get(index)?;
    let points_there = base.checked_add(entry.start?)? == start;
    let goes_on = start.checked_add(entry.stated()?)? > end;
    let rest_lost = anchors.iter().skip(index).all(Option::is_none);
    (start < end && points_there && goes_on && rest_lost).then_some((index, (start, end)))
}

/// Whether the anchors are the first entries, all of them: the data are sound up to some place.
fn begins_sound(anchors: &[Option<Span>]) -> bool {
    let first = anchors.iter().take_while(|anchor| anchor.is_some()).count();
    first > 0 && anchors.iter().skip(first).all(Option::is_none)
}

/// Returns the indexes of the entries in the order of their data: by their starts, those without one after the entry
/// before them. Nines and zeros are no starts.
fn order(entries: &[RawEntry]) -> Vec<usize> {
    let one_zero = entries.iter().filter(|entry| entry.start == Some(0)).count() == 1;
    let mut last = 0usize;
    let mut keys: Vec<(usize, usize)> = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        let said = entry.start.filter(|start| *start < MAX_RECORD && (*start > 0 || index == 0 || one_zero));
        last = said.unwrap_or(last);
        keys.push((last, index));
    }
    keys.sort_unstable();
    keys.into_iter().map(|(_, index)| index).collect()
}

/// Whether an entry states the length of a piece, in bytes or in characters.
fn fits(body: &[u8], entry: &RawEntry, piece: Span) -> bool {
    let Some(stated) = entry.stated() else { return false };
    stated == length(piece) || stated < length(piece) && characters(body, piece) == Some(stated)
}

/// Aligns entries with pieces, both in the order of the data. `from` is where the data begin.
fn align(body: &[u8], entries: &[&RawEntry], pieces: &[Span], from: usize) -> Vec<Option<Span>> {
    let mut found: Vec<Option<Span>> = Vec::with_capacity(entries.len());
    let (mut left, mut rest) = (entries, pieces);
    let mut at = from;
    while let ([entry, more @ ..], [piece, others @ ..]) = (left, rest) {
        if fits(body, entry, *piece) {
            found.push(Some(*piece));
            (left, rest) = (more, others);
        } else if let Some(cut) = lost_terminators(left, *piece) {
            left = left.cut(cut.len()..);
            found.extend(cut.into_iter().map(Some));
            rest = others;
        } else if let Some((joined, count)) = stray_terminators(body, entry, rest) {
            found.push(Some(joined));
            left = more;
            rest = rest.cut(count..);
        } else {
            let (entries_len, pieces_len) = agree_again(body, left, rest);
            let (block, later) = left.split_at_checked(entries_len).unwrap_or((left, &[]));
            let (cut, after) = rest.split_at_checked(pieces_len).unwrap_or((rest, &[]));
            in_order(body, block, cut, at, &mut found);
            (left, rest) = (later, after);
        }
        at = found.iter().rev().flatten().next().map_or(at, |span| span.1 + 1);
    }
    in_order(body, left, rest, at, &mut found);
    found
}

/// Cuts a piece that is as long as the first few entries together. A terminator between them was lost, or became
/// another byte, which stays with the field before it.
fn lost_terminators(entries: &[&RawEntry], piece: Span) -> Option<Vec<Span>> {
    for gap in [0usize, 1] {
        let mut total = 0usize;
        for count in 1..=JOINED.min(entries.len()) {
            total = total.checked_add(entries.get(count.checked_sub(1)?)?.stated()?)?;
            if count > 1 && total == length(piece) {
                let mut start = piece.0;
                let cut = entries.get(..count)?.iter().map(|entry| {
                    let end = start.saturating_add(entry.stated().unwrap_or_default()).min(piece.1);
                    let span = (start, (end + gap).min(piece.1));
                    start = span.1;
                    span
                });
                return Some(cut.collect());
            }
            total = total.checked_add(gap)?;
        }
    }
    None
}

/// Joins the first few pieces that are together as long as the entry, with terminators inside. Returns their number
/// too.
fn stray_terminators(body: &[u8], entry: &RawEntry, pieces: &[Span]) -> Option<(Span, usize)> {
    let start = pieces.first()?.0;
    let many = pieces.iter().take(JOINED).enumerate().skip(1);
    many.map(|(index, piece)| ((start, piece.1), index + 1)).find(|(joined, _)| fits(body, entry, *joined))
}

/// Counts the entries and the pieces before the next place where they agree; all, if none is near.
fn agree_again(body: &[u8], entries: &[&RawEntry], pieces: &[Span]) -> (usize, usize) {
    let agree = |entry: usize, piece: usize| match (entries.get(entry), pieces.get(piece)) {
        (Some(entry), Some(piece)) => fits(body, entry, *piece),
        (None, None) => true,
        _ => false,
    };
    for distance in 1..=AHEAD {
        for shorter in (0..=distance).rev() {
            for (entry, piece) in [(distance, shorter), (shorter, distance)] {
                // One more must agree after it, so that two fields of the same length do not mislead.
                let next = (entry + 1, piece + 1);
                if agree(entry, piece) && (agree(next.0, next.1) || entries.get(entry).is_none()) {
                    return (entry, piece);
                }
            }
        }
    }
    (entries.len(), pieces.len())
}

/// Gives the first entry the first piece, and so on, where lengths say nothing.
fn in_order(body: &[u8], entries: &[&RawEntry], pieces: &[Span], at: usize, found: &mut Vec<Option<Span>>) {
    let missing = entries.len().saturating_sub(pieces.len());
    let empty = entries.iter().filter(|entry| entry.len == Some(0)).count();
    let merged;
    let mut pieces = pieces;
    if pieces.len() > entries.len() && !entries.is_empty() {
        merged = merge(body, entries, pieces);
        pieces = &merged;
    }
    let mut rest = pieces.iter().copied();
    let mut gap = at;
    let mut to_spare = empty.min(missing);
    for entry in entries {
        let span = match entry.len {
            Some(0) if to_spare > 0 => {
                to_spare -= 1;
                Some((gap, gap))
            }
            _ => rest.next(),
        };
        gap = span.map_or(gap, |span| span.1);
        found.push(span);
    }
}

/// Joins pieces that do not begin as a data field does to the piece before, until there are no more pieces than
/// entries.
fn merge(body: &[u8], entries: &[&RawEntry], pieces: &[Span]) -> Vec<Span> {
    let mut surplus = pieces.len().saturating_sub(entries.len());
    let mut merged: Vec<Span> = Vec::with_capacity(entries.len());
    for &(start, end) in pieces {
        let entry = entries.get(merged.len());
        let is_control = entry.is_some_and(|entry| Tag::new(entry.tag).is_control());
        let begins = body.get(start + 2) == Some(&DELIMITER);
        match merged.last_mut() {
            Some(last) if surplus > 0 && (entry.is_none() || !begins && !is_control) => {
                last.1 = end;
                surplus -= 1;
            }
            _ => merged.push((start, end)),
        }
    }
    while merged.len() > entries.len() {
        let last = merged.pop();
        if let (Some((_, end)), Some(before)) = (last, merged.last_mut()) {
            before.1 = end;
        }
    }
    merged
}

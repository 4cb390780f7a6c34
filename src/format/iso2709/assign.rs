//! Which bytes belong to which entry of a directory.
//!
//! Entries that agree with the data, in that they begin behind a terminator and end with one, are taken as they are.
//! What lies between them is cut at the terminators into pieces, and the pieces are aligned with the entries left
//! over by their lengths: a piece that is as long as two entries has lost a terminator, two pieces that are as long
//! as one entry have one too many. Only where no length helps, pieces and entries go together in order.

use memchr::memchr_iter;

use super::directory::{Directory, RawEntry};
use super::{DELIMITER, FIELD_TERMINATOR, MAX_FIELD, MAX_RECORD};
use crate::diagnostic::{Findings, counted};
use crate::io::ReadOptions;
use crate::record::Slot;
use crate::{Code, Tag};

/// A range of bytes in the record.
pub(super) type Span = (usize, usize);

/// How far alignment looks ahead for where lengths and data agree again, in entries and in pieces.
const AHEAD: usize = 6;

/// How many entries one piece, or pieces one entry, may be made of.
const JOINED: usize = 4;

/// Gives each entry of the directory its field; says where they did not agree.
pub(super) fn assign(
    frame: &[u8],
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
            findings.at(Code::LimitReached, (first.at, 0), message, "the rest left out");
            entries = kept;
        }
    }
    let ranges: Vec<Option<Span>> = entries.iter().map(|entry| directory.range(entry, frame)).collect();
    let found = if ranges.iter().all(Option::is_some) {
        ranges.clone()
    } else {
        let found = resolve(frame, end, directory.base, entries, &ranges);
        report(frame, end, directory.base, entries, &found, findings);
        found
    };
    check_coverage(&found, directory.base, end, findings);
    for (entry, span) in entries.iter().zip(found) {
        if let Some((start, end)) = span {
            push(slots, entry, start, end);
        }
    }
    if slots.len() < entries.len() {
        // What was said so far counts the entries that were left out.
        findings.unplace();
    }
}

fn push(slots: &mut Vec<Slot>, entry: &RawEntry, start: usize, end: usize) {
    let tag = Tag::new(entry.tag);
    if let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(end)) {
        slots.push(Slot::new(tag, start, end, tag.is_control()));
    }
}

/// Finds the fields of entries of which not all agree with the data.
fn resolve(
    frame: &[u8],
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
    let ascending = agreeing.windows(2).all(|pair| matches!(pair, [(_, last), (next, _)] if last < next));
    if !ascending || agreeing.len().saturating_mul(2) < entries.len() && !begins_sound(&anchors) {
        anchors.fill(None);
    }
    let mut found = anchors.clone();
    // Between two anchors: the entries that agree with nothing, and the pieces that nobody has.
    let mut first = 0usize;
    let mut from = base;
    while first < sequence.len() {
        let next = (first..sequence.len()).find(|&at| anchors.get(at).is_some_and(Option::is_some));
        let (last, to, after) = match next.and_then(|at| Some((at, (*anchors.get(at)?)?))) {
            Some((at, (start, stop))) => (at, start, stop.saturating_add(1)),
            None => (sequence.len(), end, end),
        };
        if last > first {
            let pieces = pieces(frame, from, to.min(end));
            let spans = align(frame, sequence.get(first..last).unwrap_or_default(), &pieces, from);
            for (place, span) in found.iter_mut().skip(first).zip(spans) {
                *place = span;
            }
        }
        from = after;
        first = last.saturating_add(1);
    }
    let mut by_entry = vec![None; entries.len()];
    for (&index, span) in order.iter().zip(found) {
        if let Some(place) = by_entry.get_mut(index) {
            *place = span;
        }
    }
    by_entry
}

/// Whether the anchors are the first entries, all of them: the data are sound up to some place.
fn begins_sound(anchors: &[Option<Span>]) -> bool {
    let first = anchors.iter().take_while(|anchor| anchor.is_some()).count();
    first > 0 && anchors.iter().skip(first).all(Option::is_none)
}

/// The entries in the order of their data: by their starts, those without one behind the entry before them. Nines
/// and zeros stand for starts that cannot be said.
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

/// The bodies between `base` and `end` that field terminators end; what the last one does not end is one too.
pub(super) fn pieces(frame: &[u8], base: usize, end: usize) -> Vec<Span> {
    let data = frame.get(base..end).unwrap_or_default();
    let mut pieces = Vec::new();
    let mut start = base;
    for at in memchr_iter(FIELD_TERMINATOR, data) {
        let at = base.saturating_add(at);
        pieces.push((start, at));
        start = at.saturating_add(1);
    }
    if start < end {
        pieces.push((start, end));
    }
    pieces
}

/// The length of a body that an entry states, terminator not counted; `None` if it is no number that can be true.
fn stated(entry: &RawEntry) -> Option<usize> {
    entry.len?.checked_sub(1)
}

const fn length(span: Span) -> usize {
    span.1.saturating_sub(span.0)
}

/// How many characters the bytes are in UTF-8; `None` if they are not UTF-8.
fn characters(frame: &[u8], (start, end): Span) -> Option<usize> {
    std::str::from_utf8(frame.get(start..end)?).ok().map(|text| text.chars().count())
}

/// Whether an entry states the length of a piece, in bytes or in characters.
fn fits(frame: &[u8], entry: &RawEntry, piece: Span) -> bool {
    let Some(stated) = stated(entry) else { return false };
    stated == length(piece) || stated < length(piece) && characters(frame, piece) == Some(stated)
}

/// Aligns entries with pieces, both in the order of the data. `from` is where the data begin.
fn align(frame: &[u8], entries: &[&RawEntry], pieces: &[Span], from: usize) -> Vec<Option<Span>> {
    let mut found: Vec<Option<Span>> = Vec::with_capacity(entries.len());
    let (mut left, mut rest) = (entries, pieces);
    let mut at = from;
    while let ([entry, more @ ..], [piece, others @ ..]) = (left, rest) {
        if fits(frame, entry, *piece) {
            found.push(Some(*piece));
            (left, rest) = (more, others);
        } else if let Some(cut) = lost_terminators(left, *piece) {
            left = left.get(cut.len()..).unwrap_or_default();
            found.extend(cut.into_iter().map(Some));
            rest = others;
        } else if let Some((joined, count)) = stray_terminators(frame, entry, rest) {
            found.push(Some(joined));
            left = more;
            rest = rest.get(count..).unwrap_or_default();
        } else {
            let (some, few) = agree_again(frame, left, rest);
            let (block, later) = left.split_at_checked(some).unwrap_or((left, &[]));
            let (cut, behind) = rest.split_at_checked(few).unwrap_or((rest, &[]));
            in_order(frame, block, cut, at, &mut found);
            (left, rest) = (later, behind);
        }
        at = found.iter().rev().flatten().next().map_or(at, |span| span.1.saturating_add(1));
    }
    in_order(frame, left, rest, at, &mut found);
    found
}

/// A piece that is as long as the first few entries together: where each of them lies in it. A terminator between
/// them was lost, or became another byte, which is left to the field before it.
fn lost_terminators(entries: &[&RawEntry], piece: Span) -> Option<Vec<Span>> {
    for gap in [0usize, 1] {
        let mut total = 0usize;
        for count in 1..=JOINED.min(entries.len()) {
            total = total.checked_add(stated(entries.get(count.checked_sub(1)?)?)?)?;
            if count > 1 && total == length(piece) {
                let mut start = piece.0;
                let cut = entries.get(..count)?.iter().map(|entry| {
                    let end = start.saturating_add(stated(entry).unwrap_or_default()).min(piece.1);
                    let span = (start, end.saturating_add(gap).min(piece.1));
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

/// The first few pieces that are together as long as the entry, with terminators inside; and how many they are.
fn stray_terminators(frame: &[u8], entry: &RawEntry, pieces: &[Span]) -> Option<(Span, usize)> {
    let start = pieces.first()?.0;
    let many = pieces.iter().take(JOINED).enumerate().skip(1);
    many.map(|(index, piece)| ((start, piece.1), index.saturating_add(1)))
        .find(|(joined, _)| fits(frame, entry, *joined))
}

/// How many entries and how many pieces stand before the next place at which they agree; all, if there is none near.
fn agree_again(frame: &[u8], entries: &[&RawEntry], pieces: &[Span]) -> (usize, usize) {
    let agree = |some: usize, few: usize| match (entries.get(some), pieces.get(few)) {
        (Some(entry), Some(piece)) => fits(frame, entry, *piece),
        (None, None) => true,
        _ => false,
    };
    for distance in 1..=AHEAD {
        for shorter in (0..=distance).rev() {
            for (some, few) in [(distance, shorter), (shorter, distance)] {
                // One more must agree behind it, so that two fields of the same length do not mislead.
                let next = (some.saturating_add(1), few.saturating_add(1));
                if agree(some, few) && (agree(next.0, next.1) || entries.get(some).is_none()) {
                    return (some, few);
                }
            }
        }
    }
    (entries.len(), pieces.len())
}

/// Entries and pieces whose lengths say nothing: the first has the first, and so on.
fn in_order(frame: &[u8], entries: &[&RawEntry], pieces: &[Span], at: usize, found: &mut Vec<Option<Span>>) {
    let missing = entries.len().saturating_sub(pieces.len());
    let empty = entries.iter().filter(|entry| entry.len == Some(0)).count();
    let merged;
    let mut pieces = pieces;
    if pieces.len() > entries.len() && !entries.is_empty() {
        merged = merge(frame, entries, pieces);
        pieces = &merged;
    }
    let mut rest = pieces.iter().copied();
    let mut gap = at;
    let mut to_spare = empty.min(missing);
    for entry in entries {
        let span = match entry.len {
            Some(0) if to_spare > 0 => {
                to_spare = to_spare.saturating_sub(1);
                Some((gap, gap))
            }
            _ => rest.next(),
        };
        gap = span.map_or(gap, |span| span.1);
        found.push(span);
    }
}

/// More pieces than entries: joins to the piece before it what does not begin as a data field does.
fn merge(frame: &[u8], entries: &[&RawEntry], pieces: &[Span]) -> Vec<Span> {
    let mut surplus = pieces.len().saturating_sub(entries.len());
    let mut merged: Vec<Span> = Vec::with_capacity(entries.len());
    for &(start, end) in pieces {
        let entry = entries.get(merged.len());
        let is_control = entry.is_some_and(|entry| Tag::new(entry.tag).is_control());
        let begins = frame.get(start.saturating_add(2)) == Some(&DELIMITER);
        match merged.last_mut() {
            Some(last) if surplus > 0 && (entry.is_none() || !begins && !is_control) => {
                last.1 = end;
                surplus = surplus.saturating_sub(1);
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

/// Says of each entry how it does not agree with the field that was found for it.
fn report(
    frame: &[u8],
    end: usize,
    base: usize,
    entries: &[RawEntry],
    found: &[Option<Span>],
    findings: &mut Findings,
) {
    let in_characters = counts_characters(frame, entries, found);
    if let Some(index) = in_characters {
        let field = entries.get(index).map_or(Tag::new(*b"000"), |entry| Tag::new(entry.tag));
        let place = entries.get(index).map_or((0, 0), |entry| (entry.at, entry.width));
        let message = "the lengths come out in characters, not in bytes";
        findings.in_field(
            Code::LengthsInCharacters,
            (field, index),
            place,
            message,
            "fields read to their terminators",
        );
    }
    let mut elsewhere: Option<(usize, usize)> = None;
    for (index, (entry, span)) in entries.iter().zip(found).enumerate() {
        let field = (Tag::new(entry.tag), index);
        let place = (entry.at, entry.width);
        let Some(span) = *span else {
            let message = "its entry points to no data of the record";
            findings.in_field(Code::FieldOutOfBounds, field, place, message, "field left out");
            continue;
        };
        let (Some(start), Some(len)) = (entry.start, entry.len) else { continue }; // said of its entry
        let terminated = frame.get(span.1) == Some(&FIELD_TERMINATOR);
        let has = length(span).saturating_add(usize::from(terminated));
        if terminated && has == len {
            let there = base.saturating_add(start) == span.0;
            let outside = base.saturating_add(start) >= end;
            if outside && start < MAX_RECORD {
                let message = format!(
                    "its entry points to byte {} of the record, behind its data",
                    base.saturating_add(start)
                );
                findings.in_field(Code::FieldOutOfBounds, field, place, message, "read where its data are");
            } else if outside {
                let message = "its start cannot be said with five digits";
                findings.in_field(Code::Oversize, field, place, message, "read where its data are");
            } else if !there {
                let (_, count) = elsewhere.get_or_insert((index, 0));
                *count = count.saturating_add(1);
            }
            continue;
        }
        if len == 0 && span.0 == span.1 {
            findings.in_field(Code::FieldEmpty, field, place, "its entry has the length 0", "kept empty");
            continue;
        }
        if has > MAX_FIELD && (len == 0 || len == MAX_FIELD) {
            let message = format!("its entry says {len} bytes, it has {has}, more than four digits can say");
            findings.in_field(Code::Oversize, field, place, message, "read to its terminator");
            continue;
        }
        if in_characters.is_some() {
            continue;
        }
        let (message, action) = match terminated {
            true => (format!("its entry says {len} bytes, it has {has}"), "read to its terminator"),
            false if has.saturating_add(1) == len || has == len => {
                ("no terminator ends it".to_owned(), "read as long as its entry says")
            }
            false => (format!("its entry says {len} bytes, {has} are there and no terminator"), "kept"),
        };
        findings.in_field(Code::FieldUnterminated, field, place, message, action);
    }
    if let (Some((index, count)), None) = (elsewhere, in_characters) {
        let Some(entry) = entries.get(index) else { return };
        let message = match count {
            1 => "its data do not begin where its entry says".to_owned(),
            _ => format!("from here on, the data of {count} fields do not begin where their entries say"),
        };
        let field = (Tag::new(entry.tag), index);
        findings.in_field(
            Code::FieldUnterminated,
            field,
            (entry.at, entry.width),
            message,
            "read where they are",
        );
    }
}

/// Whether all lengths that are wrong come out in characters: the first entry of which that is so.
fn counts_characters(frame: &[u8], entries: &[RawEntry], found: &[Option<Span>]) -> Option<usize> {
    let mut first = None;
    for (index, (entry, span)) in entries.iter().zip(found).enumerate() {
        let (stated, span) = (stated(entry)?, (*span)?);
        if stated != length(span) {
            if characters(frame, span) != Some(stated) {
                return None;
            }
            first = first.or(Some(index));
        }
    }
    first
}

/// Says where fields overlap, lie in another order than their entries, or leave out data.
fn check_coverage(found: &[Option<Span>], base: usize, end: usize, findings: &mut Findings) {
    let mut sorted: Vec<Span> = found.iter().flatten().copied().collect();
    if !sorted.is_sorted() {
        let message = "the fields lie in another order than their entries";
        findings.at(
            Code::DirectoryUnordered,
            (super::parse::DIRECTORY, 0),
            message,
            "kept the order of the directory",
        );
        sorted.sort_unstable();
    }
    let mut next = base;
    let mut unclaimed = (end, 0usize);
    for (start, last) in sorted.into_iter().chain([(end, end)]) {
        if start < next.saturating_sub(1) && start != end {
            findings.at(
                Code::DirectoryOverlap,
                (start, 0),
                "two entries point to the same data",
                "kept both",
            );
        } else if start > next {
            unclaimed = (unclaimed.0.min(next), unclaimed.1.saturating_add(start.saturating_sub(next)));
        }
        next = next.max(last.saturating_add(1));
    }
    if let (start, len @ 1..) = unclaimed {
        let message = format!("{} of data that no entry points to", counted(len as u64, "byte"));
        findings.at(Code::DataUnclaimed, (start, len), message, "left out");
    }
}

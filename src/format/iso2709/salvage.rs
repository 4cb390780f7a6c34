//! A record from its bytes, whatever they are: the way for all that is not a well-formed record of the MARC family.
//!
//! First the directory is found, then the fields: by their entries, if those agree with the data, else by their
//! terminators. What the leader says of indicators is believed if the fields bear it out.

use nom::Parser;

use super::parse::{DIRECTORY, Entry, EntryMap, entry, number};
use super::{DELIMITER, FIELD_TERMINATOR, RECORD_TERMINATOR};
use crate::diagnostic::Findings;
use crate::io::ReadOptions;
use crate::record::{Dialect, Slot, Syntax};
use crate::{Code, Leader, Tag};

/// An entry as it stands, with the numbers that are numbers.
#[derive(Debug, Clone, Copy)]
struct RawEntry {
    tag: [u8; 3],
    len: Option<usize>,
    start: Option<usize>,
    /// Offset of the entry in the record.
    at: usize,
    width: usize,
}

/// A directory, and where the data begin that belong to it.
#[derive(Debug)]
struct Directory {
    entries: Vec<RawEntry>,
    base: usize,
}

impl Directory {
    /// How many entries point to bytes that a field terminator ends.
    fn agreeing(&self, frame: &[u8]) -> usize {
        self.entries.iter().filter(|entry| self.range(entry, frame).is_some()).count()
    }

    /// The body of a field, if its entry points to bytes that a terminator ends, and one stands before.
    fn range(&self, entry: &RawEntry, frame: &[u8]) -> Option<(usize, usize)> {
        let start = self.base.checked_add(entry.start?)?;
        let last = start.checked_add(entry.len?)?.checked_sub(1)?;
        let ended = last >= start && frame.get(last) == Some(&FIELD_TERMINATOR);
        let begun = start == self.base || frame.get(start.checked_sub(1)?) == Some(&FIELD_TERMINATOR);
        (ended && begun).then_some((start, last))
    }
}

/// Finds the fields of a record. Tells the syntax of their bodies, and whether all is as it should be after all.
pub(super) fn record(
    frame: &[u8],
    leader: &Leader,
    options: &ReadOptions,
    slots: &mut Vec<Slot>,
    findings: &mut Findings,
) -> (Syntax, bool) {
    slots.clear();
    let before = findings.list().len();
    let directory = find_directory(frame, leader, findings);
    let end = match frame.last() {
        Some(&RECORD_TERMINATOR) => frame.len().saturating_sub(1),
        _ => frame.len(),
    };
    assign(frame, end, &directory, options, slots, findings);
    let syntax = find_syntax(frame, leader, options, slots, findings);
    if !syntax.control_fields {
        for slot in slots.iter_mut() {
            *slot = Slot::new(slot.tag, slot.start, slot.end, false);
        }
    }
    // What the leader says beside lengths does not matter to the bytes.
    let new = findings.list().get(before..).unwrap_or_default();
    let sound = new.iter().all(|finding| finding.code == Code::LeaderValue)
        && findings.suppressed().is_empty()
        && leader.record_length().is_some_and(|length| length as usize == frame.len())
        && end < frame.len();
    (syntax, sound)
}

/// Finds the directory, and says what is wrong with it and the base address.
fn find_directory(frame: &[u8], leader: &Leader, findings: &mut Findings) -> Directory {
    let stated = leader.base_address().map(|base| base as usize);
    let own = EntryMap::of(leader).filter(|map| *map != EntryMap::MARC);
    let maps = [own, Some(EntryMap::MARC)];
    // Whole entries up to a field terminator, where they should be, or one byte off if the leader is.
    for start in [DIRECTORY, DIRECTORY.saturating_sub(1), DIRECTORY.saturating_add(1)] {
        for map in maps.into_iter().flatten() {
            let (entries, end) = read_entries(frame, start, map);
            if frame.get(end) != Some(&FIELD_TERMINATOR) || entries.is_empty() && start != DIRECTORY {
                continue;
            }
            let directory = Directory { entries, base: end.saturating_add(1) };
            let agreeing = directory.agreeing(frame);
            let sure = match start == DIRECTORY {
                true => agreeing > 0 || directory.entries.is_empty() || Some(map) != own,
                false => agreeing == directory.entries.len(),
            };
            if !sure {
                continue;
            }
            if start != DIRECTORY {
                let message =
                    format!("the directory begins at byte {start} of the record: the leader is not 24 bytes");
                findings.at(Code::LeaderValue, (0, start), message, "read from there");
            } else if stated != Some(directory.base) {
                let message = format!(
                    "the base address is \"{}\", the data begin at byte {}",
                    show(leader, 12, 5),
                    directory.base
                );
                findings.at(Code::BaseAddressInvalid, (12, 5), message, "read from there");
            }
            return directory;
        }
    }
    // No terminator where the entries end: either it is missing, or an entry is damaged.
    let (entries, end) = read_entries(frame, DIRECTORY, EntryMap::MARC);
    let unterminated = Directory { entries, base: end };
    let first = frame.iter().skip(DIRECTORY).position(|byte| *byte == FIELD_TERMINATOR);
    let damaged = first.map(|first| {
        let end = DIRECTORY.saturating_add(first);
        Directory { entries: resynchronise(frame, end), base: end.saturating_add(1) }
    });
    match damaged {
        Some(damaged) if damaged.agreeing(frame) >= unterminated.agreeing(frame).max(1) => {
            say_damaged(&damaged, frame, leader, findings);
            damaged
        }
        Some(damaged)
            if unterminated.agreeing(frame) == 0
                && pieces(frame, damaged.base, frame.len()).len() >= damaged.entries.len() =>
        {
            say_damaged(&damaged, frame, leader, findings);
            damaged
        }
        _ => {
            let message = "no field terminator ends the directory";
            findings.at(
                Code::DirectoryUnterminated,
                (end, 0),
                message,
                "entries read while they are entries",
            );
            unterminated
        }
    }
}

fn say_damaged(directory: &Directory, frame: &[u8], leader: &Leader, findings: &mut Findings) {
    for entry in &directory.entries {
        if entry.len.is_none() || entry.start.is_none() || entry.width != EntryMap::MARC.width() {
            let end = entry.at.saturating_add(entry.width);
            let bytes = frame.get(entry.at..end).unwrap_or_default().escape_ascii();
            let message = format!("the directory entry \"{bytes}\" is not a tag, four and five digits");
            findings.at(
                Code::DirectoryInvalid,
                (entry.at, entry.width),
                message,
                "its field found by the others",
            );
        }
    }
    if leader.base_address() != u32::try_from(directory.base).ok() {
        let message = format!(
            "the base address is \"{}\", the data begin at byte {}",
            show(leader, 12, 5),
            directory.base
        );
        findings.at(Code::BaseAddressInvalid, (12, 5), message, "read from there");
    }
}

fn show(leader: &Leader, start: usize, len: usize) -> String {
    leader
        .as_bytes()
        .iter()
        .skip(start)
        .take(len)
        .flat_map(|byte| byte.escape_ascii())
        .map(char::from)
        .collect()
}

/// Reads entries while they are entries; tells where the next one would begin.
fn read_entries(frame: &[u8], start: usize, map: EntryMap) -> (Vec<RawEntry>, usize) {
    let mut entries = Vec::new();
    let mut at = start;
    let mut read = entry(map);
    while let Some(rest) = frame.get(at..) {
        if rest.first() == Some(&FIELD_TERMINATOR) {
            break;
        }
        let Ok((_, Entry { tag, len, start })) = read(rest) else { break };
        entries.push(RawEntry {
            tag,
            len: Some(len as usize),
            start: Some(start as usize),
            at,
            width: map.width(),
        });
        at = at.saturating_add(map.width());
    }
    (entries, at)
}

/// Reads a directory that ends at `end`, though an entry may be damaged or a digit too long or short: of the
/// widths 12, 13 and 11 the one is taken whose start goes on where the field before ends.
fn resynchronise(frame: &[u8], end: usize) -> Vec<RawEntry> {
    const SHAPES: [(usize, usize); 5] = [(4, 5), (5, 5), (4, 6), (3, 5), (4, 4)];
    let mut entries = Vec::new();
    let mut at = DIRECTORY;
    let mut expected = Some(0usize);
    while at < end {
        let rest = frame.get(at..end).unwrap_or_default();
        let shape = |(len, start): (usize, usize)| {
            let tag = rest.first_chunk::<3>().copied()?;
            let (_, (len_found, start_found)) = (number(len), number(start)).parse(rest.get(3..)?).ok()?;
            let width = len.saturating_add(start).saturating_add(3);
            Some(RawEntry {
                tag,
                len: Some(len_found as usize),
                start: Some(start_found as usize),
                at,
                width,
            })
        };
        let fits = |entry: &RawEntry| expected.is_none() || entry.start == expected;
        let entry = SHAPES.into_iter().filter_map(shape).find(fits).unwrap_or_else(|| {
            let mut tag = [b' '; 3];
            tag.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            let number_at = |from: usize, len: usize| {
                let (_, found) = number(len).parse(rest.get(from..)?).ok()?;
                Some(found as usize)
            };
            let len = number_at(3, 4);
            // As wide as it must be for the next entry to go on where this field ends.
            let after = expected.zip(len).map(|(start, len)| start.saturating_add(len));
            let leads_on = |width: &usize| after.is_some() && number_at(width.saturating_add(7), 5) == after;
            let width = [12usize, 11, 13].into_iter().find(leads_on).unwrap_or(12).min(rest.len());
            let start = if width == 12 { number_at(7, 5) } else { expected };
            RawEntry { tag, len, start, at, width }
        });
        expected = entry.start.zip(entry.len).map(|(start, len)| start.saturating_add(len));
        at = at.saturating_add(entry.width.max(1));
        entries.push(entry);
    }
    entries
}

/// The bodies between `base` and `end` that field terminators end; what the last one does not end is one too.
fn pieces(frame: &[u8], base: usize, end: usize) -> Vec<(usize, usize)> {
    let data = frame.get(base..end).unwrap_or_default();
    let mut pieces = Vec::new();
    let mut start = base;
    for at in memchr::memchr_iter(FIELD_TERMINATOR, data) {
        let at = base.saturating_add(at);
        pieces.push((start, at));
        start = at.saturating_add(1);
    }
    if start < end {
        pieces.push((start, end));
    }
    pieces
}

/// Gives each entry its field.
fn assign(
    frame: &[u8],
    end: usize,
    directory: &Directory,
    options: &ReadOptions,
    slots: &mut Vec<Slot>,
    findings: &mut Findings,
) {
    let mut entries = directory.entries.as_slice();
    if entries.len() > options.limits.fields {
        let message = format!("{} fields, {} are allowed", entries.len(), options.limits.fields);
        findings.at(Code::LimitReached, (DIRECTORY, 0), message, "the rest left out");
        entries = entries.get(..options.limits.fields).unwrap_or_default();
    }
    let ranges: Vec<_> = entries.iter().map(|entry| directory.range(entry, frame)).collect();
    let pieces = pieces(frame, directory.base, end);
    if ranges.iter().all(Option::is_some) {
        check_coverage(&ranges, directory.base, end, findings);
        for (entry, (start, end)) in entries.iter().zip(ranges.into_iter().flatten()) {
            push(slots, entry, start, end);
        }
        return;
    }
    let claimed: Vec<Option<(usize, usize)>> = if pieces.len() == entries.len() {
        by_order(entries, &pieces)
    } else if pieces.len() > entries.len() {
        by_order(entries, &merge(frame, entries, pieces))
    } else {
        let empty = entries.iter().filter(|entry| entry.len == Some(0)).count();
        if pieces.len().saturating_add(empty) == entries.len() {
            let mut pieces = pieces.into_iter();
            let gap = (directory.base, directory.base);
            entries.iter().map(|entry| if entry.len == Some(0) { Some(gap) } else { pieces.next() }).collect()
        } else {
            entries.iter().map(|entry| by_numbers(entry, directory.base, end, frame)).collect()
        }
    };
    for (index, ((entry, range), claimed)) in entries.iter().zip(&ranges).zip(&claimed).enumerate() {
        let field = (Tag::new(entry.tag), index);
        let place = (entry.at, entry.width);
        match (range, claimed) {
            (_, None) => {
                let message = "its entry points outside the data of the record";
                findings.in_field(Code::FieldOutOfBounds, field, place, message, "field left out");
            }
            (Some(range), Some(claimed)) if range == claimed => {}
            (_, Some((start, end))) if start == end && entry.len == Some(0) => {
                findings.in_field(Code::FieldEmpty, field, place, "its entry has the length 0", "kept empty");
            }
            (_, Some((start, end))) => {
                let (Some(_), Some(len)) = (entry.start, entry.len) else { continue }; // said of its entry
                let terminated = frame.get(*end) == Some(&FIELD_TERMINATOR);
                let found = end.saturating_sub(*start).saturating_add(usize::from(terminated));
                let (message, action) = match terminated {
                    true if found == len => {
                        (format!("its {len} bytes do not begin where its entry says"), "read where they are")
                    }
                    true => (format!("its entry says {len} bytes, it has {found}"), "read to its terminator"),
                    false => {
                        (format!("its entry says {len} bytes, {found} are there and no terminator"), "kept")
                    }
                };
                findings.in_field(Code::FieldUnterminated, field, place, message, action);
            }
        }
    }
    for (entry, claimed) in entries.iter().zip(claimed) {
        if let Some((start, end)) = claimed {
            push(slots, entry, start, end);
        }
    }
}

fn push(slots: &mut Vec<Slot>, entry: &RawEntry, start: usize, end: usize) {
    let tag = Tag::new(entry.tag);
    if let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(end)) {
        slots.push(Slot::new(tag, start, end, tag.is_control()));
    }
}

/// Says where fields overlap, or leave out data.
fn check_coverage(ranges: &[Option<(usize, usize)>], base: usize, end: usize, findings: &mut Findings) {
    let mut sorted: Vec<(usize, usize)> = ranges.iter().flatten().copied().collect();
    if !sorted.is_sorted() {
        let message = "the fields lie in another order than their entries";
        findings.at(Code::DirectoryUnordered, (DIRECTORY, 0), message, "kept the order of the directory");
        sorted.sort_unstable();
    }
    let mut next = base;
    let mut unclaimed = (end, 0usize);
    for (start, last) in sorted.into_iter().chain([(end, end)]) {
        if start < next && start != end {
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
        let message = format!("{len} bytes of data that no entry points to");
        findings.at(Code::DataUnclaimed, (start, len), message, "left out");
    }
}

/// As many pieces as entries: by the starts of the entries, or if those are no order, as they come.
fn by_order(entries: &[RawEntry], pieces: &[(usize, usize)]) -> Vec<Option<(usize, usize)>> {
    let mut order: Vec<(Option<usize>, usize)> =
        entries.iter().enumerate().map(|(index, entry)| (entry.start, index)).collect();
    order.sort_unstable();
    let distinct = order.windows(2).all(|pair| matches!(pair, [(a, _), (b, _)] if a.is_some() && a < b));
    let mut claimed: Vec<Option<(usize, usize)>> = vec![None; entries.len()];
    for (rank, piece) in pieces.iter().enumerate() {
        let index = match (distinct, order.get(rank)) {
            (true, Some((_, index))) => *index,
            _ => rank,
        };
        if let Some(place) = claimed.get_mut(index) {
            *place = Some(*piece);
        }
    }
    claimed
}

/// More pieces than entries: joins to the piece before it what does not begin as a data field does.
fn merge(frame: &[u8], entries: &[RawEntry], pieces: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    let mut surplus = pieces.len().saturating_sub(entries.len());
    let mut merged: Vec<(usize, usize)> = Vec::with_capacity(entries.len());
    for (start, end) in pieces {
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

/// Fewer pieces than entries: what the numbers of an entry point to, up to the end of the data.
fn by_numbers(entry: &RawEntry, base: usize, end: usize, frame: &[u8]) -> Option<(usize, usize)> {
    let start = base.checked_add(entry.start?)?;
    let last = start.checked_add(entry.len?)?.min(end);
    if start >= end {
        return None;
    }
    match frame.get(start..last)?.split_last() {
        Some((&FIELD_TERMINATOR, _)) => Some((start, last.saturating_sub(1))),
        _ => Some((start, last)),
    }
}

/// Tells how the bodies are written: what the leader says, if the fields bear it out.
fn find_syntax(
    frame: &[u8],
    leader: &Leader,
    options: &ReadOptions,
    slots: &[Slot],
    findings: &mut Findings,
) -> Syntax {
    if options.dialect == Dialect::Isis {
        return Syntax::IRBIS;
    }
    let declared = leader.indicator_count();
    if declared == Some(2) && leader.identifier_length() == Some(2) {
        return Syntax::MARC;
    }
    let mut at = [0usize; 10];
    let mut delimited = 0usize;
    for slot in slots.iter().filter(|slot| !slot.tag.is_control()) {
        let body = frame.get(slot.start as usize..slot.end as usize).unwrap_or_default();
        if let Some(first) = memchr::memchr(DELIMITER, body) {
            delimited = delimited.saturating_add(1);
            if let Some(count) = at.get_mut(first) {
                *count = count.saturating_add(1);
            }
        }
    }
    let bears_out = |count: usize| at.get(count).is_some_and(|fields| fields.saturating_mul(2) > delimited);
    let declared_count = declared.map(usize::from);
    if delimited == 0 && declared == Some(0) {
        return Syntax::IRBIS;
    }
    let indicators = match declared_count {
        Some(count) if bears_out(count) => count,
        Some(count) if delimited == 0 => count,
        _ => 2,
    };
    if declared_count != Some(indicators) {
        let message =
            format!("the indicator count is \"{}\", the fields have {indicators}", show(leader, 10, 1));
        findings.at(Code::LeaderValue, (10, 1), message, "read by the fields");
    }
    Syntax { indicators: u8::try_from(indicators).unwrap_or(2), ..Syntax::MARC }
}

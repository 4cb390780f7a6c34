//! The directory of a record: where it ends, and which entries it has, whatever happened to it.

use nom::Parser;

use super::assign::pieces;
use super::parse::{DIRECTORY, Entry, EntryMap, entry, number};
use super::{FIELD_TERMINATOR, MAX_RECORD};
use crate::diagnostic::Findings;
use crate::{Code, Leader};

/// An entry as it stands, with the numbers that are numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct RawEntry {
    pub(super) tag: [u8; 3],
    pub(super) len: Option<usize>,
    pub(super) start: Option<usize>,
    /// Offset of the entry in the record.
    pub(super) at: usize,
    pub(super) width: usize,
}

/// A directory, and where the data begin that belong to it.
#[derive(Debug)]
pub(super) struct Directory {
    pub(super) entries: Vec<RawEntry>,
    pub(super) base: usize,
}

impl Directory {
    /// How many entries point to bytes that a field terminator ends.
    fn agreeing(&self, frame: &[u8]) -> usize {
        self.entries.iter().filter(|entry| self.range(entry, frame).is_some()).count()
    }

    /// Puts right the starts of fields that lie too far from the base address for five digits: nines, zeros, or the
    /// last five digits of the number. Tells the first such entry, and how many there are.
    pub(super) fn untangle(&mut self, frame: &[u8]) -> Option<(usize, usize)> {
        const ROUND: usize = MAX_RECORD + 1;
        if frame.len().saturating_sub(self.base) < ROUND {
            return None;
        }
        let mut found: Option<(usize, usize)> = None;
        let mut expected = 0usize;
        for (index, entry) in self.entries.iter_mut().enumerate() {
            let Some(said) = entry.start else { continue };
            let wrapped = said == expected.wrapping_rem(ROUND) || said == MAX_RECORD || said == 0;
            if expected >= ROUND && wrapped {
                entry.start = Some(expected);
                let (_, count) = found.get_or_insert((index, 0));
                *count = count.saturating_add(1);
            }
            let start = entry.start.unwrap_or(said);
            let body = frame.get(self.base.saturating_add(start)..).unwrap_or_default();
            let len = match entry.len.and_then(|len| len.checked_sub(1)) {
                Some(len) if body.get(len) == Some(&FIELD_TERMINATOR) => len,
                _ => memchr::memchr(FIELD_TERMINATOR, body).unwrap_or(body.len()),
            };
            expected = start.saturating_add(len).saturating_add(1);
        }
        found
    }

    /// The body of a field, if its entry points to bytes that a terminator ends, and one stands before.
    pub(super) fn range(&self, entry: &RawEntry, frame: &[u8]) -> Option<(usize, usize)> {
        let start = self.base.checked_add(entry.start?)?;
        let last = start.checked_add(entry.len?)?.checked_sub(1)?;
        let ended = last >= start && frame.get(last) == Some(&FIELD_TERMINATOR);
        let begun = start == self.base || frame.get(start.checked_sub(1)?) == Some(&FIELD_TERMINATOR);
        (ended && begun).then_some((start, last))
    }
}

/// Finds the directory, and says what is wrong with it and the base address.
pub(super) fn find(frame: &[u8], leader: &Leader, findings: &mut Findings) -> Directory {
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
                findings.at(Code::LeaderShifted, (0, start), message, "read from there");
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
    let mut unterminated = Directory { entries, base: end };
    // Another byte may stand in its place.
    let agreeing = unterminated.agreeing(frame);
    unterminated.base = end.saturating_add(1);
    if unterminated.agreeing(frame) <= agreeing {
        unterminated.base = end;
    }
    let first = frame.iter().skip(DIRECTORY).position(|byte| *byte == FIELD_TERMINATOR);
    let damaged = first.map(|first| {
        let end = DIRECTORY.saturating_add(first);
        let base = end.saturating_add(1);
        // All of another width, or one or the other.
        let all = SHAPES.into_iter().skip(1).find_map(|(len, start)| {
            let (entries, ends) = read_entries(frame, DIRECTORY, EntryMap { len, start, implementation: 0 });
            let directory = Directory { entries, base };
            let agree = ends == end && directory.agreeing(frame) == directory.entries.len();
            agree.then_some(directory)
        });
        all.unwrap_or_else(|| Directory { entries: resynchronise(frame, end), base })
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
        let end = entry.at.saturating_add(entry.width);
        let bytes = frame.get(entry.at..end).unwrap_or_default().escape_ascii();
        if entry.len.is_some() && entry.start.is_some() && entry.width != EntryMap::MARC.width() {
            let message = format!("the directory entry \"{bytes}\" has {} bytes, not 12", entry.width);
            let place = (entry.at, entry.width);
            findings.at(Code::EntryWidth, place, message, "the next one read behind it");
        } else if entry.len.is_none() || entry.start.is_none() {
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

pub(super) fn show(leader: &Leader, start: usize, len: usize) -> String {
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

/// How many digits length and start have in an entry: as they should, or one too many or too few.
const SHAPES: [(usize, usize); 5] = [(4, 5), (5, 5), (4, 6), (3, 5), (4, 4)];

/// Reads a directory that ends at `end`, though an entry may be damaged or a digit too long or short: of the
/// widths 12, 13 and 11 the one is taken whose start goes on where the field before ends.
fn resynchronise(frame: &[u8], end: usize) -> Vec<RawEntry> {
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

//! The directory of a damaged record: where it ends, and its entries.

#![expect(clippy::arithmetic_side_effects, reason = "sums of places in a record")]

use nom::Parser;

use crate::bytes::Cut;
use crate::finding::Findings;
use crate::format::iso2709::entry::{DIRECTORY, Entry, EntryMap, entry, number, pieces, show};
use crate::format::iso2709::rules::{
    BASE_ADDRESS_INVALID, DIRECTORY_INVALID, DIRECTORY_UNTERMINATED, ENTRY_WIDTH, LEADER_SHIFTED,
};
use crate::format::iso2709::{FIELD_TERMINATOR, MAX_RECORD};
use crate::record::Leader;

/// An entry, with those of its numbers that are numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct RawEntry {
    pub(super) tag: [u8; 3],
    pub(super) len: Option<usize>,
    pub(super) start: Option<usize>,
    /// Offset of the entry in the record.
    pub(super) at: usize,
    pub(super) width: usize,
}

impl RawEntry {
    /// Returns the length of the field without its terminator, if the entry has a number above 0.
    pub(super) fn stated(&self) -> Option<usize> {
        self.len?.checked_sub(1)
    }
}

/// A directory, and where the data begin that belong to it.
#[derive(Debug)]
pub(super) struct Directory {
    pub(super) entries: Vec<RawEntry>,
    /// Where the entries begin: after the leader.
    pub(super) start: usize,
    pub(super) base: usize,
}

impl Directory {
    /// Counts the entries that agree with the data: see [`Directory::range`].
    fn agreeing(&self, body: &[u8]) -> usize {
        self.entries.iter().filter(|entry| self.range(entry, body).is_some()).count()
    }

    /// Corrects the starts of fields too far from the base address for five digits: nines, zeros, or the last five
    /// digits of the number. Returns the index of the first such entry, and their count.
    pub(super) fn untangle(&mut self, body: &[u8]) -> Option<(usize, usize)> {
        const ROUND: usize = MAX_RECORD + 1;
        if body.len().saturating_sub(self.base) < ROUND {
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
                *count += 1;
            }
            let start = entry.start.unwrap_or(said);
            let data = body.cut(self.base.saturating_add(start)..);
            let len = match entry.stated() {
                Some(len) if data.get(len) == Some(&FIELD_TERMINATOR) => len,
                _ => memchr::memchr(FIELD_TERMINATOR, data).unwrap_or(data.len()),
            };
            expected = start.saturating_add(len).saturating_add(1);
        }
        found
    }

    /// Returns the bytes of a field, if its entry points to bytes between two terminators.
    pub(super) fn range(&self, entry: &RawEntry, body: &[u8]) -> Option<(usize, usize)> {
        let start = self.base.checked_add(entry.start?)?;
        let last = start.checked_add(entry.len?)?.checked_sub(1)?;
        let ended = last >= start && body.get(last) == Some(&FIELD_TERMINATOR);
        let begun = start == self.base || body.get(start.checked_sub(1)?) == Some(&FIELD_TERMINATOR);
        (ended && begun).then_some((start, last))
    }
}

/// Finds the directory, and reports what is wrong with it and with the base address.
pub(super) fn find(body: &[u8], leader: &Leader, findings: &mut Findings) -> Directory {
    if let Some(directory) = find_terminated(body, leader, findings) {
        return directory;
    }
    // No terminator where the entries end: either it is missing, or an entry is damaged.
    let unterminated = read_unterminated(body);
    if is_cut_off(body, leader, &unterminated) {
        let message = format!("the record ends inside its directory, after {}", entries(&unterminated));
        findings.at(DIRECTORY_UNTERMINATED, (body.len(), 0), message, "read without fields");
        return Directory { entries: Vec::new(), start: DIRECTORY, base: body.len() };
    }
    let believed = unterminated.agreeing(body);
    let damaged = read_damaged(body).filter(|damaged| {
        let has_pieces = || pieces(body, damaged.base, body.len()).len() >= damaged.entries.len();
        damaged.agreeing(body) >= believed.max(1) || believed == 0 && has_pieces()
    });
    if let Some(damaged) = damaged {
        report_damaged(&damaged, body, leader, findings);
        return damaged;
    }
    let end = DIRECTORY + unterminated.entries.iter().map(|entry| entry.width).sum::<usize>();
    let message = "no field terminator ends the directory";
    findings.at(DIRECTORY_UNTERMINATED, (end, 0), message, "entries read as long as they are valid");
    unterminated
}

/// Whether a record ends before its data: no terminator is in it, and its fields should begin after its end.
fn is_cut_off(body: &[u8], leader: &Leader, directory: &Directory) -> bool {
    let data = leader.base_address().is_some_and(|base| (base as usize) < body.len());
    let left = body.len().saturating_sub(directory.base);
    let has_terminator = || memchr::memchr(FIELD_TERMINATOR, body.cut(DIRECTORY..)).is_some();
    !data && left < EntryMap::MARC.width() && !has_terminator()
}

fn entries(directory: &Directory) -> String {
    match directory.entries.len() {
        1 => "1 entry".to_owned(),
        count => format!("{count} entries"),
    }
}

/// Finds whole entries up to a field terminator, where they should be, or one byte off if the leader is.
fn find_terminated(body: &[u8], leader: &Leader, findings: &mut Findings) -> Option<Directory> {
    let declared = EntryMap::of(leader).filter(|map| *map != EntryMap::MARC);
    for start in STARTS {
        for map in [declared, Some(EntryMap::MARC)].into_iter().flatten() {
            let (entries, end) = read_entries(body, start, map);
            if body.get(end) != Some(&FIELD_TERMINATOR) || entries.is_empty() && start != DIRECTORY {
                continue;
            }
            let directory = Directory { entries, start, base: end + 1 };
            let agreeing = directory.agreeing(body);
            let all = agreeing == directory.entries.len();
            let sure = match start == DIRECTORY {
                true => agreeing > 0 || directory.entries.is_empty() || Some(map) != declared,
                false => all,
            };
            if !sure {
                continue;
            }
            if start != DIRECTORY {
                let message =
                    format!("the directory begins at byte {start} of the record: the leader is not 24 bytes");
                findings.at(LEADER_SHIFTED, (0, start), message, "read from there");
            } else {
                report_base(&directory, leader, findings);
            }
            return Some(directory);
        }
    }
    None
}

/// Reads a directory without a terminator, as far as there are entries. Another byte may be in its place.
fn read_unterminated(body: &[u8]) -> Directory {
    let (entries, end) = read_entries(body, DIRECTORY, EntryMap::MARC);
    let mut directory = Directory { entries, start: DIRECTORY, base: end };
    let agreeing = directory.agreeing(body);
    directory.base = end + 1;
    if directory.agreeing(body) <= agreeing {
        directory.base = end;
    }
    directory
}

/// Reads a directory with a terminator, of which some entries are damaged, or all are of another width.
fn read_damaged(body: &[u8]) -> Option<Directory> {
    let first = body.iter().skip(DIRECTORY).position(|byte| *byte == FIELD_TERMINATOR)?;
    let end = DIRECTORY + first;
    let base = end + 1;
    let all = SHAPES.into_iter().skip(1).find_map(|(len, start)| {
        let (entries, ends) = read_entries(body, DIRECTORY, EntryMap { len, start, implementation: 0 });
        let directory = Directory { entries, start: DIRECTORY, base };
        let agree = ends == end && directory.agreeing(body) == directory.entries.len();
        agree.then_some(directory)
    });
    Some(all.unwrap_or_else(|| Directory { entries: resynchronise(body, end), start: DIRECTORY, base }))
}

/// Reports the entries of a damaged directory that are no entries, and its base address.
fn report_damaged(directory: &Directory, body: &[u8], leader: &Leader, findings: &mut Findings) {
    for entry in &directory.entries {
        let end = entry.at + entry.width;
        let bytes = body.cut(entry.at..end).escape_ascii();
        if entry.len.is_some() && entry.start.is_some() && entry.width != EntryMap::MARC.width() {
            let message = format!("the directory entry \"{bytes}\" has {} bytes, not 12", entry.width);
            let place = (entry.at, entry.width);
            findings.at(ENTRY_WIDTH, place, message, "the next entry read from where it ends");
        } else if entry.len.is_none() || entry.start.is_none() {
            let message = format!("the directory entry \"{bytes}\" is not a tag, four and five digits");
            findings.at(
                DIRECTORY_INVALID,
                (entry.at, entry.width),
                message,
                "its field located by the other entries",
            );
        }
    }
    report_base(directory, leader, findings);
}

/// Reports a base address that is not where the data begin.
fn report_base(directory: &Directory, leader: &Leader, findings: &mut Findings) {
    if leader.base_address().map(|base| base as usize) != Some(directory.base) {
        let stated = show(leader, 12, 5);
        let message = format!("the base address is \"{stated}\", the data begin at byte {}", directory.base);
        findings.at(BASE_ADDRESS_INVALID, (12, 5), message, "read from there");
    }
}

/// Reads entries while they are entries. Returns them, and where the next one would begin.
fn read_entries(body: &[u8], start: usize, map: EntryMap) -> (Vec<RawEntry>, usize) {
    let mut entries = Vec::new();
    let mut at = start;
    let mut read = entry(map);
    while let Some(rest) = body.get(at..) {
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
        at += map.width();
    }
    (entries, at)
}

/// Where a directory may begin, the likelier first: after a leader of 24 bytes, or some bytes off.
const STARTS: [usize; 13] = [24, 23, 25, 22, 26, 21, 27, 20, 28, 29, 30, 31, 32];

/// How many digits length and start have in an entry: as they should, or one too many or too few.
const SHAPES: [(usize, usize); 5] = [(4, 5), (5, 5), (4, 6), (3, 5), (4, 4)];

/// Reads a directory that ends at `end`, of which any entry may be damaged, or a digit too long or too short. Takes the
/// width whose start continues where the field before ends.
fn resynchronise(body: &[u8], end: usize) -> Vec<RawEntry> {
    let mut entries = Vec::new();
    let mut at = DIRECTORY;
    let mut expected = Some(0usize);
    while at < end {
        let rest = body.cut(at..end);
        let fits = |entry: &RawEntry| expected.is_none() || entry.start == expected;
        let shaped = SHAPES.into_iter().filter_map(|shape| entry_of_shape(rest, shape)).find(fits);
        let found = shaped.unwrap_or_else(|| damaged_entry(rest, expected));
        let entry = RawEntry { at, ..found };
        expected = entry.start.zip(entry.len).map(|(start, len)| start.saturating_add(len));
        at += entry.width.max(1);
        entries.push(entry);
    }
    entries
}

/// Reads an entry whose length and start have these numbers of digits.
fn entry_of_shape(rest: &[u8], (len, start): (usize, usize)) -> Option<RawEntry> {
    let map = EntryMap { len, start, implementation: 0 };
    let (_, Entry { tag, len, start }) = entry(map)(rest).ok()?;
    Some(RawEntry { tag, len: Some(len as usize), start: Some(start as usize), at: 0, width: map.width() })
}

/// Reads what numbers there are in an entry that is none, after which a field should begin at `expected`.
fn damaged_entry(rest: &[u8], expected: Option<usize>) -> RawEntry {
    let mut tag = [b' '; 3];
    tag.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    let number_at = |from: usize, len: usize| {
        let (_, found) = number(len).parse(rest.get(from..)?).ok()?;
        Some(found as usize)
    };
    let len = number_at(3, 4);
    // As wide as it must be for the next entry to begin where this field ends.
    let after = expected.zip(len).map(|(start, len)| start.saturating_add(len));
    let leads_on = |width: &usize| after.is_some() && number_at(width + 7, 5) == after;
    let width = [12usize, 11, 13].into_iter().find(leads_on).unwrap_or(12).min(rest.len());
    let start = if width == 12 { number_at(7, 5) } else { expected };
    RawEntry { tag, len, start, at: 0, width }
}

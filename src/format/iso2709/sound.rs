//! Well-formed records of the MARC family: everything is checked, nothing is repaired.
//!
//! The quick way of reading. A record that fails any check is left to [`damaged`](super::damaged).

#![deny(clippy::arithmetic_side_effects)]

use memchr::{memchr, memmem};

use super::entry::{DIRECTORY, Entry, EntryMap, entry_of_12};
use super::fields::{Look, is_indicator};
use super::{DELIMITER, ESCAPE, FIELD_TERMINATOR, MAX_RECORD, RECORD_TERMINATOR};
use crate::io::ReadOptions;
use crate::record::{Leader, Slot};
use crate::tag::Tag;

/// What remains to be said of a record whose directory and fields agree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sound {
    /// Whether the data of the fields are in another order than their entries.
    pub(super) unordered: bool,
    /// Whether an indicator, a delimiter or a terminator is not where it should be.
    pub(super) odd: bool,
    /// Whether there is an escape character.
    pub(super) escapes: bool,
}

/// Reads the fields of a record of the MARC family into `slots`. Returns `None` unless every number is a number,
/// every field ends at its terminator, and no byte is left over.
#[inline]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "four and five digits make numbers below 100,000, and their sum is bounded by the entries"
)]
pub(super) fn parse_sound(
    body: &[u8],
    leader: &Leader,
    options: &ReadOptions,
    double_delimiter: &memmem::Finder<'static>,
    slots: &mut Vec<Slot>,
) -> Option<Sound> {
    slots.clear();
    let (base, directory) = envelope(body, leader)?;
    let end = body.len().checked_sub(1)?;
    let (entries, []) = directory.as_chunks::<12>() else { return None };
    if entries.len() > options.limits.fields {
        return None;
    }
    slots.resize(entries.len(), Slot::new(Tag::new(*b"000"), 0, 0, false));
    let mut next = base;
    let mut sound = Sound { unordered: false, odd: false, escapes: false };
    let mut tags = 0u32;
    let mut total = 0usize;
    for (bytes, slot) in entries.iter().zip(slots.iter_mut()) {
        let Entry { len, start, .. } = entry_of_12(bytes)?;
        // All three are below 100,000.
        let (start, len) = (base + start as usize, len as usize);
        let after = start + len;
        let last = after.wrapping_sub(1);
        if len == 0 || last >= end || body.get(last) != Some(&FIELD_TERMINATOR) {
            return None;
        }
        if start != next {
            sound.unordered = true;
            if body.get(start.wrapping_sub(1)) != Some(&FIELD_TERMINATOR) {
                return None;
            }
        }
        next = after;
        total += len;
        let [a, b, c, d, ..] = *bytes;
        let word = u32::from_be_bytes([a, b, c, d]);
        tags |= word;
        let tag = Tag::of_word(word);
        let control = tag.is_control();
        if !begins_well(body, start, len, control) {
            sound.odd = true;
        }
        *slot = Slot::new(tag, start as u32, last as u32, control);
    }
    let all = end.checked_sub(base)?;
    if total != all || (!sound.unordered && next != end) {
        return None;
    }
    // The same total in another order: a permutation, unless fields overlap.
    if sound.unordered && overlap(slots) {
        return None;
    }
    sound.odd |= tags & 0x8080_8080 != 0; // not ASCII
    let look = Look::at(body.get(base..end)?, entries.len(), double_delimiter);
    sound.odd |= look.strays;
    sound.escapes = look.escapes || memchr(ESCAPE, body.get(..base)?).is_some();
    Some(sound)
}

/// Returns the base address and the bytes of the directory, if leader and terminators are those of a sound record.
#[inline]
fn envelope<'b>(body: &'b [u8], leader: &Leader) -> Option<(usize, &'b [u8])> {
    if leader.get(10) != Some(b'2') || leader.get(11) != Some(b'2') || body.len() > MAX_RECORD {
        return None;
    }
    let map = EntryMap::of(leader);
    if map.is_some_and(|map| map != EntryMap::MARC)
        || leader.record_length() != u32::try_from(body.len()).ok()
    {
        return None;
    }
    let base = leader.base_address()? as usize;
    let directory = body.get(DIRECTORY..base.checked_sub(1)?)?;
    let ended = body.get(base.checked_sub(1)?) == Some(&FIELD_TERMINATOR);
    (ended && body.last() == Some(&RECORD_TERMINATOR)).then_some((base, directory))
}

/// Whether a field begins as its kind does: two indicators and a delimiter, or none of them in a control field.
#[inline]
fn begins_well(body: &[u8], start: usize, len: usize, control: bool) -> bool {
    match body.get(start..).and_then(|field| field.first_chunk::<3>()) {
        Some([_, _, third]) if control => *third != DELIMITER && len > 1,
        Some([first, second, DELIMITER]) => is_indicator(*first) && is_indicator(*second),
        _ => false,
    }
}

fn overlap(slots: &[Slot]) -> bool {
    let mut starts: Vec<(u32, u32)> = slots.iter().map(|slot| (slot.start, slot.end)).collect();
    starts.sort_unstable();
    starts.windows(2).any(|pair| matches!(pair, [(_, end), (start, _)] if start <= end))
}

//! Builds a record from its leader, directory and data.

use super::variant::{RecordHead, Variant};
use crate::finding::Findings;
use crate::format::isis::rules::{RECORD_BEYOND_FREE, RECORD_HEADER, VERSION_CHAIN, VERSION_ZERO};
use crate::format::rules::{DIRECTORY_OVERLAP, FIELD_OUT_OF_BOUNDS, TRUNCATED};
use crate::io::rules::LIMIT_REACHED;
use crate::record::Record;
use crate::record::Slot;
use crate::tag::Tag;

/// How many times its bytes a record may become.
const SHARED: u64 = 8;

/// Reports faults in the leader of a record.
pub(super) fn check_leader(
    variant: Variant,
    offset: u64,
    leader: &RecordHead,
    there: u64,
    free: Option<u64>,
    findings: &mut Findings,
) {
    let expected = variant.base_for(leader.fields);
    let shape = variant.shape;
    if u64::from(leader.base) != expected {
        let message = format!(
            "its data begin at byte {} by its header, and at {expected} by its {} fields",
            leader.base, leader.fields
        );
        findings.at(RECORD_HEADER, (0, shape.leader_len()), message, "ignored");
    }
    if leader.len < u64::from(leader.base) {
        let message =
            format!("its header states {} bytes, and that its data begin at {}", leader.len, leader.base);
        findings.at(RECORD_HEADER, (4, 4), message, "kept as far as it goes");
    } else if leader.len > there {
        let message = format!("its header states {} bytes; {there} are left in the file", leader.len);
        findings.at(TRUNCATED, (4, 4), message, "kept as far as it goes");
    }
    if let Some(free) = free.filter(|free| offset.checked_add(leader.len).is_none_or(|end| end > *free)) {
        let message = format!("it extends into the free space, which begins at byte {free}");
        findings.at(RECORD_BEYOND_FREE, (0, shape.leader_len()), message, "kept");
    }
    if variant.is_irbis64() {
        if leader.version == 0 {
            findings.at(VERSION_ZERO, (24, 4), "its version is 0; versions count from 1", "kept");
        }
        if leader.previous >= offset {
            let message = format!("its header places its previous version at byte {}", leader.previous);
            findings.at(VERSION_CHAIN, (8, 8), message, "kept");
        }
    }
}

/// Converts the directory of a record to slots.
#[expect(clippy::arithmetic_side_effects, reason = "lengths in memory, and sums of numbers of 32 bits")]
pub(super) fn fields(
    variant: Variant,
    entries: &[u8],
    data: &[u8],
    base: usize,
    limit: usize,
    record: &mut Record,
    findings: &mut Findings,
) {
    let have = data.len() as u64;
    let entry_len = variant.shape.entry_len();
    let leader_len = variant.shape.leader_len();
    let most = (have + entries.len() as u64).saturating_mul(SHARED);
    let mut made = 0u64;
    for (index, entry) in variant.entries(entries).enumerate() {
        let at = (leader_len + index * entry_len, entry_len);
        if index >= limit {
            findings.at(LIMIT_REACHED, at, format!("more than {limit} fields"), "the rest left out");
            return;
        }
        made += u64::from(entry.len).min(have);
        if made > most {
            let message =
                format!("entries that share bytes make the record longer than {SHARED} times its bytes");
            findings.at(LIMIT_REACHED, at, message, "the rest left out");
            break;
        }
        let tag = match entry.tag {
            0 => Some(Tag::new(*b"000")),
            number => Tag::from_number(number),
        };
        let Some(tag) = tag.filter(|_| entry.tag > 0) else {
            let message = format!("a field has the tag {}, which cannot be one", entry.tag);
            let kept = tag.unwrap_or(Tag::new(*b"000"));
            findings.in_field(RECORD_HEADER, (kept, index), at, message, "kept as 000");
            push(kept, entry.start, entry.len, have, record);
            continue;
        };
        let end = u64::from(entry.start) + u64::from(entry.len);
        if end > have {
            let message = format!("the field ends at byte {end} of the data, of which there are {have}");
            let place = (at.0.min(base), entry_len);
            findings.in_field(FIELD_OUT_OF_BOUNDS, (tag, index), place, message, "cut");
        }
        push(tag, entry.start, entry.len, have, record);
    }
    if overlap(record.slots_mut()) {
        let place = (leader_len, entries.len());
        findings.at(DIRECTORY_OVERLAP, place, "two entries point to the same data", "kept both");
    }
}

/// Whether two fields share bytes.
fn overlap(slots: &[Slot]) -> bool {
    let after = |pair: &[Slot]| matches!(pair, [one, next] if one.end <= next.start);
    if slots.windows(2).all(after) {
        return false; // as in nearly all records
    }
    let with_data = slots.iter().filter(|slot| slot.start < slot.end);
    let mut spans: Vec<(u32, u32)> = with_data.map(|slot| (slot.start, slot.end)).collect();
    spans.sort_unstable();
    spans.windows(2).any(|pair| matches!(pair, [(_, end), (start, _)] if start < end))
}

#[expect(clippy::arithmetic_side_effects, reason = "a sum of numbers of 32 bits")]
fn push(tag: Tag, start: u32, len: u32, have: u64, record: &mut Record) {
    let start = u64::from(start).min(have);
    let end = (start + u64::from(len)).min(have);
    let (start, end) = (start as u32, end as u32); // no record is longer than its limit
    record.slots_mut().push(Slot::new(tag, start, end, false));
}

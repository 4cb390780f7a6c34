//! A record from its leader, directory and data.

use super::charset::{Fallback, guess};
use super::layout::{Layout, Leader};
use crate::charset::{Charset, Reason};
use crate::diagnostic::Findings;
use crate::io::ReadOptions;
use crate::record::Slot;
use crate::{Code, Record, Tag};

/// What is wrong with the leader of a record.
pub(super) fn check_leader(
    layout: Layout,
    offset: u64,
    leader: &Leader,
    there: u64,
    free: Option<u64>,
    findings: &mut Findings,
) {
    let expected = layout.base_for(leader.fields);
    let shape = layout.shape;
    if u64::from(leader.base) != expected {
        let message = format!(
            "its data are said to begin at byte {}, {} fields need {expected}",
            leader.base, leader.fields
        );
        findings.at(Code::RecordHeader, (0, shape.leader_len()), message, "not relied on");
    }
    if leader.len < u64::from(leader.base) {
        let message = format!("it is said to have {} bytes, its data begin at {}", leader.len, leader.base);
        findings.at(Code::RecordHeader, (4, 4), message, "kept as far as it goes");
    } else if leader.len > there {
        let message = format!("it is said to have {} bytes, {there} are left in the file", leader.len);
        findings.at(Code::Truncated, (4, 4), message, "kept as far as it goes");
    }
    if let Some(free) = free.filter(|free| offset.saturating_add(leader.len) > *free) {
        let message = format!("it ends behind byte {free}, where free space is said to begin");
        findings.at(Code::RecordBeyondFree, (0, shape.leader_len()), message, "kept");
    }
    if layout.is_irbis64() {
        if leader.version == 0 {
            findings.at(Code::VersionZero, (24, 4), "its version is 0, the first is 1", "kept");
        }
        if leader.previous >= offset {
            let message = format!("the version before it is said to lie at byte {}", leader.previous);
            findings.at(Code::VersionChain, (8, 8), message, "kept");
        }
    }
}

/// Puts the directory of a record into its slots.
pub(super) fn fields(
    layout: Layout,
    entries: &[u8],
    data: &[u8],
    base: usize,
    limit: usize,
    record: &mut Record,
    findings: &mut Findings,
) {
    let have = data.len() as u64;
    let entry_len = layout.shape.entry_len();
    let leader_len = layout.shape.leader_len();
    for (index, entry) in layout.entries(entries).enumerate() {
        let at = (leader_len.saturating_add(index.saturating_mul(entry_len)), entry_len);
        if index >= limit {
            findings.at(Code::LimitReached, at, format!("more than {limit} fields"), "the rest left out");
            return;
        }
        let tag = match entry.tag {
            0 => Some(Tag::new(*b"000")),
            number => Tag::from_number(number),
        };
        let Some(tag) = tag.filter(|_| entry.tag > 0) else {
            let message = format!("a field has the tag {}, which cannot be one", entry.tag);
            let kept = tag.unwrap_or(Tag::new(*b"000"));
            findings.in_field(Code::RecordHeader, (kept, index), at, message, "kept as 000");
            push(kept, entry.start.into(), entry.len.into(), have, record);
            continue;
        };
        let end = u64::from(entry.start).saturating_add(u64::from(entry.len));
        if end > have {
            let message = format!("the field ends at byte {end} of the data, of which there are {have}");
            let place = (at.0.min(base), entry_len);
            findings.in_field(Code::FieldOutOfBounds, (tag, index), place, message, "cut");
        }
        push(tag, entry.start.into(), end.saturating_sub(entry.start.into()), have, record);
    }
}

fn push(tag: Tag, start: u64, len: u64, have: u64, record: &mut Record) {
    let start = start.min(have);
    let end = start.saturating_add(len).min(have);
    let (start, end) = (start as u32, end as u32); // no record is longer than its limit
    record.slots_mut().push(Slot::new(tag, start, end, false));
}

/// Puts the data into the record, as text if they are UTF-8, and tells it its character set.
pub(super) fn load(
    data: &[u8],
    options: &ReadOptions,
    layout: Layout,
    fallback: &Fallback,
    told: &mut bool,
    record: &mut Record,
    findings: &mut Findings,
) {
    let auto = options.charset == Charset::Auto;
    if matches!(options.charset, Charset::Auto | Charset::Utf8) {
        if let Ok(text) = simdutf8::basic::from_utf8(data)
            && record.cuts_at_characters(text)
        {
            let reason = match (auto, text.is_ascii()) {
                (false, _) => Reason::Caller,
                (_, true) => Reason::Ascii,
                _ if layout.is_irbis64() => Reason::Format,
                _ => Reason::ValidUtf8,
            };
            record.set_text(text);
            record.set_charset(Charset::Utf8, reason);
            return;
        }
    }
    record.set_bytes(data);
    // Where the sample says nothing, being ASCII, the record speaks for itself.
    let is_silent = auto && !layout.is_irbis64() && fallback.reason == Reason::Format;
    let own = is_silent.then(|| guess(data));
    let fallback = own.as_ref().unwrap_or(fallback);
    let whole = |record: &Record| record.fields().all(|field| std::str::from_utf8(field.raw()).is_ok());
    let (charset, reason) = match options.charset {
        Charset::Auto if layout.is_irbis64() => (Charset::Utf8, Reason::Format),
        Charset::Auto => {
            record.set_charset(Charset::Utf8, Reason::ValidUtf8);
            match whole(record) {
                true => (Charset::Utf8, Reason::ValidUtf8),
                false => (fallback.charset, fallback.reason),
            }
        }
        named => (named, Reason::Caller),
    };
    record.set_charset(charset, reason);
    if charset == Charset::Utf8 {
        report_invalid_utf8(record, layout, findings);
    } else if !charset.is_supported() {
        let message = format!("the record is in {charset}, for which there are no tables yet");
        findings.at(Code::CharsetUnsupported, (0, data.len()), message, "bytes kept, not decoded");
    } else if auto && fallback.is_doubtful && !std::mem::replace(told, true) {
        let message = format!("the base is read as {charset}, by few signs");
        findings.at(Code::CharsetDoubtful, (0, data.len()), message, "name the character set to be sure");
    }
}

fn report_invalid_utf8(record: &Record, layout: Layout, findings: &mut Findings) {
    let base = usize::try_from(layout.base_for(record.fields().len() as u32)).unwrap_or_default();
    for field in record.fields() {
        let Err(error) = std::str::from_utf8(field.raw()) else { continue };
        let byte = field.raw().get(error.valid_up_to()).copied().unwrap_or_default();
        let at = base.saturating_add(record.offset_of(field)).saturating_add(error.valid_up_to());
        let message = format!("byte {byte:02X} is not valid in UTF-8 here");
        findings.in_field(Code::InvalidUtf8, (field.tag(), field.index()), (at, 1), message, "bytes kept");
    }
}

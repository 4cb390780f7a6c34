//! Signs of a leader and of a whole record.

#![deny(clippy::arithmetic_side_effects)]

use memchr::memchr_iter;

use crate::bytes::Cut;
use crate::format::iso2709::dialect::is_mab2;
use crate::format::iso2709::entry::entry_of_12;
use crate::format::iso2709::unwrap::Lines;
use crate::format::iso2709::{FIELD_TERMINATOR, RECORD_TERMINATOR};
use crate::record::Leader;

/// The length of a leader in bytes.
pub(super) const LEADER: usize = Leader::LEN;
/// How many bytes show whether a record is cut into lines.
const HEAD: usize = 640;
/// The length of the shortest record: leader, field terminator, record terminator.
pub(super) const SHORTEST: usize = LEADER + 2;

/// Returns the record length in the leader, if it is one.
#[inline]
#[expect(clippy::arithmetic_side_effects, reason = "five digits")]
pub(super) fn stated_length(buf: &[u8]) -> Option<usize> {
    let digits = buf.first_chunk::<5>()?;
    let mut length = 0usize;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        length = length * 10 + usize::from(digit - b'0'); // at most 99,999
    }
    (length >= SHORTEST - 1).then_some(length)
}

/// Whether these bytes could follow a record.
pub(super) fn could_follow(bytes: &[u8]) -> bool {
    match bytes.first() {
        None => true,
        Some(byte) if is_filler(*byte) => true,
        _ => could_be_leader(bytes),
    }
}

pub(super) const fn is_filler(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 0x0B | b'\r' | 0x1A | b' ')
}

/// Whether a record surely begins here: record length and base address fit, the counts are digits or blank.
pub(in crate::format::iso2709) fn is_leader(bytes: &[u8]) -> bool {
    let Some(leader) = bytes.first_chunk().map(|bytes| Leader::new(*bytes)) else { return false };
    let count = |position| leader.get(position).is_some_and(|byte| byte.is_ascii_digit() || byte == b' ');
    let (Some(length), Some(base)) = (leader.record_length(), leader.base_address()) else { return false };
    base as usize > LEADER && base < length && [10, 11, 20, 21].into_iter().all(count)
}

/// Whether a record surely begins here, and not a directory or the end of a leader that looks like one. `Err` is the
/// number of bytes that must be seen to decide.
pub(super) fn begins(bytes: &[u8], eof: bool) -> Result<bool, usize> {
    // Most of what is tried begins with no length.
    if !bytes.first().is_some_and(u8::is_ascii_digit) {
        return Ok(false);
    }
    if is_clear_leader(bytes) {
        return Ok(true);
    }
    if !is_leader(bytes) {
        return Ok(false);
    }
    // Without status and type, as in CDS/ISIS, the directory must end where it should.
    begins_soundly(bytes, eof)
}

/// Whether leader and directory of a record are here, in plain form or in lines: whole entries, the first of a field at
/// the base address, and after them a byte that could end fields. `Err` is the number of bytes that must be seen to
/// decide.
///
/// # Cost
/// Constant: of the directory only the first entries and the last are looked at.
#[expect(clippy::arithmetic_side_effects, reason = "a base address has five digits")]
pub(super) fn begins_soundly(bytes: &[u8], eof: bool) -> Result<bool, usize> {
    if !bytes.first().is_some_and(u8::is_ascii_digit) {
        return Ok(false);
    }
    if is_mab2(bytes) {
        return Ok(true);
    }
    if bytes.len() < HEAD && !eof {
        return match bytes.iter().take(5).all(|byte| byte.is_ascii_digit() || matches!(byte, b'\r' | b'\n')) {
            true => Err(HEAD),
            false => Ok(false),
        };
    }
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    let split = Lines::leader(head);
    let base = match &split {
        Some(leader) if is_leader(leader) => Leader::new(*leader).base_address(),
        _ if is_leader(head) => Leader::padded(head).base_address(),
        _ => return Ok(false),
    };
    let base = base.unwrap_or_default() as usize;
    // In lines, there is a line end after 24 bytes at the least.
    let most = base + base / LEADER * 2 + 2;
    if bytes.len() < most && !eof {
        return Err(most);
    }
    let plain = split.is_none() && has_entries(base, |at| bytes.get(at).copied());
    let in_lines = |lines: Lines| has_entries(base, |at| bytes.get(lines.place(at)).copied());
    Ok(plain || Lines::candidates(head).any(in_lines))
}

/// Whether the first entries and the last before the base address are entries, the first of a field at the base
/// address, and the byte after them could end fields.
#[expect(
    clippy::arithmetic_side_effects,
    reason = "a base address has five digits, and the count is above 0 where 1 is taken from it"
)]
fn has_entries(base: usize, byte: impl Fn(usize) -> Option<u8>) -> bool {
    let entry = |number: usize| {
        let mut entry = [0; 12];
        for (to, at) in entry.iter_mut().zip(LEADER + 12 * number..) {
            *to = byte(at)?;
        }
        let [a, b, c, ..] = entry;
        let is_tag = [a, b, c].iter().all(u8::is_ascii_alphanumeric);
        entry_of_12(&entry).filter(|_| is_tag)
    };
    let count = base.saturating_sub(LEADER + 1) / 12;
    let whole = count > 0 && LEADER + 12 * count + 1 == base;
    let ended = byte(base.saturating_sub(1))
        .is_some_and(|byte| byte == FIELD_TERMINATOR || byte.is_ascii_punctuation());
    whole
        && ended
        && entry(0).is_some_and(|entry| entry.start == 0)
        && (1..count.min(4)).chain([count - 1]).all(|number| entry(number).is_some())
}

/// Whether a leader with status and type is here.
pub(super) fn is_clear_leader(bytes: &[u8]) -> bool {
    has_status(bytes) && (is_leader(bytes) || is_mab2(bytes))
}

/// Whether status and type are letters.
pub(super) fn has_status(bytes: &[u8]) -> bool {
    bytes.get(5..7).is_some_and(|letters| letters.iter().all(u8::is_ascii_alphabetic))
}

/// Whether a field terminator precedes the base address.
#[inline]
pub(super) fn has_directory(bytes: &[u8]) -> bool {
    let base = Leader::padded(bytes).base_address().and_then(|base| (base as usize).checked_sub(1));
    base.and_then(|end| bytes.get(end)) == Some(&FIELD_TERMINATOR)
}

/// Returns the length of the record that begins here, if leader, directory and end are where they should be.
fn is_sound(bytes: &[u8]) -> Option<usize> {
    let len = stated_length(bytes)?;
    let ended = || bytes.get(len.saturating_sub(1)) == Some(&RECORD_TERMINATOR);
    let has_fields = is_leader(bytes) && has_directory(bytes) || is_mab2(bytes);
    (has_fields && ended()).then_some(len)
}

/// Finds a sound record at the end of these bytes, after others that are garbage or a record without an end. Returns
/// its offset.
pub(super) fn record_at_end(bytes: &[u8]) -> Option<usize> {
    // After a leader with status and type, one without is a stretch of the directory.
    let clear = has_status(bytes);
    (1..bytes.len()).find(|&at| {
        let inner = bytes.cut(at..);
        inner.first().is_some_and(u8::is_ascii_digit)
            && is_sound(inner) == Some(inner.len())
            && (!clear || is_clear_leader(inner))
    })
}

/// Whether the last entry of the directory is that of a field which ends these bytes.
#[inline]
#[expect(clippy::arithmetic_side_effects, reason = "four and five digits make numbers below 100,000")]
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    let base = Leader::padded(bytes).base_address().unwrap_or_default() as usize;
    let entry = base.checked_sub(13).and_then(|at| bytes.get(at..)).and_then(|bytes| bytes.first_chunk());
    // All three are below 100,000.
    let end = entry.and_then(entry_of_12).map(|entry| base + entry.start as usize + entry.len as usize + 1);
    end == Some(bytes.len())
}

/// Returns the end of the first record, if these bytes are several although the first claims all of them.
#[inline]
#[expect(clippy::arithmetic_side_effects, reason = "an offset in the bytes")]
pub(super) fn record_inside(bytes: &[u8]) -> Option<usize> {
    let inner = bytes.cut(..bytes.len().saturating_sub(1));
    let mut ends = memchr_iter(RECORD_TERMINATOR, inner).map(|at| at + 1);
    ends.find(|end| bytes.get(*end..).is_some_and(|bytes| is_sound(bytes).is_some()))
}

/// Whether a record may begin here, with a damaged leader: two signs of four.
pub(in crate::format::iso2709) fn could_be_leader(bytes: &[u8]) -> bool {
    signs(bytes).into_iter().filter(|sign| *sign).count() >= 2
}

/// Returns the signs of a leader: record length, base address, the two counts, the entry map.
fn signs(bytes: &[u8]) -> [bool; 4] {
    let leader = Leader::padded(bytes);
    [
        leader.record_length().is_some(),
        leader.base_address().is_some(),
        leader.indicator_count().is_some() && leader.identifier_length().is_some(),
        leader.get(20) == Some(b'4') && leader.get(21) == Some(b'5'),
    ]
}

/// Whether a leader with a blank record length is here; those blanks are no filler.
pub(super) fn lacks_only_length(bytes: &[u8]) -> bool {
    bytes.iter().take(5).all(|byte| is_filler(*byte)) && signs(bytes).into_iter().skip(1).all(|sign| sign)
}

//! MAB2, the former format of German libraries: a leader, no directory, and fields that begin with their tags.
//!
//! In the exchange form a field is a tag of three digits, one indicator and the data, ended by 1E, and the record by
//! 1D; subfields begin with 1F where there are any. In the diskette form a record is `### ` and its leader on a line,
//! a line for each field, and an empty line.

use memchr::{memchr, memchr_iter, memchr2};

use super::form::Form;
use crate::bytes::Cut;
use crate::finding::Findings;
use crate::format::iso2709::rules::{DATA_UNCLAIMED, FIELD_UNTERMINATED};
use crate::format::iso2709::{FIELD_TERMINATOR, RECORD_TERMINATOR};
use crate::format::rules::{LEADER_VALUE, TAG_INVALID};
use crate::io::Step;
use crate::record::{Dialect, Leader, Slot, Syntax};
use crate::tag::Tag;

/// One indicator, fields found by their tags; most fields are one value without a subfield.
pub(super) const FORM: Form = Form {
    dialect: Dialect::Mab2,
    syntax: Syntax { delimiter: 0x1F, indicators: 1, fold_codes: false, control_fields: false },
    whole_values: true,
    is_leader: |leader| leader.base_address() == Some(24) && leader.indicator_count() == Some(1),
    is_text: |body| body.starts_with(DISKETTE),
    leader,
    fields: Some(find_fields),
};

/// The first bytes of a record in the diskette form.
pub(in crate::format::iso2709) const DISKETTE: &[u8] = b"### ";

/// The number of bytes that show whether a record in the diskette form begins.
pub(in crate::format::iso2709) const HEAD: usize = 80;

/// Whether a record in the diskette form begins here: its mark, a line, and a tag on the next.
pub(in crate::format::iso2709) fn begins(bytes: &[u8]) -> bool {
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    let Some(line) = memchr(b'\n', head) else { return false };
    let next = head.cut(line + 1..);
    head.starts_with(DISKETTE) && next.len() > 3 && next.iter().take(3).all(u8::is_ascii_digit)
}

/// Whether a record of MAB2, which has no directory, surely begins here: record length, status, and the numbers that all of
/// them have.
pub(in crate::format::iso2709) fn begins_exchange(bytes: &[u8]) -> bool {
    leader_of(bytes)
        .and_then(|leader| leader.record_length())
        .is_some_and(|length| length as usize > Leader::LEN)
}

/// The leader that is here, if it has the numbers that all of MAB2 have: in the diskette form it may tell no length.
fn leader_of(bytes: &[u8]) -> Option<Leader> {
    let leader = Leader::new(*bytes.first_chunk()?);
    let numbers = leader.base_address() == Some(24) && leader.indicator_count() == Some(1);
    let is_leader = numbers
        && leader.record_length().is_some()
        && leader.status().is_ascii_alphabetic()
        && leader.record_type() == b'M';
    is_leader.then_some(leader)
}

/// Finds the end of a record in the diskette form: after the next empty line. The first `searched` bytes have none.
pub(in crate::format::iso2709) fn diskette_end(buf: &[u8], searched: usize, eof: bool) -> Step {
    let mut at = searched;
    while let Some(found) = memchr2(b'\n', b'#', buf.cut(at..)) {
        at += found;
        let rest = buf.cut(at..);
        if rest.starts_with(b"#") {
            // Inside a line, a leader must follow.
            if at > 0 && rest.strip_prefix(DISKETTE).and_then(leader_of).is_some() {
                return Step::Frame(at);
            }
            if rest.len() < DISKETTE.len() + Leader::LEN && !eof {
                break;
            }
            at += 1;
            continue;
        }
        at += 1;
        match buf.cut(at..) {
            [b'\n', ..] => return Step::Frame(at + 1),
            [b'\r', b'\n', ..] => return Step::Frame(at + 2),
            rest if rest.starts_with(DISKETTE) => return Step::Frame(at),
            [] | [b'\r'] | [b'#'] | [b'#', b'#'] | [b'#', b'#', b'#'] if !eof => break,
            _ => {}
        }
    }
    if eof { Step::Frame(buf.len()) } else { Step::Need(buf.len() + 1) }
}

/// Returns the leader of either form.
fn leader(body: &[u8]) -> Leader {
    match body.strip_prefix(DISKETTE) {
        Some(rest) => {
            Leader::padded(rest.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default())
        }
        None => Leader::padded(body),
    }
}

/// Finds the fields of a record in either form. Returns whether they are those of an exchange record without damage.
fn find_fields(body: &[u8], limit: usize, slots: &mut Vec<Slot>, findings: &mut Findings) -> bool {
    if body.starts_with(DISKETTE) {
        find_lines(body, limit, slots, findings);
        return false;
    }
    let end = body.strip_suffix(&[RECORD_TERMINATOR]).unwrap_or(body).len();
    let data = body.cut(Leader::LEN..end);
    let mut start = Leader::LEN;
    let mut sound = end < body.len();
    for stop in memchr_iter(FIELD_TERMINATOR, data).map(|at| at + Leader::LEN) {
        sound &= push_field(body, (start, stop), limit, slots, findings);
        start = stop + 1;
    }
    if start < end {
        let message = "no field terminator ends the last field";
        findings.at(FIELD_UNTERMINATED, (end, 0), message, "kept");
        push_field(body, (start, end), limit, slots, findings);
        sound = false;
    }
    sound
}

/// Finds the fields of a record in the diskette form.
fn find_lines(body: &[u8], limit: usize, slots: &mut Vec<Slot>, findings: &mut Findings) {
    let mut start = 0usize;
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let text = line.trim_ascii_end();
        if let Some(after) = text.len().checked_sub(DISKETTE.len() + Leader::LEN).filter(|_| start == 0) {
            if after > 0 {
                let message = format!("the leader has {} bytes, not {}", Leader::LEN + after, Leader::LEN);
                findings.at(LEADER_VALUE, (DISKETTE.len(), Leader::LEN + after), message, "cut");
            }
        }
        if start > 0 && !text.is_empty() {
            let end = start + without_line_end(line);
            push_field(body, (start, end), limit, slots, findings);
        }
        start += line.len();
    }
}

/// Returns the length of a line without its line end.
fn without_line_end(line: &[u8]) -> usize {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line).len()
}

/// Adds the field between two offsets. Returns whether it is one.
fn push_field(
    body: &[u8],
    (start, end): (usize, usize),
    limit: usize,
    slots: &mut Vec<Slot>,
    findings: &mut Findings,
) -> bool {
    let bytes = body.cut(start..end);
    let (Some((tag, [_, ..])), true) = (bytes.split_first_chunk::<3>(), slots.len() < limit) else {
        let message = "no tag and indicator, or more fields than are allowed";
        findings.at(DATA_UNCLAIMED, (start, bytes.len()), message, "left out");
        return false;
    };
    // Local data are in fields LOK.
    let [first, rest @ ..] = &tag;
    let is_sound = match first {
        b'0'..=b'9' => rest.iter().all(u8::is_ascii_digit),
        b'A'..=b'Z' => rest.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()),
        _ => false,
    };
    if !is_sound {
        let message = format!(
            "expected a tag of three digits, or of a capital and two digits or capitals, found \"{}\"",
            tag.escape_ascii()
        );
        findings.at(TAG_INVALID, (start, tag.len()), message, "kept");
    }
    if let (Ok(start), Ok(end)) = (u32::try_from(start + 3), u32::try_from(end)) {
        slots.push(Slot::new(Tag::new(*tag), start, end, false));
    }
    is_sound
}

//! Lines of the form: what each is, and which begin a record.

use memchr::{memchr, memchr2, memmem, memrchr};

use super::{RECORD, UNIT};
use crate::bytes::Cut;
use crate::format::irbis::repeat;
use crate::format::lines::{line_end, marks_before};

/// Returns a line without marks and its end, the offset of its text, and its length including its end; `None` if it is
/// incomplete.
pub(super) fn line(buf: &[u8], eof: bool) -> Option<(&[u8], usize, usize)> {
    if buf.is_empty() {
        return None;
    }
    let (text, end) = line_end(buf, 0, 0, eof, begins).ok()?;
    let marks = marks_before(buf.cut(..text), begins);
    Some((buf.cut(marks..text), marks, end))
}

/// Whether text begins like a line of the server: a number and `#`.
pub(super) fn begins(text: &[u8]) -> bool {
    let text = text.get(..16).unwrap_or(text);
    memchr(b'#', text).is_some_and(|at| at == 0 || number(text.cut(..at)).is_some())
}

pub(super) fn has_separator(line: &[u8]) -> bool {
    memchr2(UNIT, RECORD, line).is_some()
}

/// Returns the number before the first `#`, and the text after it; `None` if there is no number.
pub(super) fn split(piece: &[u8]) -> Option<(i64, &[u8])> {
    let at = memchr(b'#', piece)?;
    Some((number(piece.get(..at)?)?, piece.get(at + 1..)?))
}

pub(super) fn number(digits: &[u8]) -> Option<i64> {
    let is_number = |digits: &[u8]| !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    let plain = digits.strip_prefix(b"-").unwrap_or(digits);
    std::str::from_utf8(digits).ok().filter(|_| is_number(plain) && plain.len() < 12)?.parse().ok()
}

/// Returns whether a line is `0#`, the start of the second line of a record, before its version.
pub(super) fn is_version(line: &[u8]) -> bool {
    line.strip_prefix(b"0#").is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_digit))
}

/// Returns whether a line is exactly `MFN#STATUS`; the status may be missing.
pub(super) fn is_head(line: &[u8]) -> bool {
    split(line).is_some_and(|(_, status)| status.iter().all(u8::is_ascii_digit))
}

/// Whether a line is `0#` and a version, and nothing else.
pub(super) fn is_only_version(line: &[u8]) -> bool {
    is_version(line) && is_head(line)
}

/// Whether a line is a number and a status with the version after them, which is a line of its own.
pub(super) fn is_joined_head(line: &[u8]) -> bool {
    let Some(at) = memrchr(b'#', line) else { return false };
    let (start, version) = line.split_at_checked(at).unwrap_or((line, &[]));
    let is_version = version.len() > 1 && version.iter().skip(1).all(u8::is_ascii_digit);
    is_version && start.strip_suffix(b"0").is_some_and(|start| is_head(start) && !start.ends_with(b"#"))
}

/// Whether a line begins with the number after that of a record.
pub(super) fn is_next(line: &[u8], mfn: Option<i64>) -> bool {
    let next = mfn.and_then(|mfn| mfn.checked_add(1));
    next.is_some() && split(line).map(|(number, _)| number) == next
}

/// Whether a line has the tag of the first field of the record in `buf`.
pub(super) fn is_like(line: &[u8], buf: &[u8]) -> bool {
    let mut rest = buf;
    for _ in 0..4 {
        let Some((first, _, len)) = self::line(rest, true) else { return false };
        if !is_head(first) {
            let tag = split(first).map(|(tag, _)| tag);
            return tag.is_some() && split(line).map(|(tag, _)| tag) == tag;
        }
        rest = rest.cut(len..);
    }
    false
}

/// Returns the offset in a line of the number of the next record: all of the line, or its end.
pub(super) fn head_at_end(line: &[u8], mfn: Option<i64>) -> Option<usize> {
    if is_head(line) || is_next(line, mfn) {
        return Some(0);
    }
    let next = mfn?.checked_add(1)?.to_string();
    let mark = memrchr(b'#', line).filter(|at| line.cut(at + 1..).iter().all(u8::is_ascii_digit))?;
    line.cut(..mark).strip_suffix(next.as_bytes()).map(<[u8]>::len)
}

/// Returns the offset in a line of pieces at which another record begins: at the piece before a second version.
pub(super) fn record_inside(line: &[u8]) -> Option<usize> {
    let is_end = |byte: &u8| matches!(*byte, UNIT | RECORD);
    let is_start = |at: &usize| at.checked_sub(1).and_then(|before| line.get(before)).is_some_and(is_end);
    let mut versions = memmem::find_iter(line, b"0#").filter(is_start).filter(|at| {
        let len = line.cut(*at..).iter().position(is_end).unwrap_or(line.len() - at);
        is_only_version(line.cut(*at..at + len))
    });
    versions.next()?;
    let version = versions.next()?;
    let end = line.cut(..version).iter().rposition(|byte| !is_end(byte)).map_or(0, |last| last + 1);
    let start = line.cut(..end).iter().rposition(is_end).map_or(0, |before| before + 1);
    let mfn = line.split(is_end).find_map(split).map(|(number, _)| number.wrapping_abs());
    Some(head_at_end(line.cut(start..end), mfn).map_or(version, |inside| start + inside))
}

/// Returns the offset of a line that is the damaged start of another record.
pub(super) fn damaged_start(record: &[u8]) -> Option<usize> {
    let (first, _, len) = line(record, true)?;
    let mfn = split(first).map(|(number, _)| number.wrapping_abs());
    let mut at = len;
    let suspects = std::iter::from_fn(|| {
        loop {
            let start = at;
            let (this, _, len) = line(record.cut(start..), true)?;
            at += len;
            if is_next(this, mfn) {
                return Some(start);
            }
        }
    });
    repeat::damaged_start(record, suspects, written_head, begins)
}

/// Returns the head of a field at the start of a line, as it is written.
pub(super) fn written_head(line: &[u8]) -> Option<&[u8]> {
    let line = line.get(..16).unwrap_or(line);
    split(line).filter(|(tag, _)| *tag > 0 && !is_head(line))?;
    line.get(..memchr(b'#', line)?)
}

/// Returns what is after the lines of a record that have its number and version.
pub(super) fn fields(record: &[u8]) -> &[u8] {
    let mut rest = record;
    for _ in 0..3 {
        match line(rest, true) {
            Some((first, _, len)) if is_head(first) || first == b"0" => rest = rest.cut(len..),
            _ => break,
        }
    }
    rest
}

/// Returns the length of the record at the start of bytes: up to the line before the next version.
pub(super) fn record_len(bytes: &[u8]) -> usize {
    let mut at = fields(bytes).len();
    at = bytes.len() - at;
    loop {
        let rest = bytes.cut(at..);
        let Some((this, _, len)) = line(rest, true) else { return bytes.len() };
        let next = line(rest.cut(len..), true);
        if is_head(this) && next.is_some_and(|(next, ..)| is_version(next)) {
            return at;
        }
        at += len;
    }
}

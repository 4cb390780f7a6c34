//! What the text formats share: where records end, and how a record is built from lines.

mod cutter;
mod draft;
mod invisible;
mod numbered;
mod records;
mod sniff;

pub(super) use self::cutter::{Around, Cutter, Line};
pub(super) use self::draft::Draft;
pub(super) use self::invisible::without_marks_before;
pub(super) use self::records::{LineRecords, LineShape, beginning, has_returns};
pub(in crate::format) use self::sniff::{by_lines, first_lines};
pub(super) use crate::format::lines::{Inside, is_blank, lines};

use crate::bytes::Cut;
use crate::format::rules::TAG_TOO_WIDE;
use crate::record::rules::{CHARACTER_NOT_ALLOWED, DELIMITER_IN_VALUE};

use crate::error::{Error, Result};
use crate::finding::Finding;
use crate::finding::Findings;
use crate::io::{IllegalCharacters, WideTags, place};
use crate::record::{FieldRef, RecordRef};

/// Fails if the encoding of the input does not include ASCII, and names that encoding.
pub(super) fn refuse_other_encodings(buf: &[u8]) -> Result<()> {
    let what = match buf {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => "the input is UTF-16; convert it to UTF-8 first",
        [0x1F, 0x8B, ..] => "the input is compressed with gzip; decompress it first",
        [0x28, 0xB5, 0x2F, 0xFD, ..] => "the input is compressed with zstd; decompress it first",
        _ => return Ok(()),
    };
    Err(Error::refused(what))
}

/// Returns the start of a line, for a message.
pub(super) fn shown(line: &[u8]) -> String {
    line.get(..40).unwrap_or(line).escape_ascii().to_string()
}

/// Returns whether a line is a leader: 24 bytes, except for trailing blanks, with a number or blanks for the
/// length, and `45` or blanks at the start of the entry map.
pub(super) fn is_leader_line(line: &[u8]) -> bool {
    let (Some(length), Some(map)) = (line.get(..5), line.get(20..22)) else { return false };
    let numeric =
        length.iter().all(u8::is_ascii_digit) || length == b"     " && line.get(10..12) == Some(b"22");
    let printable = line.iter().all(|byte| matches!(byte, b' '..=b'~'));
    numeric && printable && matches!(map, b"45" | b"  ") && line.trim_ascii_end().len() <= 24
}

/// Whether a line may be a leader of which a byte or two are damaged, before it or in it: three of the signs of a leader,
/// within a byte of where they are in one that ends the line.
pub(super) fn could_be_leader_line(line: &[u8]) -> bool {
    let is_leader = |start: usize| {
        let part = |from: usize, len: usize| line.cut(start + from..start + from + len);
        let is_number = |part: &[u8]| part.len() == 5 && part.iter().all(u8::is_ascii_digit);
        let signs =
            [is_number(part(0, 5)), part(10, 2) == b"22", is_number(part(12, 5)), part(20, 2) == b"45"];
        signs.into_iter().filter(|sign| *sign).count() >= 3
    };
    let last = line.len().checked_sub(24).filter(|last| *last <= 12);
    last.is_some_and(|last| (last.max(1) - 1..last + 2).any(is_leader))
}

/// Whether the record goes on after a blank line: tags of data fields that ascend, on the line before it and the next.
/// Fields above 500 may repeat. A record that begins otherwise than with a leader is separate.
pub(super) fn goes_on_after_blank(tags: (Option<[u8; 3]>, Option<[u8; 3]>)) -> bool {
    match tags {
        (Some(last), Some(next)) => {
            let plain = next.iter().all(u8::is_ascii_digit) && !next.starts_with(b"00");
            plain && (next > last || next == last && next >= *b"500")
        }
        _ => false,
    }
}

/// How writers of lines treat data that a line cannot represent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) illegal: IllegalCharacters,
    pub(super) wide_tags: WideTags,
    /// Whether the tag LDR is reserved for the leader.
    pub(super) reserved: bool,
}

impl Limits {
    /// Returns the tag of a field, three bytes, if a line can begin with it; `None` if the field must be
    /// dropped.
    pub(super) fn tag(
        self,
        record: RecordRef<'_>,
        field: FieldRef<'_>,
        findings: &mut Findings,
    ) -> Result<Option<[u8; 3]>, Finding> {
        let tag = field.tag();
        let finding =
            |code, message, action| Finding::new(code, place(record, tag, field.index()), message, action);
        match tag.bytes() {
            Some(bytes) if self.reserved && bytes == *b"LDR" => {
                let message = "tag LDR is that of the leader".to_owned();
                Err(finding(CHARACTER_NOT_ALLOWED, message, "record rejected"))
            }
            Some(bytes) if bytes.iter().all(u8::is_ascii_graphic) => Ok(Some(bytes)),
            Some(_) => {
                let message = format!("tag {tag} is not three printable characters");
                Err(finding(CHARACTER_NOT_ALLOWED, message, "record rejected"))
            }
            None => {
                let message = format!("tag {tag} has more than three digits");
                match self.wide_tags {
                    WideTags::Fail => Err(finding(TAG_TOO_WIDE, message, "record rejected")),
                    WideTags::Drop => {
                        findings.push(finding(TAG_TOO_WIDE, message, "field left out"));
                        Ok(None)
                    }
                }
            }
        }
    }
}

/// Reports a field with invisible characters that readers of lines take for marks of an editor.
pub(super) fn report_marks(record: RecordRef<'_>, field: FieldRef<'_>, findings: &mut Findings) {
    let indicators = usize::from(field.syntax().indicators);
    if !field.is_control() && invisible::without_marks(field.raw(), indicators).is_some() {
        findings.push(ambiguous(record, field, "invisible characters before a delimiter"));
    }
}

/// Creates the finding of a field that would be read differently than written.
pub(super) fn ambiguous(record: RecordRef<'_>, field: FieldRef<'_>, what: &'static str) -> Finding {
    let place = place(record, field.tag(), field.index());
    Finding::new(DELIMITER_IN_VALUE, place, what, "written as it stands, and will be read otherwise")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaders_and_what_is_none() {
        for line in [
            "00251nas a2200121 c 4500",
            "     cam a22002777i 4500",
            "02794cam0 2200709   450 ",
            "01471cjm a2200349 a 4500  ",
        ] {
            assert!(is_leader_line(line.as_bytes()), "{line}");
        }
        for line in
            ["001 987874829", "245 00 $a Code4Lib journal", "", "12345", "000000002 FMT   L BK and more"]
        {
            assert!(!is_leader_line(line.as_bytes()), "{line}");
        }
    }
}

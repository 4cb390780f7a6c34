//! The byte order mark of UTF-16 before text that is in a set of bytes: put there by a program, or by hand.

use crate::finding::Findings;
use crate::format::rules::BYTE_ORDER_MARK;
use crate::io::{LOOK_FOR_UTF16, Step, utf16};

/// Returns the step for such a mark at the start of the input; `None` if there is none, or the text is in UTF-16.
pub(super) fn wide_mark(buf: &[u8], eof: bool, findings: &mut Findings) -> Option<Step> {
    let mark = match buf {
        [0xFF, 0xFE, ..] => "FF FE",
        [0xFE, 0xFF, ..] => "FE FF",
        [0xFF] | [0xFE] if !eof => return Some(Step::Need(LOOK_FOR_UTF16)),
        _ => return None,
    };
    if buf.len() < LOOK_FOR_UTF16 && !eof {
        return Some(Step::Need(LOOK_FOR_UTF16));
    }
    if utf16(buf).is_some() {
        return None;
    }
    let message = format!("byte order mark {mark}, though the text is not UTF-16");
    findings.at(BYTE_ORDER_MARK, (0, 2), message, "skipped");
    Some(Step::Skip(2))
}

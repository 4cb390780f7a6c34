//! What the formats in lines of text share: where records end, and how a record is made of lines.

mod draft;

pub(super) use self::draft::Draft;

use memchr::memchr;

use crate::diagnostic::Findings;
use crate::io::{IllegalCharacters, Step, WideTags, place};
use crate::record::{FieldRef, RecordRef};
use crate::{Code, Diagnostic, Error, ErrorKind, Result};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What a line is to the record in which it may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// Part of it.
    Inside,
    /// The first of the next.
    Begins,
    /// The last of it.
    Ends,
}

/// Finds the ends of records that are made of whole lines.
#[derive(Debug, Clone, Default)]
pub(super) struct Cutter {
    /// The start of the first line that was not looked at.
    line: usize,
    /// How many bytes were searched in vain for the end of that line.
    searched: usize,
    /// Where the first line ends.
    first: usize,
}

impl Cutter {
    /// The step of a framing: blank lines before a record are passed over, and `kind` says of every other line what
    /// it is, shown the first line of the record and the line.
    pub(super) fn step(
        &mut self,
        buf: &[u8],
        eof: bool,
        findings: &mut Findings,
        mut kind: impl FnMut(&[u8], &[u8]) -> Line,
    ) -> Result<Step> {
        if findings.record().byte == 0 {
            if buf.len() < 4 && !eof {
                return Ok(Step::Need(4));
            }
            refuse_other_encodings(buf)?;
            if buf.starts_with(BYTE_ORDER_MARK) {
                findings.at(Code::ByteOrderMark, (0, 3), "byte order mark EF BB BF", "skipped");
                return Ok(Step::Skip(3));
            }
        }
        if buf.is_empty() {
            return Ok(if eof { Step::End } else { Step::Need(1) });
        }
        loop {
            let Some(end) = self.line_end(buf, eof) else {
                return Ok(Step::Need(buf.len().saturating_add(1)));
            };
            let line = content(buf.get(self.line..end).unwrap_or_default());
            let first = self.line == 0;
            if first && is_blank(line) {
                return Ok(self.cut(Step::Skip(end)));
            }
            if first {
                self.first = end;
            }
            let kind = match first {
                true => Line::Inside,
                false => kind(content(buf.get(..self.first).unwrap_or_default()), line),
            };
            match kind {
                Line::Begins => {
                    let len = self.line;
                    return Ok(self.cut(Step::Frame(len)));
                }
                Line::Ends => return Ok(self.cut(Step::Frame(end))),
                Line::Inside => self.line = end,
            }
            self.searched = self.line;
            if self.line >= buf.len() {
                return Ok(match eof {
                    true => self.cut(Step::Frame(buf.len())),
                    false => Step::Need(buf.len().saturating_add(1)),
                });
            }
        }
    }

    /// Forgets what was seen: the next record begins.
    pub(super) fn restart(&mut self) {
        *self = Cutter::default();
    }

    fn cut(&mut self, step: Step) -> Step {
        self.restart();
        step
    }

    /// The end of the line that begins at `self.line`, its line end included; `None` if it is not there yet.
    fn line_end(&mut self, buf: &[u8], eof: bool) -> Option<usize> {
        match memchr(b'\n', buf.get(self.searched..).unwrap_or_default()) {
            Some(found) => Some(self.searched.saturating_add(found).saturating_add(1)),
            None if eof => Some(buf.len()),
            None => {
                self.searched = buf.len();
                None
            }
        }
    }
}

/// Says what the input is, where it is not in bytes that ASCII is part of.
pub(super) fn refuse_other_encodings(buf: &[u8]) -> Result<()> {
    let what = match buf {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => "the input is UTF-16; convert it to UTF-8 first",
        [0x1F, 0x8B, ..] => "the input is compressed with gzip; decompress it first",
        [0x28, 0xB5, 0x2F, 0xFD, ..] => "the input is compressed with zstd; decompress it first",
        _ => return Ok(()),
    };
    Err(Error::new(ErrorKind::Format(what.to_owned())))
}

/// The lines of a record: where each begins, and what is in it without its line end.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut at = 0usize;
    std::iter::from_fn(move || {
        let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
        let start = at;
        let len = memchr(b'\n', rest).map_or(rest.len(), |len| len.saturating_add(1));
        at = at.saturating_add(len);
        Some((start, content(rest.get(..len).unwrap_or(rest))))
    })
}

/// A line without its end.
pub(super) fn content(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

pub(super) fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0x1A)
}

/// The start of a line, for a message.
pub(super) fn shown(line: &[u8]) -> String {
    line.get(..40).unwrap_or(line).escape_ascii().to_string()
}

/// Whether a line is a leader: 24 bytes, but for blanks at the end, with a number or blanks for a length, and `45` or
/// blanks where the entry map begins.
pub(super) fn is_leader_line(line: &[u8]) -> bool {
    let (Some(length), Some(map)) = (line.get(..5), line.get(20..22)) else { return false };
    let numeric =
        length.iter().all(u8::is_ascii_digit) || length == b"     " && line.get(10..12) == Some(b"22");
    let printable = line.iter().all(|byte| matches!(byte, b' '..=b'~'));
    numeric && printable && matches!(map, b"45" | b"  ") && line.trim_ascii_end().len() <= 24
}

/// What writers of lines do with what a line cannot hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) illegal: IllegalCharacters,
    pub(super) wide_tags: WideTags,
    /// Whether the tag LDR is that of the leader.
    pub(super) reserved: bool,
}

impl Limits {
    /// The tag of a field, three bytes, if a line can begin with it; `None` if the field is to be left out.
    pub(super) fn tag(
        self,
        record: RecordRef<'_>,
        field: FieldRef<'_>,
        findings: &mut Findings,
    ) -> Result<Option<[u8; 3]>, Diagnostic> {
        let tag = field.tag();
        let finding =
            |code, message, action| Diagnostic::new(code, place(record, tag, field.index()), message, action);
        match tag.bytes() {
            Some(bytes) if self.reserved && bytes == *b"LDR" => {
                let message = "tag LDR is that of the leader".to_owned();
                Err(finding(Code::CharacterNotAllowed, message, "record rejected"))
            }
            Some(bytes) if bytes.iter().all(u8::is_ascii_graphic) => Ok(Some(bytes)),
            Some(_) => {
                let message = format!("tag {tag} is not three printable characters");
                Err(finding(Code::CharacterNotAllowed, message, "record rejected"))
            }
            None => {
                let message = format!("tag {tag} has more than three digits");
                match self.wide_tags {
                    WideTags::Fail => Err(finding(Code::TagTooWide, message, "record rejected")),
                    WideTags::Drop => {
                        findings.push(finding(Code::TagTooWide, message, "field left out"));
                        Ok(None)
                    }
                }
            }
        }
    }

    /// Takes line ends out of a body that was appended to `out` from `start` on, as the options say.
    pub(super) fn one_line(
        self,
        record: RecordRef<'_>,
        field: FieldRef<'_>,
        (out, start): (&mut Vec<u8>, usize),
        findings: &mut Findings,
    ) -> Result<(), Diagnostic> {
        let written = out.get(start..).unwrap_or_default();
        if memchr::memchr2(b'\n', b'\r', written).is_none() {
            return Ok(());
        }
        let finding = |action| {
            let place = place(record, field.tag(), field.index());
            Diagnostic::new(Code::CharacterNotAllowed, place, "the field holds a line end", action)
        };
        let rest = out.split_off(start);
        let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
        match self.illegal {
            IllegalCharacters::Error => return Err(finding("record rejected")),
            IllegalCharacters::Drop => {
                out.extend(rest.iter().copied().filter(|byte| !is_end(byte)));
                findings.push(finding("left out"));
            }
            IllegalCharacters::Replace => {
                out.extend(rest.iter().map(|byte| if is_end(byte) { b' ' } else { *byte }));
                findings.push(finding("replaced by a blank"));
            }
        }
        Ok(())
    }
}

/// Says that a field, written, would not be read as it is.
pub(super) fn ambiguous(record: RecordRef<'_>, field: FieldRef<'_>, what: &'static str) -> Diagnostic {
    let place = place(record, field.tag(), field.index());
    Diagnostic::new(Code::DelimiterInValue, place, what, "written as it stands, and will be read otherwise")
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

    #[test]
    fn records_of_lines_however_they_come() {
        let kind = |_: &[u8], line: &[u8]| match line {
            b"" => Line::Ends,
            [b'A', ..] => Line::Begins,
            _ => Line::Inside,
        };
        let text = b"\r\nA1\nb\nA2\n\n\nA3";
        let mut steps = Vec::new();
        for reveal in 1..=text.len() {
            let (mut at, mut shown, mut cutter) = (0, reveal, Cutter::default());
            let mut findings = Findings::new(1);
            let mut seen = Vec::new();
            loop {
                findings.begin(crate::Position { byte: 1, ..Default::default() });
                let eof = shown >= text.len();
                let buf = &text[at..shown.min(text.len())];
                match cutter.step(buf, eof, &mut findings, kind).unwrap() {
                    Step::Need(_) => shown += reveal,
                    Step::End => break,
                    step @ (Step::Frame(len) | Step::Skip(len) | Step::Lost(len)) => {
                        seen.push(step);
                        at += len;
                    }
                }
            }
            steps.push(seen);
        }
        assert_eq!(steps[0], [Step::Skip(2), Step::Frame(5), Step::Frame(4), Step::Skip(1), Step::Frame(2)]);
        assert!(steps.iter().all(|seen| *seen == steps[0]));
    }
}

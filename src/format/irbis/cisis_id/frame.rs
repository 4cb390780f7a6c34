//! Parses lines to records.

use memchr::{memchr, memmem};

use super::{FORMAT, START};
use crate::bytes::Cut;
use crate::error::Result;
use crate::finding::Finding;
use crate::finding::Findings;
use crate::format::irbis::fields::report_delimiters;
use crate::format::irbis::repeat::{self, AHEAD, DAMAGED_START, Form, Repeat};
use crate::format::lines::{is_blank, line_end, lines, marks_len};
use crate::format::marc_in_isis::{self, Found};
use crate::format::rules::{LINE_BLANK, LINE_INVALID, NO_FIELDS, RECORD_CUT, RECORD_END_MISSING};
use crate::format::wide_mark::wide_mark;
use crate::io::encoding::load_lines;
use crate::io::rules::LIMIT_REACHED;
use crate::io::{Frame, Framing, ReadOptions, Step, anchor_in_lines};
use crate::position::Location;
use crate::record::Record;
use crate::record::{IsisHeader, Slot, Syntax};
use crate::tag::Tag;

/// The framing of id files. A record ends where the next begins.
#[derive(Debug, Clone)]
pub struct CisisId {
    options: ReadOptions,
    /// Number of bytes of the record already searched for the next one.
    searched: usize,
    start: memmem::Finder<'static>,
    repeat: Repeat,
    /// Whether MARC is kept in the fields.
    marc: Option<Found>,
}

const FIELDS: Form = Form {
    first: after_number,
    head: written_head,
    len: record_len,
    begins,
    sign: |line| line.starts_with(b"!v"),
};

/// Returns the length of the record at the start of bytes.
fn record_len(bytes: &[u8]) -> usize {
    let begins_line =
        |at: &usize| at.checked_sub(1).is_some_and(|at| matches!(bytes.get(at), Some(b'\n' | b'\r')));
    memmem::find_iter(bytes, START).find(begins_line).unwrap_or(bytes.len())
}

/// Number of bytes after `!ID` that are looked at, enough for a number.
const BEYOND: usize = 24;

impl Framing for CisisId {
    const LINES: bool = true;
    const SPLITS: bool = true;

    fn new(options: &ReadOptions) -> CisisId {
        let start = memmem::Finder::new(START);
        CisisId { options: options.clone(), searched: 0, start, repeat: Repeat::default(), marc: None }
    }

    fn look(&mut self, head: &[u8], eof: bool) -> std::result::Result<(), usize> {
        self.marc = marc_in_isis::look::<CisisId>(head, eof, &self.options)?;
        Ok(())
    }

    fn step(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Result<Step> {
        if findings.record().byte == 0
            && let Some(step) = wide_mark(buf, eof, findings)
        {
            return Ok(step);
        }
        let end = match self.find_start(buf, eof) {
            Some(end) => end,
            None if !eof => return Ok(Step::Need(buf.len() + 1)),
            None if buf.is_empty() => return Ok(Step::End),
            None => buf.len(),
        };
        if is_blank(buf.cut(..end)) {
            self.searched = 0;
            return Ok(Step::Skip(end));
        }
        let found = self.repeat.find(buf.cut(..end), FIELDS, buf.cut(end..), eof);
        let at = match found {
            repeat::Found::Need => return Ok(Step::Need((end + AHEAD).max(buf.len() + 1))),
            repeat::Found::At(at) => at,
            repeat::Found::Damaged(at) => {
                self.searched = end - at;
                findings.at(RECORD_END_MISSING, (at, 0), DAMAGED_START, "cut there");
                return Ok(Step::Frame(at));
            }
            repeat::Found::Whole => end,
        };
        // The start that was found is that of the record after the next.
        self.searched = end - at;
        if !ends_whole(buf.cut(..at)) && at < buf.len() {
            let message = "the record ends inside a line, in which the next one begins";
            findings.at(RECORD_CUT, (at, 0), message, "cut there");
        } else if at < end {
            let message = "no line with a number before the next record, which begins like the others";
            findings.at(RECORD_END_MISSING, (at, 0), message, "cut there");
        }
        Ok(Step::Frame(at))
    }

    fn restart(&mut self) {
        self.searched = 0;
    }

    fn anchor(&mut self, buf: &[u8]) -> Option<usize> {
        anchor_in_lines(self, buf)
    }

    fn parse(&mut self, frame: Frame<'_>, record: &mut Record, findings: &mut Findings) -> Result<()> {
        record.set_syntax(Syntax::IRBIS);
        let bytes = frame.bytes;
        let mut number = frame.position.line;
        let mut intact = findings.list().is_empty();
        let mut odd_ends = false;
        let mut isis = None;
        let mut blank = None;
        for this in lines(bytes, begins) {
            for finding in this.findings(frame, number, &mut odd_ends) {
                findings.push(finding);
                intact = false;
            }
            let (at, line) = (this.start, this.text);
            let mut location = Location::of(frame.position);
            location.byte += at as u64;
            (location.len, location.line) = (line.len() as u64, number);
            if let (false, Some(location)) = (is_blank(line), blank.take()) {
                findings.push(Finding::new(LINE_BLANK, location, "a blank line inside a record", "skipped"));
                intact = false;
            }
            if let Some(mfn) = line.strip_prefix(START).and_then(digits).filter(|_| isis.is_none()) {
                isis = Some(IsisHeader::new(mfn, 0, 0));
            } else if let Some((tag, text)) = field(line) {
                if record.slots_mut().len() >= self.options.limits.fields {
                    let message = format!("more than {} fields", self.options.limits.fields);
                    findings.push(Finding::new(LIMIT_REACHED, location, message, "the rest left out"));
                    intact = false;
                    break;
                }
                let end = at + line.len();
                let start = end - text.len();
                if let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(end)) {
                    record.slots_mut().push(Slot::new(tag, start, end, false));
                }
            } else if is_blank(line) {
                blank = (isis.is_some() || !record.slots_mut().is_empty()).then_some(location);
            } else {
                let shown = line.get(..40).unwrap_or(line).escape_ascii();
                let message = format!("expected \"!v\", a tag, \"!\", found \"{shown}\"");
                findings.push(Finding::new(LINE_INVALID, location, message, "line left out"));
                intact = false;
            }
            number += u64::from(this.is_ended());
        }
        record.header_mut().isis = isis;
        report_delimiters(bytes, record, findings);
        load_lines(bytes, (&self.options, frame.head), record, findings);
        if record.fields().len() == 0 {
            findings.at(NO_FIELDS, (0, bytes.len()), "the record has no fields", "kept");
        }
        if intact && isis.is_some() {
            record.set_origin(FORMAT.name);
        }
        marc_in_isis::apply(self.marc, self.options.dialect, record, findings);
        Ok(())
    }
}

impl CisisId {
    /// Returns the offset at which the next record begins: at the start of a line, or inside one.
    fn find_start(&mut self, buf: &[u8], eof: bool) -> Option<usize> {
        let mut from = self.searched;
        while let Some(found) = self.start.find(buf.cut(from..)) {
            let at = from + found;
            let rest = buf.cut(at..);
            if rest.len() < BEYOND && !eof {
                self.searched = at;
                return None;
            }
            let marks = marks_before_end(buf.cut(..at));
            let begins_line = matches!(buf.cut(..at - marks).last(), Some(b'\n' | b'\r'));
            let is_first = at == marks;
            if !is_first && (begins_line || is_number_line(rest.get(..BEYOND).unwrap_or(rest))) {
                return Some(at - marks);
            }
            from = at + START.len();
        }
        self.searched = buf.len().saturating_sub(START.len()).max(from);
        None
    }
}

/// Whether bytes end with a line end, or a mark between files.
fn ends_whole(bytes: &[u8]) -> bool {
    bytes.ends_with(b"\n") || bytes.ends_with(b"\r")
}

/// Returns the length of the marks at the end of bytes.
fn marks_before_end(bytes: &[u8]) -> usize {
    let longest = bytes.len().min(24);
    let starts = bytes.len() - longest..bytes.len();
    starts
        .clone()
        .find(|start| *start + marks_len(bytes.cut(*start..)) == starts.end)
        .map_or(0, |at| starts.end - at)
}

/// Whether a line is `!ID`, a blank and a number, and nothing else.
fn is_number_line(line: &[u8]) -> bool {
    let rest = line.strip_prefix(START).unwrap_or_default();
    let len = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let after = rest.cut(len..);
    let blanks = after.iter().take_while(|byte| **byte == b' ').count();
    len > 0 && matches!(after.get(blanks), None | Some(b'\r' | b'\n'))
}

/// Whether text begins like a line of an id file.
fn begins(text: &[u8]) -> bool {
    text.starts_with(START) || written_head(text).is_some()
}

/// Returns what is after the line with the number of the record.
fn after_number(record: &[u8]) -> &[u8] {
    if !record.starts_with(START) {
        return record;
    }
    line_end(record, 0, 0, true, begins).map_or(record, |(_, end)| record.cut(end..))
}

/// Returns the head of a field at the start of text, as it is written.
fn written_head(text: &[u8]) -> Option<&[u8]> {
    let text = text.get(..16).unwrap_or(text);
    let (_, value) = field(text)?;
    text.get(..text.len().checked_sub(value.len())?)
}

fn digits(text: &[u8]) -> Option<u32> {
    let text = text.trim_ascii();
    let is_number = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(text).ok().filter(|_| is_number)?.parse().ok()
}

/// Returns tag and text of a line that is a field.
fn field(line: &[u8]) -> Option<(Tag, &[u8])> {
    let rest = line.strip_prefix(b"!v")?;
    let end = memchr(b'!', rest)?;
    let tag = digits(rest.get(..end)?).and_then(Tag::from_number)?;
    Some((tag, rest.get(end + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::super::{SliceReader, Writer};
    use super::*;
    use crate::io::{RecordRead, WriteOptions};

    #[test]
    fn records_come_back_byte_for_byte() {
        let data = b"!ID 000001\n!v024!^aTechniques^b!\n!v2022!text!\n!ID 000300\n!v001!\n";
        let mut writer = Writer::new(Vec::new(), &WriteOptions::new());
        let _ = crate::copy(&mut SliceReader::new(data, &ReadOptions::new()), &mut writer).unwrap();
        assert_eq!(writer.into_inner(), data);
        let records: Vec<_> =
            SliceReader::new(data, &ReadOptions::new()).records().map(Result::unwrap).collect();
        assert_eq!(
            records.iter().map(|record| record.view().mfn()).collect::<Vec<_>>(),
            [Some(1), Some(300)]
        );
        assert_eq!(records[0].field(2022).unwrap().lead().to_str().unwrap(), "text!");
    }

    #[test]
    fn other_lines_are_reported() {
        let mut reader = SliceReader::new(b"!ID 1\n!v1!a\nstray\n!vx!b\n", &ReadOptions::new());
        let mut record = Record::new();
        assert!(reader.read_record(&mut record).unwrap());
        let lines: Vec<u64> = reader.findings().iter().map(|finding| finding.location.line).collect();
        assert_eq!(lines, [3, 4]);
    }
}

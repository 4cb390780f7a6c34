//! Parses lines to records.

use std::ops::Range;

use memchr::{memmem, memrchr2};
use nom::bytes::complete::tag;
use nom::character::complete::{digit1, space0};
use nom::combinator::{map_opt, opt};
use nom::sequence::{delimited, terminated};
use nom::{IResult, Parser};

use super::{BYTE_ORDER_MARK, END, FORMAT};
use crate::bytes::Cut;
use crate::error::{Error, Result};
use crate::finding::Finding;
use crate::finding::Findings;
use crate::format::irbis::fields::report_delimiters;
use crate::format::irbis::repeat::{AHEAD, DAMAGED_START, Form, Found, Repeat};
use crate::format::lines::{before_text, begins_line, is_blank, line_end, lines, marks_len};
use crate::format::rules::{
    LINE_BLANK, LINE_INVALID, LINE_SPACING, NO_FIELDS, RECORD_CUT, RECORD_END_MISSING,
};
use crate::format::wide_mark::wide_mark;
use crate::io::encoding::load_lines;
use crate::io::rules::LIMIT_REACHED;
use crate::io::{Frame, Framing, ReadOptions, Step, anchor_in_lines};
use crate::position::Location;
use crate::record::Record;
use crate::record::{Slot, Syntax};
use crate::tag::Tag;

/// The framing of exchange text. A record ends with a line that begins with five asterisks.
#[derive(Debug, Clone)]
pub struct IrbisText {
    options: ReadOptions,
    /// Number of bytes of the record already searched for its end.
    searched: usize,
    end: memmem::Finder<'static>,
    repeat: Repeat,
}

const FIELDS: Form = Form {
    first: |record| record,
    head: written_head,
    len: record_len,
    begins,
    sign: |line| line.starts_with(b"#"),
};

/// Returns the length of the record at the start of bytes, without the line that ends it.
fn record_len(bytes: &[u8]) -> usize {
    let begins_line =
        |at: &usize| at.checked_sub(1).is_none_or(|at| matches!(bytes.get(at), Some(b'\n' | b'\r')));
    memmem::find_iter(bytes, END).find(begins_line).unwrap_or(bytes.len())
}

impl Framing for IrbisText {
    const LINES: bool = true;
    const SPLITS: bool = true;

    fn new(options: &ReadOptions) -> IrbisText {
        let end = memmem::Finder::new(END);
        IrbisText { options: options.clone(), searched: 0, end, repeat: Repeat::default() }
    }

    fn step(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Result<Step> {
        if findings.record().byte == 0 {
            if buf.len() < BYTE_ORDER_MARK.len() && !eof {
                return Ok(Step::Need(BYTE_ORDER_MARK.len()));
            }
            if let Some(step) = wide_mark(buf, eof, findings) {
                return Ok(step);
            }
            if buf.starts_with(b"\xFF\xFE") || buf.starts_with(b"\xFE\xFF") {
                let message = "the input is UTF-16; convert it to UTF-8 first".to_owned();
                return Err(Error::refused(message));
            }
        }
        let (end, len) = match self.find_end(buf, eof) {
            Some(ends) => ends,
            None if !eof => return Ok(Step::Need(buf.len() + 1)),
            None => (buf.len(), buf.len()),
        };
        if buf.is_empty() {
            return Ok(Step::End);
        }
        let is_last = end == len;
        if is_last && is_blank(buf) {
            self.searched = 0;
            return Ok(Step::Skip(buf.len()));
        }
        match self.repeat.find(buf.cut(..end), FIELDS, buf.cut(len..), eof) {
            Found::Need => return Ok(Step::Need((len + AHEAD).max(buf.len() + 1))),
            Found::At(at) => {
                // The end that was found is that of the next record.
                self.searched = end - at;
                match buf.cut(..at).last() {
                    Some(b'\n' | b'\r') => {
                        let message =
                            "no line of asterisks before the next record, which begins like the others";
                        findings.at(RECORD_END_MISSING, (at, 0), message, "cut there");
                    }
                    _ => {
                        let message = "the record ends inside a line, in which the next one begins";
                        findings.at(RECORD_CUT, (at, 0), message, "cut there");
                    }
                }
                return Ok(Step::Frame(at));
            }
            Found::Damaged(at) => {
                self.searched = end - at;
                findings.at(RECORD_END_MISSING, (at, 0), DAMAGED_START, "cut there");
                return Ok(Step::Frame(at));
            }
            Found::Whole => {}
        }
        self.searched = 0;
        if is_last {
            let message = "no line of asterisks ends the last record";
            findings.at(RECORD_END_MISSING, (buf.len(), 0), message, "kept");
        }
        Ok(Step::Frame(len))
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
        let mut line_number = frame.position.line;
        let mut intact = findings.list().is_empty();
        let mut odd_ends = false;
        let mut blank = None;
        let mut in_record = false;
        let mut joined = Joined::default();
        for this in lines(bytes, begins) {
            let (at, mut line) = (this.start, this.text);
            // A byte order mark at the start of the input is no finding.
            if frame.position.byte > 0 || at != BYTE_ORDER_MARK.len() {
                for finding in this.findings(frame, line_number, &mut odd_ends) {
                    findings.push(finding);
                    intact = false;
                }
            }
            let mut location = Location::of(frame.position);
            location.byte += at as u64;
            location.len = line.len() as u64;
            location.line = line_number;
            if line.ends_with(END) && !line.starts_with(END) && is_blank(bytes.cut(at + line.len()..)) {
                let text = line.cut(..line.iter().rposition(|byte| *byte != b'*').map_or(0, |last| last + 1));
                let place = (at + text.len(), line.len() - text.len());
                let message = "the asterisks that end the record are at the end of a line";
                findings.at(RECORD_END_MISSING, place, message, "read as its end");
                (line, intact) = (text, false);
                location.len = text.len() as u64;
            }
            if line.starts_with(END) {
                let after = line
                    .iter()
                    .position(|byte| !matches!(byte, b'*' | b' ' | b'\t' | 0x1A))
                    .unwrap_or(line.len());
                if after < line.len() {
                    let shown = line.cut(after..).get(..40).unwrap_or(line).escape_ascii();
                    let message = format!("\"{shown}\" after the asterisks that end the record");
                    findings.push(Finding::new(LINE_INVALID, location, message, "left out"));
                    intact = false;
                }
                break;
            } else if line.is_empty() {
                if in_record {
                    blank = Some(location);
                }
                joined.close();
            } else if let Ok((text, (tag, spaced))) = field(line) {
                if let Some(location) = blank.take() {
                    let message = "a blank line inside a record";
                    findings.push(Finding::new(LINE_BLANK, location, message, "skipped"));
                    intact = false;
                }
                if !spaced {
                    location.tag = Some(tag);
                    let message = "no blank after the colon";
                    findings.push(Finding::new(LINE_SPACING, location, message, "read"));
                }
                let start = at + line.len() - text.len();
                let end = start + text.len();
                let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(end)) else { break };
                if record.slots_mut().len() >= self.options.limits.fields {
                    let message = format!("more than {} fields", self.options.limits.fields);
                    findings.push(Finding::new(LIMIT_REACHED, location, message, "the rest left out"));
                    intact = false;
                    break;
                }
                record.slots_mut().push(Slot::new(tag, start, end, false));
                joined.open(start as usize..end as usize);
                in_record = true;
            } else {
                let shown = line.get(..40).unwrap_or(line).escape_ascii();
                let message = format!("expected \"#\", a tag, \":\", found \"{shown}\"");
                let end = if is_bare(line) { joined.add(bytes, at, line.len()) } else { None };
                let action = match (end, record.slots_mut().last_mut()) {
                    (Some(end), Some(slot)) => {
                        slot.end = end;
                        location.tag = Some(slot.tag);
                        "joined with the line before it"
                    }
                    _ => {
                        joined.close();
                        "line left out"
                    }
                };
                findings.push(Finding::new(LINE_INVALID, location, message, action));
                intact = false;
                in_record = true;
            }
            line_number += u64::from(this.is_ended());
        }
        let bytes = joined.buffer.as_deref().unwrap_or(bytes);
        report_delimiters(bytes, record, findings);
        load_lines(bytes, (&self.options, frame.head), record, findings);
        if record.fields().len() == 0 {
            findings.at(NO_FIELDS, (0, bytes.len()), "the record has no fields", "kept");
        }
        if intact {
            record.set_origin(FORMAT.name);
        }
        Ok(())
    }
}

impl IrbisText {
    /// Returns the offset of the asterisks that end the record, and that of the end of their line.
    fn find_end(&mut self, buf: &[u8], eof: bool) -> Option<(usize, usize)> {
        let mut from = self.searched;
        while let Some(found) = self.end.find(buf.cut(from..)) {
            let at = from + found;
            let run = buf.cut(at..).iter().take_while(|byte| **byte == b'*').count();
            let after = at + run;
            if begins_line(buf.cut(..at)) {
                let (_, line) = line_end(buf, at, at, eof, begins).ok()?;
                let blanks = buf.cut(after..).iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
                let marks = marks_len(buf.cut(after + blanks..));
                // The line end may be missing.
                let is_field = field(buf.cut(after + blanks + marks..line)).is_ok();
                return Some((at, if is_field { after + blanks } else { line }));
            }
            // Asterisks at the end of a value are those of the record if the next one begins after them.
            let rest = buf.cut(after..);
            if rest.len() < BEYOND && !eof {
                self.searched = at;
                return None;
            }
            let end = match rest {
                [b'\r', b'\n', ..] => after + 2,
                [b'\r' | b'\n', ..] => after + 1,
                _ => buf.len(),
            };
            let head = written_head(buf.cut(before_text(buf, begins)..));
            if end < buf.len() && head.is_some_and(|head| buf.cut(end..).starts_with(head)) {
                // Where the line has that head itself, the field comes more than once, one after the other.
                let line = memrchr2(b'\n', b'\r', buf.cut(..at)).map_or(0, |before| before + 1);
                if written_head(buf.cut(line..)) != head {
                    return Some((at, end));
                }
            }
            from = after;
        }
        self.searched = buf.len().saturating_sub(END.len()).max(self.searched).max(from);
        None
    }
}

/// Number of bytes after asterisks inside a line that are looked at, enough for the head of a field.
const BEYOND: usize = 48;

/// Whether text begins like a line of exchange text.
fn begins(text: &[u8]) -> bool {
    text.starts_with(END) || field(text).is_ok()
}

/// Returns the head of a field at the start of text, as it is written, with the colon.
fn written_head(text: &[u8]) -> Option<&[u8]> {
    let text = text.get(..32).unwrap_or(text);
    let (rest, (_, spaced)) = field(text).ok()?;
    let len = text.len().checked_sub(rest.len())?.checked_sub(usize::from(spaced))?;
    text.get(..len)
}

/// Joins lines that were wrapped. All other bytes of the record keep their offsets, and the number of bytes
/// stays the same: bytes that a join frees at the end of the field are filled with blanks that belong to no
/// field.
#[derive(Default)]
struct Joined {
    /// The bytes of the record, once something was joined.
    buffer: Option<Vec<u8>>,
    /// Range of the field that the next line may continue.
    field: Option<Range<usize>>,
}

impl Joined {
    fn open(&mut self, field: Range<usize>) {
        self.field = Some(field);
    }

    /// Ends the field: the next line does not continue it.
    fn close(&mut self) {
        self.field = None;
    }

    /// Moves the `len` bytes at `at` to the end of the open field, and returns its new end. Inserts a blank
    /// between words, because lines are wrapped there.
    fn add(&mut self, bytes: &[u8], at: usize, len: usize) -> Option<u32> {
        let Range { start: first, end } = self.field.clone()?;
        let buffer = self.buffer.get_or_insert_with(|| bytes.to_vec());
        let goes_on = |byte: Option<&u8>| byte.is_none_or(|byte| matches!(byte, b' ' | b'\t' | b'^'));
        let last = buffer.get(first..end).and_then(<[u8]>::last);
        let needs_blank = !goes_on(last) && !goes_on(buffer.get(at));
        let start = if needs_blank { end + 1 } else { end };
        let after = at + len;
        if start > at || after > buffer.len() {
            return None; // lines have ends, so there is room
        }
        if let (true, Some(blank)) = (needs_blank, buffer.get_mut(end)) {
            *blank = b' ';
        }
        buffer.copy_within(at..after, start);
        let new_end = start + len;
        buffer.get_mut(new_end.max(at)..after).unwrap_or_default().fill(b' ');
        self.field = Some(first..new_end);
        u32::try_from(new_end).ok()
    }
}

/// Returns whether a line has text but no head of a field, like the rest of a wrapped line.
fn is_bare(line: &[u8]) -> bool {
    let text = line.trim_ascii_start();
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let after = text.cut(digits..).trim_ascii_start();
    !(text.is_empty() || text.starts_with(b"#") || digits > 0 && after.starts_with(b":"))
}

/// Parses the head of a line that is a field: its tag, and whether a blank follows the colon. The rest is the
/// text of the field.
fn field(line: &[u8]) -> IResult<&[u8], (Tag, bool)> {
    let number = map_opt(digit1, |digits: &[u8]| {
        let number = digits.iter().try_fold(0u32, |number, digit| {
            number.checked_mul(10)?.checked_add(u32::from(digit.wrapping_sub(b'0')))
        });
        number.and_then(Tag::from_number)
    });
    let head = delimited((tag("#"), space0), number, (space0, tag(":")));
    (head, opt(terminated(tag(" "), nom::combinator::success(()))).map(|blank| blank.is_some())).parse(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charset::Charset;
    use crate::finding::Rule;
    use crate::io::RecordRead;

    fn all(data: &[u8]) -> (Vec<Record>, Vec<(Rule, u64)>) {
        let mut reader = super::super::SliceReader::new(data, &ReadOptions::new());
        let (mut records, mut found) = (Vec::new(), Vec::new());
        let mut record = Record::new();
        loop {
            let more = reader.read_record(&mut record).unwrap();
            found.extend(reader.findings().iter().map(|finding| (finding.rule, finding.location.line)));
            if !more {
                return (records, found);
            }
            records.push(record.clone());
        }
    }

    #[test]
    fn heads_of_lines() {
        let tag = |number| Tag::from_number(number).unwrap();
        assert_eq!(field(b"#920: PAZK"), Ok((&b"PAZK"[..], (tag(920), true))));
        assert_eq!(field(b"# 0101:  rus"), Ok((&b" rus"[..], (tag(101), true))));
        assert_eq!(field(b"#2022:^ax"), Ok((&b"^ax"[..], (tag(2022), false))));
        assert_eq!(field(b"#300: "), Ok((&b""[..], (tag(300), true))));
        for bad in [&b"920: PAZK"[..], b"#: x", b"#12a: x", b"#0: x", b"#99999999999: x", b"#920 PAZK", b""] {
            assert!(field(bad).is_err(), "{}", bad.escape_ascii());
        }
    }

    #[test]
    fn damage_is_reported_by_line_and_the_rest_is_kept() {
        let data = b"#920: A\n200: no mark\n\n#200:^ax\n*****\n\n#920: B\n";
        let (records, found) = all(data);
        let tags: Vec<_> = records.iter().map(|record| record.fields().len()).collect();
        assert_eq!(tags, [2, 1]);
        assert_eq!(found, [(LINE_INVALID, 2), (LINE_BLANK, 3), (LINE_SPACING, 4), (RECORD_END_MISSING, 6),]);
    }

    #[test]
    fn wrapped_lines_are_joined_in_salvage_and_refused_in_strict_reading() {
        let data = "#200: ^AВойна и\r\nмир^Eроман \r\nв четырёх\n^Gтомах\r\n#300: x\r\n200: y\r\nz\r\n\r\nw\r\n*****\r\n";
        let (records, found) = all(data.as_bytes());
        let fields: Vec<_> = records[0].fields().map(|field| field.raw_text().to_string()).collect();
        assert_eq!(fields, ["^AВойна и мир^Eроман в четырёх^Gтомах", "x"], "nothing joins what is damaged");
        let lines: Vec<_> = found.iter().map(|(_, line)| *line).collect();
        assert_eq!((lines, records.len()), (vec![2, 3, 4, 6, 7, 9], 1), "{found:?}");
        let options = ReadOptions::new().recovery(crate::Recovery::Strict);
        let mut reader = super::super::SliceReader::new(data.as_bytes(), &options);
        let error = reader.read_record(&mut Record::new()).unwrap_err();
        assert!(error.is_record() && error.to_string().contains("line 2"), "{error}");
        // Nothing precedes the text of a field that had none on its own line.
        let (records, _) = all(b"#200:\r\ntext\r\n*****\r\n");
        assert_eq!(records[0].field(200).unwrap().raw(), b"text");
        // The same in a code page; bytes after a joined field keep their offsets.
        let mut data =
            b"#200: ^A\xCF\xD3\xD8\xCA\xC8\xCD\r\n\xC0 \xD1\r\n#300: \xCF\xD3\xD8\xCA\xC8\xCD\r\n*****\r\n"
                .to_vec();
        let (records, _) = all(&data);
        assert_eq!(records[0].field(200).unwrap().raw_text().to_str().unwrap(), "^AПУШКИН А С");
        let place = records[0].offset_of(records[0].field(300).unwrap());
        assert!(data.split_off(place).starts_with(b"\xCF\xD3\xD8\xCA\xC8\xCD\r\n"));
    }

    #[test]
    fn blank_lines_around_records_are_no_finding() {
        let (records, found) = all(b"\r\n\r\n#920: A\r\n\r\n*****\r\n\r\n#920: B\r\n*****\r\n\x1A");
        assert_eq!((records.len(), found), (2, vec![]));
    }

    #[test]
    fn asterisks_at_the_end_of_a_value_end_records_after_blank_lines_too() {
        for lead in ["", "\r\n", "\u{FEFF}", " \n\n\u{FEFF}"] {
            let data = format!("{lead}{}", "#920: A\n#610: x*****\n".repeat(3));
            assert_eq!(all(data.as_bytes()).0.len(), 3, "{lead:?}");
        }
    }

    #[test]
    fn a_short_record_is_taken_as_the_file_before_it() {
        let long = Charset::Ibm866;
        let mut data = b"#200: ^A".to_vec();
        long.encode_into("Преступление и наказание, роман в шести частях", crate::Policy::Strict, &mut data)
            .unwrap();
        data.extend_from_slice(b"\n*****\n#610: \x80\x81\n*****\n");
        let (records, _) = all(&data);
        assert!(records.iter().all(|record| record.charset() == long), "{records:?}");
    }
}

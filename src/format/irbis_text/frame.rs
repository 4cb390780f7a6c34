//! Lines to records.

use std::ops::Range;

use memchr::{memchr, memmem};
use nom::bytes::complete::tag;
use nom::character::complete::{digit1, space0};
use nom::combinator::{map_opt, opt};
use nom::sequence::{delimited, terminated};
use nom::{IResult, Parser};

use super::{BYTE_ORDER_MARK, END, Evidence};
use crate::diagnostic::Findings;
use crate::io::{Frame, Framing, ReadOptions, Step};
use crate::record::{Origin, Slot, Syntax};
use crate::{Code, Diagnostic, Error, ErrorKind, Location, Record, Result, Tag};

/// The framing of exchange text. A record ends with a line that begins with five asterisks.
#[derive(Debug, Clone)]
pub struct IrbisText {
    options: ReadOptions,
    /// How many bytes of the record were searched for its end in vain.
    searched: usize,
    evidence: Evidence,
}

impl Framing for IrbisText {
    const LINES: bool = true;

    fn new(options: &ReadOptions) -> IrbisText {
        IrbisText { options: options.clone(), searched: 0, evidence: Evidence::default() }
    }

    fn step(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Result<Step> {
        if findings.record().byte == 0 {
            if buf.len() < BYTE_ORDER_MARK.len() && !eof {
                return Ok(Step::Need(BYTE_ORDER_MARK.len()));
            }
            if buf.starts_with(b"\xFF\xFE") || buf.starts_with(b"\xFE\xFF") {
                let message = "the input is UTF-16; convert it to UTF-8 first".to_owned();
                return Err(Error::new(ErrorKind::Format(message)));
            }
        }
        if let Some(end) = self.find_end(buf) {
            let rest = buf.get(end..).unwrap_or_default();
            match memchr(b'\n', rest) {
                Some(line) => {
                    self.searched = 0;
                    return Ok(Step::Frame(end.saturating_add(line).saturating_add(1)));
                }
                None if eof => {
                    self.searched = 0;
                    return Ok(Step::Frame(buf.len()));
                }
                None => {}
            }
        }
        if !eof {
            return Ok(Step::Need(buf.len().saturating_add(1)));
        }
        self.searched = 0;
        if buf.is_empty() {
            return Ok(Step::End);
        }
        if buf.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0x1A) {
            return Ok(Step::Skip(buf.len()));
        }
        findings.at(
            Code::RecordEndMissing,
            (buf.len(), 0),
            "no line of asterisks ends the last record",
            "kept",
        );
        Ok(Step::Frame(buf.len()))
    }

    fn restart(&mut self) {
        self.searched = 0;
    }

    fn parse(&mut self, frame: Frame<'_>, record: &mut Record, findings: &mut Findings) -> Result<()> {
        record.set_syntax(Syntax::IRBIS);
        let bytes = frame.bytes;
        let mut at = 0usize;
        if frame.position.byte == 0 && bytes.starts_with(BYTE_ORDER_MARK) {
            self.evidence.mark = true;
            at = BYTE_ORDER_MARK.len();
        }
        let mut line_number = frame.position.line;
        let mut intact = findings.list().is_empty();
        let mut blank = None;
        let mut in_record = false;
        let mut joined = Joined::default();
        while at < bytes.len() {
            let rest = bytes.get(at..).unwrap_or_default();
            let len = memchr(b'\n', rest).map_or(rest.len(), |len| len.saturating_add(1));
            let line = content(rest.get(..len).unwrap_or(rest));
            let mut location = Location::of(frame.position);
            location.byte = location.byte.saturating_add(at as u64);
            location.len = line.len() as u64;
            location.line = line_number;
            if line.starts_with(END) {
                let behind =
                    line.iter().position(|byte| !matches!(byte, b'*' | b' ' | b'\t')).unwrap_or(line.len());
                if behind < line.len() {
                    let shown =
                        line.get(behind..).unwrap_or_default().get(..40).unwrap_or(line).escape_ascii();
                    let message = format!("\"{shown}\" behind the asterisks that end the record");
                    findings.push(Diagnostic::new(Code::LineInvalid, location, message, "left out"));
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
                    findings.push(Diagnostic::new(Code::LineBlank, location, message, "skipped"));
                    intact = false;
                }
                if !spaced {
                    location.tag = Some(tag);
                    let message = "no blank behind the colon";
                    findings.push(Diagnostic::new(Code::LineSpacing, location, message, "read"));
                }
                let start = at.saturating_add(line.len().saturating_sub(text.len()));
                let end = start.saturating_add(text.len());
                let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(end)) else { break };
                if record.slots_mut().len() >= self.options.limits.fields {
                    let message = format!("more than {} fields", self.options.limits.fields);
                    findings.push(Diagnostic::new(
                        Code::LimitReached,
                        location,
                        message,
                        "the rest left out",
                    ));
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
                findings.push(Diagnostic::new(Code::LineInvalid, location, message, action));
                intact = false;
                in_record = true;
            }
            at = at.saturating_add(len);
            line_number = line_number.saturating_add(1);
        }
        let bytes = joined.buffer.as_deref().unwrap_or(bytes);
        self.evidence.load(&self.options, bytes, record, findings);
        if record.fields().len() == 0 {
            findings.at(Code::NoFields, (0, bytes.len()), "the record has no fields", "kept");
        }
        if intact {
            record.set_origin(Origin::IrbisText);
        }
        Ok(())
    }
}

impl IrbisText {
    /// Offset of the line that ends the record.
    fn find_end(&mut self, buf: &[u8]) -> Option<usize> {
        let first = if buf.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        if buf.get(first..).is_some_and(|line| line.starts_with(END)) {
            return Some(first);
        }
        let found = memmem::find(buf.get(self.searched..).unwrap_or_default(), b"\n*****");
        match found {
            Some(found) => {
                self.searched = self.searched.saturating_add(found);
                Some(self.searched.saturating_add(1))
            }
            None => {
                self.searched = buf.len().saturating_sub(END.len()).max(self.searched);
                None
            }
        }
    }
}

/// Lines that were wrapped, joined again. All other bytes of the record stay in their places, and the number of bytes is
/// the same: what a join leaves over at the end of the field is filled with blanks that belong to nothing.
#[derive(Default)]
struct Joined {
    /// The bytes of the record, once something was joined.
    buffer: Option<Vec<u8>>,
    /// Where the field lies that the next line may go on with.
    field: Option<Range<usize>>,
}

impl Joined {
    fn open(&mut self, field: Range<usize>) {
        self.field = Some(field);
    }

    /// What comes next does not go on with the field before it.
    fn close(&mut self) {
        self.field = None;
    }

    /// Moves the `len` bytes at `at` behind the open field, and returns where it ends then. A blank comes between
    /// words, since that is where lines are wrapped.
    fn add(&mut self, bytes: &[u8], at: usize, len: usize) -> Option<u32> {
        let Range { start: first, end } = self.field.clone()?;
        let buffer = self.buffer.get_or_insert_with(|| bytes.to_vec());
        let goes_on = |byte: Option<&u8>| byte.is_none_or(|byte| matches!(byte, b' ' | b'\t' | b'^'));
        let last = buffer.get(first..end).and_then(<[u8]>::last);
        let needs_blank = !goes_on(last) && !goes_on(buffer.get(at));
        let start = if needs_blank { end.saturating_add(1) } else { end };
        let behind = at.saturating_add(len);
        if start > at || behind > buffer.len() {
            return None; // lines have ends, so there is room
        }
        if let (true, Some(blank)) = (needs_blank, buffer.get_mut(end)) {
            *blank = b' ';
        }
        buffer.copy_within(at..behind, start);
        let new_end = start.saturating_add(len);
        buffer.get_mut(new_end.max(at)..behind).unwrap_or_default().fill(b' ');
        self.field = Some(first..new_end);
        u32::try_from(new_end).ok()
    }
}

/// Whether a line has text, and nothing of the head of a field: as the rest of a wrapped line.
fn is_bare(line: &[u8]) -> bool {
    let text = line.trim_ascii_start();
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let behind = text.get(digits..).unwrap_or_default().trim_ascii_start();
    !(text.is_empty() || text.starts_with(b"#") || digits > 0 && behind.starts_with(b":"))
}

/// A line without its end.
fn content(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The head of a line that is a field: its tag, and whether a blank stands behind the colon. What is left is the
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
    use crate::{Charset, RecordRead};

    fn all(data: &[u8]) -> (Vec<Record>, Vec<(Code, u64)>) {
        let mut reader = super::super::SliceReader::new(data, &ReadOptions::new());
        let (mut records, mut found) = (Vec::new(), Vec::new());
        let mut record = Record::new();
        loop {
            let more = reader.read_record(&mut record).unwrap();
            found.extend(reader.diagnostics().iter().map(|finding| (finding.code, finding.location.line)));
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
    fn damage_is_told_by_line_and_the_rest_is_kept() {
        let data = b"#920: A\n200: no mark\n\n#200:^ax\n*****\n\n#920: B\n";
        let (records, found) = all(data);
        let tags: Vec<_> = records.iter().map(|record| record.fields().len()).collect();
        assert_eq!(tags, [2, 1]);
        assert_eq!(
            found,
            [
                (Code::LineInvalid, 2),
                (Code::LineBlank, 3),
                (Code::LineSpacing, 4),
                (Code::RecordEndMissing, 6),
            ]
        );
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
        // Nothing comes before the text of a field that had none on its own line.
        let (records, _) = all(b"#200:\r\ntext\r\n*****\r\n");
        assert_eq!(records[0].field(200).unwrap().raw(), b"text");
        // In a code page as well, and what lies behind a joined field keeps its place.
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

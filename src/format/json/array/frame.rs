//! Finds the bounds of records.

use crate::bytes::Cut;
use crate::format::json::rules::JSON_SYNTAX;
use crate::format::rules::BYTE_ORDER_MARK;
use crate::format::wide_mark::wide_mark;
use crate::io::rules::LIMIT_REACHED;
use memchr::memchr;

use super::wrapper::{Around, list_in, list_start, rows_start};
use crate::error::{Error, Result};
use crate::finding::{Finding, Findings, counted};
use crate::format::json::kit::{ArrayScan, Found, Parser, Scan, is_blank, record_start};
use crate::io::{Frame, Framing, ReadOptions, Step};
use crate::position::{Location, Position};
use crate::record::Record;

/// The framing of MARC-in-JSON. A record ends with its closing brace; if that is missing, before the next
/// object whose first key is one of those that begin records, such as `{"leader"`.
#[derive(Debug, Clone)]
pub struct Json {
    parser: Parser,
    limit: usize,
    scan: Scan,
    array: Array,
    /// The objects and arrays around the list of records, if it is inside an object.
    around: Around,
    rows: ArrayScan,
    /// Where the text after the last list of records begins.
    beside_from: Position,
    /// Text skipped since the last record: its position, and its length in bytes.
    passed: Option<(Position, u64)>,
}

/// Where the records are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Array {
    Outside,
    Inside,
    /// Unknown: the skipped text may have contained brackets.
    Unknown,
    /// In an object, after its list of records.
    Beside,
}

impl Framing for Json {
    const LINES: bool = true;
    const INDEPENDENT: bool = true;

    fn new(options: &ReadOptions) -> Json {
        Json {
            parser: Parser::new(options),
            limit: options.limits.record_bytes.max(1),
            scan: Scan::default(),
            array: Array::Outside,
            around: Around::default(),
            rows: ArrayScan::default(),
            beside_from: Position::default(),
            passed: None,
        }
    }

    fn step(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Result<Step> {
        if findings.record().byte == 0 {
            if buf.len() < SHOWN && !eof {
                return Ok(Step::Need(SHOWN));
            }
            if let Some(step) = wide_mark(buf, eof, findings) {
                return Ok(step);
            }
            refuse_other_formats(buf)?;
            if buf.starts_with(b"\xEF\xBB\xBF") {
                findings.at(BYTE_ORDER_MARK, (0, 3), "byte order mark EF BB BF", "skipped");
                return Ok(Step::Skip(3));
            }
        }
        if self.passed.is_some() {
            return Ok(self.pass(buf, eof, findings));
        }
        let Some(first) = buf.first() else {
            return Ok(if eof { self.end(findings) } else { Step::Need(1) });
        };
        match (first, self.array) {
            (_, Array::Beside) => Ok(self.beside(buf, eof, findings)),
            (b'{', Array::Outside) => match list_start(buf, eof) {
                None => Ok(Step::Need(buf.len() + 1)),
                Some((0, _)) => Ok(self.object(buf, eof, findings)),
                Some((len, around)) => {
                    (self.array, self.around) = (Array::Inside, around);
                    Ok(Step::Skip(len))
                }
            },
            (b'{', _) => Ok(self.object(buf, eof, findings)),
            (b'[', Array::Outside) => match rows_start(buf, eof) {
                None => Ok(Step::Need(buf.len() + 1)),
                Some(true) => Ok(self.rows(buf, eof, findings)),
                Some(false) => {
                    self.array = Array::Inside;
                    Ok(Step::Skip(1))
                }
            },
            (b'[', Array::Inside) => match rows_start(buf, eof) {
                None => Ok(Step::Need(buf.len() + 1)),
                Some(true) => Ok(self.rows(buf, eof, findings)),
                Some(false) => Ok(self.stranger(buf, eof, findings)),
            },
            (b']', Array::Inside) if self.around.depth > 0 => {
                self.array = Array::Beside;
                self.beside_from = findings.record();
                Ok(Step::Skip(1))
            }
            (b']', Array::Inside) => {
                self.array = Array::Outside;
                Ok(Step::Skip(1))
            }
            (b'[' | b']', Array::Unknown) => Ok(Step::Skip(1)),
            _ => {
                let separators = buf.iter().take_while(|byte| is_blank(**byte) || **byte == b',').count();
                if separators > 0 {
                    return Ok(Step::Skip(separators));
                }
                Ok(self.stranger(buf, eof, findings))
            }
        }
    }

    fn parse(&mut self, frame: Frame<'_>, record: &mut Record, findings: &mut Findings) -> Result<()> {
        self.parser.parse(frame, record, findings)
    }
}

impl Json {
    /// Processes the start of an object.
    fn object(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Step {
        let window = buf.get(..self.limit).unwrap_or(buf);
        let all = eof && window.len() == buf.len();
        let len = match self.scan.run(window, all) {
            Found::End(len) => len,
            Found::Start(len) => {
                self.array = Array::Unknown;
                len
            }
            Found::More if window.len() == self.limit => {
                let message = format!("no end in {} bytes, the most allowed for a record", self.limit);
                findings.at(LIMIT_REACHED, (0, self.limit), message, "skipped");
                self.lose(findings);
                self.scan = Scan::default();
                return self.skip(self.limit);
            }
            Found::More if !eof => return Step::Need(buf.len() + 1),
            Found::More => {
                self.array = Array::Unknown;
                buf.len()
            }
        };
        self.scan = Scan::default();
        Step::Frame(len)
    }

    /// Processes the start of an array that is a record.
    fn rows(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Step {
        let window = buf.get(..self.limit).unwrap_or(buf);
        let found = self.rows.run(window);
        match found {
            None if window.len() == self.limit => {
                self.rows = ArrayScan::default();
                let message = format!("no end in {} bytes, the most allowed for a record", self.limit);
                findings.at(LIMIT_REACHED, (0, self.limit), message, "skipped");
                self.lose(findings);
                self.skip(self.limit)
            }
            None if !eof => Step::Need(buf.len() + 1),
            found => {
                self.rows = ArrayScan::default();
                if found.is_none() {
                    self.array = Array::Unknown;
                }
                Step::Frame(found.unwrap_or(buf.len()))
            }
        }
    }

    /// Processes an element of the array that is no record: an array, or a value that is none. Skips exactly that if it
    /// is whole and no record is in it; else the text up to the next record.
    fn stranger(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Step {
        let window = buf.get(..self.limit).unwrap_or(buf);
        let found = if self.array == Array::Inside { self.rows.element(window, eof) } else { Some(0) };
        // A comma or the end of the array is after an element.
        let next = found.and_then(|len| window.cut(len..).iter().find(|byte| !is_blank(**byte)));
        if (found.is_none() || found > Some(0) && next.is_none()) && !eof && window.len() < self.limit {
            self.rows = ArrayScan::default();
            return Step::Need(buf.len() + buf.len() / 8 + 1);
        }
        self.rows = ArrayScan::default();
        let is_whole = matches!(next, Some(b',' | b']'));
        let element = found.filter(|_| is_whole).map(|len| window.cut(..len)).unwrap_or_default();
        let is_start = |at: usize| record_start(element.cut(at..), true) == Some(true);
        if element.is_empty() || memchr::memchr_iter(b'{', element).any(is_start) {
            self.lose(findings);
            return self.pass(buf, eof, findings);
        }
        let message = format!("{} that belong to no record", counted(element.len() as u64, "byte"));
        findings.at(JSON_SYNTAX, (0, element.len()), message, "skipped");
        Step::Garbage(element.len())
    }

    /// Processes what is after a list of records, in the objects around it: another list, or their end.
    fn beside(&mut self, buf: &[u8], eof: bool, findings: &Findings) -> Step {
        if buf.first() == Some(&b'[') && !self.around.in_string {
            match list_in(buf, eof) {
                None => return Step::Need(buf.len() + 1),
                Some(0) => {
                    self.around.open(b'[');
                    return Step::Skip(1);
                }
                Some(len) => {
                    self.array = Array::Inside;
                    return Step::Skip(len);
                }
            }
        }
        match self.around.pass(buf) {
            Ok(len) => {
                if self.around.depth == 0 {
                    self.array = Array::Outside;
                }
                Step::Skip(len)
            }
            Err(len) => {
                self.array = Array::Unknown;
                self.passed = Some(self.since_list(findings));
                self.skip(len)
            }
        }
    }

    /// Returns where the text after the last list of records begins, and its length so far.
    fn since_list(&self, findings: &Findings) -> (Position, u64) {
        (self.beside_from, findings.record().byte - self.beside_from.byte)
    }

    /// Starts to skip text.
    fn lose(&mut self, findings: &Findings) {
        self.array = Array::Unknown;
        self.passed.get_or_insert((findings.record(), 0));
    }

    /// Skips text up to the certain start of a record.
    fn pass(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Step {
        let mut searched = 0usize;
        while let Some(found) = memchr(b'{', buf.cut(searched..)) {
            let at = searched + found;
            match record_start(buf.cut(at..), eof) {
                Some(true) if at == 0 => {
                    self.report_passed(findings);
                    return self.object(buf, eof, findings);
                }
                Some(true) => return self.skip(at),
                Some(false) => searched = at + 1,
                None if at == 0 => return Step::Need(buf.len() + 1),
                None => return self.skip(at),
            }
        }
        match buf.len() {
            0 if eof => self.end(findings),
            0 => Step::Need(1),
            len => self.skip(len),
        }
    }

    fn skip(&mut self, len: usize) -> Step {
        if let Some((_, passed)) = &mut self.passed {
            *passed += len as u64;
        }
        Step::Garbage(len)
    }

    fn report_passed(&mut self, findings: &mut Findings) {
        if let Some((start, len)) = self.passed.take() {
            let mut location = Location::of(findings.record());
            (location.byte, location.line, location.len) = (start.byte, start.line, len);
            let message = match len {
                1 => "1 byte that belongs to no record".to_owned(),
                len => format!("{len} bytes that belong to no record"),
            };
            findings.push(Finding::new(JSON_SYNTAX, location, message, "skipped"));
        }
    }

    fn end(&mut self, findings: &mut Findings) -> Step {
        self.report_passed(findings);
        if self.array == Array::Inside {
            self.array = Array::Unknown;
            findings.at(JSON_SYNTAX, (0, 0), "the input ends inside the array, without ]", "");
        }
        if self.array == Array::Beside {
            let (start, len) = self.since_list(findings);
            let mut location = Location::of(findings.record());
            (location.byte, location.line, location.len) = (start.byte, start.line, len);
            self.array = Array::Unknown;
            let message = "what is around a list of records does not end";
            findings.push(Finding::new(JSON_SYNTAX, location, message, "skipped"));
        }
        Step::End
    }
}

/// Number of bytes that show whether the input is something else.
pub(crate) const SHOWN: usize = 25;

/// Fails if the input cannot be JSON at all, and names what it is.
pub(crate) fn refuse_other_formats(buf: &[u8]) -> Result<()> {
    let what = match buf {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, ..] | [_, 0, ..] => {
            "the input is UTF-16 or UTF-32; JSON is UTF-8: convert it first"
        }
        [0x1F, 0x8B, ..] => "the input is compressed with gzip; decompress it first",
        [0x28, 0xB5, 0x2F, 0xFD, ..] => "the input is compressed with zstd; decompress it first",
        [b'<', ..] => "the input begins with <, as XML does; JSON begins with { or [",
        // The value of a leader, of which the start was cut off, has a quote at its end.
        [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', ..]
            if !buf.iter().take(SHOWN).any(|byte| *byte == b'"') =>
        {
            "the input begins with a number, as ISO 2709 does; JSON begins with { or ["
        }
        _ => return Ok(()),
    };
    Err(Error::refused(what))
}

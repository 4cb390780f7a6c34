//! Where a record begins and ends.

use memchr::memchr;

use super::parse::Parser;
use super::scan::{ArrayScan, Found, Scan, is_blank, record_start};
use crate::diagnostic::Findings;
use crate::io::{Frame, Framing, ReadOptions, Step};
use crate::{Code, Diagnostic, Error, ErrorKind, Location, Position, Record, Result};

/// The framing of MARC-in-JSON. A record ends with the brace that closes it; where that brace is missing, before
/// the next object whose first key is one of those that begin records, such as `{"leader"`.
#[derive(Debug, Clone)]
pub struct Json {
    parser: Parser,
    limit: usize,
    scan: Scan,
    array: Array,
    /// Whether the array is a list in an object.
    wrapped: bool,
    rows: ArrayScan,
    /// Text passed over since the last record: where it begins, and its length in bytes.
    passed: Option<(Position, u64)>,
}

/// Where the records stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Array {
    Outside,
    Inside,
    /// Something was passed over that may have held brackets.
    Unknown,
    /// In an object, behind the list of records in it.
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
            wrapped: false,
            rows: ArrayScan::default(),
            passed: None,
        }
    }

    fn step(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Result<Step> {
        if findings.record().byte == 0 {
            if buf.len() < 5 && !eof {
                return Ok(Step::Need(5));
            }
            refuse_other_formats(buf)?;
            if buf.starts_with(b"\xEF\xBB\xBF") {
                findings.at(Code::ByteOrderMark, (0, 3), "byte order mark EF BB BF", "skipped");
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
            (b'{', Array::Outside) => match list_start(buf, eof) {
                None => Ok(Step::Need(buf.len().saturating_add(1))),
                Some(0) => Ok(self.object(buf, eof, findings)),
                Some(len) => {
                    (self.array, self.wrapped) = (Array::Inside, true);
                    Ok(Step::Skip(len))
                }
            },
            (b'{', _) => Ok(self.object(buf, eof, findings)),
            (b'[', Array::Outside) => match rows_start(buf, eof) {
                None => Ok(Step::Need(buf.len().saturating_add(1))),
                Some(true) => Ok(self.rows(buf, eof, findings)),
                Some(false) => {
                    self.array = Array::Inside;
                    Ok(Step::Skip(1))
                }
            },
            (b'[', Array::Inside) => match rows_start(buf, eof) {
                None => Ok(Step::Need(buf.len().saturating_add(1))),
                Some(true) => Ok(self.rows(buf, eof, findings)),
                Some(false) => {
                    self.lose(findings);
                    Ok(self.pass(buf, eof, findings))
                }
            },
            (b']', Array::Inside) if self.wrapped => {
                // What stands beside the list, up to the end, is no record.
                self.array = Array::Beside;
                Ok(Step::Skip(1))
            }
            (_, Array::Beside) => Ok(Step::Skip(buf.len())),
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
                self.lose(findings);
                Ok(self.pass(buf, eof, findings))
            }
        }
    }

    fn parse(&mut self, frame: Frame<'_>, record: &mut Record, findings: &mut Findings) -> Result<()> {
        self.parser.parse(frame, record, findings)
    }
}

impl Json {
    /// What to do where an object begins.
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
                findings.at(Code::LimitReached, (0, self.limit), message, "skipped");
                self.lose(findings);
                self.scan = Scan::default();
                return self.skip(self.limit);
            }
            Found::More if !eof => return Step::Need(buf.len().saturating_add(1)),
            Found::More => {
                self.array = Array::Unknown;
                buf.len()
            }
        };
        self.scan = Scan::default();
        Step::Frame(len)
    }

    /// What to do where an array begins that is a record.
    fn rows(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Step {
        let window = buf.get(..self.limit).unwrap_or(buf);
        let found = self.rows.run(window);
        match found {
            None if window.len() == self.limit => {
                self.rows = ArrayScan::default();
                let message = format!("no end in {} bytes, the most allowed for a record", self.limit);
                findings.at(Code::LimitReached, (0, self.limit), message, "skipped");
                self.lose(findings);
                self.skip(self.limit)
            }
            None if !eof => Step::Need(buf.len().saturating_add(1)),
            found => {
                self.rows = ArrayScan::default();
                if found.is_none() {
                    self.array = Array::Unknown;
                }
                Step::Frame(found.unwrap_or(buf.len()))
            }
        }
    }

    /// Begins to pass over text.
    fn lose(&mut self, findings: &Findings) {
        self.array = Array::Unknown;
        self.passed.get_or_insert((findings.record(), 0));
    }

    /// Passes over text up to where a record surely begins.
    fn pass(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Step {
        let mut searched = 0usize;
        while let Some(found) = memchr(b'{', buf.get(searched..).unwrap_or_default()) {
            let at = searched.saturating_add(found);
            match record_start(buf.get(at..).unwrap_or_default(), eof) {
                Some(true) if at == 0 => {
                    self.report_passed(findings);
                    return self.object(buf, eof, findings);
                }
                Some(true) => return self.skip(at),
                Some(false) => searched = at.saturating_add(1),
                None if at == 0 => return Step::Need(buf.len().saturating_add(1)),
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
            *passed = passed.saturating_add(len as u64);
        }
        Step::Lost(len)
    }

    fn report_passed(&mut self, findings: &mut Findings) {
        if let Some((start, len)) = self.passed.take() {
            let mut location = Location::of(findings.record());
            (location.byte, location.line, location.len) = (start.byte, start.line, len);
            let message = format!("{len} bytes that belong to no record");
            findings.push(Diagnostic::new(Code::JsonSyntax, location, message, "skipped"));
        }
    }

    fn end(&mut self, findings: &mut Findings) -> Step {
        self.report_passed(findings);
        if self.array == Array::Inside {
            self.array = Array::Unknown;
            findings.at(Code::JsonSyntax, (0, 0), "the input ends inside the array, without ]", "");
        }
        Step::End
    }
}

/// The names that lists of records have in the answers of FOLIO.
const LISTS: [&[u8]; 2] = [b"\"sourceRecords\"", b"\"records\""];

/// The length of what stands before the first record, if an object begins with a list of records; 0 if it does not;
/// `None` if there are too few bytes.
fn list_start(bytes: &[u8], eof: bool) -> Option<usize> {
    let mut at = 0usize;
    let mut take = |expected: &[u8]| -> Option<bool> {
        let rest = bytes.get(at..).unwrap_or_default();
        let blanks = rest.iter().take_while(|byte| is_blank(**byte)).count();
        let rest = rest.get(blanks..).unwrap_or_default();
        if rest.starts_with(expected) {
            at = at.saturating_add(blanks).saturating_add(expected.len());
            return Some(true);
        }
        (eof || !expected.starts_with(rest)).then_some(false)
    };
    if !take(b"{")? {
        return Some(0);
    }
    let mut named = false;
    for name in LISTS {
        named = named || take(name)?;
    }
    let whole = named && take(b":")? && take(b"[")?;
    Some(if whole { at } else { 0 })
}

/// Whether an array holds the rows of a record, not records: its first element is an array whose first is a string.
fn rows_start(bytes: &[u8], eof: bool) -> Option<bool> {
    let mut tokens = bytes.iter().filter(|byte| !is_blank(**byte));
    for expected in [b'[', b'[', b'"'] {
        match tokens.next() {
            None => return if eof { Some(false) } else { None },
            Some(byte) if *byte == expected => {}
            Some(_) => return Some(false),
        }
    }
    Some(true)
}

/// Says what the input is, where it can be no JSON at all.
pub(crate) fn refuse_other_formats(buf: &[u8]) -> Result<()> {
    let what = match buf {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, ..] | [_, 0, ..] => {
            "the input is UTF-16 or UTF-32; JSON is UTF-8: convert it first"
        }
        [0x1F, 0x8B, ..] => "the input is compressed with gzip; decompress it first",
        [0x28, 0xB5, 0x2F, 0xFD, ..] => "the input is compressed with zstd; decompress it first",
        [b'<', ..] => "the input begins with <, as XML does; JSON begins with { or [",
        [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', ..] => {
            "the input begins with a number, as ISO 2709 does; JSON begins with { or ["
        }
        _ => return Ok(()),
    };
    Err(Error::new(ErrorKind::Format(what.to_owned())))
}

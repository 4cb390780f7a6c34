//! Finds the lines.

use crate::bytes::Cut;
use crate::format::lines::{is_blank, mark_len, name};
use crate::format::rules::{BYTE_ORDER_MARK, RECORD_CUT, RECORD_END_MISSING, STRAY_MARK};
use crate::format::wide_mark::wide_mark;
use crate::io::rules::LIMIT_REACHED;
use memchr::{memchr, memmem};

use crate::error::Result;
use crate::finding::Findings;
use crate::format::json::array::{SHOWN, refuse_other_formats};
use crate::format::json::kit::{Found, Parser, Scan, is_blank as is_space};
use crate::io::{Frame, Framing, ReadOptions, Step, anchor_in_lines};
use crate::record::Record;

/// The longest first key by which a record is recognized inside a line, brace and quotes included.
const LONGEST_KEY: usize = 24;

/// The framing of MARC-in-JSON in lines: a record is a line, including its line end; or a part of one, where another object
/// begins in it with the same key.
#[derive(Debug, Clone)]
pub struct Ndjson {
    parser: Parser,
    limit: usize,
    /// Finds the brace and the first key of a record.
    key: memmem::Finder<'static>,
    /// Number of the next bytes that are known to be the rest of a line.
    rest: usize,
    /// Number of bytes of the line already searched for its end.
    searched: usize,
    /// Whether the rest of the line is skipped.
    too_long: bool,
}

impl Framing for Ndjson {
    const LINES: bool = true;
    const SPLITS: bool = true;
    const INDEPENDENT: bool = true;

    fn new(options: &ReadOptions) -> Ndjson {
        let limit = options.limits.record_bytes.max(1);
        let key = memmem::Finder::new(br#"{"leader""#);
        Ndjson { parser: Parser::new(options), limit, key, rest: 0, searched: 0, too_long: false }
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
        if self.rest > 0 {
            let line = buf.cut(..std::mem::take(&mut self.rest));
            return Ok(self.line(line, findings));
        }
        let window = buf.get(..self.limit).unwrap_or(buf);
        let rest = window.cut(self.searched..);
        let end = memchr(b'\n', rest).map(|found| self.searched + found + 1);
        let whole = end.is_some() || eof && window.len() == buf.len();
        let len = end.unwrap_or(window.len());
        if self.too_long && len > 0 {
            self.searched = 0;
            self.too_long = end.is_none();
            return Ok(Step::Garbage(len));
        }
        if !whole {
            self.searched = len;
            if len < self.limit {
                return Ok(Step::Need(buf.len() + 1));
            }
            let message = format!("no line end in {} bytes, the most allowed for a record", self.limit);
            findings.at(LIMIT_REACHED, (0, self.limit), message, "line skipped");
            self.too_long = true;
            self.searched = 0;
            return Ok(Step::Garbage(len));
        }
        self.searched = 0;
        Ok(if len == 0 { Step::End } else { self.line(buf.cut(..len), findings) })
    }

    fn restart(&mut self) {
        self.rest = 0;
    }

    fn anchor(&mut self, buf: &[u8]) -> Option<usize> {
        anchor_in_lines(self, buf)
    }

    fn parse(&mut self, frame: Frame<'_>, record: &mut Record, findings: &mut Findings) -> Result<()> {
        self.parser.parse(frame, record, findings)
    }
}

impl Ndjson {
    /// Processes a line, or the rest of one.
    fn line(&mut self, line: &[u8], findings: &mut Findings) -> Step {
        let before = marks(line);
        let content = line.cut(before..);
        if before > 0 && (is_blank(content) || matches!(content, [b'{' | b'[', ..])) {
            let (rule, message) = match line.first() {
                Some(0) => (STRAY_MARK, "bytes of zero"),
                _ => name(line.cut(..before)),
            };
            findings.at(rule, (0, before), message, "skipped");
            self.rest = line.len() - before;
            return Step::Skip(before);
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            return Step::Skip(line.len());
        }
        let separators = line.iter().take_while(|byte| is_space(**byte) || **byte == b',').count();
        if separators > 0 && line.get(separators) == Some(&b'{') {
            self.rest = line.len() - separators;
            return Step::Skip(separators);
        }
        let Some((at, is_whole)) = self.second(line) else { return Step::Frame(line.len()) };
        self.rest = line.len() - at;
        match is_whole {
            true => {
                let message = "no line end before the next record";
                findings.at(RECORD_END_MISSING, (at, 0), message, "ended here");
            }
            false => {
                let message = "the record ends inside a line, in which the next one begins";
                findings.at(RECORD_CUT, (at, 0), message, "cut there");
            }
        }
        Step::Frame(at)
    }

    /// Returns where the first record of a line ends, if another begins in it, and whether the first is whole.
    fn second(&mut self, line: &[u8]) -> Option<(usize, bool)> {
        if let Some(key) = first_key(line)
            && key != self.key.needle()
        {
            self.key = memmem::Finder::new(key).into_owned();
        }
        let after = line.get(1..)?;
        let found = self.key.find(after)? + 1;
        if !line.starts_with(b"{") {
            return Some((found, false));
        }
        match Scan::default().run(line, true) {
            Found::End(end) => self.key.find(line.cut(end..)).map(|_| (end, true)),
            Found::Start(start) => Some((start, false)),
            // It has no end, and the other is its part.
            Found::More => None,
        }
    }
}

/// Returns the length of what is before a line and no data: marks, zeros, and the 1E of JSON text sequences.
fn marks(line: &[u8]) -> usize {
    let mut len = 0usize;
    loop {
        len += match line.get(len) {
            Some(0 | 0x1E) => 1,
            Some(_) => match mark_len(line.cut(len..)) {
                0 => return len,
                mark => mark,
            },
            None => return len,
        };
    }
}

/// Returns the brace and the first key of an object.
fn first_key(line: &[u8]) -> Option<&[u8]> {
    let head = line.get(..LONGEST_KEY).unwrap_or(line);
    let blanks = head.strip_prefix(b"{")?.iter().take_while(|byte| is_space(**byte)).count();
    let start = blanks + 1;
    head.get(start).filter(|byte| **byte == b'"')?;
    let end = start + 1 + memchr(b'"', head.cut(start + 1..))?;
    let is_word = head.get(start + 1..end)?.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    (is_word && line.cut(end + 1..).trim_ascii_start().starts_with(b":")).then(|| head.cut(..=end))
}

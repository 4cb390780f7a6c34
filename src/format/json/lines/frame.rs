//! Finds the lines.

use crate::bytes::Cut;
use crate::format::rules::BYTE_ORDER_MARK;
use crate::io::rules::LIMIT_REACHED;
use memchr::memchr;

use crate::error::Result;
use crate::finding::Findings;
use crate::format::json::array::refuse_other_formats;
use crate::format::json::kit::Parser;
use crate::io::{Frame, Framing, ReadOptions, Step, anchor_in_lines};
use crate::record::Record;

/// The framing of MARC-in-JSON in lines: a record is a line, including its line end.
#[derive(Debug, Clone)]
pub struct Ndjson {
    parser: Parser,
    limit: usize,
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
        Ndjson { parser: Parser::new(options), limit, searched: 0, too_long: false }
    }

    fn step(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Result<Step> {
        if findings.record().byte == 0 {
            if buf.len() < 5 && !eof {
                return Ok(Step::Need(5));
            }
            refuse_other_formats(buf)?;
            if buf.starts_with(b"\xEF\xBB\xBF") {
                findings.at(BYTE_ORDER_MARK, (0, 3), "byte order mark EF BB BF", "skipped");
                return Ok(Step::Skip(3));
            }
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
        let line = buf.cut(..len);
        Ok(match line.iter().all(u8::is_ascii_whitespace) {
            true if line.is_empty() => Step::End,
            true => Step::Skip(len),
            false => Step::Frame(len),
        })
    }

    fn anchor(&mut self, buf: &[u8]) -> Option<usize> {
        anchor_in_lines(self, buf)
    }

    fn parse(&mut self, frame: Frame<'_>, record: &mut Record, findings: &mut Findings) -> Result<()> {
        self.parser.parse(frame, record, findings)
    }
}

//! Lines.

use memchr::memchr;

use crate::diagnostic::Findings;
use crate::format::json::{Parser, refuse_other_formats};
use crate::io::{Frame, Framing, ReadOptions, Step};
use crate::{Code, Record, Result};

/// The framing of MARC-in-JSON in lines: a record is a line, its line end included.
#[derive(Debug, Clone)]
pub struct Ndjson {
    parser: Parser,
    limit: usize,
    /// How many bytes of the line were searched for its end in vain.
    searched: usize,
    /// Whether the rest of the line is passed over.
    too_long: bool,
}

impl Framing for Ndjson {
    const LINES: bool = true;
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
                findings.at(Code::ByteOrderMark, (0, 3), "byte order mark EF BB BF", "skipped");
                return Ok(Step::Skip(3));
            }
        }
        let window = buf.get(..self.limit).unwrap_or(buf);
        let rest = window.get(self.searched..).unwrap_or_default();
        let end = memchr(b'\n', rest).map(|found| self.searched.saturating_add(found).saturating_add(1));
        let whole = end.is_some() || eof && window.len() == buf.len();
        let len = end.unwrap_or(window.len());
        if self.too_long && len > 0 {
            self.searched = 0;
            self.too_long = end.is_none();
            return Ok(Step::Lost(len));
        }
        if !whole {
            self.searched = len;
            if len < self.limit {
                return Ok(Step::Need(buf.len().saturating_add(1)));
            }
            let message = format!("no line end in {} bytes, the most allowed for a record", self.limit);
            findings.at(Code::LimitReached, (0, self.limit), message, "line skipped");
            self.too_long = true;
            self.searched = 0;
            return Ok(Step::Lost(len));
        }
        self.searched = 0;
        let line = buf.get(..len).unwrap_or_default();
        Ok(match line.iter().all(u8::is_ascii_whitespace) {
            true if line.is_empty() => Step::End,
            true => Step::Skip(len),
            false => Step::Frame(len),
        })
    }

    fn parse(&mut self, frame: Frame<'_>, record: &mut Record, findings: &mut Findings) -> Result<()> {
        self.parser.parse(frame, record, findings)
    }
}

//! What the drivers of a framing share.

use std::ops::Range;

use super::framing::{Frame, Framing, Step};
use super::{LostSink, ReadOptions, Recovery};
use crate::diagnostic::Findings;
use crate::{Code, Error, Position, Record, Result};

/// What the drivers share: places, findings, and strictness.
#[derive(Debug, Clone)]
pub(super) struct Core<F> {
    framing: F,
    pub(super) findings: Findings,
    recovery: Recovery,
    /// The longest record, in bytes.
    limit: usize,
    /// Where the records that are wanted begin.
    pub(super) range: Range<u64>,
    /// Where the next unread byte stands, and how many records came before it.
    pub(super) next: Position,
    /// Where the last record began.
    pub(super) last: Position,
    pub(super) ended: bool,
    pub(super) lost: Lost,
}

/// Who hears of bytes that are lost.
#[derive(Default)]
pub(super) struct Lost(pub(super) Option<LostSink>);

impl Lost {
    fn tell(&mut self, bytes: &[u8]) {
        if let Some(sink) = &mut self.0 {
            sink(bytes);
        }
    }
}

/// A clone tells nobody: what it passes over was told by the original.
impl Clone for Lost {
    fn clone(&self) -> Lost {
        Lost(None)
    }
}

impl std::fmt::Debug for Lost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Lost").field(&self.0.is_some()).finish()
    }
}

/// What became of the bytes shown to a [`Core`].
pub(super) enum Progress {
    /// So many were passed over.
    Skipped(usize),
    /// So many are needed.
    Need(usize),
    /// So many were a record, which was read, or not.
    Record(usize, Result<()>),
    End,
}

impl<F: Framing> Core<F> {
    pub(super) fn new(options: &ReadOptions) -> Core<F> {
        let next = Position { line: u64::from(F::LINES), ..Position::default() };
        Core {
            framing: F::new(options),
            findings: Findings::new(options.limits.diagnostics),
            recovery: options.recovery,
            limit: options.limits.record_bytes,
            range: options.range.clone().unwrap_or(0..u64::MAX),
            next,
            last: next,
            ended: false,
            lost: Lost::default(),
        }
    }

    /// Starts the search for the next record.
    #[inline]
    pub(super) fn begin(&mut self) {
        self.findings.begin(self.next);
    }

    /// Looks at the next bytes; `parse` tells whether a record that they are is to be read, or only passed over.
    #[inline]
    pub(super) fn advance(
        &mut self,
        buf: &[u8],
        eof: bool,
        record: &mut Record,
        parse: bool,
    ) -> Result<Progress> {
        if self.ended {
            return Ok(Progress::End);
        }
        if self.next.byte >= self.range.end {
            if !buf.is_empty() {
                self.findings.begin(self.next);
                return Ok(self.end());
            }
            if !eof {
                return Ok(Progress::Need(1));
            }
        }
        self.findings.set_record(self.next, buf.len());
        // No more is looked at than a record may have, and what must be seen behind it.
        let most = self.limit.saturating_add(BEYOND);
        let (buf, eof) = match buf.get(..most) {
            Some(window) if window.len() < buf.len() => (window, false),
            _ => (buf, eof),
        };
        let step = match self.framing.step(buf, eof, &mut self.findings) {
            Ok(step) => step,
            Err(error) => {
                self.ended = true;
                let ours = self.range.contains(&self.next.byte) || buf.is_empty() && self.ends_input();
                return if ours { Err(error) } else { Ok(self.end()) };
            }
        };
        Ok(match step {
            Step::Frame(len) if self.next.byte < self.range.start => {
                let bytes = buf.get(..len.max(1)).unwrap_or(buf);
                if parse && !F::INDEPENDENT && len <= self.limit {
                    // What it leaves behind is for those after it; what is wrong with it is not told.
                    record.clear();
                    let _ =
                        self.framing.parse(Frame { bytes, position: self.next }, record, &mut self.findings);
                }
                self.consume(bytes);
                self.next.record = self.next.record.saturating_add(1);
                self.findings.begin(self.next);
                Progress::Skipped(bytes.len())
            }
            Step::Frame(len) if len > self.limit => {
                let bytes = buf.get(..len).unwrap_or(buf);
                let message = format!("the record has {len} bytes, {} are allowed", self.limit);
                self.findings.at(Code::LimitReached, (0, len), message, "record rejected");
                self.last = self.next;
                self.consume(bytes);
                self.next.record = self.next.record.saturating_add(1);
                let finding = self.findings.first_error().cloned();
                let error =
                    finding.map_or_else(|| Error::argument("a record over the limit"), Error::malformed);
                Progress::Record(bytes.len(), Err(error))
            }
            Step::Frame(len) => self.frame(buf.get(..len.max(1)).unwrap_or(buf), record, parse),
            Step::Skip(len) => {
                let bytes = buf.get(..len.max(1)).unwrap_or(buf);
                self.consume(bytes);
                Progress::Skipped(bytes.len())
            }
            Step::Lost(0) => match self.judge() {
                Err(error) if self.next.byte >= self.range.start => {
                    self.last = self.next;
                    Progress::Record(0, Err(error))
                }
                _ => Progress::Skipped(0),
            },
            Step::Lost(len) => {
                let bytes = buf.get(..len).unwrap_or(buf);
                if self.range.contains(&self.next.byte) {
                    self.lost.tell(bytes);
                }
                self.consume(bytes);
                Progress::Skipped(bytes.len())
            }
            Step::Need(_) if eof => {
                self.consume(buf);
                self.end_input()
            }
            Step::Need(_) if buf.len() >= most => {
                let message = format!("no end in {} bytes, the most allowed for a record", self.limit);
                self.findings.at(Code::LimitReached, (0, buf.len()), message, "skipped");
                self.framing.restart();
                self.lost.tell(buf);
                self.consume(buf);
                Progress::Skipped(buf.len())
            }
            Step::Need(len) => Progress::Need(len.max(buf.len().saturating_add(1)).min(most)),
            Step::End => {
                self.consume(buf);
                self.end_input()
            }
        })
    }

    /// Whether nothing was found in the last record, and before it.
    pub(super) fn is_clean(&self) -> bool {
        self.findings.list().is_empty() && self.findings.suppressed().is_empty()
    }

    /// Reads the bytes of a record, or passes them over.
    #[inline]
    pub(super) fn frame(&mut self, bytes: &[u8], record: &mut Record, parse: bool) -> Progress {
        self.last = self.next;
        self.findings.set_record(self.next, bytes.len());
        let parsed = if parse {
            record.clear();
            let frame = Frame { bytes, position: self.next };
            let parsed = self.framing.parse(frame, record, &mut self.findings);
            record.set_position(self.last);
            if parsed.is_ok() && !self.findings.list().is_empty() {
                self.findings.locate(|location| record.view().locate(location));
            }
            parsed
        } else {
            Ok(())
        };
        self.consume(bytes);
        self.next.record = self.next.record.saturating_add(1);
        Progress::Record(bytes.len(), parsed.and_then(|()| self.judge()))
    }

    /// Whether the input ends in the range: what stands behind the last record is told once, by the last range.
    fn ends_input(&self) -> bool {
        self.range.end >= self.next.byte && (self.range.start < self.next.byte || self.next.byte == 0)
    }

    fn end_input(&mut self) -> Progress {
        if !self.ends_input() {
            self.findings.begin(self.next);
        }
        self.end()
    }

    fn end(&mut self) -> Progress {
        self.ended = true;
        self.last = self.next;
        Progress::End
    }

    /// What strict reading says of the last record; at the end, of what stands behind it.
    #[inline]
    pub(super) fn judge(&self) -> Result<()> {
        match self.findings.first_error() {
            Some(finding) if self.recovery == Recovery::Strict => Err(Error::malformed(finding.clone())),
            _ => Ok(()),
        }
    }

    #[inline]
    fn consume(&mut self, bytes: &[u8]) {
        self.next.byte = self.next.byte.saturating_add(bytes.len() as u64);
        if F::LINES {
            let lines = memchr::memchr_iter(b'\n', bytes).count();
            self.next.line = self.next.line.saturating_add(lines as u64);
        }
    }
}

/// How many bytes are shown to a framing beyond the longest record, to see what follows it.
const BEYOND: usize = 64;

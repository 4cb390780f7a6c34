//! What all drivers of a framing share. Never reads or waits.

use crate::io::rules::LIMIT_REACHED;
use std::ops::Range;

use super::encoding::Head;
use super::framing::{Frame, Framing, Step};
use super::{GarbageSink, ReadOptions, Recovery};
use crate::error::{Error, Result};
use crate::finding::Findings;
use crate::position::Position;
use crate::record::Record;

/// The state that the drivers share: positions, findings, and strictness.
#[derive(Debug, Clone)]
pub(super) struct Driver<F> {
    framing: F,
    pub(super) findings: Findings,
    recovery: Recovery,
    /// The longest record, in bytes.
    limit: usize,
    /// The offsets at which wanted records begin.
    pub(super) range: Range<u64>,
    /// Position of the next unread byte, with the number of records before it.
    pub(super) next: Position,
    /// Position of the last record.
    pub(super) last: Position,
    pub(super) ended: bool,
    /// Whether the range ends where a batch was cut, so that nobody else reports what was found before its end.
    pub(super) is_batch: bool,
    /// What the head of the input says of its character set.
    pub(super) head: Head,
    pub(super) garbage: Garbage,
    /// Whether the framing has looked at the beginning of the input.
    pub(super) looked: bool,
}

/// The receiver of garbage bytes.
#[derive(Default)]
pub(super) struct Garbage(pub(super) Option<GarbageSink>);

impl Garbage {
    /// Hands over bytes that begin at `offset` in the input.
    fn send(&mut self, offset: u64, bytes: &[u8]) {
        if let Some(sink) = &mut self.0 {
            sink(offset, bytes);
        }
    }
}

/// A clone has no sink: the original has reported these bytes.
impl Clone for Garbage {
    fn clone(&self) -> Garbage {
        Garbage(None)
    }
}

impl std::fmt::Debug for Garbage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Garbage").field(&self.0.is_some()).finish()
    }
}

/// The result of showing bytes to a [`Driver`].
pub(super) enum Progress {
    /// This many bytes were skipped.
    Skipped(usize),
    /// This many bytes are needed.
    Need(usize),
    /// This many bytes were a record, parsed with this result.
    Record(usize, Result<()>),
    End,
}

impl<F: Framing> Driver<F> {
    pub(super) fn new(options: &ReadOptions) -> Driver<F> {
        let next = Position { line: u64::from(F::LINES), ..Position::default() };
        Driver {
            framing: F::new(options),
            findings: Findings::new(options.limits.findings),
            recovery: options.recovery,
            limit: options.limits.record_bytes,
            range: options.range.clone().unwrap_or(0..u64::MAX),
            next,
            last: next,
            ended: false,
            is_batch: false,
            head: Head::default(),
            looked: false,
            garbage: Garbage::default(),
        }
    }

    /// Continues at an offset of the input, with numbers of records and lines that are not known.
    pub(super) fn begin_at(&mut self, byte: u64) {
        self.next = Position { byte, record: Position::UNNUMBERED, line: 0 };
        self.last = self.next;
    }

    /// Shows the beginning of the input, all of it if `eof`; returns how many bytes are needed.
    #[inline]
    pub(super) fn look(&mut self, head: &[u8], eof: bool) -> Option<usize> {
        if self.looked {
            return None;
        }
        let needed = self.framing.look(head, eof).err().filter(|_| !eof);
        self.looked = needed.is_none();
        needed
    }

    /// Starts the search for the next record.
    #[inline]
    pub(super) fn begin(&mut self) {
        self.findings.begin(self.next);
    }

    /// Processes the next bytes; `parse` says whether a record in them is parsed or only skipped.
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
                if !self.is_batch {
                    self.findings.begin(self.next);
                }
                return Ok(self.end());
            }
            if !eof {
                return Ok(Progress::Need(1));
            }
        }
        self.findings.set_record(self.next, buf.len());
        // The framing sees no more than the longest record and the bytes needed after it.
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
                    // Parsed only to advance the framing's state; its findings are dropped.
                    record.clear();
                    let _ = self.framing.parse(
                        Frame { bytes, position: self.next, head: &self.head },
                        record,
                        &mut self.findings,
                    );
                }
                self.consume(bytes);
                self.next.count_record();
                self.findings.begin(self.next);
                Progress::Skipped(bytes.len())
            }
            Step::Frame(len) if len > self.limit => {
                let bytes = buf.get(..len).unwrap_or(buf);
                let message = format!("the record has {len} bytes, {} are allowed", self.limit);
                self.findings.reject(self.next.byte);
                self.findings.at(LIMIT_REACHED, (0, len), message, "record rejected");
                self.last = self.next;
                self.consume(bytes);
                self.next.count_record();
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
            Step::Garbage(0) => match self.judge() {
                Err(error) if self.next.byte >= self.range.start => {
                    self.last = self.next;
                    Progress::Record(0, Err(error))
                }
                _ => Progress::Skipped(0),
            },
            Step::Garbage(len) => {
                let bytes = buf.get(..len).unwrap_or(buf);
                if self.range.contains(&self.next.byte) {
                    self.garbage.send(self.next.byte, bytes);
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
                self.findings.at(LIMIT_REACHED, (0, buf.len()), message, "skipped");
                self.framing.restart();
                self.garbage.send(self.next.byte, buf);
                self.consume(buf);
                Progress::Skipped(buf.len())
            }
            Step::Need(len) => Progress::Need(len.max(buf.len() + 1).min(most)),
            Step::End => {
                self.consume(buf);
                self.end_input()
            }
        })
    }

    /// Returns whether there is no finding in the last record or before it.
    pub(super) fn is_clean(&self) -> bool {
        self.findings.list().is_empty() && self.findings.unlisted().is_empty()
    }

    /// Parses the bytes of a record, or skips them.
    #[inline]
    pub(super) fn frame(&mut self, bytes: &[u8], record: &mut Record, parse: bool) -> Progress {
        self.last = self.next;
        self.findings.set_record(self.next, bytes.len());
        let parsed = if parse {
            record.clear();
            let frame = Frame { bytes, position: self.next, head: &self.head };
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
        self.next.count_record();
        Progress::Record(bytes.len(), parsed.and_then(|()| self.judge()))
    }

    /// Returns whether the input ends in the range: findings after the last record belong to the last range
    /// only.
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

    /// Returns, in strict mode, the first error found in the last record or after it.
    #[inline]
    pub(super) fn judge(&self) -> Result<()> {
        match self.findings.first_error() {
            Some(finding) if self.recovery == Recovery::Strict => Err(Error::malformed(finding.clone())),
            _ => Ok(()),
        }
    }

    #[inline]
    fn consume(&mut self, bytes: &[u8]) {
        self.next.byte += bytes.len() as u64;
        if F::LINES && self.next.line > 0 {
            let lines = memchr::memchr_iter(b'\n', bytes).count();
            self.next.line += lines as u64;
        }
    }
}

/// Number of bytes shown to a framing beyond the longest record, so that it sees what follows.
const BEYOND: usize = 64;

/// The tail of `RecordRead` common to all readers over a driver.
macro_rules! driven {
    () => {
        fn findings(&self) -> &[Finding] {
            self.driver.findings.list()
        }

        fn unlisted(&self) -> &[(Rule, u64)] {
            self.driver.findings.unlisted()
        }

        fn position(&self) -> Position {
            self.driver.last
        }

        fn on_garbage(&mut self, sink: GarbageSink) {
            self.driver.garbage = Garbage(Some(sink));
        }

        fn charset_candidates(&self) -> &[crate::charset::Candidate] {
            self.driver.head.candidates()
        }
    };
}
pub(super) use driven;

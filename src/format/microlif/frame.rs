//! Lines to records.

use memchr::{memchr, memmem};

use crate::diagnostic::Findings;
use crate::format::lines::{Draft, refuse_other_encodings, shown};
use crate::io::{Frame, Framing, ReadOptions, Step};
use crate::{Code, Diagnostic, Location, Position, Record, Result, Tag};

/// The framing of MicroLIF: a record goes from its leader to a backtick, or to the next leader.
#[derive(Debug, Clone)]
pub struct Microlif {
    options: ReadOptions,
    /// How many bytes of the record were searched for its end in vain.
    searched: usize,
    /// Whether there was a leader.
    begun: bool,
    /// Text passed over since the last record: where it begins, and its length in bytes.
    passed: Option<(Position, u64)>,
    /// Whether a line or field begins behind what was passed over.
    at_start: bool,
    memory: Vec<u8>,
    body: Vec<u8>,
}

const LEADER: &[u8] = b"LDR";

impl Framing for Microlif {
    const LINES: bool = true;

    fn new(options: &ReadOptions) -> Microlif {
        let (memory, body) = (Vec::new(), Vec::new());
        Microlif {
            options: options.clone(),
            searched: 0,
            begun: false,
            passed: None,
            at_start: false,
            memory,
            body,
        }
    }

    fn step(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Result<Step> {
        if findings.record().byte == 0 {
            if buf.len() < 4 && !eof {
                return Ok(Step::Need(4));
            }
            refuse_other_encodings(buf)?;
        }
        if buf.is_empty() {
            if eof {
                self.report(findings);
            }
            return Ok(if eof { Step::End } else { Step::Need(1) });
        }
        let blanks = buf.iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == 0x1A).count();
        if blanks > 0 && self.passed.is_none() {
            return Ok(Step::Skip(blanks));
        }
        if buf.len() < LEADER.len() && !eof {
            return Ok(Step::Need(LEADER.len()));
        }
        if !buf.starts_with(LEADER) || self.passed.is_some() && !self.at_start {
            return Ok(self.pass(buf, eof, findings));
        }
        self.report(findings);
        let from = self.searched.max(LEADER.len());
        let rest = buf.get(from..).unwrap_or_default();
        let tick = memchr(b'`', rest).map(|at| at.saturating_add(from).saturating_add(1));
        let next = leader_at(buf, from);
        let end = match (tick, next) {
            (Some(tick), Some(next)) => Some(tick.min(next)),
            (tick, next) => tick.or(next),
        };
        // A leader may begin in the last bytes and be seen only with the next.
        let end =
            end.filter(|end| eof || end.saturating_add(LEADER.len()) <= buf.len() || tick == Some(*end));
        match end {
            Some(end) => {
                self.searched = 0;
                Ok(Step::Frame(end))
            }
            None if eof => {
                self.searched = 0;
                Ok(Step::Frame(buf.len()))
            }
            None => {
                self.searched = buf.len().saturating_sub(LEADER.len());
                Ok(Step::Need(buf.len().saturating_add(1)))
            }
        }
    }

    fn restart(&mut self) {
        self.searched = 0;
    }

    fn parse(&mut self, frame: Frame<'_>, record: &mut Record, findings: &mut Findings) -> Result<()> {
        let mut draft = Draft::new(frame, record, findings, &self.options);
        let mut at = 0usize;
        for line in frame.bytes.split(ends_field) {
            let start = at;
            at = at.saturating_add(line.len()).saturating_add(1);
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            draft.at_line(start, line.len());
            if let Some(leader) = line.strip_prefix(LEADER) {
                draft.leader(leader);
                continue;
            }
            let Some((tag, value)) =
                line.split_first_chunk::<3>().filter(|(tag, _)| tag.iter().all(u8::is_ascii_alphanumeric))
            else {
                draft.note(
                    Code::LineInvalid,
                    format!("expected a tag, found \"{}\"", shown(line)),
                    "line left out",
                );
                continue;
            };
            let tag = Tag::new(*tag);
            draft.about(tag);
            self.body.clear();
            let control = tag.is_control();
            if !control {
                let first = memchr(b'_', value).unwrap_or(value.len());
                if first > 2 {
                    draft.note(Code::DataBeforeSubfield, "text before the first subfield", "kept");
                }
            }
            self.body.extend(value.iter().map(|byte| if *byte == b'_' && !control { 0x1F } else { *byte }));
            if !draft.field(tag, control, &self.body) {
                break;
            }
        }
        draft.finish(&mut self.memory)
    }
}

impl Microlif {
    /// Passes over what stands before a leader.
    fn pass(&mut self, buf: &[u8], eof: bool, findings: &Findings) -> Step {
        let len = match leader_at(buf, 1) {
            Some(next) => next,
            None if eof => buf.len(),
            None => buf.len().saturating_sub(LEADER.len()),
        };
        if len == 0 {
            return Step::Need(buf.len().saturating_add(1));
        }
        self.at_start = len.checked_sub(1).and_then(|last| buf.get(last)).is_some_and(ends_field);
        let (_, passed) = self.passed.get_or_insert((findings.record(), 0));
        *passed = passed.saturating_add(len as u64);
        Step::Skip(len)
    }

    /// Says what was passed over.
    fn report(&mut self, findings: &mut Findings) {
        let begun = std::mem::replace(&mut self.begun, true);
        let Some((start, len)) = self.passed.take() else { return };
        let mut location = Location::of(findings.record());
        (location.byte, location.line, location.len) = (start.byte, start.line, len);
        let finding = match begun {
            false => {
                let message = format!("{len} bytes before the first leader: the header of the file");
                Diagnostic::new(Code::LineRemark, location, message, "left out")
            }
            true => {
                Diagnostic::new(Code::Garbage, location, format!("{len} bytes between records"), "skipped")
            }
        };
        findings.push(finding);
    }
}

/// Where from `from` on `LDR` stands at the start of a line or behind the end of a field.
pub(in crate::format) fn leader_at(bytes: &[u8], from: usize) -> Option<usize> {
    let found = memmem::find_iter(bytes.get(from..)?, LEADER).map(|at| at.saturating_add(from));
    let starts = |at: &usize| match at.checked_sub(1) {
        None => true,
        Some(before) => bytes.get(before).is_some_and(ends_field),
    };
    found.into_iter().find(starts)
}

/// Whether a byte ends a field, or a line.
const fn ends_field(byte: &u8) -> bool {
    matches!(byte, b'\r' | b'\n' | b'^' | b'`')
}

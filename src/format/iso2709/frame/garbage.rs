//! Bytes that belong to no record: filler, marks, garbage.

use super::leader::{LEADER, begins, is_leader, lacks_only_length};
use crate::bytes::Cut;
use crate::error::{Error, Result};
use crate::finding::{Finding, Findings, Rule, counted};
use crate::format::iso2709::dialect::{DISKETTE, DISKETTE_HEAD, begins_diskette};
use crate::format::iso2709::rules::FILLER_BETWEEN_RECORDS;
use crate::format::rules::{BYTE_ORDER_MARK, GARBAGE};
use crate::io::{Step, utf16};
use crate::position::Location;

/// Bytes passed over since the last record, reported as one finding.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PassedOver(Option<Stretch>);

#[derive(Debug, Clone, Copy)]
struct Stretch {
    rule: Rule,
    start: u64,
    len: u64,
}

impl PassedOver {
    /// Whether the bytes just before were garbage.
    #[inline]
    pub(super) fn is_garbage(&self) -> bool {
        self.0.is_some_and(|passed| passed.rule == GARBAGE)
    }

    /// Passes over `len` bytes. Filler inside garbage is garbage.
    pub(super) fn pass(&mut self, rule: Rule, len: usize, findings: &mut Findings) -> Step {
        let filler_in_garbage = rule == FILLER_BETWEEN_RECORDS && self.is_garbage();
        match &mut self.0 {
            Some(passed) if passed.rule == rule || filler_in_garbage => {
                passed.len += len as u64;
            }
            _ => {
                self.report(findings);
                self.0 = Some(Stretch { rule, start: findings.record().byte, len: len as u64 });
            }
        }
        if self.is_garbage() { Step::Garbage(len) } else { Step::Skip(len) }
    }

    /// Passes over bytes up to the next leader.
    pub(super) fn skip_garbage(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Step {
        // Undecided positions are decided once they reach the front of the buffer.
        let diskette = |at: usize| {
            let rest = buf.cut(at..);
            rest.starts_with(DISKETTE) && (begins_diskette(rest) || rest.len() < DISKETTE_HEAD && !eof)
        };
        let found = (1..buf.len()).find(|&at| begins(buf.cut(at..), eof) != Ok(false) || diskette(at));
        let sure = if eof { buf.len() } else { buf.len().saturating_sub(LEADER) };
        match found {
            Some(len) => self.pass(GARBAGE, len, findings),
            None if sure > 0 => self.pass(GARBAGE, sure, findings),
            None => Step::Need(buf.len() + 1),
        }
    }

    /// Reports the bytes passed over, if there are any, and forgets them.
    #[inline]
    pub(super) fn report(&mut self, findings: &mut Findings) {
        if let Some(Stretch { rule, start, len }) = self.0.take() {
            let mut location = Location::of(findings.record());
            location.byte = start;
            location.len = len;
            let message = match rule {
                BYTE_ORDER_MARK => "byte order mark EF BB BF".to_owned(),
                GARBAGE if len == 1 => "1 byte that belongs to no record".to_owned(),
                GARBAGE => format!("{len} bytes that belong to no record"),
                _ => format!("{} of filler", counted(len, "byte")),
            };
            findings.push(Finding::new(rule, location, message, "skipped"));
        }
    }
}

/// Returns how much of the filler at the start precedes what may be a leader with a blank record length. Undecided
/// positions are decided once they reach the front of the buffer.
pub(super) fn filler_before_leader(buf: &[u8], filler: usize, eof: bool) -> usize {
    // The base address is 12 bytes after the length, and is no filler.
    let mut last = filler.saturating_sub(12)..filler;
    let may_begin = |at: &usize| {
        let buf = buf.cut(*at..);
        lacks_only_length(buf) || buf.len() < LEADER && !eof
    };
    last.find(may_begin).unwrap_or(filler)
}

/// Refuses input that cannot be ISO 2709 at all, and names what it is.
pub(super) fn refuse_other_formats(buf: &[u8]) -> Result<()> {
    let what = match buf {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [_, 0, _, 0, _, 0, ..]
            if !is_leader(buf) && (buf.contains(&0) || utf16(buf).is_some()) =>
        {
            "the input is UTF-16; ISO 2709 is bytes: convert it to UTF-8 first"
        }
        [0x1F, 0x8B, ..] => "the input is compressed with gzip; decompress it first",
        [0x28, 0xB5, 0x2F, 0xFD, ..] => "the input is compressed with zstd; decompress it first",
        _ => return Ok(()),
    };
    Err(Error::refused(what))
}

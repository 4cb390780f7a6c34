//! Where a record begins and ends.

mod garbage;
mod leader;
mod wrapped;

use memchr::memmem;

use self::garbage::{PassedOver, filler_before_leader, refuse_other_formats};
use self::leader::{
    LEADER, SHORTEST, begins, begins_soundly, could_follow, has_directory, is_clear_leader, is_filler,
    is_whole, record_at_end, record_inside, stated_length,
};
pub(super) use self::leader::{could_be_leader, is_leader};
use self::wrapped::wrapped_record;
use super::dialect::{DISKETTE, DISKETTE_HEAD, begins_diskette, diskette_end};
use super::parse::parse_record;
use super::rules::{
    FILLER_BETWEEN_RECORDS, RECORD_LENGTH_INVALID, RECORD_LENGTH_MISMATCH, RECORD_UNTERMINATED,
};
use super::unwrap::other_terminator;
use super::{DELIMITER, FIELD_TERMINATOR, RECORD_TERMINATOR};
use crate::bytes::Cut;
use crate::error::Result;
use crate::finding::{Findings, Rule};
use crate::format::marc_in_isis::{self, Found};
use crate::format::rules::{BYTE_ORDER_MARK, GARBAGE, RECORD_CUT, TRUNCATED};
use crate::io::{Frame, Framing, ReadOptions, Step};
use crate::record::{Dialect, Record, Syntax};

/// The last bytes of a record.
const ENDS: &[u8] = &[FIELD_TERMINATOR, RECORD_TERMINATOR];

/// The framing of ISO 2709. A record ends where its length says, if a record terminator is there; else at the
/// terminator after which a record could begin.
#[derive(Debug, Clone)]
pub struct Iso2709 {
    options: ReadOptions,
    /// The options, with the dialect of the input where that was found.
    read_by: ReadOptions,
    /// The number of bytes from the start of the record that were searched for its end in vain.
    searched: usize,
    passed: PassedOver,
    double_delimiter: memmem::Finder<'static>,
    /// A buffer for records in plain form.
    unwrapped: Vec<u8>,
    /// Whether MARC is kept in fields of CDS/ISIS.
    marc: Option<Found>,
}

impl Framing for Iso2709 {
    const LINES: bool = false;
    const INDEPENDENT: bool = true;
    const TRACELESS: bool = true;
    const SPLITS: bool = true;

    fn new(options: &ReadOptions) -> Iso2709 {
        Iso2709 {
            options: options.clone(),
            read_by: options.clone(),
            searched: 0,
            passed: PassedOver::default(),
            double_delimiter: memmem::Finder::new(&[DELIMITER, DELIMITER]),
            unwrapped: Vec::new(),
            marc: None,
        }
    }

    fn look(&mut self, head: &[u8], eof: bool) -> std::result::Result<(), usize> {
        self.marc = marc_in_isis::look::<Iso2709>(head, eof, &self.options)?;
        if self.marc.is_some() {
            self.read_by = self.options.clone().dialect(Dialect::Isis);
        }
        Ok(())
    }

    #[inline]
    fn step(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Result<Step> {
        if let Some(len) = stated_length(buf).filter(|_| !self.passed.is_garbage()) {
            if buf.len() < len && !eof {
                return Ok(Step::Need(len));
            }
            if let (0, Some([.., before, RECORD_TERMINATOR])) = (self.searched, buf.get(..len)) {
                let next = buf.cut(len..);
                if *before != FIELD_TERMINATOR && next.len() < LEADER && !eof {
                    return Ok(Step::Need(len + LEADER));
                }
                let bytes = buf.cut(..len);
                // The length is true if the last field ends where the record does.
                if !is_whole(bytes) {
                    if let Some(end) = record_inside(bytes) {
                        return Ok(self.ragged(buf, end, findings));
                    }
                    if !has_directory(bytes) {
                        // By chance the stated length spans two records, the first without its terminator.
                        if let Some(at) = record_at_end(bytes) {
                            return Ok(self.cut_off(buf, at, findings));
                        }
                    }
                }
                if *before == FIELD_TERMINATOR || could_follow(next) {
                    self.passed.report(findings);
                    return Ok(Step::Frame(len));
                }
            }
        }
        self.search(buf, eof, findings)
    }

    fn restart(&mut self) {
        self.searched = 0;
    }

    /// Two whole records in a row, after a record terminator.
    fn anchor(&mut self, buf: &[u8]) -> Option<usize> {
        let whole = |buf: &[u8]| {
            let len = stated_length(buf).filter(|_| is_leader(buf))?;
            buf.get(..len).filter(|record| record.ends_with(ENDS) && is_whole(record)).map(|_| len)
        };
        memchr::memchr_iter(RECORD_TERMINATOR, buf).map(|at| at + 1).find(|at| {
            let first = buf.cut(*at..);
            whole(first).is_some_and(|len| whole(first.cut(len..)).is_some())
        })
    }

    #[inline]
    fn parse(&mut self, frame: Frame<'_>, record: &mut Record, findings: &mut Findings) -> Result<()> {
        let Iso2709 { options, read_by, double_delimiter, unwrapped, marc, .. } = self;
        parse_record(frame, read_by, double_delimiter, unwrapped, record, findings)?;
        if record.syntax() == Syntax::IRBIS && marc_in_isis::may_be(options.dialect) {
            marc_in_isis::apply(*marc, options.dialect, record, findings);
        }
        Ok(())
    }
}

impl Iso2709 {
    /// Decides where no whole record begins.
    fn search(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Result<Step> {
        if let Some(step) = self.before_record(buf, eof, findings)? {
            return Ok(step);
        }
        if let Some(step) = self.other_form(buf, eof, findings) {
            return Ok(step);
        }
        // Only a leader beyond doubt ends garbage, wherever the bytes seen so far ended.
        let here = if self.passed.is_garbage() { begins(buf, eof) } else { Ok(could_be_leader(buf)) };
        match here {
            Ok(true) => {}
            Ok(false) => {
                self.searched = 0;
                return Ok(self.passed.skip_garbage(buf, eof, findings));
            }
            Err(need) => return Ok(Step::Need(need)),
        }
        if self.passed.is_garbage() {
            self.passed.report(findings);
            return Ok(Step::Garbage(0));
        }
        // A record begins here, and its end is not where its length says.
        if let Some(step) = self.unterminated(buf, eof, findings) {
            return Ok(step);
        }
        Ok(self.seek_terminator(buf, eof, findings))
    }

    /// Passes over filler and a mark, refuses other formats, and asks for the bytes of a leader.
    fn before_record(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Result<Option<Step>> {
        let filler = buf.iter().take_while(|byte| is_filler(**byte)).count();
        if filler > 0 && buf.len() < LEADER && !eof {
            return Ok(Some(Step::Need(LEADER)));
        }
        let passed = match self.passed.is_garbage() {
            true => filler,
            false => filler_before_leader(buf, filler, eof),
        };
        if passed > 0 {
            return Ok(Some(self.pass(FILLER_BETWEEN_RECORDS, passed, findings)));
        }
        if buf.is_empty() {
            if !eof {
                return Ok(Some(Step::Need(1)));
            }
            self.passed.report(findings);
            return Ok(Some(Step::End));
        }
        if buf.len() < LEADER && !eof {
            return Ok(Some(Step::Need(LEADER)));
        }
        if findings.record().byte == 0 {
            if buf.starts_with(b"\xEF\xBB\xBF") {
                return Ok(Some(self.pass(BYTE_ORDER_MARK, 3, findings)));
            }
            refuse_other_formats(buf)?;
        }
        Ok(None)
    }

    /// Finds the end of a record in the diskette form of MAB2, in lines, or with other terminators.
    fn other_form(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Option<Step> {
        if buf.starts_with(DISKETTE) {
            if buf.len() < DISKETTE_HEAD && !eof {
                return Some(Step::Need(DISKETTE_HEAD));
            }
            if begins_diskette(buf) {
                if self.passed.is_garbage() {
                    self.passed.report(findings);
                    return Some(Step::Garbage(0));
                }
                let step = diskette_end(buf, self.searched, eof);
                self.searched = 0;
                match step {
                    Step::Frame(len) => {
                        self.passed.report(findings);
                        if len < buf.len() && !buf.cut(..len).ends_with(b"\n") {
                            let message = "the record ends inside a line, in which the next one begins";
                            findings.at(RECORD_CUT, (len, 0), message, "cut there");
                        }
                    }
                    _ => self.searched = buf.len().saturating_sub(DISKETTE.len() + LEADER),
                }
                return Some(step);
            }
        }
        if self.searched > 0 || self.passed.is_garbage() {
            return None;
        }
        let step = wrapped_record(buf, eof)?;
        if matches!(step, Step::Frame(_)) {
            self.passed.report(findings);
        }
        Some(step)
    }

    /// Ends a record without a terminator where its length says, if another begins there.
    fn unterminated(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Option<Step> {
        let len = stated_length(buf).filter(|len| *len <= buf.len())?;
        let next = buf.cut(len..);
        if next.len() < LEADER && !eof {
            return Some(Step::Need(len + LEADER));
        }
        let another = match begins(next, eof) {
            Err(need) => return Some(Step::Need(len + need)),
            // Where terminators end a field and the record, nothing is missing.
            Ok(another) => another && memmem::find(buf.cut(..len), ENDS).is_none(),
        };
        if !another {
            return None;
        }
        // Or the record is cut off, and another begins before: with a leader that is beyond doubt.
        let clear = |at: &usize| buf.get(*at..).is_some_and(is_clear_leader);
        if let Some(at) = (1..len).find(clear) {
            return Some(self.cut_off(buf, at, findings));
        }
        self.passed.report(findings);
        let message = "byte 1D is missing where the record length ends the record";
        findings.at(RECORD_UNTERMINATED, (len, 0), message, "kept");
        Some(Step::Frame(len))
    }

    /// Ends a record at the next terminator after which a record could begin, or at the end of the input.
    fn seek_terminator(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Step {
        let mut at = self.searched.max(1);
        while let Some(byte) = buf.get(at) {
            if byte.is_ascii_digit() {
                match begins_soundly(buf.cut(at..), eof) {
                    Ok(true) => return self.cut_off(buf, at, findings),
                    Ok(false) => {}
                    Err(need) => {
                        self.searched = at;
                        return Step::Need(at + need);
                    }
                }
            } else if *byte == b'#' && buf.cut(..at).ends_with(b"\n") {
                // The record before lost its mark.
                let rest = buf.cut(at..);
                if rest.len() < DISKETTE_HEAD && !eof {
                    self.searched = at;
                    return Step::Need(at + DISKETTE_HEAD);
                }
                if begins_diskette(rest) {
                    return self.cut_off(buf, at, findings);
                }
            } else if *byte == RECORD_TERMINATOR {
                let end = at + 1;
                let next = buf.cut(end..);
                if next.len() < LEADER && !eof {
                    self.searched = at;
                    return Step::Need(end + LEADER);
                }
                let after_field =
                    end.checked_sub(2).and_then(|before| buf.get(before)) == Some(&FIELD_TERMINATOR);
                if end >= SHORTEST.saturating_sub(1) && (after_field || could_follow(next)) {
                    return self.ragged(buf, end, findings);
                }
            }
            at += 1;
        }
        self.searched = buf.len();
        if !eof {
            return Step::Need(buf.len() + 1);
        }
        self.passed.report(findings);
        self.searched = 0;
        if self.reports_other_length(buf, findings) {
            return Step::Frame(buf.len());
        }
        match stated_length(buf) {
            Some(len) if len > buf.len() => {
                let message = format!("the record has {len} bytes by its leader, {} are there", buf.len());
                findings.at(TRUNCATED, (buf.len(), 0), message, "kept what is there");
            }
            _ => findings.at(RECORD_UNTERMINATED, (buf.len(), 0), "no byte 1D ends the last record", "kept"),
        }
        Step::Frame(buf.len())
    }

    /// Reports the length of a record that ends with other terminators. Returns whether it does.
    fn reports_other_length(&self, record: &[u8], findings: &mut Findings) -> bool {
        let record = record.trim_ascii_end();
        if other_terminator(record).is_none() {
            return false;
        }
        let stated = record.cut(..5).escape_ascii();
        let message =
            format!("the record length is \"{stated}\", the record ends after {} bytes", record.len());
        findings.at(RECORD_LENGTH_MISMATCH, (0, 5), message, "read to its terminators");
        true
    }

    /// Ends a record at a terminator, `len` bytes from its start, where its length does not say.
    fn ragged(&mut self, buf: &[u8], len: usize, findings: &mut Findings) -> Step {
        self.searched = 0;
        // The terminator may be that of the next record, if this one has none.
        let bytes = buf.get(..len).unwrap_or(buf);
        if let Some(at) = record_at_end(bytes) {
            return self.cut_off(buf, at, findings);
        }
        self.passed.report(findings);
        match stated_length(buf) {
            Some(stated) => {
                let message =
                    format!("the record has {stated} bytes by its leader, and {len} by its terminator");
                findings.at(RECORD_LENGTH_MISMATCH, (0, 5), message, "read to the terminator");
            }
            None => {
                let digits = buf.cut(..5).escape_ascii();
                let message = format!("the record length is \"{digits}\", the record has {len} bytes");
                findings.at(RECORD_LENGTH_INVALID, (0, 5), message, "read to the terminator");
            }
        }
        Step::Frame(len)
    }

    /// Ends a record where the next begins, `at` bytes from its start; too few bytes for a record are garbage.
    fn cut_off(&mut self, buf: &[u8], at: usize, findings: &mut Findings) -> Step {
        if at < LEADER {
            return self.pass(GARBAGE, at, findings);
        }
        self.searched = 0;
        self.passed.report(findings);
        if self.reports_other_length(buf.cut(..at), findings) {
            return Step::Frame(at);
        }
        let message = "a record begins where byte 1D is missing";
        findings.at(RECORD_UNTERMINATED, (at, 0), message, "kept");
        Step::Frame(at)
    }

    /// Passes over `len` bytes, reported as one finding with others of the kind before and after them.
    fn pass(&mut self, rule: Rule, len: usize, findings: &mut Findings) -> Step {
        self.searched = 0;
        self.passed.pass(rule, len, findings)
    }
}

//! Where a record begins and ends.

use memchr::{memchr, memchr_iter, memmem};

use super::plain::{Lines, other_terminator};
use super::{DELIMITER, FIELD_TERMINATOR, RECORD_TERMINATOR, mab, parse};
use crate::diagnostic::{Findings, counted};
use crate::io::{Frame, Framing, ReadOptions, Step};
use crate::{Code, Diagnostic, Error, ErrorKind, Leader, Location, Record, Result};

/// What stands before the directory.
const LEADER: usize = Leader::LEN;
/// What a record ends with.
const ENDS: &[u8] = &[FIELD_TERMINATOR, RECORD_TERMINATOR];
/// The longest line end.
const LINE_END: usize = 2;
/// The shortest record: leader, field terminator, record terminator.
const SHORTEST: usize = LEADER + 2;

/// The framing of ISO 2709. A record ends where its length says, if a record terminator is there; else at the
/// terminator behind which a record could begin.
#[derive(Debug, Clone)]
pub struct Iso2709 {
    options: ReadOptions,
    /// How many bytes from the start of the record were searched for its end in vain.
    searched: usize,
    /// Bytes passed over since the last record, and what they are.
    passed: Option<Passed>,
    /// Finds two delimiters side by side.
    doubled: memmem::Finder<'static>,
    /// A record brought into plain form.
    plain: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
struct Passed {
    code: Code,
    start: u64,
    len: u64,
}

impl Framing for Iso2709 {
    const LINES: bool = false;
    const INDEPENDENT: bool = true;
    const TRACELESS: bool = true;

    fn new(options: &ReadOptions) -> Iso2709 {
        Iso2709 {
            options: options.clone(),
            searched: 0,
            passed: None,
            doubled: memmem::Finder::new(&[DELIMITER, DELIMITER]),
            plain: Vec::new(),
        }
    }

    #[inline]
    fn step(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Result<Step> {
        if let Some(len) = stated_length(buf).filter(|_| !self.in_garbage()) {
            if buf.len() < len && !eof {
                return Ok(Step::Need(len));
            }
            if let (0, Some([.., before, RECORD_TERMINATOR])) = (self.searched, buf.get(..len)) {
                let next = buf.get(len..).unwrap_or_default();
                if *before != FIELD_TERMINATOR && next.len() < LEADER && !eof {
                    return Ok(Step::Need(len.saturating_add(LEADER)));
                }
                let bytes = buf.get(..len).unwrap_or_default();
                // Where the last field ends where the record does, the length tells the truth.
                if !is_whole(bytes) {
                    if let Some(end) = record_inside(bytes) {
                        return Ok(self.ragged(buf, end, findings));
                    }
                    if !has_directory(bytes) {
                        // The length is that of two records, of which one has no end, by chance.
                        if let Some(at) = record_at_end(bytes) {
                            return Ok(self.cut_off(at, findings));
                        }
                    }
                }
                if *before == FIELD_TERMINATOR || could_follow(next) {
                    self.report_passed(findings);
                    return Ok(Step::Frame(len));
                }
            }
        }
        self.search(buf, eof, findings)
    }

    fn restart(&mut self) {
        self.searched = 0;
    }

    #[inline]
    fn parse(&mut self, frame: Frame<'_>, record: &mut Record, findings: &mut Findings) -> Result<()> {
        let Iso2709 { options, doubled, plain, .. } = self;
        parse::record(frame.bytes, options, doubled, plain, record, findings)
    }
}

impl Iso2709 {
    #[inline]
    fn in_garbage(&self) -> bool {
        self.passed.is_some_and(|passed| passed.code == Code::Garbage)
    }

    /// What to do where no whole record begins.
    fn search(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Result<Step> {
        let filler = buf.iter().take_while(|byte| is_filler(**byte)).count();
        if filler > 0 && buf.len() < LEADER && !eof {
            return Ok(Step::Need(LEADER));
        }
        let passed = if self.in_garbage() { filler } else { filler_before_leader(buf, filler, eof) };
        if passed > 0 {
            return Ok(self.pass(Code::FillerBetweenRecords, passed, findings));
        }
        if buf.is_empty() {
            if !eof {
                return Ok(Step::Need(1));
            }
            self.report_passed(findings);
            return Ok(Step::End);
        }
        if buf.len() < LEADER && !eof {
            return Ok(Step::Need(LEADER));
        }
        if findings.record().byte == 0 {
            if buf.starts_with(b"\xEF\xBB\xBF") {
                return Ok(self.pass(Code::ByteOrderMark, 3, findings));
            }
            refuse_other_formats(buf)?;
        }
        if buf.starts_with(mab::DISKETTE) {
            if buf.len() < mab::HEAD && !eof {
                return Ok(Step::Need(mab::HEAD));
            }
            if mab::begins(buf) {
                let step = diskette(buf, self.searched, eof);
                self.searched = 0;
                match step {
                    Step::Frame(_) => self.report_passed(findings),
                    _ => self.searched = buf.len().saturating_sub(mab::DISKETTE.len()),
                }
                return Ok(step);
            }
        }
        if self.searched == 0 && !self.in_garbage() {
            match dressed(buf, eof) {
                Some(Step::Frame(len)) => {
                    self.report_passed(findings);
                    return Ok(Step::Frame(len));
                }
                Some(step) => return Ok(step),
                None => {}
            }
        }
        // Only what is surely a leader ends garbage, wherever the bytes seen so far ended.
        let here = if self.in_garbage() { begins(buf, eof) } else { Ok(could_be_leader(buf)) };
        match here {
            Ok(true) => {}
            Ok(false) => return Ok(self.skip_garbage(buf, eof, findings)),
            Err(need) => return Ok(Step::Need(need)),
        }
        if self.in_garbage() {
            self.report_passed(findings);
            return Ok(Step::Lost(0));
        }
        // A record begins here, and its end is not where its length says.
        if let Some(len) = stated_length(buf).filter(|len| *len <= buf.len()) {
            let next = buf.get(len..).unwrap_or_default();
            if next.len() < LEADER && !eof {
                return Ok(Step::Need(len.saturating_add(LEADER)));
            }
            let another = match begins(next, eof) {
                Err(need) => return Ok(Step::Need(len.saturating_add(need))),
                // Where terminators end a field and the record, nothing is missing.
                Ok(another) => another && memmem::find(buf.get(..len).unwrap_or_default(), ENDS).is_none(),
            };
            if another {
                // Or the record is cut off, and another begins before: with a leader that is beyond doubt.
                let clear = |at: &usize| buf.get(*at..).is_some_and(is_clear_leader);
                if let Some(at) = (1..len).find(clear) {
                    return Ok(self.cut_off(at, findings));
                }
                self.report_passed(findings);
                let message = "byte 1D is missing where the record length ends the record";
                findings.at(Code::RecordUnterminated, (len, 0), message, "kept");
                return Ok(Step::Frame(len));
            }
        }
        while let Some(found) = memchr(RECORD_TERMINATOR, buf.get(self.searched..).unwrap_or_default()) {
            let end = self.searched.saturating_add(found).saturating_add(1);
            let next = buf.get(end..).unwrap_or_default();
            if next.len() < LEADER && !eof {
                return Ok(Step::Need(end.saturating_add(LEADER)));
            }
            let after_field =
                end.checked_sub(2).and_then(|before| buf.get(before)) == Some(&FIELD_TERMINATOR);
            self.searched = end;
            if end >= SHORTEST.saturating_sub(1) && (after_field || could_follow(next)) {
                return Ok(self.ragged(buf, end, findings));
            }
        }
        self.searched = buf.len();
        if !eof {
            return Ok(Step::Need(buf.len().saturating_add(1)));
        }
        self.report_passed(findings);
        self.searched = 0;
        match stated_length(buf) {
            Some(len) if len > buf.len() => {
                let message = format!("the record has {len} bytes by its leader, {} are there", buf.len());
                findings.at(Code::Truncated, (buf.len(), 0), message, "kept what is there");
            }
            _ => findings.at(
                Code::RecordUnterminated,
                (buf.len(), 0),
                "no byte 1D ends the last record",
                "kept",
            ),
        }
        Ok(Step::Frame(buf.len()))
    }

    /// A record that ends at a terminator, `len` bytes from its start, which its length does not say.
    fn ragged(&mut self, buf: &[u8], len: usize, findings: &mut Findings) -> Step {
        self.searched = 0;
        // The terminator may be that of the next record, if this one has none.
        let bytes = buf.get(..len).unwrap_or(buf);
        if let Some(at) = record_at_end(bytes) {
            return self.cut_off(at, findings);
        }
        self.report_passed(findings);
        match stated_length(buf) {
            Some(stated) => {
                let message =
                    format!("the record has {stated} bytes by its leader, and {len} by its terminator");
                findings.at(Code::RecordLengthMismatch, (0, 5), message, "read to the terminator");
            }
            None => {
                let digits = buf.get(..5).unwrap_or_default().escape_ascii();
                let message = format!("the record length is \"{digits}\", the record has {len} bytes");
                findings.at(Code::RecordLengthInvalid, (0, 5), message, "read to the terminator");
            }
        }
        Step::Frame(len)
    }

    /// Ends a record where the next begins, `at` bytes from its start; what is too short for one is garbage.
    fn cut_off(&mut self, at: usize, findings: &mut Findings) -> Step {
        if at < LEADER {
            return self.pass(Code::Garbage, at, findings);
        }
        self.report_passed(findings);
        let message = "a record begins where byte 1D is missing";
        findings.at(Code::RecordUnterminated, (at, 0), message, "kept");
        Step::Frame(at)
    }

    /// Passes over bytes up to the next leader.
    fn skip_garbage(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Step {
        // Where it cannot be told yet, it is told when those bytes are the first.
        let found = (1..buf.len()).find(|&at| buf.get(at..).is_some_and(|buf| begins(buf, eof) != Ok(false)));
        let sure = if eof { buf.len() } else { buf.len().saturating_sub(LEADER) };
        match found {
            Some(len) => self.pass(Code::Garbage, len, findings),
            None if sure > 0 => self.pass(Code::Garbage, sure, findings),
            None => Step::Need(buf.len().saturating_add(1)),
        }
    }

    /// Passes over bytes, to be reported as one finding with others of the kind before and behind them.
    fn pass(&mut self, code: Code, len: usize, findings: &mut Findings) -> Step {
        self.searched = 0;
        let filler_in_garbage = code == Code::FillerBetweenRecords
            && self.passed.is_some_and(|passed| passed.code == Code::Garbage);
        match &mut self.passed {
            Some(passed) if passed.code == code || filler_in_garbage => {
                passed.len = passed.len.saturating_add(len as u64);
            }
            _ => {
                self.report_passed(findings);
                self.passed = Some(Passed { code, start: findings.record().byte, len: len as u64 });
            }
        }
        if self.in_garbage() { Step::Lost(len) } else { Step::Skip(len) }
    }

    #[inline]
    fn report_passed(&mut self, findings: &mut Findings) {
        if let Some(Passed { code, start, len }) = self.passed.take() {
            let mut location = Location::of(findings.record());
            location.byte = start;
            location.len = len;
            let message = match code {
                Code::ByteOrderMark => "byte order mark EF BB BF".to_owned(),
                Code::Garbage if len == 1 => "1 byte that belongs to no record".to_owned(),
                Code::Garbage => format!("{len} bytes that belong to no record"),
                _ => format!("{} of filler", counted(len, "byte")),
            };
            findings.push(Diagnostic::new(code, location, message, "skipped"));
        }
    }
}

/// The end of a record that is cut into lines or has other terminators, if that is what begins here.
fn dressed(buf: &[u8], eof: bool) -> Option<Step> {
    let missing = |wanted: usize| (buf.len() < wanted && !eof).then_some(Step::Need(wanted));
    if let Some(step) = missing(LEADER.saturating_add(LINE_END)) {
        return Some(step);
    }
    let len = match Lines::leader(buf) {
        Some(leader) => stated_length(&leader).filter(|_| is_leader(&leader))?,
        None => stated_length(buf).filter(|_| could_be_leader(buf))?,
    };
    if let Some(step) = missing(len.saturating_add(LINE_END)) {
        return Some(step);
    }
    let seen = buf.get(..len.saturating_add(LINE_END)).unwrap_or(buf);
    let lines = Lines::at_start(seen).filter(|lines| lines.first < len);
    let Some(lines) = lines else {
        let plain = buf.get(..len)?;
        return other_terminator(plain).map(|_| Step::Frame(len));
    };
    let wrapped = lines.wrapped(len);
    // The line end behind the record belongs to it.
    if let Some(step) = missing(wrapped.saturating_add(lines.end)) {
        return Some(step);
    }
    let record = buf.get(..wrapped)?;
    if !lines.hold(record) {
        return None;
    }
    let whole = record.ends_with(&[FIELD_TERMINATOR, RECORD_TERMINATOR]) || {
        let mut plain = Vec::with_capacity(len);
        lines.unwrap(record, &mut plain);
        plain.ends_with(&[FIELD_TERMINATOR, RECORD_TERMINATOR]) || other_terminator(&plain).is_some()
    };
    let behind = buf.get(wrapped..).unwrap_or_default();
    let end = if lines.end == 2 { b"\r\n".as_slice() } else { b"\n" };
    let more = if behind.starts_with(end) { lines.end } else { 0 };
    whole.then_some(Step::Frame(wrapped.saturating_add(more)))
}

/// The end of a record in the diskette form of MAB2: behind the next empty line.
fn diskette(buf: &[u8], searched: usize, eof: bool) -> Step {
    let mut at = searched;
    while let Some(found) = memchr(b'\n', buf.get(at..).unwrap_or_default()) {
        at = at.saturating_add(found).saturating_add(1);
        match buf.get(at..).unwrap_or_default() {
            [b'\n', ..] => return Step::Frame(at.saturating_add(1)),
            [b'\r', b'\n', ..] => return Step::Frame(at.saturating_add(2)),
            rest if rest.starts_with(mab::DISKETTE) => return Step::Frame(at),
            [] | [b'\r'] | [b'#'] | [b'#', b'#'] | [b'#', b'#', b'#'] if !eof => break,
            _ => {}
        }
    }
    if eof { Step::Frame(buf.len()) } else { Step::Need(buf.len().saturating_add(1)) }
}

/// The record length in the leader, if it is one.
#[inline]
fn stated_length(buf: &[u8]) -> Option<usize> {
    let digits = buf.first_chunk::<5>()?;
    let mut length = 0usize;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        length = length * 10 + usize::from(digit - b'0'); // at most 99,999
    }
    (length >= SHORTEST - 1).then_some(length)
}

/// Whether these bytes could stand behind a record.
fn could_follow(bytes: &[u8]) -> bool {
    match bytes.first() {
        None => true,
        Some(byte) if is_filler(*byte) => true,
        _ => could_be_leader(bytes),
    }
}

const fn is_filler(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 0x0B | b'\r' | 0x1A | b' ')
}

/// Whether a record surely begins here: record length and base address fit, and the counts are digits or blank.
pub(crate) fn is_leader(bytes: &[u8]) -> bool {
    let Some(leader) = bytes.first_chunk().map(|bytes| Leader::new(*bytes)) else { return false };
    let count = |position| leader.get(position).is_some_and(|byte| byte.is_ascii_digit() || byte == b' ');
    let (Some(length), Some(base)) = (leader.record_length(), leader.base_address()) else { return false };
    base as usize > LEADER && base < length && [10, 11, 20, 21].into_iter().all(count)
}

/// Whether a record surely begins here, and not what only looks like its leader, such as a directory or the end of
/// a leader. `Err` is how many bytes must be seen to tell.
fn begins(bytes: &[u8], eof: bool) -> Result<bool, usize> {
    if !is_leader(bytes) {
        return Ok(false);
    }
    if is_clear_leader(bytes) {
        return Ok(true);
    }
    // Without status and type, as in CDS/ISIS, the directory must end where it should.
    let base = Leader::padded(bytes).base_address().unwrap_or_default() as usize;
    match base.checked_sub(1).and_then(|end| bytes.get(end)) {
        Some(end) => Ok(matches!(*end, FIELD_TERMINATOR | b'#')),
        None if eof => Ok(false),
        None => Err(base),
    }
}

/// Whether a leader with status and type stands here.
fn is_clear_leader(bytes: &[u8]) -> bool {
    has_status(bytes) && is_leader(bytes)
}

/// Whether letters stand for status and type.
fn has_status(bytes: &[u8]) -> bool {
    bytes.get(5..7).is_some_and(|letters| letters.iter().all(u8::is_ascii_alphabetic))
}

/// Whether a field terminator stands before the base address.
#[inline]
fn has_directory(bytes: &[u8]) -> bool {
    let base = Leader::padded(bytes).base_address().and_then(|base| (base as usize).checked_sub(1));
    base.and_then(|end| bytes.get(end)) == Some(&FIELD_TERMINATOR)
}

/// The length of the record that begins here, if leader, directory and end are all where they should be.
fn is_sound(bytes: &[u8]) -> Option<usize> {
    let len = stated_length(bytes).filter(|_| is_leader(bytes))?;
    let ended = bytes.get(len.saturating_sub(1)) == Some(&RECORD_TERMINATOR);
    (ended && has_directory(bytes)).then_some(len)
}

/// Where the record begins that ends these bytes, behind others that are none or one without an end.
fn record_at_end(bytes: &[u8]) -> Option<usize> {
    // Behind a leader with status and type, one without is a stretch of the directory.
    let clear = has_status(bytes);
    (1..bytes.len()).find(|&at| {
        let inner = bytes.get(at..).unwrap_or_default();
        inner.first().is_some_and(u8::is_ascii_digit)
            && is_sound(inner) == Some(inner.len())
            && (!clear || is_clear_leader(inner))
    })
}

/// Whether the last entry of the directory is that of a field which ends these bytes.
#[inline]
fn is_whole(bytes: &[u8]) -> bool {
    let base = Leader::padded(bytes).base_address().unwrap_or_default() as usize;
    let entry = base.checked_sub(13).and_then(|at| bytes.get(at..)).and_then(|bytes| bytes.first_chunk());
    // All three are below 100,000.
    let end =
        entry.and_then(parse::entry_of_12).map(|entry| base + entry.start as usize + entry.len as usize + 1);
    end == Some(bytes.len())
}

/// Where the first record ends in bytes that are two or more, although the length of the first says that they are one.
#[inline]
fn record_inside(bytes: &[u8]) -> Option<usize> {
    let inner = bytes.get(..bytes.len().saturating_sub(1)).unwrap_or_default();
    let mut ends = memchr_iter(RECORD_TERMINATOR, inner).map(|at| at.saturating_add(1));
    ends.find(|end| bytes.get(*end..).is_some_and(|bytes| is_sound(bytes).is_some()))
}

/// Whether a record may begin here, with a damaged leader: two of four signs.
pub(crate) fn could_be_leader(bytes: &[u8]) -> bool {
    signs(bytes).into_iter().filter(|sign| *sign).count() >= 2
}

/// The signs of a leader: record length, base address, the two counts, the entry map.
fn signs(bytes: &[u8]) -> [bool; 4] {
    let leader = Leader::padded(bytes);
    [
        leader.record_length().is_some(),
        leader.base_address().is_some(),
        leader.indicator_count().is_some() && leader.identifier_length().is_some(),
        leader.get(20) == Some(b'4') && leader.get(21) == Some(b'5'),
    ]
}

/// Whether a leader stands here whose record length is blank: what else could be filler.
fn lacks_only_length(bytes: &[u8]) -> bool {
    bytes.iter().take(5).all(|byte| is_filler(*byte)) && signs(bytes).into_iter().skip(1).all(|sign| sign)
}

/// How many of the bytes of filler at the start stand before what may be a leader whose record length is blank.
/// Where that cannot be told yet, it is told when those bytes are the first.
fn filler_before_leader(buf: &[u8], filler: usize, eof: bool) -> usize {
    // The base address stands 12 bytes behind, and is no filler.
    let mut last = filler.saturating_sub(12)..filler;
    let may_begin = |at: &usize| {
        let buf = buf.get(*at..).unwrap_or_default();
        lacks_only_length(buf) || buf.len() < LEADER && !eof
    };
    last.find(may_begin).unwrap_or(filler)
}

/// Says what the input is, where it can be no ISO 2709 at all.
fn refuse_other_formats(buf: &[u8]) -> Result<()> {
    let what = match buf {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [_, 0, _, 0, _, 0, ..] if !is_leader(buf) => {
            "the input is UTF-16; ISO 2709 is bytes: convert it to UTF-8 first"
        }
        [0x1F, 0x8B, ..] => "the input is compressed with gzip; decompress it first",
        [0x28, 0xB5, 0x2F, 0xFD, ..] => "the input is compressed with zstd; decompress it first",
        _ => return Ok(()),
    };
    Err(Error::new(ErrorKind::Format(what.to_owned())))
}

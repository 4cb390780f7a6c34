//! Parses lines to records.

use crate::bytes::Cut;
use crate::format::lines::{UTF8_MARK, marks_after, marks_len, name};
use crate::format::rules::{DATA_BEFORE_SUBFIELD, GARBAGE, LINE_INVALID, LINE_REMARK, RECORD_CUT};
use crate::format::wide_mark::wide_mark;
use memchr::{memchr, memmem};

use crate::error::Result;
use crate::finding::Findings;
use crate::finding::{Finding, counted};
use crate::format::text::kit::{Draft, refuse_other_encodings, shown};
use crate::io::{Frame, Framing, ReadOptions, Step, anchor_in_lines};
use crate::position::{Location, Position};
use crate::record::{Leader, Record};
use crate::tag::Tag;

/// The framing of MicroLIF: a record extends from its leader to a backtick, or to the next leader.
#[derive(Debug, Clone)]
pub struct Microlif {
    options: ReadOptions,
    /// Number of bytes of the record already searched for its end.
    searched: usize,
    /// Whether there was a leader.
    begun: bool,
    /// Text skipped since the last record: its position, and its length in bytes.
    passed: Option<(Position, u64)>,
    /// Whether a line or field begins after the skipped text.
    at_start: bool,
    memory: Vec<u8>,
    body: Vec<u8>,
}

const LEADER: &[u8] = b"LDR";
const END_OF_FILE: u8 = 0x1A;
/// The number of bytes in which a leader is recognized, with marks before it.
const HEAD: usize = 40;

impl Framing for Microlif {
    const LINES: bool = true;
    const SPLITS: bool = true;

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
            if let Some(step) = wide_mark(buf, eof, findings) {
                return Ok(step);
            }
            refuse_other_encodings(buf)?;
        }
        if buf.is_empty() {
            if eof {
                // Without any leader, nothing is the header of a file.
                self.begun = true;
                self.report(findings);
            }
            return Ok(if eof { Step::End } else { Step::Need(1) });
        }
        let blanks =
            buf.iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == END_OF_FILE).count();
        if blanks > 0 && self.passed.is_none() {
            return Ok(Step::Skip(blanks));
        }
        if buf.len() < HEAD && !eof {
            return Ok(Step::Need(HEAD));
        }
        let marks = marks_len(buf);
        let rest = buf.cut(marks..);
        let is_start = self.passed.is_none() || self.at_start;
        if !rest.starts_with(LEADER) || !is_start && !has_leader(rest) {
            return Ok(self.pass(buf, eof, findings));
        }
        self.report(findings);
        if marks > 0 {
            let (rule, message) = name(buf.cut(..marks));
            findings.at(rule, (0, marks), message, "skipped");
            return Ok(Step::Skip(marks));
        }
        let from = self.searched.max(LEADER.len());
        let tick = memchr(b'`', buf.cut(from..)).map(|at| at + from + 1);
        let next = next_leader(buf, from, eof);
        let end = match (tick, next) {
            (Some(tick), Err(undecided)) if tick <= undecided => Some(tick),
            (_, Err(undecided)) => {
                self.searched = undecided.max(LEADER.len());
                return Ok(Step::Need(buf.len() + 1));
            }
            (Some(tick), Ok(Some(next))) => Some(tick.min(next)),
            (tick, Ok(next)) => tick.or(next),
        };
        let Some(end) = end.or(eof.then_some(buf.len())) else {
            self.searched = buf.len().saturating_sub(HEAD).max(LEADER.len());
            return Ok(Step::Need(buf.len() + 1));
        };
        self.searched = 0;
        let is_cut = end < buf.len() && tick != Some(end) && !buf.cut(..end).last().is_some_and(ends_field);
        if is_cut && !buf.cut(end..).starts_with(UTF8_MARK) && buf.get(end) != Some(&END_OF_FILE) {
            let message = "the record ends inside a line, in which the next one begins";
            findings.at(RECORD_CUT, (end, 0), message, "cut there");
        }
        Ok(Step::Frame(end))
    }

    fn restart(&mut self) {
        self.searched = 0;
    }

    fn anchor(&mut self, buf: &[u8]) -> Option<usize> {
        anchor_in_lines(self, buf)
    }

    fn parse(&mut self, frame: Frame<'_>, record: &mut Record, findings: &mut Findings) -> Result<()> {
        let mut draft = Draft::new(frame, record, findings, &self.options);
        let mut at = 0usize;
        for line in frame.bytes.split(ends_field) {
            let start = at;
            at = at + line.len() + 1;
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
                    LINE_INVALID,
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
                    draft.note(DATA_BEFORE_SUBFIELD, "text before the first subfield", "kept");
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
    /// Skips the bytes before a leader.
    fn pass(&mut self, buf: &[u8], eof: bool, findings: &Findings) -> Step {
        let (len, is_found) = match next_leader(buf, 1, eof) {
            Ok(Some(next)) => (next, true),
            Err(undecided) => (undecided, false),
            Ok(None) if eof => (buf.len(), false),
            Ok(None) => (buf.len().saturating_sub(HEAD), false),
        };
        if len == 0 {
            return Step::Need(buf.len() + 1);
        }
        self.at_start = is_found || buf.cut(..len).last().is_some_and(ends_field);
        let (_, passed) = self.passed.get_or_insert((findings.record(), 0));
        *passed += len as u64;
        Step::Skip(len)
    }

    /// Reports the skipped bytes.
    fn report(&mut self, findings: &mut Findings) {
        let begun = std::mem::replace(&mut self.begun, true);
        let Some((start, len)) = self.passed.take() else { return };
        let mut location = Location::of(findings.record());
        (location.byte, location.line, location.len) = (start.byte, start.line, len);
        let finding = match begun {
            false => {
                let message =
                    format!("{} before the first leader: the header of the file", counted(len, "byte"));
                Finding::new(LINE_REMARK, location, message, "left out")
            }
            true => {
                let message = format!("{} between records", counted(len, "byte"));
                Finding::new(GARBAGE, location, message, "skipped")
            }
        };
        findings.push(finding);
    }
}

/// Returns the first offset from `from` on of `LDR` at the start of a line or after the end of a field.
pub(in crate::format) fn leader_at(bytes: &[u8], from: usize) -> Option<usize> {
    let found = memmem::find_iter(bytes.get(from..)?, LEADER).map(|at| at + from);
    let starts = |at: &usize| match at.checked_sub(1) {
        None => true,
        Some(before) => bytes.get(before).is_some_and(ends_field),
    };
    found.into_iter().find(starts)
}

/// Returns the first offset from `from` on of a leader: `LDR` where a line or field begins, or with a whole leader after
/// it, in a record that was cut off inside a line; with the marks before it. The error is the offset of one that the next
/// bytes decide.
fn next_leader(bytes: &[u8], from: usize, eof: bool) -> Result<Option<usize>, usize> {
    for at in memmem::find_iter(bytes.cut(from..), LEADER).map(|at| at + from) {
        let before = bytes.cut(..at);
        let start = at - marks_after(before).min(24).min(at - from);
        let begins_field = bytes.cut(..start).last().is_none_or(ends_field);
        if begins_field || has_leader(bytes.cut(at..)) {
            return Ok(Some(start));
        }
        if !eof && bytes.len() - at < LEADER.len() + Leader::LEN {
            return Err(start);
        }
    }
    Ok(None)
}

/// Whether a whole leader is at the start of bytes, after `LDR`.
fn has_leader(bytes: &[u8]) -> bool {
    let is_length = |byte: &u8| byte.is_ascii_digit() || *byte == b' ';
    match bytes.strip_prefix(LEADER).and_then(|rest| rest.first_chunk::<{ Leader::LEN }>()) {
        Some([length @ .., b'4', b'5', _, _]) => {
            let (length, rest) = length.split_at(5);
            length.iter().all(is_length)
                && rest.iter().take(2).all(u8::is_ascii_lowercase)
                && rest.get(5..7) == Some(b"22")
        }
        _ => false,
    }
}

/// Returns whether a byte ends a field or a line.
const fn ends_field(byte: &u8) -> bool {
    matches!(byte, b'\r' | b'\n' | b'^' | b'`')
}

#[cfg(test)]
mod tests {
    use super::super::{Reader, SliceReader};
    use crate::finding::Rule;
    use crate::io::{ReadOptions, RecordRead};
    use crate::record::Record;
    use crate::rules::{BYTE_ORDER_MARK, RECORD_CUT};

    /// The titles, and the rules of the findings; the same from a stream of single bytes.
    fn read(text: &[u8]) -> (Vec<String>, Vec<Rule>) {
        struct Single<'a>(&'a [u8]);
        impl std::io::Read for Single<'_> {
            fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
                let len = buf.len().min(1);
                self.0.read(&mut buf[..len])
            }
        }
        fn drain(mut reader: impl RecordRead) -> (Vec<String>, Vec<Rule>) {
            let (mut titles, mut rules, mut record) = (Vec::new(), Vec::new(), Record::new());
            loop {
                let more = reader.read_record(&mut record).unwrap();
                rules.extend(reader.findings().iter().map(|finding| finding.rule));
                if !more {
                    return (titles, rules);
                }
                let title = record.field("245").and_then(|field| field.subfield('a'));
                titles.push(title.map_or_else(String::new, |title| title.to_str_lossy().into_owned()));
            }
        }
        let whole = drain(SliceReader::new(text, &ReadOptions::new()));
        assert_eq!(whole, drain(Reader::new(Single(text), &ReadOptions::new())));
        whole
    }

    const FIRST: &str = "LDR00089nam  22     2  4500^\r\n245 0_aTide tables.^\r\n300  _a12 p.^`\r\n";
    const SECOND: &str = "LDR00089nam  22     2  4500^\r\n245 0_aSalt.^`\r\n";

    #[test]
    fn marks_cost_no_record() {
        for text in [format!("\u{FEFF}{FIRST}{SECOND}"), format!("{FIRST}\u{FEFF}{SECOND}")] {
            let (titles, rules) = read(text.as_bytes());
            assert_eq!(titles, ["Tide tables.", "Salt."], "{text:?}");
            assert_eq!(rules, [BYTE_ORDER_MARK], "{text:?}");
        }
    }

    #[test]
    fn a_record_that_is_cut_costs_itself() {
        // After the 27 bytes of the leader and its end mark.
        for cut in 28..FIRST.len() {
            let text = format!("{}{SECOND}", &FIRST[..cut]);
            let (titles, rules) = read(text.as_bytes());
            assert_eq!(titles.len(), 2, "{text:?}");
            assert_eq!(titles[1], "Salt.", "{text:?}");
            let is_whole = matches!(FIRST.as_bytes()[cut - 1], b'^' | b'`' | b'\r' | b'\n');
            assert_eq!(rules.contains(&RECORD_CUT), !is_whole, "{text:?}: {rules:?}");
        }
    }
}

//! Lines to records.

use memchr::memchr;

use crate::diagnostic::Findings;
use crate::format::lines::{self, Cutter, Draft, is_blank, is_leader_line, lines, shown};
use crate::io::{Frame, Framing, ReadOptions, Step};
use crate::record::{Dialect, from_marc_form};
use crate::{Code, Record, Result, Tag};

/// The framing of the line formats: a record ends with an empty line, or before the next leader.
#[derive(Debug, Clone)]
pub struct Line {
    options: ReadOptions,
    cutter: Cutter,
    memory: Vec<u8>,
    joined: Vec<u8>,
    body: Vec<u8>,
}

/// How the fields of a record are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// As yaz-marcdump and Catmandu do.
    Spaced,
    /// Subfields directly behind the indicators and each other.
    Dense,
    /// As `Dense`, with a blank behind the indicators, and another mark.
    Dagger,
}

impl Framing for Line {
    const LINES: bool = true;

    fn new(options: &ReadOptions) -> Line {
        Line {
            options: options.clone(),
            cutter: Cutter::default(),
            memory: Vec::new(),
            joined: Vec::new(),
            body: Vec::new(),
        }
    }

    fn step(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Result<Step> {
        self.cutter.step(buf, eof, findings, |_, line| {
            if is_blank(line) || line == b"$" {
                lines::Line::Ends
            } else if leader(line).is_some() {
                lines::Line::Begins
            } else {
                lines::Line::Inside
            }
        })
    }

    fn restart(&mut self) {
        self.cutter.restart();
    }

    fn parse(&mut self, frame: Frame<'_>, record: &mut Record, findings: &mut Findings) -> Result<()> {
        let mut style = Style::Spaced;
        let mut draft = Draft::new(frame, record, findings, &self.options);
        let no_line = |line: &[u8]| is_blank(line) || line == b"$";
        let mut all = lines(frame.bytes).filter(|(_, line)| !no_line(line)).peekable();
        while let Some((start, line)) = all.next() {
            draft.at_line(start, line.len());
            if let Some((of_leader, leader)) = leader(line) {
                style = of_leader;
                draft.leader(leader);
                continue;
            }
            if line.starts_with(b"(") && line.ends_with(b")") {
                draft.note(Code::LineRemark, format!("a remark: \"{}\"", shown(line)), "left out");
                continue;
            }
            let Some((tag, value)) = head(line) else {
                let message = format!("expected a tag and a blank, found \"{}\"", shown(line));
                draft.note(Code::LineInvalid, message, "line left out");
                continue;
            };
            self.joined.clear();
            while let Some((start, more)) = all.next_if(|(_, next)| goes_on(next)) {
                if self.joined.is_empty() {
                    self.joined.extend_from_slice(value);
                }
                let more = match more.strip_prefix(b"    ") {
                    Some(more) => more,
                    None => {
                        draft.at_line(start, more.len());
                        draft.about(Tag::new(tag));
                        draft.note(
                            Code::LineContinued,
                            "a line that does not begin with a tag",
                            "joined with a blank",
                        );
                        more
                    }
                };
                self.joined.push(b' ');
                self.joined.extend_from_slice(more);
            }
            let value = if self.joined.is_empty() { value } else { &self.joined };
            let tag = Tag::new(tag);
            draft.about(tag);
            self.body.clear();
            if tag.is_control() {
                let blanks = if style == Style::Dagger { &b"   "[..] } else { b"" };
                self.body.extend_from_slice(value.strip_prefix(blanks).unwrap_or(value));
            } else {
                let mark = if style == Style::Spaced { &b" $"[..] } else { b"$" };
                // What looks like a mark inside of them shows that there are not so many.
                let count = draft.indicators(|count| {
                    value
                        .split_at_checked(count)
                        .is_some_and(|(own, rest)| rest.starts_with(mark) && !own.contains(&b'$'))
                });
                if !data(value, count, style, &mut self.body) {
                    draft.note(Code::DataBeforeSubfield, "text before the first subfield", "kept");
                }
            }
            if !draft.field(tag, tag.is_control(), &self.body) {
                break;
            }
        }
        draft.finish(&mut self.memory)?;
        if self.options.dialect == Dialect::Irbis {
            let marc = std::mem::take(record);
            from_marc_form(marc.view(), true, record, findings);
        }
        Ok(())
    }
}

/// A line that is a leader, and what it tells of the fields.
pub(super) fn leader(line: &[u8]) -> Option<(Style, &[u8])> {
    if let Some(leader) = line.strip_prefix(b"LEADER ") {
        return Some((Style::Dense, leader));
    }
    if let Some(leader) = line.strip_prefix(b"LDR    ") {
        return Some((Style::Dagger, leader));
    }
    is_leader_line(line).then_some((Style::Spaced, line))
}

/// The head of a line that is a field: its tag, and all behind the blank.
fn head(line: &[u8]) -> Option<([u8; 3], &[u8])> {
    let (tag, rest) = line.split_first_chunk::<3>()?;
    let plain = tag.iter().all(u8::is_ascii_graphic);
    let rest = if rest.is_empty() { rest } else { rest.strip_prefix(b" ")? };
    plain.then_some((*tag, rest))
}

/// Whether a line belongs to the one before.
fn goes_on(line: &[u8]) -> bool {
    let remark = line.starts_with(b"(") && line.ends_with(b")");
    line.starts_with(b"    ") || head(line).is_none() && leader(line).is_none() && !remark
}

/// Appends the body of a data field. False if there is text between indicators and subfields.
pub(super) fn data(value: &[u8], count: usize, style: Style, out: &mut Vec<u8>) -> bool {
    let (indicators, mut rest) = value.split_at_checked(count).unwrap_or((value, &[]));
    out.extend_from_slice(indicators);
    if rest.is_empty() {
        return true;
    }
    match style {
        Style::Dense => dense(rest, b"$", out),
        Style::Dagger => {
            rest = rest.strip_prefix(b" ").unwrap_or(rest);
            dense(rest, "‡".as_bytes(), out)
        }
        Style::Spaced => spaced(rest, out),
    }
}

/// Appends subfields of which each begins with a mark and a code.
fn dense(value: &[u8], mark: &[u8], out: &mut Vec<u8>) -> bool {
    let first = memchr::memmem::find(value, mark).unwrap_or(value.len());
    let (lead, mut rest) = value.split_at_checked(first).unwrap_or((value, &[]));
    out.extend_from_slice(lead);
    while let Some(piece) = rest.strip_prefix(mark) {
        // A mark before a blank is no mark: no code is a blank.
        let from = if piece.starts_with(mark) { 0 } else { 1 };
        let next = memchr::memmem::find_iter(piece.get(from..).unwrap_or_default(), mark)
            .map(|at| at.saturating_add(from))
            .find(|at| piece.get(at.saturating_add(mark.len())).is_none_or(|code| *code != b' '));
        let len = next.unwrap_or(piece.len());
        out.push(0x1F);
        out.extend_from_slice(piece.get(..len).unwrap_or_default());
        rest = piece.get(len..).unwrap_or_default();
    }
    lead.is_empty()
}

/// Appends subfields of which each is blank, mark, code, blank, value; the mark is one of those that yaz knows.
fn spaced(value: &[u8], out: &mut Vec<u8>) -> bool {
    let mark = match value {
        [b' ', mark @ (b'$' | b'_' | b'*'), ..] => *mark,
        _ => b'$',
    };
    let mut rest = value;
    let mut lead = true;
    let mut clean = true;
    // The blank behind the code may be missing, in all subfields of a field.
    let blank = next_mark(value, mark, false).is_none_or(|(_, code)| code_is_spaced(value, code));
    while let Some((at, code)) = next_mark(rest, mark, blank) {
        let before = rest.get(..at).unwrap_or_default();
        clean &= !lead || before.is_empty();
        lead = false;
        out.extend_from_slice(before);
        out.push(0x1F);
        let end = code.saturating_add(code_len(rest.get(code..).unwrap_or_default()));
        out.extend_from_slice(rest.get(code..end).unwrap_or_default());
        let behind = rest.get(end..).unwrap_or_default();
        rest = if blank { behind.strip_prefix(b" ").unwrap_or(behind) } else { behind };
    }
    clean &= !lead || rest.trim_ascii().is_empty();
    out.extend_from_slice(if lead { rest.strip_prefix(b" ").unwrap_or(rest) } else { rest });
    clean
}

/// The next blank and mark with a code behind them: where the blank is, and where the code. With `blank`, a blank or the
/// end must follow the code.
fn next_mark(value: &[u8], mark: u8, blank: bool) -> Option<(usize, usize)> {
    let mut from = 0usize;
    loop {
        let found = from.saturating_add(memchr(mark, value.get(from..)?)?);
        from = found.saturating_add(1);
        let Some(at) = found.checked_sub(1).filter(|at| value.get(*at) == Some(&b' ')) else { continue };
        let code = value.get(from..).unwrap_or_default();
        let is_code = code
            .first()
            .is_some_and(|code| *code != b' ' || value.get(from.saturating_add(1)) == Some(&b' '));
        if is_code && (!blank || code_is_spaced(value, from)) {
            return Some((at, from));
        }
    }
}

/// Whether a blank or the end follows the code at an offset.
fn code_is_spaced(value: &[u8], code: usize) -> bool {
    let rest = value.get(code..).unwrap_or_default();
    rest.get(code_len(rest)).is_none_or(|byte| *byte == b' ')
}

/// Length of the character with which some bytes begin.
fn code_len(bytes: &[u8]) -> usize {
    match bytes.first() {
        Some(0xC0..) => {
            let more = bytes.iter().skip(1).take(3).take_while(|byte| **byte & 0xC0 == 0x80).count();
            more.saturating_add(1)
        }
        _ => 1,
    }
}

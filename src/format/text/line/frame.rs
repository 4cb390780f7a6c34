//! Parses lines to records.

use crate::bytes::Cut;
use crate::format::rules::{LINE_CONTINUED, LINE_INVALID, LINE_REMARK, LINE_SPACING, STRAY_MARK};
use memchr::{memchr, memmem};

use crate::error::Result;
use crate::finding::Findings;
use crate::format::lines::begins_line;
use crate::format::text::kit::{
    self, Around, Draft, LineRecords, LineShape, goes_on_after_blank, is_blank, is_leader_line, lines, shown,
    without_marks_before,
};
use crate::io::{Frame, Framing, ReadOptions, Step, anchor_in_lines};
use crate::record::Record;
use crate::record::in_dialect;
use crate::tag::Tag;

/// The longest line of a leader, with blanks after it.
const LONGEST: usize = 64;

/// The framing of the line formats: a record ends with an empty line, before the next leader, or before a
/// second field 001.
#[derive(Debug, Clone)]
pub struct Line {
    options: ReadOptions,
    records: LineRecords,
    /// Finds the start of the entry map in leaders.
    map: memmem::Finder<'static>,
    memory: Vec<u8>,
    joined: Vec<u8>,
    body: Vec<u8>,
}

/// The style of the fields of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// That of yaz-marcdump and Catmandu.
    Spaced,
    /// Subfields directly after the indicators and each other.
    Dense,
    /// As `Dense`, with a blank after the indicators, and another delimiter.
    Dagger,
}

/// How records of lines are distinguished.
const SHAPE: LineShape =
    LineShape { begins, relation, control: "00", ends_in_leader, is_leader: |line| leader(line).is_some() };

impl Framing for Line {
    const LINES: bool = true;
    const SPLITS: bool = true;

    fn new(options: &ReadOptions) -> Line {
        Line {
            options: options.clone(),
            records: LineRecords::default(),
            map: memmem::Finder::new(b"45"),
            memory: Vec::new(),
            joined: Vec::new(),
            body: Vec::new(),
        }
    }

    fn look(&mut self, head: &[u8], eof: bool) -> std::result::Result<(), usize> {
        self.records.look(head, eof, &SHAPE)
    }

    fn step(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Result<Step> {
        let Line { records, map, .. } = self;
        records.step((buf, eof), findings, &SHAPE, |frame| Line::leader_inside(map, frame))
    }

    fn restart(&mut self) {
        self.records.restart();
    }

    fn anchor(&mut self, buf: &[u8]) -> Option<usize> {
        anchor_in_lines(self, buf)
    }

    fn parse(&mut self, frame: Frame<'_>, record: &mut Record, findings: &mut Findings) -> Result<()> {
        let mut style = Style::Spaced;
        let mut draft = Draft::new(frame, record, findings, &self.options);
        let mut all = lines(frame.bytes, self.records.begins(&SHAPE)).peekable();
        while let Some(line) = all.next() {
            draft.at(&line);
            draft.delimiter(&line);
            let line = line.text;
            if is_end(line) {
                if all.peek().is_some_and(|next| !is_end(next.text)) {
                    draft.blank(self.records.is_doubled());
                }
                continue;
            }
            if let Some((of_leader, leader)) = leader(line) {
                style = of_leader;
                draft.leader(leader);
                continue;
            }
            if let Some((of_leader, leader)) = damaged_leader(line) {
                style = of_leader;
                draft.note(LINE_SPACING, format!("a leader after \"{}\"", shown(line)), "read");
                draft.leader(leader);
                continue;
            }
            if line.starts_with(b"(") && line.ends_with(b")") {
                draft.note(LINE_REMARK, format!("a remark: \"{}\"", shown(line)), "left out");
                continue;
            }
            let tight = tight_head(line);
            let Some((tag, value)) = tight.or_else(|| head(line)) else {
                let message = format!("expected a tag and a blank, found \"{}\"", shown(line));
                draft.note(LINE_INVALID, message, "line left out");
                continue;
            };
            self.joined.clear();
            while let Some(more) = all.next_if(|next| !is_end(next.text) && goes_on(next.text)) {
                if self.joined.is_empty() {
                    self.joined.extend_from_slice(value);
                }
                let more = match more.text.strip_prefix(b"    ") {
                    Some(more) => more,
                    None => {
                        draft.at(&more);
                        draft.about(Tag::new(tag));
                        draft.note(
                            LINE_CONTINUED,
                            "a line that does not begin with a tag",
                            "joined with a blank",
                        );
                        more.text
                    }
                };
                self.joined.push(b' ');
                self.joined.extend_from_slice(more);
            }
            let value = if self.joined.is_empty() { value } else { &self.joined };
            let tag = Tag::new(tag);
            draft.about(tag);
            if tight.is_some() {
                draft.note(LINE_SPACING, "no blank between tag and indicators", "read");
            }
            self.body.clear();
            let plain = if tag.is_control() { None } else { without_marks_before(value, is_delimiter) };
            if plain.is_some() {
                draft.note(STRAY_MARK, "invisible characters before a delimiter", "left out");
            }
            let value = plain.as_deref().unwrap_or(value);
            if tag.is_control() {
                let blanks = if style == Style::Dagger { &b"   "[..] } else { b"" };
                self.body.extend_from_slice(value.strip_prefix(blanks).unwrap_or(value));
            } else {
                let mark = if style == Style::Spaced { &b" $"[..] } else { b"$" };
                // A delimiter among them shows that there are fewer.
                let count = draft.indicators(|count| {
                    value
                        .split_at_checked(count)
                        .is_some_and(|(own, rest)| rest.starts_with(mark) && !own.contains(&b'$'))
                });
                data(value, count, style, &mut self.body);
            }
            if !draft.field(tag, tag.is_control(), &self.body) {
                break;
            }
        }
        draft.finish(&mut self.memory)?;
        in_dialect(self.options.dialect, record, findings);
        Ok(())
    }
}

/// Whether text begins like a line of the format, beyond doubt: a leader, or a tag of digits and indicators.
fn begins(text: &[u8]) -> bool {
    match text {
        [a, b, c, b' ', rest @ ..] if [a, b, c].iter().all(|digit| digit.is_ascii_digit()) => {
            let is_indicator = |byte: &u8| byte.is_ascii_digit() || *byte == b' ';
            [a, b] == [&b'0', &b'0'] || rest.len() > 2 && rest.iter().take(2).all(is_indicator)
        }
        _ => {
            leader(text.get(..31).unwrap_or(text)).is_some()
                || leader(text.get(..24).unwrap_or(text)).is_some()
        }
    }
}

/// Whether text begins with a delimiter and a code.
fn is_delimiter(text: &[u8]) -> bool {
    let code = text.strip_prefix(b"$").or_else(|| text.strip_prefix("‡".as_bytes()));
    code.and_then(|code| code.first()).is_some_and(u8::is_ascii_alphanumeric)
}

/// Whether a line ends a record.
fn is_end(line: &[u8]) -> bool {
    is_blank(line) || line == b"$"
}

fn relation(around: Around<'_>) -> kit::Line {
    match around {
        Around { line, next: None, .. } if is_end(line) => kit::Line::Ask,
        Around { first, last, line, next: Some(next), .. } if is_end(line) => {
            let tag = |line| head(line).map(|(tag, _)| tag);
            match leader(first).is_some()
                && leader(next).is_none()
                && goes_on_after_blank((tag(last), tag(next)))
            {
                true => kit::Line::Inside,
                false => kit::Line::Ends,
            }
        }
        Around { line, .. } if leader(line).is_some() || damaged_leader(line).is_some() => kit::Line::Begins,
        _ => kit::Line::Inside,
    }
}

/// Returns tag and value of a line without the blank between them: three digits, two indicators, a delimiter.
fn tight_head(line: &[u8]) -> Option<([u8; 3], &[u8])> {
    let (tag, rest) = line.split_first_chunk::<3>()?;
    match rest {
        [a, b, b' ', b'$', ..] | [a, b, b'$', ..] => {
            let is_indicator = |byte: &u8| byte.is_ascii_digit() || *byte == b' ';
            let plain = tag.iter().all(u8::is_ascii_digit) && is_indicator(a) && is_indicator(b);
            (plain && *a != b' ').then_some((*tag, rest))
        }
        _ => None,
    }
}

/// Whether a line ends in a leader, which begins another record.
pub(super) fn ends_in_leader(line: &[u8]) -> bool {
    let is_one = |leader: &[u8]| {
        is_leader_line(leader)
            && !leader.starts_with(b" ")
            && leader.cut(12..17).iter().all(u8::is_ascii_digit)
    };
    (20..=30).any(|len| line.len().checked_sub(len).is_some_and(|start| is_one(line.cut(start..))))
}

impl Line {
    /// Returns the offset of a leader that ends a line in which something is before it.
    fn leader_inside(map: &memmem::Finder<'static>, frame: &[u8]) -> Option<usize> {
        for map in map.find_iter(frame) {
            let Some(start) = map.checked_sub(20) else { continue };
            let rest = frame.get(start..start + LONGEST).unwrap_or_else(|| frame.cut(start..));
            let len = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
            let leader = rest.cut(..len);
            if !is_leader_line(leader)
                || leader.starts_with(b" ")
                || !leader.cut(12..17).iter().all(u8::is_ascii_digit)
            {
                continue;
            }
            let before = frame.cut(..start);
            let before =
                before.strip_suffix(b"LEADER ").or_else(|| before.strip_suffix(b"LDR    ")).unwrap_or(before);
            let line = memchr::memrchr2(b'\n', b'\r', before).map_or(0, |end| end + 1);
            if !begins_line(before) && damaged_leader(frame.cut(line..start + len)).is_none() {
                return Some(before.len());
            }
        }
        None
    }
}

/// Returns the style of the fields and the leader, if the line is a leader.
pub(super) fn leader(line: &[u8]) -> Option<(Style, &[u8])> {
    if let Some(leader) = line.strip_prefix(b"LEADER ") {
        return Some((Style::Dense, leader));
    }
    if let Some(leader) = line.strip_prefix(b"LDR    ") {
        return Some((Style::Dagger, leader));
    }
    is_leader_line(line).then_some((Style::Spaced, line))
}

/// Returns the style of the fields and the leader, if the line is a leader after what is left of its label.
fn damaged_leader(line: &[u8]) -> Option<(Style, &[u8])> {
    let digits = line.iter().take(8).position(u8::is_ascii_digit).filter(|at| *at > 0)?;
    let (label, leader) = line.split_at_checked(digits)?;
    let is_label = label.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b' ');
    let style = if label.ends_with(b"  ") { Style::Dagger } else { Style::Dense };
    (is_label && ends_in_leader(leader) && is_leader_line(leader)).then_some((style, leader))
}

/// Returns the tag of a line that is a field, and everything after the blank.
fn head(line: &[u8]) -> Option<([u8; 3], &[u8])> {
    let (tag, rest) = line.split_first_chunk::<3>()?;
    let plain = tag.iter().all(u8::is_ascii_graphic);
    let rest = if rest.is_empty() { rest } else { rest.strip_prefix(b" ")? };
    plain.then_some((*tag, rest))
}

/// Returns whether a line continues the one before.
fn goes_on(line: &[u8]) -> bool {
    let remark = line.starts_with(b"(") && line.ends_with(b")");
    let is_field = || head(line).is_some() || tight_head(line).is_some();
    let is_leader = || leader(line).is_some() || damaged_leader(line).is_some();
    line.starts_with(b"    ") || !is_field() && !is_leader() && !remark
}

/// Returns where the first delimiter is, if it is where an indicator should be, or the blank after them.
fn early_mark(value: &[u8], count: usize, style: Style) -> Option<usize> {
    let end = match style {
        Style::Spaced => count.saturating_add(1),
        Style::Dense => count,
        Style::Dagger => return None,
    };
    let at = memchr(b'$', value.get(..end).unwrap_or(value))?;
    value.get(at + 1).filter(|code| code.is_ascii_alphanumeric()).map(|_| at)
}

/// Appends the body of a data field; missing indicators are left out. Returns false if there is text between indicators and
/// subfields.
pub(super) fn data(value: &[u8], count: usize, style: Style, out: &mut Vec<u8>) -> bool {
    if let Some(at) = early_mark(value, count, style) {
        let (indicators, subfields) = value.split_at_checked(at).unwrap_or((value, &[]));
        if style == Style::Dense {
            out.extend_from_slice(indicators);
            return dense(subfields, b"$", out);
        }
        out.extend_from_slice(indicators.strip_suffix(b" ").unwrap_or(indicators));
        return spaced(&[b" ", subfields].concat(), out);
    }
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

/// Appends subfields that each begin with a delimiter and a code.
fn dense(value: &[u8], mark: &[u8], out: &mut Vec<u8>) -> bool {
    let first = memchr::memmem::find(value, mark).unwrap_or(value.len());
    let (lead, mut rest) = value.split_at_checked(first).unwrap_or((value, &[]));
    out.extend_from_slice(lead);
    while let Some(piece) = rest.strip_prefix(mark) {
        // A delimiter before a blank is text: no code is a blank.
        let from = if piece.starts_with(mark) { 0 } else { 1 };
        let next = memchr::memmem::find_iter(piece.cut(from..), mark)
            .map(|at| at + from)
            .find(|at| piece.get(at + mark.len()).is_none_or(|code| *code != b' '));
        let len = next.unwrap_or(piece.len());
        out.push(0x1F);
        out.extend_from_slice(piece.cut(..len));
        rest = piece.cut(len..);
    }
    lead.is_empty()
}

/// Appends subfields that each consist of blank, delimiter, code, blank, value, with one of the delimiters of
/// yaz.
fn spaced(value: &[u8], out: &mut Vec<u8>) -> bool {
    let mark = match value {
        [b' ', mark @ (b'$' | b'_' | b'*'), ..] => *mark,
        _ => b'$',
    };
    let mut rest = value;
    let mut lead = true;
    let mut clean = true;
    // The blank after the code may be missing, in all subfields of a field.
    let blank = next_mark(value, mark, false)
        .is_none_or(|(_, code)| code_is_spaced(value, code + doubled(value, mark, code)));
    while let Some((at, code)) = next_mark(rest, mark, blank) {
        let before = rest.cut(..at);
        clean &= !lead || before.is_empty();
        lead = false;
        out.extend_from_slice(before);
        let more = doubled(rest, mark, code);
        out.resize(out.len() + 1 + more, 0x1F);
        let code = code + more;
        let end = code + code_len(rest.cut(code..));
        out.extend_from_slice(rest.cut(code..end));
        let after = rest.cut(end..);
        rest = if blank { after.strip_prefix(b" ").unwrap_or(after) } else { after };
    }
    clean &= !lead || rest.trim_ascii().is_empty();
    out.extend_from_slice(if lead { rest.strip_prefix(b" ").unwrap_or(rest) } else { rest });
    clean
}

/// Returns the offsets of the next blank and delimiter followed by a code, and of that code. If `blank`, a
/// blank or the end must follow the code.
fn next_mark(value: &[u8], mark: u8, blank: bool) -> Option<(usize, usize)> {
    let mut from = 0usize;
    loop {
        let found = from + memchr(mark, value.get(from..)?)?;
        from = found + 1;
        let Some(at) = found.checked_sub(1).filter(|at| value.get(*at) == Some(&b' ')) else { continue };
        let code = value.cut(from..);
        let is_code = code.first().is_some_and(|code| *code != b' ' || value.get(from + 1) == Some(&b' '));
        if is_code && (!blank || code_is_spaced(value, from + doubled(value, mark, from))) {
            return Some((at, from));
        }
    }
}

/// Returns 1 if the code at an offset is another delimiter, which is there twice before a code and a blank; else 0.
fn doubled(value: &[u8], mark: u8, at: usize) -> usize {
    let is_twice = value.get(at) == Some(&mark)
        && value.get(at + 1).is_some_and(u8::is_ascii_alphanumeric)
        && code_is_spaced(value, at + 1);
    usize::from(is_twice)
}

/// Returns whether a blank or the end follows the code at an offset.
fn code_is_spaced(value: &[u8], code: usize) -> bool {
    let rest = value.cut(code..);
    rest.get(code_len(rest)).is_none_or(|byte| *byte == b' ')
}

/// Returns the length of the character at the start of bytes.
fn code_len(bytes: &[u8]) -> usize {
    match bytes.first() {
        Some(0xC0..) => {
            let more = bytes.iter().skip(1).take(3).take_while(|byte| **byte & 0xC0 == 0x80).count();
            more + 1
        }
        _ => 1,
    }
}

//! Parses lines to records.

use crate::bytes::Cut;
use crate::format::rules::{
    INDICATOR_COUNT, LINE_BLANK, LINE_CONTINUED, LINE_INVALID, LINE_REMARK, LINE_SPACING,
};
use memchr::{memmem, memrchr2};

use crate::error::Result;
use crate::finding::{Findings, counted};
use crate::format::text::kit::{
    Around, Cutter, Draft, Inside, Line, beginning, has_returns, is_blank, lines, shown,
};
use crate::io::{Frame, Framing, ReadOptions, Step, anchor_in_lines};
use crate::record::Record;
use crate::record::in_dialect;
use crate::tag::Tag;

/// The framing of Aleph sequential: a record is a run of lines with the same number.
#[derive(Debug, Clone)]
pub struct Aleph {
    options: ReadOptions,
    cutter: Cutter,
    inside: Inside,
    /// Whether CR alone ends lines.
    returns: bool,
    memory: Vec<u8>,
    joined: Joined,
    body: Vec<u8>,
}

impl Framing for Aleph {
    const LINES: bool = true;
    const SPLITS: bool = true;

    fn new(options: &ReadOptions) -> Aleph {
        Aleph {
            options: options.clone(),
            cutter: Cutter::default(),
            inside: Inside::default(),
            returns: false,
            memory: Vec::new(),
            joined: Joined::default(),
            body: Vec::new(),
        }
    }

    fn look(&mut self, head: &[u8], eof: bool) -> std::result::Result<(), usize> {
        self.returns = has_returns(head, eof)?;
        Ok(())
    }

    fn step(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Result<Step> {
        if let Some(len) = self.inside.known() {
            let at = line_inside_last(buf.cut(..len), true);
            if at.is_some() {
                return Ok(self.inside.step(buf, len, at, findings));
            }
            // The line ends here, but not the record that begins in it.
            self.inside.restart();
        }
        let len =
            match self.cutter.step(buf, eof, findings, beginning(self.returns, is_aleph_line), relation)? {
                Step::Frame(len) => len,
                other => return Ok(other),
            };
        let at = line_inside_last(buf.cut(..len), false);
        Ok(self.inside.step(buf, len, at, findings))
    }

    fn restart(&mut self) {
        self.cutter.restart();
        self.inside.restart();
    }

    fn anchor(&mut self, buf: &[u8]) -> Option<usize> {
        anchor_in_lines(self, buf)
    }

    fn parse(&mut self, frame: Frame<'_>, record: &mut Record, findings: &mut Findings) -> Result<()> {
        let mut draft = Draft::new(frame, record, findings, &self.options);
        let mut all = lines(frame.bytes, beginning(self.returns, is_aleph_line)).peekable();
        let mut number: Option<&[u8]> = None;
        let mut others = 0usize;
        while let Some(line) = all.next() {
            draft.at(&line);
            draft.delimiter(&line);
            let line = line.text;
            if is_blank(line) {
                if all.peek().is_some_and(|next| !is_blank(next.text)) {
                    draft.note(LINE_BLANK, "a blank line inside a record", "skipped");
                }
                continue;
            }
            let Some(head) = head(line) else {
                let message =
                    format!("expected a number of nine digits, a tag and \"L\", found \"{}\"", shown(line));
                draft.note(LINE_INVALID, message, "line left out");
                continue;
            };
            let tag = Tag::new(head.tag);
            draft.about(tag);
            let first = *number.get_or_insert(head.number);
            if first != head.number {
                others += 1;
                if others == 1 {
                    let message = format!(
                        "the system number is {}, that of the record {}",
                        head.number.escape_ascii(),
                        first.escape_ascii()
                    );
                    draft.note(LINE_INVALID, message, "read as a line of the record");
                }
            }
            match head.missing {
                Some(count @ 0..=1) => {
                    let message =
                        format!("the field has {}, its record 2", counted(count as u64, "indicator"));
                    draft.note(INDICATOR_COUNT, message, "the missing ones read as blanks");
                }
                Some(_) => draft.note(LINE_SPACING, "no blank before the data", "read"),
                None => {}
            }
            if head.alphabet != b'L' {
                let letter = head.alphabet.escape_ascii();
                draft.note(LINE_REMARK, format!("the alphabet of the field is \"{letter}\""), "left out");
            }
            self.joined.begin(head.data);
            let (place, mut was_joined) = (draft.place(), false);
            while let Some(more) = all.next_if(|next| !is_blank(next.text) && goes_on(&head, next.text)) {
                match self::head(more.text) {
                    Some(more) => self.joined.go_on(more.data),
                    None => {
                        draft.at(&more);
                        draft.about(tag);
                        was_joined = true;
                        draft.note(LINE_CONTINUED, "a line without a system number", "joined with a blank");
                        self.joined.append(more.text);
                    }
                }
            }
            if was_joined {
                draft.joined_from(place);
            }
            if head.tag == *b"LDR" {
                self.body.clear();
                self.body.extend_from_slice(self.joined.data());
                blanks(&mut self.body);
                draft.leader(&self.body);
                continue;
            }
            self.body.clear();
            let (control, _) = body(&head, self.joined.data(), &mut self.body);
            if !draft.field(tag, control, &self.body) {
                break;
            }
        }
        if let Some(number) = number {
            let control_number = Tag::new(*b"001");
            if !draft.has(control_number) {
                draft.at_line(0, 9);
                draft.note(LINE_REMARK, "the record has no field 001", "its system number used instead");
                draft.first_field(control_number, number);
            }
        }
        draft.finish(&mut self.memory)?;
        in_dialect(self.options.dialect, record, findings);
        Ok(())
    }
}

/// Returns the relation of a line to the record: one number is that of a record, but a single line with another, that
/// does not begin a record as the first line does, is damaged.
fn relation(around: Around<'_>) -> Line {
    let Some(this) = head(around.line) else { return Line::Inside };
    let Some(first) = head(around.first) else { return Line::Begins };
    let second = head(around.second);
    if this.number == first.number || second.is_some_and(|second| second.number == this.number) {
        return Line::Inside;
    }
    if !first.begins() || this.begins() {
        return Line::Begins;
    }
    match (second, around.next) {
        (None, _) => {
            // The first line may have been cut off, and the record begin in it.
            let inside = line_inside_last(around.first, true).and_then(|at| head(around.first.cut(at..)));
            if inside.is_some_and(|inside| inside.number == this.number) {
                Line::Begins
            } else {
                Line::Inside
            }
        }
        (_, None) => Line::Ask,
        (_, Some(next)) if head(next).is_some_and(|next| next.number == this.number) => Line::Begins,
        _ => Line::Inside,
    }
}

/// Returns the offset of a line of another record that begins inside the last line; `is_line` says that there is one
/// line only.
pub(super) fn line_inside_last(frame: &[u8], is_line: bool) -> Option<usize> {
    let text = frame.trim_ascii_end();
    let start = if is_line { 0 } else { memrchr2(b'\n', b'\r', text).map_or(0, |end| end + 1) };
    let last = text.cut(start..);
    // The letter of the alphabet is the 17th byte of a line.
    let mut letters =
        memmem::find_iter(last, b" L ").filter_map(|at| at.checked_sub(15)).filter(|at| *at > 0);
    letters.find(|at| head(last.cut(*at..)).is_some_and(|head| head.missing.is_none())).map(|at| start + at)
}

/// A line, split into its parts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head<'a> {
    pub(super) number: &'a [u8],
    pub(super) tag: [u8; 3],
    pub(super) indicators: [u8; 2],
    pub(super) alphabet: u8,
    pub(super) data: &'a [u8],
    /// The number of indicators, where there are fewer than two or no blank is before the data.
    missing: Option<usize>,
}

impl Head<'_> {
    /// Whether a record begins with such a line.
    fn begins(&self) -> bool {
        matches!(&self.tag, b"LDR" | b"FMT")
    }
}

/// Returns the parts of a line; `None` if it does not have the form. Indicators may be missing, and the blank before
/// data that begin with a delimiter.
pub(super) fn head(line: &[u8]) -> Option<Head<'_>> {
    let (number, rest) = line.split_at_checked(9)?;
    let [b' ', a, b, c, rest @ ..] = rest else { return None };
    let tag = [*a, *b, *c];
    if !number.iter().all(u8::is_ascii_digit) || !tag.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    let (indicators, alphabet, rest, count) = match rest {
        [first, second, b' ', alphabet, rest @ ..] if alphabet.is_ascii_alphabetic() => {
            ([*first, *second], *alphabet, rest, None)
        }
        [first, b' ', b'L', rest @ ..] if rest.starts_with(b" $$") => ([*first, b' '], b'L', rest, Some(1)),
        [b' ', b'L', rest @ ..] if rest.starts_with(b" $$") => ([b' '; 2], b'L', rest, Some(0)),
        _ => return None,
    };
    let data = match rest {
        [] => rest,
        [b' ', data @ ..] => data,
        [b'$', b'$', ..] if alphabet == b'L' => {
            return Some(Head { number, tag, indicators, alphabet, data: rest, missing: Some(2) });
        }
        _ => return None,
    };
    Some(Head { number, tag, indicators, alphabet, data, missing: count })
}

/// Returns whether a line is one of Aleph sequential.
pub(in crate::format) fn is_aleph_line(line: &[u8]) -> bool {
    head(line).is_some()
}

/// Returns whether a line continues the field of the one before: because it is marked so, or is no line of
/// the form.
fn goes_on(head: &Head<'_>, next: &[u8]) -> bool {
    match self::head(next) {
        None => !is_damaged(next),
        Some(next) => {
            (next.tag, next.indicators) == (head.tag, head.indicators) && next.data.starts_with(b"$$9^")
        }
    }
}

/// Whether a line looks like one of the form that lost some bytes: a number, a tag and the letter of the alphabet in
/// the first columns.
fn is_damaged(line: &[u8]) -> bool {
    let head = line.get(..12).unwrap_or(line);
    let digits = head.iter().filter(|byte| byte.is_ascii_digit()).count();
    if digits >= 7 && memmem::find(line.get(..24).unwrap_or(line), b" L ").is_some_and(|at| at > 8) {
        return true;
    }
    let Some(letter) = memmem::find(line.get(..24).unwrap_or(line), b" L ") else { return false };
    let mut words = line.cut(..letter).split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    let number = words.next().is_some_and(|word| word.iter().all(u8::is_ascii_digit));
    let tag = words.next().is_some_and(|word| {
        (2..=5).contains(&word.len())
            && word.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    });
    number && tag && words.all(|word| word.len() <= 2)
}

/// The data of a field, joined from its lines. Stores the start of the last subfield, so that a field of many
/// lines costs time linear in its bytes.
#[derive(Debug, Default, Clone)]
pub(super) struct Joined {
    data: Vec<u8>,
    /// Offset after the last `$$` in the first `searched` bytes.
    last: Option<usize>,
    searched: usize,
}

impl Joined {
    /// Begins with the data of a line.
    pub(super) fn begin(&mut self, data: &[u8]) {
        self.data.clear();
        self.data.extend_from_slice(data);
        (self.last, self.searched) = (None, 0);
    }

    /// Returns all data so far.
    pub(super) fn data(&self) -> &[u8] {
        &self.data
    }

    /// Appends a line that does not have the form.
    pub(super) fn append(&mut self, line: &[u8]) {
        self.data.push(b' ');
        self.data.extend_from_slice(line);
    }

    /// Appends the data of a line that continues the field.
    pub(super) fn go_on(&mut self, data: &[u8]) {
        if self.data.ends_with(b"^") {
            self.data.pop();
            self.data.push(b' ');
        }
        // A `$` at the end of the searched bytes may be half of a delimiter.
        let from = self.searched.saturating_sub(1);
        let after = self.data.cut(from..);
        if let Some(at) = memmem::rfind(after, b"$$") {
            self.last = Some(from + at + 2);
        }
        self.searched = self.data.len();
        let rest = self.last.and_then(|at| self.data.get(at..)).unwrap_or_default();
        let code = rest.cut(..code_len(rest));
        let more = match data.strip_prefix(b"$$9^^") {
            Some(more) => match more.strip_prefix(b"$$").and_then(|more| more.strip_prefix(code)) {
                Some(more) => more,
                None => more,
            },
            None => data.strip_prefix(b"$$9^").unwrap_or(data),
        };
        self.data.extend_from_slice(more);
    }
}

/// Returns the length of the subfield code at the start of bytes.
pub(super) fn code_len(bytes: &[u8]) -> usize {
    match bytes.first() {
        None => 0,
        Some(0xC0..) => {
            let more = bytes.iter().skip(1).take(3).take_while(|byte| **byte & 0xC0 == 0x80).count();
            more + 1
        }
        Some(_) => 1,
    }
}

/// Replaces each `^` by a blank.
pub(super) fn blanks(bytes: &mut [u8]) {
    bytes.iter_mut().filter(|byte| **byte == b'^').for_each(|byte| *byte = b' ');
}

/// Appends the body of a field. Returns whether it is a control field, and whether it is free of faults.
pub(super) fn body(head: &Head<'_>, data: &[u8], out: &mut Vec<u8>) -> (bool, bool) {
    let tag = Tag::new(head.tag);
    if tag.is_control() {
        out.extend_from_slice(data);
        blanks(out);
        return (true, true);
    }
    let first = memmem::find(data, b"$$");
    if first.is_none() && head.indicators == *b"  " && !data.is_empty() && tag.number().is_none() {
        out.extend_from_slice(data);
        return (true, true);
    }
    out.extend_from_slice(&head.indicators);
    let (lead, mut rest) = data.split_at_checked(first.unwrap_or(data.len())).unwrap_or((data, &[]));
    out.extend_from_slice(lead);
    while let Some(piece) = rest.strip_prefix(b"$$") {
        // The code may be a dollar itself.
        let from = if piece.starts_with(b"$$$") { 1 } else { 0 };
        let next = memmem::find(piece.cut(from..), b"$$");
        let len = next.map_or(piece.len(), |at| at + from);
        out.push(0x1F);
        out.extend_from_slice(piece.cut(..len));
        rest = piece.cut(len..);
    }
    (false, lead.is_empty())
}

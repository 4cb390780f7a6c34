//! Lines to records.

use memchr::memmem;

use crate::diagnostic::Findings;
use crate::format::lines::{Cutter, Draft, Line, is_blank, lines, shown};
use crate::io::{Frame, Framing, ReadOptions, Step};
use crate::record::{Dialect, from_marc_form};
use crate::{Code, Record, Result, Tag};

/// The framing of Aleph sequential: a record is a run of lines with the same number.
#[derive(Debug, Clone)]
pub struct Aleph {
    options: ReadOptions,
    cutter: Cutter,
    memory: Vec<u8>,
    joined: Joined,
    body: Vec<u8>,
}

impl Framing for Aleph {
    const LINES: bool = true;

    fn new(options: &ReadOptions) -> Aleph {
        Aleph {
            options: options.clone(),
            cutter: Cutter::default(),
            memory: Vec::new(),
            joined: Joined::default(),
            body: Vec::new(),
        }
    }

    fn step(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Result<Step> {
        self.cutter.step(buf, eof, findings, |first, line| match (head(first), head(line)) {
            (_, None) => Line::Inside,
            (Some(first), Some(head)) if first.number == head.number => Line::Inside,
            _ => Line::Begins,
        })
    }

    fn restart(&mut self) {
        self.cutter.restart();
    }

    fn parse(&mut self, frame: Frame<'_>, record: &mut Record, findings: &mut Findings) -> Result<()> {
        let mut draft = Draft::new(frame, record, findings, &self.options);
        let mut all = lines(frame.bytes).filter(|(_, line)| !is_blank(line)).peekable();
        let mut number = None;
        while let Some((start, line)) = all.next() {
            draft.at_line(start, line.len());
            let Some(head) = head(line) else {
                let message =
                    format!("expected a number of nine digits, a tag and \"L\", found \"{}\"", shown(line));
                draft.note(Code::LineInvalid, message, "line left out");
                continue;
            };
            number.get_or_insert(head.number);
            let tag = Tag::new(head.tag);
            draft.about(tag);
            if head.alphabet != b'L' {
                let letter = head.alphabet.escape_ascii();
                draft.note(
                    Code::LineRemark,
                    format!("the alphabet of the field is \"{letter}\""),
                    "left out",
                );
            }
            self.joined.begin(head.data);
            while let Some((start, more)) = all.next_if(|(_, next)| goes_on(&head, next)) {
                match self::head(more) {
                    Some(more) => self.joined.go_on(more.data),
                    None => {
                        draft.at_line(start, more.len());
                        draft.about(tag);
                        draft.note(
                            Code::LineContinued,
                            "a line without a system number",
                            "joined with a blank",
                        );
                        self.joined.append(more);
                    }
                }
            }
            if head.tag == *b"LDR" {
                self.body.clear();
                self.body.extend_from_slice(self.joined.data());
                blanks(&mut self.body);
                draft.leader(&self.body);
                continue;
            }
            self.body.clear();
            let (control, clean) = body(&head, self.joined.data(), &mut self.body);
            if !clean {
                draft.note(Code::DataBeforeSubfield, "text before the first subfield", "kept");
            }
            if !draft.field(tag, control, &self.body) {
                break;
            }
        }
        if let Some(number) = number {
            let control_number = Tag::new(*b"001");
            if !draft.has(control_number) {
                draft.at_line(0, 9);
                draft.note(
                    Code::LineRemark,
                    "the record has no field 001",
                    "its system number taken as that",
                );
                draft.first_field(control_number, number);
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

/// A line, taken apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head<'a> {
    pub(super) number: &'a [u8],
    pub(super) tag: [u8; 3],
    pub(super) indicators: [u8; 2],
    pub(super) alphabet: u8,
    pub(super) data: &'a [u8],
}

/// The parts of a line; `None` if it is not of the form.
pub(super) fn head(line: &[u8]) -> Option<Head<'_>> {
    let (number, rest) = line.split_at_checked(9)?;
    let [b' ', a, b, c, first, second, b' ', alphabet, rest @ ..] = rest else { return None };
    let data = if rest.is_empty() { rest } else { rest.strip_prefix(b" ")? };
    let plain = number.iter().all(u8::is_ascii_digit) && alphabet.is_ascii_alphabetic();
    let tag = [*a, *b, *c];
    let plain = plain && tag.iter().all(u8::is_ascii_graphic);
    plain.then_some(Head { number, tag, indicators: [*first, *second], alphabet: *alphabet, data })
}

/// Whether a line is one of Aleph sequential.
pub(in crate::format) fn is_aleph_line(line: &[u8]) -> bool {
    head(line).is_some()
}

/// Whether a line goes on with the field of the one before: it says so, or it is none by itself.
fn goes_on(head: &Head<'_>, next: &[u8]) -> bool {
    match self::head(next) {
        None => true,
        Some(next) => {
            (next.tag, next.indicators) == (head.tag, head.indicators) && next.data.starts_with(b"$$9^")
        }
    }
}

/// The data of a field, put together from its lines. Where the last subfield begins is kept in mind, so that a field of
/// many lines costs no more than its bytes.
#[derive(Debug, Default, Clone)]
pub(super) struct Joined {
    data: Vec<u8>,
    /// Behind the last `$$` of the first `searched` bytes.
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

    /// All data so far.
    pub(super) fn data(&self) -> &[u8] {
        &self.data
    }

    /// Appends a line that is none of the form.
    pub(super) fn append(&mut self, line: &[u8]) {
        self.data.push(b' ');
        self.data.extend_from_slice(line);
    }

    /// Appends the data of a line that goes on.
    pub(super) fn go_on(&mut self, data: &[u8]) {
        if self.data.ends_with(b"^") {
            self.data.pop();
            self.data.push(b' ');
        }
        // A `$` at the end of what was searched may be half of a mark.
        let from = self.searched.saturating_sub(1);
        let behind = self.data.get(from..).unwrap_or_default();
        if let Some(at) = memmem::rfind(behind, b"$$") {
            self.last = Some(from.saturating_add(at).saturating_add(2));
        }
        self.searched = self.data.len();
        let rest = self.last.and_then(|at| self.data.get(at..)).unwrap_or_default();
        let code = rest.get(..code_len(rest)).unwrap_or_default();
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

/// Length of the subfield code with which some bytes begin.
pub(super) fn code_len(bytes: &[u8]) -> usize {
    match bytes.first() {
        None => 0,
        Some(0xC0..) => {
            let more = bytes.iter().skip(1).take(3).take_while(|byte| **byte & 0xC0 == 0x80).count();
            more.saturating_add(1)
        }
        Some(_) => 1,
    }
}

/// Makes blanks of all `^`.
pub(super) fn blanks(bytes: &mut [u8]) {
    bytes.iter_mut().filter(|byte| **byte == b'^').for_each(|byte| *byte = b' ');
}

/// Appends the body of a field. Tells whether it is a control field, and whether all is in order.
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
        let next = memmem::find(piece.get(from..).unwrap_or_default(), b"$$");
        let len = next.map_or(piece.len(), |at| at.saturating_add(from));
        out.push(0x1F);
        out.extend_from_slice(piece.get(..len).unwrap_or_default());
        rest = piece.get(len..).unwrap_or_default();
    }
    (false, lead.is_empty())
}

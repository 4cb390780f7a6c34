//! Parses lines to records.

use super::body::{self, Style};
use super::layout::{self, Layout};
use super::leader::{LONGEST, is_symbol, leader_inside, restore};
use super::line::{Kind, NO_BREAK, after_gap, indent, kind, mark_at_start, unquoted};
use super::rules::DISPLAY_GUESS;
use crate::bytes::Cut;
use crate::error::Result;
use crate::finding::Findings;
use crate::format::lines::Begins;
use crate::format::rules::{LINE_CONTINUED, LINE_INVALID, LINE_REMARK, LINE_SPACING, STRAY_MARK};
use crate::format::text::kit::{
    self, Cutter, Draft, Inside, beginning, has_returns, lines, shown, without_marks_before,
};
use crate::io::{Frame, Framing, ReadOptions, Step, anchor_in_lines};
use crate::record::{Record, in_dialect};
use crate::tag::Tag;

const MARKS_LEFT_OUT: &str = "invisible characters before a delimiter";

/// The framing of catalogue displays. A record ends before the next leader, the next field 001, or, if it has
/// no leader or no other empty lines, an empty line that a lower tag follows.
#[derive(Debug, Clone)]
pub struct Display {
    options: ReadOptions,
    cutter: Cutter,
    inside: Inside,
    seen: Option<RecordLines>,
    /// Whether CR alone ends lines.
    returns: bool,
    memory: Vec<u8>,
    field: Field,
}

/// The field whose lines are being joined.
#[derive(Debug, Clone, Default)]
struct Field {
    text: Vec<u8>,
    body: Vec<u8>,
}

/// What the lines of the current record were so far.
#[derive(Debug, Clone, Default)]
struct RecordLines {
    indent: usize,
    leader: bool,
    control_number: bool,
    /// Whether the line before is blank.
    blank: bool,
    /// The number of places where blank lines were.
    gaps: usize,
    /// Whether a blank line is before the last lines, none of which is a field.
    apart: bool,
    /// The last tag that is a number.
    last: Option<[u8; 3]>,
}

impl RecordLines {
    /// Takes the next line. Returns whether it begins another record.
    fn begins(&mut self, line: &[u8]) -> bool {
        if self.indent == 0 && !self.leader {
            self.indent = indent(line);
        }
        let after_blank = std::mem::take(&mut self.blank);
        let kind = kind(unquoted(line, self.indent));
        if matches!(kind, Kind::Blank) {
            self.blank = true;
            return false;
        }
        self.gaps += usize::from(after_blank);
        let after_blank = std::mem::take(&mut self.apart) || after_blank;
        if !matches!(kind, Kind::Leader(_)) && leader_inside(line).is_some() {
            (self.leader, self.control_number, self.last) = (true, false, None);
            return false;
        }
        match kind {
            Kind::Blank => {}
            Kind::Leader(_) if self.leader || self.last.is_some() => return true,
            Kind::Leader(_) => self.leader = true,
            Kind::Field(tag, _) if tag.iter().all(u8::is_ascii_digit) => {
                let again = tag == *b"001" && std::mem::replace(&mut self.control_number, true);
                // Blank lines inside a record are everywhere in it.
                let is_end = !self.leader || self.gaps == 1;
                let lower = after_blank && is_end && self.last.is_some_and(|last| tag <= last);
                if again || lower {
                    return true;
                }
                self.last = Some(tag);
            }
            // What Aleph shows before the leader.
            Kind::Field(tag, _) if matches!(&tag, b"FMT" | b"SYS") => return after_blank && self.leader,
            Kind::Other => self.apart = after_blank,
            Kind::Field(..) => {}
        }
        false
    }
}

impl Framing for Display {
    const LINES: bool = true;
    const SPLITS: bool = true;

    fn new(options: &ReadOptions) -> Display {
        Display {
            options: options.clone(),
            cutter: Cutter::default(),
            inside: Inside::default(),
            seen: None,
            returns: false,
            memory: Vec::new(),
            field: Field::default(),
        }
    }

    fn look(&mut self, head: &[u8], eof: bool) -> std::result::Result<(), usize> {
        self.returns = has_returns(head, eof)?;
        Ok(())
    }

    fn step(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Result<Step> {
        if let Some(len) = self.inside.known() {
            let at = leader_inside(buf.cut(..len));
            return Ok(self.inside.step(buf, len, at, findings));
        }
        let seen = &mut self.seen;
        let step = self.cutter.step(
            buf,
            eof,
            findings,
            beginning(self.returns, begins),
            |kit::Around { first, line, .. }| {
                let seen = seen.get_or_insert_with(|| {
                    let mut seen = RecordLines::default();
                    seen.begins(first);
                    seen
                });
                if seen.begins(line) { kit::Line::Begins } else { kit::Line::Inside }
            },
        );
        if !matches!(step, Ok(Step::Need(_))) {
            self.seen = None;
        }
        match step? {
            Step::Frame(len) => {
                let at = leader_inside(buf.cut(..len));
                Ok(self.inside.step(buf, len, at, findings))
            }
            other => Ok(other),
        }
    }

    fn restart(&mut self) {
        self.cutter.restart();
        self.inside.restart();
        self.seen = None;
    }

    fn anchor(&mut self, buf: &[u8]) -> Option<usize> {
        anchor_in_lines(self, buf)
    }

    fn parse(&mut self, frame: Frame<'_>, record: &mut Record, findings: &mut Findings) -> Result<()> {
        let begins = beginning(self.returns, begins);
        let form = Form::new(frame.bytes, begins, &mut self.field.text);
        let field = &mut self.field;
        let mut draft = Draft::new(frame, record, findings, &self.options);
        let mut guessed = Guessed::default();
        // The field whose lines are being joined in `text`, and whether a blank line interrupts them.
        let (mut open, mut interrupted) = (None::<Open>, false);
        let mut any = false;
        for this in lines(frame.bytes, begins) {
            let line = unquoted(this.text, form.indent);
            match kind(line) {
                Kind::Blank => {
                    if this.is_marked() {
                        field.close(open.take(), &form, &mut draft);
                        draft.at(&this);
                    }
                    interrupted = true;
                }
                Kind::Leader(leader) => {
                    field.close(open.take(), &form, &mut draft);
                    draft.at(&this);
                    if !leader.is_known() {
                        let label = shown(leader.label.trim_ascii());
                        draft.note(LINE_SPACING, format!("a leader after \"{label}\""), "read");
                    }
                    field.body.clear();
                    if !restore(leader.value, &mut field.body) {
                        draft.note(
                            DISPLAY_GUESS,
                            "the leader is shown without some of its blanks",
                            "filled in",
                        );
                    }
                    draft.leader(&field.body);
                    (interrupted, any) = (false, true);
                }
                Kind::Field(tag, rest) if form.is_field(open.map(|open| open.tag), tag, line, rest) => {
                    if !field.close(open.take(), &form, &mut draft) {
                        break;
                    }
                    draft.at(&this);
                    open = Some(field.open(tag, (line, rest), &form, (&mut draft, &mut guessed)));
                    (interrupted, any) = (false, true);
                }
                _ => {
                    let indented =
                        line.starts_with(b" ") || line.starts_with(b"\t") || line.starts_with(NO_BREAK);
                    match open.filter(|_| !interrupted || indented && form.is_gapped) {
                        Some(open) => {
                            if !indented {
                                draft.at(&this);
                                draft.about(Tag::new(open.tag));
                                let message = "a line that does not begin with a tag";
                                draft.note(LINE_CONTINUED, message, "joined with a blank");
                            }
                            if field.join(open, line, &form) {
                                draft.note(STRAY_MARK, MARKS_LEFT_OUT, "left out");
                            }
                        }
                        None => {
                            // What follows is text too, until the next field.
                            field.close(open.take(), &form, &mut draft);
                            draft.at(&this);
                            let place = if any { "after" } else { "before" };
                            let message =
                                format!("text {place} the fields of the record: \"{}\"", shown(line));
                            draft.note(LINE_REMARK, message, "left out");
                        }
                    }
                }
            }
        }
        field.close(open, &form, &mut draft);
        draft.finish(&mut self.memory)?;
        in_dialect(self.options.dialect, record, findings);
        Ok(())
    }
}

/// A field whose text may continue in the next line.
#[derive(Debug, Clone, Copy)]
struct Open {
    tag: [u8; 3],
    control: bool,
    indicators: [u8; 2],
}

/// The assumptions that have a finding already.
#[derive(Debug, Default)]
struct Guessed {
    indicator: bool,
    code: bool,
}

impl Field {
    /// Begins a field with its first line.
    fn open(
        &mut self,
        tag: [u8; 3],
        (line, rest): (&[u8], &[u8]),
        form: &Form,
        (draft, guessed): (&mut Draft<'_>, &mut Guessed),
    ) -> Open {
        let name = Tag::new(tag);
        draft.about(name);
        self.text.clear();
        if is_control(tag) {
            self.text.extend_from_slice(form.control_text(line, rest));
            return Open { tag, control: true, indicators: *b"  " };
        }
        let parts = form.layout.parts(name, line, rest);
        if parts.assumed && !std::mem::replace(&mut guessed.indicator, true) {
            let message = "one indicator is shown, which may be the first or the second";
            draft.note(DISPLAY_GUESS, message, "read as the one that such fields mostly have");
        }
        if cells(parts.text, &mut self.text) {
            draft.note(STRAY_MARK, MARKS_LEFT_OUT, "left out");
        }
        let coded = form.style.begins(&self.text) || self.text.is_empty();
        if !coded && !std::mem::replace(&mut guessed.code, true) {
            draft.note(DISPLAY_GUESS, "the first subfield is shown without a code", "read as $a");
        }
        Open { tag, control: false, indicators: parts.indicators }
    }

    /// Appends a line that continues a field. Returns what [`cells`] does.
    fn join(&mut self, open: Open, line: &[u8], form: &Form) -> bool {
        let end = self.text.trim_ascii_end().len();
        self.text.truncate(end);
        let line = trimmed(line);
        self.body.clear();
        let had_marks = cells(line, &mut self.body);
        match open.control {
            true => {
                self.text.push(b' ');
                self.text.extend_from_slice(line);
            }
            false => form.style.join(&self.body, &mut self.text),
        }
        had_marks
    }

    /// Adds a field. Returns false if the record is full.
    fn close(&mut self, open: Option<Open>, form: &Form, draft: &mut Draft<'_>) -> bool {
        let Some(Open { tag, control, indicators }) = open else { return true };
        draft.about(Tag::new(tag));
        if self.text.trim_ascii().is_empty() {
            draft.note(LINE_INVALID, "a tag without a text", "line left out");
            return true;
        }
        self.body.clear();
        match control {
            true => control_body(tag, &self.text, &mut self.body),
            false => {
                self.body.extend_from_slice(&indicators);
                form.style.split(&self.text, &mut self.body);
            }
        }
        draft.field(Tag::new(tag), control, &self.body)
    }
}

/// The form of a record: what its lines have in common.
#[derive(Debug)]
pub(super) struct Form {
    indent: usize,
    /// The column in which the texts of control fields begin.
    control: usize,
    /// Whether blank lines are everywhere among the fields.
    is_gapped: bool,
    pub(super) layout: Layout,
    pub(super) style: Style,
}

impl Form {
    /// Examines all lines of a record. `text` is lent.
    pub(super) fn new(bytes: &[u8], begins: Begins, text: &mut Vec<u8>) -> Form {
        let all = || lines(bytes, begins).map(|line| line.text);
        let indent = all().map(indent).find(|indent| *indent > 0).unwrap_or_default();
        let all = || all().map(|line| unquoted(line, indent));
        let mut votes = layout::Votes::default();
        let mut control = usize::MAX;
        let (mut blanks, mut fields) = (0usize, 0usize);
        for line in all() {
            let kind = kind(line);
            blanks += usize::from(matches!(kind, Kind::Blank));
            fields += usize::from(matches!(kind, Kind::Field(..)));
            match kind {
                Kind::Field(tag, rest) if is_control(tag) => {
                    let blanks = rest.iter().take_while(|byte| **byte == b' ').count();
                    if blanks < rest.len() {
                        control = control.min(blanks);
                    }
                }
                Kind::Field(..) => votes.count(line),
                _ => {}
            }
        }
        let layout = votes.layout();
        let mut votes = body::Votes::default();
        for line in all() {
            let own = match kind(line) {
                Kind::Field(tag, _) if is_control(tag) => continue,
                Kind::Field(tag, rest) => layout.parts(Tag::new(tag), line, rest).text,
                Kind::Other => trimmed(line),
                Kind::Blank | Kind::Leader(_) => continue,
            };
            text.clear();
            cells(own, text);
            votes.count(text);
        }
        Form { indent, control, is_gapped: 2 * blanks >= fields, layout, style: votes.style() }
    }

    /// Returns whether a line that begins like a field is one, and not text in which a number is the first word.
    pub(super) fn is_field(&self, last: Option<[u8; 3]>, tag: [u8; 3], line: &[u8], rest: &[u8]) -> bool {
        is_control(tag)
            || self.layout.fits(line)
            || rest.iter().take(10).any(|byte| *byte == b'\t')
            || rest.trim_ascii().is_empty()
            || mark_at_start(after_gap(rest))
            || last.is_none_or(|last| self.layout.is_words() && tag >= last)
    }

    /// Returns the text of a control field.
    fn control_text<'a>(&self, line: &'a [u8], rest: &'a [u8]) -> &'a [u8] {
        let text = trimmed(rest);
        let gap = rest.len() - text.len();
        let plain = rest.iter().take(gap).all(|byte| *byte == b' ');
        match rest.get(self.control.min(gap)..) {
            Some(text) if plain && line.first().is_some_and(u8::is_ascii_digit) => text,
            _ => text,
        }
    }
}

/// Whether text begins like a line of a display, beyond doubt.
pub(super) fn begins(text: &[u8]) -> bool {
    match kind(unquoted(text.get(..LONGEST).unwrap_or(text), 0)) {
        Kind::Leader(_) => true,
        Kind::Field(tag, rest) => tag.iter().all(u8::is_ascii_digit) && !rest.is_empty(),
        Kind::Blank | Kind::Other => false,
    }
}

/// Returns whether a tag is that of a control field.
pub(super) fn is_control(tag: [u8; 3]) -> bool {
    Tag::new(tag).is_control() || matches!(&tag, b"FMT" | b"SYS")
}

/// Returns a text without blanks, tabs and no-break spaces at its start.
fn trimmed(mut text: &[u8]) -> &[u8] {
    loop {
        text = text.trim_ascii_start();
        match text.strip_prefix(NO_BREAK) {
            Some(more) => text = more,
            None => return text,
        }
    }
}

/// Appends a text with blanks for tabs, or, if its cells are codes and values in turn, as subfields. Returns whether
/// invisible characters before delimiters were left out.
pub(super) fn cells(text: &[u8], out: &mut Vec<u8>) -> bool {
    let plain = without_marks_before(text, mark_at_start);
    let (text, had_marks) = (plain.as_deref().unwrap_or(text), plain.is_some());
    let is_code = |cell: &[u8]| matches!(cell.trim_ascii(), [code] if code.is_ascii_lowercase() || code.is_ascii_digit());
    let cells = || text.trim_ascii_end().split(|byte| *byte == b'\t');
    if text.contains(&b'\t') && cells().step_by(2).all(is_code) && cells().count() % 2 == 0 {
        for (number, cell) in cells().enumerate() {
            if number % 2 == 0 {
                out.push(0x1F);
            }
            out.extend_from_slice(cell.trim_ascii());
        }
        return had_marks;
    }
    let from = text.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    out.extend(text.iter().skip(from).map(|byte| if *byte == b'\t' { b' ' } else { *byte }));
    had_marks
}

/// Appends the body of a control field, with blanks for their symbols in fields of fixed length.
fn control_body(tag: [u8; 3], text: &[u8], out: &mut Vec<u8>) {
    let len = match &tag {
        b"006" => 18,
        b"007" => 23,
        b"008" => 40,
        _ => {
            out.extend_from_slice(text.trim_ascii_end());
            return;
        }
    };
    let (own, after) = text.split_at_checked(len).unwrap_or((text, b""));
    let own = if after.trim_ascii().is_empty() { own } else { text.trim_ascii_end() };
    let dashes = own.iter().filter(|byte| **byte == b'-').count();
    let symbols = !own.contains(&b' ');
    out.extend(own.iter().map(|byte| match byte {
        b'-' if symbols && dashes > 4 => b' ',
        byte if symbols && is_symbol(*byte) => b' ',
        byte => *byte,
    }));
}

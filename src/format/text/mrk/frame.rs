//! Parses lines to records.

use super::mnemonics::{self, Mnemonic};
use crate::bytes::Cut;
use crate::charset::Charset;
use crate::error::Result;
use crate::finding::Findings;
use crate::format::lines::begins_line;
use crate::format::rules::{INDICATOR_COUNT, LINE_CONTINUED, LINE_INVALID, LINE_SPACING};
use crate::format::text::kit::{
    Around, Draft, Line, LineRecords, LineShape, could_be_leader_line, goes_on_after_blank, is_blank,
    is_leader_line, lines, shown,
};
use crate::format::text::mrk::rules::MNEMONIC_UNKNOWN;
use crate::io::{Frame, Framing, Head, ReadOptions, Step, anchor_in_lines};
use crate::record::Record;
use crate::record::in_dialect;
use crate::tag::Tag;
use memchr::memmem;

/// The longest mnemonic, braces included.
const LONGEST: usize = 14;

/// The framing of MARCMaker text: a record ends with a blank line, before the next leader, or before a
/// second field 001.
#[derive(Debug, Clone)]
pub struct Mrk {
    options: ReadOptions,
    records: LineRecords,
    leader: memmem::Finder<'static>,
    memory: Vec<u8>,
    joined: Vec<u8>,
    body: Vec<u8>,
}

/// How records of lines are distinguished.
const SHAPE: LineShape = LineShape { begins, relation, control: "=00", ends_in_leader, is_leader };

impl Framing for Mrk {
    const LINES: bool = true;
    const SPLITS: bool = true;

    fn new(options: &ReadOptions) -> Mrk {
        Mrk {
            options: options.clone(),
            records: LineRecords::default(),
            leader: memmem::Finder::new(b"=LDR  "),
            memory: Vec::new(),
            joined: Vec::new(),
            body: Vec::new(),
        }
    }

    fn look(&mut self, head: &[u8], eof: bool) -> std::result::Result<(), usize> {
        self.records.look(head, eof, &SHAPE)
    }

    fn step(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Result<Step> {
        let Mrk { records, leader, .. } = self;
        records.step((buf, eof), findings, &SHAPE, |frame| Mrk::leader_inside(leader, frame))
    }

    fn restart(&mut self) {
        self.records.restart();
    }

    fn anchor(&mut self, buf: &[u8]) -> Option<usize> {
        anchor_in_lines(self, buf)
    }

    fn parse(&mut self, frame: Frame<'_>, record: &mut Record, findings: &mut Findings) -> Result<()> {
        let script = self.script(frame.bytes);
        // Where the bytes are UTF-8, only mnemonics make others: what the input says of its bytes is not about them.
        let none = Head::default();
        let is_utf8 = script == Script::Bytes && std::str::from_utf8(frame.bytes).is_ok();
        let frame = if is_utf8 { Frame { head: &none, ..frame } } else { frame };
        let mut draft = Draft::new(frame, record, findings, &self.options);
        let mut all = lines(frame.bytes, self.records.begins(&SHAPE)).peekable();
        while let Some(this) = all.next() {
            draft.at(&this);
            draft.delimiter(&this);
            let line = this.text;
            if is_blank(line) {
                if all.peek().is_some_and(|next| !is_blank(next.text)) {
                    draft.blank(self.records.is_doubled());
                }
                continue;
            }
            if this.start == 0 && !is_leader(line) && is_damaged_leader(line) {
                let leader = line.cut(line.len() - 24..);
                self.body.clear();
                unescape(leader, Script::Bytes, true, &mut self.body, &mut draft);
                let message = format!("expected \"=LDR\" before a leader, found \"{}\"", shown(line));
                draft.note(LINE_INVALID, message, "read as a leader");
                draft.leader(&self.body);
                continue;
            }
            let Some((tag, value)) = head(line) else {
                draft.note(
                    LINE_INVALID,
                    format!("expected \"=\", a tag, two blanks, found \"{}\"", shown(line)),
                    "line left out",
                );
                continue;
            };
            self.joined.clear();
            let place = draft.place();
            while let Some(more) = all.next_if(|next| !is_blank(next.text) && head(next.text).is_none()) {
                if self.joined.is_empty() {
                    self.joined.extend_from_slice(value);
                }
                draft.at(&more);
                draft.about(Tag::new(tag));
                draft.note(
                    LINE_CONTINUED,
                    "a line that does not begin with \"=\" and a tag",
                    "joined with a blank",
                );
                self.joined.push(b' ');
                self.joined.extend_from_slice(more.text);
            }
            if !self.joined.is_empty() {
                draft.joined_from(place);
            }
            let value = if self.joined.is_empty() { value } else { &self.joined };
            let value = match (value.strip_prefix(b"  "), value) {
                (Some(value), _) => value,
                (None, b"") => b"",
                (None, value) => {
                    draft.about(Tag::new(tag));
                    draft.note(LINE_SPACING, "not two blanks after the tag", "read");
                    value.strip_prefix(b" ").unwrap_or(value)
                }
            };
            self.body.clear();
            // Old files have 000 for LDR.
            if tag == *b"LDR" || tag == *b"000" && this.start == 0 {
                unescape(value, Script::Bytes, true, &mut self.body, &mut draft);
                draft.leader(&self.body);
                continue;
            }
            let tag = Tag::new(tag);
            draft.about(tag);
            if tag.is_control() {
                unescape(value, script, true, &mut self.body, &mut draft);
            } else {
                let count = draft.indicators(|count| memchr::memchr(b'$', value) == Some(count));
                if has_no_indicators(value, count) {
                    let message = "the field has neither indicators nor subfields";
                    draft.note(INDICATOR_COUNT, message, "blanks put before its text");
                    self.body.resize(count, b' ');
                    unescape(value, script, false, &mut self.body, &mut draft);
                } else {
                    data(value, count, script, &mut self.body, &mut draft);
                }
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

/// Whether text begins like a line of MARCMaker text.
fn begins(text: &[u8]) -> bool {
    head(text).is_some()
}

fn relation(around: Around<'_>) -> Line {
    match around {
        Around { line, next: None, .. } if is_blank(line) => Line::Ask,
        Around { first, last, line, next: Some(next), .. } if is_blank(line) => {
            let tags = (head(last).map(|(tag, _)| tag), head(next).map(|(tag, _)| tag));
            if is_leader(first) && goes_on_after_blank(tags) { Line::Inside } else { Line::Ends }
        }
        Around { line, .. } if is_leader(line) => Line::Begins,
        // Before a control field, a line that is hardly anything but a leader is one.
        Around { line, next, .. } if is_damaged_leader(line) => match next {
            None => Line::Ask,
            Some(next) if next.starts_with(b"=00") => Line::Begins,
            Some(_) => Line::Inside,
        },
        _ => Line::Inside,
    }
}

/// Whether the label of a leader is in a line.
fn ends_in_leader(line: &[u8]) -> bool {
    memmem::find(line, b"=LDR  ").is_some()
}

/// Whether a field without subfields has text where its indicators should be.
pub(super) fn has_no_indicators(value: &[u8], count: usize) -> bool {
    let is_indicator = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'\\' | b'#' | b' ' | b'|' | b'{');
    value.len() > count
        && memchr::memchr(b'$', value).is_none()
        && !value.iter().take(count).all(is_indicator)
}

impl Mrk {
    /// Returns the offset of a line of a leader, after the first line, that begins inside another line.
    fn leader_inside(leader: &memmem::Finder<'static>, frame: &[u8]) -> Option<usize> {
        let is_one = |at: &usize| {
            let leader = frame.get(at + 6..at + 30).map(|leader| leader.to_vec());
            leader.is_some_and(|mut leader| {
                leader.iter_mut().filter(|byte| **byte == b'\\').for_each(|byte| *byte = b' ');
                is_leader_line(&leader)
            })
        };
        let mut found = leader.find_iter(frame).filter(|at| !begins_line(frame.cut(..*at)));
        found.find(is_one)
    }

    /// Returns the meaning of mnemonics in a record: characters, if it is in UTF-8, else bytes of MARC-8.
    fn script(&self, bytes: &[u8]) -> Script {
        let says_utf8 =
            || lines(bytes, begins).any(|line| is_leader(line.text) && line.text.get(15) == Some(&b'a'));
        match self.options.charset {
            Charset::Utf8 => Script::Text,
            Charset::Auto if says_utf8() || !bytes.is_ascii() && std::str::from_utf8(bytes).is_ok() => {
                Script::Text
            }
            _ => Script::Bytes,
        }
    }
}

/// The meaning of mnemonics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    Bytes,
    Text,
}

/// Whether a line is hardly anything but a leader, with a damaged label: no field, or one with two letters of the label.
fn is_damaged_leader(line: &[u8]) -> bool {
    let is_label = |tag: [u8; 3]| tag.iter().zip(b"LDR").filter(|(one, other)| one == other).count() >= 2;
    could_be_leader_line(line) && head(line).is_none_or(|(tag, _)| is_label(tag))
}

fn is_leader(line: &[u8]) -> bool {
    matches!(head(line), Some(([b'L', b'D', b'R'], _)))
}

/// Returns the tag of a line that is a field, and everything after it. A tag is three letters or digits and a
/// blank, or three printable characters and two blanks; or the blanks are missing before what can only be a value.
fn head(line: &[u8]) -> Option<([u8; 3], &[u8])> {
    let (tag, rest) = line.strip_prefix(b"=")?.split_first_chunk::<3>()?;
    let plain = tag.iter().all(u8::is_ascii_alphanumeric) && matches!(rest, [] | [b' ' | b'\\', ..]);
    let odd = tag.iter().all(u8::is_ascii_graphic) && rest.starts_with(b"  ");
    let tight = || match rest {
        [a, b, b'$', ..] => [a, b].iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'\\' | b'#')),
        _ => false,
    };
    let without = || match tag {
        b"LDR" => rest.len() >= 20 && rest.iter().take(5).all(u8::is_ascii_digit),
        [b'0', b'0', b'1'..=b'9'] => true,
        _ => tag.iter().all(u8::is_ascii_digit) && tight(),
    };
    (plain || odd || without()).then_some((*tag, rest))
}

/// Appends the body of a data field: indicators, then subfields.
fn data(value: &[u8], count: usize, script: Script, out: &mut Vec<u8>, draft: &mut Draft<'_>) {
    let mut pieces = value.split(|byte| *byte == b'$');
    let head = pieces.next().unwrap_or_default();
    // A blank indicator is a backslash, or a character that people write for it.
    let (own, lead) = head.split_at_checked(indicator_end(head, count)).unwrap_or((head, &[]));
    let start = out.len();
    unescape(own, script, true, out, draft);
    if own.contains(&b'#') {
        let written = out.get_mut(start..).unwrap_or_default();
        written.iter_mut().filter(|byte| **byte == b'#').for_each(|byte| *byte = b' ');
    }
    unescape(lead, script, false, out, draft);
    for piece in pieces {
        out.push(0x1F);
        unescape(piece, script, false, out, draft);
    }
}

/// Returns the offset after `count` indicators; a mnemonic is one byte.
fn indicator_end(head: &[u8], count: usize) -> usize {
    let mut at = 0usize;
    for _ in 0..count {
        at = match head.get(at..) {
            Some(rest @ [b'{', ..]) => at + mnemonic(rest).map_or(1, |(len, _)| len),
            _ => at + 1,
        };
    }
    at.min(head.len())
}

/// Returns the length, braces included, and the name of the mnemonic at the start of bytes. `None` if it is
/// only a brace.
fn mnemonic(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let window = bytes.get(..LONGEST).unwrap_or(bytes);
    let end = memchr::memchr(b'}', window)?;
    let name = window.get(1..end)?;
    let plain = !name.is_empty() && name.iter().all(u8::is_ascii_alphanumeric);
    plain.then_some((end + 1, name))
}

/// Appends a value with its mnemonics resolved; if `blanks`, a backslash is a blank.
fn unescape(value: &[u8], script: Script, blanks: bool, out: &mut Vec<u8>, draft: &mut Draft<'_>) {
    let mut rest = value;
    // Marks that wait for their letter.
    let mut marks = String::new();
    while let Some(&first) = rest.first() {
        let (taken, found): (usize, Option<&Mnemonic>) = match first {
            b'{' => match mnemonic(rest) {
                Some((len, name)) => {
                    let found = mnemonics::find(name);
                    if found.is_none() {
                        let message = format!("no mnemonic has the name \"{}\"", name.escape_ascii());
                        draft.note(MNEMONIC_UNKNOWN, message, "kept as it stands");
                        out.extend_from_slice(rest.cut(..len));
                        rest = rest.cut(len..);
                        continue;
                    }
                    (len, found)
                }
                None => (1, None),
            },
            _ => (character_len(rest, script), None),
        };
        let (piece, after) = rest.split_at_checked(taken).unwrap_or((rest, &[]));
        rest = after;
        match found {
            None if first == b'\\' && blanks => out.push(b' '),
            None => out.extend_from_slice(piece),
            Some(mnemonic) if script == Script::Bytes => out.extend_from_slice(&mnemonic.marc8),
            Some(mnemonic) if mnemonic.is_mark() => {
                marks.push_str(mnemonic.text.as_deref().unwrap_or_default());
                continue;
            }
            Some(mnemonic) => match &mnemonic.text {
                Some(text) => out.extend_from_slice(text.as_bytes()),
                None if mnemonic.is_right_half() => continue,
                None => {
                    let message =
                        format!("the mnemonic \"{}\" is no character of Unicode", piece.escape_ascii());
                    draft.note(MNEMONIC_UNKNOWN, message, "kept as it stands");
                    out.extend_from_slice(piece);
                }
            },
        }
        if !marks.is_empty() {
            out.extend_from_slice(marks.as_bytes());
            marks.clear();
        }
    }
    out.extend_from_slice(marks.as_bytes());
}

/// Returns the length of the character at the start of bytes.
fn character_len(bytes: &[u8], script: Script) -> usize {
    match (bytes.first(), script) {
        (Some(0xC0..), Script::Text) => {
            let more = bytes.iter().skip(1).take(3).take_while(|byte| **byte & 0xC0 == 0x80).count();
            more + 1
        }
        _ => 1,
    }
}

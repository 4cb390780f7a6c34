//! Lines to records.

use super::mnemonics::{self, Mnemonic};
use crate::charset::Charset;
use crate::diagnostic::Findings;
use crate::format::lines::{Cutter, Draft, Line, is_blank, lines, shown};
use crate::io::{Frame, Framing, ReadOptions, Step};
use crate::record::{Dialect, from_marc_form};
use crate::{Code, Record, Result, Tag};

/// The longest mnemonic, braces included.
const LONGEST: usize = 14;

/// The framing of MARCMaker text: a record ends with a blank line, or before the next leader.
#[derive(Debug, Clone)]
pub struct Mrk {
    options: ReadOptions,
    cutter: Cutter,
    memory: Vec<u8>,
    joined: Vec<u8>,
    body: Vec<u8>,
}

impl Framing for Mrk {
    const LINES: bool = true;

    fn new(options: &ReadOptions) -> Mrk {
        Mrk {
            options: options.clone(),
            cutter: Cutter::default(),
            memory: Vec::new(),
            joined: Vec::new(),
            body: Vec::new(),
        }
    }

    fn step(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Result<Step> {
        self.cutter.step(buf, eof, findings, |_, line| {
            if is_blank(line) {
                Line::Ends
            } else if is_leader(line) {
                Line::Begins
            } else {
                Line::Inside
            }
        })
    }

    fn restart(&mut self) {
        self.cutter.restart();
    }

    fn parse(&mut self, frame: Frame<'_>, record: &mut Record, findings: &mut Findings) -> Result<()> {
        let script = self.script(frame.bytes);
        let mut draft = Draft::new(frame, record, findings, &self.options);
        let mut all = lines(frame.bytes).filter(|(_, line)| !is_blank(line)).peekable();
        while let Some((start, line)) = all.next() {
            draft.at_line(start, line.len());
            let Some((tag, value)) = head(line) else {
                draft.note(
                    Code::LineInvalid,
                    format!("expected \"=\", a tag, two blanks, found \"{}\"", shown(line)),
                    "line left out",
                );
                continue;
            };
            self.joined.clear();
            while let Some((start, more)) = all.next_if(|(_, next)| head(next).is_none()) {
                if self.joined.is_empty() {
                    self.joined.extend_from_slice(value);
                }
                draft.at_line(start, more.len());
                draft.about(Tag::new(tag));
                draft.note(
                    Code::LineContinued,
                    "a line that does not begin with \"=\" and a tag",
                    "joined with a blank",
                );
                self.joined.push(b' ');
                self.joined.extend_from_slice(more);
            }
            let value = if self.joined.is_empty() { value } else { &self.joined };
            let value = match (value.strip_prefix(b"  "), value) {
                (Some(value), _) => value,
                (None, b"") => b"",
                (None, value) => {
                    draft.about(Tag::new(tag));
                    draft.note(Code::LineSpacing, "not two blanks behind the tag", "read");
                    value.strip_prefix(b" ").unwrap_or(value)
                }
            };
            self.body.clear();
            // Old files have 000 for LDR.
            if tag == *b"LDR" || tag == *b"000" && start == 0 {
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
                data(value, count, script, &mut self.body, &mut draft);
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

impl Mrk {
    /// What mnemonics of a record become: characters, if it is in UTF-8, else bytes of MARC-8.
    fn script(&self, bytes: &[u8]) -> Script {
        let says_utf8 = || lines(bytes).any(|(_, line)| is_leader(line) && line.get(15) == Some(&b'a'));
        match self.options.charset {
            Charset::Utf8 => Script::Text,
            Charset::Auto if says_utf8() || !bytes.is_ascii() && std::str::from_utf8(bytes).is_ok() => {
                Script::Text
            }
            _ => Script::Bytes,
        }
    }
}

/// What mnemonics become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    Bytes,
    Text,
}

fn is_leader(line: &[u8]) -> bool {
    matches!(head(line), Some(([b'L', b'D', b'R'], _)))
}

/// The head of a line that is a field: its tag, and all behind it. A tag is three letters or digits and a blank, or
/// three printable characters and two blanks.
fn head(line: &[u8]) -> Option<([u8; 3], &[u8])> {
    let (tag, rest) = line.strip_prefix(b"=")?.split_first_chunk::<3>()?;
    let plain = tag.iter().all(u8::is_ascii_alphanumeric) && matches!(rest, [] | [b' ' | b'\\', ..]);
    let odd = tag.iter().all(u8::is_ascii_graphic) && rest.starts_with(b"  ");
    (plain || odd).then_some((*tag, rest))
}

/// Appends the body of a data field: indicators, then subfields.
fn data(value: &[u8], count: usize, script: Script, out: &mut Vec<u8>, draft: &mut Draft<'_>) {
    let mut pieces = value.split(|byte| *byte == b'$');
    let head = pieces.next().unwrap_or_default();
    // A blank in the place of an indicator is a backslash, or what people write for it.
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

/// Where so many indicators end: a mnemonic stands for one byte.
fn indicator_end(head: &[u8], count: usize) -> usize {
    let mut at = 0usize;
    for _ in 0..count {
        at = match head.get(at..) {
            Some(rest @ [b'{', ..]) => at.saturating_add(mnemonic(rest).map_or(1, |(len, _)| len)),
            _ => at.saturating_add(1),
        };
    }
    at.min(head.len())
}

/// The mnemonic with which some bytes begin: its length with its braces, and its name. `None` if it is a brace and
/// nothing else.
fn mnemonic(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let window = bytes.get(..LONGEST).unwrap_or(bytes);
    let end = memchr::memchr(b'}', window)?;
    let name = window.get(1..end)?;
    let plain = !name.is_empty() && name.iter().all(u8::is_ascii_alphanumeric);
    plain.then_some((end.saturating_add(1), name))
}

/// Appends a value, its mnemonics resolved; a backslash is a blank where `blanks` says so.
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
                        draft.note(Code::MnemonicUnknown, message, "kept as it stands");
                        out.extend_from_slice(rest.get(..len).unwrap_or_default());
                        rest = rest.get(len..).unwrap_or_default();
                        continue;
                    }
                    (len, found)
                }
                None => (1, None),
            },
            _ => (character_len(rest, script), None),
        };
        let (piece, behind) = rest.split_at_checked(taken).unwrap_or((rest, &[]));
        rest = behind;
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
                    draft.note(Code::MnemonicUnknown, message, "kept as it stands");
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

/// Length of the character with which some bytes begin.
fn character_len(bytes: &[u8], script: Script) -> usize {
    match (bytes.first(), script) {
        (Some(0xC0..), Script::Text) => {
            let more = bytes.iter().skip(1).take(3).take_while(|byte| **byte & 0xC0 == 0x80).count();
            more.saturating_add(1)
        }
        _ => 1,
    }
}

//! The place of a finding, as a compiler shows one: the bytes around the culprit, with a caret under it.

use std::borrow::Cow;
use std::fmt::Write as _;

use kartoteka::{Charset, Diagnostic, Location, Record, Text};

use crate::terminal::{Role, Style, printable};

/// How many bytes stand in a row.
const ROW: usize = 16;
/// How many rows of a culprit are shown.
const ROWS: usize = 3;
/// How many characters of a line are shown before and behind the culprit.
const AROUND: usize = 40;

/// The bytes that a finding may lie in.
#[derive(Clone)]
pub(crate) struct Bytes<'a> {
    pub(crate) bytes: Cow<'a, [u8]>,
    /// Where they begin in the input.
    pub(crate) start: u64,
    /// Whether they are lines of text.
    pub(crate) is_text: bool,
    pub(crate) charset: Charset,
}

impl Bytes<'_> {
    /// Offset of the culprit in the bytes, and its length there; `None` if it does not lie in them.
    pub(crate) fn find(&self, place: &Location) -> Option<(usize, usize)> {
        let offset = usize::try_from(place.byte.checked_sub(self.start)?).ok()?;
        let room = self.bytes.len().checked_sub(offset)?;
        let len = usize::try_from(place.len).unwrap_or(usize::MAX).min(room);
        (!self.bytes.is_empty()).then_some((offset, len))
    }

    /// The line that an offset lies in: where it begins, and its bytes without the line end.
    pub(crate) fn line(&self, offset: usize) -> (usize, &[u8]) {
        let before = self.bytes.get(..offset).unwrap_or(&self.bytes);
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at.saturating_add(1));
        let rest = self.bytes.get(start..).unwrap_or_default();
        let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
        (start, line.strip_suffix(b"\r").unwrap_or(line))
    }

    /// How many characters stand before an offset in its line, if the bytes begin with a line or that line begins in
    /// them.
    pub(crate) fn column(&self, offset: usize) -> usize {
        let (start, line) = self.line(offset);
        let before = line.get(..offset.saturating_sub(start)).unwrap_or(line);
        Text::new(before, self.charset).to_str_lossy().chars().count()
    }
}

/// The lines that show a place, each with a line end; empty if there is nothing to show.
pub(crate) fn show(
    finding: &Diagnostic,
    bytes: &Bytes<'_>,
    record: Option<&Record>,
    style: Style,
    out: &mut String,
) {
    let place = &finding.location;
    let whole = place.len == 0 && place.byte == place.record.byte;
    match bytes.find(place) {
        Some((offset, len)) if bytes.is_text && !(whole && place.tag.is_some()) => {
            line(bytes, offset, len, place.line, style, out);
        }
        Some((offset, len)) if !bytes.is_text => rows(bytes, offset, len, place.len, style, out),
        _ => field(place, record, style, out),
    }
}

/// Rows of bytes in hexadecimal and as text.
fn rows(bytes: &Bytes<'_>, offset: usize, len: usize, all: u64, style: Style, out: &mut String) {
    let end = offset.saturating_add(len).min(bytes.bytes.len());
    // A short culprit stands in the middle of its row, a long one at the start.
    let lead = if len >= ROW { 0 } else { ROW.saturating_sub(len) / 2 };
    let first = offset.saturating_sub(lead);
    let width = bytes.start.saturating_add(end as u64).to_string().len();
    let mut start = first;
    for number in 0..ROWS {
        let Some(row) = bytes.bytes.get(start..).filter(|row| !row.is_empty() || number == 0) else { break };
        let row = row.get(..ROW).unwrap_or(row);
        let at = bytes.start.saturating_add(start as u64);
        let (mut hex, mut hex_marks) = (String::new(), String::new());
        let (mut text, mut text_marks) = (String::new(), String::new());
        let mut cells = cells(row, bytes.charset);
        cells.push((String::new(), 1));
        for (index, (shown, columns)) in cells.iter().enumerate() {
            let here = start.saturating_add(index);
            let marked = (offset..end.max(offset.saturating_add(1))).contains(&here);
            let mark = if marked { '^' } else { ' ' };
            let last = index >= row.len();
            if last && !(marked && len == 0) {
                break; // only a place behind the last byte is shown behind it
            }
            match row.get(index) {
                Some(byte) => _ = write!(hex, "{byte:02X} "),
                None => hex.push_str("   "),
            }
            let joined = marked && here.saturating_add(1) < end && index.saturating_add(1) < row.len();
            hex_marks.extend([mark, mark, if joined { '^' } else { ' ' }]);
            text.push_str(shown);
            text_marks.extend(std::iter::repeat_n(mark, *columns));
        }
        let columns = ROW * 3;
        style.paint(Role::Faint, &format!("  {at:width$} | "), out);
        _ = writeln!(out, "{hex:columns$}| {text}");
        style.paint(Role::Faint, &format!("  {:width$} | ", ""), out);
        let marks = format!("{hex_marks:columns$}| {text_marks}");
        style.paint(Role::Code, marks.trim_end().trim_end_matches('|').trim_end(), out);
        out.push('\n');
        start = start.saturating_add(ROW);
        if start >= end {
            break;
        }
    }
    let shown = start.min(end).saturating_sub(offset) as u64;
    let more = all.saturating_sub(shown);
    if more > 0 {
        style.paint(Role::Faint, &format!("  {:width$} | ", ""), out);
        _ = writeln!(out, "… and {more} more bytes");
    }
}

/// What stands for each byte of a row in the text beside it, and how many columns that takes. A character of several
/// bytes stands with the first of them.
fn cells(row: &[u8], charset: Charset) -> Vec<(String, usize)> {
    let mut cells = Vec::with_capacity(row.len().saturating_add(1));
    if charset != Charset::Utf8 {
        for byte in row {
            let shown = match byte {
                0x20..=0x7E => char::from(*byte).to_string(),
                0x80.. => {
                    let one = std::slice::from_ref(byte);
                    let decoded = Text::new(one, charset).to_str().ok().filter(|_| charset.is_supported());
                    decoded.map_or("·".to_owned(), |text| visible(&text))
                }
                control => visible(char::from(*control).encode_utf8(&mut [0; 4])),
            };
            let columns = columns(&shown);
            cells.push((shown, columns));
        }
        return cells;
    }
    for chunk in row.utf8_chunks() {
        for character in chunk.valid().chars() {
            let shown = visible(character.encode_utf8(&mut [0; 4]));
            let columns = columns(&shown);
            cells.push((shown, columns));
            cells.extend(std::iter::repeat_n((String::new(), 0), character.len_utf8().saturating_sub(1)));
        }
        cells.extend(chunk.invalid().iter().map(|_| ("·".to_owned(), 1)));
    }
    cells
}

/// Text with a picture for each control character.
fn visible(text: &str) -> String {
    let picture = |character: char| match character {
        '\0'..='\u{1F}' => char::from_u32(0x2400u32.saturating_add(u32::from(character))).unwrap_or('·'),
        '\u{7F}' => '\u{2421}',
        '\u{FEFF}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => '·',
        other if other.is_control() => '·',
        other => other,
    };
    text.chars().map(picture).collect()
}

/// How many columns of a terminal a text takes: none for marks that stand over a letter, two for East Asian letters.
fn columns(text: &str) -> usize {
    let column = |character: char| match character {
        '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5BD}' | '\u{610}'..='\u{61A}' => 0,
        '\u{64B}'..='\u{65F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' => 0,
        '\u{20D0}'..='\u{20FF}' | '\u{FE00}'..='\u{FE0F}' | '\u{FE20}'..='\u{FE2F}' => 0,
        '\u{1100}'..='\u{115F}' | '\u{2E80}'..='\u{A4CF}' | '\u{AC00}'..='\u{D7A3}' => 2,
        '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE6F}' | '\u{FF00}'..='\u{FF60}' => 2,
        '\u{20000}'..='\u{3FFFD}' => 2,
        _ => 1,
    };
    text.chars().map(column).sum()
}

/// A line of text with a caret under the culprit.
fn line(bytes: &Bytes<'_>, offset: usize, len: usize, number: u64, style: Style, out: &mut String) {
    let (start, whole) = bytes.line(offset);
    let at = offset.saturating_sub(start);
    let decode = |from: usize, to: usize| {
        let part = whole.get(from.min(whole.len())..to.min(whole.len())).unwrap_or_default();
        visible(&Text::new(part, bytes.charset).to_str_lossy())
    };
    let before: Vec<char> = decode(0, at).chars().collect();
    let culprit: String = decode(at, at.saturating_add(len)).chars().take(2 * AROUND).collect();
    let behind: String = decode(at.saturating_add(len), whole.len()).chars().take(AROUND).collect();
    let cut = before.len().saturating_sub(AROUND);
    let kept: String = before.iter().skip(cut).collect();
    let dots = if cut > 0 { "…" } else { "" };
    let number = if number > 0 { number.to_string() } else { String::new() };
    style.paint(Role::Faint, &format!("  {number} | "), out);
    _ = writeln!(out, "{dots}{kept}{culprit}{behind}");
    style.paint(Role::Faint, &format!("  {:1$} | ", "", number.len()), out);
    let blank = columns(dots).saturating_add(columns(&kept));
    let marks = "^".repeat(columns(&culprit).max(1));
    style.paint(Role::Code, &format!("{:blank$}{marks}", ""), out);
    out.push('\n');
}

/// The field that a finding is about, where its bytes are not known.
fn field(place: &Location, record: Option<&Record>, style: Style, out: &mut String) {
    let index = place.field.and_then(|index| usize::try_from(index).ok());
    let Some(field) = record.zip(index).and_then(|(record, index)| record.fields().nth(index)) else {
        return;
    };
    if Some(field.tag()) != place.tag {
        return;
    }
    let text: String = field.raw_text().to_str_lossy().chars().take(4 * AROUND).collect();
    style.paint(Role::Faint, "  | ", out);
    let text = if field.syntax().delimiter == 0x1F { text.replace('\u{1F}', "$") } else { text };
    _ = writeln!(out, "{} {}", field.tag(), printable(&visible(&text)));
}

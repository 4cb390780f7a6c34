//! The place of a finding, as a compiler shows one: the bytes around the culprit, with a caret under it.

use std::fmt::Write as _;
use std::ops::Range;

use super::style::{Role, Style};
use crate::bytes::Cut;
use crate::charset::Charset;
use crate::position::Location;
use crate::record::{FieldRef, Record, Text};
use crate::validate::Window;

/// How many bytes stand in a row.
const ROW: usize = 16;
/// How many rows of a culprit are shown.
const ROWS: usize = 3;
/// How many characters of a line are shown before and after the culprit.
const AROUND: usize = 40;

/// Appends the lines that show a place, each with a line end; nothing if there is nothing to show. Bytes in hexadecimal
/// and as text, or a line of text, with a mark under the culprit; the field of the record where its bytes are unknown.
///
/// # Example
/// ```
/// use kartoteka::{Format, Location, Position, report::{Style, excerpt}, validate::Window};
///
/// let mut place = Location::of(Position::default());
/// (place.byte, place.len) = (5, 1);
/// let window = Window::new(&place, Format::Iso2709, None, (b"00080xam a22", 0), &[]);
/// let mut out = String::new();
/// excerpt(&place, &window, None, Style::plain(), &mut out);
/// assert!(out.starts_with("  0 | 30 30 30 38 30 78 61 6D 20 61 32 32             | 00080xam a22\n"), "{out}");
/// ```
pub fn excerpt(
    place: &Location,
    bytes: &Window<'_>,
    record: Option<&Record>,
    style: Style,
    out: &mut String,
) {
    let whole = place.len == 0 && place.byte == place.record.byte;
    match bytes.find(place) {
        Some((offset, len)) if bytes.is_text && !(whole && place.tag.is_some()) => {
            line(bytes, offset, len, place.line, style, out);
        }
        Some((offset, len)) if !bytes.is_text => rows(bytes, offset, len, place.len, style, out),
        _ => _ = field(place, record, style, out),
    }
}

/// Rows of bytes in hexadecimal and as text.
fn rows(bytes: &Window<'_>, offset: usize, len: usize, all: u64, style: Style, out: &mut String) {
    let end = (offset + len).min(bytes.bytes.len());
    // A short culprit stands in the middle of its row, a long one at the start.
    let lead = (ROW - len.min(ROW)) / 2;
    let first = offset.saturating_sub(lead);
    let width = (bytes.start + end as u64).to_string().len();
    let mut start = first;
    for number in 0..ROWS {
        let Some(row) = bytes.bytes.get(start..).filter(|row| !row.is_empty() || number == 0) else { break };
        let row = row.get(..ROW).unwrap_or(row);
        let at = bytes.start + start as u64;
        let (mut hex, mut hex_marks) = (String::new(), String::new());
        let (mut text, mut text_marks) = (String::new(), String::new());
        let mut cells = cells(row, bytes.charset);
        cells.push((String::new(), 1));
        for (index, (shown, columns)) in cells.iter().enumerate() {
            let here = start + index;
            let marked = (offset..end.max(offset + 1)).contains(&here);
            let mark = if marked { '^' } else { ' ' };
            let last = index >= row.len();
            if last && !(marked && len == 0) {
                break; // only a place after the last byte is shown there
            }
            match row.get(index) {
                Some(byte) => _ = write!(hex, "{byte:02X} "),
                None => hex.push_str("   "),
            }
            let joined = marked && here + 1 < end && index + 1 < row.len();
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
        start += ROW;
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
    let mut cells = Vec::with_capacity(row.len() + 1);
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
            cells.extend(std::iter::repeat_n((String::new(), 0), character.len_utf8() - 1));
        }
        cells.extend(chunk.invalid().iter().map(|_| ("·".to_owned(), 1)));
    }
    cells
}

/// Text with a picture for each control character.
fn visible(text: &str) -> String {
    let picture = |character: char| match character {
        '\0'..='\u{1F}' => char::from_u32(0x2400u32 + u32::from(character)).unwrap_or('·'),
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

/// A line of text with a mark under the culprit.
fn line(bytes: &Window<'_>, offset: usize, len: usize, number: u64, style: Style, out: &mut String) {
    let (start, whole) = bytes.line(offset);
    let at = offset - start;
    let decode = |from: usize, to: usize| {
        let part = whole.cut(from.min(whole.len())..to.min(whole.len()));
        visible(&Text::new(part, bytes.charset).to_str_lossy())
    };
    let end = at + len;
    let number = if number > 0 { number.to_string() } else { String::new() };
    marked(&number, [&decode(0, at), &decode(at, end), &decode(end, whole.len())], style, out);
}

/// Text before the culprit, the culprit and the text after it in a line, as far as there is room, with a mark below.
fn marked(label: &str, [before, culprit, after]: [&str; 3], style: Style, out: &mut String) {
    let culprit: String = culprit.chars().take(2 * AROUND).collect();
    let after: String = after.chars().take(AROUND).collect();
    let cut = before.chars().count().saturating_sub(AROUND);
    let kept: String = before.chars().skip(cut).collect();
    let dots = if cut > 0 { "…" } else { "" };
    style.paint(Role::Faint, &format!("  {label} | "), out);
    _ = writeln!(out, "{dots}{kept}{culprit}{after}");
    style.paint(Role::Faint, &format!("  {:1$} | ", "", label.len()), out);
    let blank = columns(dots) + columns(&kept);
    let marks = "^".repeat(columns(&culprit).max(1));
    style.paint(Role::Code, &format!("{:blank$}{marks}", ""), out);
    out.push('\n');
}

/// Appends the field that a place is in as a line of text, with a mark under the indicator, the subfield or the
/// characters in question; returns whether there is such a field.
pub(super) fn field(place: &Location, record: Option<&Record>, style: Style, out: &mut String) -> bool {
    let index = place.field.and_then(|index| usize::try_from(index).ok());
    let Some(field) = record.zip(index).and_then(|(record, index)| record.fields().nth(index)) else {
        return false;
    };
    if Some(field.tag()) != place.tag {
        return false;
    }
    let raw = field.raw();
    let culprit = culprit(place, field);
    let decode = |range: Range<usize>| {
        let text = Text::new(raw.cut(range), field.raw_text().charset());
        let text = text.to_str_lossy();
        visible(&if field.syntax().delimiter == 0x1F {
            text.replace('\u{1F}', "$")
        } else {
            text.into_owned()
        })
    };
    let before = format!("{} {}", field.tag(), decode(0..culprit.start));
    let mut marks = decode(culprit.clone());
    let mut after = decode(culprit.end..raw.len());
    let mut before = before;
    if let Some((first, last)) = place.chars {
        // Characters of the value.
        let chars: Vec<char> = marks.chars().collect();
        let (first, end) = (usize::from(first).min(chars.len()), (usize::from(last) + 1).min(chars.len()));
        before.extend(chars.iter().take(first));
        after = chars.iter().skip(end).chain(&after.chars().collect::<Vec<_>>()).collect();
        marks = chars.iter().take(end).skip(first).collect();
    }
    marked("", [&before, &marks, &after], style, out);
    true
}

/// The bytes of a field that a place is about: an indicator, the value of a subfield, or all of it.
fn culprit(place: &Location, field: FieldRef<'_>) -> Range<usize> {
    let raw = field.raw();
    if let Some(number) = place.indicator {
        let at = usize::from(number.get()).saturating_sub(1).min(raw.len());
        return at..(at + 1).min(raw.len());
    }
    let index = place.subfield.and_then(|index| usize::try_from(index).ok());
    let (_, _, mut subfields) = field.parts();
    let Some(value) = index.and_then(|index| subfields.nth(index)).map(|subfield| subfield.value()) else {
        return 0..raw.len();
    };
    let start = (value.as_bytes().as_ptr() as usize).saturating_sub(raw.as_ptr() as usize);
    let end = start + value.as_bytes().len();
    if end <= raw.len() { start..end } else { 0..raw.len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(path: impl Fn(&mut Location)) -> String {
        let record = Record::builder()
            .control_field("008", "850401s1985    xx")
            .data_field("245", "10", [('a', "Leyli və Məcnun /"), ('c', "Nizami.")])
            .build()
            .unwrap();
        let mut place = Location { tag: Some("245".parse().unwrap()), field: Some(1), ..Location::default() };
        path(&mut place);
        let mut out = String::new();
        assert!(field(&place, Some(&record), Style::plain(), &mut out));
        out
    }

    #[test]
    fn the_part_in_question_is_marked() {
        let text = "   | 245 10$aLeyli və Məcnun /$cNizami.\n";
        let marks = |from: usize, len: usize| format!("{text}   | {}{}\n", " ".repeat(from), "^".repeat(len));
        assert_eq!(shown(|place| place.subfield = Some(1)), marks(27, 7));
        assert_eq!(shown(|place| place.indicator = std::num::NonZeroU8::new(2)), marks(5, 1));
        let chars = |place: &mut Location| (place.subfield, place.chars) = (Some(0), Some((6, 7)));
        assert_eq!(shown(chars), marks(14, 2));
        assert_eq!(shown(|_| ()), marks(4, 30));
    }
}

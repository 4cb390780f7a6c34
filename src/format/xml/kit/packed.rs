//! Records packed into the text of another document: in a CDATA section, or escaped, as the answers of SRU have them with
//! the record packing `string`.

use memchr::{memchr, memchr2, memmem};

use super::element::{Markup, Passage, is_space, name, split};
use super::vocabulary::Vocabulary;
use crate::bytes::Cut;

/// The marks that begin and end a CDATA section.
pub(super) const SECTION: &[u8] = Passage::CData.marks().0;
pub(super) const SECTION_END: &[u8] = Passage::CData.marks().1;

/// How many bytes of a CDATA section are looked at.
pub(super) const HEAD: usize = 512;

/// A CDATA section whose text is read as markup.
#[derive(Debug, Clone)]
pub(super) struct Section {
    /// The number of elements around it.
    pub(super) depth: usize,
    /// The offset in the input before which it does not end.
    searched: u64,
    /// Whether that is inside another section.
    nested: bool,
    end: Option<u64>,
}

impl Section {
    /// Creates a section whose text begins at an offset in the input.
    pub(super) fn new(depth: usize, text: u64) -> Section {
        Section { depth, searched: text, nested: false, end: None }
    }

    /// Returns whether its end is known.
    pub(super) fn is_ended(&self) -> bool {
        self.end.is_some()
    }

    /// Returns the offset of its end in bytes that begin at byte `here` of the input, if it is known: where its mark is, or
    /// where another section with records begins. A section without records inside it ends by a mark of its own.
    ///
    /// # Cost
    /// No bytes are searched twice.
    pub(super) fn end(&mut self, bytes: &[u8], eof: bool, here: u64) -> Option<usize> {
        if self.end.is_none() {
            let mut at = self.known(here).min(bytes.len());
            let end = self.search(bytes, eof, &mut at);
            self.searched = here + at as u64;
            self.end = end.map(|end| here + end as u64);
        }
        usize::try_from(self.end?.saturating_sub(here)).ok().filter(|end| *end < bytes.len())
    }

    /// Returns how many of the bytes after byte `here` of the input are surely inside.
    pub(super) fn known(&self, here: u64) -> usize {
        usize::try_from(self.searched.saturating_sub(here)).unwrap_or(usize::MAX)
    }

    fn search(&mut self, bytes: &[u8], eof: bool, at: &mut usize) -> Option<usize> {
        loop {
            *at = memchr2(b'<', b']', bytes.cut(*at..)).map_or(bytes.len(), |found| *at + found);
            let rest = bytes.cut(*at..);
            let is_begun = |mark: &[u8]| mark.starts_with(rest) && !eof;
            *at += if rest.is_empty() || is_begun(SECTION) || is_begun(SECTION_END) {
                return None;
            } else if rest.starts_with(SECTION_END) {
                if !std::mem::replace(&mut self.nested, false) {
                    return Some(*at);
                }
                SECTION_END.len()
            } else if rest.starts_with(SECTION) && !self.nested {
                if section_holds_records(rest.cut(SECTION.len()..), eof)? {
                    return Some(*at);
                }
                self.nested = true;
                SECTION.len()
            } else {
                1
            };
        }
    }
}

/// Returns whether the text of a CDATA section holds records; `None` if more bytes are needed to know.
pub(super) fn section_holds_records(text: &[u8], eof: bool) -> Option<bool> {
    let head = text.cut(..text.len().min(HEAD));
    let end = memmem::find(head, SECTION_END);
    if end.is_none() && head.len() < HEAD && !eof {
        return None;
    }
    Some(holds_records(end.map_or(head, |end| head.cut(..end))))
}

/// Returns whether text begins with markup and has a record, or a collection, near its beginning.
fn holds_records(text: &[u8]) -> bool {
    let text = text.trim_ascii_start();
    let is_record = |at: usize| {
        let local = split(name(text.cut(at..))).1;
        Vocabulary::of_record(local).is_some() || local.eq_ignore_ascii_case(b"collection")
    };
    let begins = matches!(text, [b'<', next, ..] if next.is_ascii_alphabetic() || *next == b'?');
    begins && memchr::memchr_iter(b'<', text).any(is_record)
}

/// An escaped record in the text of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packed {
    /// There is none in this many bytes.
    None(usize),
    /// One may begin at this offset.
    At(usize),
    /// It has this length.
    Record(usize),
    /// More bytes are needed.
    Open,
}

/// Looks for an escaped record in a text, which is whole or continues. One that holds another, or has no end, is none.
///
/// # Cost
/// One pass up to the end of the record.
pub(super) fn packed(text: &[u8], is_whole: bool) -> Packed {
    let mut from = 0usize;
    loop {
        let start = match next_start(text, from, is_whole) {
            Some((start, 0)) => return if start > 0 { Packed::At(start) } else { Packed::Open },
            Some((start, _)) => start,
            None => return Packed::None(text.len()),
        };
        match end(text.cut(start..), is_whole) {
            Ok(len) if start == 0 => return Packed::Record(len),
            Ok(_) => return Packed::At(start),
            Err(Some(next)) => from = start + next,
            Err(None) if is_whole => return Packed::None(text.len()),
            Err(None) if start == 0 => return Packed::Open,
            Err(None) => return Packed::At(start),
        }
    }
}

/// Returns where the next escaped start tag of a record begins, and the length of its `<`: 0 if more bytes are needed to
/// know.
fn next_start(text: &[u8], from: usize, is_whole: bool) -> Option<(usize, usize)> {
    let mut at = from;
    loop {
        at += memchr(b'&', text.cut(at..))?;
        let rest = text.cut(at..);
        if rest.len() < LONGEST_START && !is_whole {
            return Some((at, 0));
        }
        match reference(rest) {
            Some((len, '<')) if begins_record(rest.cut(len..)) => return Some((at, len)),
            _ => at += 1,
        }
    }
}

/// Returns the length of the escaped record that begins a text; as an error, where another begins, if that is first.
fn end(text: &[u8], is_whole: bool) -> Result<usize, Option<usize>> {
    let own = reference(text).map_or(0, |(len, _)| len);
    let name = escaped_name(text.cut(own..));
    let mut at = own + name.len();
    while let Some(found) = memmem::find(text.cut(at..), name) {
        let start = at + found;
        at = start + name.len();
        let before = text.cut(..start);
        let closes = before.strip_suffix(b"/").unwrap_or(before);
        let signs = [&b"&lt;"[..], b"&#60;", b"&#x3c;", b"&#x3C;"];
        let Some(sign) = signs.iter().find(|sign| closes.ends_with(sign)) else { continue };
        if escaped_name(text.cut(start..)).len() != name.len() {
            continue;
        }
        if closes.len() == before.len() {
            return Err(start.checked_sub(sign.len()));
        }
        let rest = text.cut(at..);
        let blanks = rest.iter().take_while(|byte| is_space(**byte)).count();
        let end = rest.cut(blanks..);
        return match (end.first(), reference(end)) {
            (Some(b'>'), _) => Ok(at + blanks + 1),
            (_, Some((len, '>'))) => Ok(at + blanks + len),
            (Some(b'&') | None, None) if !is_whole && end.len() < 8 => Err(None),
            _ => Err(Some(at)),
        };
    }
    Err(None)
}

/// The most bytes of `&#x3c;`, a prefix and the name of a record.
const LONGEST_START: usize = 64;

/// Returns whether text after an escaped `<` is the name of a record.
fn begins_record(text: &[u8]) -> bool {
    let name = escaped_name(text);
    name.len() < text.len() && Vocabulary::of_record(split(name).1).is_some()
}

/// Returns the name at the start of a text.
fn escaped_name(text: &[u8]) -> &[u8] {
    let in_name =
        |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':' | 0x80..);
    text.cut(..text.iter().take(LONGEST_START).take_while(in_name).count())
}

/// Returns length and character of the reference at the start of a text; `None` if there is none that stands for one.
fn reference(text: &[u8]) -> Option<(usize, char)> {
    let inside = text.strip_prefix(b"&")?;
    let end = memchr(b';', inside.cut(..inside.len().min(10)))?;
    let character = match inside.get(..end)? {
        b"lt" => '<',
        b"gt" => '>',
        b"amp" => '&',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16)?,
        [b'#', digits @ ..] => number(digits, 10)?,
        _ => return None,
    };
    Some((end + 2, character))
}

fn number(digits: &[u8], radix: u32) -> Option<char> {
    char::from_u32(u32::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok()?)
}

/// Returns whether an unpacked element is a record: its namespace is that of a form, or its children are.
pub(super) fn is_record(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some(vocabulary) = Vocabulary::of_record(split(name(bytes)).1) else { return false };
    match Markup::of(bytes) {
        Markup::Start(len, false) => {
            let declared = super::element::attributes(bytes.cut(..len))
                .any(|(attribute, uri)| attribute.starts_with(b"xmlns") && vocabulary.has(uri));
            let content = bytes.cut(len..);
            let passage = |passage: Passage, at: usize| passage.len(content.cut(at..), 0);
            declared || has_children(content, vocabulary, passage) == Some(true)
        }
        _ => false,
    }
}

/// Returns whether an element without a namespace has children of a record in this form; `None` if the bytes
/// end too early to decide. An element that contains another record is none itself.
pub(super) fn has_children(
    content: &[u8],
    vocabulary: Vocabulary,
    mut passage: impl FnMut(Passage, usize) -> Option<usize>,
) -> Option<bool> {
    let (mut at, mut depth) = (0usize, 0usize);
    loop {
        at += memchr(b'<', content.get(at..)?)?;
        let rest = content.get(at..)?;
        let markup = match Passage::of(rest) {
            Some(of) => passage(of, at).map_or(Markup::Open, Markup::Other),
            None => Markup::of(rest),
        };
        let len = match markup {
            Markup::Open => return None,
            Markup::Other(len) | Markup::Broken(len) => len,
            Markup::End(_) if depth == 0 => return Some(false),
            Markup::End(len) => {
                depth -= 1;
                len
            }
            Markup::Start(len, empty) => {
                let local = split(name(rest)).1;
                if Vocabulary::of_record(local).is_some() {
                    return Some(false);
                }
                if depth == 0 && vocabulary.is_child(local) {
                    return Some(true);
                }
                depth += usize::from(!empty);
                len
            }
        };
        at += len;
    }
}

/// Returns the text with its references resolved once.
pub(super) fn unpack(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0usize;
    for (at, len, character) in references(text) {
        out.push_str(text.cut(done..at));
        out.push(character);
        done = at + len;
    }
    out.push_str(text.cut(done..));
    out
}

/// Returns the references of a text: offset, length, character.
fn references(text: &str) -> impl Iterator<Item = (usize, usize, char)> {
    let bytes = text.as_bytes();
    let mut at = 0usize;
    std::iter::from_fn(move || {
        loop {
            let start = at + memchr(b'&', bytes.cut(at..))?;
            at = start + 1;
            if let Some((len, character)) = reference(bytes.cut(start..)) {
                at = start + len;
                return Some((start, len, character));
            }
        }
    })
}

/// Returns the offset in a packed text for an offset in the unpacked one.
pub(super) fn source_of(text: &str, at: usize) -> usize {
    let mut shorter = 0usize;
    for (start, len, character) in references(text) {
        if start.saturating_sub(shorter) >= at {
            break;
        }
        shorter += len.saturating_sub(character.len_utf8());
    }
    at + shorter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escaped_record() {
        for (text, expected) in [
            ("&lt;record&gt;&lt;/record&gt; x", Packed::Record(29)),
            ("&lt;m:record a=\"1\">&lt;/m:record &gt;", Packed::Record(37)),
            ("&#60;r&#62;&#x3c;/r&#x3E;", Packed::Record(25)),
            ("x &lt;record&gt;&lt;/record&gt;", Packed::At(2)),
            ("a &amp; b &lt;records&gt;", Packed::None(25)),
            ("&lt;record&gt;&lt;record&gt;&lt;/record&gt;", Packed::At(14)),
            ("&lt;record&gt;", Packed::None(14)),
            ("text", Packed::None(4)),
        ] {
            assert_eq!(packed(text.as_bytes(), true), expected, "{text}");
        }
        assert_eq!(packed(b"&lt;record&gt;", false), Packed::Open);
    }

    #[test]
    fn unpacked_text_and_its_places() {
        let text = "&lt;a&gt;R&amp;amp;D &x; &lt;/a&gt;";
        let unpacked = unpack(text);
        assert_eq!(unpacked, "<a>R&amp;D &x; </a>");
        for (inner, outer) in [(0, 0), (1, 4), (4, 10), (9, 19)] {
            assert_eq!(source_of(text, inner), outer, "{inner}");
        }
    }
}

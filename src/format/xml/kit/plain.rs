//! The quick way through a record: the layout that nearly all MARCXML has, and nothing else. A record of any
//! other layout goes to the parser for all of XML, which reports faults; the two agree on records that both
//! can read.

use memchr::{memchr, memchr2};

use super::element::is_space;
use crate::record::Syntax;
use crate::record::{Leader, Record};
use crate::tag::Tag;

/// Fills `record` from an element without comments, CDATA sections, processing instructions, unusual elements
/// and unusual attributes. Returns false, with `record` partly filled, if there is any of that or any fault.
pub(super) fn record(text: &str, record: &mut Record) -> bool {
    let Some(mut cursor) = Cursor::new(text, record) else { return false };
    if cursor.record().is_none() {
        return false;
    }
    // What is between the values is known. In them the delimiters are nearly always all control characters there are.
    let delimiters = cursor.delimiters;
    controls(record.text_mut().as_bytes()) == delimiters || !has_odd_bytes(text.as_bytes())
}

/// Counts the bytes below the blank.
fn controls(bytes: &[u8]) -> usize {
    let count =
        |block: &[u8]| block.iter().fold(0u8, |count, byte| count.wrapping_add(u8::from(*byte < b' ')));
    bytes.chunks(240).map(|block| usize::from(count(block))).sum()
}

/// Returns whether there are control characters, which XML does not allow, or carriage returns, which it
/// normalizes.
fn has_odd_bytes(bytes: &[u8]) -> bool {
    let odd = |byte: &u8| *byte < b' ' && *byte != b'\n' && *byte != b'\t';
    let mut chunks = bytes.chunks_exact(64);
    let found = chunks.by_ref().any(|chunk| chunk.iter().fold(false, |found, byte| found | odd(byte)));
    found || chunks.remainder().iter().any(odd)
}

struct Cursor<'t, 'r> {
    text: &'t str,
    rest: &'t [u8],
    /// The prefix of all elements, including its colon.
    prefix: &'t [u8],
    /// How many delimiters were appended.
    delimiters: usize,
    record: &'r mut Record,
}

impl<'t, 'r> Cursor<'t, 'r> {
    /// Creates a cursor after the start tag of the record.
    fn new(text: &'t str, record: &'r mut Record) -> Option<Cursor<'t, 'r>> {
        let bytes = text.as_bytes();
        let end = memchr(b'>', bytes)?;
        let tag = bytes.get(1..end)?;
        if tag.ends_with(b"/") || has_odd_bytes(tag) {
            return None;
        }
        let name = tag.split(|byte| is_space(*byte)).next()?;
        let prefix = name.strip_suffix(b"record")?;
        Some(Cursor { text, rest: bytes.get(end.checked_add(1)?..)?, prefix, delimiters: 0, record })
    }

    fn record(&mut self) -> Option<()> {
        loop {
            self.open()?;
            if let Some(name) = self.rest.strip_prefix(b"/") {
                // Another end tag is a fault, with fields after it.
                name.strip_prefix(self.prefix)?.strip_prefix(b"record")?;
                break;
            }
            self.prefix()?;
            match self.rest.first()? {
                b'd' => self.data()?,
                b'c' => self.control()?,
                b'l' => self.leader()?,
                _ => return None,
            }
        }
        let complete = self.record.header().leader.is_some() && self.record.fields().len() > 0;
        complete.then_some(())
    }

    #[inline(always)]
    fn data(&mut self) -> Option<()> {
        self.take(b"datafield")?;
        let start = self.record.text_mut().len();
        let (tag, first, second) = match *self.rest {
            // The form that most writers use, in one comparison.
            [
                b' ',
                b't',
                b'a',
                b'g',
                b'=',
                b'"',
                a,
                b,
                c,
                b'"',
                b' ',
                b'i',
                b'n',
                b'd',
                b'1',
                b'=',
                b'"',
                first,
                b'"',
                b' ',
                b'i',
                b'n',
                b'd',
                b'2',
                b'=',
                b'"',
                second,
                b'"',
                b'>',
                ..,
            ] => {
                self.rest = self.rest.get(29..)?;
                ([a, b, c], first, second)
            }
            _ => {
                let [tag, first, second] = self.attributes([b"tag", b"ind1", b"ind2"])?;
                let (&[a, b, c], &[first], &[second]) = (tag, first, second) else { return None };
                ([a, b, c], first, second)
            }
        };
        let is_tag = tag.iter().all(u8::is_ascii_alphanumeric) && !Tag::new(tag).is_control();
        if !is_plain(first) || !is_plain(second) || !is_tag {
            return None;
        }
        let text = self.record.text_mut();
        text.push(char::from(first));
        text.push(char::from(second));
        loop {
            self.open()?;
            if let Some(rest) = self.rest.strip_prefix(b"/") {
                self.rest = rest;
                self.prefix()?;
                self.take(b"datafield>")?;
                return self.record.end_field(Tag::new(tag), start, false).then_some(());
            }
            self.prefix()?;
            self.take(b"subfield")?;
            let code = match *self.rest {
                [b' ', b'c', b'o', b'd', b'e', b'=', b'"', code, b'"', b'>', ..] => {
                    self.rest = self.rest.get(10..)?;
                    code
                }
                _ => {
                    let [code] = self.attributes([b"code"])?;
                    let &[code] = code else { return None };
                    code
                }
            };
            if !is_plain(code) {
                return None;
            }
            let text = self.record.text_mut();
            text.push(char::from(Syntax::MARC.delimiter));
            self.delimiters += 1;
            text.push(char::from(code));
            self.value()?;
            self.prefix()?;
            self.take(b"subfield>")?;
        }
    }

    fn control(&mut self) -> Option<()> {
        self.take(b"controlfield")?;
        let [tag] = self.attributes([b"tag"])?;
        let tag = Tag::new(*tag.first_chunk().filter(|_| tag.len() == 3)?);
        if !tag.is_control() || !tag.is_standard() {
            return None;
        }
        let start = self.record.text_mut().len();
        self.value()?;
        self.prefix()?;
        self.take(b"controlfield>")?;
        self.record.end_field(tag, start, true).then_some(())
    }

    fn leader(&mut self) -> Option<()> {
        self.take(b"leader>")?;
        let (leader, rest) = self.rest.split_first_chunk::<24>()?;
        let odd = |byte: &u8| *byte < b' ' || matches!(byte, b'&' | b'<');
        if leader.iter().any(odd) || self.record.header().leader.is_some() {
            return None;
        }
        self.rest = rest.strip_prefix(b"</")?;
        self.prefix()?;
        self.take(b"leader>")?;
        self.record.header_mut().leader = Some(Leader::new(*leader));
        Some(())
    }

    /// Skips blanks and a `<`.
    #[inline(always)]
    fn open(&mut self) -> Option<()> {
        loop {
            let (first, rest) = self.rest.split_first()?;
            self.rest = rest;
            match first {
                b'<' => return Some(()),
                b' ' | b'\n' | b'\t' => {}
                _ => return None,
            }
        }
    }

    #[inline(always)]
    fn prefix(&mut self) -> Option<()> {
        if self.prefix.is_empty() { Some(()) } else { self.take(self.prefix) }
    }

    #[inline(always)]
    fn take(&mut self, expected: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(expected)?;
        Some(())
    }

    /// Appends text up to the next `</`, with references resolved.
    #[inline(always)]
    fn value(&mut self) -> Option<()> {
        loop {
            let len = memchr2(b'<', b'&', self.rest)?;
            let start = self.text.len().checked_sub(self.rest.len())?;
            let text = self.text.get(start..start.checked_add(len)?)?;
            self.record.text_mut().push_str(text);
            self.rest = self.rest.get(len..)?;
            if let Some(rest) = self.rest.strip_prefix(b"</") {
                self.rest = rest;
                return Some(());
            }
            let end = memchr(b';', self.rest.get(..12).unwrap_or(self.rest))?;
            let character = match self.rest.get(..end)? {
                b"&amp" => '&',
                b"&lt" => '<',
                b"&gt" => '>',
                b"&quot" => '"',
                b"&apos" => '\'',
                _ => return None,
            };
            self.record.text_mut().push(character);
            self.rest = self.rest.get(end.checked_add(1)?..)?;
        }
    }

    /// Returns the values of the named attributes, if each occurs once, and moves to the end of the tag.
    fn attributes<const N: usize>(&mut self, names: [&[u8]; N]) -> Option<[&'t [u8]; N]> {
        let mut values: [Option<&'t [u8]>; N] = [None; N];
        loop {
            let blanks = self.rest.iter().take_while(|byte| is_space(**byte)).count();
            self.rest = self.rest.get(blanks..)?;
            if let Some(rest) = self.rest.strip_prefix(b">") {
                self.rest = rest;
                break;
            }
            if blanks == 0 {
                return None;
            }
            let equals = memchr(b'=', self.rest.get(..8).unwrap_or(self.rest))?;
            let name = self.rest.get(..equals)?;
            let (quote, value) = self.rest.get(equals.checked_add(1)?..)?.split_first()?;
            if !matches!(quote, b'"' | b'\'') {
                return None;
            }
            let len = memchr(*quote, value.get(..8).unwrap_or(value))?;
            let place =
                names.iter().position(|known| *known == name).and_then(|index| values.get_mut(index))?;
            if place.replace(value.get(..len)?).is_some() {
                return None;
            }
            self.rest = value.get(len.checked_add(1)?..)?;
        }
        let mut found: [&'t [u8]; N] = [&[]; N];
        for (found, value) in found.iter_mut().zip(values) {
            *found = value?;
        }
        Some(found)
    }
}

/// Returns whether an attribute of one byte is neither markup nor part of a character.
#[inline]
const fn is_plain(byte: u8) -> bool {
    byte >= b' ' && byte < 0x7F && !matches!(byte, b'&' | b'<' | b'>' | b'"')
}

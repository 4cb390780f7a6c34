//! Fields and subfields: views into the buffer of a record. Never copies.

use std::fmt;
use std::hash::{Hash, Hasher};

use memchr::memchr;
use wide::u8x16;

use super::{Syntax, Text};
use crate::bytes::Cut;
use crate::charset::Charset;
use crate::tag::Tag;

/// A field of a record: a tag, and a body whose subfields are located on access.
#[derive(Clone, Copy)]
pub struct FieldRef<'a> {
    pub(super) tag: Tag,
    pub(super) index: u32,
    pub(super) bytes: &'a [u8],
    pub(super) text: Option<&'a str>,
    pub(super) syntax: Syntax,
    pub(super) charset: Charset,
    pub(super) control: bool,
}

/// A field, for use in `match`.
#[derive(Debug, Clone)]
pub enum FieldKind<'a> {
    /// A control field: data only.
    Control(Text<'a>),
    /// A data field.
    Data {
        /// The indicators, as many as the syntax of the record has.
        indicators: &'a [u8],
        /// The subfields.
        subfields: Subfields<'a>,
    },
}

impl<'a> FieldRef<'a> {
    /// Returns the tag.
    #[inline]
    pub const fn tag(self) -> Tag {
        self.tag
    }

    /// Returns the index of the field in its record, 0-based; for an embedded field, that of the field that
    /// contains it.
    #[inline]
    pub const fn index(self) -> usize {
        self.index as usize
    }

    /// Returns whether this is a control field: data without indicators and subfields.
    #[inline]
    pub const fn is_control(self) -> bool {
        self.control
    }

    /// Returns the whole body unchanged: indicators and delimiters included, without the field terminator.
    #[inline]
    pub const fn raw(self) -> &'a [u8] {
        self.bytes
    }

    /// Returns the whole body, if it is known to be UTF-8 and cuts no character at its ends.
    #[cfg(feature = "xml")]
    #[inline]
    pub(crate) const fn checked(self) -> Option<&'a str> {
        self.text
    }

    /// Returns this field with another body.
    #[cfg(feature = "xml")]
    pub(crate) const fn with_text(self, text: &str) -> FieldRef<'_> {
        FieldRef { bytes: text.as_bytes(), text: Some(text), ..self }
    }

    /// Returns the whole body as a value; see [`FieldRef::raw`].
    #[inline]
    pub fn raw_text(self) -> Text<'a> {
        self.slice(0, self.bytes.len())
    }

    /// Returns the syntax of the body.
    pub const fn syntax(self) -> Syntax {
        self.syntax
    }

    /// Returns the offset of the first delimiter, or the length of the body.
    #[inline]
    fn lead_end(self) -> usize {
        let expected = usize::from(self.syntax.indicators);
        if self.control {
            return self.bytes.len();
        }
        if expected == 2 {
            if let [a, b, c, ..] = self.bytes {
                let delimiter = self.syntax.delimiter;
                if *c == delimiter && *a != delimiter && *b != delimiter {
                    return 2;
                }
            }
        }
        find(self.syntax.delimiter, self.bytes).unwrap_or(self.bytes.len())
    }

    #[inline]
    fn indicator_end(self, lead_end: usize) -> usize {
        let end = if self.control { 0 } else { lead_end.min(usize::from(self.syntax.indicators)) };
        match self.text {
            Some(text) if !text.is_char_boundary(end) => inside_character(text, end),
            _ => end,
        }
    }

    /// Returns the indicators: the number of bytes given by the syntax of the record, or fewer if the field
    /// has fewer or if the last would cut a character; none in control fields and in IRBIS records.
    #[inline]
    pub fn indicators(self) -> &'a [u8] {
        self.bytes.cut(..self.indicator_end(self.lead_end()))
    }

    /// Returns the data before the first subfield: all of a control field, the head text of an IRBIS field
    /// (`^*`). Empty in a MARC data field unless it is damaged.
    #[inline]
    pub fn lead(self) -> Text<'a> {
        let end = self.lead_end();
        self.slice(self.indicator_end(end), end)
    }

    /// Returns the subfields, in order. A delimiter followed by nothing is skipped; [`FieldRef::raw`] has it.
    #[inline]
    pub fn subfields(self) -> Subfields<'a> {
        Subfields { field: self, next: self.lead_end() + 1 }
    }

    /// Returns indicators, lead and subfields at once.
    #[inline]
    pub(crate) fn parts(self) -> (&'a [u8], Text<'a>, Subfields<'a>) {
        let end = self.lead_end();
        let start = self.indicator_end(end);
        let indicators = self.bytes.cut(..start);
        (indicators, self.slice(start, end), Subfields { field: self, next: end + 1 })
    }

    /// Returns the first subfield with this code.
    ///
    /// In IRBIS records codes match regardless of case, as in the system itself; in MARC they match exactly.
    ///
    /// # Example
    /// ```
    /// use kartoteka::Record;
    ///
    /// let record = Record::builder().data_field("245", "10", [('a', "Война и мир")]).build()?;
    /// let title = record.field("245").and_then(|field| field.subfield('a')).unwrap();
    /// assert_eq!(title.to_str()?, "Война и мир");
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    pub fn subfield(self, code: char) -> Option<Text<'a>> {
        self.subfields().find(|subfield| subfield.is(code)).map(SubfieldRef::value)
    }

    /// Returns the values of all subfields with this code, in order; codes match as in
    /// [`FieldRef::subfield`].
    pub fn subfields_with(self, code: char) -> impl Iterator<Item = Text<'a>> + Clone + 'a {
        self.subfields().filter(move |subfield| subfield.is(code)).map(SubfieldRef::value)
    }

    /// Returns the field as a control or data field.
    pub fn kind(self) -> FieldKind<'a> {
        if self.control {
            FieldKind::Control(self.lead())
        } else {
            FieldKind::Data { indicators: self.indicators(), subfields: self.subfields() }
        }
    }

    #[inline]
    pub(super) fn slice(self, start: usize, end: usize) -> Text<'a> {
        Text::slice(self.bytes, self.text, self.charset, start, end)
    }
}

impl PartialEq for FieldRef<'_> {
    /// Compares tags and bodies, as text where both decode: the same field in two character sets is equal.
    fn eq(&self, other: &FieldRef<'_>) -> bool {
        self.tag == other.tag && self.syntax == other.syntax && self.raw_text() == other.raw_text()
    }
}

impl Eq for FieldRef<'_> {}

impl Hash for FieldRef<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.tag, self.syntax, self.raw_text()).hash(state);
    }
}

impl fmt::Display for FieldRef<'_> {
    /// Writes the field as catalogues print it, `245 10 $aLeyli və Məcnun /$cNizami Gəncəvi.`: blank indicators are
    /// `#`, characters that do not decode U+FFFD. For people; [`line`](crate::line) is the format for programs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.tag)?;
        if self.control {
            return write!(f, "{}", self.lead());
        }
        if self.syntax.has_indicators() {
            let indicators = Text::new(self.indicators(), self.charset);
            write!(f, "{} ", indicators.to_str_lossy().replace(' ', "#"))?;
        }
        write!(f, "{}", self.lead())?;
        self.subfields().try_for_each(|subfield| write!(f, "{subfield}"))
    }
}

impl fmt::Debug for FieldRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.tag)?;
        if self.control {
            return write!(f, " {:?}", self.lead());
        }
        if self.syntax.has_indicators() {
            write!(f, " \"{}\"", self.indicators().escape_ascii())?;
        }
        if !self.lead().is_empty() {
            write!(f, " {:?}", self.lead())?;
        }
        f.write_str(" ")?;
        f.debug_list().entries(self.subfields()).finish()
    }
}

/// Returns the start of the character that `end` cuts: the indicators end there.
#[cold]
fn inside_character(text: &str, end: usize) -> usize {
    (0..end).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}

/// Returns the offset of the first such byte. Values are short, 19 bytes on average: the first 32 bytes are
/// searched here, in fewer instructions than a call takes.
#[inline(always)]
pub(crate) fn find(byte: u8, bytes: &[u8]) -> Option<usize> {
    const WIDTH: usize = 16;
    let pattern = u8x16::splat(byte);
    let first_in = |block: &[u8; WIDTH]| {
        let hits = u8x16::new(*block).cmp_eq(pattern).move_mask();
        (hits != 0).then_some(hits.trailing_zeros() as usize)
    };
    let Some((first, rest)) = bytes.split_first_chunk() else {
        return find_short(byte, bytes);
    };
    if let Some(found) = first_in(first) {
        return Some(found);
    }
    let Some((second, rest)) = rest.split_first_chunk() else {
        // The bytes already searched have none.
        return first_in(bytes.last_chunk()?).map(|found| rest.len() + found);
    };
    if let Some(found) = first_in(second) {
        return Some(WIDTH + found);
    }
    memchr(byte, rest).map(|found| 2 * WIDTH + found)
}

/// As [`find`], in fewer than 16 bytes.
#[inline]
fn find_short(byte: u8, bytes: &[u8]) -> Option<usize> {
    const LOW: u64 = 0x0101_0101_0101_0101;
    let pattern = u64::from(byte).wrapping_mul(LOW);
    let first_in = |word: &[u8; 8]| {
        let differs = u64::from_le_bytes(*word) ^ pattern;
        let hit = differs.wrapping_sub(LOW) & !differs & (LOW << 7);
        (hit != 0).then_some(hit.trailing_zeros() as usize / 8)
    };
    let (Some((first, rest)), Some(last)) = (bytes.split_first_chunk(), bytes.last_chunk()) else {
        return bytes.iter().position(|other| *other == byte);
    };
    first_in(first).or_else(|| first_in(last).map(|found| rest.len() + found))
}

/// A subfield: a code and a value.
#[derive(Clone, Copy)]
pub struct SubfieldRef<'a> {
    code: Text<'a>,
    value: Text<'a>,
    fold: bool,
}

impl<'a> SubfieldRef<'a> {
    /// Returns the code: one character, in the case of the source; U+FFFD if it does not decode.
    #[inline]
    pub fn code(self) -> char {
        match self.code.as_bytes() {
            [byte] if byte.is_ascii() => char::from(*byte),
            _ => self.code.to_str_lossy().chars().next().unwrap_or(char::REPLACEMENT_CHARACTER),
        }
    }

    /// Returns the bytes of the code: one, or as many as its character takes in UTF-8.
    #[inline]
    pub const fn code_bytes(self) -> &'a [u8] {
        self.code.as_bytes()
    }

    /// Returns the value, without delimiter and code.
    #[inline]
    pub const fn value(self) -> Text<'a> {
        self.value
    }

    /// Returns whether the code is `code`: exactly in MARC, regardless of case in IRBIS.
    #[inline]
    pub fn is(self, code: char) -> bool {
        let own = self.code();
        own == code || self.fold && own.to_lowercase().eq(code.to_lowercase())
    }
}

impl PartialEq for SubfieldRef<'_> {
    /// Compares codes and values as [`SubfieldRef::is`] and [`Text`] do.
    fn eq(&self, other: &SubfieldRef<'_>) -> bool {
        self.is(other.code()) && self.value == other.value
    }
}

impl Eq for SubfieldRef<'_> {}

impl fmt::Display for SubfieldRef<'_> {
    /// Writes `$aLeyli və Məcnun`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${}{}", self.code(), self.value)
    }
}

impl fmt::Debug for SubfieldRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.code(), self.value)
    }
}

/// The subfields of a field. See [`FieldRef::subfields`].
#[derive(Clone)]
pub struct Subfields<'a> {
    field: FieldRef<'a>,
    /// Offset in the body after the delimiter; greater than the length when there are no more.
    next: usize,
}

impl<'a> Subfields<'a> {
    /// Returns the range in the body of the next segment between delimiters, empty ones included.
    #[inline]
    pub(crate) fn next_segment(&mut self) -> Option<(usize, usize)> {
        let start = self.next;
        let rest = self.field.bytes.get(start..)?;
        let end = match find(self.field.syntax.delimiter, rest) {
            Some(len) => start + len, // offsets in a slice: far from overflow
            None => self.field.bytes.len(),
        };
        self.next = end + 1;
        Some((start, end))
    }

    /// Returns the value of the next subfield whose code, an ASCII character, is `wanted`.
    #[inline]
    pub(crate) fn next_value(&mut self, wanted: impl Fn(u8) -> bool) -> Option<Text<'a>> {
        loop {
            let (start, end) = self.next_segment()?;
            let Some(&code @ ..0x80) = self.field.bytes.get(start..end).and_then(<[u8]>::first) else {
                continue;
            };
            let code = if self.field.syntax.fold_codes { code.to_ascii_lowercase() } else { code };
            if wanted(code) {
                return Some(self.field.slice(start + 1, end));
            }
        }
    }

    /// Returns code and value of a segment; both are empty if it is.
    #[inline(always)]
    pub(crate) fn split_segment(&self, (start, end): (usize, usize)) -> (&'a [u8], &'a [u8]) {
        let segment = self.field.bytes.cut(start..end);
        let len = match segment.first() {
            Some(0x80..) => self.code_len(start),
            _ => 1,
        };
        segment.split_at_checked(len).unwrap_or((segment, &[]))
    }

    /// Returns the length in bytes of the code that begins at `start`.
    #[inline]
    fn code_len(&self, start: usize) -> usize {
        match self.field.bytes.get(start) {
            Some(0x80..) if matches!(self.field.charset, Charset::Utf8) => {
                let longest = (start + 4).min(self.field.bytes.len());
                let bytes = self.field.bytes.cut(start..longest);
                let valid = bytes.utf8_chunks().next().map(|chunk| chunk.valid()).unwrap_or_default();
                valid.chars().next().map_or(1, char::len_utf8)
            }
            _ => 1,
        }
    }
}

impl<'a> Iterator for Subfields<'a> {
    type Item = SubfieldRef<'a>;

    #[inline]
    fn next(&mut self) -> Option<SubfieldRef<'a>> {
        loop {
            let (start, end) = self.next_segment()?;
            if start == end {
                continue;
            }
            let code_end = (start + self.code_len(start)).min(end);
            let field = self.field;
            return Some(SubfieldRef {
                code: Text::new(field.bytes.cut(start..code_end), field.charset),
                value: field.slice(code_end, end),
                fold: field.syntax.fold_codes,
            });
        }
    }
}

impl fmt::Debug for Subfields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_first_byte_is_found_at_any_place(bytes in "[abé]{0,40}", byte in b'a'..=b'b') {
            prop_assert_eq!(find(byte, bytes.as_bytes()), memchr(byte, bytes.as_bytes()));
        }
    }

    #[test]
    fn every_length_and_place() {
        for len in 0..80 {
            let mut bytes = vec![0x1E; len];
            assert_eq!(find(0x1F, &bytes), None);
            for at in (0..len).rev() {
                bytes[at] = 0x1F;
                assert_eq!(find(0x1F, &bytes), Some(at), "{at} of {len}");
            }
        }
    }
}

//! Fields and subfields: views into the buffer of a record.

use std::fmt;

use memchr::memchr;
use wide::u8x16;

use super::{Embedded, Syntax, Text};
use crate::Tag;
use crate::charset::Charset;

/// A field of a record: a tag, and a body in which subfields are found when asked for.
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

/// A field, for `match`.
#[derive(Debug, Clone)]
pub enum FieldKind<'a> {
    /// A control field: data only.
    Control(Text<'a>),
    /// A data field.
    Data {
        /// The indicators, as many as the record has.
        indicators: &'a [u8],
        /// The subfields.
        subfields: Subfields<'a>,
    },
}

impl<'a> FieldRef<'a> {
    /// The tag.
    #[inline]
    pub const fn tag(self) -> Tag {
        self.tag
    }

    /// Index of the field in its record, 0-based; for an embedded field, that of the field around it.
    #[inline]
    pub const fn index(self) -> usize {
        self.index as usize
    }

    /// Whether this is a control field: data without indicators and subfields.
    #[inline]
    pub const fn is_control(self) -> bool {
        self.control
    }

    /// The whole body as the source has it: indicators, delimiters and all, without the field terminator.
    #[inline]
    pub const fn raw(self) -> &'a [u8] {
        self.bytes
    }

    /// The whole body, if it is known to be UTF-8 and no character is cut at its ends.
    #[cfg(feature = "xml")]
    #[inline]
    pub(crate) const fn checked(self) -> Option<&'a str> {
        self.text
    }

    /// This field with another body.
    #[cfg(feature = "xml")]
    pub(crate) const fn with_text(self, text: &str) -> FieldRef<'_> {
        FieldRef { bytes: text.as_bytes(), text: Some(text), ..self }
    }

    /// The whole body as a value, as [`FieldRef::raw`].
    #[inline]
    pub fn raw_text(self) -> Text<'a> {
        self.slice(0, self.bytes.len())
    }

    /// How the body is written.
    pub const fn syntax(self) -> Syntax {
        self.syntax
    }

    /// Offset of the first delimiter, or the length of the body.
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

    /// The indicators: as many bytes as the syntax of the record says, fewer if the field has fewer, or if that would
    /// cut a character; none in control fields and in IRBIS records.
    #[inline]
    pub fn indicators(self) -> &'a [u8] {
        self.bytes.get(..self.indicator_end(self.lead_end())).unwrap_or_default()
    }

    /// The data before the first subfield: all of a control field, the head text of an IRBIS field (`^*`). Empty in
    /// a MARC data field, unless it is damaged.
    #[inline]
    pub fn lead(self) -> Text<'a> {
        let end = self.lead_end();
        self.slice(self.indicator_end(end), end)
    }

    /// The subfields, in order. A delimiter that nothing follows is passed over; [`FieldRef::raw`] has it.
    #[inline]
    pub fn subfields(self) -> Subfields<'a> {
        Subfields { field: self, next: self.lead_end() + 1 }
    }

    /// Indicators, lead and subfields at once.
    #[inline]
    pub(crate) fn parts(self) -> (&'a [u8], Text<'a>, Subfields<'a>) {
        let end = self.lead_end();
        let start = self.indicator_end(end);
        let indicators = self.bytes.get(..start).unwrap_or_default();
        (indicators, self.slice(start, end), Subfields { field: self, next: end + 1 })
    }

    /// The first subfield with this code.
    ///
    /// In IRBIS records codes match without regard to case, as the system itself does; in MARC they match exactly.
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

    /// The values of all subfields with this code, in order; codes match as in [`FieldRef::subfield`].
    pub fn subfields_with(self, code: char) -> impl Iterator<Item = Text<'a>> + Clone + 'a {
        self.subfields().filter(move |subfield| subfield.is(code)).map(SubfieldRef::value)
    }

    /// The fields embedded in this one: those that UNIMARC and RUSMARC put into subfields `$1` of their linking
    /// fields 4XX and of 604, and IRBIS into `^1` of its fields 421 to 488. There are none in other fields.
    ///
    /// Each `1` opens a field: three digits of tag, two indicators unless the tag is 00X, then the subfields up
    /// to the next `1` that opens one. A `1` that does not begin so opens nothing. In IRBIS records `1` is also a code
    /// like any other, in 463 for one; there it opens a field only if nothing stands behind the indicators, of which
    /// blanks at the end may be missing.
    ///
    /// # Spec
    /// UNIMARC manual, 4-- linking entry block, embedded fields technique.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{Record, Tag};
    ///
    /// let record = Record::builder()
    ///     .data_field("461", " 0", [('1', "001kart0007"), ('1', "2001 "), ('a', "Xəmsə"), ('v', "1")])
    ///     .build()?;
    /// let mut inside = record.field("461").unwrap().embedded();
    /// let link = inside.next().unwrap();
    /// assert_eq!((link.tag(), link.lead().to_str()?.as_ref()), (Tag::new(*b"001"), "kart0007"));
    /// let title = inside.next().unwrap();
    /// assert_eq!((title.tag(), title.indicators()), (Tag::new(*b"200"), &b"1 "[..]));
    /// assert_eq!(title.subfield('a').unwrap().to_str()?, "Xəmsə");
    /// assert!(inside.next().is_none());
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    pub fn embedded(self) -> Embedded<'a> {
        Embedded::new(self)
    }

    /// The field as control or data field.
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

/// The start of the character that `end` cuts: what stands before it are the indicators.
#[cold]
fn inside_character(text: &str, end: usize) -> usize {
    (0..end).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}

/// Offset of the first such byte. Values are short, 19 bytes in the mean: the first 32 bytes are looked at here, in
/// fewer instructions than a call takes.
#[inline]
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
        // What was looked at already has none.
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
    /// The code: one character, in the case of the source; U+FFFD if it does not decode.
    #[inline]
    pub fn code(self) -> char {
        match self.code.as_bytes() {
            [byte] if byte.is_ascii() => char::from(*byte),
            _ => self.code.to_str_lossy().chars().next().unwrap_or(char::REPLACEMENT_CHARACTER),
        }
    }

    /// The bytes of the code: one, or as many as its character takes in UTF-8.
    #[inline]
    pub const fn code_bytes(self) -> &'a [u8] {
        self.code.as_bytes()
    }

    /// The value, without delimiter and code.
    #[inline]
    pub const fn value(self) -> Text<'a> {
        self.value
    }

    /// Whether the code is `code`: exactly in MARC, without regard to case in IRBIS.
    #[inline]
    pub fn is(self, code: char) -> bool {
        let own = self.code();
        own == code || self.fold && own.to_lowercase().eq(code.to_lowercase())
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
    /// Offset in the body behind the delimiter; past the length when there are no more.
    next: usize,
}

impl<'a> Subfields<'a> {
    /// The next piece between delimiters, empty ones included: its range in the body.
    #[inline]
    pub(crate) fn next_segment(&mut self) -> Option<(usize, usize)> {
        let start = self.next;
        let rest = self.field.bytes.get(start..)?;
        let end = match find(self.field.syntax.delimiter, rest) {
            Some(len) => start + len, // offsets in a slice: far from the largest number
            None => self.field.bytes.len(),
        };
        self.next = end + 1;
        Some((start, end))
    }

    /// The value of the next subfield for whose code, an ASCII character, `wanted` holds.
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

    /// Code and value of a piece; both empty if the piece is.
    #[inline(always)]
    pub(crate) fn split_segment(&self, (start, end): (usize, usize)) -> (&'a [u8], &'a [u8]) {
        let segment = self.field.bytes.get(start..end).unwrap_or_default();
        let len = match segment.first() {
            Some(0x80..) => self.code_len(start),
            _ => 1,
        };
        segment.split_at_checked(len).unwrap_or((segment, &[]))
    }

    /// Length in bytes of the code that begins at `start`.
    #[inline]
    fn code_len(&self, start: usize) -> usize {
        match self.field.bytes.get(start) {
            Some(0x80..) if matches!(self.field.charset, Charset::Utf8) => {
                let longest = start.saturating_add(4).min(self.field.bytes.len());
                let bytes = self.field.bytes.get(start..longest).unwrap_or_default();
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
                code: Text::new(field.bytes.get(start..code_end).unwrap_or_default(), field.charset),
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

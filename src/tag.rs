//! Field tags.

use std::fmt;
use std::num::NonZeroU32;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// Marks three raw bytes, so that even `[0, 0, 0]` is not zero.
const BYTES: u32 = 0x0100_0000;
/// Marks a number above 999.
const NUMBER: u32 = 0x8000_0000;

/// The tag of a field: three bytes, or a number above 999.
///
/// MARC tags are three bytes, mostly digits; any bytes are kept unchanged, letters in their case. IRBIS and
/// CDS/ISIS tags are positive numbers, which may exceed 999. The numbers 1 to 999 and their three digits are
/// the same tag: 10 is `010`.
///
/// Four bytes, `Copy`; `Option<Tag>` is four bytes too. Tags order by their bytes, numbers above 999 last.
///
/// # Example
/// ```
/// use kartoteka::Tag;
///
/// assert_eq!(Tag::from_number(10), Some(Tag::new(*b"010")));
/// assert_eq!("2022".parse::<Tag>()?.number(), Some(2022));
/// assert_eq!(Tag::new(*b"FMT").number(), None);
/// # Ok::<(), kartoteka::ParseTagError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(NonZeroU32);

impl Tag {
    /// The greatest tag number, 2,147,483,647.
    pub const MAX_NUMBER: u32 = NUMBER - 1;

    /// Creates a tag from three bytes, whatever they are.
    #[inline]
    pub const fn new(bytes: [u8; 3]) -> Tag {
        let [a, b, c] = bytes;
        Tag::raw(BYTES | (a as u32) << 16 | (b as u32) << 8 | c as u32)
    }

    /// Creates a tag from a number from 1 to [`Tag::MAX_NUMBER`]; `None` for any other.
    #[inline]
    pub const fn from_number(number: u32) -> Option<Tag> {
        match number {
            0 => None,
            1..=999 => Some(Tag::new([
                b'0' + (number / 100) as u8,
                b'0' + (number / 10 % 10) as u8,
                b'0' + (number % 10) as u8,
            ])),
            1000..=Tag::MAX_NUMBER => Some(Tag::raw(NUMBER | number)),
            _ => None,
        }
    }

    /// Creates a tag from the first three of four bytes that were read as one big-endian number.
    #[inline]
    pub(crate) const fn of_word(word: u32) -> Tag {
        Tag::raw(BYTES | word >> 8)
    }

    const fn raw(value: u32) -> Tag {
        match NonZeroU32::new(value) {
            Some(value) => Tag(value),
            None => Tag(NonZeroU32::MIN), // unreachable: one of the marks is always set
        }
    }

    /// Returns the tag as a positive number: three digits above zero, or a number above 999.
    #[inline]
    pub const fn number(self) -> Option<u32> {
        let value = self.0.get();
        if value & NUMBER != 0 {
            return Some(value & !NUMBER);
        }
        let [a, b, c] = self.three();
        if !a.is_ascii_digit() || !b.is_ascii_digit() || !c.is_ascii_digit() {
            return None;
        }
        match (a - b'0') as u32 * 100 + (b - b'0') as u32 * 10 + (c - b'0') as u32 {
            0 => None,
            number => Some(number),
        }
    }

    /// Returns the three bytes of the tag; `None` for a number above 999, which needs more.
    #[inline]
    pub const fn bytes(self) -> Option<[u8; 3]> {
        if self.0.get() & NUMBER != 0 { None } else { Some(self.three()) }
    }

    const fn three(self) -> [u8; 3] {
        let [_, a, b, c] = self.0.get().to_be_bytes();
        [a, b, c]
    }

    /// Returns whether the tag is `00` and any third byte: a control field in MARC.
    ///
    /// # Spec
    /// ISO 2709:2008, 4.5; MARC 21 record structure, variable control fields.
    #[inline]
    pub const fn is_control(self) -> bool {
        self.0.get() >> 8 == (BYTES | (b'0' as u32) << 16 | (b'0' as u32) << 8) >> 8
    }

    /// Returns whether the tag is three ASCII letters or digits, as ISO 2709 requires.
    pub const fn is_standard(self) -> bool {
        match self.bytes() {
            Some([a, b, c]) => {
                a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric() && c.is_ascii_alphanumeric()
            }
            None => false,
        }
    }

    /// Appends the tag in its written form: its three bytes, or all digits of the number.
    #[cfg(feature = "json")]
    pub(crate) fn write_to(self, out: &mut Vec<u8>) {
        match self.bytes() {
            Some(bytes) => out.extend_from_slice(&bytes),
            None => out.extend_from_slice(self.to_string().as_bytes()),
        }
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.bytes(), self.number()) {
            (Some(bytes), _) => match std::str::from_utf8(&bytes) {
                Ok(text) if bytes.iter().all(u8::is_ascii_graphic) => f.pad(text),
                _ => write!(f, "{}", bytes.escape_ascii()),
            },
            (None, number) => fmt::Display::fmt(&number.unwrap_or_default(), f),
        }
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tag({self})")
    }
}

/// The error of [`Tag::from_str`]: a text that is no tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a tag is three bytes or a number from 1 to {}", Tag::MAX_NUMBER)]
pub struct ParseTagError;

impl FromStr for Tag {
    type Err = ParseTagError;

    /// Accepts any text of three bytes unchanged, and any other text as a decimal number.
    fn from_str(text: &str) -> Result<Tag, ParseTagError> {
        if let &[a, b, c] = text.as_bytes() {
            return Ok(Tag::new([a, b, c]));
        }
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ParseTagError);
        }
        text.parse().ok().and_then(Tag::from_number).ok_or(ParseTagError)
    }
}

/// Selects tags: one, or all that match a pattern.
///
/// Created from a [`Tag`], a number, a range of numbers, or a text of three characters in which `.` and `X`
/// match any byte. [`FromStr`] refuses a text that is no tag. [`From<&str>`] is for literals, as in `record.field("245")`:
/// there such a text is a mistake of the program, which panics where debug assertions are on, and matches nothing where
/// they are off. `245$a` is no tag: [`Record::select`](crate::Record::select) takes paths.
///
/// # Example
/// ```
/// use kartoteka::{Record, TagPattern};
///
/// let record = Record::builder()
///     .data_field("600", "10", [('a', "Nizami Gəncəvi")])
///     .data_field("650", " 0", [('a', "Azerbaijani poetry")])
///     .build()?;
/// assert_eq!(record.fields_with("6XX").count(), 2);
/// assert_eq!(record.fields_with(610..=699).count(), 1);
/// assert!(TagPattern::from("65.").matches("650".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TagPattern(Pattern);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Pattern {
    Masked { value: u32, mask: u32 },
    Numbers { first: u32, last: u32 },
}

impl TagPattern {
    const NOTHING: TagPattern = TagPattern(Pattern::Masked { value: u32::MAX, mask: 0 });

    /// Matches tags of three bytes; `any` matches every byte.
    pub(crate) fn shape(bytes: [u8; 3], any: u8) -> TagPattern {
        let mut mask = u32::MAX;
        for (byte, shift) in bytes.into_iter().zip([16, 8, 0]) {
            if byte == any {
                mask &= !(0xFF << shift);
            }
        }
        TagPattern(Pattern::Masked { value: Tag::new(bytes).0.get() & mask, mask })
    }

    /// Returns whether `tag` is selected.
    #[inline]
    pub fn matches(self, tag: Tag) -> bool {
        match self.0 {
            Pattern::Masked { value, mask } => tag.0.get() & mask == value,
            Pattern::Numbers { first, last } => {
                tag.number().is_some_and(|number| (first..=last).contains(&number))
            }
        }
    }
}

impl FromStr for TagPattern {
    type Err = ParseTagError;

    /// Takes what `From<&str>` takes, and refuses a text that is no tag.
    fn from_str(text: &str) -> Result<TagPattern, ParseTagError> {
        let is_tag = |tag: Tag| {
            tag.bytes()
                .is_none_or(|bytes| bytes.iter().all(|byte| *byte == b'.' || byte.is_ascii_alphanumeric()))
        };
        match text.parse::<Tag>() {
            Ok(tag) if is_tag(tag) => Ok(TagPattern::from(text)),
            _ => Err(ParseTagError),
        }
    }
}

impl fmt::Display for TagPattern {
    /// Writes `650`, `6..` or `600-699`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (value, mask) = match self.0 {
            Pattern::Numbers { first, last } => return write!(f, "{first:03}-{last:03}"),
            Pattern::Masked { value, mask } => (value, mask),
        };
        if mask == u32::MAX {
            return fmt::Display::fmt(&Tag::raw(value), f);
        }
        let [_, any @ ..] = mask.to_be_bytes();
        let [_, bytes @ ..] = value.to_be_bytes();
        any.iter().zip(bytes).try_for_each(|(mask, byte)| match mask {
            0 => f.write_str("."),
            _ => write!(f, "{}", byte.escape_ascii()),
        })
    }
}

impl TryFrom<&str> for Tag {
    type Error = ParseTagError;

    fn try_from(text: &str) -> Result<Tag, ParseTagError> {
        text.parse()
    }
}

impl From<Tag> for TagPattern {
    #[inline]
    fn from(tag: Tag) -> TagPattern {
        TagPattern(Pattern::Masked { value: tag.0.get(), mask: u32::MAX })
    }
}

impl From<u32> for TagPattern {
    fn from(number: u32) -> TagPattern {
        Tag::from_number(number).map_or(TagPattern::NOTHING, TagPattern::from)
    }
}

impl From<RangeInclusive<u32>> for TagPattern {
    fn from(numbers: RangeInclusive<u32>) -> TagPattern {
        TagPattern(Pattern::Numbers { first: *numbers.start(), last: *numbers.end() })
    }
}

impl From<&str> for TagPattern {
    /// For literals; see [`TagPattern`]. Use [`str::parse`] for texts that come from elsewhere.
    ///
    /// # Panics
    /// If debug assertions are on, and the text is no tag.
    #[inline]
    fn from(text: &str) -> TagPattern {
        let Ok(tag) = text.parse::<Tag>() else {
            debug_assert!(false, "{text:?} is no tag; values at paths such as 245$a: Record::select");
            return TagPattern::NOTHING;
        };
        let Some(bytes) = tag.bytes() else {
            return tag.into();
        };
        let mut mask = u32::MAX;
        for (byte, shift) in bytes.into_iter().zip([16, 8, 0]) {
            if matches!(byte, b'.' | b'X' | b'x') {
                mask &= !(0xFF << shift);
            }
        }
        TagPattern(Pattern::Masked { value: tag.0.get() & mask, mask })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_their_digits_are_one_tag() {
        for number in 1..=999 {
            let tag = Tag::from_number(number).unwrap();
            assert_eq!(tag, format!("{number:03}").parse().unwrap());
            assert_eq!(tag.number(), Some(number));
        }
        assert_eq!("7".parse(), Ok(Tag::new(*b"007")));
        assert_eq!("000".parse(), Ok(Tag::new(*b"000")));
        assert_eq!(Tag::new(*b"000").number(), None);
    }

    #[test]
    fn patterns_from_text() {
        let tag = Tag::new(*b"650");
        for pattern in ["650", "6xx", "6XX", "6..", "..."] {
            assert!(TagPattern::from(pattern).matches(tag), "{pattern}");
            assert_eq!(pattern.parse::<TagPattern>(), Ok(TagPattern::from(pattern)), "{pattern}");
        }
        for bad in ["245$a", "24$", "", "-1"] {
            assert_eq!(bad.parse::<TagPattern>(), Err(ParseTagError), "{bad}");
        }
        assert_eq!(Tag::try_from("245"), Ok(Tag::new(*b"245")));
    }

    #[test]
    fn patterns_are_written_as_they_are_read() {
        for text in ["650", "6..", "...", "2022", "FMT"] {
            assert_eq!(text.parse::<TagPattern>().unwrap().to_string(), text);
        }
        assert_eq!(TagPattern::from("6XX").to_string(), "6..");
        assert_eq!(TagPattern::from(10..=69).to_string(), "010-069");
        assert_eq!(TagPattern::from(Tag::new([b'2', 0xE9, 0])).to_string(), "2\\xe9\\x00");
    }

    #[test]
    fn bounds_of_numbers() {
        assert_eq!(Tag::from_number(0), None);
        assert_eq!(Tag::from_number(1000).unwrap().number(), Some(1000));
        assert_eq!(Tag::from_number(1000).unwrap().bytes(), None);
        assert_eq!(Tag::from_number(Tag::MAX_NUMBER).unwrap().number(), Some(2_147_483_647));
        assert_eq!(Tag::from_number(Tag::MAX_NUMBER + 1), None);
        for bad in ["", "12a4", "4294967296", "-1"] {
            assert_eq!(bad.parse::<Tag>(), Err(ParseTagError), "{bad}");
        }
    }

    #[test]
    fn control_is_any_00x() {
        for (tag, is) in [("001", true), ("00A", true), ("000", true), ("010", false), ("FMT", false)] {
            assert_eq!(tag.parse::<Tag>().unwrap().is_control(), is, "{tag}");
        }
        assert!(!Tag::from_number(0x3030).unwrap().is_control());
    }

    #[test]
    fn display_keeps_letters_and_escapes_the_rest() {
        assert_eq!(Tag::new(*b"24a").to_string(), "24a");
        assert_eq!(Tag::new(*b"2 5").to_string(), "2 5");
        assert_eq!(Tag::new([b'2', 0xE9, 0]).to_string(), "2\\xe9\\x00");
        assert_eq!(Tag::from_number(2022).unwrap().to_string(), "2022");
    }

    #[test]
    fn patterns() {
        let tag = |text: &str| text.parse::<Tag>().unwrap();
        assert!(TagPattern::from("6..").matches(tag("650")));
        assert!(!TagPattern::from("6..").matches(tag("750")));
        assert!(TagPattern::from("2022").matches(tag("2022")));
        assert!(TagPattern::from(10).matches(tag("010")));
        assert!(!TagPattern::from("XXX").matches(tag("2022")));
        assert!(!TagPattern::from(0).matches(tag("000")));
    }

    #[test]
    fn a_text_that_is_no_tag_is_a_mistake_of_the_program() {
        for text in ["245$a", "no tag", "", "v200^a"] {
            let pattern = std::panic::catch_unwind(|| TagPattern::from(text));
            match cfg!(debug_assertions) {
                true => assert!(pattern.is_err(), "{text}"),
                false => assert!(!pattern.unwrap().matches(Tag::new(*b"245")), "{text}"),
            }
        }
    }

    #[test]
    fn one_word_even_when_optional() {
        assert_eq!(size_of::<Option<Tag>>(), 4);
    }
}

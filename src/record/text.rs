//! A value of a record: its bytes, and the text that they encode.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use crate::bytes::Cut;
use crate::charset::{Charset, DecodeError, Policy};

/// A value of a record: bytes with their character set.
///
/// The bytes are always available. Where the reader found the whole record to be UTF-8, [`Text::to_str`]
/// borrows and checks nothing; otherwise it decodes, on every call.
///
/// # Example
/// ```
/// use kartoteka::{Charset, Text};
///
/// let title = Text::new(b"\xC2\xEE\xE9\xED\xE0", Charset::Windows1251);
/// assert_eq!(title.to_str()?, "Война");
/// assert_eq!(title.as_bytes().len(), 5);
/// # Ok::<(), kartoteka::DecodeError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Text<'a>(Repr<'a>);

#[derive(Clone, Copy)]
enum Repr<'a> {
    Checked(&'a str),
    Raw(&'a [u8], Charset),
}

impl<'a> Text<'a> {
    /// Creates a value from bytes in a character set.
    pub const fn new(bytes: &'a [u8], charset: Charset) -> Text<'a> {
        Text(Repr::Raw(bytes, charset))
    }

    /// Returns the bytes from `start` to `end`; as checked text if `text` has that range at character
    /// boundaries.
    #[inline]
    pub(crate) fn slice(
        bytes: &'a [u8],
        text: Option<&'a str>,
        charset: Charset,
        start: usize,
        end: usize,
    ) -> Text<'a> {
        match text.and_then(|text| text.get(start..end)) {
            Some(text) => Text(Repr::Checked(text)),
            None => Text(Repr::Raw(bytes.cut(start..end), charset)),
        }
    }

    /// Returns the bytes unchanged.
    #[inline]
    pub const fn as_bytes(self) -> &'a [u8] {
        match self.0 {
            Repr::Checked(text) => text.as_bytes(),
            Repr::Raw(bytes, _) => bytes,
        }
    }

    /// Returns the text, if it is already known to be UTF-8, at no cost.
    #[inline]
    pub const fn as_str(self) -> Option<&'a str> {
        match self.0 {
            Repr::Checked(text) => Some(text),
            Repr::Raw(..) => None,
        }
    }

    /// Returns the character set of the bytes.
    pub const fn charset(self) -> Charset {
        match self.0 {
            Repr::Checked(_) => Charset::Utf8,
            Repr::Raw(_, charset) => charset,
        }
    }

    /// Returns the length in bytes.
    #[inline]
    pub const fn len(self) -> usize {
        self.as_bytes().len()
    }

    /// Returns whether there are no bytes.
    #[inline]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Returns the text. Borrows where the bytes are already UTF-8.
    ///
    /// # Errors
    /// [`DecodeError`] if the bytes do not decode, with the offset of the first fault.
    #[inline]
    pub fn to_str(self) -> Result<Cow<'a, str>, DecodeError> {
        match self.0 {
            Repr::Checked(text) => Ok(Cow::Borrowed(text)),
            Repr::Raw(bytes, charset) => charset.decode(bytes),
        }
    }

    /// Returns the text, with U+FFFD for bytes that do not decode.
    pub fn to_str_lossy(self) -> Cow<'a, str> {
        match self.0 {
            Repr::Checked(text) => Cow::Borrowed(text),
            Repr::Raw(bytes, charset) => charset.decode_lossy(bytes).0,
        }
    }

    /// Appends the text to `out`, handles faults according to `policy`, and returns their number.
    ///
    /// # Errors
    /// [`DecodeError`] under [`Policy::Strict`]; `out` is then unchanged.
    pub fn write_utf8(self, policy: Policy, out: &mut String) -> Result<u64, DecodeError> {
        match self.0 {
            Repr::Checked(text) => {
                out.push_str(text);
                Ok(0)
            }
            Repr::Raw(bytes, charset) => charset.decode_into(bytes, policy, out),
        }
    }
}

impl Default for Text<'_> {
    /// Returns the empty text.
    fn default() -> Self {
        Text(Repr::Checked(""))
    }
}

/// Compares the text, with U+FFFD for what does not decode, whatever the character sets of the two.
impl PartialEq for Text<'_> {
    fn eq(&self, other: &Text<'_>) -> bool {
        self.to_str_lossy() == other.to_str_lossy()
    }
}

impl Eq for Text<'_> {}

impl PartialOrd for Text<'_> {
    fn partial_cmp(&self, other: &Text<'_>) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text<'_> {
    /// By code points of the text.
    fn cmp(&self, other: &Text<'_>) -> Ordering {
        self.to_str_lossy().cmp(&other.to_str_lossy())
    }
}

impl Hash for Text<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.to_str_lossy().hash(state);
    }
}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        self.to_str_lossy() == other
    }
}

impl PartialEq<&str> for Text<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.to_str_lossy() == *other
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.to_str_lossy())
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_str() {
            Ok(text) => write!(f, "{text:?}"),
            Err(_) => write!(f, "{} b\"{}\"", self.charset(), self.as_bytes().escape_ascii()),
        }
    }
}

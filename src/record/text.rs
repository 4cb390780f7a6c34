//! A value of a record: its bytes, and the text they stand for.

use std::borrow::Cow;
use std::fmt;

use crate::charset::{Charset, DecodeError, Policy};

/// A value of a record: bytes that know their character set.
///
/// The bytes are always there. Where the whole record was found to be UTF-8 when it was read, [`Text::to_str`]
/// borrows and checks nothing; otherwise it decodes, each time it is asked.
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
    /// Makes a value of bytes in a character set.
    pub const fn new(bytes: &'a [u8], charset: Charset) -> Text<'a> {
        Text(Repr::Raw(bytes, charset))
    }

    /// The bytes from `start` to `end`; checked text if `text` holds that range between whole characters.
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
            None => Text(Repr::Raw(bytes.get(start..end).unwrap_or_default(), charset)),
        }
    }

    /// The bytes as the source has them.
    #[inline]
    pub const fn as_bytes(self) -> &'a [u8] {
        match self.0 {
            Repr::Checked(text) => text.as_bytes(),
            Repr::Raw(bytes, _) => bytes,
        }
    }

    /// The text, if it is known to be UTF-8 already; costs nothing.
    #[inline]
    pub const fn as_str(self) -> Option<&'a str> {
        match self.0 {
            Repr::Checked(text) => Some(text),
            Repr::Raw(..) => None,
        }
    }

    /// The character set of the bytes.
    pub const fn charset(self) -> Charset {
        match self.0 {
            Repr::Checked(_) => Charset::Utf8,
            Repr::Raw(_, charset) => charset,
        }
    }

    /// Length in bytes.
    #[inline]
    pub const fn len(self) -> usize {
        self.as_bytes().len()
    }

    /// Whether there are no bytes.
    #[inline]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The text. Borrows where the bytes are UTF-8 already.
    ///
    /// # Errors
    /// [`DecodeError`] if the bytes do not decode, with the offset of the first that does not.
    #[inline]
    pub fn to_str(self) -> Result<Cow<'a, str>, DecodeError> {
        match self.0 {
            Repr::Checked(text) => Ok(Cow::Borrowed(text)),
            Repr::Raw(bytes, charset) => charset.decode(bytes),
        }
    }

    /// The text, with U+FFFD for what does not decode.
    pub fn to_str_lossy(self) -> Cow<'a, str> {
        match self.0 {
            Repr::Checked(text) => Cow::Borrowed(text),
            Repr::Raw(bytes, charset) => charset.decode_lossy(bytes).0,
        }
    }

    /// Appends the text to `out`, mending faults as `policy` says; tells how many there were.
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

//! Character sets: bytes to text and back. Knows nothing of records.
//!
//! Catalogues come in a dozen encodings, so bytes stay bytes until somebody asks for text: [`Charset::decode`] and
//! [`Charset::encode_into`] fail with the place of the first fault, [`Charset::decode_lossy`] never fails and counts.
//! The single-byte sets of the WHATWG Encoding Standard come from encoding_rs; in all of them the bytes below
//! 0x80 are ASCII, which is what lets records be taken apart before they are decoded.
//!
//! # Example
//! ```
//! use kartoteka::Charset;
//!
//! let title = Charset::Windows1251.decode(b"\xC2\xEE\xE9\xED\xE0")?;
//! assert_eq!(title, "Война");
//! assert_eq!(Charset::from_name("cp866"), Some(Charset::Ibm866));
//! # Ok::<(), kartoteka::DecodeError>(())
//! ```

mod detect;
mod whatwg;

use std::borrow::Cow;
use std::fmt;

pub use self::detect::{CyrillicGuess, guess_cyrillic, is_mostly_utf8};
pub use crate::error::DecodeError;

/// A character set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Charset {
    /// Decide for each record, by its evidence. Only for options; a record read never has it.
    #[default]
    Auto,
    /// UTF-8. ASCII is part of it.
    Utf8,
    /// MARC-8, the character set of MARC 21 where leader/09 is blank. Known by name: bytes are kept, not decoded.
    Marc8,
    /// The sets named by two pairs of digits in UNIMARC 100$a/26-29, such as 01 and 03 for ASCII with ISO 5426.
    /// Known by name: bytes are kept, not decoded.
    Unimarc {
        /// The code of the G0 set, 1 to 99.
        g0: u8,
        /// The code of the G1 set, 1 to 99; 0 if there is none.
        g1: u8,
    },
    /// Code page 866, Cyrillic of DOS.
    Ibm866,
    /// ISO 8859-2, Latin of central Europe.
    Iso8859_2,
    /// ISO 8859-3, Latin of southern Europe, and old Turkish.
    Iso8859_3,
    /// ISO 8859-4, Latin of northern Europe.
    Iso8859_4,
    /// ISO 8859-5, Cyrillic.
    Iso8859_5,
    /// ISO 8859-6, Arabic.
    Iso8859_6,
    /// ISO 8859-7, Greek.
    Iso8859_7,
    /// ISO 8859-8, Hebrew.
    Iso8859_8,
    /// ISO 8859-10, Nordic Latin.
    Iso8859_10,
    /// ISO 8859-13, Baltic Latin.
    Iso8859_13,
    /// ISO 8859-14, Celtic Latin.
    Iso8859_14,
    /// ISO 8859-15, western Latin with the euro sign.
    Iso8859_15,
    /// ISO 8859-16, Latin of south-eastern Europe.
    Iso8859_16,
    /// KOI8-R, Russian.
    Koi8R,
    /// KOI8-U, Ukrainian.
    Koi8U,
    /// Macintosh Roman.
    Macintosh,
    /// Macintosh Cyrillic.
    MacCyrillic,
    /// Windows-874, Thai.
    Windows874,
    /// Windows-1250, Latin of central Europe.
    Windows1250,
    /// Windows-1251, Cyrillic.
    Windows1251,
    /// Windows-1252, western Latin. By the Encoding Standard ISO 8859-1 and ASCII are names of it.
    Windows1252,
    /// Windows-1253, Greek.
    Windows1253,
    /// Windows-1254, Turkish.
    Windows1254,
    /// Windows-1255, Hebrew.
    Windows1255,
    /// Windows-1256, Arabic and Persian.
    Windows1256,
    /// Windows-1257, Baltic.
    Windows1257,
    /// Windows-1258, Vietnamese.
    Windows1258,
}

/// What to do with bytes that do not decode, and characters that do not encode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Policy {
    /// Fail.
    Strict,
    /// Put U+FFFD for each bad sequence when decoding, `?` for each character when encoding, and count it.
    #[default]
    Replace,
    /// Put `\xE9` for each bad byte when decoding, `&#x4D9;` for each character when encoding, and count it.
    Escape,
}

impl Charset {
    /// The name: lower case, as the command line and the documentation write it.
    pub const fn name(self) -> &'static str {
        match self {
            Charset::Auto => "auto",
            Charset::Utf8 => "utf-8",
            Charset::Marc8 => "marc-8",
            Charset::Unimarc { .. } => "unimarc-sets",
            single => whatwg::name(single),
        }
    }

    /// Finds a character set by name: those of [`Charset::name`], `cp1251` and its kin, and the labels of the
    /// WHATWG Encoding Standard for single-byte sets. Case does not matter. `None` if there is no such.
    pub fn from_name(name: &str) -> Option<Charset> {
        let name = name.trim();
        let is = |known: &[&str]| known.iter().any(|known| known.eq_ignore_ascii_case(name));
        if is(&["auto"]) {
            return Some(Charset::Auto);
        }
        if is(&["marc-8", "marc8"]) {
            return Some(Charset::Marc8);
        }
        if is(&["utf-8", "utf8", "ascii", "us-ascii"]) {
            return Some(Charset::Utf8);
        }
        whatwg::from_name(name)
    }

    /// All character sets that can be named and decoded, with [`Charset::Utf8`] first.
    pub fn all() -> impl Iterator<Item = Charset> {
        std::iter::once(Charset::Utf8).chain(whatwg::all())
    }

    /// Whether bytes in this set can be decoded, if they are valid; false for those known by name only.
    pub const fn is_supported(self) -> bool {
        !matches!(self, Charset::Auto | Charset::Marc8 | Charset::Unimarc { .. })
    }

    /// Decodes `bytes`. Borrows where they are UTF-8 or ASCII already.
    ///
    /// # Errors
    /// [`DecodeError::Invalid`] with the offset of the first byte that does not decode;
    /// [`DecodeError::Unsupported`] if there are bytes above 0x7F, or escapes of MARC-8, in a set known by name only.
    pub fn decode(self, bytes: &[u8]) -> Result<Cow<'_, str>, DecodeError> {
        match self {
            Charset::Utf8 => match simdutf8::compat::from_utf8(bytes) {
                Ok(text) => Ok(Cow::Borrowed(text)),
                Err(error) => Err(DecodeError::Invalid { offset: error.valid_up_to(), charset: self.name() }),
            },
            Charset::Auto | Charset::Marc8 | Charset::Unimarc { .. } => match std::str::from_utf8(bytes) {
                Ok(text) if text.is_ascii() && !bytes.contains(&0x1B) => Ok(Cow::Borrowed(text)),
                _ => Err(DecodeError::Unsupported { charset: self.name() }),
            },
            single => whatwg::decode(single, bytes),
        }
    }

    /// Decodes `bytes` with U+FFFD for each sequence that does not decode, and tells how many there were.
    pub fn decode_lossy(self, bytes: &[u8]) -> (Cow<'_, str>, u64) {
        if let Ok(text) = self.decode(bytes) {
            return (text, 0);
        }
        let mut text = String::with_capacity(bytes.len());
        let faults = self.decode_into(bytes, Policy::Replace, &mut text).unwrap_or_default();
        (Cow::Owned(text), faults)
    }

    /// Decodes `bytes` and appends the text to `out`; tells how many faults the policy mended.
    ///
    /// A set known by name only is taken as UTF-8 with faults.
    ///
    /// # Errors
    /// [`DecodeError`] under [`Policy::Strict`]; `out` is then unchanged.
    pub fn decode_into(self, bytes: &[u8], policy: Policy, out: &mut String) -> Result<u64, DecodeError> {
        match self.decode(bytes) {
            Ok(text) => {
                out.push_str(&text);
                return Ok(0);
            }
            Err(error) if policy == Policy::Strict => return Err(error),
            Err(_) => {}
        }
        let mut faults = 0u64;
        let mut fault = |bad: &[u8], out: &mut String| {
            faults = faults.saturating_add(1);
            match policy {
                Policy::Escape => bad.iter().for_each(|byte| out.push_str(&format!("\\x{byte:02X}"))),
                _ => out.push('\u{FFFD}'),
            }
        };
        if self.is_supported() && self != Charset::Utf8 {
            for byte in bytes {
                match whatwg::decode(self, std::slice::from_ref(byte)) {
                    Ok(text) => out.push_str(&text),
                    Err(_) => fault(std::slice::from_ref(byte), out),
                }
            }
        } else {
            for chunk in bytes.utf8_chunks() {
                out.push_str(chunk.valid());
                if !chunk.invalid().is_empty() {
                    fault(chunk.invalid(), out);
                }
            }
        }
        Ok(faults)
    }

    /// Encodes `text` and appends the bytes to `out`; tells how many characters the policy replaced.
    ///
    /// # Errors
    /// [`DecodeError::Unencodable`] under [`Policy::Strict`] with the offset of the first character that does not
    /// exist in the set, [`DecodeError::Unsupported`] for text other than ASCII in a set known by name only;
    /// `out` is then unchanged.
    pub fn encode_into(self, text: &str, policy: Policy, out: &mut Vec<u8>) -> Result<u64, DecodeError> {
        if self == Charset::Utf8 || text.is_ascii() {
            out.extend_from_slice(text.as_bytes());
            return Ok(0);
        }
        if !self.is_supported() {
            return Err(DecodeError::Unsupported { charset: self.name() });
        }
        let start = out.len();
        let mut faults = 0u64;
        let mut rest = text;
        loop {
            let (read, unencodable) = whatwg::encode(self, rest, out);
            let Some(character) = unencodable else {
                return Ok(faults);
            };
            let read = read.min(rest.len());
            match policy {
                Policy::Strict => {
                    out.truncate(start);
                    let offset = text.len().saturating_sub(rest.len()).saturating_add(read);
                    let offset = offset.saturating_sub(character.len_utf8());
                    return Err(DecodeError::Unencodable { offset, character, charset: self.name() });
                }
                Policy::Replace => out.push(b'?'),
                Policy::Escape => out.extend_from_slice(format!("&#x{:X};", u32::from(character)).as_bytes()),
            }
            faults = faults.saturating_add(1);
            rest = rest.get(read..).unwrap_or_default();
        }
    }
}

impl fmt::Display for Charset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Charset::Unimarc { g0, g1 } => write!(f, "unimarc-sets {g0:02}+{g1:02}"),
            other => f.pad(other.name()),
        }
    }
}

/// Why a character set was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Reason {
    /// All bytes are ASCII, which is the same in all sets.
    #[default]
    Ascii,
    /// The caller named it.
    Caller,
    /// The input begins with a byte order mark.
    ByteOrderMark,
    /// The record holds multi-byte sequences, and all of it is valid UTF-8.
    ValidUtf8,
    /// The record names it: leader/09 of MARC 21, field 100 of UNIMARC and RUSMARC.
    Declared,
    /// By the frequency of Cyrillic letters under each candidate.
    Letters(CyrillicGuess),
    /// The format has no other, or nothing speaks for another.
    Format,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Ascii => f.write_str("all bytes are ASCII"),
            Reason::Caller => f.write_str("named by the caller"),
            Reason::ByteOrderMark => f.write_str("byte order mark"),
            Reason::ValidUtf8 => f.write_str("valid UTF-8 with multi-byte characters"),
            Reason::Declared => f.write_str("declared in the record"),
            Reason::Letters(guess) => guess.fmt(f),
            Reason::Format => f.write_str("default of the format"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_finds_its_set() {
        for charset in Charset::all().chain([Charset::Auto, Charset::Marc8]) {
            assert_eq!(Charset::from_name(charset.name()), Some(charset));
            assert_eq!(Charset::from_name(&charset.name().to_uppercase()), Some(charset));
        }
        assert_eq!(Charset::from_name("cp1251"), Some(Charset::Windows1251));
        assert_eq!(Charset::from_name("latin1"), Some(Charset::Windows1252));
        assert_eq!(Charset::from_name("klingon"), None);
    }

    #[test]
    fn ascii_is_the_same_in_all() {
        let ascii: Vec<u8> = (0..0x80).filter(|&byte| byte != 0x1B).collect();
        for charset in Charset::all().chain([Charset::Marc8, Charset::Unimarc { g0: 1, g1: 3 }]) {
            assert_eq!(charset.decode(&ascii).unwrap().as_bytes(), ascii, "{charset}");
        }
    }

    #[test]
    fn every_byte_that_decodes_encodes_back() {
        for charset in whatwg::all() {
            for byte in 0x80..=0xFFu8 {
                let Ok(text) = charset.decode(&[byte]).map(Cow::into_owned) else {
                    continue;
                };
                let mut back = Vec::new();
                assert_eq!(
                    charset.encode_into(&text, Policy::Strict, &mut back),
                    Ok(0),
                    "{charset} {byte:02X}"
                );
                assert_eq!(back, [byte], "{charset}");
            }
        }
    }

    #[test]
    fn known_bytes() {
        // Windows-1251 and cp866 tables of the Unicode Consortium.
        assert_eq!(Charset::Windows1251.decode(b"\xC0\xFF\xA8").unwrap(), "АяЁ");
        assert_eq!(Charset::Ibm866.decode(b"\x80\xEF\xF0").unwrap(), "АяЁ");
        assert_eq!(Charset::Koi8R.decode(b"\xE1\xD1\xB3").unwrap(), "АяЁ");
        assert_eq!(Charset::Windows1256.decode(b"\xC7\xE1").unwrap(), "ال");
    }

    #[test]
    fn faults_have_a_place_and_are_counted() {
        let invalid = |offset| DecodeError::Invalid { offset, charset: "utf-8" };
        assert_eq!(Charset::Utf8.decode(b"Caf\xE9"), Err(invalid(3)));
        assert_eq!(Charset::Utf8.decode_lossy(b"\xE9a\xE9"), ("\u{FFFD}a\u{FFFD}".into(), 2));
        let mut out = String::new();
        assert_eq!(Charset::Utf8.decode_into(b"Caf\xE9", Policy::Escape, &mut out), Ok(1));
        assert_eq!(out, "Caf\\xE9");
        assert_eq!(
            Charset::Iso8859_6.decode(b"a\xA1"),
            Err(DecodeError::Invalid { offset: 1, charset: "iso-8859-6" })
        );
        assert_eq!(Charset::Iso8859_6.decode_lossy(b"a\xA1\xC7"), ("a\u{FFFD}ا".into(), 1));
        assert_eq!(Charset::Marc8.decode(b"Caf\xE2e"), Err(DecodeError::Unsupported { charset: "marc-8" }));
        assert!(Charset::Marc8.decode(b"\x1Bga\x1Bs").is_err());
    }

    #[test]
    fn characters_that_do_not_exist() {
        let mut out = vec![b'>'];
        let error = Charset::Windows1251.encode_into("Абай ә", Policy::Strict, &mut out);
        assert_eq!(
            error,
            Err(DecodeError::Unencodable { offset: 9, character: 'ә', charset: "windows-1251" })
        );
        assert_eq!(out, b">");
        assert_eq!(Charset::Windows1251.encode_into("ә.ә", Policy::Escape, &mut out), Ok(2));
        assert_eq!(out, b">&#x4D9;.&#x4D9;");
        out.clear();
        assert_eq!(Charset::Ibm866.encode_into("\u{1F4DA}я", Policy::Replace, &mut out), Ok(1));
        assert_eq!(out, b"?\xEF");
    }
}

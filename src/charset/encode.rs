//! Text to bytes, in any set.

use super::iso2022::{self, Missing, Profile};
use super::set::{Charset, Policy};
use super::{codepage, danmarc, whatwg};
use crate::bytes::Cut;
use crate::error::DecodeError;

impl Charset {
    /// Encodes `text`, appends the bytes to `out` and returns the number of characters that the policy
    /// replaced.
    ///
    /// In MARC-8 and its family, composed and decomposed letters encode to the same bytes.
    ///
    /// # Errors
    /// [`DecodeError::Unencodable`] under [`Policy::Strict`] with the offset of the first character that does not
    /// exist in the set, [`DecodeError::Unsupported`] for text other than ASCII in a set known by name only;
    /// `out` is then unchanged.
    pub fn encode_into(self, text: &str, policy: Policy, out: &mut Vec<u8>) -> Result<u64, DecodeError> {
        self.encode_field(text, 0, policy, out)
    }

    /// As [`Charset::encode_into`], for a field body that begins with `indicators` characters that are ASCII
    /// in any set.
    pub(crate) fn encode_field(
        self,
        text: &str,
        indicators: usize,
        policy: Policy,
        out: &mut Vec<u8>,
    ) -> Result<u64, DecodeError> {
        if matches!(self, Charset::Utf8 | Charset::Utf8Or(_) | Charset::Either(_))
            || self.keeps_ascii() && text.is_ascii()
        {
            out.extend_from_slice(text.as_bytes());
            return Ok(0);
        }
        let start = out.len();
        let unencodable =
            |offset, character| DecodeError::Unencodable { offset, character, charset: self.name() };
        if let Some(profile) = Profile::of(self) {
            return iso2022::encode(profile, text, indicators, policy, out).map_err(
                |Missing(offset, character)| {
                    out.truncate(start);
                    unencodable(offset, character)
                },
            );
        }
        match self {
            _ if !self.is_supported() => match text.is_ascii() {
                true => {
                    out.extend_from_slice(text.as_bytes());
                    return Ok(0);
                }
                false => return Err(DecodeError::Unsupported { charset: self.name() }),
            },
            Charset::Utf16Le => {
                out.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
                return Ok(0);
            }
            Charset::Utf16Be => {
                out.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
                return Ok(0);
            }
            _ => {}
        }
        let mut faults = 0u64;
        let mut rest = text;
        loop {
            let (read, unmapped) = match self {
                Charset::DanMarc => danmarc::encode(rest, out),
                _ if self.by_hand() => codepage::encode(self, rest, out),
                _ => whatwg::encode(self, rest, out),
            };
            let Some(character) = unmapped else {
                return Ok(faults);
            };
            let read = read.min(rest.len());
            match policy {
                Policy::Strict => {
                    out.truncate(start);
                    let offset = text.len() - rest.len() + read;
                    return Err(unencodable(offset - character.len_utf8(), character));
                }
                Policy::Replace => out.push(b'?'),
                Policy::Escape => {
                    out.extend_from_slice(format!("&#x{:04X};", u32::from(character)).as_bytes())
                }
            }
            faults += 1;
            rest = rest.cut(read..);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    #[test]
    fn ascii_is_the_same_in_all() {
        let special = [0x0E, 0x0F, 0x1B, b'@', b'`', 0x7F]; // `a is à in danMARC
        let ascii: Vec<u8> = (0..0x80).filter(|byte| !special.contains(byte)).collect();
        for charset in Charset::all().filter(|set| !matches!(set, Charset::Utf16Le | Charset::Utf16Be)) {
            assert_eq!(charset.decode(&ascii).unwrap().as_bytes(), ascii, "{charset}");
        }
    }

    #[test]
    fn every_byte_that_decodes_encodes_back() {
        let pages = codepage::all();
        // GB 18030 and GBK have different euro signs, and both decode
        for charset in whatwg::all().chain(pages).filter(|charset| *charset != Charset::Gb18030) {
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
        let unknown = Charset::Unimarc { g0: 1, g1: 11, g2: 0, g3: 0 };
        assert_eq!(unknown.decode(b"Caf\xE2e"), Err(DecodeError::Unsupported { charset: "unimarc-sets" }));
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
        assert_eq!(out, b">&#x04D9;.&#x04D9;");
        out.clear();
        assert_eq!(Charset::Ibm866.encode_into("\u{1F4DA}я", Policy::Replace, &mut out), Ok(1));
        assert_eq!(out, b"?\xEF");
    }
}

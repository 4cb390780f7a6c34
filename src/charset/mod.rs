//! Character sets: bytes to text and back. Knows nothing of records.
//!
//! Catalogues come in a dozen encodings, so bytes stay bytes until somebody asks for text: [`Charset::decode`] and
//! [`Charset::encode_into`] fail with the place of the first fault, [`Charset::decode_lossy`] never fails and counts.
//!
//! - MARC-8, ISO 5426 and its kin, ISO 6937: by tables of ours. Marks stand before their letter, sets are switched by
//!   escape sequences, and each subfield begins anew. What is wrong in such bytes, [`Charset::examine`] tells.
//! - The sets of the WHATWG Encoding Standard: by encoding_rs.
//! - Code pages 437, 737, 850 and 852, danMARC, UTF-16: by us.
//!
//! In all of them but UTF-16 and UNIMARC sets without ASCII the bytes below 0x80 begin as ASCII, which is what lets
//! records be taken apart before they are decoded. Big5, GBK, GB 18030 and Shift_JIS have bytes of ASCII behind others, `^`
//! among them: fine in ISO 2709, whose delimiters are control characters, not in IRBIS.
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

mod danmarc;
mod detect;
mod iso2022;
mod names;
mod normalization;
mod page;
mod reason;
mod tables;
mod twice;
mod utf16;
mod whatwg;

use std::borrow::Cow;

use self::iso2022::{Mend, Missing, Profile};

pub(crate) use self::detect::has_known_escape;
pub use self::detect::{
    LetterGuess, MarkEvidence, guess_cyrillic, guess_latin, guess_letters, is_mostly_utf8, weigh_marks,
};
pub use self::iso2022::{Fault, FaultKind};
pub use self::normalization::Normalization;
pub use self::reason::Reason;
pub use self::twice::undo_second_encoding;
pub(crate) use self::twice::{is_from_dos, read_as_dos};
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
    /// MARC-8, the character set of MARC 21 where leader/09 is blank.
    Marc8,
    /// The sets named by pairs of digits in UNIMARC 100$a/26-33, such as 01 and 03 for ASCII with ISO 5426. There
    /// are tables for 01 ISO 646, 02 ISO-IR 37, 03 ISO 5426, 04 ISO 5427, 05 ISO 5428 and 06 ISO 6438; bytes in
    /// the others are kept, not decoded.
    Unimarc {
        /// The code of the G0 set, 1 to 99.
        g0: u8,
        /// The code of the G1 set, 1 to 99; 0 if there is none.
        g1: u8,
        /// The code of the G2 set, or 0.
        g2: u8,
        /// The code of the G3 set, or 0.
        g3: u8,
    },
    /// ISO 6937, European Latin with marks before their letters.
    Iso6937,
    /// danMARC: Latin-1, in which `@` and four digits are a character of Unicode, and marks stand before letters.
    DanMarc,
    /// UTF-8, but values that are not UTF-8 at all are in another set: what becomes of records into which values were
    /// put without being converted. Found by evidence; it has no name.
    Utf8Or(&'static Charset),
    /// UTF-16, little end first. Not for records of ISO 2709, whose delimiters are single bytes.
    Utf16Le,
    /// UTF-16, big end first.
    Utf16Be,
    /// Code page 437, DOS in America.
    Cp437,
    /// Code page 737, Greek of DOS.
    Cp737,
    /// Code page 850, western Latin of DOS.
    Cp850,
    /// Code page 852, central European Latin of DOS.
    Cp852,
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
    /// Big5, Chinese in traditional characters.
    Big5,
    /// EUC-JP, Japanese.
    EucJp,
    /// EUC-KR, Korean.
    EucKr,
    /// GB 18030, Chinese.
    Gb18030,
    /// GBK, Chinese in simplified characters.
    Gbk,
    /// Shift_JIS, Japanese.
    ShiftJis,
}

/// What to do with bytes that do not decode, and characters that do not encode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Policy {
    /// Fail.
    Strict,
    /// Put U+FFFD for each bad sequence when decoding; when encoding `?` for each character, or `|` in MARC-8, as its
    /// specification wants; and count it.
    #[default]
    Replace,
    /// Put `\xE9` for each bad byte when decoding, `&#x04D9;` for each character when encoding, and count it. Nothing
    /// is lost by the latter in MARC-8, whose readers know such references.
    Escape,
}

impl Charset {
    /// Whether bytes in this set can be decoded, if they are valid; false for those known by name only.
    pub fn is_supported(self) -> bool {
        match self {
            Charset::Auto => false,
            Charset::Unimarc { .. } => Profile::of(self).is_some(),
            Charset::Utf8Or(other) => other.is_supported(),
            _ => true,
        }
    }

    /// Whether each subfield is decoded for itself: the sets begin anew, or one is in another set than the next.
    pub(crate) const fn has_states(self) -> bool {
        matches!(self, Charset::Marc8 | Charset::Iso6937 | Charset::Unimarc { .. } | Charset::Utf8Or(_))
    }

    /// Whether ASCII text is, byte for byte, itself.
    const fn keeps_ascii(self) -> bool {
        !matches!(
            self,
            Charset::Marc8
                | Charset::Iso6937
                | Charset::Unimarc { .. }
                | Charset::DanMarc
                | Charset::Utf16Le
                | Charset::Utf16Be
        )
    }

    /// Decodes `bytes`. Borrows where they are UTF-8 or ASCII already.
    ///
    /// In MARC-8 and its family text is as the bytes have it, marks behind their letters: `e` and U+0301, not `é`.
    /// [`Normalization`] makes it the other.
    ///
    /// # Errors
    /// [`DecodeError::Invalid`] with the offset of the first byte that does not decode;
    /// [`DecodeError::Unsupported`] if there are bytes above 0x7F, or escapes, in a set known by name only.
    pub fn decode(self, bytes: &[u8]) -> Result<Cow<'_, str>, DecodeError> {
        match self {
            Charset::Utf8 => match simdutf8::compat::from_utf8(bytes) {
                Ok(text) => Ok(Cow::Borrowed(text)),
                Err(error) => Err(DecodeError::Invalid { offset: error.valid_up_to(), charset: self.name() }),
            },
            Charset::Utf8Or(other) => match (std::str::from_utf8(bytes), has_multibyte(bytes)) {
                (Ok(text), _) => Ok(Cow::Borrowed(text)),
                (Err(_), false) => other.decode(bytes),
                (Err(error), true) => {
                    Err(DecodeError::Invalid { offset: error.valid_up_to(), charset: self.name() })
                }
            },
            Charset::Marc8 | Charset::Iso6937 | Charset::Unimarc { .. } | Charset::Auto => {
                let plain = iso2022::is_plain(bytes).then(|| std::str::from_utf8(bytes).ok()).flatten();
                match (Profile::of(self), plain) {
                    (Some(profile), Some(text)) if profile.begins_with_ascii() => Ok(Cow::Borrowed(text)),
                    (Some(profile), _) => {
                        let mut text = Vec::with_capacity(bytes.len().saturating_mul(2));
                        let wrong = |offset| DecodeError::Invalid { offset, charset: self.name() };
                        let observe = &mut |fault: Fault| !fault.kind.is_error();
                        iso2022::decode(profile, bytes, 0, Mend::Replace, &mut text, observe)
                            .map_err(|fault| wrong(fault.offset))?;
                        String::from_utf8(text).map(Cow::Owned).map_err(|_| wrong(0))
                    }
                    (None, _) => match std::str::from_utf8(bytes) {
                        Ok(text) if text.is_ascii() && !bytes.contains(&0x1B) => Ok(Cow::Borrowed(text)),
                        _ => Err(DecodeError::Unsupported { charset: self.name() }),
                    },
                }
            }
            Charset::Cp437
            | Charset::Cp737
            | Charset::Cp850
            | Charset::Cp852
            | Charset::DanMarc
            | Charset::Utf16Le
            | Charset::Utf16Be => {
                let mut first = None;
                let mut text = String::with_capacity(bytes.len());
                self.decode_by_hand(bytes, &mut text, &mut |offset, _, _| {
                    first.get_or_insert(offset);
                });
                match first {
                    None => Ok(Cow::Owned(text)),
                    Some(offset) => Err(DecodeError::Invalid { offset, charset: self.name() }),
                }
            }
            other => whatwg::decode(other, bytes),
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
        self.decode_field(bytes, 0, policy, out)
    }

    /// [`Charset::decode_into`] for the body of a field, that begins with so many indicators, which are ASCII in any
    /// set.
    pub(crate) fn decode_field(
        self,
        bytes: &[u8],
        indicators: usize,
        policy: Policy,
        out: &mut String,
    ) -> Result<u64, DecodeError> {
        if let Charset::Utf8Or(other) = self {
            let valid = std::str::from_utf8(bytes).is_ok() || has_multibyte(bytes);
            return match valid {
                true => Charset::Utf8.decode_field(bytes, indicators, policy, out),
                false => other.decode_field(bytes, indicators, policy, out),
            };
        }
        if Profile::of(self).is_some() {
            let mut text = Vec::with_capacity(bytes.len().saturating_mul(2));
            let faults = self.decode_states(bytes, indicators, policy, &mut text)?;
            let wrong = |_| DecodeError::Invalid { offset: 0, charset: self.name() };
            out.push_str(simdutf8::basic::from_utf8(&text).map_err(wrong)?);
            return Ok(faults);
        }
        match self.decode(bytes) {
            Ok(text) => {
                out.push_str(&text);
                return Ok(0);
            }
            Err(error) if policy == Policy::Strict => return Err(error),
            Err(_) => {}
        }
        let mut faults = 0u64;
        let mut fault = |_: usize, bad: &[u8], out: &mut String| {
            faults = faults.saturating_add(1);
            match policy {
                Policy::Escape => bad.iter().for_each(|byte| out.push_str(&format!("\\x{byte:02X}"))),
                _ => out.push('\u{FFFD}'),
            }
        };
        if self == Charset::Utf8 || !self.is_supported() {
            for chunk in bytes.utf8_chunks() {
                out.push_str(chunk.valid());
                if !chunk.invalid().is_empty() {
                    fault(0, chunk.invalid(), out);
                }
            }
        } else if self.by_hand() {
            self.decode_by_hand(bytes, out, &mut fault);
        } else {
            whatwg::decode_mending(self, bytes, out, &mut fault);
        }
        Ok(faults)
    }

    /// [`Charset::decode_field`] for MARC-8 and its family, to bytes that are whole characters of UTF-8: many fields,
    /// and one check of them all.
    pub(crate) fn decode_states(
        self,
        bytes: &[u8],
        indicators: usize,
        policy: Policy,
        out: &mut Vec<u8>,
    ) -> Result<u64, DecodeError> {
        let unsupported = DecodeError::Unsupported { charset: self.name() };
        let profile = Profile::of(self).ok_or(unsupported)?;
        let mut faults = 0u64;
        let observe = &mut |fault: Fault| {
            faults = faults.saturating_add(u64::from(fault.kind.is_error()));
            policy != Policy::Strict || !fault.kind.is_error()
        };
        let mend = if policy == Policy::Escape { Mend::Escape } else { Mend::Replace };
        match iso2022::decode(profile, bytes, indicators, mend, out, observe) {
            Ok(()) => Ok(faults),
            Err(fault) => Err(DecodeError::Invalid { offset: fault.offset, charset: self.name() }),
        }
    }

    /// Decodes bodies of fields with what ends and divides them, all at once, to bytes of UTF-8: if there is nothing in
    /// them but plain text of MARC-8 or its family. False if there is: then a part is decoded. It does not know of
    /// indicators, which must be ASCII.
    pub(crate) fn decode_plainly(self, bytes: &[u8], out: &mut Vec<u8>) -> bool {
        Profile::of(self).is_some_and(|profile| iso2022::decode_usual(profile, bytes, out))
    }

    const fn by_hand(self) -> bool {
        matches!(
            self,
            Charset::Cp437
                | Charset::Cp737
                | Charset::Cp850
                | Charset::Cp852
                | Charset::DanMarc
                | Charset::Utf16Le
                | Charset::Utf16Be
        )
    }

    fn decode_by_hand(
        self,
        bytes: &[u8],
        out: &mut String,
        fault: &mut dyn FnMut(usize, &[u8], &mut String),
    ) {
        match self {
            Charset::DanMarc => danmarc::decode(bytes, out, fault),
            Charset::Utf16Le => utf16::decode(bytes, u16::from_le_bytes, out, fault),
            Charset::Utf16Be => utf16::decode(bytes, u16::from_be_bytes, out, fault),
            page => page::decode(page, bytes, out, fault),
        }
    }

    /// Tells of all sequences in the body of a field that do not decode.
    pub(crate) fn undecodable(self, bytes: &[u8], indicators: usize, mut each: impl FnMut(&[u8])) {
        if Profile::of(self).is_some() {
            self.examine_field(bytes, indicators, |fault| {
                let sequence = bytes.get(fault.offset..fault.offset.saturating_add(fault.len));
                if fault.kind.is_error() {
                    each(sequence.unwrap_or_default());
                }
            });
            return;
        }
        let mut fault = |_: usize, bad: &[u8], _: &mut String| each(bad);
        match self {
            Charset::Utf8Or(other) if std::str::from_utf8(bytes).is_err() && !has_multibyte(bytes) => {
                other.undecodable(bytes, indicators, each);
            }
            _ if self.by_hand() => self.decode_by_hand(bytes, &mut String::new(), &mut fault),
            Charset::Utf8 | Charset::Utf8Or(_) | Charset::Auto | Charset::Unimarc { .. } => {
                let invalid = bytes.utf8_chunks().map(|chunk| chunk.invalid()).filter(|bad| !bad.is_empty());
                invalid.for_each(each);
            }
            _ => whatwg::decode_mending(self, bytes, &mut String::new(), &mut fault),
        }
    }

    /// Tells of all that is wrong in bytes of MARC-8 or its family, and of what is only unusual, without decoding
    /// them. Nothing for other sets: [`Charset::decode`] tells of them.
    ///
    /// # Spec
    /// [MARC-8](https://www.loc.gov/marc/specifications/speccharmarc8.html) for what is right.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{Charset, charset::FaultKind};
    ///
    /// let mut found = Vec::new();
    /// Charset::Marc8.examine(b"Caf\xE2", |fault| found.push((fault.kind, fault.offset)));
    /// assert_eq!(found, [(FaultKind::DanglingMark, 3)]);
    /// ```
    pub fn examine(self, bytes: &[u8], each: impl FnMut(Fault)) {
        self.examine_field(bytes, 0, each);
    }

    /// Whether bytes are MARC-8 without escape sequences, in which nothing is wrong: said only if that is plain at a
    /// glance.
    pub(crate) fn is_sound_marc8(bytes: &[u8]) -> bool {
        iso2022::is_sound(bytes)
    }

    /// [`Charset::examine`] for the body of a field that begins with so many indicators.
    pub(crate) fn examine_field(self, bytes: &[u8], indicators: usize, mut each: impl FnMut(Fault)) {
        if let Some(profile) = Profile::of(self) {
            let observe = &mut |fault| {
                each(fault);
                true
            };
            let _ = iso2022::decode(profile, bytes, indicators, Mend::Replace, &mut (), observe);
        }
    }

    /// Encodes `text` and appends the bytes to `out`; tells how many characters the policy replaced.
    ///
    /// In MARC-8 and its family it does not matter whether letters with marks are one character or two.
    ///
    /// # Errors
    /// [`DecodeError::Unencodable`] under [`Policy::Strict`] with the offset of the first character that does not
    /// exist in the set, [`DecodeError::Unsupported`] for text other than ASCII in a set known by name only;
    /// `out` is then unchanged.
    pub fn encode_into(self, text: &str, policy: Policy, out: &mut Vec<u8>) -> Result<u64, DecodeError> {
        self.encode_field(text, 0, policy, out)
    }

    /// [`Charset::encode_into`] for the body of a field, that begins with so many indicators, which are ASCII in any
    /// set.
    pub(crate) fn encode_field(
        self,
        text: &str,
        indicators: usize,
        policy: Policy,
        out: &mut Vec<u8>,
    ) -> Result<u64, DecodeError> {
        if matches!(self, Charset::Utf8 | Charset::Utf8Or(_)) || self.keeps_ascii() && text.is_ascii() {
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
                Charset::Cp437 | Charset::Cp737 | Charset::Cp850 | Charset::Cp852 => {
                    page::encode(self, rest, out)
                }
                _ => whatwg::encode(self, rest, out),
            };
            let Some(character) = unmapped else {
                return Ok(faults);
            };
            let read = read.min(rest.len());
            match policy {
                Policy::Strict => {
                    out.truncate(start);
                    let offset = text.len().saturating_sub(rest.len()).saturating_add(read);
                    return Err(unencodable(offset.saturating_sub(character.len_utf8()), character));
                }
                Policy::Replace => out.push(b'?'),
                Policy::Escape => {
                    out.extend_from_slice(format!("&#x{:04X};", u32::from(character)).as_bytes())
                }
            }
            faults = faults.saturating_add(1);
            rest = rest.get(read..).unwrap_or_default();
        }
    }
}

/// Whether there are whole characters of UTF-8 beyond ASCII.
fn has_multibyte(bytes: &[u8]) -> bool {
    bytes.utf8_chunks().any(|chunk| !chunk.valid().is_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let pages = [Charset::Cp437, Charset::Cp737, Charset::Cp850, Charset::Cp852];
        // GB 18030 has another euro sign than GBK, and reads both
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

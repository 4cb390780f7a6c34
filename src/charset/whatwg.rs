//! The sets of the WHATWG Encoding Standard, except UTF-8 and UTF-16: a thin layer over encoding_rs.

use std::borrow::Cow;

use encoding_rs::{DecoderResult, EncoderResult, Encoding};

use super::set::Charset;
use crate::bytes::Cut;
use crate::error::DecodeError;

macro_rules! sets {
    ($($charset:ident $encoding:ident $name:literal,)+) => {
        static SETS: &[Charset] = &[$(Charset::$charset),+];

        const fn encoding(charset: Charset) -> Option<(&'static Encoding, &'static str)> {
            match charset {
                $(Charset::$charset => Some((encoding_rs::$encoding, $name)),)+
                _ => None,
            }
        }
    };
}

sets! {
    Ibm866 IBM866 "cp866",
    Iso8859_2 ISO_8859_2 "iso-8859-2",
    Iso8859_3 ISO_8859_3 "iso-8859-3",
    Iso8859_4 ISO_8859_4 "iso-8859-4",
    Iso8859_5 ISO_8859_5 "iso-8859-5",
    Iso8859_6 ISO_8859_6 "iso-8859-6",
    Iso8859_7 ISO_8859_7 "iso-8859-7",
    Iso8859_8 ISO_8859_8 "iso-8859-8",
    Iso8859_10 ISO_8859_10 "iso-8859-10",
    Iso8859_13 ISO_8859_13 "iso-8859-13",
    Iso8859_14 ISO_8859_14 "iso-8859-14",
    Iso8859_15 ISO_8859_15 "iso-8859-15",
    Iso8859_16 ISO_8859_16 "iso-8859-16",
    Koi8R KOI8_R "koi8-r",
    Koi8U KOI8_U "koi8-u",
    Macintosh MACINTOSH "macintosh",
    MacCyrillic X_MAC_CYRILLIC "x-mac-cyrillic",
    Windows874 WINDOWS_874 "windows-874",
    Windows1250 WINDOWS_1250 "windows-1250",
    Windows1251 WINDOWS_1251 "windows-1251",
    Windows1252 WINDOWS_1252 "windows-1252",
    Windows1253 WINDOWS_1253 "windows-1253",
    Windows1254 WINDOWS_1254 "windows-1254",
    Windows1255 WINDOWS_1255 "windows-1255",
    Windows1256 WINDOWS_1256 "windows-1256",
    Windows1257 WINDOWS_1257 "windows-1257",
    Windows1258 WINDOWS_1258 "windows-1258",
    Big5 BIG5 "big5",
    EucJp EUC_JP "euc-jp",
    EucKr EUC_KR "euc-kr",
    Gb18030 GB18030 "gb18030",
    Gbk GBK "gbk",
    ShiftJis SHIFT_JIS "shift_jis",
}

pub(super) fn all() -> impl Iterator<Item = Charset> {
    SETS.iter().copied()
}

/// Returns the name of a set; empty for sets of other modules.
pub(super) const fn name(charset: Charset) -> &'static str {
    match encoding(charset) {
        Some((_, name)) => name,
        None => "",
    }
}

pub(super) fn from_name(name: &str) -> Option<Charset> {
    let lower = name.to_ascii_lowercase();
    let windows = lower.strip_prefix("cp").filter(|digits| digits.starts_with("125") || *digits == "874");
    let label = match (lower.as_str(), windows) {
        ("win" | "ansi", _) => "windows-1251",
        ("dos" | "oem", _) => "cp866",
        (_, Some(digits)) => &format!("windows-{digits}"),
        (other, None) => other,
    };
    let found = Encoding::for_label(label.as_bytes())?;
    all().find(|&charset| encoding(charset).is_some_and(|(known, _)| std::ptr::eq(known, found)))
}

pub(super) fn decode(charset: Charset, bytes: &[u8]) -> Result<Cow<'_, str>, DecodeError> {
    let Some((encoding, name)) = encoding(charset) else {
        return Err(DecodeError::Unsupported { charset: charset.name() });
    };
    encoding.decode_without_bom_handling_and_without_replacement(bytes).ok_or_else(|| {
        let mut first = None;
        decode_with_faults(charset, bytes, &mut String::new(), &mut |offset, _, _| {
            first.get_or_insert(offset);
        });
        DecodeError::Invalid { offset: first.unwrap_or_default(), charset: name }
    })
}

/// Decodes everything valid; calls `fault` with the offset of each invalid sequence, its bytes, and the
/// output.
pub(super) fn decode_with_faults(
    charset: Charset,
    bytes: &[u8],
    out: &mut String,
    fault: &mut dyn FnMut(usize, &[u8], &mut String),
) {
    let Some((encoding, _)) = encoding(charset) else { return };
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut done = 0usize;
    loop {
        let rest = bytes.cut(done..);
        out.reserve(decoder.max_utf8_buffer_length_without_replacement(rest.len()).unwrap_or(rest.len()));
        let (result, read) = decoder.decode_to_string_without_replacement(rest, out, true);
        done += read;
        match result {
            DecoderResult::InputEmpty => return,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(len, next) => {
                let end = done - usize::from(next);
                let start = end - usize::from(len);
                fault(start, bytes.cut(start..end), out);
            }
        }
    }
}

/// Encodes up to the first character that the set lacks; returns the number of bytes of `text` read, that
/// character included, and the character.
pub(super) fn encode(charset: Charset, text: &str, out: &mut Vec<u8>) -> (usize, Option<char>) {
    let Some((encoding, _)) = encoding(charset) else {
        return (text.len(), None);
    };
    let mut encoder = encoding.new_encoder();
    let mut done = 0usize;
    loop {
        let rest = text.cut(done..);
        out.reserve(rest.len() + 8); // a character may become four bytes; then the loop continues
        let (result, read) = encoder.encode_from_utf8_to_vec_without_replacement(rest, out, true);
        done += read;
        match result {
            EncoderResult::InputEmpty => return (done, None),
            EncoderResult::Unmappable(character) => return (done, Some(character)),
            EncoderResult::OutputFull => {}
        }
    }
}

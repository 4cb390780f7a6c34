//! Escapes text for elements and attributes. Shared by all XML writers.
//!
//! The output is well-formed, whatever the bytes are. A character that XML 1.0 does not allow is treated
//! according to [`WriteOptions::illegal_characters`], with one finding per value.

use crate::bytes::Cut;
use crate::finding::{Finding, Findings};
use crate::io::rules::UNDECODABLE;
use crate::io::{IllegalCharacters, WriteOptions, place};
use crate::position::Location;
use crate::record::rules::CHARACTER_NOT_ALLOWED;
use crate::record::{FieldRef, RecordRef};

/// Escapes text for elements and attributes.
#[derive(Debug, Clone, Copy)]
pub(in crate::format::xml) struct Escape {
    pub(in crate::format::xml) illegal: IllegalCharacters,
}

impl Escape {
    pub(in crate::format::xml) fn new(options: &WriteOptions) -> Escape {
        Escape { illegal: options.illegal_characters }
    }

    /// Appends the value of an attribute in quotes; see [`Escape::append`].
    pub(in crate::format::xml) fn attribute(
        self,
        text: &[u8],
        place: Location,
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Result<(), Finding> {
        for (number, part) in text.split(|byte| *byte == b'"').enumerate() {
            if number > 0 {
                out.extend_from_slice(b"&quot;");
            }
            self.append(part, place, out, findings)?;
        }
        Ok(())
    }

    /// Appends text, escapes it, and treats characters that XML does not allow according to the options.
    pub(in crate::format::xml) fn append(
        self,
        text: &[u8],
        place: Location,
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Result<(), Finding> {
        let mut done = 0usize;
        let mut illegal = 0usize;
        while let Some((at, len, substitute)) = next_special(text, done) {
            out.extend_from_slice(text.cut(done..at));
            done = at + len;
            match substitute {
                Substitute::With(markup) => out.extend_from_slice(markup),
                Substitute::Illegal => {
                    illegal += 1;
                    match self.illegal {
                        IllegalCharacters::Error => {
                            let character = text.cut(at..done).escape_ascii();
                            let message = format!("the character {character} is not allowed in XML");
                            let code = CHARACTER_NOT_ALLOWED;
                            return Err(Finding::new(code, place, message, "record rejected"));
                        }
                        IllegalCharacters::Drop => {}
                        IllegalCharacters::Replace => out.extend_from_slice("\u{FFFD}".as_bytes()),
                    }
                }
            }
        }
        out.extend_from_slice(text.cut(done..));
        if illegal > 0 {
            let message = format!("{illegal} characters that are not allowed in XML");
            let action = match self.illegal {
                IllegalCharacters::Drop => "left out",
                _ => "replaced by U+FFFD",
            };
            findings.push(Finding::new(CHARACTER_NOT_ALLOWED, place, message, action));
        }
        Ok(())
    }
}

/// The replacement of a character in XML.
enum Substitute {
    With(&'static [u8]),
    Illegal,
}

/// Returns the next character at `start` or later that cannot be copied: its offset, its length in bytes, and
/// its replacement.
fn next_special(text: &[u8], start: usize) -> Option<(usize, usize, Substitute)> {
    let rest = text.get(start..)?;
    for (at, byte) in rest.iter().enumerate() {
        let at = start + at;
        let substitute = match byte {
            b'<' => Substitute::With(b"&lt;"),
            b'>' => Substitute::With(b"&gt;"),
            b'&' => Substitute::With(b"&amp;"),
            // Unescaped, XML readers normalize these to blanks and line feeds.
            b'\t' => Substitute::With(b"&#9;"),
            b'\n' => Substitute::With(b"&#10;"),
            b'\r' => Substitute::With(b"&#13;"),
            0..=0x1F => Substitute::Illegal,
            0xEF if matches!(text.get(at..at + 3), Some([_, 0xBF, 0xBE | 0xBF])) => {
                return Some((at, 3, Substitute::Illegal));
            }
            _ => continue,
        };
        return Some((at, 1, substitute));
    }
    None
}

/// Returns the field, repaired and reported if it begins or ends inside a character.
pub(in crate::format::xml) fn whole<'a>(
    record: RecordRef<'_>,
    field: FieldRef<'a>,
    repaired: &'a mut String,
    findings: &mut Findings,
) -> FieldRef<'a> {
    if field.checked().is_some() {
        return field;
    }
    let message = "the field begins or ends inside a character";
    let place = place(record, field.tag(), field.index());
    findings.push(Finding::new(UNDECODABLE, place, message, "replaced"));
    *repaired = field.raw_text().to_str_lossy().into_owned();
    field.with_text(repaired)
}

/// Returns whether a byte of a tag, an indicator, a code or a leader needs no escape.
#[inline(always)]
pub(in crate::format::xml) fn is_plain(byte: u8) -> bool {
    #[allow(clippy::indexing_slicing)] // at compile time
    const PLAIN: [bool; 256] = {
        let mut plain = [false; 256];
        let mut byte = b' ';
        while byte < 0x7F {
            plain[byte as usize] = !matches!(byte, b'"' | b'&' | b'<' | b'>');
            byte += 1;
        }
        plain
    };
    PLAIN.get(usize::from(byte)).copied().unwrap_or(false)
}

//! MARC-8 and its family: sets of 94 characters, two at a time, switched by escape sequences as in ISO 2022; marks
//! stand before the letter they belong to.
//!
//! MARC-8, the sets of UNIMARC 100$a (ISO 5426 and its kin, MAB2 among them) and ISO 6937 differ in the sets they
//! begin with and in the escapes they know; all else is the same, so it is one decoder and one encoder.

mod decode;
mod encode;

use std::fmt;

pub(super) use self::decode::{Mend, decode, decode_usual, is_plain, is_sound};
pub(super) use self::encode::{Missing, encode};
use super::Charset;
use super::tables::Set;

const ESC: u8 = 0x1B;
/// Ends a record, a field, and comes before a subfield code.
const RESET: std::ops::RangeInclusive<u8> = 0x1D..=0x1F;
const SUBFIELD: u8 = 0x1F;
/// Shifts of ISO 2022: G0, and G1, to the low half.
const SHIFT_IN: u8 = 0x0F;
const SHIFT_OUT: u8 = 0x0E;
/// The first halves of marks over two letters, and the second halves, which Unicode does not need.
const LIGATURE: char = '\u{361}';
const LIGATURE_LEFT: char = '\u{FE20}';
const LIGATURE_RIGHT: char = '\u{FE21}';
const DOUBLE_TILDE: char = '\u{360}';
const DOUBLE_TILDE_LEFT: char = '\u{FE22}';
const DOUBLE_TILDE_RIGHT: char = '\u{FE23}';
/// C1 controls that all of the family have: non-sorting characters begin and end, joiner and non-joiner.
const CONTROLS: [(u8, char); 4] =
    [(0x88, '\u{98}'), (0x89, '\u{9C}'), (0x8D, '\u{200D}'), (0x8E, '\u{200C}')];

/// Which sets text begins with, and which escapes it may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Profile {
    /// G0 to G3.
    sets: [Set; 4],
    /// MARC-8: two sets, single letters as escapes, numeric references. Else there are four sets, and shifts.
    marc8: bool,
}

impl Profile {
    const MARC8: Profile = Profile { sets: [Set::Ascii, Set::Ansel, Set::Empty, Set::Empty], marc8: true };

    /// That of a character set of the family, if all its sets are known.
    pub(super) fn of(charset: Charset) -> Option<Profile> {
        match charset {
            Charset::Marc8 => Some(Profile::MARC8),
            Charset::Iso6937 => {
                let sets = [Set::Ascii, Set::Iso6937, Set::Empty, Set::Empty];
                Some(Profile { sets, marc8: false })
            }
            Charset::Unimarc { g0, g1, g2, g3 } => {
                let g0 = if g0 == 0 { Set::Ascii } else { unimarc_set(g0)? };
                let sets = [g0, unimarc_set(g1)?, unimarc_set(g2)?, unimarc_set(g3)?];
                Some(Profile { sets, marc8: false })
            }
            _ => None,
        }
    }

    /// Whether text begins with ASCII in the low half.
    pub(super) const fn begins_with_ascii(self) -> bool {
        matches!(self.sets, [Set::Ascii, ..])
    }

    /// The set that a final byte of an escape names.
    const fn by_final(self, byte: u8) -> Option<Set> {
        Some(match byte {
            b'B' => Set::Ascii,
            b'N' => Set::Cyrillic,
            b'Q' => Set::ExtendedCyrillic,
            b'S' => Set::Greek,
            b'g' if self.marc8 => Set::GreekSymbols,
            b'b' if self.marc8 => Set::Subscripts,
            b'p' if self.marc8 => Set::Superscripts,
            b'2' if self.marc8 => Set::Hebrew,
            b'3' if self.marc8 => Set::Arabic,
            b'4' if self.marc8 => Set::ExtendedArabic,
            b'@' if !self.marc8 => Set::Ascii,
            b'P' if !self.marc8 => Set::Iso5426,
            b'M' if !self.marc8 => Set::Iso6438,
            _ => return None,
        })
    }
}

/// The set of a code of UNIMARC 100$a/26-33. 0 is none.
const fn unimarc_set(code: u8) -> Option<Set> {
    Some(match code {
        0 => Set::Empty,
        1 => Set::Ascii,
        2 => Set::Cyrillic,
        3 => Set::Iso5426,
        4 => Set::ExtendedCyrillic,
        5 => Set::Greek,
        6 => Set::Iso6438,
        _ => return None,
    })
}

/// Something wrong in bytes of MARC-8 or its family. See [`Charset::examine`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// Where in the bytes it begins, 0-based.
    pub offset: usize,
    /// How many bytes it has.
    pub len: usize,
}

/// The kinds of [`Fault`]s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// An escape sequence that names no set. It is passed over.
    UnknownSet,
    /// An escape that is no sequence.
    IncompleteEscape,
    /// A byte that stands for no character in the set that is in use.
    UndefinedCode,
    /// A mark without a letter behind it. It is kept, behind what stands before it.
    DanglingMark,
    /// The second half of a mark over two letters, without the first: a mark of nothing, which is left out.
    OrphanSecondHalf,
    /// A character of three bytes of which one or two are there.
    TruncatedEacc,
    /// Three bytes that stand for no character.
    UndefinedEacc,
    /// Bytes where characters of three bytes are expected, but what stands there is none. They are read as ASCII up
    /// to the next escape, whose like must have been lost before them.
    LostReturn,
    /// The sets that text begins with are not in use at its end.
    NotReset,
    /// A control character. It is kept.
    Control,
    /// An escape or code that no specification has, but whose meaning is known.
    Nonstandard,
    /// A numeric reference, such as `&#x0259;`. It is decoded.
    Reference,
}

impl FaultKind {
    /// Whether something could not be decoded. If not, nothing is lost.
    pub const fn is_error(self) -> bool {
        use FaultKind::{
            IncompleteEscape, LostReturn, TruncatedEacc, UndefinedCode, UndefinedEacc, UnknownSet,
        };
        matches!(
            self,
            UnknownSet | IncompleteEscape | UndefinedCode | TruncatedEacc | UndefinedEacc | LostReturn
        )
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FaultKind::UnknownSet => "an escape that names no set",
            FaultKind::IncompleteEscape => "an escape that is no sequence",
            FaultKind::UndefinedCode => "a byte that stands for no character",
            FaultKind::DanglingMark => "a mark without a letter behind it",
            FaultKind::OrphanSecondHalf => "a second half of a mark without the first",
            FaultKind::TruncatedEacc => "a part of a character of three bytes",
            FaultKind::UndefinedEacc => "three bytes that stand for no character",
            FaultKind::LostReturn => "no characters of three bytes, which are expected here",
            FaultKind::NotReset => "the value ends in another set than it began with",
            FaultKind::Control => "a control character",
            FaultKind::Nonstandard => "a sequence that is not in the specification",
            FaultKind::Reference => "a numeric reference",
        })
    }
}

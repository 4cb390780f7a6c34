//! The sets and escapes of each character set of the family, and the codes common to all.

use crate::charset::set::Charset;
use crate::charset::tables::Set;

pub(super) const ESC: u8 = 0x1B;
/// The terminators of records and fields, and the subfield delimiter: each restores the initial sets.
pub(super) const RESET: std::ops::RangeInclusive<u8> = 0x1D..=0x1F;
pub(super) const SUBFIELD: u8 = 0x1F;
/// Shifts of ISO 2022: G0, and G1, to the low half.
pub(super) const SHIFT_IN: u8 = 0x0F;
pub(super) const SHIFT_OUT: u8 = 0x0E;
/// Marks over two letters: the whole mark, which Unicode needs only once, and its first and second halves.
pub(super) const LIGATURE: char = '\u{361}';
pub(super) const LIGATURE_LEFT: char = '\u{FE20}';
pub(super) const LIGATURE_RIGHT: char = '\u{FE21}';
pub(super) const DOUBLE_TILDE: char = '\u{360}';
pub(super) const DOUBLE_TILDE_LEFT: char = '\u{FE22}';
pub(super) const DOUBLE_TILDE_RIGHT: char = '\u{FE23}';
/// C1 controls common to the family: start and end of a nonsorting part, joiner and non-joiner.
pub(super) const CONTROLS: [(u8, char); 4] =
    [(0x88, '\u{98}'), (0x89, '\u{9C}'), (0x8D, '\u{200D}'), (0x8E, '\u{200C}')];

/// The initial sets of a character set, and the escapes that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::charset) struct Profile {
    /// G0 to G3.
    pub(super) sets: [Set; 4],
    /// MARC-8: two sets, single letters as escapes, numeric references. Otherwise four sets, and shifts.
    pub(super) marc8: bool,
}

impl Profile {
    pub(super) const MARC8: Profile =
        Profile { sets: [Set::Ascii, Set::Ansel, Set::Empty, Set::Empty], marc8: true };

    /// Returns the profile of a character set of the family, if all its sets are known.
    pub(in crate::charset) fn of(charset: Charset) -> Option<Profile> {
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

    /// Returns whether text begins with ASCII in the low half.
    pub(in crate::charset) const fn begins_with_ascii(self) -> bool {
        matches!(self.sets, [Set::Ascii, ..])
    }

    /// Returns the set that the final byte of an escape designates.
    pub(super) const fn by_final(self, byte: u8) -> Option<Set> {
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

/// Returns the set of a code of UNIMARC 100$a/26-33; 0 is none.
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

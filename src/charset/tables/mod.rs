//! The coded character sets of MARC-8 and its family, and the code pages that encoding_rs lacks.
//!
//! The tables take 49 KiB of the program: 45,226 bytes for the 15,739 characters of EACC, 3.6 KB for all
//! others. The inverse tables are computed from them on first use.

#[rustfmt::skip]
mod generated;

use std::sync::LazyLock;

pub(super) use self::generated::{
    CP437, CP737, CP775, CP850, CP852, CP855, CP857, CP860, CP861, CP863, CP865, CP869, CP1125, KZ1048,
    PTCP154,
};

/// A set of 94 or 96 characters of one byte each, for the bytes 20 to 7F, or A0 to FF.
#[derive(Debug)]
pub(crate) struct Half {
    /// A bit for each code that combines with the next character; the lowest is that of 20.
    marks: u128,
    /// The characters; 0 for undefined codes.
    codes: [u16; 96],
}

impl Half {
    /// Returns whether a code combines with the next character.
    #[inline]
    const fn is_mark(&self, code: u8) -> bool {
        self.marks >> (code & 0x7F).saturating_sub(0x20) & 1 == 1
    }

    /// Returns the character of a byte of either half, and whether it is a combining mark.
    #[inline]
    pub(crate) fn get(&self, byte: u8) -> Option<(char, bool)> {
        let at = (byte & 0x7F).checked_sub(0x20)?;
        match self.codes.get(usize::from(at)) {
            None | Some(0) => None,
            Some(code) => Some((char::from_u32(u32::from(*code))?, self.is_mark(byte))),
        }
    }
}

/// A coded character set that can be designated to one of the halves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Set {
    /// No set: nothing is defined.
    Empty,
    Ascii,
    Ansel,
    GreekSymbols,
    Subscripts,
    Superscripts,
    Hebrew,
    Cyrillic,
    Arabic,
    Greek,
    ExtendedArabic,
    ExtendedCyrillic,
    Eacc,
    Iso5426,
    Iso6438,
    Iso6937,
}

/// All sets of one byte per character, except ASCII.
const HALVES: [(Set, &Half); 13] = [
    (Set::Ansel, &generated::ANSEL),
    (Set::GreekSymbols, &generated::GREEK_SYMBOLS),
    (Set::Subscripts, &generated::SUBSCRIPTS),
    (Set::Superscripts, &generated::SUPERSCRIPTS),
    (Set::Hebrew, &generated::HEBREW),
    (Set::Cyrillic, &generated::CYRILLIC),
    (Set::Arabic, &generated::ARABIC),
    (Set::Greek, &generated::GREEK),
    (Set::ExtendedArabic, &generated::EXTENDED_ARABIC),
    (Set::ExtendedCyrillic, &generated::EXTENDED_CYRILLIC),
    (Set::Iso5426, &generated::ISO_5426),
    (Set::Iso6438, &generated::ISO_6438),
    (Set::Iso6937, &generated::ISO_6937),
];

impl Set {
    /// The sets of MARC-8, in the order of preference for a character that several contain.
    pub(crate) const MARC8: [Set; 12] = [
        Set::Ascii,
        Set::Ansel,
        Set::GreekSymbols,
        Set::Subscripts,
        Set::Superscripts,
        Set::Hebrew,
        Set::Cyrillic,
        Set::ExtendedCyrillic,
        Set::Arabic,
        Set::ExtendedArabic,
        Set::Greek,
        Set::Eacc,
    ];

    /// Returns the table of a set of one byte per character, except ASCII.
    pub(crate) const fn half(self) -> Option<&'static Half> {
        match self {
            Set::Empty | Set::Ascii | Set::Eacc => None,
            Set::Ansel => Some(&generated::ANSEL),
            Set::GreekSymbols => Some(&generated::GREEK_SYMBOLS),
            Set::Subscripts => Some(&generated::SUBSCRIPTS),
            Set::Superscripts => Some(&generated::SUPERSCRIPTS),
            Set::Hebrew => Some(&generated::HEBREW),
            Set::Cyrillic => Some(&generated::CYRILLIC),
            Set::Arabic => Some(&generated::ARABIC),
            Set::Greek => Some(&generated::GREEK),
            Set::ExtendedArabic => Some(&generated::EXTENDED_ARABIC),
            Set::ExtendedCyrillic => Some(&generated::EXTENDED_CYRILLIC),
            Set::Iso5426 => Some(&generated::ISO_5426),
            Set::Iso6438 => Some(&generated::ISO_6438),
            Set::Iso6937 => Some(&generated::ISO_6937),
        }
    }

    /// Returns the character of a byte of either half, and whether it is a mark that combines with the next
    /// character. Not for EACC.
    #[inline]
    pub(crate) fn get(self, byte: u8) -> Option<(char, bool)> {
        match self {
            Set::Ascii => match byte & 0x7F {
                graphic @ 0x20..0x7F => Some((char::from(graphic), false)),
                _ => None,
            },
            _ => self.half()?.get(byte),
        }
    }

    /// Returns the lowest code of a character, in the low half, and whether it is a mark: one byte, or three
    /// in EACC.
    pub(crate) fn code(self, character: char) -> Option<(CharCode, bool)> {
        match self {
            Set::Empty => None,
            Set::Ascii => match character {
                ' '..='~' => Some((CharCode([character as u8, 0, 0]), false)),
                _ => None,
            },
            Set::Eacc => Some((CharCode(EACC_CODES.get(character)?), false)),
            _ => {
                let code = HALF_CODES.sets.get(self as usize)?.get(character).filter(|code| *code != 0)?;
                let is_mark = self.half()?.is_mark(code);
                Some((CharCode([code, 0, 0]), is_mark))
            }
        }
    }

    /// Returns the sets of [`Set::MARC8`] that may contain a character.
    pub(crate) fn marc8_with(character: char) -> impl Iterator<Item = Set> {
        let mut mask = match character {
            '\0'..='\x7F' => 1,
            _ => HALF_CODES.marc8.get(character).unwrap_or(HalfCodes::EACC),
        };
        std::iter::from_fn(move || {
            let set = Set::MARC8.get(mask.trailing_zeros() as usize).copied();
            mask &= mask.wrapping_sub(1);
            set
        })
    }
}

/// The code of a character: one byte, or three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CharCode([u8; 3]);

impl CharCode {
    pub(crate) const SPACE: CharCode = CharCode([b' ', 0, 0]);

    pub(crate) fn bytes(&self) -> &[u8] {
        match &self.0 {
            [one, 0, 0] => std::slice::from_ref(one),
            all => all,
        }
    }
}

/// A value per character of the BMP: blocks of 64, most of which are shared, namely the first.
#[derive(Debug, Clone)]
struct Blocks<T> {
    index: Vec<u16>,
    blocks: Vec<[T; 64]>,
}

impl<T: Copy> Blocks<T> {
    /// Creates blocks with the same value everywhere.
    fn new(value: T) -> Blocks<T> {
        Blocks { index: vec![0; 1024], blocks: vec![[value; 64]] }
    }

    #[inline]
    fn get(&self, character: char) -> Option<T> {
        let short = u16::try_from(u32::from(character)).ok()?;
        let block = self.blocks.get(usize::from(*self.index.get(usize::from(short >> 6))?))?;
        block.get(usize::from(short & 63)).copied()
    }

    fn get_mut(&mut self, short: u16) -> Option<&mut T> {
        let number = self.index.get_mut(usize::from(short >> 6))?;
        if *number == 0 {
            *number = u16::try_from(self.blocks.len()).ok()?;
            self.blocks.push(*self.blocks.first()?);
        }
        self.blocks.get_mut(usize::from(*number))?.get_mut(usize::from(short & 63))
    }
}

/// The sets of [`HALVES`] from characters to codes.
#[derive(Debug)]
struct HalfCodes {
    /// The codes of the characters of each [`Set`], 0 for none.
    sets: Vec<Blocks<u8>>,
    /// A bit for each set of [`Set::MARC8`] that may contain the character.
    marc8: Blocks<u16>,
}

static HALF_CODES: LazyLock<HalfCodes> = LazyLock::new(HalfCodes::new);

impl HalfCodes {
    /// The bit of EACC, which every character may be in.
    const EACC: u16 = 1 << 11;

    fn new() -> HalfCodes {
        let none = Blocks::new(0u8);
        let last = HALVES.iter().map(|(set, _)| *set as usize).max().unwrap_or_default();
        let mut all = HalfCodes { sets: vec![none; last + 1], marc8: Blocks::new(HalfCodes::EACC) };
        for (set, half) in HALVES {
            let bit = Set::MARC8.iter().position(|known| *known == set).map_or(0, |bit| 1u16 << bit);
            for (code, character) in (0x20u8..0x80).zip(half.codes).filter(|(_, character)| *character != 0) {
                let codes = all.sets.get_mut(set as usize);
                match codes.and_then(|codes| codes.get_mut(character)) {
                    Some(place) if *place == 0 => *place = code,
                    _ => {}
                }
                if let Some(sets) = all.marc8.get_mut(character) {
                    *sets |= bit;
                }
            }
        }
        all
    }
}

/// Generated by `tests/format/tables.rs` from the tables in this folder.
static EACC_BYTES: &[u8] = include_bytes!("eacc.bin");

/// The lowest value of each byte of a code of EACC.
const FIRST: u8 = 0x21;
/// Number of values that a byte of EACC can have.
const BYTES: usize = 94;

static EACC: LazyLock<Eacc> = LazyLock::new(|| Eacc::new(EACC_BYTES).unwrap_or_default());

/// EACC from codes to characters.
#[derive(Debug, Default)]
pub(crate) struct Eacc {
    /// The number of the page of each pair of first bytes, counted from 1; 0 if it has none.
    index: Vec<u16>,
    /// The character of each third byte from 20 on, or 0; surrogates count those beyond the BMP.
    pages: Vec<[u16; 96]>,
    beyond: Vec<char>,
}

impl Eacc {
    fn new(bytes: &[u8]) -> Option<Eacc> {
        let (count, rest) = bytes.split_first_chunk::<2>()?;
        let count = usize::from(u16::from_le_bytes(*count));
        let (pairs, mut rest) = rest.split_at_checked(count.checked_mul(14)?)?;
        let mut eacc =
            Eacc { index: vec![0; BYTES * BYTES], pages: Vec::with_capacity(count), beyond: Vec::new() };
        for pair in pairs.as_chunks::<14>().0 {
            let ([first, second], bits) = pair.split_first_chunk::<2>()?;
            let mut page = [0u16; 96];
            for (third, place) in page.iter_mut().enumerate() {
                if bits.get(third / 8)? >> (third % 8) & 1 == 1 {
                    let (character, more) = rest.split_first_chunk::<2>()?;
                    *place = u16::from_le_bytes(*character);
                    rest = more;
                }
            }
            eacc.pages.push(page);
            let place = eacc.index.get_mut(pair_index(*first, *second)?)?;
            *place = u16::try_from(eacc.pages.len()).ok()?;
        }
        for character in rest.as_chunks::<4>().0 {
            eacc.beyond.push(char::from_u32(u32::from_le_bytes(*character))?);
        }
        Some(eacc)
    }

    pub(crate) fn table() -> &'static Eacc {
        &EACC
    }

    /// Returns the character of three bytes in the low half.
    #[inline]
    pub(crate) fn get(&self, [first, second, third]: [u8; 3]) -> Option<char> {
        let page = *self.index.get(pair_index(first, second)?)?;
        let page = self.pages.get(usize::from(page.checked_sub(1)?))?;
        self.character(*page.get(usize::from(third.checked_sub(0x20)?))?)
    }

    #[inline]
    fn character(&self, short: u16) -> Option<char> {
        match short {
            0 => None,
            0xD800..0xE000 => self.beyond.get(usize::from(short - 0xD800)).copied(),
            short => char::from_u32(u32::from(short)),
        }
    }
}

#[inline]
fn pair_index(first: u8, second: u8) -> Option<usize> {
    let (first, second) = (usize::from(first.checked_sub(FIRST)?), usize::from(second.checked_sub(FIRST)?));
    (first < BYTES && second < BYTES).then(|| first * BYTES + second)
}

static EACC_CODES: LazyLock<EaccCodes> = LazyLock::new(EaccCodes::new);

/// EACC from characters to codes.
#[derive(Debug)]
struct EaccCodes {
    /// Zeros for none.
    codes: Blocks<[u8; 3]>,
    beyond: Vec<(char, [u8; 3])>,
}

impl EaccCodes {
    fn new() -> EaccCodes {
        let mut codes = EaccCodes { codes: Blocks::new([0; 3]), beyond: Vec::new() };
        let bytes = || FIRST..0x7F;
        for first in bytes() {
            for second in bytes() {
                let known = pair_index(first, second).and_then(|at| EACC.index.get(at));
                if known.is_none_or(|page| *page == 0) {
                    continue;
                }
                for third in bytes() {
                    if let Some(character) = EACC.get([first, second, third]) {
                        codes.add(character, [first, second, third]);
                    }
                }
            }
        }
        codes
    }

    /// Adds a code, unless the character has one.
    fn add(&mut self, character: char, code: [u8; 3]) {
        let Ok(short) = u16::try_from(u32::from(character)) else {
            self.beyond.push((character, code));
            return;
        };
        match self.codes.get_mut(short) {
            Some(place) if *place == [0; 3] => *place = code,
            _ => {}
        }
    }

    fn get(&self, character: char) -> Option<[u8; 3]> {
        if u32::from(character) > 0xFFFF {
            return self.beyond.iter().find(|(known, _)| *known == character).map(|(_, code)| *code);
        }
        self.codes.get(character).filter(|code| *code != [0; 3])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eacc_is_whole() {
        assert_eq!(EACC.pages.len(), 981);
        let characters: usize =
            EACC.pages.iter().map(|page| page.iter().filter(|short| **short != 0).count()).sum();
        assert_eq!((characters, EACC.beyond.len()), (15_739, 3));
        assert_eq!(EACC.get(*b"!6k"), Some('喝'));
        assert_eq!(EACC.get([0x21, 0x75, 0x59]), Some('\u{212C4}'));
        assert_eq!(EACC.get(*b"~~~"), None);
    }

    #[test]
    fn codes_of_characters() {
        let code =
            |set: Set, character| set.code(character).map(|(code, mark)| (code.bytes().to_vec(), mark));
        assert_eq!(code(Set::Ascii, '~'), Some((vec![0x7E], false)));
        assert_eq!(code(Set::Ansel, '\u{301}'), Some((vec![0x62], true)));
        assert_eq!(code(Set::Cyrillic, 'М'), Some((b"m".to_vec(), false)));
        assert_eq!(code(Set::Eacc, '\u{3000}'), Some((b"!#!".to_vec(), false)));
        assert_eq!(code(Set::Eacc, '\u{2251B}'), Some((b"\"*4".to_vec(), false)));
        assert_eq!(code(Set::Iso5426, '\u{308}'), Some((vec![0x48], true)));
        assert_eq!(code(Set::Eacc, 'a'), None);
    }
}

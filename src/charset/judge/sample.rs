//! The words that are judged.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};

use crate::bytes::Cut;
use crate::charset::detect::is_mostly_utf8;

/// How many distinct words are kept, and how many are judged.
const KEPT: usize = 131_072;
pub(super) const WORDS: usize = 1024;
/// How many distinct words of ASCII tell the language.
const ASCII_WORDS: usize = 256;
/// The longest word that is looked at, in bytes.
const LONGEST: usize = 48;
/// How many bytes are looked at together.
const BLOCK: usize = 32;
/// How many different words of one letter count in full.
const ALONE: usize = 8;

/// How many values are taken that are neither ASCII nor UTF-8: as many as 4,096 records have that have four each.
const VALUES: u32 = 16_384;

/// Words in bytes whose character set is to be found.
#[derive(Debug, Clone, Default)]
pub struct Sample {
    /// How many values were taken.
    values: u32,
    /// Words with bytes beyond ASCII.
    pub(super) words: Bag<KEPT>,
    pub(super) ascii: Bag<ASCII_WORDS>,
    /// Characters beyond ASCII in values that are UTF-8.
    pub(super) utf8: u64,
    /// Bytes beyond ASCII in values that are not.
    pub(super) bytes: u64,
}

/// Words with how often they occur, at most `N` of them. If there are more, a part is kept that depends on the words
/// alone: it does not matter in which order they come.
#[derive(Debug, Clone, Default)]
pub(super) struct Bag<const N: usize> {
    words: HashMap<Box<[u8]>, u32, Fixed>,
    /// Only words whose hash ends with this many zero bits are kept.
    thinned: u32,
}

impl<const N: usize> Bag<N> {
    fn add(&mut self, word: &[u8]) {
        if self.thinned > 0 && zeros(word) < self.thinned {
            return;
        }
        if let Some(count) = self.words.get_mut(word) {
            *count += 1;
            return;
        }
        self.words.insert(word.into(), 1);
        while self.words.len() > N {
            self.thinned += 1;
            let thinned = self.thinned;
            self.words.retain(|word, _| zeros(word) >= thinned);
        }
    }

    /// The words in no order, and how often each occurs.
    pub(super) fn all(&self) -> impl Iterator<Item = (&[u8], u32)> {
        self.words.iter().map(|(word, often)| (&**word, *often))
    }

    /// The words in order, no more than `most`, and how much each counts: what occurs often counts less than as often, for it
    /// may be a label of the catalogue.
    pub(super) fn sorted(&self, most: usize) -> Vec<(&[u8], f32)> {
        let kept = |thinned: u32| self.all().filter(move |(word, _)| thinned == 0 || zeros(word) >= thinned);
        let mut thinned = 0;
        while kept(thinned).count() > most {
            thinned += 1;
        }
        let count = |count: u32| f32::from(u16::try_from(count.min(9)).unwrap_or(9)).sqrt();
        // More letters alone than texts have are an alphabet, or a list of characters.
        let alone = kept(thinned).filter(|(word, _)| word.len() == 1).count();
        let part = |word: &[u8]| match word {
            [_] if alone > ALONE => (ALONE as f32 / alone as f32).powi(2),
            _ => 1.0,
        };
        let mut words: Vec<(&[u8], f32)> =
            kept(thinned).map(|(word, often)| (word, count(often) * part(word))).collect();
        words.sort_by_key(|(word, _)| *word);
        words
    }
}

/// How many zero bits the hash of a word ends with: of any words, half have one more.
fn zeros(word: &[u8]) -> u32 {
    Fixed.hash_one(word).trailing_zeros()
}

/// A hash that is the same in every run.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Fixed;

#[derive(Debug)]
pub(super) struct Fnv(u64);

impl BuildHasher for Fixed {
    type Hasher = Fnv;

    fn build_hasher(&self) -> Fnv {
        Fnv(0xCBF2_9CE4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        // The low bits of FNV are the good ones, the map takes the high ones.
        self.0 ^ self.0.rotate_left(32)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3);
        }
    }
}

/// Of each byte, whether it ends a value, or divides it from markup, and whether it ends a word.
const ENDS: [(bool, bool); 256] = {
    let mut ends = [(false, false); 256];
    let mut rest: &mut [(bool, bool)] = &mut ends;
    let mut byte = 0u8;
    while let [first, others @ ..] = rest {
        let of_value = byte < 0x20 && byte != 0x1B || matches!(byte, b'<' | b'>' | b'"' | b'^' | b'$');
        *first = (of_value, byte.is_ascii() && !byte.is_ascii_alphabetic());
        byte = byte.wrapping_add(1);
        rest = others;
    }
    ends
};

/// Whether a byte ends a value, or divides it from markup.
#[inline]
pub(crate) fn divides(byte: u8) -> bool {
    ENDS.get(usize::from(byte)).is_some_and(|ends| ends.0)
}

/// Whether a byte ends a word.
#[inline]
fn ends_word(byte: u8) -> bool {
    ENDS.get(usize::from(byte)).is_some_and(|ends| ends.1)
}

/// The values in bytes of any format whose syntax is ASCII, if they are not ASCII: without subfield codes.
pub(crate) fn values(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    odd_parts(bytes, value_at)
}

/// Finds the part in which a byte is, and where the next begins; `from` is where that part or one before it begins.
type PartAt = fn(bytes: &[u8], from: usize, at: usize) -> (&[u8], usize);

/// The parts in which there are bytes beyond ASCII.
fn odd_parts(bytes: &[u8], part_at: PartAt) -> impl Iterator<Item = &[u8]> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + first_beyond_ascii(bytes.get(from..)?)?;
        let (part, next) = part_at(bytes, from, at);
        from = next;
        Some(part)
    })
}

/// The value in which a byte is, without a subfield code, and where the next begins; `from` is where that value or one before
/// it begins.
pub(crate) fn value_at(bytes: &[u8], from: usize, at: usize) -> (&[u8], usize) {
    let before = bytes.cut(from..at).iter().rposition(|byte| divides(*byte));
    let start = from + before.map_or(0, |delimiter| delimiter + 1);
    let len = bytes.cut(at..).iter().position(|byte| divides(*byte));
    let end = len.map_or(bytes.len(), |len| at + len);
    let delimiter = start.checked_sub(1).and_then(|before| bytes.get(before));
    let value = bytes.cut(start..end);
    let value = match (delimiter, value.split_first()) {
        (Some(0x1F | b'^' | b'$'), Some((code, value))) if code.is_ascii() => value,
        _ => value,
    };
    (value, end + 1)
}

/// Where the first byte beyond ASCII is.
fn first_beyond_ascii(bytes: &[u8]) -> Option<usize> {
    let ascii = bytes.chunks(BLOCK).take_while(|block| block.is_ascii()).count() * BLOCK;
    let at = bytes.get(ascii..)?.iter().position(|byte| !byte.is_ascii())?;
    Some(ascii + at)
}

/// The words of a value: what letters of ASCII and bytes beyond it make together.
pub(super) fn words_of(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|byte| ends_word(*byte)).map(|word| word.get(..LONGEST).unwrap_or(word))
}

/// The words of a value that are not ASCII.
pub(super) fn odd_words_of(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    odd_words(value).map(|word| word.get(..LONGEST).unwrap_or(word)).filter(|word| !word.is_ascii())
}

/// The same, however long they are.
pub(crate) fn odd_words(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    odd_parts(value, word_at)
}

/// Whether there are bytes beyond ASCII, and no character of UTF-8.
pub(crate) fn has_no_utf8(bytes: &[u8]) -> bool {
    !bytes.is_ascii() && bytes.utf8_chunks().all(|chunk| chunk.valid().is_ascii())
}

/// Whether a word is UTF-8, with two characters beyond ASCII or two letters of ASCII: in other sets words of a few letters have
/// the form of one character by chance.
pub(crate) fn is_utf8_word(word: &[u8]) -> bool {
    !word.is_ascii()
        && std::str::from_utf8(word).is_ok_and(|text| {
            let ascii = text.bytes().filter(u8::is_ascii).count();
            ascii >= 2 || text.chars().count() - ascii >= 2
        })
}

/// The word in which a byte beyond ASCII is, and where it ends; nothing before `from` belongs to it.
pub(crate) fn word_at(bytes: &[u8], from: usize, at: usize) -> (&[u8], usize) {
    let before = bytes.cut(from..at).iter().rposition(|byte| ends_word(*byte));
    let start = from + before.map_or(0, |outside| outside + 1);
    let end = bytes.cut(at..).iter().position(|byte| ends_word(*byte)).map_or(bytes.len(), |len| at + len);
    (bytes.cut(start..end), end)
}

impl Sample {
    /// An empty sample.
    pub fn new() -> Sample {
        Sample::default()
    }

    /// Takes the values in bytes of any format whose syntax is ASCII: up to 16,384 that are neither ASCII nor UTF-8.
    ///
    /// # Cost
    /// One pass.
    pub fn add(&mut self, bytes: &[u8]) {
        for value in values(bytes) {
            if self.is_full() {
                break;
            }
            self.add_value(value);
        }
    }

    /// Whether no more values are taken.
    pub(crate) const fn is_full(&self) -> bool {
        self.values >= VALUES
    }

    /// Takes one value.
    fn add_value(&mut self, value: &[u8]) {
        let high = value.iter().filter(|byte| !byte.is_ascii()).count() as u64;
        if is_mostly_utf8(value) {
            let valid = value.utf8_chunks().flat_map(|chunk| chunk.valid().chars());
            self.utf8 += valid.filter(|letter| !letter.is_ascii()).count() as u64;
            // Words without such characters may be in another set.
            for word in odd_words_of(value).filter(|word| has_no_utf8(word)) {
                self.bytes += word.iter().filter(|byte| !byte.is_ascii()).count() as u64;
                self.words.add(word);
            }
            return;
        }
        self.values += 1;
        self.bytes += high;
        let is_mixed = odd_words_of(value).any(is_utf8_word);
        for word in words_of(value) {
            match word.is_ascii() {
                // A word of UTF-8 that is beside words of another set.
                false if is_mixed && std::str::from_utf8(word).is_ok() => {}
                false => self.words.add(word),
                true if word.len() > 1 => self.ascii.add(word),
                true => {}
            }
        }
    }

    /// Characters beyond ASCII in values that are UTF-8.
    pub const fn utf8_characters(&self) -> u64 {
        self.utf8
    }

    /// Bytes beyond ASCII in values that are not UTF-8.
    pub const fn other_bytes(&self) -> u64 {
        self.bytes
    }
}

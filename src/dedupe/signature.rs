//! The keys of a record in 76 bytes: hashes, and sets of pairs of letters as bits.

use crate::model::{Keys, NameKey, bones, sounds};

/// The keys of a record as few bytes as will do. Ordered by content, so that the order of the input does not count.
///
/// Zero is what is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Signature {
    /// Hash of the sounds of the title proper.
    pub(super) title: u32,
    /// The same with the subtitle.
    pub(super) whole: u32,
    /// Hash of the consonants of the title.
    pub(super) bones: u32,
    /// Pairs of sounds in the title and section.
    pub(super) title_bits: [u32; 4],
    /// Pairs of consonants in the title and section.
    pub(super) bones_bits: [u32; 2],
    /// The words of all names.
    pub(super) names: u32,
    /// Pairs of sounds in the first surname.
    pub(super) name_bits: u32,
    /// The right ISBNs.
    pub(super) isbns: u32,
    pub(super) surnames: [u16; 2],
    pub(super) name_bones: u16,
    /// The first and the last sounds of the title.
    pub(super) start: u16,
    pub(super) end: u16,
    pub(super) year: u16,
    pub(super) volume: u16,
    pub(super) section: u16,
    pub(super) subtitle: u16,
    pub(super) numbers: u16,
    pub(super) pages: u16,
    pub(super) publisher: u16,
    pub(super) subtitle_numbers: u8,
    pub(super) edition: u8,
    /// The first letter of the given names, `a` to `z` as 1 to 26.
    pub(super) initial: u8,
    /// What kind of resource it is in the lower seven bits; the title is in Arabic script.
    pub(super) kind: u8,
}

/// The bit of [`Signature::kind`] for a title in Arabic script alone.
pub(super) const ARABIC: u8 = 0x80;

/// What an identifier is, in the lower two bits of its hash.
pub(super) const ISBN: u32 = 0;

/// Returns a hash that never changes: FNV-1a, mixed at the end so that all bits count.
pub(super) fn hash(text: &str) -> u32 {
    let start = 0xcbf2_9ce4_8422_2325_u64;
    let sum = text.bytes().fold(start, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    mix(sum)
}

/// Returns a hash of numbers.
pub(super) fn mix(sum: u64) -> u32 {
    let sum = (sum ^ (sum >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    (sum ^ (sum >> 33)) as u32
}

/// Returns a hash that is 0 only for no text.
fn short(text: &str) -> u16 {
    if text.is_empty() { 0 } else { (hash(text) % 0xFFFF) as u16 + 1 }
}

fn long(text: &str) -> u32 {
    if text.is_empty() { 0 } else { hash(text) | 1 }
}

/// Sets a bit for each pair of neighbours.
fn pairs<const N: usize>(text: &str) -> [u32; N] {
    let mut bits = [0; N];
    let next = text.chars().skip(1);
    for (one, other) in text.chars().zip(next) {
        let bit = mix(u64::from(one as u32) << 32 | u64::from(other as u32)) as usize % (N * 32);
        if let Some(word) = bits.get_mut(bit / 32) {
            *word |= 1 << (bit % 32);
        }
    }
    bits
}

fn bit(text: &str) -> u32 {
    1 << (hash(text) % 32)
}

impl Signature {
    /// Makes the signature of keys.
    pub(super) fn of(keys: &Keys) -> Signature {
        let title = sounds(&keys.title);
        let section = sounds(&keys.section);
        let whole = format!("{title}{}", sounds(&keys.subtitle));
        let both = format!("{title}{section}");
        let original = keys.arabic_title.as_deref().unwrap_or(&keys.title);
        let consonants = bones(original);
        let first = keys.authors.first();
        let surname = |at: usize| keys.authors.get(at).map(|name| sounds(&name.surname)).unwrap_or_default();
        // Of a name in an unknown order the other word, else the second name.
        let other = first.and_then(|name| name.others.first());
        let second = other.map_or_else(|| surname(1), |word| sounds(word));
        let initial = first.and_then(|name| name.initials.bytes().next());
        let named = |name: &NameKey| {
            name.others
                .iter()
                .chain([&name.surname])
                .flat_map(|name| name.split(' '))
                .fold(0, |bits, word| bits | name_bit(word))
        };
        let said = keys.responsibility.iter().fold(0, |bits, word| bits | name_bit(word));
        let digits: String = keys.subtitle.chars().filter(char::is_ascii_digit).collect();
        Signature {
            title: long(&title),
            whole: long(&whole),
            bones: long(&consonants),
            title_bits: pairs(&both),
            bones_bits: pairs(&format!("{consonants}{}", bones(&keys.section))),
            // The statement has given names too, which many share: it counts where there is no heading.
            names: if keys.authors.is_empty() {
                said
            } else {
                keys.authors.iter().map(named).fold(0, |all, bits| all | bits)
            },
            name_bits: pairs::<1>(&surname(0)).into_iter().fold(0, |all, bits| all | bits),
            isbns: keys.isbns.iter().fold(0, |bits, isbn| bits | bit(isbn)),
            surnames: [short(&surname(0)), short(&second)],
            name_bones: first
                .map(|name| short(&bones(name.arabic.as_deref().unwrap_or(&name.surname))))
                .unwrap_or_default(),
            start: short(&title.chars().take(5).collect::<String>()),
            end: short(&title.chars().rev().take(5).collect::<String>()),
            year: keys.year.and_then(|year| u16::try_from(year).ok()).unwrap_or_default(),
            volume: short(keys.volume.as_deref().unwrap_or_default()),
            section: short(&section),
            subtitle: short(&sounds(&keys.subtitle)),
            numbers: short(&keys.numbers),
            pages: keys.pages.and_then(|pages| u16::try_from(pages).ok()).unwrap_or_default(),
            publisher: short(&keys.publisher),
            subtitle_numbers: (short(&digits) % 256) as u8,
            edition: keys.edition.and_then(|edition| u8::try_from(edition).ok()).unwrap_or_default(),
            initial: initial.filter(u8::is_ascii_lowercase).map_or(0, letter),
            kind: kind(keys.kind) | if keys.is_arabic() { ARABIC } else { 0 },
        }
    }

    /// Returns the hashes of the identifiers, each with what it is.
    pub(super) fn identifiers(keys: &Keys) -> impl Iterator<Item = u32> {
        let isbns = keys.isbns.iter().map(|isbn| hash(isbn) & !3 | ISBN);
        isbns.chain(keys.identifiers.iter().map(|number| {
            let scheme = match number.as_bytes() {
                [b'i', b's', b's', ..] => ISSN,
                _ => OTHER,
            };
            hash(number) & !3 | scheme
        }))
    }
}

/// An ISSN, which a serial and all its issues share.
pub(super) const ISSN: u32 = 1;
/// Any other identifier.
pub(super) const OTHER: u32 = 2;

/// The bit of a word of a name: of its consonants, as names in two scripts have only these in common.
pub(super) fn name_bit(word: &str) -> u32 {
    let consonants = bones(word);
    match word.len() {
        0..3 => 0,
        _ if consonants.is_empty() => bit(word),
        _ => bit(&consonants),
    }
}

/// Returns the number of a letter; e is i, as Елена is Yelena too.
fn letter(letter: u8) -> u8 {
    let letter = if letter == b'e' { b'i' } else { letter };
    letter - b'a' + 1
}

/// Returns a number for type of record and bibliographic level of MARC: 0 if they are not known.
fn kind([of, level]: [u8; 2]) -> u8 {
    let serial = u8::from(matches!(level, b's' | b'i')) * 8;
    serial
        + match of {
            b'a' | b't' => 1,
            b'c' | b'd' => 2,
            b'e' | b'f' => 3,
            b'g' | b'k' | b'r' | b'o' => 4,
            b'i' | b'j' => 5,
            b'l' | b'm' => 6,
            _ => return 0,
        }
}

//! Telling the Cyrillic code pages apart by their letters.

use std::fmt;
use std::sync::LazyLock;

use super::{Charset, whatwg};

/// The sets that are tried, the likelier first: of equal scores the first wins.
const CANDIDATES: [Charset; 3] = [Charset::Windows1251, Charset::Ibm866, Charset::Koi8R];

static TABLES: LazyLock<[Table; CANDIDATES.len()]> = LazyLock::new(|| CANDIDATES.map(Table::new));

/// What [`guess_cyrillic`] found: the best character set, and what speaks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CyrillicGuess {
    /// The character set under which the bytes look most like Cyrillic text.
    pub charset: Charset,
    /// Bytes above 0x7F in all.
    pub bytes: u64,
    /// How many of them are Cyrillic letters in that set.
    pub letters: u64,
    /// How many of them are Cyrillic letters in the second best set.
    pub runner_up: u64,
    /// The second best set.
    pub second: Charset,
}

impl CyrillicGuess {
    /// Whether there are few letters to go by, or nearly as many in another set.
    pub const fn is_doubtful(&self) -> bool {
        self.letters < 12
            || self.letters < 40 && self.runner_up.saturating_mul(10) >= self.letters.saturating_mul(9)
    }
}

/// Whether bytes that are not valid UTF-8 are UTF-8 all the same, with faults: most of those above 0x7F belong to
/// valid multi-byte characters.
pub fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        good = good.saturating_add(chunk.valid().bytes().filter(|byte| *byte >= 0x80).count());
        bad = bad.saturating_add(chunk.invalid().len());
    }
    good > bad.saturating_mul(2)
}

impl fmt::Display for CyrillicGuess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CyrillicGuess { charset, bytes, letters, runner_up, second } = self;
        write!(
            f,
            "{letters} of {bytes} bytes above 7F are Cyrillic letters in {charset}, {runner_up} in {second}"
        )
    }
}

/// Guesses which Cyrillic code page `bytes` are in: Windows-1251, cp866 or KOI8-R.
///
/// Letters count by how common they are in Russian text and whether their case fits the letter before them; signs
/// that Cyrillic text hardly has count against a set. `None` if nothing speaks for any of them: there are no bytes
/// above 0x7F, or most are no Cyrillic letters in any set.
///
/// # Cost
/// One pass over the bytes, no allocation.
///
/// # Example
/// ```
/// use kartoteka::{Charset, charset::guess_cyrillic};
///
/// let guess = guess_cyrillic(b"\x82\xAE\xA9\xAD\xA0 \xA8 \xAC\xA8\xE0").unwrap();
/// assert_eq!(guess.charset, Charset::Ibm866);
/// assert_eq!((guess.letters, guess.bytes), (9, 9));
/// ```
pub fn guess_cyrillic(bytes: &[u8]) -> Option<CyrillicGuess> {
    let mut histogram = [0u64; 128];
    let mut pairs = [[0i64; 2]; CANDIDATES.len()];
    let tables = &*TABLES;
    let mut previous = b' ';
    let mut high = 0u64;
    for &byte in bytes {
        if byte >= 0x80 {
            high = high.saturating_add(1);
            if let Some(count) = histogram.get_mut(usize::from(byte & 0x7F)) {
                *count = count.saturating_add(1);
            }
            for (table, [fit, misfit]) in tables.iter().zip(&mut pairs) {
                match (table.class(previous), table.class(byte)) {
                    (Class::Lower, Class::Upper) => *misfit = misfit.saturating_add(1),
                    (Class::Lower, Class::Lower) | (Class::Upper, Class::Lower | Class::Upper) => {
                        *fit = fit.saturating_add(1);
                    }
                    _ => {}
                }
            }
        }
        previous = byte;
    }
    if high == 0 {
        return None;
    }
    let mut results = [(i64::MIN, 0u64, Charset::Auto); CANDIDATES.len()];
    for (((result, table), &charset), [fit, misfit]) in
        results.iter_mut().zip(tables).zip(&CANDIDATES).zip(pairs)
    {
        let mut score = fit.saturating_sub(misfit.saturating_mul(8));
        let mut letters = 0u64;
        for (&count, entry) in histogram.iter().zip(&table.0) {
            score =
                score.saturating_add(entry.weight.saturating_mul(i64::try_from(count).unwrap_or(i64::MAX)));
            if entry.class != Class::Other {
                letters = letters.saturating_add(count);
            }
        }
        *result = (score, letters, charset);
    }
    results.sort_by_key(|&(score, ..)| std::cmp::Reverse(score));
    let [(score, letters, charset), (_, runner_up, second), ..] = results;
    let enough = score > 0 && letters.saturating_mul(2) > high;
    enough.then_some(CyrillicGuess { charset, bytes: high, letters, runner_up, second })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Upper,
    Lower,
    Other,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    class: Class,
    weight: i64,
}

/// What each byte above 0x7F is under one character set.
struct Table([Entry; 128]);

impl Table {
    fn new(charset: Charset) -> Table {
        let mut entries = [Entry { class: Class::Other, weight: -6 }; 128];
        for (byte, entry) in (0x80..=0xFFu8).zip(&mut entries) {
            let character = whatwg::decode(charset, &[byte]).ok().and_then(|text| text.chars().next());
            *entry = match character {
                Some(letter @ ('а'..='я' | 'ё' | 'і' | 'ї' | 'є' | 'ґ' | 'ў')) => {
                    Entry::new(Class::Lower, weight(letter))
                }
                Some(letter @ ('А'..='Я' | 'Ё' | 'І' | 'Ї' | 'Є' | 'Ґ' | 'Ў')) => {
                    let lower = letter.to_lowercase().next().unwrap_or(letter);
                    Entry::new(Class::Upper, weight(lower))
                }
                Some('№' | '«' | '»' | '—' | '–' | '\u{A0}' | '“' | '”' | '„' | '…' | '’' | '°' | '§') => {
                    Entry::new(Class::Other, 0)
                }
                _ => Entry::new(Class::Other, -6),
            };
        }
        Table(entries)
    }

    fn class(&self, byte: u8) -> Class {
        match byte {
            0x80.. => self.0.get(usize::from(byte & 0x7F)).map_or(Class::Other, |entry| entry.class),
            _ => Class::Other,
        }
    }
}

/// How much a letter speaks for Russian text: steps along its frequency, from 11% of `о` to 0.04% of `ъ`.
const fn weight(letter: char) -> i64 {
    match letter {
        'о' | 'е' | 'а' | 'и' | 'н' | 'т' => 6,
        'с' | 'р' | 'в' | 'л' => 5,
        'к' | 'м' | 'д' | 'п' | 'у' => 4,
        'я' | 'ы' | 'ь' | 'г' | 'з' | 'б' => 3,
        'ч' | 'й' | 'х' | 'ж' => 2,
        'ш' | 'ю' | 'ц' => 0,
        'щ' | 'э' | 'ф' => -1,
        _ => -3,
    }
}

impl Entry {
    const fn new(class: Class, weight: i64) -> Entry {
        Entry { class, weight }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charset::Policy;

    fn guess(text: &str, charset: Charset) -> Option<Charset> {
        let mut bytes = Vec::new();
        charset.encode_into(text, Policy::Strict, &mut bytes).unwrap();
        guess_cyrillic(&bytes).map(|guess| guess.charset)
    }

    #[test]
    fn short_titles_in_every_candidate() {
        for text in [
            "Война и мир",
            "ПРЕСТУПЛЕНИЕ И НАКАЗАНИЕ",
            "Толстой, Лев Николаевич",
            "Полное собрание сочинений : в 10 т.",
            "М. : Наука, 1978. - 320 с.",
            "роман в стихах",
        ] {
            for charset in CANDIDATES {
                assert_eq!(guess(text, charset), Some(charset), "{text} in {charset}");
            }
        }
    }

    #[test]
    fn nothing_to_go_by() {
        assert_eq!(guess_cyrillic(b"plain ASCII"), None);
        assert_eq!(guess_cyrillic(b""), None);
        // box drawing in cp866, signs elsewhere
        assert_eq!(guess_cyrillic(b"\xB0\xB1\xB2\xB0\xB1"), None);
    }
}

//! The languages: how probable each letter is after each letter.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Made by `make.py`, which describes it.
const DATA: &[u8] = include_bytes!("languages.bin");

/// The number of a letter in [`Languages::letters`].
pub(super) type Letter = u16;

/// A letter that no language has.
pub(super) const FOREIGN: Letter = Letter::MAX;
/// No letter: where a word begins or ends.
pub(super) const BOUNDARY: Letter = Letter::MAX - 1;

/// The row and column of letters that a language lacks.
pub(super) const FOREIGN_PLACE: u8 = 1;

/// A language.
#[derive(Debug)]
pub(super) struct Language {
    pub(super) name: &'static str,
    /// The row and column of each letter; [`FOREIGN_PLACE`] for those it lacks.
    places: Vec<u8>,
    /// How many rows and columns there are.
    size: usize,
    /// The cost of each column after each row, in twelfths of a bit.
    costs: &'static [u8],
}

impl Language {
    /// The row and column of a letter, or of the boundary of a word.
    #[inline]
    pub(super) fn place(&self, letter: Letter) -> usize {
        usize::from(self.place_of(letter))
    }

    #[inline]
    pub(super) fn place_of(&self, letter: Letter) -> u8 {
        match letter {
            BOUNDARY => 0,
            other => self.places.get(usize::from(other)).copied().unwrap_or(FOREIGN_PLACE),
        }
    }

    /// What a letter costs after another, in twelfths of a bit.
    #[inline]
    pub(super) fn cost(&self, before: usize, here: usize) -> u32 {
        let at = before * self.size + here;
        self.costs.get(at).map_or(255, |cost| u32::from(*cost))
    }
}

/// All languages, and the letters they have together.
#[derive(Debug, Default)]
pub(super) struct Languages {
    pub(super) all: Vec<Language>,
    letters: BTreeMap<char, Letter>,
    /// The letters of ASCII, `a` to `z`.
    ascii: Vec<Letter>,
}

pub(super) static LANGUAGES: LazyLock<Languages> = LazyLock::new(|| read(DATA).unwrap_or_default());

impl Languages {
    /// The number of a small letter.
    pub(super) fn letter(&self, small: char) -> Letter {
        self.letters.get(&small).copied().unwrap_or(FOREIGN)
    }

    /// The letter of an ASCII byte; the boundary of a word where it is none.
    #[inline]
    pub(super) fn ascii(&self, byte: u8) -> Letter {
        let at = byte.to_ascii_lowercase().checked_sub(b'a');
        at.and_then(|at| self.ascii.get(usize::from(at))).copied().unwrap_or(BOUNDARY)
    }

    /// The number of a language in the list.
    pub(super) fn by_name(&self, name: &str) -> Option<usize> {
        self.all.iter().position(|language| language.name == name)
    }
}

fn read(mut data: &'static [u8]) -> Option<Languages> {
    let mut languages = Languages::default();
    let mut alphabets: Vec<Vec<Letter>> = Vec::new();
    while let Some((len, rest)) = data.split_first() {
        let (name, rest) = rest.split_at_checked(usize::from(*len))?;
        let (count, rest) = rest.split_first()?;
        let (letters, rest) = rest.split_at_checked(usize::from(*count) * 2)?;
        let size = usize::from(*count) + 2;
        let (costs, rest) = rest.split_at_checked(size * size)?;
        let mut alphabet = Vec::new();
        for pair in letters.chunks_exact(2) {
            let &[low, high] = pair else { return None };
            let letter = char::from_u32(u32::from(u16::from_le_bytes([low, high])))?;
            let next = Letter::try_from(languages.letters.len()).ok()?;
            alphabet.push(*languages.letters.entry(letter).or_insert(next));
        }
        alphabets.push(alphabet);
        let name = std::str::from_utf8(name).ok()?;
        languages.all.push(Language { name, places: Vec::new(), size, costs });
        data = rest;
    }
    for (language, alphabet) in languages.all.iter_mut().zip(alphabets) {
        language.places = vec![FOREIGN_PLACE; languages.letters.len()];
        for (place, letter) in (2u8..).zip(alphabet) {
            *language.places.get_mut(usize::from(letter))? = place;
        }
    }
    languages.ascii = ('a'..='z').map(|letter| languages.letter(letter)).collect();
    Some(languages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_languages_are_there() {
        assert!(LANGUAGES.all.len() > 35, "{}", LANGUAGES.all.len());
        let russian = &LANGUAGES.all[LANGUAGES.by_name("ru").unwrap()];
        let cost = |before: char, here: char| {
            let place = |letter| russian.place(LANGUAGES.letter(letter));
            russian.cost(place(before), place(here))
        };
        assert!(cost('с', 'т') < cost('т', 'ы') && cost('ж', 'и') < cost('ж', 'ы'));
        assert_eq!(LANGUAGES.letter('漢'), FOREIGN);
    }
}

//! What the records of an input cost in the set of the input, by tables.

use super::languages::{FOREIGN_PLACE, LANGUAGES, Language, Letter};
use super::sample::Sample;
use super::sets::{Case, Set, Symbol};
use super::spell::{Before, case_cost, word_cost};
use super::usual::{Count, Usual};

/// How many languages are tried: those that count most.
pub(super) const SPOKEN: usize = 3;

/// How many bits a byte takes at most in words of the sample that are in the set.
const WELL: f32 = 7.0;
/// The same in a word of a record that is not compared with other sets.
const WORD: f32 = 5.5;
/// The same in any language of the set, whether its letters are usual or not.
const ELSEWHERE: f32 = 4.5;
/// The longest word that is taken for an abbreviation, however it reads.
const SHORT: usize = 3;
/// How much a language counts at least of which the letters are usual.
const MAIN: f32 = 0.2;

/// A set, the languages of a sample in it, and the bytes of the sample.
#[derive(Debug)]
pub(super) struct Reading {
    set: &'static Set,
    /// The bytes of words of the sample that read well; none if there are few.
    usual: Option<Usual>,
    languages: Vec<&'static Language>,
    /// How many of them are main ones.
    main: usize,
    /// The case of the letter that each byte is; none for signs and marks.
    cases: Vec<Option<Case>>,
    /// The row of the letter that each byte is, in each language.
    places: Vec<[u8; SPOKEN]>,
}

impl Reading {
    /// Makes the tables of a set and a few of its languages, each with how much it counts, those first that count most.
    pub(super) fn new(set: &'static Set, languages: &[(f32, &'static Language)], sample: &Sample) -> Reading {
        let all: f32 = languages.iter().map(|(weight, _)| weight).sum();
        let main = languages.iter().filter(|(weight, _)| *weight >= MAIN * all).count();
        let languages: Vec<_> = languages.iter().map(|(_, language)| *language).take(SPOKEN).collect();
        let symbols = (0..=0xFF).map(|byte| set.symbol(byte));
        let (cases, places) = symbols
            .map(|symbol| {
                let Symbol::Letter(letter, case, _) = symbol else { return (None, [0; SPOKEN]) };
                let mut places = [0; SPOKEN];
                for (place, language) in places.iter_mut().zip(&languages) {
                    *place = language.place_of(letter);
                }
                (Some(case), places)
            })
            .unzip();
        let mut reading = Reading { set, usual: None, languages, main, cases, places };
        reading.usual = reading.count(sample);
        reading
    }

    /// Counts the bytes of words that read well. Those of another set must not make its bytes usual.
    fn count(&self, sample: &Sample) -> Option<Usual> {
        let mut count = Count::new();
        let mut letters = Vec::new();
        for (word, often) in sample.words.all() {
            if self.is_plain(word) && (word.len() <= SHORT || self.costs_at_most(WELL, word, &mut letters)) {
                count.add(word, often);
            }
        }
        count.usual()
    }

    /// Whether the bytes beyond ASCII follow on those before them as is usual in the sample: in a record of another set they
    /// do not. Never, if the sample is small.
    ///
    /// # Cost
    /// A look at each byte.
    pub(super) fn is_usual(&self, bytes: &[u8]) -> bool {
        self.usual.as_ref().is_some_and(|usual| usual.has(bytes))
    }

    /// Whether a word is plain, and reads well in one of the main languages, or all the better in any language of the set.
    pub(super) fn reads_well(&self, word: &[u8], letters: &mut Vec<Letter>) -> bool {
        let most = |bits: f32| bits * 12.0 * (word.len() + 1) as f32;
        match self.is_plain(word) {
            true if self.cost(word, letters) <= most(WORD) => true,
            _ if has_odd_letters(self.set, word) => false,
            _ => {
                let languages = self.set.languages.iter().filter_map(|at| LANGUAGES.all.get(*at));
                word_cost(self.set, word, languages, letters) <= most(ELSEWHERE)
            }
        }
    }

    /// Whether a word costs no more than these bits a byte, and one byte more.
    fn costs_at_most(&self, bits: f32, word: &[u8], letters: &mut Vec<Letter>) -> bool {
        self.cost(word, letters) / 12.0 <= bits * (word.len() + 1) as f32
    }

    /// Whether a word has letters of one of the main languages alone, and none that are odd.
    fn is_plain(&self, word: &[u8]) -> bool {
        let letters = || word.iter().filter_map(|byte| self.places.get(usize::from(*byte)));
        (0..self.main).any(|main| letters().all(|places| places.get(main) != Some(&FOREIGN_PLACE)))
            && !has_odd_letters(self.set, word)
    }

    /// What a word costs, in twelfths of a bit, in the language that it fits best.
    pub(super) fn cost(&self, word: &[u8], letters: &mut Vec<Letter>) -> f32 {
        let mut before = Before::Nothing;
        let mut rows = [0u8; SPOKEN];
        let mut sums = [0u32; SPOKEN];
        let mut cases = 0u32;
        for byte in word {
            let at = usize::from(*byte);
            let (Some(Some(case)), Some(places)) = (self.cases.get(at), self.places.get(at)) else {
                // A sign or a mark is in it.
                return word_cost(self.set, word, self.languages.iter().copied(), letters);
            };
            let (more, now) = case_cost(before, *case);
            cases += more;
            before = now;
            for (((sum, row), place), language) in
                sums.iter_mut().zip(&mut rows).zip(places).zip(&self.languages)
            {
                *sum += language.cost(usize::from(*row), usize::from(*place));
                *row = *place;
            }
        }
        let ends = sums.iter().zip(rows).zip(&self.languages);
        let costs = ends.map(|((sum, row), language)| match row {
            0 => *sum,
            row => sum + language.cost(usize::from(row), 0),
        });
        costs.min().map_or(f32::MAX, |least| (least + cases) as f32)
    }
}

/// Whether there is a capital after a small letter, or a sign before a small letter: such a sign is a capital in another set.
pub(super) fn has_odd_letters(set: &Set, word: &[u8]) -> bool {
    let mut symbols = word.iter().map(|byte| set.symbol(*byte));
    let mut before = None;
    symbols.any(|symbol| {
        let before = before.replace(symbol);
        matches!(
            (before, symbol),
            (Some(Symbol::Letter(_, Case::Lower, _)), Symbol::Letter(_, Case::Upper, _))
                | (Some(Symbol::Sign(..)), Symbol::Letter(_, Case::Lower, _))
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::languages::LANGUAGES;
    use super::super::sets::SETS;
    use super::*;

    #[test]
    fn bytes_of_another_set_are_unusual() {
        use crate::charset::{Charset, Policy};
        let encoded = |text: &str, charset: Charset| {
            let mut bytes = Vec::new();
            charset.encode_into(text, Policy::Strict, &mut bytes).unwrap();
            bytes
        };
        let mut sample = Sample::new();
        let text = "Сборник статей о природе и хозяйстве Сибири, об истории городов и деревень, о людях и их трудах, с \
                    таблицами, картами и указателем имён : для преподавателей и студентов высших учебных заведений";
        (0..30).for_each(|_| sample.add(&encoded(text, Charset::Windows1251)));
        // Some words of another set are in the sample too.
        sample.add(&encoded("Очерки прошлого, выпуск первый", Charset::Ibm866));
        let set = SETS.iter().find(|set| set.charset == Charset::Windows1251).unwrap();
        let russian = &LANGUAGES.all[LANGUAGES.by_name("ru").unwrap()];
        let reading = Reading::new(set, &[(1.0, russian)], &sample);
        let title = "Истории статей о людях, городов и хозяйстве деревень : с картами Сибири и таблицами";
        assert!(reading.is_usual(&encoded(title, Charset::Windows1251)));
        for other in
            [Charset::Ibm866, Charset::Koi8R, Charset::Iso8859_5, Charset::Utf8, Charset::MacCyrillic]
        {
            assert!(!reading.is_usual(&encoded(title, other)), "{other}");
        }
        assert!(reading.is_usual(b"Title in English"));
        let mut few = Sample::new();
        few.add(&encoded(text, Charset::Windows1251));
        let reading = Reading::new(set, &[(1.0, russian)], &few);
        assert!(!reading.is_usual(&encoded(title, Charset::Windows1251)), "of few words nothing is usual");
    }

    #[test]
    fn words_cost_what_their_letters_do() {
        let mut letters = Vec::new();
        let mut plain = 0;
        for set in SETS.iter() {
            let languages = || set.languages.iter().filter_map(|at| LANGUAGES.all.get(*at)).take(SPOKEN);
            let spoken: Vec<_> = languages().map(|language| (1.0, language)).collect();
            let reading = Reading::new(set, &spoken, &Sample::new());
            // All bytes beyond ASCII, three together, among letters of ASCII.
            for first in 0x80..=0xFFu8 {
                for word in [
                    vec![first],
                    vec![b'a', first, first.wrapping_add(31) | 0x80],
                    vec![first.wrapping_mul(3) | 0x80, first, b'Z', first, b'q'],
                ] {
                    let cost = word_cost(set, &word, languages(), &mut letters);
                    assert_eq!(reading.cost(&word, &mut letters), cost, "{word:X?} in {}", set.charset);
                    plain +=
                        usize::from(word.iter().all(|byte| matches!(set.symbol(*byte), Symbol::Letter(..))));
                }
            }
        }
        assert!(plain > 1000, "{plain} words of letters alone");
    }
}

//! How much better words fit in other sets than in that of the input: a bound that takes less than to judge them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use super::languages::{LANGUAGES, Language, Letter};
use super::likelihood::TEMPER;
use super::sample::Fixed;
use super::sets::{SETS, Set};
use super::spell::{least, letters_cost_within, spell};
use crate::charset::Charset;

/// By how many twelfths of a bit a word speaks against a set at most.
const AGAINST: f32 = 14.0 * 12.0;
/// How many words are remembered.
const KEPT: usize = 16_384;

/// What a word costs in each candidate, less than what it costs in the set of the input, in twelfths of a bit.
type Gains = Box<[f32]>;

type Known = HashMap<Box<[u8]>, Gains, Fixed>;

/// Words that were compared. It does not matter which are kept, nor by which thread: to compare one again gives the same.
#[derive(Debug, Default)]
pub(super) struct Compared(Mutex<Known>);

/// The words of a record in all candidates together.
pub(super) struct Rivals<'a> {
    gains: Gains,
    set: &'static Set,
    /// None while another thread has them.
    known: Option<MutexGuard<'a, Known>>,
}

impl Rivals<'_> {
    /// Begins with no word, in the set of the input.
    pub(super) fn new<'a>(set: &'static Set, known: &'a Compared) -> Rivals<'a> {
        Rivals { gains: SETS.iter().map(|_| 0.0).collect(), set, known: known.0.try_lock().ok() }
    }

    /// Takes one more word.
    pub(super) fn add(&mut self, word: &[u8], letters: &mut Vec<Letter>) {
        let sum =
            |sums: &mut Gains, gains: &Gains| sums.iter_mut().zip(gains).for_each(|(sum, gain)| *sum += gain);
        if let Some(gains) = self.known.as_ref().and_then(|known| known.get(word)) {
            return sum(&mut self.gains, gains);
        }
        let gains = compare(self.set, word, letters);
        sum(&mut self.gains, &gains);
        if let Some(known) = self.known.as_mut().filter(|known| known.len() < KEPT) {
            known.insert(word.into(), gains);
        }
    }

    /// The candidates that are likelier by more than these bits, with what is `known` beforehand, but for a label of the set of
    /// the input: some of the values may be in another.
    pub(super) fn above(&self, bits: f32, known: impl Fn(Charset) -> f32) -> Vec<Charset> {
        let before = |set: &Set| set.prior + known(set.charset);
        let own = before(self.set).min(0.0);
        let is_above = |set: &Set, gain: f32| gain > 0.0 && gain / 12.0 / TEMPER + before(set) - own > bits;
        let rivals = SETS.iter().zip(&self.gains).filter(|(set, gain)| is_above(set, **gain));
        rivals.map(|(set, _)| set.charset).collect()
    }
}

/// Compares what a word costs in a set with what it costs in each candidate, in the language that it fits best there. A
/// candidate in which it mixes scripts, or capitals and small letters, is out of question if it does not so here.
fn compare(set: &Set, word: &[u8], letters: &mut Vec<Letter>) -> Gains {
    letters.clear();
    let here = spell(set, word, letters);
    let is_mixed = here.is_mixed;
    let here = here.cost + least(letters, languages(set));
    let most = here + AGAINST;
    let gain = |rival: &Set| {
        letters.clear();
        let spelt = spell(rival, word, letters);
        if spelt.cost >= most || spelt.is_mixed && !is_mixed {
            return -AGAINST;
        }
        let least = languages(rival).fold(most, |least, language| {
            least.min(spelt.cost + letters_cost_within(letters, language, least - spelt.cost))
        });
        here - least
    };
    SETS.iter().map(gain).collect()
}

fn languages(set: &Set) -> impl Iterator<Item = &'static Language> {
    set.languages.iter().filter_map(|language| LANGUAGES.all.get(*language))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charset::Policy;

    #[test]
    fn a_word_fits_better_in_its_own_set() {
        let set = |charset| SETS.iter().find(|set| set.charset == charset).unwrap();
        let best = |text: &str, own: Charset, input: Charset, known: &Compared| {
            let mut rivals = Rivals::new(set(input), known);
            let mut bytes = Vec::new();
            own.encode_into(text, Policy::Strict, &mut bytes).unwrap();
            rivals.add(&bytes, &mut Vec::new());
            rivals.gains.iter().copied().fold(0.0, f32::max) / 12.0
        };
        let known = Compared::default();
        for (text, own, input) in [
            ("Западная", Charset::MacCyrillic, Charset::Windows1251),
            ("forêts", Charset::Cp850, Charset::Windows1252),
            ("forêts", Charset::Marc8, Charset::Windows1252),
        ] {
            // The second time it is remembered.
            for _ in 0..2 {
                let gain = best(text, own, input, &known);
                assert!(gain > 12.0, "{text} in {own}, read as {input}: {gain}");
            }
            let gain = best(text, input, input, &Compared::default());
            assert!(gain < 12.0, "{text} in {input}: {gain}");
        }
    }
}

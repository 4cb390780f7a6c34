//! Values in one of two sets, and words in UTF-8 or another set: in which, by their letters alone.

use std::sync::LazyLock;

use super::languages::LANGUAGES;
use super::reading::has_odd_letters;
use super::sample::odd_words_of;
use super::sets::{CANDIDATES, SETS, Set};
use super::spell::word_cost;
use super::{candidate, cost_in_utf8};
use crate::charset::Charset;

/// By how many bits words have to fit better in the second set.
const MUCH: f32 = 14.0;

/// All pairs of candidates.
static PAIRS: LazyLock<Vec<[Charset; 2]>> = LazyLock::new(|| {
    let sets = || CANDIDATES.iter().map(|(charset, ..)| *charset);
    sets().flat_map(|first| sets().map(move |other| [first, other])).collect()
});

/// Two candidates together.
pub(crate) fn pair(first: Charset, other: Charset) -> Option<&'static [Charset; 2]> {
    let row = candidate(first)?.0 * SETS.len();
    PAIRS.get(row + candidate(other)?.0)
}

/// The first set, or the second if the words of a value fit much better in that.
///
/// # Cost
/// A look at each letter in each language of both sets.
pub(crate) fn likelier(sets: &'static [Charset; 2], value: &[u8]) -> &'static Charset {
    let [first, other] = sets;
    let (Some((_, here)), Some((_, there))) = (candidate(*first), candidate(*other)) else { return first };
    if (cost(here, value) - cost(there, value)) / 12.0 > MUCH { other } else { first }
}

/// How many bits a byte takes at most in words that read well.
const WELL: f32 = 5.5;

/// Whether a word that has the form of UTF-8 is likelier that than a word of a set.
///
/// # Cost
/// A look at each letter in all languages.
pub(crate) fn is_of_utf8(other: Charset, word: &[u8]) -> bool {
    candidate(other).is_none_or(|(_, set)| cost_in_utf8(word) < cost(set, word))
}

/// Whether a word without characters of UTF-8 reads well in a set. A character of UTF-8 that is cut off after its first byte
/// does not.
///
/// # Cost
/// A look at each letter in each language of the set.
pub(crate) fn is_of(charset: Charset, word: &[u8]) -> bool {
    let Some((_, set)) = candidate(charset) else { return false };
    let is_cut_off = matches!(word, [.., 0xC2..=0xC5]);
    !is_cut_off && !has_odd_letters(set, word) && read_well(set, word)
}

/// Whether words read so well in a set that they may be in it, though all others are in another. Words of a language that is
/// not known here read badly in each.
///
/// # Cost
/// A look at each letter in each language of the set.
pub(crate) fn fit_in(charset: Charset, bytes: &[u8]) -> bool {
    candidate(charset).is_some_and(|(_, set)| read_well(set, bytes))
}

fn read_well(set: &Set, bytes: &[u8]) -> bool {
    let len: usize = odd_words_of(bytes).map(<[u8]>::len).sum();
    cost(set, bytes) <= WELL * 12.0 * (len + 1) as f32
}

/// What the words of a value cost in a set, in twelfths of a bit.
fn cost(set: &Set, value: &[u8]) -> f32 {
    let mut letters = Vec::new();
    odd_words_of(value)
        .map(|word| {
            let languages = set.languages.iter().filter_map(|language| LANGUAGES.all.get(*language));
            word_cost(set, word, languages, &mut letters)
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charset::Policy;

    #[test]
    fn values_in_either_set_and_in_utf8() {
        let sets = Charset::Either(pair(Charset::Windows1251, Charset::Ibm866).unwrap());
        for (text, set) in [
            ("Кружевницы Вологды", Charset::Windows1251),
            ("Кружевницы Вологды", Charset::Ibm866),
            ("Кружевницы Вологды", Charset::Utf8),
            ("и", Charset::Windows1251),
            ("Lace", Charset::Windows1251),
        ] {
            let mut bytes = Vec::new();
            set.encode_into(text, Policy::Strict, &mut bytes).unwrap();
            assert_eq!(sets.decode(&bytes).unwrap(), text, "{set}");
            let mut out = String::new();
            assert_eq!(sets.decode_into(&bytes, Policy::Replace, &mut out).unwrap(), 0);
            assert_eq!(out, text, "{set}");
        }
        assert_eq!(sets.to_string(), "windows-1251, in places cp866");
    }
}

//! What the words of a sample say for each candidate.

use std::collections::HashMap;

use super::languages::LANGUAGES;
use super::likelihood::{MOST, Odds, against, likelihood, sums};
use super::sample::Fixed;
use super::sets::SETS;
use super::spell::{ascii_cost, letters_cost, spell};

/// How many words are weighed under all candidates; the others under those that are not out of question.
const PART: usize = 256;
/// How many bits a candidate is behind that is out of question.
const BEHIND: f32 = 96.0;

/// Distinct words, and how much each counts.
type Words<'a> = [(&'a [u8], f32)];

/// A candidate, weighed.
#[derive(Debug, Clone)]
pub(super) struct Weighed {
    /// The number of the candidate.
    at: usize,
    /// What speaks for it, in bits.
    pub(super) bits: f32,
    /// How much each of its languages counts.
    pub(super) languages: Vec<f32>,
}

/// Weighs all candidates by words with bytes beyond ASCII, and by the words of ASCII beside them.
///
/// # Cost
/// A look at each letter of 256 words in each candidate and each of its languages, and at the others in those candidates
/// that are no more than 96 bits behind.
pub(super) fn weigh(words: &Words<'_>, ascii: &Words<'_>) -> Vec<Weighed> {
    let spoken: Vec<Vec<f32>> = ascii
        .iter()
        .map(|(word, _)| LANGUAGES.all.iter().map(|language| ascii_cost(word, language)).collect())
        .collect();
    // Words in order begin with any letter.
    let step = words.len().div_ceil(PART).max(1);
    let part: Vec<(&[u8], f32)> = words.iter().copied().step_by(step).collect();
    let all: Vec<usize> = (0..SETS.len()).collect();
    let mut weighed = weigh_in(&all, &part, (ascii, &spoken));
    if part.len() < words.len() {
        let best = most(&weighed);
        let close: Vec<usize> =
            weighed.iter().filter(|one| one.bits > best - BEHIND).map(|one| one.at).collect();
        let whole = weigh_in(&close, words, (ascii, &spoken));
        let (top, often) = (most(&whole), words.len() as f32 / part.len() as f32);
        weighed.iter_mut().for_each(|one| one.bits = top - often * (best - one.bits));
        for one in whole {
            if let Some(place) = weighed.get_mut(one.at) {
                *place = one;
            }
        }
    }
    weighed
}

/// The bits of the candidate for which most speaks.
fn most(weighed: &[Weighed]) -> f32 {
    weighed.iter().map(|one| one.bits).fold(f32::MIN, f32::max)
}

/// Weighs some candidates. `spoken` is what each word of ASCII costs in each language.
fn weigh_in(
    candidates: &[usize],
    words: &Words<'_>,
    (ascii, spoken): (&Words<'_>, &[Vec<f32>]),
) -> Vec<Weighed> {
    // Many sets are those of the same languages.
    let mut spoken_in: HashMap<&[usize], Odds, Fixed> = HashMap::default();
    let sets = || candidates.iter().filter_map(|at| Some((*at, SETS.get(*at)?)));
    let mut bits = Vec::with_capacity(candidates.len());
    let mut languages = Vec::with_capacity(candidates.len());
    let mut around = Vec::with_capacity(candidates.len());
    let mut spellings = Vec::with_capacity(candidates.len());
    let mut symbols = Vec::new();
    for (_, set) in sets() {
        let mut spelt = Vec::with_capacity(words.len());
        let mut costs = Vec::with_capacity(words.len() * set.languages.len());
        for (word, _) in words {
            symbols.clear();
            spelt.push(spell(set, word, &mut symbols));
            costs.extend(set.languages.iter().map(|language| match LANGUAGES.all.get(*language) {
                Some(language) => letters_cost(&symbols, language),
                None => MOST,
            }));
        }
        let spoken = spoken_in.entry(&set.languages).or_insert_with(|| {
            let in_set = |row: &Vec<f32>, language: &usize| row.get(*language).copied().unwrap_or(MOST);
            let costs = spoken.iter().flat_map(|row| set.languages.iter().map(move |at| in_set(row, at)));
            Odds::new(costs.collect(), set.languages.len())
        });
        let odds = Odds::new(costs, set.languages.len());
        let likely = likelihood((words, &odds), &spelt, (ascii, spoken));
        spellings.push(spelt);
        bits.push(likely.words);
        around.push(likely.around);
        languages.push(likely.languages);
    }
    let bits = sums(&bits, &spellings, words).into_iter().zip(against(&around));
    let weighed = sets().zip(bits).zip(languages);
    weighed
        .map(|(((at, _), (bits, against)), languages)| Weighed { at, bits: bits - against, languages })
        .collect()
}

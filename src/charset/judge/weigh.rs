//! What the words of a sample say for each candidate.

use std::collections::HashMap;

use super::languages::{LANGUAGES, Language};
use super::likelihood::{MOST, Odds, against, likelihood, sums};
use super::sample::Fixed;
use super::sets::{SETS, Set};
use super::spell::{ascii_cost, spell, spelling_cost};

/// How many words are weighed under all candidates; the others under those that are not out of question.
const PART: usize = 256;
/// How many bits a candidate is behind that is out of question.
const BEHIND: f32 = 96.0;
/// What speaks for a candidate that is out of question, in bits.
pub(super) const OUT: f32 = -1e9;

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

/// Weighs candidates by words with bytes beyond ASCII, and by the words of ASCII beside them. Those that are not among them
/// are out of question.
///
/// # Cost
/// A look at each letter of 256 words in each candidate and each of its languages, and at the others in those candidates
/// that are no more than 96 bits behind.
pub(super) fn weigh(words: &Words<'_>, ascii: &Words<'_>, is_among: impl Fn(&Set) -> bool) -> Vec<Weighed> {
    let among =
        SETS.iter().enumerate().filter(|(_, set)| is_among(set)).map(|(at, _)| at).collect::<Vec<_>>();
    let mut spoken = Spoken::new(ascii, &among);
    // Words in order begin with any letter.
    let step = words.len().div_ceil(PART).max(1);
    let part: Vec<(&[u8], f32)> = words.iter().copied().step_by(step).collect();
    let none = |at| Weighed { at, bits: OUT, languages: Vec::new() };
    let mut weighed: Vec<Weighed> = (0..SETS.len()).map(none).collect();
    let first = weigh_in(&among, &part, &mut spoken);
    let best = most(&first);
    let close: Vec<usize> = first.iter().filter(|one| one.bits > best - BEHIND).map(|one| one.at).collect();
    let is_part = part.len() < words.len();
    let whole = if is_part { weigh_in(&close, words, &mut spoken) } else { Vec::new() };
    let (top, often) = match is_part {
        true => (most(&whole), words.len() as f32 / part.len() as f32),
        false => (best, 1.0),
    };
    let first = first.into_iter().map(|one| Weighed { bits: top - often * (best - one.bits), ..one });
    for one in first.chain(whole) {
        if let Some(place) = weighed.get_mut(one.at) {
            *place = one;
        }
    }
    weighed
}

/// The bits of the candidate for which most speaks.
fn most(weighed: &[Weighed]) -> f32 {
    weighed.iter().map(|one| one.bits).fold(f32::MIN, f32::max)
}

/// What the words of ASCII cost.
struct Spoken<'a> {
    words: &'a Words<'a>,
    /// A row for each word, with a column for each language.
    costs: Vec<Vec<f32>>,
    /// Their odds in the languages of a set: many sets are those of the same languages.
    odds: HashMap<&'static [usize], Odds, Fixed>,
}

impl Spoken<'_> {
    fn new<'a>(words: &'a Words<'a>, sets: &[usize]) -> Spoken<'a> {
        let of_set = |at: &usize| SETS.get(*at).map(|set| set.languages.as_slice()).unwrap_or_default();
        let used: Vec<bool> = (0..LANGUAGES.all.len())
            .map(|language| sets.iter().any(|at| of_set(at).contains(&language)))
            .collect();
        let cost = |word: &[u8], (language, used): (&Language, &bool)| {
            if *used { ascii_cost(word, language) } else { MOST }
        };
        let row = |(word, _): &(&[u8], f32)| {
            LANGUAGES.all.iter().zip(&used).map(|column| cost(word, column)).collect()
        };
        Spoken { words, costs: words.iter().map(row).collect(), odds: HashMap::default() }
    }

    fn in_set(&mut self, set: &'static Set) -> &Odds {
        let costs = &self.costs;
        self.odds.entry(&set.languages).or_insert_with(|| {
            let in_set = |row: &Vec<f32>, language: &usize| row.get(*language).copied().unwrap_or(MOST);
            let costs = costs.iter().flat_map(|row| set.languages.iter().map(move |at| in_set(row, at)));
            Odds::new(costs.collect(), set.languages.len())
        })
    }
}

/// Weighs some candidates.
fn weigh_in(candidates: &[usize], words: &Words<'_>, spoken: &mut Spoken<'_>) -> Vec<Weighed> {
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
            let spelling = spell(set, word, &mut symbols);
            spelt.push(spelling);
            costs.extend(set.languages.iter().map(|language| match LANGUAGES.all.get(*language) {
                Some(language) => spelling_cost(&spelling, &symbols, language),
                None => MOST,
            }));
        }
        let odds = Odds::new(costs, set.languages.len());
        let beside = (spoken.words, spoken.in_set(set));
        let likely = likelihood((words, &odds), &spelt, beside);
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

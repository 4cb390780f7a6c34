//! How probable the words are under a set, and how much each of its languages counts.

use super::spell::Spelling;

/// What of the weight of the languages is the same for each of them.
const FLAT: f32 = 0.15;
/// The cost of a word in a language that is not there.
pub(super) const MOST: f32 = 4096.0;
/// By how many bits a word speaks against a set at most, compared with the set it fits best: the words of a few records
/// in another set must not make a third set the best for all.
const AGAINST: f32 = 14.0;
/// By how many more if it mixes scripts in that set, or has a capital after a small letter.
const MIXED: f32 = 14.0;
/// The same where there are few words, which are all of one record.
const AGAINST_FEW: f32 = 40.0;
/// By how much evidence counts less than if all words were independent.
pub(super) const TEMPER: f32 = 1.6;
/// By how many bits the words of ASCII speak at most against a set, whose languages are not theirs.
const AROUND: f32 = 5.0;

/// What is known of the words in a set.
pub(super) struct Likelihood {
    /// How probable each word with bytes beyond ASCII is, in bits.
    pub(super) words: Vec<f32>,
    /// How probable the words of ASCII around them are together, in bits.
    pub(super) around: f32,
    /// How much each language of the set counts.
    pub(super) languages: Vec<f32>,
}

/// How probable words are in each of some languages, compared with the one that each fits best.
pub(super) struct Odds {
    /// What each word costs in the language that it fits best, in twelfths of a bit.
    least: Vec<f32>,
    /// A row for each word, with a column for each language: 1 where it fits best.
    odds: Vec<f32>,
    languages: usize,
}

impl Odds {
    /// Takes what words cost: a row for each, with a column for each language.
    pub(super) fn new(mut costs: Vec<f32>, languages: usize) -> Odds {
        let languages = languages.max(1);
        let mut least = Vec::with_capacity(costs.len() / languages);
        for row in costs.chunks_mut(languages) {
            let fewest = row.iter().copied().fold(f32::MAX, f32::min);
            row.iter_mut().for_each(|cost| *cost = ((fewest - *cost) / 12.0).exp2());
            least.push(fewest);
        }
        Odds { least, odds: costs, languages }
    }

    /// For each word the cost in the language that it fits best, and the odds.
    fn rows(&self) -> impl Iterator<Item = (f32, &[f32])> {
        self.least.iter().copied().zip(self.odds.chunks(self.languages))
    }
}

/// How probable the words are in a set, with the words of ASCII around them.
pub(super) fn likelihood(
    (words, odds): (&[(&[u8], f32)], &Odds),
    spelt: &[Spelling],
    (ascii, spoken): (&[(&[u8], f32)], &Odds),
) -> Likelihood {
    let count = odds.languages;
    let flat = 1.0 / count as f32;
    let mut weights = vec![flat; count];
    let mut chances = vec![0f32; count];
    let mut next = Vec::new();
    let mut whole = 0f32;
    for _ in 0..4 {
        next = vec![0.5f32 * flat; count];
        for ((_, often), row) in words.iter().zip(odds.rows()) {
            share(row, &weights, &mut chances);
            next.iter_mut().zip(&chances).for_each(|(next, chance)| *next += OWN * often * chance);
        }
        for ((_, often), row) in ascii.iter().zip(spoken.rows()) {
            share(row, &weights, &mut chances);
            next.iter_mut().zip(&chances).for_each(|(next, chance)| *next += BESIDE * often * chance);
        }
        whole = next.iter().sum();
        weights = next.iter().map(|one| FLAT * flat + (1.0 - FLAT) * one / whole).collect();
    }
    let mut bits = Vec::with_capacity(words.len());
    let mut others = weights.clone();
    for ((spelling, row), (_, often)) in spelt.iter().zip(odds.rows()).zip(words) {
        // Where words are few, the language of each follows from the others, not from itself.
        if words.len() <= FEW {
            share(row, &weights, &mut chances);
            let rest = whole - OWN * often;
            for ((other, next), chance) in others.iter_mut().zip(&next).zip(&chances) {
                *other = FLAT * flat + (1.0 - FLAT) * (next - OWN * often * chance).max(0.0) / rest;
            }
        }
        bits.push(probability(row, &others) - spelling.cost / 12.0);
    }
    let around = ascii.iter().zip(spoken.rows()).map(|((_, often), row)| often * probability(row, &weights));
    Likelihood { words: bits, around: around.sum(), languages: weights }
}

/// How many words are few, so that each counts for what language they are in.
const FEW: usize = 32;
/// What a word counts for its language, and what a word of ASCII beside it.
const OWN: f32 = 0.5;
const BESIDE: f32 = 0.5;

/// What the words of ASCII say against each set, in bits: nothing where they are most probable.
pub(super) fn against(around: &[f32]) -> impl Iterator<Item = f32> {
    let best = around.iter().copied().fold(f32::MIN, f32::max);
    around.iter().map(move |bits| ((best - bits) / TEMPER).min(AROUND))
}

/// How probable the words are in each set together, by what each is in each set.
pub(super) fn sums(bits: &[Vec<f32>], spelt: &[Vec<Spelling>], words: &[(&[u8], f32)]) -> Vec<f32> {
    let most = if words.len() < 4 { AGAINST_FEW } else { AGAINST };
    let mut best = vec![f32::MIN; words.len()];
    for of_set in bits {
        best.iter_mut().zip(of_set).for_each(|(best, bits)| *best = best.max(*bits));
    }
    let sum = |(of_set, spelt): (&Vec<f32>, &Vec<Spelling>)| {
        let mut sum = 0f32;
        for (((bits, spelling), best), (_, often)) in of_set.iter().zip(spelt).zip(&best).zip(words) {
            let most = if spelling.is_mixed { most + MIXED } else { most };
            sum += often * bits.max(best - most);
        }
        sum / TEMPER
    };
    bits.iter().zip(spelt).map(sum).collect()
}

/// What share each language has in a word.
fn share((_, odds): (f32, &[f32]), weights: &[f32], chances: &mut [f32]) {
    let mut sum = 0f32;
    for ((odds, weight), chance) in odds.iter().zip(weights).zip(chances.iter_mut()) {
        *chance = weight * odds;
        sum += *chance;
    }
    if sum > 0.0 {
        chances.iter_mut().for_each(|chance| *chance /= sum);
    }
}

/// How probable a word is in the languages together, as a binary logarithm.
fn probability((least, odds): (f32, &[f32]), weights: &[f32]) -> f32 {
    let mut sum = 0f32;
    odds.iter().zip(weights).for_each(|(odds, weight)| sum += weight * odds);
    sum.max(f32::MIN_POSITIVE).log2() - least / 12.0
}

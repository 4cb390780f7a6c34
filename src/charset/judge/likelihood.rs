//! How probable the words are under a set, and how much each of its languages counts.

use super::sets::Set;
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
const TEMPER: f32 = 1.6;
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

/// How probable the words are in a set. `costs` has a row for each word,
/// with a column for each language of the set.
pub(super) fn likelihood(
    set: &Set,
    words: &[(&[u8], f32)],
    spelt: &[Spelling],
    costs: &[f32],
    ascii: &[(&[u8], f32)],
    spoken: &[Vec<f32>],
) -> Likelihood {
    let count = set.languages.len().max(1);
    let flat = 1.0 / count as f32;
    let mut weights = vec![flat; count];
    let mut chances = vec![0f32; count];
    for _ in 0..4 {
        let mut next = vec![0.5f32 * flat; count];
        for ((_, often), row) in words.iter().zip(costs.chunks(count)) {
            share(row.iter().copied(), &weights, &mut chances);
            next.iter_mut().zip(&chances).for_each(|(next, chance)| *next += OWN * often * chance);
        }
        for ((_, often), row) in ascii.iter().zip(spoken) {
            let row = set.languages.iter().map(|at| row.get(*at).copied().unwrap_or(MOST));
            share(row, &weights, &mut chances);
            next.iter_mut().zip(&chances).for_each(|(next, chance)| *next += BESIDE * often * chance);
        }
        let whole: f32 = next.iter().sum();
        weights = next.into_iter().map(|one| FLAT * flat + (1.0 - FLAT) * one / whole).collect();
    }
    let mut bits = Vec::with_capacity(words.len());
    for (spelling, row) in spelt.iter().zip(costs.chunks(count)) {
        bits.push(share(row.iter().copied(), &weights, &mut chances) - spelling.cost / 12.0);
    }
    let around = ascii.iter().zip(spoken).map(|((_, often), row)| {
        let row = set.languages.iter().map(|at| row.get(*at).copied().unwrap_or(MOST));
        often * share(row, &weights, &mut chances)
    });
    Likelihood { words: bits, around: around.sum(), languages: weights }
}

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

/// How probable a word is in the languages together, as a binary logarithm, and what share each has in it.
fn share(row: impl Iterator<Item = f32> + Clone, weights: &[f32], chances: &mut [f32]) -> f32 {
    let least = row.clone().fold(f32::MAX, f32::min);
    let mut sum = 0f32;
    for ((cost, weight), chance) in row.zip(weights).zip(chances.iter_mut()) {
        *chance = weight * ((least - cost) / 12.0).exp2();
        sum += *chance;
    }
    if sum > 0.0 {
        chances.iter_mut().for_each(|chance| *chance /= sum);
    }
    sum.max(f32::MIN_POSITIVE).log2() - least / 12.0
}

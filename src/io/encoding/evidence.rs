//! What the bytes of a record say of their character set.

use std::collections::HashSet;

use super::declared::Prior;
use super::head::{Head, Ranking, beyond_ascii};
use crate::charset::{
    Candidate, Charset, Judgement, MarkEvidence, Sample, find_utf8, has_known_escape, is_mostly_valid,
    is_patch, is_utf8_word, odd_words, value_at, weigh_marks, word_at,
};

/// How much the set of the input weighs in a record of its own, in bits: a record deviates only on strong evidence.
const INPUT: f32 = 12.0;
/// How many words the input must have for that; fewer weigh less.
const WORDS: usize = 16;
/// How many bits a byte may take in a record that is no damage, if it is said to be UTF-8.
const DAMAGED: f32 = 6.5;
/// What speaks for a record to be in one set all through, rather than to have values in UTF-8 beside it, in bits: values of
/// another set may have the form of UTF-8 by chance.
const BY_CHANCE: f32 = 8.0;
/// Where no more values are weighed: these bits for UTF-8 leave no doubt.
const BEYOND_DOUBT: f32 = -64.0;
/// How probable a set has to be if one byte is all that is not UTF-8.
const UNSURE: f32 = 0.9;
/// How probable a set has to be for words that are not UTF-8 in values that are: else they are damage.
const LIKELY: f32 = 0.8;
/// How probable another set has to be for a record to deviate.
const STRONG: f32 = 0.99;

/// What the bytes of a record, or of a sample of records, say of their character set.
#[derive(Debug)]
pub(super) struct Evidence {
    /// Characters beyond ASCII in values that are UTF-8.
    pub(super) utf8_characters: u64,
    /// Bytes beyond ASCII in values that are not.
    pub(super) other_bytes: u64,
    /// Marks and escapes of MARC-8, if there is an escape sequence that it knows.
    pub(super) escapes: Option<MarkEvidence>,
    /// The candidates, the likeliest first.
    pub(super) ranking: Ranking,
    /// Whether the record is in another set than the input.
    pub(super) deviates: bool,
    /// Whether it was judged for itself.
    pub(super) is_odd: bool,
    /// Whether the bytes make no words in the likeliest set either.
    pub(super) is_damaged: bool,
}

impl Evidence {
    /// Looks at the bytes of a record that is not UTF-8 as a whole.
    pub(super) fn of(bytes: &[u8], prior: Prior, head: &Head) -> Evidence {
        let (ranking, judgement, deviates, is_odd) = rank(bytes, prior, head);
        let likely = ranking.first().filter(|best| best.probability >= LIKELY && !best.charset.has_states());
        let best = ranking.first().map(|best| best.charset);
        let is_declared = prior.charset() == Some(Charset::Utf8);
        let mut utf8_characters = 0u64;
        let mut against_utf8 = BY_CHANCE;
        let (mut of_utf8, mut form, mut patches) = (0u64, 0usize, 0usize);
        let mut seen = HashSet::new();
        // Where a value ends that is looked at word by word: it is judged as a whole once.
        let (mut from, mut until) = (0, 0);
        while let Some(at) = find_utf8(bytes, from) {
            let whole = (at >= until).then(|| value_at(bytes, from, at));
            let value = match whole {
                Some((value, next)) if is_mostly_valid(value) => {
                    from = next;
                    patches += likely.map_or(0, |best| patched(best.charset, value));
                    value
                }
                _ => {
                    until = whole.map_or(until, |(_, next)| next);
                    let (word, end) = word_at(bytes, from, at);
                    from = end;
                    // A word of UTF-8 beside words of another set must be one without doubt.
                    let is_certain = |best| judgement.against_utf8(best, word) < -BY_CHANCE;
                    if !is_utf8_word(word) || !best.is_some_and(is_certain) {
                        continue;
                    }
                    word
                }
            };
            let valid = value.utf8_chunks().flat_map(|chunk| chunk.valid().chars());
            of_utf8 += valid.filter(|letter| !letter.is_ascii()).count() as u64;
            form += beyond_ascii(value);
            // What occurs again says nothing new, and no more is asked where it is beyond doubt.
            if !is_declared && against_utf8 > BEYOND_DOUBT && seen.insert(value) {
                against_utf8 += best.map_or(0.0, |best| judgement.against_utf8(best, value));
            }
        }
        let mut other_bytes = (beyond_ascii(bytes).saturating_sub(form) + patches) as u64;
        // All of them together are UTF-8, or none is.
        if !is_declared && best.is_some() && against_utf8 > 0.0 {
            other_bytes += form as u64;
        } else {
            utf8_characters = of_utf8;
        }
        // Where many words speak for the set, one more that is odd is a word all the same.
        let is_alone = judgement.words() < 8;
        let is_word = || best.is_some_and(|best| judgement.reads_well(best, bytes, DAMAGED));
        let is_doubtful = other_bytes == 1 && ranking.first().is_some_and(|best| best.probability < UNSURE);
        let escapes = has_known_escape(bytes).then(|| weigh_marks(bytes));
        Evidence {
            utf8_characters,
            other_bytes,
            escapes,
            ranking,
            deviates,
            is_odd,
            is_damaged: is_alone && (is_doubtful || !is_word()),
        }
    }

    /// The likeliest set.
    pub(super) fn best(&self) -> Option<Candidate> {
        self.ranking.first().copied()
    }

    /// The second likeliest.
    pub(super) fn second(&self) -> Option<Charset> {
        self.ranking.get(1).map(|candidate| candidate.charset)
    }
}

/// How many bytes of a value that is mostly UTF-8 are in words or signs of another set.
fn patched(other: Charset, value: &[u8]) -> usize {
    let odd = odd_words(value).filter(|word| std::str::from_utf8(word).is_err() && is_patch(other, word));
    odd.map(|word| word.utf8_chunks().map(|chunk| chunk.invalid().len()).sum::<usize>()).sum()
}

/// Ranks the candidates: by the head of the input, or by the record itself if that says nothing, or if the record has unusual
/// bytes, and words that fit so much better in other sets that it may outweigh what speaks for that of the input.
fn rank(bytes: &[u8], prior: Prior, head: &Head) -> (Ranking, Judgement, bool, bool) {
    let known = |charset| prior.weight(charset) + head.hint(charset);
    let sample = || {
        let mut sample = Sample::new();
        sample.add(bytes);
        sample
    };
    let (Some(ranking), Some(judgement)) = (head.ranking(prior), head.judgement()) else {
        let judgement = sample().judge();
        return (judgement.ranked(known).into(), judgement, false, false);
    };
    let of_head = |ranking, is_odd| (ranking, judgement.clone(), false, is_odd);
    let unusual = |best: &&Candidate| !judgement.is_usual(best.charset, bytes);
    let Some(best) = ranking.first().filter(unusual).map(|best| best.charset) else {
        return of_head(ranking, false);
    };
    let weight = INPUT * judgement.words().min(WORDS) as f32 / WORDS as f32;
    let rivals = judgement.rivals(best, bytes, weight, known);
    if rivals.is_empty() {
        return of_head(ranking, false);
    }
    let own = sample().judge_among(|charset| charset == best || rivals.contains(&charset));
    let of_input = |charset| if charset == best { weight } else { 0.0 };
    let other = own.ranked(|charset| known(charset) + of_input(charset));
    match other.first() {
        Some(first) if first.charset != best && first.probability >= STRONG => {
            (other.into(), own, true, true)
        }
        _ => of_head(ranking, true),
    }
}

//! What the bytes of a record say of their character set.

use std::collections::HashSet;

use super::declared::Prior;
use super::head::{Head, Ranking};
use crate::charset::{
    Candidate, Charset, Judgement, MarkEvidence, Sample, has_known_escape, has_utf8, is_mostly_utf8, values,
    weigh_marks,
};

/// How much the set of the input weighs in a record of its own, in bits: a record deviates only on strong evidence.
const INPUT: f32 = 14.0;
/// How many words the input must have for that; fewer weigh less.
const WORDS: usize = 16;
/// How many bits better some words have to be in another set before a record is judged for itself.
const GAIN: f32 = 12.0;
/// How many bits a byte may take in a record that is no damage, if it is said to be UTF-8.
const DAMAGED: f32 = 6.5;
/// What speaks for a record to be in one set all through, rather than to have values in UTF-8 beside it, in bits: values of
/// another set may have the form of UTF-8 by chance.
const BY_CHANCE: f32 = 8.0;
/// Where no more values are weighed: these bits for UTF-8 leave no doubt.
const BEYOND_DOUBT: f32 = -64.0;
/// How probable a set has to be if one byte is all that is not UTF-8.
const UNSURE: f32 = 0.9;
/// How probable another set has to be for a record to deviate.
const STRONG: f32 = 0.998;

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
        let best = ranking.first().map(|best| best.charset);
        let is_declared = prior.charset() == Some(Charset::Utf8);
        let mut utf8_characters = 0u64;
        let mut other_bytes = 0u64;
        let mut against_utf8 = BY_CHANCE;
        let (mut of_utf8, mut form) = (0u64, 0u64);
        if has_utf8(bytes) {
            let mut seen = HashSet::new();
            for value in values(bytes) {
                if !is_mostly_utf8(value) {
                    other_bytes += beyond_ascii(value);
                    continue;
                }
                let valid = value.utf8_chunks().flat_map(|chunk| chunk.valid().chars());
                of_utf8 += valid.filter(|letter| !letter.is_ascii()).count() as u64;
                form += beyond_ascii(value);
                // What occurs again says nothing new, and no more is asked where it is beyond doubt.
                if !is_declared && against_utf8 > BEYOND_DOUBT && seen.insert(value) {
                    against_utf8 += best.map_or(0.0, |best| judgement.against_utf8(best, value));
                }
            }
        } else {
            other_bytes = beyond_ascii(bytes);
        }
        // All of them together are UTF-8, or none is.
        if !is_declared && best.is_some() && against_utf8 > 0.0 {
            other_bytes += form;
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

/// Counts the bytes beyond ASCII.
fn beyond_ascii(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| !byte.is_ascii()).count() as u64
}

/// Ranks the candidates: by the head of the input, or by the record itself if that says nothing, or if the record has unusual
/// bytes, and words that fit much better in another set.
fn rank(bytes: &[u8], prior: Prior, head: &Head) -> (Ranking, Judgement, bool, bool) {
    let own = |known: Option<Charset>| -> (Ranking, Judgement) {
        let mut sample = Sample::new();
        sample.add(bytes);
        let judgement = sample.judge();
        let words = head.judgement().map_or(0, Judgement::words).min(WORDS);
        let weight = INPUT * words as f32 / WORDS as f32;
        let input = |charset| if known == Some(charset) { weight } else { 0.0 };
        (
            judgement.ranked(|charset| prior.weight(charset) + head.hint(charset) + input(charset)).into(),
            judgement,
        )
    };
    let (Some(ranking), Some(judgement)) = (head.ranking(prior), head.judgement()) else {
        let (ranking, judgement) = own(None);
        return (ranking, judgement, false, false);
    };
    let well = |best: &Candidate| {
        judgement.is_usual(best.charset, bytes) || !judgement.may_deviate(best.charset, bytes, GAIN)
    };
    let Some(best) = ranking.first().filter(|best| !well(best)).copied() else {
        return (ranking, judgement.clone(), false, false);
    };
    let (other, others) = own(Some(best.charset));
    match other.first() {
        Some(own) if own.charset != best.charset && own.probability >= STRONG => (other, others, true, true),
        _ => (ranking, judgement.clone(), false, true),
    }
}

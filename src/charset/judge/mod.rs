//! Which character set text is in, by how probable it is as text: Bayes over set and language.
//!
//! A [`Sample`] takes the words with bytes beyond ASCII, and the words of ASCII beside them, which tell the language. Under
//! each set that is tried ([`candidates`]) a word is a row of letters; its probability is that of each letter after the
//! letter before it, in each language that is written in the set, times that of capitals and small letters in this order,
//! times what the signs in it cost. A word may be in any of the languages; how much each counts is found from all words
//! of the sample, so that the foreign name in an English record is judged as a name, and its neighbours as English. Marks
//! that come before their letters are one letter with it, so that sets with and without them compare.
//!
//! Values that are UTF-8 are counted, not judged: text in another set hardly ever has that form.
//!
//! # Cost
//! One pass over the bytes; then each distinct word under each set in each of its languages, of at most 1,024 words.

mod languages;
mod likelihood;
mod pair;
mod reading;
mod rivals;
mod sample;
mod sets;
mod spell;
mod usual;
mod weigh;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use unicode_normalization::UnicodeNormalization;

use self::languages::{LANGUAGES, Language};
use self::likelihood::TEMPER;
pub(crate) use self::pair::{fit_in, is_of, is_of_utf8, likelier, pair};
use self::reading::{Reading, SPOKEN};
use self::rivals::{Compared, Rivals};
pub use self::sample::Sample;
use self::sample::{Fixed, WORDS, odd_words_of};
pub(crate) use self::sample::{divides, has_no_utf8, is_utf8_word, odd_words, value_at, values, word_at};
use self::sets::{SETS, Set};
use self::spell::{least, spell_text, word_cost};
use self::weigh::{OUT, Weighed, weigh};
use super::Charset;

/// What bytes cost that are not UTF-8 in a value that is else, in twelfths of a bit.
const BROKEN: f32 = 20.0 * 12.0;

/// How much evidence counts, by how many bits a letter takes in the best set: so much that what is 90 % likely is right in
/// about 90 of 100 real records alone, as `benches/decision.py` measures; of made ones, whose words are all of one language
/// that is here, more are. What no language explains well, such as names, abbreviations and languages that are not here,
/// says less of its set: a letter of common words takes four bits, one of such text five and more.
const fn calibrated(bits: f32) -> f32 {
    (1.8 - 2.4 * (bits - 4.0)).clamp(0.85, 1.8)
}

impl Sample {
    /// Judges the sample under all candidates.
    pub fn judge(&self) -> Judgement {
        self.judge_among(|_| true)
    }

    /// Judges the sample under some candidates; the others are out of question.
    pub(crate) fn judge_among(&self, is_among: impl Fn(Charset) -> bool) -> Judgement {
        let words = self.words.sorted(WORDS);
        let ascii = self.ascii.sorted(WORDS);
        let weighed = weigh(&words, &ascii, |set| is_among(set.charset));
        let letters = words.iter().map(|(word, often)| often * (word.len() + 1) as f32).sum();
        Judgement {
            inner: Arc::new(Inner {
                twins: twins(&used(&words), &weighed),
                weighed,
                words: words.len(),
                letters,
            }),
            utf8: self.utf8,
            bytes: self.bytes,
            input: None,
        }
    }

    /// Judges the sample of an input, by which many records will be compared with it.
    pub(crate) fn judge_input(self) -> Judgement {
        let judgement = self.judge();
        let readings = SETS.iter().map(|_| OnceLock::new()).collect();
        let compared = SETS.iter().map(|_| Compared::default()).collect();
        Judgement { input: Some(Arc::new(Input { sample: self, readings, compared })), ..judgement }
    }
}

/// The bytes beyond ASCII that occur.
fn used(words: &[(&[u8], f32)]) -> Vec<u8> {
    let mut used: Vec<u8> =
        words.iter().flat_map(|(word, _)| word.iter().copied()).filter(|byte| !byte.is_ascii()).collect();
    used.sort_unstable();
    used.dedup();
    used
}

/// How probable a sample is under each candidate.
///
#[doc = include_str!("measured.md")]
#[derive(Debug, Clone)]
pub struct Judgement {
    inner: Arc<Inner>,
    utf8: u64,
    bytes: u64,
    input: Option<Arc<Input>>,
}

#[derive(Debug)]
struct Inner {
    /// What speaks for each candidate.
    weighed: Vec<Weighed>,
    /// For each candidate, the first that gives the same text.
    twins: Vec<usize>,
    words: usize,
    /// How many letters they have, and ends of words, each as often as it counts.
    letters: f32,
}

/// The input of which a sample was judged.
#[derive(Debug)]
struct Input {
    sample: Sample,
    /// For each candidate, its tables, made when they are asked for.
    readings: Vec<OnceLock<Reading>>,
    /// For each candidate, words that were compared with other sets.
    compared: Vec<Compared>,
}

/// A character set with how probable it is.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Candidate {
    /// The set.
    pub charset: Charset,
    /// Its probability, 0 to 1, among all that are tried.
    pub probability: f32,
    /// The likeliest language, by its code of ISO 639-1.
    pub language: &'static str,
}

impl Judgement {
    /// Distinct words with bytes beyond ASCII that were judged.
    pub fn words(&self) -> usize {
        self.inner.words
    }

    /// Characters beyond ASCII in values that are UTF-8.
    pub const fn utf8_characters(&self) -> u64 {
        self.utf8
    }

    /// Bytes beyond ASCII in values that are not UTF-8.
    pub const fn other_bytes(&self) -> u64 {
        self.bytes
    }

    /// Ranks the candidates, the likeliest first. `prior` says what speaks for a set beforehand, in bits. Of sets that
    /// give the same text only one is in the list: the one that more speaks for beforehand.
    pub fn ranked(&self, prior: impl Fn(Charset) -> f32) -> Vec<Candidate> {
        let known = |set: &Set| set.prior + prior(set.charset);
        let weighed = SETS.iter().zip(&self.inner.weighed).enumerate();
        let in_question = weighed.filter(|(_, (_, weighed))| weighed.bits > OUT);
        let mut order: Vec<(f32, usize)> =
            in_question.map(|(at, (set, weighed))| (weighed.bits + known(set), at)).collect();
        order.sort_by(|(one, first), (other, second)| other.total_cmp(one).then(first.cmp(second)));
        let (best, first) = order.first().copied().unwrap_or_default();
        let words = best - SETS.get(first).map_or(0.0, known);
        let counts = calibrated(-words * TEMPER / self.inner.letters.max(1.0));
        let mut groups: Vec<(f32, usize)> = Vec::new();
        for (bits, at) in order {
            let Some(set) = SETS.get(at) else { continue };
            let chance = (bits - best).exp2();
            let first = self.inner.twins.get(at);
            let twin = groups.iter_mut().find(|(_, other)| self.inner.twins.get(*other) == first);
            match twin {
                Some((sum, other)) => {
                    *sum += chance;
                    if SETS.get(*other).is_some_and(|other| known(set) > known(other)) {
                        *other = at;
                    }
                }
                None => groups.push((chance, at)),
            }
        }
        groups.iter_mut().for_each(|(chance, _)| *chance = chance.powf(counts));
        let whole: f32 = groups.iter().map(|(chance, _)| chance).sum();
        groups.sort_by(|(one, first), (other, second)| other.total_cmp(one).then(first.cmp(second)));
        let candidate = |&(chance, at): &(f32, usize)| {
            let set = SETS.get(at)?;
            Some(Candidate {
                charset: set.charset,
                probability: chance / whole,
                language: self.language(at, set),
            })
        };
        groups.iter().filter_map(candidate).collect()
    }

    /// Returns what speaks for each language of a set.
    fn weights(&self, at: usize) -> &[f32] {
        self.inner.weighed.get(at).map(|weighed| &*weighed.languages).unwrap_or_default()
    }

    fn language(&self, at: usize, set: &Set) -> &'static str {
        let best =
            self.weights(at).iter().zip(&set.languages).max_by(|(one, _), (other, _)| one.total_cmp(other));
        best.and_then(|(_, language)| LANGUAGES.all.get(*language)).map_or("", |language| language.name)
    }

    /// How many bits more a value takes as UTF-8, in any language, than in a set, in the languages of the sample: fewer than
    /// none if it is likelier UTF-8. A value of another set may have the form of UTF-8 by chance.
    ///
    /// # Cost
    /// A look at each letter in the languages that count, and as UTF-8 in all languages.
    pub(crate) fn against_utf8(&self, charset: Charset, value: &[u8]) -> f32 {
        let Some((at, set)) = candidate(charset) else { return 0.0 };
        let spoken: Vec<_> = self.spoken(at, set).into_iter().map(|(_, language)| language).collect();
        let mut letters = Vec::new();
        let mut here = 0f32;
        for word in odd_words_of(value) {
            here += word_cost(set, word, spoken.iter().copied(), &mut letters);
        }
        let there = cost_in_utf8(value);
        (there - here) / 12.0
    }

    /// The languages of a set that count most.
    fn spoken(&self, at: usize, set: &Set) -> Vec<(f32, &'static Language)> {
        let weights = self.weights(at).iter().zip(&set.languages);
        let mut spoken: Vec<(f32, &Language)> =
            weights.filter_map(|(weight, at)| Some((*weight, LANGUAGES.all.get(*at)?))).collect();
        spoken.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        spoken.truncate(SPOKEN);
        spoken
    }

    /// The tables of a candidate, if an input was judged.
    fn reading(&self, at: usize, set: &'static Set) -> Option<&Reading> {
        let input = self.input.as_ref()?;
        let make = || Reading::new(set, &self.spoken(at, set), &input.sample);
        Some(input.readings.get(at)?.get_or_init(make))
    }

    /// Whether the bytes beyond ASCII are as usual as those of the input are in a set. Few records of another set are.
    ///
    /// # Cost
    /// A look at each byte.
    pub(crate) fn is_usual(&self, charset: Charset, bytes: &[u8]) -> bool {
        let reading = candidate(charset).and_then(|(at, set)| self.reading(at, set));
        reading.is_some_and(|reading| reading.is_usual(bytes))
    }

    /// The candidates that may be likelier than the set of the input, by more than these bits: by the words that do not read
    /// well in that of the input, and by what is `known` beforehand. All of them if no input was judged.
    ///
    /// # Cost
    /// A look at each letter of the words that do not read well, in each set and each of its languages.
    pub(crate) fn rivals(
        &self,
        charset: Charset,
        bytes: &[u8],
        bits: f32,
        known: impl Fn(Charset) -> f32,
    ) -> Vec<Charset> {
        let Some((at, set)) = candidate(charset) else { return Vec::new() };
        let compared = self.input.as_ref().and_then(|input| input.compared.get(at));
        let (Some(reading), Some(compared)) = (self.reading(at, set), compared) else {
            return candidates().collect();
        };
        let mut rivals = Rivals::new(set, compared);
        let mut letters = Vec::new();
        for value in values(bytes) {
            for word in odd_words_of(value) {
                if !reading.reads_well(word, &mut letters) {
                    rivals.add(word, &mut letters);
                }
            }
        }
        rivals.above(bits, known)
    }

    /// Whether words read well in a set, in the languages of the sample: with that many bits a byte, and one byte more.
    /// Usual words take four to five.
    ///
    /// # Cost
    /// One pass; for words beyond ASCII, a look at each letter in the languages that count.
    pub(crate) fn reads_well(&self, charset: Charset, bytes: &[u8], bits: f32) -> bool {
        let Some((at, set)) = candidate(charset) else { return true };
        let reading = self.reading(at, set);
        let spoken = if reading.is_some() { Vec::new() } else { self.spoken(at, set) };
        let mut letters = Vec::new();
        let (mut cost, mut count) = (0f32, 0usize);
        for value in values(bytes) {
            for word in odd_words_of(value) {
                cost += match reading {
                    Some(reading) => reading.cost(word, &mut letters),
                    None => word_cost(set, word, spoken.iter().map(|(_, language)| *language), &mut letters),
                };
                count += word.len();
            }
        }
        cost / 12.0 <= bits * count as f32 + bits
    }
}

/// What a value costs as UTF-8, in twelfths of a bit: each word in the language that it fits best.
fn cost_in_utf8(value: &[u8]) -> f32 {
    let mut letters = Vec::new();
    let mut cost = 0f32;
    for chunk in value.utf8_chunks() {
        if !chunk.invalid().is_empty() {
            cost += BROKEN;
        }
        let text: String = chunk.valid().nfc().collect();
        let words = text.split(|letter: char| letter.is_ascii() && !letter.is_ascii_alphabetic());
        for word in words.filter(|word| !word.is_ascii()) {
            letters.clear();
            let fixed = spell_text(word, &mut letters).cost;
            cost += fixed + least(&letters, LANGUAGES.all.iter());
        }
    }
    cost
}

/// The number of a set among the candidates, and the candidate.
fn candidate(charset: Charset) -> Option<(usize, &'static Set)> {
    SETS.iter().enumerate().find(|(_, set)| set.charset == charset)
}

/// For each candidate that is in question, the first that gives the same text for all these bytes.
fn twins(used: &[u8], weighed: &[Weighed]) -> Vec<usize> {
    let mut texts: HashMap<String, usize, Fixed> = HashMap::default();
    let first = |(at, (set, weighed)): (usize, (&Set, &Weighed))| {
        if weighed.bits == OUT {
            return at;
        }
        let mut text = String::new();
        for byte in used {
            // A mark stands before its letter.
            match set.charset.decode(&[*byte, b'a']) {
                Ok(characters) => text.push_str(&characters),
                Err(_) => text.push('\u{FFFD}'),
            }
        }
        *texts.entry(text).or_insert(at)
    };
    SETS.iter().zip(weighed).enumerate().map(first).collect()
}

/// What speaks for a set that was found by the text in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct TextEvidence {
    /// The set.
    pub charset: Charset,
    /// How probable it is, in thousandths.
    pub per_mille: u16,
    /// The likeliest language of the text, by its code of ISO 639-1, with a script if there are two.
    pub language: &'static str,
    /// The second likeliest set.
    pub second: Charset,
}

impl TextEvidence {
    /// Takes the likeliest candidate, and the second.
    pub fn new(best: Candidate, second: Charset) -> TextEvidence {
        let per_mille = (best.probability * 1000.0).clamp(0.0, 1000.0) as u16;
        TextEvidence { charset: best.charset, per_mille, language: best.language, second }
    }
}

impl fmt::Display for TextEvidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TextEvidence { charset, per_mille, language, second } = self;
        let (percent, rest) = (per_mille / 10, per_mille % 10);
        write!(f, "{percent}.{rest} % likely {charset}, by words in the language {language}; next {second}")
    }
}

impl Charset {
    /// UTF-8, with this set for values that are not; UTF-8 alone if this is none of the candidates.
    pub(crate) fn or_utf8(self) -> Charset {
        let known = sets::CANDIDATES.iter().find(|(charset, ..)| *charset == self);
        known.map_or(Charset::Utf8, |(charset, ..)| Charset::Utf8Or(charset))
    }
}

/// The languages in which text is judged, by their codes of ISO 639-1; `az-cyrl` and `kk-latn` for a second script.
pub fn languages() -> impl Iterator<Item = &'static str> {
    LANGUAGES.all.iter().map(|language| language.name)
}

/// Whether a set is one of those tried in which a language is written.
pub(crate) fn is_written_in(charset: Charset, language: &str) -> bool {
    let known = sets::CANDIDATES.iter().find(|(candidate, ..)| *candidate == charset);
    known.is_some_and(|(_, languages, _)| languages.split(' ').any(|known| known == language))
}

/// The sets that are tried, in the order in which they are preferred.
pub fn candidates() -> impl Iterator<Item = Charset> {
    sets::CANDIDATES.iter().map(|(charset, ..)| *charset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charset::Policy;

    fn judged(text: &str, charset: Charset) -> Vec<Candidate> {
        let mut bytes = Vec::new();
        charset.encode_into(text, Policy::Strict, &mut bytes).unwrap();
        let mut sample = Sample::new();
        sample.add(&bytes);
        sample.judge().ranked(|_| 0.0)
    }

    #[test]
    fn titles_in_many_sets() {
        let mut wrong = Vec::new();
        for (text, sets) in [
            ("Étude de la végétation des forêts", "windows-1252 cp850 marc-8 iso-5426 iso-6937"),
            ("La educación en España y los niños", "windows-1252 cp850 marc-8 iso-5426"),
            ("Großes Wörterbuch für Schüler", "windows-1252 cp850 marc-8 iso-5426"),
            ("História da literatura e evolução", "windows-1252 cp850 cp860 marc-8 iso-5426"),
            ("Słownik języka polskiego i źródła", "windows-1250 iso-8859-2 cp852 marc-8 iso-5426"),
            ("Příběhy z dějin české země", "windows-1250 iso-8859-2 cp852 marc-8 iso-5426"),
            ("Türk edebiyatı üzerine araştırmalar, İstanbul", "windows-1254 cp857 marc-8"),
            ("Latviešu valodas vārdnīca skolēniem", "windows-1257 cp775 marc-8"),
            ("İSTANBUL VE İZMİR KÜTÜPHANELERİ", "windows-1254 cp857 marc-8 iso-5426 iso-6937"),
            ("Hē historia tēs Helladas kai tōn nēsōn", "marc-8 cp775 windows-1257"),
            ("Un po' di più per la città", "cp437 cp850 windows-1252"),
            ("Итоги работы МГУ и НИИ", "windows-1251 ibm866 koi8-r cp855"),
            ("Война и мир : роман", "windows-1251 ibm866 koi8-r iso-8859-5 x-mac-cyrillic cp855"),
            ("Історія української літератури", "windows-1251 koi8-u cp1125"),
            ("Οδύσσεια και Ιλιάδα", "windows-1253 cp737"),
            ("Қазақ әдебиетінің тарихы", "kz1048 ptcp154"),
            ("تاريخ الأدب العربي", "windows-1256"),
            ("תולדות הספרות העברית", "windows-1255"),
        ] {
            for name in sets.split(' ') {
                let charset = Charset::from_name(name).unwrap();
                let found = judged(text, charset);
                let mut bytes = Vec::new();
                charset.encode_into(text, Policy::Strict, &mut bytes).unwrap();
                if found[0].charset.decode_lossy(&bytes).0 != charset.decode_lossy(&bytes).0 {
                    wrong.push(format!("{text} in {name}: {:?} {:?}", found[0], found[1]));
                }
            }
        }
        assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    }

    #[test]
    fn what_reads_badly_is_less_certain() {
        let bits = [3.0, 4.0, 5.0, 6.0, 12.0];
        assert_eq!(bits.map(calibrated), [1.8, 1.8, 0.85, 0.85, 0.85]);
    }

    #[test]
    fn the_order_of_the_values_does_not_matter() {
        let mut bytes = Vec::new();
        Charset::Windows1252
            .encode_into("Étude\u{1E}São Paulo\u{1E}Málaga\u{1E}Genève", Policy::Strict, &mut bytes)
            .unwrap();
        let (mut one, mut other) = (Sample::new(), Sample::new());
        one.add(&bytes);
        bytes.split(|byte| *byte == 0x1E).rev().for_each(|value| other.add(value));
        assert_eq!(one.judge().ranked(|_| 0.0), other.judge().ranked(|_| 0.0));
    }
}

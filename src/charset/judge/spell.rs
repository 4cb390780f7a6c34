//! What a word costs: its letters one after the other, capitals and small letters, signs and marks in it.

use super::languages::{BOUNDARY, LANGUAGES, Language, Letter};
use super::sets::{Case, Home, Set, Symbol, of_character};

/// What a mark without a letter costs, in twelfths of a bit.
const DANGLING: u32 = 26 * 12;

/// What a sign costs where it is not at home, in twelfths of a bit.
const ASTRAY: u32 = 6 * 12;

/// What comes before the next letter, for its case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    Nothing,
    Lower,
    /// One capital.
    Upper,
    /// Two or more.
    Uppers,
    Caseless,
}

/// What a letter of a case costs after what came before, in twelfths of a bit.
pub(super) const fn case_cost(before: Before, case: Case) -> (u32, Before) {
    match (before, case) {
        (Before::Nothing, Case::Lower) => (10, Before::Lower),
        (Before::Nothing, Case::Upper) => (16, Before::Upper),
        (Before::Nothing | Before::Caseless, Case::None) => (1, Before::Caseless),
        (Before::Lower, Case::Lower) => (1, Before::Lower),
        (Before::Lower, Case::Upper) => (130, Before::Upper),
        (Before::Upper, Case::Lower) => (5, Before::Lower),
        (Before::Upper, Case::Upper) => (24, Before::Uppers),
        (Before::Uppers, Case::Upper) => (3, Before::Uppers),
        (Before::Uppers, Case::Lower) => (96, Before::Lower),
        (_, Case::None) => (96, Before::Caseless),
        (Before::Caseless, Case::Lower) => (96, Before::Lower),
        (Before::Caseless, Case::Upper) => (96, Before::Upper),
    }
}

/// What a letter costs with a mark that no language has on it, in twelfths of a bit: romanization has macrons on vowels, and
/// dots below consonants.
const fn unusual(mark: char, base: char) -> u32 {
    match (mark, base) {
        ('\u{304}', 'a' | 'e' | 'i' | 'o' | 'u' | 'y') => 4 * 12,
        ('\u{323}', 'b'..='d' | 'f'..='h' | 'j'..='n' | 'p'..='t' | 'v'..='z') => 4 * 12,
        _ => 17 * 12,
    }
}

/// What half a mark over two letters costs without the other half, and both together, in twelfths of a bit.
const HALF: u32 = 20 * 12;
const BOTH: u32 = 4 * 12;

/// What a word is in a set, in any language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spelling {
    /// What its signs, marks and capitals cost, in twelfths of a bit.
    pub(super) cost: f32,
    /// Whether it has letters of two scripts, or a capital after a small letter: no word of any language.
    pub(super) is_mixed: bool,
    /// Whether it is a few capitals, which may be those with which words begin.
    pub(super) is_short: bool,
}

/// A bit for each script that counts: Latin, Greek, Cyrillic, and all scripts without capitals.
const fn script(letter: char) -> u8 {
    match letter {
        '\0'..='\u{36F}' | '\u{1E00}'..='\u{1EFF}' => 1,
        '\u{370}'..='\u{3FF}' | '\u{1F00}'..='\u{1FFF}' => 2,
        '\u{400}'..='\u{52F}' => 4,
        _ => 8,
    }
}

/// Spells a word in a set: its letters, with boundaries where signs are.
pub(super) fn spell(set: &Set, word: &[u8], letters: &mut Vec<Letter>) -> Spelling {
    spell_symbols(word.iter().map(|byte| set.symbol(*byte)), |base, mark| set.composed(base, mark), letters)
}

/// Spells a word that is text.
pub(super) fn spell_text(word: &str, letters: &mut Vec<Letter>) -> Spelling {
    spell_symbols(word.chars().map(of_character), |_, _| None, letters)
}

fn spell_symbols(
    symbols: impl Iterator<Item = Symbol>,
    composed: impl Fn(char, char) -> Option<Letter>,
    letters: &mut Vec<Letter>,
) -> Spelling {
    let mut word = Word::default();
    let mut scripts = 0u8;
    let mut is_mixed = false;
    let mut before = Before::Nothing;
    for symbol in symbols {
        match symbol {
            Symbol::Letter(letter, case, small) => {
                let letter = match word.is_pending() {
                    true => word.end_before((letter, case, small), &composed, letters),
                    false => letter,
                };
                scripts |= script(small);
                is_mixed |= !scripts.is_power_of_two() || before == Before::Lower && case == Case::Upper;
                let (more, now) = case_cost(before, case);
                word.cost += more;
                before = now;
                letters.push(letter);
            }
            Symbol::Mark(mark) => word.add_mark(mark, letters),
            Symbol::Sign(bits, home) => {
                word.add_sign(bits, home, letters);
                scripts = 0;
                before = Before::Nothing;
            }
        }
    }
    word.end(letters);
    let is_short = before == Before::Uppers && letters.len() <= INITIALS && !letters.contains(&BOUNDARY);
    Spelling { cost: word.cost as f32, is_mixed, is_short }
}

/// A word that is being spelt: what it costs so far, and what waits for the next letter.
#[derive(Default)]
struct Word {
    cost: u32,
    marks: [Option<char>; 2],
    /// What a sign costs, and where it is at home.
    sign: Option<(u16, Home)>,
    /// Where the letter is that has the first half of a mark over two.
    half: Option<usize>,
}

impl Word {
    /// Whether marks or a sign are before the next letter.
    #[inline]
    fn is_pending(&self) -> bool {
        self.marks[0].is_some() || self.sign.is_some()
    }

    fn add_mark(&mut self, mark: char, letters: &mut Vec<Letter>) {
        match &mut self.marks {
            [first @ None, _] => *first = Some(mark),
            [_, second @ None] => *second = Some(mark),
            _ => self.cost += DANGLING,
        }
        self.end_sign(true, letters);
    }

    fn add_sign(&mut self, bits: u16, home: Home, letters: &mut Vec<Letter>) {
        self.drop_marks();
        self.end_sign(false, letters);
        self.sign = Some((bits, home));
    }

    /// Counts what is before a letter, and returns what the letter is with its marks.
    fn end_before(
        &mut self,
        (letter, case, small): (Letter, Case, char),
        composed: impl Fn(char, char) -> Option<Letter>,
        letters: &mut Vec<Letter>,
    ) -> Letter {
        self.end_sign(true, letters);
        let (mark, second) = match std::mem::take(&mut self.marks) {
            [None, _] => return letter,
            // A small i has its dot.
            [Some('\u{307}'), None] if small == 'i' && case == Case::Upper => return letter,
            [Some(mark), second] => (mark, second),
        };
        let whole = composed(small, mark).filter(|_| second.is_none());
        // Romanization has marks that no language has.
        self.cost += match mark {
            _ if whole.is_some() => 0,
            '\u{361}' | '\u{FE20}' => match self.half.replace(letters.len()) {
                Some(_) => HALF,
                None => 0,
            },
            '\u{FE21}' => match self.half.take() {
                Some(first) if letters.len() <= first + 2 => BOTH,
                _ => HALF,
            },
            other => unusual(other, small),
        };
        self.cost += if second.is_some() { unusual(' ', small) } else { 0 };
        whole.unwrap_or(letter)
    }

    /// Counts marks after which there is no letter.
    fn drop_marks(&mut self) {
        self.cost += DANGLING * self.marks.iter().flatten().count() as u32;
        self.marks = [None, None];
    }

    /// Counts what is left at the end.
    fn end(&mut self, letters: &mut Vec<Letter>) {
        self.drop_marks();
        if self.half.is_some() {
            self.cost += HALF;
        }
        self.end_sign(false, letters);
    }

    /// Counts a sign, now that it is known whether a letter comes after it.
    fn end_sign(&mut self, before_letter: bool, letters: &mut Vec<Letter>) {
        let Some((bits, home)) = self.sign.take() else { return };
        self.cost += u32::from(bits);
        let after_letter = letters.last().is_some_and(|letter| *letter != BOUNDARY);
        if !home.is_at(after_letter, before_letter) {
            self.cost += ASTRAY;
        }
        if after_letter {
            letters.push(BOUNDARY);
        }
    }
}

/// How many initials are written together at most.
const INITIALS: usize = 5;
/// What it costs that capitals are initials, in twelfths of a bit.
const SHORT: u32 = 3 * 12;

/// What a word costs in a language: its letters one after the other, or each as that with which a word begins.
pub(super) fn spelling_cost(spelling: &Spelling, letters: &[Letter], language: &Language) -> f32 {
    let word = letters_cost(letters, language);
    if !spelling.is_short {
        return word;
    }
    let initials: u32 = letters.iter().map(|letter| language.cost(0, language.place(*letter))).sum();
    word.min((initials + SHORT) as f32)
}

/// What the letters cost in a language, with the end of the word, in twelfths of a bit.
pub(super) fn letters_cost(letters: &[Letter], language: &Language) -> f32 {
    letters_cost_within(letters, language, f32::MAX)
}

/// The same, or something above `most`.
pub(super) fn letters_cost_within(letters: &[Letter], language: &Language, most: f32) -> f32 {
    let most = most as u32;
    let mut cost = 0u32;
    let mut before = 0usize;
    for letter in letters {
        let here = language.place(*letter);
        cost += language.cost(before, here);
        before = here;
        if cost > most {
            return cost as f32;
        }
    }
    if before != 0 {
        cost += language.cost(before, 0);
    }
    cost as f32
}

/// What a word costs in a set, in the language that it fits best, in twelfths of a bit.
pub(super) fn word_cost<'a>(
    set: &Set,
    word: &[u8],
    languages: impl Iterator<Item = &'a Language>,
    letters: &mut Vec<Letter>,
) -> f32 {
    letters.clear();
    spell(set, word, letters).cost + least(letters, languages)
}

/// What letters cost in the language that they fit best, in twelfths of a bit.
pub(super) fn least<'a>(letters: &[Letter], languages: impl Iterator<Item = &'a Language>) -> f32 {
    languages.map(|language| letters_cost(letters, language)).fold(f32::MAX, f32::min)
}

pub(super) fn ascii_cost(word: &[u8], language: &Language) -> f32 {
    let mut cost = 0u32;
    let mut before = 0usize;
    for byte in word {
        let here = language.place(LANGUAGES.ascii(*byte));
        cost += language.cost(before, here);
        before = here;
    }
    (cost + language.cost(before, 0)) as f32
}

#[cfg(test)]
mod tests {
    use super::super::languages::LANGUAGES;
    use super::super::sets::SETS;
    use super::*;
    use crate::charset::{Charset, Policy};

    fn spelt(text: &str, charset: Charset) -> (Spelling, Vec<Letter>) {
        let set = SETS.iter().find(|set| set.charset == charset).unwrap();
        let mut bytes = Vec::new();
        charset.encode_into(text, Policy::Strict, &mut bytes).unwrap();
        let mut letters = Vec::new();
        (spell(set, &bytes, &mut letters), letters)
    }

    #[test]
    fn signs_have_their_places() {
        let more = |there: &str, home: &str| {
            let cost = |text| spelt(text, Charset::Windows1252).0.cost;
            cost(there) - cost(home)
        };
        for (there, home) in [
            ("…perdu", "perdu…"),
            ("vent¿", "¿vent"),
            ("ort„", "„ort"),
            ("mar—", "mar —"),
            ("—mar", "— mar"),
            ("art§", "art §"),
            ("’soir", "soir’"),
            ("·soir", "· soir"),
            ("no«che", "no «che"),
        ] {
            assert_eq!(more(there, home), ASTRAY as f32, "{there}");
        }
        assert_eq!(more("«soir", "soir»"), 0.0, "both are at home");
        for charset in [Charset::ISO_5426, Charset::Marc8] {
            let cost = |text| spelt(text, charset).0.cost;
            assert_eq!(
                cost("stad\u{9C}huis") - cost("stad \u{9C}huis"),
                ASTRAY as f32,
                "not filed, in {charset}"
            );
            assert_eq!(cost("\u{98}stad"), cost("stad\u{9C}"), "{charset}");
        }
    }

    #[test]
    fn the_small_i_has_its_dot() {
        for charset in [Charset::ISO_5426, Charset::Marc8, Charset::Iso6937] {
            let (dotted, letters) = spelt("İZMİR", charset);
            let (plain, others) = spelt("IZMIR", charset);
            assert_eq!((dotted.cost, &letters), (plain.cost, &others), "{charset}");
            let (dotted, _) = spelt("i\u{307}zmir", charset);
            let (plain, _) = spelt("izmir", charset);
            assert!(dotted.cost > plain.cost + 100.0, "{charset}");
        }
    }

    #[test]
    fn capitals_may_be_initials() {
        let russian = LANGUAGES.by_name("ru").and_then(|at| LANGUAGES.all.get(at)).unwrap();
        for (text, is_short) in
            [("ВДНХ", true), ("ГЭС", true), ("вднх", false), ("Вднх", false), ("ОБОРОНА", false)]
        {
            let (spelling, letters) = spelt(text, Charset::Windows1251);
            assert_eq!(spelling.is_short, is_short, "{text}");
            let (cost, word) = (spelling_cost(&spelling, &letters, russian), letters_cost(&letters, russian));
            assert!(if text == "ВДНХ" { cost < word } else { cost <= word }, "{text}: {cost}, {word}");
        }
    }
}

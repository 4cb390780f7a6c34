//! The sets that are tried, as tables of what each byte is.

use std::sync::LazyLock;

use unicode_normalization::char::compose;

use super::languages::{FOREIGN, LANGUAGES, Letter};
use crate::charset::Charset;

const WEST: &str = "en fr es pt ca it de nl sv da nb fi is et sq";
const CENTRAL: &str = "en de pl cs sk hu ro sl hr sq";
const BALTIC: &str = "en de et lv lt fi sv da nb pl sl ja-latn el-latn";
const CYRILLIC: &str = "ru uk be bg sr mk";
const LATIN: &str = "en fr es pt ca it de nl sv da nb fi is et lv lt pl cs sk hu ro sl hr tr az kk-latn sq ru-latn \
                     uk-latn bg-latn ar-latn fa-latn he-latn hi-latn ja-latn ko-latn el-latn";

/// What a candidate is: the set, the languages that are written in it, and what is to be said for it before anything is
/// known, in bits. Of sets that give the same text the first is taken. A set that adds a few letters to a common one, as
/// Windows-1256 to French and the sets of Kazakh to Russian, must not be taken for one byte that has no meaning in the common
/// one: a word speaks for it with less than nine bits.
pub(super) static CANDIDATES: [(Charset, &str, f32); 41] = [
    (Charset::Windows1252, WEST, 0.0),
    (Charset::Windows1251, CYRILLIC, 0.0),
    (Charset::Ibm866, CYRILLIC, 0.0),
    (Charset::Marc8, LATIN, -0.5),
    (Charset::ISO_5426, LATIN, -1.0),
    (Charset::Cp850, WEST, -0.5),
    (Charset::Windows1250, CENTRAL, -0.5),
    (Charset::Koi8R, CYRILLIC, -1.0),
    (Charset::Windows1253, "en el", -0.5),
    (Charset::Iso8859_7, "en el", -1.0),
    (Charset::Cp737, "en el", -0.5),
    (Charset::Cp852, CENTRAL, -1.0),
    (Charset::Iso8859_2, CENTRAL, -1.0),
    (Charset::Windows1254, "en de fr tr", -1.5),
    (Charset::Windows1257, BALTIC, -0.5),
    (Charset::Windows1256, "en fr ar fa", -8.0),
    (Charset::Windows1255, "en he", -1.0),
    (Charset::Iso8859_15, WEST, -1.5),
    (Charset::Iso8859_5, CYRILLIC, -2.0),
    (Charset::Koi8U, CYRILLIC, -2.0),
    (Charset::Cp437, WEST, -0.75),
    (Charset::MacCyrillic, CYRILLIC, -3.0),
    (Charset::Cp855, CYRILLIC, -3.0),
    (Charset::Cp1125, CYRILLIC, -3.0),
    (Charset::Kz1048, "ru kk az-cyrl", -3.0),
    (Charset::Ptcp154, "ru kk az-cyrl", -4.0),
    (Charset::Cp857, "en de fr tr az", -1.5),
    (Charset::Cp775, BALTIC, -1.5),
    (Charset::Cp860, "en pt", -2.0),
    (Charset::Cp865, "en da nb sv", -2.0),
    (Charset::Cp861, "en is", -2.0),
    (Charset::Cp863, "en fr", -2.0),
    (Charset::Cp869, "en el", -2.0),
    (Charset::Iso8859_13, BALTIC, -1.5),
    (Charset::Iso8859_4, BALTIC, -2.5),
    (Charset::Iso8859_6, "en ar", -9.0),
    (Charset::Iso8859_8, "en he", -2.0),
    (Charset::Iso8859_16, CENTRAL, -3.0),
    (Charset::Iso6937, LATIN, -1.5),
    (Charset::Unimarc { g0: 1, g1: 2, g2: 0, g3: 0 }, CYRILLIC, -14.0),
    (Charset::Unimarc { g0: 1, g1: 5, g2: 0, g3: 0 }, "en el", -14.0),
];

/// Upper and lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Lower,
    Upper,
    None,
}

/// Where a sign is at home.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Home {
    /// Anywhere.
    Inside,
    /// Between letters, or where no letter is.
    Between,
    /// In a word or after it.
    Within,
    /// Before a word or after it.
    Edge,
    /// Before a word, or where no letter is.
    Before,
    /// After a word, or where no letter is.
    After,
    /// Where no letter is.
    Alone,
}

impl Home {
    /// Whether a sign of this kind is at home after a letter or not, and before one or not.
    #[inline]
    pub(super) const fn is_at(self, after: bool, before: bool) -> bool {
        match self {
            Home::Inside => true,
            Home::Between => after == before,
            Home::Within => after,
            Home::Edge => !(after && before),
            Home::Before => !after,
            Home::After => !before,
            Home::Alone => !after && !before,
        }
    }
}

/// What a byte is in a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Symbol {
    /// A letter, and the character itself where marks may come before it.
    Letter(Letter, Case, char),
    /// A mark, which stands before its letter.
    Mark(char),
    /// A sign: what it costs, in twelfths of a bit, and where it is at home.
    Sign(u16, Home),
}

/// A set that is tried.
#[derive(Debug)]
pub(super) struct Set {
    pub(super) charset: Charset,
    /// Numbers of languages.
    pub(super) languages: Vec<usize>,
    pub(super) prior: f32,
    symbols: Vec<Symbol>,
    /// Each letter with each mark, for those that are letters of a language.
    composed: std::collections::BTreeMap<(char, char), Letter>,
}

impl Set {
    #[inline]
    pub(super) fn symbol(&self, byte: u8) -> Symbol {
        self.symbols.get(usize::from(byte)).copied().unwrap_or(Symbol::Sign(UNDEFINED, Home::Edge))
    }

    /// The letter that a letter with a mark is, if a language has it.
    pub(super) fn composed(&self, base: char, mark: char) -> Option<Letter> {
        self.composed.get(&(base, mark)).copied()
    }
}

pub(super) static SETS: LazyLock<Vec<Set>> = LazyLock::new(|| {
    let make = |&(charset, languages, prior): &(Charset, &str, f32)| {
        let languages = languages.split(' ').filter_map(|name| LANGUAGES.by_name(name)).collect();
        let symbols: Vec<Symbol> = (0..=0xFF).map(|byte| symbol(charset, byte)).collect();
        let marks = || {
            symbols.iter().filter_map(|symbol| match symbol {
                Symbol::Mark(mark) => Some(*mark),
                _ => None,
            })
        };
        let mut composed = std::collections::BTreeMap::new();
        for mark in marks() {
            for base in 'a'..='z' {
                if let Some(whole) = compose(base, mark) {
                    let letter = LANGUAGES.letter(fold(whole));
                    if letter != FOREIGN {
                        composed.insert((base, mark), letter);
                    }
                }
            }
        }
        Set { charset, languages, prior, symbols, composed }
    };
    CANDIDATES.iter().map(make).collect()
});

fn symbol(charset: Charset, byte: u8) -> Symbol {
    let alone = charset.decode(std::slice::from_ref(&byte)).ok().and_then(|text| text.chars().next());
    // A mark is put after the letter that it is before.
    let pair = [byte, b'a'];
    let before = charset.decode(&pair).ok().and_then(|text| {
        let mut characters = text.chars();
        // The second half of a mark over two letters leaves nothing.
        (characters.next() == Some('a')).then(|| characters.next().unwrap_or('\u{FE21}'))
    });
    match (before.filter(|_| byte >= 0x80), alone) {
        (Some(mark), _) => Symbol::Mark(mark),
        // Around words that are not filed.
        (None, Some('\u{98}' | '\u{9C}')) if charset.has_states() => Symbol::Sign(NONSORTING, Home::Edge),
        // Sets that have no Latin letters have signs of ASCII in the upper half too, where hardly any text has them.
        (None, Some(character)) if character.is_ascii() && byte >= 0x80 => {
            Symbol::Sign(ASCII_ABOVE, Home::Edge)
        }
        (None, Some(character)) => of_character(character),
        (None, None) => Symbol::Sign(UNDEFINED, Home::Edge),
    }
}

/// What a mark costs around words that are not filed, in twelfths of a bit.
const NONSORTING: u16 = 8 * 12;
const UNDEFINED: u16 = 26 * 12;
/// What a sign of ASCII costs where a byte of the upper half is one, in twelfths of a bit.
const ASCII_ABOVE: u16 = 12 * 12;

/// What a character is in any set.
pub(super) fn of_character(character: char) -> Symbol {
    let is_sign = matches!(character, 'ª' | 'º' | 'ʹ' | 'ʺ' | 'ʻ' | 'ʼ' | 'ƒ' | 'µ' | 'ˆ');
    if character.is_alphabetic() && !is_sign {
        let small = fold(character);
        let case = match () {
            () if character.is_uppercase() => Case::Upper,
            () if character.is_lowercase() => Case::Lower,
            () => Case::None,
        };
        return Symbol::Letter(LANGUAGES.letter(small), case, small);
    }
    let bits = match character {
        '\0'..='\x7F' => 0,
        'ʹ' | 'ʺ' | 'ʻ' | 'ʼ' | '’' | '\u{AD}' | '·' => 8,
        '«' | '»' | '“' | '”' | '‘' | '–' | '—' | '…' | '\u{A0}' | '№' | '°' | '§' | '©' => {
            9
        }
        '„' | '®' | '¿' | '¡' | 'ª' | 'º' | '•' | '‚' | '‹' | '›' | '―' => 11,
        '\u{80}'..='\u{9F}' => 24,
        '\u{2500}'..='\u{25FF}' => 21,
        '\u{5B0}'..='\u{5EA}' | '\u{64B}'..='\u{652}' | '،' | '؛' | '؟' => 10,
        _ => 15,
    };
    let home = match character {
        '\u{AD}' | '·' => Home::Between,
        '’' => Home::Within,
        _ if bits == 8 => Home::Inside,
        '\u{200C}'..='\u{200F}' | '\u{5B0}'..='\u{652}' => Home::Inside,
        '¿' | '¡' | '„' | '‚' => Home::Before,
        '®' | '©' | 'ª' | 'º' | '°' | '™' | '…' => Home::After,
        '–' | '—' | '―' | '•' | '§' | '№' => Home::Alone,
        _ => Home::Edge,
    };
    Symbol::Sign(bits * 12, home)
}

/// A letter in lower case, as the languages have it.
fn fold(character: char) -> char {
    match character {
        'İ' => 'i',
        'ș' | 'Ș' => 'ş',
        'ț' | 'Ț' => 'ţ',
        'ی' | 'ۍ' | 'ې' => 'ي',
        'ک' => 'ك',
        'ہ' | 'ھ' | 'ە' | 'ۀ' => 'ه',
        other => other.to_lowercase().next().unwrap_or(other),
    }
}

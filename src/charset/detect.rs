//! Telling character sets apart by what stands in the bytes: letters of Cyrillic and Greek, marks of MARC-8.

use std::fmt;
use std::sync::LazyLock;

use super::Charset;

/// The sets that are tried, the likelier first: of equal scores the first wins.
const CYRILLIC: [Charset; 3] = [Charset::Windows1251, Charset::Ibm866, Charset::Koi8R];
const GREEK: [Charset; 3] = [Charset::Windows1253, Charset::Iso8859_7, Charset::Cp737];

static CYRILLIC_TABLES: LazyLock<[Table; 3]> = LazyLock::new(|| CYRILLIC.map(Table::new));
static ALL_TABLES: LazyLock<[Table; 6]> = LazyLock::new(|| {
    let [a, b, c] = CYRILLIC.map(Table::new);
    let [d, e, f] = GREEK.map(Table::new);
    [a, b, c, d, e, f]
});

/// What [`guess_letters`] found: the best character set, and what speaks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct LetterGuess {
    /// The character set under which the bytes look most like text.
    pub charset: Charset,
    /// Bytes above 0x7F in all.
    pub bytes: u64,
    /// How many of them are letters of its script in that set.
    pub letters: u64,
    /// How many of them are letters of its script in the second best set.
    pub runner_up: u64,
    /// The second best set. Windows-1253 and ISO 8859-7, which have their letters in common but one, are never each
    /// other's.
    pub second: Charset,
}

impl LetterGuess {
    /// Whether there are few letters to go by, or nearly as many in another set.
    pub const fn is_doubtful(&self) -> bool {
        self.letters < 12
            || self.letters < 40 && self.runner_up.saturating_mul(10) >= self.letters.saturating_mul(9)
    }

    /// The script of the letters, as a word.
    pub const fn script(&self) -> &'static str {
        match self.charset {
            Charset::Windows1253 | Charset::Iso8859_7 | Charset::Cp737 => "Greek",
            _ => "Cyrillic",
        }
    }
}

/// Whether bytes that are not valid UTF-8 are UTF-8 all the same, with faults: most of those above 0x7F belong to
/// valid multi-byte characters.
pub fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        good = good.saturating_add(chunk.valid().bytes().filter(|byte| *byte >= 0x80).count());
        bad = bad.saturating_add(chunk.invalid().len());
    }
    good > bad.saturating_mul(2)
}

impl fmt::Display for LetterGuess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LetterGuess { charset, bytes, letters, runner_up, second } = self;
        let script = self.script();
        write!(
            f,
            "{letters} of {bytes} bytes above 7F are {script} letters in {charset}, {runner_up} letters in {second}"
        )
    }
}

/// Guesses which Cyrillic code page `bytes` are in: Windows-1251, cp866 or KOI8-R.
///
/// Letters count by how common they are in Russian text and whether their case fits the letter before them; signs
/// that Cyrillic text hardly has count against a set. `None` if nothing speaks for any of them: there are no bytes
/// above 0x7F, or most are no Cyrillic letters in any set.
///
/// # Cost
/// One pass over the bytes, no allocation.
///
/// # Example
/// ```
/// use kartoteka::{Charset, charset::guess_cyrillic};
///
/// let guess = guess_cyrillic(b"\x82\xAE\xA9\xAD\xA0 \xA8 \xAC\xA8\xE0").unwrap();
/// assert_eq!(guess.charset, Charset::Ibm866);
/// assert_eq!((guess.letters, guess.bytes), (9, 9));
/// ```
pub fn guess_cyrillic(bytes: &[u8]) -> Option<LetterGuess> {
    guess(bytes, &CYRILLIC_TABLES)
}

/// Guesses which Cyrillic or Greek code page `bytes` are in: those of [`guess_cyrillic`], Windows-1253, ISO 8859-7 or
/// cp737. Greek letters count by how common they are in Greek text.
///
/// # Cost
/// One pass over the bytes, no allocation.
///
/// # Example
/// ```
/// use kartoteka::{Charset, charset::guess_letters};
///
/// let title = b"\xCF\xE4\xFD\xF3\xF3\xE5\xE9\xE1 \xEA\xE1\xE9 \xC9\xEB\xE9\xDC\xE4\xE1";
/// let guess = guess_letters(title).unwrap();
/// assert_eq!(guess.charset, Charset::Windows1253);
/// assert_eq!(guess.charset.decode(title)?, "Οδύσσεια και Ιλιάδα");
/// # Ok::<(), kartoteka::DecodeError>(())
/// ```
pub fn guess_letters(bytes: &[u8]) -> Option<LetterGuess> {
    guess(bytes, &ALL_TABLES)
}

fn guess<const N: usize>(bytes: &[u8], tables: &[Table; N]) -> Option<LetterGuess> {
    let mut histogram = [0u64; 128];
    let mut pairs = [[0i64; 2]; N];
    let mut previous = b' ';
    let mut high = 0u64;
    for &byte in bytes {
        if byte >= 0x80 {
            high = high.saturating_add(1);
            if let Some(count) = histogram.get_mut(usize::from(byte & 0x7F)) {
                *count = count.saturating_add(1);
            }
            for (table, [fit, misfit]) in tables.iter().zip(&mut pairs) {
                match (table.class(previous), table.class(byte)) {
                    (Class::Lower, Class::Upper) => *misfit = misfit.saturating_add(1),
                    (Class::Lower, Class::Lower) | (Class::Upper, Class::Lower | Class::Upper) => {
                        *fit = fit.saturating_add(1);
                    }
                    _ => {}
                }
            }
        }
        previous = byte;
    }
    if high == 0 {
        return None;
    }
    let mut results = [(i64::MIN, 0u64, Charset::Auto); N];
    for ((result, table), [fit, misfit]) in results.iter_mut().zip(tables).zip(pairs) {
        let mut score = fit.saturating_sub(misfit.saturating_mul(8));
        let mut letters = 0u64;
        for (&count, entry) in histogram.iter().zip(&table.entries) {
            score =
                score.saturating_add(entry.weight.saturating_mul(i64::try_from(count).unwrap_or(i64::MAX)));
            if entry.class != Class::Other {
                letters = letters.saturating_add(count);
            }
        }
        *result = (score, letters, table.charset);
    }
    results.sort_by_key(|&(score, ..)| std::cmp::Reverse(score));
    let [(score, letters, charset), others @ ..] = results.as_slice() else { return None };
    let twins = [Charset::Windows1253, Charset::Iso8859_7];
    let is_twin = |other: &Charset| twins.contains(charset) && twins.contains(other);
    let (_, runner_up, second) = others.iter().find(|(.., other)| !is_twin(other))?;
    let enough = *score > 0 && letters.saturating_mul(2) > high;
    enough.then_some(LetterGuess {
        charset: *charset,
        bytes: high,
        letters: *letters,
        runner_up: *runner_up,
        second: *second,
    })
}

/// What the bytes above 0x7F say of MARC-8, and against it. See [`weigh_marks`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct MarkEvidence {
    /// Marks that stand before a letter on which they are used.
    pub marks: u64,
    /// Bytes that MARC-8 has no character for, and marks before anything else.
    pub against: u64,
    /// Escape sequences that MARC-8 knows.
    pub escapes: u64,
}

impl MarkEvidence {
    /// Whether more speaks for MARC-8 than against it.
    pub const fn is_for(&self) -> bool {
        self.escapes > 0 || self.marks > self.against
    }

    /// Whether all speaks against it, or nearly all and enough.
    pub const fn is_against(&self) -> bool {
        self.escapes == 0
            && self.against > self.marks.saturating_mul(3)
            && (self.against >= 3 || self.marks == 0)
    }
}

impl fmt::Display for MarkEvidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let MarkEvidence { marks, against, escapes } = self;
        write!(
            f,
            "{marks} marks before letters and {escapes} escape sequences as in MARC-8, {against} bytes against"
        )
    }
}

/// The letters on which the marks E0 to FE of ANSEL are used, each in lower case.
const BASES: [&[u8]; 31] = {
    const ANY: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
    [
        b"aeiouy",
        b"aeiounwm",
        b"aeiouyncszlrgkmpw",
        b"aeiouwychgsjz",
        b"aeounivy",
        b"aeiouyg",
        b"aeioughu",
        b"cegizabdfhmnprstwxylo",
        b"aeiouyhwxt",
        b"cdegilnorstzaukhj",
        b"auowy",
        ANY,
        ANY,
        ANY,
        b"ou",
        b"mnlaeiou",
        b"cstegklnrdhz",
        b"aeiou",
        b"abdehiklmnorstuvwyz",
        b"utah",
        b"rlaumn",
        ANY,
        b"bdhklnrtz",
        b"st",
        b"cgs",
        b"h",
        ANY,
        ANY,
        b"",
        b"",
        b"cgkr",
    ]
};

/// Whether the escape at an offset begins a sequence of MARC-8.
fn is_known_escape(bytes: &[u8], at: usize) -> bool {
    match bytes.get(at.saturating_add(1)..) {
        Some([b'g' | b'b' | b'p' | b's', ..]) => true,
        Some([b'(' | b',' | b')' | b'-' | b'$', last, ..]) => b"B1234!NQSE(),-".contains(last),
        _ => false,
    }
}

/// Whether there is an escape sequence of MARC-8.
pub(crate) fn has_known_escape(bytes: &[u8]) -> bool {
    memchr::memchr_iter(0x1B, bytes).any(|at| is_known_escape(bytes, at))
}

/// Counts what in the bytes speaks for MARC-8: marks before letters on which they are used, and escape sequences.
///
/// # Cost
/// One pass over the bytes, no allocation.
///
/// # Example
/// ```
/// use kartoteka::charset::weigh_marks;
///
/// assert!(weigh_marks(b"Caf\xE2e fran\xF0cais").is_for());
/// assert!(weigh_marks(b"Caf\xE9, M\xFCnchen, Gen\xE8ve, d\xE9j\xE0 vu").is_against());
/// ```
pub fn weigh_marks(bytes: &[u8]) -> MarkEvidence {
    let mut found = MarkEvidence::default();
    let one_more = |count: &mut u64| *count = count.saturating_add(1);
    let mut before = b' ';
    for (at, &byte) in bytes.iter().enumerate() {
        let behind = bytes.get(at.saturating_add(1)).copied().unwrap_or_default();
        match byte {
            0x1B if is_known_escape(bytes, at) => one_more(&mut found.escapes),
            0xE0..=0xFE => {
                let bases = BASES.get(usize::from(byte - 0xE0)).copied().unwrap_or_default();
                let fits = bases.contains(&behind.to_ascii_lowercase());
                match behind {
                    0xE0..=0xFE if !bases.is_empty() => {} // two marks on a letter: the second tells
                    0xA1..=0xC6 => {}
                    _ if fits => one_more(&mut found.marks),
                    // Between signs a letter is no likelier than a mark.
                    0x21..=0x7E if before.is_ascii_punctuation() && behind.is_ascii_punctuation() => {}
                    _ => one_more(&mut found.against),
                }
            }
            0x88 | 0x89 | 0x8D | 0x8E => {}
            0x80..=0xA0 | 0xAF | 0xBB | 0xBE | 0xBF | 0xC9..=0xDF | 0xFF => one_more(&mut found.against),
            _ => {}
        }
        before = byte;
    }
    found
}

/// Guesses in which of some single-byte sets Latin text is: the one in which most bytes above 0x7F are letters whose
/// case fits the letter before them. Of equal ones the first; `None` if there are no such bytes.
///
/// # Example
/// ```
/// use kartoteka::{Charset, charset::guess_latin};
///
/// let sets = [Charset::Windows1252, Charset::Cp850];
/// assert_eq!(guess_latin(b"caf\x82 fran\x87ais", &sets), Some(Charset::Cp850));
/// assert_eq!(guess_latin(b"caf\xE9 fran\xE7ais", &sets), Some(Charset::Windows1252));
/// ```
pub fn guess_latin(bytes: &[u8], sets: &[Charset]) -> Option<Charset> {
    if bytes.is_ascii() {
        return None;
    }
    let score = |charset: Charset| {
        let mut high = ['\u{FFFD}'; 128];
        for (byte, place) in (0x80..=0xFFu8).zip(&mut high) {
            let text = charset.decode(std::slice::from_ref(&byte)).ok().and_then(|text| text.chars().next());
            *place = text.unwrap_or('\u{FFFD}');
        }
        let mut score = 0i64;
        let mut before = ' ';
        for byte in bytes {
            let at = usize::from(byte & 0x7F);
            let here =
                if byte.is_ascii() { char::from(*byte) } else { high.get(at).copied().unwrap_or_default() };
            if !byte.is_ascii() {
                score = score.saturating_add(match here {
                    _ if !here.is_alphabetic() || here > '\u{24F}' => -2,
                    _ if before.is_lowercase() && here.is_uppercase() => -3,
                    _ if before.is_alphabetic() && here.is_lowercase() => 2,
                    _ => 1,
                });
            }
            before = here;
        }
        score
    };
    let best = sets.iter().rev().max_by_key(|charset| score(**charset));
    best.copied()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Upper,
    Lower,
    Other,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    class: Class,
    weight: i64,
}

/// What each byte above 0x7F is under one character set.
struct Table {
    charset: Charset,
    entries: [Entry; 128],
}

impl Table {
    fn new(charset: Charset) -> Table {
        let is_greek = GREEK.contains(&charset);
        let letter_entry = |letter: char| {
            let lower = letter.to_lowercase().next().unwrap_or(letter);
            let weight = if is_greek { greek_weight(lower) } else { weight(lower) };
            let class = if lower == letter { Class::Lower } else { Class::Upper };
            Entry { class, weight }
        };
        let mut entries = [Entry { class: Class::Other, weight: -6 }; 128];
        for (byte, entry) in (0x80..=0xFFu8).zip(&mut entries) {
            let text = charset.decode(std::slice::from_ref(&byte)).ok().and_then(|text| text.chars().next());
            *entry = match text {
                Some(letter @ ('А'..='я' | 'ё' | 'Ё' | 'і' | 'І' | 'ї' | 'Ї' | 'є' | 'Є')) if !is_greek => {
                    letter_entry(letter)
                }
                Some(letter @ ('ґ' | 'Ґ' | 'ў' | 'Ў')) if !is_greek => letter_entry(letter),
                Some(letter @ ('Ά' | 'Έ'..='ώ')) if is_greek => letter_entry(letter),
                Some(
                    '№' | '«' | '»' | '—' | '–' | '―' | '\u{A0}' | '“' | '”' | '„' | '…' | '‘' | '’' | '°'
                    | '§' | '·',
                ) => Entry { class: Class::Other, weight: 0 },
                _ => Entry { class: Class::Other, weight: -6 },
            };
        }
        Table { charset, entries }
    }

    fn class(&self, byte: u8) -> Class {
        match byte {
            0x80.. => self.entries.get(usize::from(byte & 0x7F)).map_or(Class::Other, |entry| entry.class),
            _ => Class::Other,
        }
    }
}

/// How much a letter speaks for Russian text: steps along its frequency, from 11% of `о` to 0.04% of `ъ`.
const fn weight(letter: char) -> i64 {
    match letter {
        'о' | 'е' | 'а' | 'и' | 'н' | 'т' => 6,
        'с' | 'р' | 'в' | 'л' => 5,
        'к' | 'м' | 'д' | 'п' | 'у' => 4,
        'я' | 'ы' | 'ь' | 'г' | 'з' | 'б' => 3,
        'ч' | 'й' | 'х' | 'ж' => 2,
        'ш' | 'ю' | 'ц' => 0,
        'щ' | 'э' | 'ф' => -1,
        _ => -3,
    }
}

/// The same for Greek text: from 12% of `α` to 0.2% of `ψ`.
const fn greek_weight(letter: char) -> i64 {
    match letter {
        'α' | 'ο' | 'ι' | 'ε' | 'τ' | 'ν' | 'σ' => 6,
        'η' | 'ρ' | 'π' | 'υ' | 'κ' | 'ς' => 5,
        'μ' | 'λ' | 'ί' | 'ό' | 'ά' => 4,
        'ω' | 'δ' | 'γ' | 'έ' | 'ή' => 3,
        'χ' | 'θ' | 'ύ' | 'ώ' | 'φ' => 2,
        'β' | 'ξ' => 0,
        'ζ' | 'ψ' => -1,
        _ => -3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charset::Policy;

    fn encoded(text: &str, charset: Charset) -> Vec<u8> {
        let mut bytes = Vec::new();
        charset.encode_into(text, Policy::Strict, &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn short_titles_in_every_candidate() {
        for text in [
            "Война и мир",
            "ПРЕСТУПЛЕНИЕ И НАКАЗАНИЕ",
            "Толстой, Лев Николаевич",
            "Полное собрание сочинений : в 10 т.",
            "М. : Наука, 1978. - 320 с.",
            "роман в стихах",
        ] {
            for charset in CYRILLIC {
                let bytes = encoded(text, charset);
                for guess in [guess_cyrillic(&bytes), guess_letters(&bytes)] {
                    assert_eq!(guess.map(|guess| guess.charset), Some(charset), "{text} in {charset}");
                }
            }
        }
        for text in [
            "Οδύσσεια",
            "Καζαντζάκης, Νίκος",
            "Άπαντα τα ευρεθέντα : ποιήματα και πεζά",
            "Αθήνα : Εστία, 1987. - 320 σ.",
        ] {
            for charset in GREEK {
                let found = guess_letters(&encoded(text, charset)).unwrap();
                // All that tells the twins apart is Ά.
                let twin = charset == Charset::Iso8859_7 && !text.contains('Ά');
                let expected = if twin { Charset::Windows1253 } else { charset };
                assert_eq!(found.charset, expected, "{text} in {charset}: {found}");
            }
        }
    }

    /// Capitals of cp737 are capitals in cp866 too, and as common there.
    #[test]
    fn capitals_alone_are_doubtful() {
        let found =
            guess_letters(&encoded("Ο ΒΙΟΣ ΚΑΙ Η ΠΟΛΙΤΕΙΑ ΤΟΥ ΑΛΕΞΗ ΖΟΡΜΠΑ", Charset::Cp737)).unwrap();
        assert!(found.is_doubtful(), "{found}");
    }

    #[test]
    fn other_languages_in_cyrillic_are_not_greek() {
        for text in
            ["Лісова пісня : драма-феєрія", "Пригоди бравого вояка Швейка", "Под игото", "Српска књижевност"]
        {
            let found = guess_letters(&encoded(text, Charset::Windows1251)).unwrap();
            assert_eq!(found.charset, Charset::Windows1251, "{text}");
        }
    }

    #[test]
    fn a_mark_on_a_sign_says_nothing() {
        let evidence = weigh_marks(b"systems (n[\xF5>]2) case");
        assert!(!evidence.is_for() && !evidence.is_against(), "{evidence}");
        assert!(weigh_marks(b"caf\xE9 noir").is_against());
        assert!(weigh_marks(b"(\xE0 la mode)").is_against());
    }

    #[test]
    fn nothing_to_go_by() {
        assert_eq!(guess_cyrillic(b"plain ASCII"), None);
        assert_eq!(guess_cyrillic(b""), None);
        // box drawing in cp866, signs elsewhere
        assert_eq!(guess_cyrillic(b"\xB0\xB1\xB2\xB0\xB1"), None);
    }
}

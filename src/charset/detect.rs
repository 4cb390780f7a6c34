//! What bytes show without a model of languages: UTF-8 with faults, marks of MARC-8, Latin letters by their case.

use std::fmt;

use super::set::Charset;
use crate::bytes::Cut;

/// How many bytes are looked at together.
const BLOCK: usize = 32;

/// Whether bytes that are not valid UTF-8 are UTF-8 all the same, with faults: most of those above 0x7F belong to
/// valid multi-byte characters.
pub fn is_mostly_utf8(bytes: &[u8]) -> bool {
    has_utf8(bytes) && is_mostly_valid(bytes)
}

/// The same, without a look beforehand.
pub(crate) fn is_mostly_valid(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().bytes().filter(|byte| *byte >= 0x80).count();
        bad += chunk.invalid().len();
    }
    good > 2 * bad
}

/// Whether there is a run of bytes above 0x7F of which most have the form of characters of UTF-8. If not, no value in these
/// bytes is mostly UTF-8.
fn has_utf8(bytes: &[u8]) -> bool {
    find_utf8(bytes, 0).is_some()
}

/// Where, from an offset on, a run of bytes above 0x7F begins, between two of ASCII, of which most have the form of
/// characters of UTF-8.
///
/// # Cost
/// One pass, many bytes at a time; another over words that have something like a character in them.
pub(crate) fn find_utf8(bytes: &[u8], mut from: usize) -> Option<usize> {
    while let Some(at) = character_form(bytes, from) {
        let before = bytes.cut(from..at).iter().rposition(u8::is_ascii);
        let mut rest = bytes.cut(from + before.map_or(0, |ascii| ascii + 1)..);
        // The runs that begin in the same block.
        let last = bytes.len().saturating_sub(at + BLOCK);
        while rest.len() > last {
            let start = rest.iter().position(|byte| !byte.is_ascii()).unwrap_or(rest.len());
            rest = rest.cut(start..);
            let (is_utf8, after) = begins_with_utf8(rest);
            if is_utf8 {
                return Some(bytes.len() - rest.len());
            }
            rest = rest.cut(after..);
        }
        from = bytes.len() - rest.len();
    }
    None
}

/// Whether most bytes of the run that bytes begin with have the form of characters of UTF-8, and where it ends.
#[inline]
fn begins_with_utf8(bytes: &[u8]) -> (bool, usize) {
    let byte = |at: usize| bytes.get(at).map_or(0, |byte| *byte);
    let continues = |at: usize| byte(at) & 0xC0 == 0x80;
    let (mut at, mut bad) = (0, 0);
    loop {
        at += match byte(at) {
            0..0x80 => break,
            0xC2..=0xDF if continues(at + 1) => 2,
            0xE0..=0xEF if continues(at + 1) && continues(at + 2) => 3,
            0xF0..=0xF4 if continues(at + 1) && continues(at + 2) && continues(at + 3) => 4,
            _ => {
                bad += 1;
                1
            }
        };
    }
    (at > 3 * bad, at)
}

/// The block, from an offset on, in which a byte that begins a character of UTF-8 is before as many as it takes, up to two,
/// that continue one: text in most sets has few of these.
fn character_form(bytes: &[u8], from: usize) -> Option<usize> {
    let continues = |byte: u8| byte & 0xC0 == 0x80;
    let is_form =
        |one: u8, two: u8, three: u8| (one >= 0xC2) & continues(two) & ((one < 0xE0) | continues(three));
    let mut start = from;
    while let Some(block) = bytes.get(start..start + BLOCK + 2) {
        let three = block.iter().zip(block.cut(1..)).zip(block.cut(2..));
        if three.fold(false, |any, ((one, two), three)| any | is_form(*one, *two, *three)) {
            return Some(start);
        }
        start += BLOCK;
    }
    (start < bytes.len()).then_some(start)
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
    match bytes.get(at + 1..) {
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
    let one_more = |count: &mut u64| *count += 1;
    let mut before = b' ';
    for (at, &byte) in bytes.iter().enumerate() {
        let behind = bytes.get(at + 1).copied().unwrap_or_default();
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
pub(super) fn guess_latin(bytes: &[u8], sets: &[Charset]) -> Option<Charset> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_mostly_utf8_has_a_run_that_is() {
        let pieces: [&[u8]; 12] = [
            b"a",
            b" ",
            "\u{439}".as_bytes(),
            "\u{20AC}".as_bytes(),
            "\u{1F600}".as_bytes(),
            b"\xE9",
            b"\xE0\xA0",
            b"\xA4",
            b"\xF0\x9F",
            b"\xC3",
            b"\x80",
            b"\xFF\xE2\x82",
        ];
        let (mut yes, mut no) = (0, 0);
        let mut seed = 11u32;
        for length in 0..4000usize {
            let mut bytes = Vec::new();
            while bytes.len() < length % 90 {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                bytes.extend_from_slice(pieces[(seed >> 16) as usize % pieces.len()]);
            }
            let mostly = is_mostly_valid(&bytes);
            assert!(!mostly || has_utf8(&bytes), "{bytes:X?}");
            assert_eq!(is_mostly_utf8(&bytes), mostly, "{bytes:X?}");
            yes += usize::from(mostly);
            no += usize::from(!has_utf8(&bytes));
        }
        assert!(yes > 100 && no > 100, "{yes} {no}");
    }

    #[test]
    fn a_mark_on_a_sign_says_nothing() {
        let evidence = weigh_marks(b"systems (n[\xF5>]2) case");
        assert!(!evidence.is_for() && !evidence.is_against(), "{evidence}");
        assert!(weigh_marks(b"caf\xE9 noir").is_against());
        assert!(weigh_marks(b"(\xE0 la mode)").is_against());
    }
}

//! Text to bytes: marks before their letters, with the fewest escape sequences.

use unicode_normalization::char::{canonical_combining_class, compose, decompose_canonical};

use super::profile::{
    CONTROLS, DOUBLE_TILDE, DOUBLE_TILDE_LEFT, DOUBLE_TILDE_RIGHT, ESC, LIGATURE, LIGATURE_LEFT,
    LIGATURE_RIGHT, Profile, RESET, SHIFT_IN, SHIFT_OUT, SUBFIELD,
};
use super::reference::reference;
use super::usual::plain_run;
use crate::bytes::Cut;
use crate::charset::Policy;
use crate::charset::tables::{CharCode, Set};

/// A character that the set lacks, and its offset in the text.
pub(in crate::charset) struct Missing(pub(in crate::charset) usize, pub(in crate::charset) char);

/// Appends the bytes of `text`, the first `literal` characters of which are ASCII in any set; returns the
/// number of characters that the policy replaced.
pub(in crate::charset) fn encode(
    profile: Profile,
    text: &str,
    literal: usize,
    policy: Policy,
    out: &mut Vec<u8>,
) -> Result<u64, Missing> {
    let mut encoder = Encoder {
        profile,
        text,
        policy,
        out,
        low: profile.sets.first().copied().unwrap_or(Set::Empty),
        high: 1,
        single_letter: false,
        marks: Vec::new(),
        second: None,
        baseless: (0, false),
        replaced: 0,
    };
    encoder.run(literal)?;
    Ok(encoder.replaced)
}

struct Encoder<'a> {
    profile: Profile,
    text: &'a str,
    policy: Policy,
    out: &'a mut Vec<u8>,
    /// The set in the low half, and the one in the high half.
    low: Set,
    high: usize,
    /// Whether the set in the low half was designated by an escape of one letter.
    single_letter: bool,
    /// Marks of the current letter, in the order of the text.
    marks: Vec<char>,
    /// The second half of a mark over two letters, for the next letter.
    second: Option<char>,
    /// Where the last marks without a letter end, and whether they can be written.
    baseless: (usize, bool),
    replaced: u64,
}

impl Encoder<'_> {
    fn run(&mut self, literal: usize) -> Result<(), Missing> {
        let mut at = 0usize;
        for _ in 0..literal {
            at = self.literal(at)?;
        }
        loop {
            let rest = self.text.cut(at..);
            if self.low == Set::Ascii && self.second.is_none() {
                let mut run = plain_run(rest.as_bytes());
                if rest.as_bytes().get(run).is_some_and(|byte| !byte.is_ascii()) {
                    run = run.saturating_sub(1); // the next character may be a mark on the last letter
                }
                self.out.extend_from_slice(rest.as_bytes().cut(..run));
                at += run;
            }
            let Some(character) = self.text.get(at..).and_then(|rest| rest.chars().next()) else { break };
            at = match character {
                '\0'..' ' | '\x7F' => self.control(character, at)?,
                _ => self.cluster(character, at)?,
            };
        }
        self.reset();
        Ok(())
    }

    /// Writes a character that must be ASCII: an indicator or a subfield code.
    fn literal(&mut self, at: usize) -> Result<usize, Missing> {
        let Some(character) = self.text.get(at..).and_then(|rest| rest.chars().next()) else {
            return Ok(at);
        };
        let end = at + character.len_utf8();
        match character {
            '\0'..='\x7F' => self.out.push(character as u8),
            _ => self.missing(character, at)?,
        }
        Ok(end)
    }

    fn control(&mut self, character: char, at: usize) -> Result<usize, Missing> {
        let (byte, end) = (character as u8, at + 1);
        let shifts = !self.profile.marc8 && matches!(byte, SHIFT_IN | SHIFT_OUT);
        if byte == ESC || byte == 0x7F || shifts {
            self.missing(character, at)?;
            return Ok(end);
        }
        self.second = None;
        if RESET.contains(&byte) {
            self.reset();
        }
        self.out.push(byte);
        let code = self.text.as_bytes().get(end);
        match byte {
            SUBFIELD if code.is_some_and(|code| !RESET.contains(code) && *code != ESC) => self.literal(end),
            _ => Ok(end),
        }
    }

    /// Writes a character with its marks. Returns where the next one begins.
    fn cluster(&mut self, character: char, at: usize) -> Result<usize, Missing> {
        self.marks.clear();
        let end = at + character.len_utf8();
        if self.mark(character).is_some() {
            return self.baseless(character, at, end);
        }
        let escaped = self.profile.marc8 && character == '&';
        if escaped && self.text.as_bytes().get(at..).and_then(reference).is_some() {
            self.designate(Set::Ascii);
            self.out.extend_from_slice(b"&#x0026;"); // it would be read as a reference
            return Ok(end);
        }
        let mut base = character;
        if !self.has(base) && !self.decompose(&mut base) {
            self.marks.clear();
            base = character;
        }
        let mut next = end;
        while let Some(mark) = self.text.get(next..).and_then(|rest| rest.chars().next()) {
            if !self.join(&mut base, mark) {
                break;
            }
            next += mark.len_utf8();
        }
        self.write(base, next, at)?;
        Ok(next)
    }

    /// Writes marks that precede any letter: possible if only marks follow them, else they would combine with
    /// the next letter.
    fn baseless(&mut self, character: char, at: usize, end: usize) -> Result<usize, Missing> {
        if at >= self.baseless.0 {
            let rest = self.text.cut(at..);
            let after = rest.find(|other| self.mark(other).is_none()).unwrap_or(rest.len());
            let is_end = matches!(rest.as_bytes().get(after), None | Some(0x1D..=0x1F));
            self.baseless = (at + after, is_end);
        }
        if self.baseless.1 {
            if let Some((set, code)) = self.mark(character) {
                self.put(set, code);
                return Ok(end);
            }
        }
        self.missing(character, at)?;
        Ok(end)
    }

    /// Decomposes a character. Returns false if its parts cannot be written either.
    fn decompose(&mut self, base: &mut char) -> bool {
        let mut parts = [None; 4];
        let mut count = 0usize;
        decompose_canonical(*base, |part| {
            if let Some(place) = parts.get_mut(count) {
                *place = Some(part);
            }
            count += 1;
        });
        if count > parts.len() {
            return false;
        }
        let mut parts = parts.into_iter().flatten();
        let Some(first) = parts.next() else { return false };
        let mut whole = first;
        let all = parts.all(|mark| self.join(&mut whole, mark));
        if all && self.has(whole) {
            *base = whole;
        }
        all && self.has(whole)
    }

    /// Adds a mark to a letter: as one character, if that has a code, or as a mark. Returns false if neither
    /// exists.
    fn join(&mut self, base: &mut char, mark: char) -> bool {
        if mark < '\u{300}' {
            return false; // these sets have nothing that combines
        }
        let class = canonical_combining_class(mark);
        let hangul = matches!(mark, '\u{1161}'..='\u{1175}' | '\u{11A8}'..='\u{11C2}');
        if class == 0 && !hangul {
            return false;
        }
        // A mark already on the letter must not block this one.
        let free = self.marks.last().is_none_or(|last| canonical_combining_class(*last) < class);
        if let Some(whole) = compose(*base, mark).filter(|_| free) {
            if hangul || self.has(whole) {
                *base = whole;
                return true;
            }
        }
        if self.mark(mark).is_some() {
            self.marks.push(mark);
            return true;
        }
        let before = self.marks.len();
        let mut parts = 0usize;
        decompose_canonical(mark, |part| {
            parts += 1;
            if part != mark && self.mark(part).is_some() {
                self.marks.push(part);
            }
        });
        let all = parts > 0 && self.marks.len() == before + parts;
        if !all {
            self.marks.truncate(before);
        }
        all
    }

    /// Writes a letter after its marks. `end` is the offset of the text that follows.
    fn write(&mut self, base: char, end: usize, at: usize) -> Result<(), Missing> {
        let control = CONTROLS.iter().find(|(_, character)| *character == base);
        let target = if control.is_some() { None } else { self.choose(base, end) };
        if control.is_none() && target.is_none() && self.policy == Policy::Strict {
            return Err(Missing(at, base));
        }
        let opened = self.marks.iter().find_map(|mark| match *mark {
            LIGATURE | LIGATURE_LEFT => Some(LIGATURE_RIGHT),
            DOUBLE_TILDE | DOUBLE_TILDE_LEFT => Some(DOUBLE_TILDE_RIGHT),
            _ => None,
        });
        let second = std::mem::replace(&mut self.second, opened);
        let second = second.filter(|second| !self.marks.contains(second));
        let preferred = target.map(|(set, _)| set);
        let mut marks = std::mem::take(&mut self.marks);
        for mark in second.into_iter().chain(marks.drain(..)) {
            let same = preferred
                .and_then(|set| set.code(mark).filter(|(_, mark)| *mark).map(|(code, _)| (set, code)));
            if let Some((set, code)) = same.or_else(|| self.mark(mark)) {
                self.put(set, code);
            }
        }
        self.marks = marks;
        match (control, target) {
            (Some((byte, _)), _) => self.out.push(*byte),
            (None, Some((set, code))) => self.put(set, code),
            (None, None) => self.missing(base, at)?,
        }
        Ok(())
    }

    /// Writes what the policy requires for a character without a code.
    fn missing(&mut self, character: char, at: usize) -> Result<(), Missing> {
        let text = match self.policy {
            Policy::Strict => return Err(Missing(at, character)),
            Policy::Replace if self.profile.marc8 => "|".to_owned(),
            Policy::Replace => "?".to_owned(),
            Policy::Escape => format!("&#x{:04X};", u32::from(character)),
        };
        self.designate(Set::Ascii);
        self.out.extend_from_slice(text.as_bytes());
        self.replaced += 1;
        Ok(())
    }

    /// Returns whether a character that is no mark has a code.
    fn has(&self, character: char) -> bool {
        self.find(character, false).is_some() || CONTROLS.iter().any(|(_, control)| *control == character)
    }

    /// Returns the code of a mark, in the set of the high half if it is there.
    fn mark(&self, mark: char) -> Option<(Set, CharCode)> {
        if mark < '\u{300}' {
            return None;
        }
        let mark = match mark {
            LIGATURE_LEFT => LIGATURE,
            DOUBLE_TILDE_LEFT => DOUBLE_TILDE,
            other => other,
        };
        self.find(mark, true)
    }

    fn find(&self, character: char, mark: bool) -> Option<(Set, CharCode)> {
        if character == ' ' {
            return Some((if self.profile.marc8 { Set::Ascii } else { self.low }, CharCode::SPACE));
        }
        let code = |set: Set| {
            let (code, is_mark) = set.code(character)?;
            (is_mark == mark).then_some((set, code))
        };
        if self.profile.marc8 {
            Set::marc8_with(character).find_map(code)
        } else {
            self.profile.sets.into_iter().find_map(code)
        }
    }

    /// Returns the set and code for a character: the set in use if it has the character, but ASCII for ASCII.
    /// A lone alpha is a symbol, one before another Greek letter is a letter. `end` is the offset of the text
    /// that follows.
    fn choose(&self, character: char, end: usize) -> Option<(Set, CharCode)> {
        let first = self.find(character, false)?;
        if !self.profile.marc8 {
            return Some(first);
        }
        let has = |set: Set, character| set.code(character).is_some_and(|(_, mark)| !mark);
        if !character.is_ascii() && has(self.low, character) {
            return self.low.code(character).map(|(code, _)| (self.low, code));
        }
        if first.0 == Set::GreekSymbols {
            let mut ahead = self.text.cut(end..).chars();
            if ahead.next().is_some_and(|next| !next.is_ascii() && has(Set::Greek, next)) {
                return Set::Greek.code(character).map(|(code, _)| (Set::Greek, code));
            }
        }
        Some(first)
    }

    /// Writes a code in the half that holds its set; designates the set if it must.
    fn put(&mut self, set: Set, code: CharCode) {
        let high = self.designate(set);
        self.out.extend(code.bytes().iter().map(|byte| if high { byte | 0x80 } else { *byte }));
    }

    /// Makes sure that a set is in use; returns whether in the high half.
    fn designate(&mut self, set: Set) -> bool {
        if self.low == set {
            return false;
        }
        if !self.profile.marc8 {
            let place = self.profile.sets.iter().position(|known| *known == set).filter(|place| *place > 0);
            let Some(place) = place else { return false };
            if self.high != place {
                self.high = place;
                let shift = match place {
                    1 => b'~',
                    2 => b'}',
                    _ => b'|',
                };
                self.out.extend_from_slice(&[ESC, shift]);
            }
            return true;
        }
        let (escape, single_letter): (&[u8], bool) = match set {
            Set::Ansel => return true, // never leaves the high half
            Set::Ascii if self.single_letter => (b"\x1Bs", false),
            Set::GreekSymbols => (b"\x1Bg", true),
            Set::Subscripts => (b"\x1Bb", true),
            Set::Superscripts => (b"\x1Bp", true),
            Set::Hebrew => (b"\x1B(2", false),
            Set::Cyrillic => (b"\x1B(N", false),
            Set::ExtendedCyrillic => (b"\x1B(Q", false),
            Set::Arabic => (b"\x1B(3", false),
            Set::ExtendedArabic => (b"\x1B(4", false),
            Set::Greek => (b"\x1B(S", false),
            Set::Eacc => (b"\x1B$1", false),
            _ => (b"\x1B(B", false),
        };
        self.out.extend_from_slice(escape);
        (self.low, self.single_letter) = (set, single_letter);
        false
    }

    /// Returns to the initial sets.
    fn reset(&mut self) {
        self.second = None;
        if self.profile.marc8 {
            self.designate(Set::Ascii);
        } else if self.high != 1 {
            self.high = 1;
            self.out.extend_from_slice(b"\x1B~");
        }
    }
}

//! Bytes to text.

use super::{
    CONTROLS, DOUBLE_TILDE, DOUBLE_TILDE_RIGHT, ESC, Fault, FaultKind, LIGATURE, LIGATURE_RIGHT, Profile,
    RESET, SHIFT_IN, SHIFT_OUT, SUBFIELD,
};
use crate::charset::tables::{Eacc, Half, Set};
use wide::u8x16;

/// Codes of three bytes that faulty converters wrote.
const ODD_CODES: [([u8; 3], char); 6] = [
    (*b"! =", '\u{2026}'),
    (*b"! @", '\u{201C}'),
    (*b"\x7F \x14", '\u{2014}'),
    (*b"\x7F \x19", '\u{2019}'),
    (*b"\x7F \x20", '\u{201D}'),
    (*b"\x7F!\x22", '\u{2122}'),
];

/// Where the text goes.
pub(in crate::charset) trait Sink {
    /// Where the next character will stand.
    fn end(&self) -> usize;
    fn push(&mut self, character: char);
    fn push_ascii(&mut self, text: &[u8]);
    fn insert(&mut self, at: usize, character: char);
}

/// Bytes of UTF-8: cheaper to add to than a `String`, which checks each piece.
impl Sink for Vec<u8> {
    #[inline]
    fn end(&self) -> usize {
        self.len()
    }

    #[inline]
    fn push(&mut self, character: char) {
        match u8::try_from(u32::from(character)) {
            Ok(byte) if byte.is_ascii() => self.push(byte),
            _ => self.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }

    #[inline]
    fn push_ascii(&mut self, text: &[u8]) {
        self.extend_from_slice(text);
    }

    fn insert(&mut self, at: usize, character: char) {
        let mut bytes = [0; 4];
        let character = character.encode_utf8(&mut bytes).as_bytes();
        let at = at.min(self.len());
        let old = self.len();
        self.extend_from_slice(character);
        self.copy_within(at..old, at.saturating_add(character.len()));
        let end = at.saturating_add(character.len());
        if let Some(place) = self.get_mut(at..end) {
            place.copy_from_slice(character);
        }
    }
}

/// For looking only.
impl Sink for () {
    fn end(&self) -> usize {
        0
    }

    fn push(&mut self, _: char) {}

    fn push_ascii(&mut self, _: &[u8]) {}

    fn insert(&mut self, _: usize, _: char) {}
}

/// How bytes without meaning are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::charset) enum Mend {
    /// U+FFFD.
    Replace,
    /// `\xE9` for each.
    Escape,
}

/// Decodes `bytes`, of which the first `literal` are ASCII whatever the sets are: indicators. Tells `observe` of
/// all that is wrong, which may say that it is enough: then that fault is returned.
pub(in crate::charset) fn decode<S: Sink>(
    profile: Profile,
    bytes: &[u8],
    literal: usize,
    mend: Mend,
    sink: &mut S,
    observe: &mut dyn FnMut(Fault) -> bool,
) -> Result<(), Fault> {
    let state = State::of(profile);
    let usual_high = state.high().half().filter(|_| state.low() == Set::Ascii);
    let mut at = 0usize;
    if let (Some(high), Some(first)) = (usual_high, bytes.get(..literal)) {
        if first.iter().all(|byte| (0x20..0x7F).contains(byte) && *byte != b'&') {
            at = usual(high, bytes, at, sink);
            if at == bytes.len() {
                return Ok(());
            }
        }
    }
    let decoder = Decoder {
        profile,
        bytes,
        mend,
        sink,
        observe,
        usual_high,
        state,
        marks: None,
        opened: None,
        expected: None,
    };
    decoder.run(at, literal)
}

/// Whether bytes are text in a set that begins with ASCII without being looked at.
pub(in crate::charset) fn is_plain(bytes: &[u8]) -> bool {
    plain_run(bytes) == bytes.len()
}

/// How many plain bytes there are at the start.
#[inline]
pub(super) fn plain_run(bytes: &[u8]) -> usize {
    run_of(bytes, 0x20)
}

/// How many bytes from `first` to 7E there are at the start, none of them `&`.
#[inline]
fn run_of(bytes: &[u8], first: u8) -> usize {
    let (least, most, ampersand) = (u8x16::splat(first), u8x16::splat(0x7E), u8x16::splat(b'&'));
    let (blocks, rest) = bytes.as_chunks::<16>();
    for (number, block) in blocks.iter().enumerate() {
        let block = u8x16::new(*block);
        let inside = block.max(least).min(most).cmp_eq(block) & !block.cmp_eq(ampersand);
        let odd = !inside.move_mask() & 0xFFFF;
        if odd != 0 {
            return number * 16 + odd.trailing_zeros() as usize;
        }
    }
    let plain = |byte: &&u8| (first..0x7F).contains(*byte) && **byte != b'&';
    blocks.len() * 16 + rest.iter().take_while(plain).count()
}

/// Whether bytes are MARC-8 without escape sequences and references, in which nothing is wrong: said only if that is
/// plain at a glance. Of what stands behind 1E it does not know that it is an indicator.
pub(in crate::charset) fn is_sound(bytes: &[u8]) -> bool {
    Set::Ansel.half().is_some_and(|ansel| usual(ansel, bytes, 0, &mut ()) == bytes.len())
}

/// Decodes bytes in which there is nothing but what is usual, in the sets with which text begins. False if there is
/// something else: then a part is decoded.
pub(in crate::charset) fn decode_usual(profile: Profile, bytes: &[u8], out: &mut Vec<u8>) -> bool {
    let state = State::of(profile);
    let high =
        state.high().half().filter(|_| state.low() == Set::Ascii && memchr::memchr(ESC, bytes).is_none());
    high.is_some_and(|high| usual(high, bytes, 0, out) == bytes.len())
}

/// Decodes what most text is: ASCII, other characters in the set of the high half, and there marks before letters of
/// ASCII. Begins at a place before which nothing waits, in the sets with which text begins; tells the place where that
/// is so again and something else comes.
fn usual<S: Sink>(high: &Half, bytes: &[u8], mut at: usize, sink: &mut S) -> usize {
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let mut run = run_of(rest, *RESET.start());
        if run < rest.len() && run.checked_sub(1).and_then(|last| rest.get(last)) == Some(&SUBFIELD) {
            run = run.saturating_sub(1); // a subfield code that is odd
        }
        sink.push_ascii(rest.get(..run).unwrap_or_default());
        at = at.saturating_add(run);
        let rest = rest.get(run..).unwrap_or_default();
        let len = match rest {
            [b'&', behind, ..] if *behind != b'#' => {
                sink.push('&');
                1
            }
            [first, ..] if *first >= 0xA0 => usual_high(high, rest, sink),
            _ => 0,
        };
        if len == 0 {
            return at;
        }
        at = at.saturating_add(len);
    }
}

/// A character of the high half at the start, or one or two marks with a letter of ASCII, or a mark over two such
/// letters. Tells how many bytes it has, 0 for anything else.
#[inline]
fn usual_high<S: Sink>(high: &Half, bytes: &[u8], sink: &mut S) -> usize {
    let get = |byte: &u8| if byte.is_ascii() { None } else { high.get(*byte) };
    let is_letter = |byte: &u8| byte.is_ascii_alphabetic();
    let over_one = |mark| !matches!(mark, LIGATURE | LIGATURE_RIGHT | DOUBLE_TILDE | DOUBLE_TILDE_RIGHT);
    match (bytes.first().and_then(get), bytes.get(1..).unwrap_or_default()) {
        (Some((character, false)), _) => {
            sink.push(character);
            1
        }
        (Some((mark, true)), [letter, ..]) if over_one(mark) && is_letter(letter) => {
            sink.push(char::from(*letter));
            sink.push(mark);
            2
        }
        (Some((mark, true)), [second, letter, ..]) if over_one(mark) && is_letter(letter) => {
            match get(second) {
                Some((second, true)) if over_one(second) => {
                    sink.push(char::from(*letter));
                    sink.push(mark);
                    sink.push(second);
                    3
                }
                _ => 0,
            }
        }
        (Some((mark, true)), [one, second, other, ..]) if is_letter(one) && is_letter(other) => {
            match (mark, get(second)) {
                (LIGATURE, Some((LIGATURE_RIGHT, _))) | (DOUBLE_TILDE, Some((DOUBLE_TILDE_RIGHT, _))) => {
                    sink.push(char::from(*one));
                    sink.push(mark);
                    sink.push(char::from(*other));
                    4
                }
                _ => 0,
            }
        }
        _ => 0,
    }
}

/// The sets in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct State {
    sets: [Set; 4],
    low: usize,
    high: usize,
}

impl State {
    const fn of(profile: Profile) -> State {
        State { sets: profile.sets, low: 0, high: 1 }
    }

    fn low(&self) -> Set {
        self.sets.get(self.low).copied().unwrap_or(Set::Empty)
    }

    fn high(&self) -> Set {
        self.sets.get(self.high).copied().unwrap_or(Set::Empty)
    }
}

struct Decoder<'a, S> {
    profile: Profile,
    bytes: &'a [u8],
    mend: Mend,
    sink: &'a mut S,
    observe: &'a mut dyn FnMut(Fault) -> bool,
    /// The table of the high half at the start, if the low half is ASCII there.
    usual_high: Option<&'static Half>,
    state: State,
    /// Where marks that wait for their letter stand in the sink, and in the bytes.
    marks: Option<(usize, usize)>,
    /// The second half of a mark over two letters, while its first letter is to come, and then its second.
    opened: Option<char>,
    expected: Option<char>,
}

impl<S: Sink> Decoder<'_, S> {
    fn run(mut self, mut at: usize, literal: usize) -> Result<(), Fault> {
        while at < literal.min(self.bytes.len()) {
            at = self.literal(at)?;
        }
        while let Some(&byte) = self.bytes.get(at) {
            at = match byte {
                0x20..=0x7E => {
                    let set = self.state.low();
                    match set {
                        Set::Ascii => self.ascii(at)?,
                        _ if byte == b' ' => self.base(' ', at, 1),
                        Set::Eacc => self.eacc(at)?,
                        set => self.letters(set, at)?,
                    }
                }
                ESC => self.escape(at)?,
                0..0x20 => self.control(byte, at)?,
                0x80..0xA0 => match CONTROLS.iter().find(|(code, _)| *code == byte) {
                    Some((_, character)) => self.base(*character, at, 1),
                    None => self.undefined(FaultKind::UndefinedCode, at, 1)?,
                },
                0xA0.. => match self.state.high() {
                    Set::Eacc => self.eacc(at)?,
                    set => self.single(set, byte, at)?,
                },
                0x7F => match self.odd_code(at) {
                    Some(character) if self.state.low() == Set::Eacc => {
                        self.note(FaultKind::Nonstandard, at, 3)?;
                        self.base(character, at, 3)
                    }
                    _ => self.undefined(FaultKind::UndefinedCode, at, 1)?,
                },
            };
            let first = State::of(self.profile);
            if let Some(high) = self.usual_high.filter(|_| !self.waits() && self.state == first) {
                at = usual(high, self.bytes, at, self.sink);
            }
        }
        self.separate(at)
    }

    fn note(&mut self, kind: FaultKind, offset: usize, len: usize) -> Result<(), Fault> {
        let fault = Fault { kind, offset, len };
        if (self.observe)(fault) { Ok(()) } else { Err(fault) }
    }

    /// Bytes without meaning, which stand for a character that cannot be known.
    #[cold]
    fn undefined(&mut self, kind: FaultKind, at: usize, len: usize) -> Result<usize, Fault> {
        self.note(kind, at, len)?;
        let end = at.saturating_add(len);
        match self.mend {
            Mend::Replace => {
                self.base(char::REPLACEMENT_CHARACTER, at, len);
            }
            Mend::Escape => {
                let bytes = self.bytes.get(at..end).unwrap_or_default();
                for character in bytes.iter().flat_map(|byte| format!("\\x{byte:02X}").into_bytes()) {
                    self.base(char::from(character), at, len);
                }
            }
        }
        Ok(end)
    }

    /// A character that does not combine: the marks before it are its.
    #[inline(always)]
    fn base(&mut self, character: char, at: usize, len: usize) -> usize {
        match self.marks.take() {
            Some((place, _)) => self.sink.insert(place, character),
            None => self.sink.push(character),
        }
        self.expected = self.opened.take();
        at.saturating_add(len)
    }

    fn mark(&mut self, mark: char, at: usize) -> Result<usize, Fault> {
        match mark {
            LIGATURE => self.opened = Some(LIGATURE_RIGHT),
            DOUBLE_TILDE => self.opened = Some(DOUBLE_TILDE_RIGHT),
            LIGATURE_RIGHT | DOUBLE_TILDE_RIGHT => {
                // ISO 5426 has one first half for both.
                let fits = |expected| expected == mark || !self.profile.marc8;
                if self.expected.is_some_and(fits) {
                    self.expected = None;
                    return Ok(at.saturating_add(1));
                }
                self.note(FaultKind::OrphanSecondHalf, at, 1)?;
                return Ok(at.saturating_add(1));
            }
            _ => {}
        }
        if self.marks.is_none() {
            self.marks = Some((self.sink.end(), at));
        }
        self.sink.push(mark);
        Ok(at.saturating_add(1))
    }

    /// Letters of a set in the low half, one after the other.
    fn letters(&mut self, set: Set, mut at: usize) -> Result<usize, Fault> {
        let bytes = self.bytes;
        let run = bytes.get(at..).unwrap_or_default().iter().take_while(|byte| (0x21..0x7F).contains(*byte));
        let table = set.half();
        for byte in run {
            match table.and_then(|table| table.get(*byte)) {
                Some((character, false)) if !self.waits() => self.sink.push(character),
                Some((character, false)) => {
                    self.base(character, at, 1);
                }
                Some((mark, true)) => {
                    self.mark(mark, at)?;
                }
                None => {
                    self.undefined(FaultKind::UndefinedCode, at, 1)?;
                }
            }
            at = at.saturating_add(1);
        }
        Ok(at)
    }

    /// Whether something waits for a letter, or for the second half of a mark.
    #[inline]
    fn waits(&self) -> bool {
        self.marks.is_some() || self.opened.is_some() || self.expected.is_some()
    }

    #[inline]
    fn single(&mut self, set: Set, byte: u8, at: usize) -> Result<usize, Fault> {
        match set.get(byte) {
            Some((character, false)) => Ok(self.base(character, at, 1)),
            Some((mark, true)) => self.mark(mark, at),
            None => self.undefined(FaultKind::UndefinedCode, at, 1),
        }
    }

    /// A stretch of ASCII, or a reference.
    #[inline]
    fn ascii(&mut self, mut at: usize) -> Result<usize, Fault> {
        let rest = self.bytes.get(at..).unwrap_or_default();
        if rest.first() == Some(&b'&') {
            return match self.profile.marc8.then(|| reference(rest)).flatten() {
                Some((character, len)) => {
                    self.note(FaultKind::Reference, at, len)?;
                    Ok(self.base(character, at, len))
                }
                None => Ok(self.base('&', at, 1)),
            };
        }
        let run = plain_run(rest);
        let mut text = rest.get(..run).unwrap_or_default();
        let end = at.saturating_add(run);
        let waiting = self.marks.is_some() || self.opened.is_some();
        if let (true, Some((first, others))) = (waiting, text.split_first()) {
            at = self.base(char::from(*first), at, 1);
            text = others;
        }
        if at < end {
            self.sink.push_ascii(text);
            self.expected = None;
        }
        Ok(end)
    }

    /// A byte that is what it is in ASCII, whatever the sets are: an indicator, a subfield code.
    fn literal(&mut self, at: usize) -> Result<usize, Fault> {
        match self.bytes.get(at) {
            Some(&byte) if byte.is_ascii() => Ok(self.base(char::from(byte), at, 1)),
            _ => self.undefined(FaultKind::UndefinedCode, at, 1),
        }
    }

    fn control(&mut self, byte: u8, at: usize) -> Result<usize, Fault> {
        let next = at.saturating_add(1);
        match byte {
            SHIFT_IN if !self.profile.marc8 => self.state.low = 0,
            SHIFT_OUT if !self.profile.marc8 => self.state.low = 1,
            byte if RESET.contains(&byte) => {
                self.separate(at)?;
                self.state = State::of(self.profile);
                self.sink.push(char::from(byte));
                let code = self.bytes.get(next).filter(|code| !RESET.contains(code) && **code != ESC);
                if byte == SUBFIELD && code.is_some() {
                    return self.literal(next);
                }
            }
            _ => {
                self.unmark()?;
                self.note(FaultKind::Control, at, 1)?;
                self.sink.push(char::from(byte));
            }
        }
        Ok(next)
    }

    /// The end of a value.
    fn separate(&mut self, at: usize) -> Result<(), Fault> {
        self.unmark()?;
        if self.state != State::of(self.profile) {
            self.note(FaultKind::NotReset, at, 0)?;
        }
        Ok(())
    }

    /// Something that no mark can stand on.
    fn unmark(&mut self) -> Result<(), Fault> {
        (self.opened, self.expected) = (None, None);
        match self.marks.take() {
            Some((_, offset)) => self.note(FaultKind::DanglingMark, offset, 1),
            None => Ok(()),
        }
    }

    fn odd_code(&self, at: usize) -> Option<char> {
        let code = self.bytes.get(at..)?.first_chunk::<3>()?;
        ODD_CODES.iter().find(|(odd, _)| odd == code).map(|(_, character)| *character)
    }

    /// A character of three bytes, in either half.
    fn eacc(&mut self, at: usize) -> Result<usize, Fault> {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let high = rest.first().copied().unwrap_or_default() & 0x80;
        let table = Eacc::table();
        let character = |at: usize| {
            let code = rest.get(at..)?.first_chunk::<3>()?;
            if code.iter().any(|byte| byte & 0x80 != high) {
                return None;
            }
            table.get(code.map(|byte| byte & 0x7F))
        };
        let mut end = at;
        while let Some(character) = character(end.saturating_sub(at)) {
            end = self.base(character, end, 3);
        }
        if end > at {
            return Ok(end);
        }
        if let Some(character) = self.odd_code(at) {
            self.note(FaultKind::Nonstandard, at, 3)?;
            return Ok(self.base(character, at, 3));
        }
        let graphic = |byte: &&u8| (0x21..0x7F).contains(&(**byte ^ high));
        let present = rest.iter().take(3).take_while(graphic).count();
        let behind = rest.get(present);
        if present < 3 && behind.is_none_or(|byte| *byte < 0x20) {
            return self.undefined(FaultKind::TruncatedEacc, at, present);
        }
        // What follows is no character either: the escape that ends EACC must be lost.
        let wrong = |at: usize| rest.len() > at.saturating_add(2) && character(at).is_none();
        let ends_soon = rest.iter().take(9).any(|byte| *byte < 0x20);
        let lost = present < 3 || !ends_soon && wrong(3) && wrong(6);
        if lost && high == 0 {
            self.note(FaultKind::LostReturn, at, present)?;
            if let Some(low) = self.state.sets.get_mut(self.state.low) {
                *low = Set::Ascii;
            }
            return Ok(at);
        }
        self.undefined(FaultKind::UndefinedEacc, at, present.max(1))
    }

    /// An escape sequence.
    fn escape(&mut self, at: usize) -> Result<usize, Fault> {
        let rest = self.bytes.get(at.saturating_add(1)..).unwrap_or_default();
        // What most sequences are.
        let usual = match rest {
            [b'(', last, ..] => self.profile.by_final(*last),
            [b'$', b'1', ..] if self.profile.marc8 => Some(Set::Eacc),
            _ => None,
        };
        if let ([low, ..], Some(set)) = (&mut self.state.sets, usual) {
            *low = set;
            return Ok(at.saturating_add(3));
        }
        let intermediates = rest.iter().take_while(|byte| (0x20..0x30).contains(*byte)).count();
        let last = rest.get(intermediates).copied().filter(|byte| (0x30..0x7F).contains(byte));
        let Some(last) = last else {
            return self.undefined(FaultKind::IncompleteEscape, at, 1);
        };
        let len = intermediates.saturating_add(2);
        let end = at.saturating_add(len);
        let mut nonstandard = false;
        let marc8 = self.profile.marc8;
        let target = |byte: u8| match byte {
            b'(' | b',' => Some(0),
            b')' | b'-' => Some(1),
            b'*' | b'.' if !marc8 => Some(2),
            b'+' | b'/' if !marc8 => Some(3),
            _ => None,
        };
        let designation = match (rest.get(..intermediates).unwrap_or_default(), last) {
            ([], b's') if marc8 => Some((0, Set::Ascii)),
            ([], b'g' | b'b' | b'p') if marc8 => self.profile.by_final(last).map(|set| (0, set)),
            ([], b'n' | b'o' | b'|' | b'}' | b'~') if !marc8 => {
                match last {
                    b'n' => self.state.low = 2,
                    b'o' => self.state.low = 3,
                    b'|' => self.state.high = 3,
                    b'}' => self.state.high = 2,
                    _ => self.state.high = 1,
                }
                return Ok(end);
            }
            // A lone escape before a letter: what is lost is not that letter.
            ([], _) => return self.undefined(FaultKind::IncompleteEscape, at, 1),
            ([b'$'] | [b'$', b','], b'1') if marc8 => Some((0, Set::Eacc)),
            ([b'$', b')' | b'-'], b'1') if marc8 => Some((1, Set::Eacc)),
            ([b'$', b'('], b'1') if marc8 => {
                nonstandard = true;
                Some((0, Set::Eacc))
            }
            ([half, b'!'], b'E') => target(*half).map(|half| (half, Set::Ansel)),
            ([half], b'E') => {
                nonstandard = true;
                target(*half).map(|half| (half, Set::Ansel))
            }
            ([half], last) => target(*half).zip(self.profile.by_final(last)),
            _ => None,
        };
        let Some((half, set)) = designation else {
            // A blank or another sign behind a lone escape is text.
            let names = rest.first().is_some_and(|first| *first == b'$' || target(*first).is_some());
            return match names {
                true => self.undefined(FaultKind::UnknownSet, at, len),
                false => self.undefined(FaultKind::IncompleteEscape, at, 1),
            };
        };
        if nonstandard {
            self.note(FaultKind::Nonstandard, at, len)?;
        }
        if let Some(place) = self.state.sets.get_mut(half) {
            *place = set;
        }
        Ok(end)
    }
}

/// The character of a numeric reference at the start, and how many bytes that has: `&#x` and four to six digits,
/// upper case. Two that are surrogates are one character.
pub(super) fn reference(bytes: &[u8]) -> Option<(char, usize)> {
    let number = |bytes: &[u8]| {
        let digits = bytes.strip_prefix(b"&#x")?;
        let len = digits.iter().take(7).take_while(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F')).count();
        if !(4..=6).contains(&len) || digits.get(len) != Some(&b';') {
            return None;
        }
        let digits = std::str::from_utf8(digits.get(..len)?).ok()?;
        Some((u32::from_str_radix(digits, 16).ok()?, len.saturating_add(4)))
    };
    let (first, len) = number(bytes)?;
    if let (0xD800..0xDC00, Some((second @ 0xDC00..0xE000, more))) =
        (first, number(bytes.get(len..).unwrap_or_default()))
    {
        let character = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
        return Some((char::from_u32(character)?, len.saturating_add(more)));
    }
    let character = char::from_u32(first).filter(|character| *character >= ' ')?;
    Some((character, len))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Charset;
    use proptest::prelude::*;

    /// What the decoder makes of all bytes one by one, without the way of what is usual.
    fn one_by_one(profile: Profile, bytes: &[u8], literal: usize) -> (Vec<u8>, Vec<Fault>) {
        let (mut sink, mut faults) = (Vec::new(), Vec::new());
        let decoder = Decoder {
            profile,
            bytes,
            mend: Mend::Replace,
            sink: &mut sink,
            observe: &mut |fault| {
                faults.push(fault);
                true
            },
            usual_high: None,
            state: State::of(profile),
            marks: None,
            opened: None,
            expected: None,
        };
        decoder.run(0, literal).unwrap();
        (sink, faults)
    }

    /// Marks, letters, escapes, delimiters and codes without meaning, in any order.
    fn pieces() -> impl Strategy<Value = Vec<u8>> {
        let common: [&[u8]; 24] = [
            b"a",
            b"Z",
            b"-",
            b" ",
            b"plain text in a row",
            b"&",
            b"&#x0259;",
            b"\x1F",
            b"\x1Fa",
            b"\x1E",
            b"\x1B(N",
            b"\x1B(B",
            b"\x1Bs",
            b"\x1B",
            b"\xE2",
            b"\xEB",
            b"\xEC",
            b"\xFA",
            b"\xFB",
            b"\xDD",
            b"\xA1",
            b"\xB1",
            b"\x88",
            b"\r",
        ];
        let common = proptest::sample::select(common.to_vec());
        let any = any::<u8>().prop_map(|byte| vec![byte]);
        let piece = prop_oneof![5 => common.prop_map(<[u8]>::to_vec), 1 => any];
        proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn what_is_usual_is_read_as_all_else(bytes in pieces(), literal in 0usize..4) {
            for charset in [Charset::Marc8, Charset::ISO_5426, Charset::Iso6937] {
                let profile = Profile::of(charset).unwrap();
                let (mut sink, mut faults) = (Vec::new(), Vec::new());
                let observe = &mut |fault| {
                    faults.push(fault);
                    true
                };
                decode(profile, &bytes, literal, Mend::Replace, &mut sink, observe).unwrap();
                prop_assert_eq!(&(sink, faults), &one_by_one(profile, &bytes, literal), "{}", charset);
            }
        }

        /// Eight bytes at a time and one by one, the run is the same.
        #[test]
        fn runs(bytes in proptest::collection::vec(prop_oneof![40 => Just(b'a'), 1 => any::<u8>()], 0..120)) {
            for first in [0x1D, 0x20] {
                let plain = |byte: &&u8| (first..0x7F).contains(*byte) && **byte != b'&';
                prop_assert_eq!(run_of(&bytes, first), bytes.iter().take_while(plain).count());
            }
        }

        /// What is said to be sound has no fault.
        #[test]
        fn sound_bytes_have_no_faults(bytes in pieces()) {
            if is_sound(&bytes) {
                let (_, faults) = one_by_one(Profile::MARC8, &bytes, 0);
                prop_assert_eq!(faults, vec![]);
            }
        }
    }
}

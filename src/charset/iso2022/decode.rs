//! Bytes to text, character by character, with a fault for everything that is not plain.

use super::escape::{self, Escape};
use super::fault::{Fault, FaultKind};
use super::profile::{
    CONTROLS, DOUBLE_TILDE, DOUBLE_TILDE_RIGHT, ESC, LIGATURE, LIGATURE_RIGHT, Profile, RESET, SHIFT_IN,
    SHIFT_OUT, SUBFIELD,
};
use super::reference::reference;
use super::sink::Sink;
use super::state::State;
use super::usual::{plain_run, usual};
use crate::bytes::Cut;
use crate::charset::nonsorting;
use crate::charset::tables::{Eacc, Half, Set};

/// How far after ESC H its ESC I is looked for, in bytes.
const LONGEST_UNFILED: usize = 64;

/// Three-byte codes that faulty converters wrote.
const ODD_CODES: [([u8; 3], char); 6] = [
    (*b"! =", '\u{2026}'),
    (*b"! @", '\u{201C}'),
    (*b"\x7F \x14", '\u{2014}'),
    (*b"\x7F \x19", '\u{2019}'),
    (*b"\x7F \x20", '\u{201D}'),
    (*b"\x7F!\x22", '\u{2122}'),
];

/// The replacement of bytes without meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::charset) enum Repair {
    /// U+FFFD.
    Replace,
    /// `\xE9` for each byte.
    Escape,
}

/// Decodes `bytes`, the first `literal` of which are indicators, ASCII in any set. Calls `observe` with each
/// fault; if that returns false, stops and returns the fault.
pub(in crate::charset) fn decode<S: Sink>(
    profile: Profile,
    bytes: &[u8],
    literal: usize,
    repair: Repair,
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
        repair,
        sink,
        observe,
        usual_high,
        state,
        marks: None,
        opened: None,
        expected: None,
        unfiled: false,
    };
    decoder.run(at, literal)
}

struct Decoder<'a, S> {
    profile: Profile,
    bytes: &'a [u8],
    repair: Repair,
    sink: &'a mut S,
    observe: &'a mut dyn FnMut(Fault) -> bool,
    /// The table of the high half at the start, if the low half is ASCII there.
    usual_high: Option<&'static Half>,
    state: State,
    /// Start of the marks that wait for their letter, in the sink and in the bytes.
    marks: Option<(usize, usize)>,
    /// The second half of a mark over two letters: `opened` until the first letter comes, then `expected`
    /// until the second.
    opened: Option<char>,
    expected: Option<char>,
    /// Whether ESC H began words that are not filed.
    unfiled: bool,
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

    /// Replaces bytes without meaning, which represent one unknown character.
    #[cold]
    fn undefined(&mut self, kind: FaultKind, at: usize, len: usize) -> Result<usize, Fault> {
        self.note(kind, at, len)?;
        let end = at + len;
        match self.repair {
            Repair::Replace => {
                self.base(char::REPLACEMENT_CHARACTER, at, len);
            }
            Repair::Escape => {
                let bytes = self.bytes.cut(at..end);
                for character in bytes.iter().flat_map(|byte| format!("\\x{byte:02X}").into_bytes()) {
                    self.base(char::from(character), at, len);
                }
            }
        }
        Ok(end)
    }

    /// Appends a character that does not combine, with the marks that precede it.
    #[inline(always)]
    fn base(&mut self, character: char, at: usize, len: usize) -> usize {
        match self.marks.take() {
            Some((place, _)) => self.sink.insert(place, character),
            None => self.sink.push(character),
        }
        self.expected = self.opened.take();
        at + len
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
                    return Ok(at + 1);
                }
                self.note(FaultKind::OrphanSecondHalf, at, 1)?;
                return Ok(at + 1);
            }
            _ => {}
        }
        if self.marks.is_none() {
            self.marks = Some((self.sink.end(), at));
        }
        self.sink.push(mark);
        Ok(at + 1)
    }

    /// Decodes consecutive letters of a set in the low half.
    fn letters(&mut self, set: Set, mut at: usize) -> Result<usize, Fault> {
        let bytes = self.bytes;
        let run = bytes.cut(at..).iter().take_while(|byte| (0x21..0x7F).contains(*byte));
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
            at += 1;
        }
        Ok(at)
    }

    /// Returns whether a mark waits for its letter or for its second half.
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

    /// Decodes a run of ASCII, or a reference.
    #[inline]
    fn ascii(&mut self, mut at: usize) -> Result<usize, Fault> {
        let rest = self.bytes.cut(at..);
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
        let mut text = rest.cut(..run);
        let end = at + run;
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

    /// Decodes a byte that is ASCII in any set: an indicator or a subfield code.
    fn literal(&mut self, at: usize) -> Result<usize, Fault> {
        match self.bytes.get(at) {
            Some(&byte) if byte.is_ascii() => Ok(self.base(char::from(byte), at, 1)),
            _ => self.undefined(FaultKind::UndefinedCode, at, 1),
        }
    }

    fn control(&mut self, byte: u8, at: usize) -> Result<usize, Fault> {
        let next = at + 1;
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

    /// Ends a value.
    fn separate(&mut self, at: usize) -> Result<(), Fault> {
        self.unmark()?;
        if self.state != State::of(self.profile) {
            self.note(FaultKind::NotReset, at, 0)?;
        }
        Ok(())
    }

    /// Ends the marks in progress, before something that no mark can combine with.
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

    /// Decodes three-byte characters, in either half.
    fn eacc(&mut self, at: usize) -> Result<usize, Fault> {
        let rest = self.bytes.cut(at..);
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
        while let Some(character) = character(end - at) {
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
        let after = rest.get(present);
        if present < 3 && after.is_none_or(|byte| *byte < 0x20) {
            return self.undefined(FaultKind::TruncatedEacc, at, present);
        }
        // The following bytes are no characters either: the escape that ends EACC must be missing.
        let wrong = |at: usize| rest.len() > at + 2 && character(at).is_none();
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

    /// Returns the mark that an escape before `rest` is, if that is ESC H with an ESC I after it, or that one.
    fn nonsorting(&mut self, rest: &[u8]) -> Option<char> {
        match rest.first()? {
            b'H' => {
                let near = rest.get(..LONGEST_UNFILED).unwrap_or(rest);
                let value = near.split(|byte| RESET.contains(byte)).next()?;
                self.unfiled = value.windows(2).any(|pair| pair == [ESC, b'I']);
                self.unfiled.then_some(nonsorting::MARKS.0)
            }
            b'I' => std::mem::take(&mut self.unfiled).then_some(nonsorting::MARKS.1),
            _ => None,
        }
    }

    fn escape(&mut self, at: usize) -> Result<usize, Fault> {
        let rest = self.bytes.cut(at + 1..);
        if let Some(mark) = self.nonsorting(rest) {
            return Ok(self.base(mark, at, 2));
        }
        let (state, len) = match escape::parse(self.profile, self.state, rest) {
            Escape::Known(state, len) => (state, len),
            Escape::Nonstandard(state, len) => {
                self.note(FaultKind::Nonstandard, at, len)?;
                (state, len)
            }
            Escape::Unknown(kind, len) => return self.undefined(kind, at, len),
        };
        self.state = state;
        Ok(at + len)
    }
}

#[cfg(test)]
mod tests {
    use super::super::usual::is_sound;
    use super::*;
    use crate::charset::Charset;
    use proptest::prelude::*;

    /// Decodes all bytes one by one, without the quick way.
    fn one_by_one(profile: Profile, bytes: &[u8], literal: usize) -> (Vec<u8>, Vec<Fault>) {
        let (mut sink, mut faults) = (Vec::new(), Vec::new());
        let decoder = Decoder {
            profile,
            bytes,
            repair: Repair::Replace,
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
            unfiled: false,
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
                decode(profile, &bytes, literal, Repair::Replace, &mut sink, observe).unwrap();
                prop_assert_eq!(&(sink, faults), &one_by_one(profile, &bytes, literal), "{}", charset);
            }
        }

        /// What `is_sound` accepts has no fault.
        #[test]
        fn sound_bytes_have_no_faults(bytes in pieces()) {
            if is_sound(&bytes) {
                let (_, faults) = one_by_one(Profile::MARC8, &bytes, 0);
                prop_assert_eq!(faults, vec![]);
            }
        }
    }
}

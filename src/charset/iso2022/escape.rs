//! Escape sequences, and the sets that they designate.

use super::fault::FaultKind;
use super::profile::Profile;
use super::state::State;
use crate::bytes::Cut;
use crate::charset::tables::Set;

/// What an escape sequence does, and its length in bytes, ESC included.
pub(super) enum Escape {
    /// Puts these sets in use.
    Known(State, usize),
    /// Puts these sets in use, though no specification has the sequence.
    Nonstandard(State, usize),
    /// Means nothing.
    Unknown(FaultKind, usize),
}

/// Parses the escape sequence whose ESC comes before `rest`.
pub(super) fn parse(profile: Profile, mut state: State, rest: &[u8]) -> Escape {
    let marc8 = profile.marc8;
    // The most frequent sequences.
    let usual = match rest {
        [b'(', last, ..] => profile.by_final(*last),
        [b'$', b'1', ..] if marc8 => Some(Set::Eacc),
        _ => None,
    };
    if let Some(set) = usual {
        return Escape::Known(state.with(0, set), 3);
    }
    let incomplete = Escape::Unknown(FaultKind::IncompleteEscape, 1);
    let intermediates = rest.iter().take_while(|byte| (0x20..0x30).contains(*byte)).count();
    let last = rest.get(intermediates).copied().filter(|byte| (0x30..0x7F).contains(byte));
    let Some(last) = last else { return incomplete };
    let len = intermediates + 2;
    let target = |byte: u8| match byte {
        b'(' | b',' => Some(0),
        b')' | b'-' => Some(1),
        b'*' | b'.' if !marc8 => Some(2),
        b'+' | b'/' if !marc8 => Some(3),
        _ => None,
    };
    let mut nonstandard = false;
    let designation = match (rest.cut(..intermediates), last) {
        ([], b's') if marc8 => Some((0, Set::Ascii)),
        ([], b'g' | b'b' | b'p') if marc8 => profile.by_final(last).map(|set| (0, set)),
        ([], b'n' | b'o' | b'|' | b'}' | b'~') if !marc8 => {
            match last {
                b'n' => state.low = 2,
                b'o' => state.low = 3,
                b'|' => state.high = 3,
                b'}' => state.high = 2,
                _ => state.high = 1,
            }
            return Escape::Known(state, len);
        }
        // A lone escape before a letter: that letter is text.
        ([], _) => return incomplete,
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
        ([half], last) => target(*half).zip(profile.by_final(last)),
        _ => None,
    };
    let Some((half, set)) = designation else {
        // A blank or another sign after a lone escape is text.
        let names_a_set = rest.first().is_some_and(|first| *first == b'$' || target(*first).is_some());
        return if names_a_set { Escape::Unknown(FaultKind::UnknownSet, len) } else { incomplete };
    };
    match nonstandard {
        true => Escape::Nonstandard(state.with(half, set), len),
        false => Escape::Known(state.with(half, set), len),
    }
}

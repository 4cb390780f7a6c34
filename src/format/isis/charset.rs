//! Which character set a base is in.

use crate::charset::{Charset, Reason, guess_cyrillic, is_mostly_utf8};

/// What speaks for the character set of records that are not UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fallback {
    pub(super) charset: Charset,
    pub(super) reason: Reason,
    pub(super) is_doubtful: bool,
}

/// Guesses by a sample of the records: Cyrillic words have no Latin letters in them, words with accents have.
pub(super) fn guess(sample: &[u8]) -> Fallback {
    if is_mostly_utf8(sample) {
        return Fallback { charset: Charset::Utf8, reason: Reason::ValidUtf8, is_doubtful: false };
    }
    let (mut mixed, mut high, mut low_half, mut letters) = (0usize, 0usize, 0usize, 0usize);
    let mut previous = b' ';
    for pair in sample.windows(2) {
        let &[byte, next] = pair else { continue };
        if byte >= 0x80 {
            high = high.saturating_add(1);
            mixed = mixed
                .saturating_add(usize::from(previous.is_ascii_alphabetic() || next.is_ascii_alphabetic()));
            // Where code page 850 has its accented letters, and Windows-1252 hardly any.
            low_half = low_half.saturating_add(usize::from(byte <= 0xA5));
            letters = letters.saturating_add(usize::from(byte >= 0xC0));
        }
        previous = byte;
    }
    if let Some(guess) = guess_cyrillic(sample)
        && mixed.saturating_mul(2) < high
    {
        let reason = Reason::Letters(guess);
        return Fallback { charset: guess.charset, reason, is_doubtful: guess.is_doubtful() };
    }
    let dos = Charset::from_name("cp850").filter(|_| low_half > letters);
    let charset = dos.unwrap_or(Charset::Windows1252);
    Fallback { charset, reason: Reason::Format, is_doubtful: true }
}

//! Which character set a base is in.

use crate::charset::{Charset, Reason, guess_cyrillic, guess_latin, is_mostly_utf8};

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
    let (mut mixed, mut high) = (0usize, 0usize);
    let mut previous = b' ';
    for pair in sample.windows(2) {
        let &[byte, next] = pair else { continue };
        if byte >= 0x80 {
            high = high.saturating_add(1);
            mixed = mixed
                .saturating_add(usize::from(previous.is_ascii_alphabetic() || next.is_ascii_alphabetic()));
        }
        previous = byte;
    }
    if let Some(guess) = guess_cyrillic(sample)
        && mixed.saturating_mul(2) < high
    {
        let reason = Reason::Letters(guess);
        return Fallback { charset: guess.charset, reason, is_doubtful: guess.is_doubtful() };
    }
    match guess_latin(sample, &[Charset::Windows1252, Charset::Cp850]) {
        Some(charset) => Fallback { charset, reason: Reason::LatinWords, is_doubtful: true },
        None => Fallback { charset: Charset::Windows1252, reason: Reason::Format, is_doubtful: true },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_the_words_of_a_sample() {
        let texts = [
            ("Étude de la végétation des forêts à Málaga, São Paulo y Córdoba", Charset::Windows1252),
            ("Étude de la végétation des forêts à Málaga, São Paulo y Córdoba", Charset::Cp850),
            ("Преступление и наказание, роман в шести частях", Charset::Windows1251),
            ("Преступление и наказание, роман в шести частях", Charset::Ibm866),
        ];
        for (text, charset) in texts {
            let mut sample = Vec::new();
            charset.encode_into(text, crate::Policy::Strict, &mut sample).unwrap();
            assert_eq!(guess(&sample).charset, charset, "{text}");
        }
    }
}

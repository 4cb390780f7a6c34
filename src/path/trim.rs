//! ISBD punctuation at the end of values.

use crate::bytes::Cut;
use crate::record::Text;

/// Returns the byte range of a value without the punctuation at its end. Punctuation is ASCII in all
/// character sets.
pub(super) fn trimmed(text: Text<'_>) -> (usize, usize) {
    let bytes = text.as_bytes();
    let mut end = bytes.trim_ascii_end().len();
    let head = |end: usize| bytes.cut(..end);
    while let [before @ .., last] = head(end) {
        let drop = match last {
            b'/' | b':' | b';' | b'=' | b',' => true,
            b'.' => ends_a_sentence(before),
            _ => false,
        };
        if !drop {
            break;
        }
        end = before.trim_ascii_end().len();
    }
    let mut start = (bytes.len() - bytes.trim_ascii_start().len()).min(end);
    let inside = bytes.cut(start..end);
    match inside {
        [b'[', rest @ ..] if !rest.contains(&b']') => start += 1,
        [rest @ .., b']'] if !rest.contains(&b'[') => end = start + rest.trim_ascii_end().len(),
        _ => {}
    }
    (start, end)
}

/// Returns whether a full stop after these bytes ends a sentence rather than an abbreviation, initial or
/// ellipsis: the word before it has four letters or more and contains no full stop.
fn ends_a_sentence(before: &[u8]) -> bool {
    let blank = |byte: &u8| byte.is_ascii_whitespace();
    let word = before.rsplit(blank).next().unwrap_or_default();
    let letters = match std::str::from_utf8(word) {
        Ok(word) => word.chars().count(),
        Err(_) => word.len(),
    };
    let closed = matches!(word, [.., b')' | b']' | b'"' | b'0'..=b'9']);
    !word.contains(&b'.') && (letters > 3 || closed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charset::Charset;

    #[test]
    fn punctuation_between_elements_goes_abbreviations_stay() {
        // The pairs are the examples of ISBD consolidated, A.3.2, and of MARC 21 Bibliographic, 245, 260, 300, 100.
        for (value, expected) in [
            ("Leyli və Məcnun /", "Leyli və Məcnun"),
            ("Alma-Ata :", "Alma-Ata"),
            ("Žazušy ,", "Žazušy"),
            ("Nizami Gəncəvi.", "Nizami Gəncəvi"),
            ("Smith, John J.", "Smith, John J."),
            ("Davis, Sammy, Jr.", "Davis, Sammy, Jr."),
            ("Prentice-Hall, Inc.", "Prentice-Hall, Inc."),
            ("U.S.S.R.", "U.S.S.R."),
            ("And then ...", "And then ..."),
            ("23 cm.", "23 cm."),
            ("1999.", "1999"),
            ("c1999]", "c1999"),
            ("[Baku", "Baku"),
            ("[Baku]", "[Baku]"),
            ("title = ", "title"),
            ("", ""),
            (" . / ", "."),
            ("Əsərlər :  ", "Əsərlər"),
        ] {
            let (start, end) = trimmed(Text::new(value.as_bytes(), Charset::Utf8));
            assert_eq!(&value[start..end], expected, "{value:?}");
        }
    }
}

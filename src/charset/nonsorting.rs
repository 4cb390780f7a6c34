//! The marks around words that are not filed, in their 7-bit form: ESC H before them, ESC I after them.

use std::borrow::Cow;

use memchr::{memchr, memmem};

/// Start and end of words that are not filed: control functions 8/8 and 8/9 of ISO 6630, as characters.
pub(super) const MARKS: (char, char) = ('\u{98}', '\u{9C}');
const START: &str = "\u{1B}H";
const END: &str = "\u{1B}I";

/// Returns whether there are a start and an end after it.
pub(crate) fn has_nonsorting(bytes: &[u8]) -> bool {
    let escape = memchr(0x1B, bytes).and_then(|at| bytes.get(at..));
    let after = escape.and_then(|bytes| bytes.get(memmem::find(bytes, START.as_bytes())?..));
    after.is_some_and(|after| memmem::find(after, END.as_bytes()).is_some())
}

/// Returns the text with U+0098 and U+009C in place of each start and end that are in one value.
///
/// # Spec
/// ISO 6630:1986, NSB and NSE; ISO 2022 for control functions as escape sequences.
pub(super) fn with_marks(text: &str) -> Cow<'_, str> {
    if !has_nonsorting(text.as_bytes()) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for value in text.split_inclusive(|character| ('\u{1D}'..='\u{1F}').contains(&character)) {
        let mut rest = value;
        while let Some((before, inside, after)) = first(rest) {
            out.push_str(before);
            out.push(MARKS.0);
            out.push_str(inside);
            out.push(MARKS.1);
            rest = after;
        }
        out.push_str(rest);
    }
    Cow::Owned(out)
}

/// Puts the marks into what a text has from an offset on.
pub(super) fn mark_from(text: &mut String, start: usize) {
    let marked = text.get(start..).map(with_marks);
    if let Some(Cow::Owned(marked)) = marked {
        text.truncate(start);
        text.push_str(&marked);
    }
}

/// Returns what is before, between and after the first start and the end that follows it.
fn first(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once(START)?;
    let (inside, after) = rest.split_once(END)?;
    Some((before, inside, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charset::Charset;

    #[test]
    fn only_in_pairs_within_a_value() {
        for (text, expected) in [
            ("\u{1B}HThe \u{1B}Ititle", "\u{98}The \u{9C}title"),
            ("\u{1B}HThe title", "\u{1B}HThe title"),
            ("The \u{1B}Ititle", "The \u{1B}Ititle"),
            (
                "\u{1B}HL'\u{1B}Iété\u{1F}e\u{1B}Hun\u{1F}c\u{1B}I",
                "\u{98}L'\u{9C}été\u{1F}e\u{1B}Hun\u{1F}c\u{1B}I",
            ),
            ("a \u{1B}HI \u{1B}Ib \u{1B}HII\u{1B}I", "a \u{98}I \u{9C}b \u{98}II\u{9C}"),
        ] {
            assert_eq!(with_marks(text), expected);
            assert_eq!(Charset::UTF8_ESCAPED.decode(text.as_bytes()).unwrap(), expected);
        }
    }

    #[test]
    fn the_same_beside_another_set() {
        let set = Charset::Windows1251.or_utf8();
        let value = b"\x1BH\xC0 \x1BI\xEC\xEE\xF0\xE5\x1Fe\x1BHlost";
        assert_eq!(set.decode(value).unwrap(), "\u{98}А \u{9C}море\u{1F}e\u{1B}Hlost");
        let mut text = String::from("\u{1B}H");
        set.decode_into(value, crate::Policy::Strict, &mut text).unwrap();
        assert_eq!(text, "\u{1B}H\u{98}А \u{9C}море\u{1F}e\u{1B}Hlost");
    }

    #[test]
    fn the_same_in_marc8() {
        let text = Charset::Marc8.decode(b"\x1BHThe \x1BIch\xE3ateau").unwrap();
        assert_eq!(text, "\u{98}The \u{9C}cha\u{302}teau");
        assert!(Charset::Marc8.decode(b"\x1BHistory").is_err());
    }

    #[test]
    fn the_same_in_iso_5426() {
        let sets = Charset::ISO_5426;
        assert_eq!(sets.decode(b"\x1BHL'\x1BI\xC2et\xC2e").unwrap(), "\u{98}L'\u{9C}e\u{301}te\u{301}");
        assert_eq!(sets.decode(b"\x88L'\x89\xC2et\xC2e").unwrap(), "\u{98}L'\u{9C}e\u{301}te\u{301}");
        assert!(sets.decode(b"\x1BHistory").is_err());
    }
}

//! Values without the punctuation of ISBD and the marks of non-filing characters.

use std::borrow::Cow;

use super::names::{Element, Part};

/// What is taken off the end of a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// Blanks.
    Blanks,
    /// The marks that ISBD puts before the next element: `/ : ; = , +`.
    Marks,
    /// Marks, and a full stop that ends no abbreviation.
    Stop,
}

/// Returns the ending that a part of an element has.
fn ending(element: Element, part: Part) -> Ending {
    use Element as E;
    match (element, part) {
        (E::Note | E::Coded | E::Admin | E::Electronic | E::Item | E::Link, _) => Ending::Blanks,
        (_, Part::Url | Part::Id | Part::Authority | Part::Scheme | Part::Institution | Part::Pair) => {
            Ending::Blanks
        }
        (E::Extent, _) | (_, Part::Size) => Ending::Marks,
        _ => Ending::Stop,
    }
}

/// Cleans a value.
pub(super) fn clean(text: Cow<'_, str>, element: Element, part: Part) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => strip(text, ending(element, part)),
        Cow::Owned(text) => Cow::Owned(strip(&text, ending(element, part)).into_owned()),
    }
}

fn strip(text: &str, ending: Ending) -> Cow<'_, str> {
    let mut kept = text.trim();
    if ending != Ending::Blanks {
        kept = kept.trim_end_matches([' ', '/', ':', ';', '=', ',', '+']);
        kept = kept.trim_start_matches(['/', ':', ';', '=', '+', ' ']);
    }
    if ending == Ending::Stop {
        kept = without_stop(kept);
    }
    match kept.contains(is_filing_mark) {
        true => Cow::Owned(kept.chars().filter(|c| !is_filing_mark(*c)).collect()),
        false => Cow::Borrowed(kept),
    }
}

/// Whether a character opens or closes what is skipped in filing: NSB and NSE of ISO 6630, as Unicode and as MARC have
/// them.
fn is_filing_mark(c: char) -> bool {
    matches!(c, '\u{88}' | '\u{89}' | '\u{98}' | '\u{9C}')
}

/// Returns the text without a full stop at the end, if that ends no abbreviation: initials and short words keep theirs.
fn without_stop(text: &str) -> &str {
    let Some(before) = text.strip_suffix('.') else { return text };
    if before.ends_with('.') {
        return text;
    }
    let word = before.rsplit([' ', '-', '(', '.']).next().unwrap_or(before);
    let letters = word.chars().count();
    let is_short = letters <= 1 || letters <= 4 && is_abbreviation(word);
    match is_short && !word.chars().all(|c| c.is_ascii_digit()) && letters > 0 {
        true => text,
        false => before,
    }
}

/// Abbreviations that end names, titles and imprints.
const ABBREVIATIONS: [&str; 40] = [
    "etc", "inc", "ltd", "co", "corp", "jr", "sr", "dr", "mr", "mrs", "st", "ca", "fl", "ed", "eds", "vol",
    "no", "pt", "bros", "cie", "univ", "dept", "gos", "изд", "ред", "сост", "пер", "вып", "ч", "кн", "им",
    "гг", "г", "вв", "в", "др", "пр", "ил", "табл", "al",
];

fn is_abbreviation(word: &str) -> bool {
    let lower = word.to_lowercase();
    ABBREVIATIONS.contains(&lower.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings() {
        let cases = [
            ("Divan /", "Divan"),
            ("Abbott, Edwin A.,", "Abbott, Edwin A."),
            ("Shipyards.", "Shipyards"),
            ("Springer & Co.", "Springer & Co."),
            ("1995.", "1995"),
            ("Wait...", "Wait..."),
            ("\u{98}Der \u{9C}Ring", "Der Ring"),
        ];
        for (raw, expected) in cases {
            assert_eq!(strip(raw, Ending::Stop), expected);
        }
    }
}

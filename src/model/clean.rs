//! Values without the punctuation of ISBD, the brackets of what the cataloguer supplied, and the marks of non-filing
//! characters.

use std::borrow::Cow;

use super::names::{Element, Part};
use crate::bytes::Cut;
use crate::crosswalk::transform::text::angle;

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

/// Whether brackets in an element say that the cataloguer supplied what is in them. In a class number, `[Fic]`, they are
/// part of it.
fn has_supplied(element: Element) -> bool {
    use Element as E;
    matches!(element, E::Title | E::Agent | E::Edition | E::Publication | E::Series | E::Relation)
}

/// Cleans a value.
pub(super) fn clean(text: Cow<'_, str>, element: Element, part: Part) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => strip(text, element, part),
        Cow::Owned(text) => Cow::Owned(strip(&text, element, part).into_owned()),
    }
}

fn strip(text: &str, element: Element, part: Part) -> Cow<'_, str> {
    // Brackets, and the byte with which the marks of filing begin.
    let is_marked = memchr::memchr3(b'[', b']', 0xC2, text.as_bytes()).is_some();
    let is_plain = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    if !is_marked && is_plain(text.as_bytes().first()) && is_plain(text.as_bytes().last()) {
        return text.into();
    }
    let ending = ending(element, part);
    let mut kept = text.trim();
    if ending != Ending::Blanks {
        kept = without_marks(kept);
    }
    if ending == Ending::Stop {
        kept = without_stop(kept);
    }
    // MARC 21 puts what qualifies a number in brackets, the others in a subfield alone.
    if (element, part) == (Element::Identifier, Part::Qualifier)
        && let Some(inside) = kept.strip_prefix('(').and_then(|kept| kept.strip_suffix(')'))
        && !inside.contains(['(', ')'])
    {
        kept = without_stop(without_marks(inside));
    }
    let mut kept = Cow::Borrowed(kept);
    if is_marked && ending == Ending::Stop && has_supplied(element) && kept.contains(['[', ']']) {
        // Around a date they say how certain it is.
        let is_date = matches!(part, Part::Date | Part::EndDate | Part::Dates | Part::ManufactureDate);
        kept = without_brackets(&kept, !is_date).into();
    }
    if ending != Ending::Blanks
        && let Some((start, end, mark)) = skipped(&kept)
    {
        let (article, rest) = (kept.cut(start..end), kept.cut(end + mark..));
        kept = format!("{article}{rest}").into();
    }
    match is_marked && kept.contains(is_filing_mark) {
        true => Cow::Owned(kept.chars().filter(|c| !is_filing_mark(*c)).collect()),
        false => kept,
    }
}

/// Returns the text without the marks of ISBD around it.
fn without_marks(text: &str) -> &str {
    let marks = ['/', ':', ';', '=', '+', ',', ' '];
    text.trim_end_matches(marks).trim_start_matches(marks)
}

/// Returns the text without brackets that have no partner, and without a pair around the whole of it if `whole`.
fn without_brackets(text: &str, whole: bool) -> String {
    let mut open: Vec<usize> = Vec::new();
    let mut partner: Vec<(usize, usize)> = Vec::new();
    let mut alone: Vec<usize> = Vec::new();
    for (at, c) in text.char_indices() {
        match (c, open.last()) {
            ('[', _) => open.push(at),
            (']', Some(start)) => {
                partner.push((*start, at));
                open.pop();
            }
            (']', None) => alone.push(at),
            _ => {}
        }
    }
    alone.append(&mut open);
    // The last pairs are the outermost ones.
    let (mut start, mut end) = (0, text.len());
    for (opens, closes) in partner.into_iter().rev().take_while(|_| whole) {
        if opens != start || closes + 1 != end {
            break;
        }
        alone.extend([opens, closes]);
        (start, end) = (opens + 1, closes);
    }
    alone.sort_unstable();
    let kept = text.char_indices().filter(|(at, _)| alone.binary_search(at).is_err());
    let kept: String = kept.map(|(_, c)| c).collect();
    without_marks(kept.trim()).to_owned()
}

/// Returns where the characters are that filing skips, if marks are around them at the start: `<<The >>`, `¬Der ¬`. The
/// last number is the length of the mark.
#[inline]
pub(super) fn skipped(text: &str) -> Option<(usize, usize, usize)> {
    let (opens, closes) = if text.starts_with("<<") {
        ("<<", ">>")
    } else if text.starts_with('¬') {
        ("¬", "¬")
    } else {
        return None;
    };
    let end = text.cut(opens.len()..).find(closes)? + opens.len();
    let rest = text.cut(end + closes.len()..);
    (!rest.trim().is_empty()).then_some((opens.len(), end, closes.len()))
}

/// Whether values of an element have marks of filing in IRBIS.
pub(super) fn is_filed(element: Element) -> bool {
    use Element as E;
    matches!(element, E::Title | E::Series | E::Relation | E::Subject)
}

/// Returns what is shown of a value of IRBIS: `1000 страниц` of `<1000=тысяча> страниц`, `Die Räuber` of `<Die > Räuber`.
pub(super) fn shown(text: &str) -> String {
    angle(text.replace(" > ", " >"))
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
            (", Isaac", "Isaac"),
            ("<<The >>sweetest fig /", "The sweetest fig"),
            ("¬Der ¬Ring", "Der Ring"),
            ("<<Pravda>>", "<<Pravda>>"),
        ];
        for (raw, expected) in cases {
            assert_eq!(strip(raw, Element::Title, Part::Value), expected);
        }
    }

    #[test]
    fn what_is_shown() {
        let cases = [
            ("<1000=тысяча> страниц", "1000 страниц"),
            ("<Die > Räuber", "Die Räuber"),
            ("<The >book", "The book"),
            ("Journal <de >Physics", "Journal de Physics"),
            ("a < b", "a < b"),
        ];
        for (raw, expected) in cases {
            assert_eq!(shown(raw), expected);
        }
    }

    #[test]
    fn qualifiers() {
        for (raw, expected) in
            [("(hbk.) :", "hbk"), ("hbk.", "hbk"), ("(v. 1)", "v. 1"), ("alk. (v. 1)", "alk. (v. 1)")]
        {
            assert_eq!(strip(raw, Element::Identifier, Part::Qualifier), expected, "{raw}");
        }
    }

    #[test]
    fn brackets() {
        let cases = [
            ("[New York :", "New York"),
            ("X Press],", "X Press"),
            ("X Press].", "X Press"),
            ("[Waiting for the Master", "Waiting for the Master"),
            ("[Cambridge, Mass.]", "Cambridge, Mass."),
            ("[[1999]]", "1999"),
            ("[A] and [B]", "[A] and [B]"),
            ("Atlas [maps", "Atlas maps"),
            ("Atlas [maps]", "Atlas [maps]"),
            ("[Atlas] : [maps", "[Atlas] : maps"),
            ("[]", ""),
            ("]][[", ""),
        ];
        for (raw, expected) in cases {
            assert_eq!(strip(raw, Element::Publication, Part::Place), expected, "{raw}");
        }
        assert_eq!(strip("[1999]", Element::Publication, Part::Date), "[1999]");
        assert_eq!(strip("1999]", Element::Publication, Part::Date), "1999");
        assert_eq!(strip("[Fic]", Element::Classification, Part::Value), "[Fic]");
        assert_eq!(strip("[16] p. :", Element::Extent, Part::Value), "[16] p.");
    }

    #[test]
    fn many_brackets_take_no_quadratic_time() {
        let (open, closed) = ("[".repeat(200_000), "]".repeat(200_000));
        assert_eq!(strip(&format!("{open}x{closed}"), Element::Title, Part::Value), "x");
        assert_eq!(strip(&open, Element::Title, Part::Value), "");
    }
}

//! The number of pages in a statement of extent.

use super::elements::Extent;
use super::names::Part;
use super::words;
use crate::bytes::Cut;
use crate::record::Dialect;

impl Extent<'_, '_> {
    /// Returns the statement of extent, numbers with their unit: `239 p.`. IRBIS has the unit in a subfield of its own; of one
    /// from a menu, `o=disc`, what follows the code is the unit.
    pub fn text(&self) -> Option<String> {
        let is_irbis = self.bib.reading().0 == Dialect::Irbis;
        let mut text = self.joined(&[Part::Value], " ").unwrap_or_default();
        for unit in self.all(Part::Unit) {
            let unit = unit.clean();
            let unit = if is_irbis { without_code(&unit) } else { &unit };
            if !text.is_empty() && !unit.is_empty() {
                text.push(' ');
            }
            text.push_str(unit);
        }
        (!text.is_empty()).then_some(text)
    }

    /// Returns the number of pages: the largest of those in the statement. `None` if it counts none, or volumes.
    pub fn pages(&self) -> Option<u32> {
        if self.kind() != "physical" {
            return None;
        }
        let value = self.first(Part::Value)?;
        let unit = self.first(Part::Unit).map(|unit| unit.raw()).unwrap_or_default();
        let text = value.raw();
        if self.bib.reading().0 != Dialect::Irbis {
            return match unit.is_empty() {
                true => pages(&text),
                false => pages(&format!("{text} {unit}")),
            };
        }
        // A menu may write its code before the unit, and a Latin letter may stand for the Cyrillic one.
        let unit = match without_code(&unit).trim_end_matches('.') {
            "c" => "с",
            "" if is_count(&text) => "с",
            unit => unit,
        };
        pages(&format!("{text} {unit}"))
    }
}

/// Returns a unit without the code that a menu of IRBIS may write before it: `disc` of `o=disc`.
fn without_code(unit: &str) -> &str {
    unit.rsplit('=').next().unwrap_or(unit).trim()
}

/// Returns whether a statement has numbers alone, which count pages in IRBIS: `VIII, 320, [2]`.
fn is_count(text: &str) -> bool {
    let is_part = |c: char| {
        c.is_ascii_digit()
            || matches!(c, 'I' | 'V' | 'X' | 'L' | 'i' | 'v' | 'x' | 'l' | ' ' | ',' | '[' | ']')
    };
    text.contains(|c: char| c.is_ascii_digit()) && text.chars().all(is_part)
}

/// From this number on it counts no pages, but is one of an inventory.
const MOST: u32 = 50_000;

/// Returns the largest number of pages in a statement of extent; of one in Roman numerals alone that number.
fn pages(text: &str) -> Option<u32> {
    let mut most = None;
    let (mut numbers, mut romans): (Vec<u32>, Vec<u32>) = (Vec::new(), Vec::new());
    let mut rest = text;
    let mut word = String::new();
    while let Some(c) = rest.chars().next() {
        if let Some((number, len)) = number(rest) {
            numbers.push(number);
            rest = rest.cut(len..);
            continue;
        }
        if !c.is_alphabetic() {
            rest = rest.cut(c.len_utf8()..);
            continue;
        }
        let len = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
        word.clear();
        word.extend(rest.cut(..len).chars().flat_map(char::to_lowercase));
        rest = rest.cut(len..);
        match (words::find("page-units", &word), roman(&word)) {
            // `v, 345 p.` has five pages before the others; `v. 2` is a volume.
            (Some(_), Some(number)) if numbers.is_empty() && romans.is_empty() && rest.starts_with(',') => {
                romans.push(number);
            }
            (Some("page"), _) => {
                let counted = if numbers.is_empty() { &romans } else { &numbers };
                most = counted.iter().copied().filter(|number| *number < MOST).chain(most).max();
                numbers.clear();
                romans.clear();
            }
            (Some(_), _) => {
                numbers.clear();
                romans.clear();
            }
            (None, Some(number)) => romans.push(number),
            (None, None) => {}
        }
    }
    most
}

/// Returns the number that a text begins with, and its length: in Western, Arabic or Persian digits, with a comma, a stop or a
/// blank between thousands.
fn number(text: &str) -> Option<(u32, usize)> {
    let (value, len) = digits(text)?;
    let thousands = || {
        let rest = text.cut(len..);
        let mark = rest.chars().next()?;
        let is_mark = matches!(mark, ',' | '.' | ' ' | '\u{A0}' | '\u{202F}' | '٬');
        let after = rest.cut(mark.len_utf8()..);
        let (more, more_len) = digits(after)?;
        let is_three = after.cut(..more_len).chars().count() == 3;
        (is_mark && is_three && (1..MOST / 1000).contains(&value))
            .then(|| (value.saturating_mul(1000).saturating_add(more), len + mark.len_utf8() + more_len))
    };
    Some(thousands().unwrap_or((value, len)))
}

/// Returns the number that digits at the start of a text are, and their length in bytes.
fn digits(text: &str) -> Option<(u32, usize)> {
    let (mut value, mut len) = (0_u32, 0);
    for c in text.chars() {
        let Some(digit) = words::digit(c) else { break };
        value = value.saturating_mul(10).saturating_add(digit);
        len += c.len_utf8();
    }
    (len > 0).then_some((value, len))
}

/// Returns the value of Roman numerals in small letters as they are written by rule, below 500.
fn roman(word: &str) -> Option<u32> {
    const NUMERALS: [(&str, u32); 8] =
        [("c", 100), ("xc", 90), ("l", 50), ("xl", 40), ("x", 10), ("ix", 9), ("v", 5), ("iv", 4)];
    let (mut rest, mut sum) = (word, 0);
    for (numeral, value) in NUMERALS.into_iter().chain([("i", 1)]) {
        let most = if matches!(value, 100 | 10 | 1) { 3 } else { 1 };
        for _ in 0..most {
            let Some(next) = rest.strip_prefix(numeral) else { break };
            rest = next;
            sum += value;
        }
    }
    (rest.is_empty() && sum > 0 && !word.is_empty()).then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_in_many_forms() {
        let cases = [
            ("345 p. :", Some(345)),
            ("xii, 345 p.", Some(345)),
            ("viii p., 1 l.", Some(8)),
            ("v, 345 p.", Some(345)),
            ("xiv p.", Some(14)),
            ("1 234 с.", Some(1234)),
            ("1\u{A0}234 с.", Some(1234)),
            ("1.234 S.", Some(1234)),
            ("1,234 p.", Some(1234)),
            ("12, 345 p.", Some(345)),
            ("VIII, 320 с.", Some(320)),
            ("345, [3] с.", Some(345)),
            ("۳۴۵ ص", Some(345)),
            ("٣٤٥ ص", Some(345)),
            ("345 стор.", Some(345)),
            ("345 oldal", Some(345)),
            ("345 sahifa", Some(345)),
            ("345 s.", Some(345)),
            ("345 б.", Some(345)),
            ("345с.", Some(345)),
            ("345页", Some(345)),
            ("2 v.", None),
            ("3 т.", None),
            ("2 v. (xi, 1 250 p.)", Some(1250)),
            ("24 cm", None),
            ("mix", None),
            ("99999999999 999 p.", Some(999)),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(pages(text), expected, "{text}");
        }
    }

    #[test]
    fn numbers_alone_are_pages_in_irbis() {
        let cases = [
            (("251", ""), Some(251)),
            (("VIII, 564", ""), Some(564)),
            (("[4],367,[2],120", ""), Some(367)),
            (("64,  [3]", ""), Some(64)),
            (("131", " c."), Some(131)),
            (("1", "o=CD-ROM"), None),
            (("1", "f=floppy"), None),
            (("15,4 х 22,1", ""), None),
            (("H-5, 6 см.", ""), None),
            (("482с.", ""), Some(482)),
        ];
        for ((count, unit), expected) in cases {
            let record = crate::record::Builder::new(crate::record::Syntax::IRBIS)
                .field("920", |field| field.lead("PAZK"))
                .field("215", |field| field.subfield('a', count).subfield('1', unit))
                .build()
                .unwrap();
            let bib = crate::model::Bib::of(record.view());
            assert_eq!(bib.extents().next().unwrap().pages(), expected, "{count} {unit}");
        }
    }

    #[test]
    fn numerals_that_are_no_number() {
        for word in ["", "civil", "iiii", "vv", "ic", "mix"] {
            assert_eq!(roman(word), None, "{word}");
        }
        assert_eq!((roman("xliv"), roman("ccxcix")), (Some(44), Some(299)));
    }
}

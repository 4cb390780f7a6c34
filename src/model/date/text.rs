//! Dates of imprints and headings: the years in a text, and what stands around them.

use std::borrow::Cow;

use super::{Certainty, Date, Span};
use crate::bytes::Cut;
use crate::model::words;

/// A year in a text.
#[derive(Clone, Copy)]
struct Year {
    span: Span,
    start: usize,
    /// Where it ends in the text.
    end: usize,
}

impl Year {
    /// Whether digits are missing, or it is a decade.
    fn is_vague(&self) -> bool {
        self.span.first != self.span.last
    }
}

/// Reads a date.
pub(super) fn parse(raw: &str) -> Date {
    let plain = plain(raw);
    let text = plain.as_ref();
    let years = years(text);
    let Some((first, rest)) = years.split_first() else { return Date::UNKNOWN };
    let mut kept = *first;
    let mut end = Some(first.span.last);
    let after = text.cut(first.end..);
    if let Some(second) = rest.first() {
        let gap = text.cut(first.end..second.start);
        let own = common_era(text, first, rest);
        // Between years of two calendars a stroke makes no range: 1421/2000.
        let two = gap.contains('/') && first.span.first < PRINTING && own.is_some();
        if is_range(gap) && second.span.last >= first.span.first && !two {
            end = Some(second.span.last);
        } else if let Some(own) = own {
            // A year of another calendar before the brackets: 1420 [1999 or 2000].
            kept = *own;
            end = rest.last().map(|last| last.span.last.max(own.span.last));
        }
    } else if is_open(after) {
        end = None;
    }
    if said_of(before(text, &kept), "not-before") {
        end = None;
    }
    let certainty = certainty(raw, text, &kept);
    Date { start: Some(kept.span.first), end, certainty, whole: !kept.is_vague() }
}

/// Whether what stands between two years makes a range of them.
fn is_range(gap: &str) -> bool {
    let gap = gap.trim_matches([' ', '?', ']', '[', 'c', '.', '©']);
    matches!(gap, "-" | "/" | "or" | "и" | "или" | "ili" | "and")
}

/// Whether nothing but the mark of an open range follows.
fn is_open(after: &str) -> bool {
    let rest = after.trim_start_matches([' ', ']', '?']);
    let closing = [' ', ']', '[', '?', '-', '.', ',', '>', '<', ')'];
    rest.starts_with('-') && matches!(rest.trim_matches(closing), "" | "9999")
}

/// Returns the text in Western digits and with hyphens for dashes, without the brackets inside a year: `18[99]`.
fn plain(raw: &str) -> Cow<'_, str> {
    if raw.is_ascii() && !raw.contains('[') {
        return Cow::Borrowed(raw);
    }
    let chars: Vec<char> = raw.chars().map(western).collect();
    let mut out = String::with_capacity(raw.len());
    let mut run = 0;
    for (at, c) in chars.iter().enumerate() {
        match c {
            '[' | ']' if (1..4).contains(&run) && goes_on(chars.iter().skip(at + 1), run) => {}
            _ => {
                run = if c.is_ascii_digit() { run + 1 } else { 0 };
                out.push(*c);
            }
        }
    }
    Cow::Owned(out)
}

/// Returns a Western digit for one of Arabic or Persian, a hyphen for a dash; any other character as it is.
fn western(c: char) -> char {
    match c {
        '–' | '—' | '‐' | '‑' | '−' => '-',
        c => words::digit(c).and_then(|digit| char::from_digit(digit, 10)).unwrap_or(c),
    }
}

/// Whether what follows a bracket after some digits makes four of them, or marks the missing ones.
fn goes_on<'c>(rest: impl Iterator<Item = &'c char>, run: usize) -> bool {
    let (mut digits, mut missing) = (run, 0);
    for c in rest.take(8) {
        match c {
            '0'..='9' if missing == 0 => digits += 1,
            '-' | '?' => missing += 1,
            '[' | ']' => {}
            _ => break,
        }
    }
    digits == 4 || digits < 4 && digits + missing >= 4
}

/// Finds the years of a text: four digits, or fewer with `-`, `?` or `_` for those that are missing.
fn years(text: &str) -> Vec<Year> {
    let mut found: Vec<Year> = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            at += 1;
            continue;
        }
        let missing = rest
            .iter()
            .skip(digits)
            .take_while(|byte| matches!(byte, b'-' | b'?' | b'_' | b'u'))
            .take(4)
            .count();
        let number = text.get(at..at + digits).filter(|_| digits < 5);
        let number = number.and_then(|digits| digits.parse::<i32>().ok());
        let span = |first: i32, more: i32| Span { first, last: first + more };
        let year = match (number, digits, missing) {
            (Some(0 | 9999), ..) => None,
            (Some(year), 4, _) => Some((span(year, decade(text.cut(at + 4..), year)), digits)),
            (Some(year), 3, 1..) if is_decade(bytes, at + 3) => Some((span(year * 10, 9), 4)),
            (Some(year), 2, 2..) => Some((span(year * 100, 99), 4)),
            // The end of a range in short: 1890-95.
            (Some(year), 2, _) => found.last().and_then(|before: &Year| {
                let gap = text.get(before.end..at)?.trim();
                let whole = before.span.first / 100 * 100 + year;
                let is_end = matches!(gap, "-" | "/") && !before.is_vague() && whole >= before.span.first;
                (is_end && !is_day(rest)).then_some((span(whole, 0), digits))
            }),
            _ => None,
        };
        if let Some((span, len)) = year {
            found.push(Year { span, start: at, end: (at + len).min(bytes.len()) });
            at += len.max(digits);
        } else {
            at += digits;
        }
    }
    if found.is_empty() {
        if let Some((start, end, year)) = roman(text) {
            found.push(Year { span: Span { first: year, last: year }, start, end });
        }
    }
    found
}

/// Whether a hyphen in place of the fourth digit is one: no digits follow, as in a range of three-digit years.
fn is_decade(bytes: &[u8], hyphen: usize) -> bool {
    !bytes.get(hyphen + 1).is_some_and(u8::is_ascii_digit)
}

/// Whether two digits are a month, before a day: `2001-05-23`.
fn is_day(rest: &[u8]) -> bool {
    matches!(rest, [_, _, b'-', b'0'..=b'9', ..])
}

/// Returns how many years follow in a decade or century: `1930s`, `1930-е`; 0 for a year.
fn decade(after: &str, year: i32) -> i32 {
    let word: String = after.chars().take(4).take_while(|c| *c == '-' || c.is_alphabetic()).collect();
    match word.as_str() {
        "s" if year % 100 == 0 => 99,
        "s" | "-s" | "-е" | "-х" | "-ые" | "-ых" | "е" if year % 10 == 0 => 9,
        _ => 0,
    }
}

/// Finds a year in Roman numerals, with or without dots: `MDCCXC`, `M. DCC. XC.`
fn roman(text: &str) -> Option<(usize, usize, i32)> {
    let start = text.find('M')?;
    let run = text.get(start..)?;
    let len = run
        .find(|c: char| !matches!(c, 'M' | 'D' | 'C' | 'L' | 'X' | 'V' | 'I' | '.' | ' '))
        .unwrap_or(run.len());
    let run = run.get(..len)?;
    let mut sum = 0;
    let mut before = 0;
    for c in run.chars().rev() {
        let value = match c {
            'M' => 1000,
            'D' => 500,
            'C' => 100,
            'L' => 50,
            'X' => 10,
            'V' => 5,
            'I' => 1,
            _ => continue,
        };
        if value < before {
            sum -= value;
        } else {
            sum += value;
            before = value;
        }
        if sum > 3000 {
            return None;
        }
    }
    (1400..2100).contains(&sum).then_some((start, start + len, sum))
}

/// The first year in which books were printed.
const PRINTING: i32 = 1450;

/// Whether the first of two years is of another calendar: no books were printed then, or they are too far apart.
fn is_other_calendar(first: &Year, own: &Year) -> bool {
    let is_common = |year: &Year| (PRINTING..2100).contains(&year.span.first);
    is_common(own) && (!is_common(first) || (own.span.first - first.span.first).abs() > 200)
}

/// Returns the year of the Common Era after one of another calendar, or the right year after a wrong one: `1420 [1999]`,
/// `5730 [1970]`, `1379 ش. = 2000 م.`, `1969 [i.e. 1996]`.
fn common_era<'y>(text: &str, first: &Year, rest: &'y [Year]) -> Option<&'y Year> {
    let after = text.cut(first.end..);
    let mark = first.end + after.find(['[', '=', '/']).unwrap_or(after.len());
    let corrected = rest.first().filter(|own| is_correction(text.cut(first.end..own.start)));
    corrected.or_else(|| rest.iter().find(|year| year.start > mark && is_other_calendar(first, year)))
}

/// Whether what stands between two years says that the second is right: `[i. e.`, `, т.е.`
fn is_correction(gap: &str) -> bool {
    let gap = gap.trim_matches([' ', '[', '(', ',', ']', ')', ';', ':']).replace(' ', "").to_lowercase();
    words::find("dates", gap.trim_end_matches(['.', 'c', '©'])) == Some("correction")
}

/// Returns the text before a year, without the marks between, in small letters.
fn before(text: &str, year: &Year) -> String {
    text.cut(..year.start).trim_end_matches([' ', '[', '(']).to_lowercase()
}

/// Whether a text ends in a word of this meaning.
fn said_of(before: String, meaning: &str) -> bool {
    let is = |words: &str| words::find("dates", words.trim_end_matches('.')) == Some(meaning);
    let start = |at: usize| before.get(at..).is_some_and(is);
    let edge = |c: char| matches!(c, ' ' | '[' | '(' | ',' | ';');
    // Of one word or two.
    let mut ends = before.rmatch_indices(edge).map(|(at, edge)| at + edge.len()).take(2);
    is(&before) || ends.any(start)
}

fn certainty(raw: &str, text: &str, year: &Year) -> Certainty {
    let before = before(text, year);
    let after = text.cut(year.end..).trim_start_matches([' ', ']', ')', ',']);
    let word = after.split([' ', ']', ')', ',', ';']).next().unwrap_or_default().to_lowercase();
    let is_about = said_of(before.clone(), "about")
        || said_of(before.clone(), "not-before")
        || words::find("dates", word.trim_end_matches('.')) == Some("about");
    // `1998-?` is an open range, `19--?` a century that is doubted.
    let is_open = text.contains("-?") && !year.is_vague();
    if raw.contains('?') && !is_open {
        Certainty::Uncertain
    } else if year.is_vague() || is_about || is_abbreviated(&before) {
        Certainty::Approximate
    } else if before.ends_with(['c', '©', 'p', '℗'])
        || before.ends_with("cop.")
        || before.ends_with("copyright")
    {
        Certainty::Copyright
    } else if raw.contains('[') && !is_correction_before(&before) {
        Certainty::Supplied
    } else {
        Certainty::Exact
    }
}

/// Whether a text ends in `c.`, which is `circa`; without the stop it is the copyright.
fn is_abbreviated(before: &str) -> bool {
    before.strip_suffix("c.").is_some_and(|rest| rest.is_empty() || rest.ends_with([' ', '[', '(', ',']))
}

/// Whether the year before the brackets was corrected.
fn is_correction_before(before: &str) -> bool {
    let gap = before.rsplit(|c: char| c.is_ascii_digit()).next().unwrap_or_default();
    is_correction(gap)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_as_they_are_written() {
        use Certainty::{Approximate, Copyright, Exact, Supplied, Uncertain, Unknown};
        let cases = [
            ("1995.", Some(1995), Some(1995), Exact),
            ("c1995", Some(1995), Some(1995), Copyright),
            ("cop. 1995", Some(1995), Some(1995), Copyright),
            ("1998, ©1997", Some(1998), Some(1998), Exact),
            ("[1995?]", Some(1995), Some(1995), Uncertain),
            ("19--?", Some(1900), Some(1999), Uncertain),
            ("199?", Some(1990), Some(1999), Uncertain),
            ("[199-]", Some(1990), Some(1999), Approximate),
            ("[199–]", Some(1990), Some(1999), Approximate),
            ("1890-95", Some(1890), Some(1895), Exact),
            ("1890–95", Some(1890), Some(1895), Exact),
            ("1890-1895.", Some(1890), Some(1895), Exact),
            ("2001-05-23", Some(2001), Some(2001), Exact),
            ("1998-", Some(1998), None, Exact),
            ("1998-9999", Some(1998), None, Exact),
            ("9999", None, None, Unknown),
            ("0000", None, None, Unknown),
            ("1420 [1999]", Some(1999), Some(1999), Supplied),
            ("1420 [1999 or 2000]", Some(1999), Some(2000), Supplied),
            ("1379 ش. = 2000 م.", Some(2000), Some(2000), Exact),
            ("1421/2000", Some(2000), Some(2000), Exact),
            ("۱۳۷۹", Some(1379), Some(1379), Exact),
            ("١٩٩٩", Some(1999), Some(1999), Exact),
            ("1969 [i.e. 1996]", Some(1996), Some(1996), Exact),
            ("1999 [i. e. 2000]", Some(2000), Some(2000), Exact),
            ("1999 [т. е. 2000]", Some(2000), Some(2000), Exact),
            ("1969, i.e. 1970.", Some(1970), Some(1970), Exact),
            ("[18]99", Some(1899), Some(1899), Supplied),
            ("18[99]", Some(1899), Some(1899), Supplied),
            ("1[8]99", Some(1899), Some(1899), Supplied),
            ("19[99?]", Some(1999), Some(1999), Uncertain),
            ("19[--]", Some(1900), Some(1999), Approximate),
            ("1999[2000]", Some(1999), Some(1999), Supplied),
            ("1930s", Some(1930), Some(1939), Approximate),
            ("1930-е", Some(1930), Some(1939), Approximate),
            ("1930-е гг.", Some(1930), Some(1939), Approximate),
            ("1900s", Some(1900), Some(1999), Approximate),
            ("[not before 1990]", Some(1990), None, Approximate),
            ("[не ранее 1917]", Some(1917), None, Approximate),
            ("MDCCXC.", Some(1790), Some(1790), Exact),
            ("[s.a.]", None, None, Unknown),
            ("ок. 1900", Some(1900), Some(1900), Approximate),
            ("около 1750", Some(1750), Some(1750), Approximate),
            ("okolo 1750", Some(1750), Some(1750), Approximate),
            ("vers 1750", Some(1750), Some(1750), Approximate),
            ("[um 1750]", Some(1750), Some(1750), Approximate),
            ("ca. 1750", Some(1750), Some(1750), Approximate),
            ("c. 1750", Some(1750), Some(1750), Approximate),
            ("1999 ca.", Some(1999), Some(1999), Approximate),
        ];
        for (text, start, end, certainty) in cases {
            let date = parse(text);
            assert_eq!((date.start, date.end, date.certainty), (start, end, certainty), "{text}");
        }
    }

    #[test]
    fn a_year_without_all_its_digits_is_not_known() {
        for text in ["19--?", "199?", "[199-]", "1930s", "1930-е", "", "18??", "9999"] {
            assert!(!parse(text).is_known(), "{text}");
        }
        for text in ["1995?", "19[99?]", "ca. 1750", "1890-1895?", "1998-"] {
            assert!(parse(text).is_known(), "{text}");
        }
    }
}

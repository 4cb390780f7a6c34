//! Dates as people and catalogues write them, as ranges of years.

use super::names::names;
use crate::bytes::Cut;

names! {
    /// How certain a date is.
    pub enum Certainty {
        /// Stated, with nothing against it.
        Exact "exact",
        /// Supplied by the cataloguer: `[1995]`.
        Supplied "supplied",
        /// About: `ca. 1900`, `около 1900`, a decade or century of which digits are missing.
        Approximate "approximate",
        /// Doubtful: `1995?`.
        Uncertain "uncertain",
        /// The year of the copyright, not of publication: `c1995`, `©1995`.
        Copyright "copyright",
        /// No year is known: `[s.a.]`, `19--?` without digits, `б. г.`
        Unknown "unknown",
    }
}

/// A date: a year or a range of years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Date {
    /// The first year of the Common Era; `None` if it is not known.
    pub start: Option<i32>,
    /// The last year: the same as `start` for one year, `None` for an open range.
    pub end: Option<i32>,
    /// How certain it is.
    pub certainty: Certainty,
}

/// A number of up to four characters, of which some may be missing.
#[derive(Clone, Copy)]
struct Year {
    first: i32,
    last: i32,
    /// Where it ends in the text.
    end: usize,
    start: usize,
}

impl Date {
    /// A date of which nothing is known.
    pub const UNKNOWN: Date = Date { start: None, end: None, certainty: Certainty::Unknown };

    /// Reads a date as it is written in an imprint or a heading.
    ///
    /// # Example
    /// ```
    /// use kartoteka::model::{Certainty, Date};
    ///
    /// let date = Date::parse("[ca. 1890-1895?]");
    /// assert_eq!((date.start, date.end, date.certainty), (Some(1890), Some(1895), Certainty::Uncertain));
    /// let decade = Date::parse("19--");
    /// assert_eq!((decade.start, decade.end, decade.certainty), (Some(1900), Some(1999), Certainty::Approximate));
    /// assert_eq!(Date::parse("1998-").end, None);
    /// ```
    pub fn parse(text: &str) -> Date {
        let years = years(text);
        let Some((first, rest)) = years.split_first() else { return Date::UNKNOWN };
        let mut date = Date { start: Some(first.first), end: Some(first.last), certainty: Certainty::Exact };
        let after = text.cut(first.end..);
        let is_range = |gap: &str| {
            let gap = gap.trim_matches([' ', '?', ']', '[', 'c', '.', '©']);
            matches!(gap, "-" | "–" | "—" | "/" | "or" | "и" | "или" | "ili" | "and")
        };
        if let Some(second) = rest.first() {
            let gap = text.cut(first.end..second.start);
            if is_range(gap) && second.last >= first.first {
                date.end = Some(second.last);
            } else if let Some(own) = common_era(text, first, rest) {
                // A year of another calendar before the brackets: 1420 [1999 or 2000].
                date.start = Some(own.first);
                date.end = Some(rest.last().map_or(own.last, |last| last.last.max(own.last)));
                if rest.len() == 1 {
                    date.end = Some(own.last);
                }
            }
        } else if after.trim_start_matches([' ', ']', '?']).starts_with(['-', '–', '—'])
            && after.trim_matches([' ', ']', '[', '?', '-', '–', '—', '.', ',', '>', '<', ')']).is_empty()
        {
            date.end = None;
        }
        date.certainty = certainty(text, first);
        date
    }

    /// Reads the coded dates of MARC 21 and UNIMARC: a letter that says which kind, and two years of four characters.
    /// `None` if the field has no date.
    pub fn coded(kind: char, dates: &str) -> Option<Date> {
        let first = coded_year(dates.get(..4)?);
        let second = dates.get(4..).and_then(coded_year_opt);
        let (start, end) = match (first, second) {
            (None, None) => return None,
            (None, Some(second)) => second,
            (Some(first), _) if "srdetpmh".contains(kind) && !"dm".contains(kind) => first,
            (Some(first), Some((_, 9999))) => {
                return Some(Date { start: Some(first.0), end: None, certainty: Certainty::Exact });
            }
            (Some(first), Some(second)) if "mdckiqgabu".contains(kind) && second.1 >= first.0 => {
                (first.0, second.1)
            }
            (Some(first), _) => first,
        };
        let certainty = match kind {
            'q' | 'f' => Certainty::Uncertain,
            _ if start != end && !"mdcgabuik".contains(kind) => Certainty::Approximate,
            _ => Certainty::Exact,
        };
        Some(Date { start: Some(start), end: Some(end), certainty })
    }
}

fn coded_year_opt(text: &str) -> Option<(i32, i32)> {
    coded_year(text.get(..4)?)
}

/// Returns the first and last year that four characters can be, `u` for any digit; none if they are no year.
fn coded_year(text: &str) -> Option<(i32, i32)> {
    let digits = |unknown: &str| text.replace(['u', '-', '#'], unknown).parse::<i32>().ok();
    let is_year = text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'u' | b'-' | b'#'));
    let (first, last) = (digits("0")?, digits("9")?);
    (is_year && last > 0).then_some((first, last))
}

/// Finds the years of a text: four digits, or fewer with `-`, `?` or `_` for those that are missing.
fn years(text: &str) -> Vec<Year> {
    let mut found = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            at += 1;
            continue;
        }
        let missing =
            rest.iter().skip(digits).take_while(|byte| matches!(byte, b'-' | b'?' | b'_' | b'u')).count();
        let number = text.get(at..at + digits).and_then(|digits| digits.parse::<i32>().ok());
        let year = match (number, digits, missing) {
            (Some(year), 4, _) => Some((year, year, digits)),
            (Some(year), 3, 1..) if is_decade(bytes, at + 3) => Some((year * 10, year * 10 + 9, 4)),
            (Some(year), 2, 2..) => Some((year * 100, year * 100 + 99, 4)),
            // The end of a range in short: 1890-95.
            (Some(year), 2, _) => found.last().and_then(|before: &Year| {
                let gap = text.get(before.end..at)?.trim();
                let whole = before.first / 100 * 100 + year;
                (matches!(gap, "-" | "–" | "/") && before.first == before.last && whole >= before.first)
                    .then_some((whole, whole, digits))
            }),
            _ => None,
        };
        if let Some((first, last, len)) = year {
            found.push(Year { first, last, start: at, end: at + len });
            at += len.max(digits);
        } else {
            at += digits;
        }
    }
    if found.is_empty() {
        if let Some((start, end, year)) = roman(text) {
            found.push(Year { first: year, last: year, start, end });
        }
    }
    found
}

/// Whether a hyphen in place of the fourth digit is one: no digits follow, as in a range of three-digit years.
fn is_decade(bytes: &[u8], hyphen: usize) -> bool {
    !bytes.get(hyphen + 1).is_some_and(u8::is_ascii_digit)
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

/// Returns the year in brackets after one of another calendar: `1420 [1999]`, `5730 [1970]`, `2530 [1987]`, `1350 h.`
fn common_era<'y>(text: &str, first: &Year, rest: &'y [Year]) -> Option<&'y Year> {
    let bracket = text.get(first.end..)?.find('[')? + first.end;
    let own = rest.iter().find(|year| year.start > bracket)?;
    let other = !(1450..2100).contains(&first.first) || (own.first - first.first).abs() > 200;
    // A year and its correction: 1969 [i.e. 1996].
    let corrected = text.get(bracket..)?.trim_start_matches('[').trim_start().starts_with("i.e");
    (other || corrected).then_some(own)
}

fn certainty(text: &str, first: &Year) -> Certainty {
    let before = text.cut(..first.start).trim_end_matches([' ', '[', '(']).to_lowercase();
    let about = [
        "ca",
        "ca.",
        "circa",
        "около",
        "ок.",
        "not before",
        "not after",
        "не ранее",
        "не позднее",
        "between",
        "təxminən",
    ];
    // `1998-?` is an open range, `19--?` a century that is doubted.
    let is_open = text.contains("-?") && first.first == first.last;
    if text.contains('?') && !is_open {
        Certainty::Uncertain
    } else if first.first != first.last || about.iter().any(|word| before.ends_with(word)) {
        Certainty::Approximate
    } else if before.ends_with(['c', '©', 'p', '℗'])
        || before.ends_with("cop.")
        || before.ends_with("copyright")
    {
        Certainty::Copyright
    } else if text.contains('[') && !text.contains("i.e") {
        Certainty::Supplied
    } else {
        Certainty::Exact
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_as_they_are_written() {
        let cases = [
            ("1995.", Some(1995), Some(1995), Certainty::Exact),
            ("c1995", Some(1995), Some(1995), Certainty::Copyright),
            ("[1995?]", Some(1995), Some(1995), Certainty::Uncertain),
            ("19--?", Some(1900), Some(1999), Certainty::Uncertain),
            ("[199-]", Some(1990), Some(1999), Certainty::Approximate),
            ("1890-95", Some(1890), Some(1895), Certainty::Exact),
            ("1890-1895.", Some(1890), Some(1895), Certainty::Exact),
            ("1998-", Some(1998), None, Certainty::Exact),
            ("1420 [1999]", Some(1999), Some(1999), Certainty::Supplied),
            ("1969 [i.e. 1996]", Some(1996), Some(1996), Certainty::Exact),
            ("MDCCXC.", Some(1790), Some(1790), Certainty::Exact),
            ("[s.a.]", None, None, Certainty::Unknown),
            ("ок. 1900", Some(1900), Some(1900), Certainty::Approximate),
        ];
        for (text, start, end, certainty) in cases {
            assert_eq!(Date::parse(text), Date { start, end, certainty }, "{text}");
        }
    }

    #[test]
    fn coded_dates() {
        let coded = |kind, dates| Date::coded(kind, dates).map(|date| (date.start, date.end));
        assert_eq!(coded('s', "1995    "), Some((Some(1995), Some(1995))));
        assert_eq!(coded('r', "19951890"), Some((Some(1995), Some(1995))));
        assert_eq!(coded('m', "19901995"), Some((Some(1990), Some(1995))));
        assert_eq!(coded('c', "19989999"), Some((Some(1998), None)));
        assert_eq!(coded('q', "19uu    "), Some((Some(1900), Some(1999))));
        assert_eq!(coded('n', "uuuuuuuu"), None);
    }
}

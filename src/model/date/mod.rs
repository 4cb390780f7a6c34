//! Dates as people and catalogues write them, as ranges of years.

mod text;

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
    /// Whether the first year has all its digits.
    whole: bool,
}

/// The years that digits can mean of which some may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    first: i32,
    last: i32,
}

impl Date {
    /// A date of which nothing is known.
    pub const UNKNOWN: Date = Date { start: None, end: None, certainty: Certainty::Unknown, whole: false };

    /// Reads a date as it is written in an imprint or a heading, in Western, Arabic or Persian digits.
    ///
    /// Years of another calendar are as they are written, unless the year of the Common Era stands beside them.
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
    /// assert_eq!(Date::parse("1999 [i. e. 2000]").start, Some(2000));
    /// ```
    pub fn parse(text: &str) -> Date {
        text::parse(text)
    }

    /// Reads the coded dates of MARC 21 and UNIMARC: a letter that says which kind, and two years of four characters.
    /// `None` if they give no year: blanks, `uuuu`, `0000`, or `9999` alone.
    ///
    /// # Example
    /// ```
    /// use kartoteka::model::{Certainty, Date};
    ///
    /// let date = Date::coded('m', "18uu9999").unwrap();
    /// assert_eq!((date.start, date.end, date.certainty), (Some(1800), None, Certainty::Approximate));
    /// assert!(!date.is_known());
    /// assert_eq!(Date::coded('m', "uuuu9999"), None);
    /// ```
    pub fn coded(kind: char, dates: &str) -> Option<Date> {
        let (one, two) = (dates.get(..4)?, dates.cut(4..8));
        let second = coded_year(two);
        let Some(first) = coded_year(one) else {
            // A range of which the end alone is known.
            let end = second.filter(|_| is_range(kind))?.last;
            return Some(Date { end: Some(end), certainty: Certainty::Approximate, ..Date::UNKNOWN });
        };
        let is_missing = |span: Span| span.first != span.last;
        let mut end = Some(first.last);
        let mut certainty = match kind {
            'q' | 'f' => Certainty::Uncertain,
            _ if is_missing(first) => Certainty::Approximate,
            _ => Certainty::Exact,
        };
        match second {
            _ if !is_range(kind) => {}
            Some(second) if second.last >= first.first => {
                end = Some(second.last);
                if is_missing(second) && certainty == Certainty::Exact {
                    certainty = Certainty::Approximate;
                }
            }
            None if matches!(two, "9999" | "uuuu") => end = None,
            _ => {}
        }
        Some(Date { start: Some(first.first.max(1)), end, certainty, whole: !is_missing(first) })
    }

    /// Returns whether the first year is known: no digit of it is missing.
    pub const fn is_known(&self) -> bool {
        self.start.is_some() && self.whole
    }
}

/// Whether the second year of a kind ends what the first begins. In `e` and `j` it is month and day, in others the year of
/// the original, of the copyright or of production.
fn is_range(kind: char) -> bool {
    "mdckiqgabuf".contains(kind)
}

/// Returns the years that four characters can be; `u`, a hyphen, `#` or a blank stands for any digit. None if they are
/// no year: the first is no digit, or they are `0000` or `9999`.
fn coded_year(text: &str) -> Option<Span> {
    let bytes = text.as_bytes();
    if bytes.len() != 4 || !bytes.first().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let mut span = Span { first: 0, last: 0 };
    for byte in bytes {
        let (first, last) = match byte {
            b'0'..=b'9' => (byte - b'0', byte - b'0'),
            b'u' | b'-' | b'#' | b' ' | b'|' => (0, 9),
            _ => return None,
        };
        span = Span { first: span.first * 10 + i32::from(first), last: span.last * 10 + i32::from(last) };
    }
    (span.last > 0 && span.first != 9999).then_some(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coded_dates() {
        use Certainty::{Approximate, Exact, Uncertain};
        let cases = [
            ('s', "1995    ", Some(1995), Some(1995), Exact, true),
            ('r', "19951890", Some(1995), Some(1995), Exact, true),
            ('m', "19901995", Some(1990), Some(1995), Exact, true),
            ('c', "19989999", Some(1998), None, Exact, true),
            ('u', "1998uuuu", Some(1998), None, Exact, true),
            ('e', "19950523", Some(1995), Some(1995), Exact, true),
            ('q', "19uu    ", Some(1900), Some(1999), Uncertain, false),
            ('q', "18901895", Some(1890), Some(1895), Uncertain, true),
            ('f', "18901895", Some(1890), Some(1895), Uncertain, true),
            ('s', "199u    ", Some(1990), Some(1999), Approximate, false),
            ('m', "18uu9999", Some(1800), None, Approximate, false),
            ('g', "19uu1999", Some(1900), Some(1999), Approximate, false),
            ('g', "19  9999", Some(1900), None, Approximate, false),
            ('m', "199519uu", Some(1995), Some(1999), Approximate, true),
            ('m', "19951990", Some(1995), Some(1995), Exact, true),
            ('m', "uuuu1995", None, Some(1995), Approximate, false),
        ];
        for (kind, dates, start, end, certainty, known) in cases {
            let date = Date::coded(kind, dates).unwrap();
            let found = (date.start, date.end, date.certainty, date.is_known());
            assert_eq!(found, (start, end, certainty, known), "{kind}{dates}");
        }
    }

    #[test]
    fn what_is_no_coded_date() {
        for (kind, dates) in [
            ('n', "uuuuuuuu"),
            ('m', "uuuu9999"),
            ('m', "    9999"),
            ('s', "9999    "),
            ('c', "99999999"),
            ('s', "0000    "),
            ('t', "uuuu1995"),
            ('|', "||||||||"),
            ('s', "199"),
            ('s', "м199"),
        ] {
            assert_eq!(Date::coded(kind, dates), None, "{kind}{dates}");
        }
    }
}

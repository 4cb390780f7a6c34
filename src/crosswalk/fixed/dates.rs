//! Days and years in the fields of a record.

use crate::bytes::Cut;

/// Returns a text of eight digits that is a day, trimmed.
pub(crate) fn day(text: &str) -> Option<&str> {
    let text = text.trim();
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<u32>().ok();
    let is_day =
        number(0..4)? >= 1000 && (1..=12).contains(&number(4..6)?) && (1..=31).contains(&number(6..8)?);
    is_day.then_some(text)
}

/// What a statement of date says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Years {
    None,
    One(String),
    Two(String, String),
    /// Somewhere between.
    Between(String, String),
}

/// Reads years: one, two, a decade (`1990-е`), a century (`XII в.`). Brackets and words around them are passed over.
pub(crate) fn years(text: &str) -> Years {
    let mut found: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let run = rest.cut(start..);
        let len = run.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, after) = run.split_at_checked(len).unwrap_or((run, ""));
        if len == 4 && digits.starts_with(['1', '2']) {
            if digits.ends_with('0')
                && (after.starts_with("-е") || after.starts_with("-x") || after.starts_with("-х"))
            {
                let last = digits.get(..3).map(|start| format!("{start}9")).unwrap_or_default();
                return Years::Between(digits.to_owned(), last);
            }
            found.push(digits);
        }
        rest = after;
    }
    match found.as_slice() {
        [] => century(text),
        [one] => Years::One((*one).to_owned()),
        [first, second, ..] if first == second => Years::One((*first).to_owned()),
        [first, second, ..] => Years::Two((*first).to_owned(), (*second).to_owned()),
    }
}

fn century(text: &str) -> Years {
    if !text.contains("в") {
        return Years::None;
    }
    let mut centuries = text
        .split(|c: char| !matches!(c, 'I' | 'V' | 'X' | 'І' | 'Х'))
        .filter_map(roman)
        .filter(|number| (1..=21).contains(number));
    match (centuries.next(), centuries.next()) {
        (Some(first), last) => {
            let (first, last) =
                (first.saturating_sub(1).saturating_mul(100).saturating_add(1), last.unwrap_or(first));
            Years::Between(format!("{first:04}"), format!("{:04}", last.saturating_mul(100)))
        }
        _ => Years::None,
    }
}

fn roman(text: &str) -> Option<u32> {
    let mut sum = 0u32;
    let mut before = 0u32;
    for c in text.chars().rev() {
        let value = match c {
            'I' | 'І' => 1,
            'V' => 5,
            'X' | 'Х' => 10,
            _ => return None,
        };
        sum = if value < before { sum.checked_sub(value)? } else { sum.checked_add(value)? };
        before = value;
    }
    (sum > 0).then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_of_date() {
        let one = |year: &str| Years::One(year.to_owned());
        let between = |a: &str, b: &str| Years::Between(a.to_owned(), b.to_owned());
        assert_eq!(years("2015"), one("2015"));
        assert_eq!(years("[около 1890 г.]"), one("1890"));
        assert_eq!(years("1967-1969"), Years::Two("1967".into(), "1969".into()));
        assert_eq!(years("1990-е"), between("1990", "1999"));
        assert_eq!(years("XII в."), between("1101", "1200"));
        assert_eq!(years("XVIII-XIX вв."), between("1701", "1900"));
        assert_eq!(years("б. г."), Years::None);
        assert_eq!(day("20161324"), None);
        assert_eq!(day(" 20160324"), Some("20160324"));
    }
}

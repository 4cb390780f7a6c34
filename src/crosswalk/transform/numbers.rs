//! Transforms of numbers: ISBN, ISSN, pages, sizes, dates.

/// Returns an ISBN without hyphens and blanks, if its check digit holds.
pub(super) fn isbn(text: &str) -> Option<String> {
    let plain: String = text
        .chars()
        .filter(|c| !matches!(c, '-' | '–' | ' '))
        .map(|c| if matches!(c, 'Х' | 'х' | 'x') { 'X' } else { c })
        .collect();
    let digit = |byte: u8, last: bool| match byte {
        b'0'..=b'9' => Some(u32::from(byte - b'0')),
        b'X' if last => Some(10),
        _ => None,
    };
    let digits: Option<Vec<u32>> = match plain.len() {
        10 => plain.bytes().enumerate().map(|(at, byte)| digit(byte, at == 9)).collect(),
        13 => plain.bytes().map(|byte| digit(byte, false)).collect(),
        _ => None,
    };
    let digits = digits?;
    let holds = match digits.len() {
        10 => (1..=10u32).rev().zip(&digits).map(|(weight, digit)| weight * digit).sum::<u32>() % 11 == 0,
        _ => [1, 3].iter().cycle().zip(&digits).map(|(weight, digit)| weight * digit).sum::<u32>() % 10 == 0,
    };
    holds.then_some(plain)
}

/// Returns an ISSN with its hyphen: seven digits, and a digit or X.
pub(super) fn issn(text: &str) -> Option<String> {
    let plain: String = text
        .chars()
        .filter(|c| !matches!(c, '-' | '–' | ' '))
        .map(|c| if matches!(c, 'Х' | 'х' | 'x') { 'X' } else { c })
        .collect();
    let (digits, last) = plain.split_at_checked(7)?;
    let is_last = last.len() == 1 && last.bytes().all(|byte| byte.is_ascii_digit() || byte == b'X');
    if !is_last || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(format!("{}-{}", plain.get(..4)?, plain.get(4..)?))
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns a number with its unit; digits alone get `с.`.
pub(super) fn extent(text: String, unit: Option<&str>) -> String {
    match unit {
        Some(unit) => format!("{text} {unit}"),
        None if all_digits(&text) => format!("{text} с."),
        None => text,
    }
}

/// Returns `С. 310` for what begins with a digit; with another unit if there is one.
pub(super) fn pages_before(text: String, unit: Option<&str>) -> String {
    match text.starts_with(|c: char| c.is_ascii_digit()) {
        true => format!("{} {text}", unit.unwrap_or("С.")),
        false => text,
    }
}

/// Returns a size with ` см`: `18 см.`, `20` and `83x63`.
pub(super) fn centimetres(text: String) -> String {
    let size = text.trim_end_matches('.').trim_end_matches("см").trim_end();
    let mut numbers = size.split(['x', 'X', 'х', 'Х', '×', '*']);
    let (first, second) = (numbers.next().unwrap_or_default(), numbers.next());
    let short = |number: &str| all_digits(number) && number.len() <= 3;
    match second {
        None if short(first) && first.len() >= 2 => format!("{size} см"),
        Some(second) if short(first) && short(second) && numbers.next().is_none() => format!("{size} см"),
        _ => text,
    }
}

/// Returns `2016-03-24` for `20160324`, if that is a day.
pub(super) fn date_iso(text: &str) -> Option<String> {
    let date = super::super::fixed::dates::day(text)?;
    Some(format!("{}-{}-{}", date.get(..4)?, date.get(4..6)?, date.get(6..)?))
}

/// Whether a text is a year, or a date with signs between its parts.
pub(super) fn is_part_of_date(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    digits >= 4 && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'/' | b' '))
}

/// Returns the first number of a text; with a decimal part if `decimal`.
pub(super) fn first_number(text: &str, decimal: bool) -> Option<String> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let rest = text.get(start..)?;
    let whole = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    let after = rest.get(whole.len()..)?;
    let part = after.strip_prefix(['.', ',']).filter(|_| decimal);
    let part = part
        .and_then(|part| part.split(|c: char| !c.is_ascii_digit()).next())
        .filter(|part| !part.is_empty());
    Some(match part {
        Some(part) => format!("{whole}.{part}"),
        None => whole.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn isbn_and_issn() {
        assert_eq!(isbn("978-5-905450-60-0").as_deref(), Some("9785905450600"));
        assert_eq!(isbn("5-7042-1234-Х"), None);
        assert_eq!(isbn("0-8044-2957-Х").as_deref(), Some("080442957X"));
        assert_eq!(issn("01302698").as_deref(), Some("0130-2698"));
        assert_eq!(issn("978-5-905450-60-0"), None);
    }

    #[test]
    fn sizes() {
        for (text, size) in
            [("18 см.", "18 см"), ("83x63", "83x63 см"), ("20", "20 см"), ("in folio", "in folio")]
        {
            assert_eq!(centimetres(text.to_owned()), size);
        }
    }

    #[test]
    fn pages() {
        assert_eq!(pages_before("310".into(), None), "С. 310");
        assert_eq!(pages_before("12-14".into(), Some("Л.")), "Л. 12-14");
        assert_eq!(extent("355".into(), None), "355 с.");
        assert_eq!(extent("3".into(), Some("л.")), "3 л.");
        assert_eq!(extent("XII, 20".into(), None), "XII, 20");
    }

    #[test]
    fn numbers() {
        assert_eq!(first_number("900.00 р.", true).as_deref(), Some("900.00"));
        assert_eq!(first_number("0000012", false).as_deref(), Some("0000012"));
        assert_eq!(first_number("нет", false), None);
        assert_eq!(date_iso("20160324").as_deref(), Some("2016-03-24"));
        assert_eq!(date_iso("20161324"), None);
    }
}

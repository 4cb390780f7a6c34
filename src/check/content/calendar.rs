//! Days that exist.

/// Whether a day of the calendar has this year, month and day.
pub(super) fn is_day(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=last).contains(&day)
}

/// Reads `yyyymmdd`; whether it is a day that exists.
pub(super) fn is_date(text: &str) -> bool {
    let number = |from: usize, to: usize| -> Option<u32> {
        let part = text.get(from..to)?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?
    };
    let date = number(0, 4).zip(number(4, 6)).zip(number(6, 8));
    text.len() == 8 && date.is_some_and(|((year, month), day)| is_day(year, month, day))
}

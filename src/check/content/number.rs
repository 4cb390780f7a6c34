//! Numbers with a check digit.

/// Takes the number at the start of a value, without hyphens and blanks; what comes after it is a qualifier. An `x` is a capital.
pub(super) fn leading(value: &str) -> String {
    let value = value.trim_start();
    let end = value.find(|c: char| !matches!(c, '0'..='9' | 'X' | 'x' | '-' | ' ')).unwrap_or(value.len());
    let (head, rest) = value.split_at_checked(end).unwrap_or((value, ""));
    // In `9785170123476 v. 1` the number ends at the blank; in `5 17 012347 7` blanks are part of it.
    let whole: String = head.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
    let first: String = head.split(' ').next().unwrap_or_default().chars().filter(|c| *c != '-').collect();
    let is_long = |number: &str| matches!(number.len(), 8 | 10 | 13);
    let number =
        if !is_long(&whole) && is_long(&first) || rest.starts_with(char::is_alphabetic) && first.len() >= 8 {
            first
        } else {
            whole
        };
    number.to_ascii_uppercase()
}

/// What is wrong with a value that is a number, perhaps after its name, and that `check` holds against its digits.
pub(super) fn wrong(value: &str, name: &str, check: fn(&str) -> Option<String>) -> Option<String> {
    let value = value.trim_start();
    let value = value.strip_prefix(name).map_or(value, |rest| rest.trim_start_matches([' ', ':']));
    if value.trim().is_empty() {
        return None;
    }
    let latin = with_latin_x(value).map(|latin| leading(&latin));
    if let Some(latin) = latin.filter(|latin| check(latin).is_none()) {
        return Some(format!("the check digit of {latin} is a Cyrillic letter, not X"));
    }
    match leading(value) {
        number if number.is_empty() => Some("the value does not begin with a number".to_owned()),
        number => check(&number),
    }
}

/// Returns a value in which the Cyrillic letter at the end of its number is the Latin X that it is meant for; `None` if there is
/// no such letter.
fn with_latin_x(value: &str) -> Option<String> {
    let at = value.find(|c: char| !matches!(c, '0'..='9' | '-' | ' '))?;
    let (digits, rest) = value.split_at_checked(at)?;
    let after = rest.strip_prefix(['\u{425}', '\u{445}'])?;
    (digits.len() > 6 && !after.starts_with(char::is_alphanumeric)).then(|| format!("{digits}X{after}"))
}

/// The check digit of a number with weights that go down by one and end with 2, modulo 11: ISBN of ten digits, ISSN.
pub(super) fn modulo11(digits: &str) -> Option<char> {
    let mut sum = 0u32;
    for (weight, digit) in (2u32..).zip(digits.bytes().rev()) {
        sum += weight * digit_value(digit)?;
    }
    Some(match (11 - sum % 11) % 11 {
        10 => 'X',
        check => char::from_digit(check, 10)?,
    })
}

/// The check digit of a number with weights 3 and 1 from its end, modulo 10: EAN and UPC, ISBN of thirteen digits, ISMN.
pub(super) fn modulo10(digits: &str) -> Option<char> {
    let mut sum = 0u32;
    for (weight, digit) in [3u32, 1].into_iter().cycle().zip(digits.bytes().rev()) {
        sum += weight * digit_value(digit)?;
    }
    char::from_digit((10 - sum % 10) % 10, 10)
}

fn digit_value(byte: u8) -> Option<u32> {
    byte.is_ascii_digit().then(|| u32::from(byte & 0x0F))
}

/// What is wrong with the check digit of a number; `None` if it is right.
pub(super) fn fault(number: &str, shown: &str, check: fn(&str) -> Option<char>) -> Option<String> {
    let (at, last) = number.char_indices().last()?;
    let (digits, _) = number.split_at_checked(at)?;
    match check(digits) {
        Some(right) if right == last => None,
        Some(right) => Some(format!("the check digit of {shown} is {last}, not {right}")),
        None => Some(format!("{shown} has an X before its end")),
    }
}

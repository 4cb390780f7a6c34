//! Leader, control fields and coded data.

use super::Family;
use super::codes;
use super::elements::NewField;
use super::field::make;
use super::values::Draft;
use crate::coded::set_as;
use crate::error::{Error, Result};
use crate::record::{Dialect, Leader, Record, Syntax};
use crate::tag::Tag;

/// Adds leader, control number, type of document, and the source of the record.
pub(super) fn control_fields(
    draft: &Draft,
    record: &mut Record,
    dialect: Dialect,
    family: Family,
) -> Result<()> {
    let id = draft.id.trim();
    let leader: &[u8; 24] = match family {
        Family::Marc21 => b"00000nam a2200000 i 4500",
        Family::Unimarc => b"00000nam0 2200000   450 ",
        Family::Irbis => {
            let kinds = [(b"920", "PAZK"), (b"903", id)];
            for (tag, value) in kinds.into_iter().filter(|(_, value)| !value.is_empty()) {
                record.push_field(Tag::new(*tag), |field| field.lead(value))?;
            }
            record.push_field(Tag::new(*b"900"), |field| field.subfield('t', "a").subfield('b', "05"))?;
            return Ok(());
        }
    };
    record.set_leader(Some(Leader::new(*leader)));
    if !id.is_empty() {
        record.push_field(Tag::new(*b"001"), |field| field.lead(id))?;
    }
    let language = draft.cataloguing_language(dialect)?;
    let (country, agency) = match &draft.agency {
        Some((country, agency)) => (codes::country(country)?.iso, agency.trim()),
        None if dialect == Dialect::Rusmarc => ("RU", ""),
        None => ("", ""),
    };
    let entered = entered(draft)?;
    let date = if country.is_empty() { "" } else { entered.as_str() };
    let parts = [
        ("agency", agency),
        ("language", language),
        ("transcriber", agency),
        ("country", country),
        ("date", date),
    ];
    let is_said = family == Family::Marc21 || !country.is_empty();
    if let Some(source) = NewField::new("source", family, &parts).filter(|_| is_said) {
        let field = make(source.row, source.indicators, &source.parts(), Syntax::MARC)?;
        record.insert_field(usize::MAX, &field)?;
    }
    Ok(())
}

/// Sets in 008 or 100 what the draft says; everything in a record that is `new`.
pub(super) fn coded_fields(draft: &Draft, record: &mut Record, dialect: Dialect, new: bool) -> Result<()> {
    let mut set = |path: &str, value: &str| set_as(record, dialect, path, value);
    let year = draft.year_digits()?;
    let language = draft.languages.first().map(|language| codes::language(language)).transpose()?;
    match dialect {
        Dialect::Marc21 => {
            if new {
                set("008/00-05", entered(draft)?.get(2..).unwrap_or("||||||"))?;
                set("008/38", " ")?;
                set("008/39", "d")?;
            }
            match &year {
                Some(year) => {
                    set("008/06", "s")?;
                    set("008/07-10", year)?;
                    set("008/11-14", "    ")?;
                }
                None if new => {
                    set("008/06", "n")?;
                    set("008/07-10", "uuuu")?;
                    set("008/11-14", "uuuu")?;
                }
                None => {}
            }
            match draft.country.trim() {
                "" if new => set("008/15-17", "xx")?,
                "" => {}
                country => set("008/15-17", codes::country(country)?.marc)?,
            }
            match language {
                Some(language) => set("008/35-37", language)?,
                None if new => set("008/35-37", "und")?,
                None => {}
            }
        }
        Dialect::Unimarc | Dialect::Rusmarc => {
            if new {
                set("100$a/00-07", &entered(draft)?)?;
                set("100$a/17-19", "u")?;
                set("100$a/20", "y")?;
                set("100$a/21", "0")?;
                set("100$a/22-24", draft.cataloguing_language(dialect)?)?;
                set("100$a/25", "y")?;
                for (path, value) in character_sets(dialect) {
                    set(path, value)?;
                }
                set("100$a/34-35", script(&draft.title))?;
            }
            match &year {
                Some(year) => {
                    set("100$a/08", "d")?;
                    set("100$a/09-12", year)?;
                    set("100$a/13-16", "    ")?;
                }
                None if new => {
                    set("100$a/08", "u")?;
                    set("100$a/09-12", "    ")?;
                    set("100$a/13-16", "    ")?;
                }
                None => {}
            }
        }
        _ => {}
    }
    Ok(())
}

/// Unicode, as the positions of each table take it.
fn character_sets(dialect: Dialect) -> &'static [(&'static str, &'static str)] {
    match dialect {
        Dialect::Rusmarc => &[("100$a/26-29", "50"), ("100$a/30-33", "    ")],
        _ => &[("100$a/26-27", "50"), ("100$a/28-29", "  "), ("100$a/30-31", "  "), ("100$a/32-33", "  ")],
    }
}

/// The script of a title, as 100 of UNIMARC has it.
fn script(title: &str) -> &'static str {
    let of = |character: char| match character {
        'A'..='Z' | 'a'..='z' | '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' => Some("ba"),
        '\u{400}'..='\u{52F}' => Some("ca"),
        '\u{3040}'..='\u{30FF}' => Some("da"),
        '\u{4E00}'..='\u{9FFF}' => Some("ea"),
        '\u{600}'..='\u{6FF}' | '\u{FB50}'..='\u{FDFF}' => Some("fa"),
        '\u{370}'..='\u{3FF}' | '\u{1F00}'..='\u{1FFF}' => Some("ga"),
        '\u{590}'..='\u{5FF}' => Some("ha"),
        '\u{E00}'..='\u{E7F}' => Some("ia"),
        '\u{900}'..='\u{97F}' => Some("ja"),
        '\u{AC00}'..='\u{D7AF}' => Some("ka"),
        '\u{B80}'..='\u{BFF}' => Some("la"),
        '\u{10A0}'..='\u{10FF}' => Some("ma"),
        '\u{530}'..='\u{58F}' => Some("mb"),
        _ => None,
    };
    title.chars().find_map(of).unwrap_or("zz")
}

/// Returns the day on which the record is made, eight digits.
fn entered(draft: &Draft) -> Result<String> {
    match draft.entered.trim() {
        "" => Ok(today().unwrap_or_else(|| "||||||||".to_owned())),
        day if is_day(day) => Ok(day.to_owned()),
        day => Err(Error::argument(format!("{day:?} is no day such as 20261128"))),
    }
}

/// Returns whether a text is a day: `20261128`.
fn is_day(text: &str) -> bool {
    let number = |range: std::ops::Range<usize>| text.get(range).and_then(|part| part.parse::<u64>().ok());
    let digits = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    let (Some(year), Some(month), Some(day)) = (number(0..4), number(4..6), number(6..8)) else {
        return false;
    };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => 0,
    };
    digits && (1000..=2999).contains(&year) && (1..=days).contains(&day)
}

/// Returns the day of today in UTC; `None` where there is no clock.
fn today() -> Option<String> {
    if cfg!(all(target_arch = "wasm32", target_os = "unknown")) {
        return None;
    }
    let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok()?.as_secs();
    let (year, month, day) = civil(seconds / 86_400);
    Some(format!("{year:04}{month:02}{day:02}"))
}

/// Returns year, month and day of a number of days since 1970, in the Gregorian calendar.
fn civil(days: u64) -> (u64, u64, u64) {
    // Years begin in March here, so that the day that some of them lack is their last.
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_calendar() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(11_016), (2000, 2, 29));
        assert_eq!(civil(20_785), (2026, 11, 28));
        assert_eq!(script("«Лейли»"), "ca");
        assert_eq!(script("1984"), "zz");
    }
}

//! A place in a record as a user names it: `008/33`, `LDR/06`, `100$a/17-19`, `041[1]$a[2]`.

use crate::error::Error;
use crate::position::{ElementPath, Part};
use crate::tag::Tag;

/// A place: what is not said of it is the first, or any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    /// `None` for the leader.
    pub(super) tag: Option<Tag>,
    pub(super) occurrence: Option<u32>,
    pub(super) subfield: Option<(char, Option<u32>)>,
    /// First and last character.
    pub(super) chars: Option<(usize, usize)>,
}

impl Spot {
    pub(super) fn parse(text: &str) -> Result<Spot, Error> {
        parse(text.trim()).ok_or_else(|| {
            Error::argument(format!("{text:?} is no place of a code, such as 008/33, LDR/06 or 041$a"))
        })
    }

    /// Returns whether a path may be the one that is meant, but for its characters.
    pub(super) fn is_of(&self, path: &ElementPath) -> bool {
        let subfield = match (self.subfield, path.part) {
            (None, Part::Whole) => true,
            (Some((code, number)), Part::Subfield(other, at)) => {
                code == other && number.is_none_or(|number| number == at)
            }
            _ => false,
        };
        self.tag == path.tag && subfield && self.occurrence.is_none_or(|number| number == path.occurrence)
    }
}

fn parse(text: &str) -> Option<Spot> {
    let (place, chars) = match text.rsplit_once('/') {
        Some((place, range)) => (place, Some(characters(range)?)),
        None => (text, None),
    };
    let is_leader =
        |place: &str| ["LDR", "leader", "000"].iter().any(|name| name.eq_ignore_ascii_case(place));
    if is_leader(place) {
        return Some(Spot { tag: None, occurrence: None, subfield: None, chars });
    }
    let (field, subfield) = match place.split_once('$') {
        Some((field, subfield)) => (field, Some(subfield)),
        None => (place, None),
    };
    let (tag, occurrence) = index(field)?;
    let subfield = match subfield.map(index) {
        Some(found) => {
            let (code, number) = found?;
            let mut characters = code.chars();
            let code = characters.next().filter(|_| characters.next().is_none())?;
            Some((code, number))
        }
        None => None,
    };
    let tag = tag.parse().ok().filter(|_| tag.len() == 3 && !is_leader(tag))?;
    Some(Spot { tag: Some(tag), occurrence, subfield, chars })
}

/// Takes the index off: `041[1]`.
fn index(text: &str) -> Option<(&str, Option<u32>)> {
    match text.split_once('[') {
        Some((text, rest)) => Some((text, Some(number(rest.strip_suffix(']')?)?))),
        None => Some((text, None)),
    }
}

/// Returns first and last position of `33` or `18-21`.
fn characters(range: &str) -> Option<(usize, usize)> {
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    let (first, last) = (number(first)?, number(last)?);
    (first <= last && last < 10_000).then_some((first as usize, last as usize))
}

fn number(digits: &str) -> Option<u32> {
    let are_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if are_digits { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        let tag = |text: &str| Some(text.parse().unwrap());
        let whole = Spot { tag: tag("008"), occurrence: None, subfield: None, chars: Some((33, 33)) };
        assert_eq!(parse("008/33"), Some(whole));
        assert_eq!(parse("leader/6"), Some(Spot { tag: None, chars: Some((6, 6)), ..whole }));
        let second = Spot {
            tag: tag("100"),
            occurrence: Some(0),
            subfield: Some(('a', Some(1))),
            chars: Some((17, 19)),
        };
        assert_eq!(parse("100[0]$a[1]/17-19"), Some(second));
        for wrong in
            ["", "/", "8/33", "008/", "008/3-", "008/5-3", "041$", "041$ab", "041[x]", "008/+3", "LDR[1]/5"]
        {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}

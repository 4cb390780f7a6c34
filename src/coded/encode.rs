//! A code or a label as the characters of a position.

use super::element::Element;
use super::lang::Lang;
use super::list::CodeList;
use crate::error::{Error, Result};

/// Returns the characters that an element has for a value: for a code, a row of codes, a label in any language, or a text where
/// there is no list. `width` is the number of characters, or `None` for all of a value.
///
/// # Errors
/// If the list does not have it, or has withdrawn it; if it is too long.
pub(super) fn encode(element: &Element, width: Option<usize>, value: &str) -> Result<String> {
    let Some(width) = width else { return code(element, None, value) };
    match (element.codes, element.unit) {
        (None, _) => free(element, width, value),
        (Some(_), None) => code(element, Some(width), value),
        (Some(_), Some(unit)) => row(element, unit, width, value),
    }
}

/// A text of the right length.
fn free(element: &Element, width: usize, value: &str) -> Result<String> {
    if value == "|" {
        return Ok(value.repeat(width));
    }
    if !value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
        return Err(refuse(element, value, "has characters that are not ASCII"));
    }
    if value.len() != width {
        return Err(refuse(element, value, &format!("has {} characters, not {width}", value.len())));
    }
    Ok(value.to_owned())
}

/// One code.
fn code(element: &Element, width: Option<usize>, value: &str) -> Result<String> {
    let width = width.unwrap_or_default();
    let fills = element.fill == Some('|') || element.find(&"|".repeat(width)).is_some();
    if width > 0
        && fills
        && !value.is_empty()
        && value.bytes().all(|byte| byte == b'|')
        && value.len() <= width
    {
        return Ok("|".repeat(width));
    }
    let forms = [
        value.to_owned(),
        format!("{value:<width$}"),
        format!("{value:0>width$}"),
        format!("{:<width$}", value.replace('#', " ")),
    ];
    let mut withdrawn = false;
    for form in forms.iter().filter(|form| width == 0 || form.chars().count() == width) {
        match element.find(form) {
            Some((_, definition)) if !definition.deprecated => return Ok(form.clone()),
            Some(_) => withdrawn = true,
            None => {}
        }
    }
    if let Some(code) = by_label(element, value) {
        return Ok(format!("{code:<width$}"));
    }
    let why = if withdrawn { "is a code that was withdrawn" } else { "is no code or label of the list" };
    Err(refuse(element, value, why))
}

/// A row of codes, with blanks after them.
fn row(element: &Element, unit: usize, width: usize, value: &str) -> Result<String> {
    let mut out = String::new();
    if value.bytes().all(|byte| byte == b' ') {
        out = code(element, Some(unit), &" ".repeat(unit))?;
    } else if by_label(element, value).is_some() {
        out = code(element, Some(unit), value)?;
    } else if value.bytes().all(|byte| byte == b'|') {
        out.extend(std::iter::repeat_n(code(element, Some(unit), "|")?, width / unit));
    } else if value.contains(", ") {
        for part in value.split(", ") {
            out.push_str(&code(element, Some(unit), part)?);
        }
    } else {
        let mut rest = value;
        while !rest.is_empty() {
            let end = rest.char_indices().nth(unit).map_or(rest.len(), |(at, _)| at);
            let (part, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            match part.bytes().all(|byte| byte == b' ') {
                true => out.push_str(&" ".repeat(unit)),
                false => out.push_str(&code(element, Some(unit), part)?),
            }
            rest = after;
        }
    }
    let length = out.chars().count();
    if length > width {
        return Err(refuse(element, value, &format!("has {length} characters, more than {width}")));
    }
    Ok(format!("{out:<width$}"))
}

/// Returns the current code with this label, in any language and case.
fn by_label<'e>(element: &'e Element, label: &str) -> Option<&'e str> {
    let label = label.trim().to_lowercase();
    if label.is_empty() {
        return None;
    }
    if let Some(list) = element.list {
        // Codes may be there with blanks after them only.
        let is_there = |code: &&str| {
            element.find(code).or_else(|| element.find(&format!("{code:<0$}", element.width()))).is_some()
        };
        return CodeList::named(list)?.code(&label).filter(is_there);
    }
    let codes = element.codes?.iter().filter(|(_, definition)| !definition.deprecated);
    let is_it = |code: &str, own: &'static str| {
        [Lang::En, Lang::Ru].iter().any(|lang| element.label_of(code, own, *lang).to_lowercase() == label)
    };
    let mut found = codes.filter(|(code, definition)| !code.contains('-') && is_it(code, &definition.label));
    found.next().map(|(code, _)| code.as_str())
}

fn refuse(element: &Element, value: &str, why: &str) -> Error {
    let place = match (element.code, element.range) {
        (None, range) => format!("{}/{range}", element.tag),
        (Some(code), "") => format!("{}${code}", element.tag),
        (Some(code), range) => format!("{}${code}/{range}", element.tag),
    };
    Error::argument(format!("{place}, {}: {value:?} {why}", element.name(Lang::En)))
}

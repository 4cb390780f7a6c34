//! Identifiers: read out of their subfield, normalised, checked.

use std::borrow::Cow;

use super::bib::Entry;
use super::elements::Identifier;
use super::names::Part;

/// Returns the characters that count: digits and `X`, from the first of them to where other text begins.
fn digits(raw: &str, most: usize) -> String {
    let mut out = String::with_capacity(most);
    for c in raw.chars() {
        match c {
            '0'..='9' => out.push(c),
            // The Cyrillic letter is typed for the Latin one.
            'x' | 'X' | 'х' | 'Х' if !out.is_empty() => out.push('X'),
            '-' | '‐' | '‑' | '–' | '—' => {}
            ' ' | '\u{A0}' if out.len() < most => {}
            _ if out.is_empty() => {}
            _ => break,
        }
        if out.len() == most {
            break;
        }
    }
    out
}

/// Returns the sum of digits with falling weights, `X` for ten; none if there is another character.
fn weighted(text: &str) -> Option<u32> {
    let len = u32::try_from(text.len()).ok()?;
    let mut sum: u32 = 0;
    for (at, c) in (0..).zip(text.chars()) {
        let value = match c {
            'X' if at + 1 == len => 10,
            c => c.to_digit(10)?,
        };
        sum = sum.checked_add(value.checked_mul(len.checked_sub(at)?)?)?;
    }
    Some(sum)
}

/// Returns whether thirteen digits end in their check digit.
fn is_ean(text: &str) -> bool {
    let sum = (0..).zip(text.chars()).try_fold(0_u32, |sum, (at, c)| {
        let value = c.to_digit(10)?;
        sum.checked_add(if at % 2 == 0 { value } else { value * 3 })
    });
    text.len() == 13 && sum.is_some_and(|sum| sum % 10 == 0)
}

fn is_isbn(text: &str) -> bool {
    match text.len() {
        10 => weighted(text).is_some_and(|sum| sum % 11 == 0),
        13 => is_ean(text) && (text.starts_with("978") || text.starts_with("979")),
        _ => false,
    }
}

/// Returns an ISBN without hyphens and what is written around it; as it is if it is none.
fn isbn(raw: &str) -> String {
    let long = digits(raw, 13);
    // The first ten digits of a wrong number of thirteen, or of one that lacks some, may be right by chance.
    let is_cut =
        || long.len() > 10 && (long.starts_with("978") || long.starts_with("979")) && !raw.contains(' ');
    if is_isbn(&long) || long.len() == 13 && long.starts_with("97") || is_cut() {
        return long;
    }
    let short = digits(raw, 10);
    if is_isbn(&short) || short.len() == 10 && long.len() != 13 { short } else { long }
}

/// Returns the ISBN of thirteen digits for one of ten; the same for one of thirteen; none if it is not valid.
///
/// # Example
/// ```
/// use kartoteka::model::isbn13;
///
/// assert_eq!(isbn13("0444897283").as_deref(), Some("9780444897282"));
/// assert_eq!(isbn13("0444897284"), None);
/// ```
pub fn isbn13(text: &str) -> Option<String> {
    let clean = isbn(text);
    if !is_isbn(&clean) {
        return None;
    }
    let Some(nine) = clean.get(..9).filter(|_| clean.len() == 10) else { return Some(clean) };
    let mut out = format!("978{nine}");
    let sum: u32 = (0..)
        .zip(out.bytes())
        .map(|(at, byte)| u32::from(byte - b'0') * if at % 2 == 0 { 1 } else { 3 })
        .sum();
    let check = (10 - sum % 10) % 10;
    out.push(char::from_digit(check, 10)?);
    Some(out)
}

fn issn(raw: &str) -> String {
    let digits = digits(raw, 8);
    match digits.split_at_checked(4) {
        Some((start, end)) if digits.len() == 8 => format!("{start}-{end}"),
        _ => raw.trim().to_owned(),
    }
}

fn is_issn(clean: &str) -> bool {
    let digits = clean.replace('-', "");
    digits.len() == 8 && weighted(&digits).is_some_and(|sum| sum % 11 == 0)
}

/// Returns an ISMN of thirteen digits: `M` of the older form becomes `9790`.
fn ismn(raw: &str) -> String {
    let raw = raw.trim();
    let upper = raw.trim_start_matches(|c: char| c.is_alphabetic() && c != 'M' && c != 'm').trim_start();
    match upper.strip_prefix(['M', 'm', 'М']) {
        Some(rest) => format!("9790{}", digits(rest, 9)),
        None => digits(raw, 13),
    }
}

/// Returns a control number of the Library of Congress in its normalised form: no blanks, a serial number of six digits.
fn lccn(raw: &str) -> String {
    let text: String = raw
        .split('/')
        .next()
        .unwrap_or(raw)
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect();
    match text.split_once('-') {
        Some((start, serial)) if serial.len() <= 6 && serial.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{start}{serial:0>6}")
        }
        _ => text,
    }
}

fn is_lccn(clean: &str) -> bool {
    let digits = clean.trim_start_matches(|c: char| c.is_ascii_lowercase());
    let letters = clean.len() - digits.len();
    letters <= 3 && matches!(digits.len(), 8 | 10) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns the number of an OCLC control number: `ocm00400866` is `400866`.
fn oclc(raw: &str) -> String {
    let text = raw.trim();
    let text = text.strip_prefix("(OCoLC)").unwrap_or(text).trim();
    let number = text.trim_start_matches(|c: char| c.is_ascii_alphabetic()).trim_start_matches('0');
    number.chars().take_while(char::is_ascii_digit).collect()
}

/// Returns a DOI without what resolvers put before it, in lower case.
fn doi(raw: &str) -> String {
    let text = raw.trim().to_lowercase();
    text.find("10.").and_then(|at| text.get(at..)).unwrap_or(&text).to_owned()
}

fn is_doi(clean: &str) -> bool {
    clean.strip_prefix("10.").and_then(|rest| rest.split_once('/')).is_some_and(|(prefix, suffix)| {
        !suffix.is_empty()
            && prefix.len() >= 4
            && prefix.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    })
}

impl<'b, 'a> Identifier<'b, 'a> {
    /// Returns the scheme: `isbn`, `issn`, `ismn`, `lccn`, `oclc`, `doi`, or the kind or the source in the record.
    pub fn scheme(&self) -> Cow<'a, str> {
        match self.kind() {
            "system" if self.raw().is_some_and(|raw| is_oclc(&raw)) => "oclc".into(),
            "standard" => match self.first(Part::Scheme) {
                Some(source) => source.clean(),
                None => "standard".into(),
            },
            kind => kind.into(),
        }
    }

    /// Returns the number as it is written: the value, or the one that the record marks as wrong or cancelled.
    pub fn raw(&self) -> Option<Cow<'a, str>> {
        self.number().map(|number| number.raw())
    }

    /// Returns the number with its place.
    pub fn number(&self) -> Option<&'b super::Sourced<'a>> {
        let is_number = |part| matches!(part, Part::Value | Part::Invalid | Part::Linking);
        Entry::values(self).iter().find(|value| is_number(value.part))
    }

    /// Returns whether the record gives the number as that of the resource, not as a wrong or cancelled one.
    pub fn is_current(&self) -> bool {
        self.number().is_some_and(|number| number.part == Part::Value)
    }

    /// Returns the number in its normal form: an ISBN without hyphens, an LCCN without blanks.
    pub fn clean(&self) -> Option<String> {
        let raw = self.raw()?;
        let clean = match self.scheme().as_ref() {
            "isbn" => isbn(&raw),
            "issn" | "issn-cluster" => issn(&raw),
            "ismn" => ismn(&raw),
            "ean" | "upc" => digits(&raw, 13),
            "lccn" => lccn(&raw),
            "oclc" => oclc(&raw),
            "doi" => doi(&raw),
            _ => raw.trim().to_owned(),
        };
        (!clean.is_empty()).then_some(clean)
    }

    /// Returns whether the number is right by its check digit or form; `None` where there is nothing to check.
    pub fn valid(&self) -> Option<bool> {
        let scheme = self.scheme();
        let check: fn(&str) -> bool = match scheme.as_ref() {
            "isbn" => is_isbn,
            "issn" | "issn-cluster" => is_issn,
            "ismn" => |clean| is_ean(clean) && clean.starts_with("9790"),
            "ean" => is_ean,
            "lccn" => is_lccn,
            "oclc" => |clean| !clean.is_empty(),
            "doi" => is_doi,
            _ => return None,
        };
        Some(self.clean().is_some_and(|clean| check(&clean)))
    }
}

fn is_oclc(raw: &str) -> bool {
    let raw = raw.trim_start();
    raw.starts_with("(OCoLC)") || raw.starts_with("ocm") || raw.starts_with("ocn")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_and_checks() {
        assert_eq!(isbn("0-444-89728-3 (alk. paper)"), "0444897283");
        assert_eq!(isbn("ISBN 978-5-17-118366-6"), "9785171183666");
        assert_eq!(isbn("5-8459-0276-Х"), "584590276X");
        assert_eq!(isbn("978-901821-16-9"), "978901821169");
        assert_eq!(isbn("979-412-034-0"), "9794120340");
        assert!(is_isbn("9789981591578") && !is_isbn("9789981591572"));
        assert_eq!(issn("03178471"), "0317-8471");
        assert!(is_issn("0317-8471") && !is_issn("0317-8472"));
        assert_eq!(ismn("M-2306-7118-7"), "9790230671187");
        assert!(is_ean("9790230671187"));
        assert_eq!(lccn("   85-2 "), "85000002");
        assert_eq!(lccn(" 75425165//r75"), "75425165");
        assert_eq!(lccn("n78-890351"), "n78890351");
        assert_eq!(oclc("(OCoLC)ocm00400866"), "400866");
        assert_eq!(doi("https://doi.org/10.1000/ABC"), "10.1000/abc");
    }
}

//! The number of pages in a statement of extent.

use super::elements::Extent;
use super::names::Part;
use crate::record::Dialect;

impl Extent<'_, '_> {
    /// Returns the number of pages: the largest of those in the statement. `None` if it counts none, or volumes.
    pub fn pages(&self) -> Option<u32> {
        if self.kind() != "physical" {
            return None;
        }
        let value = self.first(Part::Value)?;
        let unit = self.first(Part::Unit).map(|unit| unit.raw()).unwrap_or_default();
        let text = value.raw();
        let is_bare = text.trim().bytes().all(|byte| byte.is_ascii_digit());
        if is_bare && self.bib.reading().0 == Dialect::Irbis && unit.is_empty() {
            return text.trim().parse().ok();
        }
        pages(&format!("{text} {unit}"))
    }
}

/// Returns the largest number of pages in a statement of extent.
fn pages(text: &str) -> Option<u32> {
    let mut most = None;
    let mut run: Option<u32> = None;
    let mut chars = text.chars().peekable();
    let mut before = ' ';
    let mut last_numbers: Vec<u32> = Vec::new();
    while let Some(c) = chars.next() {
        if let Some(digit) = c.to_digit(10) {
            run = Some(run.unwrap_or(0).saturating_mul(10).saturating_add(digit));
        } else if c == ',' && run.is_some() && before.is_ascii_digit() && is_thousands(chars.clone()) {
            // A comma between thousands.
        } else if let Some(number) = run.take() {
            last_numbers.push(number);
        }
        let starts_word = c.is_alphabetic() && !before.is_alphabetic();
        if starts_word {
            let mut word = c.to_lowercase().to_string();
            while let Some(next) = chars.peek().copied().filter(|next| next.is_alphabetic()) {
                word.extend(next.to_lowercase());
                chars.next();
            }
            if is_page_unit(&word) {
                most = last_numbers.iter().copied().filter(|number| *number < 50_000).chain(most).max();
                last_numbers.clear();
            } else if is_other_unit(&word) {
                last_numbers.clear();
            }
            before = 'a';
            continue;
        }
        before = c;
    }
    most
}

/// Whether three digits follow, and no fourth.
fn is_thousands(mut rest: impl Iterator<Item = char>) -> bool {
    (0..3).all(|_| rest.next().is_some_and(|c| c.is_ascii_digit()))
        && !rest.next().is_some_and(|c| c.is_ascii_digit())
}

fn is_page_unit(word: &str) -> bool {
    matches!(
        word,
        "p" | "pp"
            | "page"
            | "pages"
            | "s"
            | "seite"
            | "seiten"
            | "с"
            | "стр"
            | "страниц"
            | "страницы"
            | "səh"
            | "səhifə"
            | "sayfa"
            | "صفحه"
            | "ص"
            | "б"
            | "бет"
            | "pages)"
            | "str"
            | "sid"
            | "leaves"
            | "l"
            | "лист"
            | "л"
    )
}

fn is_other_unit(word: &str) -> bool {
    matches!(
        word,
        "v" | "vol" | "vols" | "volume" | "volumes" | "т" | "bd" | "t" | "cm" | "mm" | "см" | "ч" | "вып"
    )
}

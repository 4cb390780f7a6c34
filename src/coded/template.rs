//! Fields of fixed length that say nothing yet.

use super::element::Element;

/// Returns a text of this length: at each element what says that it was not coded, and blanks between them.
pub(super) fn template(elements: impl Iterator<Item = Element>, length: usize) -> String {
    let mut text: Vec<char> = vec![' '; length];
    for element in elements {
        let pattern = uncoded(&element);
        let places = text.iter_mut().skip(element.start).take(element.width());
        for (to, from) in places.zip(pattern.chars()) {
            *to = from;
        }
    }
    text.into_iter().collect()
}

/// Returns the characters that say that an element was not coded: fill characters if the format has them there, else the code
/// for what is unknown, or blanks.
fn uncoded(element: &Element) -> String {
    let (width, unit) = (element.width(), element.unit.unwrap_or(element.width()));
    let has = |code: &str| element.find(code).is_some_and(|(_, definition)| !definition.deprecated);
    if element.codes.is_none() || element.fill == Some('|') || has(&"|".repeat(unit)) {
        return "|".repeat(width);
    }
    // Languages of holdings have no fill.
    if width == 3 && has("und") {
        return "und".to_owned();
    }
    let code = [" ", "u", "0"].into_iter().find(|code| has(&code.repeat(unit)));
    code.unwrap_or("|").repeat(width)
}

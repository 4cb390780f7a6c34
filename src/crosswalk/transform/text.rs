//! Transforms of plain text.

/// Returns the text trimmed, with runs of blanks folded to one and without the separators of ISO 2709.
pub(super) fn fold_blanks(text: &str) -> String {
    if is_folded(text.as_bytes()) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, '\u{1D}'..='\u{1F}')) {
        if !word.is_empty() {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(word);
        }
    }
    out
}

/// Whether a text surely needs no folding: single blanks inside, no control characters, and none of the bytes that the
/// other blanks of Unicode begin with.
fn is_folded(text: &[u8]) -> bool {
    let mut is_after_blank = true;
    for byte in text {
        match byte {
            b' ' if is_after_blank => return false,
            0..=0x1F | 0xC2 | 0xE1..=0xE3 => return false,
            byte => is_after_blank = *byte == b' ',
        }
    }
    !is_after_blank
}

/// Returns the shown part of filing marks: `<1000=тысяча> страниц` is `1000 страниц`.
pub(crate) fn angle(text: String) -> String {
    if !text.contains('<') {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, marked)) = rest.split_once('<') {
        let Some((inside, after)) = marked.split_once('>') else { break };
        out.push_str(before);
        out.push_str(inside.split_once('=').map_or(inside, |(shown, _)| shown));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Returns the text between two marks, unless it stands between them already.
pub(super) fn wrap(text: String, left: &str, right: &str) -> String {
    match text.starts_with(left) && text.ends_with(right) && !left.is_empty() {
        true => text,
        false => format!("{left}{text}{right}"),
    }
}

/// Returns the text without round brackets around it.
pub(super) fn unparen(text: &str) -> &str {
    let inside =
        text.strip_prefix('(').and_then(|text| text.strip_suffix(')').or_else(|| text.strip_suffix(").")));
    inside.filter(|inside| !inside.contains(['(', ')'])).unwrap_or(text)
}

/// Splits at any of the marks; a mark that ends in a blank splits without the blank too.
pub(super) fn split(text: &str, marks: &[Box<str>], out: &mut Vec<String>) {
    let mut rest = text;
    loop {
        let next = marks.iter().filter_map(|mark| Some((rest.find(&**mark)?, mark.len()))).min();
        let (part, after) = match next {
            Some((at, len)) => (rest.get(..at), rest.get(at + len..)),
            None => (Some(rest), None),
        };
        out.extend(part.map(str::trim).filter(|part| !part.is_empty()).map(ToOwned::to_owned));
        match after {
            Some(after) => rest = after,
            None => return,
        }
    }
}

/// Returns the text without the code of a menu line: `a-ил.`, `o=эл. опт. диск`, `z ИСН`.
pub(super) fn menu_text(text: &str) -> &str {
    let code = text.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let (code, rest) = text.split_at_checked(code).unwrap_or((text, ""));
    let letters = code.bytes().all(|byte| byte.is_ascii_alphabetic());
    let rest = match (code.len(), rest.as_bytes().first()) {
        (1 | 2, Some(b'=')) => rest.strip_prefix('='),
        (1 | 2, Some(b'-')) if letters => rest.strip_prefix('-'),
        (1 | 2, Some(b' ')) if letters => rest.strip_prefix(' '),
        _ => None,
    };
    rest.map(str::trim).filter(|rest| !rest.is_empty()).unwrap_or(text)
}

/// Returns the text without the mark of ISBD at its end.
pub(super) fn no_mark(text: &str) -> &str {
    let text = text.trim_end();
    let cut =
        text.strip_suffix([':', ';', '/', '=', ',']).or_else(|| text.strip_suffix(" +")).unwrap_or(text);
    cut.trim_end()
}

/// Whether a character is a sign around those that are not filed: NSB and NSE, in ISO 6630 and in Unicode.
pub(crate) fn is_nonsort(c: char) -> bool {
    matches!(c, '\u{88}' | '\u{89}' | '\u{98}' | '\u{9C}')
}

/// Puts NSB and NSE around as many characters as an indicator says.
pub(super) fn mark_nonsort(text: String, indicator: u8) -> String {
    let count = match indicator {
        b'1'..=b'9' => usize::from(indicator - b'0'),
        _ => return text,
    };
    let end = text.char_indices().nth(count).map_or(text.len(), |(at, _)| at);
    let (article, rest) = text.split_at_checked(end).unwrap_or(("", &text));
    format!("\u{98}{article}\u{9C}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filing_marks_show_the_left() {
        assert_eq!(angle("<1000=тысяча> страниц".into()), "1000 страниц");
        assert_eq!(angle("<The >book".into()), "The book");
        assert_eq!(angle("a < b".into()), "a < b");
    }

    #[test]
    fn menu_codes_go() {
        for (menu, text) in [
            ("a-ил.", "ил."),
            ("o=эл. опт. диск", "эл. опт. диск"),
            ("z ИСН", "ИСН"),
            ("ил.", "ил."),
            ("2-е изд.", "2-е изд."),
        ] {
            assert_eq!(menu_text(menu), text);
        }
    }

    #[test]
    fn split_takes_the_first_mark() {
        let mut out = Vec::new();
        split("a ; b : c;d", &[" ; ".into(), " : ".into()], &mut out);
        assert_eq!(out, ["a", "b", "c;d"]);
    }
}

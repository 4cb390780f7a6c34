//! Transforms of the names of persons.

/// Returns the text with a blank after the full stop between two initials: `В.В.` is `В. В.`.
pub(super) fn initials(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    let mut chars = text.chars().peekable();
    let mut letters = 0usize;
    while let Some(c) = chars.next() {
        out.push(c);
        match c {
            '.' if (1..=2).contains(&letters) && chars.peek().is_some_and(|next| next.is_alphabetic()) => {
                out.push(' ');
                letters = 0;
            }
            c if c.is_alphabetic() => letters += 1,
            _ => letters = 0,
        }
    }
    out
}

/// Splits a name without a comma before its initials: `Борисевский П.Е.`.
fn before_initials(text: &str) -> Option<(&str, &str)> {
    let mut cut = None;
    for (at, _) in text.char_indices().rev().filter(|(_, c)| *c == ' ') {
        match text.get(at..) {
            Some(rest) if are_initials(rest.trim()) => cut = Some(at),
            _ => break,
        }
    }
    let (family, rest) = text.split_at_checked(cut?)?;
    (!family.trim().is_empty()).then_some((family.trim(), rest.trim()))
}

/// Whether a text is initials and nothing else: letters, one or two before each full stop.
fn are_initials(text: &str) -> bool {
    let mut letters = 0usize;
    for c in text.chars() {
        match c {
            '.' if (1..=2).contains(&letters) => letters = 0,
            ' ' | '-' if letters == 0 => {}
            c if c.is_alphabetic() => letters += 1,
            _ => return false,
        }
    }
    letters == 0 && text.contains('.')
}

/// Returns `Фамилия, И. О.` for `Фамилия И.О.`; leaves what has a comma or does not end in initials.
pub(super) fn comma(text: String) -> String {
    if text.contains(',') {
        return text;
    }
    match before_initials(&text) {
        Some((family, rest)) => format!("{family}, {}", initials(rest)),
        None => text,
    }
}

/// Returns the two halves of a name: before and after the comma, or before and after the blank ahead of the initials.
pub(super) fn halves(text: &str) -> (String, Option<String>) {
    let (family, rest) = match text.split_once(',') {
        Some((family, rest)) => (family.trim(), rest.trim()),
        None => match before_initials(text) {
            Some(halves) => halves,
            None => (text, ""),
        },
    };
    (family.to_owned(), (!rest.is_empty()).then(|| initials(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_get_a_comma_before_initials_only() {
        for (name, with_comma) in [
            ("Борисевский П.Е.", "Борисевский, П. Е."),
            ("Петров Т.", "Петров, Т."),
            ("де Голль Ш.", "де Голль, Ш."),
            ("Musset, Lusien", "Musset, Lusien"),
            ("Неизвестный маасский ювелир", "Неизвестный маасский ювелир"),
            ("Родина М. Е.", "Родина, М. Е."),
        ] {
            assert_eq!(comma(name.to_owned()), with_comma);
        }
        assert_eq!(halves("Петров Т.В."), ("Петров".into(), Some("Т. В.".into())));
        assert_eq!(halves("Musset, Lusien"), ("Musset".into(), Some("Lusien".into())));
        assert_eq!(halves("Аристотель"), ("Аристотель".into(), None));
    }

    #[test]
    fn initials_get_blanks() {
        assert_eq!(initials("Д.Е."), "Д. Е.");
        assert_eq!(initials("Paul J."), "Paul J.");
        assert_eq!(initials("Дж.Р.Р."), "Дж. Р. Р.");
    }
}

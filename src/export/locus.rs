//! Where in its host a part is: `Vol. 3, no 2 (1999), p. 12-15` in volume, number and pages.

/// What a number in a statement counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counts {
    Volume,
    Issue,
    Pages,
}

/// The words before numbers, in small letters and without their stop.
const WORDS: [(&str, Counts); 50] = [
    ("v", Counts::Volume),
    ("vol", Counts::Volume),
    ("volume", Counts::Volume),
    ("t", Counts::Volume),
    ("tome", Counts::Volume),
    ("bd", Counts::Volume),
    ("band", Counts::Volume),
    ("jg", Counts::Volume),
    ("jahrg", Counts::Volume),
    ("cild", Counts::Volume),
    ("tom", Counts::Volume),
    ("т", Counts::Volume),
    ("том", Counts::Volume),
    ("جلد", Counts::Volume),
    ("دوره", Counts::Volume),
    ("no", Counts::Issue),
    ("nos", Counts::Issue),
    ("nr", Counts::Issue),
    ("n", Counts::Issue),
    ("issue", Counts::Issue),
    ("number", Counts::Issue),
    ("h", Counts::Issue),
    ("heft", Counts::Issue),
    ("fasc", Counts::Issue),
    ("№", Counts::Issue),
    ("вып", Counts::Issue),
    ("выпуск", Counts::Issue),
    ("номер", Counts::Issue),
    ("вип", Counts::Issue),
    ("burax", Counts::Issue),
    ("sayı", Counts::Issue),
    ("say", Counts::Issue),
    ("шығ", Counts::Issue),
    ("شماره", Counts::Issue),
    ("ش", Counts::Issue),
    ("p", Counts::Pages),
    ("pp", Counts::Pages),
    ("page", Counts::Pages),
    ("pages", Counts::Pages),
    ("s", Counts::Pages),
    ("seite", Counts::Pages),
    ("seiten", Counts::Pages),
    ("с", Counts::Pages),
    // The Latin letter is typed for the Cyrillic one.
    ("c", Counts::Pages),
    ("стр", Counts::Pages),
    ("б", Counts::Pages),
    ("бет", Counts::Pages),
    ("səh", Counts::Pages),
    ("ص", Counts::Pages),
    ("صص", Counts::Pages),
];

/// A place in a host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Locus {
    pub(super) volume: Option<String>,
    pub(super) issue: Option<String>,
    pub(super) pages: Option<String>,
}

impl Locus {
    /// Reads a statement. What has no word before a number, and is not the form `3:2<12` of field 773 $q, is the volume as it
    /// is written.
    pub(super) fn of(text: &str) -> Locus {
        let mut locus = Locus::default();
        let mut counts = None;
        for word in words(text) {
            let known = WORDS.iter().find(|(known, _)| *known == word.to_lowercase());
            match (known, counts) {
                (Some((_, next)), _) => counts = Some(*next),
                (None, Some(what)) if is_number(word) => {
                    let place = match what {
                        Counts::Volume => &mut locus.volume,
                        Counts::Issue => &mut locus.issue,
                        Counts::Pages => &mut locus.pages,
                    };
                    place.get_or_insert_with(|| word.to_owned());
                    counts = None;
                }
                (None, _) => counts = None,
            }
        }
        if locus == Locus::default() {
            locus = enumeration(text).unwrap_or_else(|| Locus {
                volume: Some(text.to_owned()).filter(|text| !text.is_empty()),
                ..Locus::default()
            });
        }
        locus
    }
}

/// Returns the words and numbers of a statement: a number goes to the next blank or mark, a word to the first digit.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_mark =
        |c: char| c.is_whitespace() || matches!(c, '.' | ',' | '،' | ';' | ':' | '(' | ')' | '[' | ']' | '°');
    text.split(is_mark).filter(|word| !word.is_empty()).flat_map(|word| {
        let digits = word.find(char::is_numeric).unwrap_or(word.len());
        let (letters, number) = word.split_at_checked(digits).unwrap_or((word, ""));
        // `IV-V` and `A12` are numbers as a whole.
        let is_word = WORDS.iter().any(|(known, _)| *known == letters.to_lowercase());
        let pieces = if is_word && !number.is_empty() { [letters, number] } else { [word, ""] };
        pieces.into_iter().filter(|piece| !piece.is_empty())
    })
}

/// Whether a word is a number: it has a digit, or is one of Roman numerals.
fn is_number(word: &str) -> bool {
    word.contains(char::is_numeric)
        || word.chars().all(|c| matches!(c, 'I' | 'V' | 'X' | 'L' | 'C' | 'i' | 'v' | 'x' | 'l' | 'c' | '-'))
}

/// Reads the enumeration of field 773 $q: `3:2<12`, volume, issue and first page.
fn enumeration(text: &str) -> Option<Locus> {
    let (numbers, page) = text.split_once('<').map_or((text, None), |(start, page)| (start, Some(page)));
    let (volume, issue) = numbers.split_once(':').map_or((numbers, None), |(one, two)| (one, Some(two)));
    let is_plain =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let given = [Some(volume), issue, page];
    let own = |part: Option<&str>| part.map(ToOwned::to_owned);
    (issue.or(page).is_some() && given.into_iter().flatten().all(is_plain)).then(|| Locus {
        volume: own(Some(volume)),
        issue: own(issue),
        pages: own(page),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_divided() {
        let cases = [
            ("Vol. 3, no 2 (1999), p. 12-15", ("3", "2", "12-15")),
            ("№ 3. С. 12-15", ("", "3", "12-15")),
            ("Т. 12, вып. 4. - С. 5", ("12", "4", "5")),
            ("Bd. 3, H. 2, S. 12–15", ("3", "2", "12–15")),
            ("v.12,n.3,p.4", ("12", "3", "4")),
            ("vol. IV, no. 1", ("IV", "1", "")),
            ("p12-15", ("", "", "12-15")),
            ("جلد ۲، شماره ۳، ص. ۱۲", ("۲", "۳", "۱۲")),
            ("3:2<12", ("3", "2", "12")),
            ("1859, № 5", ("", "5", "")),
            ("12", ("12", "", "")),
            ("Winter 1999", ("Winter 1999", "", "")),
            ("", ("", "", "")),
        ];
        for (text, (volume, issue, pages)) in cases {
            let found = Locus::of(text);
            let plain = |part: Option<String>| part.unwrap_or_default();
            let found = (plain(found.volume), plain(found.issue), plain(found.pages));
            let expected = (volume.to_owned(), issue.to_owned(), pages.to_owned());
            assert_eq!(found, expected, "{text}");
        }
    }
}

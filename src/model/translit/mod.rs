//! Transliteration: text of one script in the letters of another, by published tables.
//!
//! You need it to compare descriptions in two scripts, and to make the pair of a field where a catalogue wants both. It is
//! mechanical: what a table cannot know, such as the short vowels of Persian, is not added. Text without a row in the
//! table stays as it is, so that mixed text may be given.
//!
//! The tables are `*.tsv` beside this file; each names its source.
//!
//! # Example
//! ```
//! use kartoteka::model::translit::Scheme;
//!
//! assert_eq!(Scheme::RussianGost.apply("Цветы и щи"), "Czvety` i shhi");
//! assert_eq!(Scheme::GostRussian.apply("Czvety` i shhi"), "Цветы и щи");
//! assert_eq!(Scheme::RussianAlaLc.apply("Юность"), "I͡unostʹ");
//! ```

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::bytes::Cut;
use crate::named::named;

/// A table of transliteration and the way in which it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scheme {
    /// Azerbaijani: Cyrillic of 1958 into Latin of 1991.
    AzerbaijaniLatin,
    /// Azerbaijani: Latin of 1991 into Cyrillic of 1958. The way back of [`Scheme::AzerbaijaniLatin`], without loss.
    AzerbaijaniCyrillic,
    /// Kazakh: Cyrillic into the Latin alphabet of January 2021.
    KazakhLatin,
    /// Russian: Cyrillic into Latin by GOST 7.79-2000, system B.
    RussianGost,
    /// Russian: Latin by GOST 7.79-2000, system B, back into Cyrillic.
    GostRussian,
    /// Russian: Cyrillic into Latin by ALA-LC.
    RussianAlaLc,
    /// Persian: Arabic script into Latin by ALA-LC, without the vowels that are not written.
    PersianAlaLc,
}

named!(Scheme {
    AzerbaijaniLatin "azerbaijani-latin" "Azerbaijani, Cyrillic of 1958 into Latin of 1991",
    AzerbaijaniCyrillic "azerbaijani-cyrillic" "Azerbaijani, Latin of 1991 into Cyrillic of 1958",
    KazakhLatin "kazakh-latin" "Kazakh, Cyrillic into Latin of 2021",
    RussianGost "russian-gost" "Russian into Latin, GOST 7.79-2000 system B",
    GostRussian "gost-russian" "GOST 7.79-2000 system B into Russian",
    RussianAlaLc "russian-ala-lc" "Russian into Latin, ALA-LC",
    PersianAlaLc "persian-ala-lc" "Persian into Latin, ALA-LC without short vowels",
});

impl Scheme {
    /// Transliterates a text, which is composed first (Unicode form C). Never fails: what the table does not have stays.
    ///
    /// Capital letters stay capital: `Щука` is `Shhuka`, `ЩУКА` is `SHHUKA`.
    ///
    /// # Cost
    /// Takes time linear in the length of the text. The table is parsed at the first call.
    ///
    /// # Example
    /// ```
    /// use kartoteka::model::translit::Scheme;
    ///
    /// assert_eq!(Scheme::AzerbaijaniLatin.apply("Мәһәммәд Фүзули"), "Məhəmməd Füzuli");
    /// assert_eq!(Scheme::AzerbaijaniCyrillic.apply("Leyli və Məcnun"), "Лејли вә Мәҹнун");
    /// assert_eq!(Scheme::KazakhLatin.apply("Абай жолы"), "Abai joly");
    /// assert_eq!(Scheme::PersianAlaLc.apply("شاهنامه"), "shāhnāmah");
    /// ```
    pub fn apply(self, text: &str) -> String {
        let composed: Cow<'_, str> =
            if is_nfc(text) { text.into() } else { text.nfc().collect::<String>().into() };
        let chars: Vec<char> = composed.chars().collect();
        let mut out = String::with_capacity(text.len());
        let table = self.table();
        let mut rest = chars.as_slice();
        let mut before = None;
        while let Some((first, after_first)) = rest.split_first() {
            let taken = match table.find(before, rest) {
                Some((row, exact)) => {
                    let own = rest.get(..row.from.len()).unwrap_or(rest);
                    let after = rest.cut(row.from.len()..);
                    put(&mut out, row, own, exact, before, after.first().copied());
                    row.from.len()
                }
                None => {
                    out.push(*first);
                    1
                }
            };
            before = rest.get(taken - 1).copied();
            rest = rest.get(taken..).unwrap_or(after_first);
        }
        out
    }

    fn table(self) -> &'static Table {
        static TABLES: [OnceLock<Table>; 7] = [const { OnceLock::new() }; 7];
        let [azerbaijani, back, kazakh, gost, gost_back, ala_lc, persian] = &TABLES;
        match self {
            Scheme::AzerbaijaniLatin => azerbaijani.get_or_init(|| Table::parse(AZERBAIJANI, false)),
            Scheme::AzerbaijaniCyrillic => back.get_or_init(|| Table::parse(AZERBAIJANI, true)),
            Scheme::KazakhLatin => kazakh.get_or_init(|| Table::parse(KAZAKH, false)),
            Scheme::RussianGost => gost.get_or_init(|| Table::parse(GOST, false)),
            Scheme::GostRussian => gost_back.get_or_init(|| Table::parse(GOST, true)),
            Scheme::RussianAlaLc => ala_lc.get_or_init(|| Table::parse(ALA_LC, false)),
            Scheme::PersianAlaLc => persian.get_or_init(|| Table::parse(PERSIAN, false)),
        }
    }
}

const AZERBAIJANI: &str = include_str!("azerbaijani.tsv");
const KAZAKH: &str = include_str!("kazakh.tsv");
const GOST: &str = include_str!("russian-gost.tsv");
const ALA_LC: &str = include_str!("russian-ala-lc.tsv");
const PERSIAN: &str = include_str!("persian.tsv");

/// A row of a table.
#[derive(Debug)]
struct Row {
    from: Vec<char>,
    to: &'static str,
    when: Vec<When>,
}

/// A condition of a row, and whether it must hold or must not.
#[derive(Debug)]
struct When {
    what: Where,
    is: bool,
}

#[derive(Debug)]
enum Where {
    Start,
    End,
    Before(&'static str),
    After(&'static str),
}

/// The rows by their first letter, longer texts first.
#[derive(Debug, Default)]
struct Table(HashMap<char, Vec<Row>>);

impl Table {
    fn parse(text: &'static str, back: bool) -> Table {
        let mut table = Table::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            // A line that is no row is passed over; a test finds each.
            let _ = table.row(line, back);
        }
        for rows in table.0.values_mut() {
            rows.sort_by_key(|row| std::cmp::Reverse(row.from.len()));
        }
        table
    }

    fn row(&mut self, line: &'static str, back: bool) -> Option<()> {
        let mut columns = line.split('\t');
        let (mut from, mut to, when) = (columns.next()?, columns.next()?, columns.next()?);
        let mut conditions = Vec::new();
        if back {
            if when == "one-way" {
                return Some(());
            }
            (from, to) = (to, from);
        } else if when != "one-way" {
            conditions = when.split(',').filter(|one| *one != "-").map(condition).collect::<Option<_>>()?;
        }
        let first = from.chars().next()?;
        let row = Row { from: from.chars().collect(), to, when: conditions };
        self.0.entry(first).or_default().push(row);
        Some(())
    }

    /// Returns the row for the start of `rest`, and whether it has the very letters.
    fn find(&self, before: Option<char>, rest: &[char]) -> Option<(&Row, bool)> {
        let first = *rest.first()?;
        let of = |first: char, same: fn(char, char) -> bool| {
            self.0.get(&first).into_iter().flatten().find(|row| {
                row.from.len() <= rest.len()
                    && row.from.iter().zip(rest).all(|(known, own)| same(*known, *own))
                    && row.holds(before, rest.get(row.from.len()).copied())
            })
        };
        of(first, |known, own| known == own)
            .map(|row| (row, true))
            .or_else(|| of(lower(first), |known, own| known == lower(own)).map(|row| (row, false)))
    }
}

fn condition(text: &'static str) -> Option<When> {
    let (name, is) = text.strip_prefix('!').map_or((text, true), |name| (name, false));
    let what = match name.split_once(':') {
        None if name == "start" => Where::Start,
        None if name == "end" => Where::End,
        Some(("before", letters)) => Where::Before(letters),
        Some(("after", letters)) => Where::After(letters),
        _ => return None,
    };
    Some(When { what, is })
}

impl Row {
    fn holds(&self, before: Option<char>, after: Option<char>) -> bool {
        let is_in = |letters: &str, c: Option<char>| c.is_some_and(|c| letters.contains(lower(c)));
        self.when.iter().all(|when| {
            let found = match when.what {
                Where::Start => !before.is_some_and(char::is_alphabetic),
                Where::End => !after.is_some_and(char::is_alphabetic),
                Where::Before(letters) => is_in(letters, after),
                Where::After(letters) => is_in(letters, before),
            };
            found == when.is
        })
    }
}

fn lower(c: char) -> char {
    let mut all = c.to_lowercase();
    match (all.next(), all.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// Appends what a row gives, in the case of the text.
fn put(out: &mut String, row: &Row, own: &[char], exact: bool, before: Option<char>, after: Option<char>) {
    let is_upper = |c: Option<char>| c.is_some_and(char::is_uppercase);
    let is_lower = |c: Option<char>| c.is_some_and(char::is_lowercase);
    // A sign without case, such as the one for ь, has that of the letters around it.
    let has_case = own.iter().any(|c| c.is_uppercase() || c.is_lowercase());
    let after_capital = is_upper(before) && !is_lower(after);
    if if has_case { exact } else { !after_capital } {
        return out.push_str(row.to);
    }
    let capitals = own.iter().filter(|c| c.is_uppercase()).count() > 1
        || !has_case
        || own.len() == 1 && (is_upper(after) || is_upper(before) && !is_lower(after));
    let starts_low = own.first().is_some_and(|first| first.is_lowercase());
    let mut is_first = true;
    for c in row.to.chars() {
        match capitals || is_first && !starts_low {
            true => out.extend(c.to_uppercase()),
            false => out.push(c),
        }
        is_first = false;
    }
}

#[cfg(test)]
mod tests;

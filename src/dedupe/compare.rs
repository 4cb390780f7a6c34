//! Whether two records are the same, by their signatures: points for what agrees, and what must not differ.

use super::signature::{ARABIC, ISBN, ISSN, Signature};

/// What two records have in common, as bits; see [`reason`].
pub(super) mod why {
    pub(in crate::dedupe) const ISBN: u16 = 1;
    pub(in crate::dedupe) const NUMBER: u16 = 1 << 1;
    pub(in crate::dedupe) const TITLE: u16 = 1 << 2;
    pub(in crate::dedupe) const SIMILAR_TITLE: u16 = 1 << 3;
    pub(in crate::dedupe) const PART_OF_TITLE: u16 = 1 << 4;
    pub(in crate::dedupe) const AUTHOR: u16 = 1 << 5;
    pub(in crate::dedupe) const NAME: u16 = 1 << 6;
    pub(in crate::dedupe) const YEAR: u16 = 1 << 7;
    pub(in crate::dedupe) const NEAR_YEAR: u16 = 1 << 8;
    pub(in crate::dedupe) const VOLUME: u16 = 1 << 9;
    pub(in crate::dedupe) const EDITION: u16 = 1 << 10;
    pub(in crate::dedupe) const PAGES: u16 = 1 << 11;
    pub(in crate::dedupe) const PUBLISHER: u16 = 1 << 12;
}

const NAMES: [&str; 13] = [
    "isbn",
    "number",
    "title",
    "similar title",
    "part of title",
    "author",
    "name",
    "year",
    "year off by one",
    "volume",
    "edition",
    "pages",
    "publisher",
];

/// Returns what agrees in words, with commas between.
pub(super) fn reason(bits: u16) -> String {
    let words = NAMES.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|(_, name)| *name);
    words.collect::<Vec<_>>().join(", ")
}

/// A pair of records that are probably the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Likeness {
    /// In hundredths.
    pub(super) certainty: u8,
    pub(super) why: u16,
}

/// Returns whether two numbers are both known, and differ.
fn differ<T: Default + PartialEq>(one: T, other: T) -> bool {
    one != other && one != T::default() && other != T::default()
}

fn agree<T: Default + PartialEq>(one: T, other: T) -> bool {
    one == other && one != T::default()
}

fn count<const N: usize>(bits: [u32; N]) -> u32 {
    bits.iter().map(|word| word.count_ones()).sum()
}

/// How much two titles are alike: points, and what to call it.
pub(super) fn titles(a: &Signature, b: &Signature) -> Option<(i32, u16)> {
    let exact = agree(a.title, b.title);
    // A subtitle that stands in the title of one of them.
    let whole = agree(a.whole, b.whole) || agree(a.whole, b.title) || agree(a.title, b.whole);
    let two_scripts = (a.kind ^ b.kind) & ARABIC != 0;
    let letters = count(a.title_bits).min(count(b.title_bits));
    if exact || whole {
        // `Poems`, `Atlas`: a short title says little.
        let points = match letters {
            16.. => 50,
            9..16 => 48,
            4..9 => 40,
            // `I`, `II`: next to nothing.
            _ => 20,
        };
        return Some((points, why::TITLE));
    }
    if agree(a.bones, b.bones)
        && (two_scripts || a.bones_bits == b.bones_bits && alike(a.title_bits, b.title_bits, 8))
    {
        return Some((
            if count(a.bones_bits) >= 5 { 48 } else { 38 },
            if two_scripts { why::TITLE } else { why::SIMILAR_TITLE },
        ));
    }
    if two_scripts {
        let common = count(and(a.bones_bits, b.bones_bits));
        let found = alike(a.bones_bits, b.bones_bits, 5) && common >= 5;
        return found.then_some((38, why::SIMILAR_TITLE));
    }
    let common = count(and(a.title_bits, b.title_bits));
    let apart = count(xor(a.title_bits, b.title_bits));
    // A mistake changes up to four pairs of letters, or six if two letters are swapped; another word changes its start or
    // end too.
    let ends = u32::from(agree(a.start, b.start)) + u32::from(agree(a.end, b.end));
    let points = match (apart, ends) {
        (0..=4, 1 | 2) if common >= 6 => 44,
        (0..=4, _) if common >= 12 => 40,
        (5 | 6, 2) if common >= 8 => 40,
        (7 | 8, 2) if common >= 14 => 36,
        (9 | 10, 2) if common >= 24 => 34,
        _ => 0,
    };
    if points > 0 {
        return Some((points, why::SIMILAR_TITLE));
    }
    let inside = common + 1 >= letters && letters >= 9 && (agree(a.start, b.start) || letters >= 14);
    inside.then_some((26, why::PART_OF_TITLE))
}

fn and<const N: usize>(mut one: [u32; N], other: [u32; N]) -> [u32; N] {
    one.iter_mut().zip(other).for_each(|(one, other)| *one &= other);
    one
}

fn xor<const N: usize>(mut one: [u32; N], other: [u32; N]) -> [u32; N] {
    one.iter_mut().zip(other).for_each(|(one, other)| *one ^= other);
    one
}

fn alike<const N: usize>(one: [u32; N], other: [u32; N], most: u32) -> bool {
    count(xor(one, other)) <= most
}

/// How much the names are alike.
pub(super) fn names(a: &Signature, b: &Signature) -> (i32, u16) {
    let [first_a, second_a] = a.surnames;
    let [first_b, second_b] = b.surnames;
    let two_scripts = (a.kind ^ b.kind) & ARABIC != 0;
    // Of a vowel at the start there is a letter in one script only.
    let is_vowel = |letter: u8| matches!(letter, 1 | 9 | 15 | 21);
    let vowel = is_vowel(a.initial) || is_vowel(b.initial);
    let initials_differ = differ(a.initial, b.initial) && !(two_scripts && vowel);
    let arabic = (a.kind | b.kind) & ARABIC != 0;
    if agree(first_a, first_b) || arabic && agree(a.name_bones, b.name_bones) {
        return if initials_differ { (-15, 0) } else { (25, why::AUTHOR) };
    }
    let none = a.names == 0 || b.names == 0;
    if none {
        return (0, 0);
    }
    let common = (a.name_bits & b.name_bits).count_ones();
    let apart = (a.name_bits ^ b.name_bits).count_ones();
    if first_a != 0 && first_b != 0 && common >= 4 && apart <= 4 && !initials_differ {
        return (20, why::AUTHOR);
    }
    if agree(first_a, second_b) || agree(second_a, first_b) || agree(second_a, second_b) {
        return (18, why::NAME);
    }
    // All names of one record among those of the other.
    let (few, many) =
        if a.names.count_ones() <= b.names.count_ones() { (a.names, b.names) } else { (b.names, a.names) };
    match (few & many).count_ones() {
        0 if two_scripts => (-10, 0),
        0 => (-40, 0),
        // One word may be alike by chance.
        1 if first_a != 0 && first_b != 0 => (-12, 0),
        _ if few & many == few => (16, why::NAME),
        _ => (10, why::NAME),
    }
}

/// Returns the points for what agrees besides title and names, or `None` if the two cannot be the same.
fn rest(a: &Signature, b: &Signature, found: &mut u16, same_number: bool) -> Option<i32> {
    if differ(a.volume, b.volume)
        || differ(a.edition, b.edition)
        || differ(a.kind & !ARABIC, b.kind & !ARABIC)
    {
        return None;
    }
    if differ(a.subtitle_numbers, b.subtitle_numbers) && !same_number {
        return None;
    }
    let mut points = 0;
    let mut add = |is: bool, more: i32, bit: u16| {
        if is {
            points += more;
            *found |= bit;
        }
    };
    let apart = a.year.abs_diff(b.year);
    let years = a.year != 0 && b.year != 0;
    add(years && apart == 0, 20, why::YEAR);
    add(years && apart == 1, 8, why::NEAR_YEAR);
    add(agree(a.volume, b.volume), 4, why::VOLUME);
    add((a.volume == 0) != (b.volume == 0), -30, 0);
    add(differ(a.section, b.section), -12, 0);
    add((a.section == 0) != (b.section == 0), -6, 0);
    add(agree(a.edition, b.edition), 4, why::EDITION);
    add((a.edition > 1) != (b.edition > 1), -4, 0);
    let near = u16::max(2, a.pages.max(b.pages) / 50);
    let pages = a.pages != 0 && b.pages != 0;
    let pages_apart = a.pages.abs_diff(b.pages);
    add(pages && pages_apart == 0, 12, why::PAGES);
    add(pages && pages_apart > 0 && pages_apart <= near, 6, 0);
    add(pages && pages_apart > near, if pages_apart > a.pages.max(b.pages) / 8 { -20 } else { -6 }, 0);
    add(agree(a.publisher, b.publisher), 8, why::PUBLISHER);
    add(differ(a.publisher, b.publisher), -6, 0);
    add(differ(a.subtitle, b.subtitle), -8, 0);
    add(a.isbns != 0 && b.isbns != 0 && a.isbns & b.isbns == 0, -36, 0);
    Some(points)
}

/// Returns how certain it is that two records are the same; `None` if it is not likely. `number` is what the identifier
/// is that both have.
pub(super) fn compare(a: &Signature, b: &Signature, number: Option<u32>) -> Option<Likeness> {
    let mut found = 0;
    let number = number.filter(|number| *number != ISSN);
    let points = rest(a, b, &mut found, number.is_some())?;
    let title = titles(a, b);
    let (name_points, name) = names(a, b);
    found |= name;
    let years_differ = a.year != 0 && b.year != 0 && a.year.abs_diff(b.year) > 1;
    let numbers = a.numbers != b.numbers && title.is_none_or(|(_, kind)| kind != why::TITLE);
    if numbers && (number.is_none() || differ(a.numbers, b.numbers)) {
        return None;
    }
    // A number that a set shares with its volumes.
    let set = (a.volume == 0) != (b.volume == 0) && found & why::PAGES == 0;
    let certainty = match (number, title) {
        (Some(number), title) => {
            found |= if number == ISBN { why::ISBN } else { why::NUMBER };
            let (title_points, title) = title.unwrap_or_default();
            found |= title;
            let alike = title_points > 0 || found & (why::AUTHOR | why::NAME) != 0 && found & why::PAGES != 0;
            // A number that was typed for another book, or that a set shares with its volumes.
            let base = if alike { 66 } else { 20 };
            let years = if years_differ { -34 } else { 0 };
            base + title_points / 2
                + name_points / 2
                + points.min(30) / 2
                + years
                + if points < 0 { points / 2 } else { 0 }
        }
        (None, None) => return None,
        (None, Some(_)) if years_differ => return None,
        (None, Some((title_points, title))) => {
            found |= title;
            let supported = found & (why::PAGES | why::PUBLISHER) != 0 || title != why::PART_OF_TITLE;
            if !supported {
                return None;
            }
            let other_number = title != why::TITLE && a.isbns != 0 && b.isbns != 0 && a.isbns & b.isbns == 0;
            title_points + name_points + points
                - if other_number || title != why::TITLE && differ(a.subtitle, b.subtitle) { 30 } else { 0 }
        }
    };
    let most = match number {
        _ if set => 60,
        // A number that a publisher gave to a whole series.
        Some(_) if found & (why::TITLE | why::SIMILAR_TITLE | why::PAGES) == 0 || title.is_none() => 65,
        Some(_) => 99,
        // Two of a series that have their title in common: each has a number, and a subtitle or pages of its own.
        None if a.isbns & b.isbns == 0
            && differ(a.isbns, b.isbns)
            && (differ(a.subtitle, b.subtitle) || differ(a.pages, b.pages)) =>
        {
            65
        }
        None => 97,
    };
    let certainty = u8::try_from(certainty.clamp(0, most)).ok()?;
    Some(Likeness { certainty, why: found })
}

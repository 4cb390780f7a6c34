//! What the codes of 007 and 008 say in words.
//!
//! `coded.tsv` is a code a line: the list it belongs to; the kinds of 008 that have the position, or the first character of
//! 007; where it begins, and how many such codes may follow each other; the code; the term of the list.

use std::sync::OnceLock;

use crate::record::RecordRef;

const TABLE: &str = include_str!("coded.tsv");

struct Row {
    what: &'static str,
    kinds: &'static str,
    from: usize,
    length: usize,
    code: char,
    term: &'static str,
}

fn rows() -> &'static [Row] {
    static ROWS: OnceLock<Vec<Row>> = OnceLock::new();
    ROWS.get_or_init(|| TABLE.lines().skip(1).filter_map(row).collect())
}

fn row(line: &'static str) -> Option<Row> {
    let mut columns = line.split('\t');
    let (what, kinds) = (columns.next()?, columns.next()?);
    let (from, length) = (columns.next()?.parse().ok()?, columns.next()?.parse().ok()?);
    Some(Row { what, kinds, from, length, code: columns.next()?.chars().next()?, term: columns.next()? })
}

/// The kind of material that gives the positions of 008 their meaning, as the format calls it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Book,
    Computer,
    Map,
    Mixed,
    Music,
    Serial,
    Visual,
}

impl Kind {
    pub(super) fn of(record: RecordRef<'_>) -> Kind {
        let Some(leader) = record.header().leader else { return Kind::Book };
        match leader.record_type() {
            b'a' if matches!(leader.get(7), Some(b'b' | b'i' | b's')) => Kind::Serial,
            b'm' => Kind::Computer,
            b'e' | b'f' => Kind::Map,
            b'p' => Kind::Mixed,
            b'c' | b'd' | b'i' | b'j' => Kind::Music,
            b'g' | b'k' | b'o' | b'r' => Kind::Visual,
            _ => Kind::Book,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Kind::Book => "BK",
            Kind::Computer => "CF",
            Kind::Map => "MP",
            Kind::Mixed => "MM",
            Kind::Music => "MU",
            Kind::Serial => "SE",
            Kind::Visual => "VM",
        }
    }
}

/// Returns the terms of a list for what 008 has, each once.
pub(super) fn terms(what: &str, kind: Kind, coded: &str) -> Vec<&'static str> {
    let mut terms = Vec::new();
    for row in rows().iter().filter(|row| row.what == what && row.kinds.contains(kind.name())) {
        let has = coded.chars().skip(row.from).take(row.length).any(|code| code == row.code);
        if has && !terms.contains(&row.term) {
            terms.push(row.term);
        }
    }
    terms
}

/// Returns the form of the item: 008/23, in maps and visual materials 008/29.
pub(super) fn form(record: RecordRef<'_>, kind: Kind, coded: &str) -> Option<&'static str> {
    let letter = record.header().leader.map_or(b'a', |leader| leader.record_type());
    let at = if matches!(kind, Kind::Map | Kind::Visual) { 29 } else { 23 };
    match coded.get(at..at + 1)? {
        "f" => Some("braille"),
        " " | "r" if matches!(kind, Kind::Book | Kind::Serial) || matches!(letter, b'c' | b'd') => {
            Some("print")
        }
        _ if letter == b'm' => Some("electronic"),
        "s" | "o" | "q" => Some("electronic"),
        _ if letter == b'o' => Some("kit"),
        "b" => Some("microfiche"),
        "a" => Some("microfilm"),
        _ => None,
    }
}

/// Returns the category of a 007 and what it is of that category, each with the name of its list.
pub(super) fn physical(coded: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let mut codes = coded.chars();
    let (category, what) = (codes.next(), codes.next());
    let is = move |row: &&Row| match row.what {
        "marccategory" => Some(row.code) == category,
        "marcsmd" => row.kinds.chars().next() == category && Some(row.code) == what,
        _ => false,
    };
    rows().iter().filter(is).map(|row| (row.what, row.term))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_a_row() {
        assert_eq!(rows().len(), TABLE.lines().count() - 1);
    }

    #[test]
    fn codes_are_read_by_the_kind_of_008() {
        let coded = "260114s1868    ru a     b    000 1 rus d";
        assert_eq!(terms("genre", Kind::Book, coded), ["bibliography", "fiction"]);
        assert_eq!(terms("genre", Kind::Serial, coded), ["bibliography"]);
        assert_eq!(terms("frequency", Kind::Serial, coded), ["Annual"]);
        let both: Vec<_> = physical("cr|").collect();
        assert_eq!(both, [("marccategory", "electronic resource"), ("marcsmd", "remote")]);
    }
}

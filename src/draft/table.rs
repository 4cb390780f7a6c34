//! The table `data/fields.tsv`: where each part of a draft goes.

use std::sync::OnceLock;

use super::Family;
use crate::bytes::Cut;
use crate::tag::Tag;

const TABLE: &str = include_str!("data/fields.tsv");

/// A field of a format, for one element of a draft.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) element: &'static str,
    family: Family,
    pub(super) tag: Tag,
    pub(super) indicators: [u8; 2],
    pub(super) slots: Vec<Slot>,
}

/// What goes to a subfield.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) part: &'static str,
    /// One code, or one for each value; `*` is the text before the first subfield.
    pub(super) codes: &'static str,
    /// The mark of ISBD that ends the subfield before it.
    pub(super) mark: Option<char>,
    /// Whether a stop ends the field after this subfield, if it is the last that ISBD counts.
    pub(super) stop: bool,
}

impl Row {
    fn parse(line: &'static str) -> Option<Row> {
        let mut columns = line.split('\t');
        let element = columns.next()?;
        let family = match columns.next()? {
            "m" => Family::Marc21,
            "u" => Family::Unimarc,
            "i" => Family::Irbis,
            _ => return None,
        };
        let tag = columns.next()?.parse().ok()?;
        let indicators = match columns.next()?.as_bytes() {
            [one, two] => [*one, *two].map(|byte| if byte == b'#' { b' ' } else { byte }),
            _ => [b' '; 2],
        };
        let mut slots: Vec<Slot> = Vec::new();
        for piece in columns.next()?.split(' ') {
            match piece.split_once('=') {
                None if piece == "." => slots.iter_mut().for_each(|slot| slot.stop = true),
                None => return None,
                Some((codes, part)) => {
                    let mark = codes.chars().next().filter(|first| matches!(first, ':' | '/' | ',' | ';'));
                    let codes = mark.map_or(codes, |_| codes.cut(1..));
                    slots.push(Slot { part, codes, mark, stop: false });
                }
            }
        }
        Some(Row { element, family, tag, indicators, slots })
    }

    /// Returns the place of the slot that a code is of.
    pub(super) fn slot_of(&self, code: char) -> Option<usize> {
        self.slots.iter().position(|slot| slot.codes.contains(code))
    }
}

/// Returns the rows of an element in a format: the first is for new fields.
pub(super) fn rows(element: &str, family: Family) -> impl Iterator<Item = &'static Row> {
    static ROWS: OnceLock<Vec<Row>> = OnceLock::new();
    let lines = || TABLE.lines().filter(|line| !line.starts_with('#'));
    let rows = ROWS.get_or_init(|| lines().filter_map(Row::parse).collect());
    rows.iter().filter(move |row| row.element == element && row.family == family)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_row() {
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            assert!(Row::parse(line).is_some(), "{line}");
        }
        let title = rows("title", Family::Marc21).next().unwrap();
        assert_eq!(
            title.slots.iter().map(|slot| slot.mark).collect::<Vec<_>>(),
            [None, Some(':'), Some('/')]
        );
        let agent = rows("person-first", Family::Marc21).next().unwrap();
        assert_eq!(agent.slots.iter().map(|slot| slot.stop).collect::<Vec<_>>(), [true, true, false]);
    }
}

//! The description of a record, and its entries.

use std::fmt;

use super::names::{Element, Part};
use super::table::Rule;
use super::value::{Place, Sourced};
use super::words;
use crate::bytes::Cut;
use crate::position::ElementPath;
use crate::record::{Dialect, RecordRef};

/// The description of a record: titles, agents, identifiers and so on, whatever its format.
///
/// It borrows from the record. Nothing is lost: each value of the record is in an entry or in [`Bib::unmapped`]. What a
/// field means is said by a table for each dialect, not by code.
///
/// # Example
/// ```
/// use kartoteka::model::Bib;
///
/// for record in kartoteka::open("fixtures/iso2709/marc21.mrc")? {
///     let record = record?;
///     let bib = Bib::of(record.view());
///     println!("{:?} {:?} {:?}", bib.title(), bib.isbns().collect::<Vec<_>>(), bib.year());
/// }
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Clone)]
pub struct Bib<'a> {
    pub(super) record: RecordRef<'a>,
    pub(super) reading: Dialect,
    pub(super) reason: &'static str,
    pub(super) entries: Vec<EntryData>,
    pub(super) values: Vec<Sourced<'a>>,
    pub(super) unmapped: Vec<Sourced<'a>>,
    /// Whether an agent is the main entry.
    pub(super) has_main: bool,
}

/// An entry: the rule that made it, its place, and the range of its values.
#[derive(Debug, Clone, Copy)]
pub(super) struct EntryData {
    pub(super) rule: &'static Rule,
    pub(super) place: Place,
    pub(super) indicators: [u8; 2],
    pub(super) first: u32,
    pub(super) end: u32,
    /// The tag and number of the field of which this is the form in another script.
    pub(super) pair: Option<(u32, u32)>,
}

impl EntryData {
    pub(super) fn is_alternate(&self) -> bool {
        self.pair.is_some_and(|(_, number)| number != 0)
    }
}

impl<'a> Bib<'a> {
    /// Returns the record.
    pub const fn record(&self) -> RecordRef<'a> {
        self.record
    }

    /// Returns the dialect as which the record was read, and why.
    pub const fn reading(&self) -> (Dialect, &'static str) {
        (self.reading, self.reason)
    }

    /// Returns all entries, in the order of the record.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = Entry<'_, 'a>> + Clone {
        self.entries.iter().map(move |data| Entry { bib: self, data })
    }

    /// Returns the entries of an element, in the order of the record.
    pub fn of_element(&self, element: Element) -> impl DoubleEndedIterator<Item = Entry<'_, 'a>> + Clone {
        self.entries().filter(move |entry| entry.data.rule.element == element)
    }

    /// Returns the values that the table of the dialect does not know, with their places.
    pub fn unmapped(&self) -> &[Sourced<'a>] {
        &self.unmapped
    }
}

impl fmt::Debug for Bib<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.entries()).finish()
    }
}

/// An entry of a description: a title, an agent, a note, with the values of which it is made.
#[derive(Clone, Copy)]
pub struct Entry<'b, 'a> {
    pub(super) bib: &'b Bib<'a>,
    pub(super) data: &'b EntryData,
}

impl<'b, 'a> Entry<'b, 'a> {
    /// Returns the element.
    pub fn element(&self) -> Element {
        self.data.rule.element
    }

    /// Returns the kind, such as `parallel` of a title; the tables have all of them.
    pub fn kind(&self) -> &'static str {
        self.data.rule.kind
    }

    /// Returns where the entry is in the record: its field.
    pub fn path(&self) -> ElementPath {
        self.data.place.path()
    }

    /// Returns all values, in the order of the record.
    pub fn values(&self) -> &'b [Sourced<'a>] {
        self.bib.values.cut(self.data.first as usize..self.data.end as usize)
    }

    /// Returns the first value that is this part.
    pub fn first(&self, part: Part) -> Option<&'b Sourced<'a>> {
        self.values().iter().find(|value| value.part == part)
    }

    /// Returns the values that are this part.
    pub fn all(&self, part: Part) -> impl DoubleEndedIterator<Item = &'b Sourced<'a>> + Clone + use<'b, 'a> {
        self.values().iter().filter(move |value| value.part == part)
    }

    /// Returns the values of several parts, cleaned, with a text between them; `None` if there are none.
    pub fn joined(&self, parts: &[Part], between: &str) -> Option<String> {
        let mut out: Option<String> = None;
        for value in self.values().iter().filter(|value| parts.contains(&value.part)) {
            let text = value.clean();
            match &mut out {
                Some(out) => out.extend([between, &text]),
                None => out = Some(text.into_owned()),
            }
        }
        out
    }

    /// Returns whether this is the form of another entry in another script: a field 880 of MARC 21. One that is linked to no
    /// field, as `$6 260-00` says, is the only form that the record has.
    pub fn is_alternate(&self) -> bool {
        self.data.is_alternate()
    }

    /// Returns the same entry in another script, if the record has both: MARC 21 links 880 by `$6`. Takes time linear
    /// in the number of entries.
    pub fn pair(&self) -> Option<Entry<'b, 'a>> {
        let (tag, number) = self.data.pair.or_else(|| self.own_link())?;
        if number == 0 {
            return None;
        }
        let is_pair = |other: &Entry<'b, 'a>| match self.data.pair {
            Some(_) => other.data.pair.is_none() && other.own_link() == Some((tag, number)),
            None => other.data.pair == Some((tag, number)),
        };
        let same = |other: &Entry<'b, 'a>| std::ptr::eq(other.data.rule, self.data.rule);
        self.bib.entries().find(|other| same(other) && is_pair(other))
    }

    /// Returns the own tag and the number in `$6 880-01`.
    fn own_link(&self) -> Option<(u32, u32)> {
        let link = self.first(Part::Pair)?;
        let text = link.text.as_bytes();
        let &[b'8', b'8', b'0', b'-', ten @ b'0'..=b'9', one @ b'0'..=b'9', ..] = text else { return None };
        Some((self.data.place.tag.number()?, u32::from(ten - b'0') * 10 + u32::from(one - b'0')))
    }

    /// Returns the scheme that the record names, or that of its field: `lcsh`, `udc`. Those that MARC 21 names otherwise are
    /// as in the other formats: `bbk` for `rubbk`.
    pub fn scheme(&self) -> Option<std::borrow::Cow<'a, str>> {
        if let Some(named) = self.first(Part::Scheme) {
            let named = named.clean();
            return Some(words::find("schemes", &named).map_or(named, Into::into));
        }
        let facts = &self.data.rule.facts;
        if let Some((which, names)) = &facts.by_indicator {
            let [one, two] = self.data.indicators;
            let value = if *which == 0 { one } else { two };
            let found = names.iter().find(|(known, _)| *known == value);
            return found.map(|(_, name)| (*name).into());
        }
        facts.scheme.map(Into::into)
    }
}

impl fmt::Debug for Entry<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.path(), self.element(), self.kind())?;
        for value in self.values() {
            write!(f, " {}={:?}", value.part, value.text)?;
        }
        Ok(())
    }
}

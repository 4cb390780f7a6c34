//! Records that are probably the same, and records that are on a list. Nothing is ever deleted: both report.
//!
//! You need it where catalogues of several libraries come together, and to find the books of a list, such as one of what
//! is to be withdrawn. Records meet by their [keys](crate::model::Keys), in whatever format and script; what cannot be the
//! same, such as volumes of a set, editions and years of a series, is kept apart.
//!
//! Each pair has a certainty from 0 to 1, which adds up what agrees: identifiers, titles, names, years, pages, publishers. It
//! is not a probability, but a rank: above 0.9 next to all pairs are right, below 0.7 few.
//!
//! # Cost
//! Takes some 100 bytes for each record: ten million records in 1 GiB. Each record is compared with a few that share a key:
//! blocks of more than 48 are sorted, and their records compared with 12 neighbours each, so that work grows as
//! the input does; [`Comparisons`] counts it.
//!
//! # Example
//! ```
//! use kartoteka::Record;
//! use kartoteka::dedupe::{Dedupe, Entry};
//!
//! let book = |title: &str, year: &str| {
//!     let builder = Record::builder().data_field("100", "1 ", [('a', "Tolstoĭ, Lev Nikolaevich")]);
//!     builder.data_field("245", "10", [('a', title)]).data_field("260", "  ", [('c', year)]).build()
//! };
//! let mut dedupe = Dedupe::new();
//! for record in [book("Voĭna i mir /", "1978."), book("Anna Karenina", "1978"), book("Война и мир", "[1978]")] {
//!     dedupe.add(&Entry::of(record?.view(), Default::default()));
//! }
//! let found = dedupe.finish(0.7);
//! assert_eq!(found.groups().count(), 1);
//! let group: Vec<_> = found.groups().next().unwrap().collect();
//! assert_eq!((group[0].index, group[1].index, group[0].reason.as_str()), (0, 2, "title, author, year"));
//! assert!(group[0].certainty > 0.8);
//! # Ok::<(), kartoteka::Error>(())
//! ```

mod arena;
mod blocks;
mod compare;
mod groups;
mod list;
mod signature;
#[cfg(feature = "json")]
mod table;

use self::arena::{Pieces, Place, Places};
use self::compare::{Likeness, compare, reason};
use self::groups::{Edge, Linked};
use self::signature::Signature;
use crate::io::{Content, Item};
use crate::model::{Bib, Keys};
use crate::position::Position;
use crate::record::RecordRef;

pub use self::blocks::Comparisons;
pub use self::list::{Hit, List, Match};
#[cfg(feature = "json")]
pub use self::table::{GroupTable, MatchTable};

/// The certainty from which a pair is reported, if you have no other: 0.7.
pub const CERTAINTY: f64 = 0.7;

/// What of a record is kept to compare it: some 100 bytes. Made on any thread, added on one.
#[derive(Debug, Clone)]
pub struct Entry {
    signature: Signature,
    identifiers: Vec<u32>,
    place: Place,
    id: String,
}

impl Entry {
    /// Makes the entry of a record at a position of the input. Never fails: a record without a title is never the same as
    /// another, unless an identifier and a name say so.
    ///
    /// # Cost
    /// That of [`Keys::of`].
    pub fn of(record: RecordRef<'_>, position: Position) -> Entry {
        let bib = Bib::of(record);
        let keys = Keys::of(&bib);
        let place = Place { input: 0, offset: position.byte, number: position.number().unwrap_or_default() };
        Entry {
            signature: Signature::of(&keys),
            identifiers: Signature::identifiers(&keys).collect(),
            place,
            id: id_of(record),
        }
    }

    /// Makes the entry of an item; `None` if it is no record.
    pub fn of_item(item: &Item<'_>) -> Option<Entry> {
        match &item.content {
            Content::Record(record) => Some(Entry::of(record.view(), item.position())),
            _ => None,
        }
    }
}

/// Returns the id of a record: control number, else master file number, else nothing.
fn id_of(record: RecordRef<'_>) -> String {
    let number = record.control_number().map(|number| number.to_str_lossy().trim().to_owned());
    let number = number.filter(|number| !number.is_empty());
    number.or_else(|| Some(record.header().isis.as_ref()?.mfn.to_string())).unwrap_or_default()
}

/// In how many shares records are sorted by a key, by the last bits of the key: so much less memory it takes. A power of
/// two.
const SHARES: u32 = 8;

/// Records under comparison.
#[derive(Debug, Default)]
pub struct Dedupe {
    signatures: Pieces<Signature>,
    /// The identifiers of all records, and how many each has.
    identifiers: Pieces<u32>,
    counts: Pieces<u8>,
    places: Places,
    /// The number of the input, and of the next one.
    input: u32,
    inputs: u32,
    skipped: u64,
}

impl Dedupe {
    /// Makes a comparison without records.
    pub fn new() -> Dedupe {
        Dedupe::default()
    }

    /// Begins an input: records after this are in it. Not needed where there is one. Inputs are counted from 0.
    pub fn begin_input(&mut self) {
        self.input = self.inputs;
        self.inputs += 1;
    }

    /// Adds a record. There may be 4,294,967,295 of them; those after are counted, and not compared.
    pub fn add(&mut self, entry: &Entry) {
        if self.places.len() >= u32::MAX as usize {
            self.skipped += 1;
            return;
        }
        self.signatures.push(entry.signature);
        let identifiers = entry.identifiers.iter().take(u8::MAX.into());
        self.counts.push(identifiers.len() as u8);
        identifiers.for_each(|number| self.identifiers.push(*number));
        self.places.add(Place { input: self.input, ..entry.place }, &entry.id);
    }

    /// Returns how many records there are.
    pub const fn len(&self) -> usize {
        self.places.len()
    }

    /// Returns whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Compares the records, and returns the groups of those that are the same with at least this certainty, 0 to 1.
    ///
    /// The groups do not depend on the order of the records.
    pub fn finish(mut self, certainty: f64) -> Groups {
        let least = (certainty.clamp(0.0, 1.0) * 100.0).round() as u8;
        let mut work = Comparisons::default();
        let (mut edges, mut limit): (Vec<Edge>, usize) = (Vec::new(), 65_536);
        let signatures = std::mem::take(&mut self.signatures);
        let get = |index: u32| signatures.get(index as usize).unwrap_or_default();
        let mut pair = |one: u32, other: u32, number: Option<u32>| {
            let likeness = compare(&get(one), &get(other), number);
            if let Some(likeness) = likeness.filter(|likeness| likeness.certainty >= least) {
                edges.push(Edge { one: one.min(other), other: one.max(other), likeness });
                // Passes find the same pairs again.
                if edges.len() >= limit {
                    unique(&mut edges);
                    limit = edges.len() * 2 + 65_536;
                }
            }
        };
        let (identifiers, counts) = (std::mem::take(&mut self.identifiers), std::mem::take(&mut self.counts));
        for share in 0..SHARES {
            let (mut numbers, mut keyed) = (identifiers.iter(), Vec::<blocks::Keyed>::new());
            for (index, count) in (0..).zip(counts.iter()) {
                let own = numbers.by_ref().take(count.into()).map(|number| (number, index));
                keyed.extend(own.filter(|(key, _)| key >> 2 & (SHARES - 1) == share));
            }
            blocks::pairs(&mut keyed, get, &mut work, |one, other, key| pair(one, other, Some(key & 3)));
        }
        drop((identifiers, counts));
        for pass in blocks::PASSES {
            for share in 0..SHARES {
                let records = (0..).zip(signatures.iter()).map(|(index, one)| (pass(&one), index));
                let mut keyed: Vec<blocks::Keyed> =
                    records.filter(|(key, _)| *key != 0 && key & (SHARES - 1) == share).collect();
                blocks::pairs(&mut keyed, get, &mut work, |one, other, _| pair(one, other, None));
            }
        }
        unique(&mut edges);
        let groups = groups::groups(edges, get);
        Groups { groups, places: self.places, comparisons: work, skipped: self.skipped }
    }
}

/// Leaves the surest of the edges between two records.
fn unique(edges: &mut Vec<Edge>) {
    edges.sort_unstable_by_key(|edge| {
        let Likeness { certainty, why } = edge.likeness;
        (edge.one, edge.other, std::cmp::Reverse((certainty, why)))
    });
    edges.dedup_by_key(|edge| (edge.one, edge.other));
}

/// The groups of records that are probably the same.
#[derive(Debug)]
pub struct Groups {
    groups: Vec<Vec<Linked>>,
    places: Places,
    comparisons: Comparisons,
    skipped: u64,
}

/// A record in a group.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Member {
    /// The number of the record among all that were added, from 0.
    pub index: u64,
    /// The number of its input, from 0.
    pub input: usize,
    /// Its number in its input, from 1; `None` if it is not known, in a [`Part`](crate::Part) of an input.
    pub record: Option<u64>,
    /// Offset of its first byte in the input, 0-based.
    pub offset: u64,
    /// Its control number or master file number, of which 60 bytes are kept; empty if it has none.
    pub id: String,
    /// What it has in common with the record of the group that is most like it.
    pub reason: String,
    /// How certain it is that the two are the same, 0 to 1.
    pub certainty: f64,
}

impl Groups {
    /// Returns the groups, each of two or more records, in the order of the input.
    pub fn groups(&self) -> impl Iterator<Item = impl Iterator<Item = Member>> {
        self.groups.iter().map(|group| group.iter().map(|linked| self.member(linked)))
    }

    fn member(&self, linked: &Linked) -> Member {
        let found = self.places.get(linked.record as usize);
        let (place, id) = found.unwrap_or_default();
        let Likeness { certainty, why } = linked.likeness;
        Member {
            index: linked.record.into(),
            input: place.input as usize,
            record: Some(place.number).filter(|number| *number != 0),
            offset: place.offset,
            id: id.to_owned(),
            reason: reason(why),
            certainty: f64::from(certainty) / 100.0,
        }
    }

    /// Returns what it took.
    pub const fn comparisons(&self) -> Comparisons {
        self.comparisons
    }

    /// Returns in one line how many groups and records there are, and what it took.
    pub fn summary(&self) -> String {
        let records: usize = self.groups.iter().map(Vec::len).sum();
        let Comparisons { compared, refined, largest } = self.comparisons;
        let mut out = format!(
            "compared {} records in {compared} pairs; {} groups of {records} records",
            self.places.len(),
            self.groups.len()
        );
        if refined > 0 {
            out += &format!(
                "; {refined} blocks of up to {largest} records were sorted, and only neighbours compared"
            );
        }
        if self.skipped > 0 {
            out += &format!("; {} records were too many, and not compared", self.skipped);
        }
        out
    }
}

//! Whether several records agree that MARC is kept in their fields.

use super::Found;
use crate::bytes::Cut;
use crate::record::kept::{NARROW, WIDE, first_caret, is_blank, is_indicator, position_of};
use crate::record::{FieldRef, RecordRef};

/// How many records are looked at.
const MOST: usize = 64;

/// What records say, counted.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    records: usize,
    /// The offset of the first.
    at: u64,
    /// Records with leader positions, by [`FIRST`].
    with_leader: [usize; 2],
    /// Fields with subfields that begin with two indicators, with one or none, or with text.
    marked: usize,
    bare: usize,
    other: usize,
    /// Fields with an indicator that is a digit.
    with_digit: usize,
    /// Records with a title that begins with two indicators.
    titled: usize,
    /// A bit for each hundred of tags among the marked fields.
    hundreds: u32,
}

/// The tags that leader position 0 may have.
const FIRST: [u32; 2] = [WIDE, NARROW];

impl Evidence {
    /// Looks at a record in the syntax of CDS/ISIS; returns whether more are wanted.
    pub(crate) fn add(&mut self, record: RecordRef<'_>) -> bool {
        if self.records == 0 {
            self.at = record.position().byte;
        }
        self.records += 1;
        for (count, first) in self.with_leader.iter_mut().zip(FIRST) {
            *count += usize::from(has_leader(record, first));
        }
        let mut is_titled = false;
        for field in record.fields() {
            is_titled |= self.field(field);
        }
        self.titled += usize::from(is_titled);
        self.records < MOST
    }

    /// Looks at a field; returns whether it is a title with indicators.
    fn field(&mut self, field: FieldRef<'_>) -> bool {
        let Some(tag) = field.tag().number().filter(|tag| (10..900).contains(tag)) else { return false };
        let Some(caret) = first_caret(field.raw()) else { return false };
        let before = field.raw().cut(..caret);
        if !before.iter().all(|byte| is_indicator(*byte)) || before.len() > 2 {
            self.other += 1;
            return false;
        }
        if before.len() < 2 {
            self.bare += 1;
            return false;
        }
        self.marked += 1;
        self.hundreds |= 1 << (tag / 100);
        self.with_digit += usize::from(before.iter().any(u8::is_ascii_digit));
        matches!(tag, 200 | 245)
    }

    /// Whether there are records that can agree.
    pub(crate) fn is_enough(&self) -> bool {
        self.records >= 2
    }

    /// Returns what the records agree on, if they do.
    pub(crate) fn found(&self) -> Option<Found> {
        let Evidence { records, with_leader, marked, bare, other, .. } = *self;
        let all = marked + bare + other;
        let agree = |count: usize| count >= 2 && count * 3 >= records;
        let first =
            FIRST.into_iter().zip(with_leader).find(|(_, count)| agree(*count)).map(|(first, _)| first);
        let is_found = match first {
            Some(WIDE) => other * 3 <= all,
            Some(_) => other * 4 <= all && marked * 2 >= all && marked >= 4,
            None => {
                let varied = self.hundreds.count_ones() >= 2 && self.with_digit >= 2;
                agree(self.titled) && marked * 10 >= all * 9 && marked >= 6 && varied
            }
        };
        is_found.then_some(Found { first, at: self.at })
    }
}

/// Whether a record has a leader in fields, so far as one record can say.
fn has_leader(record: RecordRef<'_>, first: u32) -> bool {
    let (mut positions, mut letters) = (0u32, 0u32);
    for field in record.fields() {
        let Some(position) = position_of(field, first) else { continue };
        match (position, field.raw()) {
            (0, whole) => return is_leader(whole),
            (_, []) => positions |= 1 << position,
            (5..=7, [byte]) if byte.is_ascii_lowercase() => {
                positions |= 1 << position;
                letters |= 1 << position;
            }
            (_, [byte]) if is_blank(*byte) || byte.is_ascii_lowercase() || byte.is_ascii_digit() => {
                positions |= 1 << position;
            }
            _ => return false,
        }
    }
    match first {
        NARROW => positions.count_ones() >= 3 && letters.count_ones() >= 2,
        _ => positions.count_ones() >= 2 && letters > 0,
    }
}

/// Whether a value is a whole leader.
fn is_leader(whole: &[u8]) -> bool {
    whole.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ')
        && whole.get(5..8).is_some_and(|letters| letters.iter().all(u8::is_ascii_lowercase))
}

//! What is kept of records, in few bytes: lists that grow without copies, and places.

use crate::bytes::Cut;

/// How many values are in one piece of a list.
const PIECE: usize = 4096;

/// A list in pieces of the same size: nothing is copied to grow, which would take twice the memory.
#[derive(Debug)]
pub(super) struct Pieces<T>(Vec<Vec<T>>);

impl<T> Default for Pieces<T> {
    fn default() -> Pieces<T> {
        Pieces(Vec::new())
    }
}

impl<T: Copy> Pieces<T> {
    pub(super) fn push(&mut self, value: T) {
        match self.0.last_mut().filter(|piece| piece.len() < PIECE) {
            Some(piece) => piece.push(value),
            None => {
                let mut piece = Vec::with_capacity(PIECE);
                piece.push(value);
                self.0.push(piece);
            }
        }
    }

    pub(super) fn get(&self, at: usize) -> Option<T> {
        self.0.get(at / PIECE)?.get(at % PIECE).copied()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = T> {
        self.0.iter().flatten().copied()
    }
}

/// About how many bytes of entries are in one piece of memory.
const PAGE: usize = 64 * 1024;
/// The longest entry.
const ENTRY: usize = 1 + 5 + 10 + 10 + LONGEST;
/// After how many records the start of an entry is kept.
const STEP: usize = 32;
/// How much of an id is kept, in bytes.
const LONGEST: usize = 60;

/// The places of records in the order in which they were added, some 12 bytes for each: differences of offsets and
/// numbers, and ids.
#[derive(Debug, Default)]
pub(super) struct Places {
    pages: Vec<Vec<u8>>,
    /// The page and the start of every [`STEP`]th entry, and the place before it.
    starts: Pieces<(u32, u32, Place)>,
    last: Place,
    count: usize,
}

/// A place: input, offset and number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) input: u32,
    pub(super) offset: u64,
    /// The number as people count, from 1; 0 if it is not known.
    pub(super) number: u64,
}

impl Places {
    pub(super) fn add(&mut self, place: Place, id: &str) {
        if self.count.is_multiple_of(STEP) {
            if self.pages.last().is_none_or(|page| page.len() > PAGE) {
                self.pages.push(Vec::with_capacity(PAGE + STEP * ENTRY));
            }
            let start = self.pages.last().map_or(0, Vec::len);
            self.starts.push(((self.pages.len() - 1) as u32, start as u32, self.last));
        }
        let id = id.trim();
        let end = (0..=LONGEST.min(id.len())).rev().find(|end| id.is_char_boundary(*end)).unwrap_or_default();
        let id = id.cut(..end);
        let Some(bytes) = self.pages.last_mut() else { return };
        // The input is written where it changes, which a difference of 0 in both says.
        let same = place.input == self.last.input;
        let (offset, number) = if same { (self.last.offset, self.last.number) } else { (0, 0) };
        bytes.push((id.len() as u8) << 1 | u8::from(!same));
        if !same {
            put(bytes, u64::from(place.input));
        }
        put(bytes, zigzag(place.offset.wrapping_sub(offset)));
        put(bytes, zigzag(place.number.wrapping_sub(number)));
        bytes.extend_from_slice(id.as_bytes());
        self.last = place;
        self.count += 1;
    }

    pub(super) const fn len(&self) -> usize {
        self.count
    }

    /// Returns the place and the id of a record, by its number in the order in which records were added.
    pub(super) fn get(&self, at: usize) -> Option<(Place, &str)> {
        let (page, start, mut place) = self.starts.get(at / STEP)?;
        let mut rest = self.pages.get(page as usize)?.get(start as usize..)?;
        let mut id = "";
        for _ in 0..=at % STEP {
            let (head, after) = rest.split_first()?;
            rest = after;
            if head & 1 == 1 {
                place = Place { input: u32::try_from(take(&mut rest)?).ok()?, ..Place::default() };
            }
            place.offset = place.offset.wrapping_add(unzigzag(take(&mut rest)?));
            place.number = place.number.wrapping_add(unzigzag(take(&mut rest)?));
            let (own, after) = rest.split_at_checked(usize::from(head >> 1))?;
            id = std::str::from_utf8(own).ok()?;
            rest = after;
        }
        Some((place, id))
    }
}

/// Writes small differences of either sign as small numbers.
const fn zigzag(difference: u64) -> u64 {
    (difference << 1) ^ (((difference as i64) >> 63) as u64)
}

const fn unzigzag(number: u64) -> u64 {
    (number >> 1) ^ (number & 1).wrapping_neg()
}

/// Appends a number, seven bits a byte, the lowest first.
fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7F) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn take(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        number |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_back() {
        let mut places = Places::default();
        let all: Vec<(Place, String)> = (0..200_u64)
            .map(|at| {
                let number = if at % 50 == 7 { 0 } else { at + 1 };
                (Place { input: (at / 70) as u32, offset: (at % 70) * 1_000_003, number }, format!("ид{at}"))
            })
            .collect();
        all.iter().for_each(|(place, id)| places.add(*place, id));
        places.add(Place::default(), &"я".repeat(100));
        for (at, (place, id)) in all.iter().enumerate() {
            assert_eq!(places.get(at), Some((*place, id.as_str())));
        }
        assert_eq!(places.get(200).unwrap().1, "я".repeat(30));
        assert_eq!((places.len(), places.get(224)), (201, None));
    }
}

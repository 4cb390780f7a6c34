//! Which records were seen before.

use std::collections::HashMap;

/// How many records are remembered. Where there are more, some are forgotten: rows that are apart in all of a table, as
/// those of a table in the order of its tags, are noticed all the same.
const MOST: usize = 1 << 20;
const FIRST: usize = 1 << 10;
/// How many slots are tried for a hash.
const PROBES: usize = 64;

/// The last records with each hash; in the lowest bit, whether all of the record was there.
#[derive(Debug, Default)]
pub(super) struct Seen {
    slots: Vec<u64>,
    count: usize,
}

impl Seen {
    /// Notes the rows of a record by the hash of its key: `whole` if they have a header and fields. Returns whether there
    /// were rows with the same key before, and these or those were not all of a record.
    pub(super) fn again(&mut self, hash: u64, whole: bool) -> bool {
        if self.slots.is_empty() {
            self.slots.resize(FIRST, 0);
        } else if self.count > self.slots.len() / 2 && self.slots.len() < MOST {
            let old = std::mem::take(&mut self.slots);
            self.slots.resize(old.len() * 2, 0);
            old.into_iter().filter(|hash| *hash != 0).for_each(|hash| _ = self.put(hash));
        }
        // Not 0, which is a slot that is free.
        let hash = (hash | 2) & !1 | u64::from(whole);
        let before = self.put(hash);
        self.count += usize::from(before == 0);
        before | 1 == hash | 1 && !(whole && before & 1 == 1)
    }

    /// Puts a hash into a slot of its own, or that of another one, and returns what was there.
    fn put(&mut self, hash: u64) -> u64 {
        let len = self.slots.len().max(1);
        let first = usize::try_from(hash >> 8).unwrap_or(usize::MAX >> 8) % len;
        let mut near = (first..first + PROBES).map(|at| at % len);
        let own =
            near.find(|at| self.slots.get(*at).is_some_and(|known| *known == 0 || *known | 1 == hash | 1));
        let slot = self.slots.get_mut(own.unwrap_or(first));
        slot.map_or(0, |slot| std::mem::replace(slot, hash))
    }
}

/// The records whose rows are known to be apart, and whether the finding about each was made. Where they are more than
/// are remembered, the others have a finding for each piece.
#[derive(Debug, Default)]
pub(super) struct Apart(HashMap<u64, bool>);

impl Apart {
    /// Notes a record by the hash of its key.
    pub(super) fn add(&mut self, hash: u64, is_told: bool) {
        if self.0.len() < MOST || self.0.contains_key(&hash) {
            self.0.insert(hash, is_told);
        }
    }

    /// Returns whether the finding about a record was made; `None` if nothing is known of it.
    pub(super) fn is_told(&self, hash: u64) -> Option<bool> {
        if self.0.is_empty() { None } else { self.0.get(&hash).copied() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Key;
    use super::*;

    #[test]
    fn records_that_come_again() {
        let key = |number: u64| Key { record: Some(number), ..Key::default() }.hash();
        let mut seen = Seen::default();
        assert!((0..100_000).all(|number| !seen.again(key(number), true)));
        // A whole record with the key of another whole one is of another file.
        let again = (0..100_000).filter(|number| seen.again(key(*number), true)).count();
        assert_eq!(again, 0);
        let again = (0..100_000).filter(|number| seen.again(key(*number), false)).count();
        assert_eq!(again, 100_000);
        assert!(!seen.again(Key { id: Some("a".into()), ..Key::default() }.hash(), false));
        assert!(seen.again(Key { id: Some("a".into()), ..Key::default() }.hash(), true));
    }

    #[test]
    fn memory_is_bounded() {
        let mut seen = Seen::default();
        let key = |number: u64| Key { offset: Some(number), ..Key::default() }.hash();
        let twice = 2 * MOST as u64;
        assert!((0..twice).all(|number| !seen.again(key(number), false)));
        assert_eq!(seen.slots.len(), MOST);
        let again = (0..twice).filter(|number| seen.again(key(*number), false)).count();
        assert!(again > 100_000, "{again}");
    }
}

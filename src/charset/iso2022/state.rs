//! The sets in use at a position in the bytes.

use super::profile::Profile;
use crate::charset::tables::Set;

/// The sets in use: G0 to G3, and the indices of those in the low and the high half.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State {
    pub(super) sets: [Set; 4],
    pub(super) low: usize,
    pub(super) high: usize,
}

impl State {
    pub(super) const fn of(profile: Profile) -> State {
        State { sets: profile.sets, low: 0, high: 1 }
    }

    pub(super) fn low(&self) -> Set {
        self.sets.get(self.low).copied().unwrap_or(Set::Empty)
    }

    pub(super) fn high(&self) -> Set {
        self.sets.get(self.high).copied().unwrap_or(Set::Empty)
    }

    /// Returns the state with `set` as G0, G1, G2 or G3; unchanged if `index` is above 3.
    pub(super) fn with(mut self, index: usize, set: Set) -> State {
        if let Some(place) = self.sets.get_mut(index) {
            *place = set;
        }
        self
    }
}

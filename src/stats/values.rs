//! The most frequent values of an element, in bounded memory.

use std::cmp::Reverse;
use std::collections::HashMap;

/// Frequent values, in bounded memory: when there are too many, the rarest are dropped and all counts reduced
/// by the count of the most frequent one dropped.
///
/// # Spec
/// Misra and Gries, Finding repeated elements, 1982; merged as in Agarwal and others, Mergeable summaries, 2012.
#[derive(Debug, Clone, Default)]
pub(super) struct Values {
    pub(super) counts: HashMap<Box<str>, u64>,
    pub(super) missed: u64,
}

impl Values {
    pub(super) fn insert(&mut self, value: &str, count: u64) {
        match self.counts.get_mut(value) {
            Some(known) => *known += count,
            None => {
                self.counts.insert(value.into(), count);
            }
        }
    }

    /// Makes room if there are far more values than requested.
    #[inline]
    pub(super) fn settle(&mut self, top: usize) {
        let room = top.clamp(20, 1000) * 10;
        if self.counts.len() > 2 * room {
            self.shrink(room);
        }
    }

    /// Keeps at most `room` values.
    fn shrink(&mut self, room: usize) {
        let mut counts: Vec<u64> = self.counts.values().copied().collect();
        counts.sort_unstable_by_key(|count| Reverse(*count));
        let loss = counts.get(room).copied().unwrap_or_default();
        self.counts.retain(|_, count| {
            *count = count.saturating_sub(loss);
            *count > 0
        });
        self.missed += loss;
    }
}

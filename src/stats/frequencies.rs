//! How often each value occurs.

use std::cmp::Reverse;
use std::collections::HashMap;

/// Counts of values.
///
/// # Cost
/// Holds each distinct value once.
///
/// # Example
/// ```
/// use kartoteka::Frequencies;
///
/// let mut counts = Frequencies::new();
/// ["aze", "rus", "aze"].iter().for_each(|value| counts.add(value));
/// assert_eq!(counts.into_vec(), [("aze".to_owned(), 2), ("rus".to_owned(), 1)]);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Frequencies(HashMap<String, u64>);

impl Frequencies {
    /// No counts.
    pub fn new() -> Frequencies {
        Frequencies::default()
    }

    /// Counts a value.
    pub fn add(&mut self, value: &str) {
        match self.0.get_mut(value) {
            Some(count) => *count += 1,
            None => _ = self.0.insert(value.to_owned(), 1),
        }
    }

    /// Adds the counts of another part of the input.
    pub fn merge(&mut self, mut other: Frequencies) {
        // The few go to the many.
        if other.0.len() > self.0.len() {
            std::mem::swap(self, &mut other);
        }
        for (value, more) in other.0 {
            *self.0.entry(value).or_default() += more;
        }
    }

    /// Returns values and counts, the most frequent first, equally frequent ones by value.
    pub fn into_vec(self) -> Vec<(String, u64)> {
        let mut rows: Vec<(String, u64)> = self.0.into_iter().collect();
        rows.sort_unstable_by(|(value, count), (other, more)| {
            (Reverse(count), value).cmp(&(Reverse(more), other))
        });
        rows
    }
}

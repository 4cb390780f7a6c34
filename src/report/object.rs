//! Counts of findings as members of a JSON object.

use crate::finding::Tally;
pub(crate) use crate::format::json::object::{Object, object};

/// Adds the count of each rule.
pub(crate) fn tally(tally: &Tally, counts: &mut Object<'_>) {
    tally.iter().for_each(|(rule, count)| counts.number(rule.id(), count));
}

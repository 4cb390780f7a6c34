//! Records that have values in two sets beside each other.

use super::declared::Prior;
use super::evidence::Evidence;
use super::head::Head;
use crate::charset::{Charset, likelier, pair, values};

/// The set of the record and the one in which some of its values are, together; `None` if all of them are in one set, or
/// in UTF-8. One of the two is the set of the input.
///
/// # Cost
/// Nothing, unless the record was judged for itself; then as much for each of its values.
pub(super) fn two_sets(bytes: &[u8], prior: Prior, head: &Head, evidence: &Evidence) -> Option<Charset> {
    if !evidence.is_odd {
        return None;
    }
    let input = head.ranking(prior)?.first()?.charset;
    let own = evidence.best()?.charset;
    if own != input {
        let sets = pair(own, input)?;
        let is_mixed = values(bytes).any(|value| *likelier(sets, value) == input);
        return is_mixed.then_some(Charset::Either(sets));
    }
    let other = values(bytes)
        .map(|value| Evidence::of(value, prior, head))
        .find(|evidence| evidence.deviates)
        .and_then(|evidence| evidence.best())?;
    let sets = pair(own, other.charset)?;
    let is_mixed = values(bytes).any(|value| *likelier(sets, value) == other.charset);
    is_mixed.then_some(Charset::Either(sets))
}

//! Records that have values in two sets beside each other.

use super::declared::Prior;
use super::evidence::Evidence;
use super::head::Head;
use crate::charset::{Charset, fit_in, likelier, pair, values};

/// How many bits likelier another set has to be by the words of a value before it is judged.
const GAIN: f32 = 2.0;

/// The set of the record and the one in which some of its values are, together; `None` if all of them are in one set, or
/// in UTF-8. One of the two is the set of the input.
///
/// # Cost
/// Nothing, unless the record was judged for itself; then as much again.
pub(super) fn two_sets(bytes: &[u8], prior: Prior, head: &Head, evidence: &Evidence) -> Option<Charset> {
    // Where sets are switched by escape sequences, the words between these tell nothing.
    if !evidence.is_odd || evidence.escapes.is_some() {
        return None;
    }
    let input = head.ranking(prior)?.first()?.charset;
    let own = evidence.best()?.charset;
    if own != input {
        let (sets, other) = (pair(own, input)?, pair(input, own)?);
        let is_mixed = values(bytes).any(|value| *likelier(sets, value) == input);
        // What might be in either is in that of the input.
        return is_mixed.then_some(Charset::Either(other));
    }
    let judgement = head.judgement()?;
    let known = |charset| prior.weight(charset) + head.hint(charset);
    let mut odd = Vec::new();
    for value in values(bytes).filter(|value| !judgement.is_usual(input, value)) {
        if !judgement.rivals(input, value, GAIN, known).is_empty() {
            odd.extend_from_slice(value);
            odd.push(b'\n');
        }
    }
    // They are judged together, so that a record takes no longer if it has many.
    let evidence = Evidence::of(&odd, prior, head);
    let other = evidence.best().filter(|best| evidence.deviates && fit_in(best.charset, &odd))?;
    let sets = pair(own, other.charset)?;
    let is_mixed = values(bytes).any(|value| *likelier(sets, value) == other.charset);
    is_mixed.then_some(Charset::Either(sets))
}

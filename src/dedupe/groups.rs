//! Groups out of pairs: the surest pair first, and no pair that would bring together what differs.

use super::compare::Likeness;
use super::signature::Signature;

/// A pair of records that are probably the same, by their numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub(super) one: u32,
    pub(super) other: u32,
    pub(super) likeness: Likeness,
}

/// A record in a group.
#[derive(Debug, Clone, Copy)]
pub(super) struct Linked {
    pub(super) record: u32,
    pub(super) likeness: Likeness,
}

/// What the records of a group have in common, and its parent.
#[derive(Debug, Clone, Copy)]
struct Node {
    parent: u32,
    first_year: u16,
    last_year: u16,
    volume: u16,
    edition: u8,
}

/// Makes groups of the pairs. Records of a group come in the order of their numbers, groups in that of their first.
///
/// Pairs are taken by certainty. One that would join groups whose years are more than one apart, or whose volumes or
/// editions differ, is left: else a record without a volume would chain those of all volumes together. Which pair of
/// equal certainty comes first depends on what the records are, not on where they stand.
pub(super) fn groups(mut edges: Vec<Edge>, order: impl Fn(u32) -> Signature) -> Vec<Vec<Linked>> {
    let content = |edge: &Edge| {
        let (one, other) = (order(edge.one), order(edge.other));
        (one.min(other), one.max(other), edge.one, edge.other)
    };
    edges.sort_unstable_by(|a, b| {
        let surest = b.likeness.certainty.cmp(&a.likeness.certainty);
        surest.then_with(|| content(a).cmp(&content(b)))
    });
    let mut records: Vec<u32> = edges.iter().flat_map(|edge| [edge.one, edge.other]).collect();
    records.sort_unstable();
    records.dedup();
    let at = |record: u32| records.binary_search(&record).unwrap_or_default() as u32;
    let node = |record: &u32| {
        let Signature { year, volume, edition, .. } = order(*record);
        Node { parent: at(*record), first_year: year, last_year: year, volume, edition }
    };
    let mut nodes: Vec<Node> = records.iter().map(node).collect();
    // The surest pair of each record.
    let mut best: Vec<Option<Likeness>> = vec![None; records.len()];
    for edge in &edges {
        let (first, second) = (at(edge.one), at(edge.other));
        let (one, other) = (root(&mut nodes, first), root(&mut nodes, second));
        if one != other {
            let (Some(a), Some(b)) = (nodes.get(one as usize), nodes.get(other as usize)) else { continue };
            let own = order(edge.one).year.abs_diff(order(edge.other).year);
            let Some(joined) = join(a, b, own) else { continue };
            let parent = one.min(other);
            for at in [one, other] {
                if let Some(node) = nodes.get_mut(at as usize) {
                    *node = Node { parent, ..joined };
                }
            }
        }
        for at in [first, second] {
            if let Some(best) = best.get_mut(at as usize) {
                best.get_or_insert(edge.likeness);
            }
        }
    }
    drop(edges);
    let mut members: Vec<(u32, Linked)> = Vec::with_capacity(records.len());
    for (at, (record, likeness)) in (0..).zip(records.iter().zip(&best)) {
        if let Some(likeness) = *likeness {
            members.push((root(&mut nodes, at), Linked { record: *record, likeness }));
        }
    }
    // The root of a group is its first record.
    members.sort_unstable_by_key(|(root, linked)| (*root, linked.record));
    members
        .chunk_by(|a, b| a.0 == b.0)
        .map(|group| group.iter().map(|(_, linked)| *linked).collect())
        .collect()
}

/// Returns the node that stands for the group of a node.
fn root(nodes: &mut [Node], mut at: u32) -> u32 {
    while let Some(parent) = nodes.get(at as usize).map(|node| node.parent).filter(|parent| *parent != at) {
        // Shorten the way for the next time.
        let above = nodes.get(parent as usize).map_or(parent, |node| node.parent);
        if let Some(node) = nodes.get_mut(at as usize) {
            node.parent = above;
        }
        at = parent;
    }
    at
}

/// Returns what two groups have in common together, of a pair whose own years are `own` apart; `None` if they differ.
fn join(a: &Node, b: &Node, own: u16) -> Option<Node> {
    let known = |one: u16, other: u16| one == 0 || other == 0 || one == other;
    let editions = a.edition == 0 || b.edition == 0 || a.edition == b.edition;
    if !known(a.volume, b.volume) || !editions {
        return None;
    }
    let years = [a.first_year, a.last_year, b.first_year, b.last_year];
    let first = years.into_iter().filter(|year| *year != 0).min().unwrap_or_default();
    let last = years.into_iter().max().unwrap_or_default();
    // An identifier may outweigh the years of a pair.
    let is_pair = a.first_year == a.last_year && b.first_year == b.last_year && own > 1;
    if last - first > 1 && !is_pair {
        return None;
    }
    Some(Node {
        parent: a.parent,
        first_year: first,
        last_year: last,
        volume: a.volume.max(b.volume),
        edition: a.edition.max(b.edition),
    })
}

//! The positions of the leader, from `data/leader.tsv`.

use std::sync::LazyLock;

use super::bytes::ByteSet;
use super::sets::Set;

/// What a position of the leader may hold.
#[derive(Debug)]
pub(crate) struct LeaderRule {
    /// The position, 0-based.
    pub(crate) position: usize,
    /// What the position says.
    pub(crate) label: &'static str,
    /// The codes of today.
    pub(crate) live: ByteSet,
    /// Codes that were right once, or are right in one network.
    pub(crate) obsolete: ByteSet,
    /// Whether the position describes the bytes of ISO 2709.
    pub(crate) layout: bool,
}

/// The rules of each set, then those for records whose format is not known.
static RULES: LazyLock<(Vec<Vec<LeaderRule>>, Vec<LeaderRule>)> = LazyLock::new(|| {
    let text = include_str!("data/leader.tsv");
    let of = |set: Option<Set>| text.lines().filter_map(|line| rule(line, set)).collect();
    (Set::ALL.into_iter().map(|set| of(Some(set))).collect(), of(None))
});

/// Parses a line; `None` if it is a comment, or says nothing of this set.
fn rule(line: &'static str, set: Option<Set>) -> Option<LeaderRule> {
    let mut columns = line.split('\t');
    let sets = columns.next()?;
    if sets != "*" && !sets.split(' ').any(|name| set.is_some_and(|set| set.name() == name)) {
        return None;
    }
    let position = columns.next()?.parse().ok()?;
    let (live, obsolete) = (codes(columns.next()?), codes(columns.next()?));
    let layout = columns.next()? == "layout";
    Some(LeaderRule { position, label: columns.next()?, live, obsolete, layout })
}

fn codes(column: &str) -> ByteSet {
    let mut set = ByteSet::default();
    for code in column.bytes().filter(|byte| !matches!(byte, b' ' | b'-')) {
        set.add(if code == b'#' { b' ' } else { code });
    }
    set
}

/// Returns what the leader may hold in records of this set; without one, what all formats share.
pub(crate) fn leader(set: Option<Set>) -> &'static [LeaderRule] {
    let (sets, common) = &*RULES;
    set.and_then(|set| sets.get(set as usize)).unwrap_or(common)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_rule_of_sets_that_exist() {
        for line in include_str!("data/leader.tsv").lines().filter(|line| !line.starts_with('#')) {
            let sets: Vec<_> = line.split('\t').next().unwrap().split(' ').collect();
            let known: Vec<_> = sets.iter().map(|name| Set::from_name(name)).collect();
            assert!(sets == ["*"] || known.iter().all(Option::is_some), "{line}");
            assert!(rule(line, known[0]).is_some_and(|rule| !rule.live.has(b'-')), "{line}");
        }
        assert_eq!(leader(None).len(), 4);
        assert_eq!(leader(Some(Set::Marc21Bib)).len(), 14);
        assert_eq!(leader(Some(Set::RusmarcAuth)).len(), 7);
    }
}

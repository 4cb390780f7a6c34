//! Findings that are passed over in some files or records.

use std::collections::BTreeSet;

use super::found::Found;
use super::select::Choice;
use crate::filter::Filter;

/// Findings that are passed over, where all conditions hold.
///
/// # Example
/// ```
/// use kartoteka::{Filter, FilterOptions, validate::{Config, Ignore}};
///
/// let maps = Filter::parse("LDR/6 == \"e\"", FilterOptions::new())?;
/// let ignore = Ignore::new(&["E020@255".parse()?]).in_files("maps/*.mrc").when(maps);
/// let config = Config::new().ignore_where(ignore);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Ignore {
    choices: Vec<Choice>,
    files: Vec<String>,
    records: BTreeSet<String>,
    when: Option<Filter>,
}

impl Ignore {
    /// Passes over these findings in all files and records; over all findings, if there are none.
    pub fn new(choices: &[Choice]) -> Ignore {
        Ignore { choices: choices.to_vec(), files: Vec::new(), records: BTreeSet::new(), when: None }
    }

    /// Passes over these findings too.
    #[must_use]
    pub fn choose(mut self, choices: &[Choice]) -> Ignore {
        self.choices.extend_from_slice(choices);
        self
    }

    /// Only in files whose names match a pattern: `*` is any text without `/`, `**` any text, `?` any character. A
    /// pattern without `/` is held against the last part of a name. Several patterns: any of them.
    #[must_use]
    pub fn in_files(mut self, pattern: &str) -> Ignore {
        self.files.push(pattern.to_owned());
        self
    }

    /// Only in the record with this control number or master file number. Several: any of them.
    #[must_use]
    pub fn in_record(mut self, id: &str) -> Ignore {
        self.records.insert(id.to_owned());
        self
    }

    /// Only in records that match.
    #[must_use]
    pub fn when(mut self, filter: Filter) -> Ignore {
        self.when = Some(filter);
        self
    }

    /// Returns whether a finding is passed over.
    pub(super) fn has(&self, found: &Found<'_>) -> bool {
        let place = &found.finding.location;
        let chosen = self.choices.is_empty()
            || self.choices.iter().any(|choice| choice.has(found.finding.rule, place));
        chosen
            && (self.files.is_empty() || self.files.iter().any(|pattern| is_like(found.file, pattern)))
            && (self.records.is_empty() || found.id().is_some_and(|id| self.records.contains(&id)))
            && self
                .when
                .as_ref()
                .is_none_or(|filter| found.record.is_some_and(|record| filter.matches(record.view())))
    }
}

/// Whether the name of a file matches a pattern.
pub(super) fn is_like(name: &str, pattern: &str) -> bool {
    let name = name.replace('\\', "/");
    let name = match pattern.contains('/') {
        true => name.strip_prefix("./").unwrap_or(&name),
        false => name.rsplit('/').next().unwrap_or(&name),
    };
    let pattern: Vec<char> = pattern.strip_prefix("./").unwrap_or(pattern).chars().collect();
    matches(name, &pattern)
}

/// Follows all ways to match at once: the time is the product of the lengths at most.
fn matches(name: &str, pattern: &[char]) -> bool {
    // The states of the pattern that the name read so far can be in.
    let mut states: BTreeSet<usize> = BTreeSet::from([0]);
    let star = |at: usize| pattern.get(at) == Some(&'*');
    let double = |at: usize| star(at) && star(at + 1);
    let closed = |states: &mut BTreeSet<usize>| {
        let mut open: Vec<usize> = states.iter().copied().collect();
        while let Some(at) = open.pop() {
            if star(at) {
                let next = at + if double(at) { 2 } else { 1 };
                if states.insert(next) {
                    open.push(next);
                }
            }
        }
    };
    closed(&mut states);
    for character in name.chars() {
        let mut next = BTreeSet::new();
        for &at in &states {
            match pattern.get(at) {
                Some('*') if double(at) || character != '/' => _ = next.insert(at),
                Some('?') if character != '/' => _ = next.insert(at + 1),
                Some(wanted) if *wanted == character && character != '*' => {
                    next.insert(at + 1);
                }
                _ => {}
            }
        }
        closed(&mut next);
        states = next;
    }
    states.contains(&pattern.len())
}

#[cfg(test)]
mod tests {
    use super::is_like;

    #[test]
    fn names_of_files() {
        assert!(is_like("dumps/2024/a.mrc", "*.mrc") && is_like("a.mrc", "?.mrc"));
        assert!(!is_like("dumps/2024/a.mrc", "dumps/*.mrc") && is_like("dumps/2024/a.mrc", "dumps/**.mrc"));
        assert!(is_like("./dumps/a.mrc", "dumps/*") && !is_like("dumps/a.mrc", "b*"));
        assert!(is_like("книга.mrc", "?????.mrc") && is_like("", "*") && !is_like("a", ""));
    }
}

//! Compares two records by number, content and fields.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::FieldChange;
use crate::charset::Policy;
use crate::record::{RecordRef, Text};

/// Returns the key of a record: a hash of its number or content, and how many had the same before it, itself included.
pub(super) fn key(record: RecordRef<'_>, content: u64, nth: &mut HashMap<u64, u32>) -> (u64, u32) {
    let key = match record.id() {
        Some(number) => hash(&(1u8, number)),
        None => hash(&(0u8, content)),
    };
    let nth = nth.entry(key).or_default();
    *nth += 1;
    (key, *nth)
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Returns a hash of the content: the leader without lengths, and the text of the fields.
pub(super) fn content(record: RecordRef<'_>, scratch: &mut String) -> u64 {
    let mut hasher = DefaultHasher::new();
    if let Some(leader) = leader(record) {
        leader.hash(&mut hasher);
    }
    for field in record.fields() {
        field.tag().hash(&mut hasher);
        scratch.clear();
        match field.raw_text().write_utf8(Policy::Strict, scratch) {
            Ok(_) => scratch.hash(&mut hasher),
            Err(_) => field.raw().hash(&mut hasher),
        }
    }
    hasher.finish()
}

/// Returns the leader with zeros for record length and base address, which a change moves.
fn leader(record: RecordRef<'_>) -> Option<[u8; 24]> {
    let mut bytes = *record.header().leader?.as_bytes();
    for (position, byte) in bytes.iter_mut().enumerate() {
        if position < 5 || (12..17).contains(&position) {
            *byte = b'0';
        }
    }
    Some(bytes)
}

/// Returns the fields that are in one of two records only, sorted by tag, those of the old record first.
pub(super) fn compare(old: RecordRef<'_>, new: RecordRef<'_>) -> Vec<FieldChange> {
    let lines = |record: RecordRef<'_>| -> Vec<(String, String)> {
        let leader =
            leader(record).map(|bytes| Text::new(&bytes, record.charset()).to_str_lossy().into_owned());
        let mut lines: Vec<_> = leader.map(|leader| ("LDR".to_owned(), leader)).into_iter().collect();
        for field in record.fields() {
            let mut value = String::new();
            // Escaping never fails.
            let _ = field.raw_text().write_utf8(Policy::Escape, &mut value);
            lines.push((field.tag().to_string(), value));
        }
        lines
    };
    let (old, new) = (lines(old), lines(new));
    let mut balance: HashMap<&(String, String), (u64, u64)> = HashMap::new();
    for line in &old {
        let counts = balance.entry(line).or_default();
        counts.0 += 1;
    }
    for line in &new {
        let counts = balance.entry(line).or_default();
        counts.1 += 1;
    }
    let only = |lines: &[(String, String)], in_old: bool| -> Vec<FieldChange> {
        let mut balance = balance.clone();
        let mut changes = Vec::new();
        for line in lines {
            let Some((old, new)) = balance.get_mut(line) else { continue };
            let (own, other) = if in_old { (old, new) } else { (new, old) };
            match *other {
                0 => changes.push(FieldChange { in_old, tag: line.0.clone(), value: line.1.clone() }),
                _ => *other -= 1,
            }
            *own = own.saturating_sub(1);
        }
        changes
    };
    let mut changes = only(&old, true);
    changes.extend(only(&new, false));
    changes.sort_by(|one, other| one.tag.cmp(&other.tag)); // stable, so that the old record comes first
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Record;

    fn record(fields: &[(&str, &str)]) -> Record {
        let mut builder = Record::builder();
        for (tag, value) in fields {
            builder = builder.data_field(tag, "  ", [('a', *value)]);
        }
        builder.build().unwrap()
    }

    #[test]
    fn repeated_fields_are_counted() {
        let old = record(&[("650", "a"), ("650", "b"), ("650", "a")]);
        let new = record(&[("650", "a"), ("650", "c"), ("700", "d")]);
        let changes = compare(old.view(), new.view());
        let shown: Vec<_> = changes
            .iter()
            .map(|change| {
                format!("{}{} {}", if change.in_old { '-' } else { '+' }, change.tag, &change.value[4..])
            })
            .collect();
        assert_eq!(shown, ["-650 b", "-650 a", "+650 c", "+700 d"]);
        assert!(compare(old.view(), old.view()).is_empty());
    }

    #[test]
    fn content_does_not_depend_on_the_character_set() {
        let mut record = record(&[("200", "Война и мир")]);
        let before = content(record.view(), &mut String::new());
        record.transcode(crate::charset::Charset::Windows1251, Policy::Strict).unwrap();
        assert_eq!(content(record.view(), &mut String::new()), before);
    }
}

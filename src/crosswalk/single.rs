//! Which subfields may not repeat.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::tag::Tag;

/// Returns the codes that occur once in a field with this tag.
pub(crate) fn single_codes(format: &str, tag: Tag) -> &'static str {
    static SINGLE: OnceLock<HashMap<(&'static str, Tag), &'static str>> = OnceLock::new();
    let all = SINGLE.get_or_init(|| {
        let lines = include_str!("builtin/single.tsv").lines().filter(|line| !line.starts_with('#'));
        let rows = lines.filter_map(|line| {
            let mut parts = line.split('\t');
            let (format, tag) = (parts.next()?, parts.next()?.parse().ok()?);
            Some(((format, tag), parts.next()?))
        });
        rows.collect()
    });
    // The key borrows for the length of the program; formats are two.
    let format = if format == "marc21" { "marc21" } else { "unimarc" };
    all.get(&(format, tag)).copied().unwrap_or_default()
}

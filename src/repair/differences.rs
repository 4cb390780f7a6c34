//! What is different in a record of ISO 2709: leader, character set, directory, fields.

use super::{Change, ChangeKind};
use crate::charset::{Policy, Reason};
use crate::format::iso2709;
use crate::io::{ReadOptions, RecordRead};
use crate::record::{FieldRef, Record, RecordRef};

/// The most characters of a value that are repeated in the list.
const VALUE: usize = 200;

/// Lists what is different between a record as it was read and as it was written.
pub(super) fn differences(record: &Record, old: &[u8], new: &[u8], changes: &mut Vec<Change>) {
    let before = changes.len();
    let none = Record::new();
    let written = iso2709::SliceReader::new(new, &ReadOptions::new()).records().next().and_then(Result::ok);
    let written = written.as_ref().unwrap_or(&none);
    for (first, last) in [(0, 4), (12, 16)].into_iter().chain((5..12).chain(17..24).map(|at| (at, at))) {
        let bytes = |record: &[u8]| record.get(first..=last).map(|bytes| bytes.escape_ascii().to_string());
        let (from, to) = (bytes(old), bytes(new));
        if from != to {
            let at = if first == last { format!("LDR/{first}") } else { format!("LDR/{first}-{last}") };
            changes.push(Change::values(ChangeKind::Leader, Some(at), from, to));
        }
    }
    let is_ascii = written.charset_reason() == Reason::Ascii;
    if record.charset() != written.charset() && !is_ascii {
        let (from, to) = (Some(record.charset().to_string()), Some(written.charset().to_string()));
        changes.push(Change::values(ChangeKind::Charset, None, from, to));
    }
    directory(old, new, changes);
    fields(record.view(), written.view(), changes);
    if changes.len() == before {
        let message = format!("{} bytes became {}", old.len(), new.len());
        changes.push(Change::new(ChangeKind::Bytes, Some(message)));
    }
}

fn directory(old: &[u8], new: &[u8], changes: &mut Vec<Change>) {
    // The entries; none if the record is too short to have any, or has no end of the directory.
    let entries = |record: &[u8]| -> Vec<Vec<u8>> {
        let directory = record.get(24..).and_then(|rest| {
            let end = rest.iter().position(|byte| *byte == 0x1E)?;
            rest.get(..end)
        });
        directory.into_iter().flat_map(|entries| entries.chunks(12)).map(<[u8]>::to_vec).collect()
    };
    let (old, new) = (entries(old), entries(new));
    if old != new {
        let all = new.len();
        let same = old.iter().zip(&new).filter(|(old, new)| old == new).count();
        let message = format!("{} of {all} entries are not as they were", all - same);
        changes.push(Change::new(ChangeKind::Directory, Some(message)));
    }
}

fn fields(old: RecordRef<'_>, new: RecordRef<'_>, changes: &mut Vec<Change>) {
    let text = |field: FieldRef<'_>| {
        let mut text = String::new();
        // Escaping never fails.
        let _ = field.raw_text().write_utf8(Policy::Escape, &mut text);
        text
    };
    let short = |text: String| text.chars().take(VALUE).collect::<String>();
    let (mut old, mut new) = (old.fields(), new.fields());
    loop {
        let (from, to) = (old.next(), new.next());
        let Some(tag) = to.or(from).map(|field| field.tag()) else { return };
        let same_tag = from.map(|field| field.tag()) == to.map(|field| field.tag());
        let (from, to) = (from.map(text), to.map(text));
        if !same_tag || from != to {
            let at = Some(tag.to_string());
            changes.push(Change::values(ChangeKind::Field, at, from.map(short), to.map(short)));
        }
    }
}

//! A record from its bytes: sound records quickly, all others with care.

use memchr::memmem;

use super::FORMAT;
use super::damaged::parse_damaged;
use super::entry::DIRECTORY;
use super::fields;
use super::parsed::Parsed;
use super::rules::DIRECTORY_UNORDERED;
use super::sound::{Sound, parse_sound};
use super::unwrap::unwrap;
use crate::error::Result;
use crate::finding::Findings;
use crate::format::iso2709::dialect;
use crate::format::rules::NO_FIELDS;
use crate::io::encoding::Shape;
use crate::io::{Frame, Head, ReadOptions, encoding};
use crate::record::{Dialect, Leader, Record, Syntax, from_marc_form};

/// Fills `record` from the bytes of one record. `unwrapped` is a buffer to reuse.
#[inline]
pub(super) fn parse_record(
    frame: Frame<'_>,
    options: &ReadOptions,
    double_delimiter: &memmem::Finder<'static>,
    unwrapped: &mut Vec<u8>,
    record: &mut Record,
    findings: &mut Findings,
) -> Result<()> {
    let original = frame.bytes;
    let leader = Leader::padded(original);
    let sound = match options.dialect {
        Dialect::Isis => None,
        _ => parse_sound(original, &leader, options, double_delimiter, record.slots_mut()),
    };
    match sound {
        Some(Sound { unordered, odd, escapes }) => {
            let parsed = Parsed { leader, syntax: Syntax::MARC, unordered, odd, escapes, intact: true };
            finish(original, parsed, (options, frame.head), record, findings);
        }
        None => parse_odd(original, (options, frame.head), unwrapped, record, findings),
    }
    if record.slots_mut().is_empty() {
        findings.at(NO_FIELDS, (0, original.len()), "the record has no fields", "kept");
    }
    if options.dialect == Dialect::Irbis {
        let mut marc = std::mem::take(record);
        marc.set_position(findings.record());
        from_marc_form(marc.view(), true, record, findings);
    }
    Ok(())
}

/// Fills `record` from the bytes of a record that is not a sound one of the MARC family.
#[cold]
fn parse_odd(
    original: &[u8],
    (options, head): (&ReadOptions, &Head),
    unwrapped: &mut Vec<u8>,
    record: &mut Record,
    findings: &mut Findings,
) {
    let before = findings.list().len();
    let changed = match dialect::is_text(original) {
        true => None,
        false => unwrap(original, unwrapped, findings),
    };
    let Some(changed) = changed else {
        let parsed = parse_damaged(original, options, record.slots_mut(), findings);
        finish(original, parsed, (options, head), record, findings);
        return;
    };
    let parsed = parse_damaged(unwrapped, options, record.slots_mut(), findings);
    changed.restore_values(unwrapped, record.slots_mut());
    finish(unwrapped, parsed, (options, head), record, findings);
    findings.move_places(before, |at| changed.place(at));
}

/// Takes over what was found, looks into the fields, and puts the bytes into `record`.
#[inline]
fn finish(
    body: &[u8],
    parsed: Parsed,
    (options, head): (&ReadOptions, &Head),
    record: &mut Record,
    findings: &mut Findings,
) {
    let Parsed { leader, syntax, unordered, odd, escapes, intact } = parsed;
    record.header_mut().leader = Some(leader);
    let replaced =
        if odd { dialect::replace_carets(body, syntax, record.slots_mut(), findings) } else { None };
    let body = replaced.as_deref().unwrap_or(body);
    record.set_syntax(syntax);
    if unordered {
        let message = "the fields lie in another order than their entries";
        findings.at(DIRECTORY_UNORDERED, (DIRECTORY, 0), message, "kept the order of the directory");
    }
    if odd {
        fields::check(body, syntax, record.slots_mut(), findings);
    }
    if unordered {
        record.keep_data_order();
    }
    if intact && replaced.is_none() {
        record.set_origin(FORMAT.name);
    }
    encoding::load((body, &leader), Shape { sound: !odd, escapes }, (options, head), record, findings);
}

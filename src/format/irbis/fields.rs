//! What the writers of IRBIS text share: tags that are numbers, and bodies without the bytes that delimit them.

use crate::error::Error;
use crate::finding::{Finding, Findings};
use crate::format::lines::Delimiters;
use crate::format::rules::TAG_NOT_NUMBER;
use crate::io::{IllegalCharacters, place};
use crate::record::{FieldRef, RecordRef};

/// Returns the number that is the tag of a field.
pub(super) fn number(record: RecordRef<'_>, field: FieldRef<'_>) -> Result<u32, Error> {
    field.tag().number().ok_or_else(|| {
        let message = format!("tag {} is no number", field.tag());
        let place = place(record, field.tag(), field.index());
        Error::unrepresentable(Finding::new(TAG_NOT_NUMBER, place, message, "record rejected"))
    })
}

/// Appends the body of a field, with its delimiters treated according to the policy.
pub(super) fn put_body(
    (record, field): (RecordRef<'_>, FieldRef<'_>),
    (delimiters, policy): (Delimiters, IllegalCharacters),
    out: &mut Vec<u8>,
    findings: &mut Findings,
) -> Result<(), Error> {
    let start = out.len();
    out.extend_from_slice(field.raw());
    delimiters.replace(policy, (record, field), (out, start), findings).map_err(Error::unrepresentable)
}

//! What the text forms of IRBIS share: tags that are numbers, bodies without the bytes that delimit them, and bytes that
//! delimit nothing in them.

use memchr::memchr;

use crate::bytes::Cut;
use crate::error::Error;
use crate::finding::{Finding, Findings};
use crate::format::lines::Delimiters;
use crate::format::rules::{CONTROL_BYTE_IN_DATA, TAG_NOT_NUMBER};
use crate::io::{IllegalCharacters, place};
use crate::record::{FieldRef, Record, RecordRef, Syntax};

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

/// Reports the fields with a byte that delimits subfields in MARC, and nothing in the bytes of these forms.
pub(super) fn report_delimiters(bytes: &[u8], record: &mut Record, findings: &mut Findings) {
    if memchr(Syntax::MARC.delimiter, bytes).is_none() {
        return;
    }
    for (index, slot) in record.slots_mut().iter().enumerate() {
        let (start, end) = (slot.start as usize, slot.end as usize);
        if let Some(at) = memchr(Syntax::MARC.delimiter, bytes.cut(start..end)) {
            let message = "the field holds byte 1F, which delimits subfields in MARC";
            findings.in_field(CONTROL_BYTE_IN_DATA, (slot.tag, index), (start + at, 1), message, "kept");
        }
    }
}

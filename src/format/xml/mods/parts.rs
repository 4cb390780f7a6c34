//! Fields, indicators and schemes.

use crate::finding::Finding;
use crate::record::{FieldRef, RecordRef};

pub(super) type Written = Result<(), Finding>;

/// The data fields with these tags, in the order of the tags.
pub(super) fn fields<'a>(
    record: RecordRef<'a>,
    tags: &'static [&'static str],
) -> impl Iterator<Item = FieldRef<'a>> {
    tags.iter().flat_map(move |tag| record.fields_with(*tag)).filter(|field| !field.is_control())
}

pub(super) fn indicator(field: FieldRef<'_>, number: usize) -> u8 {
    field.indicators().get(number.saturating_sub(1)).copied().unwrap_or(b' ')
}

/// The scheme of a heading: by the second indicator, or $2.
pub(super) fn scheme(field: FieldRef<'_>) -> &'static str {
    match indicator(field, 2) {
        b'0' => "lcsh",
        b'1' => "lcshac",
        b'2' => "mesh",
        b'3' => "nal",
        b'5' => "csh",
        b'6' => "rvm",
        _ => "",
    }
}

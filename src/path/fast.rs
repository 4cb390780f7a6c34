//! Paths that one pass over a record can answer.

use super::ast::{Code, Target};
use super::field_path::FieldPath;
use super::options::{Order, SelectOptions};
use super::value::sub;
use crate::record::{FieldRef, RecordRef, Text};
use crate::tag::TagPattern;

impl FieldPath {
    /// Calls `each` with all values and their fields until it returns true; returns whether it did. `None`,
    /// without a call, if the path has an index or conditions, selects embedded fields or whole data fields,
    /// or if the options change values in any way but to NFC.
    #[inline]
    pub(crate) fn each_plain<'a>(
        &self,
        record: RecordRef<'a>,
        options: SelectOptions,
        each: &mut impl FnMut(FieldRef<'a>, Text<'a>) -> bool,
    ) -> Option<bool> {
        let spec = &self.0;
        if spec.index.is_some() || !spec.conditions.is_empty() {
            return None;
        }
        if options.linked || options.trim || options.skip_nonfiling {
            return None;
        }
        let pattern = spec.tag.pattern()?;
        match &spec.target {
            Target::Codes(codes) if is_plain(codes, options.order) => {
                Some(any(record, pattern, |field| any_value(field, codes, each)))
            }
            Target::Whole(span) if record.fields_with(pattern).all(FieldRef::is_control) => {
                Some(any(record, pattern, |field| match span {
                    None => each(field, field.lead()),
                    Some(span) => sub(field.lead(), *span).is_some_and(|(text, _)| each(field, text)),
                }))
            }
            _ => None,
        }
    }

    /// Calls `each` with the strings of all values, and with those of a whole data field one by one, until it
    /// returns true; returns whether it did.
    #[inline]
    pub(crate) fn any_element(
        &self,
        record: RecordRef<'_>,
        options: SelectOptions,
        mut each: impl FnMut(Text<'_>) -> bool,
    ) -> bool {
        match self.each_plain(record, options, &mut |_, text| each(text)) {
            Some(found) => found,
            None => record.select_with(self, options).any(|found| found.each_element(&mut each)),
        }
    }
}

/// Returns whether one pass over the subfields of a field visits each selected subfield once and in the right
/// order.
fn is_plain(codes: &[Code], order: Order) -> bool {
    let plain = |code: &Code| code.index.is_none() && code.conditions.is_empty();
    let apart = |one: &Code, other: &Code| one.last < other.first || other.last < one.first;
    match codes {
        [code] => plain(code),
        [one, other] => order == Order::Record && plain(one) && plain(other) && apart(one, other),
        _ => false,
    }
}

#[inline]
fn any<'a>(record: RecordRef<'a>, pattern: TagPattern, mut each: impl FnMut(FieldRef<'a>) -> bool) -> bool {
    let mut next = 0usize;
    while let Some(field) = record.next_field(next, |tag| pattern.matches(tag)) {
        if each(field) {
            return true;
        }
        next = field.index() + 1;
    }
    false
}

#[inline]
fn any_value<'a>(
    field: FieldRef<'a>,
    codes: &[Code],
    each: &mut impl FnMut(FieldRef<'a>, Text<'a>) -> bool,
) -> bool {
    if field.is_control() {
        return false;
    }
    let is_meant = |code: &Code, byte: u8| code.first <= byte && byte <= code.last;
    // The text before the first subfield, in IRBIS records.
    if !field.syntax().has_indicators()
        && let Some(code) = codes.iter().find(|code| code.first == b'*')
        && !field.lead().is_empty()
        && give(field, field.lead(), code, each)
    {
        return true;
    }
    let mut subfields = field.subfields();
    match codes {
        [code] => {
            while let Some(text) = subfields.next_value(|byte| is_meant(code, byte)) {
                if give(field, text, code, each) {
                    return true;
                }
            }
        }
        codes => {
            let found = std::cell::Cell::new(None);
            let wanted = |byte| {
                found.set(codes.iter().find(|code| is_meant(code, byte)));
                found.get().is_some()
            };
            while let Some(text) = subfields.next_value(wanted) {
                if found.get().is_some_and(|code| give(field, text, code, each)) {
                    return true;
                }
            }
        }
    }
    false
}

#[inline]
fn give<'a>(
    field: FieldRef<'a>,
    text: Text<'a>,
    code: &Code,
    each: &mut impl FnMut(FieldRef<'a>, Text<'a>) -> bool,
) -> bool {
    match code.chars {
        None => each(field, text),
        Some(span) => sub(text, span).is_some_and(|(text, _)| each(field, text)),
    }
}

//! What an edit refuses, and the properties of a path that decide it.

use crate::charset::Policy;
use crate::error::{Error, Result};
use crate::path::ast::{Span, Spec, Target};
use crate::path::eval::{Match, Subject};
use crate::path::value::count_chars;
use crate::record::{FieldRef, Record, Text};

impl Record {
    /// Returns a value in the character set of the record.
    pub(super) fn encoded(&self, value: &str) -> Result<Vec<u8>> {
        if self.view().is_text() {
            return Ok(value.as_bytes().to_vec());
        }
        let mut bytes = Vec::new();
        self.charset().encode_into(value, Policy::Strict, &mut bytes)?;
        Ok(bytes)
    }
}

pub(super) fn innermost(spec: &Spec) -> &Spec {
    match &spec.target {
        Target::Embedded(inner) => inner,
        _ => spec,
    }
}

/// Returns whether an index selects the first or the last occurrence.
pub(super) fn is_first(index: Option<Span>) -> bool {
    matches!(index, None | Some(Span::One(0) | Span::From(0) | Span::Last(0)))
}

/// Fails if a path selects all of a field that has subfields.
pub(super) fn check_whole(found: &Match<'_>, field: FieldRef<'_>) -> Result<()> {
    let whole = match found.of {
        Subject::Field(_) => true,
        Subject::Lead(_) => found.is_whole() && field.syntax().has_indicators() && !field.is_control(),
        _ => false,
    };
    match whole {
        false => Ok(()),
        true => {
            let place = found.place();
            Err(Error::argument(format!("{place} has subfields: name one, such as {}$a", field.tag())))
        }
    }
}

pub(super) fn check_delimiter(field: FieldRef<'_>, value: &str) -> Result<()> {
    let delimiter = field.syntax().delimiter;
    if !field.is_control() && value.as_bytes().contains(&delimiter) {
        let tag = field.tag();
        let message = format!("field {tag}: a value holds the subfield delimiter {delimiter:02X}: {value:?}");
        return Err(Error::argument(message));
    }
    Ok(())
}

/// Fails if a value cannot replace the match.
pub(super) fn check_value(found: &Match<'_>, field: FieldRef<'_>, value: &str) -> Result<()> {
    check_delimiter(field, value)?;
    if found.indicator().is_some() {
        let good = matches!(value.as_bytes(), [b' '..=b'~']);
        return match good {
            true => Ok(()),
            false => Err(Error::argument(format!("{}: {value:?} is no indicator", found.place()))),
        };
    }
    if found.is_whole() {
        return Ok(());
    }
    if let Some(outer) = found.outer_field() {
        check_states(outer, found.text())?;
    }
    let (wanted, has) = (count_chars(found.text()), value.chars().count());
    if field.is_control() && wanted != has {
        let message = format!("{}: {value:?} has {has} characters, not {wanted}", found.place());
        return Err(Error::argument(message));
    }
    Ok(())
}

/// Fails if the characters of a part of a value depend on those around it.
pub(super) fn check_states(outer: FieldRef<'_>, part: Text<'_>) -> Result<()> {
    let charset = part.charset();
    let plain = !charset.has_states() || part.as_bytes().is_ascii() && !outer.raw().contains(&0x1B);
    match plain {
        true => Ok(()),
        false => Err(Error::argument(format!(
            "field {}: characters in {charset} cannot be changed one by one: transcode the record first",
            outer.tag()
        ))),
    }
}

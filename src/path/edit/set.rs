//! Sets values, and creates missing subfields and fields.

use super::checks::{check_delimiter, check_value, check_whole, innermost, is_first};
use super::splices::{Splice, Splices, range_of};
use crate::error::{Error, Result};
use crate::path::ast::{Code, Spec, TagSpec, Target};
use crate::path::field_path::FieldPath;
use crate::record::{FieldRef, Record};
use crate::tag::Tag;

impl Record {
    /// Sets all values at `path` and returns how many changed.
    ///
    /// Missing elements are created if the path determines them. A subfield is appended to each selected
    /// field that lacks it, if the path names one code without a condition, and with no index or that of the
    /// first or last. A field with blank indicators is inserted after those with the same or a lower tag, if
    /// the record has none with the tag, and the path names the tag without a condition, and with no index or
    /// that of the first or last. Embedded fields are never created.
    ///
    /// # Errors
    /// [`ErrorKind::Argument`](crate::ErrorKind::Argument) if the value contains the subfield delimiter; if its length
    /// differs from that of the characters of the leader or of a control field that it replaces; if it is not one ASCII
    /// character and replaces an indicator; or if the path selects all of a field that has subfields.
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) if the character set of the record cannot encode it. The record
    /// is then unchanged.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{FieldPath, Record};
    ///
    /// let mut record = Record::builder()
    ///     .control_field("008", "990101s1999    aj            000 0 eng d")
    ///     .data_field("245", "00", [('a', "The divan")])
    ///     .data_field("650", " 7", [('a', "Poetry")])
    ///     .build()?;
    /// let mut set = |path: &str, value: &str| -> kartoteka::Result<usize> {
    ///     record.set(&path.parse::<FieldPath>()?, value)
    /// };
    /// assert_eq!(set("008/35-37", "aze")?, 1);
    /// assert_eq!(set("245^2", "4")?, 1);
    /// assert_eq!(set(r"650{^2=\7}$2", "gtt")?, 1);
    /// assert_eq!(set("500$a", "In verse.")?, 1);
    /// assert_eq!(set("500$a", "In verse.")?, 0); // the value is there already
    /// let fields: Vec<String> = record.fields().map(|field| field.raw_text().to_string()).collect();
    /// assert_eq!(
    ///     fields,
    ///     [
    ///         "990101s1999    aj            000 0 aze d",
    ///         "04\u{1F}aThe divan",
    ///         "  \u{1F}aIn verse.",
    ///         " 7\u{1F}aPoetry\u{1F}2gtt",
    ///     ]
    /// );
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    pub fn set(&mut self, path: &FieldPath, value: &str) -> Result<usize> {
        let spec = &path.0;
        if spec.tag == TagSpec::Leader {
            return self.edit_leader(path, |_, _| Some(value.to_owned()));
        }
        let mut splices = Splices::default();
        let bytes = self.encoded(value)?;
        for found in self.select(path) {
            if let Some(field) = found.field() {
                check_whole(&found, field)?;
                check_value(&found, field, value)?;
            }
            splices.of_text(&found, found.text(), bytes.clone());
        }
        let inner = innermost(spec);
        let code = match inner.target.codes() {
            [code] if is_makeable(code) => Some(code),
            _ => None,
        };
        let mut none = true;
        let fields = FieldPath(fields_of(spec));
        for found in self.select(&fields) {
            none = false;
            let (Some(code), Some(field)) = (code, found.field()) else { continue };
            if field.is_control() || has_code(field, code) {
                continue;
            }
            check_delimiter(field, value)?;
            let lead = is_lead(code, field);
            if lead && value.is_empty() {
                continue; // already empty
            }
            let end = if lead { 0 } else { field.raw().len() };
            let Some((index, body)) = range_of(&found, field.raw()) else { continue };
            let mut made = Vec::new();
            if !lead {
                made.extend_from_slice(&[field.syntax().delimiter, code.first]);
            }
            made.extend_from_slice(&bytes);
            let at = body.start + end;
            splices.0.push(Splice { field: index, range: at..at, with: made });
        }
        if none
            && let Some(tag) = single_tag(spec)
            && (code.is_some() || matches!(spec.target, Target::Whole(None)))
        {
            return self.make_field(tag, code, value);
        }
        splices.apply(self)
    }

    /// Adds a field with one value.
    fn make_field(&mut self, tag: Tag, code: Option<&Code>, value: &str) -> Result<usize> {
        let syntax = self.syntax();
        let flat = !syntax.has_indicators() || syntax.control_fields && tag.is_control();
        let is_lead = code.is_none_or(|code| code.first == b'*' && !syntax.has_indicators());
        if is_lead && !flat {
            return Err(Error::argument(format!("field {tag} has subfields: name one, such as {tag}$a")));
        }
        self.push_field(tag, |field| match code {
            Some(code) if !is_lead => field.subfield(char::from(code.first), value),
            _ => field.lead(value),
        })?;
        self.settle_last_field();
        Ok(1)
    }
}

/// Returns the path of the fields that contain the values of a path.
fn fields_of(spec: &Spec) -> Spec {
    let target = match &spec.target {
        Target::Embedded(inner) => Target::Embedded(Box::new(fields_of(inner))),
        _ => Target::Whole(None),
    };
    Spec { tag: spec.tag, index: spec.index, target, conditions: spec.conditions.clone() }
}

/// Returns whether a missing subfield can be created from the code.
fn is_makeable(code: &Code) -> bool {
    code.first == code.last && is_first(code.index) && code.chars.is_none() && code.conditions.is_empty()
}

/// Returns the one tag of a path from which a field can be created.
fn single_tag(spec: &Spec) -> Option<Tag> {
    if !is_first(spec.index) || !spec.conditions.is_empty() || matches!(spec.target, Target::Embedded(_)) {
        return None;
    }
    match spec.tag {
        TagSpec::Shape(shape) if !shape.contains(&b'.') => Some(Tag::new(shape)),
        TagSpec::Number(tag) => Some(tag),
        TagSpec::Shape(_) | TagSpec::Leader => None,
    }
}

/// Returns whether a code selects the text of a field before its first subfield.
fn is_lead(code: &Code, field: FieldRef<'_>) -> bool {
    code.first == b'*' && !field.syntax().has_indicators()
}

fn has_code(field: FieldRef<'_>, code: &Code) -> bool {
    if is_lead(code, field) && !field.lead().is_empty() {
        return true;
    }
    field.subfields().any(|subfield| subfield.is(char::from(code.first)))
}

impl Target {
    fn codes(&self) -> &[Code] {
        match self {
            Target::Codes(codes) => codes,
            _ => &[],
        }
    }
}

//! A value at a path: its text, its location and its comparable strings.

use std::borrow::Cow;

use crate::charset::{Charset, DecodeError};
use crate::path::ast::Span;
use crate::path::options::composed;
use crate::path::value::{count_chars, sub};
use crate::position::{ElementPath, Part};
use crate::record::{FieldRef, RecordRef, SubfieldRef, Text};

/// A value at a path, and its location.
#[derive(Debug, Clone, Copy)]
pub struct Match<'a> {
    pub(super) record: RecordRef<'a>,
    pub(in crate::path) of: Subject<'a>,
    /// The field of the record that contains an embedded one.
    pub(super) outer: Option<FieldRef<'a>>,
    pub(super) text: Text<'a>,
    /// Number of characters of the whole value before the text; and whether the text is only a part of it.
    pub(super) before: u32,
    pub(super) cut: bool,
    pub(super) nfc: bool,
}

#[derive(Debug, Clone, Copy)]
pub(in crate::path) enum Subject<'a> {
    Leader,
    Field(FieldRef<'a>),
    Lead(FieldRef<'a>),
    Indicator(FieldRef<'a>, u8),
    /// The last item is the index of the subfield in its field.
    Subfield(FieldRef<'a>, SubfieldRef<'a>, u32),
}

impl<'a> Match<'a> {
    /// Returns the value as stored. For a whole data field this is its body with delimiters, as in
    /// [`FieldRef::raw`]; see [`Match::to_str`].
    #[inline]
    pub fn text(&self) -> Text<'a> {
        self.text
    }

    /// Returns the value as text, in NFC if the options ask for it. Borrows where possible. For a whole data
    /// field, the subfields joined by blanks.
    ///
    /// # Errors
    /// [`DecodeError`] if the bytes do not decode.
    pub fn to_str(&self) -> Result<Cow<'a, str>, DecodeError> {
        let text = match self.is_whole_data_field() {
            false => self.text.to_str()?,
            true => {
                let mut joined = String::new();
                let mut error = None;
                self.each_element(&mut |element| match element.to_str() {
                    Ok(text) => {
                        if !joined.is_empty() {
                            joined.push(' ');
                        }
                        joined.push_str(&text);
                        false
                    }
                    Err(why) => {
                        error = Some(why);
                        true
                    }
                });
                match error {
                    Some(error) => return Err(error),
                    None => Cow::Owned(joined),
                }
            }
        };
        Ok(self.composed(text))
    }

    /// As [`Match::to_str`], with U+FFFD for bytes that do not decode.
    pub fn to_str_lossy(&self) -> Cow<'a, str> {
        if !self.is_whole_data_field() {
            return self.composed(self.text.to_str_lossy());
        }
        let mut joined = String::new();
        self.each_element(&mut |element| {
            if !joined.is_empty() {
                joined.push(' ');
            }
            joined.push_str(&element.to_str_lossy());
            false
        });
        self.composed(Cow::Owned(joined))
    }

    /// Returns whether the text differs from the stored bytes.
    pub(crate) fn needs_work(&self) -> bool {
        self.nfc || self.is_whole_data_field()
    }

    fn composed(&self, text: Cow<'a, str>) -> Cow<'a, str> {
        if self.nfc { composed(text) } else { text }
    }

    /// Returns the field; the embedded one if the path leads into one. `None` for the leader.
    #[inline]
    pub fn field(&self) -> Option<FieldRef<'a>> {
        match self.of {
            Subject::Leader => None,
            Subject::Field(field)
            | Subject::Lead(field)
            | Subject::Indicator(field, _)
            | Subject::Subfield(field, ..) => Some(field),
        }
    }

    /// Returns the field of the record: the one that contains [`Match::field`] if that is embedded.
    #[inline]
    pub fn outer_field(&self) -> Option<FieldRef<'a>> {
        self.outer.or(self.field())
    }

    /// Returns whether it is in an embedded field.
    pub(in crate::path) fn is_embedded(&self) -> bool {
        self.outer.is_some()
    }

    /// Returns the subfield, if it is in one.
    #[inline]
    pub fn subfield(&self) -> Option<SubfieldRef<'a>> {
        match self.of {
            Subject::Subfield(_, subfield, _) => Some(subfield),
            _ => None,
        }
    }

    /// Returns the index of the subfield among all subfields of its field, 0-based.
    pub fn subfield_index(&self) -> Option<usize> {
        match self.of {
            Subject::Subfield(_, _, index) => Some(index as usize),
            _ => None,
        }
    }

    /// Returns the number of the indicator, 1-based.
    pub fn indicator(&self) -> Option<u8> {
        match self.of {
            Subject::Indicator(_, number) => Some(number),
            _ => None,
        }
    }

    /// Returns whether it is the text of a field before its first subfield.
    pub fn is_lead(&self) -> bool {
        matches!(self.of, Subject::Lead(_))
    }

    /// Returns whether it is the whole value of a field or subfield.
    pub fn is_whole(&self) -> bool {
        !self.cut
    }

    /// Returns its location in the record.
    ///
    /// # Cost
    /// Visits the tags before it, and the subfields before it in its field.
    pub fn place(&self) -> ElementPath {
        let occurrence = |field: FieldRef<'a>| {
            let before =
                self.record.fields_with(field.tag()).take_while(|other| other.index() < field.index());
            u32::try_from(before.count()).unwrap_or(u32::MAX)
        };
        let around = self.outer_field();
        let embedded = self.outer.zip(self.field()).map(|(outer, field)| {
            let start = field.raw().as_ptr();
            let before = outer.embedded().take_while(|other| other.raw().as_ptr() < start);
            let same = before.filter(|other| other.tag() == field.tag()).count();
            (field.tag(), u32::try_from(same).unwrap_or(u32::MAX))
        });
        let part = match self.of {
            Subject::Leader | Subject::Field(_) => Part::Whole,
            Subject::Lead(field) if field.is_control() || field.subfields().next().is_none() => Part::Whole,
            Subject::Lead(_) => Part::Subfield('*', 0),
            Subject::Indicator(_, number) => Part::Indicator(number),
            Subject::Subfield(field, subfield, index) => {
                let code = subfield.code();
                let before = field.subfields().take(index as usize).filter(|other| other.is(code)).count();
                let code = if field.syntax().fold_codes { code.to_ascii_lowercase() } else { code };
                Part::Subfield(code, u32::try_from(before).unwrap_or(u32::MAX))
            }
        };
        let chars = (self.cut && !self.text.is_empty()).then(|| {
            let len = u32::try_from(count_chars(self.text)).unwrap_or(u32::MAX);
            (self.before, self.before.saturating_add(len.saturating_sub(1)))
        });
        ElementPath {
            tag: around.map(FieldRef::tag),
            occurrence: around.map_or(0, occurrence),
            embedded,
            part,
            chars,
        }
    }

    fn is_whole_data_field(&self) -> bool {
        matches!(self.of, Subject::Field(_))
    }

    /// Calls `each` with the strings that comparisons use: the value, or each element of a whole data field.
    /// Stops when `each` returns true and returns whether it did.
    pub(crate) fn each_element(&self, each: &mut dyn FnMut(Text<'a>) -> bool) -> bool {
        match self.of {
            Subject::Field(field) => {
                let lead = field.lead();
                !lead.is_empty() && each(lead) || field.subfields().any(|subfield| each(subfield.value()))
            }
            _ => each(self.text),
        }
    }
}

pub(super) fn leader<'a>(record: RecordRef<'a>, span: Option<Span>) -> Option<Match<'a>> {
    let bytes = record.header().leader.as_ref()?.as_bytes();
    let whole = Text::new(bytes, Charset::Utf8);
    let (text, before) = span.map_or(Some((whole, 0)), |span| sub(whole, span))?;
    Some(Match { record, of: Subject::Leader, outer: None, text, before, cut: span.is_some(), nfc: false })
}

/// Returns a whole field, or characters of its data if it has no subfields.
pub(super) fn whole<'a>(record: RecordRef<'a>, field: FieldRef<'a>, span: Option<Span>) -> Option<Match<'a>> {
    let flat = field.is_control() || span.is_some() || field.subfields().next().is_none();
    let (of, whole) =
        if flat { (Subject::Lead(field), field.lead()) } else { (Subject::Field(field), field.raw_text()) };
    let (text, before) = span.map_or(Some((whole, 0)), |span| sub(whole, span))?;
    Some(Match { record, of, outer: None, text, before, cut: span.is_some(), nfc: false })
}

pub(super) fn indicator<'a>(record: RecordRef<'a>, field: FieldRef<'a>, number: u8) -> Option<Match<'a>> {
    let at = usize::from(number.checked_sub(1)?);
    let bytes = field.indicators().get(at..=at)?;
    let text = Text::new(bytes, record.charset());
    let of = Subject::Indicator(field, number);
    Some(Match { record, of, outer: None, text, before: 0, cut: false, nfc: false })
}

impl std::fmt::Display for Match<'_> {
    /// Writes the text of the value, with U+FFFD for what does not decode.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.to_str_lossy())
    }
}

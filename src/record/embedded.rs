//! Fields inside fields.

use super::FieldRef;
use super::field::Subfields;
use crate::Tag;

/// The fields embedded in a field. See [`FieldRef::embedded`].
#[derive(Debug, Clone)]
pub struct Embedded<'a> {
    field: FieldRef<'a>,
    segments: Subfields<'a>,
    /// Range of the `1` that opens the next field, once it was seen.
    open: Option<(usize, usize)>,
}

impl<'a> Embedded<'a> {
    pub(super) fn new(field: FieldRef<'a>) -> Embedded<'a> {
        let mut embedded = Embedded { field, segments: field.subfields(), open: None };
        embedded.open = embedded.next_opening();
        embedded
    }

    fn next_opening(&mut self) -> Option<(usize, usize)> {
        loop {
            let (start, end) = self.segments.next_segment()?;
            if let Some([b'1', _, _, _, ..]) = self.field.raw().get(start..end) {
                return Some((start, end));
            }
        }
    }
}

impl<'a> Iterator for Embedded<'a> {
    type Item = FieldRef<'a>;

    fn next(&mut self) -> Option<FieldRef<'a>> {
        let (start, _) = self.open?;
        self.open = self.next_opening();
        let end = match self.open {
            Some((next, _)) => next.saturating_sub(1),
            None => self.field.raw().len(),
        };
        let &[_, a, b, c] = self.field.raw().get(start..)?.first_chunk::<4>()?;
        let body = start.saturating_add(4);
        let tag = Tag::new([a, b, c]);
        let mut inner = self.field;
        inner.tag = tag;
        inner.bytes = inner.bytes.get(body..end).unwrap_or_default();
        inner.text = inner.text.and_then(|text| text.get(body..end));
        inner.control = tag.is_control();
        inner.syntax.indicators = 2;
        Some(inner)
    }
}

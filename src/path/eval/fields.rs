//! The fields that a path selects.

use crate::path::ast::{Span, TagSpec};
use crate::record::{Embedded, FieldRef, RecordRef};
use crate::tag::{Tag, TagPattern};

/// The fields that a tag and an index select, in the order of the record.
#[derive(Debug, Clone)]
pub(super) struct Fields<'a> {
    record: RecordRef<'a>,
    pattern: Option<TagPattern>,
    /// First and last of the matching fields to return, both included.
    bounds: (usize, usize),
    /// Number of matching fields visited.
    seen: usize,
    next: usize,
    linked: bool,
}

impl<'a> Fields<'a> {
    #[inline]
    pub(super) fn new(record: RecordRef<'a>, tag: TagSpec, index: Option<Span>, linked: bool) -> Fields<'a> {
        let mut pattern = tag.pattern();
        let bounds = match (index, pattern) {
            (None, _) | (_, None) => (0, usize::MAX),
            (Some(span), Some(tags)) => {
                let count = if span.is_absolute() { usize::MAX } else { record.fields_with(tags).count() };
                match span.of(count) {
                    Some(bounds) => bounds,
                    None => {
                        pattern = None;
                        (0, 0)
                    }
                }
            }
        };
        Fields { record, pattern, bounds, seen: 0, next: 0, linked }
    }

    /// Returns whether a field 880 is the partner of a selected field.
    fn is_linked(&self, field: FieldRef<'a>, pattern: TagPattern) -> bool {
        let Some((tag, number)) = link(field) else { return false };
        if field.tag() != LINKED || !pattern.matches(tag) {
            return false;
        }
        if self.bounds == (0, usize::MAX) {
            return true;
        }
        number != *b"00"
            && self.record.fields_with(pattern).enumerate().any(|(at, partner)| {
                partner.tag() == tag
                    && (self.bounds.0..=self.bounds.1).contains(&at)
                    && link(partner) == Some((LINKED, number))
            })
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = FieldRef<'a>;

    #[inline]
    fn next(&mut self) -> Option<FieldRef<'a>> {
        let pattern = self.pattern?;
        if self.linked && !pattern.matches(LINKED) {
            loop {
                let field = self.record.next_field(self.next, |_| true)?;
                self.next = field.index() + 1;
                if pattern.matches(field.tag()) {
                    let at = self.seen;
                    self.seen += 1;
                    if (self.bounds.0..=self.bounds.1).contains(&at) {
                        return Some(field);
                    }
                } else if self.is_linked(field, pattern) {
                    return Some(field);
                }
            }
        }
        loop {
            if self.seen > self.bounds.1 {
                return None;
            }
            let field = self.record.next_field(self.next, |tag| pattern.matches(tag))?;
            self.next = field.index() + 1;
            self.seen += 1;
            if self.seen > self.bounds.0 {
                return Some(field);
            }
        }
    }
}

/// The tag of fields that repeat another field in its original script.
const LINKED: Tag = Tag::new(*b"880");

/// Parses tag and number in `$6`, such as `880-01` and `245-01/(N`.
fn link(field: FieldRef<'_>) -> Option<(Tag, [u8; 2])> {
    let value = field.subfield('6')?.as_bytes();
    match value {
        &[a, b, c, b'-', first, second, ..] => Some((Tag::new([a, b, c]), [first, second])),
        _ => None,
    }
}

/// The embedded fields that a path selects.
#[derive(Debug, Clone)]
pub(super) struct EmbeddedFields<'a> {
    fields: Embedded<'a>,
    pattern: Option<TagPattern>,
    bounds: (usize, usize),
    seen: usize,
}

impl<'a> EmbeddedFields<'a> {
    pub(super) fn new(outer: FieldRef<'a>, tag: TagSpec, index: Option<Span>) -> EmbeddedFields<'a> {
        let pattern = tag.pattern();
        let fields = outer.embedded();
        let matches = |field: &FieldRef<'a>| pattern.is_some_and(|pattern| pattern.matches(field.tag()));
        let bounds = match index {
            None => Some((0, usize::MAX)),
            Some(span) if span.is_absolute() => span.of(usize::MAX),
            Some(span) => span.of(fields.clone().filter(matches).count()),
        };
        EmbeddedFields { fields, pattern: bounds.and(pattern), bounds: bounds.unwrap_or_default(), seen: 0 }
    }
}

impl<'a> Iterator for EmbeddedFields<'a> {
    type Item = FieldRef<'a>;

    fn next(&mut self) -> Option<FieldRef<'a>> {
        let pattern = self.pattern?;
        loop {
            let field = self.fields.next()?;
            if !pattern.matches(field.tag()) {
                continue;
            }
            let at = self.seen;
            self.seen += 1;
            if (self.bounds.0..=self.bounds.1).contains(&at) {
                return Some(field);
            }
        }
    }
}

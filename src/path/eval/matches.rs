//! The values at a path, one after another.

use super::codes::{Codes, Hit};
use super::condition::Scope;
use super::fields::{EmbeddedFields, Fields};
use super::found::{Match, Subject, indicator, leader, whole};
use crate::path::ast::{Span, Spec, TagSpec, Target};
use crate::path::field_path::FieldPath;
use crate::path::options::{SelectOptions, nonfiling};
use crate::path::trim::trimmed;
use crate::path::value::{count_chars, part, sub};
use crate::record::{FieldRef, Record, RecordRef};

impl<'a> RecordRef<'a> {
    /// Returns the values at `path`, in the order of the record. Allocates nothing.
    ///
    /// # Cost
    /// Visits the tag of each field, and the bytes of the fields that match; evaluates conditions once per
    /// such field or subfield.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{FieldPath, Record};
    ///
    /// let record = Record::builder()
    ///     .data_field("020", "  ", [('a', "9780394856308"), ('q', "paperback")])
    ///     .data_field("020", "  ", [('a', "9780679810308"), ('q', "hardback")])
    ///     .build()?;
    /// let path: FieldPath = r"020$a{$q=\hardback}".parse()?;
    /// let found = record.select(&path).next().unwrap();
    /// assert_eq!((found.to_str()?.as_ref(), found.place().to_string().as_str()), ("9780679810308", "020[1]$a[0]"));
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    #[inline]
    pub fn select<'p>(self, path: &'p FieldPath) -> Matches<'a, 'p> {
        Matches::new(self, &path.0, SelectOptions::new())
    }

    /// Returns the values at `path`, according to `options`. Allocates nothing.
    #[inline]
    pub fn select_with<'p>(self, path: &'p FieldPath, options: SelectOptions) -> Matches<'a, 'p> {
        Matches::new(self, &path.0, options)
    }
}

impl Record {
    /// See [`RecordRef::select`].
    pub fn select<'a, 'p>(&'a self, path: &'p FieldPath) -> Matches<'a, 'p> {
        self.view().select(path)
    }

    /// See [`RecordRef::select_with`].
    pub fn select_with<'a, 'p>(&'a self, path: &'p FieldPath, options: SelectOptions) -> Matches<'a, 'p> {
        self.view().select_with(path, options)
    }
}

/// The values at a path. See [`RecordRef::select`].
#[derive(Debug, Clone)]
pub struct Matches<'a, 'p> {
    record: RecordRef<'a>,
    spec: &'p Spec,
    options: SelectOptions,
    /// Whether the leader is selected and not returned yet.
    leader: bool,
    fields: Fields<'a>,
    /// The rest of the current field: embedded fields, and subfields.
    embedded: Option<Inside<'a, 'p>>,
    codes: Option<Codes<'a, 'p>>,
}

#[derive(Debug, Clone)]
struct Inside<'a, 'p> {
    outer: FieldRef<'a>,
    spec: &'p Spec,
    fields: EmbeddedFields<'a>,
}

impl<'a, 'p> Matches<'a, 'p> {
    #[inline]
    pub(super) fn new(record: RecordRef<'a>, spec: &'p Spec, options: SelectOptions) -> Matches<'a, 'p> {
        // A record has one leader, with index 0.
        let is_meant = spec.index.is_none_or(|span| span.of(1).is_some());
        let leader = spec.tag == TagSpec::Leader && is_meant;
        let fields = Fields::new(record, spec.tag, spec.index, options.linked);
        Matches { record, spec, options, leader, fields, embedded: None, codes: None }
    }

    /// Returns the match in a field, or starts the iteration over its matches.
    #[inline]
    fn enter(
        &mut self,
        spec: &'p Spec,
        field: FieldRef<'a>,
        outer: Option<FieldRef<'a>>,
    ) -> Option<Match<'a>> {
        let scope = Scope::in_field(self.record, spec, field, outer);
        if !scope.all_hold(&spec.conditions) {
            return None;
        }
        let found = match &spec.target {
            Target::Codes(codes) => {
                self.codes = Some(Codes::new(scope, field, codes, self.options.order));
                return None;
            }
            Target::Embedded(spec) => {
                let fields = EmbeddedFields::new(field, spec.tag, spec.index);
                self.embedded = Some(Inside { outer: field, spec, fields });
                return None;
            }
            Target::Whole(span) => whole(self.record, field, *span)?,
            Target::Indicator(number) => indicator(self.record, field, *number)?,
        };
        Some(self.finished(Match { outer, ..found }))
    }

    fn of_hit(&self, hit: Hit<'a>) -> Option<Match<'a>> {
        let (text, before) = hit.text()?;
        let Hit { field, subfield, index, span } = hit;
        let of = match subfield {
            Some(subfield) => Subject::Subfield(field, subfield, index),
            None => Subject::Lead(field),
        };
        let outer = self.embedded.as_ref().map(|inside| inside.outer);
        let found = Match { record: self.record, of, outer, text, before, cut: span.is_some(), nfc: false };
        Some(self.finished(found))
    }

    fn finished(&self, found: Match<'a>) -> Match<'a> {
        let options = self.options;
        let mut found = Match { nfc: options.nfc, ..found };
        if options.skip_nonfiling
            && let Subject::Subfield(field, subfield, index) = found.of
            && !found.cut
            && subfield.code_bytes() == b"a"
            && field.subfields().take(index as usize).all(|before| before.code_bytes() != b"a")
        {
            let skipped = nonfiling(self.record, field, found.text);
            if let Some((text, before)) = sub(found.text, Span::From(skipped)).filter(|_| skipped > 0) {
                found = Match { text, before, cut: true, ..found };
            }
        }
        if options.trim && matches!(found.of, Subject::Subfield(..) | Subject::Lead(_)) {
            let (start, end) = trimmed(found.text);
            if (start, end) != (0, found.text.len()) {
                let before = count_chars(part(found.text, 0, start));
                let before = found.before.saturating_add(u32::try_from(before).unwrap_or(u32::MAX));
                found = Match { text: part(found.text, start, end), before, cut: true, ..found };
            }
        }
        found
    }

    fn of_leader(&self) -> Option<Match<'a>> {
        let Target::Whole(span) = self.spec.target else { return None };
        let found = leader(self.record, span)?;
        Scope::leader(self.record, span).all_hold(&self.spec.conditions).then(|| self.finished(found))
    }
}

impl<'a> Iterator for Matches<'a, '_> {
    type Item = Match<'a>;

    #[inline]
    fn next(&mut self) -> Option<Match<'a>> {
        loop {
            if let Some(codes) = &mut self.codes {
                if let Some(hit) = codes.next() {
                    match self.of_hit(hit) {
                        Some(found) => return Some(found),
                        None => continue,
                    }
                }
                self.codes = None;
            }
            let entered = if let Some(Inside { outer, spec, fields }) = &mut self.embedded {
                let (outer, spec) = (*outer, *spec);
                match fields.next() {
                    Some(field) => self.enter(spec, field, Some(outer)),
                    None => {
                        self.embedded = None;
                        continue;
                    }
                }
            } else if std::mem::take(&mut self.leader) {
                self.of_leader()
            } else {
                let field = self.fields.next()?;
                self.enter(self.spec, field, None)
            };
            if entered.is_some() {
                return entered;
            }
        }
    }
}

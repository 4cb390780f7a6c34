//! Evaluates conditions.

use super::codes::Codes;
use super::fields::{EmbeddedFields, Fields};
use super::found::{indicator, leader, whole};
use super::matches::Matches;
use crate::charset::Charset;
use crate::path::ast::{Code, Condition, Op, Span, Spec, TagSpec, Target, Term, Test};
use crate::path::options::{Order, SelectOptions};
use crate::path::value::{contains, equal, sub};
use crate::record::{FieldRef, RecordRef, Text};

/// The element to which a condition applies, and its surroundings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'a, 'p> {
    record: RecordRef<'a>,
    tag: TagSpec,
    /// `None` for the leader.
    field: Option<FieldRef<'a>>,
    /// The field that contains an embedded one.
    outer: Option<FieldRef<'a>>,
    anchor: Anchor<'a, 'p>,
}

/// The element before the braces.
#[derive(Debug, Clone, Copy)]
pub(super) enum Anchor<'a, 'p> {
    Leader(Option<Span>),
    Field(Option<Span>),
    Indicator(u8),
    /// A code, and the value of one subfield that has it.
    Subfield(&'p Code, Text<'a>),
}

type Each<'e> = &'e mut dyn FnMut(Text<'_>) -> bool;

impl<'a, 'p> Scope<'a, 'p> {
    pub(super) fn leader(record: RecordRef<'a>, span: Option<Span>) -> Scope<'a, 'p> {
        Scope { record, tag: TagSpec::Leader, field: None, outer: None, anchor: Anchor::Leader(span) }
    }

    #[inline]
    pub(super) fn in_field(
        record: RecordRef<'a>,
        spec: &Spec,
        field: FieldRef<'a>,
        outer: Option<FieldRef<'a>>,
    ) -> Scope<'a, 'p> {
        let anchor = match spec.target {
            Target::Whole(span) => Anchor::Field(span),
            Target::Indicator(number) => Anchor::Indicator(number),
            Target::Codes(_) | Target::Embedded(_) => Anchor::Field(None),
        };
        Scope { record, tag: spec.tag, field: Some(field), outer, anchor }
    }

    /// Returns the same scope with another element before the braces.
    pub(super) fn at(self, anchor: Anchor<'a, 'p>) -> Scope<'a, 'p> {
        Scope { anchor, ..self }
    }

    #[inline]
    pub(super) fn all_hold(&self, conditions: &[Condition]) -> bool {
        let one_holds = |Condition(tests): &Condition| tests.iter().any(|test| self.holds(test));
        conditions.is_empty() || conditions.iter().all(one_holds)
    }

    fn holds(&self, test: &Test) -> bool {
        if test.left.as_ref().is_some_and(|left| !self.exists(left)) {
            return false;
        }
        match test.op {
            Op::Exists => self.exists(&test.right),
            Op::ExistsNot => !self.exists(&test.right),
            Op::Equal => self.some_pair(test, equal),
            Op::NotEqual => !self.some_pair(test, equal),
            Op::Contains => self.some_pair(test, contains),
            Op::ContainsNot => !self.some_pair(test, contains),
        }
    }

    fn exists(&self, term: &Term) -> bool {
        self.each(term, &mut |_| true)
    }

    fn some_pair(&self, test: &Test, compare: fn(Text<'_>, Text<'_>) -> bool) -> bool {
        let mut with_right = |left: Text<'_>| self.each(&test.right, &mut |right| compare(left, right));
        match &test.left {
            Some(left) => self.each(left, &mut with_right),
            None => self.each_of_anchor(&mut with_right),
        }
    }

    /// Calls `each` with the strings of the element before the braces until it returns true; returns whether
    /// it did.
    fn each_of_anchor(&self, each: Each<'_>) -> bool {
        match (self.anchor, self.field) {
            (Anchor::Subfield(code, text), _) => match code.chars {
                Some(span) => sub(text, span).is_some_and(|(text, _)| each(text)),
                None => each(text),
            },
            (Anchor::Indicator(number), Some(field)) => {
                indicator(self.record, field, number).is_some_and(|found| each(found.text()))
            }
            (Anchor::Field(span), Some(field)) => {
                whole(self.record, field, span).is_some_and(|found| found.each_element(each))
            }
            (Anchor::Leader(span), _) => leader(self.record, span).is_some_and(|found| each(found.text())),
            (_, None) => false,
        }
    }

    /// Calls `each` with the strings of a side of a comparison until it returns true; returns whether it did.
    fn each(&self, term: &Term, each: Each<'_>) -> bool {
        match term {
            Term::Text(text) => each(Text::slice(text.as_bytes(), Some(text), Charset::Utf8, 0, text.len())),
            Term::Path(spec) => {
                let mut found = Matches::new(self.record, spec, SelectOptions::new());
                found.any(|found| found.each_element(each))
            }
            Term::Code(code) => self.each_of_code(code, each),
            Term::Indicator(None, number) => self
                .field
                .and_then(|field| indicator(self.record, field, *number))
                .is_some_and(|found| each(found.text())),
            Term::Indicator(Some(index), number) => self.each_field(*index, &mut |field| {
                indicator(self.record, field, *number).is_some_and(|found| each(found.text()))
            }),
            Term::Index(index, chars) => match self.anchor {
                Anchor::Subfield(code, _) => {
                    let conditions = Vec::new();
                    let other = Code { index: Some(*index), chars: *chars, conditions, ..*code };
                    self.each_of_code(&other, each)
                }
                Anchor::Leader(_) => index.of(1) == Some((0, 0)) && self.each_of_leader(*chars, each),
                Anchor::Field(_) | Anchor::Indicator(_) => self.each_field(*index, &mut |field| {
                    whole(self.record, field, *chars).is_some_and(|found| found.each_element(each))
                }),
            },
            Term::Chars(span) => match (self.anchor, self.field) {
                (Anchor::Subfield(_, text), _) => sub(text, *span).is_some_and(|(text, _)| each(text)),
                (Anchor::Leader(_), _) => self.each_of_leader(Some(*span), each),
                (_, Some(field)) => {
                    whole(self.record, field, Some(*span)).is_some_and(|found| each(found.text()))
                }
                (_, None) => false,
            },
        }
    }

    fn each_of_leader(&self, span: Option<Span>, each: Each<'_>) -> bool {
        leader(self.record, span).is_some_and(|found| each(found.text()))
    }

    fn each_of_code(&self, code: &Code, each: Each<'_>) -> bool {
        let Some(field) = self.field else { return false };
        let mut hits =
            Codes::new(self.at(Anchor::Field(None)), field, std::slice::from_ref(code), Order::Path);
        hits.any(|hit| hit.text().is_some_and(|(text, _)| each(text)))
    }

    /// Calls `each` with other occurrences of the field, in the record or in the field that contains it,
    /// until it returns true; returns whether it did.
    fn each_field(&self, index: Span, each: &mut dyn FnMut(FieldRef<'a>) -> bool) -> bool {
        match self.outer {
            Some(outer) => EmbeddedFields::new(outer, self.tag, Some(index)).any(each),
            None => Fields::new(self.record, self.tag, Some(index), false).any(each),
        }
    }
}

//! Whether conditions hold.

use super::ast::{Code, Condition, Op, Span, Spec, TagSpec, Target, Term, Test};
use super::codes::Codes;
use super::eval::{Matches, indicator, leader, whole};
use super::fields::{EmbeddedFields, Fields};
use super::options::{Order, SelectOptions};
use super::value::{contains, equal, sub};
use crate::charset::Charset;
use crate::record::{FieldRef, RecordRef, Text};

/// Where a condition is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Here<'a, 'p> {
    record: RecordRef<'a>,
    tag: TagSpec,
    /// None for the leader.
    field: Option<FieldRef<'a>>,
    /// The field around an embedded one.
    outer: Option<FieldRef<'a>>,
    own: Own<'a, 'p>,
}

/// What stands before the braces.
#[derive(Debug, Clone, Copy)]
pub(super) enum Own<'a, 'p> {
    Leader(Option<Span>),
    Field(Option<Span>),
    Indicator(u8),
    /// A code, and the value of the one subfield that is looked at.
    Subfield(&'p Code, Text<'a>),
}

type Each<'e> = &'e mut dyn FnMut(Text<'_>) -> bool;

impl<'a, 'p> Here<'a, 'p> {
    pub(super) fn leader(record: RecordRef<'a>, span: Option<Span>) -> Here<'a, 'p> {
        Here { record, tag: TagSpec::Leader, field: None, outer: None, own: Own::Leader(span) }
    }

    #[inline]
    pub(super) fn in_field(
        record: RecordRef<'a>,
        spec: &Spec,
        field: FieldRef<'a>,
        outer: Option<FieldRef<'a>>,
    ) -> Here<'a, 'p> {
        let own = match spec.target {
            Target::Whole(span) => Own::Field(span),
            Target::Indicator(number) => Own::Indicator(number),
            Target::Codes(_) | Target::Embedded(_) => Own::Field(None),
        };
        Here { record, tag: spec.tag, field: Some(field), outer, own }
    }

    /// The same place, with something else before the braces.
    pub(super) fn at(self, own: Own<'a, 'p>) -> Here<'a, 'p> {
        Here { own, ..self }
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
            None => self.each_own(&mut with_right),
        }
    }

    /// The strings of what stands before the braces. Ends when `each` is true; tells whether it was.
    fn each_own(&self, each: Each<'_>) -> bool {
        match (self.own, self.field) {
            (Own::Subfield(code, text), _) => match code.chars {
                Some(span) => sub(text, span).is_some_and(|(text, _)| each(text)),
                None => each(text),
            },
            (Own::Indicator(number), Some(field)) => {
                indicator(self.record, field, number).is_some_and(|found| each(found.text()))
            }
            (Own::Field(span), Some(field)) => {
                whole(self.record, field, span).is_some_and(|found| found.each_element(each))
            }
            (Own::Leader(span), _) => leader(self.record, span).is_some_and(|found| each(found.text())),
            (_, None) => false,
        }
    }

    /// The strings of a side of a comparison.
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
            Term::Index(index, chars) => match self.own {
                Own::Subfield(code, _) => {
                    let conditions = Vec::new();
                    let other = Code { index: Some(*index), chars: *chars, conditions, ..*code };
                    self.each_of_code(&other, each)
                }
                Own::Leader(_) => index.of(1) == Some((0, 0)) && self.each_of_leader(*chars, each),
                Own::Field(_) | Own::Indicator(_) => self.each_field(*index, &mut |field| {
                    whole(self.record, field, *chars).is_some_and(|found| found.each_element(each))
                }),
            },
            Term::Chars(span) => match (self.own, self.field) {
                (Own::Subfield(_, text), _) => sub(text, *span).is_some_and(|(text, _)| each(text)),
                (Own::Leader(_), _) => self.each_of_leader(Some(*span), each),
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
        let mut hits = Codes::new(self.at(Own::Field(None)), field, std::slice::from_ref(code), Order::Path);
        hits.any(|hit| hit.text().is_some_and(|(text, _)| each(text)))
    }

    /// Other occurrences of the field: in the record, or in the field around it.
    fn each_field(&self, index: Span, each: &mut dyn FnMut(FieldRef<'a>) -> bool) -> bool {
        match self.outer {
            Some(outer) => EmbeddedFields::new(outer, self.tag, Some(index)).any(each),
            None => Fields::new(self.record, self.tag, Some(index), false).any(each),
        }
    }
}

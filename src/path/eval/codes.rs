//! The subfields that a path selects.

use super::condition::{Anchor, Scope};
use crate::bytes::Cut;
use crate::path::ast::{Code, Span};
use crate::path::options::Order;
use crate::path::value::sub;
use crate::record::{FieldRef, SubfieldRef, Subfields, Text};

/// A subfield selected by a code, or the text before the first subfield.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit<'a> {
    pub(super) field: FieldRef<'a>,
    /// `None` for the text before the first subfield.
    pub(super) subfield: Option<SubfieldRef<'a>>,
    /// Index among all subfields of the field.
    pub(super) index: u32,
    pub(super) span: Option<Span>,
}

impl<'a> Hit<'a> {
    /// Returns the selected characters of the value, and the number of characters before them.
    pub(super) fn text(&self) -> Option<(Text<'a>, u32)> {
        let whole = self.subfield.map_or_else(|| self.field.lead(), SubfieldRef::value);
        self.span.map_or(Some((whole, 0)), |span| sub(whole, span))
    }
}

/// The subfields of a field that codes select, in the order of the record or of the codes.
#[derive(Debug, Clone)]
pub(super) struct Codes<'a, 'p> {
    scope: Scope<'a, 'p>,
    field: FieldRef<'a>,
    codes: &'p [Code],
    order: Order,
    /// In the order of the codes: the index of the current one.
    current: usize,
    /// Whether the text before the first subfield was visited.
    lead_seen: bool,
    subfields: Subfields<'a>,
    index: u32,
    /// In the order of the record: the last subfield, its index, and the next code to try on it.
    pending: Option<(SubfieldRef<'a>, u32, usize)>,
    /// For the first codes: the number of their subfields, once known, and how many were visited.
    counts: [(Option<u32>, u32); COUNTED],
}

/// For how many codes of a path subfields are counted in passing; for further codes they are counted anew
/// each time.
const COUNTED: usize = 8;

impl<'a, 'p> Codes<'a, 'p> {
    #[inline]
    pub(super) fn new(
        scope: Scope<'a, 'p>,
        field: FieldRef<'a>,
        codes: &'p [Code],
        order: Order,
    ) -> Codes<'a, 'p> {
        let subfields = field.subfields();
        // A single code has only one order.
        let order = if codes.len() == 1 { Order::Path } else { order };
        Codes {
            scope,
            field,
            codes,
            order,
            current: 0,
            lead_seen: false,
            subfields,
            index: 0,
            pending: None,
            counts: [(None, 0); COUNTED],
        }
    }

    /// Checks index and conditions of a code, which has the index `number` in the path, against a subfield
    /// that has the code. Must be called once per pair, in the order of the subfields.
    fn hit(
        &mut self,
        (number, code): (usize, &'p Code),
        subfield: Option<SubfieldRef<'a>>,
        index: u32,
    ) -> Option<Hit<'a>> {
        if let Some(span) = code.index {
            let field = self.field;
            let meant_in = |subfields: &mut dyn Iterator<Item = SubfieldRef<'a>>| {
                subfields.filter(|subfield| is_meant(code, field, *subfield)).count()
            };
            let known = self.counts.get_mut(number);
            let count = match &known {
                _ if span.is_absolute() => usize::MAX,
                Some((Some(count), _)) => *count as usize,
                _ => meant_in(&mut field.subfields()),
            };
            let at = match (subfield, known) {
                (None, _) => 0,
                (Some(_), None) => meant_in(&mut field.subfields().take(index as usize)),
                (Some(_), Some((all, seen))) => {
                    *all = u32::try_from(count).ok();
                    let before = *seen as usize;
                    *seen += 1;
                    before
                }
            };
            let (first, last) = span.of(count)?;
            if !(first..=last).contains(&at) {
                return None;
            }
        }
        if !code.conditions.is_empty() {
            let text = subfield.map_or_else(|| self.field.lead(), SubfieldRef::value);
            if !self.scope.at(Anchor::Subfield(code, text)).all_hold(&code.conditions) {
                return None;
            }
        }
        Some(Hit { field: self.field, subfield, index, span: code.chars })
    }

    /// Returns the text before the first subfield, if the code is `*`.
    fn lead_hit(&mut self, number: usize) -> Option<Hit<'a>> {
        let code = self.codes.get(number)?;
        let is_meant = code.first == b'*' && has_lead(self.field);
        if is_meant { self.hit((number, code), None, 0) } else { None }
    }

    fn in_path_order(&mut self) -> Option<Hit<'a>> {
        loop {
            let code = self.codes.get(self.current)?;
            if !std::mem::replace(&mut self.lead_seen, true)
                && let Some(hit) = self.lead_hit(self.current)
            {
                return Some(hit);
            }
            while let Some(subfield) = self.subfields.next() {
                let index = self.index;
                self.index += 1;
                if is_meant(code, self.field, subfield)
                    && let Some(hit) = self.hit((self.current, code), Some(subfield), index)
                {
                    return Some(hit);
                }
            }
            self.current += 1;
            self.lead_seen = false;
            self.index = 0;
            self.subfields = self.field.subfields();
        }
    }

    fn in_record_order(&mut self) -> Option<Hit<'a>> {
        if !std::mem::replace(&mut self.lead_seen, true) {
            if let Some(hit) = (0..self.codes.len()).find_map(|number| self.lead_hit(number)) {
                return Some(hit);
            }
        }
        loop {
            if self.pending.is_none() {
                let subfield = self.subfields.next()?;
                self.pending = Some((subfield, self.index, 0));
                self.index += 1;
            }
            let (subfield, index, from) = self.pending?;
            let codes = self.codes.cut(from..);
            // A subfield selected by several codes is returned for each, unless the codes are equal.
            for (at, code) in codes.iter().enumerate() {
                let at = from + at;
                let again = self.codes.get(..at).is_some_and(|before| before.contains(code));
                if !again
                    && is_meant(code, self.field, subfield)
                    && let Some(hit) = self.hit((at, code), Some(subfield), index)
                {
                    self.pending = Some((subfield, index, at + 1));
                    return Some(hit);
                }
            }
            self.pending = None;
        }
    }
}

impl<'a> Iterator for Codes<'a, '_> {
    type Item = Hit<'a>;

    #[inline]
    fn next(&mut self) -> Option<Hit<'a>> {
        match self.order {
            Order::Path => self.in_path_order(),
            Order::Record => self.in_record_order(),
        }
    }
}

/// Returns whether the text before the first subfield is a value: in IRBIS records.
fn has_lead(field: FieldRef<'_>) -> bool {
    !field.syntax().has_indicators() && !field.is_control() && !field.lead().is_empty()
}

#[inline]
fn is_meant(code: &Code, field: FieldRef<'_>, subfield: SubfieldRef<'_>) -> bool {
    match *subfield.code_bytes() {
        [letter] => {
            let letter = if field.syntax().fold_codes { letter.to_ascii_lowercase() } else { letter };
            (code.first..=code.last).contains(&letter)
        }
        _ => false,
    }
}

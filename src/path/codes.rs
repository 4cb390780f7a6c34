//! The subfields that a path means.

use super::ast::{Code, Span};
use super::condition::{Here, Own};
use super::options::Order;
use super::value::sub;
use crate::record::{FieldRef, SubfieldRef, Subfields, Text};

/// A subfield that codes mean, or the text before the first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit<'a> {
    pub(super) field: FieldRef<'a>,
    /// None for the text before the first.
    pub(super) subfield: Option<SubfieldRef<'a>>,
    /// Which of all subfields of the field it is.
    pub(super) index: u32,
    pub(super) span: Option<Span>,
}

impl<'a> Hit<'a> {
    /// The value, and how many of its characters stand before what is meant.
    pub(super) fn text(&self) -> Option<(Text<'a>, u32)> {
        let whole = self.subfield.map_or_else(|| self.field.lead(), SubfieldRef::value);
        self.span.map_or(Some((whole, 0)), |span| sub(whole, span))
    }
}

/// The subfields of a field that codes mean: in the order of the record, or of the codes.
#[derive(Debug, Clone)]
pub(super) struct Codes<'a, 'p> {
    here: Here<'a, 'p>,
    field: FieldRef<'a>,
    codes: &'p [Code],
    order: Order,
    /// Which code is looked for, in the order of the codes.
    current: usize,
    /// Whether the text before the first subfield was looked at.
    lead_seen: bool,
    subfields: Subfields<'a>,
    index: u32,
    /// In the order of the record: which of the codes is next to be tried on the last subfield.
    pending: Option<(SubfieldRef<'a>, u32, usize)>,
    /// For the first codes: how many subfields of each there are, once that is known, and were seen.
    counts: [(Option<u32>, u32); COUNTED],
}

/// For how many codes of a path subfields are counted on the way; those of others anew for each.
const COUNTED: usize = 8;

impl<'a, 'p> Codes<'a, 'p> {
    #[inline]
    pub(super) fn new(
        here: Here<'a, 'p>,
        field: FieldRef<'a>,
        codes: &'p [Code],
        order: Order,
    ) -> Codes<'a, 'p> {
        let subfields = field.subfields();
        // One code has but one order.
        let order = if codes.len() == 1 { Order::Path } else { order };
        Codes {
            here,
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

    /// Looks at a subfield that a code means, the number of the code in the path being `number`. Each pair of both is
    /// looked at once, in the order of the subfields.
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
                    *seen = seen.saturating_add(1);
                    seen.saturating_sub(1) as usize
                }
            };
            let (first, last) = span.of(count)?;
            if !(first..=last).contains(&at) {
                return None;
            }
        }
        if !code.conditions.is_empty() {
            let text = subfield.map_or_else(|| self.field.lead(), SubfieldRef::value);
            if !self.here.at(Own::Subfield(code, text)).all_hold(&code.conditions) {
                return None;
            }
        }
        Some(Hit { field: self.field, subfield, index, span: code.chars })
    }

    /// The text before the first subfield, for the code `*`.
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
                self.index = self.index.saturating_add(1);
                if is_meant(code, self.field, subfield)
                    && let Some(hit) = self.hit((self.current, code), Some(subfield), index)
                {
                    return Some(hit);
                }
            }
            self.current = self.current.saturating_add(1);
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
                self.index = self.index.saturating_add(1);
            }
            let (subfield, index, from) = self.pending?;
            let codes = self.codes.get(from..).unwrap_or_default();
            // A subfield that several codes mean is given for each, unless nothing tells the two apart.
            for (at, code) in codes.iter().enumerate() {
                let at = from.saturating_add(at);
                let again = self.codes.get(..at).is_some_and(|before| before.contains(code));
                if !again
                    && is_meant(code, self.field, subfield)
                    && let Some(hit) = self.hit((at, code), Some(subfield), index)
                {
                    self.pending = Some((subfield, index, at.saturating_add(1)));
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

/// Whether a field has text before its first subfield that is a value: in IRBIS records.
fn has_lead(field: FieldRef<'_>) -> bool {
    !field.syntax().has_indicators() && !field.is_control() && !field.lead().is_empty()
}

#[inline]
fn is_meant(code: &Code, field: FieldRef<'_>, subfield: SubfieldRef<'_>) -> bool {
    match *subfield.code_bytes() {
        [own] => {
            let own = if field.syntax().fold_codes { own.to_ascii_lowercase() } else { own };
            (code.first..=code.last).contains(&own)
        }
        _ => false,
    }
}

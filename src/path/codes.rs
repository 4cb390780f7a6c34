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
}

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
        Codes { here, field, codes, order, current: 0, lead_seen: false, subfields, index: 0, pending: None }
    }

    fn hit(&self, code: &'p Code, subfield: Option<SubfieldRef<'a>>, index: u32) -> Option<Hit<'a>> {
        if let Some(span) = code.index {
            let all = self.field.subfields().filter(|subfield| is_meant(code, self.field, *subfield));
            let count = if span.is_absolute() { usize::MAX } else { all.clone().count() };
            let (first, last) = span.of(count)?;
            let at = match subfield {
                Some(_) => {
                    let before = self.field.subfields().take(index as usize);
                    before.filter(|subfield| is_meant(code, self.field, *subfield)).count()
                }
                None => 0,
            };
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
    fn lead_hit(&self, code: &'p Code) -> Option<Hit<'a>> {
        let is_meant = code.first == b'*' && has_lead(self.field);
        if is_meant { self.hit(code, None, 0) } else { None }
    }

    fn in_path_order(&mut self) -> Option<Hit<'a>> {
        loop {
            let code = self.codes.get(self.current)?;
            if !std::mem::replace(&mut self.lead_seen, true)
                && let Some(hit) = self.lead_hit(code)
            {
                return Some(hit);
            }
            while let Some(subfield) = self.subfields.next() {
                let index = self.index;
                self.index = self.index.saturating_add(1);
                if is_meant(code, self.field, subfield)
                    && let Some(hit) = self.hit(code, Some(subfield), index)
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
            let codes = self.codes;
            if let Some(hit) = codes.iter().find_map(|code| self.lead_hit(code)) {
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
                    && let Some(hit) = self.hit(code, Some(subfield), index)
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

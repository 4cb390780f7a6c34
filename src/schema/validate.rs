//! Records against a compiled schema.

use std::borrow::Cow;
use std::ops::Deref;

use super::compile::{CodeSet, Compiled, Field, Indicator, Standing, Subfields, Value};
use super::fault::{Fault, FaultKind};

/// A field to be checked, whatever record it is from.
#[derive(Debug, Clone, Copy)]
pub struct FieldView<'a> {
    /// The tag; `LDR` is the leader.
    pub tag: &'a str,
    /// The occurrence, where the family has occurrences.
    pub occurrence: Option<&'a str>,
    /// The indicators that the field has.
    pub indicators: [Option<&'a str>; 2],
    /// The value of a field without subfields.
    pub value: Option<&'a str>,
    /// Codes and values; a value is `None` if it does not decode, and is then not checked.
    pub subfields: &'a [(&'a str, Option<Cow<'a, str>>)],
}

/// What a validation leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mode {
    /// Whether an undefined field, subfield or code is a fault.
    pub undefined: bool,
    /// Whether tags with a 9 in them, and subfields `9`, are the library's own and never undefined.
    pub local: bool,
}

impl Mode {
    /// As Avram has it: everything is a fault.
    pub const AVRAM: Mode = Mode { undefined: true, local: false };

    /// What records may have that these rules do not say: anything if they are partial.
    pub(crate) fn of(rules: &Compiled) -> Mode {
        Mode { undefined: !rules.schema().partial, local: rules.is_built_in }
    }
}

/// The check of one record: give it each field, then [`end`](Validation::end).
#[derive(Debug)]
pub struct Validation<R> {
    rules: R,
    mode: Mode,
    /// How many fields each definition has had.
    seen: Vec<u32>,
}

impl<R: Deref<Target = Compiled>> Validation<R> {
    /// Makes a validation that can be used for one record after another. `rules` is a reference, or an `Arc`.
    pub fn new(rules: R, mode: Mode) -> Validation<R> {
        let seen = vec![0; rules.fields.len()];
        Validation { rules, mode, seen }
    }

    /// Returns the rules.
    pub fn rules(&self) -> &Compiled {
        &self.rules
    }

    /// Forgets the fields of the record before.
    pub fn begin(&mut self) {
        self.seen.fill(0);
    }

    /// Checks a field. `index` comes back in faults; `types` are the types of the record; `fault` gets each fault.
    pub fn field(
        &mut self,
        view: &FieldView<'_>,
        index: usize,
        types: &[&str],
        fault: &mut dyn FnMut(&Fault<'_>),
    ) {
        let tag = Fault { tag: Some(view.tag), field: Some(index), ..Fault::new(FaultKind::UndefinedField) };
        let Some(at) = self.rules.find(view.tag, view.occurrence) else {
            let is_local = self.mode.local && view.tag.contains('9');
            if self.mode.undefined && !is_local {
                fault(&tag);
            }
            return;
        };
        let (Some(field), Some(count)) = (self.rules.fields.get(at), self.seen.get_mut(at)) else { return };
        *count += 1;
        let base = Fault { id: Some(&field.id), label: &field.label, ..tag };
        if field.deprecated {
            fault(&Fault { kind: FaultKind::DeprecatedField, since: field.since, ..base });
        }
        if *count > 1 && !field.repeatable {
            fault(&Fault { kind: FaultKind::NonrepeatableField, ..base });
        }
        self.indicators(field, view, base, fault);
        match (view.value, &field.subfields) {
            (Some(_), Some(_)) => fault(&Fault { kind: FaultKind::InvalidFieldValue, ..base }),
            (Some(value), None) => {
                self.value(value, &field.value, base, fault);
                for (name, definition) in &field.types {
                    if types.contains(&name.as_str()) {
                        self.value(value, definition, base, fault);
                    }
                }
            }
            (None, Some(subfields)) => self.subfields(field, subfields, view, base, fault),
            (None, None) if field.value.some => fault(&Fault { kind: FaultKind::InvalidFieldValue, ..base }),
            (None, None) => {}
        }
    }

    /// Checks what a record lacks. `holds` answers whether the record matches a condition of `required_if`.
    pub fn end(&mut self, mut holds: impl FnMut(&str) -> bool, fault: &mut dyn FnMut(&Fault<'_>)) {
        for (field, count) in self.rules.fields.iter().zip(&self.seen) {
            let required = field.required || field.required_if.as_deref().is_some_and(&mut holds);
            if *count == 0 && required {
                let missing = Fault::new(FaultKind::MissingField);
                fault(&Fault { id: Some(&field.id), label: &field.label, ..missing });
            }
        }
        for (must, group) in &self.rules.one_of {
            let held = |index: &&usize| self.seen.get(**index).is_some_and(|count| *count > 0);
            let field = |index: Option<&usize>| index.and_then(|index| self.rules.fields.get(*index));
            match group.iter().filter(held).count() {
                0 if !must => {}
                0 => {
                    if let Some(first) = field(group.first()) {
                        let missing = Fault::new(FaultKind::MissingField);
                        fault(&Fault { id: Some(&first.id), label: &first.label, ..missing });
                    }
                }
                1 => {}
                _ => {
                    if let Some(second) = field(group.iter().filter(held).nth(1)) {
                        let more = Fault::new(FaultKind::ConflictingFields);
                        fault(&Fault { id: Some(&second.id), label: &second.label, ..more });
                    }
                }
            }
        }
    }

    fn indicators(
        &self,
        field: &Field,
        view: &FieldView<'_>,
        base: Fault<'_>,
        fault: &mut dyn FnMut(&Fault<'_>),
    ) {
        for (number, (rule, indicator)) in (1u8..).zip(field.indicators.iter().zip(view.indicators)) {
            let base = Fault {
                kind: FaultKind::InvalidIndicator,
                indicator: Some(number),
                value: indicator,
                ..base
            };
            match (rule, indicator) {
                (Indicator::Any, _) => {}
                (Indicator::Blank | Indicator::Value(_), None) => fault(&base),
                (Indicator::Blank, Some(" ")) => {}
                (Indicator::Blank, Some(_)) => fault(&base),
                (Indicator::Value(value), Some(text)) => {
                    if let Some(pattern) = value.pattern.as_ref().filter(|pattern| !pattern.matches(text)) {
                        let pattern = Some(pattern.text.as_str());
                        fault(&Fault { kind: FaultKind::PatternMismatch, pattern, ..base });
                    }
                    let codes = value.codes.as_ref();
                    match codes.map(|codes| codes.find(text)) {
                        Some(Standing::Undefined) => fault(&Fault { codes, ..base }),
                        // To the reference validator a withdrawn indicator is no fault.
                        Some(Standing::Obsolete) if self.mode.local => {
                            fault(&Fault { kind: FaultKind::DeprecatedCode, codes, ..base });
                        }
                        Some(Standing::Live | Standing::Obsolete) | None => {}
                    }
                }
            }
        }
    }

    fn subfields(
        &self,
        field: &Field,
        rules: &Subfields,
        view: &FieldView<'_>,
        base: Fault<'_>,
        fault: &mut dyn FnMut(&Fault<'_>),
    ) {
        let mut seen: u128 = 0;
        let mut rank = 0;
        for (index, (code, value)) in view.subfields.iter().enumerate() {
            let base = Fault { subfield: Some((Some(index), code)), ..base };
            let found = rules.find(code);
            let Some((at, subfield)) = found.and_then(|at| rules.list.get(at).map(|subfield| (at, subfield)))
            else {
                if self.mode.undefined && !(self.mode.local && *code == "9") {
                    fault(&Fault { kind: FaultKind::UndefinedSubfield, ..base });
                }
                continue;
            };
            if subfield.deprecated {
                fault(&Fault { kind: FaultKind::DeprecatedSubfield, ..base });
            }
            let bit = u32::try_from(at).ok().and_then(|at| 1u128.checked_shl(at)).unwrap_or_default();
            let before = match bit {
                0 => view.subfields.iter().take(index).any(|(other, _)| other == code),
                bit => seen & bit != 0,
            };
            seen |= bit;
            if before && !subfield.repeatable {
                fault(&Fault { kind: FaultKind::NonrepeatableSubfield, ..base });
            }
            if let Some(order) = &field.order {
                let own = order.iter().position(|known| code.starts_with(*known));
                if own.is_some_and(|own| own < rank) {
                    fault(&Fault { kind: FaultKind::SubfieldOrder, ..base });
                }
                rank = own.unwrap_or(rank).max(rank);
            }
            if let Some(value) = value.as_deref().filter(|_| subfield.value.some) {
                self.value(value, &subfield.value, base, fault);
            }
        }
        for subfield in rules.list.iter().filter(|subfield| subfield.required) {
            if !view.subfields.iter().any(|(code, _)| *code == subfield.code) {
                let subfield = Some((None, subfield.code.as_str()));
                fault(&Fault { kind: FaultKind::MissingSubfield, subfield, ..base });
            }
        }
    }

    fn value(&self, value: &str, rules: &Value, base: Fault<'_>, fault: &mut dyn FnMut(&Fault<'_>)) {
        if !rules.some {
            return;
        }
        let base = Fault { value: Some(value), ..base };
        let count = if value.is_ascii() { value.len() } else { value.chars().count() };
        if let Some(length) = rules.length.first().filter(|_| !rules.length.contains(&count)) {
            let length = *length;
            fault(&Fault { kind: FaultKind::InvalidLength, length: Some(length), ..base });
        }
        self.text(value, rules.pattern.as_ref(), rules.codes.as_ref(), base, fault);
        for place in &rules.positions {
            let base = Fault { position: Some((&place.name, place.start, place.end, &place.label)), ..base };
            let Some(text) = cut(value, count, place.start, place.end) else {
                // The length says it already.
                if rules.length.is_empty() {
                    fault(&Fault { kind: FaultKind::InvalidPosition, ..base });
                }
                continue;
            };
            let base = Fault { value: Some(text), ..base };
            if self.is_fill(text) {
                continue;
            }
            self.text(text, place.pattern.as_ref(), place.codes.as_ref(), base, fault);
            let wrong = place.flags.as_ref().and_then(|flags| flags.flags(text).map(|wrong| (flags, wrong)));
            if let Some((flags, (flag, standing))) = wrong {
                let kind = match standing {
                    Standing::Obsolete => FaultKind::DeprecatedCode,
                    _ => FaultKind::InvalidFlag,
                };
                if self.mode.undefined || standing == Standing::Obsolete {
                    fault(&Fault { kind, value: Some(flag), codes: Some(flags), ..base });
                }
            }
        }
    }

    fn text(
        &self,
        value: &str,
        pattern: Option<&super::compile::Pattern>,
        codes: Option<&CodeSet>,
        base: Fault<'_>,
        fault: &mut dyn FnMut(&Fault<'_>),
    ) {
        if let Some(pattern) = pattern.filter(|pattern| !pattern.matches(value)) {
            fault(&Fault { kind: FaultKind::PatternMismatch, pattern: Some(&pattern.text), ..base });
        }
        match codes.map(|codes| codes.find(value)) {
            Some(Standing::Undefined) if self.mode.undefined => {
                fault(&Fault { kind: FaultKind::UndefinedCode, codes, ..base });
            }
            Some(Standing::Obsolete) => fault(&Fault { kind: FaultKind::DeprecatedCode, codes, ..base }),
            _ => {}
        }
    }

    /// Whether all characters are the one that fills positions.
    fn is_fill(&self, text: &str) -> bool {
        self.rules.schema().fill.is_some_and(|fill| text.chars().all(|character| character == fill))
    }
}

/// The characters `start` to `end`, both included; `None` if the value, of `count` characters, ends before.
fn cut(value: &str, count: usize, start: usize, end: usize) -> Option<&str> {
    let after = end.checked_add(1)?;
    if count == value.len() {
        return value.get(start..after);
    }
    if count < after {
        return None;
    }
    let offset = |at: usize| value.char_indices().nth(at).map_or(value.len(), |(offset, _)| offset);
    value.get(offset(start)..offset(after))
}

//! What the tables of a format say of characters and codes.

use std::collections::BTreeMap;

use super::lang::{self, Lang};
use super::list::CodeList;
use crate::record::{Dialect, RecordRef};
use crate::schema::{
    CodeDefinition, Codes, FieldDefinition, PositionDefinition, Schema, Set, ValueDefinition, numbers,
};

/// Characters of a value, or all of it, that say one thing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element {
    pub(super) set: Set,
    /// The key of the field in the schema: `008`, `LDR`.
    pub(super) tag: &'static str,
    pub(super) code: Option<char>,
    /// The range as the table writes it; empty for a whole value.
    pub(super) range: &'static str,
    pub(super) start: usize,
    /// Last character, included; that of the value for a whole value.
    pub(super) end: usize,
    pub(super) label: &'static str,
    pub(super) codes: Option<&'static BTreeMap<String, CodeDefinition>>,
    /// The name of the list, if the codes are one.
    pub(super) list: Option<&'static str>,
    /// How many characters a code has where the characters are a row of codes.
    pub(super) unit: Option<usize>,
    pub(super) fill: Option<char>,
}

impl Element {
    pub(super) fn width(&self) -> usize {
        self.end.saturating_sub(self.start) + 1
    }

    /// Returns a code of the table, also one that is in a range of numbers.
    pub(super) fn find(&self, code: &str) -> Option<(&'static str, &'static CodeDefinition)> {
        let codes = self.codes?;
        if let Some((code, definition)) = codes.get_key_value(code) {
            return Some((code, definition));
        }
        let digits = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit());
        let number: u32 = code.parse().ok().filter(|_| digits)?;
        let is_in = |range: &str| {
            range.len() == code.len() * 2 + 1
                && numbers(range).is_some_and(|(first, last)| (first..=last).contains(&number))
        };
        codes.iter().find(|(range, _)| is_in(range)).map(|(range, definition)| (range.as_str(), definition))
    }

    /// Returns the label of a code of the table in a language; in that of the table if there is none.
    pub(super) fn label_of(&self, code: &str, label: &'static str, language: Lang) -> &'static str {
        if language == lang::of_set(self.set) && self.list.is_none() {
            return label;
        }
        if let Some(found) = self.list.and_then(|list| CodeList::named(list)?.label(code, language)) {
            return found;
        }
        let other = self.other().and_then(|other| other.find(code)).map(|(_, other)| other.label.as_str());
        let other = other.filter(|label| !label.is_empty());
        other.or_else(|| lang::russian(label).filter(|_| language == Lang::Ru)).unwrap_or(label)
    }

    /// Returns the name in a language; in that of the table if there is none.
    pub(super) fn name(&self, language: Lang) -> &'static str {
        if language == lang::of_set(self.set) {
            return self.label;
        }
        let other = self.other().map(|other| other.label).filter(|label| !label.is_empty());
        other.or_else(|| lang::russian(self.label).filter(|_| language == Lang::Ru)).unwrap_or(self.label)
    }

    /// Returns the same element in the format of the other language: UNIMARC and RUSMARC have the same positions.
    fn other(&self) -> Option<Element> {
        let set = match self.set {
            Set::UnimarcBib => Set::RusmarcBib,
            Set::RusmarcBib => Set::UnimarcBib,
            Set::UnimarcAuth => Set::RusmarcAuth,
            Set::RusmarcAuth => Set::UnimarcAuth,
            _ => return None,
        };
        let (tag, field) = set.rules().schema().fields.get_key_value(self.tag)?;
        let mut found = elements(set, tag, field, self.code, &[]);
        found.find(|other| other.range == self.range)
    }
}

/// Returns the rules for records of a dialect; the dialect that is nearest for a record that does not show its own.
pub(super) fn reading(record: RecordRef<'_>, dialect: Dialect) -> (Dialect, Option<Set>) {
    let dialect = match dialect {
        Dialect::Auto => Dialect::guess(record),
        named => named,
    };
    let dialect = match dialect {
        Dialect::Auto if !record.syntax().has_indicators() => Dialect::Isis,
        Dialect::Auto if record.field(200).is_some() => Dialect::Unimarc,
        Dialect::Auto => Dialect::Marc21,
        known => known,
    };
    let kind = record.header().leader.map(|leader| leader.record_type()).unwrap_or_default();
    (dialect, Set::of(dialect, kind).filter(|_| record.syntax().has_indicators()))
}

/// Returns what is said of a field, or of a subfield with this code, in records of these types.
pub(super) fn elements(
    set: Set,
    tag: &'static str,
    field: &'static FieldDefinition,
    code: Option<char>,
    types: &[&str],
) -> impl Iterator<Item = Element> + Clone + use<> {
    let schema = set.rules().schema();
    let of_code = |code: char| field.subfields.as_ref()?.get(code.encode_utf8(&mut [0; 4]));
    let (value, label) = match code {
        None => (Some(&field.value), field.label.as_str()),
        Some(code) => match of_code(code) {
            Some(subfield) => (Some(&subfield.value), subfield.label.as_str()),
            None => (None, ""),
        },
    };
    let whole = value.filter(|value| value.positions.is_empty()).and_then(|value| {
        let (codes, list) = codes(schema, value.codes.as_ref()?)?;
        let label = if label.is_empty() { field.label.as_str() } else { label };
        let fill = schema.fill;
        let (range, unit) = ("", None);
        Some(Element { set, tag, code, range, start: 0, end: 0, label, codes: Some(codes), list, unit, fill })
    });
    let of_types: Vec<&'static ValueDefinition> = match code {
        None => field
            .types
            .iter()
            .filter(|(name, _)| types.contains(&name.as_str()))
            .map(|(_, value)| value)
            .collect(),
        Some(_) => Vec::new(),
    };
    let positions = value.into_iter().chain(of_types).flat_map(|value| &value.positions);
    whole.into_iter().chain(positions.map(move |position| at(set, schema, tag, code, position)))
}

fn at(
    set: Set,
    schema: &'static Schema,
    tag: &'static str,
    code: Option<char>,
    position: &'static PositionDefinition,
) -> Element {
    let either = position.codes.as_ref().or(position.flags.as_ref());
    let (codes, list) = match either.and_then(|either| codes(schema, either)) {
        Some((codes, list)) => (Some(codes), list),
        None => (None, None),
    };
    let is_row = position.codes.is_none() && position.flags.is_some();
    let longest = codes.and_then(|codes| codes.keys().map(|code| code.chars().count()).max());
    Element {
        set,
        tag,
        code,
        range: &position.name,
        start: position.start,
        end: position.end,
        label: &position.label,
        codes,
        list,
        unit: longest.filter(|unit| is_row && *unit > 0),
        fill: schema.fill,
    }
}

type Found = (&'static BTreeMap<String, CodeDefinition>, Option<&'static str>);

fn codes(schema: &'static Schema, codes: &'static Codes) -> Option<Found> {
    let list = match codes {
        // A list with codes of the position beside it has a name of its own.
        Codes::List(name) => Some(name.trim_end_matches('+')),
        Codes::Own(_) => None,
    };
    Some((schema.codes(codes)?, list))
}

//! A schema made ready to check records: tables in place of maps of strings, patterns compiled once.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::bytes::ByteSet;
use super::definition::{
    CodeDefinition, Codes, FieldDefinition, IndicatorDefinition, Schema, SubfieldDefinition, ValueDefinition,
};

/// A [`Schema`] and the tables to check records by. Made once, shared by all threads.
#[derive(Debug)]
pub struct Compiled {
    schema: Schema,
    /// Whether it is a set of ours, by which tags and codes with a 9 are the library's own.
    pub(super) is_built_in: bool,
    /// Index of the field of each tag of three digits, plus one; 0 if there is none.
    by_number: Vec<u16>,
    /// Index of the fields of all other identifiers.
    by_name: HashMap<String, usize>,
    pub(super) fields: Vec<Field>,
    /// Groups of fields of which a record has one; whether it must.
    pub(super) one_of: Vec<(bool, Vec<usize>)>,
    /// Names of code lists that the schema refers to and does not have.
    unknown_lists: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Field {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) repeatable: bool,
    pub(super) required: bool,
    pub(super) deprecated: bool,
    pub(super) since: Option<u16>,
    /// Index in the list of conditions of a validator.
    pub(super) required_if: Option<String>,
    pub(super) indicators: [Indicator; 2],
    pub(super) subfields: Option<Subfields>,
    pub(super) order: Option<Vec<char>>,
    pub(super) value: Value,
    pub(super) types: Vec<(String, Value)>,
}

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a table of these is made once, and nearly all have values")]
pub(super) enum Indicator {
    Any,
    Blank,
    Value(Value),
}

#[derive(Debug)]
pub(super) struct Subfields {
    /// Index of the subfield of each ASCII code, plus one; 0 if there is none.
    by_byte: [u8; 128],
    by_name: HashMap<String, usize>,
    pub(super) list: Vec<Subfield>,
}

#[derive(Debug)]
pub(super) struct Subfield {
    pub(super) code: String,
    pub(super) repeatable: bool,
    pub(super) required: bool,
    pub(super) deprecated: bool,
    pub(super) value: Value,
}

#[derive(Debug, Default)]
pub(super) struct Value {
    /// Whether anything is said of it.
    pub(super) some: bool,
    pub(super) length: Vec<usize>,
    pub(super) pattern: Option<Pattern>,
    pub(super) codes: Option<CodeSet>,
    pub(super) positions: Vec<Place>,
}

#[derive(Debug)]
pub(super) struct Place {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) codes: Option<CodeSet>,
    pub(super) flags: Option<CodeSet>,
    pub(super) pattern: Option<Pattern>,
}

/// A regular expression; without the feature `regex` it matches everything.
#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) text: String,
    #[cfg(feature = "regex")]
    regex: Option<regex::Regex>,
}

impl Pattern {
    fn new(text: &str) -> Pattern {
        Pattern {
            text: text.to_owned(),
            #[cfg(feature = "regex")]
            regex: regex::RegexBuilder::new(text).dot_matches_new_line(true).build().ok(),
        }
    }

    #[cfg(feature = "regex")]
    pub(super) fn matches(&self, value: &str) -> bool {
        self.regex.as_ref().is_none_or(|regex| regex.is_match(value))
    }

    #[cfg(not(feature = "regex"))]
    pub(super) fn matches(&self, _: &str) -> bool {
        true
    }
}

/// How a value stands to a set of codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Live,
    Obsolete,
    Undefined,
}

#[derive(Debug, Default)]
pub(super) struct CodeSet {
    /// The name of the list, if it is one.
    pub(super) list: Option<String>,
    live: ByteSet,
    past: ByteSet,
    words: HashSet<String>,
    old_words: HashSet<String>,
    ranges: Vec<(u32, u32)>,
    /// The lengths of codes in characters, longest first.
    widths: Vec<usize>,
}

impl CodeSet {
    fn new(codes: &BTreeMap<String, CodeDefinition>, list: Option<&str>) -> CodeSet {
        let mut set = CodeSet { list: list.map(str::to_owned), ..CodeSet::default() };
        for (code, definition) in codes {
            match code.as_bytes() {
                [byte] if byte.is_ascii() => {
                    if definition.deprecated {
                        set.past.add(*byte)
                    } else {
                        set.live.add(*byte)
                    }
                    set.width(1);
                }
                _ if definition.deprecated => {
                    set.width(code.chars().count());
                    set.old_words.insert(code.clone());
                }
                _ => {
                    set.ranges.extend(numbers(code));
                    let range = numbers(code).map(|_| code.len() / 2);
                    set.width(range.unwrap_or_else(|| code.chars().count()));
                    set.words.insert(code.clone());
                }
            }
        }
        set.widths.sort_unstable_by(|a, b| b.cmp(a));
        set
    }

    fn width(&mut self, width: usize) {
        if !self.widths.contains(&width) {
            self.widths.push(width);
        }
    }

    pub(super) fn find(&self, value: &str) -> Standing {
        if let [byte] = value.as_bytes() {
            return match (self.live.has(*byte), self.past.has(*byte)) {
                (true, _) => Standing::Live,
                (_, true) => Standing::Obsolete,
                _ => Standing::Undefined,
            };
        }
        if self.words.contains(value) {
            return Standing::Live;
        }
        if self.old_words.contains(value) {
            return Standing::Obsolete;
        }
        let digits = value.bytes().all(|byte| byte.is_ascii_digit());
        let number = if digits { value.parse::<u32>().ok() } else { None };
        let within =
            number.is_some_and(|number| self.ranges.iter().any(|(a, b)| (*a..=*b).contains(&number)));
        if within { Standing::Live } else { Standing::Undefined }
    }

    /// Splits a row of flags and returns the first that is no live code.
    pub(super) fn flags<'v>(&self, value: &'v str) -> Option<(&'v str, Standing)> {
        if self.widths == [1] && value.bytes().all(|byte| self.live.has(byte)) {
            return None;
        }
        let mut rest = value;
        while !rest.is_empty() {
            let head = |width: usize| {
                let end = rest.char_indices().nth(width).map_or(rest.len(), |(at, _)| at);
                rest.split_at_checked(end).filter(|_| rest.chars().count() >= width)
            };
            let mut cuts = self.widths.iter().filter_map(|width| head(*width));
            let known = cuts.find(|(code, _)| self.find(code) != Standing::Undefined);
            let (code, after) =
                known.or_else(|| head(self.widths.last().copied().unwrap_or(1))).unwrap_or((rest, ""));
            match self.find(code) {
                Standing::Live => {}
                other => return Some((code, other)),
            }
            rest = if code.is_empty() { "" } else { after };
        }
        None
    }

    /// The live codes, up to `most`, to be shown.
    pub(super) fn list(&self, most: usize) -> Vec<String> {
        let bytes = self.live.iter().map(super::shown);
        let mut words: Vec<_> = self.words.iter().cloned().collect();
        words.sort_unstable();
        bytes.chain(words).take(most.saturating_add(1)).collect()
    }
}

/// A range of numbers of one width: `001-999`.
pub(crate) fn numbers(code: &str) -> Option<(u32, u32)> {
    let (first, last) = code.split_once('-')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if first.len() != last.len() || !is_number(first) || !is_number(last) {
        return None;
    }
    Some((first.parse().ok()?, last.parse().ok()?))
}

impl Compiled {
    /// Makes the tables. Patterns that do not compile match everything; `Schema::check` finds them.
    pub fn new(schema: Schema) -> Compiled {
        let mut compiled = Compiled {
            by_number: vec![0; 1000],
            by_name: HashMap::new(),
            fields: Vec::with_capacity(schema.fields.len()),
            one_of: Vec::new(),
            unknown_lists: Vec::new(),
            schema: Schema::default(),
            is_built_in: false,
        };
        let mut unknown = Vec::new();
        for (index, (id, definition)) in schema.fields.iter().enumerate() {
            compiled.fields.push(field(&schema, id, definition, &mut unknown));
            match number(id.as_bytes()).and_then(|number| compiled.by_number.get_mut(number)) {
                Some(slot) => *slot = u16::try_from(index + 1).unwrap_or_default(),
                None => {
                    compiled.by_name.insert(id.clone(), index);
                }
            }
        }
        let index = |id: &String| compiled.fields.iter().position(|field| field.id == *id);
        let groups = schema.one_of.iter().map(|group| (true, group));
        let groups = groups.chain(schema.at_most_one_of.iter().map(|group| (false, group)));
        compiled.one_of =
            groups.map(|(must, group)| (must, group.iter().filter_map(index).collect())).collect();
        unknown.sort_unstable();
        unknown.dedup();
        compiled.unknown_lists = unknown;
        compiled.schema = schema;
        compiled
    }

    /// Returns the schema.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Returns the names of code lists that the schema refers to and does not have; nothing is checked by them.
    pub fn undefined_lists(&self) -> &[String] {
        &self.unknown_lists
    }

    /// Returns the index of the field definition for a tag, and an occurrence or counter where the family has them.
    pub(super) fn find(&self, tag: &str, occurrence: Option<&str>) -> Option<usize> {
        if let Some(occurrence) = occurrence {
            if let Some(index) = self.by_name.get(&format!("{tag}/{occurrence}")) {
                return Some(*index);
            }
            let mut ranges = self.by_name.iter().filter_map(|(id, index)| {
                let (known, range) = id.split_once('/')?;
                (known == tag && in_range(range, occurrence)).then_some(*index)
            });
            return ranges.next();
        }
        if let Some(slot) = number(tag.as_bytes()).and_then(|number| self.by_number.get(number)) {
            return usize::from(*slot).checked_sub(1);
        }
        self.by_name.get(tag).copied()
    }
}

/// Whether a range of occurrences, `03-10`, has one: numbers of the width in which the range is written.
fn in_range(range: &str, occurrence: &str) -> bool {
    let (Some((first, last)), Ok(number)) = (range.split_once('-'), occurrence.parse::<u32>()) else {
        return false;
    };
    let (Ok(first_number), Ok(last_number)) = (first.parse::<u32>(), last.parse::<u32>()) else {
        return false;
    };
    occurrence.len() == first.len().max(last.len()) && (first_number..=last_number).contains(&number)
}

fn number(tag: &[u8]) -> Option<usize> {
    let [a, b, c] = tag else { return None };
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| usize::from(byte & 0x0F));
    Some(digit(a)? * 100 + digit(b)? * 10 + digit(c)?)
}

fn field(schema: &Schema, id: &str, definition: &FieldDefinition, unknown: &mut Vec<String>) -> Field {
    let [one, two] = &definition.indicators;
    let subfields = definition.subfields.as_ref().map(|subfields| {
        let mut table = Subfields {
            by_byte: [0; 128],
            by_name: HashMap::new(),
            list: Vec::with_capacity(subfields.len()),
        };
        for (index, (code, subfield)) in subfields.iter().enumerate() {
            table.list.push(self::subfield(schema, code, subfield, unknown));
            let slot = match code.as_bytes() {
                [byte] => table.by_byte.get_mut(usize::from(*byte)),
                _ => None,
            };
            match slot {
                Some(slot) => *slot = u8::try_from(index + 1).unwrap_or_default(),
                None => {
                    table.by_name.insert(code.clone(), index);
                }
            }
        }
        table
    });
    let types = definition.types.iter();
    Field {
        id: id.to_owned(),
        label: definition.label.clone(),
        repeatable: definition.repeatable,
        required: definition.required,
        deprecated: definition.deprecated,
        since: definition.since,
        required_if: definition.required_if.clone(),
        indicators: [indicator(schema, one, unknown), indicator(schema, two, unknown)],
        subfields,
        order: definition.order.as_ref().map(|order| order.chars().collect()),
        value: value(schema, &definition.value, unknown),
        types: types.map(|(name, definition)| (name.clone(), value(schema, definition, unknown))).collect(),
    }
}

fn subfield(
    schema: &Schema,
    code: &str,
    definition: &SubfieldDefinition,
    unknown: &mut Vec<String>,
) -> Subfield {
    Subfield {
        code: code.to_owned(),
        repeatable: definition.repeatable,
        required: definition.required,
        deprecated: definition.deprecated,
        value: value(schema, &definition.value, unknown),
    }
}

fn indicator(schema: &Schema, definition: &IndicatorDefinition, unknown: &mut Vec<String>) -> Indicator {
    match definition {
        IndicatorDefinition::Any => Indicator::Any,
        IndicatorDefinition::Blank => Indicator::Blank,
        IndicatorDefinition::Values(definition) => Indicator::Value(value(schema, definition, unknown)),
    }
}

fn value(schema: &Schema, definition: &ValueDefinition, unknown: &mut Vec<String>) -> Value {
    let mut set = |codes: &Option<Codes>| code_set(schema, codes.as_ref()?, unknown);
    let mut value = Value {
        some: false,
        length: definition.length.iter().filter_map(|length| usize::try_from(*length).ok()).collect(),
        pattern: definition.pattern.as_deref().map(Pattern::new),
        codes: set(&definition.codes),
        positions: Vec::new(),
    };
    for position in &definition.positions {
        value.positions.push(Place {
            name: position.name.clone(),
            label: position.label.clone(),
            start: position.start,
            end: position.end,
            codes: set(&position.codes),
            flags: set(&position.flags),
            pattern: position.pattern.as_deref().map(Pattern::new),
        });
    }
    value.some = !value.length.is_empty()
        || value.pattern.is_some()
        || value.codes.is_some()
        || !value.positions.is_empty();
    value
}

fn code_set(schema: &Schema, codes: &Codes, unknown: &mut Vec<String>) -> Option<CodeSet> {
    let name = match codes {
        Codes::List(name) => Some(name),
        Codes::Own(own) if own.is_empty() => return Some(CodeSet::default()),
        Codes::Own(_) => None,
    };
    match (schema.codes(codes), name) {
        (Some(known), name) => Some(CodeSet::new(known, name.map(String::as_str))),
        (None, name) => {
            unknown.extend(name.cloned());
            None
        }
    }
}

impl Subfields {
    /// Returns the index of a subfield.
    #[inline]
    pub(super) fn find(&self, code: &str) -> Option<usize> {
        if let [byte] = code.as_bytes() {
            let slot = self.by_byte.get(usize::from(*byte)).copied().unwrap_or_default();
            return usize::from(slot).checked_sub(1);
        }
        self.by_name.get(code).copied()
    }
}

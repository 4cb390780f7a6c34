//! The values of a source record, in the order of the record and by tag.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;

use crate::bytes::Cut;
use crate::record::{FieldRef, RecordRef};
use crate::tag::Tag;

/// The code under which head text is asked for.
pub(crate) const HEAD: char = '*';

/// From how many fields with a tag, or values in a field, on an answer is kept: to ask again costs the same for any number.
const MANY: usize = 16;

/// How a value of the source ended; what stands later weighs more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum End {
    /// No rule has taken it yet.
    Open,
    Empty,
    Dropped,
    Kept,
    Used,
    Mapped,
}

/// One value: head text, or a subfield.
#[derive(Debug)]
pub(crate) struct Value<'r> {
    /// The code in lower case if the format folds codes; [`HEAD`] for head text.
    pub(crate) code: char,
    /// The code as the source spells it.
    pub(crate) spelled: char,
    /// The text as the source has it.
    pub(crate) text: Cow<'r, str>,
    /// Tag of the embedded field that holds it.
    pub(crate) inner: Option<Tag>,
    pub(crate) end: End,
    /// Index of the rule that decided it; `u32::MAX` for none.
    pub(crate) rule: u32,
}

impl Value<'_> {
    pub(crate) fn has_text(&self) -> bool {
        self.end != End::Empty
    }
}

/// One field of the source.
#[derive(Debug)]
pub(crate) struct Occurrence<'r> {
    pub(crate) field: FieldRef<'r>,
    /// Which of the fields with its tag it is, from 1.
    pub(crate) number: u32,
    pub(crate) values: Range<usize>,
    /// Whether it is carried along whole, though rules take its values.
    pub(crate) whole: bool,
}

/// A source record, taken apart.
#[derive(Debug)]
pub(crate) struct Source<'r> {
    pub(crate) record: RecordRef<'r>,
    pub(crate) fields: Vec<Occurrence<'r>>,
    pub(crate) values: Vec<Value<'r>>,
    /// Indexes of `fields`, sorted by tag, then by place.
    by_tag: Vec<(Tag, u32)>,
    /// In fields of many values, by the index of the field's first value and a code.
    of_code: HashMap<(usize, char), OfCode>,
    /// Answers of [`Source::nth_with`] for tags with many fields.
    asked: RefCell<HashMap<Asked, Option<u32>>>,
}

/// A tag, a code or none for any text, and which field of those that have it, from 0.
type Asked = (Tag, Option<char>, usize);

/// The values under one code of a field.
#[derive(Debug, Default)]
struct OfCode {
    /// Index of the first with text that is in no embedded field.
    first: Option<usize>,
    /// How many have text.
    count: usize,
    /// Index of the first and of the last of all.
    ends: Option<(usize, usize)>,
}

impl<'r> Source<'r> {
    pub(crate) fn new(record: RecordRef<'r>) -> Source<'r> {
        let mut source = Source {
            record,
            fields: Vec::with_capacity(record.fields().len()),
            values: Vec::with_capacity(record.fields().len() * 3),
            by_tag: Vec::with_capacity(record.fields().len()),
            of_code: HashMap::new(),
            asked: RefCell::default(),
        };
        for field in record.fields() {
            let start = source.values.len();
            source.take_values(field);
            let place = u32::try_from(source.fields.len()).unwrap_or(u32::MAX);
            source.by_tag.push((field.tag(), place));
            let values = start..source.values.len();
            if values.len() > MANY {
                source.index(values.clone());
            }
            source.fields.push(Occurrence { field, number: 0, values, whole: false });
        }
        source.by_tag.sort_unstable();
        let mut before: Option<(Tag, u32)> = None;
        for &(tag, place) in &source.by_tag {
            let number = match before {
                Some((other, number)) if other == tag => number + 1,
                _ => 1,
            };
            before = Some((tag, number));
            if let Some(field) = source.fields.get_mut(place as usize) {
                field.number = number;
            }
        }
        source
    }

    /// Notes where each code of a field is.
    fn index(&mut self, values: Range<usize>) {
        for (index, value) in values.clone().zip(self.values.cut(values.clone())) {
            let known = self.of_code.entry((values.start, value.code)).or_default();
            known.ends = Some((known.ends.map_or(index, |(first, _)| first), index));
            if value.has_text() {
                known.count += 1;
                known.first = known.first.or((value.inner.is_none()).then_some(index));
            }
        }
    }

    fn take_values(&mut self, field: FieldRef<'r>) {
        let fold = field.syntax().fold_codes;
        let lead = field.lead().to_str_lossy();
        if !lead.is_empty() {
            self.push(HEAD, HEAD, lead, None);
        }
        // The embedded fields of UNIMARC; in IRBIS, ^1 is nearly always a code like any other.
        let mut inner = None;
        let embeds = field.syntax().has_indicators()
            && field.tag().number().is_some_and(|tag| matches!(tag, 400..=499 | 604));
        for subfield in field.subfields() {
            let spelled = subfield.code();
            let code = match fold {
                true if spelled.is_ascii() => spelled.to_ascii_lowercase(),
                true => spelled.to_lowercase().next().unwrap_or(spelled),
                false => spelled,
            };
            let text = subfield.value().to_str_lossy();
            if embeds && code == '1' {
                if let Some(tag) = text.get(..3).and_then(|tag| tag.parse::<Tag>().ok()) {
                    inner = Some(tag);
                    if tag.is_control() {
                        let data = match text {
                            Cow::Borrowed(text) => Cow::Borrowed(text.cut(3..)),
                            Cow::Owned(text) => Cow::Owned(text.cut(3..).to_owned()),
                        };
                        self.push(HEAD, '1', data, inner);
                    }
                    continue;
                }
            }
            self.push(code, spelled, text, inner);
        }
    }

    fn push(&mut self, code: char, spelled: char, text: Cow<'r, str>, inner: Option<Tag>) {
        let end = if text.chars().all(char::is_whitespace) { End::Empty } else { End::Open };
        self.values.push(Value { code, spelled, text, inner, end, rule: u32::MAX });
    }

    /// Returns where the fields with this tag are, in order.
    fn places(&self, tag: Tag) -> &[(Tag, u32)] {
        let first = self.by_tag.partition_point(|(other, _)| *other < tag);
        let end = first + self.by_tag.cut(first..).partition_point(|(other, _)| *other == tag);
        self.by_tag.cut(first..end)
    }

    /// Returns the fields with this tag, in order.
    pub(crate) fn with_tag(&self, tag: Tag) -> impl Iterator<Item = &Occurrence<'r>> {
        self.places(tag).iter().filter_map(|(_, place)| self.fields.get(*place as usize))
    }

    /// Returns the field with this tag and this number, from 1.
    pub(crate) fn numbered(&self, tag: Tag, number: u32) -> Option<&Occurrence<'r>> {
        let (_, place) = self.places(tag).get(number.checked_sub(1)? as usize)?;
        self.fields.get(*place as usize)
    }

    /// Returns the field, from 0, among those with this tag that have text: under `code`, or anywhere.
    pub(crate) fn nth_with(&self, tag: Tag, code: Option<char>, n: usize) -> Option<&Occurrence<'r>> {
        let places = self.places(tag);
        let find = || {
            let mut having = places.iter().map(|(_, place)| *place).filter(|place| {
                self.fields.get(*place as usize).is_some_and(|field| match code {
                    Some(code) => self.value(field, code).is_some(),
                    None => self.values_of(field).iter().any(Value::has_text),
                })
            });
            having.nth(n)
        };
        let place = match places.len() > MANY {
            true => *self.asked.borrow_mut().entry((tag, code, n)).or_insert_with(find),
            false => find(),
        };
        self.fields.get(place? as usize)
    }

    /// Returns the values of a field.
    pub(crate) fn values_of(&self, field: &Occurrence<'r>) -> &[Value<'r>] {
        self.values.cut(field.values.clone())
    }

    /// Returns the first value with text under this code in a field, outside embedded ones.
    pub(crate) fn value(&self, field: &Occurrence<'r>, code: char) -> Option<&Value<'r>> {
        if field.values.len() > MANY {
            let known = self.of_code.get(&(field.values.start, code))?;
            return self.values.get(known.first?);
        }
        self.values_of(field)
            .iter()
            .find(|value| value.code == code && value.inner.is_none() && value.has_text())
    }

    /// Returns how many values with text are under this code in a field, embedded ones included.
    pub(crate) fn count(&self, field: &Occurrence<'r>, code: char) -> usize {
        if field.values.len() > MANY {
            return self.of_code.get(&(field.values.start, code)).map_or(0, |known| known.count);
        }
        self.values_of(field).iter().filter(|value| value.code == code && value.has_text()).count()
    }

    /// Returns whether a value under one code of a field is before one under the other.
    pub(crate) fn is_in_order(&self, field: &Occurrence<'r>, first: char, last: char) -> bool {
        if field.values.len() > MANY {
            let ends = |code| self.of_code.get(&(field.values.start, code)).and_then(|known| known.ends);
            return ends(first).zip(ends(last)).is_some_and(|(first, last)| first.0 < last.1);
        }
        let mut codes = self.values_of(field).iter().map(|value| value.code);
        let at = codes.clone().position(|code| code == first);
        at.is_some_and(|at| codes.rposition(|code| code == last).is_some_and(|last| at < last))
    }

    /// Returns the value of a field before the one with this index.
    pub(crate) fn before(&self, field: &Occurrence<'r>, index: usize) -> Option<&Value<'r>> {
        let before = index.checked_sub(1).filter(|before| field.values.contains(before))?;
        self.values.get(before)
    }

    /// Returns the texts under this code in all fields with this tag, trimmed.
    pub(crate) fn texts(&self, tag: u32, code: char) -> impl Iterator<Item = &str> {
        let fields = Tag::from_number(tag).into_iter().flat_map(|tag| self.with_tag(tag));
        fields.flat_map(move |field| {
            let values = self.values_of(field).iter();
            values.filter(move |value| value.code == code && value.has_text()).map(|value| value.text.trim())
        })
    }

    /// Returns the first of those texts.
    pub(crate) fn text(&self, tag: u32, code: char) -> Option<&str> {
        self.texts(tag, code).next()
    }
}

//! The values of a source record, in the order of the record and by tag.

use std::borrow::Cow;
use std::ops::Range;

use crate::bytes::Cut;
use crate::record::{FieldRef, RecordRef};
use crate::tag::Tag;

/// The code under which head text is asked for.
pub(crate) const HEAD: char = '*';

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
}

impl<'r> Source<'r> {
    pub(crate) fn new(record: RecordRef<'r>) -> Source<'r> {
        let mut source = Source {
            record,
            fields: Vec::with_capacity(record.fields().len()),
            values: Vec::with_capacity(record.fields().len() * 3),
            by_tag: Vec::with_capacity(record.fields().len()),
        };
        for field in record.fields() {
            let start = source.values.len();
            source.take_values(field);
            let place = u32::try_from(source.fields.len()).unwrap_or(u32::MAX);
            source.by_tag.push((field.tag(), place));
            let values = start..source.values.len();
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

    /// Returns the fields with this tag, in order.
    pub(crate) fn with_tag(&self, tag: Tag) -> impl Iterator<Item = &Occurrence<'r>> {
        let first = self.by_tag.partition_point(|(other, _)| *other < tag);
        let rest = self.by_tag.cut(first..);
        rest.iter()
            .take_while(move |(other, _)| *other == tag)
            .filter_map(|(_, place)| self.fields.get(*place as usize))
    }

    /// Returns the values of a field.
    pub(crate) fn values_of(&self, field: &Occurrence<'r>) -> &[Value<'r>] {
        self.values.cut(field.values.clone())
    }

    /// Returns the first value with text under this code in a field.
    pub(crate) fn value(&self, field: &Occurrence<'r>, code: char) -> Option<&Value<'r>> {
        self.values_of(field)
            .iter()
            .find(|value| value.code == code && value.inner.is_none() && value.has_text())
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

    /// Returns whether any field with this tag has text: under `code`, or anywhere.
    pub(crate) fn has(&self, tag: Tag, code: Option<char>) -> bool {
        self.with_tag(tag).any(|field| match code {
            Some(code) => self.value(field, code).is_some(),
            None => self.values_of(field).iter().any(Value::has_text),
        })
    }
}

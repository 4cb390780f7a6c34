//! The coded view of a record.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use super::element::{Element, elements, reading};
use super::lang::{self, Lang};
use super::spot::Spot;
use crate::position::{ElementPath, Part};
use crate::record::{Dialect, FieldRef, RecordRef, Text};
use crate::schema::{FieldDefinition, Types};
use crate::tag::Tag;

/// The codes of a record: what the characters of its leader and coded fields say.
///
/// # Example
/// ```
/// use kartoteka::coded::{Coded, Lang};
///
/// let record = kartoteka::Record::builder()
///     .leader("00000nam a2200000 i 4500")
///     .data_field("041", "1 ", [('a', "engfre"), ('h', "rus")])
///     .data_field("245", "10", [('a', "War and peace")])
///     .build()?;
/// let view = Coded::of(record.view());
/// let languages: Vec<String> = view.values().filter(|value| value.path().tag.is_some()).map(|value| value.to_string()).collect();
/// assert_eq!(languages, [
///     "041[0]$a[0] Language Code: eng (English), fre (French)",
///     "041[0]$h[0] Language Code: rus (Russian)",
/// ]);
/// assert_eq!(view.get("041$h").unwrap().label(Lang::Ru), "русский");
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Coded<'a> {
    reading: Dialect,
    values: Vec<Value<'a>>,
}

/// Characters that say one thing: a code, a row of codes, or a text such as a date.
#[derive(Debug, Clone)]
pub struct Value<'a> {
    path: ElementPath,
    element: Element,
    raw: Cow<'a, str>,
}

/// A code of a value.
#[derive(Debug, Clone, Copy)]
pub struct Code<'v> {
    raw: &'v str,
    path: ElementPath,
    element: Element,
    meaning: Meaning,
}

/// How a code stands to the list of its position; with its label in the language of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Meaning {
    /// A code of the list. A blank that has a meaning of its own is one too.
    Known(&'static str),
    /// A code that the list had once.
    Obsolete(&'static str),
    /// Fill characters, `|`: the cataloguer did not code it.
    Fill,
    /// Blanks where the list gives them no meaning.
    Blank,
    /// A code that the list does not have.
    Unknown,
    /// The position has no list of codes: a date, a number.
    Free,
}

impl<'a> Coded<'a> {
    /// Reads the codes of a record. Its dialect is found by its leader and fields; a record that does not show it is read as
    /// MARC 21, or as UNIMARC if it has a field 200.
    ///
    /// Never fails: what is not understood is [`Meaning::Unknown`]. A field that is too short has the values that are whole.
    ///
    /// # Cost
    /// One pass over the subfields; an entry for each value.
    pub fn of(record: RecordRef<'a>) -> Coded<'a> {
        Coded::with_dialect(record, Dialect::Auto)
    }

    /// Reads the codes of a record of a known dialect; finds it out for [`Dialect::Auto`]. Dialects without tables of positions,
    /// as that of IRBIS, have no values.
    pub fn with_dialect(record: RecordRef<'a>, dialect: Dialect) -> Coded<'a> {
        let (reading, set) = reading(record, dialect);
        let mut view = Coded { reading, values: Vec::new() };
        let Some(set) = set else { return view };
        let fields = &set.rules().schema().fields;
        let types = Types::of(record);
        if let (Some(leader), Some((tag, field))) = (&record.header().leader, fields.get_key_value("LDR")) {
            // A character for each byte, so that the positions stay.
            let character =
                |byte: &u8| if byte.is_ascii() { char::from(*byte) } else { char::REPLACEMENT_CHARACTER };
            let text: String = leader.as_bytes().iter().map(character).collect();
            let path = ElementPath { tag: None, ..ElementPath::of_field(Tag::new(*b"000"), 0) };
            let found = elements(set, tag, field, None, &types.record());
            view.add(found, Cow::Owned(text), path);
        }
        let mut seen: HashMap<Tag, u32> = HashMap::new();
        for record_field in record.fields() {
            let tag = record_field.tag();
            let count = seen.entry(tag).or_default();
            let path = ElementPath::of_field(tag, std::mem::replace(count, count.saturating_add(1)));
            let Some(bytes) = tag.bytes() else { continue };
            let name = std::str::from_utf8(&bytes).ok();
            let Some((tag, field)) = name.and_then(|name| fields.get_key_value(name)) else { continue };
            if record_field.is_control() {
                let text = record_field.raw_text().to_str_lossy();
                let found = elements(set, tag, field, None, &types.field(tag, &text));
                view.add(found, text, path);
            } else {
                view.subfields(record_field, (set, tag, field), path);
            }
        }
        view
    }

    /// Adds the values of the subfields of a field.
    fn subfields(
        &mut self,
        record_field: FieldRef<'a>,
        (set, tag, field): (crate::schema::Set, &'static str, &'static FieldDefinition),
        path: ElementPath,
    ) {
        // The codes are of the list that $2 names.
        let is_other = tag == "041" && record_field.indicators().get(1) == Some(&b'7');
        let mut seen = [0u32; 128];
        for subfield in record_field.subfields() {
            let code = subfield.code();
            let Some(count) = seen.get_mut(code as usize) else { continue };
            let path =
                ElementPath { part: Part::Subfield(code, std::mem::replace(count, *count + 1)), ..path };
            let found = elements(set, tag, field, Some(code), &[]);
            let found = found.map(|element| match is_other {
                true => Element { codes: None, list: None, unit: None, ..element },
                false => element,
            });
            self.add(found, text_of(subfield.value()), path);
        }
    }

    /// Adds the values of a text.
    fn add(&mut self, elements: impl Iterator<Item = Element>, text: Cow<'a, str>, path: ElementPath) {
        let mut elements: Vec<Element> = elements.collect();
        elements.sort_by_key(|element| element.start);
        for element in elements {
            let whole = element.range.is_empty();
            let raw = match (whole, &text) {
                (true, text) => Some((*text).clone()),
                (false, Cow::Borrowed(text)) => cut(text, element.start, element.end).map(Cow::Borrowed),
                (false, Cow::Owned(text)) => {
                    cut(text, element.start, element.end).map(|part| Cow::Owned(part.to_owned()))
                }
            };
            let Some(raw) = raw.filter(|raw| !raw.is_empty()) else { continue };
            let chars = if whole { None } else { narrow(element.start, element.end) };
            self.values.push(Value { path: ElementPath { chars, ..path }, element, raw });
        }
    }

    /// Returns the dialect as which the record was read.
    pub const fn reading(&self) -> Dialect {
        self.reading
    }

    /// Returns all values: those of the leader, then those of the fields in the order of the record.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Value<'a>> + Clone {
        self.values.iter()
    }

    /// Returns the first value at a place: `008/33`, `LDR/06`, `100$a/17-19`, `041[1]$a`. Without an index of field or
    /// subfield it may be in any of them. The range may be a part of a row of codes, or of a text: `008/19`.
    pub fn get(&self, path: &str) -> Option<Value<'a>> {
        self.all(path).next()
    }

    /// Returns the values at a place, as [`get`](Self::get) takes it.
    pub fn all(&self, path: &str) -> impl Iterator<Item = Value<'a>> {
        let spot = Spot::parse(path).ok();
        let values = spot.map(|spot| self.values.iter().filter_map(move |value| value.at(&spot)));
        values.into_iter().flatten()
    }
}

impl<'a> Value<'a> {
    /// Returns where the value is in the record.
    pub const fn path(&self) -> ElementPath {
        self.path
    }

    /// Returns what the characters say: `Literary form`.
    pub fn name(&self, language: Lang) -> &'static str {
        self.element.name(language)
    }

    /// Returns the characters as they are.
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// Returns the meaning of the first code; of the only one, unless the characters are a row of codes.
    pub fn meaning(&self) -> Meaning {
        self.codes().next().map_or(Meaning::Blank, |code| code.meaning)
    }

    /// Returns the labels of the codes, separated by commas; the characters themselves where they have none.
    pub fn label(&self, language: Lang) -> String {
        let mut out = String::new();
        for code in self.codes() {
            if !out.is_empty() {
                out.push_str(", ");
            }
            out.push_str(code.label(language).unwrap_or(code.raw));
        }
        out
    }

    /// Returns the codes: one, or those of a row such as the illustrations in 008/18-21, and languages that run together
    /// in one subfield. Blanks at the end of a row are left out.
    pub fn codes(&self) -> impl Iterator<Item = Code<'_>> {
        let raw: &str = &self.raw;
        let start = self.path.chars.map_or(0, |(first, _)| first as usize);
        let unit = match self.element.unit {
            // A row that was not coded is said once.
            Some(_) if is_fill(raw) => usize::MAX,
            Some(unit) => unit,
            None if self.element.list == Some("languages") && runs_together(raw) => 3,
            None => usize::MAX,
        };
        let mut at = 0;
        let mut rest = raw;
        std::iter::from_fn(move || {
            let is_end = at > 0 && rest.chars().all(|character| character == ' ');
            if rest.is_empty() || is_end {
                return None;
            }
            let end = rest.char_indices().nth(unit).map_or(rest.len(), |(end, _)| end);
            let (code, after) = rest.split_at_checked(end)?;
            let count = code.chars().count();
            let chars = match self.path.chars.is_none() && after.is_empty() && at == 0 {
                true => None,
                false => narrow(start + at, start + at + count.saturating_sub(1)),
            };
            at += count;
            rest = after;
            let (path, element) = (ElementPath { chars, ..self.path }, self.element);
            Some(Code { raw: code, path, element, meaning: meaning(&element, code) })
        })
    }

    /// Returns the value, or the part of it that is meant; `None` if it is not at that place.
    fn at(&self, spot: &Spot) -> Option<Value<'a>> {
        if !spot.is_of(&self.path) {
            return None;
        }
        let Some((first, last)) = spot.chars else {
            return self.element.range.is_empty().then(|| self.clone());
        };
        let (own_first, own_last) = self.path.chars.map(|(first, last)| (first as usize, last as usize))?;
        if (first, last) == (own_first, own_last) {
            return Some(self.clone());
        }
        let start = first.checked_sub(own_first)?;
        let is_whole = match (self.element.codes, self.element.unit) {
            (None, _) => true,
            (Some(_), Some(unit)) => start.is_multiple_of(unit) && (last + 1 - first).is_multiple_of(unit),
            (Some(_), None) => false,
        };
        if last > own_last || !is_whole {
            return None;
        }
        let raw = Cow::Owned(cut(&self.raw, start, last - own_first)?.to_owned());
        let path = ElementPath { chars: narrow(first, last), ..self.path };
        Some(Value { path, element: self.element, raw })
    }
}

impl fmt::Display for Value<'_> {
    /// Writes `008[0]/18-21 Illustrations: a (Illustrations), b (Maps)`; blanks are `#`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: ", self.path, self.name(Lang::En))?;
        for (at, code) in self.codes().enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            fmt::Display::fmt(&code, f)?;
        }
        Ok(())
    }
}

impl<'v> Code<'v> {
    /// Returns where the code is in the record.
    pub const fn path(&self) -> ElementPath {
        self.path
    }

    /// Returns the code as it is written.
    pub const fn raw(&self) -> &'v str {
        self.raw
    }

    /// Returns how the code stands to the list of its position.
    pub const fn meaning(&self) -> Meaning {
        self.meaning
    }

    /// Returns the label: in the language of the format if there is none in this language, `None` if the list has no such
    /// code.
    pub fn label(&self, language: Lang) -> Option<&'static str> {
        match self.meaning {
            Meaning::Known(label) | Meaning::Obsolete(label) => {
                Some(self.element.label_of(self.raw, label, language))
            }
            Meaning::Fill => {
                let one = self.raw.get(..self.element.unit.unwrap_or(self.raw.len()))?;
                let (_, own) = self.element.find(one)?;
                Some(self.element.label_of(one, lang::plain(&own.label), language))
            }
            Meaning::Blank | Meaning::Unknown | Meaning::Free => None,
        }
    }
}

impl fmt::Display for Code<'_> {
    /// Writes `f (Novels)`; a blank is `#`, those after a code are left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = match self.raw.chars().all(|character| character == ' ') {
            true => Cow::Owned("#".repeat(self.raw.len())),
            false => Cow::Borrowed(self.raw.trim_end_matches(' ')),
        };
        match self.label(Lang::En) {
            Some(label) => write!(f, "{shown} ({label})"),
            None => f.write_str(&shown),
        }
    }
}

fn meaning(element: &Element, code: &str) -> Meaning {
    let all = |wanted: char| code.chars().all(|character| character == wanted);
    if is_fill(code) {
        return Meaning::Fill;
    }
    if element.codes.is_none() {
        return if all(' ') { Meaning::Blank } else { Meaning::Free };
    }
    match element.find(code) {
        Some((_, definition)) if definition.deprecated => Meaning::Obsolete(lang::plain(&definition.label)),
        Some((_, definition)) => Meaning::Known(&definition.label),
        None if all(' ') => Meaning::Blank,
        None => Meaning::Unknown,
    }
}

fn is_fill(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte == b'|')
}

/// Whether a value is the codes of several languages: `engfre`.
fn runs_together(raw: &str) -> bool {
    raw.len() > 3 && raw.len().is_multiple_of(3) && raw.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn text_of(text: Text<'_>) -> Cow<'_, str> {
    text.to_str_lossy()
}

fn narrow(first: usize, last: usize) -> Option<(u32, u32)> {
    Some((u32::try_from(first).ok()?, u32::try_from(last).ok()?))
}

/// Returns the characters `first` to `last`; `None` if the text ends before.
pub(super) fn cut(text: &str, first: usize, last: usize) -> Option<&str> {
    let head = text.get(..=last).filter(|head| head.is_ascii());
    if head.is_some() {
        return text.get(first..=last);
    }
    let at = |wanted: usize| text.char_indices().nth(wanted).map(|(at, _)| at);
    let start = at(first)?;
    let (last, character) = text.char_indices().nth(last)?;
    text.get(start..last + character.len_utf8())
}

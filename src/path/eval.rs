//! Paths asked of records.

use std::borrow::Cow;

use super::FieldPath;
use super::ast::{Span, Spec, TagSpec, Target};
use super::codes::{Codes, Hit};
use super::condition::Here;
use super::fields::{EmbeddedFields, Fields};
use super::options::{SelectOptions, nonfiling};
use super::trim::trimmed;
use super::value::{count_chars, part, sub};
use crate::charset::{Charset, DecodeError};
use crate::position::{Part, Place};
use crate::record::{FieldRef, Record, RecordRef, SubfieldRef, Text};

impl<'a> RecordRef<'a> {
    /// The values at `path`, in the order of the record. Nothing is allocated.
    ///
    /// # Cost
    /// A look at the tag of each field, and at the bytes of the fields that have the right one; conditions are
    /// looked at for each such field or subfield.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{FieldPath, Record};
    ///
    /// let record = Record::builder()
    ///     .data_field("020", "  ", [('a', "9780394856308"), ('q', "paperback")])
    ///     .data_field("020", "  ", [('a', "9780679810308"), ('q', "hardback")])
    ///     .build()?;
    /// let path: FieldPath = r"020$a{$q=\hardback}".parse()?;
    /// let found = record.select(&path).next().unwrap();
    /// assert_eq!((found.to_str()?.as_ref(), found.place().to_string().as_str()), ("9780679810308", "020[1]$a[0]"));
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    #[inline]
    pub fn select<'p>(self, path: &'p FieldPath) -> Matches<'a, 'p> {
        Matches::new(self, &path.0, SelectOptions::new())
    }

    /// The values at `path`, as `options` say. Nothing is allocated.
    #[inline]
    pub fn select_with<'p>(self, path: &'p FieldPath, options: SelectOptions) -> Matches<'a, 'p> {
        Matches::new(self, &path.0, options)
    }
}

impl Record {
    /// See [`RecordRef::select`].
    pub fn select<'a, 'p>(&'a self, path: &'p FieldPath) -> Matches<'a, 'p> {
        self.view().select(path)
    }

    /// See [`RecordRef::select_with`].
    pub fn select_with<'a, 'p>(&'a self, path: &'p FieldPath, options: SelectOptions) -> Matches<'a, 'p> {
        self.view().select_with(path, options)
    }
}

/// A value that a path found, and where.
#[derive(Debug, Clone, Copy)]
pub struct Match<'a> {
    record: RecordRef<'a>,
    pub(super) of: Of<'a>,
    /// The field in the record; around an embedded one.
    outer: Option<FieldRef<'a>>,
    text: Text<'a>,
    /// How many characters of the whole value stand before the text, and whether the text is all of it.
    before: u32,
    cut: bool,
    nfc: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Of<'a> {
    Leader,
    Field(FieldRef<'a>),
    Lead(FieldRef<'a>),
    Indicator(FieldRef<'a>, u8),
    /// The index of the subfield in its field.
    Subfield(FieldRef<'a>, SubfieldRef<'a>, u32),
}

impl<'a> Match<'a> {
    /// The value as the record has it. A data field as a whole has its body here, delimiters and all, as in
    /// [`FieldRef::raw`]; see [`Match::to_str`].
    #[inline]
    pub fn text(&self) -> Text<'a> {
        self.text
    }

    /// The value as text, in NFC if that was asked for. Borrows where it can. Of a data field as a whole, its
    /// subfields, joined by blanks.
    ///
    /// # Errors
    /// [`DecodeError`] if the bytes do not decode.
    pub fn to_str(&self) -> Result<Cow<'a, str>, DecodeError> {
        let text = match self.is_whole_data_field() {
            false => self.text.to_str()?,
            true => {
                let mut joined = String::new();
                let mut error = None;
                self.each_element(&mut |element| match element.to_str() {
                    Ok(text) => {
                        if !joined.is_empty() {
                            joined.push(' ');
                        }
                        joined.push_str(&text);
                        false
                    }
                    Err(why) => {
                        error = Some(why);
                        true
                    }
                });
                match error {
                    Some(error) => return Err(error),
                    None => Cow::Owned(joined),
                }
            }
        };
        Ok(self.composed(text))
    }

    /// As [`Match::to_str`], with U+FFFD for what does not decode.
    pub fn to_str_lossy(&self) -> Cow<'a, str> {
        if !self.is_whole_data_field() {
            return self.composed(self.text.to_str_lossy());
        }
        let mut joined = String::new();
        self.each_element(&mut |element| {
            if !joined.is_empty() {
                joined.push(' ');
            }
            joined.push_str(&element.to_str_lossy());
            false
        });
        self.composed(Cow::Owned(joined))
    }

    /// Whether its text is more than the bytes that are there.
    pub(crate) fn needs_work(&self) -> bool {
        self.nfc || self.is_whole_data_field()
    }

    fn composed(&self, text: Cow<'a, str>) -> Cow<'a, str> {
        if self.nfc { super::options::composed(text) } else { text }
    }

    /// The field; an embedded one where the path leads into one. `None` for the leader.
    #[inline]
    pub fn field(&self) -> Option<FieldRef<'a>> {
        match self.of {
            Of::Leader => None,
            Of::Field(field) | Of::Lead(field) | Of::Indicator(field, _) | Of::Subfield(field, ..) => {
                Some(field)
            }
        }
    }

    /// The field of the record: that around [`Match::field`], where that is an embedded one.
    #[inline]
    pub fn outer_field(&self) -> Option<FieldRef<'a>> {
        self.outer.or(self.field())
    }

    /// Whether it lies in a field that is embedded in another.
    pub(super) fn is_embedded(&self) -> bool {
        self.outer.is_some()
    }

    /// The subfield.
    #[inline]
    pub fn subfield(&self) -> Option<SubfieldRef<'a>> {
        match self.of {
            Of::Subfield(_, subfield, _) => Some(subfield),
            _ => None,
        }
    }

    /// Index of the subfield among all of its field, 0-based.
    pub fn subfield_index(&self) -> Option<usize> {
        match self.of {
            Of::Subfield(_, _, index) => Some(index as usize),
            _ => None,
        }
    }

    /// The number of the indicator, 1 or 2.
    pub fn indicator(&self) -> Option<u8> {
        match self.of {
            Of::Indicator(_, number) => Some(number),
            _ => None,
        }
    }

    /// Whether it is the text of a field before its first subfield.
    pub fn is_lead(&self) -> bool {
        matches!(self.of, Of::Lead(_))
    }

    /// Whether it is the value of the field or subfield from end to end.
    pub fn is_whole(&self) -> bool {
        !self.cut
    }

    /// Where in the record it stands.
    ///
    /// # Cost
    /// A look at the tags before it, and at the subfields before it in its field.
    pub fn place(&self) -> Place {
        let occurrence = |field: FieldRef<'a>| {
            let before =
                self.record.fields_with(field.tag()).take_while(|other| other.index() < field.index());
            u32::try_from(before.count()).unwrap_or(u32::MAX)
        };
        let around = self.outer_field();
        let embedded = self.outer.zip(self.field()).map(|(outer, field)| {
            let start = field.raw().as_ptr();
            let before = outer.embedded().take_while(|other| other.raw().as_ptr() < start);
            let same = before.filter(|other| other.tag() == field.tag()).count();
            (field.tag(), u32::try_from(same).unwrap_or(u32::MAX))
        });
        let part = match self.of {
            Of::Leader | Of::Field(_) => Part::Whole,
            Of::Lead(field) if field.is_control() || field.subfields().next().is_none() => Part::Whole,
            Of::Lead(_) => Part::Subfield('*', 0),
            Of::Indicator(_, number) => Part::Indicator(number),
            Of::Subfield(field, subfield, index) => {
                let code = subfield.code();
                let before = field.subfields().take(index as usize).filter(|other| other.is(code)).count();
                let code = if field.syntax().fold_codes { code.to_ascii_lowercase() } else { code };
                Part::Subfield(code, u32::try_from(before).unwrap_or(u32::MAX))
            }
        };
        let chars = (self.cut && !self.text.is_empty()).then(|| {
            let len = u32::try_from(count_chars(self.text)).unwrap_or(u32::MAX);
            (self.before, self.before.saturating_add(len.saturating_sub(1)))
        });
        Place {
            tag: around.map(FieldRef::tag),
            occurrence: around.map_or(0, occurrence),
            embedded,
            part,
            chars,
        }
    }

    fn is_whole_data_field(&self) -> bool {
        matches!(self.of, Of::Field(_))
    }

    /// The strings it is for comparisons: itself, or the elements of a data field. Ends when `each` is true; tells
    /// whether it was.
    pub(crate) fn each_element(&self, each: &mut dyn FnMut(Text<'a>) -> bool) -> bool {
        match self.of {
            Of::Field(field) => {
                let lead = field.lead();
                !lead.is_empty() && each(lead) || field.subfields().any(|subfield| each(subfield.value()))
            }
            _ => each(self.text),
        }
    }
}

/// The values at a path. See [`RecordRef::select`].
#[derive(Debug, Clone)]
pub struct Matches<'a, 'p> {
    record: RecordRef<'a>,
    spec: &'p Spec,
    options: SelectOptions,
    /// Whether the leader is meant, and was not given yet.
    leader: bool,
    fields: Fields<'a>,
    /// What is left of the last field: embedded fields, and subfields.
    embedded: Option<Inside<'a, 'p>>,
    codes: Option<Codes<'a, 'p>>,
}

#[derive(Debug, Clone)]
struct Inside<'a, 'p> {
    outer: FieldRef<'a>,
    spec: &'p Spec,
    fields: EmbeddedFields<'a>,
}

impl<'a, 'p> Matches<'a, 'p> {
    #[inline]
    pub(super) fn new(record: RecordRef<'a>, spec: &'p Spec, options: SelectOptions) -> Matches<'a, 'p> {
        // There is one leader, the first.
        let is_meant = spec.index.is_none_or(|span| span.of(1).is_some());
        let leader = spec.tag == TagSpec::Leader && is_meant;
        let fields = Fields::new(record, spec.tag, spec.index, options.linked);
        Matches { record, spec, options, leader, fields, embedded: None, codes: None }
    }

    /// What is meant of one field, or the start of it.
    #[inline]
    fn enter(
        &mut self,
        spec: &'p Spec,
        field: FieldRef<'a>,
        outer: Option<FieldRef<'a>>,
    ) -> Option<Match<'a>> {
        let here = Here::in_field(self.record, spec, field, outer);
        if !here.all_hold(&spec.conditions) {
            return None;
        }
        let found = match &spec.target {
            Target::Codes(codes) => {
                self.codes = Some(Codes::new(here, field, codes, self.options.order));
                return None;
            }
            Target::Embedded(spec) => {
                let fields = EmbeddedFields::new(field, spec.tag, spec.index);
                self.embedded = Some(Inside { outer: field, spec, fields });
                return None;
            }
            Target::Whole(span) => whole(self.record, field, *span)?,
            Target::Indicator(number) => indicator(self.record, field, *number)?,
        };
        Some(self.finished(Match { outer, ..found }))
    }

    fn of_hit(&self, hit: Hit<'a>) -> Option<Match<'a>> {
        let (text, before) = hit.text()?;
        let Hit { field, subfield, index, span } = hit;
        let of = match subfield {
            Some(subfield) => Of::Subfield(field, subfield, index),
            None => Of::Lead(field),
        };
        let outer = self.embedded.as_ref().map(|inside| inside.outer);
        let found = Match { record: self.record, of, outer, text, before, cut: span.is_some(), nfc: false };
        Some(self.finished(found))
    }

    fn finished(&self, found: Match<'a>) -> Match<'a> {
        let options = self.options;
        let mut found = Match { nfc: options.nfc, ..found };
        if options.skip_nonfiling
            && let Of::Subfield(field, subfield, index) = found.of
            && !found.cut
            && subfield.code_bytes() == b"a"
            && field.subfields().take(index as usize).all(|before| before.code_bytes() != b"a")
        {
            let skipped = nonfiling(self.record, field, found.text);
            if let Some((text, before)) = sub(found.text, Span::From(skipped)).filter(|_| skipped > 0) {
                found = Match { text, before, cut: true, ..found };
            }
        }
        if options.trim && matches!(found.of, Of::Subfield(..) | Of::Lead(_)) {
            let (start, end) = trimmed(found.text);
            if (start, end) != (0, found.text.len()) {
                let before = count_chars(part(found.text, 0, start));
                let before = found.before.saturating_add(u32::try_from(before).unwrap_or(u32::MAX));
                found = Match { text: part(found.text, start, end), before, cut: true, ..found };
            }
        }
        found
    }

    fn of_leader(&self) -> Option<Match<'a>> {
        let Target::Whole(span) = self.spec.target else { return None };
        let found = leader(self.record, span)?;
        Here::leader(self.record, span).all_hold(&self.spec.conditions).then(|| self.finished(found))
    }
}

impl<'a> Iterator for Matches<'a, '_> {
    type Item = Match<'a>;

    #[inline]
    fn next(&mut self) -> Option<Match<'a>> {
        loop {
            if let Some(codes) = &mut self.codes {
                if let Some(hit) = codes.next() {
                    match self.of_hit(hit) {
                        Some(found) => return Some(found),
                        None => continue,
                    }
                }
                self.codes = None;
            }
            let entered = if let Some(Inside { outer, spec, fields }) = &mut self.embedded {
                let (outer, spec) = (*outer, *spec);
                match fields.next() {
                    Some(field) => self.enter(spec, field, Some(outer)),
                    None => {
                        self.embedded = None;
                        continue;
                    }
                }
            } else if std::mem::take(&mut self.leader) {
                self.of_leader()
            } else {
                let field = self.fields.next()?;
                self.enter(self.spec, field, None)
            };
            if entered.is_some() {
                return entered;
            }
        }
    }
}

pub(super) fn leader<'a>(record: RecordRef<'a>, span: Option<Span>) -> Option<Match<'a>> {
    let bytes = record.header().leader.as_ref()?.as_bytes();
    let whole = Text::new(bytes, Charset::Utf8);
    let (text, before) = span.map_or(Some((whole, 0)), |span| sub(whole, span))?;
    Some(Match { record, of: Of::Leader, outer: None, text, before, cut: span.is_some(), nfc: false })
}

/// A field as a whole, or characters of its data if it has no subfields.
pub(super) fn whole<'a>(record: RecordRef<'a>, field: FieldRef<'a>, span: Option<Span>) -> Option<Match<'a>> {
    let flat = field.is_control() || span.is_some() || field.subfields().next().is_none();
    let (of, whole) =
        if flat { (Of::Lead(field), field.lead()) } else { (Of::Field(field), field.raw_text()) };
    let (text, before) = span.map_or(Some((whole, 0)), |span| sub(whole, span))?;
    Some(Match { record, of, outer: None, text, before, cut: span.is_some(), nfc: false })
}

pub(super) fn indicator<'a>(record: RecordRef<'a>, field: FieldRef<'a>, number: u8) -> Option<Match<'a>> {
    let at = usize::from(number.checked_sub(1)?);
    let bytes = field.indicators().get(at..=at)?;
    let text = Text::new(bytes, record.charset());
    let of = Of::Indicator(field, number);
    Some(Match { record, of, outer: None, text, before: 0, cut: false, nfc: false })
}

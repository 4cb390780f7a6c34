//! The view of a record that all tools take.

use std::fmt;

use super::{FieldRef, Header, Origin, Record, Slot, Syntax, Text};
use crate::bytes::Cut;
use crate::charset::{Charset, Reason};
use crate::position::{Location, Position};
use crate::tag::{Tag, TagPattern};

/// A view of a record: `Copy`, free to create, with all reading methods.
///
/// # Example
/// ```
/// use kartoteka::{Record, RecordRef};
///
/// fn subjects(record: RecordRef<'_>) -> usize {
///     record.fields_with("6XX").count()
/// }
/// let record = Record::builder().data_field("650", " 0", [('a', "Poetry")]).build()?;
/// assert_eq!(subjects(record.view()), 1);
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct RecordRef<'a> {
    pub(super) header: &'a Header,
    pub(super) syntax: Syntax,
    pub(super) charset: Charset,
    pub(super) reason: Reason,
    pub(super) origin: Origin,
    pub(super) bytes: &'a [u8],
    pub(super) text: Option<&'a str>,
    pub(super) slots: &'a [Slot],
    pub(super) position: Position,
}

impl<'a> RecordRef<'a> {
    /// Returns the header: leader of ISO 2709, numbers of IRBIS, both, or neither.
    #[inline]
    pub const fn header(self) -> &'a Header {
        self.header
    }

    /// Returns the syntax of the field bodies.
    #[inline]
    pub const fn syntax(self) -> Syntax {
        self.syntax
    }

    /// Returns the character set of the record's bytes.
    #[inline]
    pub const fn charset(self) -> Charset {
        self.charset
    }

    /// Returns the reason for that character set.
    #[inline]
    pub const fn charset_reason(self) -> Reason {
        self.reason
    }

    /// Returns whether all of the record is known to be UTF-8, so that text needs no check.
    #[inline]
    pub const fn is_text(self) -> bool {
        self.text.is_some()
    }

    /// Returns the position of the record in the input; zeros for a record created in memory.
    #[inline]
    pub const fn position(self) -> Position {
        self.position
    }

    /// Returns the fields, in the order of the source.
    #[inline]
    pub fn fields(self) -> impl ExactSizeIterator<Item = FieldRef<'a>> + DoubleEndedIterator + Clone + 'a {
        self.slots.iter().enumerate().map(move |(index, slot)| self.field_at(index, *slot))
    }

    /// Returns the fields with these tags, in order. Linear in the number of fields. A text that is no tag panics where debug
    /// assertions are on: see [`TagPattern`].
    #[inline]
    pub fn fields_with(self, tag: impl Into<TagPattern>) -> impl Iterator<Item = FieldRef<'a>> + Clone + 'a {
        let pattern = tag.into();
        let slots = self.slots.iter().enumerate().filter(move |(_, slot)| pattern.matches(slot.tag));
        slots.map(move |(index, slot)| self.field_at(index, *slot))
    }

    /// Returns the first field with one of these tags; as [`fields_with`](Self::fields_with), takes no path.
    #[inline]
    pub fn field(self, tag: impl Into<TagPattern>) -> Option<FieldRef<'a>> {
        self.fields_with(tag).next()
    }

    /// Returns the control number: the data of the first field 001; `None` if there is none.
    pub fn control_number(self) -> Option<Text<'a>> {
        self.field(1).map(FieldRef::lead)
    }

    /// Returns the master file number of IRBIS and CDS/ISIS, from 1; `None` if the source has none.
    pub fn mfn(self) -> Option<u32> {
        self.header.isis.map(|isis| isis.mfn).filter(|&mfn| mfn > 0)
    }

    /// Returns what identifies the record in its catalogue: the control number without blanks around it, or the master
    /// file number; `None` if it has neither.
    ///
    /// # Example
    /// ```
    /// let record = kartoteka::Record::builder().control_field("001", " 17 ").build()?;
    /// assert_eq!(record.view().id().as_deref(), Some("17"));
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    pub fn id(self) -> Option<String> {
        let number = self.control_number().map(|number| number.to_str_lossy().trim().to_owned());
        number.filter(|number| !number.is_empty()).or_else(|| self.mfn().map(|mfn| mfn.to_string()))
    }

    /// Completes the location of a finding: the occurrences of its field and subfield.
    ///
    ///
    /// # Cost
    /// Visits the tags before it, and the subfields before it in its field.
    pub(crate) fn locate(self, location: &mut Location) {
        if location.occurrence.is_none() {
            location.occurrence = self.occurrence(location);
        }
    }

    fn occurrence(self, location: &Location) -> Option<(u32, Option<(char, u32)>)> {
        // A tag that a path cannot express is not shown.
        let tag = location.tag.filter(|tag| tag.is_standard() || tag.bytes().is_none())?;
        let index = usize::try_from(location.field?).ok()?;
        let field = self.next_field(index, |_| true).filter(|field| field.tag() == tag)?;
        let before = self.slots.get(..index)?.iter().filter(|slot| slot.tag == tag).count();
        let subfield = location.subfield.and_then(|index| {
            let index = usize::try_from(index).ok()?;
            let code = field.subfields().nth(index)?.code();
            let before = field.subfields().take(index).filter(|other| other.is(code)).count();
            let code = if self.syntax.fold_codes { code.to_ascii_lowercase() } else { code };
            Some((code, u32::try_from(before).ok()?))
        });
        Some((u32::try_from(before).ok()?, subfield))
    }

    /// Returns an owned copy.
    pub fn to_record(self) -> Record {
        let mut record = Record::new();
        record.copy_from(self);
        record
    }

    #[inline]
    pub(super) fn field_at(self, index: usize, slot: Slot) -> FieldRef<'a> {
        let (start, end) = (slot.start as usize, slot.end as usize);
        let text = self.text.and_then(|text| text.get(start..end));
        FieldRef {
            tag: slot.tag,
            index: index as u32,
            bytes: match text {
                Some(text) => text.as_bytes(),
                None => self.bytes.cut(start..end),
            },
            text,
            syntax: self.syntax,
            charset: self.charset,
            control: slot.control(),
        }
    }

    /// Returns the next field at index `from` or later whose tag is wanted.
    #[inline]
    pub(crate) fn next_field(self, from: usize, wanted: impl Fn(Tag) -> bool) -> Option<FieldRef<'a>> {
        let slots = self.slots.get(from..)?;
        let found = slots.iter().position(|slot| wanted(slot.tag))?;
        let index = from + found;
        self.slots.get(index).map(|slot| self.field_at(index, *slot))
    }

    /// Returns the whole buffer, if it is a record in this format byte for byte.
    #[inline]
    pub(crate) fn verbatim(self, format: &'static str) -> Option<&'a [u8]> {
        (self.origin == Some(format)).then_some(self.bytes)
    }

    /// Returns the rank of each field in the data: see [`Slot::rank`].
    pub(crate) fn ranks(self) -> impl Iterator<Item = u32> + 'a {
        self.slots.iter().map(|slot| slot.rank())
    }

    /// Returns the offset in the buffer of the body of a field of this record.
    pub(crate) fn offset_of(self, field: FieldRef<'_>) -> usize {
        self.slots.get(field.index()).map_or(0, |slot| slot.start as usize)
    }

    /// Returns all bytes of the buffer, bodies and the bytes between them, for a scan over everything at
    /// once.
    #[inline]
    pub(crate) fn buffer(self) -> &'a [u8] {
        self.bytes
    }
}

impl Record {
    /// Makes the record a copy of another and reuses its memory.
    pub fn copy_from(&mut self, other: RecordRef<'_>) {
        self.clear();
        self.header = *other.header;
        self.syntax = other.syntax;
        self.set_charset(other.charset, other.reason);
        self.position = other.position;
        self.origin = other.origin;
        self.slots.extend_from_slice(other.slots);
        match other.text {
            Some(text) => self.text_mut().push_str(text),
            None => self.bytes_mut().extend_from_slice(other.bytes),
        }
    }
}

impl PartialEq for RecordRef<'_> {
    /// Returns whether headers, syntaxes, character sets and all fields are equal, byte for byte and in
    /// order. Ignores positions in the input, and the numbers in the leader (0 to 4, 12 to 16) that depend on
    /// it.
    fn eq(&self, other: &RecordRef<'_>) -> bool {
        let leader = |record: &RecordRef<'_>| {
            record.header.leader.map(|mut leader| {
                (0..5).chain(12..17).for_each(|position| {
                    leader.set(position, b'0');
                });
                leader
            })
        };
        let charset = |record: &RecordRef<'_>| {
            if record.is_text() { Charset::Utf8 } else { record.charset }
        };
        leader(self) == leader(other)
            && self.header.isis == other.header.isis
            && self.syntax == other.syntax
            && charset(self) == charset(other)
            && self.slots.len() == other.slots.len()
            && self.fields().zip(other.fields()).all(|(ours, theirs)| {
                ours.tag == theirs.tag && ours.control == theirs.control && ours.bytes == theirs.bytes
            })
    }
}

impl fmt::Debug for RecordRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("header", self.header)
            .field("charset", &self.charset)
            .field("fields", &self.fields().collect::<Vec<_>>())
            .finish()
    }
}

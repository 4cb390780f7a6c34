//! The traits of the standard library that records implement.

use std::fmt;
use std::ops::Range;

use super::{FieldRef, Record, RecordRef, SubfieldRef, Subfields};

impl Default for Record {
    fn default() -> Record {
        Record::new()
    }
}

impl fmt::Display for Record {
    /// Writes the leader, if there is one, and each field on a line of its own. See the `Display` of [`FieldRef`](super::FieldRef).
    ///
    /// # Example
    /// ```
    /// use kartoteka::Record;
    ///
    /// let record = Record::builder().data_field("245", "1 ", [('a', "Xəmsə /"), ('c', "Nizami.")]).build()?;
    /// assert!(record.to_string().ends_with("245 1# $aXəmsə /$cNizami.\n"));
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(leader) = self.leader() {
            writeln!(f, "LDR {leader}")?;
        }
        self.fields().try_for_each(|field| writeln!(f, "{field}"))
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view().fmt(f)
    }
}

impl PartialEq for Record {
    /// See [`RecordRef::eq`].
    fn eq(&self, other: &Record) -> bool {
        self.view() == other.view()
    }
}

impl Eq for Record {}

/// The fields of a record, in the order of the source. See [`RecordRef::fields`].
#[derive(Debug, Clone)]
pub struct Fields<'a> {
    record: RecordRef<'a>,
    numbers: Range<usize>,
}

impl<'a> Iterator for Fields<'a> {
    type Item = FieldRef<'a>;

    fn next(&mut self) -> Option<FieldRef<'a>> {
        let number = self.numbers.next()?;
        Some(self.record.field_at(number, *self.record.slots.get(number)?))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.numbers.size_hint()
    }
}

impl ExactSizeIterator for Fields<'_> {}

impl<'a> IntoIterator for RecordRef<'a> {
    type Item = FieldRef<'a>;
    type IntoIter = Fields<'a>;

    fn into_iter(self) -> Fields<'a> {
        Fields { record: self, numbers: 0..self.fields().len() }
    }
}

impl<'a> IntoIterator for &'a Record {
    type Item = FieldRef<'a>;
    type IntoIter = Fields<'a>;

    /// Returns the fields.
    ///
    /// # Example
    /// ```
    /// use kartoteka::Record;
    ///
    /// let record = Record::builder()
    ///     .control_field("001", "kart0001")
    ///     .data_field("245", "10", [('a', "Leyli və Məcnun /"), ('c', "Nizami Gəncəvi.")])
    ///     .build()?;
    /// let mut codes = String::new();
    /// for field in &record {
    ///     for subfield in field {
    ///         codes.push(subfield.code());
    ///     }
    /// }
    /// assert_eq!(codes, "ac");
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    fn into_iter(self) -> Fields<'a> {
        self.view().into_iter()
    }
}

impl<'a> IntoIterator for FieldRef<'a> {
    type Item = SubfieldRef<'a>;
    type IntoIter = Subfields<'a>;

    fn into_iter(self) -> Subfields<'a> {
        self.subfields()
    }
}

impl<'a> From<&'a Record> for RecordRef<'a> {
    fn from(record: &'a Record) -> RecordRef<'a> {
        record.view()
    }
}

//! The traits of the standard library that records implement.

use std::fmt;

use super::{Record, RecordRef};

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

impl<'a> From<&'a Record> for RecordRef<'a> {
    fn from(record: &'a Record) -> RecordRef<'a> {
        record.view()
    }
}

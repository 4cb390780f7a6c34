//! Places: in the input, and inside a record.

use std::fmt;

use crate::Tag;

/// Where a record begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct Position {
    /// Offset of the record's first byte from the start of the input, in bytes, 0-based.
    pub byte: u64,
    /// Number of records before it in the input: the index of the record, 0-based.
    pub record: u64,
    /// Line in which it begins, 1-based; 0 where the format has no lines.
    pub line: u64,
}

/// Where in the data something was found: the record, the exact byte, and the element of the record if known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct Location {
    /// Where the record begins.
    pub record: Position,
    /// Offset of the culprit from the start of the input, in bytes, 0-based.
    pub byte: u64,
    /// Length of the culprit in bytes; 0 if it is a place between two bytes.
    pub len: u64,
    /// Line of the culprit, 1-based; 0 where the format has no lines.
    pub line: u64,
    /// Tag of the field.
    pub tag: Option<Tag>,
    /// Index of the field in the record, 0-based; in ISO 2709 this is also the index of its directory entry.
    pub field: Option<u32>,
    /// Index of the subfield in the field, 0-based.
    pub subfield: Option<u32>,
    /// Which field with this tag it is, and the code of the subfield and which with this code; counted from 0.
    pub(crate) occurrence: Option<(u32, Option<(char, u32)>)>,
    /// Master file number of the record, where it has one.
    pub mfn: Option<u32>,
    /// Extension of the companion file in which `byte` counts, such as `xrf`; `None` if that is the input itself.
    pub file: Option<&'static str>,
}

impl Location {
    /// The place at which a record begins.
    pub fn of(record: Position) -> Location {
        Location { record, byte: record.byte, line: record.line, ..Location::default() }
    }

    /// The field or subfield as a path that finds it again: `245[0]$b[1]`. `None` before the record is read, and where no
    /// field is known.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{ReadOptions, Record, RecordRead, iso2709};
    ///
    /// let mut reader = iso2709::Reader::from_path("fixtures/findings/B013.mrc", &ReadOptions::new())?;
    /// let mut places = Vec::new();
    /// let mut record = Record::new();
    /// while reader.read_record(&mut record)? {
    ///     places.extend(reader.diagnostics().iter().filter_map(|finding| finding.location.place()));
    /// }
    /// assert_eq!(places[0].to_string(), "245[0]");
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    pub fn place(&self) -> Option<Place> {
        let (occurrence, subfield) = self.occurrence?;
        let mut place = Place::of_field(self.tag?, occurrence);
        if let Some((code, occurrence)) = subfield {
            place.part = Part::Subfield(code, occurrence);
        }
        Some(place)
    }
}

impl fmt::Display for Location {
    /// `record 7 (byte 10532), field 245[0]$a[0] (#3)`: records and fields counted from 1, as people do, and a path, which
    /// counts from 0.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "record {} (", self.record.record.saturating_add(1))?;
        if self.line > 0 {
            write!(f, "line {}, ", self.line)?;
        }
        if let Some(mfn) = self.mfn {
            write!(f, "MFN {mfn}, ")?;
        }
        write!(f, "byte {}", self.byte)?;
        if let Some(file) = self.file {
            write!(f, " of the .{file}")?;
        }
        f.write_str(")")?;
        match (self.place(), self.tag) {
            (Some(place), _) => write!(f, ", field {place}")?,
            (None, Some(tag)) => write!(f, ", field {tag}")?,
            (None, None) => {}
        }
        if let Some(field) = self.field {
            write!(f, " (#{})", field.saturating_add(1))?;
        }
        if let Some(subfield) = self.subfield.filter(|_| self.occurrence.is_none()) {
            write!(f, ", subfield #{}", subfield.saturating_add(1))?;
        }
        Ok(())
    }
}

/// Where in a record a value stands, written as a path that finds it again: `245[0]$b[1]/3-5`.
///
/// Findings print the same, so that what a finding names can be pasted into a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    /// The tag of the field; `None` for the leader.
    pub tag: Option<Tag>,
    /// Which of the fields with this tag, 0-based.
    pub occurrence: u32,
    /// Tag and occurrence of the field embedded in it that is meant, if one is.
    pub embedded: Option<(Tag, u32)>,
    /// What of the field.
    pub part: Part,
    /// First and last character of the value, both included, 0-based; `None` for all of it.
    pub chars: Option<(u32, u32)>,
}

/// What of a field a [`Place`] names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// All of it.
    Whole,
    /// An indicator, 1-based.
    Indicator(u8),
    /// A subfield: its code, and which of those with this code in the field, 0-based. The text before the first
    /// subfield of an IRBIS field is the code `*`.
    Subfield(char, u32),
}

impl Place {
    /// A whole field.
    pub fn of_field(tag: Tag, occurrence: u32) -> Place {
        Place { tag: Some(tag), occurrence, embedded: None, part: Part::Whole, chars: None }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.tag {
            Some(tag) => write!(f, "{tag}[{}]", self.occurrence)?,
            None => f.write_str("LDR")?,
        }
        if let Some((tag, occurrence)) = self.embedded {
            write!(f, "$1/{tag}[{occurrence}]")?;
        }
        match self.part {
            Part::Whole => {}
            Part::Indicator(number) => write!(f, "^{number}")?,
            Part::Subfield(code, occurrence) => write!(f, "${code}[{occurrence}]")?,
        }
        match self.chars {
            Some((first, last)) if first == last => write!(f, "/{first}"),
            Some((first, last)) => write!(f, "/{first}-{last}"),
            None => Ok(()),
        }
    }
}

//! Positions in the input, and locations inside a record.

use std::fmt;
use std::num::NonZeroU8;

use crate::tag::Tag;

/// The position of a record in the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct Position {
    /// Offset of its first byte from the start of the input, 0-based.
    pub byte: u64,
    /// Number of records before it in the input, which is its 0-based index; [`Position::UNNUMBERED`] if it is not known.
    pub record: u64,
    /// Line in which it begins, 1-based; 0 if the format has no lines, or it is not known.
    pub line: u64,
}

impl Position {
    /// The number of records before a record in a [`Part`](crate::Part) of an input, where it is not known.
    pub const UNNUMBERED: u64 = u64::MAX;

    /// Returns the number of the record as people count, from 1. `None` if it is not known, in a
    /// [`Part`](crate::Part) of an input.
    ///
    /// # Example
    /// ```
    /// assert_eq!(kartoteka::Position::default().number(), Some(1));
    /// ```
    pub const fn number(&self) -> Option<u64> {
        self.record.checked_add(1)
    }

    /// Returns what people call the record: `record 7`, or `record at byte 10532` where its number is not known.
    pub fn name(&self) -> String {
        match self.number() {
            Some(number) => format!("record {number}"),
            None => format!("record at byte {}", self.byte),
        }
    }

    /// Counts a record, if those before it were.
    pub(crate) fn count_record(&mut self) {
        self.record = self.record.checked_add(1).unwrap_or(Position::UNNUMBERED);
    }
}

/// The location of a finding: the record, the exact byte, and the element of the record if known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct Location {
    /// Position of the record.
    pub record: Position,
    /// Offset of the faulty bytes from the start of the input, 0-based.
    pub byte: u64,
    /// Number of faulty bytes; 0 for a location between two bytes.
    pub len: u64,
    /// Line of the faulty bytes, 1-based; 0 if the format has no lines.
    pub line: u64,
    /// Tag of the field.
    pub tag: Option<Tag>,
    /// Index of the field in the record, 0-based; in ISO 2709 this is also the index of its directory entry.
    pub field: Option<u32>,
    /// Index of the subfield in the field, 0-based.
    pub subfield: Option<u32>,
    /// Index of the field among those with its tag, and the code of the subfield with its index among those
    /// with that code; 0-based.
    pub(crate) occurrence: Option<(u32, Option<(char, u32)>)>,
    /// Number of the indicator, 1-based.
    pub(crate) indicator: Option<NonZeroU8>,
    /// First and last character, both included, 0-based: of the value, or without a field of the leader.
    pub(crate) chars: Option<(u16, u16)>,
    /// Master file number of the record, if it has one.
    pub mfn: Option<u32>,
    /// Extension of the companion file to which `byte` refers, such as `xrf`; `None` for the input itself.
    pub file: Option<&'static str>,
}

impl Location {
    /// Returns the location of the start of a record.
    pub fn of(record: Position) -> Location {
        Location { record, byte: record.byte, line: record.line, ..Location::default() }
    }

    /// Returns the element as a path that finds it again: `245[0]$b[1]`, `LDR/6`. `None` before the record is
    /// parsed, and if no element is known.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{ReadOptions, Record, RecordRead, iso2709};
    ///
    /// let mut reader = iso2709::Reader::from_path("fixtures/findings/B013.mrc", &ReadOptions::new())?;
    /// let mut places = Vec::new();
    /// let mut record = Record::new();
    /// while reader.read_record(&mut record)? {
    ///     places.extend(reader.findings().iter().filter_map(|finding| finding.location.place()));
    /// }
    /// assert_eq!(places[0].to_string(), "245[0]");
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    pub fn place(&self) -> Option<ElementPath> {
        let chars = self.chars.map(|(first, last)| (u32::from(first), u32::from(last)));
        if self.tag.is_none() && chars.is_some() {
            return Some(ElementPath { tag: None, occurrence: 0, embedded: None, part: Part::Whole, chars });
        }
        let (occurrence, subfield) = self.occurrence?;
        let mut place = ElementPath::of_field(self.tag?, occurrence);
        place.chars = chars;
        if let Some((code, occurrence)) = subfield {
            place.part = Part::Subfield(code, occurrence);
        }
        if let Some(number) = self.indicator {
            place.part = Part::Indicator(number.get());
        }
        Some(place)
    }
}

impl fmt::Display for Location {
    /// Writes `record 7 (byte 10532), field 245[0]$a[0] (#3)`: records and fields are counted from 1, as
    /// people do, positions in the path from 0.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (", self.record.name())?;
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
            (Some(place), None) => write!(f, ", {place}")?,
            (Some(place), Some(_)) => write!(f, ", field {place}")?,
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

/// The location of a value in a record, written as a path that finds it again: `245[0]$b[1]/3-5`.
///
/// Findings print the same form, so that it can be pasted into a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ElementPath {
    /// The tag of the field; `None` for the leader.
    pub tag: Option<Tag>,
    /// Index among the fields with this tag, 0-based.
    pub occurrence: u32,
    /// Tag and index of the embedded field that contains it, if any.
    pub embedded: Option<(Tag, u32)>,
    /// The part of the field.
    pub part: Part,
    /// First and last character of the value, both included, 0-based; `None` for all of it.
    pub chars: Option<(u32, u32)>,
}

/// The part of a field that an [`ElementPath`] names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// All of the field.
    Whole,
    /// An indicator, 1-based.
    Indicator(u8),
    /// A subfield: its code, and its index among those with this code in the field, 0-based. The text before
    /// the first subfield of an IRBIS field has the code `*`.
    Subfield(char, u32),
}

impl ElementPath {
    /// Returns the path of a whole field.
    pub fn of_field(tag: Tag, occurrence: u32) -> ElementPath {
        ElementPath { tag: Some(tag), occurrence, embedded: None, part: Part::Whole, chars: None }
    }
}

impl fmt::Display for ElementPath {
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

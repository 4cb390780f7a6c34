//! Where in a record a value stands.

use std::fmt;

use crate::Tag;

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

//! A value of a record in the model: where it comes from, as it is written, and cleaned.

use std::borrow::Cow;
use std::fmt;

use super::clean;
use super::names::{Element, Part};
use crate::position::{self, ElementPath};
use crate::record::Text;
use crate::tag::Tag;

/// A value with its place in the record, as it is written and cleaned.
///
/// # Example
/// ```
/// use kartoteka::{Record, model::Bib};
///
/// let record = Record::builder().data_field("245", "10", [('a', "Divan /"), ('c', "Füzuli.")]).build()?;
/// let bib = Bib::of(record.view());
/// let title = bib.titles().next().and_then(|title| title.value()).unwrap();
/// assert_eq!((title.raw().as_ref(), title.clean().as_ref()), ("Divan /", "Divan"));
/// assert_eq!(title.path().to_string(), "245[0]$a[0]");
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Sourced<'a> {
    pub(super) text: Text<'a>,
    pub(super) element: Element,
    pub(super) part: Part,
    pub(super) place: Place,
}

/// A place in a record, as few bytes as will do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) tag: Tag,
    pub(super) occurrence: u32,
    /// The place of the subfield in the field.
    pub(super) subfield: u32,
    pub(super) code: Option<(char, u32)>,
    pub(super) embedded: Option<(Tag, u32)>,
    pub(super) chars: Option<(u16, u16)>,
    /// The leader: there is no tag.
    pub(super) leader: bool,
    /// Angle brackets are the marks of filing in IRBIS.
    pub(super) angles: bool,
}

impl Place {
    pub(super) fn path(&self) -> ElementPath {
        let mut path = ElementPath::of_field(self.tag, self.occurrence);
        path.tag = path.tag.filter(|_| !self.leader);
        path.embedded = self.embedded;
        if let Some((code, occurrence)) = self.code {
            path.part = position::Part::Subfield(code, occurrence);
        }
        path.chars = self.chars.map(|(first, last)| (first.into(), last.into()));
        path
    }
}

impl<'a> Sourced<'a> {
    /// Returns the value as it is written in the record; what does not decode becomes U+FFFD.
    pub fn raw(&self) -> Cow<'a, str> {
        self.text.to_str_lossy()
    }

    /// Returns the value without the marks that end it in ISBD, and those of filing: `Divan` of `Divan /`.
    pub fn clean(&self) -> Cow<'a, str> {
        let clean = clean::clean(self.text.to_str_lossy(), self.element, self.part);
        match self.place.angles && clean.contains('<') && clean::is_filed(self.element) {
            true => clean::shown(&clean).into(),
            false => clean,
        }
    }

    /// Returns the value as it is written if it says that other words are filed than those shown: `<1000=тысяча> страниц`.
    pub(super) fn filed(&self) -> Option<Cow<'a, str>> {
        let raw = self.text.to_str_lossy();
        let is_filed = self.place.angles && clean::is_filed(self.element);
        Some(raw).filter(|raw| is_filed && raw.contains('<') && raw.contains('='))
    }

    /// Returns the bytes of the value.
    pub const fn text(&self) -> Text<'a> {
        self.text
    }

    /// Returns what the value is in its entry.
    pub const fn part(&self) -> Part {
        self.part
    }

    /// Returns where the value is in the record.
    pub fn path(&self) -> ElementPath {
        self.place.path()
    }

    /// Returns whether all bytes of the value are text in the character set of the record.
    pub fn is_decoded(&self) -> bool {
        self.text.to_str().is_ok()
    }
}

impl fmt::Display for Sourced<'_> {
    /// Writes the cleaned value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.clean())
    }
}

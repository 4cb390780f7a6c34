//! Changes of records by path, on their way to the output.

use super::Transform;
use crate::charset::{Charset, Policy};
use crate::error::{DecodeError, Error, ErrorKind, Result};
use crate::finding::{Finding, Findings};
use crate::path::FieldPath;
#[cfg(feature = "regex")]
use crate::path::Substitution;
use crate::position::Location;
use crate::record::Record;

use super::rules::UNENCODABLE;

/// A change of a record by path. The functions that parse one take what the command line has.
///
/// # Example
/// ```
/// use kartoteka::{Edit, Record};
///
/// let mut record = Record::builder().data_field("264", " 1", [('a', "Baku"), ('c', "1999")]).build()?;
/// Edit::set("264$c=2026")?.apply(&mut record)?;
/// Edit::delete("264$a,9XX")?.apply(&mut record)?;
/// assert_eq!(record.field("264").unwrap().raw(), b" 1\x1fc2026");
/// assert!(Edit::set("264$c").is_err());
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Edit {
    /// Sets the values at a path: see [`Record::set`].
    Set(FieldPath, String),
    /// Deletes what is at these paths: see [`Record::delete`].
    Delete(Vec<FieldPath>),
    /// Deletes all but what is at these paths: see [`Record::keep`].
    Keep(Vec<FieldPath>),
    /// Replaces matches in the values at a path: see [`Record::replace`].
    #[cfg(feature = "regex")]
    Replace(FieldPath, Substitution),
}

impl Edit {
    /// Parses a path, `=` and a value.
    ///
    /// # Errors
    /// [`ErrorKind::Argument`].
    pub fn set(text: &str) -> Result<Edit> {
        let (path, rest) =
            FieldPath::parse_start(text).map_err(|error| Error::argument(error.to_string()))?;
        match rest.strip_prefix('=') {
            Some(value) => Ok(Edit::Set(path, value.to_owned())),
            None => {
                let at = text.len() - rest.len();
                Err(Error::argument(format!("expected = after the path {path}, at byte {at}")))
            }
        }
    }

    /// Parses paths, with commas between them.
    ///
    /// # Errors
    /// [`ErrorKind::Argument`].
    pub fn delete(text: &str) -> Result<Edit> {
        FieldPath::parse_list(text).map(Edit::Delete).map_err(|error| Error::argument(error.to_string()))
    }

    /// Parses paths, with commas between them.
    ///
    /// # Errors
    /// [`ErrorKind::Argument`].
    pub fn keep(text: &str) -> Result<Edit> {
        FieldPath::parse_list(text).map(Edit::Keep).map_err(|error| Error::argument(error.to_string()))
    }

    /// Parses a path and a [`Substitution`].
    ///
    /// # Errors
    /// [`ErrorKind::Argument`].
    #[cfg(feature = "regex")]
    pub fn replace(text: &str) -> Result<Edit> {
        let (path, rest) =
            FieldPath::parse_start(text).map_err(|error| Error::argument(error.to_string()))?;
        Ok(Edit::Replace(path, rest.trim_start().parse()?))
    }

    /// Changes a record.
    ///
    /// # Errors
    /// As the method of [`Record`] that it calls; the record is then unchanged by that path.
    pub fn apply(&self, record: &mut Record) -> Result<()> {
        match self {
            Edit::Set(path, value) => record.set(path, value).map(|_| ()),
            Edit::Delete(paths) => paths.iter().try_for_each(|path| record.delete(path).map(|_| ())),
            Edit::Keep(paths) => record.keep(paths).map(|_| ()),
            #[cfg(feature = "regex")]
            Edit::Replace(path, substitution) => {
                record.replace(path, |value| substitution.apply(value)).map(|_| ())
            }
        }
    }
}

/// Edits in the order in which they change each record. A record whose character set cannot hold a value is rejected.
///
/// # Example
/// ```
/// use kartoteka::{Content, Edit, Edits, Pass, open};
///
/// let edits = Edits::new().edit(Edit::keep("001")?).edit(Edit::keep("245")?);
/// let mut pass = Pass::new(open("fixtures/iso2709/marc21.mrc")?).transform(edits);
/// while let Some(item) = pass.item()? {
///     if let Content::Record(record) = item.content {
///         assert_eq!(record.fields().len(), 2);
///     }
/// }
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Edits {
    list: Vec<Edit>,
    utf8: bool,
}

impl Edits {
    /// No edits.
    pub fn new() -> Edits {
        Edits::default()
    }

    /// Returns whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Adds an edit after the others. What two of [`Edit::Keep`] keep is one list, at the place of the first.
    #[must_use]
    pub fn edit(mut self, edit: Edit) -> Edits {
        let mut kept = self.list.iter_mut().filter_map(|edit| match edit {
            Edit::Keep(paths) => Some(paths),
            _ => None,
        });
        match (edit, kept.next()) {
            (Edit::Keep(more), Some(paths)) => paths.extend(more),
            (edit, _) => self.list.push(edit),
        }
        self
    }

    /// Sets whether the records become UTF-8 anyway: then a record whose character set cannot hold a value becomes UTF-8
    /// at once. Default: false.
    #[must_use]
    pub fn utf8(mut self, yes: bool) -> Edits {
        self.utf8 = yes;
        self
    }
}

impl Transform for Edits {
    fn transform(&mut self, record: &mut Record, _: &mut Findings) -> Result<()> {
        for edit in &self.list {
            let edited = match edit.apply(record) {
                Err(error) if self.utf8 && is_unencodable(&error) => {
                    record.transcode(Charset::Utf8, Policy::Strict)?;
                    edit.apply(record)
                }
                other => other,
            };
            let Err(error) = edited else { continue };
            let place = Location::of(record.position());
            return Err(match error.kind() {
                // What the character set of a record cannot hold is about that record.
                ErrorKind::Decode(why) => {
                    let finding = Finding::new(UNENCODABLE, place, why.to_string(), "record rejected");
                    Error::new(ErrorKind::Unrepresentable(finding))
                }
                _ => Error::argument(format!("{}: {error}", place.record.name())),
            });
        }
        Ok(())
    }
}

fn is_unencodable(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Decode(DecodeError::Unencodable { .. } | DecodeError::Unsupported { .. })
    )
}

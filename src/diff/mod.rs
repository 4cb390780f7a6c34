//! What differs between two inputs, record by record.
//!
//! Records belong together by control number or master file number, those with the same number in the order of the
//! inputs; records without a number by their content. Lengths and offsets are not compared; text is, in whatever
//! character set it is.
//!
//! # Example
//! ```
//! use kartoteka::diff::{Diff, Difference, Kind};
//! use kartoteka::{Format, Pass, ReadOptions, reader};
//! use std::io::Cursor;
//!
//! let (old, new) = (b"000000001 001   L 1\n000000001 24510 L $$aOld\n", b"000000001 001   L 1\n000000001 24510 L $$aNew\n");
//! let options = ReadOptions::new();
//! let mut diff = Diff::new(Cursor::new(old), Format::Aleph, &options);
//! let mut pass = Pass::new(reader(&old[..], Some(Format::Aleph), &options)?);
//! while let Some(item) = pass.item()? {
//!     diff.add_old(&item);
//! }
//! let mut pass = Pass::new(reader(&new[..], Some(Format::Aleph), &options)?);
//! let mut found: Vec<Difference> = Vec::new();
//! while let Some(item) = pass.item()? {
//!     found.extend(diff.compare_new(&item)?);
//! }
//! diff.removed(&mut |difference| Ok::<(), kartoteka::Error>(found.push(difference)))?;
//! assert_eq!((found.len(), found[0].kind, found[0].id.as_deref()), (1, Kind::Changed, Some("1")));
//! let fields = found[0].fields.as_ref().unwrap();
//! assert_eq!((fields[0].in_old, fields[0].value.as_str()), (true, "10\u{1F}aOld"));
//! assert_eq!(diff.counts().changed, 1);
//! # Ok::<(), kartoteka::Error>(())
//! ```

mod compare;
mod words;

use std::collections::HashMap;
use std::io::{Read, Seek, SeekFrom};

use self::compare::{compare, content, key};
use crate::error::{Error, Result};
use crate::format::descriptor::{Can, Format};
use crate::io::{Content, Item, Pass, ReadOptions};
use crate::open::reader;
use crate::record::{Record, RecordRef};

/// A comparison of two inputs.
///
/// # Cost
/// Holds some 60 bytes for each record of the old input, and reads records of it again to compare their fields.
#[derive(Debug)]
pub struct Diff<S> {
    known: HashMap<(u64, u32), Known>,
    /// How often each number was seen, in the old input and in the new one.
    old: HashMap<u64, u32>,
    new: HashMap<u64, u32>,
    again: Again<S>,
    counts: Counts,
    scratch: String,
    none: Record,
}

/// What is known of a record of the old input.
#[derive(Debug)]
struct Known {
    content: u64,
    offset: u64,
    len: u64,
    seen: bool,
    /// Its number, where the record cannot be read again.
    id: Option<Box<str>>,
}

/// The old input, to be read again.
#[derive(Debug)]
struct Again<S> {
    source: S,
    format: Format,
    options: ReadOptions,
}

/// How many records there are of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Records of the old input.
    pub old: u64,
    /// Records of the new input.
    pub new: u64,
    /// Records that say the same in both.
    pub same: u64,
    /// Records that are in both, and differ.
    pub changed: u64,
    /// Records that are in the new input only.
    pub added: u64,
    /// Records that are in the old input only.
    pub removed: u64,
}

/// A record that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// In what way.
    pub kind: Kind,
    /// Its control number or master file number.
    pub id: Option<String>,
    /// Its offset in the new input; in the old one, if it was removed.
    pub offset: u64,
    /// The fields that are in one of the two records only, sorted by tag; none if only their order differs, and of a
    /// record that was added or removed. `None` if the old record cannot be read again.
    pub fields: Option<Vec<FieldChange>>,
}

/// In what way a record differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// It is in the new input only.
    Added,
    /// It is in the old input only.
    Removed,
    /// It is in both, with other fields.
    Changed,
}

/// A field that is in one of two records only.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldChange {
    /// Whether it is in the old record, not in the new one.
    pub in_old: bool,
    /// The tag; `LDR` for the leader.
    pub tag: String,
    /// Indicators, delimiters and values; bytes that do not decode are written `\xE9`.
    pub value: String,
}

impl<S: Read + Seek> Diff<S> {
    /// Starts a comparison. `again` are the bytes of the old input, whose records were or will be read in this format and
    /// with these options.
    pub fn new(again: S, format: Format, options: &ReadOptions) -> Diff<S> {
        Diff {
            known: HashMap::new(),
            old: HashMap::new(),
            new: HashMap::new(),
            again: Again { source: again, format, options: options.clone() },
            counts: Counts::default(),
            scratch: String::new(),
            none: Record::new(),
        }
    }

    /// Adds an item of the old input. All of them come before the first of the new one.
    pub fn add_old(&mut self, item: &Item<'_>) {
        let Some(record) = record_of(item, &self.none) else { return };
        self.counts.old += 1;
        let content = content(record, &mut self.scratch);
        // Records of a base are not where their bytes are read one after the other.
        let id = record.id().filter(|_| self.again.format.can(Can::Seek)).map(String::into_boxed_str);
        let (offset, len) = (item.position().byte, item.raw().len() as u64);
        let known = Known { content, offset, len, seen: false, id };
        self.known.insert(key(record, content, &mut self.old), known);
    }

    /// Compares an item of the new input. `None` if the old input has the same.
    ///
    /// # Errors
    /// [`ErrorKind::Read`](crate::ErrorKind::Read) if the old input cannot be read again.
    pub fn compare_new(&mut self, item: &Item<'_>) -> Result<Option<Difference>> {
        let Some(record) = record_of(item, &self.none) else { return Ok(None) };
        self.counts.new += 1;
        let content = content(record, &mut self.scratch);
        let (kind, fields) = match self.known.get_mut(&key(record, content, &mut self.new)) {
            None => {
                self.counts.added += 1;
                (Kind::Added, Some(Vec::new()))
            }
            Some(known) => {
                known.seen = true;
                if known.content == content {
                    self.counts.same += 1;
                    return Ok(None);
                }
                self.counts.changed += 1;
                let old = self.again.read(known)?;
                (Kind::Changed, old.map(|old| compare(old.view(), record)))
            }
        };
        Ok(Some(Difference { kind, id: record.id(), offset: item.position().byte, fields }))
    }

    /// Gives `found` the records of the old input that the new one does not have, in the order of the input. Call it
    /// after the last item of the new input.
    ///
    /// # Errors
    /// As [`Diff::compare_new`], and the error of `found`.
    pub fn removed<E: From<Error>>(
        &mut self,
        found: &mut dyn FnMut(Difference) -> Result<(), E>,
    ) -> Result<(), E> {
        let known = std::mem::take(&mut self.known).into_values();
        let mut left: Vec<Known> = known.filter(|known| !known.seen).collect();
        left.sort_unstable_by_key(|known| known.offset);
        for known in left {
            let record = self.again.read(&known)?;
            self.counts.removed += 1;
            let id = known.id.map(String::from).or_else(|| record.and_then(|record| record.view().id()));
            let fields = Some(Vec::new());
            found(Difference { kind: Kind::Removed, id, offset: known.offset, fields })?;
        }
        Ok(())
    }

    /// Returns how many records there are of each kind, so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }
}

/// Returns the record of an item, or `none` if nothing of it could be read; `None` for what comes after the last.
fn record_of<'a>(item: &'a Item<'_>, none: &'a Record) -> Option<RecordRef<'a>> {
    match &item.content {
        Content::Record(record) => Some(record.view()),
        Content::Rejected { .. } => Some(none.view()),
        Content::Rest => None,
    }
}

impl<S: Read + Seek> Again<S> {
    /// Reads a record again. `None` if it could not be read the first time either.
    fn read(&mut self, known: &Known) -> Result<Option<Record>> {
        self.source.seek(SeekFrom::Start(known.offset)).map_err(Error::read)?;
        let mut bytes = Vec::new();
        (&mut self.source).take(known.len).read_to_end(&mut bytes).map_err(Error::read)?;
        let Ok(reader) = reader(bytes.as_slice(), Some(self.format), &self.options) else {
            return Ok(None);
        };
        let mut pass = Pass::new(reader);
        let read = matches!(pass.item(), Ok(Some(_)));
        Ok(pass.record().filter(|_| read).cloned())
    }
}

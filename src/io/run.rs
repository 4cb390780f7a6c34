//! The loop over records: reads, changes, collects findings, and stops where strict reading stops.

use std::sync::{Arc, Mutex, PoisonError};

use super::{RecordRead, in_batches};
use crate::error::{Error, Result};
use crate::finding::{Finding, Findings, Rule};
use crate::limits::Limits;
use crate::position::Position;
use crate::record::Record;

/// A change that each record undergoes between reading and writing: an edit, a fix, a crosswalk.
///
/// A closure is one, if it keeps no account. A type that keeps an account has it in its own fields; whoever runs it
/// gets the value back.
pub trait Transform: Send {
    /// Changes a record, and adds what is worth reporting about the change to `findings`.
    ///
    /// # Errors
    /// An error for which [`Error::is_record`] holds rejects the record. Any other ends the run.
    fn transform(&mut self, record: &mut Record, findings: &mut Findings) -> Result<()>;
}

impl<F: FnMut(&mut Record, &mut Findings) -> Result<()> + Send> Transform for F {
    fn transform(&mut self, record: &mut Record, findings: &mut Findings) -> Result<()> {
        self(record, findings)
    }
}

/// The transform of a pass that has none.
#[derive(Debug, Clone, Copy)]
pub enum Unchanged {}

impl Transform for Unchanged {
    fn transform(&mut self, _: &mut Record, _: &mut Findings) -> Result<()> {
        match *self {}
    }
}

/// One pass over the records of a reader: the loop that all others are made of.
///
/// # Example
/// ```
/// use kartoteka::{Content, Pass, open};
///
/// let mut pass = Pass::new(open("fixtures/iso2709/damaged.mrc")?);
/// let (mut records, mut findings) = (0, 0);
/// while let Some(item) = pass.item()? {
///     findings += item.findings.len();
///     if let Content::Record(_) = item.content {
///         records += 1;
///     }
/// }
/// assert_eq!((records, findings), (10, 8));
/// # Ok::<(), kartoteka::Error>(())
/// ```
pub struct Pass<R, C = Unchanged> {
    reader: R,
    strict: bool,
    transform: Option<C>,
    /// What the transform found.
    own: Findings,
    /// All findings of the last item, where they are not those of the reader alone.
    all: Vec<Finding>,
    unlisted: Vec<(Rule, u64)>,
    record: Record,
    /// Why the last record was rejected.
    error: Option<Error>,
    /// The error that the next call returns.
    stop: Option<Error>,
    ended: bool,
    garbage: Option<Arc<Mutex<Heard>>>,
    heard: Vec<Garbage>,
}

/// Bytes that belong to no record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Garbage {
    /// Offset of the first byte in the input, 0-based.
    pub offset: u64,
    /// The bytes, or the first of them: see [`Pass::keep_garbage`].
    pub bytes: Vec<u8>,
}

/// What the sink of garbage keeps.
#[derive(Default)]
struct Heard {
    pieces: Vec<Garbage>,
    /// How many bytes of each piece are kept, and how many pieces.
    most: (usize, usize),
}

/// What a pass comes to next.
#[derive(Debug)]
#[non_exhaustive]
pub struct Item<'a> {
    /// The record, or why there is none.
    pub content: Content<'a>,
    /// What was found in the record and before it; after the last record, what was found there.
    pub findings: &'a [Finding],
    /// How many findings were counted but not listed, by rule.
    pub unlisted: &'a [(Rule, u64)],
    /// The bytes before the record that belong to none, if the pass [keeps](Pass::keep_garbage) them.
    pub garbage: &'a [Garbage],
    pub(super) reader: Reader<'a>,
}

/// The reader of an item.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a>(pub(super) &'a dyn RecordRead);

impl std::fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").finish_non_exhaustive()
    }
}

/// The content of an [`Item`].
#[derive(Debug)]
#[non_exhaustive]
pub enum Content<'a> {
    /// A record. It may be taken: the next one does not need it.
    Record(&'a mut Record),
    /// A record that could not be read, or not be changed.
    Rejected {
        /// Why.
        error: &'a Error,
        /// Whether it was read, but could not be changed.
        read: bool,
    },
    /// No record: findings after the last one, or before the error with which the pass ends.
    Rest,
}

impl<'a> Item<'a> {
    /// Returns the bytes of the input from which the record was read, or not read.
    pub fn raw(&self) -> &'a [u8] {
        self.reader.0.raw()
    }

    /// Returns where the record begins; after the last record, where the input ends.
    pub fn position(&self) -> Position {
        self.reader.0.position()
    }
}

/// How many pieces of garbage before one record are kept.
const PIECES: usize = 16;

impl<R: RecordRead> Pass<R> {
    /// Makes a pass over `reader`, which may be a reference; nothing is read yet.
    pub fn new(reader: R) -> Pass<R> {
        Pass {
            reader,
            strict: false,
            transform: None,
            own: Findings::new(Limits::default().findings),
            all: Vec::new(),
            unlisted: Vec::new(),
            record: Record::new(),
            error: None,
            stop: None,
            ended: false,
            garbage: None,
            heard: Vec::new(),
        }
    }

    /// Changes each record that was read.
    #[must_use]
    pub fn transform<C: Transform>(self, transform: C) -> Pass<R, C> {
        Pass {
            reader: self.reader,
            strict: self.strict,
            transform: Some(transform),
            own: self.own,
            all: self.all,
            unlisted: self.unlisted,
            record: self.record,
            error: self.error,
            stop: self.stop,
            ended: self.ended,
            garbage: self.garbage,
            heard: self.heard,
        }
    }
}

impl<R: RecordRead, C: Transform> Pass<R, C> {
    /// Returns the last record; `None` if it was rejected, and at the end.
    pub fn record(&self) -> Option<&Record> {
        let is_read = !self.ended && self.error.is_none() && self.stop.is_none();
        is_read.then_some(&self.record)
    }

    /// Returns the reader.
    pub fn reader(&self) -> &R {
        &self.reader
    }

    /// Takes the reader.
    pub fn into_reader(self) -> R {
        self.reader
    }

    /// Returns the transform, with the account that it keeps.
    pub fn transform_mut(&mut self) -> Option<&mut C> {
        self.transform.as_mut()
    }

    /// Takes the transform, with the account that it keeps.
    pub fn into_transform(self) -> Option<C> {
        self.transform
    }

    /// Sets whether the pass ends with an error at the first record that cannot be read. The findings of that record
    /// come before, as [`Content::Rest`]. Default: false, such a record is [`Content::Rejected`].
    #[must_use]
    pub fn strict(mut self, yes: bool) -> Pass<R, C> {
        self.strict = yes;
        self
    }

    /// Keeps the first `most` bytes of each piece of garbage, for [`Item::garbage`]. With `usize::MAX` all bytes are
    /// kept: only for a batch, whose bytes are in memory anyway. Default: none are.
    #[must_use]
    pub fn keep_garbage(mut self, most: usize) -> Pass<R, C> {
        let pieces = if most == usize::MAX { usize::MAX } else { PIECES };
        let heard = Arc::new(Mutex::new(Heard { pieces: Vec::new(), most: (most, pieces) }));
        let sink = Arc::clone(&heard);
        self.reader.on_garbage(Box::new(move |offset, bytes| {
            let mut heard = sink.lock().unwrap_or_else(PoisonError::into_inner);
            let (most, pieces) = heard.most;
            if heard.pieces.len() < pieces {
                let bytes = bytes.get(..most).unwrap_or(bytes).to_vec();
                heard.pieces.push(Garbage { offset, bytes });
            }
        }));
        self.garbage = Some(heard);
        self
    }

    /// Reads the next item. `None` at the end.
    ///
    /// # Errors
    /// If the input cannot be read on; in a [strict](Pass::strict) pass, if a record is malformed; and errors of the
    /// transform that are not about one record.
    pub fn item(&mut self) -> Result<Option<Item<'_>>> {
        if let Some(error) = self.stop.take() {
            self.ended = true;
            return Err(error);
        }
        if self.ended {
            return Ok(None);
        }
        self.all.clear();
        self.unlisted.clear();
        self.error = None;
        let mut read = false;
        match self.reader.read_record(&mut self.record) {
            Ok(true) => {
                read = true;
                if self.transform.is_some() {
                    self.change();
                }
            }
            Ok(false) => self.ended = true,
            Err(error) => {
                if let Some(finding) = error.finding().filter(|one| !self.reader.findings().contains(one)) {
                    self.all.extend_from_slice(self.reader.findings());
                    self.all.push(finding.clone());
                }
                match error.is_record() && !self.strict {
                    true => self.error = Some(error),
                    false => self.stop = Some(error),
                }
            }
        }
        if let Some(garbage) = &self.garbage {
            self.heard.clear();
            let mut heard = garbage.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::swap(&mut heard.pieces, &mut self.heard);
        }
        let findings = if self.all.is_empty() { self.reader.findings() } else { &self.all };
        let unlisted = if self.unlisted.is_empty() { self.reader.unlisted() } else { &self.unlisted };
        if self.ended || self.stop.is_some() {
            let is_empty = findings.is_empty() && unlisted.is_empty() && self.heard.is_empty();
            if is_empty {
                self.ended = true;
                return self.stop.take().map_or(Ok(None), Err);
            }
        }
        let content = match (&self.error, &self.stop) {
            (None, None) if !self.ended => Content::Record(&mut self.record),
            (Some(error), None) => Content::Rejected { error, read },
            _ => Content::Rest,
        };
        let reader = Reader(&self.reader);
        Ok(Some(Item { content, findings, unlisted, garbage: &self.heard, reader }))
    }

    /// Gives the record that was read to the transform.
    fn change(&mut self) {
        let Some(transform) = &mut self.transform else { return };
        self.own.begin(self.reader.position());
        if let Err(error) = transform.transform(&mut self.record, &mut self.own) {
            if let Some(finding) = error.finding().filter(|finding| !self.own.list().contains(finding)) {
                self.own.push(finding.clone());
            }
            match error.is_record() {
                true => self.error = Some(error),
                false => self.stop = Some(error),
            }
        }
        if !self.own.list().is_empty() {
            let record = self.record.view();
            self.own.locate(|location| record.locate(location));
            self.all.extend_from_slice(self.reader.findings());
            self.all.extend_from_slice(self.own.list());
        }
        if !self.own.unlisted().is_empty() {
            self.unlisted.extend_from_slice(self.reader.unlisted());
            self.unlisted.extend_from_slice(self.own.unlisted());
        }
    }
}

impl<R, C> std::fmt::Debug for Pass<R, C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pass").field("strict", &self.strict).finish_non_exhaustive()
    }
}

/// What happened to the records of one batch, apart from what was made of them.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Account {
    /// Records seen, the rejected ones included.
    pub records: u64,
    /// All findings, in order.
    pub findings: Vec<Finding>,
    /// How many findings were counted but not listed, by rule.
    pub unlisted: Vec<(Rule, u64)>,
}

impl Account {
    /// Adds an item.
    fn add(&mut self, item: &Item<'_>) {
        self.records += u64::from(!matches!(item.content, Content::Rest));
        self.findings.extend_from_slice(item.findings);
        self.unlisted.extend_from_slice(item.unlisted);
    }
}

/// How many bytes of records one thread works on before it hands the result on.
const AT_ONCE: usize = 256 * 1024;

/// How to go over all records of an input.
///
/// # Example
/// ```
/// use kartoteka::{Content, Run, open};
///
/// let mut reader = open("fixtures/iso2709/marc21.mrc")?;
/// let mut titles = Vec::new();
/// Run::new().jobs(2).each(
///     &mut reader,
///     // On several threads: the titles of a batch.
///     |batch: &mut Vec<String>, item| {
///         if let Content::Record(record) = item.content {
///             let title = record.field("245").and_then(|field| field.subfield('a'));
///             batch.extend(title.map(|title| title.to_str_lossy().into_owned()));
///         }
///     },
///     // On this thread, in the order of the input.
///     |batch, account| {
///         assert!(account.findings.is_empty());
///         titles.append(batch);
///         Ok::<(), kartoteka::Error>(())
///     },
/// )?;
/// assert_eq!(titles.len(), 8);
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Run {
    pub(super) jobs: usize,
    pub(super) strict: bool,
    batches: bool,
}

impl Default for Run {
    fn default() -> Run {
        Run { jobs: 1, strict: false, batches: false }
    }
}

impl Run {
    /// One thread, not strict.
    pub fn new() -> Run {
        Run::default()
    }

    /// Sets the number of threads. Default: 1. Without the feature `rayon` there is only one. The result does not
    /// depend on it.
    #[must_use]
    pub fn jobs(mut self, jobs: usize) -> Run {
        self.jobs = jobs;
        self
    }

    /// Sets whether the run ends with an error at the first record that cannot be read. Default: false.
    #[must_use]
    pub fn strict(mut self, yes: bool) -> Run {
        self.strict = yes;
        self
    }

    /// Sets whether one thread works in the same batches as several do. Default: false. Choose this where the result
    /// depends on which records are a batch.
    #[must_use]
    pub fn same_batches(mut self, yes: bool) -> Run {
        self.batches = yes;
        self
    }

    /// Gives each item of an input to `work`, which adds it to the value of its batch, and each value to `done`, in
    /// the order of the input, with the account of the batch. What `done` leaves in a value, another batch adds to:
    /// returned are all values that are left at the end, in no particular order. There are never more of them than
    /// batches in memory at a time.
    ///
    /// # Errors
    /// The error of `done`; of the reader, if the input cannot be read on, or if a record is malformed and the run is
    /// [strict](Run::strict), after `done` has had the records before.
    pub fn each<T: Default + Send, E: From<Error>>(
        self,
        reader: &mut dyn RecordRead,
        work: impl Fn(&mut T, Item<'_>) + Sync,
        mut done: impl FnMut(&mut T, &Account) -> Result<(), E>,
    ) -> Result<Vec<T>, E> {
        let idle = Mutex::new(Vec::new());
        let take = || idle.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        // Reads to the end, or until the records have that number of bytes.
        let some = |pass: &mut Pass<&mut dyn RecordRead>, most: usize| -> Part<T> {
            let mut part = Part { value: take(), account: Account::default(), stop: None, more: true };
            let mut bytes = 0usize;
            while bytes < most {
                match pass.item() {
                    Ok(Some(item)) => {
                        part.account.add(&item);
                        bytes += item.raw().len();
                        work(&mut part.value, item);
                    }
                    Ok(None) => {
                        part.more = false;
                        break;
                    }
                    Err(error) => {
                        part.stop = Some(error);
                        break;
                    }
                }
            }
            part
        };
        let mut end = |mut part: Part<T>| -> Result<(), E> {
            done(&mut part.value, &part.account)?;
            idle.lock().unwrap_or_else(PoisonError::into_inner).push(part.value);
            part.stop.map_or(Ok(()), |error| Err(E::from(error)))
        };
        if self.jobs > 1 || self.batches {
            let batch = |batch: &mut (dyn RecordRead + Send)| {
                some(&mut Pass::new(batch as &mut dyn RecordRead).strict(self.strict), usize::MAX)
            };
            in_batches(reader, self.jobs, batch, end)?;
        } else {
            let mut pass = Pass::new(reader).strict(self.strict);
            loop {
                let part = some(&mut pass, AT_ONCE);
                let more = part.more;
                end(part)?;
                if !more {
                    break;
                }
            }
        }
        Ok(idle.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The result of a batch.
struct Part<T> {
    value: T,
    account: Account,
    /// Why reading ended early.
    stop: Option<Error>,
    /// Whether more may follow.
    more: bool,
}

//! Copies records from a reader to a writer.

use std::cell::RefCell;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::run::{Content, Garbage, Pass, Run, Transform, Unchanged};
use super::{GarbageSink, RecordRead, RecordWrite, in_batches};
use crate::error::{Error, Result};
use crate::finding::{Finding, Rule, Tally};

/// The result of a copy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "it says whether records were rejected or characters replaced"]
pub struct Summary {
    /// Records seen in the input, the rejected ones included.
    pub read: u64,
    /// Records written.
    pub written: u64,
    /// Records that could not be read or not be written.
    pub rejected: u64,
    /// Characters and undecodable sequences replaced.
    pub replaced: u64,
    /// Findings of reader and writer, by rule.
    pub report: Tally,
}

impl Summary {
    /// Adds the result of another copy.
    pub fn merge(&mut self, other: &Summary) {
        self.read += other.read;
        self.written += other.written;
        self.rejected += other.rejected;
        self.replaced += other.replaced;
        self.report.merge(&other.report);
    }
}

impl fmt::Display for Summary {
    /// Writes what a user wants to know after a conversion, such as `8 records read, 7 written, 1 rejected`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.read == 1 { "" } else { "s" };
        write!(f, "{} record{plural} read, {} written", self.read, self.written)?;
        if self.rejected > 0 {
            write!(f, ", {} rejected", self.rejected)?;
        }
        if self.replaced > 0 {
            let plural = if self.replaced == 1 { "" } else { "s" };
            write!(f, ", {} character{plural} replaced", self.replaced)?;
        }
        Ok(())
    }
}

/// What happens during a copy. `C` is the transform, if there is one.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a, C = Unchanged> {
    /// Something was found in a record.
    Finding(&'a Finding),
    /// How many findings in a record were counted but not listed, by rule.
    Unlisted(&'a [(Rule, u64)]),
    /// A record could not be read, or not be changed or written.
    Rejected {
        /// The reason.
        error: &'a Error,
        /// Whether it was read, but could not be changed or written.
        read: bool,
        /// Its bytes in the input.
        raw: &'a [u8],
    },
    /// A record is finished, written or not: the number of those read so far.
    Record(u64),
    /// The transform, with what it noted since the last such event: of one record with one thread, of a batch with
    /// several. Whoever listens takes the notes; together they are the same with any number of threads.
    Transform(&'a mut C),
}

/// Copies all records. A record that cannot be read or written is counted and skipped.
///
/// # Errors
/// If the input cannot be read on, or the output cannot be written.
///
/// # Example
/// ```
/// use kartoteka::{ReadOptions, WriteOptions, copy, iso2709, ndjson};
///
/// let mut from = iso2709::Reader::from_path("fixtures/iso2709/marc21.mrc", &ReadOptions::new())?;
/// let mut to = ndjson::Writer::new(Vec::new(), &WriteOptions::new());
/// let summary = copy(&mut from, &mut to)?;
/// assert_eq!((summary.read, summary.written, summary.rejected), (8, 8, 0));
/// # Ok::<(), kartoteka::Error>(())
/// ```
pub fn copy(from: &mut dyn RecordRead, to: &mut dyn RecordWrite) -> Result<Summary> {
    let mut summary = Summary::default();
    copy_with(from, to, &mut summary, &mut |_| Ok::<(), Error>(()))?;
    to.finish()?;
    Ok(summary)
}

/// Copies all records as [`copy`] does, adds to `summary`, and gives `watch` each event; ends at the first error of
/// `watch`, which has the caller's own type. Does not finish the writer, so that several inputs can go to one output.
///
/// # Errors
/// As [`copy`], and the error of `watch`.
pub fn copy_with<E: From<Error>>(
    from: &mut dyn RecordRead,
    to: &mut dyn RecordWrite,
    summary: &mut Summary,
    watch: &mut dyn FnMut(Event<'_>) -> Result<(), E>,
) -> Result<(), E> {
    copy_pass(&mut Pass::new(from), to, summary, &mut |_| {}, watch)
}

/// Copies the records of a pass.
fn copy_pass<R: RecordRead, C: Transform, E: From<Error>>(
    pass: &mut Pass<R, C>,
    to: &mut dyn RecordWrite,
    summary: &mut Summary,
    garbage: &mut dyn FnMut(&Garbage),
    watch: &mut Watch<'_, C, E>,
) -> Result<(), E> {
    let mut replaced = to.replaced();
    while let Some(item) = pass.item()? {
        item.garbage.iter().for_each(&mut *garbage);
        note(item.findings, item.unlisted, summary, watch)?;
        let (known, reader) = (item.findings, item.reader);
        match item.content {
            Content::Rest => continue,
            Content::Rejected { error, read } => {
                summary.rejected += 1;
                watch(Event::Rejected { error, read, raw: reader.0.raw() })?;
            }
            Content::Record(record) => {
                let written = to.write_record(record.view());
                note(to.findings(), to.unlisted(), summary, watch)?;
                summary.replaced += to.replaced() - replaced;
                replaced = to.replaced();
                match written {
                    Ok(()) => summary.written += 1,
                    Err(error) => {
                        let Some(finding) = error.finding() else { return Err(E::from(error)) };
                        if !known.iter().chain(to.findings()).any(|known| known == finding) {
                            note(std::slice::from_ref(finding), &[], summary, watch)?;
                        }
                        summary.rejected += 1;
                        watch(Event::Rejected { error: &error, read: true, raw: reader.0.raw() })?;
                    }
                }
            }
        }
        summary.read += 1;
        watch(Event::Record(summary.read))?;
        if let Some(transform) = pass.transform_mut() {
            watch(Event::Transform(transform))?;
        }
    }
    Ok(())
}

fn note<C, E>(
    findings: &[Finding],
    unlisted: &[(Rule, u64)],
    summary: &mut Summary,
    watch: &mut Watch<'_, C, E>,
) -> Result<(), E> {
    for finding in findings {
        summary.report.add(finding);
        watch(Event::Finding(finding))?;
    }
    if !unlisted.is_empty() {
        summary.report.add_unlisted(unlisted);
        watch(Event::Unlisted(unlisted))?;
    }
    Ok(())
}

/// Who receives the events of a copy.
type Watch<'w, C, E> = dyn FnMut(Event<'_, C>) -> Result<(), E> + 'w;

/// Makes a writer that appends a part of the output to bytes: see [`WriteOptions::part`](crate::WriteOptions::part).
type PartWriter<'p> = dyn for<'b> Fn(&'b mut Vec<u8>) -> Result<Box<dyn RecordWrite + 'b>> + Sync + 'p;

/// A copy on several threads, with a change to each record: what [`copy_with`] does, and more.
///
/// # Example
/// ```
/// use kartoteka::{Copying, Event, Findings, Record, Run, Summary, WriteOptions, mrk, open};
///
/// let mut to = mrk::Writer::new(Vec::new(), &WriteOptions::new());
/// let mut summary = Summary::default();
/// let mut rejected = 0;
/// Copying::new(Run::new().jobs(2))
///     .parts(&|bytes| Ok(Box::new(mrk::Writer::new(bytes, &WriteOptions::new().part(true)))))
///     .copy(
///         &mut open("fixtures/iso2709/damaged.mrc")?,
///         &mut to,
///         // The change, made for each batch.
///         || |record: &mut Record, _: &mut Findings| record.delete(&"9XX".parse().unwrap()).map(|_| ()),
///         &mut summary,
///         &mut |event| {
///             if let Event::Rejected { .. } = event {
///                 rejected += 1;
///             }
///             Ok::<(), kartoteka::Error>(())
///         },
///     )?;
/// assert_eq!((summary.written, summary.rejected, rejected), (10, 0, 0));
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[must_use]
pub struct Copying<'p> {
    run: Run,
    garbage: Option<GarbageSink>,
    parts: Option<&'p PartWriter<'p>>,
}

impl<'p> Copying<'p> {
    /// Makes a copy with the threads and the strictness of `run`.
    pub fn new(run: Run) -> Copying<'p> {
        Copying { run, garbage: None, parts: None }
    }

    /// Hands bytes that belong to no record to `sink`, in the order of the input, before the rejected record after
    /// them. Formats that cannot [`Can::Order`](crate::Can::Order) need one thread for that. Default: to nobody.
    pub fn garbage(mut self, sink: impl Into<Option<GarbageSink>>) -> Copying<'p> {
        self.garbage = sink.into();
        self
    }

    /// Sets how a writer for a part of the output is made, which several threads need: of the same format and with the
    /// same options as the writer of the whole, and [`WriteOptions::part`](crate::WriteOptions::part). Default: none,
    /// and one thread.
    pub fn parts(mut self, parts: &'p PartWriter<'p>) -> Copying<'p> {
        self.parts = Some(parts);
        self
    }

    /// Copies all records, each changed by a transform that `transform` makes for each batch. Adds to `summary` and
    /// gives `watch` each event, in the order of the input. Does not finish the writer.
    ///
    /// # Errors
    /// As [`copy_with`]; if the run is strict and a record is malformed, after the records before it were written; and
    /// errors of the transform that are not about one record.
    pub fn copy<C: Transform, E: From<Error>>(
        self,
        from: &mut dyn RecordRead,
        to: &mut dyn RecordWrite,
        transform: impl Fn() -> C + Sync,
        summary: &mut Summary,
        watch: &mut Watch<'_, C, E>,
    ) -> Result<(), E> {
        let Copying { run, mut garbage, parts } = self;
        let Some(parts) = parts.filter(|_| run.jobs > 1 && to.takes_parts()) else {
            if let Some(sink) = garbage {
                from.on_garbage(sink);
            }
            let mut pass = Pass::new(from).strict(run.strict).transform(transform());
            return copy_pass(&mut pass, to, summary, &mut |_| {}, watch);
        };
        let idle = Mutex::new(Vec::new());
        let listens = garbage.is_some();
        let work = |batch: &mut (dyn RecordRead + Send)| {
            let bytes = idle.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
            let mut pass = Pass::new(batch).strict(run.strict).transform(transform());
            if listens {
                pass = pass.keep_garbage(usize::MAX);
            }
            Part::of(pass, parts, bytes)
        };
        in_batches(from, run.jobs, work, |mut part| {
            part.tell(&mut garbage, summary.read, watch)?;
            summary.merge(&part.summary);
            to.append(&part.bytes)?;
            part.bytes.clear();
            idle.lock().unwrap_or_else(PoisonError::into_inner).push(part.bytes);
            part.stop.map_or(Ok(()), |error| Err(E::from(error)))
        })
    }
}

impl std::fmt::Debug for Copying<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Copying").field("run", &self.run).finish_non_exhaustive()
    }
}

/// The copy of one batch: its bytes, and what happened, to be reported in order.
struct Part<C> {
    bytes: Vec<u8>,
    summary: Summary,
    notes: Vec<Note>,
    transform: Option<C>,
    /// Why copying ended early.
    stop: Option<Error>,
}

/// An event that is kept.
enum Note {
    Finding(Finding),
    Unlisted(Vec<(Rule, u64)>),
    Rejected { error: Error, read: bool, raw: Vec<u8> },
    Garbage(Garbage),
}

impl<C: Transform> Part<C> {
    /// Copies a batch to memory: after `bytes`, which are none.
    fn of<R: RecordRead>(mut pass: Pass<R, C>, parts: &PartWriter<'_>, mut bytes: Vec<u8>) -> Part<C> {
        let mut summary = Summary::default();
        let notes = RefCell::new(Vec::new());
        let keep = |note: Note| notes.borrow_mut().push(note);
        let mut watch = |event: Event<'_, C>| {
            match event {
                Event::Finding(finding) => keep(Note::Finding(finding.clone())),
                Event::Unlisted(unlisted) => keep(Note::Unlisted(unlisted.to_vec())),
                Event::Rejected { error, read, raw } => {
                    if let Some(error) = error.of_record() {
                        keep(Note::Rejected { error, read, raw: raw.to_vec() });
                    }
                }
                Event::Record(_) | Event::Transform(_) => {}
            }
            Ok::<(), Error>(())
        };
        let copied = parts(&mut bytes).and_then(|mut to| {
            let mut garbage = |garbage: &Garbage| keep(Note::Garbage(garbage.clone()));
            let copied = copy_pass(&mut pass, &mut *to, &mut summary, &mut garbage, &mut watch);
            copied.and(to.finish())
        });
        let (stop, transform) = (copied.err(), pass.into_transform());
        Part { bytes, summary, notes: notes.into_inner(), transform, stop }
    }

    /// Replays the events; `before` records were read before this batch.
    fn tell<E>(
        &mut self,
        garbage: &mut Option<GarbageSink>,
        before: u64,
        watch: &mut Watch<'_, C, E>,
    ) -> Result<(), E> {
        for note in &self.notes {
            match note {
                Note::Finding(finding) => watch(Event::Finding(finding))?,
                Note::Unlisted(unlisted) => watch(Event::Unlisted(unlisted))?,
                Note::Rejected { error, read, raw } => watch(Event::Rejected { error, read: *read, raw })?,
                Note::Garbage(Garbage { offset, bytes }) => {
                    if let Some(sink) = garbage {
                        sink(*offset, bytes);
                    }
                }
            }
        }
        for read in 1..=self.summary.read {
            watch(Event::Record(before + read))?;
        }
        match &mut self.transform {
            Some(transform) => watch(Event::Transform(transform)),
            None => Ok(()),
        }
    }
}

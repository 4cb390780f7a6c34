//! Records repaired, and every change listed.
//!
//! A [`Repairer`] writes the records of an input in its own format. Sound records of ISO 2709 keep their bytes; where only
//! the label of the character set is wrong, that alone is changed; all others are built anew from what could be read of
//! them. What was found and what is different is a list of [`Change`]s. [`Repairs`](crate::Repairs) repair text before.
//!
//! # Example
//! ```
//! use kartoteka::repair::Repairer;
//! use kartoteka::{Pass, ReadOptions, WriteOptions, open};
//!
//! let reader = open("fixtures/iso2709/damaged.mrc")?;
//! let mut repaired = Vec::new();
//! let mut repairer = Repairer::new(&mut repaired, reader.format(), &ReadOptions::new(), &WriteOptions::new())?;
//! let mut pass = Pass::new(reader);
//! let mut changes = Vec::new();
//! while let Some(item) = pass.item()? {
//!     changes.extend(repairer.item(&item)?.changes);
//! }
//! repairer.finish()?;
//! assert_eq!((repairer.counts().untouched, repairer.counts().rebuilt), (6, 4));
//! assert_eq!(changes[0].rule.unwrap().id(), "B001");
//! assert_eq!((changes[1].at.as_deref(), changes[1].to.as_deref()), (Some("LDR/0-4"), Some("00519")));
//! drop(repairer);
//! // A byte that is no character stays as it is.
//! let again = kartoteka::reader(&repaired[..], None, &ReadOptions::new())?;
//! assert_eq!(again.into_iter().flatten().filter(|record| !record.findings.is_empty()).count(), 1);
//! # Ok::<(), kartoteka::Error>(())
//! ```

mod change;
mod differences;
mod label;

use std::io::Write;

pub use self::change::{Change, ChangeKind};
use self::differences::differences;
use self::label::relabelled;
use crate::charset::Charset;
use crate::error::{Error, Result};
use crate::finding::{Finding, Rule, counted};
use crate::format::descriptor::Format;
use crate::format::iso2709;
use crate::io::{Content, Item, ReadOptions, RecordWrite, Summary, WriteOptions};
use crate::open::{AnyWriter, writer};
use crate::record::Record;
use crate::rules;

/// How many records of ISO 2709 were changed, and in what way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Records that keep their bytes.
    pub untouched: u64,
    /// Records in which only the label of the character set was changed.
    pub relabelled: u64,
    /// Records that were built anew.
    pub rebuilt: u64,
}

impl Counts {
    /// Returns a line of a summary; where nothing is counted, it has the number of records `written`.
    pub fn line(self, written: u64) -> String {
        let Counts { untouched, relabelled, rebuilt } = self;
        match (untouched, relabelled, rebuilt) {
            (0, 0, 0) => format!("repaired  {} written", counted(written, "record")),
            _ => format!(
                "repaired  {untouched} untouched, {relabelled} relabelled in place, {rebuilt} built anew"
            ),
        }
    }
}

/// The result of one item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Repaired {
    /// The control number or master file number of the record.
    pub id: Option<String>,
    /// What was found and what is different, in order.
    pub changes: Vec<Change>,
    /// Whether the record could not be read or not be written: nothing of it is in the output.
    pub rejected: bool,
}

/// Where records go.
enum Output<'w> {
    /// In ISO 2709: bytes, old or new.
    Bytes(Box<dyn Write + Send + 'w>),
    /// In all other formats.
    Records(AnyWriter<'w>),
}

/// Mends the records of an input. See the [module](self).
pub struct Repairer<'w> {
    output: Output<'w>,
    read: ReadOptions,
    write: WriteOptions,
    counts: Counts,
    summary: Summary,
}

impl std::fmt::Debug for Repairer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Repairer").field("counts", &self.counts).finish_non_exhaustive()
    }
}

impl<'w> Repairer<'w> {
    /// Makes a repairer that writes to `sink` in this format. `read` are the options with which the input is read;
    /// [`WriteOptions::charset`] transcodes.
    ///
    /// # Errors
    /// As [`writer`].
    pub fn new(
        sink: impl Write + Send + 'w,
        format: Format,
        read: &ReadOptions,
        write: &WriteOptions,
    ) -> Result<Repairer<'w>> {
        let output = match format.has_leader_first() {
            true => Output::Bytes(Box::new(sink)),
            false => Output::Records(writer(format, sink, write)?),
        };
        let (read, write) = (read.clone(), write.clone());
        Ok(Repairer { output, read, write, counts: Counts::default(), summary: Summary::default() })
    }

    /// Writes the record of an item.
    ///
    /// # Errors
    /// If the output cannot be written. A record that cannot be written is [rejected](Repaired::rejected).
    pub fn item(&mut self, item: &Item<'_>) -> Result<Repaired> {
        let mut repaired = Repaired::default();
        repaired.changes.extend(item.findings.iter().map(Change::found));
        let more: u64 = item.unlisted.iter().map(|(_, count)| count).sum();
        if more > 0 {
            repaired.changes.push(Change::note(format!("and {more} more in this record")));
        }
        match &item.content {
            Content::Record(record) => {
                repaired.id = record.view().id();
                self.record(record, item, &mut repaired)?;
            }
            Content::Rejected { .. } => repaired.rejected = true,
            Content::Rest => return Ok(repaired),
        }
        self.summary.read += 1;
        match repaired.rejected {
            true => self.summary.rejected += 1,
            false => self.summary.written += 1,
        }
        Ok(repaired)
    }

    /// Ends the output.
    ///
    /// # Errors
    /// [`ErrorKind::Write`](crate::ErrorKind::Write).
    pub fn finish(&mut self) -> Result<()> {
        match &mut self.output {
            Output::Bytes(sink) => sink.flush().map_err(Error::write),
            Output::Records(records) => records.finish(),
        }
    }

    /// Returns how many records of ISO 2709 were changed; of other formats nothing is counted.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Returns the numbers of records, and what was found while writing them.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// Writes a record, and lists what is different in it.
    fn record(&mut self, record: &Record, item: &Item<'_>, repaired: &mut Repaired) -> Result<()> {
        let written = match &mut self.output {
            Output::Bytes(_) => self.iso2709(record, item, repaired)?,
            Output::Records(records) => {
                let written = records.write_record(record.view());
                note((records.findings(), records.unlisted()), repaired, &mut self.summary);
                self.summary.replaced = records.replaced();
                written
            }
        };
        let Err(error) = written else { return Ok(()) };
        let Some(finding) = error.finding() else { return Err(error) };
        repaired.changes.push(Change::found(finding));
        self.summary.report.add(finding);
        repaired.rejected = true;
        Ok(())
    }

    /// Writes a record of ISO 2709: its bytes, or others. The inner error is that of the record.
    fn iso2709(&mut self, record: &Record, item: &Item<'_>, repaired: &mut Repaired) -> Result<Result<()>> {
        let (raw, findings) = (item.raw(), item.findings);
        if findings.is_empty() && self.write.charset == Charset::Auto {
            self.counts.untouched += 1;
            return self.put(raw).map(Ok);
        }
        if let Some(bytes) = relabelled(record, raw, findings, self.write.charset, &self.read) {
            self.counts.relabelled += 1;
            differences(record, raw, &bytes, &mut repaired.changes);
            return self.put(&bytes).map(Ok);
        }
        let mut filled;
        let mut record = record;
        if findings.iter().any(|finding| finding.rule == rules::INDICATOR_COUNT) {
            filled = record.clone();
            filled.fill_indicators();
            record = &filled;
        }
        let mut records = iso2709::Writer::new(Vec::new(), &self.write);
        let written = records.write_record(record.view()).and_then(|()| records.finish());
        note((records.findings(), records.unlisted()), repaired, &mut self.summary);
        self.summary.replaced += records.replaced();
        if written.is_err() {
            return Ok(written);
        }
        let made = records.into_inner();
        match made == raw {
            true => self.counts.untouched += 1,
            false => {
                self.counts.rebuilt += 1;
                differences(record, raw, &made, &mut repaired.changes);
            }
        }
        self.put(&made).map(Ok)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        match &mut self.output {
            Output::Bytes(sink) => sink.write_all(bytes).map_err(Error::write),
            Output::Records(_) => Ok(()),
        }
    }
}

/// Notes what a writer found.
fn note((findings, unlisted): (&[Finding], &[(Rule, u64)]), repaired: &mut Repaired, summary: &mut Summary) {
    for finding in findings {
        repaired.changes.push(Change::found(finding));
        summary.report.add(finding);
    }
    summary.report.add_unlisted(unlisted);
}

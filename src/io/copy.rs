//! From a reader to a writer.

use super::{RecordRead, RecordWrite};
use crate::{Diagnostic, Error, Record, Report, Result};

/// What came of a copy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// Records seen in the input, the rejected ones included.
    pub read: u64,
    /// Records written.
    pub written: u64,
    /// Records that could not be read, or not be written.
    pub rejected: u64,
    /// Characters and undecodable sequences replaced.
    pub replaced: u64,
    /// Findings by code, of reader and writer.
    pub report: Report,
}

impl Summary {
    /// Adds what came of another copy.
    pub fn merge(&mut self, other: &Summary) {
        self.read = self.read.saturating_add(other.read);
        self.written = self.written.saturating_add(other.written);
        self.rejected = self.rejected.saturating_add(other.rejected);
        self.replaced = self.replaced.saturating_add(other.replaced);
        self.report.merge(&other.report);
    }
}

/// What happens during a copy.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Something was found in a record.
    Finding(&'a Diagnostic),
    /// A record could not be read, or not be written.
    Rejected {
        /// Why.
        error: &'a Error,
        /// Whether it was read, but could not be written.
        read: bool,
        /// Its bytes in the input.
        raw: &'a [u8],
    },
    /// A record was done with, one way or the other: the count of those read so far.
    Record(u64),
}

/// Copies all records. A record that cannot be read or written is counted and passed over.
///
/// # Errors
/// If the input cannot be read on, or the output not be written.
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
    copy_with(from, to, &mut summary, &mut |_| Ok(()))?;
    to.finish()?;
    Ok(summary)
}

/// Copies all records as [`copy`] does, adds to `summary`, and tells `watch` what happens; ends where `watch` errs.
/// Does not finish the writer, so that several inputs can go to one output.
///
/// # Errors
/// As [`copy`], and what `watch` returns.
pub fn copy_with(
    from: &mut dyn RecordRead,
    to: &mut dyn RecordWrite,
    summary: &mut Summary,
    watch: &mut dyn FnMut(Event<'_>) -> Result<()>,
) -> Result<()> {
    let mut record = Record::new();
    let mut replaced = to.replaced();
    loop {
        let read = from.read_record(&mut record);
        note(from.diagnostics(), summary, watch)?;
        summary.report.add_suppressed(from.suppressed());
        let result = match read {
            Ok(false) => break,
            Ok(true) => {
                let written = to.write_record(record.view());
                note(to.diagnostics(), summary, watch)?;
                summary.report.add_suppressed(to.suppressed());
                summary.replaced = summary.replaced.saturating_add(to.replaced().saturating_sub(replaced));
                replaced = to.replaced();
                written.map_err(|error| (error, true))
            }
            Err(error) => Err((error, false)),
        };
        summary.read = summary.read.saturating_add(1);
        match result {
            Ok(()) => summary.written = summary.written.saturating_add(1),
            Err((error, read)) => {
                let known = from.diagnostics().iter().chain(to.diagnostics());
                let Some(finding) = error.diagnostic() else { return Err(error) };
                if !known.into_iter().any(|known| known == finding) {
                    summary.report.add(finding);
                    watch(Event::Finding(finding))?;
                }
                summary.rejected = summary.rejected.saturating_add(1);
                watch(Event::Rejected { error: &error, read, raw: from.raw() })?;
            }
        }
        watch(Event::Record(summary.read))?;
    }
    Ok(())
}

fn note(
    findings: &[Diagnostic],
    summary: &mut Summary,
    watch: &mut dyn FnMut(Event<'_>) -> Result<()>,
) -> Result<()> {
    for finding in findings {
        summary.report.add(finding);
        watch(Event::Finding(finding))?;
    }
    Ok(())
}

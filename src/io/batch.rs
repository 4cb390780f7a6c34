//! Records in batches, to be worked on by several threads.

use std::collections::VecDeque;

use super::RecordRead;
use crate::{Code, Diagnostic, Error, Position, Record, Result};

/// Some records of an input, one after another: a reader of its own, which another thread may have.
pub type Batch = Box<dyn RecordRead + Send>;

/// How many bytes of records a batch has, at least, and the most records.
const BYTES: usize = 512 * 1024;
const RECORDS: usize = 4096;

/// Records that were read already.
struct Collected {
    rest: VecDeque<Entry>,
    last: Entry,
}

#[derive(Default)]
struct Entry {
    record: Record,
    error: Option<Error>,
    is_end: bool,
    findings: Vec<Diagnostic>,
    suppressed: Vec<(Code, u64)>,
    position: Position,
    raw: Vec<u8>,
}

/// Reads a batch of records, for readers whose records must be read in order.
pub(super) fn collect_batch<R: RecordRead + ?Sized>(reader: &mut R) -> Result<Option<Batch>> {
    let mut rest = VecDeque::new();
    let mut bytes = 0usize;
    while bytes < BYTES && rest.len() < RECORDS {
        let mut entry = Entry::default();
        match reader.read_record(&mut entry.record) {
            Ok(more) => entry.is_end = !more,
            Err(error) if error.is_record() => entry.error = Some(error),
            Err(error) if rest.is_empty() => return Err(error),
            Err(error) => {
                entry.error = Some(error);
                entry.is_end = true;
            }
        }
        entry.findings.extend_from_slice(reader.diagnostics());
        entry.suppressed.extend_from_slice(reader.suppressed());
        entry.position = reader.position();
        entry.raw.extend_from_slice(reader.raw());
        bytes = bytes.saturating_add(entry.raw.len());
        let is_end = entry.is_end;
        if is_end && rest.is_empty() && entry.findings.is_empty() && entry.error.is_none() {
            return Ok(None);
        }
        rest.push_back(entry);
        if is_end {
            break;
        }
    }
    Ok(Some(Box::new(Collected { rest, last: Entry::default() })))
}

impl RecordRead for Collected {
    fn read_record(&mut self, record: &mut Record) -> Result<bool> {
        self.last = self.rest.pop_front().unwrap_or(Entry { is_end: true, ..Entry::default() });
        std::mem::swap(record, &mut self.last.record);
        match self.last.error.take() {
            Some(error) => Err(error),
            None => Ok(!self.last.is_end),
        }
    }

    fn diagnostics(&self) -> &[Diagnostic] {
        &self.last.findings
    }

    fn suppressed(&self) -> &[(Code, u64)] {
        &self.last.suppressed
    }

    fn position(&self) -> Position {
        self.last.position
    }

    fn raw(&self) -> &[u8] {
        &self.last.raw
    }
}

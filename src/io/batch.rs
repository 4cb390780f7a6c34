//! Records in batches, to be worked on by several threads.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::{LostSink, RecordRead};
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
    sink: Option<LostSink>,
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
    /// What was lost before it.
    lost: Vec<u8>,
}

/// Reads a batch of records, for readers whose records must be read in order.
pub(super) fn collect_batch<R: RecordRead + ?Sized>(reader: &mut R) -> Result<Option<Batch>> {
    let mut rest = VecDeque::new();
    let mut bytes = 0usize;
    let lost = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&lost);
    reader.on_lost(Box::new(move |bytes| {
        sink.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
    }));
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
        entry.lost = std::mem::take(&mut *lost.lock().unwrap_or_else(PoisonError::into_inner));
        bytes = bytes.saturating_add(entry.raw.len()).saturating_add(entry.lost.len());
        let is_end = entry.is_end;
        let nothing = entry.findings.is_empty() && entry.error.is_none() && entry.lost.is_empty();
        if is_end && rest.is_empty() && nothing {
            return Ok(None);
        }
        rest.push_back(entry);
        if is_end {
            break;
        }
    }
    Ok(Some(Box::new(Collected { rest, last: Entry::default(), sink: None })))
}

impl RecordRead for Collected {
    fn read_record(&mut self, record: &mut Record) -> Result<bool> {
        self.last = self.rest.pop_front().unwrap_or(Entry { is_end: true, ..Entry::default() });
        std::mem::swap(record, &mut self.last.record);
        if let Some(sink) = self.sink.as_mut().filter(|_| !self.last.lost.is_empty()) {
            sink(&self.last.lost);
        }
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

    fn on_lost(&mut self, sink: LostSink) {
        self.sink = Some(sink);
    }
}

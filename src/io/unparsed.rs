//! Batches that a stream cuts off without parsing their records.

use std::collections::VecDeque;
use std::io::Read;
use std::ops::Range;
use std::sync::{Arc, PoisonError};

use super::driver::{Driver, Garbage, Progress, driven};
use super::framing::Framing;
use super::stream::{Spare, Stream};
use super::{GarbageSink, RecordRead};
use crate::bytes::Cut;
use crate::error::Result;
use crate::finding::{Finding, Rule};
use crate::position::Position;
use crate::record::Record;

impl<R: Read, F: Framing> Stream<R, F> {
    /// Makes room for a batch in the buffer, with the unread bytes at its start.
    fn make_room(&mut self) {
        let size = BATCH + TAIL;
        let have = self.unread.len();
        if self.buffer.len() < size {
            // Zeroed memory is not touched before it is needed.
            let mut buffer = vec![0; size.max(have)];
            let unread = self.buffer.cut(self.unread.clone());
            if let Some(start) = buffer.get_mut(..have) {
                start.copy_from_slice(unread);
            }
            self.buffer = buffer;
        } else {
            self.buffer.copy_within(self.unread.clone(), 0);
        }
        self.unread = 0..have;
    }

    /// Takes the bytes of the next records, unparsed.
    pub(super) fn cut_batch(&mut self) -> Result<Option<UnparsedBatch<F>>> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        if self.driver.ended {
            return Ok(None);
        }
        self.look()?;
        let driver = self.driver.clone();
        self.make_room();
        let mut record = Record::new();
        let mut at = 0usize;
        // The lengths of the records, as long as nothing lies between them.
        let mut lengths = F::TRACELESS.then(VecDeque::new);
        self.driver.begin();
        // The reader of the batch reports garbage.
        self.driver.garbage = Garbage::default();
        while at < BATCH {
            let unread = self.buffer.cut(at..self.unread.end);
            match self.driver.advance(unread, self.eof, &mut record, false) {
                Ok(Progress::Record(len, read)) => {
                    at += len;
                    match &mut lengths {
                        Some(lengths) if read.is_ok() && self.driver.is_clean() => lengths.push_back(len),
                        _ => lengths = None,
                    }
                    self.driver.begin();
                }
                Ok(Progress::Skipped(len)) => {
                    at += len;
                    lengths = None;
                }
                Ok(Progress::Need(len)) => match self.fill(at + len) {
                    Err(error) if at == 0 => return Err(error),
                    // The next call reports it, after the records of this batch.
                    Err(error) => {
                        self.failed = Some(error);
                        break;
                    }
                    Ok(()) => {}
                },
                // The reader of the batch finds the end, or the error, again.
                Ok(Progress::End) | Err(_) => break,
            }
        }
        let bytes = std::mem::take(&mut self.buffer);
        let end = self.unread.end;
        self.unread = at..end;
        self.buffer = self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        let rest = bytes.cut(at..end);
        if self.buffer.len() < rest.len() {
            self.buffer = vec![0; rest.len().max(BATCH + TAIL)];
        }
        if let Some(start) = self.buffer.get_mut(..rest.len()) {
            start.copy_from_slice(rest);
        }
        self.unread = 0..rest.len();
        let spare = Arc::clone(&self.spare);
        let mut piece = UnparsedBatch {
            bytes,
            end,
            at: 0,
            frame: 0..0,
            eof: self.eof,
            driver,
            lengths: lengths.unwrap_or_default(),
            spare,
        };
        // The head may have become known while the batch was cut.
        piece.driver.head = self.driver.head.clone();
        if !self.driver.ended {
            piece.driver.range.end = piece.driver.range.end.min(self.driver.next.byte);
            piece.driver.is_batch = piece.driver.range.end == self.driver.next.byte;
        }
        Ok(Some(piece))
    }
}

/// The least number of bytes in a batch.
const BATCH: usize = 512 * 1024;

/// Extra room, so that the last record is complete. Bytes read beyond it are copied to the next batch.
const TAIL: usize = 32 * 1024;

/// Consecutive records of an input, with the bytes needed after them: cut off by a [`Stream`] for another
/// thread.
pub(super) struct UnparsedBatch<F> {
    bytes: Vec<u8>,
    /// End of the bytes in the buffer.
    end: usize,
    at: usize,
    frame: Range<usize>,
    eof: bool,
    driver: Driver<F>,
    /// The lengths of the next records, where known.
    lengths: VecDeque<usize>,
    spare: Spare,
}

impl<F> Drop for UnparsedBatch<F> {
    fn drop(&mut self) {
        // Buffers enlarged by one long record are freed.
        if self.bytes.len() <= 4 * BATCH {
            let bytes = std::mem::take(&mut self.bytes);
            self.spare.lock().unwrap_or_else(PoisonError::into_inner).push(bytes);
        }
    }
}

impl<F: Framing> RecordRead for UnparsedBatch<F> {
    fn read_record(&mut self, record: &mut Record) -> Result<bool> {
        self.driver.begin();
        self.frame = 0..0;
        loop {
            let unread = self.bytes.cut(self.at..self.end);
            let known = self.lengths.pop_front().and_then(|len| unread.get(..len));
            let progress = match known {
                Some(bytes) => self.driver.frame(bytes, record, true),
                None => self.driver.advance(unread, self.eof, record, true)?,
            };
            match progress {
                Progress::Record(len, read) => {
                    let end = self.at + len;
                    self.frame = self.at..end;
                    self.at = end;
                    return read.map(|()| true);
                }
                Progress::Skipped(len) => self.at += len,
                Progress::Need(_) | Progress::End => return self.driver.judge().map(|()| false),
            }
        }
    }

    driven!();

    fn raw(&self) -> &[u8] {
        self.bytes.cut(self.frame.clone())
    }
}

//! The driver over bytes in memory.

use super::driver::{Driver, Garbage, Progress, driven};
use super::encoding::Head;
use super::framing::Framing;
use super::{GarbageSink, ReadOptions, RecordRead};
use crate::charset::Charset;
use crate::error::Result;
use crate::finding::{Finding, Rule};
use crate::position::Position;
use crate::record::Record;

/// A reader over bytes in memory that copies nothing but the record.
#[derive(Debug)]
pub struct Slice<'a, F> {
    rest: &'a [u8],
    frame: &'a [u8],
    driver: Driver<F>,
}

impl<'a, F: Framing> Slice<'a, F> {
    /// Creates a reader over all of `data`.
    pub fn new(data: &'a [u8], options: &ReadOptions) -> Slice<'a, F> {
        let mut driver = Driver::new(options);
        if options.charset == Charset::Auto {
            driver.head = Head::of(data, options);
        }
        let _ = driver.look(data, true);
        Slice { rest: data, frame: &[], driver }
    }

    fn take(&mut self, len: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at_checked(len).unwrap_or((self.rest, &[]));
        self.rest = rest;
        taken
    }
}

impl<F: Framing> RecordRead for Slice<'_, F> {
    fn read_record(&mut self, record: &mut Record) -> Result<bool> {
        self.driver.begin();
        self.frame = &[];
        loop {
            match self.driver.advance(self.rest, true, record, true)? {
                Progress::Record(len, read) => {
                    self.frame = self.take(len);
                    return read.map(|()| true);
                }
                Progress::Skipped(len) => {
                    self.take(len);
                }
                Progress::Need(_) | Progress::End => return self.driver.judge().map(|()| false),
            }
        }
    }

    driven!();

    fn raw(&self) -> &[u8] {
        self.frame
    }
}

//! Work on all records of an input, on as many threads as are wanted.

use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};

use kartoteka::{Code, Diagnostic, Error, ErrorKind, Record, RecordRead, in_batches};

use crate::args::Jobs;
use crate::failure::Failure;
use crate::input::{Input, Run};

impl Jobs {
    /// Whether all is done on one thread.
    pub(crate) fn is_one(self) -> bool {
        self.count() == 1
    }

    pub(crate) fn count(self) -> usize {
        let all = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        self.jobs.map_or_else(all, NonZeroUsize::get)
    }
}

/// One of something for each thread, so that no two of them wait for each other.
pub(crate) struct PerThread<T>(Vec<Mutex<T>>);

impl<T: Default> PerThread<T> {
    pub(crate) fn new(jobs: Jobs) -> PerThread<T> {
        PerThread((0..jobs.count()).map(|_| Mutex::default()).collect())
    }

    /// That of this thread.
    pub(crate) fn own(&self) -> Option<MutexGuard<'_, T>> {
        // The thread that cuts the batches is none of the pool.
        let number = rayon::current_thread_index().map_or(0, |number| number.saturating_add(1));
        Some(self.0.get(number)?.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// All of them.
    pub(crate) fn all(self) -> impl Iterator<Item = T> {
        self.0.into_iter().map(|own| own.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What came of a batch of records.
struct Part<T> {
    made: T,
    records: u64,
    findings: Vec<Diagnostic>,
    suppressed: Vec<(Code, u64)>,
    /// Why reading ended early.
    stop: Option<Error>,
    /// Whether there may be more behind it.
    more: bool,
}

/// How many bytes of records are worked on before what came of them is handed on, on one thread.
const AT_ONCE: usize = 256 * 1024;

/// A record that was read, and its bytes in the input; none of the record, if nothing of it could be.
pub(crate) struct Seen<'a> {
    pub(crate) record: Option<&'a mut Record>,
    pub(crate) raw: &'a [u8],
}

impl Run<'_> {
    /// Gives all records of an input to `each`, which adds them to what it makes of a batch, and those to `done`, in the
    /// order of the input. What `done` leaves is added to by another batch: it returns all that is left in the end.
    /// Reports what is found. Which records are a batch depends on the number of threads.
    pub(crate) fn each_record<T: Default + Send>(
        &mut self,
        input: &mut Input,
        jobs: Jobs,
        each: impl Fn(&mut T, Seen<'_>) + Sync,
        done: impl FnMut(&mut T) -> Result<(), Failure>,
    ) -> Result<Vec<T>, Failure> {
        self.each_in(input, jobs, jobs.is_one(), each, done)
    }

    /// As [`Run::each_record`], but which records are a batch does not depend on the number of threads.
    pub(crate) fn each_batch<T: Default + Send>(
        &mut self,
        input: &mut Input,
        jobs: Jobs,
        each: impl Fn(&mut T, Seen<'_>) + Sync,
        done: impl FnMut(&mut T) -> Result<(), Failure>,
    ) -> Result<Vec<T>, Failure> {
        self.each_in(input, jobs, false, each, done)
    }

    fn each_in<T: Default + Send>(
        &mut self,
        input: &mut Input,
        jobs: Jobs,
        direct: bool,
        each: impl Fn(&mut T, Seen<'_>) + Sync,
        mut done: impl FnMut(&mut T) -> Result<(), Failure>,
    ) -> Result<Vec<T>, Failure> {
        let strict = self.reading.strict;
        let name = input.name.clone();
        let left = Mutex::new(Vec::new());
        // Reads to the end, or until there are so many bytes.
        let some = |batch: &mut (dyn RecordRead + Send), most: usize| -> Part<T> {
            let made = left.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
            let mut part = Part {
                made,
                records: 0,
                findings: Vec::new(),
                suppressed: Vec::new(),
                stop: None,
                more: true,
            };
            let mut record = Record::new();
            let mut bytes = 0usize;
            while bytes < most {
                let read = batch.read_record(&mut record);
                part.findings.extend_from_slice(batch.diagnostics());
                part.suppressed.extend_from_slice(batch.suppressed());
                let record = match read {
                    Ok(false) => {
                        part.more = false;
                        return part;
                    }
                    Ok(true) => Some(&mut record),
                    Err(error) => {
                        let Some(finding) = error.diagnostic() else {
                            part.stop = Some(error);
                            return part;
                        };
                        if !batch.diagnostics().contains(finding) {
                            part.findings.push(finding.clone());
                        }
                        if strict {
                            part.stop = Some(error);
                            return part;
                        }
                        None
                    }
                };
                part.records = part.records.saturating_add(1);
                bytes = bytes.saturating_add(batch.raw().len());
                each(&mut part.made, Seen { record, raw: batch.raw() });
            }
            part
        };
        let mut failure = None;
        let mut take = |mut part: Part<T>| {
            for finding in &part.findings {
                self.report.add(finding);
                self.reporter.finding(&name, finding);
            }
            self.report.add_suppressed(&part.suppressed);
            self.reporter.suppressed(part.suppressed.iter().map(|(_, count)| count).sum());
            (0..part.records).for_each(|_| self.reporter.progress.record());
            let ended = done(&mut part.made).and_then(|()| match part.stop {
                None => Ok(()),
                Some(error) => Err(match error.diagnostic() {
                    Some(finding) => self.reporter.stopped(&name, finding),
                    None => Failure::reading(&name, &error),
                }),
            });
            left.lock().unwrap_or_else(PoisonError::into_inner).push(part.made);
            ended.map_err(|why| {
                failure = Some(why);
                Error::new(ErrorKind::Argument("the run ended early".to_owned()))
            })
        };
        let read = match direct {
            true => loop {
                let part = some(&mut *input.reader, AT_ONCE);
                let more = part.more;
                match take(part) {
                    Ok(()) if more => {}
                    ended => break ended,
                }
            },
            false => in_batches(
                &mut *input.reader,
                jobs.count(),
                |batch: &mut (dyn RecordRead + Send)| some(batch, usize::MAX),
                &mut take,
            ),
        };
        read.map_err(|error| {
            self.reporter.progress.finish();
            failure.unwrap_or_else(|| Failure::reading(&name, &error))
        })?;
        Ok(left.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

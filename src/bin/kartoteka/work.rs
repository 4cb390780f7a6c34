//! Work on all records of an input, on as many threads as are wanted.

use std::num::NonZeroUsize;

use kartoteka::Item;

use crate::command::options::Jobs;
use crate::failure::Failure;
use crate::input::{Input, Run};

impl Jobs {
    pub(crate) fn count(self) -> usize {
        let all = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        self.jobs.map_or_else(all, NonZeroUsize::get)
    }
}

impl Run<'_> {
    /// Gives all items of an input to `each`, which adds them to the value of a batch, and each value to `done`, in the
    /// order of the input, and reports what is found. What `done` leaves is added to by another batch: all values that are
    /// left at the end are returned. Which records are a batch depends on the number of threads.
    pub(crate) fn each_record<T: Default + Send>(
        &mut self,
        input: &mut Input,
        jobs: Jobs,
        each: impl Fn(&mut T, Item<'_>) + Sync,
        done: impl FnMut(&mut T) -> Result<(), Failure>,
    ) -> Result<Vec<T>, Failure> {
        self.each_in(input, kartoteka::Run::new().jobs(jobs.count()), each, done)
    }

    /// As [`Run::each_record`], in batches as `how` says.
    pub(crate) fn each_in<T: Default + Send>(
        &mut self,
        input: &mut Input,
        how: kartoteka::Run,
        each: impl Fn(&mut T, Item<'_>) + Sync,
        mut done: impl FnMut(&mut T) -> Result<(), Failure>,
    ) -> Result<Vec<T>, Failure> {
        let Input { name, reader, .. } = input;
        let left = how.strict(self.reading.strict).each(&mut **reader, each, |made, account| {
            self.note(name, &account.findings, &account.unlisted);
            (0..account.records).for_each(|_| self.reporter.progress.record());
            done(made)
        });
        left.map_err(|failure| self.named(name, failure))
    }
}

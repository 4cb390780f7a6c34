//! Processes batches of records on several threads.

use super::RecordRead;
use crate::error::Error;

/// Runs `work` over all records of an input, batch by batch, on `jobs` threads, and gives the results to `done`, on
/// this thread and in the order of the input. Ends at the first error of `done`, which has the caller's own type.
///
/// A batch is a reader like any other. How the input is cut into batches does not depend on `jobs`. Memory is bounded:
/// at most three batches for each thread are in memory. This thread is one of the `jobs`: it cuts the batches. With one
/// job, or without the feature `rayon`, it is the only one; more than 256 are not started.
///
/// [`Run`](crate::Run) does the same with the loop over the records of a batch written already.
///
/// # Errors
/// If the input cannot be read on, or threads cannot be started; and the error of `done`.
///
/// # Example
/// ```
/// use kartoteka::{Record, in_batches, open};
///
/// let mut titles = 0;
/// in_batches(
///     &mut open("fixtures/iso2709/marc21.mrc")?,
///     2,
///     |batch| {
///         let mut record = Record::new();
///         let mut count = 0;
///         while batch.read_record(&mut record)? {
///             count += record.fields_with(245).count();
///         }
///         Ok(count)
///     },
///     |count: kartoteka::Result<usize>| {
///         titles += count?;
///         Ok::<(), kartoteka::Error>(())
///     },
/// )?;
/// assert_eq!(titles, 8);
/// # Ok::<(), kartoteka::Error>(())
/// ```
pub fn in_batches<T: Send, E: From<Error>>(
    reader: &mut dyn RecordRead,
    jobs: usize,
    work: impl Fn(&mut (dyn RecordRead + Send)) -> T + Sync,
    mut done: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    #[cfg(feature = "rayon")]
    if jobs > 1 {
        return threads::run(reader, jobs, &work, &mut done);
    }
    let _ = jobs;
    while let Some(mut batch) = reader.read_batch()? {
        done(work(&mut *batch))?;
    }
    Ok(())
}

#[cfg(feature = "rayon")]
mod threads {
    use std::collections::{BTreeMap, VecDeque};
    use std::sync::mpsc::{Sender, channel};
    use std::sync::{Mutex, PoisonError};

    use crate::error::Error;
    use crate::io::{Batch, RecordRead};

    /// The result of a batch, sent on drop, so that nobody waits for a thread that panicked.
    struct Answer<T> {
        number: usize,
        value: Option<T>,
        to: Sender<(usize, Option<T>)>,
    }

    impl<T> Drop for Answer<T> {
        fn drop(&mut self) {
            // The receiver is gone once `done` has failed.
            let _ = self.to.send((self.number, self.value.take()));
        }
    }

    /// How many threads are started at most: each has batches in memory.
    const MOST: usize = 256;

    /// Batches that no thread has taken, oldest first.
    #[derive(Default)]
    struct Waiting(Mutex<VecDeque<(usize, Batch)>>);

    impl Waiting {
        fn with<R>(&self, act: impl FnOnce(&mut VecDeque<(usize, Batch)>) -> R) -> R {
            act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
        }
    }

    pub(super) fn run<T: Send, E: From<Error>>(
        reader: &mut dyn RecordRead,
        jobs: usize,
        work: &(impl Fn(&mut (dyn RecordRead + Send)) -> T + Sync),
        done: &mut dyn FnMut(T) -> Result<(), E>,
    ) -> Result<(), E> {
        let jobs = jobs.min(MOST);
        // This thread cuts batches, and works on one itself when enough are waiting for the others.
        let others = jobs.saturating_sub(1);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(others).build();
        let pool = pool.map_err(|error| Error::argument(format!("{jobs} threads: {error}")))?;
        let (to, answers) = channel();
        let waiting = Waiting::default();
        let answer = |number: usize, mut batch: Batch, to: Sender<(usize, Option<T>)>| {
            let mut answer = Answer { number, value: None, to };
            answer.value = Some(work(&mut *batch));
        };
        let answer = &answer;
        pool.in_place_scope(|scope| {
            let (mut sent, mut given) = (0usize, 0usize);
            let mut early = BTreeMap::new();
            let mut last = None;
            loop {
                while last.is_none() && sent.saturating_sub(given) < jobs.saturating_mul(3) {
                    match reader.read_batch() {
                        Ok(Some(batch)) => {
                            waiting.with(|waiting| waiting.push_back((sent, batch)));
                            let (waiting, to) = (&waiting, to.clone());
                            scope.spawn(move |_| {
                                if let Some((number, batch)) = waiting.with(VecDeque::pop_front) {
                                    answer(number, batch, to);
                                }
                            });
                            sent += 1;
                        }
                        Ok(None) => last = Some(Ok(())),
                        Err(error) => last = Some(Err(E::from(error))),
                    }
                }
                if given == sent {
                    return last.unwrap_or(Ok(()));
                }
                // The newest batch is still in the cache; the older ones are needed sooner.
                let spare = waiting.with(|waiting| match waiting.len() > others {
                    true => waiting.pop_back(),
                    false => None,
                });
                if let Some((number, batch)) = spare {
                    answer(number, batch, to.clone());
                }
                let mut next = answers.recv().ok();
                while let Some((number, value)) = next {
                    // A thread panicked: leaving the scope resumes the panic.
                    let Some(value) = value else { return Ok(()) };
                    early.insert(number, value);
                    next = answers.try_recv().ok();
                }
                while let Some(value) = early.remove(&given) {
                    given += 1;
                    // On failure the waiting batches are dropped.
                    done(value).inspect_err(|_| waiting.with(VecDeque::clear))?;
                }
            }
        })
    }
}

//! Batches of records on several threads.

use super::RecordRead;
use crate::Result;

/// Runs `work` over all records of an input, batch by batch, on `jobs` threads, and gives what it returns to `done`, on
/// this thread and in the order of the input. Ends where `done` errs.
///
/// A batch is a reader like any other. How the input is cut into batches does not depend on `jobs`. Memory is bounded:
/// no more than three batches for each thread are on their way. This thread is one of the `jobs`: it cuts the batches.
/// With one job, or without the feature `rayon`, it is the only one.
///
/// # Errors
/// If the input cannot be read on, or threads cannot be had; and what `done` returns.
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
///     &mut |count: kartoteka::Result<usize>| {
///         titles += count?;
///         Ok(())
///     },
/// )?;
/// assert_eq!(titles, 8);
/// # Ok::<(), kartoteka::Error>(())
/// ```
pub fn in_batches<T: Send>(
    reader: &mut dyn RecordRead,
    jobs: usize,
    work: impl Fn(&mut (dyn RecordRead + Send)) -> T + Sync,
    done: &mut dyn FnMut(T) -> Result<()>,
) -> Result<()> {
    #[cfg(feature = "rayon")]
    if jobs > 1 {
        return threads::run(reader, jobs, &work, done);
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

    use crate::io::{Batch, RecordRead};
    use crate::{Error, Result};

    /// What came of a batch: sent when it goes out of scope, so that a panic is not waited for.
    struct Answer<T> {
        number: usize,
        value: Option<T>,
        to: Sender<(usize, Option<T>)>,
    }

    impl<T> Drop for Answer<T> {
        fn drop(&mut self) {
            // Nobody listens any more once `done` has erred.
            let _ = self.to.send((self.number, self.value.take()));
        }
    }

    /// Batches on which no thread works yet, oldest first.
    #[derive(Default)]
    struct Waiting(Mutex<VecDeque<(usize, Batch)>>);

    impl Waiting {
        fn with<R>(&self, act: impl FnOnce(&mut VecDeque<(usize, Batch)>) -> R) -> R {
            act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
        }
    }

    pub(super) fn run<T: Send>(
        reader: &mut dyn RecordRead,
        jobs: usize,
        work: &(impl Fn(&mut (dyn RecordRead + Send)) -> T + Sync),
        done: &mut dyn FnMut(T) -> Result<()>,
    ) -> Result<()> {
        // This thread is one of them: it cuts batches, and works on one when enough wait for the others.
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
                            sent = sent.saturating_add(1);
                        }
                        Ok(None) => last = Some(Ok(())),
                        Err(error) => last = Some(Err(error)),
                    }
                }
                if given == sent {
                    return last.unwrap_or(Ok(()));
                }
                // The newest is the one whose bytes are still near; the older ones are wanted sooner.
                let spare = waiting.with(|waiting| match waiting.len() > others {
                    true => waiting.pop_back(),
                    false => None,
                });
                if let Some((number, batch)) = spare {
                    answer(number, batch, to.clone());
                }
                let mut next = answers.recv().ok();
                while let Some((number, value)) = next {
                    // A thread panicked: the scope tells.
                    let Some(value) = value else { return Ok(()) };
                    early.insert(number, value);
                    next = answers.try_recv().ok();
                }
                while let Some(value) = early.remove(&given) {
                    given = given.saturating_add(1);
                    // Nobody waits for the others then.
                    done(value).inspect_err(|_| waiting.with(VecDeque::clear))?;
                }
            }
        })
    }
}

//! A value for each thread.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// One value for each thread of a [`Run`](crate::Run), so that no two wait for each other. For values that are costly to
/// merge: those of batches are merged batch by batch.
///
/// # Example
/// ```
/// use kartoteka::{Content, Frequencies, PerThread, Run, open};
///
/// let counts = PerThread::<Frequencies>::new(2);
/// Run::new().jobs(2).each(
///     &mut open("fixtures/iso2709/marc21.mrc")?,
///     |(), item| {
///         if let (Content::Record(record), Some(mut counts)) = (item.content, counts.own()) {
///             record.fields().for_each(|field| counts.add(&field.tag().to_string()));
///         }
///     },
///     |(), _| Ok::<(), kartoteka::Error>(()),
/// )?;
/// let mut all = Frequencies::new();
/// counts.into_values().for_each(|counts| all.merge(counts));
/// assert_eq!(all.into_vec().iter().map(|(_, count)| count).sum::<u64>(), 95);
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug)]
pub struct PerThread<T>(Vec<Mutex<T>>);

impl<T: Default> PerThread<T> {
    /// Makes a value for each of `jobs` threads.
    pub fn new(jobs: usize) -> PerThread<T> {
        PerThread((0..jobs.max(1)).map(|_| Mutex::default()).collect())
    }

    /// Returns the value of this thread; `None` if there are more threads than values.
    pub fn own(&self) -> Option<MutexGuard<'_, T>> {
        // The thread that cuts the batches is none of the pool.
        let number = rayon::current_thread_index().map_or(0, |number| number + 1);
        Some(self.0.get(number)?.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns the values of all threads.
    pub fn into_values(self) -> impl Iterator<Item = T> {
        self.0.into_iter().map(|own| own.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

//! Threads to work on.

use rayon::ThreadPool;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

/// So many threads.
///
/// # Panics
///
/// If the operating system does not grant them.
pub(super) fn pool(threads: usize) -> ThreadPool {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .expect("the operating system grants the worker threads")
}

/// Works on items side by side, on so many threads. Results are in the order of the items.
#[must_use]
pub fn side_by_side<T: Sync, R: Send>(
    threads: usize,
    items: &[T],
    work: impl Fn(&T) -> R + Sync + Send,
) -> Vec<R> {
    pool(threads).install(|| items.par_iter().map(work).collect())
}

//! Threads to work on.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use rayon::ThreadPool;

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
///
/// These are plain threads, as most of the work has a pool of its own: a worker of one pool that waits for another takes the
/// next item meanwhile, on top of its stack, and with many items that overflows.
#[must_use]
pub fn side_by_side<T: Sync, R: Send>(
    threads: usize,
    items: &[T],
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let take_turns = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else {
                return done;
            };
            done.push((index, work(item)));
        }
    };
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let workers = threads.max(1).min(items.len());
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(take_turns)).collect();
        let finished = workers.into_iter().map(thread::ScopedJoinHandle::join);
        finished
            .flat_map(|done| done.unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::time::Duration;

    use super::*;

    #[test]
    fn results_keep_the_order_of_the_items() {
        let items: Vec<u64> = (0..1000).collect();
        for threads in [1, 3, 2000] {
            let found = side_by_side(threads, &items, |item| item * item);
            assert!(
                found
                    .iter()
                    .zip(&items)
                    .all(|(found, item)| *found == item * item)
            );
            assert_eq!(found.len(), items.len());
        }
        assert!(side_by_side(2, &[], |item: &u64| *item).is_empty());
    }

    /// How deep a worker may be within itself is one, or none while it waits for a pool of its own.
    #[test]
    fn who_waits_for_a_pool_begins_nothing_else() {
        thread_local! {
            static DEPTH: Cell<u32> = const { Cell::new(0) };
        }
        let items: Vec<u64> = (0..200).collect();
        let depths = side_by_side(2, &items, |_| {
            DEPTH.set(DEPTH.get() + 1);
            let depth = DEPTH.get();
            pool(1).install(|| thread::sleep(Duration::from_micros(200)));
            DEPTH.set(DEPTH.get() - 1);
            depth
        });
        assert!(depths.iter().all(|depth| *depth == 1), "{depths:?}");
    }
}

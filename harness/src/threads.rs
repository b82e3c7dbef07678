//! Work over a list, shared among threads that have a simulated file layer each.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::sim::vfs::SimVfs;

/// Threads so far: a file layer's name is its own for ever.
static THREADS: AtomicUsize = AtomicUsize::new(0);

/// Does a work for each item; the results are in the items' order. `name` is for whoever looks at the file layers.
pub fn share<I: Sync, O: Send>(
    items: &[I],
    threads: usize,
    name: &str,
    work: impl Fn(&I, &Arc<SimVfs>) -> O + Sync,
) -> Vec<O> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            let (next, done, work) = (&next, &done, &work);
            scope.spawn(move || {
                let thread = THREADS.fetch_add(1, Ordering::Relaxed);
                let vfs = Arc::new(SimVfs::register(&format!("{name}-{thread}")));
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(at) else { return };
                    let result = work(item, &vfs);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((at, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

//! Work on two cores at once: a part of it on the engine's own thread, which knows the observer, and a part beside it,
//! which only learns whether to stop. Both parts compute and read; whatever changes the disk stays on one of them, so
//! that the order of changes is the same in every run.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use crate::error::{Result, Stop};
use crate::progress::{Progress, Watcher};

/// Between two looks whether the user wants a stop, while only the part beside is at work.
const INTERVAL: Duration = Duration::from_millis(20);

/// What the part beside the engine's thread can know of the user.
pub(crate) struct Beside<'a>(&'a AtomicBool);

impl Watcher for Beside<'_> {
    fn at(&mut self, _done: u64, _total: u64) -> Result<()> {
        if self.cancelled() { Err(Stop::Cancelled) } else { Ok(()) }
    }

    fn cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Whether this machine has a second core.
pub(crate) fn are_there() -> bool {
    thread::available_parallelism().is_ok_and(|cores| cores.get() > 1)
}

/// Does both parts and waits for both. When the one here ends without success, or the user asks for a stop, the other is
/// stopped.
pub(crate) fn both<A: Send, B>(
    progress: &mut Progress<'_>,
    beside: impl FnOnce(&mut Beside<'_>) -> Result<A> + Send,
    here: impl FnOnce(&mut Progress<'_>) -> Result<B>,
) -> Result<(A, B)> {
    both_with(progress, |progress| progress.cancelled(), beside, here)
}

/// The same where the part here works on something that knows the user in its own way.
pub(crate) fn both_with<C: ?Sized, A: Send, B>(
    context: &mut C,
    cancelled: impl Fn(&C) -> bool,
    beside: impl FnOnce(&mut Beside<'_>) -> Result<A> + Send,
    here: impl FnOnce(&mut C) -> Result<B>,
) -> Result<(A, B)> {
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let (alive, ended) = mpsc::channel::<()>();
        let other = scope.spawn(|| {
            let _alive = alive;
            beside(&mut Beside(&stop))
        });
        let here = here(context);
        while ended.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
            if here.is_err() || cancelled(context) {
                stop.store(true, Ordering::Relaxed);
            }
        }
        let beside = other.join().unwrap_or_else(|panic| resume_unwind(panic));
        let here = here?;
        Ok((beside?, here))
    })
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::ports::clock::SystemClock;
    use crate::progress::{Observer, Unobserved};

    /// A user who asks for a stop after some questions.
    struct Impatient(Cell<u32>);

    impl Observer for Impatient {
        fn progress(&self, _what: &str, _done: u64, _total: u64) {}

        fn cancelled(&self) -> bool {
            let left = self.0.get();
            self.0.set(left.saturating_sub(1));
            left == 0
        }
    }

    fn until_stopped(beside: &mut Beside<'_>) -> Result<()> {
        while beside.at(0, 0).is_ok() {
            thread::yield_now();
        }
        Err(Stop::Cancelled)
    }

    #[test]
    fn both_results_come_back() {
        let clock = SystemClock::new();
        let mut progress = Progress::new(&Unobserved, &clock, String::new());
        let (beside, here) = both(&mut progress, |_| Ok("beside"), |_| Ok("here")).expect("both");
        assert_eq!((beside, here), ("beside", "here"));
    }

    #[test]
    fn the_users_stop_reaches_the_part_beside_also_when_it_works_alone() {
        let (clock, user) = (SystemClock::new(), Impatient(Cell::new(3)));
        let mut progress = Progress::new(&user, &clock, String::new());
        let stopped = both(&mut progress, until_stopped, |_| Ok(()));
        assert!(matches!(stopped, Err(Stop::Cancelled)), "{stopped:?}");
    }

    #[test]
    fn what_goes_wrong_here_stops_the_part_beside() {
        let clock = SystemClock::new();
        let mut progress = Progress::new(&Unobserved, &clock, String::new());
        let failed: Result<((), ())> = both(&mut progress, until_stopped, |_| Err(Stop::Cancelled));
        assert!(failed.is_err());
    }
}
